"""Gradients that Torch.jl's rules get wrong, in plain NumPy: each must be PyTorch's here.

One test for each rule of that library found wrong on reading: batch normalisation, mean pooling, a broadcast sigmoid,
strides of a convolution and of poolings that differ by axis, softmax behind a dense layer, convolution on a CPU.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from scipy import special

import numtorch as nt
from numtorch._core import kernel

torch = pytest.importorskip("torch")


def drawn(*shape: int, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).normal(size=shape)


def compare(ours: Callable[..., Any], theirs: Callable[..., Any], dev: int, *arrays: np.ndarray) -> None:
    """Values, and the gradients of a weighted sum of them."""
    tensors, leaves = [nt.tensor(a, dev=dev) for a in arrays], [torch.tensor(a, requires_grad=True) for a in arrays]
    expected = theirs(*leaves)
    weights = drawn(*expected.shape, seed=9)
    value = ours(*tensors)
    assert value.shape == tuple(expected.shape)
    np.testing.assert_allclose(nt.collect(value), expected.detach().numpy(), rtol=1e-10, atol=1e-12)
    found = nt.gradient(lambda *t: np.sum(ours(*t) * nt.tensor(weights, dev=dev)), *tensors)
    wanted = torch.autograd.grad(torch.sum(expected * torch.tensor(weights)), leaves)
    for g, w in zip(found, wanted, strict=True):
        np.testing.assert_allclose(nt.collect(g), w.numpy(), rtol=1e-10, atol=1e-12)


# ---- Batch normalisation: the statistics that were normalised with, the weight and the shift each get their own ----


def batch_norm(x: Any, weight: Any, shift: Any, running: dict[str, Any], training: bool, eps: float = 1e-5) -> Any:
    axes = (0, *range(2, x.ndim))
    column = (1, -1) + (1,) * (x.ndim - 2)
    mean, var = (np.mean(x, axes), np.var(x, axes)) if training else (running["mean"], running["var"])
    if training:
        n = x.size // x.shape[1]
        running["mean"] = 0.9 * running["mean"] + 0.1 * mean
        running["var"] = 0.9 * running["var"] + 0.1 * var * (n / (n - 1))
    scale = weight / np.sqrt(var + eps)
    return (x - mean.reshape(column)) * scale.reshape(column) + shift.reshape(column)


@pytest.mark.parametrize("training", [True, False])
@pytest.mark.parametrize("shape", [(4, 3), (2, 3, 4), (2, 3, 4, 5)])
def test_batch_normalisation(shape: tuple[int, ...], training: bool, dev: int) -> None:
    mean, var = drawn(3, seed=1), np.abs(drawn(3, seed=2)) + 0.5
    x, weight, shift = drawn(*shape), drawn(3, seed=3), drawn(3, seed=4)
    state = {"mean": torch.tensor(mean), "var": torch.tensor(var)}

    def ours(x: Any, weight: Any, shift: Any) -> Any:
        return batch_norm(
            x, weight, shift, {"mean": nt.tensor(mean, dev=dev), "var": nt.tensor(var, dev=dev)}, training
        )

    def theirs(x: Any, weight: Any, shift: Any) -> Any:
        return torch.nn.functional.batch_norm(x, state["mean"], state["var"], weight, shift, training)

    compare(ours, theirs, dev, x, weight, shift)
    nt.check_gradient(ours, x[:, :, :2] if x.ndim > 2 else x, weight, shift, dev=dev)


def test_running_statistics_of_batch_normalisation(dev: int) -> None:
    """They are kept, and the one used in training is not differentiated through them."""
    running = {"mean": nt.tensor(np.zeros(3), dev=dev), "var": nt.tensor(np.ones(3), dev=dev)}
    x, one, zero = (nt.tensor(a, dev=dev) for a in (drawn(4, 3), np.ones(3), np.zeros(3)))
    nt.gradient(lambda t: np.sum(batch_norm(t, one, zero, running, True) ** 3), x)
    np.testing.assert_allclose(nt.collect(running["mean"]), 0.1 * drawn(4, 3).mean(0))
    np.testing.assert_allclose(nt.collect(running["var"]), 0.9 + 0.1 * drawn(4, 3).var(0, ddof=1))
    assert not running["mean"].tracked


# ---- Windows: kernels, strides and paddings that differ from axis to axis ----

Pair = tuple[int, int]
SETTINGS: list[tuple[Pair, Pair, Pair]] = [
    ((2, 2), (2, 2), (0, 0)),
    ((3, 2), (2, 1), (0, 0)),
    ((2, 3), (1, 3), (0, 0)),
    ((1, 4), (3, 2), (0, 0)),
    ((3, 2), (2, 3), (1, 0)),
    ((2, 4), (3, 1), (0, 2)),
]
each_setting = pytest.mark.parametrize(("size", "stride", "pad"), SETTINGS, ids=str)


def windows(x: Any, size: Pair, stride: Pair, pad: Pair, filler: float = 0.0) -> Any:
    x = np.pad(x, ((0, 0), (0, 0), (pad[0], pad[0]), (pad[1], pad[1])), constant_values=filler)
    return np.lib.stride_tricks.sliding_window_view(x, size, axis=(2, 3))[:, :, :: stride[0], :: stride[1]]


@each_setting
def test_mean_pooling(size: Pair, stride: Pair, pad: Pair, dev: int) -> None:
    """The divisor of the way back is that of the way there."""
    compare(
        lambda x: np.mean(windows(x, size, stride, pad), axis=(-2, -1)),
        lambda x: torch.nn.functional.avg_pool2d(x, size, stride, pad),
        dev,
        drawn(2, 3, 7, 9),
    )


@each_setting
def test_max_pooling(size: Pair, stride: Pair, pad: Pair, dev: int) -> None:
    compare(
        lambda x: np.max(windows(x, size, stride, pad, -np.inf), axis=(-2, -1)),
        lambda x: torch.nn.functional.max_pool2d(torch.nn.functional.pad(
            x, (pad[1], pad[1], pad[0], pad[0]), value=-np.inf), size, stride),
        dev,
        drawn(2, 3, 7, 9),
    )  # fmt: skip


@each_setting
def test_convolution(size: Pair, stride: Pair, pad: Pair, dev: int) -> None:
    """On a CPU too."""
    compare(
        lambda x, w: np.einsum("nchwij,ocij->nohw", windows(x, size, stride, pad), w),
        lambda x, w: torch.nn.functional.conv2d(x, w, stride=stride, padding=pad),
        dev,
        drawn(2, 3, 7, 9),
        drawn(4, 3, *size, seed=1),
    )


def test_convolution_in_groups(dev: int) -> None:
    def ours(x: Any, w: Any) -> Any:
        seen = windows(x, (3, 2), (2, 1), (0, 0)).reshape(2, 2, 2, 3, 8, 3, 2)
        return np.einsum("ngchwij,gocij->ngohw", seen, w.reshape(2, 3, 2, 3, 2)).reshape(2, 6, 3, 8)

    compare(
        ours,
        lambda x, w: torch.nn.functional.conv2d(x, w, stride=(2, 1), groups=2),
        dev,
        drawn(2, 4, 7, 9),
        drawn(6, 2, 3, 2, seed=1),
    )


# ---- Activations ----


def sigmoid(x: Any) -> Any:
    return 1.0 / (1.0 + np.exp(-x))


@pytest.mark.parametrize(
    "function", [kernel("sigmoid"), special.expit, sigmoid], ids=["kernel", "expit", "written out"]
)
def test_broadcast_sigmoid(function: Callable[..., Any], dev: int) -> None:
    """Its slope is y (1 - y) of the result, not of the argument."""
    compare(lambda a, b: function(a + b), lambda a, b: torch.sigmoid(a + b), dev, drawn(2, 3), drawn(3, 1, 1, seed=1))
    x = nt.tensor(np.array([-30.0, 0.0, 2.0]), dev=dev)
    y = special.expit(nt.collect(x))
    (g,) = nt.gradient(lambda t: np.sum(function(t)), x)
    np.testing.assert_allclose(nt.collect(g), y * (1 - y), rtol=1e-12)


def softmax(x: Any, axis: int) -> Any:
    e = np.exp(x - np.max(x, axis=axis, keepdims=True))
    return e / np.sum(e, axis=axis, keepdims=True)


@pytest.mark.parametrize("axis", [0, 1, -1])
def test_softmax_behind_a_dense_layer(axis: int, dev: int) -> None:
    compare(
        lambda x, w, b: softmax(x @ w + b, axis),
        lambda x, w, b: torch.softmax(x @ w + b, axis),
        dev,
        drawn(5, 4),
        drawn(4, 3, seed=1),
        drawn(3, seed=2),
    )


def test_softmax_of_one_sample_and_of_its_loss(dev: int) -> None:
    """A vector through a dense layer, and a result without axes."""
    compare(lambda x, w: softmax(w @ x, 0), lambda x, w: torch.softmax(w @ x, 0), dev, drawn(4), drawn(3, 4, seed=1))
    compare(
        lambda x, w: -np.log(softmax(w @ x, 0)[1]),
        lambda x, w: -torch.log_softmax(w @ x, 0)[1],
        dev,
        drawn(4),
        drawn(3, 4, seed=1),
    )
