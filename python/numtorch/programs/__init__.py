"""Whole programs: functions traced by libtorch and compiled."""

from numtorch.programs.compiled import Compiled, compile

__all__ = ["Compiled", "compile"]
