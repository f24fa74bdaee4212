"""What a program gives: a nest of new Tensors, of Tensors that it was given, and of what is no Tensor."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from numtorch import _core
from numtorch._core import Tensor
from numtorch.autograd.grads import Grads
from numtorch.structure import Params, fmap, nature

Build = Callable[[Sequence[Any], Sequence[Tensor]], Any]  # from the outputs and the inputs
# What stands for a nest: ["output", 0], ["input", 1], ["constant", None], ["tuple", [...]], ["list", [...]] or
# ["dict", keys, [...]]; such a spec can be written to a file. ["built", function] cannot.
Spec = list[Any]


class _Output:
    """Stands for an output of the program by its number."""

    __slots__ = ("index",)

    def __init__(self, index: int) -> None:
        self.index = index


class _Input(_Output):
    """Stands for one of its inputs."""

    __slots__ = ()


class Results:
    """The Tensors that come out of a trace, numbered, and specs of the nests that hold them.

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
            _core.require_found(value)
            number = self._numbers[id(value)] = len(self.outputs)
            self._kept.append(value)
            self.outputs.append(_core.to_torch(value))
            self.flags.append(_core.flags_of(value))
        return number

    def finish(self) -> None:
        """Lets go of what was traced."""
        self.outputs, self._kept, self._numbers = [], [], {}

    def spec(self, value: Any) -> Spec:
        """What stands for a nest."""
        if isinstance(value, Tensor):
            given = self._inputs.get(id(value))
            return ["output", self.output(value)] if given is None else ["input", given]
        if type(value) in (tuple, list):
            return [type(value).__name__, [self.spec(item) for item in value]]
        if type(value) is dict:
            return ["dict", list(value), [self.spec(item) for item in value.values()]]
        if isinstance(value, Grads):
            return ["built", self._grads(value)]
        if nature(type(value)).kind == "atom":
            return ["constant", value]
        return ["built", self._nest(value)]

    def _grads(self, value: Grads) -> Build:
        params = [builder(self.spec(p)) for p in value.params]
        grads = [builder(self.spec(value[p])) for p in value.params]

        def build(outputs: Sequence[Any], inputs: Sequence[Tensor]) -> Grads:
            found = Params([p(outputs, inputs) for p in params])
            return Grads(found, [g(outputs, inputs) for g in grads])

        return build

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


def builder(spec: Spec) -> Build:
    """The function that builds what a spec stands for."""
    kind, content = spec[0], spec[1]
    if kind in ("output", "input"):
        return lambda *tensors: tensors[kind == "input"][content]
    if kind == "constant":
        return lambda *_: content
    if kind == "built":
        built: Build = content
        return built
    if kind == "dict":
        parts = [builder(item) for item in spec[2]]
        return lambda outputs, inputs: {key: part(outputs, inputs) for key, part in zip(content, parts, strict=True)}
    items = [builder(item) for item in content]
    make = list if kind == "list" else tuple
    return lambda outputs, inputs: make([item(outputs, inputs) for item in items])


def plain_order(spec: Spec) -> int | tuple[int, ...] | None:
    """The output that a spec stands for, or the outputs that it is a tuple of; None for anything else."""
    if spec[0] == "output":
        return int(spec[1])
    if spec[0] == "tuple" and all(item[0] == "output" for item in spec[1]):
        return tuple(item[1] for item in spec[1])
    return None
