"""numtorch's models on PyTorch's own tensors: the same objects, with torch.nn.functional instead of numtorch.nn.

It is PyTorch's side of models.py where torchvision is not installed.
"""

from __future__ import annotations

import copy
import sys
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from functools import cache
from typing import Any

import numpy as np
import torch
from torch.nn import functional as F


def _both_sides(pad: Any, axes: int) -> tuple[list[int], bool]:
    """Padding before and after each axis, and whether it is the same on both sides."""
    pads = [pad] * axes if isinstance(pad, int) else list(pad)
    if len(pads) == axes:
        return [p for p in pads for _ in (0, 1)], True
    return pads, pads[::2] == pads[1::2]


def conv(
    x: Any,
    w: Any,
    b: Any = None,
    *,
    stride: Any = 1,
    pad: Any = 0,
    dilation: Any = 1,
    groups: int = 1,
    flip: bool = False,
) -> torch.Tensor:
    if flip:
        raise NotImplementedError("turned weights")
    axes = x.ndim - 2
    pads, even = _both_sides(pad, axes)
    if not even:
        turned = [p for i in reversed(range(axes)) for p in pads[2 * i : 2 * i + 2]]
        x, pads = F.pad(x, turned), [0] * (2 * axes)
    function = (F.conv1d, F.conv2d, F.conv3d)[axes - 1]
    return function(x, w, b, stride=stride, padding=pads[::2], dilation=dilation, groups=groups)


def max_pool(
    x: Any, k: Any, *, stride: Any = None, pad: Any = 0, dilation: Any = 1, ceil_mode: bool = False
) -> torch.Tensor:
    return F.max_pool2d(x, k, stride, pad, dilation, ceil_mode)


def mean_pool(
    x: Any, k: Any, *, stride: Any = None, pad: Any = 0, ceil_mode: bool = False, count_include_pad: bool = True
) -> torch.Tensor:
    return F.avg_pool2d(x, k, stride, pad, ceil_mode, count_include_pad)


def batchnorm(
    x: Any, scale: Any, shift: Any, mean: Any, var: Any, *, training: bool, momentum: float = 0.1, eps: float = 1e-5
) -> torch.Tensor:
    return F.batch_norm(x, mean, var, scale, shift, training, momentum, eps)


def layernorm(x: Any, scale: Any, shift: Any, *, eps: float = 1e-5) -> torch.Tensor:
    return F.layer_norm(x, scale.shape, scale, shift, eps)


def dot_product_attention(q: Any, k: Any, v: Any, bias: Any = None, *, heads: int = 1, **options: Any) -> torch.Tensor:
    if bias is not None or any(value for value in options.values()):
        raise NotImplementedError("attention with bias, mask or dropout")
    parts = [part.unflatten(-1, (heads, -1)).transpose(1, 2) for part in (q, k, v)]
    return F.scaled_dot_product_attention(*parts).transpose(1, 2).flatten(2)


def dropout(x: Any, p: float, *, training: bool = True, **_: Any) -> torch.Tensor:
    return F.dropout(x, p, training)


FUNCTIONS: dict[str, Any] = {
    "conv": conv,
    "max_pool": max_pool,
    "mean_pool": mean_pool,
    "adaptive_mean_pool": F.adaptive_avg_pool2d,
    "global_mean_pool": lambda x: F.adaptive_avg_pool2d(x, 1),
    "batchnorm": batchnorm,
    "layernorm": layernorm,
    "dropout": dropout,
    "dot_product_attention": dot_product_attention,
    "affine": F.linear,
    "relu": torch.relu,
    "relu6": F.relu6,
    "sigmoid": torch.sigmoid,
    "swish": F.silu,
    "hardswish": F.hardswish,
    "hardsigmoid": F.hardsigmoid,
    "gelu": F.gelu,
    "softmax": lambda x, axis=-1: torch.softmax(x, axis),
}


class _NumPy:
    """NumPy, but for the functions that models call on their activations."""

    concatenate = staticmethod(lambda arrays, axis=0: torch.cat(list(arrays), axis))
    mean = staticmethod(lambda x, axis=None, keepdims=False: torch.mean(x, axis, keepdim=keepdims))
    swapaxes = staticmethod(lambda x, a, b: torch.transpose(x, a, b))
    split = staticmethod(lambda x, n, axis=0: torch.chunk(x, n, axis))
    broadcast_to = staticmethod(lambda x, shape: torch.broadcast_to(x, shape))

    def __getattr__(self, name: str) -> Any:
        return getattr(np, name)


def _own(value: Any) -> Any:
    """PyTorch's function for one of numtorch's; None for anything else."""
    name = getattr(value, "__name__", "")
    is_ours = callable(value) and getattr(value, "__module__", "").startswith("numtorch.")
    return FUNCTIONS.get(name) if is_ours and not isinstance(value, type) else None


@cache
def _swaps() -> list[tuple[dict[str, Any], str, Any, Any]]:
    """Where layers and models have a function of numtorch's: the module's names, the name, PyTorch's and the own."""
    found: list[tuple[dict[str, Any], str, Any, Any]] = []
    for name, module in list(sys.modules.items()):
        if name.startswith(("numtorch.nn.layers", "numtorch.models")):
            for key, value in vars(module).items():
                replacement = _NumPy() if value is np else _own(value)
                if replacement is not None:
                    found.append((vars(module), key, replacement, value))
    return found


@contextmanager
def eager() -> Generator[None, None, None]:
    """Inside, layers and models call PyTorch; a few microseconds."""
    swaps = _swaps()
    for names, key, torchs, _ in swaps:
        names[key] = torchs
    try:
        yield
    finally:
        for names, key, _, own in swaps:
            names[key] = own


def moved(model: Any, trained: Mapping[int, Any], where: str) -> Any:
    """A copy of a model with PyTorch's tensors for its arrays, and PyTorch's functions for its activations."""
    memo: dict[int, Any] = {}

    def convert(value: Any) -> Any:
        if isinstance(value, np.ndarray):
            if id(value) not in memo:
                memo[id(value)] = torch.tensor(value, device=where).requires_grad_(id(value) in trained)
            return memo[id(value)]
        own = _own(value)
        if own is not None:
            return own
        if isinstance(value, dict):
            return type(value)({key: convert(item) for key, item in value.items()})
        if isinstance(value, list | tuple):
            return type(value)(convert(item) for item in value)
        if (
            hasattr(value, "__dict__")
            and not isinstance(value, type)
            and not callable(getattr(value, "__code__", None))
        ):
            made = copy.copy(value)
            for key, item in vars(value).items():
                object.__setattr__(made, key, convert(item))
            return made
        return value

    return convert(model)
