"""What random programs are made of: each operation in NumPy's words and in PyTorch's."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest

torch = pytest.importorskip("torch")

LARGEST = 36  # elements of an array


@dataclass(frozen=True)
class Operation:
    """
    `numpy(*arrays, n)` and `torch(*arrays, n)` give a new array, or None if they write into the first one.

    `n` is any number, from which axes and indices are made; `fits` says which shapes the operation takes.
    """

    arity: int
    numpy: Callable[..., Any]
    torch: Callable[..., Any]
    fits: Callable[..., bool] = lambda *_: True


def broadcasts(*shapes: tuple[int, ...]) -> bool:
    try:
        return int(np.prod(np.broadcast_shapes(*shapes))) <= LARGEST
    except ValueError:
        return False


def same(*shapes: tuple[int, ...]) -> bool:
    return len(set(shapes)) == 1


def into_first(first: tuple[int, ...], *others: tuple[int, ...]) -> bool:
    return broadcasts(first, *others) and np.broadcast_shapes(first, *others) == first


def has_axes(least: int) -> Callable[..., bool]:
    return lambda shape: len(shape) >= least


def axis(a: Any, n: int) -> int:
    return n % a.ndim


def indices(a: Any, n: int) -> np.ndarray:
    """Indices along the first axis, with repetitions."""
    return np.array([n, n + 1, 3 * n, n]) % len(a)


def on_torch(a: Any, n: int) -> Any:
    return torch.as_tensor(indices(a, n))


def alike(run: Callable[[Any, Any, int], Any]) -> Operation:
    """An operation on one array that reads the same in both: `run(np or torch, a, n)`."""
    return Operation(1, lambda a, n: run(np, a, n), lambda a, n: run(torch, a, n))


def alike_of_two(run: Callable[[Any, Any, Any], Any]) -> Operation:
    return Operation(2, lambda a, b, _: run(np, a, b), lambda a, b, _: run(torch, a, b), broadcasts)


COMPUTED: dict[str, Operation] = {
    "sin": alike(lambda xp, a, _: xp.sin(a)),
    "tanh": alike(lambda xp, a, _: xp.tanh(a)),
    "arctan": alike(lambda xp, a, _: xp.arctan(a)),
    "exp": alike(lambda xp, a, _: xp.exp(-a * a)),
    "sqrt": alike(lambda xp, a, _: xp.sqrt(a * a + 1.0)),
    "log1p": alike(lambda xp, a, _: xp.log1p(a * a)),
    "square": alike(lambda xp, a, _: xp.square(a)),
    "abs": alike(lambda xp, a, _: xp.abs(a)),
    "numbers": alike(lambda _, a, n: (2.0 - a) * (0.25 * n) + a / 3.0),
    "clip": alike(lambda xp, a, n: xp.clip(a, -0.31 - 0.1 * n, 0.83)),
    "add": alike_of_two(lambda _, a, b: a + b),
    "subtract": alike_of_two(lambda _, a, b: a - b),
    "multiply": alike_of_two(lambda _, a, b: a * b),
    "divide": alike_of_two(lambda _, a, b: a / (b * b + 0.7)),
    "maximum": alike_of_two(lambda xp, a, b: xp.maximum(a, b)),
    "minimum": alike_of_two(lambda xp, a, b: xp.minimum(a, b)),
    "arctan2": alike_of_two(lambda xp, a, b: xp.arctan2(a, b * b + 0.7)),
    "where": alike_of_two(lambda xp, a, b: xp.where(a > b, a * 2.0, xp.sin(b))),
    "sum": Operation(1, lambda a, n: np.sum(a, axis(a, n)), lambda a, n: torch.sum(a, axis(a, n)), has_axes(2)),
    "sum of all": Operation(1, lambda a, _: a * np.sum(a), lambda a, _: a * torch.sum(a)),
    "mean": Operation(
        1, lambda a, n: a - a.mean(axis(a, n), keepdims=True), lambda a, n: a - a.mean(axis(a, n), keepdim=True)
    ),
    "var": Operation(
        1,
        lambda a, n: np.var(a, axis=axis(a, n), keepdims=True),
        lambda a, n: torch.var(a, axis(a, n), correction=0, keepdim=True),
    ),
    "max": Operation(
        1, lambda a, n: np.max(a, axis(a, n), keepdims=True), lambda a, n: torch.amax(a, axis(a, n), keepdim=True)
    ),
    "prod": Operation(1, lambda a, n: np.prod(a, axis(a, n)), lambda a, n: torch.prod(a, axis(a, n)), has_axes(2)),
    "cumsum": Operation(1, lambda a, n: np.cumsum(a, axis(a, n)), lambda a, n: torch.cumsum(a, axis(a, n))),
    "cumprod": Operation(1, lambda a, n: np.cumprod(a, axis(a, n)), lambda a, n: torch.cumprod(a, axis(a, n))),
    "sort": Operation(1, lambda a, n: np.sort(a, axis(a, n)), lambda a, n: torch.sort(a, dim=axis(a, n))[0]),
    "row": Operation(1, lambda a, n: a[n % len(a)] * 1.5, lambda a, n: a[n % len(a)] * 1.5, has_axes(2)),
    "column": Operation(1, lambda a, n: a[..., n % a.shape[-1] :] * 1.5, lambda a, n: a[..., n % a.shape[-1] :] * 1.5),
    "reversed": Operation(1, lambda a, _: a[::-1].copy(), lambda a, _: torch.flip(a, [0])),
    "taken": Operation(1, lambda a, n: a[indices(a, n)], lambda a, n: a[on_torch(a, n)], lambda s: np.prod(s[1:]) <= 9),
    "take": Operation(
        1,
        lambda a, n: np.take(a, [0, n % a.shape[-1], 0], axis=-1),
        lambda a, n: a[..., [0, n % a.shape[-1], 0]],
        lambda s: np.prod(s[:-1]) <= 12,
    ),
    "masked": Operation(1, lambda a, _: a[a > 0.13].sum(keepdims=True), lambda a, _: a[a > 0.13].sum().reshape(1)),
    "concatenate": Operation(
        2,
        lambda a, b, n: np.concatenate([a, b, a], axis(a, n)),
        lambda a, b, n: torch.cat([a, b, a], axis(a, n)),
        lambda s, t: s == t and 3 * np.prod(s) <= LARGEST,
    ),
    "stack": Operation(
        2,
        lambda a, b, n: np.stack([a, b], n % (a.ndim + 1)),
        lambda a, b, n: torch.stack([a, b], n % (a.ndim + 1)),
        lambda s, t: s == t and 2 * np.prod(s) <= LARGEST and len(s) < 3,
    ),
    "matmul": Operation(
        2,
        lambda a, b, _: a @ b,
        lambda a, b, _: a @ b,
        lambda s, t: len(s) == 2 and len(t) in (1, 2) and s[1] == t[0],
    ),
    "gram": Operation(1, lambda a, _: a @ a.T, lambda a, _: a @ a.T, lambda s: len(s) == 2 and s[0] <= 6),
    "outer": Operation(
        2,
        lambda a, b, _: np.outer(a, b),
        lambda a, b, _: torch.outer(a.reshape(-1), b.reshape(-1)),
        lambda s, t: np.prod(s) * np.prod(t) <= LARGEST,
    ),
    "einsum": Operation(
        2,
        lambda a, b, _: np.einsum("ij,ij->ji", a, b),
        lambda a, b, _: torch.einsum("ij,ij->ji", a, b),
        lambda s, t: s == t and len(s) == 2,
    ),
    "flat": Operation(1, lambda a, _: a.reshape(-1).copy(), lambda a, _: a.reshape(-1)),
    "reshape": Operation(1, lambda a, _: a.reshape(a.shape[::-1]).copy(), lambda a, _: a.reshape(tuple(a.shape)[::-1])),
    "transpose": Operation(1, lambda a, _: a.T.copy(), lambda a, _: turn(a)),
    "swapaxes": Operation(
        1, lambda a, n: np.swapaxes(a, 0, axis(a, n)).copy(), lambda a, n: a.transpose(0, axis(a, n))
    ),
    "roll": Operation(1, lambda a, n: np.roll(a, n, 0), lambda a, n: torch.roll(a, n, 0)),
    "expand": Operation(
        1,
        lambda a, _: np.broadcast_to(a, (2, *a.shape)).copy(),
        lambda a, _: a.expand(2, *a.shape),
        lambda s: 2 * np.prod(s) <= LARGEST and len(s) < 3,
    ),
    "pad": Operation(
        1,
        lambda a, n: np.pad(a, [(1, 0)] + [(0, 0)] * (a.ndim - 1), constant_values=0.1 * n),
        lambda a, n: torch.cat([torch.full_like(a[:1], 0.1 * n), a]),
        lambda s: np.prod(s) + np.prod(s[1:]) <= LARGEST,
    ),
}


def _set_row(a: Any, b: Any, n: int) -> None:
    a[n % len(a)] = b


def _set_taken(a: Any, n: int) -> None:
    a[[n % len(a), 0]] = 0.25 * n


def _set_slice(a: Any, b: Any, n: int) -> None:
    a[tail(n, a)] = b[..., :1] * 2.0


def _imul(a: Any, b: Any, _: int) -> None:
    a *= b


def _iadd(a: Any, b: Any, _: int) -> None:
    a += b


def _idiv(a: Any, n: int) -> None:
    a /= 1.5 + n


def _add_to_row(a: Any, n: int) -> None:
    a[n % len(a)] += a[0] * 0.5


def _add_to_masked(a: Any, n: int) -> None:
    a[a > 0.17] += 0.5 + n


def _scale_masked(a: Any, b: Any, _: int) -> None:
    a[b > 0.17] *= 1.5


def _set_masked(a: Any, b: Any, _: int) -> None:
    a[a < b] = -0.5


def _add_at(a: Any, n: int) -> None:
    np.add.at(a, indices(a, n), a[0] * 0.5)


def _multiply_at(a: Any, n: int) -> None:
    np.multiply.at(a, [n % len(a)], 0.5)


def _add_into(a: Any, b: Any, c: Any, _: int) -> None:
    np.add(b, c, out=a)


def _multiply_where(a: Any, b: Any, _: int) -> None:
    np.multiply(a, b, out=a, where=b > 0.11)


def _sort_in_place(a: Any, n: int) -> None:
    a.sort(axis(a, n))


def _fill_diagonal(a: Any, n: int) -> None:
    np.fill_diagonal(a, 0.1 * n)


def _copyto(a: Any, b: Any, _: int) -> None:
    np.copyto(a, b)


def assigned(new: Callable[..., Any]) -> Callable[..., None]:
    """PyTorch's way of writing: the whole array anew, so that nothing a backward pass needs is overwritten."""

    def write(a: Any, *others: Any) -> None:
        a.copy_(new(a.clone(), *others))

    return write


def with_set(a: Any, index: Any, value: Any) -> Any:
    a = a.clone()
    a[index] = value
    return a


def row_of_first(shape: tuple[int, ...], other: tuple[int, ...]) -> bool:
    return into_first(shape[1:], other)


def tail(n: int, a: Any) -> Any:
    return (..., slice(n % a.shape[-1], None))


WRITTEN: dict[str, Operation] = {
    "a[i] = b": Operation(
        2,
        _set_row,
        assigned(lambda a, b, n: with_set(a, n % len(a), b)),
        lambda s, t: len(s) > 1 and into_first(s[1:], t),
    ),
    "a[[i, j]] = number": Operation(
        1, _set_taken, assigned(lambda a, n: with_set(a, torch.tensor([n % len(a), 0]), 0.25 * n))
    ),
    "a[..., i:] = b": Operation(
        2,
        _set_slice,
        assigned(lambda a, b, n: with_set(a, tail(n, a), b[..., :1] * 2.0)),
        lambda s, t: into_first((*s[:-1], 1), (*t[:-1], 1)),
    ),
    "a *= b": Operation(2, _imul, assigned(lambda a, b, _: a * b), into_first),
    "a += b": Operation(2, _iadd, assigned(lambda a, b, _: a + b), into_first),
    "a /= number": Operation(1, _idiv, assigned(lambda a, n: a / (1.5 + n))),
    "a[i] += a[0]": Operation(
        1, _add_to_row, assigned(lambda a, n: with_set(a, n % len(a), a[n % len(a)] + a[0] * 0.5))
    ),
    "a[mask] += number": Operation(1, _add_to_masked, assigned(lambda a, n: torch.where(a > 0.17, a + (0.5 + n), a))),
    "a[mask of b] *= number": Operation(
        2, _scale_masked, assigned(lambda a, b, _: torch.where(b > 0.17, a * 1.5, a)), same
    ),
    "a[a < b] = number": Operation(2, _set_masked, assigned(lambda a, b, _: torch.where(a < b, -0.5, a)), same),
    "add.at": Operation(
        1, _add_at, assigned(lambda a, n: a.index_add(0, on_torch(a, n), (a[0] * 0.5).expand(4, *a.shape[1:])))
    ),
    "multiply.at": Operation(1, _multiply_at, assigned(lambda a, n: with_set(a, n % len(a), a[n % len(a)] * 0.5))),
    "add(b, c, out=a)": Operation(
        3,
        _add_into,
        assigned(lambda *arrays_and_n: arrays_and_n[1] + arrays_and_n[2]),
        lambda s, t, u: broadcasts(t, u) and into_first(s, t, u),
    ),
    "multiply(a, b, out=a, where=mask)": Operation(
        2, _multiply_where, assigned(lambda a, b, _: torch.where(b > 0.11, a * b, a)), into_first
    ),
    "a.sort()": Operation(1, _sort_in_place, assigned(lambda a, n: torch.sort(a, dim=axis(a, n))[0])),
    "fill_diagonal": Operation(
        1, _fill_diagonal, assigned(lambda a, n: a.fill_diagonal_(0.1 * n)), lambda s: len(s) == 2
    ),
    "copyto": Operation(2, _copyto, assigned(lambda *arrays_and_n: arrays_and_n[1]), into_first),
}


# ---- Through views ----


def _scale_row(a: Any, n: int) -> None:
    row = a[n % len(a)]
    row *= 1.5


def _square_slice(a: Any, n: int) -> None:
    part = a[..., n % a.shape[-1] :]
    part[...] = part * part


def turn(a: Any) -> Any:
    return a.permute(*range(a.ndim)[::-1])


def _add_to_transpose(a: Any, b: Any, _: int) -> None:
    turned = a.T
    turned += b


def _set_in_swapped(a: Any, n: int) -> None:
    swapped = np.swapaxes(a, 0, -1)
    swapped[n % len(swapped)] = 0.3


def _row_of_rest(a: Any, n: int) -> None:
    rest = a[-2:]
    row = rest[n % len(rest)]
    rest += 0.25
    row *= 0.5


def _row_of_rest_anew(a: Any, n: int) -> Any:
    a = with_set(a, slice(-2, None), a[-2:] + 0.25)
    index = max(len(a) - 2, 0) + n % min(len(a), 2)
    return with_set(a, index, a[index] * 0.5)


def _scale_backward(a: Any, n: int) -> None:
    back = a[..., ::-1]
    back[..., n % a.shape[-1]] *= 1.5


def _scaled_backward(a: Any, n: int) -> Any:
    index = (..., a.shape[-1] - 1 - n % a.shape[-1])
    return with_set(a, index, a[index] * 1.5)


def _accumulate_backward(a: Any, _: int) -> None:
    back = a[::-1]
    back += a * 0.5


def _square_every_other(a: Any, n: int) -> None:
    some = np.flip(a, 0)[n % len(a) :: 2]
    some[...] = some * some


def _squared_every_other(a: Any, n: int) -> Any:
    rows = list(range(len(a)))[::-1][n % len(a) :: 2]
    return with_set(a, rows, a[rows] ** 2)


def turned(s: tuple[int, ...], t: tuple[int, ...]) -> bool:
    return into_first(s[::-1], t)


THROUGH_VIEWS: dict[str, Operation] = {
    "row = a[i]; row *= number": Operation(
        1, _scale_row, assigned(lambda a, n: with_set(a, n % len(a), a[n % len(a)] * 1.5)), has_axes(2)
    ),
    "part = a[..., i:]; part[...] = part * part": Operation(
        1, _square_slice, assigned(lambda a, n: with_set(a, tail(n, a), a[tail(n, a)] ** 2))
    ),
    "turned = a.T; turned += b": Operation(2, _add_to_transpose, assigned(lambda a, b, _: turn(turn(a) + b)), turned),
    "swapped = np.swapaxes(a, 0, -1); swapped[i] = number": Operation(
        1, _set_in_swapped, assigned(lambda a, n: with_set(a, (..., n % a.shape[-1]), 0.3)), has_axes(2)
    ),
    "a view of a view": Operation(1, _row_of_rest, assigned(_row_of_rest_anew), has_axes(2)),
    "back = a[..., ::-1]; back[..., i] *= number": Operation(1, _scale_backward, assigned(_scaled_backward)),
    "back = a[::-1]; back += a": Operation(
        1, _accumulate_backward, assigned(lambda a, _: a + torch.flip(a, [0]) * 0.5)
    ),
    "some = np.flip(a, 0)[i::2]; some[...] = some * some": Operation(
        1, _square_every_other, assigned(_squared_every_other)
    ),
    # These stay beside what they are views of: later steps write into either.
    "kept row": Operation(1, lambda a, n: a[n % len(a)], lambda a, n: a[n % len(a)], has_axes(2)),
    "kept slice": Operation(1, lambda a, n: a[..., n % a.shape[-1] :], lambda a, n: a[..., n % a.shape[-1] :]),
    "kept transpose": Operation(1, lambda a, _: a.T, lambda a, _: turn(a)),
}

KEPT = {name for name in THROUGH_VIEWS if name.startswith("kept")}


def unknown(*_: Any) -> Any:
    raise AssertionError("PyTorch has no views with steps backward")


# As those that are kept, but without a counterpart in PyTorch.
BACKWARD: dict[str, Operation] = {
    "kept backward": Operation(1, lambda a, _: a[::-1], unknown),
    "kept every other": Operation(1, lambda a, n: a[..., :: -1 - n % 2], unknown),
    "kept rot90": Operation(1, lambda a, n: np.rot90(a, n + 1), unknown, lambda s: len(s) == 2),
}
