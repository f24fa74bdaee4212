"""Array-likes in."""

import gc
import subprocess
import sys
import weakref

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from numtorch import Tensor, collect, gradient, tensor

DTYPES = [
    *(np.dtype(f"{kind}{bits}") for kind in ("int", "uint") for bits in (8, 16, 32, 64)),
    *(np.dtype(name) for name in ("bool", "float16", "float32", "float64", "complex64", "complex128")),
]

LAYOUTS = {
    "contiguous": lambda a: a,
    "fortran": np.asfortranarray,
    "transposed": lambda a: a.transpose(2, 0, 1),
    "stepped": lambda a: a[::2, :, 1::2],
    "reversed": lambda a: a[::-1, :, ::-1],
    "broadcast": lambda a: np.broadcast_to(a[:1], (5, *a.shape[1:])),
    "swapped": lambda a: a.astype(a.dtype.newbyteorder()),
    "unaligned": lambda a: _unaligned(a),
    "empty": lambda a: a[:0],
    "0-d": lambda a: a[1, 2, 3],
    "0-d array": lambda a: np.asarray(a[1, 2, 3]),
    "long axis of one": lambda a: a[:, 1:2, :][::-1],
}


def _unaligned(a):
    raw = np.zeros(a.nbytes + 1, np.uint8)[1:]
    view = raw.view(a.dtype).reshape(a.shape)
    view[...] = a
    return view


def sample(dtype):
    a = np.arange(4 * 3 * 5).reshape(4, 3, 5) % 101
    return a % 3 == 0 if dtype.kind == "b" else a.astype(dtype) * (1 + 2j if dtype.kind == "c" else 1)


def assert_same(t, a):
    """`t` holds what `a` holds: values, shape and dtype."""
    a = np.asarray(a)
    got = np.asarray(collect(t))
    assert isinstance(t, Tensor)
    assert t.dtype == got.dtype == a.dtype.newbyteorder("=")
    assert t.shape == got.shape == a.shape
    np.testing.assert_array_equal(got, a)


@pytest.mark.parametrize("dtype", DTYPES, ids=str)
@pytest.mark.parametrize("copy", [True, False])
@pytest.mark.parametrize("layout", LAYOUTS)
def test_ndarray_of_any_layout(layout, copy, dtype, dev):
    a = LAYOUTS[layout](sample(dtype))
    t = tensor(a, dev=dev, copy=copy)
    assert t.dev == dev
    assert_same(t, a)


@pytest.mark.parametrize("target", DTYPES, ids=str)
@pytest.mark.parametrize("dtype", DTYPES, ids=str)
@pytest.mark.filterwarnings("ignore::numpy.exceptions.ComplexWarning")
def test_dtype_argument(dtype, target, dev):
    a = sample(dtype)
    assert_same(tensor(a, dtype=target, dev=dev), a.astype(target))
    assert_same(tensor(tensor(a, dev=dev), dtype=target), a.astype(target))


@given(hnp.arrays(st.sampled_from(DTYPES), hnp.array_shapes(min_dims=0, min_side=0, max_dims=4)), st.data())
def test_views_drawn_by_hypothesis(a, data):
    view = np.asarray(a[data.draw(hnp.basic_indices(a.shape))])
    view = view.transpose(data.draw(st.permutations(range(view.ndim))))
    assert_same(tensor(view), view)
    assert_same(tensor(view, copy=False), view)


def test_copies_by_default():
    a = np.zeros(3)
    t = tensor(a)
    a[0] = 1
    assert collect(t)[0] == 0


def test_shares_when_asked():
    a = np.arange(6.0).reshape(2, 3).T
    t = tensor(a, copy=False)
    a[0, 1] = 70
    assert t.strides == a.strides
    assert collect(t)[0, 1] == 70


def test_fortran_order_is_kept():
    a = np.asfortranarray(np.ones((3, 4)))
    assert tensor(a).strides == a.strides


def test_read_only_array_gives_read_only_tensor():
    a = np.zeros(3)
    a.flags.writeable = False
    t = tensor(a, copy=False)
    with pytest.raises(ValueError, match="read-only"):
        t[0] = 1
    assert not np.asarray(t).flags.writeable
    writable = tensor(a)
    writable[0] = 1
    assert a[0] == 0


def test_shared_array_lives_as_long_as_the_tensor():
    class Watched(np.ndarray):
        pass

    a = np.arange(1000.0).view(Watched)
    watch = weakref.ref(a)
    t = tensor(a, copy=False)
    part = t[10:20]
    del a, t
    gc.collect()
    assert watch() is not None
    assert collect(part)[0] == 10
    del part
    gc.collect()
    assert watch() is None


@pytest.mark.parametrize("name", ["tensor(a, copy=False)", "np.asarray(tensor(a))", "from_dlpack(a)"])
def test_shared_memory_survives_to_the_end_of_the_interpreter(name):
    code = f"import numpy as np\nfrom numtorch import tensor, from_dlpack\na = np.ones(9)\nkept = {name}\ndel a\n"
    subprocess.run([sys.executable, "-W", "error", "-c", code], check=True)


@pytest.mark.parametrize(
    "number", [True, False, 0, -5, 2**63 - 1, -(2**63), 2**63, 2**64 - 1, 1.5, float("inf"), 2 - 1j]
)
def test_python_number(number, dev):
    assert_same(tensor(number, dev=dev), np.array(number))


@pytest.mark.parametrize("dtype", DTYPES, ids=str)
@pytest.mark.parametrize("number", [True, 7, 3.25, np.float32(2.5), np.int8(-3), np.True_])
def test_python_number_with_dtype(number, dtype):
    assert_same(tensor(number, dtype=dtype), np.asarray(number).astype(dtype))


@pytest.mark.parametrize("number", [2**64, -(2**63) - 1, 10**40])
def test_too_large_an_integer(number):
    with pytest.raises(OverflowError):
        tensor(number)


def test_integer_out_of_range_of_dtype():
    with pytest.raises(OverflowError, match="300"):
        tensor(300, dtype=np.uint8)


def test_overflowing_cast_warns_as_numpy_does():
    with pytest.warns(RuntimeWarning, match="overflow"):
        tensor(1e300, dtype=np.float32)


@pytest.mark.parametrize(
    "nest",
    [
        [],
        [[]],
        [1, 2.5],
        (1, (2)),
        [[1, 2], [3, 4]],
        [np.float32(1), 2],
        [np.arange(3), [1.5, 2, 3]],
        [2**63, -1],
        range(4),
    ],
)
def test_nest_of_lists(nest):
    assert_same(tensor(nest), np.array(nest))
    assert_same(tensor(nest, dtype=np.float32), np.array(nest, dtype=np.float32))


def test_nest_of_tensors(dev):
    a = np.arange(3, dtype=np.int16)
    b = np.float32([1, 2, 3])
    t, u = tensor(a, dev=dev), tensor(b, dev=dev)
    nest = tensor([[t, u], [[1, 2, 3], a]])
    assert nest.dev == dev
    assert_same(nest, np.array([[a, b], [[1, 2, 3], a]]))
    assert_same(tensor((t[0], 2.5)), np.array([a[0], 2.5]))
    assert_same(tensor([t, u], dtype=np.int8), np.array([a, b], dtype=np.int8))


@pytest.mark.parametrize("dtype", DTYPES, ids=str)
def test_nest_of_tensors_of_every_dtype(dtype, dev):
    a = sample(dtype)
    assert_same(tensor([tensor(a, dev=dev), a]), np.array([a, a]))


def test_ragged_nests():
    with pytest.raises(ValueError, match="inhomogeneous"):
        tensor([[1, 2], [3]])
    with pytest.raises(ValueError, match="inhomogeneous"):
        tensor([tensor([1, 2]), [3]])


class Interface:
    def __init__(self, a):
        self.a = a
        self.__array_interface__ = a.__array_interface__


class Convertible:
    def __init__(self, a):
        self.a = a

    def __array__(self, dtype=None, copy=None):
        return self.a if dtype is None else self.a.astype(dtype, copy=bool(copy))


@pytest.mark.parametrize("wrapper", [Interface, Convertible, memoryview])
def test_other_array_likes(wrapper):
    a = np.arange(6.0).reshape(2, 3)
    assert_same(tensor(wrapper(a)), a)
    assert_same(tensor(wrapper(a), dtype=np.int32), a.astype(np.int32))
    shared = tensor(wrapper(a), copy=False)
    a[0, 0] = 9
    assert collect(shared)[0, 0] == 9


@pytest.mark.parametrize(
    "value",
    [
        np.array([1, None]),
        np.array(["a"]),
        "text",
        None,
        np.array(["2024-01-01"], "M8[D]"),
        np.array([1], "m8[s]"),
        np.zeros(2, np.longdouble),
        np.zeros(2, [("x", "f4")]),
        [[2**70]],
    ],
    ids=lambda value: str(np.asarray(value).dtype),
)
def test_dtype_that_libtorch_lacks(value):
    with pytest.raises(TypeError, match=r"tensor\(\).*float32"):
        tensor(value)


def test_device_that_does_not_exist():
    with pytest.raises(ValueError, match="dev=99"):
        tensor([1.0], dev=99)


def test_tensor_argument(dev):
    t = tensor([1.0, 2.0], dev=dev)
    assert tensor(t, copy=False) is t
    copy = tensor(t)
    copy[0] = 5
    assert collect(t)[0] == 1
    assert copy.dev == dev
    assert tensor(t, dev=-1).dev == -1


def test_a_tensor_made_of_a_value_is_an_array():
    value = np.sum(tensor([1.0, 2.0]))
    assert value.is_value
    assert not tensor(value).is_value
    assert not tensor(3.0).is_value


def test_gradient_through_tensor():
    x = tensor([1.0, 2.0])
    y = tensor([3.0, 4.0])

    def f(x, y):
        stacked = tensor([[x, y], [y, x]], dtype=np.float32)
        assert stacked.tracked
        assert tensor(x).tracked
        return np.sum(stacked * stacked)

    gx, gy = gradient(f, x, y)
    np.testing.assert_allclose(collect(gx), 4 * collect(x))
    np.testing.assert_allclose(collect(gy), 4 * collect(y))
