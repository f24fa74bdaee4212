"""Polynomials by their coefficients: from roots and back, values, arithmetic, derivatives and integrals.

Where an argument is a `poly1d` the result is one, as in NumPy: around a Tensor.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from numtorch import kernels as aten
from numtorch._core import Tensor, tensor
from numtorch.functions.calls.arguments import Array, as_tensor, as_tensors, cast, dev_of, xp
from numtorch.functions.calls.knowing import agreed
from numtorch.functions.calls.registry import implements
from numtorch.functions.creation.arange import arange
from numtorch.functions.creation.creation import eye
from numtorch.functions.dtypes import FLOAT64
from numtorch.functions.manipulation.joining import concatenate
from numtorch.functions.mathematics.signal import convolve

__all__ = [
    "poly",
    "polyadd",
    "polyder",
    "polydiv",
    "polyint",
    "polymul",
    "polysub",
    "polyval",
    "roots",
]


# ---- Arguments ----


def _coefficients(*operands: Array) -> list[Tensor]:
    """The operands as Tensors of at least one axis."""
    plain = [p.coeffs if isinstance(p, np.poly1d) else p for p in operands]
    return [x if x.ndim else x.reshape(1) for x in as_tensors(*plain)]


def _wrapped(result: Tensor, *operands: Array) -> Any:
    """A `poly1d` of `result` if there is one among the operands."""
    return np.poly1d(result) if any(isinstance(p, np.poly1d) for p in operands) else result


def _zeros_like(x: Tensor, count: int) -> Tensor:
    result: Tensor = aten.zeros((count,), dtype=x.dtype, device=x.dev)
    return result


# ---- From roots, and back ----


def _is_real(roots: Tensor) -> bool:
    """Whether every complex root comes with its conjugate."""
    return agreed((xp.sort_complex(roots) == xp.sort_complex(xp.conjugate(roots))).all())


@implements(np.poly)
def poly(seq_of_zeros: Array) -> Any:
    """NumPy's `poly`. For complex roots it waits for the device, to see whether they are pairs of conjugates."""
    x = _coefficients(seq_of_zeros)[0]
    if x.ndim == 2 and x.shape[0] == x.shape[1] != 0:
        x = xp.linalg.eigvals(x)
    elif x.ndim == 1:
        x = cast(x, np.mintypecode(x.dtype.char))
    else:
        raise ValueError("input must be 1d or non-empty square 2d array.")
    if x.shape[0] == 0:
        return 1.0
    a = tensor(np.ones(1, x.dtype), dev=x.dev)
    for minus_root in -x:
        a = concatenate([a[:1], a[1:] + a[:-1] * minus_root, a[-1:] * minus_root])
    return a.real.copy() if x.dtype.kind == "c" and _is_real(x) else a


@implements(np.roots)
def roots(p: Array) -> Tensor:
    """NumPy's `roots`. Waits for the device, to learn which coefficients are zero and whether the roots are real."""
    x = _coefficients(p)[0]
    if x.ndim != 1:
        raise ValueError("Input must be a rank-1 array.")
    count = x.shape[0]
    inner = xp.trim_zeros(x)
    if inner.shape[0] == 0:
        return aten.zeros((0,), dtype=FLOAT64, device=x.dev)
    at_zero = count - xp.trim_zeros(x, "b").shape[0]
    if inner.dtype.kind not in "fc":
        inner = cast(inner, FLOAT64)
    if inner.shape[0] > 1:
        below = eye(inner.shape[0] - 2, inner.shape[0] - 1, dtype=inner.dtype, dev=inner.dev)
        companion = concatenate([(-inner[1:] / inner[0]).reshape(1, -1), below])
        found = xp.linalg.eigvals(companion)
    else:
        found = aten.zeros((0,), dtype=FLOAT64, device=x.dev)
    return concatenate([found, _zeros_like(found, at_zero)])


# ---- Values ----


@implements(np.polyval)
def polyval(p: Array, x: Array) -> Any:
    """NumPy's `polyval`. If `x` is a `poly1d` it waits for the device, to learn which coefficients are zero."""
    dev = dev_of(p, x.coeffs if isinstance(x, np.poly1d) else x)
    coefficients = as_tensor(p.coeffs if isinstance(p, np.poly1d) else p, dev)
    if isinstance(x, np.poly1d):
        return np.poly1d(_composed(coefficients, as_tensor(x.coeffs, dev)))
    x = as_tensor(x, dev)
    y = xp.zeros_like(x)
    for each in coefficients:
        y = y * x + each
    return y


def _composed(p: Tensor, q: Tensor) -> Tensor:
    """The coefficients of the polynomial `p` of the polynomial `q`."""
    y = _zeros_like(q, 1)
    for each in p:
        y = xp.add(*_aligned(convolve(y, q), xp.atleast_1d(each)))
    return y


# ---- Arithmetic ----


def _aligned(x: Tensor, y: Tensor) -> tuple[Tensor, Tensor]:
    """Both with as many coefficients as the longer one."""
    more = y.shape[0] - x.shape[0]
    if more > 0:
        return concatenate([_zeros_like(x, more), x]), y
    return (x, y) if more == 0 else (x, concatenate([_zeros_like(y, -more), y]))


@implements(np.polyadd)
def polyadd(a1: Array, a2: Array) -> Any:
    """NumPy's `polyadd`. If the result is a `poly1d` it waits for the device, to learn which coefficients are zero."""
    return _wrapped(xp.add(*_aligned(*_coefficients(a1, a2))), a1, a2)


@implements(np.polysub)
def polysub(a1: Array, a2: Array) -> Any:
    """NumPy's `polysub`. If the result is a `poly1d` it waits for the device, to learn which coefficients are zero."""
    return _wrapped(xp.subtract(*_aligned(*_coefficients(a1, a2))), a1, a2)


def _stripped(x: Tensor) -> Tensor:
    """Without leading zeros, but for the last."""
    if x.ndim > 1:
        raise ValueError("Polynomial must be 1d only.")
    shorter: Tensor = xp.trim_zeros(x, "f")
    return shorter if shorter.shape[0] else _zeros_like(x, 1)


@implements(np.polymul)
def polymul(a1: Array, a2: Array) -> Any:
    """NumPy's `polymul`. Waits for the device, as the result's length depends on leading zeros."""
    return _wrapped(convolve(*map(_stripped, _coefficients(a1, a2))), a1, a2)


@implements(np.polydiv)
def polydiv(u: Array, v: Array) -> Any:
    """NumPy's `polydiv`. Waits for the device, as the remainder's length depends on leading zeros."""
    x, y = (each + 0.0 for each in _coefficients(u, v))
    wide = (x[0] + y[0]).dtype
    scale = 1.0 / y[0]
    n = y.shape[0]
    left = cast(x, wide)
    quotient, remainder = [], []
    for _ in range(x.shape[0] - n + 1):
        factor = scale * left[0]
        quotient.append(cast(factor, wide))
        front = cast(left[:n] - factor * y, wide)
        remainder.append(front[:1])
        left = concatenate([front[1:], left[n:]])
    q = xp.stack(quotient) if quotient else _zeros_like(left, 1)
    return tuple(_wrapped(each, u, v) for each in (q, _without_small(concatenate([*remainder, left]))))


def _without_small(x: Tensor) -> Tensor:
    """Without leading coefficients that are almost zero, but for the last."""
    large = ~xp.isclose(x[:-1], 0, rtol=1e-14)
    return x[int(xp.where(large.any(), xp.argmax(large), large.size)) :] if large.size else x


# ---- Derivatives and integrals ----


@implements(np.polyder)
def polyder(p: Array, m: Any = 1) -> Any:
    """NumPy's `polyder`."""
    m = int(m)
    if m < 0:
        raise ValueError("Order of derivative must be positive (see polyint)")
    x = as_tensor(p.coeffs if isinstance(p, np.poly1d) else p)
    order = len(x) - 1
    for degree in range(order, order - min(m, max(order + 1, 1)), -1):
        x = x[:-1] * arange(degree, 0, -1, dev=x.dev)
    return _wrapped(x, p)


def _constants(k: Array, m: int, dev: int) -> Tensor:
    constants = as_tensor(np.zeros(m) if k is None else k, dev)
    constants = constants if constants.ndim else constants.reshape(1)
    if len(constants) == 1 and m > 1:
        constants = constants[0] * as_tensor(np.ones(m), dev)
    if len(constants) < m:
        raise ValueError("k must be a scalar or a rank-1 array of length 1 or >m.")
    return constants


@implements(np.polyint)
def polyint(p: Array, m: Any = 1, k: Array | None = None) -> Any:
    """NumPy's `polyint`."""
    m = int(m)
    if m < 0:
        raise ValueError("Order of integral must be positive (see polyder)")
    x = as_tensor(p.coeffs if isinstance(p, np.poly1d) else p, dev_of(p, k))
    for constant in _constants(k, m, x.dev)[:m]:
        x = concatenate([x / arange(len(x), 0, -1, dev=x.dev), constant.reshape(1)])
    return _wrapped(x, p)
