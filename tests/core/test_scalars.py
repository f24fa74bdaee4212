"""A 0-d result as a number: what NumPy's scalar of its dtype has, and nothing else."""

import fractions
import math
import statistics
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import numtorch as nt
from tests.agreement import DTYPES

ASKED: dict[str, Callable[[Any], Any]] = {
    "is_integer": lambda x: x.is_integer(),
    "as_integer_ratio": lambda x: x.as_integer_ratio(),
    "bit_count": lambda x: x.bit_count(),
    "numerator": lambda x: int(x.numerator),
    "denominator": lambda x: x.denominator,
    "trunc": math.trunc,
    "floor": math.floor,
    "ceil": math.ceil,
    "round": round,
    "round to 1": lambda x: float(round(x, 1)),
    "int": int,
    "float": float,
    "complex": complex,
    "hash": hash,
    "range": range,
    "conjugate": lambda x: complex(x.conjugate()),
    "real": lambda x: float(x.real),
    "imag": lambda x: float(x.imag),
    "imag is a value": lambda x: isinstance(x.imag, np.generic) or x.imag.is_value,
    "Fraction": fractions.Fraction,
    "bytes": bytes,
    "frombuffer": lambda x: np.frombuffer(x, np.uint8).tolist(),
    "format": lambda x: memoryview(x).format,
    "is_scalar": np.ndim,
    "len": len,
    "iter": iter,
    "has": lambda x: [hasattr(x, name) for name in ("__len__", "__iter__", "__setitem__", "is_integer")],
    "ratio": lambda x: [hasattr(x, name) for name in ("as_integer_ratio", "bit_count", "numerator", "denominator")],
}


def answer(ask: Callable[[Any], Any], x: Any) -> Any:
    """The answer, or the error's type; `Fraction` knows other numbers than a float as ratios since Python 3.12."""
    try:
        return ask(x)
    except Exception as error:
        return type(error)


@pytest.mark.parametrize("number", [3, 2.5, 0])
@pytest.mark.parametrize("dtype", DTYPES, ids=str)
@pytest.mark.parametrize("name", ASKED)
@pytest.mark.filterwarnings("ignore::numpy.exceptions.ComplexWarning")
def test_a_value_answers_as_numpys_scalar(name: str, dtype: np.dtype, number: float, dev: int) -> None:
    if dev != -1 and name in ("bytes", "frombuffer", "format"):
        pytest.skip("memory on the host")
    if name in ("int", "float", "floor", "ceil", "Fraction", "round to 1") and dtype.kind == "c":
        pytest.skip("a Tensor refuses what would lose the imaginary part")
    array = np.array([number]).astype(dtype)
    expected = answer(ASKED[name], array[0])
    assert answer(ASKED[name], nt.tensor(array, dev=dev)[0]) == expected


def test_an_array_has_none_of_it(dev: int) -> None:
    for x in (nt.tensor(2.0, dev=dev), nt.tensor([2.0], dev=dev), nt.tensor([2.0], dev=dev)[0, ...]):
        for name in ("is_integer", "as_integer_ratio", "bit_count", "numerator"):
            with pytest.raises(AttributeError, match=name):
                getattr(x, name)
        assert hasattr(x, "__len__")
    assert nt.Tensor.__len__(nt.tensor([2.0], dev=dev)) == 1
    assert list(nt.Tensor.__iter__(nt.tensor([2.0], dev=dev))) == [2.0]


def test_statistics(dev: int) -> None:
    numbers = np.array([1.0, 2.0, 4.0])
    for function in (statistics.mean, statistics.fmean, statistics.stdev, statistics.pvariance, statistics.median):
        assert float(function(nt.tensor(numbers, dev=dev))) == pytest.approx(float(function(numbers)))
    with pytest.raises(TypeError, match="a shape is made of integers, not float"):
        nt.Tensor(2.5)


def test_a_tracked_value_is_no_number(dev: int) -> None:
    refused = []

    def f(x: Any) -> Any:
        y = x * 2
        for ask in (math.trunc, math.floor, math.ceil, statistics.mean, fractions.Fraction):
            with pytest.raises(TypeError, match="collect"):
                ask([y, y] if ask is statistics.mean else y)
            refused.append(ask)
        for name in ("is_integer", "as_integer_ratio", "hex"):
            with pytest.raises(TypeError, match="collect"):
                getattr(y, name)()
            refused.append(name)
        return y

    nt.gradient(f, nt.tensor(2.5, dev=dev))
    assert len(refused) == 8


QUESTIONS = """
import functools, numbers
import numpy as np

@functools.singledispatch
def kind(x):
    return "other"

@kind.register(np.ndarray)
def _(x):
    return "array"

TYPES = (
    np.ndarray, np.generic, np.number, np.floating, np.integer, np.inexact, np.complexfloating, np.bool_, np.float64,
    np.float32, np.int64, np.complex128, float, int, complex, bool, numbers.Number, numbers.Real, numbers.Integral,
)
made = [np.ones(2, t) for t in (np.float64, np.float32, np.int64, np.uint8, np.bool_, np.complex128, np.complex64)]
for x in made:
    for y in (x, x[0], x.sum(), x[0] + 1, np.median(abs(x)), np.array(x[0]), x[0, ...], x.max()):
        print([isinstance(y, t) for t in TYPES], np.isscalar(y), isinstance(y, (int, float, np.number)))
print(kind(made[0]), isinstance(2.0 - made[0][0], float))
"""
IMPORTED = (
    "from numpy import float64, arange\nx = arange(3.0)\nprint(isinstance(x[1], float64), isinstance(x, float64))\n"
)


@pytest.mark.parametrize("script", [QUESTIONS, IMPORTED], ids=["import numpy", "from numpy import"])
def test_a_script_is_answered_as_with_numpy(script: str, tmp_path: Path, dev: int) -> None:
    file = tmp_path / "script.py"
    file.write_text(script)
    outputs = [
        subprocess.run([sys.executable, *options, str(file)], capture_output=True, text=True, check=True).stdout
        for options in ([], ["-m", "numtorch", "--dev", str(dev)])
    ]
    assert outputs[0] == outputs[1]


def test_libraries_see_a_tensor(dev: int) -> None:
    """This module has no numtorch.numpy: what isinstance says here is what xarray or dask are told."""
    x = nt.tensor([1.0, 2.0], dev=dev)
    assert not isinstance(x[0], np.generic | float)
    assert x[0].__class__ is nt.Tensor


def test_values_of_integers_repeat_lists(dev: int) -> None:
    n = np.max(nt.tensor([1, 3], dev=dev))
    assert [0] * n == n * [0] == [0, 0, 0]
    assert ("a", None) * n == ("a", None) * 3
    row = [1]
    row *= n
    assert row == [1, 1, 1]
    assert ([2] * nt.tensor(3, dev=dev)).tolist() == [6]  # an array multiplies, as NumPy's
    assert ([2] * np.max(nt.tensor([3.0], dev=dev))).tolist() == [6]
