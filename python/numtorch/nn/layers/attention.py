"""Attention with several heads."""

from __future__ import annotations

from typing import Any

import numpy as np

from numtorch.nn.attention import dot_product_attention
from numtorch.nn.dispatch import Array, ArrayT, integer
from numtorch.nn.draws import Rng
from numtorch.nn.layers.dense import Dense, affine
from numtorch.nn.layers.dropout import Dropout
from numtorch.nn.layers.init import generator, glorot_uniform, zeros
from numtorch.nn.layers.layer import Layer, array


class MultiHeadAttention(Layer):
    """Projections of queries, keys and values, attention in several heads, and a projection (Vaswani et al. 2017).

    Parameters
    ----------
    features : int, or (inputs, inner, outputs), or ((queries, keys, values), inner, outputs)
        Lengths of the last axes; a single number stands for all.
    heads : int
        Into how many heads the inner features are divided.
    bias : bool
        Whether the projections have one.
    dropout : float
        How much of the result of the attention is dropped in training.
    rng : numpy.random.Generator or int, optional
        Where the initial numbers come from.

    Examples
    --------
    >>> import numpy as np
    >>> from numtorch.nn.layers import MultiHeadAttention
    >>> layer = MultiHeadAttention(8, heads=2, rng=0)
    >>> x = np.ones((1, 5, 8), np.float32)
    >>> layer(x, causal=True).shape              # attention of x to itself
    (1, 5, 8)
    >>> layer(x, np.ones((1, 7, 8), np.float32)).shape  # or to other keys and values
    (1, 5, 8)
    """

    def __init__(
        self, features: Any, *, heads: int = 8, bias: bool = False, dropout: float = 0.0, rng: Rng = None
    ) -> None:
        rng = generator(rng)
        if not isinstance(features, int) and (not isinstance(features, tuple | list) or len(features) != 3):
            raise TypeError(
                "MultiHeadAttention: features must be an int, (inputs, inner, outputs) or ((queries, keys, values), "
                f"inner, outputs), not {features!r}"
            )
        inputs, inner, outputs = (features,) * 3 if isinstance(features, int) else features
        q, k, v = (inputs,) * 3 if isinstance(inputs, int) else inputs
        if inner % integer("MultiHeadAttention", "heads", heads):
            raise ValueError(f"MultiHeadAttention: {heads} heads do not divide {inner} features")
        self.q_proj = Dense(q, inner, bias=bias, rng=rng)
        self.k_proj = Dense(k, inner, bias=bias, rng=rng)
        self.v_proj = Dense(v, inner, bias=bias, rng=rng)
        self.dropout = Dropout(dropout)
        self.out_proj = Dense(inner, outputs, bias=bias, rng=rng)
        self.heads = heads

    def __call__(
        self,
        q: ArrayT,
        k: Array | None = None,
        v: Array | None = None,
        bias: Array | None = None,
        *,
        mask: Array | None = None,
        causal: bool = False,
    ) -> ArrayT:
        k = q if k is None else k
        v = k if v is None else v
        attended = dot_product_attention(
            self.q_proj(q), self.k_proj(k), self.v_proj(v), bias, mask=mask, causal=causal, heads=self.heads
        )
        return self.out_proj(self.dropout(attended))


class SelfAttention(Layer):
    """Attention of a sequence to itself, whose three projections are one matrix.

    Parameters
    ----------
    features : int
        Length of the last axis.
    heads : int
        Into how many heads they are divided.
    rng : numpy.random.Generator or int, optional
        Where the initial numbers come from.

    Attributes
    ----------
    in_proj_weight : array, of shape (3 * features, features)
        For queries, keys and values, in this order.
    in_proj_bias : array, of shape (3 * features,)
    out_proj : Dense

    Examples
    --------
    >>> import numpy as np
    >>> from numtorch.nn.layers import SelfAttention
    >>> SelfAttention(8, heads=2, rng=0)(np.ones((1, 5, 8), np.float32)).shape
    (1, 5, 8)
    """

    def __init__(self, features: int, *, heads: int = 8, rng: Rng = None) -> None:
        rng = generator(rng)
        if integer("SelfAttention", "features", features) % integer("SelfAttention", "heads", heads):
            raise ValueError(f"SelfAttention: {heads} heads do not divide {features} features")
        self.in_proj_weight = glorot_uniform((3 * features, features), rng=rng)
        self.in_proj_bias = zeros((3 * features,))
        self.out_proj = Dense(features, features, rng=rng)
        self.heads = heads

    def __call__(self, x: ArrayT, *, mask: Array | None = None, causal: bool = False) -> ArrayT:
        x = array(x)
        if x.ndim != 3 or x.shape[2] != self.in_proj_weight.shape[1]:
            raise ValueError(
                f"SelfAttention: the input must have shape (N, L, {self.in_proj_weight.shape[1]}), not {x.shape}"
            )
        q, k, v = np.split(affine(x, self.in_proj_weight, self.in_proj_bias), 3, axis=-1)
        return self.out_proj(dot_product_attention(q, k, v, mask=mask, causal=causal, heads=self.heads))
