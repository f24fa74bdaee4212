"""scipy.special's ufuncs on Tensors, against SciPy: every dtype, keyword and method."""

from __future__ import annotations

import itertools
import subprocess
import sys
from typing import Any

import numpy as np
import pytest
from scipy import special

import numtorch as nt
from numtorch.functions.ufuncs.scipy_special import TABLE, find_row
from tests.agreement import DTYPES, difference, disagreement, draw, run, to_tensors
from tests.ops.special import ROWS, Row
from tests.ufuncs.ufunc_cases import assert_agree

NAMES = pytest.mark.parametrize("row", ROWS, ids=lambda row: row.ufunc.__name__)


def points(dtype: np.dtype, seed: int) -> np.ndarray:
    """Numbers of that dtype: extremes, and many where the functions are not flat."""
    values = draw(dtype, 32, seed)
    if dtype.kind not in "fc":
        return np.concatenate([values, np.arange(32).astype(dtype)])
    spread = np.random.default_rng(seed).permutation(np.linspace(-9, 30, 400))
    return np.concatenate([values, spread.astype(dtype), np.linspace(0, 1, 100).astype(dtype)])


def test_the_table_has_rows() -> None:
    assert {row.ufunc.__name__ for row in ROWS} == {entry.name for entry in TABLE}
    assert all(find_row(row.ufunc) is not None for row in ROWS)


@NAMES
def test_values_of_all_dtypes(row: Row, dev: int) -> None:
    cases = {}
    for dtypes in itertools.product([d for d in DTYPES if d.kind != "c" or row.complex], repeat=row.ufunc.nin):
        size = min(len(points(dtype, 0)) for dtype in dtypes)
        arrays = [points(dtype, seed)[:size] for seed, dtype in enumerate(dtypes)]
        if row.ufunc.__name__ == "_zeta":
            arrays[1] = abs(arrays[1])  # SciPy's overflows to no infinity below 0
        cases[",".join(map(str, dtypes))] = disagreement(row.ufunc, arrays, dev, row.ulps)
    assert_agree(cases)


@pytest.mark.parametrize("row", [row for row in ROWS if not row.complex], ids=lambda row: row.ufunc.__name__)
def test_complex_is_refused(row: Row, dev: int) -> None:
    z = nt.tensor([1j, 2.0], dev=dev)
    with pytest.raises(TypeError, match=row.ufunc.__name__):
        row.ufunc(*[z] * row.ufunc.nin)


def arguments(row: Row) -> list[np.ndarray]:
    random = np.random.default_rng(3)
    free = [random.uniform(low, high, (2, 3)) for low, high in row.ranges or ((1.5, 4.0),)]
    return [*(np.full(3, number) for number in row.fixed), *free]


@NAMES
def test_shapes_numbers_and_keywords(row: Row, dev: int) -> None:
    args = arguments(row)
    calls: dict[str, Any] = {
        "0-d": lambda *a: row.ufunc(*[x.reshape(-1)[0] for x in a]),
        "empty": lambda *a: row.ufunc(*[x[:0] for x in a]),
        "transposed": lambda *a: row.ufunc(*[x.T for x in a]),
        "a number": lambda *a: row.ufunc(*[0.5] * (len(a) - 1), a[-1]),
        "dtype": lambda *a: row.ufunc(*a, dtype=np.float32),
        "out": lambda *a: row.ufunc(*a, out=np.zeros_like(a[-1])),
        "narrow": lambda *a: row.ufunc(*[x.astype(np.float32) for x in a], out=np.zeros_like(a[-1])).astype("f4"),
        "wrong out": lambda *a: row.ufunc(*a, out=np.zeros_like(a[-1], dtype=np.int64)),
        "wrong shape": lambda *a: row.ufunc(*a, out=np.zeros_like(a[-1], shape=(4,))),
        "too many": lambda *a: row.ufunc(*a, *a, *a),
        "unknown keyword": lambda *a: row.ufunc(*a, foo=1),
    }
    if row.ufunc.nin == 2:
        calls["outer"] = lambda a, b: row.ufunc.outer(a, b[0])
        calls["reduce"] = lambda _, b: row.ufunc.reduce(b)
    assert_agree({name: disagreement(f, args, dev, row.ulps) for name, f in calls.items()})


@NAMES
def test_where(row: Row, dev: int) -> None:
    """Against the values without a mask: with one, loops of SciPy 1.17 write past the ends of their arrays."""
    args, mask = to_tensors(arguments(row), dev), np.array([True, False, True])
    expected = np.where(mask, nt.collect(row.ufunc(*args)), 7.0)
    out = np.full_like(args[-1], 7.0)
    assert row.ufunc(*args, out=out, where=mask) is out
    np.testing.assert_array_equal(nt.collect(out), expected)


def test_bessel_functions_of_many_and_of_large_numbers(dev: int) -> None:
    """More elements than are computed at a time, from both formulas, and where they meet."""
    x = np.concatenate([np.linspace(-60.0, 60.0, 300_000), [0.0, 17.999999, 18.0, 18.000001, 1e4, 1e7]])
    for function in (special.j0, special.j1, special.y0, special.y1):
        with np.errstate(all="ignore"):
            expected = function(x)
        np.testing.assert_allclose(nt.collect(function(nt.tensor(x, dev=dev))), expected, rtol=1e-13, atol=1e-12)


def test_functions_that_call_them(dev: int) -> None:
    x = np.array([1.5, 2.0, 3.0])
    for function in (lambda a: special.zeta(a), lambda a: special.zeta(a, 2), lambda a: special.zeta(2.0, a)):
        expected, _ = run(function, x)
        actual, error = run(function, *to_tensors([x], dev))
        assert error is None
        assert not (text := difference(expected, actual, 64, dev)), text


@pytest.mark.parametrize("ufunc", [special.airy, special.jv, special.hyp2f1], ids=lambda f: f.__name__)
def test_others_are_named(ufunc: np.ufunc, dev: int) -> None:
    x = nt.tensor([1.0, 2.0], dev=dev)
    with pytest.raises(TypeError, match=f"numpy ufunc '{ufunc.__name__}' is not supported on Tensors"):
        ufunc(*[x] * ufunc.nin)


def test_scipy_is_not_imported() -> None:
    code = "import sys, numtorch\nassert not any(name.partition('.')[0] == 'scipy' for name in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
