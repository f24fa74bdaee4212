"""Rows of rules/fft.py."""

from tests.autograd.rows.operands import Row, cplx, k, real

ROWS: dict[str, list[Row]] = {
    "_fft_c2c": [(k("_fft_c2c", [1], 0, True), (cplx(2, 3),)), (k("_fft_c2c", [0, 1], 2, False), (cplx(2, 3),))],
    "_fft_r2c": [
        (k("_fft_r2c", [1], 0, True), (real(2, 5),)),
        (k("_fft_r2c", [0], 1, True), (real(4, 2),)),
        (k("_fft_r2c", [0, 1], 2, True), (real(3, 4),)),
        (k("_fft_r2c", [1], 0, False), (real(2, 3),)),
    ],
    "_fft_c2r": [
        (k("_fft_c2r", [1], 0, 4), (cplx(2, 3),)),
        (k("_fft_c2r", [0], 2, 5), (cplx(3, 2),)),
        (k("_fft_c2r", [0, 1], 1, 4), (cplx(2, 3),)),
    ],
}
