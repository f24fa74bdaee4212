"""Where new arrays go: `dev`, `device=`, `with numtorch.device(...)`, and what the arguments are on."""

import io
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import numtorch as nt
import numtorch.numpy as xp

# With `where`, a dict of keywords that say where the array goes.
ON_DEVICE: dict[str, Callable[[Any, dict[str, Any]], Any]] = {
    "arange": lambda np, where: np.arange(1, 9, 2, **where),
    "array": lambda np, where: np.array([[1, 2], [3, 4]], **where),
    "asanyarray": lambda np, where: np.asanyarray([1.5], **where),
    "asarray": lambda np, where: np.asarray((1, 2), **where),
    "asarray_chkfinite": lambda np, where: np.asarray_chkfinite([1.0], **where),
    "ascontiguousarray": lambda np, where: np.ascontiguousarray([1], **where),
    "asfortranarray": lambda np, where: np.asfortranarray([[1, 2]], **where),
    "bartlett": lambda np, where: np.bartlett(5, **where),
    "blackman": lambda np, where: np.blackman(5, **where),
    "diag_indices": lambda np, where: np.diag_indices(3, **where),
    "empty": lambda np, where: np.empty((0, 2), **where),
    "eye": lambda np, where: np.eye(2, 3, 1, **where),
    "fft.fftfreq": lambda np, where: np.fft.fftfreq(5, 0.5, **where),
    "fft.rfftfreq": lambda np, where: np.fft.rfftfreq(5, **where),
    "frombuffer": lambda np, where: np.frombuffer(b"abcdefgh", np.int16, **where),
    "fromfunction": lambda np, where: np.fromfunction(lambda i, j: i + 2 * j, (2, 3), **where),
    "fromiter": lambda np, where: np.fromiter((i * i for i in range(4)), float, **where),
    "fromstring": lambda np, where: np.fromstring("1 2", sep=" ", **where),
    "full": lambda np, where: np.full(3, 2.5, **where),
    "genfromtxt": lambda np, where: np.genfromtxt(io.StringIO("1,2\n3,4"), delimiter=",", **where),
    "geomspace": lambda np, where: np.geomspace(1, 8, 4, **where),
    "hamming": lambda np, where: np.hamming(4, **where),
    "hanning": lambda np, where: np.hanning(4, **where),
    "identity": lambda np, where: np.identity(2, **where),
    "indices": lambda np, where: np.indices((2, 3), **where),
    "kaiser": lambda np, where: np.kaiser(5, 14, **where),
    "linspace": lambda np, where: np.linspace(0, 1, 5, **where),
    "loadtxt": lambda np, where: np.loadtxt(io.StringIO("1 2\n3 4"), **where),
    "logspace": lambda np, where: np.logspace(0, 2, 3, **where),
    "mask_indices": lambda np, where: np.mask_indices(3, np.triu, **where),
    "ones": lambda np, where: np.ones((2, 2), **where),
    "ones_like": lambda np, where: np.ones_like([1, 2], **where),
    "empty_like": lambda np, where: np.empty_like([[]], **where),
    "full_like": lambda np, where: np.full_like([1.0, 2.0], 7, **where),
    "require": lambda np, where: np.require([1, 2], requirements="C", **where),
    "tri": lambda np, where: np.tri(3, k=1, **where),
    "tril_indices": lambda np, where: np.tril_indices(3, 1, **where),
    "triu_indices": lambda np, where: np.triu_indices(2, m=4, **where),
    "zeros": lambda np, where: np.zeros((2, 3), **where),
    "zeros_like": lambda np, where: np.zeros_like([1, 2], **where),
}
# Of arrays or of nothing that could say where: they go where new Tensors go.
GRIDS: dict[str, Callable[[Any], Any]] = {
    "c_": lambda np: np.c_[[1, 2], [3, 4]],
    "diag": lambda np: np.diag([1, 2]),
    "ix_": lambda np: np.ix_([0, 1], [2]),
    "meshgrid": lambda np: np.meshgrid([1, 2], [3.0, 4.0, 5.0]),
    "mgrid": lambda np: np.mgrid[0:2, 0:3:2j],
    "ogrid": lambda np: np.ogrid[0:2, 0:3],
    "r_": lambda np: np.r_[1:4, 0, [5, 6]],
    "tril": lambda np: np.tril([[1, 2], [3, 4]]),
    "triu": lambda np: np.triu([[1, 2], [3, 4]]),
    "vander": lambda np: np.vander([1, 2, 3]),
}


def assert_same(expected: Any, actual: Any, dev: int) -> None:
    if isinstance(expected, tuple):
        assert isinstance(actual, tuple)
        for one, other in zip(expected, actual, strict=True):
            assert_same(one, other, dev)
    else:
        assert isinstance(actual, nt.Tensor)
        assert (actual.dev, actual.dtype, actual.shape) == (dev, expected.dtype, expected.shape)
        np.testing.assert_allclose(nt.collect(actual), expected, rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("make", ON_DEVICE.values(), ids=ON_DEVICE)
def test_dev(make: Callable[[Any, dict[str, Any]], Any], dev: int) -> None:
    expected = make(np, {})
    device = "cpu" if dev == -1 else f"cuda:{dev}"
    for where in ({"dev": dev}, {"device": device}, {"device": dev}, {"dev": dev, "device": device}):
        assert_same(expected, make(xp, where), dev)
    with nt.device(dev):
        assert_same(expected, make(xp, {}), dev)
    with pytest.raises(ValueError, match="device"):
        make(xp, {"device": "nowhere"})


@pytest.mark.parametrize("make", GRIDS.values(), ids=GRIDS)
def test_where_new_arrays_go(make: Callable[[Any], Any], dev: int) -> None:
    with nt.device(dev):
        assert_same(make(np), make(xp), dev)


def test_two_devices_are_refused() -> None:
    with pytest.raises(ValueError, match="two devices"):
        xp.zeros(3, device="cpu", dev=0)


def test_arguments_say_where(dev: int) -> None:
    x = nt.tensor([1.0, 2.0], dev=dev)
    for made in (xp.full(3, x[0]), xp.linspace(x[0], 5, 3), xp.zeros_like(x), xp.array([x, x]), xp.add(x, [1, 2])):
        assert made.dev == dev


def test_like_may_be_an_ndarray(dev: int) -> None:
    with nt.device(dev):
        assert_same(np.zeros(3), xp.zeros(3, like=np.ones(1)), dev)


def test_asarray_chkfinite() -> None:
    with pytest.raises(ValueError, match="infs or NaNs"):
        xp.asarray_chkfinite([1.0, np.nan])


def test_from_dlpack(dev: int) -> None:
    array = np.arange(3.0)
    assert_same(array, xp.from_dlpack(array, device=dev, copy=True), dev)
    shared = xp.from_dlpack(array)
    shared[0] = 7
    assert array[0] == 7


def test_files(dev: int, tmp_path: Path) -> None:
    x = nt.tensor(np.arange(6.0).reshape(2, 3), dev=dev)
    xp.save(tmp_path / "x.npy", x)
    assert_same(nt.collect(x), xp.load(tmp_path / "x.npy", dev=dev), dev)
    xp.savez(tmp_path / "x.npz", x, y=[1, 2])
    with xp.load(tmp_path / "x.npz", dev=dev) as archive:
        assert archive.files == ["y", "arr_0"]
        assert_same(nt.collect(x), archive["arr_0"], dev)
        assert_same(np.array([1, 2]), dict(archive)["y"], dev)
        assert "y" in archive
    with pytest.raises(TypeError, match="mmap_mode"):
        xp.load(tmp_path / "x.npy", mmap_mode="r")


def test_what_libtorch_has_no_dtypes_for_is_numpys(dev: int) -> None:
    for values in (["a"], [object()], [np.datetime64("2020-01-01")], np.ones(1, np.longdouble)):
        made = xp.array(values)
        assert type(made) is np.ndarray
        assert made.dtype == np.asarray(values).dtype
        with pytest.raises(TypeError, match="dtype"):
            xp.array(values, dev=dev)
    assert type(xp.zeros(2, dtype=object)) is np.ndarray


@pytest.mark.skipif(not hasattr(np, "trapz"), reason="NumPy had them until 2.3")
def test_names_that_numpy_had() -> None:
    with pytest.warns(DeprecationWarning, match="trapezoid"):
        assert xp.trapz([1.0, 2.0, 4.0], dx=2).item() == 9
    with pytest.warns(DeprecationWarning, match="isin"):
        assert xp.in1d([[1, 2], [3, 4]], [2, 4]).tolist() == [False, True, False, True]
    assert np.in1d(nt.tensor([[1, 2], [3, 4]]), [2, 4], invert=True).tolist() == [True, False, True, False]  # noqa: NPY201


def test_row_stack_warns() -> None:
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        assert xp.row_stack([[1], [2]]).shape == (2, 1)
    assert caught[0].category is DeprecationWarning


@pytest.mark.parametrize("make", ["array", "asanyarray", "asarray", "asarray_chkfinite", "copy", "require"])
def test_of_a_value_an_array(make: str, dev: int) -> None:
    """As NumPy makes an array of its scalar: what is written into it is seen wherever it is held."""
    value = nt.tensor([1.0, 2.0], dev=dev).sum()
    array = getattr(xp, make)(value)
    held = array
    held *= 2
    assert (array.is_value, array.dev, float(array), float(value)) == (False, dev, 6.0, 3.0)
    array[()] = 7.0
    assert float(held) == 7.0
    (slope,) = nt.gradient(lambda x: getattr(xp, make)(x.sum()) * 2, nt.tensor([1.0, 2.0], dev=dev))
    assert slope.tolist() == [2.0, 2.0]


def test_of_a_value_no_array_without_a_copy(dev: int) -> None:
    value = nt.tensor([1.0, 2.0], dev=dev).sum()
    with pytest.raises(ValueError, match="Unable to avoid copy"):
        xp.asarray(value, copy=False)
    assert not nt.tensor(value, copy=False).is_value


@pytest.mark.parametrize("make", [xp.ones, xp.zeros, xp.array, xp.asarray, xp.arange, xp.eye])
def test_like_is_of_a_class_that_answers(make: Any) -> None:
    for like in ([1.0], 1.0, "x"):
        with pytest.raises(TypeError, match="`like` argument must be an array-like"):
            make(3, like=like)
    assert make(3, like=np.ones(2)).dtype == getattr(np, make.__name__)(3).dtype


def test_copy_modes() -> None:
    x = xp.ones(2)
    assert xp.array(x, copy=np._CopyMode.IF_NEEDED) is x
    assert xp.array(x, copy=np._CopyMode.ALWAYS) is not x
    with pytest.raises(ValueError, match="Unable to avoid copy"):
        xp.array([1.0], copy=np._CopyMode.NEVER)
