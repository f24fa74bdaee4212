"""Rules of decompositions. Gradients exist where the eigenvalues or singular values that are told apart differ."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from numtorch import _core
from numtorch import kernels as aten
from numtorch._core import Tensor
from numtorch.autograd.fitting import zeros_like
from numtorch.autograd.rule import conj, define, refuse, slopes_read
from numtorch.autograd.rules.linalg import adjoint
from numtorch.autograd.rules.spectra import Slopes, are_close, largest, quotient


def _determined(function: str, g: Any, dim: int, k: int) -> Any:
    """The gradient of the first k vectors, which A determines; NotImplementedError if others have one, too."""
    if g is None or g.shape[dim] == k:
        return g
    if _core.any_true(aten.ne_Scalar(aten.narrow(g, dim, k, g.shape[dim] - k), 0), False):
        raise NotImplementedError(f"gradient: {function} gave vectors that A does not determine, and they were used")
    return aten.narrow(g, dim, 0, k)


def _skew(a: Tensor) -> Tensor:
    return a - adjoint(a)


def _gaps(values: Tensor) -> Tensor:
    """values_j - values_i off the diagonal; on it what no difference is as large as."""
    gaps = aten.unsqueeze(values, -2) - aten.unsqueeze(values, -1)
    return gaps + aten.diag_embed(
        aten.expand(1 + aten.amax(aten.abs(_core.untracked(values)), [-1], True), values.shape)
    )


def _step(values: Tensor) -> Tensor:
    """A direction in which all of the values part from each other and from 0."""
    n, real = values.shape[-1], np.finfo(values.dtype).dtype
    return aten.arange_start_step(n, 0, -1, dtype=real, device=values.dev)


def _beyond_diagonal(a: Tensor) -> Tensor:
    return a - aten.diag_embed(aten.diagonal(a, 0, -2, -1))


def _turns(orders: list[Any], values: Tensor, divisor: Tensor, step: Tensor, scale: Any) -> Any:
    """What turning one vector into another changes, over how far their values are apart."""
    size = aten.unsqueeze(aten.amax(aten.abs(_core.untracked(values)), [-1], True), -1)
    return quotient(orders, divisor, step, size, scale, values.shape[-1])


def _of_triangle(full: Tensor, a: Tensor, lower: bool) -> Tensor:
    """The gradient of a matrix of which one triangle is read, given that of the Hermitian matrix that it stands for.

    Of a matrix that is Hermitian itself it is spread over both triangles, so that a step along it leaves it Hermitian.
    """
    full = 0.5 * (full + adjoint(full))
    read = aten.tril(full, -1) if lower else aten.triu(full, 1)
    read = 2.0 * read + aten.diag_embed(aten.diagonal(full, 0, -2, -1))
    return aten.where_self(aten.all_dims(aten.eq_Tensor(a, adjoint(a)), [-2, -1], True), full, read)


def _hermitian(a: Tensor, lower: bool) -> Tensor:
    """The Hermitian matrix of which `a` gives one triangle."""
    half = aten.tril(a, -1) if lower else aten.triu(a, 1)
    diagonal = aten.diagonal(a, 0, -2, -1)
    return half + adjoint(half) + aten.diag_embed(0.5 * (diagonal + conj(diagonal)))


def _eigh_rule(gs: Any, y: Any, a: Tensor, lower: bool) -> Tensor:
    g_values, g_vectors = gs
    values, vectors = y
    if not a.size:
        return zeros_like(a)
    if not vectors.size:
        vectors = aten._linalg_eigh(a, "L" if lower else "U", True)[1]
    middle: Any = 0.0
    if g_vectors is not None:

        def turn(g: Tensor) -> Tensor:
            return 0.5 * _skew(aten.matmul(adjoint(vectors), g))

        step = _step(values)
        orders = Slopes(g_values, values, [g_vectors], [vectors], step).through(turn)
        scale = largest(aten.matmul(adjoint(vectors), g_vectors))
        middle = _turns(orders, values, _gaps(values), _gaps(step), scale)
    if g_values is not None:
        middle = middle + aten.diag_embed(g_values)
    return _of_triangle(aten.matmul(vectors, aten.matmul(middle + 0.0 * vectors, adjoint(vectors))), a, lower)


def _is_lower(uplo: str) -> bool:
    return uplo.upper() != "U"


define("_linalg_eigh", A=lambda g, y, A, UPLO: _eigh_rule(g, y, A, _is_lower(UPLO)))
slopes_read[aten._linalg_eigh] = lambda node: bool(node.result[1].size) and are_close(node.result[0])


def _with_fixed_phases(g: Tensor, vectors: Tensor) -> Tensor:
    """The gradient of eigenvectors whose phase is free.

    LAPACK turns each so that its largest component is real: what turning it changes goes through that component.
    """
    if not vectors.size:
        return g
    largest = aten.argmax(aten.abs(vectors), -2, True)
    turn = aten.imag(aten.sum_dim_IntList(conj(vectors) * g, [-2], True)) / aten.gather(vectors, -2, largest)
    return aten.scatter_add(g, -2, largest, -1j * turn)


def _eig_rule(gs: Any, y: Any) -> Tensor:
    """Each eigenvector has the length 1."""
    g_values, g_vectors = gs
    values, vectors = y
    middle: Any = 0.0
    if not values.size:
        return zeros_like(vectors)
    if g_vectors is not None:

        def turn(g: Tensor) -> Tensor:
            overlap = aten.matmul(adjoint(vectors), _with_fixed_phases(g, vectors))
            lengths = aten.unsqueeze(aten.diagonal(overlap, 0, -2, -1), -2)
            return _beyond_diagonal(overlap - aten.matmul(adjoint(vectors), vectors) * lengths)

        step = _step(values)
        orders = Slopes(g_values, values, [g_vectors], [vectors], step).through(turn)
        scale = largest(aten.matmul(adjoint(vectors), g_vectors))
        middle = _turns(orders, values, conj(_gaps(values)), _gaps(step), scale)
    if g_values is not None:
        middle = middle + aten.diag_embed(g_values)
    back = adjoint(vectors)
    return aten.linalg_solve_ex(back, aten.matmul(middle, back))[0]


define("linalg_eig", self=lambda g, y: _eig_rule(g, y))
slopes_read[aten.linalg_eig] = lambda node: are_close(node.result[0])
define("linalg_eigvals", self=lambda g, self: _eig_rule((g, None), aten.linalg_eig(self)))


def _has_vectors(u: Tensor) -> bool:
    """Whether the kernel was asked for them; under vmap it gives something without axes in their stead."""
    return u.ndim > 1 and bool(u.size)


def _svd_rule(gs: Any, y: Any, a: Tensor, full_matrices: bool) -> Tensor:
    if not a.size:
        return zeros_like(a)
    g_u, g_s, g_vh = gs
    u, s, vh = y if _has_vectors(y[0]) else aten._linalg_svd(a, False, True)
    k = s.shape[-1]
    if g_u is None and g_vh is None:
        # A singular value at 0 is at the kink of an absolute value; together with its vectors, or squared, it is not.
        g_s = aten.where_ScalarSelf(aten.eq_Scalar(s, 0) & aten.ne_Scalar(g_s, 0), 0.0, g_s)
        return aten.matmul(aten.narrow(u, -1, 0, k) * aten.unsqueeze(g_s, -2), aten.narrow(vh, -2, 0, k))
    if full_matrices:
        g_u, g_vh = _determined("svd", g_u, -1, k), _determined("svd", g_vh, -2, k)
    found = Slopes(g_s, s, [g_u, g_vh], [u, vh], _step(s))
    return _svd_vectors_rule(found, g_s, aten.narrow(u, -1, 0, k), s, aten.narrow(vh, -2, 0, k), _largest_of(g_u, g_vh))


def _svd_vectors_rule(found: Slopes, g_s: Any, u: Tensor, s: Tensor, vh: Tensor, scale: Tensor) -> Tensor:
    k, step = s.shape[-1], found.step

    def turns(sign: float) -> Callable[..., Any]:
        def turn(g_u: Any, g_vh: Any) -> Any:
            of_u: Any = 0.0 if g_u is None else _skew(aten.matmul(adjoint(u), aten.narrow(g_u, -1, 0, k)))
            of_v = 0.0 if g_vh is None else _skew(aten.matmul(vh, adjoint(aten.narrow(g_vh, -2, 0, k))))
            return 0.5 * (of_u + sign * of_v)

        return turn

    def beside(g_u: Any, g_vh: Any) -> tuple[Any, Any]:
        """What of the vectors' gradients lies beside all of them."""
        g_u = None if g_u is None else aten.narrow(g_u, -1, 0, k)
        g_vh = None if g_vh is None else aten.narrow(g_vh, -2, 0, k)
        return (
            None if g_u is None else g_u - aten.matmul(u, aten.matmul(adjoint(u), g_u)),
            None if g_vh is None else g_vh - aten.matmul(aten.matmul(g_vh, adjoint(vh)), vh),
        )

    row, column = aten.unsqueeze(s, -2), aten.unsqueeze(s, -1)
    sums, steps = row + column, aten.unsqueeze(step, -2) + aten.unsqueeze(step, -1)
    apart = found.through(lambda *gs: _beyond_diagonal(turns(1.0)(*gs)))
    middle = _turns(apart, s, _gaps(s), _gaps(step), scale) + _turns(found.through(turns(-1.0)), s, sums, steps, scale)
    if g_s is not None:
        middle = middle + aten.diag_embed(g_s)
    of_a = aten.matmul(u, aten.matmul(middle, vh))
    rest = found.through(beside)
    if u.shape[-2] > k and rest[0][0] is not None:
        of_a = of_a + aten.matmul(_turns([r and r[0] for r in rest], s, row, step, scale), vh)
    if vh.shape[-1] > k and rest[0][1] is not None:
        of_a = of_a + aten.matmul(u, _turns([r and r[1] for r in rest], s, column, aten.unsqueeze(step, -1), scale))
    return of_a


def _largest_of(*gs: Any) -> Tensor:
    sizes = [largest(g) for g in gs if g is not None]
    return sizes[0] if len(sizes) == 1 else aten.maximum(*sizes)


define("_linalg_svd", A=lambda g, y, A, full_matrices: _svd_rule(g, y, A, full_matrices))
slopes_read[aten._linalg_svd] = lambda node: _has_vectors(node.result[0]) and are_close(node.result[1], from_zero=True)


def _square_qr_rule(g_q: Any, g_r: Any, q: Tensor, r: Tensor) -> Tensor:
    """For at least as many rows as columns."""
    inner: Any = 0.0
    if g_r is not None:
        inner = inner + aten.matmul(g_r, adjoint(r))
    if g_q is not None:
        inner = inner - aten.matmul(adjoint(q), g_q)
    upper = aten.triu(inner, 0)
    symmetric = upper + adjoint(upper)
    symmetric = symmetric - aten.diag_embed(aten.diagonal(symmetric, 0, -2, -1)) * 0.5
    full = aten.matmul(q, symmetric)
    full = full if g_q is None else full + g_q
    return adjoint(aten.linalg_solve_triangular(r, adjoint(full), upper=True))


def _qr_rule(gs: Any, y: Any, a: Tensor, mode: str) -> Tensor:
    g_q, g_r = gs
    q, r = y
    if mode == "r":
        raise NotImplementedError("gradient: the kernel linalg_qr in mode 'r' keeps no Q; use mode 'reduced'")
    rows, columns = a.shape[-2:]
    if rows >= columns:
        g_q = _determined("qr", g_q, -1, columns)
        g_r = None if g_r is None else aten.narrow(g_r, -2, 0, columns)
        return _square_qr_rule(g_q, g_r, aten.narrow(q, -1, 0, columns), aten.narrow(r, -2, 0, columns))
    # A = [X Y], R = [U V]: Q and U come from the square X, and V = Q^H Y.
    g_u = g_y = None
    if g_r is not None:
        g_u, g_v = aten.narrow(g_r, -1, 0, rows), aten.narrow(g_r, -1, rows, columns - rows)
        g_y = aten.matmul(q, g_v)
        through_q = aten.matmul(aten.narrow(a, -1, rows, columns - rows), adjoint(g_v))
        g_q = through_q if g_q is None else g_q + through_q
    g_x = _square_qr_rule(g_q, g_u, q, aten.narrow(r, -1, 0, rows))
    return aten.cat([g_x, g_y if g_y is not None else aten.narrow(a, -1, rows, columns - rows) * 0.0], -1)


define("linalg_qr", A=lambda g, y, A, mode: _qr_rule(g, y, A, mode))
refuse("geqrf", "the reflectors of qr's mode 'raw' have no rule; the modes 'reduced' and 'complete' have one")


def _half_lower(a: Tensor) -> Tensor:
    """The lower triangle with the diagonal halved."""
    lower = aten.tril(a, 0)
    return lower - aten.diag_embed(aten.diagonal(a, 0, -2, -1)) * 0.5


def _cholesky_rule(g: Tensor, factor: Tensor, a: Tensor, upper: bool) -> Tensor:
    g, lower = (adjoint(g), adjoint(factor)) if upper else (g, factor)
    middle = _half_lower(aten.matmul(adjoint(lower), g))
    middle = middle + adjoint(middle)
    left = aten.linalg_solve_triangular(adjoint(lower), middle, upper=True)
    full = adjoint(aten.linalg_solve_triangular(adjoint(lower), adjoint(left), upper=True)) * 0.5
    return _of_triangle(full, a, not upper)


define(
    "linalg_cholesky_ex",
    self=lambda g, y, self, upper: None if g[0] is None else _cholesky_rule(g[0], y[0], self, upper),
)
define("linalg_cholesky", self=lambda g, y, self, upper: _cholesky_rule(g, y, self, upper))


def _pinv_rule(g: Tensor, y: Tensor, a: Tensor, hermitian: bool) -> Tensor:
    """By Golub and Pereyra (1973), for a rank that does not change: equal or vanishing singular values do no harm."""
    if hermitian:
        return _of_triangle(_pinv_rule(g, y, _hermitian(a, True), False), a, True)
    gh, yh = adjoint(g), adjoint(y)
    beside_rows = gh - aten.matmul(a, aten.matmul(y, gh))
    beside_columns = gh - aten.matmul(aten.matmul(gh, y), a)
    return (
        aten.matmul(beside_rows, aten.matmul(y, yh))
        + aten.matmul(aten.matmul(yh, y), beside_columns)
        - aten.matmul(yh, aten.matmul(g, yh))
    )


define("linalg_pinv.atol_rtol_tensor", self=lambda g, y, self, hermitian: _pinv_rule(g, y, self, hermitian))
