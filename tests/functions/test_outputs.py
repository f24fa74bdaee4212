"""``out=`` of a shape that the result does not have: an error wherever NumPy raises one, and nothing written."""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
import pytest

import numtorch as nt
from tests.agreement import assert_same_bits, run

SHAPES = [(), (1,), (2,), (3,), (4,), (0,), (1, 1), (1, 2), (1, 3), (2, 1), (3, 1), (2, 2), (2, 3), (3, 3), (2, 3, 3)]


class Given(NamedTuple):
    """The arrays that the calls speak of."""

    table: Any
    square: Any
    vector: Any
    column: Any


Call = Callable[[Given, Any], Any]


def reductions() -> dict[str, Call]:
    found: dict[str, Call] = {}
    for f in (np.sum, np.prod, np.max, np.min, np.mean, np.std, np.var, np.nansum, np.nanmean, np.nanmax):
        for axis in (None, 0, 1, (0, 1)):
            for kept in (False, True):
                options = {"axis": axis, "keepdims": kept}
                name = f"{f.__name__} {axis} {kept}"
                found[name] = lambda a, out, f=f, options=options: f(a.table, out=out, **options)
                found[f"{name} of a column"] = lambda a, out, f=f, options=options: f(a.column, out=out, **options)
    for u in (np.add, np.maximum, np.multiply, np.subtract, np.floor_divide, np.logical_and, np.hypot):
        for axis in (0, 1, None, ()):
            for kept in (False, True):
                options = {"axis": axis, "keepdims": kept}
                name = f"{u.__name__}.reduce {axis} {kept}"
                found[name] = lambda a, out, u=u, options=options: u.reduce(a.table, out=out, **options)
                found[f"{name} of a column"] = lambda a, out, u=u, options=options: u.reduce(
                    a.column, out=out, **options
                )
    return found


CALLS: dict[str, Call] = {
    **reductions(),
    "add.reduceat": lambda a, out: np.add.reduceat(a.table, [0, 1], axis=1, out=out),
    "add.outer": lambda a, out: np.add.outer(a.vector, a.vector[:2], out=out),
    "add": lambda a, out: np.add(a.table, 1, out=out),
    "add, broadcast": lambda a, out: np.add(a.column, a.vector, out=out),
    "exp where": lambda a, out: np.exp(a.vector, out=out, where=a.vector > 0),
    "clip": lambda a, out: np.clip(a.vector, 0, 1, out=out),
    "+=": lambda a, out: operator.iadd(out, a.table),
    "matmul": lambda a, out: np.matmul(a.table, a.square, out=out),
    "matmul by a column": lambda a, out: np.matmul(a.table, a.square[:, :1], out=out),
    "matmul by a vector": lambda a, out: np.matmul(a.table, a.vector, out=out),
    "matmul of a vector": lambda a, out: np.matmul(a.vector, a.square, out=out),
    "matmul of vectors": lambda a, out: np.matmul(a.vector, a.vector, out=out),
    "vecdot": lambda a, out: np.vecdot(a.table, a.vector, out=out),
    "@=": lambda a, out: operator.imatmul(out, a.square),
    "@= a column": lambda a, out: operator.imatmul(out, a.square[:, :1]),
    "@= a vector": lambda a, out: operator.imatmul(out, a.vector),
    "@= a number": lambda _, out: operator.imatmul(out, 2.0),
    "@= a list": lambda _, out: operator.imatmul(out, [1.0, 2.0, 3.0]),
    "@= matrices": lambda a, out: operator.imatmul(out, np.stack([a.square, a.square])),
    "dot": lambda a, out: np.dot(a.table, a.square, out=out),
    "take": lambda a, out: np.take(a.vector, [0, 1], out=out),
    "choose": lambda a, out: np.choose([0, 1], [a.vector[:2], a.vector[:2]], out=out),
    "concatenate": lambda a, out: np.concatenate([a.table, a.table], out=out),
    "trace": lambda a, out: np.trace(a.square, out=out),
    "einsum": lambda a, out: np.einsum("ij->i", a.table, out=out),
}


@pytest.mark.parametrize("name", CALLS)
def test_wrong_shapes(name: str, dev: int) -> None:
    for shape in SHAPES:
        arrays = Given(np.arange(6.0).reshape(2, 3), np.arange(9.0).reshape(3, 3), np.arange(3.0), np.ones((2, 1)))
        tensors = Given(*(nt.tensor(x, dev=dev) for x in arrays))
        out = np.full(shape, 2.0)
        own_out = nt.tensor(out, dev=dev)
        expected, error = run(CALLS[name], arrays, out)
        actual, own = run(CALLS[name], tensors, own_out)
        assert (own is None) == (error is None), f"{shape}: {own!r} instead of {error!r}"
        if error is None:
            assert_same_bits(expected, actual, 1e-12)
        else:
            assert isinstance(own, (ValueError, TypeError))
            assert nt.collect(own_out).tolist() == np.full(shape, 2.0).tolist()
