"""The table of ufuncs: one row each, which kernel (or composition) computes it for which kind of dtype."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from numtorch import kernels as aten
from numtorch._core import Kernel, kernel
from numtorch.functions.dtypes import FLOAT32, INT64, UINT64, complex_power, complexes, floats, integers, unsigned
from numtorch.functions.dtypes.storage import COMPUTE_DTYPES, Compute, Dtype, on_bits, through
from numtorch.functions.ufuncs import matmul as products


class Row(NamedTuple):
    """A ufunc and what computes it, by the kind of the dtype it computes in; None where NumPy has no such loop.

    `direct` names the kinds for which `kernel` alone gives NumPy's result on the dtypes that libtorch computes with:
    b (bool), i (int8 to int64, uint8), f, c. `scalar` is a kernel with a Python number as second argument. `limit`, if
    not 0, is the number of elements above which the composition is faster on the CPU.
    """

    ufunc: np.ufunc
    kernel: Kernel | None
    direct: str
    boolean: Compute | None
    integer: Compute | None
    unsigned: Compute | None  # uint64, on the bits
    real: Compute | None
    complex: Compute | None
    mixed: Compute | None  # int64 against uint64, which NumPy compares exactly
    half: bool  # whether the computation can be done in float16
    scalar: Kernel | None
    limit: int


ROWS: dict[np.ufunc, Row] = {}


def _row(
    ufunc: np.ufunc,
    name: str | None = None,
    direct: str = "",
    *,
    boolean: Compute | None = None,
    integer: Compute | None = None,
    unsigned: Compute | None = None,
    real: Compute | None = None,
    complex: Compute | None = None,
    mixed: Compute | None = None,
    half: bool = True,
    scalar: str | None = None,
    limit: int = 0,
) -> None:
    own = None if name is None else kernel(name)
    integer = integer or (own if "i" in direct else None)
    ROWS[ufunc] = Row(
        ufunc,
        own,
        direct,
        boolean or (own if "b" in direct else None),
        integer,
        unsigned or integer,
        real or (own if "f" in direct else None),
        complex or (own if "c" in direct else None),
        mixed,
        half,
        None if scalar is None else kernel(scalar),
        limit,
    )


def computation(row: Row, loop: tuple[Dtype, ...]) -> Compute | None:
    """What computes `row` on Tensors of the input dtypes of `loop`."""
    own = loop[0]
    match own.kind:
        case "b":
            return row.boolean
        case "f":
            narrow = own.itemsize == 2 and not row.half and row.real is not None
            return through(row.real, own, FLOAT32) if narrow and row.real else row.real
        case "c":
            return row.complex
    if UINT64 in loop and INT64 in loop:
        return None if row.mixed is None else on_bits(_ordered(row.mixed, loop))
    if own == UINT64:
        return None if row.unsigned is None else on_bits(row.unsigned)
    if own in COMPUTE_DTYPES:
        return None if row.integer is None else through(row.integer, own, COMPUTE_DTYPES[own])
    return row.integer


def _ordered(mixed: Compute, loop: tuple[Dtype, ...]) -> Compute:
    """`mixed` takes the signed operand first; `loop` says in which order they come."""
    return mixed if loop[0] == INT64 else _MIRRORED[mixed]


def _not(compute: Compute) -> Compute:
    def negated(a: Any, b: Any) -> Any:
        return aten.logical_not(compute(a, b))

    return negated


def _swapped(compute: Compute) -> Compute:
    return lambda a, b: compute(b, a)


_and, _or, _xor = (kernel(f"bitwise_{name}.Tensor") for name in ("and", "or", "xor"))
_ge, _gt, _le, _lt = (kernel(f"{name}.Tensor") for name in ("ge", "gt", "le", "lt"))


def _clip(x: Any, low: Any, high: Any) -> Any:
    return aten.minimum(aten.maximum(x, low), high)


_signed_not_equal = _not(unsigned.signed_equal)
_signed_greater = _not(unsigned.signed_less_equal)
_signed_greater_equal = _not(unsigned.signed_less)
_MIRRORED: dict[Compute, Compute] = {
    unsigned.signed_equal: _swapped(unsigned.signed_equal),
    _signed_not_equal: _swapped(_signed_not_equal),
    unsigned.signed_less: _swapped(_signed_greater),
    unsigned.signed_less_equal: _swapped(_signed_greater_equal),
    _signed_greater: _swapped(unsigned.signed_less),
    _signed_greater_equal: _swapped(unsigned.signed_less_equal),
}

# Arithmetic
_row(np.add, "add.Tensor", "if", boolean=_or, complex=complexes.add)
_row(np.subtract, "sub.Tensor", "if", complex=complexes.subtract)
_row(np.multiply, "mul.Tensor", "ifc", boolean=_and)
_row(np.divide, "div.Tensor", "fc")
_row(np.floor_divide, "floor_divide", "f", integer=integers.floor_divide, unsigned=unsigned.floor_divide)
_row(np.remainder, integer=integers.remainder, unsigned=unsigned.remainder, real=floats.remainder)
_row(np.fmod, "fmod.Tensor", "f", integer=integers.fmod, unsigned=unsigned.fmod)
_row(np.divmod, integer=integers.divmod, unsigned=unsigned.divmod, real=floats.divmod)
_row(
    np.power,
    "pow.Tensor_Tensor",
    "f",
    integer=integers.power,
    unsigned=unsigned.power,
    complex=complex_power.power,
    scalar="pow.Tensor_Scalar",
)
_row(np.float_power, real=aten.pow_Tensor_Tensor, complex=complex_power.power)
_row(np.negative, "neg", "if", complex=complexes.negative)
_row(np.positive, "clone", "ifc")
_row(np.absolute, "abs", "ifc", boolean=aten.clone, unsigned=aten.clone)
_row(np.fabs, "abs", "f")
_row(np.sign, integer=aten.sign, unsigned=unsigned.sign, real=floats.sign, complex=complexes.sign)
_row(
    np.reciprocal,
    "reciprocal",
    "f",
    integer=integers.reciprocal,
    unsigned=unsigned.reciprocal,
    complex=complex_power.reciprocal,
)
_row(np.square, "square", "ifc")
_row(np.sqrt, "sqrt", "fc")
_row(np.cbrt, real=floats.cbrt, half=False)
_row(np.hypot, "hypot", "f")

# Exponentials and logarithms
_row(np.exp, "exp", "fc")
_row(np.exp2, "exp2", "fc")
_row(np.expm1, "expm1", "fc")
_row(np.log, "log", "fc")
_row(np.log2, "log2", "fc")
_row(np.log10, "log10", "fc")
_row(np.log1p, "log1p", "f", complex=complexes.log1p)
_row(np.logaddexp, "logaddexp", "f")
_row(np.logaddexp2, "logaddexp2", "f")

# Trigonometric and hyperbolic functions
_row(np.sin, "sin", "fc")
_row(np.cos, "cos", "fc")
_row(np.tan, "tan", "fc")
_row(np.arcsin, "asin", "fc")
_row(np.arccos, "acos", "f", complex=complexes.arccos)
_row(np.arctan, "atan", "fc")
_row(np.arctan2, "atan2", "f")
_row(np.sinh, "sinh", "fc")
_row(np.cosh, "cosh", "fc")
_row(np.tanh, "tanh", "fc")
_row(np.arcsinh, "asinh", "fc")
_row(np.arccosh, "acosh", "fc")
_row(np.arctanh, "atanh", "fc")
_row(np.degrees, "rad2deg", "f")
_row(np.rad2deg, "rad2deg", "f")
_row(np.radians, "deg2rad", "f")
_row(np.deg2rad, "deg2rad", "f")

# Rounding
_row(np.floor, "floor", "f", boolean=aten.clone, integer=aten.clone)
_row(np.ceil, "ceil", "f", boolean=aten.clone, integer=aten.clone)
_row(np.trunc, "trunc", "f", boolean=aten.clone, integer=aten.clone, real=floats.trunc, limit=floats.MANY)
_row(np.rint, "round", "f", complex=complexes.rint)

# Comparison
_row(np.equal, "eq.Tensor", "bifc", mixed=unsigned.signed_equal)
_row(np.not_equal, "ne.Tensor", "bifc", mixed=_signed_not_equal)
_row(np.less, "lt.Tensor", "bif", unsigned=unsigned.less, complex=complexes.less, mixed=unsigned.signed_less)
_row(
    np.less_equal,
    "le.Tensor",
    "bif",
    unsigned=unsigned.less_equal,
    complex=complexes.less_equal,
    mixed=unsigned.signed_less_equal,
)
_row(np.greater, "gt.Tensor", "bif", unsigned=unsigned.greater, complex=complexes.greater, mixed=_signed_greater)
_row(
    np.greater_equal,
    "ge.Tensor",
    "bif",
    unsigned=unsigned.greater_equal,
    complex=complexes.greater_equal,
    mixed=_signed_greater_equal,
)

# Logic
_row(np.logical_and, "logical_and", "bifc")
_row(np.logical_or, "logical_or", "bifc")
_row(np.logical_xor, "logical_xor", "bifc")
_row(np.logical_not, "logical_not", "bifc")

# Larger and smaller
_row(np.maximum, "maximum", "bif", unsigned=unsigned.maximum, complex=complexes.maximum)
_row(np.minimum, "minimum", "bif", unsigned=unsigned.minimum, complex=complexes.minimum)
_row(np.fmax, "fmax", "f", boolean=_or, integer=aten.maximum, unsigned=unsigned.maximum, complex=complexes.fmax)
_row(np.fmin, "fmin", "f", boolean=_and, integer=aten.minimum, unsigned=unsigned.minimum, complex=complexes.fmin)
CLIP: np.ufunc = np._core.umath.clip  # type: ignore[attr-defined]  # private, but what np.clip calls
_row(CLIP, boolean=_clip, integer=_clip, unsigned=unsigned.clip, real=_clip, complex=complexes.clip)

# Bits
_row(np.bitwise_and, "bitwise_and.Tensor", "bi")
_row(np.bitwise_or, "bitwise_or.Tensor", "bi")
_row(np.bitwise_xor, "bitwise_xor.Tensor", "bi")
_row(np.invert, "bitwise_not", "bi")
_row(np.left_shift, "bitwise_left_shift.Tensor", "i")
_row(np.right_shift, "bitwise_right_shift.Tensor", "i", unsigned=unsigned.right_shift)
_row(np.bitwise_count, integer=integers.bitwise_count, unsigned=integers.count_bits)
_row(np.gcd, integer=integers.gcd, unsigned=unsigned.gcd)
_row(np.lcm, integer=integers.lcm, unsigned=unsigned.lcm)

# What a float is made of
_row(
    np.isfinite,
    "isfinite",
    "fc",
    boolean=integers.always(True),
    integer=integers.always(True),
    real=floats.isfinite,
    limit=floats.MANY,
)
_row(np.isinf, "isinf", "fc", boolean=integers.always(False), integer=integers.always(False))
_row(np.isnan, "isnan", "fc", boolean=integers.always(False), integer=integers.always(False))
_row(np.signbit, "signbit", "f")
_row(np.copysign, "copysign.Tensor", "f")
_row(np.nextafter, "nextafter", "f")
_row(np.spacing, real=floats.spacing)
_row(np.ldexp, real=floats.ldexp)
_row(np.frexp, real=floats.frexp)
_row(np.modf, real=floats.modf)
_row(np.heaviside, real=floats.heaviside)

# Complex numbers
_row(np.conjugate, "conj_physical", "c", boolean=aten.clone, integer=aten.clone, real=aten.clone)

# Products of vectors and matrices (with a signature; their computations take axes=, axis= and keepdims=)
_row(
    np.matmul,
    "mm",
    "fc",
    boolean=products.any_matmul,
    integer=products.matmul,
    real=products.matmul,
    complex=products.matmul,
)
_row(np.vecdot, boolean=products.any_vecdot, integer=products.vecdot, real=products.vecdot, complex=products.vecdot)
if hasattr(np, "matvec"):  # NumPy 2.2
    _row(
        np.matvec,
        boolean=products.any_matvec,
        integer=products.matvec,
        real=products.matvec,
        complex=products.matvec,
    )
    _row(
        np.vecmat,
        boolean=products.any_vecmat,
        integer=products.vecmat,
        real=products.vecmat,
        complex=products.vecmat,
    )
