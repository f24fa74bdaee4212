"""Each rule of the tape under vmap, and behind it: the gradients of a loop over the samples."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import numtorch as nt
from tests.autograd.rows import decomposition, elementwise, fft, indexing, linalg, nn, reduction, shape, special
from tests.batching.refused import REFUSED_RULES

FAMILIES = (decomposition, elementwise, fft, indexing, linalg, nn, reduction, shape, special)
ROWS = {name: rows for family in FAMILIES for name, rows in family.ROWS.items()}
CASES = [(name, i) for name, rows in ROWS.items() for i in range(len(rows))]
COUNT = 3


def leaves_of(y: Any) -> list[nt.Tensor]:
    if isinstance(y, nt.Tensor):
        return [y]
    return [leaf for part in y for leaf in leaves_of(part)] if isinstance(y, tuple | list) else []


def loss(f: Any, args: Any) -> Any:
    """A real number that depends on every element of what `f` returns."""
    total: Any = 0.0
    for y in leaves_of(f(*args)):
        if y.dtype.kind in "fc":
            weights = np.cos(np.arange(y.size)).reshape(y.shape) * (1 - 0.5j if y.dtype.kind == "c" else 1)
            total = total + np.sum(np.real(y * nt.tensor(weights, dev=y.dev)))
    return total


def samples(value: np.ndarray) -> np.ndarray:
    wave = np.sin(1 + np.arange(value.size)).reshape(value.shape)
    return np.stack([value * (1 + 0.02 * i * wave) for i in range(COUNT)]).astype(value.dtype)


def gradients(f: Any, args: Any) -> Any:
    return filled(nt.gradient(lambda *args: loss(f, args), *args), args)


def filled(gs: Any, args: Any) -> Any:
    """Zeros where there is no influence."""
    return [g if g is not None else np.zeros_like(x) for g, x in zip(gs, args, strict=True)]


def check(case: tuple[str, int], compute: Any, expected: Any) -> None:
    """`compute` gives what is expected, or refuses, as the table says."""
    if case in REFUSED_RULES:
        with pytest.raises(RuntimeError, match=r"^vmap: "):
            compute()
        return
    found = compute()
    for one, other in zip(found, expected, strict=True):
        a, b = np.asarray(nt.collect(one)), np.asarray(nt.collect(other))
        assert a.shape == b.shape
        assert a.dtype == b.dtype
        np.testing.assert_allclose(a, b, rtol=1e-7, atol=1e-9 * max(1.0, np.abs(b).max(initial=0)))


def mapped_rows(f: Any, tensors: list[Any], k: int, batch: Any) -> list[list[Any]]:
    """The gradients of each sample."""
    return [gradients(f, [*tensors[:k], batch[i].copy(), *tensors[k + 1 :]]) for i in range(COUNT)]


@pytest.mark.parametrize(("name", "i"), CASES)
def test_gradients_of_each_sample(name: str, i: int, dev: int) -> None:
    if dev >= 0 and name in nn.ON_CPU:
        pytest.skip("a kernel of the CPU")
    f, args = ROWS[name][i]
    tensors = [nt.tensor(x, dev=dev) for x in args]
    for k, value in enumerate(args):
        batch = nt.tensor(samples(np.asarray(value)), dev=dev)
        expected = [np.stack(column) for column in zip(*mapped_rows(f, tensors, k, batch), strict=True)]
        axes = tuple(0 if j == k else None for j in range(len(args)))
        given = [*tensors[:k], batch, *tensors[k + 1 :]]
        mapped = nt.vmap(lambda *xs: gradients(f, xs), in_axes=axes)
        check((name, i), lambda mapped=mapped, given=given: mapped(*given), expected)


@pytest.mark.parametrize(("name", "i"), CASES)
def test_a_gradient_through_all_samples(name: str, i: int, dev: int) -> None:
    if dev >= 0 and name in nn.ON_CPU:
        pytest.skip("a kernel of the CPU")
    f, args = ROWS[name][i]
    tensors = [nt.tensor(x, dev=dev) for x in args]
    batch = nt.tensor(samples(np.asarray(args[0])), dev=dev)
    axes = (0, *[None] * (len(args) - 1))
    rows = mapped_rows(f, tensors, 0, batch)
    columns = [np.stack(column) for column in zip(*rows, strict=True)]
    expected = [columns[0], *[np.sum(column, axis=0) for column in columns[1:]]]

    def every(*xs: Any) -> Any:
        return np.sum(nt.vmap(lambda *xs: loss(f, xs), in_axes=axes)(*xs))

    check((name, i), lambda: filled(nt.gradient(every, batch, *tensors[1:]), [batch, *tensors[1:]]), expected)
