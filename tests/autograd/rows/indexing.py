"""Rows of rules/indexing.py."""

import numpy as np

from numtorch import _core
from numtorch._core import kernel
from tests.autograd.rows.operands import INDICES, MASK, ROW, A, Row, V, W, Z, like, real

ROWS: dict[str, list[Row]] = {
    "repeat_interleave.self_Tensor": [
        (lambda x: kernel("repeat_interleave.self_Tensor")(x, like(x, ROW), 1), (A,)),
        (lambda x: kernel("repeat_interleave.self_Tensor")(x, like(x, ROW)), (V,)),
    ],
    "getitem": [(lambda x: x[1, ::2], (A,)), (lambda x: x[like(x, ROW[:1]) * 0, 1:], (A,))],
    "setitem": [(lambda x, v: _core.setitem(x, (slice(None), 1), v), (A, real(2)))],
    "additem": [(lambda x, v: _core.additem(x, (like(x, ROW % 2),), v), (A, real(3, 3)))],
    "strided_view": [
        (lambda x: _core.strided_view(x, (2, 2), (1, 3), 1), (real(6),)),
        (lambda x: _core.strided_view(x, (3, 2), (1, 1), 0), (real(6),)),
    ],
    "strided_write": [(lambda x, v: _core.strided_write(x, v, (2, 2), (1, 3), 1), (real(6), real(2, 2)))],
    "complex_view": [
        (lambda x: _core.complex_view(x, (2, 2), (2, 1), 0), (real(8),)),
        (lambda x: _core.complex_view(x, (2, 2), (1, 1), 1), (real(8),)),
    ],
    "complex_write": [
        (lambda x, v: _core.complex_write(x, v * (1 + 2j), (2,), (2,), 1), (real(8), real(2))),
    ],
    "index.Tensor": [(lambda x: kernel("index.Tensor")(x, [None, like(x, ROW)]), (A,))],
    "index_put": [
        (lambda x, v: kernel("index_put")(x, [like(x, ROW[:2] % 2)], v), (A, real(2, 3))),
        (lambda x, v: kernel("index_put")(x, [like(x, ROW % 2)], v, True), (A, real(3, 3))),
    ],
    "index_select": [(lambda x: kernel("index_select")(x, 1, like(x, ROW)), (A,))],
    "index_add": [
        (lambda x, v: kernel("index_add")(x, 1, like(x, ROW), v, alpha=2), (A, real(2, 3))),
        (lambda x, v: kernel("index_add")(x, 1, like(x, ROW), v, alpha=2 - 1j), (Z, W)),
    ],
    "gather": [(lambda x: kernel("gather")(x, 1, like(x, INDICES)), (A,))],
    "scatter.value": [(lambda x: kernel("scatter.value")(x, 1, like(x, INDICES), 2.0), (A,))],
    "take": [(lambda x: kernel("take")(x, like(x, INDICES)), (A,))],
    "take_along_dim": [
        (lambda x: kernel("take_along_dim")(x, like(x, INDICES), 1), (A,)),
        (lambda x: kernel("take_along_dim")(x, like(x, INDICES)), (A,)),
        (lambda x: kernel("take_along_dim")(x, like(x, INDICES[:1, :2]), 1), (A,)),
        (lambda x: kernel("take_along_dim")(x, like(x, INDICES), -1), (A[:1],)),
    ],
    "put": [
        (lambda x, v: kernel("put")(x, like(x, ROW), v), (A, V)),
        (lambda x, v: kernel("put")(x, like(x, ROW), v, True), (A, V)),
    ],
    "masked_fill.Scalar": [(lambda x: kernel("masked_fill.Scalar")(x, like(x, MASK), 2.0), (A,))],
    "masked_fill.Tensor": [(lambda x, v: kernel("masked_fill.Tensor")(x, like(x, MASK), v), (A, np.array(1.5)))],
    "masked_select": [(lambda x: kernel("masked_select")(x, like(x, MASK)), (A,))],
    "masked_scatter": [(lambda x, v: kernel("masked_scatter")(x, like(x, MASK), v), (A, real(4)))],
}
