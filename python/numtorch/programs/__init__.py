"""Whole programs: functions traced by libtorch, compiled, saved and loaded."""

from numtorch.programs.compiled import Compiled, compile
from numtorch.programs.loops import scan, while_loop
from numtorch.programs.saving import Saved, load

__all__ = ["Compiled", "Saved", "compile", "load", "scan", "while_loop"]
