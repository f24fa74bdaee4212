"""ndarray's attributes and the methods that are about memory: the same on Tensors."""

import io
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import numtorch as nt
from tests.versions import older_than

# What an ndarray has and a Tensor has not: subclasses of ndarray and C extensions use these.
ABSENT = {
    "__array_struct__": "an address without a check of what depends on it",
    "__array_wrap__": "results are Tensors already",
    "__setstate__": "__reduce__ restores a Tensor",
}


def test_every_member_is_there() -> None:
    missing = {name for name in dir(np.ndarray) if not hasattr(nt.Tensor, name)}
    # Names that NumPy had until 2.3, some of them only to say that they are gone.
    dropped = {"itemset", "newbyteorder", "ptp", "tostring"} if older_than("2.4.0") else set()
    assert missing - ABSENT.keys() - dropped == set()


def pair(dev: int, dtype: Any = float) -> tuple[np.ndarray, nt.Tensor]:
    array = np.array(np.arange(12).reshape(3, 4), dtype)
    return array, nt.tensor(array, dev=dev)


def same(expected: Any, actual: Any) -> None:
    np.testing.assert_array_equal(nt.collect(actual) if isinstance(actual, nt.Tensor) else actual, expected)


LAYOUTS: list[Callable[[Any], Any]] = [
    lambda x: x,
    lambda x: x.T,
    lambda x: x[:, ::2],
    lambda x: x[1],
    lambda x: x[:0],
    lambda x: np.broadcast_to(x, (2, 3, 4)),
    lambda x: x.copy(),
    lambda x: np.diagonal(x),
]


@pytest.mark.parametrize("i", range(len(LAYOUTS)))
def test_flags(i: int, dev: int) -> None:
    expected, actual = (LAYOUTS[i](x).flags for x in pair(dev))
    for name in ("C_CONTIGUOUS", "F_CONTIGUOUS", "FORC", "FNC", "OWNDATA", "ALIGNED", "WRITEBACKIFCOPY"):
        assert actual[name] == expected[name], name
    if i != 5:  # NumPy's broadcast_to says True for one version more, and warns
        assert actual.writeable == expected.writeable
        assert actual.num == expected.num
        assert repr(actual) == repr(expected)
        assert (actual.behaved, actual.carray) == (expected.behaved, expected.carray)
        # NumPy says True of `farray` wherever one of its flags is set; its documentation says all.
        assert actual.farray == (expected.behaved and expected.fnc)


def test_writeable(dev: int) -> None:
    _, x = pair(dev)
    x.flags.writeable = False
    assert x[0].flags["W"] is False
    for write in (lambda: x.__setitem__(0, 1), lambda: x.fill(1), lambda: np.add(x, 1, out=x), lambda: x.sort()):
        with pytest.raises(ValueError, match="read-only"):
            write()
    x.setflags(write=True)
    x[0] = 1
    x.flags["WRITEABLE"] = False
    assert not x.flags.writeable
    with pytest.raises(ValueError, match="cannot set WRITEABLE flag"):
        x[0].flags.writeable = True
    with pytest.raises(ValueError, match="WRITEBACKIFCOPY"):
        x.setflags(uic=True)
    with pytest.raises(KeyError):
        x.flags["NONE"]


def test_read_only_import() -> None:
    array = np.arange(3.0)
    array.flags.writeable = False
    x = nt.tensor(array, copy=False)
    assert not x.flags.writeable
    assert not x.flags.owndata
    with pytest.raises(ValueError, match="read-only"):
        x[0] = 1


def test_base(dev: int) -> None:
    array, x = pair(dev)
    assert x.base is None
    assert x.copy().base is None
    assert (x + 1).base is None
    view = x[1:, ::2]
    assert view.base is not None
    same(array.ravel(), view.base)
    view.base[4] = 40
    assert view[0, 0].item() == 40


@pytest.mark.parametrize("shape", [(2, 6), 12, (-1, 3), (1, 12, 1), (5, 2), (-1, -1), (-1, 5)])
def test_set_shape(shape: Any, dev: int) -> None:
    array, x = pair(dev)
    try:
        array.shape = shape
    except ValueError:
        with pytest.raises(ValueError, match=r"reshape|unknown"):
            x.shape = shape
        return
    x.shape = shape
    same(array, x)


def test_set_shape_of_what_cannot_be_viewed(dev: int) -> None:
    x = pair(dev)[1].T
    with pytest.raises(AttributeError, match="Incompatible shape for in-place modification"):
        x.shape = (12,)


def test_set_shape_under_a_gradient(dev: int) -> None:
    def f(x: nt.Tensor) -> nt.Tensor:
        y = x * 1.0
        y.shape = (2, 2)
        return np.sum(y @ y)

    (g,) = nt.gradient(f, nt.tensor([1.0, 2.0, 3.0, 4.0], dev=dev))
    same([7.0, 11.0, 9.0, 13.0], g)


def test_set_real_and_imag(dev: int) -> None:
    for x in pair(dev, complex):
        x.real = 5
        x.imag = np.arange(4)
        same(np.tile(5 + 1j * np.arange(4), (3, 1)), x)
    for x in pair(dev):
        x.real = 2
        same(np.full((3, 4), 2.0), x)
        with pytest.raises(TypeError, match="imaginary"):
            x.imag = 1


INDICES: list[Any] = [0, -1, slice(1, 9, 3), [3, 1], slice(None), np.array([5, 5])]


@pytest.mark.parametrize("i", range(len(INDICES)))
@pytest.mark.parametrize("transposed", [False, True])
def test_flat(i: int, transposed: bool, dev: int) -> None:
    array, x = (y.T if transposed else y for y in pair(dev))
    same(array.flat[INDICES[i]], x.flat[INDICES[i]])
    for y in (array, x):
        y.flat[INDICES[i]] = [70, 80] if np.size(array.flat[INDICES[i]]) > 1 else 70
    same(array, x)


def test_flat_iterates(dev: int) -> None:
    array, x = (y.T for y in pair(dev))
    expected, actual = array.flat, x.flat
    assert len(actual) == 12
    assert (actual.index, actual.coords) == (expected.index, expected.coords)
    assert [next(actual).item() for _ in range(5)] == [next(expected) for _ in range(5)]
    assert (actual.index, actual.coords) == (expected.index, expected.coords)
    assert actual.base is x
    same(expected.copy(), actual.copy())
    same(array.flat == 3, x.flat == 3)
    same(array.flat < 3, x.flat < 3)
    assert len(list(x.flat)) == 12


def test_set_flat(dev: int) -> None:
    for values in (7, [1, 2], range(12)):
        array, x = (y.T for y in pair(dev))
        array.flat = values
        x.flat = values
        same(array, x)
    with pytest.raises(IndexError):
        x.flat[12]


def test_flat_under_a_gradient(dev: int) -> None:
    def f(x: nt.Tensor) -> nt.Tensor:
        y = x * 2
        y.flat[1:3] = x.flat[0] ** 2
        return np.sum(y)

    (g,) = nt.gradient(f, nt.tensor([[3.0, 1.0], [1.0, 1.0]], dev=dev))
    same([[14.0, 0.0], [0.0, 2.0]], g)


@pytest.mark.parametrize("dtype", ["i2", "u4", "f8", "c16", "?", "f2"])
def test_bytes(dtype: str, dev: int) -> None:
    array, x = pair(dev, dtype)
    for order in ("C", "F", "A"):
        assert x.T.tobytes(order) == array.T.tobytes(order)
    if dtype != "?":
        assert x.byteswap().tobytes() == array.byteswap().tobytes()
        assert x.byteswap(inplace=True) is x
        same(array.byteswap(), x)


def test_fields(dev: int) -> None:
    array, x = pair(dev, complex)
    array += 2j
    x += 2j
    same(array.getfield(np.float64, 8), x.getfield(np.float64, 8))
    array.setfield(9, np.float64, 8)
    x.setfield(9, np.float64, 8)
    same(array, x)
    for offset in (-1, 16, 9):
        with pytest.raises(ValueError, match="offset"):
            x.getfield(np.float64, offset)


VIEWS: list[Callable[[Any], Any]] = [
    lambda x: x.view(np.int64),
    lambda x: x.view(np.float32),
    lambda x: x.view(np.complex128),
    lambda x: x[:, :3].view(np.complex128),
    lambda x: x.T.view(np.float32),
    lambda x: x[0, 0, ...].view(np.float32),
    lambda x: x.view(),
    lambda x: x.view(type=np.ndarray),
    lambda x: x.view(np.uint8, np.ndarray),
]


@pytest.mark.parametrize("i", range(len(VIEWS)))
def test_view(i: int, dev: int) -> None:
    array, x = pair(dev)
    try:
        expected = VIEWS[i](array)
    except ValueError:
        with pytest.raises(ValueError, match=r"dtype"):
            VIEWS[i](x)
        return
    actual = VIEWS[i](x)
    assert actual.dtype == expected.dtype
    same(expected, actual)


def test_resize(dev: int) -> None:
    for shape in ((2, 7), 5, (0,), (20,)):
        array, x = pair(dev)
        array = array.copy()
        array.resize(shape, refcheck=False)
        x.resize(shape)
        same(array, x)
    view = x[1:]
    with pytest.raises(ValueError, match="cannot resize"):
        x.resize(3)
    with pytest.raises(ValueError, match="own"):
        view.resize(3)
    with pytest.raises(ValueError, match="negative"):
        x.resize(-1)


def test_files(dev: int, tmp_path: Any) -> None:
    array, x = pair(dev)
    x.tofile(tmp_path / "x")
    same(array.ravel(), np.fromfile(tmp_path / "x"))
    x.dump(tmp_path / "pickle")
    same(array, np.load(tmp_path / "pickle", allow_pickle=True))
    buffer = io.BytesIO()
    x.dump(buffer)
    assert buffer.getvalue() == x.dumps()


def test_memory_on_the_host(dev: int) -> None:
    array, x = pair(dev)
    if dev != -1:
        assert not hasattr(x, "__array_interface__")
        with pytest.raises(BufferError, match="collect"):
            x.data  # noqa: B018
        return
    assert x.data.shape == (3, 4)
    assert {**x.__array_interface__, "data": 0} == {**array.__array_interface__, "data": 0}
    assert x.ctypes.data == x.__array_interface__["data"][0]
    assert x[0, 0].__array_interface__["data"][1]  # a value: read-only
    same(np.array([array[0, 0], array.sum()]), np.array([x[0, 0], x.sum()]))
    with pytest.raises(AttributeError, match="gradient"):
        nt.gradient(lambda y: np.sum(y) * y.__array_interface__["data"][0], x)


def test_generic_alias() -> None:
    assert nt.Tensor[Any, np.dtype[np.float64]].__origin__ is nt.Tensor
