"""Systems of linear equations: exact, by least squares, of tensors; inverses."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.linalg import LinAlgError

from numtorch import kernels as aten
from numtorch._core import Tensor, tensor
from numtorch.functions.calls.arguments import Array, NoValue, as_tensor, as_tensors, cast, xp
from numtorch.functions.calls.knowing import agreed
from numtorch.functions.calls.registry import implements
from numtorch.functions.dtypes import FLOAT64, INT32
from numtorch.functions.linalg.checks import (
    check_info,
    check_matrix,
    check_square,
    converged,
    narrowed,
    real_dtype,
    result_dtype,
    widened,
)
from numtorch.functions.linalg.decomposition import svd, svdvals
from numtorch.functions.manipulation.shape import adjoint

__all__ = ["inv", "lstsq", "pinv", "solve", "tensorinv", "tensorsolve"]


# ---- As many equations as unknowns ----


@implements(np.linalg.solve)
def solve(a: Array, b: Array) -> Tensor:
    """NumPy's `linalg.solve`. Waits for the device, to see whether a matrix is singular."""
    x, y = as_tensors(a, b)
    check_square(x)
    dtype = result_dtype(x, y)
    left, right = widened(x, dtype), widened(y, dtype)
    is_vector = y.ndim == 1
    if y.ndim == 0 or y.shape[-1 if is_vector else -2] != x.shape[-1]:
        raise ValueError(f"solve: the shapes {x.shape} and {y.shape} do not match")
    if x.ndim == 2 and is_vector:
        result, info = aten.linalg_solve_ex(left, right)
    else:
        right = aten.unsqueeze(right, -1) if is_vector else right
        batch = np.broadcast_shapes(x.shape[:-2], right.shape[:-2])
        left, right = (aten.expand(each, (*batch, *each.shape[-2:])) for each in (left, right))
        result, info = aten.linalg_solve_ex(left, right)
        result = result[..., 0] if is_vector else result
    check_info(info, "Singular matrix")
    return narrowed(result, dtype)


@implements(np.linalg.inv)
def inv(a: Array) -> Tensor:
    """NumPy's `linalg.inv`. Waits for the device, to see whether a matrix is singular."""
    x = as_tensor(a)
    check_square(x)
    dtype = result_dtype(x)
    result, info = aten.linalg_inv_ex(widened(x, dtype))
    check_info(info, "Singular matrix")
    return narrowed(result, dtype)


@implements(np.linalg.tensorsolve)
def tensorsolve(a: Array, b: Array, axes: Any = None) -> Tensor:
    """NumPy's `linalg.tensorsolve`. Waits for the device, to see whether the equations are singular."""
    x, y = as_tensors(a, b)
    if axes is not None:
        order = list(range(x.ndim))
        for axis in axes:
            order.remove(axis)
            order.insert(x.ndim, axis)
        x = xp.transpose(x, order)
    shape = x.shape[-(x.ndim - y.ndim) :]
    count = math.prod(shape)
    if x.size != count**2:
        raise LinAlgError("Input arrays must satisfy the requirement prod(a.shape[b.ndim:]) == prod(a.shape[:b.ndim])")
    return solve(x.reshape(count, count), y.reshape(-1)).reshape(shape)


@implements(np.linalg.tensorinv)
def tensorinv(a: Array, ind: int = 2) -> Tensor:
    """NumPy's `linalg.tensorinv`. Waits for the device, to see whether the tensor is singular."""
    x = as_tensor(a)
    if ind <= 0:
        raise ValueError("Invalid ind argument.")
    count = math.prod(x.shape[ind:])
    return inv(x.reshape(count, -1)).reshape(x.shape[ind:] + x.shape[:ind])


# ---- Least squares ----


def _reciprocals(s: Tensor, large: Tensor) -> Tensor:
    """1 / s, and 0 where `s` is not `large`."""
    one, zero = (tensor(value, dev=s.dev, dtype=s.dtype) for value in (1.0, 0.0))
    return aten.where_self(large, one / aten.where_self(large, s, one), zero)


def _empty_pinv(x: Tensor) -> Tensor:
    return x.reshape(*x.shape[:-2], x.shape[-1], x.shape[-2]).copy()


@implements(np.linalg.pinv)
def pinv(a: Array, rcond: Any = None, hermitian: bool = False, *, rtol: Any = NoValue) -> Tensor:
    """NumPy's `linalg.pinv`."""
    x = as_tensor(a)
    if rcond is None:
        rcond = 1e-15 if rtol is NoValue else rtol
        if rcond is None:
            rcond = max(x.shape[-2:]) * np.finfo(x.dtype).eps
    elif rtol is not NoValue:
        raise ValueError("`rtol` and `rcond` can't be both set.")
    if x.size == 0 and 0 in x.shape[-2:]:
        return _empty_pinv(x)
    check_matrix(x)
    dtype = result_dtype(x)
    wide = widened(x, dtype)
    relative = as_tensor(rcond, x.dev)[..., None]
    if wide.tracked:
        return cast(
            aten.linalg_pinv_atol_rtol_tensor(
                wide, rtol=cast(relative[..., 0], real_dtype(dtype)), hermitian=hermitian
            ),
            dtype,
        )
    u, s, vh = svd(wide, full_matrices=False, hermitian=hermitian)
    inverse = _reciprocals(s, s > relative * s[..., :1])
    return cast(xp.matmul(adjoint(vh) * inverse[..., None, :], adjoint(u)), dtype)


def _check_equations(x: Tensor, y: Tensor) -> None:
    for operand in (x, y):
        if operand.ndim != 2:
            raise LinAlgError(f"{operand.ndim}-dimensional array given. Array must be two-dimensional")
    if x.shape[0] != y.shape[0]:
        raise LinAlgError("Incompatible dimensions")


@implements(np.linalg.lstsq)
def lstsq(a: Array, b: Array, rcond: Any = None) -> Any:
    """NumPy's `linalg.lstsq`. Waits for the device, as the shape of the residuals depends on the rank."""
    x, y = as_tensors(a, b)
    is_vector = y.ndim == 1
    if is_vector:
        y = y.reshape(-1, 1)
    _check_equations(x, y)
    dtype = result_dtype(x, y)
    left, right = widened(x, dtype), widened(y, dtype)
    rows, columns = x.shape
    failed = "SVD did not converge in Linear Least Squares"
    solution, s, rank = converged(failed, _least_squares, left, right, _cutoff(rcond, max(rows, columns)))
    residuals = tensor(np.empty(0, real_dtype(dtype)), dev=x.dev)
    if rows > columns and agreed(rank == columns):
        errors = xp.abs(right - xp.matmul(left, solution))
        residuals = cast((errors * errors).sum(axis=0), residuals.dtype)
    solution = cast(solution[:, 0] if is_vector else solution, dtype)
    return solution, residuals, cast(rank, INT32), cast(s, residuals.dtype)


def _cutoff(rcond: Any, longest: int) -> float:
    """Relative to the largest singular value; LAPACK takes a negative one to mean the precision."""
    eps = float(np.finfo(FLOAT64).eps)
    if rcond is None:
        return eps * longest
    return float(rcond) if rcond >= 0 else eps


def _least_squares(x: Tensor, b: Tensor, cutoff: float) -> tuple[Tensor, Tensor, Tensor]:
    """The solution, the singular values, and how many of them count."""
    if x.tracked and x.size:
        s = svdvals(x)
        inverse = aten.linalg_pinv_atol_rtol_tensor(x, rtol=tensor(cutoff, dev=x.dev, dtype=s.dtype))
        return xp.matmul(inverse, b), s, xp.count_nonzero(s > cutoff * s[:1])
    u, s, vh = aten._linalg_svd(x, full_matrices=False)
    large = s > cutoff * s[:1]
    scaled = xp.matmul(adjoint(u), b) * _reciprocals(s, large)[:, None]
    return xp.matmul(adjoint(vh), scaled), s, xp.count_nonzero(large)
