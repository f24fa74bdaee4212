"""out=, where=, dtype= and casting= of every ufunc, and what they share memory with."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np
import pytest

import numtorch as nt
from tests.agreement import DTYPES, difference, disagreement, draw, run, to_tensors
from tests.ops.elementwise import Row
from tests.ufuncs.ufunc_cases import BINARY, ELEMENTWISE, assert_agree, operands, rows

CASTINGS = ("no", "equiv", "safe", "same_kind", "unsafe")


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
                assert all(
                    one is out for one, out in zip(result if row.ufunc.nout > 1 else (result,), outs, strict=True)
                )
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
def test_casting_of_python_numbers(row: Row, dev: int) -> None:
    """As NumPy allows it in a call; its ``resolve_dtypes`` ends the process for "equiv"."""
    problems = {}
    for dtype in map(np.dtype, ("bool", "uint8", "int64", "float32", "float64", "complex64")):
        (array,) = operands(row, (dtype,), 3)[:1]
        for number, casting in itertools.product((True, 2, 0.5, 1j, np.float32(2), np.int64(2)), CASTINGS):
            arguments = [array, number][: row.ufunc.nin]
            for order in (arguments, arguments[::-1]) if row.ufunc.nin == 2 else (arguments,):

                def call(*args: Any, casting: str = casting) -> Any:
                    return row.ufunc(*args, casting=casting)

                problems[f"{order} {casting}"] = disagreement(call, order, dev, max(row.ulps, 64))
    assert_agree(problems)


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


def test_methods_of_ndarrays_that_call_ufuncs(dev: int) -> None:
    """ndarray.clip(Tensor) arrives as a private ufunc."""
    low, high = nt.tensor([1.0, 1.0, 1.0], dev=dev), nt.tensor([2.0, 0.5, np.nan], dev=dev)
    result = np.array([0.0, 3.0, 1.5]).clip(low, high)
    assert isinstance(result, nt.Tensor)
    np.testing.assert_array_equal(nt.collect(result), [1, 0.5, np.nan])
