"""The training steps that tape.py times: each loss as a NumPy user writes it, and the same formula in PyTorch's names.

A loss takes its parameters and data, and a module instead of `np`; the first is called with NumPy itself on
Tensors, and with `autograd.numpy` on ndarrays.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

Arrays = list[np.ndarray[Any, Any]]


@dataclass(frozen=True)
class Program:
    """A training step: how its arrays are made in two sizes, and its loss, twice."""

    name: str
    arrays: Callable[[bool], tuple[Arrays, Arrays]]  # of whether it is large: parameters, and data
    loss: Callable[..., Any]  # (np, parameters, data)
    torch_loss: Callable[..., Any]  # (torch, parameters, data)


def normal(rng: np.random.Generator, *shape: int) -> np.ndarray[Any, Any]:
    scale = 1 / np.sqrt(shape[0]) if len(shape) > 1 else 0.1
    return (rng.normal(size=shape) * scale).astype(np.float32)


# ---- Three layers ----


def mlp_arrays(large: bool) -> tuple[Arrays, Arrays]:
    rng = np.random.default_rng(0)
    batch, width = (256, 1024) if large else (32, 64)
    parameters = [normal(rng, *shape) for shape in ((width, width), (width,)) * 3]
    return parameters, [normal(rng, batch, width), normal(rng, batch, width)]


def mlp(np: Any, parameters: Any, data: Any) -> Any:
    w1, b1, w2, b2, w3, b3 = parameters
    x, y = data
    h = np.maximum(x @ w1 + b1, 0)
    h = np.tanh(h @ w2 + b2)
    return np.mean((h @ w3 + b3 - y) ** 2)


def mlp_torch(torch: Any, parameters: Any, data: Any) -> Any:
    w1, b1, w2, b2, w3, b3 = parameters
    x, y = data
    h = torch.relu(x @ w1 + b1)
    h = torch.tanh(h @ w2 + b2)
    return torch.mean((h @ w3 + b3 - y) ** 2)


# ---- An LSTM over 50 steps ----


def lstm_arrays(large: bool) -> tuple[Arrays, Arrays]:
    rng = np.random.default_rng(1)
    batch, width = (64, 256) if large else (8, 32)
    parameters = [normal(rng, width, 4 * width), normal(rng, width, 4 * width), normal(rng, 4 * width)]
    return parameters, [normal(rng, 50, batch, width)]


def lstm(np: Any, parameters: Any, data: Any) -> Any:
    w, u, b = parameters
    (xs,) = data
    h = c = xs[0] * 0
    n = h.shape[-1]
    for x in xs:
        z = x @ w + h @ u + b
        gates = 1 / (1 + np.exp(-z[:, : 3 * n]))
        c = gates[:, :n] * c + gates[:, n : 2 * n] * np.tanh(z[:, 3 * n :])
        h = gates[:, 2 * n :] * np.tanh(c)
    return np.mean(h**2)


def lstm_torch(torch: Any, parameters: Any, data: Any) -> Any:
    w, u, b = parameters
    (xs,) = data
    h = c = xs[0] * 0
    n = h.shape[-1]
    for x in xs:
        z = x @ w + h @ u + b
        gates = 1 / (1 + torch.exp(-z[:, : 3 * n]))
        c = gates[:, :n] * c + gates[:, n : 2 * n] * torch.tanh(z[:, 3 * n :])
        h = gates[:, 2 * n :] * torch.tanh(c)
    return torch.mean(h**2)


# ---- A convolutional network out of NumPy's functions ----


def cnn_arrays(large: bool) -> tuple[Arrays, Arrays]:
    rng = np.random.default_rng(2)
    batch, side, channels = (32, 30, 16) if large else (4, 14, 4)
    left = ((side - 2) // 2 - 2) // 2
    parameters = [
        normal(rng, channels, 1, 3, 3),
        normal(rng, 2 * channels, channels, 3, 3),
        normal(rng, 2 * channels * left * left, 10),
    ]
    return parameters, [normal(rng, batch, 1, side, side), np.eye(10, dtype=np.float32)[np.arange(batch) % 10]]


def cnn(np: Any, parameters: Any, data: Any) -> Any:
    k1, k2, w = parameters
    x, y = data
    for kernel in (k1, k2):
        windows = np.lib.stride_tricks.sliding_window_view(x, (3, 3), axis=(2, 3))
        x = np.maximum(np.tensordot(windows, kernel, axes=((1, 4, 5), (1, 2, 3))), 0).transpose(0, 3, 1, 2)
        batch, channels, height, width = x.shape
        x = np.max(x.reshape(batch, channels, height // 2, 2, width // 2, 2), axis=(3, 5))
    scores = x.reshape(x.shape[0], -1) @ w
    scores = scores - np.max(scores, axis=1, keepdims=True)
    return np.mean(np.log(np.sum(np.exp(scores), axis=1)) - np.sum(scores * y, axis=1))


def cnn_torch(torch: Any, parameters: Any, data: Any) -> Any:
    k1, k2, w = parameters
    x, y = data
    for kernel in (k1, k2):
        windows = x.unfold(2, 3, 1).unfold(3, 3, 1)
        x = torch.relu(torch.tensordot(windows, kernel, dims=((1, 4, 5), (1, 2, 3)))).permute(0, 3, 1, 2)
        batch, channels, height, width = x.shape
        x = torch.amax(x.reshape(batch, channels, height // 2, 2, width // 2, 2), dim=(3, 5))
    scores = x.reshape(x.shape[0], -1) @ w
    scores = scores - torch.amax(scores, dim=1, keepdim=True)
    return torch.mean(torch.log(torch.sum(torch.exp(scores), dim=1)) - torch.sum(scores * y, dim=1))


# ---- A transformer's block ----


def block_arrays(large: bool) -> tuple[Arrays, Arrays]:
    rng = np.random.default_rng(3)
    batch, length, width = (8, 128, 256) if large else (2, 16, 32)
    parameters = [
        normal(rng, width, 3 * width),
        normal(rng, width, width),
        normal(rng, width, 4 * width),
        normal(rng, 4 * width, width),
        np.ones(width, np.float32),
        np.zeros(width, np.float32),
    ]
    mask = np.triu(np.full((length, length), -1e9, np.float32), 1)
    return parameters, [normal(rng, batch, length, width), mask]


def block(np: Any, parameters: Any, data: Any) -> Any:
    qkv, out, up, down, scale, shift = parameters
    x, mask = data
    batch, length, width = x.shape

    def normalised(x: Any) -> Any:
        centred = x - np.mean(x, axis=-1, keepdims=True)
        return centred / np.sqrt(np.mean(centred**2, axis=-1, keepdims=True) + 1e-5) * scale + shift

    def heads(x: Any) -> Any:
        return np.transpose(x.reshape(batch, length, 4, width // 4), (0, 2, 1, 3))

    q, k, v = (heads(part) for part in np.split(normalised(x) @ qkv, 3, axis=-1))
    scores = q @ np.swapaxes(k, -1, -2) / (width // 4) ** 0.5 + mask
    weights = np.exp(scores - np.max(scores, axis=-1, keepdims=True))
    weights = weights / np.sum(weights, axis=-1, keepdims=True)
    x = x + np.transpose(weights @ v, (0, 2, 1, 3)).reshape(batch, length, width) @ out
    h = normalised(x) @ up
    h = 0.5 * h * (1 + np.tanh(0.7978845608 * (h + 0.044715 * h**3)))
    return np.mean((x + h @ down) ** 2)


def block_torch(torch: Any, parameters: Any, data: Any) -> Any:
    qkv, out, up, down, scale, shift = parameters
    x, mask = data
    batch, length, width = x.shape

    def normalised(x: Any) -> Any:
        centred = x - torch.mean(x, dim=-1, keepdim=True)
        return centred / torch.sqrt(torch.mean(centred**2, dim=-1, keepdim=True) + 1e-5) * scale + shift

    def heads(x: Any) -> Any:
        return torch.permute(x.reshape(batch, length, 4, width // 4), (0, 2, 1, 3))

    q, k, v = (heads(part) for part in torch.tensor_split(normalised(x) @ qkv, 3, dim=-1))
    scores = q @ k.transpose(-1, -2) / (width // 4) ** 0.5 + mask
    weights = torch.exp(scores - torch.amax(scores, dim=-1, keepdim=True))
    weights = weights / torch.sum(weights, dim=-1, keepdim=True)
    x = x + torch.permute(weights @ v, (0, 2, 1, 3)).reshape(batch, length, width) @ out
    h = normalised(x) @ up
    h = 0.5 * h * (1 + torch.tanh(0.7978845608 * (h + 0.044715 * h**3)))
    return torch.mean((x + h @ down) ** 2)


PROGRAMS = (
    Program("3-layer MLP", mlp_arrays, mlp, mlp_torch),
    Program("LSTM, 50 steps", lstm_arrays, lstm, lstm_torch),
    Program("CNN of NumPy's functions", cnn_arrays, cnn, cnn_torch),
    Program("transformer block", block_arrays, block, block_torch),
)
