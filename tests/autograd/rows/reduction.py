"""Rows of rules/reduction.py."""

import numpy as np

from numtorch._core import kernel
from tests.autograd.rows.operands import INDICES, A, B, Row, Z, k, like, real

ROWS: dict[str, list[Row]] = {
    "sum": [(k("sum"), (A,)), (k("sum"), (np.array(1.5),))],
    "sum.dim_IntList": [
        (k("sum.dim_IntList", [1]), (A,)),
        (k("sum.dim_IntList", [0, 1], True), (Z,)),
        (k("sum.dim_IntList", None), (A,)),
    ],
    "nansum": [(k("nansum", [0]), (A,))],
    "mean": [(k("mean"), (A,))],
    "mean.dim": [(k("mean.dim", [-1], True), (A,)), (k("mean.dim", None), (A,))],
    "var.correction": [(k("var.correction", [1]), (A,)), (k("var.correction", None, correction=0), (A,))],
    "std.correction": [(k("std.correction", [0], correction=0, keepdim=True), (A,))],
    "prod": [(k("prod"), (A,)), (k("prod"), (np.array([2.0, 0.0, 3.0]),)), (k("prod"), (Z,))],
    "prod.dim_int": [(k("prod.dim_int", 1), (A,)), (k("prod.dim_int", 0, True), (A * np.array([0, 1, 1]),))],
    "amax": [(k("amax", [1]), (A,)), (k("amax", (), True), (A,))],
    "amin": [(k("amin", [0, 1]), (A,))],
    "max": [(k("max"), (A,))],
    "min": [(k("min"), (A,))],
    "logsumexp": [(k("logsumexp", [1]), (A,)), (k("logsumexp", [0], True), (A,))],
    "cumsum": [(k("cumsum", 1), (A,)), (k("cumsum", 0), (Z,))],
    "cumprod": [(k("cumprod", 1), (A,)), (k("cumprod", 0), (np.array([2.0, 0.0, 3.0]),))],
    "logcumsumexp": [(k("logcumsumexp", 1), (A,)), (k("logcumsumexp", 0), (Z,))],
    **{
        name: [(lambda x, name=name: kernel(name)(x, 1)[0], (A,))]
        for name in ("cummax", "cummin", "max.dim", "min.dim")
    },
    "median.dim": [(lambda x: kernel("median.dim")(x, 1)[0], (A,))],
    "kthvalue": [(lambda x: kernel("kthvalue")(x, 2)[0], (A,))],
    "topk": [(lambda x: kernel("topk")(x, 2)[0], (A,))],
    "sort": [(lambda x: kernel("sort")(x, 0)[0], (A,))],
    "sort.stable": [(lambda x: kernel("sort.stable")(x, stable=True, dim=1)[0], (A,))],
    "reshape": [(k("reshape", [3, 2]), (A,))],
    "unsqueeze": [(k("unsqueeze", 1), (A,))],
    "expand": [(k("expand", [4, 2, 3]), (A,)), (k("expand", [2, 3]), (real(1, 3),))],
    "flip": [(k("flip", [0, 1]), (A,))],
    "narrow": [(k("narrow", 1, 1, 2), (A,)), (k("narrow", 1, -2, 1), (A,))],
    "cat": [(lambda x, y: kernel("cat")([x, y, x], 1), (A, B))],
    "scatter_add": [
        (lambda x, v: kernel("scatter_add")(x, 1, like(x, INDICES), v), (A, B)),
        (lambda x, v: kernel("scatter_add")(x, 1, like(x, INDICES), v), (A, real(3, 4))),
    ],
    "scatter.src": [(lambda x, v: kernel("scatter.src")(x, 1, like(x, INDICES[:1]), v), (A, real(1, 3)))],
}
