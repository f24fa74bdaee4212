"""Decompositions of matrices, their eigenvalues and singular values."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
from numpy.linalg import LinAlgError

from numtorch import kernels as aten
from numtorch._core import Tensor
from numtorch.functions.calls.arguments import Array, as_tensor, cast, xp
from numtorch.functions.calls.knowing import agreed, happens
from numtorch.functions.calls.layout import ordered_like
from numtorch.functions.calls.registry import implements, named
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
from numtorch.functions.manipulation.shape import adjoint

__all__ = ["cholesky", "eig", "eigh", "eigvals", "eigvalsh", "qr", "svd", "svdvals"]


_ONE = np.eye(1)
EigResult: Any = type(np.linalg.eig(_ONE))
EighResult: Any = type(np.linalg.eigh(_ONE))
QRResult: Any = type(np.linalg.qr(_ONE))
SVDResult: Any = type(np.linalg.svd(_ONE))

_SMALL = 128  # rows, up to which complex arithmetic costs little more
NO_EIGENVALUES = "Eigenvalues did not converge"
NOT_FINITE = "Array must not contain infs or NaNs"
NO_SINGULAR_VALUES = "SVD did not converge"


@implements(np.linalg.cholesky)
def cholesky(a: Array, /, *, upper: bool = False) -> Tensor:
    """NumPy's `linalg.cholesky`. Waits for the device, to see whether a matrix is positive definite."""
    x = as_tensor(a)
    check_square(x)
    dtype = result_dtype(x)
    x = widened(x, dtype)
    result, info = aten.linalg_cholesky_ex(adjoint(x) if upper else x)
    check_info(info, "Matrix is not positive definite")
    return narrowed(adjoint(result) if upper else result, dtype)


# ---- Eigenvalues ----


def _all_real(dtype: np.dtype[Any], values: Tensor) -> bool:
    """Whether NumPy gives eigenvalues of matrices of `dtype` as real numbers. Waits for the device."""
    return dtype.kind != "c" and not agreed(aten.any(values.imag != 0))


def _eigen(function: Any, x: Tensor) -> Any:
    """What a kernel of libtorch says of the eigenvalues of `x`; libtorch itself looks for infs and NaNs."""
    try:
        return converged(NO_EIGENVALUES, function, x)
    except ValueError as error:
        if "infs or NaNs" not in str(error):
            raise
        raise LinAlgError(NOT_FINITE) from error


@implements(np.linalg.eig)
def eig(a: Array) -> Any:
    """NumPy's `linalg.eig`. Waits for the device, to see whether all eigenvalues of a real matrix are real."""
    x = as_tensor(a)
    check_square(x)
    dtype = result_dtype(x)
    values, vectors = _eigen(aten.linalg_eig, widened(x, dtype))
    if _all_real(dtype, values):
        values, vectors = values.real, vectors.real
    else:
        dtype = np.result_type(dtype, np.complex64)
    return EigResult(narrowed(values, dtype), narrowed(vectors, dtype))


@implements(np.linalg.eigvals)
def eigvals(a: Array) -> Tensor:
    """NumPy's `linalg.eigvals`. Waits for the device, to see whether all eigenvalues of a real matrix are real."""
    x = as_tensor(a)
    check_square(x)
    dtype = result_dtype(x)
    x = widened(x, dtype)
    if happens(aten.logical_not(aten.isfinite(aten.detach(x)))):  # the kernel alone does not look
        raise LinAlgError(NOT_FINITE)
    values = _eigen(aten.linalg_eig, x)[0] if x.tracked else _eigen(aten.linalg_eigvals, x)
    if _all_real(dtype, values):
        return narrowed(values.real, dtype)
    return cast(values, np.result_type(dtype, np.complex64))


def _triangle_name(uplo: str) -> str:
    letter = uplo.upper()
    if letter not in ("L", "U"):
        raise ValueError("UPLO argument must be 'L' or 'U'")
    return letter


@implements(np.linalg.eigh)
def eigh(a: Array, UPLO: str = "L") -> Any:
    """NumPy's `linalg.eigh`; the signs of the eigenvectors are libtorch's choice."""
    letter = _triangle_name(UPLO)
    x = as_tensor(a)
    check_square(x)
    dtype = result_dtype(x)
    values, vectors = converged(NO_EIGENVALUES, aten._linalg_eigh, widened(x, dtype), letter)
    return EighResult(cast(values, real_dtype(dtype)), narrowed(vectors, dtype))


@implements(np.linalg.eigvalsh)
def eigvalsh(a: Array, UPLO: str = "L") -> Tensor:
    """NumPy's `linalg.eigvalsh`."""
    letter = _triangle_name(UPLO)
    x = as_tensor(a)
    check_square(x)
    dtype = result_dtype(x)
    values = converged(NO_EIGENVALUES, aten._linalg_eigh, widened(x, dtype), letter, compute_v=x.tracked)[0]
    return cast(values, real_dtype(dtype))


# ---- Orthogonal and triangular factors ----

_OLD_MODES = {"full": "reduced", "f": "reduced", "economic": "economic", "e": "economic"}


def _mode_of(mode: str) -> str:
    if mode in ("reduced", "complete", "r", "raw"):
        return mode
    if mode not in _OLD_MODES:
        raise ValueError(f"Unrecognized mode '{mode}'")
    if _OLD_MODES[mode] == "reduced":
        text = "The 'full' option is deprecated in favor of 'reduced'.\nFor backward compatibility let mode default."
    else:
        text = "The 'economic' option is deprecated."
    warnings.warn(text, DeprecationWarning, stacklevel=3)
    return _OLD_MODES[mode]


@implements(np.linalg.qr)
def qr(a: Array, mode: str = "reduced") -> Any:
    """NumPy's `linalg.qr`."""
    mode = _mode_of(mode)
    x = as_tensor(a)
    check_matrix(x)
    dtype = result_dtype(x)
    x = widened(x, dtype)
    if mode in ("raw", "economic"):
        reflectors, scales = aten.geqrf(x)
        reflectors = ordered_like(cast(reflectors, dtype), as_tensor(a))
        return (reflectors.mT, cast(scales, dtype)) if mode == "raw" else reflectors
    tracked_r = mode == "r" and x.tracked  # R alone has no gradient; R of both has
    q, r = aten.linalg_qr(x, "reduced" if tracked_r else mode)
    return narrowed(r, dtype) if mode == "r" else QRResult(narrowed(q, dtype), narrowed(r, dtype))


# ---- Singular values ----


@implements(np.linalg.svd)
def svd(a: Array, full_matrices: bool = True, compute_uv: bool = True, hermitian: bool = False) -> Any:
    """NumPy's `linalg.svd`; on a GPU the signs of the singular vectors are libtorch's choice."""
    x = as_tensor(a)
    if hermitian:
        return _hermitian_svd(x) if compute_uv else _hermitian_svdvals(x)
    check_matrix(x)
    dtype = result_dtype(x)
    x = widened(x, dtype)
    if not compute_uv:
        s = converged(NO_SINGULAR_VALUES, aten._linalg_svd, x, full_matrices=False, compute_uv=x.tracked)[1]
        return cast(s, real_dtype(dtype))
    u, s, vh = _svd_of(x, bool(full_matrices))
    return SVDResult(narrowed(u, dtype), cast(s, real_dtype(dtype)), narrowed(vh, dtype))


def _svd_of(x: Tensor, full: bool) -> tuple[Tensor, Tensor, Tensor]:
    """The decomposition, on the CPU with the signs that LAPACK's own way gives the vectors of real matrices.

    LAPACK first makes a matrix square that is much wider than high, and one nearly square bidiagonal as it is; MKL does
    it the other way round in real arithmetic, in complex arithmetic not.
    """
    rows, columns = x.shape[-2:]
    if x.dev != -1 or x.dtype.kind == "c" or rows == columns or 1 in (rows, columns) or not x.size:
        return converged(NO_SINGULAR_VALUES, aten._linalg_svd, x, full_matrices=full)
    if columns >= rows * 11 // 6:
        compute = _svd_of_wide
    elif columns < rows < columns * 11 // 6 and rows <= _SMALL:
        compute = _svd_of_complex
    else:
        return converged(NO_SINGULAR_VALUES, aten._linalg_svd, x, full_matrices=full)
    if not x.tracked:
        return converged(NO_SINGULAR_VALUES, compute, x, full)
    u, s, vh = converged(NO_SINGULAR_VALUES, aten._linalg_svd, x, full_matrices=full)
    return _with_signs(u, s, vh, converged(NO_SINGULAR_VALUES, compute, aten.detach(x), False)[2])


def _with_signs(u: Tensor, s: Tensor, vh: Tensor, like: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """The factors of a tracked matrix, with the signs that the rows of `like` say."""
    count = s.shape[-1]
    signs = xp.where(xp.sum(aten.detach(vh)[..., :count, :] * like, -1) < 0, -1.0, 1.0)
    rows = xp.concatenate([signs, xp.ones_like(signs, shape=(*s.shape[:-1], vh.shape[-2] - count))], -1)
    columns = xp.concatenate([signs, xp.ones_like(signs, shape=(*s.shape[:-1], u.shape[-1] - count))], -1)
    return u * columns[..., None, :], s, vh * rows[..., None]


def _svd_of_wide(x: Tensor, full: bool) -> tuple[Tensor, Tensor, Tensor]:
    rows = x.shape[-2]
    q, r = aten.linalg_qr(x.mT, "complete" if full else "reduced")
    u, s, vh = aten._linalg_svd(r[..., :rows, :].mT, full_matrices=True)
    first = xp.matmul(vh, q[..., :rows].mT)
    return u, s, xp.concatenate([first, q[..., rows:].mT], axis=-2) if full else first


def _svd_of_complex(x: Tensor, full: bool) -> tuple[Tensor, Tensor, Tensor]:
    u, s, vh = aten._linalg_svd(cast(x, np.complex128), full_matrices=full)
    return u.real, s, vh.real


def _hermitian_svd(x: Tensor) -> Any:
    """From the eigenvalues, largest size first; their signs go to the right singular vectors."""
    values, vectors = eigh(x)
    sizes = xp.abs(values)
    order = xp.flip(xp.argsort(sizes, axis=-1), -1)
    signs = xp.take_along_axis(xp.copysign(1.0, values), order, -1)
    u = xp.take_along_axis(vectors, order[..., None, :], -1)
    return SVDResult(u, xp.take_along_axis(sizes, order, -1), adjoint(u * signs[..., None, :]))


def _hermitian_svdvals(x: Tensor) -> Tensor:
    return xp.flip(xp.sort(xp.abs(eigvalsh(x)), axis=-1), -1)


@implements(*named("svdvals", module=np.linalg))
def svdvals(x: Array, /) -> Tensor:
    """NumPy's `linalg.svdvals`."""
    return svd(x, compute_uv=False)
