"""`numpy.linalg` on Tensors."""

from __future__ import annotations

from numpy.linalg import LinAlgError as LinAlgError

from numtorch.functions.decomposition import (
    cholesky as cholesky,
)
from numtorch.functions.decomposition import (
    eig as eig,
)
from numtorch.functions.decomposition import (
    eigh as eigh,
)
from numtorch.functions.decomposition import (
    eigvals as eigvals,
)
from numtorch.functions.decomposition import (
    eigvalsh as eigvalsh,
)
from numtorch.functions.decomposition import (
    qr as qr,
)
from numtorch.functions.decomposition import (
    svd as svd,
)
from numtorch.functions.decomposition import (
    svdvals as svdvals,
)
from numtorch.functions.dot import (
    linalg_cross as cross,
)
from numtorch.functions.dot import (
    linalg_diagonal as diagonal,
)
from numtorch.functions.dot import (
    linalg_matmul as matmul,
)
from numtorch.functions.dot import (
    linalg_outer as outer,
)
from numtorch.functions.dot import (
    linalg_tensordot as tensordot,
)
from numtorch.functions.dot import (
    linalg_trace as trace,
)
from numtorch.functions.dot import (
    linalg_vecdot as vecdot,
)
from numtorch.functions.linalg import (
    cond as cond,
)
from numtorch.functions.linalg import (
    det as det,
)
from numtorch.functions.linalg import (
    matrix_power as matrix_power,
)
from numtorch.functions.linalg import (
    matrix_rank as matrix_rank,
)
from numtorch.functions.linalg import (
    multi_dot as multi_dot,
)
from numtorch.functions.linalg import (
    slogdet as slogdet,
)
from numtorch.functions.norm import (
    matrix_norm as matrix_norm,
)
from numtorch.functions.norm import (
    norm as norm,
)
from numtorch.functions.norm import (
    vector_norm as vector_norm,
)
from numtorch.functions.shape import (
    matrix_transpose as matrix_transpose,
)
from numtorch.functions.solve import (
    inv as inv,
)
from numtorch.functions.solve import (
    lstsq as lstsq,
)
from numtorch.functions.solve import (
    pinv as pinv,
)
from numtorch.functions.solve import (
    solve as solve,
)
from numtorch.functions.solve import (
    tensorinv as tensorinv,
)
from numtorch.functions.solve import (
    tensorsolve as tensorsolve,
)

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
