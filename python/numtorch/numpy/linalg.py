"""`numpy.linalg` on Tensors."""

from numpy.linalg import LinAlgError

from numtorch.functions.linalg.decomposition import cholesky, eig, eigh, eigvals, eigvalsh, qr, svd, svdvals
from numtorch.functions.linalg.linalg import cond, det, matrix_power, matrix_rank, multi_dot, slogdet
from numtorch.functions.linalg.norm import matrix_norm, norm, vector_norm
from numtorch.functions.linalg.products import linalg_cross as cross
from numtorch.functions.linalg.products import linalg_diagonal as diagonal
from numtorch.functions.linalg.products import linalg_matmul as matmul
from numtorch.functions.linalg.products import linalg_outer as outer
from numtorch.functions.linalg.products import linalg_tensordot as tensordot
from numtorch.functions.linalg.products import linalg_trace as trace
from numtorch.functions.linalg.products import linalg_vecdot as vecdot
from numtorch.functions.linalg.solve import inv, lstsq, pinv, solve, tensorinv, tensorsolve
from numtorch.functions.manipulation.shape import matrix_transpose

__all__ = [
    "LinAlgError",
    "cholesky",
    "cond",
    "cross",
    "det",
    "diagonal",
    "eig",
    "eigh",
    "eigvals",
    "eigvalsh",
    "inv",
    "lstsq",
    "matmul",
    "matrix_norm",
    "matrix_power",
    "matrix_rank",
    "matrix_transpose",
    "multi_dot",
    "norm",
    "outer",
    "pinv",
    "qr",
    "slogdet",
    "solve",
    "svd",
    "svdvals",
    "tensordot",
    "tensorinv",
    "tensorsolve",
    "trace",
    "vecdot",
    "vector_norm",
]
