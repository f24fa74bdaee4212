"""numtorch.numpy computes what NumPy computes, of lists and numbers too, on the device that was asked for."""

import io
import warnings
from typing import Any

import numpy
import pytest

import numtorch as nt
import numtorch.numpy as np

CALLS = """
np.sum([1, 2])
np.add(1, 2.5)
np.sin(1)
np.maximum([1, 5], 3)
np.add.reduce([[1, 2], [3, 4]])
np.multiply.outer([1, 2], [3, 4])
np.divmod([7, 8], 3)
np.clip([1, 5, 9], 2, 6)
np.where([True, False], 1.0, 2.0)
np.concatenate([[1], [2.5]])
np.stack([[1, 2], [3, 4]], axis=1)
np.mean([[1, 2], [3, 5]], axis=0)
np.median([3, 1, 2])
np.quantile([3, 1, 2], 0.25)
np.unique([3, 1, 3], return_counts=True)
np.histogram([1, 2, 2, 5], bins=3)
np.einsum("ij,j", [[1, 2], [3, 4]], [1, 1])
np.dot([1, 2], [3, 4])
np.array_equal([1, 2], [1, 2])
np.round([1.26, 2.5], 1)
np.pad([1, 2], 1, mode="edge")
np.take([5, 6, 7], [0, 2])
np.interp(1.5, [1, 2], [3, 4])
np.arange(5)
np.arange(1, 2, 0.25)
np.zeros((2, 3))
np.ones(2, dtype=np.int16)
np.full((2,), 7)
np.eye(2, 3, k=1)
np.identity(2)
np.tri(3)
np.linspace(0, 1, 5)
np.logspace(0, 2, 3)
np.geomspace(1, 8, 4)
np.meshgrid([1, 2], [3, 4, 5])
np.indices((2, 3))
np.fromfunction(lambda i, j: i + j, (2, 2))
np.fromiter(range(4), float)
np.array([[1, 2], [3, 4]])
np.asarray([1, 2.5])
np.array(3)
np.empty((0, 2))
np.zeros_like([1, 2])
np.full_like([1.0, 2.0], 3)
np.vander([1, 2, 3])
np.diag([1, 2])
np.tril([[1, 2], [3, 4]])
np.bartlett(5)
np.blackman(5)
np.hamming(5)
np.hanning(5)
np.kaiser(5, 2.0)
np.r_[1:3, 0, [4.5]]
np.c_[[1, 2], [3, 4]]
np.mgrid[0:2, 0:3]
np.ogrid[0:2, 0:1:3j]
np.ix_([0, 1], [2])
np.tril_indices(3)
np.triu_indices(3, 1)
np.diag_indices(2)
np.mask_indices(3, np.triu)
np.fft.fft([1, 2, 3])
np.fft.fftfreq(4, 0.5)
np.fft.rfftfreq(5)
np.linalg.inv([[2.0, 0.0], [0.0, 4.0]])
np.linalg.norm([3, 4])
np.linalg.solve([[2.0, 0.0], [0.0, 4.0]], [2, 4])
np.linalg.eigvalsh([[2.0, 1.0], [1.0, 2.0]])
np.vectorize(lambda a, b: a - b if a > b else a + b)([1, 2, 3], 2)
np.vectorize(lambda a: (a, 2 * a))([[1.0, 2.0]])
np.frombuffer(b"\\x01\\x02", np.uint8)
np.apply_along_axis(sum, 0, [[1, 2], [3, 4]])
np.isin([1, 2], [2])
np.searchsorted([1, 2, 3], 2.5)
np.cross([1, 0, 0], [0, 1, 0])
np.convolve([1, 2], [3, 4, 5])
np.asarray_chkfinite([1.0])
np.broadcast_arrays([1, 2], [[1], [2]])
np.row_stack([[1, 2], [3, 4]])
"""


def same(expected: Any, actual: Any, dev: int) -> None:
    if isinstance(expected, (tuple, list)):
        assert len(expected) == len(actual)
        for one, other in zip(expected, actual, strict=True):
            same(one, other, dev)
        return
    assert isinstance(actual, nt.Tensor | bool)
    if isinstance(actual, nt.Tensor):
        assert actual.dev == dev
        assert actual.dtype == numpy.asarray(expected).dtype
    numpy.testing.assert_allclose(nt.collect(actual), expected, rtol=1e-12)


@pytest.mark.parametrize("call", CALLS.strip().splitlines())
def test_call(call: str, dev: int) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        expected = eval(call, {"np": numpy, "sum": sum})
        with nt.device(dev):
            actual = eval(call, {"np": np, "sum": sum})
    same(expected, actual, dev)


@pytest.mark.parametrize(
    "make",
    [
        lambda **at: np.zeros(2, **at),
        lambda **at: np.array([1, 2], **at),
        lambda **at: np.arange(3, **at),
        lambda **at: np.asarray([1, 2], **at),
        lambda **at: np.ones((2, 2), **at),
        lambda **at: np.full(2, 1, **at),
        lambda **at: np.eye(2, **at),
        lambda **at: np.hanning(4, **at),
        lambda **at: np.fft.fftfreq(4, **at),
        lambda **at: np.tril_indices(3, **at)[0],
        lambda **at: np.from_dlpack(numpy.arange(3), **at),
        lambda **at: np.load(io.BytesIO(saved()), **at),
    ],
)
def test_where_arrays_are_made(make: Any, dev: int) -> None:
    name = "cpu" if dev < 0 else f"cuda:{dev}"
    assert make(dev=dev).dev == dev
    assert make(device=name).device == name
    with nt.device(dev):
        assert make().dev == dev
    with pytest.raises(ValueError, match="device"):
        make(device="tpu")


def saved() -> bytes:
    file = io.BytesIO()
    numpy.save(file, numpy.arange(3))
    return file.getvalue()


def test_archive(dev: int) -> None:
    file = io.BytesIO()
    np.savez(file, a=np.arange(3, dev=dev), b=[1.0])
    file.seek(0)
    with np.load(file, dev=dev) as archive:
        assert sorted(archive) == sorted(archive.files) == ["a", "b"]
        assert len(archive) == 2
        assert archive["a"].tolist() == [0, 1, 2]
        assert archive["a"].dev == dev


def test_tensors_are_its_arrays(dev: int) -> None:
    assert isinstance(np.zeros(1, dev=dev), np.ndarray)
    assert np.ndarray == nt.Tensor
    assert [(index, int(x)) for index, x in np.ndenumerate(np.array([[1, 2]], dev=dev))] == [((0, 0), 1), ((0, 1), 2)]
    np.testing.assert_allclose(np.ones(2, dev=dev), [1, 1])
    np.testing.assert_equal([np.ones(2, dev=dev)], [[1, 1]])
    with pytest.raises(AssertionError):
        np.testing.assert_array_equal(np.ones(2, dev=dev), [1, 2])
    assert np.finfo(np.ones(2, dtype=np.float32, dev=dev)).bits == 32
    assert np.iinfo(np.ones(2, dtype=np.int8, dev=dev)).max == 127


def test_gradients_go_through(dev: int) -> None:
    def f(x: nt.Tensor) -> nt.Tensor:
        table = np.zeros((2, 2), dev=dev)
        table[0] = x
        return np.sum(np.array([x[0], 2 * x[1]]) * table[0]) + np.vectorize(lambda a: a * a)(x).sum()

    (g,) = nt.gradient(f, nt.tensor([3.0, 4.0], dev=dev))
    assert g.tolist() == [12.0, 24.0]


def test_vectorize_refuses() -> None:
    with pytest.raises(ValueError, match="otypes"):
        np.vectorize(len)([])
    assert np.vectorize(len, otypes=[float])([]).shape == (0,)
    assert np.vectorize(lambda a, p: a**p, excluded=["p"])([1, 2], p=2).tolist() == [1, 4]


@pytest.mark.parametrize(
    "call",
    [
        lambda np: np.poly1d([1, 2, 3]).coeffs,
        lambda np: np.poly1d([0, 0, 2]).coeffs,
        lambda np: np.poly1d([0]).coeffs,
        lambda np: np.poly1d(5.0).coeffs,
        lambda np: np.poly1d([1, 2], True).coeffs,
        lambda np: np.poly1d([1, 2, 3])([0, 1, 2]),
        lambda np: (np.poly1d([1, 2]) * [1, 1] + 3 - np.poly1d([2])).coeffs,
        lambda np: (2 * np.poly1d([1.0, 2.0]) ** 2).coeffs,
        lambda np: np.poly1d([1, 2, 3]).deriv().coeffs,
        lambda np: np.poly1d([1, 2, 3]).integ().coeffs,
        lambda np: np.poly1d([1.0, -3.0, 2.0]).roots,
        lambda np: tuple(p.coeffs for p in np.poly1d([1.0, 0.0, 2.0]) / np.poly1d([1.0, 1.0])),
        lambda np: np.poly1d(np.poly1d([1, 2])).coeffs,
    ],
)
def test_poly1d(call: Any, dev: int) -> None:
    with nt.device(dev):
        same(call(numpy), call(np), dev)
        assert isinstance(np.poly1d([1, 2]).deriv(), np.poly1d)


def test_poly1d_looks_like_numpys() -> None:
    assert str(np.poly1d([1, -2.5])) == str(numpy.poly1d([1, -2.5]))
    assert np.poly1d([1, 2]) == np.poly1d([1, 2])
    with pytest.raises(ValueError, match="1d only"):
        np.poly1d([[1, 2]])
