"""Rows of rules/special.py."""

import numpy as np

from numtorch._core import kernel
from tests.autograd.rows.operands import A, P, Row, W, Z, k, like, positive, small

ZEROS = np.zeros(2)
EITHER_SIGN = ("erf", "erfc", "special_erfcx", "special_log_ndtr", "sigmoid", "log_sigmoid", "special_i0e")
SMOOTH_AT_ZERO = ("i0", "special_i1")
POSITIVE = (
    "lgamma",
    "digamma",
    "special_entr",
    "special_modified_bessel_k0",
    "special_modified_bessel_k1",
    "special_scaled_modified_bessel_k0",
    "special_scaled_modified_bessel_k1",
)

ROWS: dict[str, list[Row]] = {
    **{name: [(k(name), (A,))] for name in (*EITHER_SIGN, "special_i1e")},
    **{name: [(k(name), (A,)), (k(name), (ZEROS,))] for name in SMOOTH_AT_ZERO},
    **{name: [(k(name), (P,))] for name in POSITIVE},
    "sigmoid_backward": [(k("sigmoid_backward"), (A, P)), (k("sigmoid_backward"), (Z, W))],
    "erfinv": [(k("erfinv"), (small(2, 3),))],
    "logit": [(k("logit"), (positive(2, 3) * 0.5,)), (k("logit", 0.35), (positive(2, 3) * 0.5,))],
    "special_ndtri": [(k("special_ndtri"), (positive(2, 3) * 0.5,))],
    "polygamma": [(lambda x: kernel("polygamma")(1, x), (P,))],
    # No derivatives in the first argument, whose numbers are no arguments here.
    "special_zeta": [(lambda x: kernel("special_zeta")(like(x, P + 1.5), x), (P,))],
    "special_gammainc": [(lambda x: kernel("special_gammainc")(like(x, P + 1), x), (positive(2, 3),))],
    "special_gammaincc": [(lambda x: kernel("special_gammaincc")(like(x, P + 1), x), (positive(2, 3),))],
    "xlogy.Tensor": [(k("xlogy.Tensor"), (A, P))],
    "special_xlog1py": [(k("special_xlog1py"), (A, P))],
}
