"""
NumPy's namespace, with Tensors for ndarrays: ``import numtorch.numpy as np``.

A function takes Tensors, ndarrays, lists and numbers, and gives Tensors on the device of its first Tensor, else on that
of ``with numtorch.device(dev):``. Functions that make arrays take `dev` and ``device=``. What is missing is listed,
with reasons, in `numtorch.numpy.absent`.

It is the namespace of the array API standard, too: what `Tensor.__array_namespace__` gives.

Examples
--------
>>> import numtorch.numpy as np
>>> np.linspace(0, 1, 5, dtype=np.float32).sum()
Tensor(2.5, dtype=float32, dev=-1)
"""
# Names alone: many to a line.
# ruff: noqa: I001
# fmt: off

import sys as _sys

from types import ModuleType as _ModuleType

import numpy as _numpy

from numpy import (
    False_, ScalarType, True_, __version__, base_repr, binary_repr, bool, bool_, broadcast_shapes, byte, bytes_,
    cdouble, character, clongdouble, complex64, complex128, complexfloating, csingle, datetime64, double, dtype,
    dtypes, e, errstate, euler_gamma, exceptions, flexible, float16, float32, float64, floating, generic,
    get_printoptions, getbufsize, geterr, geterrcall, half, inexact, inf, info, int8, int16, int32, int64, int_,
    intc, integer, intp, isdtype, issubdtype, iterable, little_endian, long, longdouble, longlong, mintypecode, nan,
    ndindex, newaxis, number, object_, pi, printoptions, promote_types, sctypeDict, set_printoptions, setbufsize,
    seterr, seterrcall, short, show_config, show_runtime, signedinteger, single, str_, timedelta64, typecodes,
    typename, typing, ubyte, uint, uint8, uint16, uint32, uint64, uintc, uintp, ulong, ulonglong, unsignedinteger,
    ushort, void,
)

from numtorch.ndarray.flat import FlatIterator as flatiter
from numtorch.functions.indexing.coordinates import ravel_multi_index, unravel_index
from numtorch.functions.reductions.covariance import corrcoef, cov
from numtorch.functions.creation.creation import (
    arange, empty, eye, fromfunction, full, identity, indices, ones, tri, zeros,
)
from numtorch.functions.creation.conversion import (
    array, asanyarray, asarray, ascontiguousarray, asfortranarray, require,
)
from numtorch.functions.linalg.products import cross, dot, inner, kron, outer, tensordot, trace, vdot
from numtorch.functions.indexing.editing import append, delete, insert, trim_zeros
from numtorch.functions.linalg.einsum import einsum, einsum_path
from numtorch.functions.io.files import (
    frombuffer, fromfile, fromiter, fromstring, genfromtxt, loadtxt, save, savetxt, savez, savez_compressed,
)
from numtorch.functions.polynomial.fitting import polyfit
from numtorch.functions.mathematics.functional import apply_along_axis, apply_over_axes, piecewise
from numtorch.functions.creation.grids import (
    c_, diag_indices, diag_indices_from, index_exp, ix_, mask_indices, mgrid, ogrid, r_, s_, tril_indices,
    tril_indices_from, triu_indices, triu_indices_from,
)
from numtorch.functions.reductions.bins import bincount, digitize
from numtorch.functions.reductions.histograms import histogram, histogram2d, histogram_bin_edges, histogramdd
from numtorch.functions.indexing.indexing import (
    argwhere, compress, copyto, diagonal, extract, fill_diagonal, flatnonzero, nonzero, place, put, put_along_axis,
    putmask, take, take_along_axis,
)
from numtorch.functions.manipulation.joining import (
    array_split, block, column_stack, concatenate, concatenate as concat, dsplit, dstack, hsplit, hstack, repeat,
    split, stack, tile, unstack, vsplit, vstack,
)
from numtorch.functions.mathematics.metadata import (
    astype, can_cast, common_type, iscomplexobj, isrealobj, may_share_memory, min_scalar_type, ndim, result_type,
    shape, shares_memory, size,
)
from numtorch.functions.reductions.nanfunctions import (
    nanargmax, nanargmin, nancumprod, nancumsum, nanmax, nanmean, nanmin, nanprod, nanstd, nansum, nanvar,
)
from numtorch.functions.mathematics.nonfinite import isneginf, isposinf, nan_to_num
from numtorch.functions.manipulation.packing import packbits, unpackbits
from numtorch.functions.padding import pad
from numtorch.functions.mathematics.pointwise import (
    allclose, angle, array_equal, array_equiv, fix, imag, interp, isclose, iscomplex, isreal, real,
    real_if_close, round, round as around,
)
from numtorch.functions.polynomial.polynomials import (
    poly, polyadd, polyder, polydiv, polyint, polymul, polysub, polyval, roots,
)
from numtorch.functions.creation.prototypes import copy, diag, diagflat, meshgrid, vander
from numtorch.functions.reductions.quantiles import median, nanmedian, nanpercentile, nanquantile, percentile, quantile
from numtorch.functions.reductions.reduction import (
    all, any, argmax, argmin, count_nonzero, max, max as amax, min, min as amin, prod, ptp, sum,
)
from numtorch.functions.reductions.scan import (
    cumprod, cumsum, cumulative_prod, cumulative_sum, diff, gradient, trapezoid,
)
from numtorch.functions.indexing.selection import choose, select, where
from numtorch.functions.sorting.sets import (
    ediff1d, intersect1d, isin, setdiff1d, setxor1d, union1d, unique, unique_all, unique_counts, unique_inverse,
    unique_values,
)
from numtorch.functions.manipulation.shape import (
    atleast_1d, atleast_2d, atleast_3d, broadcast_arrays, broadcast_to, expand_dims, matrix_transpose, moveaxis,
    ravel, reshape, resize, rollaxis, squeeze, swapaxes, transpose, transpose as permute_dims, tril, triu,
)
from numtorch.functions.manipulation.rearranging import flip, fliplr, flipud, roll, rot90
from numtorch.functions.mathematics.signal import convolve, correlate, i0, sinc, unwrap
from numtorch.functions.sorting.sorting import argpartition, lexsort, partition, searchsorted, sort_complex
from numtorch.functions.reductions.statistics import average, mean, std, var
from numtorch.functions.creation.windows import bartlett, blackman, hamming, hanning, kaiser
from numtorch.functions.io.text import array2string, array_repr, array_str
from numtorch.numpy import emath, fft, lib, linalg, polynomial, random, testing
from numtorch.numpy.absent import ABSENT as _ABSENT
from numtorch.numpy.arrays import ndarray
from numtorch.numpy.bounds import clip
from numtorch.numpy.creation import (
    asarray_chkfinite, empty_like, from_dlpack, full_like, geomspace, linspace, logspace, ones_like, zeros_like,
)
from numtorch.numpy.deprecated import row_stack
from numtorch.numpy.files import load
from numtorch.numpy.info import Info as __array_namespace_info__
from numtorch.numpy.iteration import broadcast, ndenumerate, nditer
from numtorch.numpy.ordering import argsort, sort
from numtorch.numpy.overrides import publish as _publish
from numtorch.numpy.poly1d import poly1d
from numtorch.numpy.questions import finfo, format_float_positional, format_float_scientific, iinfo, isfortran, isscalar
from numtorch.numpy.ufuncs import (
    abs, absolute, acos, acosh, add, arccos, arccosh, arcsin, arcsinh, arctan, arctan2, arctanh, asin, asinh, atan,
    atan2, atanh, bitwise_and, bitwise_count, bitwise_invert, bitwise_left_shift, bitwise_not, bitwise_or,
    bitwise_right_shift, bitwise_xor, cbrt, ceil, conj, conjugate, copysign, cos, cosh, deg2rad, degrees, divide,
    divmod, equal, exp, exp2, expm1, fabs, float_power, floor, floor_divide, fmax, fmin, fmod, frexp, gcd, greater,
    greater_equal, heaviside, hypot, invert, isfinite, isinf, isnan, lcm, ldexp, left_shift, less, less_equal, log,
    log1p, log2, log10, logaddexp, logaddexp2, logical_and, logical_not, logical_or, logical_xor, matmul,
    maximum, minimum, mod, modf, multiply, negative, nextafter, not_equal, positive, pow, power, rad2deg, radians,
    reciprocal, remainder, right_shift, rint, sign, signbit, sin, sinh, spacing, sqrt, square, subtract, tan, tanh,
    true_divide, trunc, ufunc, vecdot,
)
from numtorch.numpy.vectorize import vectorize

__array_api_version__ = "2024.12"

__all__ = [
    "False_", "ScalarType", "True_", "__array_api_version__", "__array_namespace_info__", "__version__", "abs",
    "absolute", "acos", "acosh", "add", "all", "allclose", "amax", "amin", "angle", "any", "append",
    "apply_along_axis", "apply_over_axes", "arange", "arccos", "arccosh", "arcsin", "arcsinh", "arctan", "arctan2",
    "arctanh", "argmax", "argmin", "argpartition", "argsort", "argwhere", "around", "array", "array2string",
    "array_equal", "array_equiv", "array_repr", "array_split", "array_str", "asanyarray", "asarray",
    "asarray_chkfinite", "ascontiguousarray", "asfortranarray", "asin", "asinh", "astype", "atan", "atan2", "atanh",
    "atleast_1d", "atleast_2d", "atleast_3d", "average", "bartlett", "base_repr", "binary_repr", "bincount",
    "bitwise_and", "bitwise_count", "bitwise_invert", "bitwise_left_shift", "bitwise_not", "bitwise_or",
    "bitwise_right_shift", "bitwise_xor", "blackman", "block", "bool", "bool_", "broadcast", "broadcast_arrays",
    "broadcast_shapes", "broadcast_to", "byte", "bytes_", "c_", "can_cast", "cbrt", "cdouble", "ceil", "character",
    "choose", "clip", "clongdouble", "column_stack", "common_type", "complex64", "complex128", "complexfloating",
    "compress", "concat", "concatenate", "conj", "conjugate", "convolve", "copy", "copysign", "copyto", "corrcoef",
    "correlate", "cos", "cosh", "count_nonzero", "cov", "cross", "csingle", "cumprod", "cumsum", "cumulative_prod",
    "cumulative_sum", "datetime64", "deg2rad", "degrees", "delete", "diag", "diag_indices", "diag_indices_from",
    "diagflat", "diagonal", "diff", "digitize", "divide", "divmod", "dot", "double", "dsplit", "dstack", "dtype",
    "dtypes", "e", "ediff1d", "einsum", "einsum_path", "emath", "empty", "empty_like", "equal", "errstate",
    "euler_gamma", "exceptions", "exp", "exp2", "expand_dims", "expm1", "extract", "eye", "fabs", "fft",
    "fill_diagonal", "finfo", "fix", "flatiter", "flatnonzero", "flexible", "flip", "fliplr", "flipud", "float16",
    "float32", "float64", "float_power", "floating", "floor", "floor_divide", "fmax", "fmin", "fmod",
    "format_float_positional", "format_float_scientific", "frexp", "from_dlpack", "frombuffer", "fromfile",
    "fromfunction", "fromiter", "fromstring", "full", "full_like", "gcd", "generic", "genfromtxt", "geomspace",
    "get_printoptions", "getbufsize", "geterr", "geterrcall", "gradient", "greater", "greater_equal", "half",
    "hamming", "hanning", "heaviside", "histogram", "histogram2d", "histogram_bin_edges", "histogramdd", "hsplit",
    "hstack", "hypot", "i0", "identity", "iinfo", "imag", "index_exp", "indices", "inexact", "inf", "info", "inner",
    "insert", "int8", "int16", "int32", "int64", "int_", "intc", "integer", "interp", "intersect1d", "intp",
    "invert", "isclose", "iscomplex", "iscomplexobj", "isdtype", "isfinite", "isfortran", "isin", "isinf", "isnan",
    "isneginf", "isposinf", "isreal", "isrealobj", "isscalar", "issubdtype", "iterable", "ix_", "kaiser", "kron",
    "lcm", "ldexp", "left_shift", "less", "less_equal", "lexsort", "lib", "linalg", "linspace", "little_endian",
    "load", "loadtxt", "log", "log1p", "log2", "log10", "logaddexp", "logaddexp2", "logical_and", "logical_not",
    "logical_or", "logical_xor", "logspace", "long", "longdouble", "longlong", "mask_indices", "matmul",
    "matrix_transpose", "max", "maximum", "may_share_memory", "mean", "median", "meshgrid", "mgrid",
    "min", "min_scalar_type", "minimum", "mintypecode", "mod", "modf", "moveaxis", "multiply", "nan", "nan_to_num",
    "nanargmax", "nanargmin", "nancumprod", "nancumsum", "nanmax", "nanmean", "nanmedian", "nanmin",
    "nanpercentile", "nanprod", "nanquantile", "nanstd", "nansum", "nanvar", "ndarray", "ndenumerate", "ndim",
    "ndindex", "nditer", "negative", "newaxis", "nextafter", "nonzero", "not_equal", "number", "object_", "ogrid",
    "ones", "ones_like", "outer", "packbits", "pad", "partition", "percentile", "permute_dims", "pi", "piecewise",
    "place", "poly", "poly1d", "polyadd", "polyder", "polydiv", "polyfit", "polyint", "polymul", "polynomial",
    "polysub", "polyval", "positive", "pow", "power", "printoptions", "prod", "promote_types", "ptp", "put",
    "put_along_axis", "putmask", "quantile", "r_", "rad2deg", "radians", "random", "ravel", "ravel_multi_index",
    "real", "real_if_close", "reciprocal", "remainder", "repeat", "require", "reshape", "resize", "result_type",
    "right_shift", "rint", "roll", "rollaxis", "roots", "rot90", "round", "row_stack", "s_", "save", "savetxt",
    "savez", "savez_compressed", "sctypeDict", "searchsorted", "select", "set_printoptions", "setbufsize",
    "setdiff1d", "seterr", "seterrcall", "setxor1d", "shape", "shares_memory", "short", "show_config",
    "show_runtime", "sign", "signbit", "signedinteger", "sin", "sinc", "single", "sinh", "size", "sort",
    "sort_complex", "spacing", "split", "sqrt", "square", "squeeze", "stack", "std", "str_", "subtract", "sum",
    "swapaxes", "take", "take_along_axis", "tan", "tanh", "tensordot", "testing", "tile", "timedelta64", "trace",
    "transpose", "trapezoid", "tri", "tril", "tril_indices", "tril_indices_from", "trim_zeros", "triu",
    "triu_indices", "triu_indices_from", "true_divide", "trunc", "typecodes", "typename", "typing", "ubyte",
    "ufunc", "uint", "uint8", "uint16", "uint32", "uint64", "uintc", "uintp", "ulong", "ulonglong", "union1d",
    "unique", "unique_all", "unique_counts", "unique_inverse", "unique_values", "unpackbits", "unravel_index",
    "unsignedinteger", "unstack", "unwrap", "ushort", "vander", "var", "vdot", "vecdot", "vectorize",
    "void", "vsplit", "vstack", "where", "zeros", "zeros_like",
]
# fmt: on

if hasattr(_numpy, "trapz"):  # until NumPy 2.3
    from numtorch.numpy.deprecated import in1d, trapz

    __all__ += ["in1d", "trapz"]
if hasattr(_numpy, "matvec"):  # since NumPy 2.2
    from numtorch.numpy.ufuncs import matvec, vecmat

    __all__ += ["matvec", "vecmat"]


# NumPy's own modules, about texts, records, masks and C, which make ndarrays. As in NumPy, imported when asked for.
_OWN = ("char", "ctypeslib", "ma", "rec", "strings")

# So that `from numtorch.numpy.typing import NDArray` finds the modules that hold no functions of arrays.
_sys.modules.update({f"{__name__}.{module.__name__[6:]}": module for module in (dtypes, exceptions, typing)})

for _ours, _theirs in (
    (_sys.modules[__name__], _numpy),
    (emath, _numpy.emath),
    (fft, _numpy.fft),
    (lib.stride_tricks, _numpy.lib.stride_tricks),
    (linalg, _numpy.linalg),
    (polynomial.polynomial, _numpy.polynomial.polynomial),
):
    _publish(_ours, _theirs)


def __getattr__(name: str) -> _ModuleType:
    """NumPy's own modules. For a name that is missing here it says why."""
    if name in _OWN:
        module: _ModuleType = getattr(_numpy, name)
        return module
    reason = f": {_ABSENT[name]}" if name in _ABSENT else ""
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}{reason}")
