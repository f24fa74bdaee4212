"""Linear algebra: equations, determinants, decompositions."""

from __future__ import annotations

import operator
from typing import Any

import numpy as np
from numpy.linalg import LinAlgError

from numtorch._core import Tensor, kernel
from numtorch.functions.arguments import Array, NoValue, as_tensor, as_tensors, cast, xp
from numtorch.functions.dot import matrix_product
from numtorch.functions.registry import implements, named

__all__ = [
    "cholesky",
    "det",
    "eigh",
    "eigvalsh",
    "inv",
    "matrix_power",
    "pinv",
    "qr",
    "singular_values",
    "slogdet",
    "solve",
    "svd",
    "svdvals",
]

_cholesky = kernel("linalg_cholesky_ex")
_det = kernel("_linalg_det")
_eigh = kernel("_linalg_eigh")
_expand = kernel("expand")
_inv = kernel("linalg_inv_ex")
_qr = kernel("linalg_qr")
_slogdet = kernel("_linalg_slogdet")
_solve = kernel("linalg_solve_ex")
_svd = kernel("_linalg_svd")
_where = kernel("where.self")

FLOAT64 = np.dtype(np.float64)
_ONE = np.eye(1)
SlogdetResult = type(np.linalg.slogdet(_ONE))
EighResult = type(np.linalg.eigh(_ONE))
QRResult = type(np.linalg.qr(_ONE))
SVDResult = type(np.linalg.svd(_ONE))


def _matrices(*operands: Array) -> list[Tensor]:
    """The operands in the dtype that NumPy's linear algebra computes in: integers become float64."""
    arrays = as_tensors(*operands)
    for x in arrays:
        if x.dtype == np.float16:
            raise TypeError("array type float16 is unsupported in linalg")
    dtype = np.result_type(*(x.dtype if x.dtype.kind in "fc" else FLOAT64 for x in arrays))
    return [cast(x, dtype) for x in arrays]


def _check_matrix(x: Tensor) -> None:
    if x.ndim < 2:
        raise LinAlgError(f"{x.ndim}-dimensional array given. Array must be at least two-dimensional")


def _check_square(x: Tensor) -> None:
    _check_matrix(x)
    if x.shape[-1] != x.shape[-2]:
        raise LinAlgError("Last 2 dimensions of the array must be square")


def _check_info(info: Tensor, message: str) -> None:
    """Waits for the device, to see whether a matrix was singular."""
    if bool(info if info.ndim == 0 else (info != 0).any()):
        raise LinAlgError(message)


@implements(np.linalg.solve)
def solve(a: Array, b: Array) -> Tensor:
    """NumPy's `linalg.solve`. Waits for the device, to see whether a matrix is singular."""
    x, y = _matrices(a, b)
    _check_square(x)
    is_vector = y.ndim == 1
    right = y.reshape(-1, 1) if is_vector else y
    if right.ndim < 2 or right.shape[-2] != x.shape[-1]:
        raise ValueError(f"solve: the shapes {x.shape} and {y.shape} do not match")
    batch = np.broadcast_shapes(x.shape[:-2], right.shape[:-2])
    left = x if x.shape[:-2] == batch else _expand(x, (*batch, *x.shape[-2:]))
    right = right if right.shape[:-2] == batch else _expand(right, (*batch, *right.shape[-2:]))
    result, info = _solve(left, right)
    _check_info(info, "Singular matrix")
    return result[..., 0] if is_vector else result


@implements(np.linalg.inv)
def inv(a: Array) -> Tensor:
    """NumPy's `linalg.inv`. Waits for the device, to see whether a matrix is singular."""
    (x,) = _matrices(a)
    _check_square(x)
    result, info = _inv(x)
    _check_info(info, "Singular matrix")
    return result


@implements(np.linalg.det)
def det(a: Array) -> Tensor:
    """NumPy's `linalg.det`."""
    (x,) = _matrices(a)
    _check_square(x)
    return _det(x)[0]


@implements(np.linalg.slogdet)
def slogdet(a: Array) -> Any:
    """NumPy's `linalg.slogdet`."""
    (x,) = _matrices(a)
    _check_square(x)
    sign, logarithm, *_ = _slogdet(x)
    return SlogdetResult(sign, logarithm)


@implements(np.linalg.cholesky)
def cholesky(a: Array, /, *, upper: bool = False) -> Tensor:
    """NumPy's `linalg.cholesky`. Waits for the device, to see whether a matrix is positive definite."""
    (x,) = _matrices(a)
    _check_square(x)
    result, info = _cholesky(_adjoint(x) if upper else x)
    _check_info(info, "Matrix is not positive definite")
    return _adjoint(result) if upper else result


def _adjoint(x: Tensor) -> Tensor:
    return xp.conjugate(x.mT) if x.dtype.kind == "c" else x.mT


def _triangle_name(uplo: str) -> str:
    letter = uplo.upper()
    if letter not in ("L", "U"):
        raise ValueError("UPLO argument must be 'L' or 'U'")
    return letter


@implements(np.linalg.eigh)
def eigh(a: Array, UPLO: str = "L") -> Any:
    """NumPy's `linalg.eigh`; the signs of the eigenvectors are libtorch's choice."""
    letter = _triangle_name(UPLO)
    (x,) = _matrices(a)
    _check_square(x)
    return EighResult(*_eigh(x, letter))


@implements(np.linalg.eigvalsh)
def eigvalsh(a: Array, UPLO: str = "L") -> Tensor:
    """NumPy's `linalg.eigvalsh`."""
    letter = _triangle_name(UPLO)
    (x,) = _matrices(a)
    _check_square(x)
    return _eigh(x, letter, compute_v=x.tracked)[0]


@implements(np.linalg.qr)
def qr(a: Array, mode: str = "reduced") -> Any:
    """NumPy's `linalg.qr` in the modes reduced, complete and r."""
    if mode == "raw":
        raise TypeError("qr: mode 'raw' is not supported on Tensors")
    if mode not in ("reduced", "complete", "r"):
        raise ValueError(f"Unrecognized mode '{mode}'")
    (x,) = _matrices(a)
    _check_matrix(x)
    tracked_r = mode == "r" and x.tracked  # R alone has no gradient; R of both has
    q, r = _qr(x, "reduced" if tracked_r else mode)
    return r if mode == "r" else QRResult(q, r)


def singular_values(x: Tensor) -> Tensor:
    """The singular values of matrices, largest first."""
    return _svd(x, full_matrices=False, compute_uv=x.tracked)[1]


@implements(np.linalg.svd)
def svd(a: Array, full_matrices: bool = True, compute_uv: bool = True, hermitian: bool = False) -> Any:
    """NumPy's `linalg.svd`; the signs of the singular vectors are libtorch's choice."""
    if hermitian:
        raise TypeError("svd: hermitian=True is not supported on Tensors")
    (x,) = _matrices(a)
    _check_matrix(x)
    if not compute_uv:
        return singular_values(x)
    return SVDResult(*_svd(x, full_matrices=full_matrices))


@implements(*named("svdvals", module=np.linalg))
def svdvals(x: Array, /) -> Tensor:
    """NumPy's `linalg.svdvals`."""
    return svd(x, compute_uv=False)


@implements(np.linalg.pinv)
def pinv(a: Array, rcond: Any = None, hermitian: bool = False, *, rtol: Any = NoValue) -> Tensor:
    """NumPy's `linalg.pinv`."""
    if hermitian:
        raise TypeError("pinv: hermitian=True is not supported on Tensors")
    (x,) = _matrices(a)
    if rcond is None:
        rcond = 1e-15 if rtol is NoValue else rtol
        if rcond is None:
            rcond = max(x.shape[-2:]) * np.finfo(x.dtype).eps
    elif rtol is not NoValue:
        raise ValueError("`rtol` and `rcond` can't be both set.")
    _check_matrix(x)
    if x.size == 0:
        return _expand(x.reshape(-1), (*x.shape[:-2], x.shape[-1], x.shape[-2])).copy()
    u, s, vh = _svd(xp.conjugate(x) if x.dtype.kind == "c" else x, full_matrices=False)
    cutoff = as_tensor(rcond, x.dev)[..., None] * s[..., :1]
    zero = as_tensor(np.zeros((), s.dtype), x.dev)
    large = s > cutoff
    inverse = _where(large, 1 / _where(large, s, zero + 1), zero)
    return xp.matmul(vh.mT, cast(inverse[..., None] * u.mT, x.dtype))


@implements(np.linalg.matrix_power)
def matrix_power(a: Array, n: int) -> Tensor:
    """NumPy's `linalg.matrix_power`."""
    x = as_tensor(a)
    _check_square(x)
    power = operator.index(n)
    if power == 0:
        unit = as_tensor(np.eye(x.shape[-1], dtype=x.dtype), x.dev)
        return _expand(unit, x.shape).copy()
    if power < 0:
        x, power = inv(x), -power
    result = None
    while power:
        if power & 1:
            result = x if result is None else _product(result, x)
        power >>= 1
        if power:
            x = _product(x, x)
    assert result is not None
    return result


def _product(x: Tensor, y: Tensor) -> Tensor:
    return matrix_product(x, y) if x.ndim == 2 else xp.matmul(x, y)
