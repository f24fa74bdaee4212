"""Loops that compiled programs hold as loops: scan and while_loop."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any, TypeVar

import numpy as np

from numtorch import _core
from numtorch import kernels as aten
from numtorch._core import CompileError, Tensor, tensor
from numtorch.autograd.attaching import attach
from numtorch.autograd.nodes import Custom
from numtorch.autograd.recording import Recording
from numtorch.autograd.scopes import ignore, untracked
from numtorch.programs import torch_side
from numtorch.programs.inputs import edges
from numtorch.programs.tracing import exchanged, once
from numtorch.structure import fmap, leaves

C = TypeVar("C")
UNROLLED = 32  # steps up to which a program repeats the step itself, so that it fuses with what is around it
_NUMBERS = (int, float, complex, np.ndarray, np.generic)


def _is_tensor(value: Any) -> bool:
    return isinstance(value, Tensor)


def _as_tensors(nest: Any) -> Any:
    """The nest with Tensors for ndarrays and numbers."""
    return fmap(
        lambda leaf: leaf if isinstance(leaf, Tensor) else tensor(leaf),
        nest,
        is_leaf=lambda part: isinstance(part, (Tensor, *_NUMBERS)) and not isinstance(part, bool),
        shared=False,
    )


def _flat(nest: Any) -> list[Tensor]:
    found: list[Tensor] = []
    fmap(lambda leaf: found.append(leaf) or leaf, nest, is_leaf=_is_tensor, shared=False)  # type: ignore[func-returns-value]
    return found


def _rebuilt(nest: Any, values: Sequence[Any]) -> Any:
    """The nest with other Tensors, in order."""
    each: Iterator[Any] = iter(values)
    return fmap(lambda _: next(each), nest, is_leaf=_is_tensor, shared=False)


def _length(xs: Any, length: int | None) -> int:
    sizes = [x.shape[0] for x in leaves(xs, _is_tensor) if x.ndim]
    if any(x.ndim == 0 for x in leaves(xs, _is_tensor)):
        raise ValueError("scan: xs must have a first axis to go along, and has a 0-d array")
    if length is not None:
        sizes.append(length)
    if not sizes:
        raise ValueError("scan: without xs it needs length=, the number of steps")
    if any(size != sizes[0] for size in sizes):
        raise ValueError(f"scan: the first axes of xs (and length) must be of one length, not {sizes}")
    return sizes[0]


def scan(step: Callable[[C, Any], tuple[C, Any]], carry: C, xs: Any = None, *, length: int | None = None) -> Any:
    """A loop along the first axis of arrays that hands a value on: ``carry, y = step(carry, x)``.

    Outside of compiled functions it is that loop. Inside, up to 32 steps are written out; more are a loop of the
    program, which stays small, and so is its way back.

    Parameters
    ----------
    step : callable
        ``step(carry, x)`` returns the next carry, of the same structure, shapes and dtypes, and what is to be kept of
        the step: an array, a nest of them, or None.
    carry : nest of arrays
        What the first step gets.
    xs : nest of arrays, optional
        Step i gets element i of the first axis of each.
    length : int, optional
        The number of steps, where there are no xs.

    Returns
    -------
    carry : nest of arrays
        What the last step gave.
    ys : nest of arrays
        What was kept of the steps, along a new first axis; None if nothing.

    Raises
    ------
    ValueError
        Lengths differ, or there is none.
    CompileError
        In a compiled function: a step gives a carry of another structure, shape or dtype.
    NotImplementedError
        In a compiled function: a second derivative through more than 32 steps.

    Examples
    --------
    >>> import numpy as np
    >>> import numtorch as nt
    >>> total, sums = nt.scan(lambda c, x: (c + x, c + x), nt.tensor(0.0), nt.tensor([1.0, 2.0, 3.0]))
    >>> sums
    Tensor([1., 3., 6.], dtype=float64, dev=-1)
    """
    carry, xs = _as_tensors(carry), _as_tensors(xs)
    count = _length(xs, length)
    if not _core.is_tracing() or count <= UNROLLED:
        return _unrolled(step, carry, xs, count)
    held = once([edge.value for edge in edges(step) if isinstance(edge.value, Tensor)])
    if xs is None or not _flat(xs):
        xs = aten.arange(count, dtype=np.dtype(np.int64), device=-1)
        return _rolled_or_recorded(lambda c, _: step(c, None), carry, xs, held)
    return _rolled_or_recorded(step, carry, xs, held)


def _unrolled(step: Any, carry: Any, xs: Any, count: int) -> tuple[Any, Any]:
    kept = []
    for i in range(count):
        carry, y = step(carry, _part(xs, i))
        carry = _as_tensors(carry)
        kept.append(_as_tensors(y))
    if not kept:
        return carry, None
    rows = [_flat(y) for y in kept]
    return carry, _rebuilt(kept[0], [np.stack(column) for column in zip(*rows, strict=True)])


def _part(xs: Any, i: int) -> Any:
    return fmap(lambda x: x[i], xs, is_leaf=_is_tensor, shared=False)


def _rolled_or_recorded(step: Any, carry: Any, xs: Any, held: list[Tensor]) -> tuple[Any, Any]:
    tracked = [value for value in [*_flat(carry), *_flat(xs), *held] if value.tracked]
    return _Recorded(step, carry, xs, held).value() if tracked else _rolled(step, carry, xs, held)


def _rolled(step: Any, carry: Any, xs: Any, held: list[Tensor]) -> tuple[Any, Any]:
    """A loop of the program."""
    first, inputs = _flat(carry), _flat(xs)
    shape_of: dict[str, Any] = {}

    def body(*values: Any) -> list[Any]:
        own, x, others = _split(values, len(first), len(inputs))
        with exchanged(held, others, forget=False), ignore():
            given = [_core.from_torch(value, like) for value, like in zip(own, first, strict=True)]
            rows = [_element(value, like) for value, like in zip(x, inputs, strict=True)]
            after, y = step(_rebuilt(carry, given), _rebuilt(xs, rows))
            after, y = _as_tensors(after), _as_tensors(y)
            _check_carry(_flat(after), first)
            shape_of["y"] = _emptied(y)
            shape_of["carry"] = [value.is_value for value in _flat(after)]
            kept = _flat(y) or [aten.zeros((), dtype=np.dtype(np.int8), device=-1)]  # libtorch's loop keeps something
            return [_core.to_torch(aten.clone(value)) for value in [*_flat(after), *kept]]

    found = torch_side.scan_loop(body, *(list(map(_core.to_torch, values)) for values in (first, inputs, held)))
    results = [_core.from_torch(value) for value in found]
    last = [_as_kind(value, kind) for value, kind in zip(results[: len(first)], shape_of["carry"], strict=True)]
    return _rebuilt(carry, last), _rebuilt(shape_of["y"], results[len(first) :])


def _split(values: Sequence[Any], *counts: int) -> list[Sequence[Any]]:
    parts, start = [], 0
    for count in counts:
        parts.append(values[start : start + count])
        start += count
    return [*parts, values[start:]]


def _element(value: Any, like: Tensor) -> Tensor:
    """An element of the first axis: a value of a 1-d array, as in a loop."""
    element = _core.from_torch(value)
    return _core.as_value(element) if like.ndim == 1 else element


def _as_kind(value: Tensor, is_value: bool) -> Tensor:
    """An array, or a value where a step gives one."""
    return _core.as_value(value) if is_value else value


def _emptied(nest: Any) -> Any:
    """The structure of a nest, with stand-ins that are not of the trace."""
    return fmap(lambda _: _PLACEHOLDER, nest, is_leaf=_is_tensor, shared=False)


_PLACEHOLDER = tensor(0.0, dev=-1)


def _check_carry(after: list[Tensor], before: list[Tensor]) -> None:
    kinds = [[(value.dtype, value.shape) for value in values] for values in (before, after)]
    if kinds[0] != kinds[1]:
        texts = [", ".join(f"{dtype}{list(shape)}" for dtype, shape in kind) for kind in kinds]
        raise CompileError(f"scan: the carry must stay of one structure; a step takes {texts[0]} and gives {texts[1]}")


class _Recorded:
    """A loop of the program under a gradient: its way back is a loop too."""

    def __init__(self, step: Any, carry: Any, xs: Any, held: list[Tensor]) -> None:
        self.step, self.carry, self.xs = step, carry, xs
        every = [*_flat(carry), *_flat(xs), *held]
        self.nodes = [_core.node_of(value) for value in every]
        self.first = [untracked(value) for value in _flat(carry)]
        self.inputs = [untracked(value) for value in _flat(xs)]
        self.held = held

    def value(self) -> tuple[Any, Any]:
        """What the loop gives, with its history."""

        def kept(c: Any, x: Any) -> Any:
            after, y = self.step(c, x)
            return after, (y, _flat(c))

        with ignore():
            carry, (ys, self.befores) = _rolled(kept, _rebuilt(self.carry, self.first), self.xs, self.held)
        self.like = [value for value in [*_flat(carry), *_flat(ys)]]
        self.shapes = [(value.shape, value.dtype, value.dev) for value in self.like]
        self.structure = _emptied((carry, ys))
        parents = list(self.nodes)
        attached = attach(list(self.like), parents, self.back)
        del self.like
        return tuple(_rebuilt(self.structure, attached))

    def back(self, node: Custom, g: Any) -> list[Tensor | None]:
        """The gradients of the first carry, of xs, and of what the step holds."""
        del node
        if _core.recording():
            raise NotImplementedError(
                f"scan: a second derivative through more than {UNROLLED} steps in a compiled function; take it outside "
                "of compile, or write the loop out"
            )
        seeds = [
            aten.zeros(shape, dtype=dtype, device=dev) if one is None else one
            for one, (shape, dtype, dev) in zip(_every(g, self.shapes), self.shapes, strict=True)
        ]
        count = len(self.first)
        zeros = [aten.zeros_like(value) for value in self.held]
        turned = [np.flip(value, 0) for value in [*self.inputs, *self.befores, *seeds[count:]]]

        def pull(c: Any, x: Any) -> Any:
            slopes, sums = c
            rows, before, ys = _split(x, len(self.inputs), count)
            run = Recording(self._flat_step, (*before, *rows), nest=True, marks=self.held)
            found = run.gradients([*slopes, *ys])
            full = [
                aten.zeros_like(like) if one is None else one
                for one, like in zip(found, [*before, *rows, *self.held], strict=True)
            ]
            own, of_rows, of_held = _split(full, count, len(rows))
            return [list(own), [a + b for a, b in zip(sums, of_held, strict=True)]], list(of_rows)

        (slopes, sums), of_rows = _rolled(pull, [list(seeds[:count]), zeros], turned, self.held)
        return [*slopes, *(np.flip(value, 0) for value in of_rows), *sums]

    def _flat_step(self, *values: Tensor) -> list[Tensor]:
        count = len(self.first)
        after, y = self.step(_rebuilt(self.carry, values[:count]), _rebuilt(self.xs, values[count:]))
        return [*_flat(_as_tensors(after)), *_flat(_as_tensors(y))]


def _every(g: Any, shapes: Sequence[Any]) -> list[Any]:
    return list(g) if len(shapes) > 1 or isinstance(g, list) else [g]


def while_loop(condition: Callable[[C], Any], step: Callable[[C], C], carry: C) -> C:
    """A loop for as long as a condition holds: ``while condition(carry): carry = step(carry)``.

    Parameters
    ----------
    condition : callable
        Takes the carry, returns one boolean.
    step : callable
        Takes the carry, returns the next, of the same structure, shapes and dtypes.
    carry : nest of arrays
        What the first step gets.

    Returns
    -------
    nest of arrays
        The carry for which the condition does not hold.

    Raises
    ------
    CompileError
        In a compiled function: a step gives a carry of another structure, shape or dtype; or a gradient depends on
        the loop, whose number of steps is not known. `scan` has one.

    Examples
    --------
    >>> import numtorch as nt
    >>> nt.while_loop(lambda x: x < 100, lambda x: 2 * x, nt.tensor(3))
    Tensor(192, dtype=int64, dev=-1)
    """
    carry = _as_tensors(carry)
    if not _core.is_tracing():
        while bool(condition(carry)):
            carry = _as_tensors(step(carry))
        return carry
    held = once([edge.value for edge in edges(condition, step) if isinstance(edge.value, Tensor)])
    first = _flat(carry)
    if any(value.tracked for value in [*first, *held]):
        raise CompileError(
            f"while_loop: a gradient depends on the loop ({_core.user_line()}), and how many steps it takes is not "
            "known while a program is traced; use scan, with np.where for the steps that are not to count"
        )

    kinds: list[bool] = []

    def body(*values: Any) -> list[Any]:
        with exchanged(held, values[len(first) :], forget=False):
            after = _as_tensors(step(_given(values)))
            _check_carry(_flat(after), first)
            kinds[:] = [value.is_value for value in _flat(after)]
            return [_core.to_torch(aten.clone(value)) for value in _flat(after)]

    def test(*values: Any) -> Any:
        with exchanged(held, values[len(first) :], forget=False):
            return _core.to_torch(aten.clone(_as_tensors(condition(_given(values))).astype(bool)))

    def _given(values: Sequence[Any]) -> Any:
        own = [_core.from_torch(value, like) for value, like in zip(values[: len(first)], first, strict=True)]
        return _rebuilt(carry, own)

    found = torch_side.while_loop(test, body, list(map(_core.to_torch, first)), list(map(_core.to_torch, held)))
    results = [_as_kind(_core.from_torch(value), kind) for value, kind in zip(found, kinds, strict=True)]
    return _rebuilt(carry, results)
