"""Power series, `polynomial.polynomial`: each row gives the same on ndarrays and, in numtorch.numpy, on Tensors."""

import warnings

import numpy as np
import pytest
from numpy.polynomial import polynomial as theirs

import numtorch as nt
import numtorch.numpy as xp
from numtorch._core import Function
from numtorch.numpy.polynomial import polynomial as ours
from tests.functions.test_registry import parameters
from tests.pairing import ALL, INEXACT, INTEGERS, Row, compare, rows

VALUES = """
np.polynomial.polynomial.polyval(v, c)
np.polynomial.polynomial.polyval(v, m)
np.polynomial.polynomial.polyval(x, m)
np.polynomial.polynomial.polyval(v, m, tensor=False)
np.polynomial.polynomial.polyval(v, u, tensor=False)
np.polynomial.polynomial.polyval(u, m, False)
np.polynomial.polynomial.polyval(2, v)
np.polynomial.polynomial.polyval([1, 2.5], v)
np.polynomial.polynomial.polyval(s, v)
np.polynomial.polynomial.polyval(v, s)
np.polynomial.polynomial.polyval(z, v)
np.polynomial.polynomial.polyval(v, z)
np.polynomial.polynomial.polyval(v, [1, 2, 3])
np.polynomial.polynomial.polyval3d(v, c, v, x)
np.polynomial.polynomial.polyval3d(s, s, s, x)
np.polynomial.polynomial.polyval3d(v, c, [1, 2, 3, 4], x)
np.polynomial.polynomial.polyval3d(v, c, u, x)
np.polynomial.polynomial.polyval2d(v, c, q)
np.polynomial.polynomial.polygrid2d(v, w, q)
np.polynomial.polynomial.polygrid3d(v, w, u, x)
np.polynomial.polynomial.polygrid3d(v, 2, u, x)
np.polynomial.polynomial.polyvander(v, 3)
np.polynomial.polynomial.polyvander(m, 2)
np.polynomial.polynomial.polyvander(s, 1)
np.polynomial.polynomial.polyvander(v, 0)
np.polynomial.polynomial.polyvander(z, 2)
np.polynomial.polynomial.polyvander([1, 2], 2)
np.polynomial.polynomial.polyvander(v, -1)
np.polynomial.polynomial.polyvander(v, 1.5)
np.polynomial.polynomial.polyder(v)
np.polynomial.polynomial.polyder(w, 2)
np.polynomial.polynomial.polyder(v, 4)
np.polynomial.polynomial.polyder(v, 7)
np.polynomial.polynomial.polyder(v, 0)
np.polynomial.polynomial.polyder(v, scl=2)
np.polynomial.polynomial.polyder(v, 2, -1.5)
np.polynomial.polynomial.polyder(m, axis=1)
np.polynomial.polynomial.polyder(x, axis=-2)
np.polynomial.polynomial.polyder(x)
np.polynomial.polynomial.polyder(s)
np.polynomial.polynomial.polyder(v, -1)
np.polynomial.polynomial.polyder(v, 1.5)
np.polynomial.polynomial.polyder(v, axis=1)
np.polynomial.polynomial.polyint(v)
np.polynomial.polynomial.polyint(v, 3)
np.polynomial.polynomial.polyint(v, 0)
np.polynomial.polynomial.polyint(v, 2, [1, 2])
np.polynomial.polynomial.polyint(v, 2, 3)
np.polynomial.polynomial.polyint(v, k=s)
np.polynomial.polynomial.polyint(v, lbnd=-1)
np.polynomial.polynomial.polyint(v, scl=-2)
np.polynomial.polynomial.polyint(m, 2, axis=1)
np.polynomial.polynomial.polyint(x, 1, [1], 2, 3, 1)
np.polynomial.polynomial.polyint(s)
np.polynomial.polynomial.polyint([0])
np.polynomial.polynomial.polyint([0], 3, [1, 2])
np.polynomial.polynomial.polyint(v, 1, [1, 2])
np.polynomial.polynomial.polyint(v, -1)
np.polynomial.polynomial.polyint(v, lbnd=[1])
np.polynomial.polynomial.polyint(v, scl=[1, 2])
"""

ARITHMETIC = """
np.polynomial.polynomial.polyadd(v, w)
np.polynomial.polynomial.polyadd(w, v)
np.polynomial.polynomial.polyadd(v, -v)
np.polynomial.polynomial.polyadd(s, w)
np.polynomial.polynomial.polyadd(v, [1, 2.5])
np.polynomial.polynomial.polyadd(v, c)
np.polynomial.polynomial.polyadd(v, z)
np.polynomial.polynomial.polyadd(v, m)
np.polynomial.polynomial.polysub(v, w)
np.polynomial.polynomial.polysub(w, v)
np.polynomial.polynomial.polysub(v, v)
np.polynomial.polynomial.polysub(3, v)
np.polynomial.polynomial.polymul(v, w)
np.polynomial.polynomial.polymul(v, v * 0)
np.polynomial.polynomial.polymul(np.append(v, v * 0), w)
np.polynomial.polynomial.polymul(2, v)
np.polynomial.polynomial.polymul(m, v)
np.polynomial.polynomial.polymul([1, 2], [3, 4])
"""

ROOTS = """
np.polynomial.polynomial.polyfromroots(v)
np.polynomial.polynomial.polyfromroots(w)
np.polynomial.polynomial.polyfromroots([1, 2, 3])
np.polynomial.polynomial.polyfromroots(v[:1])
np.polynomial.polynomial.polyfromroots(z)
np.polynomial.polynomial.polyfromroots(m)
np.polynomial.polynomial.polycompanion(v + 9)
np.polynomial.polynomial.polycompanion(v[:2] + 9)
np.polynomial.polynomial.polycompanion(v[:1])
np.polynomial.polynomial.polyroots(v + 9)
np.polynomial.polynomial.polyroots([6, -5, 1])
np.polynomial.polynomial.polyroots(np.append(v + 9, [0, 0]))
np.polynomial.polynomial.polyroots(v[:2] + 9)
np.polynomial.polynomial.polyroots(v[:1] + 9)
np.polynomial.polynomial.polyroots(m)
"""

FITTED = """
np.polynomial.polynomial.polyfit(np.arange(len(w)), w, 2)
np.polynomial.polynomial.polyfit(np.arange(len(w)), w, [0, 2])
np.polynomial.polynomial.polyfit(np.arange(len(w)), w, [3, 1])
np.polynomial.polynomial.polyfit(np.arange(3), m, 1)
np.polynomial.polynomial.polyfit(np.arange(3), m, [1], w=np.arange(3) + 1)
np.polynomial.polynomial.polyfit(np.arange(len(w)), w, 1, w=w * w + 1)
np.polynomial.polynomial.polyfit(np.arange(len(w)), w, 1, full=True)
np.polynomial.polynomial.polyfit(np.arange(len(w)) * 0, w, 2)
np.polynomial.polynomial.polyfit(v, w, 1)
np.polynomial.polynomial.polyfit(m, m, 1)
np.polynomial.polynomial.polyfit(v, x, 1)
np.polynomial.polynomial.polyfit(z, z, 1)
np.polynomial.polynomial.polyfit(v, v, -1)
np.polynomial.polynomial.polyfit(v, v, 1.5)
np.polynomial.polynomial.polyfit(v, v, 1, w=w)
np.polynomial.polynomial.polyfit(v, v, 1, w=m)
"""

ROWS = [
    *rows(VALUES, ALL, memory=False),
    *rows(ARITHMETIC, (*INEXACT, *INTEGERS), memory=False),
    *rows(ROOTS, (*INEXACT, *INTEGERS), memory=False, tolerance=100),
    *rows(FITTED, ("float64", "float32", "complex128", "int64"), memory=False, tolerance=100),
]


@pytest.mark.parametrize("row", ROWS, ids=str)
def test_pairs(row: Row, dev: int) -> None:
    with nt.device(dev):
        found = [f"{dtype}: {text}" for dtype in row.dtypes for text in compare(row, dtype, dev, namespace=xp)]
    assert not found, "\n".join(found)


@pytest.mark.parametrize("name", [name for name in ours.__all__ if isinstance(getattr(ours, name), Function)])
def test_signature(name: str) -> None:
    expected = parameters(getattr(theirs, name))
    if name == "polyint":
        expected = [(*what, () if default == [] else default) for *what, default in expected]
    assert parameters(getattr(ours, name)) == expected


def test_an_ill_fit_warns(dev: int) -> None:
    with pytest.warns(np.exceptions.RankWarning):
        ours.polyfit(nt.tensor([1.0, 1.0], dev=dev), [1.0, 2.0], 1)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        ours.polyfit(nt.tensor([1.0, 1.0], dev=dev), [1.0, 2.0], 1, full=True)


GRADIENTS = {
    "polyval": lambda x, c: ours.polyval(x, c),
    "polyval3d": lambda x, c: ours.polyval3d(x, x * 2, x + 1, c.reshape(2, 1, 2)),
    "polygrid3d": lambda x, c: ours.polygrid3d(x, 2.0, x + 1, c.reshape(2, 1, 2)),
    "polyvander": lambda x, c: ours.polyvander(x, 3) + c[0],
    "polyder": lambda x, c: ours.polyder(c, 2, x[0]),
    "polyint": lambda x, c: ours.polyint(c, 2, [x[0]], x[1], x[2]),
    "polyadd": lambda x, c: ours.polyadd(x, c),
    "polysub": lambda x, c: ours.polysub(x, c),
    "polymul": lambda x, c: ours.polymul(x, c),
    "polyfromroots": lambda x, c: ours.polyfromroots(x * c[0]),
    "polyroots": lambda x, _: ours.polyroots(np.concatenate([x, x[:1] * 0 - 3])) ** 2,
    "polyfit": lambda x, c: ours.polyfit(x, x * c[0] + c[1] * x**2, 1),
}


@pytest.mark.parametrize("name", GRADIENTS)
def test_gradient(name: str, dev: int) -> None:
    nt.check_gradient(GRADIENTS[name], np.array([0.5, -1.2, 1.7]), np.array([1.5, 0.7, -0.4, 2.0]), order=1, dev=dev)
