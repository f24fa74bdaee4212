"""Every ufunc on every dtype, layout and combination of keywords, against NumPy."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

import numtorch as nt
from numtorch.functions.elementwise import ROWS as TABLE
from tests.agreement import DTYPES, difference, disagreement, draw, run, to_tensors
from tests.ops.elementwise import ROWS, Row

ELEMENTWISE = [row for row in ROWS if row.ufunc.signature is None]
BINARY = [row for row in ELEMENTWISE if row.ufunc.nin == 2]


def rows(which: list[Row]) -> Any:
    return pytest.mark.parametrize("row", which, ids=lambda row: row.ufunc.__name__)


def assert_agree(problems: dict[str, str | None]) -> None:
    found = {name: text for name, text in problems.items() if text}
    assert not found, "\n".join(f"{name}: {text}" for name, text in list(found.items())[:20])


def operands(row: Row, dtypes: tuple[np.dtype, ...], size: int = 32) -> list[np.ndarray]:
    # Large complex powers differ in more than the last bits.
    large = row.ufunc not in (np.power, np.float_power) or not any(dtype.kind == "c" for dtype in dtypes)
    return [draw(dtype, size, seed, large) for seed, dtype in enumerate(dtypes)]


def test_all_of_numpys_numeric_ufuncs_are_in_the_table() -> None:
    public = {f for f in vars(np).values() if isinstance(f, np.ufunc)} - {np.isnat}
    assert len(public) == 89
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
    dtype = next(d for d in map(np.dtype, ("float32", "int32")) if run(row.ufunc, *operands(row, (d,) * row.ufunc.nin))[1] is None)
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
    cases = {"(3,1)(4)": (a[:3, None], b[:4]), "()(4)": (np.asarray(a[3]), b[:4]), "(2,3)(1,3)": (a[:6].reshape(2, 3), b[:3][None])}
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
    "a + b": lambda a, b: a + b, "a - b": lambda a, b: a - b, "a * b": lambda a, b: a * b, "a / b": lambda a, b: a / b,
    "a // b": lambda a, b: a // b, "a % b": lambda a, b: a % b, "a ** b": lambda a, b: a**b,
    "divmod": divmod, "a << b": lambda a, b: a << b, "a >> b": lambda a, b: a >> b, "a & b": lambda a, b: a & b,
    "a | b": lambda a, b: a | b, "a ^ b": lambda a, b: a ^ b, "a < b": lambda a, b: a < b, "a <= b": lambda a, b: a <= b,
    "a == b": lambda a, b: a == b, "a != b": lambda a, b: a != b, "a > b": lambda a, b: a > b, "a >= b": lambda a, b: a >= b,
}  # fmt: skip


@pytest.mark.parametrize("name", OPERATORS)
def test_operators(name: str, dev: int) -> None:
    """Between Tensors, and between a Tensor and a number or an ndarray, in both orders."""
    operator = OPERATORS[name]
    problems = {}
    for one, other in itertools.product(DTYPES, repeat=2):
        a, b = draw(one, 12, 1, large=False), draw(other, 12, 2, large=False)
        problems[f"{one} {other}"] = disagreement(operator, [a, b], dev, 64)
    for dtype in DTYPES:
        a = draw(dtype, 12, 1, large=False)
        for number in (3, 2.5, 1j, True, np.float32(2), np.int16(2)):
            problems[f"{dtype} {number!r}"] = disagreement(lambda x, n=number: operator(x, n), [a], dev, 64)
            problems[f"{number!r} {dtype}"] = disagreement(lambda x, n=number: operator(n, x), [a], dev, 64)
    assert_agree(problems)


@pytest.mark.parametrize("name", ["neg", "pos", "abs", "invert"])
def test_unary_operators(name: str, dev: int) -> None:
    operator = {"neg": lambda x: -x, "pos": lambda x: +x, "abs": abs, "invert": lambda x: ~x}[name]
    assert_agree({str(dtype): disagreement(operator, [draw(dtype, 12)], dev) for dtype in DTYPES})


# ---- out=, where=, dtype=, casting= ----


@rows(ELEMENTWISE)
def test_out(row: Row, dev: int) -> None:
    """Into every dtype: NumPy's casting rule decides on the result's dtype."""
    problems = {}
    for dtype in map(np.dtype, ("int32", "float32", "complex64")):
        arrays = operands(row, (dtype,) * row.ufunc.nin, 12)
        for target in DTYPES:
            if dtype.kind in "fc" and target.kind in "iu":
                arrays = [np.ones_like(x) for x in arrays]  # no nan into integers

            def call(*args: Any, target: np.dtype = target) -> Any:
                first = next(x for x in args if isinstance(x, (np.ndarray, nt.Tensor)))
                outs = [np.zeros((2, 12), target) for _ in range(row.ufunc.nout)]
                if isinstance(first, nt.Tensor):
                    outs = to_tensors(outs, dev)
                result = row.ufunc(*args, out=tuple(outs))
                assert all(one is out for one, out in zip(result if row.ufunc.nout > 1 else (result,), outs, strict=True))
                return result

            # In units of the narrower of the two.
            wider = np.finfo(dtype).eps / np.finfo(target).eps if dtype.kind in "fc" and target.kind in "fc" else 1
            problems[f"{dtype} into {target}"] = disagreement(call, arrays, dev, 16 * max(1, float(wider)))
    assert_agree(problems)


@rows(BINARY)
def test_in_place_methods_of_every_dtype(row: Row, dev: int) -> None:
    """out= is the first operand: the result must not be written before it is read."""
    problems = {}
    for one, other in itertools.product(map(np.dtype, ("int16", "uint32", "float32", "complex64")), repeat=2):
        a, b = (draw(dtype, 12, seed, large=False) for seed, dtype in enumerate((one, other)))

        def call(x: Any, y: Any) -> Any:
            return row.ufunc(x, y, out=(x,) + (None,) * (row.ufunc.nout - 1))

        problems[f"{one} {other}"] = disagreement(call, [a, b], dev, 64)
    assert_agree(problems)


@rows(ELEMENTWISE)
def test_where(row: Row, dev: int) -> None:
    dtype = np.dtype(np.float32 if run(row.ufunc, *(np.ones(1),) * row.ufunc.nin)[1] is None else np.int32)
    arrays = operands(row, (dtype,) * row.ufunc.nin, 12)
    mask = draw(np.dtype(bool), 12, 9)
    expected, _ = run(row.ufunc, *arrays)
    outs = [np.full(12, 7, x.dtype) for x in (expected if row.ufunc.nout > 1 else (expected,))]
    with np.errstate(all="ignore"):
        expected = row.ufunc(*arrays, out=tuple(x.copy() for x in outs), where=mask)
    actual = row.ufunc(*to_tensors(arrays, dev), out=tuple(to_tensors(outs, dev)), where=nt.tensor(mask, dev=dev))
    assert not (text := difference(expected, actual, row.ulps, dev)), text
    alone = row.ufunc(*to_tensors(arrays, dev), where=mask)
    for all_of_it, part in zip(*((x,) if row.ufunc.nout == 1 else x for x in (expected, alone)), strict=True):
        np.testing.assert_allclose(nt.collect(part)[mask], all_of_it[mask], rtol=1e-5)


def test_where_broadcasts_and_masks(dev: int) -> None:
    x = nt.tensor([1.0, 2.0, 3.0], dev=dev)
    out = nt.tensor(np.zeros((2, 3)), dev=dev)
    assert np.add(x, 1, out=out, where=np.array([[True], [False]])) is out
    assert nt.collect(out).tolist() == [[2, 3, 4], [0, 0, 0]]
    with pytest.raises(TypeError, match="according to the rule 'safe'"):
        np.add(x, 1, where=np.ones(3))


@rows(ELEMENTWISE)
def test_dtype_and_casting(row: Row, dev: int) -> None:
    problems = {}
    for dtype in map(np.dtype, ("bool", "int16", "uint64", "float32", "complex64")):
        arrays = [np.ones_like(x) for x in operands(row, (dtype,) * row.ufunc.nin, 4)]
        for wanted in map(np.dtype, ("bool", "int32", "float32", "float64", "complex128")):
            for casting in ("safe", "same_kind", "unsafe"):

                def call(*args: Any, wanted: np.dtype = wanted, casting: str = casting) -> Any:
                    return row.ufunc(*args, dtype=wanted, casting=casting)

                problems[f"{dtype} dtype={wanted} casting={casting}"] = disagreement(call, arrays, dev, row.ulps)
    assert_agree(problems)


def test_signature(dev: int) -> None:
    x = nt.tensor(np.ones(3, np.float32), dev=dev)
    assert np.add(x, x, signature="dd->d").dtype == np.float64
    assert np.add(x, x, sig=(None, None, np.float64)).dtype == np.float64
    with pytest.raises(TypeError, match="cannot specify both"):
        np.add(x, x, signature="dd->d", dtype=np.float64)


# ---- Errors, in NumPy's words ----

WRONG_CALLS = {
    "shapes": lambda a: np.add(a, a[:2]),
    "shapes into out": lambda a: np.add(a, 1, out=a[:2]),
    "out too small": lambda a: np.add(a, 1, out=a[:1]),
    "number too large": lambda a: a.astype(np.int8) + 300,
    "number negative": lambda a: a.astype(np.uint8) - (-1),
    "number far too large": lambda a: a + 10**400,
    "negative power": lambda a: a.astype(int) ** -1,
    "negative powers": lambda a: a.astype(int) ** (a.astype(int) - 2),
    "bool subtract": lambda a: (a > 0) - (a > 0),
    "bool negative": lambda a: -(a > 0),
    "no loop": lambda a: np.bitwise_and(a, a),
    "casting": lambda a: np.add(a, a, casting="foo"),
    "casting safe": lambda a: np.add(a, a, dtype=np.float32, casting="safe"),
    "order": lambda a: np.add(a, a, order="X"),
    "keyword": lambda a: np.add(a, a, foo=1),
    "axis": lambda a: np.sin(a, axis=0),
    "out of int": lambda a: np.add(a, a, out=a.astype(int)),
    "not an array": lambda a: np.add(a, a, out=5),
}


@pytest.mark.parametrize("name", WRONG_CALLS)
def test_errors(name: str, dev: int) -> None:
    call = WRONG_CALLS[name]
    array = np.arange(1.0, 4.0)
    _, expected = run(call, array)
    _, actual = run(call, nt.tensor(array, dev=dev))
    assert expected is not None
    assert type(actual) is type(expected)
    if "out of int" not in name and not isinstance(expected, TypeError):
        assert str(actual) == str(expected)


def test_third_party_ufuncs_are_named(dev: int) -> None:
    with pytest.raises(TypeError, match=r"numpy ufunc 'abs \(vectorized\)' is not supported on Tensors"):
        np.frompyfunc(abs, 1, 1)(nt.tensor([1.0], dev=dev))


def test_object_loops_are_refused(dev: int) -> None:
    with pytest.raises(TypeError, match=r"dtype\('O'\)"):
        np.add(nt.tensor([1.0], dev=dev), 1, dtype=object)


@pytest.mark.parametrize("other", [None, "text", b"bytes"])
def test_equality_with_what_is_no_number(other: Any, dev: int) -> None:
    x = nt.tensor([[1.0, 2.0]], dev=dev)
    assert nt.collect(x == other).tolist() == [[False, False]]
    assert nt.collect(x != other).tolist() == [[True, True]]
    with pytest.raises(TypeError):
        assert x < other
    with pytest.raises(TypeError):
        x + other


LARGE = [2**63, 2**64, -(2**63) - 1, 10**30, -(10**30), 300, -1]


@pytest.mark.parametrize("dtype", [d for d in DTYPES if d.kind in "iu"], ids=str)
def test_comparison_with_any_integer_is_exact(dtype: np.dtype, dev: int) -> None:
    array = draw(dtype, 20)
    for number, (name, operator) in itertools.product(LARGE, list(OPERATORS.items())[-6:]):
        assert not (text := disagreement(lambda x, n=number, f=operator: f(x, n), [array], dev)), f"{name} {number} {text}"
        assert not (text := disagreement(lambda x, n=number, f=operator: f(n, x), [array], dev)), f"{number} {name} {text}"


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


def test_smallest_integer_by_minus_one(dev: int) -> None:
    for dtype in (d for d in DTYPES if d.kind == "i"):
        smallest = np.array([np.iinfo(dtype).min], dtype)
        for function in (np.floor_divide, np.remainder, np.fmod, np.gcd, np.lcm):
            assert not disagreement(function, [smallest, np.array([-1], dtype)], dev)


@pytest.mark.parametrize("function", [np.remainder, np.fmod, np.modf, np.copysign, np.nextafter, np.cbrt, np.floor_divide])
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


# ---- Hosts' arrays and devices ----


def test_ndarray_as_out(dev: int) -> None:
    array, x = np.ones(3), nt.tensor([1.0, 2.0, 3.0], dev=dev)
    if dev == -1:
        view = array[1:]
        view += x[1:]
        assert array.tolist() == [1, 3, 4]
        array *= x
        assert array.tolist() == [1, 6, 12]
        with pytest.raises(TypeError, match="casting"):
            np.add(x, x, out=np.zeros(3, int))
    else:
        with pytest.raises(TypeError, match=f"the result is on dev={dev}"):
            array += x


def test_tracked_result_does_not_go_into_an_ndarray(dev: int) -> None:
    array = np.zeros(2)

    def loss(x: nt.Tensor) -> Any:
        np.add(x, 1, out=array)
        return np.sum(x)

    with pytest.raises(TypeError, match="a gradient being taken depends on the result"):
        nt.gradient(loss, nt.tensor([1.0, 2.0], dev=dev))


def test_overlap_of_out_and_input(dev: int) -> None:
    x = nt.tensor(np.arange(5.0), dev=dev)
    np.add(x[:-1], x[1:], out=x[1:])
    assert nt.collect(x).tolist() == [0, 1, 3, 5, 7]
    x[1:] += x[:-1]
    assert nt.collect(x).tolist() == [0, 1, 4, 8, 12]


def test_results_never_share_memory_with_operands(dev: int) -> None:
    for row in ELEMENTWISE:
        dtype = np.float64 if run(row.ufunc, *(np.ones(1),) * row.ufunc.nin)[1] is None else np.int64
        x = nt.tensor(np.ones(3, dtype), dev=dev)
        results, _ = run(row.ufunc, *(x,) * row.ufunc.nin)
        for result in results if row.ufunc.nout > 1 else (results,):
            result[...] = 0
            assert nt.collect(x).tolist() == [1, 1, 1], row.ufunc.__name__


def test_read_only_out(dev: int) -> None:
    out = np.broadcast_to(nt.tensor([1.0], dev=dev), (3,))
    with pytest.raises(ValueError, match="read-only"):
        np.add(nt.tensor([1.0, 2.0, 3.0], dev=dev), 1, out=out)


def test_values_are_not_written_into(dev: int) -> None:
    x = nt.tensor([1.0, 2.0], dev=dev)
    value = np.sum(x)
    with pytest.raises(TypeError, match="scalar"):
        np.add(value, 1, out=value)


@pytest.mark.skipif(nt.device_count() == 0, reason="needs a GPU")
def test_two_devices() -> None:
    a, b = nt.tensor([1.0]), nt.tensor([1], dev=0)
    with pytest.raises(ValueError, match=r"add: the arguments are on two devices, dev=-1 and dev=0"):
        a + b


# ---- Drawn at random ----


@st.composite
def calls(draw: st.DrawFn) -> tuple[Row, list[np.ndarray]]:
    row = draw(st.sampled_from(ELEMENTWISE))
    shapes = draw(hnp.mutually_broadcastable_shapes(num_shapes=row.ufunc.nin, max_dims=4, max_side=4)).input_shapes
    dtypes = [draw(st.sampled_from(DTYPES)) for _ in shapes]
    seed = draw(st.integers(0, 2**16))
    random = np.random.default_rng(seed)
    arrays = [np.asarray(random.integers(0, 5, shape)).astype(dtype) for shape, dtype in zip(shapes, dtypes, strict=True)]
    return row, arrays


@settings(max_examples=300, deadline=None)
@given(calls())
def test_drawn_calls(dev: int, call: tuple[Row, list[np.ndarray]]) -> None:
    row, arrays = call
    assert not (text := disagreement(row.ufunc, arrays, dev, 64)), text
