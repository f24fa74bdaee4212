"""Numbers that describe matrices: determinant, rank, condition; their powers and chains of products."""

from __future__ import annotations

import functools
import operator
from typing import Any

import numpy as np
from numpy.linalg import LinAlgError

from numtorch import kernels as aten
from numtorch._core import Tensor, tensor
from numtorch.functions.calls.arguments import Array, as_tensor, as_tensors, cast, dev_of, xp
from numtorch.functions.calls.layout import ordered_like
from numtorch.functions.calls.registry import implements
from numtorch.functions.linalg.checks import check_square, real_dtype, result_dtype, unit_matrix, widened
from numtorch.functions.linalg.decomposition import svd
from numtorch.functions.linalg.norm import norm
from numtorch.functions.linalg.products import dot
from numtorch.functions.linalg.solve import inv

__all__ = ["cond", "det", "matrix_power", "matrix_rank", "multi_dot", "slogdet"]


SlogdetResult: Any = type(np.linalg.slogdet(np.eye(1)))


@implements(np.linalg.det)
def det(a: Array) -> Tensor:
    """NumPy's `linalg.det`."""
    x = as_tensor(a)
    check_square(x)
    dtype = result_dtype(x)
    return cast(aten._linalg_det(widened(x, dtype))[0], dtype)


@implements(np.linalg.slogdet)
def slogdet(a: Array) -> Any:
    """NumPy's `linalg.slogdet`."""
    x = as_tensor(a)
    check_square(x)
    dtype = result_dtype(x)
    sign, logarithm, *_ = aten._linalg_slogdet(widened(x, dtype))
    return SlogdetResult(cast(sign, dtype), cast(logarithm, real_dtype(dtype)))


@implements(np.linalg.matrix_rank)
def matrix_rank(A: Array, tol: Any = None, hermitian: bool = False, *, rtol: Any = None) -> Tensor:
    """NumPy's `linalg.matrix_rank`."""
    if rtol is not None and tol is not None:
        raise ValueError("`tol` and `rtol` can't be both set.")
    x = as_tensor(A, dev_of(A, tol, rtol))
    if x.ndim < 2:
        return cast((x != 0).any(), np.int64)
    s = svd(x, compute_uv=False, hermitian=hermitian)
    if tol is not None:
        tolerance = as_tensor(tol, x.dev)[..., None]
    elif s.shape[-1] == 0:
        return xp.count_nonzero(s, axis=-1)
    elif rtol is None:
        tolerance = s[..., :1] * float(max(x.shape[-2:]) * np.finfo(s.dtype).eps)
    else:
        tolerance = s[..., :1] * as_tensor(rtol, x.dev)[..., None]
    return xp.count_nonzero(s > tolerance, axis=-1)


@implements(np.linalg.cond)
def cond(x: Array, p: Any = None) -> Tensor:
    """NumPy's `linalg.cond`: inf for a singular matrix."""
    matrices = as_tensor(x)
    if matrices.size == 0 and 0 in matrices.shape[-2:]:
        raise LinAlgError("cond is not defined on empty arrays")
    if p is None or p in (2, -2):
        s = svd(matrices, compute_uv=False)
        ratio = s[..., -1] / s[..., 0] if p == -2 else s[..., 0] / s[..., -1]
    else:
        check_square(matrices)
        dtype = result_dtype(matrices)
        inverse, info = aten.linalg_inv_ex(widened(matrices, dtype))
        nan = tensor(np.nan, dev=inverse.dev, dtype=inverse.dtype)
        inverse = aten.where_self((info != 0)[..., None, None], nan, inverse)
        product = norm(matrices, p, (-2, -1)) * norm(inverse, p, (-2, -1))
        ratio = cast(product, real_dtype(dtype))
    spoiled = aten.isnan(ratio)
    if matrices.dtype.kind in "fc":
        spoiled = spoiled & ~aten.isnan(matrices).any(axis=(-2, -1))
    return aten.where_self(spoiled, tensor(np.inf, dev=ratio.dev, dtype=ratio.dtype), ratio)


@implements(np.linalg.matrix_power)
def matrix_power(a: Array, n: int) -> Tensor:
    """NumPy's `linalg.matrix_power`."""
    x = as_tensor(a)
    check_square(x)
    try:
        power = operator.index(n)
    except TypeError as error:
        raise TypeError("exponent must be an integer") from error
    if power == 0:
        return ordered_like(aten.expand(unit_matrix(x.shape[-1], x), x.shape).copy(), x)
    if power < 0:
        x, power = inv(x), -power
    result = None
    while power:
        if power & 1:
            result = x if result is None else xp.matmul(result, x)
        power >>= 1
        if power:
            x = xp.matmul(x, x)
    assert result is not None
    return result


# ---- Chains of products ----


@functools.lru_cache(maxsize=256)
def _cheapest_split(sizes: tuple[int, ...]) -> Any:
    """How to bracket a product of matrices of shapes (sizes[i], sizes[i + 1]) with the fewest multiplications.

    A leaf is the index of a matrix, a product a pair of these.
    """
    count = len(sizes) - 1
    best: dict[tuple[int, int], tuple[int, Any]] = {(i, i): (0, i) for i in range(count)}
    for length in range(1, count):
        for first in range(count - length):
            last = first + length
            options = (
                (
                    best[first, cut][0] + best[cut + 1, last][0] + sizes[first] * sizes[cut + 1] * sizes[last + 1],
                    (best[first, cut][1], best[cut + 1, last][1]),
                )
                for cut in range(first, last)
            )
            best[first, last] = min(options, key=operator.itemgetter(0))
    return best[0, count - 1][1]


def _product_of(arrays: list[Tensor], split: Any) -> Tensor:
    if isinstance(split, int):
        return arrays[split]
    return dot(_product_of(arrays, split[0]), _product_of(arrays, split[1]))


@implements(np.linalg.multi_dot)
def multi_dot(arrays: Any, *, out: Any = None) -> Tensor:
    """NumPy's `linalg.multi_dot`: the product in the order with the fewest multiplications."""
    if len(arrays) < 2:
        raise ValueError("Expecting at least two arrays.")
    if len(arrays) == 2:
        return dot(arrays[0], arrays[1], out=out)
    chain = as_tensors(*arrays)
    first, last = chain[0].ndim, chain[-1].ndim
    if first == 1:
        chain[0] = chain[0].reshape(1, -1)
    if last == 1:
        chain[-1] = chain[-1].reshape(-1, 1)
    for x in chain:
        if x.ndim != 2:
            raise LinAlgError(f"{x.ndim}-dimensional array given. Array must be two-dimensional")
    left, right = _cheapest_split((chain[0].shape[0], *(x.shape[1] for x in chain)))
    result = dot(_product_of(chain, left), _product_of(chain, right), out=out)
    if first == 1 and last == 1:
        return result[0, 0]
    return result.reshape(-1) if 1 in (first, last) else result
