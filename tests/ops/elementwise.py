"""The ufuncs: where each is defined and smooth, and how near to NumPy it must come. Data only."""

from typing import NamedTuple

import numpy as np

Range = tuple[float, float]
CLIP = np._core.umath.clip


class Row(NamedTuple):
    """A ufunc, the ranges in which it is smooth (one for each argument), how often it is differentiable there (0: its
    derivative is zero or does not exist), whether complex arguments are too, and the accuracy in units of the dtype's
    resolution."""

    ufunc: np.ufunc
    ranges: tuple[Range, ...] = ()
    order: int = 3
    complex: bool = False
    ulps: int = 8


ANY = (-2.0, 2.0)
POSITIVE = (0.3, 2.0)
UNIT = (-0.8, 0.8)

ROWS = [
    Row(np.add, (ANY, ANY), complex=True),
    Row(np.subtract, (ANY, ANY), complex=True),
    Row(np.multiply, (ANY, ANY), complex=True),
    Row(np.divide, (ANY, POSITIVE), complex=True),
    Row(np.floor_divide, (POSITIVE, (2.5, 3.0)), order=0),
    Row(np.remainder, ((0.2, 0.9), (1.0, 2.0))),
    Row(np.fmod, ((0.2, 0.9), (1.0, 2.0))),
    Row(np.divmod, ((0.2, 0.9), (1.0, 2.0))),
    Row(np.power, (POSITIVE, ANY), complex=True, ulps=64),
    Row(np.float_power, (POSITIVE, ANY), complex=True, ulps=64),
    Row(np.negative, (ANY,), complex=True),
    Row(np.positive, (ANY,), complex=True),
    Row(np.absolute, (POSITIVE,), complex=True),
    Row(np.fabs, (POSITIVE,)),
    Row(np.sign, (POSITIVE,), order=0),
    Row(np.reciprocal, (POSITIVE,), complex=True),
    Row(np.square, (ANY,), complex=True),
    Row(np.sqrt, (POSITIVE,), complex=True),
    Row(np.cbrt, (POSITIVE,)),
    Row(np.hypot, (POSITIVE, ANY)),
    Row(np.exp, (ANY,), complex=True),
    Row(np.exp2, (ANY,), complex=True),
    Row(np.expm1, (ANY,), complex=True),
    Row(np.log, (POSITIVE,), complex=True),
    Row(np.log2, (POSITIVE,), complex=True),
    Row(np.log10, (POSITIVE,), complex=True),
    Row(np.log1p, (POSITIVE,), complex=True),
    Row(np.logaddexp, (ANY, ANY)),
    Row(np.logaddexp2, (ANY, ANY)),
    Row(np.sin, (ANY,), complex=True),
    Row(np.cos, (ANY,), complex=True),
    Row(np.tan, ((-1.0, 1.0),), complex=True),
    Row(np.arcsin, (UNIT,), complex=True),
    Row(np.arccos, (UNIT,), complex=True),
    Row(np.arctan, (UNIT,), complex=True),
    Row(np.arctan2, (POSITIVE, POSITIVE)),
    Row(np.sinh, (ANY,), complex=True),
    Row(np.cosh, (ANY,), complex=True),
    Row(np.tanh, ((-1.0, 1.0),), complex=True),
    Row(np.arcsinh, (UNIT,), complex=True),
    Row(np.arccosh, ((1.2, 3.0),), complex=True),
    Row(np.arctanh, (UNIT,), complex=True),
    Row(np.degrees, (ANY,)),
    Row(np.rad2deg, (ANY,)),
    Row(np.radians, (ANY,)),
    Row(np.deg2rad, (ANY,)),
    Row(np.floor, ((0.1, 0.9),), order=0),
    Row(np.ceil, ((0.1, 0.9),), order=0),
    Row(np.trunc, ((0.1, 0.9),), order=0),
    Row(np.rint, ((0.1, 0.4),), order=0),
    Row(np.equal, (ANY, ANY), order=0),
    Row(np.not_equal, (ANY, ANY), order=0),
    Row(np.less, (ANY, ANY), order=0),
    Row(np.less_equal, (ANY, ANY), order=0),
    Row(np.greater, (ANY, ANY), order=0),
    Row(np.greater_equal, (ANY, ANY), order=0),
    Row(np.logical_and, (ANY, ANY), order=0),
    Row(np.logical_or, (ANY, ANY), order=0),
    Row(np.logical_xor, (ANY, ANY), order=0),
    Row(np.logical_not, (ANY,), order=0),
    Row(np.maximum, (ANY, ANY), complex=True),
    Row(np.minimum, (ANY, ANY), complex=True),
    Row(np.fmax, (ANY, ANY), complex=True),
    Row(np.fmin, (ANY, ANY), complex=True),
    Row(CLIP, (ANY, (-1.5, -1.0), (1.0, 1.5))),
    Row(np.bitwise_and, order=0),
    Row(np.bitwise_or, order=0),
    Row(np.bitwise_xor, order=0),
    Row(np.invert, order=0),
    Row(np.left_shift, order=0),
    Row(np.right_shift, order=0),
    Row(np.bitwise_count, order=0),
    Row(np.gcd, order=0),
    Row(np.lcm, order=0),
    Row(np.isfinite, (ANY,), order=0),
    Row(np.isinf, (ANY,), order=0),
    Row(np.isnan, (ANY,), order=0),
    Row(np.signbit, (ANY,), order=0),
    Row(np.copysign, (POSITIVE, POSITIVE)),
    Row(np.nextafter, (ANY, ANY)),
    Row(np.spacing, (ANY,), order=0),
    Row(np.ldexp, order=0),  # one of its arguments is an integer: see autograd/test_elementwise.py
    Row(np.frexp, ((1.1, 1.9),)),
    Row(np.modf, ((0.1, 0.9),)),
    Row(np.heaviside, (POSITIVE, ANY), order=0),
    Row(np.conjugate, (ANY,), complex=True),
    Row(np.matmul, (ANY, ANY), complex=True),
    Row(np.vecdot, (ANY, ANY), complex=True),
]
if hasattr(np, "matvec"):  # NumPy 2.2
    ROWS += [
        Row(np.matvec, (ANY, ANY), complex=True),
        Row(np.vecmat, (ANY, ANY), complex=True),
    ]
