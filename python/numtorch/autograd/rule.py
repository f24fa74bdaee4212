"""How gradient rules are written down.

A rule says, for each argument of a kernel, what its gradient is, as a function whose parameters name what it reads:

    define("mul.Tensor",
           self=lambda g, other: g * conj(other),
           other=lambda g, self: g * conj(self))

`g` is the gradient of the result; `y` the result; the others are the kernel's own arguments, by the names in its
schema. A name with `_spec` appended gives only the shape, dtype and device of that Tensor, of which the tape then keeps
no more than that. The tape keeps just what the rules read: the parameters are the declaration.

Broadcasting and dtypes are not the rules' business: what a rule returns is summed and cast to fit its argument.
"""

from __future__ import annotations

import inspect
import operator
from collections.abc import Callable, Iterable
from typing import Any

from numtorch import _core
from numtorch import kernels as aten
from numtorch._core import Kernel, Tensor, kernel

RESULT_BIT = 1 << 63
Pick = Callable[[tuple[Any, ...]], tuple[Any, ...]]


def _pick(positions: tuple[int, ...]) -> Pick:
    if len(positions) == 1:
        only = positions[0]
        return lambda values: (values[only],)
    if not positions:
        return lambda _: ()
    return operator.itemgetter(*positions)


def _read(ran: Kernel, name: str) -> tuple[int, int]:
    """Where a rule's parameter stands among (g, y, *arguments), and the bit of what must be kept for it."""
    if name == "g":
        return 0, 0
    if name in ("y", "y_spec"):
        return 1, RESULT_BIT if name == "y" else 0
    stem = name.removesuffix("_spec")
    if stem not in ran.parameters:
        raise ValueError(f"rule of {ran.name}: {name!r} is neither g, y nor an argument of {ran.schema}")
    i = ran.parameters.index(stem)
    return i + 2, (1 << i) if stem == name else 0


class Joint:
    """One of the gradients that a function computes together: the tape calls `function` once for all of them."""

    __slots__ = ("function", "index", "positions")

    def __init__(self, function: Callable[..., Any], positions: tuple[int, ...], index: int) -> None:
        self.function = function
        self.positions = positions
        self.index = index


read_names: dict[Kernel, dict[str, frozenset[str]]] = {}
"""Of each kernel with a rule: what the gradient of each argument is computed from, by name."""


def _note(ran: Kernel, argument: str, names: Iterable[str]) -> None:
    read_names.setdefault(ran, {})[argument] = frozenset(name.removesuffix("_spec") for name in names)


def _undefined(name: str) -> Kernel:
    ran = kernel(name)
    if ran.rule is not None or ran.constant:
        raise ValueError(f"the kernel {name} has a rule already")
    return ran


def define_jointly(name: str, arguments: tuple[str, ...], function: Callable[..., Any]) -> None:
    """Attach a rule that computes the gradients of several `arguments` at once, as one of libtorch's kernels does.

    The first parameter of `function` is a list that says which of them are wanted; the others are as of `define`.
    It returns one gradient, or None, for each of them.
    """
    ran = _undefined(name)
    names = list(inspect.signature(function).parameters)[1:]
    read = [_read(ran, parameter) for parameter in names]
    pick = _pick(tuple(i for i, _ in read))
    positions = tuple(ran.parameters.index(argument) for argument in arguments)
    entries: list[tuple[Pick, Any] | None] = [None] * len(ran.parameters)
    reads = [0] * len(ran.parameters)
    for number, i in enumerate(positions):
        entries[i] = (pick, Joint(function, positions, number))
        _note(ran, ran.parameters[i], names)
        for _, bit in read:
            reads[i] |= bit
    _core.define_rule(ran, tuple(entries), tuple(reads))


def define(name: str, **functions: Callable[..., Any]) -> None:
    """Attach a gradient rule to the kernel `name`: one function for each argument that has a gradient."""
    ran = _undefined(name)
    entries: list[tuple[Pick, Callable[..., Any]] | None] = [None] * len(ran.parameters)
    reads = [0] * len(ran.parameters)
    for argument, function in functions.items():
        if argument not in ran.parameters:
            raise ValueError(f"rule of {name}: {argument!r} is not an argument of {ran.schema}")
        names = list(inspect.signature(function).parameters)
        read = [_read(ran, parameter) for parameter in names]
        _note(ran, argument, names)
        i = ran.parameters.index(argument)
        entries[i] = (_pick(tuple(index for index, _ in read)), function)
        for _, bit in read:
            reads[i] |= bit
    _core.define_rule(ran, tuple(entries), tuple(reads))


kept_results: dict[Kernel, tuple[int, ...]] = {}
"""Of the kernels whose rules read not all of their several results: which ones they do."""


def keep_results(name: str, *indices: int) -> None:
    """Declare that the rule of the kernel `name`, where it names `y`, reads only these of its results.

    The others are not kept: Tensors of the same shape without memory stand for them.
    """
    kept_results[kernel(name)] = indices


taken_results: dict[Kernel, tuple[int, ...]] = {}
"""Of the kernels with a rule for some of their several results only: for which."""


def take_results(name: str, *indices: int) -> None:
    """Declare that the rule of the kernel `name` is one for the gradients of these of its results, and no others."""
    taken_results[kernel(name)] = indices


slopes_read: dict[Kernel, Callable[[Any], bool]] = {}
"""Kernels whose rule may take the slope of what arrives at it: whether it will at a node, given its results."""


def constant(*names: str) -> None:
    """Declare that the results of these kernels have derivative zero (or none) everywhere."""
    for name in names:
        ran = kernel(name)
        if ran.rule is not None:
            raise ValueError(f"the kernel {name} has a rule already")
        _core.define_rule(ran, None, ())


refused: dict[str, str] = {}
"""Kernels whose results cannot be differentiated, with the reason."""


def refuse(name: str, reason: str) -> None:
    """Declare that a gradient through the kernel `name` is an error, and why."""
    refused[name] = reason
    _core.define_rule(kernel(name), reason, ())


def conj(x: Any) -> Any:
    """The complex conjugate of a Tensor or number; a real one itself."""
    if isinstance(x, Tensor):
        return aten._conj_physical(x) if x.dtype.kind == "c" else x
    return x.conjugate() if isinstance(x, complex) else x
