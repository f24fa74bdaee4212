"""`numpy.linalg` on Tensors."""

from numpy.linalg import LinAlgError

from numtorch.functions.decomposition import cholesky, eig, eigh, eigvals, eigvalsh, qr, svd, svdvals
from numtorch.functions.dot import linalg_cross as cross
from numtorch.functions.dot import linalg_diagonal as diagonal
from numtorch.functions.dot import linalg_matmul as matmul
from numtorch.functions.dot import linalg_outer as outer
from numtorch.functions.dot import linalg_tensordot as tensordot
from numtorch.functions.dot import linalg_trace as trace
from numtorch.functions.dot import linalg_vecdot as vecdot
from numtorch.functions.linalg import cond, det, matrix_power, matrix_rank, multi_dot, slogdet
from numtorch.functions.norm import matrix_norm, norm, vector_norm
from numtorch.functions.shape import matrix_transpose
from numtorch.functions.solve import inv, lstsq, pinv, solve, tensorinv, tensorsolve

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
