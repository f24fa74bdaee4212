"""Rows of rules/decomposition.py. What the phases of singular vectors decide is left out of the comparison."""

import numpy as np

from numtorch._core import kernel, tensor
from tests.autograd.rows.operands import A, Q, Row, S, Z, k, real

SPIRAL = np.array([[0.5, -2.0, 0.3], [1.5, 0.7, 0.1], [0.2, 0.4, 3.0]])  # two of the eigenvalues are a complex pair


def singular(x):  # type: ignore[no-untyped-def]
    return kernel("_linalg_svd")(x)


def values(x):  # type: ignore[no-untyped-def]
    return kernel("_linalg_svd")(x, full_matrices=False, compute_uv=False)[1]


def whole(x):  # type: ignore[no-untyped-def]
    u, s, vh = kernel("_linalg_svd")(x, full_matrices=True)
    return u[:, :2] ** 2, s, vh[:2] ** 2


def complete(x):  # type: ignore[no-untyped-def]
    q, r = kernel("linalg_qr")(x, "complete")
    return q[:, :2], r


def pinv(x):  # type: ignore[no-untyped-def]
    return kernel("linalg_pinv.atol_rtol_tensor")(x, rtol=tensor(1e-12, dev=x.dev))


ROWS: dict[str, list[Row]] = {
    "linalg_cholesky_ex": [
        (lambda x, upper=upper: kernel("linalg_cholesky_ex")(x @ x.T, upper=upper)[0], (S,)) for upper in (False, True)
    ],
    "linalg_cholesky": [
        (lambda x, upper=upper: kernel("linalg_cholesky")(x @ x.T, upper=upper), (S,)) for upper in (False, True)
    ],
    "linalg_eig": [
        (k("linalg_eig"), (SPIRAL,)),
        (k("linalg_eig"), (Q,)),
        (k("linalg_eig"), (np.stack([SPIRAL, SPIRAL.T + S]),)),
    ],
    "linalg_eigvals": [(k("linalg_eigvals"), (SPIRAL,)), (k("linalg_eigvals"), (Q,))],
    "_linalg_eigh": [(lambda x: kernel("_linalg_eigh")(x + x.T)[0], (S,))],
    "_linalg_svd": [
        (lambda x: singular(x)[1], (S,)),
        (lambda x: singular(x)[1], (Z,)),
        (values, (Z,)),
        (whole, (A,)),
        (whole, (A.T,)),
    ],
    "linalg_pinv.atol_rtol_tensor": [
        (pinv, (A,)),
        (pinv, (np.stack([Z.T, Z.T * 2]),)),
        (lambda x: pinv(np.outer(x[:2], x[2:]) + 0.0), (real(5),)),
    ],
    "linalg_qr": [
        (lambda x: kernel("linalg_qr")(x)[1] ** 2, (S,)),
        (k("linalg_qr"), (A,)),
        (k("linalg_qr"), (Z,)),
        (k("linalg_qr"), (real(2, 4, 2),)),
        (complete, (A.T,)),
        (complete, (A,)),
    ],
}
