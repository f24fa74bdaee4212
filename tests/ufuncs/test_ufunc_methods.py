"""reduce, accumulate, reduceat, outer and at of every ufunc that has them, against NumPy."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import numtorch as nt
from tests.agreement import DTYPES, disagreement, draw, run
from tests.ops.elementwise import ROWS

ULPS = 100
BINARY = [row.ufunc for row in ROWS if row.ufunc.nin == 2 and row.ufunc.nout == 1 and row.ufunc.signature is None]
# NumPy's own fast loops give wrong results when they fold along contiguous memory: compare np.arctan2.reduce([1, 2, 3])
# with arctan2(arctan2(1, 2), 3).
WRONG_IN_NUMPY = {np.arctan2, np.power, np.float_power, np.ldexp}
binary = pytest.mark.parametrize("function", BINARY, ids=lambda f: f.__name__)


def cube(dtype: np.dtype, seed: int = 0) -> np.ndarray:
    return draw(dtype, 60, seed, large=False).reshape(4, 5, 3)


def assert_agree(function: np.ufunc, calls: dict[str, tuple[Any, ...]], dev: int, ulps: float = ULPS) -> None:
    found = {}
    for name, (call, *args) in calls.items():
        if text := disagreement(call, args, dev, ulps):
            found[name] = text
    assert not found, "\n".join(f"{function.__name__} {name}: {text}" for name, text in list(found.items())[:20])


def axes_of(function: np.ufunc) -> list[Any]:
    return [0, 1, (0,), (), None, (0, 2), 5, (0, 0)] + ([] if function in WRONG_IN_NUMPY else [-1, 2])


@binary
def test_reduce(function: np.ufunc, dev: int) -> None:
    calls = {}
    for dtype in DTYPES:
        x = cube(dtype)
        for axis in axes_of(function):
            calls[f"{dtype} axis={axis}"] = (lambda a, axis=axis: function.reduce(a, axis=axis), x)
        calls[f"{dtype} keepdims"] = (lambda a: function.reduce(a, axis=1, keepdims=True), x)
        calls[f"{dtype} strided"] = (lambda a: function.reduce(a.T[::2], axis=1), x)
        calls[f"{dtype} empty"] = (lambda a: function.reduce(a[:0, 0, 0]), x)
        calls[f"{dtype} of one"] = (lambda a: function.reduce(a[:1, 0, 0]), x)
        calls[f"{dtype} nothing to do"] = (lambda a: function.reduce(a[:0], axis=1), x)
        calls[f"{dtype} 0-d"] = (lambda a: function.reduce(a), x[0, 0, 0:1].reshape(()))
    assert_agree(function, calls, dev)


@binary
def test_reduce_with_initial_where_dtype_and_out(function: np.ufunc, dev: int) -> None:
    calls = {}
    for dtype in DTYPES:
        x, mask = cube(dtype), draw(np.dtype(bool), 15, 3).reshape(5, 3)
        calls[f"{dtype} initial"] = (lambda a: function.reduce(a, axis=1, initial=1), x)
        calls[f"{dtype} no initial"] = (lambda a: function.reduce(a, axis=1, initial=None), x)
        calls[f"{dtype} empty, no initial"] = (lambda a: function.reduce(a[:0], axis=0, initial=None), x)
        calls[f"{dtype} where"] = (lambda a, m: function.reduce(a, axis=1, where=m), x, mask)
        calls[f"{dtype} where, initial"] = (lambda a, m: function.reduce(a, axis=1, where=m, initial=1), x, mask)
        calls[f"{dtype} where, empty"] = (lambda a: function.reduce(a[:, :0], axis=1, where=True, initial=1), x)
        calls[f"{dtype} masked, empty"] = (lambda a, m: function.reduce(a[:0], axis=0, where=m, initial=1), x, mask)
        calls[f"{dtype} dtype"] = (lambda a: function.reduce(a, axis=1, dtype=np.float32), x)
        calls[f"{dtype} int8"] = (lambda a: function.reduce(a, axis=1, dtype=np.int8), np.ones_like(x))
        result, error = run(function.reduce, np.ones_like(x))
        for target in (
            np.float64,
            np.complex64,
            np.int32 if error is None and result.dtype.kind in "biu" else np.float32,
        ):
            out = np.zeros((4, 3), target)
            calls[f"{dtype} out={out.dtype}"] = (lambda a, o: function.reduce(a, axis=1, out=o), np.ones_like(x), out)
        calls[f"{dtype} wrong out"] = (lambda a, o: function.reduce(a, axis=1, out=o), x, np.zeros((4, 1, 3), dtype))
    assert_agree(function, calls, dev)


@binary
def test_accumulate(function: np.ufunc, dev: int) -> None:
    calls = {}
    for dtype in DTYPES:
        x = cube(dtype)
        for axis in (0, -2) if function in WRONG_IN_NUMPY else (0, 1, -1, None, 5):
            calls[f"{dtype} axis={axis}"] = (lambda a, axis=axis: function.accumulate(a, axis=axis), x)
        calls[f"{dtype} empty"] = (lambda a: function.accumulate(a[:0]), x)
        calls[f"{dtype} one"] = (lambda a: function.accumulate(a[:1]), x)
        calls[f"{dtype} 0-d"] = (lambda a: function.accumulate(a), x[0, 0, 0:1].reshape(()))
        calls[f"{dtype} dtype"] = (lambda a: function.accumulate(a, dtype=np.float64), x)
        result, error = run(function.accumulate, x)
        if error is None:
            calls[f"{dtype} out"] = (lambda a, o: function.accumulate(a, out=o), x, np.zeros_like(result))
    assert_agree(function, calls, dev)


@binary
def test_reduceat(function: np.ufunc, dev: int) -> None:
    calls = {}
    for dtype in DTYPES:
        x = cube(dtype)
        for indices in ([0, 2, 1, 1, 3] if function in WRONG_IN_NUMPY else [0, 3, 1, 1], [4], [], [5], [-1]):
            calls[f"{dtype} {indices}"] = (lambda a, i=indices: function.reduceat(a, i, axis=1), x)
        calls[f"{dtype} array"] = (lambda a, i: function.reduceat(a, i), x, np.array([0, 2]))
    assert_agree(function, calls, dev)


@pytest.mark.parametrize("row", [row for row in ROWS if row.ufunc.nin == 2], ids=lambda row: row.ufunc.__name__)
def test_outer(row: Any, dev: int) -> None:
    function = row.ufunc
    calls = {}
    for one in DTYPES:
        for other in map(np.dtype, ("bool", "uint64", "float32")):
            a, b = draw(one, 3, 1, large=False), draw(other, 8, 2, large=False).reshape(2, 4)
            calls[f"{one} {other}"] = (function.outer, a, b)
        calls[f"{one} number"] = (lambda a: function.outer(a, 2), draw(one, 3, 1, large=False))
        calls[f"{one} dtype"] = (lambda a: function.outer(a, a, dtype=np.float64), draw(one, 3, 1, large=False))
    assert_agree(function, calls, dev, max(ULPS, row.ulps))


INDICES = [
    ("list with repetitions", lambda: [0, 2, 0, 0]),
    ("array with repetitions", lambda: np.array([1, 1, 3, 1])),
    ("tuple", lambda: ([0, 2, 0], slice(None), [1, 1, 1])),
    ("mask", lambda: np.array([True, False, True, True])),
    ("slice", lambda: slice(1, 3)),
    ("integer", lambda: 2),
    ("out of bounds", lambda: [0, 9]),
]


@pytest.mark.parametrize(
    "row", [row for row in ROWS if row.ufunc.nout == 1 and row.ufunc.nin < 3], ids=lambda row: row.ufunc.__name__
)
def test_at(row: Any, dev: int) -> None:
    function = row.ufunc
    calls = {}
    for dtype in DTYPES:
        x = np.abs(cube(dtype)).astype(dtype)
        if dtype.kind in "iu":
            x = np.minimum(x, 3) + dtype.type(1)  # results that the dtype holds
        elif dtype.kind in "fc":
            x = x / dtype.type(8) + dtype.type(0.125)  # smooth even where a function is applied three times
            x = x + dtype.type(0.125j) if dtype.kind == "c" else x
        for name, indices in INDICES:

            def call(a: Any, indices: Any = indices, dtype: np.dtype = dtype) -> Any:
                operands = () if function.nin == 1 else (np.ones((), dtype),)
                function.at(a, indices(), *operands)
                return a

            if not _leaves_range(function, x):
                calls[f"{dtype} {name}"] = (call, x)
    assert_agree(function, calls, dev)


def _leaves_range(function: np.ufunc, x: np.ndarray) -> bool:
    """Whether an integer array would take what no integer is, which every processor does in its own way."""
    if x.dtype.kind not in "iub":
        return False
    result, error = run(lambda: function(*(x,) * function.nin))
    return error is None and result.dtype.kind in "fc"


def test_results_do_not_share_memory_with_anything_kept(dev: int) -> None:
    empty = nt.tensor(np.zeros((0, 3)), dev=dev)
    for _ in range(2):
        for function, initial in ((np.add, 0.0), (np.subtract, 1.0)):
            result = function.reduce(empty, axis=0, initial=initial, where=np.ones(3, bool))
            assert nt.collect(result).tolist() == [initial] * 3
            result += 5
    x = nt.tensor(np.ones((1, 3)), dev=dev)
    for function in (np.add, np.subtract, np.maximum, np.hypot):
        for result in (
            function.reduce(x),
            function.reduce(x, axis=()),
            function.accumulate(x),
            function.reduceat(x, [0]),
        ):
            result[...] = 7
            assert nt.collect(x).tolist() == [[1, 1, 1]]


def test_at_with_values(dev: int) -> None:
    x = nt.tensor(np.zeros((4, 2)), dev=dev)
    np.add.at(x, nt.tensor([0, 0, 3], dev=dev), np.arange(6.0).reshape(3, 2))
    assert nt.collect(x).tolist() == [[2, 4], [0, 0], [0, 0], [4, 5]]
    np.subtract.at(x, [0, 0], [[1, 1], [1, 1]])
    assert nt.collect(x).tolist() == [[0, 2], [0, 0], [0, 0], [4, 5]]
    np.maximum.at(x, [1, 1, 1], nt.tensor([[3.0, 0.0], [9.0, 1.0], [5.0, 2.0]], dev=dev))
    assert nt.collect(x)[1].tolist() == [9, 2]
    np.multiply.at(x, ([3, 3], [0, 1]), [10, 100])
    assert nt.collect(x)[3].tolist() == [40, 500]
    with pytest.raises(ValueError, match="not broadcastable"):
        np.multiply.at(x, [0, 1], np.ones(3))


def test_at_of_many_random_indices(dev: int) -> None:
    random = np.random.default_rng(0)
    for function in (np.add, np.subtract, np.multiply, np.maximum, np.minimum):
        array, indices = random.normal(size=20), random.integers(0, 20, 200)
        values = random.uniform(0.9, 1.1, 200)
        x = nt.tensor(array, dev=dev)
        function.at(array, indices, values)
        function.at(x, nt.tensor(indices, dev=dev), values)
        np.testing.assert_allclose(nt.collect(x), array, rtol=1e-10)


def test_at_on_an_ndarray(dev: int) -> None:
    array = np.zeros(3)
    values = nt.tensor([1.0, 2.0], dev=dev)
    if dev == -1:
        np.add.at(array, nt.tensor([0, 0], dev=dev), values)
        assert array.tolist() == [3, 0, 0]
    else:
        with pytest.raises(TypeError):
            np.add.at(array, [0, 0], values)


UNFIT = {
    "reduce of a unary function": lambda a: np.sin.reduce(a),
    "reduce with two results": lambda a: np.divmod.reduce(a),
    "reduce of three operands": lambda a: np._core.umath.clip.reduce(a),
    "reduce with a signature": lambda a: np.matmul.reduce(a),
    "accumulate of a unary function": lambda a: np.sin.accumulate(a),
    "accumulate with two results": lambda a: np.divmod.accumulate(a),
    "accumulate with a signature": lambda a: np.matmul.accumulate(a),
    "accumulate over two axes": lambda a: np.add.accumulate(a, axis=(0, 1)),
    "reduceat of a unary function": lambda a: np.sin.reduceat(a, [0]),
    "reduceat with a signature": lambda a: np.matmul.reduceat(a, [0]),
    "outer of a unary function": lambda a: np.sin.outer(a, a),
    "outer with a signature": lambda a: np.matmul.outer(a, a),
    "at with two results": lambda a: np.divmod.at(a, [0], 1),
    "at with a signature": lambda a: np.matmul.at(a, [0], 1),
    "at of three operands": lambda a: np._core.umath.clip.at(a, [0], 1),
    "at without operand": lambda a: np.add.at(a, [0]),
    "at with too many": lambda a: np.negative.at(a, [0], 1),
    "several axes in no order": lambda a: np.subtract.reduce(a, axis=None),
    "empty without identity": lambda a: np.maximum.reduce(a[:0]),
    "where without identity": lambda a: np.maximum.reduce(a, where=[True, False, True]),
    "axis": lambda a: np.add.reduce(a, axis=7),
    "axis twice": lambda a: np.add.reduce(a, axis=(0, 0)),
    "axis of a float": lambda a: np.add.reduce(a, axis=1.5),
    "comparison of floats": lambda a: np.less.reduce(a),
    "initial too large": lambda a: np.add.reduce(a.astype(np.int8), dtype=np.int8, initial=300),
    "no elements for no results": lambda a: np.maximum.reduce(a[:0, :0]),
    "sum of nothing": lambda a: np.sum(a[:0], axis=0, initial=None),
    "axis of a truth": lambda a: np.sum(a, axis=True),
    "sum along an axis twice": lambda a: np.sum(a, axis=(0, 0)),
    "axes of out of sum": lambda a: np.sum(a, axis=0, out=np.zeros((3, 3))),
    "out of sum that is no array": lambda a: np.sum(a, out=3),
    "axes of where of sum": lambda a: np.sum(a, where=np.ones((1, 3, 3), np.bool_)),
    "two initial values": lambda a: np.add.reduce(a, initial=np.ones(2)),
    "size of out of cumsum": lambda a: np.cumsum(a[0], out=np.zeros(9)),
    "size of out": lambda a: np.add.accumulate(a[0], out=np.zeros(9)),
}


@pytest.mark.parametrize("name", UNFIT)
def test_errors(name: str, dev: int) -> None:
    array = np.arange(9.0).reshape(3, 3)
    _, expected = run(UNFIT[name], array)
    _, actual = run(UNFIT[name], nt.tensor(array, dev=dev))
    assert expected is not None
    assert type(actual) is type(expected)
    if not isinstance(expected, np.exceptions.AxisError):
        assert str(actual) == str(expected)


METHODS = {
    np.sum: np.add.reduce, np.prod: np.multiply.reduce, np.max: np.maximum.reduce, np.min: np.minimum.reduce,
    np.all: np.logical_and.reduce, np.any: np.logical_or.reduce,
}  # fmt: skip


@pytest.mark.parametrize("dtype", DTYPES, ids=str)
@pytest.mark.parametrize("function", METHODS, ids=lambda f: f.__name__)
def test_functions_are_methods(function: Any, dtype: np.dtype, dev: int) -> None:
    """One result of both, in memory too."""
    array = nt.tensor(cube(dtype), dev=dev)
    for x in (array, array.transpose(1, 2, 0), array[:, ::-1], array[:0]):
        for axis in (None, 0, -1, (0, 2), ()):
            for keywords in ({}, {"keepdims": True}, {"where": array[:1, :1, :1] != 0}):
                ours, error = run(lambda: function(x, axis=axis, **keywords))  # noqa: B023
                theirs, same_error = run(lambda: METHODS[function](x, axis=axis, **keywords))  # noqa: B023
                assert str(error) == str(same_error)
                if error is None:
                    assert (ours.dtype, ours.shape, ours.strides) == (theirs.dtype, theirs.shape, theirs.strides)
                    np.testing.assert_array_equal(nt.collect(ours), nt.collect(theirs))


@pytest.mark.parametrize("dtype", ["int8", "uint16", "uint64", "float32", "float64", "complex128"])
@pytest.mark.parametrize("function", [np.add, np.multiply, np.maximum, np.logaddexp, np.hypot])
@pytest.mark.parametrize("axis", [0, 1])
def test_reduceat_with_indices_on_the_device(function, dtype, axis, dev):
    x = np.random.default_rng(3).integers(1, 5, (9, 11)).astype(dtype)
    indices = np.array([0, 3, 3, 1, 8, 2, 7])
    try:
        expected = function.reduceat(x, indices, axis=axis)
    except TypeError:
        with pytest.raises(TypeError):
            function.reduceat(nt.tensor(x, dev=dev), nt.tensor(indices, dev=dev), axis=axis)
        return
    for kind in (np.int64, np.uint8):
        result = function.reduceat(nt.tensor(x, dev=dev), nt.tensor(indices.astype(kind), dev=dev), axis=axis)
        assert result.dtype == expected.dtype
        # Rounded in another order.
        np.testing.assert_allclose(nt.collect(result), expected, rtol=2e-3 if expected.dtype == np.float16 else 1e-5)


def test_reduceat_with_indices_on_the_device_checks_them(dev):
    x = nt.tensor(np.arange(5.0), dev=dev)
    for indices in ([0, 5], [-1, 2]):
        with pytest.raises(IndexError, match=r"out-of-bounds in add\.reduceat \[0, 5\)"):
            np.add.reduceat(x, nt.tensor(indices, dev=dev))
    with pytest.raises(TypeError, match=r"must be integers|Cannot cast array data from dtype"):
        np.add.reduceat(x, nt.tensor([0.0, 1.0], dev=dev))
