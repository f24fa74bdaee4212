"""What is kept for the way back, in bytes: no more than PyTorch keeps for the same operations."""

from __future__ import annotations

import gc
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import numtorch as nt
from numtorch import _core, nn
from tests.autograd.test_memory import host_bytes

torch = pytest.importorskip("torch")

SAMPLES, CHANNELS, SIDE = 8, 16, 24
LEEWAY = 64 * 1024  # Python's objects; one array holds 576 KiB


def drawn(*shape: int, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).normal(size=shape)


def bytes_in_use(dev: int) -> int:
    gc.collect()
    return host_bytes() + (nt.memory_allocated(dev) if dev >= 0 else 0)


def kept_by_numtorch(f: Callable[..., Any], arrays: list[np.ndarray], dev: int) -> int:
    tensors = [nt.tensor(a, dev=dev) for a in arrays]
    nt.pullback(f, *tensors)
    before = bytes_in_use(dev)
    held = nt.pullback(f, *tensors)
    after = bytes_in_use(dev)
    del held
    return after - before


def kept_by_torch(f: Callable[..., Any], arrays: list[np.ndarray], dev: int) -> int:
    """The bytes of the storages that are saved, each counted once, and the leaves' own not at all."""
    device = "cpu" if dev < 0 else f"cuda:{dev}"
    leaves = [torch.tensor(a, requires_grad=True, device=device) for a in arrays]
    own = {leaf.untyped_storage().data_ptr() for leaf in leaves}
    saved: dict[int, int] = {}
    held = []

    def pack(t: Any) -> Any:
        storage = t.untyped_storage()
        saved[storage.data_ptr()] = storage.nbytes()
        held.append(t)  # so that no address is used twice
        return t

    with torch.autograd.graph.saved_tensors_hooks(pack, lambda t: t):
        y = f(*leaves)
    assert y.requires_grad
    return sum(size for address, size in saved.items() if address not in own)


def conv(xp: Any, x: Any, w: Any) -> Any:
    """By a 3 x 3 window if there is a rule for it, otherwise by 1 x 1: a product over the channels."""
    if not any(ran.name == "convolution" and ran.rule for ran in _core.known_kernels()):
        flat = x.reshape(SAMPLES, CHANNELS, SIDE * SIDE)
        return (w[:, :, 1, 1] @ flat).reshape(x.shape)
    settings = ([1, 1], [1, 1], [1, 1], False, [0, 0], 1)
    run = _core.kernel("convolution") if xp is np else torch.ops.aten.convolution.default
    return run(x, w, None, *settings)


def batch_norm(xp: Any, x: Any, weight: Any, shift: Any) -> Any:
    keep = {"keepdims": True} if xp is np else {"keepdim": True}
    mean = xp.mean(x, (0, 2, 3), **keep)
    centred = x - mean
    var = xp.mean(xp.square(centred), (0, 2, 3), **keep)
    return centred / xp.sqrt(var + 1e-5) * weight + shift


def relu(xp: Any, x: Any) -> Any:
    return np.maximum(x, 0) if xp is np else torch.maximum(x, torch.zeros((), dtype=x.dtype, device=x.device))


def block(xp: Any, x: Any, w1: Any, w2: Any, a1: Any, b1: Any, a2: Any, b2: Any) -> Any:
    """Two convolutions, each with its batch normalisation, around which the input is added."""
    h = relu(xp, batch_norm(xp, conv(xp, x, w1), a1, b1))
    h = batch_norm(xp, conv(xp, h, w2), a2, b2)
    return xp.sum(relu(xp, h + x))


WEIGHTS = [0.2 * drawn(CHANNELS, CHANNELS, 3, 3, seed=i) for i in (1, 2)]
COLUMNS = [drawn(1, CHANNELS, 1, 1, seed=i) for i in (3, 4, 5, 6)]
IMAGE = drawn(SAMPLES, CHANNELS, SIDE, SIDE)

FUNCTIONS: dict[str, tuple[Callable[..., Any], list[np.ndarray]]] = {
    "residual block": (block, [IMAGE, *WEIGHTS, *COLUMNS]),
    "dense layers": (
        lambda xp, x, w, v: xp.sum(xp.tanh(xp.tanh(x @ w) @ v)),
        [drawn(300, 256), drawn(256, 256, seed=1), drawn(256, 256, seed=2)],
    ),
    "softmax": (lambda xp, x: xp.sum((e := xp.exp(x - 1.0)) / xp.sum(e, 1)[:, None]), [drawn(300, 256)]),
    "reciprocals": (lambda xp, x: xp.sum(xp.sin(1.0 / (2.0 / x))), [drawn(300, 256)]),
    "roots and squares": (lambda xp, x: xp.sum(xp.sqrt(xp.square(x) + 1.0) ** 3), [drawn(300, 256)]),
    "extremes": (lambda xp, x: xp.sum(xp.minimum(xp.sin(x), x * x)), [drawn(300, 256)]),
    "deviations": (
        lambda xp, x: xp.sum((x - xp.mean(x, 1)[:, None]) / xp.sqrt(xp.var(x, 1)[:, None])),
        [drawn(300, 256)],
    ),
    "sums and views": (lambda xp, x: xp.sum((x[:, 1:] + x[:, :-1]).T.reshape(-1) * 2.0), [drawn(300, 256)]),
    "exponentials": (lambda xp, x: xp.sum(xp.sqrt(xp.exp(xp.sin(x)) + 1.0)), [drawn(300, 256)]),
    "products": (lambda xp, x, y: xp.sum(x * y * x / y), [drawn(300, 256), drawn(300, 256, seed=1) + 9.0]),
    "where": (lambda xp, x: xp.sum(xp.where(x > 0, x * x, -x)), [drawn(300, 256)]),
    "abs and power": (lambda xp, x: xp.sum(xp.abs(x) ** 2.5), [drawn(300, 256)]),
}


def network(x: Any, w: Any, scale: Any, shift: Any) -> Any:
    """In kernels of networks; PyTorch's own are the same."""
    if not isinstance(x, torch.Tensor):
        h = nn.relu(nn.batchnorm(nn.conv(x, w, pad=1), scale, shift, None, None))
        h = nn.gelu(nn.mean_pool(nn.max_pool(h, 2), 2))
        return np.sum(nn.softmax(nn.layernorm(h.reshape(SAMPLES, -1)), -1))
    F = torch.nn.functional
    h = F.relu(F.batch_norm(F.conv2d(x, w, padding=1), None, None, scale, shift, True))
    h = F.gelu(F.avg_pool2d(F.max_pool2d(h, 2), 2)).reshape(SAMPLES, -1)
    return F.softmax(F.layer_norm(h, h.shape[1:]), -1).sum()


FUNCTIONS["network"] = (
    lambda _, *args: network(*args),
    [IMAGE, WEIGHTS[0], drawn(CHANNELS, seed=3), drawn(CHANNELS, seed=4)],
)


@pytest.mark.parametrize("name", FUNCTIONS)
def test_no_more_is_kept_than_by_torch(name: str, dev: int) -> None:
    f, arrays = FUNCTIONS[name]
    ours = kept_by_numtorch(lambda *args: f(np, *args), arrays, dev)
    theirs = kept_by_torch(lambda *args: f(torch, *args), arrays, dev)
    assert ours <= theirs + LEEWAY, f"{ours} bytes, PyTorch {theirs}"


def test_the_block_is_the_same_in_both(dev: int) -> None:
    _, arrays = FUNCTIONS["residual block"]
    leaves = [torch.tensor(a, requires_grad=True) for a in arrays]
    wanted = torch.autograd.grad(block(torch, *leaves), leaves)
    found = nt.gradient(lambda *args: block(np, *args), *[nt.tensor(a, dev=dev) for a in arrays])
    for g, w in zip(found, wanted, strict=True):
        np.testing.assert_allclose(nt.collect(g), w.numpy(), rtol=1e-8, atol=1e-8)
