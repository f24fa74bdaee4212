"""DLPack, to and from NumPy and PyTorch."""

import ctypes
import gc
import weakref

import numpy as np
import pytest

from numtorch import Tensor, collect, from_dlpack, tensor
from tests.versions import since

torch = pytest.importorskip("torch")

DTYPES = [np.dtype(code) for code in "?bhilBHILefdFD"]


class Without:
    """What an exporter from before version 1.0 offers."""

    def __init__(self, a):
        self.a = a

    def __dlpack__(self, stream=None):
        return self.a.__dlpack__(stream=stream)

    def __dlpack_device__(self):
        return self.a.__dlpack_device__()


@pytest.mark.parametrize("dtype", DTYPES, ids=str)
def test_to_numpy(dtype):
    t = tensor(np.arange(6).reshape(2, 3).astype(dtype)).T
    got = np.from_dlpack(t)
    assert (got.dtype, got.strides) == (t.dtype, t.strides)
    np.testing.assert_array_equal(got, collect(t))
    assert np.shares_memory(got, np.asarray(t))


@pytest.mark.parametrize("dtype", DTYPES, ids=str)
@pytest.mark.parametrize("wrap", [lambda a: a, Without])
def test_from_numpy(wrap, dtype):
    a = np.arange(6).reshape(2, 3).astype(dtype).T[1:]
    t = from_dlpack(wrap(a))
    assert type(t) is Tensor
    assert (t.dtype, t.strides) == (a.dtype, a.strides)
    np.testing.assert_array_equal(collect(t), a)
    a[...] = 0
    assert not np.any(collect(t))


@pytest.mark.parametrize("dtype", DTYPES, ids=str)
def test_with_torch(dtype, dev):
    where = "cpu" if dev == -1 else f"cuda:{dev}"
    t = tensor(np.arange(6).astype(dtype), dev=dev)
    other = torch.from_dlpack(t)
    assert other.device == torch.device(where)
    other[0] = 1
    assert t.item(0) == 1
    for back in (from_dlpack(other), tensor(other, copy=False)):
        assert (back.dev, back.dtype) == (dev, dtype)
        other[1] = 0
        assert back.item(1) == 0
        other[1] = 1
        assert back.item(1) == 1
    copied = tensor(other)
    other[1] = 0
    assert copied.item(1) == 1


def test_memory_lives_while_someone_looks():
    class Watched(np.ndarray):
        pass

    a = np.arange(100.0).view(Watched)
    watch = weakref.ref(a)
    t = from_dlpack(a)
    again = np.from_dlpack(t)
    del a, t
    gc.collect()
    assert watch() is not None
    assert again[7] == 7
    del again
    gc.collect()
    assert watch() is None


def test_an_unused_capsule_frees_its_memory():
    class Watched(np.ndarray):
        pass

    a = np.arange(100.0).view(Watched)
    watch = weakref.ref(a)
    capsules = [tensor(a, copy=False).__dlpack__(max_version=version) for version in (None, (1, 0))]
    assert ["dltensor_versioned" in repr(capsule) for capsule in capsules] == [False, True]
    del a, capsules
    gc.collect()
    assert watch() is None


def test_a_capsule_serves_once():
    capsule = tensor([1.0]).__dlpack__()
    assert from_dlpack(capsule).item() == 1
    with pytest.raises(TypeError, match="fresh"):
        from_dlpack(capsule)


@since("2.1.0", "from_dlpack takes what is read-only")
def test_read_only():
    a = np.zeros(3)
    a.flags.writeable = False
    t = from_dlpack(a)
    with pytest.raises(ValueError, match="read-only"):
        t[0] = 1
    assert not np.from_dlpack(t).flags.writeable
    with pytest.raises(BufferError, match="read-only"):
        t.__dlpack__()


@since("2.2.0", "what from_dlpack gives is writeable")
def test_copy_argument(dev):
    a = np.zeros(3)
    copied = from_dlpack(a, copy=True)
    a[0] = 1
    assert copied.item(0) == 0
    moved = from_dlpack(a, dev=dev)
    assert moved.dev == dev
    t = tensor(a)
    assert not np.shares_memory(np.from_dlpack(t, copy=True), np.asarray(t))
    assert np.from_dlpack(t, copy=True).flags.writeable


@since("2.2.0", "what from_dlpack gives is writeable")
def test_a_value_is_copied():
    value = np.sum(tensor([1.0, 2.0]))
    np.from_dlpack(value)[...] = 9
    assert value.item() == 3
    with pytest.raises(BufferError, match="copy=False"):
        value.__dlpack__(copy=False)


def test_conjugate_is_copied():
    z = np.conj(tensor([1 + 2j]))
    assert np.from_dlpack(z)[0] == 1 - 2j


@since("2.1.0", "from_dlpack takes a device")
def test_device_to_host_when_asked(dev):
    t = tensor([1.0, 2.0], dev=dev)
    np.testing.assert_array_equal(np.from_dlpack(t, device="cpu"), [1, 2])
    assert t.__dlpack_device__() == ((1, 0) if dev == -1 else (2, dev))
    with pytest.raises(BufferError, match=f"dev={dev}"):
        t.__dlpack__(dl_device=(4, 3))


def test_steps_backward():
    x = np.arange(12.0).reshape(3, 4)
    t = from_dlpack(x[::-1, ::-2])
    assert t.strides == x[::-1, ::-2].strides
    np.testing.assert_array_equal(collect(t), x[::-1, ::-2])
    t[0] = 9
    assert (x[2, 1::2] == 9).all()
    np.testing.assert_array_equal(np.from_dlpack(t), x[::-1, ::-2])


def test_what_cannot_be_shared():
    with pytest.raises(TypeError, match="BFloat16"):
        from_dlpack(torch.zeros(2, dtype=torch.bfloat16))
    with pytest.raises(TypeError, match="__dlpack__"):
        from_dlpack([1.0])
    with pytest.raises(ValueError, match="stream"):
        tensor([1.0]).__dlpack__(stream=3)
    with pytest.raises(TypeError, match="max_version"):
        tensor([1.0]).__dlpack__(max_version=1)


def test_strides_may_be_absent_or_of_empty_axes():
    for a in (np.zeros((0, 3)), np.zeros(()), np.ones((1, 1))):
        t = from_dlpack(a)
        assert t.shape == a.shape
        np.testing.assert_array_equal(np.from_dlpack(t), a)


def test_offset_into_the_memory():
    capsule = np.arange(5.0).__dlpack__()
    pointer_of = ctypes.pythonapi.PyCapsule_GetPointer
    pointer_of.restype, pointer_of.argtypes = ctypes.c_void_p, [ctypes.py_object, ctypes.c_char_p]
    # DLTensor in words: data, device, ndim and dtype, shape, strides, byte_offset
    words = ctypes.cast(pointer_of(capsule, b"dltensor"), ctypes.POINTER(ctypes.c_uint64))
    ctypes.cast(words[3], ctypes.POINTER(ctypes.c_int64))[0] = 3
    words[5] = 16
    np.testing.assert_array_equal(collect(from_dlpack(capsule)), [2, 3, 4])
