"""Compiled functions under a gradient: their way back is a program too."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from numtorch.programs.inputs import Arguments

if TYPE_CHECKING:
    from numtorch.programs.compiled import Compiled


def differentiated(compiled: Compiled, arguments: Arguments) -> Any:
    return compiled.function(*arguments.args, **arguments.kwargs)
