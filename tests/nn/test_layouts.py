"""Every function of nn with its arrays in every layout, one at a time and mixed, and their gradients.

libtorch's own functions bring arrays into the layout that a kernel for the way back takes for granted; a rule that
calls such a kernel has to do so itself.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import numtorch as nt
from numtorch import Tensor, tensor
from tests.nn.rows.call import Call
from tests.nn.test_calls import DOUBLE, NEAR, ROWS, parts

Lay = Callable[[Any, int], Any]


def plain(a: Any, dev: int) -> Any:
    return tensor(a, dev=dev)


def strided(a: Any, dev: int) -> Any:
    return tensor(np.repeat(a, 2, -1), dev=dev)[..., ::2]


def column(a: Any, dev: int) -> Any:
    return tensor(np.stack([a, -a], -1), dev=dev)[..., 0]


def transposed(a: Any, dev: int) -> Any:
    return tensor(np.ascontiguousarray(a.T), dev=dev).T


def channels_last(a: Any, dev: int) -> Any:
    if a.ndim < 3:
        return plain(a, dev)
    return np.moveaxis(tensor(np.ascontiguousarray(np.moveaxis(a, 1, -1)), dev=dev), -1, 1)


def alike(a: Any, dev: int) -> Any:
    """The first number along the last axis at every index of it."""
    return np.broadcast_to(tensor(a[..., :1], dev=dev), a.shape)


LAYOUTS: dict[str, Lay] = {"strided": strided, "column": column, "transposed": transposed, "alike": alike}
# The first array, and the others.
MIXED: list[tuple[Lay, Lay]] = [(channels_last, lay) for lay in LAYOUTS.values()]


def moved(a: Any, lay: Lay, dev: int) -> Any:
    return lay(a, dev) if a.ndim else plain(a, dev)


def arrangements(row: Call, dev: int) -> list[list[Any]]:
    arrays = [a.astype(DOUBLE[row.kinds[-1]]) for a in row.arrays]
    found = []
    for lay in (channels_last, *LAYOUTS.values()):
        for k in range(len(arrays)):
            found.append([moved(a, lay if i == k else plain, dev) for i, a in enumerate(arrays)])
    for first, others in MIXED:
        found.append([moved(a, others if i else first, dev) for i, a in enumerate(arrays)])
    return found


def totals(row: Call) -> list[Callable[..., Any]]:
    """Numbers made of the results, whose gradients by the results lie in memory in several ways."""

    def summed(weigh: Callable[[Any], Any]) -> Callable[..., Any]:
        def total(*arrays: Any) -> Any:
            made = row.f(*arrays)
            made = made[: row.smooth] if isinstance(made, tuple) else (made,)
            return sum(np.sum(np.real(weigh(x))) for x in made if isinstance(x, Tensor) and x.dtype.kind in "fc")

        return total

    def weighted(x: Any) -> Any:
        return x * tensor(np.linspace(-1, 2, x.size).reshape(x.shape), dev=x.dev)

    return [
        summed(lambda x: x),
        summed(weighted),
        summed(lambda x: weighted(np.moveaxis(x, 1, -1) if x.ndim > 2 else x.T)),
    ]


def compare(found: Any, expected: Any, kind: str) -> None:
    for a, b in zip(parts(found), parts(expected), strict=True):
        assert a.shape == b.shape
        # Of a sum of normalized numbers the gradient is 0 but for rounding.
        np.testing.assert_allclose(a, b, rtol=NEAR[kind], atol=NEAR[kind] * np.max(np.abs(b), initial=1.0))


@pytest.mark.parametrize("row", ROWS, ids=str)
def test_arrays_in_any_layout(row: Call, dev: int) -> None:
    kind = DOUBLE[row.kinds[-1]]
    for given in arrangements(row, dev):
        copied = [x.copy() for x in given]
        compare(row.f(*given), row.f(*copied), kind)
        for total in totals(row) if row.order or row.name == "batchnorm images fixed" else ():
            for found, wanted in zip(nt.gradient(total, *given), nt.gradient(total, *copied), strict=True):
                assert (found is None) is (wanted is None)
                if wanted is not None:
                    compare(found, wanted, kind)
