"""Rules of decompositions. Gradients exist where the eigenvalues or singular values that are told apart differ."""

from __future__ import annotations

from typing import Any

from numtorch._core import Tensor, kernel
from numtorch.autograd.rule import conj, define, refuse
from numtorch.autograd.rules.linalg import adjoint
from numtorch.autograd.tape import zeros_like

_abs = kernel("abs")
_any = kernel("any")
_argmax = kernel("argmax")
_cat = kernel("cat")
_eq_scalar = kernel("eq.Scalar")
_where_self = kernel("where.ScalarSelf")
_diag_embed = kernel("diag_embed")
_diagonal = kernel("diagonal")
_eig = kernel("linalg_eig")
_eigh = kernel("_linalg_eigh")
_gather = kernel("gather")
_imag = kernel("imag")
_matmul = kernel("matmul")
_narrow = kernel("narrow")
_not_zero = kernel("ne.Scalar")
_scatter_add = kernel("scatter_add")
_solve_ex = kernel("linalg_solve_ex")
_solve_triangular = kernel("linalg_solve_triangular")
_sum = kernel("sum.dim_IntList")
_svd = kernel("_linalg_svd")
_tril = kernel("tril")
_triu = kernel("triu")
_unsqueeze = kernel("unsqueeze")


def _determined(function: str, g: Any, dim: int, k: int) -> Any:
    """The gradient of the first k vectors, which A determines; NotImplementedError if others have one, too."""
    if g is None or g.shape[dim] == k:
        return g
    if bool(_any(_not_zero(_narrow(g, dim, k, g.shape[dim] - k), 0))):
        raise NotImplementedError(f"gradient: {function} gave vectors that A does not determine, and they were used")
    return _narrow(g, dim, 0, k)


def _skew(a: Tensor) -> Tensor:
    return a - adjoint(a)


def _gaps(values: Tensor) -> Tensor:
    """values_j - values_i off the diagonal, 1 on it."""
    gaps = _unsqueeze(values, -2) - _unsqueeze(values, -1)
    return gaps + _diag_embed(values * 0.0 + 1.0)


def _eigh_rule(gs: Any, y: Any, a: Tensor) -> Tensor:
    """A is taken as Hermitian: the gradient is given for both triangles."""
    g_values, g_vectors = gs
    values, vectors = y
    if not vectors.size:
        vectors = _eigh(a, "L", True)[1]
    middle: Any = 0.0
    if g_vectors is not None:
        overlap = _matmul(adjoint(vectors), g_vectors)
        overlap = overlap - _diag_embed(_diagonal(overlap, 0, -2, -1))
        middle = overlap / _gaps(values)
    if g_values is not None:
        middle = middle + _diag_embed(g_values)
    full = _matmul(vectors, _matmul(middle + 0.0 * vectors, adjoint(vectors)))
    return 0.5 * (full + adjoint(full))


define("_linalg_eigh", A=lambda g, y, A: _eigh_rule(g, y, A))


def _with_fixed_phases(g: Tensor, vectors: Tensor) -> Tensor:
    """The gradient of eigenvectors whose phase is free.

    LAPACK turns each so that its largest component is real: what turning it changes goes through that component.
    """
    if not vectors.size:
        return g
    place = _argmax(_abs(vectors), -2, True)
    turn = _imag(_sum(conj(vectors) * g, [-2], True)) / _gather(vectors, -2, place)
    return _scatter_add(g, -2, place, -1j * turn)


def _eig_rule(gs: Any, y: Any) -> Tensor:
    """Each eigenvector has the length 1."""
    g_values, g_vectors = gs
    values, vectors = y
    middle: Any = 0.0
    if g_vectors is not None:
        g_vectors = _with_fixed_phases(g_vectors, vectors)
        overlap = _matmul(adjoint(vectors), g_vectors)
        lengths = _unsqueeze(_diagonal(overlap, 0, -2, -1), -2)
        overlap = overlap - _matmul(adjoint(vectors), vectors) * lengths
        middle = overlap / conj(_gaps(values))
    if g_values is not None:
        middle = middle + _diag_embed(g_values)
    back = adjoint(vectors)
    return _solve_ex(back, _matmul(middle, back))[0]


define("linalg_eig", self=lambda g, y: _eig_rule(g, y))
define("linalg_eigvals", self=lambda g, self: _eig_rule((g, None), _eig(self)))


def _svd_rule(gs: Any, y: Any, a: Tensor, full_matrices: bool) -> Tensor:
    if not a.size:
        return zeros_like(a)
    g_u, g_s, g_vh = gs
    u, s, vh = y
    if not u.size and s.size:
        u, s, vh = _svd(a, False, True)
    if full_matrices:
        k = s.shape[-1]
        u, vh = _narrow(u, -1, 0, k), _narrow(vh, -2, 0, k)
        g_u, g_vh = _determined("svd", g_u, -1, k), _determined("svd", g_vh, -2, k)
    # A singular value at 0 is at the kink of an absolute value.
    g_s = s * 0.0 if g_s is None else _where_self(_eq_scalar(s, 0), 0.0, g_s)
    middle = _diag_embed(g_s) + 0.0 * _matmul(adjoint(u), u)
    gaps = _gaps(s * s)
    row, column = _unsqueeze(s, -2), _unsqueeze(s, -1)
    outside: Any = 0.0
    if g_u is not None:
        turn = _skew(_matmul(adjoint(u), g_u))
        middle = middle + turn / gaps * row + _phase(turn, s)
        rest = g_u - _matmul(u, _matmul(adjoint(u), g_u))
        outside = outside + _matmul(rest / row, vh)
    if g_vh is not None:
        g_v = adjoint(g_vh)
        turn = _skew(_matmul(vh, g_v))
        middle = middle + column * turn / gaps
        rest = g_v - _matmul(adjoint(vh), _matmul(vh, g_v))
        outside = outside + _matmul(u / row, adjoint(rest))
    return _matmul(u, _matmul(middle, vh)) + outside


def _phase(turn: Tensor, s: Tensor) -> Any:
    """The common phase of a pair of complex singular vectors, given to U."""
    return _diag_embed(_diagonal(turn, 0, -2, -1) / (2.0 * s)) if turn.dtype.kind == "c" else 0.0


define("_linalg_svd", A=lambda g, y, A, full_matrices: _svd_rule(g, y, A, full_matrices))


def _square_qr_rule(g_q: Any, g_r: Any, q: Tensor, r: Tensor) -> Tensor:
    """For at least as many rows as columns."""
    inner: Any = 0.0
    if g_r is not None:
        inner = inner + _matmul(g_r, adjoint(r))
    if g_q is not None:
        inner = inner - _matmul(adjoint(q), g_q)
    upper = _triu(inner, 0)
    symmetric = upper + adjoint(upper)
    symmetric = symmetric - _diag_embed(_diagonal(symmetric, 0, -2, -1)) * 0.5
    full = _matmul(q, symmetric)
    full = full if g_q is None else full + g_q
    return adjoint(_solve_triangular(r, adjoint(full), upper=True))


def _qr_rule(gs: Any, y: Any, a: Tensor, mode: str) -> Tensor:
    g_q, g_r = gs
    q, r = y
    if mode == "r":
        raise NotImplementedError("gradient: the kernel linalg_qr in mode 'r' keeps no Q; use mode 'reduced'")
    rows, columns = a.shape[-2:]
    if rows >= columns:
        g_q = _determined("qr", g_q, -1, columns)
        g_r = None if g_r is None else _narrow(g_r, -2, 0, columns)
        return _square_qr_rule(g_q, g_r, _narrow(q, -1, 0, columns), _narrow(r, -2, 0, columns))
    # A = [X Y], R = [U V]: Q and U come from the square X, and V = Q^H Y.
    g_u = g_y = None
    if g_r is not None:
        g_u, g_v = _narrow(g_r, -1, 0, rows), _narrow(g_r, -1, rows, columns - rows)
        g_y = _matmul(q, g_v)
        through_q = _matmul(_narrow(a, -1, rows, columns - rows), adjoint(g_v))
        g_q = through_q if g_q is None else g_q + through_q
    g_x = _square_qr_rule(g_q, g_u, q, _narrow(r, -1, 0, rows))
    return _cat([g_x, g_y if g_y is not None else _narrow(a, -1, rows, columns - rows) * 0.0], -1)


define("linalg_qr", A=lambda g, y, A, mode: _qr_rule(g, y, A, mode))
refuse("geqrf", "the reflectors of qr's mode 'raw' have no rule; the modes 'reduced' and 'complete' have one")


def _half_lower(a: Tensor) -> Tensor:
    """The lower triangle with the diagonal halved."""
    lower = _tril(a, 0)
    return lower - _diag_embed(_diagonal(a, 0, -2, -1)) * 0.5


def _cholesky_rule(g: Tensor, factor: Tensor, upper: bool) -> Tensor:
    g, lower = (adjoint(g), adjoint(factor)) if upper else (g, factor)
    middle = _half_lower(_matmul(adjoint(lower), g))
    middle = middle + adjoint(middle)
    left = _solve_triangular(adjoint(lower), middle, upper=True)
    return adjoint(_solve_triangular(adjoint(lower), adjoint(left), upper=True)) * 0.5


define(
    "linalg_cholesky_ex", self=lambda g, y, upper: None if g[0] is None else _cholesky_rule(g[0], y[0], upper)
)
define("linalg_cholesky", self=lambda g, y, upper: _cholesky_rule(g, y, upper))


def _pinv_rule(g: Tensor, y: Tensor, a: Tensor) -> Tensor:
    """By Golub and Pereyra (1973), for a rank that does not change: equal or vanishing singular values do no harm."""
    gh, yh = adjoint(g), adjoint(y)
    beside_rows = gh - _matmul(a, _matmul(y, gh))
    beside_columns = gh - _matmul(_matmul(gh, y), a)
    return _matmul(beside_rows, _matmul(y, yh)) + _matmul(_matmul(yh, y), beside_columns) - _matmul(yh, _matmul(g, yh))


define("linalg_pinv.atol_rtol_tensor", self=lambda g, y, self: _pinv_rule(g, y, self))
