"""Products and convolutions of float32 that are large: other kernels may compute these (csrc/kernels/onednn.cpp)."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from numtorch import Tensor, collect, gradient, tensor
from numtorch.nn import conv
from numtorch.nn.layers import affine
from numtorch.optim import Adam, setup, update

LAYOUTS = ["rows", "columns", "parts"]


def close(got: Any, wanted: np.ndarray) -> None:
    assert got.dtype == np.float32
    assert np.max(np.abs(collect(got) - wanted)) < 2e-5 * np.max(np.abs(wanted))


def moved(a: np.ndarray, layout: str, dev: int) -> Tensor:
    """A Tensor of these numbers, whose memory has this layout."""
    if layout == "rows":
        return tensor(a, dev=dev)
    if layout == "columns":
        return tensor(np.ascontiguousarray(a.T), dev=dev).T
    return tensor(np.repeat(a, 2, axis=1), dev=dev)[:, ::2]


@pytest.mark.parametrize("left", LAYOUTS)
@pytest.mark.parametrize("right", LAYOUTS)
def test_products(left: str, right: str, dev: int) -> None:
    rng = np.random.default_rng(0)
    a, b = rng.normal(size=(180, 300)), rng.normal(size=(300, 400))
    one, two = (moved(x.astype(np.float32), layout, dev) for x, layout in ((a, left), (b, right)))
    close(one @ two, a @ b)
    g = rng.normal(size=(180, 400))
    of_one, of_two = gradient(lambda x, y: np.sum(x @ y * g.astype(np.float32)), one, two)
    close(of_one, g @ b.T)
    close(of_two, a.T @ g)


@pytest.mark.parametrize("shapes", [((3, 70, 300), (300, 90)), ((1, 4096), (4096, 1024)), ((2, 0, 300), (300, 90))])
def test_products_of_other_shapes(shapes: tuple[Any, Any], dev: int) -> None:
    rng = np.random.default_rng(1)
    a, b = (rng.normal(size=shape) for shape in shapes)
    got = tensor(a.astype(np.float32), dev=dev) @ tensor(b.astype(np.float32), dev=dev)
    assert got.shape == (a @ b).shape
    if a.size:
        close(got, a @ b)


def test_values_that_are_not_finite(dev: int) -> None:
    a = np.ones((200, 300), np.float32)
    a[3, 4], a[5, 6] = np.inf, np.nan
    got = collect(tensor(a, dev=dev) @ tensor(np.ones((300, 200), np.float32), dev=dev))
    assert np.all(got[3] == np.inf)
    assert np.all(np.isnan(got[5]))
    assert np.all(np.delete(got, [3, 5], axis=0) == 300)


@pytest.mark.parametrize("bias", [False, True])
def test_affine(bias: bool, dev: int) -> None:
    rng = np.random.default_rng(2)
    x, weight, b = rng.normal(size=(4, 50, 256)), rng.normal(size=(300, 256)), rng.normal(size=300)
    arrays = [tensor(a.astype(np.float32), dev=dev) for a in ((x, weight, b) if bias else (x, weight))]
    close(affine(*arrays), x @ weight.T + (b if bias else 0))
    g = rng.normal(size=(4, 50, 300))
    of_x, of_weight, *of_b = gradient(lambda *a: np.sum(affine(*a) * g.astype(np.float32)), *arrays)
    close(of_x, g @ weight)
    close(of_weight, np.einsum("nio,nij->oj", g, x))
    if bias:
        close(of_b[0], g.sum((0, 1)))


@pytest.mark.parametrize("images", [1, 3])
@pytest.mark.parametrize("k", [1, 3])
@pytest.mark.parametrize(
    "options",
    [{}, {"stride": 2}, {"pad": 1, "dilation": 2}, {"pad": (1, 2)}, {"groups": 2}],
    ids=lambda options: ",".join(options) or "plain",
)
def test_convolutions(images: int, k: int, options: dict[str, Any], dev: int) -> None:
    """Values and gradients beside the same in float64, which one kernel alone computes."""
    rng = np.random.default_rng(3)
    groups = options.get("groups", 1)
    x, w, b = rng.normal(size=(images, 64, 40, 41)), rng.normal(size=(96, 64 // groups, k, k)), rng.normal(size=96)

    def everything(dtype: type) -> list[Any]:
        arrays = [tensor(a.astype(dtype), dev=dev) for a in (x, w, b)]
        y = conv(*arrays, **options)
        g = tensor(np.random.default_rng(4).normal(size=y.shape).astype(dtype), dev=dev)
        return [y, *gradient(lambda *a: np.sum(conv(*a, **options) * g), *arrays)]

    for got, wanted in zip(everything(np.float32), everything(np.float64), strict=True):
        close(got, collect(wanted))


def test_a_result_is_an_array_as_any_other(dev: int) -> None:
    """Whatever order its memory has: indexing, writing, reshaping, copying out."""
    rng = np.random.default_rng(5)
    x, w = rng.normal(size=(2, 32, 40, 40)).astype(np.float32), rng.normal(size=(32, 32, 3, 3)).astype(np.float32)
    y = conv(tensor(x, dev=dev), tensor(w, dev=dev), pad=1)
    wanted = collect(y).copy()
    assert np.array_equal(collect(y[1, 3:5, :, 7]), wanted[1, 3:5, :, 7])
    assert np.array_equal(collect(y.reshape(2, -1)), wanted.reshape(2, -1))
    assert np.array_equal(collect(np.transpose(y, (0, 2, 3, 1))), wanted.transpose(0, 2, 3, 1))
    y[0, :, 2] = 1.0
    wanted[0, :, 2] = 1.0
    assert np.array_equal(collect(y), wanted)
    assert y.tobytes() == wanted.tobytes()
    assert np.array_equal(np.argmax(y), np.argmax(wanted))


def test_weights_are_updated_in_their_own_order(dev: int) -> None:
    """An optimiser goes through a weight, its gradient and what it keeps side by side in memory."""
    rng = np.random.default_rng(6)
    x, w = rng.normal(size=(2, 32, 40, 40)), rng.normal(size=(48, 32, 3, 3))

    def stepped(dtype: type) -> Tensor:
        weight, image = tensor(w.astype(dtype), dev=dev), tensor(x.astype(dtype), dev=dev)
        (g,) = gradient(lambda v: np.sum(conv(image, v, pad=1) ** 2), weight)
        update(setup(Adam(0.1), weight), weight, g)
        return weight

    close(stepped(np.float32), collect(stepped(np.float64)))
