"""Attention: weighted means of values, by how well queries and keys agree."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, Literal, overload

import numpy as np

from numtorch import _core
from numtorch import kernels as aten
from numtorch._core import Tensor
from numtorch.nn.dispatch import Array, ArrayT, integer, joined, reals
from numtorch.nn.softmax import softmax

__all__ = ["causal_mask", "dot_product_attention", "dot_product_attention_scores"]


FLASH, EFFICIENT = 1, 2  # libtorch's SDPBackend


def causal_mask(length: int, keys: int | None = None, *, like: Any = None) -> Any:
    """A mask of shape (length, keys) that lets each query see the keys up to its own position.

    Parameters
    ----------
    length, keys : int
        How many queries and keys there are; as many keys as queries if not given.
    like : Tensor, optional
        Make a Tensor on its device; else an ndarray.

    Examples
    --------
    >>> from numtorch.nn import causal_mask
    >>> causal_mask(2)
    array([[ True, False],
           [ True,  True]])
    """
    length = integer("causal_mask", "length", length, 0)
    shape = (length, length if keys is None else integer("causal_mask", "keys", keys, 0))
    if isinstance(like, Tensor):
        return aten.tril(aten.ones(shape, dtype=np.dtype(bool), device=like.dev))
    return np.tri(*shape, dtype=bool)


@overload
def dot_product_attention(
    q: ArrayT,
    k: Array,
    v: Array,
    bias: Array | None = None,
    *,
    mask: Array | None = None,
    causal: bool = False,
    heads: int = 1,
    fdrop: Callable[[Any], Any] | None = None,
    return_scores: Literal[False] = False,
) -> ArrayT: ...
@overload
def dot_product_attention(
    q: Array,
    k: Array,
    v: Array,
    bias: Array | None = None,
    *,
    mask: Array | None = None,
    causal: bool = False,
    heads: int = 1,
    fdrop: Callable[[Any], Any] | None = None,
    return_scores: bool,
) -> Any: ...
def dot_product_attention(
    q: Array,
    k: Array,
    v: Array,
    bias: Array | None = None,
    *,
    mask: Array | None = None,
    causal: bool = False,
    heads: int = 1,
    fdrop: Callable[[Any], Any] | None = None,
    return_scores: bool = False,
) -> Any:
    """Attention with one or several heads: ``softmax(q @ k.T / sqrt(d) + bias) @ v`` for each head.

    Parameters
    ----------
    q : array, shape (N, L, D)
        The queries. The heads divide the last axis among them.
    k : array, shape (N, K, D)
    v : array, shape (N, K, E)
        Keys and their values.
    bias : array, optional
        Added to the scores; of a shape that broadcasts to (N, heads, L, K).
    mask : bool array, optional
        Which keys each query sees; broadcasts to (N, heads, L, K). A query that sees none gets zeros.
    causal : bool
        Let each query see the keys up to its own position only.
    heads : int
        A divisor of D and E.
    fdrop : callable, optional
        What the weights go through before the values are weighted, as ``lambda a: dropout(a, 0.1)``.
    return_scores : bool
        Return also the weights of the values, after `fdrop`.

    Returns
    -------
    y : array, shape (N, L, E)
    α : array, shape (N, heads, L, K)
        If `return_scores`.

    Notes
    -----
    Without `fdrop` and `return_scores` Tensors take libtorch's fused kernel, where there is one for their shape,
    dtype and device; the weights are then never in memory.

    Examples
    --------
    >>> import numpy as np
    >>> from numtorch.nn import dot_product_attention
    >>> q, v = np.zeros((1, 2, 1)), np.array([[[1.0], [3.0]]])
    >>> dot_product_attention(q, q, v, causal=True)
    array([[[1.],
            [2.]]])
    """
    on_tensors, (q, k, v, bias) = reals("dot_product_attention", q, k, v, bias)
    _check(q, k, v, heads)
    q, k, v = (_divided(x, heads) for x in (q, k, v))
    shape = (*q.shape[:3], k.shape[2])
    mask = _as_mask(mask, q, shape)
    _check_bias(bias, shape)
    if on_tensors and fdrop is None and not return_scores:
        y = _fused(q, k, v, bias, mask, causal)
        if y is not None:
            return _joined(y)
    weights = _scores(q, k, bias, mask, causal, fdrop)
    y = _joined(weights @ v)
    return (y, weights) if return_scores else y


def dot_product_attention_scores(
    q: ArrayT,
    k: Array,
    bias: Array | None = None,
    *,
    mask: Array | None = None,
    causal: bool = False,
    heads: int = 1,
    fdrop: Callable[[Any], Any] | None = None,
) -> ArrayT:
    """The weights with which `dot_product_attention` takes the mean of the values.

    Parameters
    ----------
    q : array, shape (N, L, D)
    k : array, shape (N, K, D)
    bias, mask, causal, heads, fdrop
        As of `dot_product_attention`.

    Returns
    -------
    array, shape (N, heads, L, K)

    Examples
    --------
    >>> import numpy as np
    >>> from numtorch.nn import dot_product_attention_scores
    >>> dot_product_attention_scores(np.zeros((1, 2, 1)), np.zeros((1, 2, 1)), causal=True)
    array([[[[1. , 0. ],
             [0.5, 0.5]]]])
    """
    _, (q, k, bias) = reals("dot_product_attention_scores", q, k, bias)
    _check(q, k, k, heads, "dot_product_attention_scores")
    q, k = _divided(q, heads), _divided(k, heads)
    shape = (*q.shape[:3], k.shape[2])
    mask = _as_mask(mask, q, shape)
    _check_bias(bias, shape)
    return _scores(q, k, bias, mask, causal, fdrop)


def _scores(q: Any, k: Any, bias: Any, mask: Any, causal: bool, fdrop: Callable[[Any], Any] | None) -> Any:
    """The weights of the values, (N, heads, L, K), of queries and keys that are divided among the heads."""
    scores = (q @ k.swapaxes(-1, -2)) / math.sqrt(q.shape[-1])
    if bias is not None:
        scores = scores + bias
    if causal:
        seen = causal_mask(q.shape[2], k.shape[2], like=q)
        mask = seen if mask is None else mask & seen
    weights = _weights(scores, mask)
    return weights if fdrop is None else fdrop(weights)


def _check_bias(bias: Any, shape: tuple[int, ...]) -> None:
    if bias is not None and not _broadcasts(bias.shape, shape):
        raise ValueError(f"dot_product_attention: bias must broadcast to shape {shape}, not have {bias.shape}")


def _check(q: Any, k: Any, v: Any, heads: int, function: str = "dot_product_attention") -> None:
    if not (q.ndim == k.ndim == v.ndim == 3):
        raise ValueError(
            f"{function}: q, k and v must have shapes (N, L, D), (N, K, D) and (N, K, E), not "
            f"{q.shape}, {k.shape} and {v.shape}"
        )
    if q.shape[0] != k.shape[0] or q.shape[2] != k.shape[2] or k.shape[:2] != v.shape[:2]:
        raise ValueError(
            f"{function}: for q of shape {q.shape}, k must have shape ({q.shape[0]}, K, {q.shape[2]}) and "
            f"v ({q.shape[0]}, K, E), not {k.shape} and {v.shape}"
        )
    if not isinstance(heads, int | np.integer) or heads < 1 or q.shape[2] % heads or v.shape[2] % heads:
        raise ValueError(
            f"{function}: heads must divide the last axes of q and v, {q.shape[2]} and {v.shape[2]}, not {heads!r}"
        )


def _broadcasts(shape: tuple[int, ...], target: tuple[int, ...]) -> bool:
    return len(shape) <= len(target) and all(n in (1, m) for n, m in zip(shape[::-1], target[::-1], strict=False))


def _as_mask(mask: Array | None, like: Any, shape: tuple[int, ...]) -> Any:
    if mask is None:
        return None
    if not isinstance(mask, Tensor) and np.asarray(mask).dtype.kind != "b":
        raise TypeError(
            f"dot_product_attention: mask must be of booleans, not {np.asarray(mask).dtype}; add numbers as bias"
        )
    mask = joined(mask, like) if isinstance(like, Tensor) else np.asarray(mask)
    if mask.dtype.kind != "b":
        raise TypeError(f"dot_product_attention: mask must be of booleans, not {mask.dtype}; add numbers as bias")
    if not _broadcasts(mask.shape, shape):
        raise ValueError(f"dot_product_attention: mask must broadcast to shape {shape}, not have {mask.shape}")
    return mask


def _divided(x: Any, heads: int) -> Any:
    """(N, L, D) as (N, heads, L, D / heads)."""
    n, length, d = x.shape
    return x.reshape(n, length, heads, d // heads).swapaxes(1, 2)


def _joined(y: Any) -> Any:
    n, heads, length, d = y.shape
    return y.swapaxes(1, 2).reshape(n, length, heads * d)


def _weights(scores: Any, mask: Any) -> Any:
    """`softmax` along the keys that the mask lets through; 0 where it lets through none."""
    if mask is None:
        return softmax(scores, -1)
    blind = ~np.any(mask, axis=-1, keepdims=True)
    if isinstance(scores, Tensor):
        return aten.masked_fill_Scalar(
            softmax(aten.masked_fill_Scalar(scores, ~(mask | blind), -math.inf), -1), blind, 0.0
        )
    return np.where(blind, 0, softmax(np.where(mask | blind, scores, -np.inf), -1)).astype(scores.dtype)


def _fused(q: Tensor, k: Tensor, v: Tensor, bias: Any, mask: Any, causal: bool) -> Any:
    """The result of a fused kernel; None where there is none."""
    if causal and (bias is not None or mask is not None or q.shape[2] != k.shape[2]):
        return None
    if any(map(_core.is_abstract, (q, k, v, bias, mask))):
        return None  # inside vmap libtorch has none
    if q.shape[-1] != v.shape[-1] or min(q.size, k.size) == 0 or q.dtype.kind != "f":
        return None
    added = bias
    if mask is not None:
        shown = aten.zeros((), dtype=q.dtype, device=q.dev) if bias is None else bias
        added = np.where(mask, shown, np.array(-np.inf, q.dtype))
    if added is not None:
        added = aten.expand(added, (*q.shape[:3], k.shape[2]))
    if q.dev < 0:
        # On the CPU a row that sees nothing comes out as zeros.
        choice = aten._fused_sdp_choice(q, k, v, added, 0.0, causal)
        return (
            aten._scaled_dot_product_flash_attention_for_cpu(q, k, v, 0.0, causal, attn_mask=added)[0]
            if choice == FLASH
            else None
        )
    if added is not None or aten._fused_sdp_choice(q, k, v, None, 0.0, causal) not in (FLASH, EFFICIENT):
        return None
    return aten._scaled_dot_product_efficient_attention(q, k, v, None, True, 0.0, causal)[0]
