"""A gradient in the shape, dtype and kind of numbers of what it is a gradient of."""

from __future__ import annotations

from numtorch import _core
from numtorch import kernels as aten
from numtorch._core import Spec, Tensor

Like = Tensor | Spec


def zeros_like(like: Like) -> Tensor:
    """Zeros of the shape, dtype and device of a Tensor or Spec."""
    return aten.zeros(like.shape, dtype=like.dtype, device=like.dev)


def fit(g: Tensor, like: Like) -> Tensor:
    """`g` as a gradient of `like`: summed over the axes that broadcasting added, in its dtype, real where it is."""
    if _core.matches(g, like):
        return g
    if g.dtype.kind == "c" and like.dtype.kind != "c":
        g = aten.real(g)
    if g.shape != like.shape:
        g = _sum_to(g, like.shape)
    return g if g.dtype == like.dtype else aten._to_copy(g, dtype=like.dtype)


def _sum_to(g: Tensor, shape: tuple[int, ...]) -> Tensor:
    extra = g.ndim - len(shape)
    if extra < 0 and max(shape[:-extra]) == 1:
        # An assignment leaves out leading axes of length 1 of what is assigned.
        g, extra = aten.reshape(g, (1,) * -extra + g.shape), 0
        if g.shape == shape:
            return g
    if extra < 0:
        raise ValueError(f"gradient: a rule gave shape {g.shape} for an argument of shape {shape}")
    axes = list(range(extra)) + [i + extra for i, n in enumerate(shape) if n == 1 and g.shape[i + extra] != 1]
    if not axes:
        raise ValueError(f"gradient: a rule gave shape {g.shape} for an argument of shape {shape}")
    return aten.reshape(aten.sum_dim_IntList(g, axes, True), shape)
