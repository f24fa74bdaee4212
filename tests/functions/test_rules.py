"""What rows cannot say: devices, read-only results, copies, outputs that are ndarrays, and values."""

import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import numtorch as nt


@pytest.fixture
def x(dev: int) -> nt.Tensor:
    return nt.tensor(np.arange(12.0).reshape(3, 4), dev=dev)


READ_ONLY = {
    "broadcast_to": lambda x: np.broadcast_to(x, (2, 3, 4)),
    "diagonal": lambda x: np.diagonal(x),
    "diag": lambda x: np.diag(x),
    "sliding_window_view": lambda x: np.lib.stride_tricks.sliding_window_view(x, 2, axis=0),
    "broadcast_arrays": lambda x: np.broadcast_arrays(x[:1], x)[0],
}


@pytest.mark.parametrize("function", READ_ONLY.values(), ids=READ_ONLY)
def test_read_only(function: Callable[[Any], Any], x: nt.Tensor) -> None:
    with pytest.raises(ValueError, match="read-only"):
        function(x)[...] = 1


WRITEABLE = {
    "flip": lambda x: np.flip(x),
    "fliplr": lambda x: np.fliplr(x),
    "rot90": lambda x: np.rot90(x),
    "reshape": lambda x: np.reshape(x, (4, 3)),
    "transpose": lambda x: np.transpose(x),
    "ravel": lambda x: np.ravel(x),
    "split": lambda x: np.split(x, 2, axis=1)[0],
    "einsum": lambda x: np.einsum("ij->ji", x),
    "diagonal by einsum": lambda x: np.einsum("ii->i", x[:3, :3]),
    "windows": lambda x: np.lib.stride_tricks.sliding_window_view(x, 2, axis=0, writeable=True),
}


@pytest.mark.parametrize("function", WRITEABLE.values(), ids=WRITEABLE)
def test_writes_reach_the_original(function: Callable[[Any], Any], x: nt.Tensor) -> None:
    function(x)[0] = -7.0
    array = np.arange(12.0).reshape(3, 4)
    function(array)[0] = -7.0
    np.testing.assert_array_equal(nt.collect(x), array)


def test_operand_survives_read_only_result(x: nt.Tensor) -> None:
    np.broadcast_to(x, x.shape)
    np.lib.stride_tricks.sliding_window_view(x, (), axis=())
    x[0, 0] = 5.0
    assert x[0, 0].item() == 5.0


def test_zero_dimensional_arrays_can_be_written(dev: int) -> None:
    s = nt.tensor(2.0, dev=dev)
    for made in (np.zeros_like(s), np.copy(s), np.zeros((), like=s), np.full_like(s, 3.0), np.array(4.0, like=s)):
        made[...] = 9.0
        assert made.item() == 9.0
    assert s.item() == 2.0


def test_reductions_give_values(x: nt.Tensor) -> None:
    for value in (np.sum(x), x.mean(), np.max(x), np.argmax(x), np.linalg.norm(x), np.vdot(x, x)):
        assert value.is_value
        assert hash(value) == hash(value.item())


def test_arrays_made_from_values_leave_them_alone(x: nt.Tensor) -> None:
    value = np.sum(x)
    for array in (np.atleast_1d(value), np.reshape(value, (1, 1)), np.expand_dims(value, 0), value[None]):
        array[...] = -1.0
        assert not array.is_value
        assert value.item() == 66.0


def test_out_may_be_an_ndarray(x: nt.Tensor, dev: int) -> None:
    out = np.zeros(4)
    if dev == -1:
        assert np.sum(x, axis=0, out=out) is out
        np.testing.assert_array_equal(out, nt.collect(x).sum(axis=0))
    else:
        with pytest.raises(TypeError):
            np.sum(x, axis=0, out=out)


def test_out_is_returned(x: nt.Tensor, dev: int) -> None:
    out = nt.tensor(np.zeros(4), dev=dev)
    assert np.sum(x, axis=0, out=out) is out
    assert np.concatenate([x[0], x[1]], out=nt.tensor(np.zeros(8), dev=dev)).shape == (8,)
    with pytest.raises(TypeError, match="Cannot cast"):
        np.std(x, axis=0, out=nt.tensor(np.zeros(4, np.int64), dev=dev))


def test_ndarrays_join_the_device(x: nt.Tensor, dev: int) -> None:
    for result in (np.concatenate([x, np.ones((1, 4))]), np.where(np.ones((3, 4), bool), x, 0), np.dot(x, np.ones(4))):
        assert isinstance(result, nt.Tensor)
        assert result.dev == dev


def test_copyto_ndarray(x: nt.Tensor, dev: int) -> None:
    target = np.zeros((3, 4))
    if dev == -1:
        np.copyto(target, x)
        np.testing.assert_array_equal(target, nt.collect(x))
    else:
        with pytest.raises(TypeError):
            np.copyto(target, x)


def test_warnings_of_numpy(dev: int) -> None:
    empty = nt.tensor(np.zeros((0, 2)), dev=dev)
    with pytest.warns(RuntimeWarning, match="Mean of empty slice"):
        np.mean(empty, axis=0)
    with pytest.warns(RuntimeWarning, match="Degrees of freedom"):
        np.var(empty[:, :1], axis=1, ddof=1)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        np.mean(nt.tensor([1.0], dev=dev))


LOST = np.array([[np.nan, 1.0], [np.nan, 2.0]])
OF_NAN = [
    lambda x: np.nanmean(x, axis=0),
    lambda x: np.nanvar(x, axis=0, ddof=1),
    lambda x: np.nanstd(x, axis=0),
    lambda x: np.nanmax(x, axis=0),
    lambda x: np.nanmin(x, axis=0),
    lambda x: np.nanmedian(x, axis=0),
    lambda x: np.nanquantile(x, 0.5, axis=0),
    lambda x: np.nanpercentile(x, [5, 10], axis=0, method="inverted_cdf", weights=np.ones((2, 2))),
]


@pytest.mark.parametrize("f", OF_NAN)
def test_warnings_of_nan(f: Callable[[Any], Any], dev: int) -> None:
    """NumPy's words, where the user called, on the CPU; nobody waits for a GPU to warn."""
    x = nt.tensor(LOST, dev=dev)
    with pytest.warns(RuntimeWarning) as theirs:
        f(LOST)
    if dev != -1:
        f(x)
        return
    with pytest.warns(RuntimeWarning) as ours:
        f(x)
    assert str(ours[0].message).startswith(str(theirs[0].message).removesuffix("."))
    assert ours[0].filename == __file__
    f(nt.tensor(np.ones((2, 2))))


def test_device_keyword(x: nt.Tensor, dev: int) -> None:
    assert np.zeros_like(x, device="cpu").dev == -1
    assert np.zeros(3, like=x).dev == dev
    assert np.ones_like(x).dev == dev


def test_subclass_is_accepted(dev: int) -> None:
    class Image(nt.Tensor):
        pass

    image = Image(2, 3, dev=dev)
    assert np.sum(image).item() == 0
    assert np.reshape(image, (3, 2)).shape == (3, 2)


@pytest.mark.parametrize("dtype", [object, "S1", "M8[s]", np.longdouble])
def test_dtypes_that_libtorch_lacks(dtype: Any, x: nt.Tensor) -> None:
    makers: list[Callable[[], Any]] = [
        lambda: np.zeros(2, dtype, like=x),
        lambda: np.ones((), dtype, like=x),
        lambda: np.empty(2, dtype, like=x),
        lambda: np.eye(2, dtype=dtype, like=x),
        lambda: np.array([1], dtype, like=x),
        lambda: np.zeros_like(x, dtype),
        lambda: np.empty_like(x, dtype),
    ]
    for make in makers:
        with pytest.raises(TypeError, match=r"is not supported; a Tensor's dtype is one of bool, int8"):
            make()


def test_writing_to_an_ndarray(dev: int) -> None:
    """What is on the host and not tracked can be written where an ndarray lies."""
    indices = nt.tensor([1, 2], dev=dev)
    target = np.zeros(4)
    if dev != -1:
        with pytest.raises(TypeError, match="put: an ndarray takes no values of Tensors that are on a device"):
            np.put(target, indices, 5.0)
        return
    np.put(target, indices, 5.0)
    np.testing.assert_array_equal(target, [0.0, 5.0, 5.0, 0.0])
    np.place(target, nt.tensor([True, False, False, True]), [7.0, 8.0])
    np.testing.assert_array_equal(target, [7.0, 5.0, 5.0, 8.0])
    with pytest.raises(TypeError, match="put: an ndarray takes no values of Tensors that are on a device or tracked"):
        nt.gradient(lambda v: np.put(target, [0, 1], v), nt.tensor([1.0, 2.0]))
    target.setflags(write=False)
    with pytest.raises(ValueError, match="read-only"):
        np.put(target, indices, 5.0)


def test_arange_of_tensors(dev: int) -> None:
    made = np.arange(nt.tensor(1.0, dev=dev), nt.tensor(3, dev=dev), like=nt.tensor(0, dev=dev))
    assert made.dev == dev
    assert made.tolist() == [1.0, 2.0]
    with pytest.raises(TypeError, match="0-dimensional"):
        np.arange(nt.tensor([1], dev=dev), like=nt.tensor(0, dev=dev))


def test_nesting_beyond_ndmax(x: nt.Tensor) -> None:
    if np.lib.NumpyVersion(np.__version__) < "2.4.0":
        pytest.skip("np.array has no ndmax")
    assert np.array([[1, 2]], ndmax=2, like=x).shape == (1, 2)
    with pytest.raises(TypeError, match="2 axes are more than ndmax=1"):
        np.array([[1, 2]], ndmax=1, like=x)
    with pytest.raises(ValueError, match="ndmin must be <= ndmax"):
        np.array([1], ndmin=2, ndmax=1, like=x)
