"""Every ufunc on every dtype, layout and combination of keywords, against NumPy."""

from __future__ import annotations

import itertools
import operator
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

import numtorch as nt
from numtorch.functions.ufuncs.table import ROWS as TABLE
from tests.agreement import DTYPES, difference, disagreement, draw, run, to_tensors
from tests.ops.elementwise import ROWS, Row
from tests.ufuncs.ufunc_cases import BINARY, ELEMENTWISE, assert_agree, operands, rows
from tests.versions import older_than


def test_all_of_numpys_numeric_ufuncs_are_in_the_table() -> None:
    public = {f for f in vars(np).values() if isinstance(f, np.ufunc)} - {np.isnat}
    assert len(public) == (87 if older_than("2.2.0") else 89)
    assert set(TABLE) == {row.ufunc for row in ROWS} == public | {np._core.umath.clip}
    assert len(ROWS) == len(TABLE)


@rows(ELEMENTWISE)
def test_values_of_all_dtypes(row: Row, dev: int) -> None:
    """All 14 dtypes, and all 14 × 14 pairs of them."""
    combinations = itertools.product(DTYPES, repeat=min(row.ufunc.nin, 2))
    assert_agree(
        {
            ",".join(map(str, dtypes)): disagreement(
                row.ufunc, operands(row, (*dtypes, *dtypes[-1:] * (row.ufunc.nin - len(dtypes)))), dev, row.ulps
            )
            for dtypes in combinations
        }
    )


LAYOUTS = {
    "0-d": lambda x: np.asarray(x[5]),
    "empty": lambda x: x[:0].reshape(0, 3),
    "transposed": lambda x: x[:24].reshape(4, 6).T,
    "strided": lambda x: x[:32].reshape(4, 8)[::2, 1::3],
    "broadcast": lambda x: x[:24].reshape(2, 3, 1, 4),
    "one": lambda x: x[:1],
}


@pytest.mark.parametrize("layout", LAYOUTS)
@rows(ELEMENTWISE)
def test_layouts(row: Row, layout: str, dev: int) -> None:
    shape = LAYOUTS[layout]
    dtype = next(
        d
        for d in map(np.dtype, ("float32", "int32"))
        if run(row.ufunc, *operands(row, (d,) * row.ufunc.nin))[1] is None
    )
    arrays = operands(row, (dtype,) * row.ufunc.nin)
    expected, _ = run(row.ufunc, *[shape(x) for x in arrays])
    actual, error = run(row.ufunc, *[_view(shape(x), dev) for x in arrays])
    assert error is None
    assert not (text := difference(expected, actual, row.ulps, dev)), text


def _view(array: np.ndarray, dev: int) -> nt.Tensor:
    """A Tensor with the strides of `array`."""
    base = array if array.base is None else array.base
    return nt.tensor(array, copy=False) if dev == -1 and base is not array else nt.tensor(array, dev=dev)


@rows(BINARY)
def test_broadcasting(row: Row, dev: int) -> None:
    dtype = np.dtype(np.float64 if run(row.ufunc, np.ones(1), np.ones(1))[1] is None else np.int64)
    a, b = operands(row, (dtype, dtype))
    cases = {
        "(3,1)(4)": (a[:3, None], b[:4]),
        "()(4)": (np.asarray(a[3]), b[:4]),
        "(2,3)(1,3)": (a[:6].reshape(2, 3), b[:3][None]),
    }
    cases["(0,1)(3)"] = (a[:0, None], b[:3])
    cases["(3)(2)"] = (a[:3], b[:2])
    assert_agree({name: disagreement(row.ufunc, args, dev, row.ulps) for name, args in cases.items()})


def numbers_with(dtype: np.dtype) -> list[Any]:
    """Python numbers, NumPy scalars and 0-d arrays: weak and strong partners of an array."""
    own = [3, 1, 0, 2.5, 1.5 + 0.5j, True, False, np.float32(2.5), np.int8(3), np.uint64(3), np.bool_(True)]
    zero_d = [np.array(2.0, np.float32), np.array(2, np.int16)]
    return [*own, *zero_d, [1, 2, 3] * 4, range(12), dtype.type(2)]


@rows(BINARY)
def test_numbers_as_operands(row: Row, dev: int) -> None:
    problems = {}
    for dtype in DTYPES:
        array = operands(row, (dtype,), 12)[0]
        for number in numbers_with(dtype):
            host = number if not isinstance(number, np.ndarray) else np.asarray(number)
            problems[f"{dtype} {number!r}"] = _with_number(row, array, host, dev, False)
            problems[f"{number!r} {dtype}"] = _with_number(row, array, host, dev, True)
    assert_agree(problems)


def _with_number(row: Row, array: np.ndarray, number: Any, dev: int, swapped: bool) -> str | None:
    def call(x: Any) -> Any:
        return row.ufunc(number, x) if swapped else row.ufunc(x, number)

    return disagreement(call, [array], dev, row.ulps)


OPERATORS = {
    "a + b": operator.add,
    "a - b": operator.sub,
    "a * b": operator.mul,
    "a / b": operator.truediv,
    "a // b": operator.floordiv,
    "a % b": operator.mod,
    "a ** b": operator.pow,
    "divmod": divmod,
    "a << b": operator.lshift,
    "a >> b": operator.rshift,
    "a & b": operator.and_,
    "a | b": operator.or_,
    "a ^ b": operator.xor,
    "a < b": operator.lt,
    "a <= b": operator.le,
    "a == b": operator.eq,
    "a != b": operator.ne,
    "a > b": operator.gt,
    "a >= b": operator.ge,
}


@pytest.mark.parametrize("name", OPERATORS)
def test_operators(name: str, dev: int) -> None:
    """Between Tensors, and between a Tensor and a number or an ndarray, in both orders."""
    function = OPERATORS[name]
    problems = {}
    for one, other in itertools.product(DTYPES, repeat=2):
        a, b = draw(one, 12, 1, large=False), draw(other, 12, 2, large=False)
        problems[f"{one} {other}"] = disagreement(function, [a, b], dev, 64)
    for dtype in DTYPES:
        a = draw(dtype, 12, 1, large=False)
        scalars = (np.float32(2), np.int16(2))
        if name == "a ** b" and older_than("2.3.0"):
            scalars = ()  # NumPy took them for Python's numbers
        for number in (3, 2.5, 1j, True, *scalars):
            problems[f"{dtype} {number!r}"] = disagreement(lambda x, n=number: function(x, n), [a], dev, 64)
            problems[f"{number!r} {dtype}"] = disagreement(lambda x, n=number: function(n, x), [a], dev, 64)
    assert_agree(problems)


@pytest.mark.parametrize("name", ["neg", "pos", "abs", "invert"])
def test_unary_operators(name: str, dev: int) -> None:
    function = getattr(operator, name)
    assert_agree({str(dtype): disagreement(function, [draw(dtype, 12)], dev) for dtype in DTYPES})


# ---- Division by zero ----


@pytest.mark.parametrize("function", [np.floor_divide, np.remainder, np.fmod, np.divmod])
def test_integer_division_by_zero_warns_and_gives_zero(function: np.ufunc, dev: int) -> None:
    for dtype in (d for d in DTYPES if d.kind in "iu"):
        a, zero = nt.tensor([5, 0], dev=dev, dtype=dtype), nt.tensor([0, 0], dev=dev, dtype=dtype)
        with np.errstate(all="ignore"):
            results = function(a, zero)
        for result in results if isinstance(results, tuple) else (results,):
            assert nt.collect(result).tolist() == [0, 0]
        if dev == -1:
            with pytest.warns(RuntimeWarning, match="divide by zero"):
                function(a, zero)
            with np.errstate(divide="raise"), pytest.raises(FloatingPointError):
                function(a, zero)


@pytest.mark.parametrize("function", [np.floor_divide, np.remainder, np.fmod, np.power])
def test_what_where_leaves_out_is_not_divided_by(function: np.ufunc, dev: int) -> None:
    for dtype in (d for d in DTYPES if d.kind in "iu"):
        a, b = np.array([5, 7, 9], dtype), np.array([0, 2, 0], dtype)
        if function is np.power:
            b = b - (b == 0) if dtype.kind == "i" else b
        allowed = b > 0
        expected = function(a, b, out=np.zeros_like(a), where=allowed)
        x, y, mask = to_tensors((a, b, allowed), dev)
        with np.errstate(all="raise"):
            actual = function(x, y, out=np.zeros_like(x), where=mask)
            assert nt.collect(function(x, y, where=mask)).tolist()[1] == expected.tolist()[1]
        assert nt.collect(actual).tolist() == expected.tolist()


def test_smallest_integer_by_minus_one(dev: int) -> None:
    for dtype in (d for d in DTYPES if d.kind == "i"):
        smallest = np.array([np.iinfo(dtype).min], dtype)
        for function in (np.floor_divide, np.remainder, np.fmod, np.gcd, np.lcm):
            assert not disagreement(function, [smallest, np.array([-1], dtype)], dev)


@pytest.mark.parametrize(
    "function", [np.remainder, np.fmod, np.modf, np.copysign, np.nextafter, np.cbrt, np.floor_divide]
)
def test_signs_of_zeros(function: np.ufunc, dev: int) -> None:
    values = np.array([0.0, -0.0, 3.0, -3.0, 2.0, -2.0, np.inf, -np.inf, np.nan])
    a, b = (x.ravel() for x in np.meshgrid(values, values))
    args = [a, b][: function.nin]
    with np.errstate(all="ignore"):
        expected = function(*args)
        actual = function(*to_tensors(args, dev))
    for one, other in zip(*((x,) if function.nout == 1 else x for x in (expected, actual)), strict=True):
        here = ~np.isnan(one)
        np.testing.assert_array_equal(np.signbit(nt.collect(other))[here], np.signbit(one)[here])


# ---- Drawn at random ----


@st.composite
def calls(draw: st.DrawFn) -> tuple[Row, list[np.ndarray]]:
    row = draw(st.sampled_from(ELEMENTWISE))
    shapes = draw(hnp.mutually_broadcastable_shapes(num_shapes=row.ufunc.nin, max_dims=4, max_side=4)).input_shapes
    dtypes = [draw(st.sampled_from(DTYPES)) for _ in shapes]
    seed = draw(st.integers(0, 2**16))
    random = np.random.default_rng(seed)
    arrays = [
        np.asarray(random.integers(0, 5, shape)).astype(dtype) for shape, dtype in zip(shapes, dtypes, strict=True)
    ]
    return row, arrays


@settings(max_examples=300, deadline=None)
@given(calls())
def test_drawn_calls(dev: int, call: tuple[Row, list[np.ndarray]]) -> None:
    row, arrays = call
    assert not (text := disagreement(row.ufunc, arrays, dev, 64)), text
