"""Rows of rules/linalg.py."""

import numpy as np

from numtorch._core import kernel
from tests.autograd.rows.operands import A, B, Q, Row, S, V, W, Z, cplx, k, real

ROWS: dict[str, list[Row]] = {
    "mm": [(k("mm"), (A, S)), (k("mm"), (Z, Q))],
    "bmm": [(k("bmm"), (real(2, 2, 3), real(2, 3, 2)))],
    "mv": [(k("mv"), (A, V)), (k("mv"), (Z, cplx(3)))],
    "dot": [(k("dot"), (V, real(3))), (k("dot"), (cplx(3), cplx(3)))],
    "vdot": [(k("vdot"), (V, real(3))), (k("vdot"), (cplx(3), cplx(3)))],
    "outer": [(k("outer"), (V, real(2))), (k("outer"), (cplx(3), cplx(2)))],
    "linalg_cross": [
        (k("linalg_cross"), (A, B)),
        (k("linalg_cross"), (Z, cplx(1, 3))),
        (k("linalg_cross", dim=0), (S, real(3, 1))),
    ],
    "matmul": [
        (k("matmul"), (real(2, 2, 3), S)),
        (k("matmul"), (V, S)),
        (k("matmul"), (Q, cplx(3))),
        (k("matmul"), (V, np.stack([S, S.T]))),
        (k("matmul"), (np.stack([Q, Q.T]), Q[0])),
    ],
    "addmm": [(k("addmm", beta=2, alpha=3), (B, A, S)), (k("addmm", beta=2 + 1j, alpha=1 - 3j), (Z, W, Q))],
    "linear": [
        (k("linear"), (A, S, V)),
        (k("linear"), (A, B)),
        (k("linear"), (Z, Q, cplx(3))),
    ],
    "einsum": [(lambda x, y: kernel("einsum")("ij,kj->ik", [x, y]), (A, B))],
    "linalg_vector_norm": [(k("linalg_vector_norm", p, [1]), (A,)) for p in (1, 2, 3.5, np.inf, -np.inf)]
    + [(k("linalg_vector_norm", 2), (Z,))],
    "linalg_inv_ex": [(lambda x: kernel("linalg_inv_ex")(x)[0], (S,)), (lambda x: kernel("linalg_inv_ex")(x)[0], (Q,))],
    "linalg_inv": [(k("linalg_inv"), (S,))],
    "linalg_solve_ex": [
        (lambda x, y: kernel("linalg_solve_ex")(x, y)[0], (S, real(3, 2))),
        (lambda x, y: kernel("linalg_solve_ex")(x, y, left=False)[0], (Q, cplx(2, 3))),
    ],
    "linalg_solve": [(k("linalg_solve"), (Q, cplx(3))), (k("linalg_solve", left=False), (S, real(2, 3)))],
    "linalg_solve_triangular": [
        (lambda x, y: kernel("linalg_solve_triangular")(x, y, upper=True), (S, real(3, 2))),
        (lambda x, y: kernel("linalg_solve_triangular")(x, y, upper=False, unitriangular=True), (S, real(3, 2))),
        (lambda x, y: kernel("linalg_solve_triangular")(x, y, upper=True, left=False), (S, real(2, 3))),
    ],
    "_linalg_det": [(lambda x: kernel("_linalg_det")(x)[0], (S,)), (lambda x: kernel("_linalg_det")(x)[0], (Q,))],
    "linalg_det": [(k("linalg_det"), (S,))],
    "_linalg_slogdet": [(lambda x: kernel("_linalg_slogdet")(x)[:2], (Q,))],
    "linalg_slogdet": [(lambda x: kernel("linalg_slogdet")(x)[1], (S,))],
}
