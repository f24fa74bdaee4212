"""dask's arrays with Tensors as chunks."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import numtorch as nt
from numtorch.interop.dask import register
from tests.interop.rows import check, lines

dask = pytest.importorskip("dask")
da = pytest.importorskip("dask.array")
register()

ROWS = lines("""
x
x + 1
x * a
a * x
np.add(a, x)
x == a
x.T @ a
x.sum()
x.sum(axis=0)
x.mean(axis=1)
x.std()
x.var(axis=0)
x.max()
x.argmax(axis=0)
da.nanmean(x)
da.median(x, axis=0)
x.T @ x
da.dot(x, x.T)
da.tensordot(x, x.T, axes=1)
da.einsum('ij,kj->ik', x, x)
da.outer(x[0], x[1])
da.exp(x)
da.where(x > 0, x, 0)
da.isclose(x, x + 1e-12)
da.clip(x, -0.5, 0.5)
da.concatenate([x, x])
da.stack([x, x])
da.block([[x, x], [x, x]])
x[1]
x[:, ::2]
x[[0, 2]]
x[x > 0]
da.take(x, [0, 1], axis=1)
x.ravel()
x.reshape(12)
x[None].squeeze()
x.rechunk((3, 4))
x.astype('float32')
x.map_blocks(lambda block: block * 2)
x.map_overlap(lambda block: block + np.roll(block, 1, axis=0), depth=1, boundary='reflect')
da.apply_along_axis(np.sum, 0, x)
da.cumsum(x, axis=0)
da.cov(x)
da.linalg.norm(x)
da.linalg.svd(x.rechunk((3, 4)))[1]
abs(da.linalg.qr(x.rechunk((3, 4)))[1])
da.linalg.cholesky((x.T @ x + 10 * da.eye(4, chunks=4)).rechunk(4))
da.fft.fft(x.rechunk((3, 4)))
da.pad(x, 1)
da.roll(x, 1)
da.diff(x)
da.flip(x, 0)
da.broadcast_to(x, (2, 3, 4))
da.moveaxis(x, 0, 1)
da.repeat(x, 2, axis=0)
da.tril(x.rechunk(2))
da.unique(da.round(x))
da.histogram(x, bins=3, range=(-2, 2))[0]
da.bincount((abs(x).ravel() * 9).astype(int), minlength=30)
da.digitize(x, np.array([-0.5, 0.5]))
da.topk(x, 2)
da.percentile(x.ravel(), 50)
da.zeros_like(x)
x.reshape(5)
""")


@pytest.fixture(autouse=True)
def synchronous() -> Any:
    with dask.config.set(scheduler="synchronous"):
        yield


def chunked(name: str, array: Any) -> Any:
    return da.from_array(array, chunks=(2, 2)) if name == "x" else array


def computed(result: Any) -> Any:
    return result.compute() if isinstance(result, da.Array) else result


@pytest.mark.parametrize("text", ROWS)
def test_agrees_with_numpy(text: str, dev: int) -> None:
    x, a = np.random.default_rng(0).standard_normal((2, 3, 4))
    check(text, {"da": da}, {"x": x, "a": a}, dev, unwrap=computed, wrap=chunked)


def test_chunks_are_tensors(dev: int) -> None:
    x = chunked("x", nt.tensor(np.arange(12.0).reshape(3, 4), dev=dev))
    assert isinstance(x._meta, nt.Tensor)
    x[0] = 7
    assert isinstance(x.compute(), nt.Tensor)
    assert x.compute().dev == dev


def test_names_depend_on_the_values(dev: int) -> None:
    """dask takes two arrays of one name to be the same."""
    tokens = [
        dask.base.tokenize(nt.tensor(np.array(values), dev=dev)) for values in ([1.0, 2.0], [1.0, 2.0], [1.0, 3.0])
    ]
    assert tokens[0] == tokens[1] != tokens[2]


@pytest.mark.parametrize(
    "text", ["x", "x[0]", "x.T", "x[:, ::2]", "np.broadcast_to(x, (9, 40, 10))", "np.broadcast_to(x[0, 0, ...], (5,))"]
)
def test_sizes_are_those_of_ndarrays(text: str, dev: int) -> None:
    a = np.zeros((40, 10))
    expected, actual = (eval(text, {"np": np, "x": x}) for x in (a, nt.tensor(a, dev=dev)))
    assert dask.sizeof.sizeof(actual) == dask.sizeof.sizeof(expected)


def test_with_threads(dev: int) -> None:
    a = np.random.default_rng(0).standard_normal((40, 40))
    x = da.from_array(nt.tensor(a, dev=dev), chunks=(8, 8))
    with dask.config.set(scheduler="threads", num_workers=2):
        result = (da.exp(x) @ x.T).sum(axis=0).compute()
    np.testing.assert_allclose(nt.collect(result), (np.exp(a) @ a.T).sum(axis=0))
