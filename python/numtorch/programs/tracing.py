"""From a function and its arguments to a graph of libtorch's operators."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import numpy as np

from numtorch import _core
from numtorch._core import CompileError, Tensor, tensor
from numtorch.autograd.closures import RANDOM
from numtorch.autograd.replay import RandomNumbers
from numtorch.numpy.random.traced import set_recorder
from numtorch.programs import torch_side
from numtorch.programs.draws import Draws
from numtorch.programs.effects import Effect, Watch, assign
from numtorch.programs.inputs import Arguments, Edge, edges
from numtorch.programs.results import Results, Spec


class Trace:
    """One traced call of a function.

    Parameters
    ----------
    function : callable
    arguments : Arguments

    Attributes
    ----------
    graph
        libtorch's operators from inputs to outputs, as a torch.fx.GraphModule without writes but to inputs.
    given : list of Tensor
        The inputs among the arguments.
    inputs : list of Tensor
        Those, then the inputs that the function holds.
    edges, tensor_edges : list of Edge
        What the function holds, as it was; Tensors apart.
    numbers : list of list of Edge
        Numbers of the host that the function changes: equal ones together are one input, after the others.
    arrays : list of (Edge, bytes)
        The ndarrays that the function holds: constants of the program, and what is in them.
    versions : list of int
        How often each of those Tensors was written to.
    spec : Spec
        What the function returned.
    flags : list of int
        What the outputs are beside their values.
    rebound : list of (int, int)
        Inputs that see other memory afterwards, and which output that is.
    written : list of int
        Inputs that are written to.
    effects : list of Effect
    """

    def __init__(self, function: Callable[..., Any], arguments: Arguments) -> None:
        found = list(edges(function, *arguments.others))
        self.edges: list[Edge] = [edge for edge in found if not isinstance(edge.value, Tensor)]
        self.tensor_edges: list[Edge] = [edge for edge in found if isinstance(edge.value, Tensor)]
        for edge in self.tensor_edges:
            _core.require_values(edge.value, "compile")  # of another trace
        self.given: list[Tensor] = arguments.tensors
        self.arrays = [(edge, edge.value.tobytes()) for edge in self.edges if is_constant(edge.value)]
        self.versions = [_core.version(edge.value) for edge in self.tensor_edges]
        self.inputs: list[Tensor] = once([*arguments.tensors, *(edge.value for edge in self.tensor_edges)])
        self._function, self._arguments = function, arguments
        self.spec: Spec
        self.effects: list[Effect] = []
        self.numbers: list[list[Edge]] = []
        self.number_tensors: list[Tensor] = []
        self.mode: Any
        self.fakes: list[Any]
        self._draws: Draws
        set_recorder(_record)
        graph = self._traced()
        if self._changed_numbers:
            self._take_numbers(self._changed_numbers)
            graph = self._traced()
        self.draws = self._draws.found
        self.inputs = [*self.inputs, *(draw.value for draw in self.draws)]
        self.mode, self.fakes = torch_side.with_inputs(graph, self.mode, self.fakes, [d.value for d in self.draws])
        numbers_for_constants(graph)
        self.first = graph
        self.graph = torch_side.functional(graph, self.mode, self.fakes)
        self.written = written_inputs(self.graph)
        check_sharing(self.inputs, {*self.written, *(i for i, _ in self.rebound)})

    def release(self) -> None:
        """Lets go of the Tensors that it was made with, which programs do not keep alive."""
        self.given, self.inputs, self.number_tensors = [], [], []
        self._arguments = self._draws = None  # type: ignore[assignment]
        self.effects = [Effect(_without_tensor(edge), build) for edge, build in self.effects]
        self.tensor_edges = [_without_tensor(edge) for edge in self.tensor_edges]

    def _take_numbers(self, changed: Sequence[Edge]) -> None:
        """Numbers that the function changes become inputs: equal ones, as counts of steps are, one input."""
        groups: dict[tuple[type, Any], list[Edge]] = {}
        for edge in changed:
            groups.setdefault((type(edge.value), edge.value), []).append(edge)
        self.numbers = list(groups.values())
        taken = {(id(edge.holder), str(edge.key)) for edge in changed}
        self.edges = [edge for edge in self.edges if (id(edge.holder), str(edge.key)) not in taken]
        self.number_tensors = [as_value(group[0].value) for group in self.numbers]
        self.inputs = [*self.inputs, *self.number_tensors]

    def _traced(self) -> Any:
        self.effects = []
        self.rebound: list[tuple[int, int]] = []
        self._changed_numbers: list[Edge] = []
        self.mode, self.fakes = torch_side.fakes_of(self.inputs)
        inside = edges(self._arguments.args, self._arguments.kwargs)
        every = [*self.edges, *self.tensor_edges, *inside, *(edge for group in self.numbers for edge in group)]
        watch = Watch({(id(edge.holder), str(edge.key)): edge for edge in every}.values())
        held = [edge.value for edge in self.edges]
        random = _HostRandom(held)
        self._draws = _recording.draws = Draws(held)
        _core.begin_trace()
        try:
            graph = torch_side.trace(lambda *fakes: self._run(fakes, watch), self.mode, self.fakes)
        except _Again:
            return None
        finally:
            _core.end_trace()
            _recording.draws = None
            self._draws.undo()
        random.check()
        for edge, content in self.arrays:
            if edge.value.tobytes() != content:
                edge.value[...] = np.frombuffer(content, edge.value.dtype).reshape(edge.value.shape)
                raise CompileError(
                    f"compile: the function writes to the ndarray {edge.name!r}, which a program cannot do again at "
                    "each call; hold a Tensor: tensor(array, copy=False)"
                )
        return graph

    def _run(self, fakes: Sequence[Any], watch: Watch) -> list[Any]:
        with exchanged(self.inputs, fakes):
            try:
                for group, value in zip(self.numbers, self.number_tensors, strict=True):
                    for edge in group:
                        assign(edge, value)
                y = self._function(*self._arguments.args, **self._arguments.kwargs)
                results = Results(self.inputs)
                self.spec = results.spec(y)
                if not self.numbers:
                    self._changed_numbers = watch.numbers()
                    if self._changed_numbers:
                        raise _Again
                self.effects = watch.effects(results)
            finally:
                watch.undo()
            for i, (value, fake) in enumerate(zip(self.inputs, fakes, strict=True)):
                if not _core.is_same(value, fake):
                    self.rebound.append((i, results.output(_core.from_torch(_core.to_torch(value), value))))
        outputs, self.flags = results.outputs, results.flags
        results.finish()
        return outputs


class _Recording(threading.local):
    draws: Draws | None = None  # those of the trace that is made on this thread


_recording = _Recording()


def _record(source: Any, make: Callable[[], Any]) -> Tensor:
    assert _recording.draws is not None
    return _recording.draws.record(source, make)


class _Again(Exception):
    """The function is to be traced once more."""


def as_value(number: float) -> Tensor:
    """A number of the host as a Tensor that stands for one."""
    return _core.as_value(tensor(number, dev=-1))


_NO_TENSOR = tensor(0.0, dev=-1)


def _without_tensor(edge: Edge) -> Edge:
    return edge._replace(value=_NO_TENSOR) if isinstance(edge.value, Tensor) else edge


def is_constant(value: Any) -> bool:
    """Whether a value is an ndarray of numbers, which is looked at again at each call."""
    return isinstance(value, np.ndarray) and not value.dtype.hasobject


def once(tensors: Sequence[Tensor]) -> list[Tensor]:
    """Each Tensor once, in order."""
    return list({id(tensor): tensor for tensor in tensors}.values())


@contextmanager
def exchanged(tensors: Sequence[Tensor], values: Sequence[Any], forget: bool = True) -> Iterator[None]:
    """Inside the Tensors have these values, torch.Tensors; afterwards their own, whatever was done to them.

    With `forget` they are nothing that a gradient made afterwards.
    """
    flags = [_core.flags_of(tensor) for tensor in tensors]
    before = [_core.exchange(tensor, value) for tensor, value in zip(tensors, values, strict=True)]
    try:
        yield
    finally:
        for tensor, value, flag in zip(tensors, before, flags, strict=True):
            _core.exchange(tensor, value)
            _core.set_flags(tensor, flag)
            if forget:
                _core.forget(tensor)


class _HostRandom:
    """Watches the host's generators: what they draw would be frozen in the program."""

    def __init__(self, held: Sequence[Any]) -> None:
        self._numbers = RandomNumbers([value for value in held if isinstance(value, RANDOM)])

    def check(self) -> None:
        if self._numbers.have_moved():
            raise CompileError(
                "compile: the function draws from a random generator of NumPy's or Python's, or sets a seed: its "
                "numbers would be the same at each call; draw from numtorch.numpy.random, or pass them as an argument"
            )


def numbers_for_constants(graph: Any) -> None:
    """Constants without axes become Python numbers, which are fused where they are used."""
    torch = torch_side.load().torch
    for node in list(graph.graph.nodes):
        if node.op != "get_attr":
            continue
        value = getattr(graph, node.target)
        if isinstance(value, torch.fx.GraphModule):  # of a loop
            numbers_for_constants(value)
        if isinstance(value, torch.Tensor) and value.ndim:
            _lift_copies(node)
        if not isinstance(value, torch.Tensor) or value.ndim:
            continue
        for user in list(node.users):
            if _takes_number(user, node, value):
                user.target = user.target.overloadpacket.Scalar
                user.args = (user.args[0], value.item(), *user.args[2:])
        if node.users:
            with graph.graph.inserting_before(node):
                made = _number_node(graph.graph, value)
            node.replace_all_uses_with(made)
        graph.graph.erase_node(node)
    graph.graph.eliminate_dead_code()
    graph.recompile()


def _lift_copies(node: Any) -> None:
    """Copies of a constant as copies that the graph without writes knows of: they may be written to."""
    aten = torch_side.load().torch.ops.aten
    for user in list(node.users):
        if user.target is aten.clone.default:
            user.target, user.kwargs = aten.lift_fresh_copy.default, {}


def _number_node(graph: Any, value: Any) -> Any:
    """A 0-d Tensor of that value as a call; the code of a graph has no word for an infinite complex number."""
    torch = torch_side.load().torch
    if value.is_complex():
        return graph.call_function(
            torch.ops.aten.complex.default, (_number_node(graph, value.real), _number_node(graph, value.imag))
        )
    options = {"dtype": value.dtype, "device": value.device}
    return graph.call_function(torch.ops.aten.full.default, ([], value.item()), options)


def _takes_number(user: Any, node: Any, value: Any) -> bool:
    """Whether a number means the same there: beside an operand of the same dtype."""
    if user.op != "call_function" or not str(user.target).endswith(".Tensor"):
        return False
    if "Scalar" not in user.target.overloadpacket.overloads() or node is not user.args[1] or node is user.args[0]:
        return False
    other = user.args[0].meta.get("val")
    is_same = other is not None and other.dtype == value.dtype
    return bool(is_same and (not value.is_complex() or value.isfinite()))


def written_inputs(graph: Any) -> list[int]:
    """The inputs that a graph without other writes copies into at its end."""
    inputs = [node for node in graph.graph.nodes if node.op == "placeholder"]
    targets = {node.args[0] for node in graph.graph.nodes if str(node.target) == "aten.copy_.default"}
    return [i for i, node in enumerate(inputs) if node in targets]


def check_sharing(inputs: Sequence[Tensor], written: set[int]) -> None:
    """CompileError if what is written to shares memory with another input, which the program would not see."""
    for i in written:
        for j, other in enumerate(inputs):
            if j != i and _core.share_memory(inputs[i], other):
                raise CompileError(
                    f"compile: inputs of shapes {inputs[i].shape} and {other.shape} share memory, and the function "
                    "writes to one of them; pass one of the two, and take the other as a view of it inside"
                )
