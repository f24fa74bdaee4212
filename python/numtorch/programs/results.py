"""What a program gives: a nest of new Tensors, of Tensors that it was given, and of what is no Tensor."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from numtorch import _core
from numtorch._core import Tensor
from numtorch.autograd.grads import Grads
from numtorch.structure import Params, fmap, nature

Build = Callable[[Sequence[Any], Sequence[Tensor]], Any]  # from the outputs and the inputs


class _Output:
    """Stands for an output of the program by its number."""

    __slots__ = ("index",)

    def __init__(self, index: int) -> None:
        self.index = index


class _Input(_Output):
    """Stands for one of its inputs."""

    __slots__ = ()


class Results:
    """The Tensors that come out of a trace, numbered, and how to build what the function returned from them.

    Parameters
    ----------
    inputs : list of Tensor
        The inputs of the program; one that is returned is itself the result.
    """

    def __init__(self, inputs: Sequence[Tensor]) -> None:
        self.outputs: list[Any] = []  # torch.Tensors
        self.flags: list[int] = []
        self._inputs = {id(value): i for i, value in enumerate(inputs)}
        self._numbers: dict[int, int] = {}
        self._kept: list[Tensor] = []

    def output(self, value: Tensor) -> int:
        """The number of an output."""
        number = self._numbers.get(id(value))
        if number is None:
            number = self._numbers[id(value)] = len(self.outputs)
            self._kept.append(value)
            self.outputs.append(_core.to_torch(value))
            self.flags.append(_core.flags_of(value))
        return number

    def finish(self) -> None:
        """Lets go of what was traced."""
        self.outputs, self._kept, self._numbers = [], [], {}

    def builder(self, value: Any) -> Build:
        """A function that builds `value`, with other Tensors."""
        if isinstance(value, Tensor):
            return self._leaf(value)
        if type(value) in (tuple, list):
            return self._sequence(type(value), [self.builder(item) for item in value])
        if type(value) is dict:
            return self._dict({key: self.builder(item) for key, item in value.items()})
        if isinstance(value, Grads):
            return self._grads(value)
        if nature(type(value)).kind == "atom":
            return lambda outputs, inputs: value
        return self._nest(value)

    def _leaf(self, value: Tensor) -> Build:
        given = self._inputs.get(id(value))
        if given is not None:
            return lambda outputs, inputs: inputs[given]
        number = self.output(value)
        return lambda outputs, inputs: outputs[number]

    @staticmethod
    def _sequence(kind: type, items: list[Build]) -> Build:
        if kind is list:
            return lambda outputs, inputs: [item(outputs, inputs) for item in items]
        return lambda outputs, inputs: tuple([item(outputs, inputs) for item in items])

    @staticmethod
    def _dict(items: dict[Any, Build]) -> Build:
        return lambda outputs, inputs: {key: item(outputs, inputs) for key, item in items.items()}

    def _grads(self, value: Grads) -> Build:
        params = [self.builder(p) for p in value.params]
        grads = [self.builder(value[p]) for p in value.params]
        return lambda outputs, inputs: Grads(
            Params([p(outputs, inputs) for p in params]), [g(outputs, inputs) for g in grads]
        )

    def _nest(self, value: Any) -> Build:
        def marked(leaf: Tensor) -> _Output:
            given = self._inputs.get(id(leaf))
            return _Output(self.output(leaf)) if given is None else _Input(given)

        template = fmap(marked, value, is_leaf=lambda part: isinstance(part, Tensor))

        def build(outputs: Sequence[Any], inputs: Sequence[Tensor]) -> Any:
            def found(mark: _Output) -> Any:
                return (inputs if isinstance(mark, _Input) else outputs)[mark.index]

            return fmap(found, template, is_leaf=lambda part: isinstance(part, _Output))

        return build
