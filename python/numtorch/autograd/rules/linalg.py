"""Rules of products and linear algebra. Shapes are stacks of matrices (..., m, n), as everywhere in NumPy."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from numtorch import _core
from numtorch import kernels as aten
from numtorch._core import Tensor
from numtorch.autograd.rule import conj, define, take_results
from numtorch.autograd.rules.kinks import ratio_at_zero
from numtorch.autograd.rules.reduction import axes_of, kept, others_product


def adjoint(a: Tensor) -> Tensor:
    """Conjugate transpose of a stack of matrices."""
    return conj(aten.transpose_int(a, -2, -1))


def _matmul_left(g: Tensor, a: Any, b: Tensor) -> Tensor:
    if b.ndim == 1:
        return g * conj(b) if a.ndim == 1 else aten.unsqueeze(g, -1) * conj(b)
    g = aten.unsqueeze(g, -2) if a.ndim == 1 else g
    left = aten.matmul(g, adjoint(b))
    return left.reshape(left.shape[:-2] + left.shape[-1:]) if a.ndim == 1 else left


def _matmul_right(g: Tensor, a: Tensor, b: Any) -> Tensor:
    if a.ndim == 1:
        return g * conj(a) if b.ndim == 1 else aten.unsqueeze(conj(a), -1) * aten.unsqueeze(g, -2)
    g = aten.unsqueeze(g, -1) if b.ndim == 1 else g
    right = aten.matmul(adjoint(a), g)
    return right.reshape(right.shape[:-1]) if b.ndim == 1 else right


define("mm", self=lambda g, mat2: aten.mm(g, adjoint(mat2)), mat2=lambda g, self: aten.mm(adjoint(self), g))
define(
    "linear",
    input=lambda g, weight: _linear_input(g, weight),
    weight=lambda g, input: _linear_weight(g, input),
    bias=lambda g: g,
)
define("bmm", self=lambda g, mat2: aten.bmm(g, adjoint(mat2)), mat2=lambda g, self: aten.bmm(adjoint(self), g))
define("mv", self=lambda g, vec: aten.outer(g, conj(vec)), vec=lambda g, self: aten.mv(adjoint(self), g))
define("dot", self=lambda g, tensor: g * conj(tensor), tensor=lambda g, self: g * conj(self))
define(
    "linalg_cross",
    self=lambda g, other, dim: aten.linalg_cross(conj(other), g, dim=dim),
    other=lambda g, self, dim: aten.linalg_cross(g, conj(self), dim=dim),
)
define("vdot", self=lambda g, other: conj(g) * other, other=lambda g, self: g * self)
define(
    "outer",
    self=lambda g, vec2: aten.mv(g, conj(vec2)),
    vec2=lambda g, self: aten.mv(aten.transpose_int(g, 0, 1), conj(self)),
)
define(
    "matmul",
    self=lambda g, self_spec, other: _matmul_left(g, self_spec, other),
    other=lambda g, self, other_spec: _matmul_right(g, self, other_spec),
)
define(
    "addmm",
    self=lambda g, beta: g * conj(beta),
    mat1=lambda g, mat2, alpha: aten.mm(g, adjoint(mat2)) * conj(alpha),
    mat2=lambda g, mat1, alpha: aten.mm(adjoint(mat1), g) * conj(alpha),
)


def _linear_input(g: Tensor, weight: Tensor) -> Tensor:
    if weight.ndim == 1:
        return aten.unsqueeze(g, -1) * conj(weight)
    return aten.mm(g, conj(weight)) if g.ndim == 2 else aten.matmul(g, conj(weight))


def _linear_weight(g: Tensor, x: Tensor) -> Tensor:
    """It lies in memory as the weight does."""
    if g.ndim != 2 or x.ndim != 2:
        columns = g.shape[-1] if g.ndim == x.ndim else 1  # a weight may be a vector
        g, x = aten.reshape(g, [-1, columns]), aten.reshape(x, [-1, x.shape[-1]])
    return aten.mm(aten.transpose_int(g, 0, 1), conj(x))


def _einsum_operand(g: Tensor, equation: str, operands: Any, k: int) -> Tensor:
    """The gradient of operand k: the same contraction with the result instead of it.

    numtorch's einsum calls the kernel with explicit labels, each at most once an operand.
    """
    left, result = equation.split("->")
    terms = left.split(",")
    mine = terms.pop(k)
    others = [conj(operand) for i, operand in enumerate(operands) if i != k]
    known = set(result).union(*map(set, terms))
    target = "".join(label for label in mine if label in known)
    part = aten.einsum(",".join([result, *terms]) + "->" + target, [g, *others])
    # Labels that stand in this operand alone were summed over: the gradient is the same along them.
    lengths = dict(zip(target, part.shape, strict=True))
    part = part.reshape(tuple(lengths.get(label, 1) for label in mine))
    return aten.expand(part, [lengths.get(label, n) for label, n in zip(mine, operands[k].shape, strict=True)])


define(
    "einsum",
    tensors=lambda g, equation, tensors: [_einsum_operand(g, equation, tensors, k) for k in range(len(tensors))],
)


# Inverses and determinants.
_LARGEST_POLYNOMIAL = 16  # its rounding error grows by about a digit for every three rows


def _inverse_rule(gs: Any, y: Any) -> Any:
    inverse = y[0]
    return None if gs[0] is None else -aten.matmul(adjoint(inverse), aten.matmul(gs[0], adjoint(inverse)))


define("linalg_inv_ex", A=lambda g, y: _inverse_rule(g, y))
define("linalg_inv", A=lambda g, y: -aten.matmul(adjoint(y), aten.matmul(g, adjoint(y))))


def _is_vector(a: Any, b: Any) -> bool:
    """linalg_solve's own reading of B: one vector a matrix."""
    return b.ndim == 1 or (a.ndim - 1 == b.ndim and a.shape[:-1] == b.shape)


def _solve_right(g: Tensor, a: Tensor, b: Any, left: bool) -> Tensor:
    if left and _is_vector(a, b):
        return aten.linalg_solve_ex(adjoint(a), aten.unsqueeze(g, -1))[0].reshape(g.shape)
    return aten.linalg_solve_ex(adjoint(a), g, left=left)[0]


def _solve_matrix(g: Tensor, x: Tensor, a: Tensor, b: Any, left: bool) -> Tensor:
    back = _solve_right(g, a, b, left)
    if not left:
        return -aten.matmul(adjoint(x), back)
    if _is_vector(a, b):
        return -aten.unsqueeze(back, -1) * aten.unsqueeze(conj(x), -2)
    return -aten.matmul(back, adjoint(x))


define(
    "linalg_solve_ex",
    A=lambda g, y, A, B_spec, left: None if g[0] is None else _solve_matrix(g[0], y[0], A, B_spec, left),
    B=lambda g, A, B_spec, left: None if g[0] is None else _solve_right(g[0], A, B_spec, left),
)
define(
    "linalg_solve",
    A=lambda g, y, A, B_spec, left: _solve_matrix(g, y, A, B_spec, left),
    B=lambda g, A, B_spec, left: _solve_right(g, A, B_spec, left),
)


def _det_slope(g: Tensor, y: Tensor, a: Tensor) -> Tensor:
    """The cofactors: det(A) times the inverse, and where A is (nearly) singular the product that needs none."""
    inverse, info = aten.linalg_inv_ex(a)
    singular = aten.ne_Scalar(info, 0) | _is_hard_to_invert(a, inverse)
    if _core.any_true(singular, True):
        singular = _stacked(singular)
        inverse = aten.linalg_inv_ex(aten.where_self(singular, _identity(a), a))[0]
        cofactors = aten.where_self(singular, adjoint(_adjugate(a)), _stacked(conj(y)) * adjoint(inverse))
    else:
        cofactors = _stacked(conj(y)) * adjoint(inverse)
    return _stacked(g) * cofactors


def _is_hard_to_invert(a: Tensor, inverse: Tensor) -> Any:
    """Of small matrices, whether the inverse has lost half of the digits; the second derivative would lose the rest."""
    if a.shape[-1] > _LARGEST_POLYNOMIAL:
        return False
    condition = aten.linalg_vector_norm(a, 2, [-2, -1]) * aten.linalg_vector_norm(inverse, 2, [-2, -1])
    return aten.logical_not(aten.lt_Scalar(condition, np.finfo(a.dtype).eps ** -0.5))


def _stacked(numbers: Tensor) -> Tensor:
    """Numbers as matrices of one element."""
    return aten.unsqueeze(aten.unsqueeze(numbers, -1), -1)


def _identity(a: Tensor) -> Tensor:
    return aten.diag_embed(aten.ones(a.shape[:-1], dtype=a.dtype, device=a.dev), 0, -2, -1)


def _adjugate(a: Tensor) -> Tensor:
    n = a.shape[-1]
    if n <= _LARGEST_POLYNOMIAL:
        return _adjugate_polynomial(a, n)
    if _core.recording():
        raise NotImplementedError(f"gradient: a second derivative of det of a singular matrix of {n} rows")
    u, s, vh = aten._linalg_svd(a, False, True)
    turn = _stacked(aten._linalg_det(u)[0] * aten._linalg_det(vh)[0])
    return turn * aten.matmul(adjoint(vh), aten.unsqueeze(others_product(s, s.ndim - 1), -1) * adjoint(u))


def _adjugate_polynomial(a: Tensor, n: int) -> Tensor:
    """By Faddeev and LeVerrier: the coefficients of the characteristic polynomial, one after the other."""
    identity = result = _identity(a)
    for k in range(1, n):
        product = aten.matmul(a, result)
        result = _stacked(aten.sum_dim_IntList(aten.diagonal(product, 0, -2, -1), [-1])) / k * identity - product
    return result


define("_linalg_det", A=lambda g, y, A: None if g[0] is None else _det_slope(g[0], y[0], A))
take_results("_linalg_det", 0)
define("linalg_det", A=lambda g, y, A: _det_slope(g, y, A))


def _slogdet_rule(gs: Any, y: Any, a: Tensor) -> Tensor:
    """gs and y begin with (sign, logabsdet); the sign of a real matrix is flat, of a complex one it turns."""
    g_sign, g_log = gs[0], gs[1]
    slope: Any = 0.0
    if g_log is not None:
        slope = slope + g_log
    if g_sign is not None and a.dtype.kind == "c":
        turn = aten.imag(conj(y[0]) * g_sign)
        slope = slope + 1j * turn
    slope = slope if isinstance(slope, Tensor) else y[1] * 0.0
    return _stacked(slope) * adjoint(aten.linalg_inv_ex(a)[0])


define("_linalg_slogdet", A=lambda g, y, A: _slogdet_rule(g, y, A))
take_results("_linalg_slogdet", 0, 1)
define("linalg_slogdet", A=lambda g, y, A: _slogdet_rule(g, y, A))


# Norms.
def _norm_rule(g: Tensor, y: Tensor, x: Tensor, order: float, dim: Any, keepdim: bool) -> Any:
    """Of the vector norm; 0 where the norm is 0."""
    if order == 0:
        return None
    node, norm, given = (_core.node_of(y) if _core.recording() else None), y, g
    y, g = (kept(t, x.shape, dim, keepdim) for t in (y, g))
    if order in (math.inf, -math.inf):
        size = aten.abs(x)
        hit = aten.eq_Tensor(size, aten.expand(y, x.shape))
        count = aten.sum_dim_IntList(hit, axes_of(dim, x.ndim), True) if x.ndim else hit
        return aten.where_ScalarOther(hit, g * aten.sgn(x) / count.to(dtype=size.dtype), 0.0)
    at_zero = aten.eq_Scalar(y, 0)
    y = aten.where_ScalarSelf(at_zero, 1.0, y)
    slope = x / y if order == 2 else aten.sgn(x) * (1.0 if order == 1 else _power_ratio(x, y, order))
    slope = aten.where_ScalarSelf(at_zero, 0.0, g * slope)
    if order != 2 or node is None:
        return slope
    ratio = ratio_at_zero(given, aten.reshape(at_zero, given.shape), node, lambda: norm)
    return slope + kept(ratio, x.shape, dim, keepdim) * x


def _power_ratio(x: Tensor, y: Tensor, order: float) -> Tensor:
    """(|x| / y) ** (order - 1), and 0 at x = 0."""
    ratio = aten.abs(x) / y
    at_zero = aten.eq_Scalar(ratio, 0)
    return aten.where_ScalarSelf(at_zero, 0.0, aten.where_ScalarSelf(at_zero, 1.0, ratio) ** (order - 1))


define(
    "linalg_vector_norm",
    self=lambda g, y, self, ord, dim, keepdim: _norm_rule(g, y, self, ord, dim, keepdim),
)


# Triangular systems.
def _triangular_matrix(g: Tensor, x: Tensor, a: Tensor, upper: bool, left: bool, unit: bool) -> Tensor:
    back = _triangular_right(g, a, upper, left, unit)
    full = -aten.matmul(back, adjoint(x)) if left else -aten.matmul(adjoint(x), back)
    return aten.triu(full, int(unit)) if upper else aten.tril(full, -int(unit))


def _triangular_right(g: Tensor, a: Tensor, upper: bool, left: bool, unit: bool) -> Tensor:
    return aten.linalg_solve_triangular(adjoint(a), g, upper=not upper, left=left, unitriangular=unit)


define(
    "linalg_solve_triangular",
    self=lambda g, y, self, upper, left, unitriangular: _triangular_matrix(g, y, self, upper, left, unitriangular),
    B=lambda g, self, upper, left, unitriangular: _triangular_right(g, self, upper, left, unitriangular),
)
