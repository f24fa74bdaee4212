"""compile: a function as one program for each signature of its arguments."""

from __future__ import annotations

import functools
import warnings
from collections.abc import Callable, Sequence
from typing import Any, overload

from numtorch import _core
from numtorch._core import CompileError, Tensor
from numtorch.programs import torch_side
from numtorch.programs.effects import perform
from numtorch.programs.inputs import Arguments, current, is_same
from numtorch.programs.tracing import Trace, once

MANY = 8  # signatures from which on a warning says so


class Program:
    """A compiled trace."""

    def __init__(self, trace: Trace) -> None:
        self.trace = trace
        self.signature = _core.signature(trace.inputs)
        self.run = torch_side.lower(trace.graph, trace.mode, trace.fakes)

    def inputs(self, tensors: Sequence[Tensor]) -> list[Tensor] | None:
        """All inputs of a call; None if the function does not hold what it held when it was traced."""
        trace = self.trace
        if not all([is_same(current(edge), edge.value) for edge in trace.edges]):
            return None
        inputs = [*tensors, *(current(edge) for edge in trace.tensor_edges)]
        if not all([isinstance(value, Tensor) for value in inputs]):
            return None
        found = once(inputs)
        return found if _core.signature(found) == self.signature else None

    def __call__(self, inputs: Sequence[Tensor]) -> Any:
        trace = self.trace
        for i in trace.written:
            _core.begin_write(inputs[i])
        found = self.run([_core.to_torch(value) for value in inputs])
        outputs = [_core.from_torch(value) for value in found]
        for output, flags in zip(outputs, trace.flags, strict=True):
            _core.set_flags(output, flags)
        for i, j in trace.rebound:
            _core.exchange(inputs[i], _core.to_torch(outputs[j]))
        perform(trace.effects, outputs, inputs)
        return trace.build(outputs, inputs)


class Compiled:
    """A function that runs as programs; what `compile` gives."""

    def __init__(self, function: Callable[..., Any]) -> None:
        self.function = function
        self.programs: dict[Any, Program] = {}
        self.signatures = 0
        functools.update_wrapper(self, function)

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        arguments = Arguments(args, kwargs)
        key = (arguments.key, _core.signature(arguments.tensors))
        program = self.programs.get(key)
        inputs = None if program is None else program.inputs(arguments.tensors)
        if program is None or inputs is None:
            program = self.programs[key] = self._traced(arguments)
            inputs = program.trace.inputs
        return program(inputs)

    def _traced(self, arguments: Arguments) -> Program:
        self.signatures += 1
        if self.signatures == MANY:
            warnings.warn(f"compile: {self.function!r} was traced {MANY} times", stacklevel=4)
        return Program(Trace(self.function, arguments))


def compile(function: Callable[..., Any]) -> Compiled:
    return Compiled(function)
