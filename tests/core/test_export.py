"""Out to the host: ndarrays, buffers, Python numbers."""

import gc
import io
import operator
import warnings
import zlib

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from numtorch import collect, gradient, tensor
from tests.versions import since

DTYPES = [np.dtype(code) for code in "?bhilBHILefdFD"]


def sample(dtype):
    a = np.arange(4 * 3 * 5).reshape(4, 3, 5) % 101
    return a % 3 == 0 if dtype.kind == "b" else a.astype(dtype) * (1 + 2j if dtype.kind == "c" else 1)


@pytest.mark.parametrize("dtype", DTYPES, ids=str)
def test_asarray_shares_memory(dtype):
    a = sample(dtype)
    t = tensor(a).T[1:]
    got = np.asarray(t)
    assert got.dtype is np.dtype(dtype)
    assert got.dtype.num == np.dtype(dtype).num
    assert got.strides == t.strides
    assert got.flags.writeable
    np.testing.assert_array_equal(got, a.T[1:])
    got[...] = 0
    assert not np.any(collect(t))


def test_asarray_keeps_the_memory():
    got = np.asarray(tensor(np.arange(10000.0)) + 0)
    gc.collect()
    np.testing.assert_array_equal(got, np.arange(10000.0))


def test_the_memory_of_a_value_is_read_only():
    value = np.sum(tensor([1.0, 2.0]))
    for got in (np.asarray(value), np.frombuffer(value), memoryview(value)):
        with pytest.raises((ValueError, TypeError), match="read-only"):
            got[...] = 7
    assert value.item() == 3
    assert bytes(value) == bytes(np.float64(3))
    assert memoryview(value).format == memoryview(np.float64(3)).format
    with pytest.raises(TypeError, match="read-write"):
        io.BytesIO(b"12345678").readinto(value)
    copied = np.array(value)
    copied[...] = 7
    assert value.item() == 3


def test_a_0d_array_has_a_buffer_that_can_be_written_to():
    array = tensor(3.0)
    memoryview(array)[()] = 4.0
    assert array.item() == 4


def test_array_method():
    t = tensor([1.5, 2.5])
    assert np.shares_memory(t.__array__(), np.asarray(t))
    assert not np.shares_memory(t.__array__(copy=True), np.asarray(t))
    assert t.__array__(np.float32).dtype == np.float32
    with pytest.raises(ValueError, match="copy"):
        t.__array__(np.float32, copy=False)
    with pytest.raises(ValueError, match="copy"):
        np.sum(t).__array__(copy=False)


def test_memoryview_formats():
    for dtype in DTYPES:
        assert memoryview(tensor(np.zeros(2, dtype))).format == memoryview(np.zeros(2, dtype)).format
    assert bytes(tensor([1, 2], dtype=np.int8)) == b"\1\2"
    assert zlib.crc32(tensor([1, 2])) == zlib.crc32(np.array([1, 2]))
    with pytest.raises(BufferError, match="contiguous"):
        zlib.crc32(tensor([1, 2, 3])[::2])


def test_collect(dev):
    a = np.arange(6).reshape(2, 3).T
    t = tensor(a, dev=dev)
    got = collect(t)
    assert type(got) is np.ndarray
    assert got.flags.owndata
    got[...] = 0
    np.testing.assert_array_equal(collect(t), a)
    np.testing.assert_array_equal(t.numpy(), a)
    assert type(collect(np.sum(t))) is np.int64
    assert type(collect(tensor(1.0, dev=dev))) is np.ndarray


def test_a_device_tensor_does_not_come_to_the_host_unasked(dev):
    if dev == -1:
        pytest.skip("asks for a device")
    t = tensor([1.0, 2.0], dev=dev)
    with pytest.raises(TypeError, match="collect"):
        np.asarray(t)
    with pytest.raises(BufferError, match="collect"):
        memoryview(t)


def test_a_tracked_tensor_does_not_become_a_host_object():
    calls = {
        "asarray": np.asarray,
        "float": lambda x: float(x[0]),
        "int": lambda x: int(x[0]),
        "complex": lambda x: complex(x[0]),
        "tolist": lambda x: x.tolist(),
        "dlpack": lambda x: x.__dlpack__(),
        "ndarray items": lambda x: operator.setitem(np.zeros(2), ..., x),
        "pickle": lambda x: x.__reduce__(),
    }
    refused = []

    def f(x):
        for name, call in calls.items():
            with pytest.raises(TypeError, match="collect"):
                call(x * 2)
            refused.append(name)
        with pytest.raises(BufferError, match="collect"):
            memoryview(x * 2)
        with pytest.raises(ValueError, match="setting an array element") as error:
            np.zeros(2)[0] = x[0]
        assert "collect" in str(error.value.__cause__)
        assert np.asarray(x > 1).tolist() == [False, True]
        assert bool(x[0] > 0)
        assert bool(x[0])
        assert (x * 2)[1].item() == 4
        np.testing.assert_array_equal(collect(x * 2), [2, 4])
        return np.sum(x)

    gradient(f, tensor([1.0, 2.0]))
    assert refused == list(calls)


# ---- Python numbers ----


@pytest.mark.parametrize("dtype", DTYPES, ids=str)
def test_number_conversions(dtype, dev):
    scalar = sample(dtype)[1, 2, 3]
    t = tensor(scalar, dev=dev)
    assert t.item() == scalar.item()
    assert type(t.item()) is type(scalar.item())
    assert type(complex(t)) is complex
    assert complex(t) == complex(scalar)
    assert bool(t) == bool(scalar)
    if dtype.kind == "c":
        for convert in (float, int):
            with pytest.raises(TypeError, match="complex"):
                convert(t)
    else:
        assert float(t) == float(scalar)
        assert int(t) == int(scalar)
    if dtype.kind in "iu":
        assert operator.index(t) == operator.index(scalar)
        assert range(200)[t] == int(scalar)
    else:
        with pytest.raises(TypeError, match="integer scalar"):
            operator.index(t)


@since("2.4.0", "refuses what it warned of before")
@pytest.mark.parametrize("convert", [float, int, complex, operator.index])
@pytest.mark.parametrize("a", [np.array([1]), np.array([[1]]), np.array([1, 2])])
def test_only_0d_converts(convert, a):
    with pytest.raises(TypeError) as expected:
        convert(a)
    with pytest.raises(TypeError) as got:
        convert(tensor(a))
    assert str(got.value) == str(expected.value)


def test_int_of_what_is_no_number():
    with pytest.raises(ValueError, match="NaN"):
        int(tensor(np.nan))
    with pytest.raises(OverflowError, match="infinity"):
        int(tensor(np.inf))


@pytest.mark.parametrize("a", [np.array([0]), np.array([[2.5]]), np.array(1j), np.array(False), np.zeros((1, 1, 1))])
def test_truth_of_one_element(a, dev):
    assert bool(tensor(a, dev=dev)) == bool(a)


@since("2.2.0", "refuses what it warned of before")
@pytest.mark.parametrize("a", [np.array([]), np.zeros((0, 3)), np.array([1, 2])])
def test_truth_is_ambiguous(a):
    with pytest.raises(ValueError, match="ambiguous") as expected:
        bool(a)
    with pytest.raises(ValueError, match="ambiguous") as got:
        bool(tensor(a))
    assert str(got.value) == str(expected.value)


@pytest.mark.parametrize(
    "args", [(), (0,), (5,), (-1,), (1, 2), (-1, -2), ((1, 2),), ((1,),), (9,), (0, 7), (1, 2, 3), ("a",), (1.5,)]
)
@pytest.mark.parametrize("a", [np.arange(12.0).reshape(4, 3).T, np.arange(3), np.array([5]), np.array(5j)])
def test_item(a, args, dev):
    t = tensor(a, dev=dev)
    try:
        expected = a.item(*args)
    except (IndexError, TypeError, ValueError) as error:
        with pytest.raises(type(error)):
            t.item(*args)
    else:
        assert t.item(*args) == expected
        assert type(t.item(*args)) is type(expected)


def test_conjugate_views():
    z = tensor([1 + 2j, 3 - 4j])
    conjugate = np.conj(z)
    np.testing.assert_array_equal(np.asarray(conjugate), np.conj(collect(z)))
    assert conjugate.item(1) == 3 + 4j
    assert conjugate.tolist() == [1 - 2j, 3 + 4j]
    assert np.imag(conjugate).item(0) == -2


@given(hnp.arrays(st.sampled_from(DTYPES), hnp.array_shapes(min_dims=0, min_side=0)))
def test_tolist(a):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        np.testing.assert_equal(tensor(a).tolist(), a.tolist())
