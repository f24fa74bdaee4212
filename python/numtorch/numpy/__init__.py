"""
NumPy's main namespace on Tensors: ``import numtorch.numpy as np``.

The same names as NumPy's, for code that makes its own arrays: functions that make one take ``dev=`` and ``device=``
and honour `numtorch.device`, and functions of arrays take lists and numbers as well as Tensors. What is missing is
listed, with reasons, in `numtorch.numpy.absent`. It is the namespace that `Tensor.__array_namespace__` gives, by the
array API standard.

Examples
--------
>>> import numtorch.numpy as np
>>> x = np.linspace(0, 1, 3)
>>> np.outer(x, [1, 2])
Tensor([[0., 0.],
        [0.5, 1. ],
        [1., 2.]], dtype=float64, dev=-1)
"""

from __future__ import annotations

from numtorch._core import Tensor as ndarray
from numtorch.numpy import emath as emath
from numtorch.numpy import fft as fft
from numtorch.numpy import lib as lib
from numtorch.numpy import linalg as linalg
from numtorch.numpy import polynomial as polynomial
from numtorch.numpy import random as random
from numtorch.numpy import testing as testing
from numtorch.numpy.functions import (
    all as all,
)
from numtorch.numpy.functions import (
    allclose as allclose,
)
from numtorch.numpy.functions import (
    amax as amax,
)
from numtorch.numpy.functions import (
    amin as amin,
)
from numtorch.numpy.functions import (
    angle as angle,
)
from numtorch.numpy.functions import (
    any as any,
)
from numtorch.numpy.functions import (
    append as append,
)
from numtorch.numpy.functions import (
    apply_along_axis as apply_along_axis,
)
from numtorch.numpy.functions import (
    apply_over_axes as apply_over_axes,
)
from numtorch.numpy.functions import (
    arange as arange,
)
from numtorch.numpy.functions import (
    argmax as argmax,
)
from numtorch.numpy.functions import (
    argmin as argmin,
)
from numtorch.numpy.functions import (
    argpartition as argpartition,
)
from numtorch.numpy.functions import (
    argwhere as argwhere,
)
from numtorch.numpy.functions import (
    around as around,
)
from numtorch.numpy.functions import (
    array as array,
)
from numtorch.numpy.functions import (
    array2string as array2string,
)
from numtorch.numpy.functions import (
    array_equal as array_equal,
)
from numtorch.numpy.functions import (
    array_equiv as array_equiv,
)
from numtorch.numpy.functions import (
    array_repr as array_repr,
)
from numtorch.numpy.functions import (
    array_split as array_split,
)
from numtorch.numpy.functions import (
    array_str as array_str,
)
from numtorch.numpy.functions import (
    asanyarray as asanyarray,
)
from numtorch.numpy.functions import (
    asarray as asarray,
)
from numtorch.numpy.functions import (
    ascontiguousarray as ascontiguousarray,
)
from numtorch.numpy.functions import (
    asfortranarray as asfortranarray,
)
from numtorch.numpy.functions import (
    astype as astype,
)
from numtorch.numpy.functions import (
    atleast_1d as atleast_1d,
)
from numtorch.numpy.functions import (
    atleast_2d as atleast_2d,
)
from numtorch.numpy.functions import (
    atleast_3d as atleast_3d,
)
from numtorch.numpy.functions import (
    average as average,
)
from numtorch.numpy.functions import (
    bincount as bincount,
)
from numtorch.numpy.functions import (
    block as block,
)
from numtorch.numpy.functions import (
    broadcast_arrays as broadcast_arrays,
)
from numtorch.numpy.functions import (
    broadcast_to as broadcast_to,
)
from numtorch.numpy.functions import (
    can_cast as can_cast,
)
from numtorch.numpy.functions import (
    choose as choose,
)
from numtorch.numpy.functions import (
    clip as clip,
)
from numtorch.numpy.functions import (
    column_stack as column_stack,
)
from numtorch.numpy.functions import (
    common_type as common_type,
)
from numtorch.numpy.functions import (
    compress as compress,
)
from numtorch.numpy.functions import (
    concat as concat,
)
from numtorch.numpy.functions import (
    concatenate as concatenate,
)
from numtorch.numpy.functions import (
    convolve as convolve,
)
from numtorch.numpy.functions import (
    copy as copy,
)
from numtorch.numpy.functions import (
    copyto as copyto,
)
from numtorch.numpy.functions import (
    corrcoef as corrcoef,
)
from numtorch.numpy.functions import (
    correlate as correlate,
)
from numtorch.numpy.functions import (
    count_nonzero as count_nonzero,
)
from numtorch.numpy.functions import (
    cov as cov,
)
from numtorch.numpy.functions import (
    cross as cross,
)
from numtorch.numpy.functions import (
    cumprod as cumprod,
)
from numtorch.numpy.functions import (
    cumsum as cumsum,
)
from numtorch.numpy.functions import (
    cumulative_prod as cumulative_prod,
)
from numtorch.numpy.functions import (
    cumulative_sum as cumulative_sum,
)
from numtorch.numpy.functions import (
    delete as delete,
)
from numtorch.numpy.functions import (
    diag as diag,
)
from numtorch.numpy.functions import (
    diag_indices_from as diag_indices_from,
)
from numtorch.numpy.functions import (
    diagflat as diagflat,
)
from numtorch.numpy.functions import (
    diagonal as diagonal,
)
from numtorch.numpy.functions import (
    diff as diff,
)
from numtorch.numpy.functions import (
    digitize as digitize,
)
from numtorch.numpy.functions import (
    dot as dot,
)
from numtorch.numpy.functions import (
    dsplit as dsplit,
)
from numtorch.numpy.functions import (
    dstack as dstack,
)
from numtorch.numpy.functions import (
    ediff1d as ediff1d,
)
from numtorch.numpy.functions import (
    einsum as einsum,
)
from numtorch.numpy.functions import (
    einsum_path as einsum_path,
)
from numtorch.numpy.functions import (
    empty as empty,
)
from numtorch.numpy.functions import (
    empty_like as empty_like,
)
from numtorch.numpy.functions import (
    expand_dims as expand_dims,
)
from numtorch.numpy.functions import (
    extract as extract,
)
from numtorch.numpy.functions import (
    eye as eye,
)
from numtorch.numpy.functions import (
    fill_diagonal as fill_diagonal,
)
from numtorch.numpy.functions import (
    fix as fix,
)
from numtorch.numpy.functions import (
    flatnonzero as flatnonzero,
)
from numtorch.numpy.functions import (
    flip as flip,
)
from numtorch.numpy.functions import (
    fliplr as fliplr,
)
from numtorch.numpy.functions import (
    flipud as flipud,
)
from numtorch.numpy.functions import (
    frombuffer as frombuffer,
)
from numtorch.numpy.functions import (
    fromfile as fromfile,
)
from numtorch.numpy.functions import (
    fromfunction as fromfunction,
)
from numtorch.numpy.functions import (
    fromiter as fromiter,
)
from numtorch.numpy.functions import (
    fromstring as fromstring,
)
from numtorch.numpy.functions import (
    full as full,
)
from numtorch.numpy.functions import (
    full_like as full_like,
)
from numtorch.numpy.functions import (
    genfromtxt as genfromtxt,
)
from numtorch.numpy.functions import (
    geomspace as geomspace,
)
from numtorch.numpy.functions import (
    gradient as gradient,
)
from numtorch.numpy.functions import (
    histogram as histogram,
)
from numtorch.numpy.functions import (
    histogram2d as histogram2d,
)
from numtorch.numpy.functions import (
    histogram_bin_edges as histogram_bin_edges,
)
from numtorch.numpy.functions import (
    histogramdd as histogramdd,
)
from numtorch.numpy.functions import (
    hsplit as hsplit,
)
from numtorch.numpy.functions import (
    hstack as hstack,
)
from numtorch.numpy.functions import (
    i0 as i0,
)
from numtorch.numpy.functions import (
    identity as identity,
)
from numtorch.numpy.functions import (
    imag as imag,
)
from numtorch.numpy.functions import (
    inner as inner,
)
from numtorch.numpy.functions import (
    insert as insert,
)
from numtorch.numpy.functions import (
    interp as interp,
)
from numtorch.numpy.functions import (
    intersect1d as intersect1d,
)
from numtorch.numpy.functions import (
    isclose as isclose,
)
from numtorch.numpy.functions import (
    iscomplex as iscomplex,
)
from numtorch.numpy.functions import (
    iscomplexobj as iscomplexobj,
)
from numtorch.numpy.functions import (
    isin as isin,
)
from numtorch.numpy.functions import (
    isneginf as isneginf,
)
from numtorch.numpy.functions import (
    isposinf as isposinf,
)
from numtorch.numpy.functions import (
    isreal as isreal,
)
from numtorch.numpy.functions import (
    isrealobj as isrealobj,
)
from numtorch.numpy.functions import (
    ix_ as ix_,
)
from numtorch.numpy.functions import (
    kron as kron,
)
from numtorch.numpy.functions import (
    lexsort as lexsort,
)
from numtorch.numpy.functions import (
    linspace as linspace,
)
from numtorch.numpy.functions import (
    loadtxt as loadtxt,
)
from numtorch.numpy.functions import (
    logspace as logspace,
)
from numtorch.numpy.functions import (
    matrix_transpose as matrix_transpose,
)
from numtorch.numpy.functions import (
    max as max,
)
from numtorch.numpy.functions import (
    may_share_memory as may_share_memory,
)
from numtorch.numpy.functions import (
    mean as mean,
)
from numtorch.numpy.functions import (
    median as median,
)
from numtorch.numpy.functions import (
    meshgrid as meshgrid,
)
from numtorch.numpy.functions import (
    min as min,
)
from numtorch.numpy.functions import (
    min_scalar_type as min_scalar_type,
)
from numtorch.numpy.functions import (
    moveaxis as moveaxis,
)
from numtorch.numpy.functions import (
    nan_to_num as nan_to_num,
)
from numtorch.numpy.functions import (
    nanargmax as nanargmax,
)
from numtorch.numpy.functions import (
    nanargmin as nanargmin,
)
from numtorch.numpy.functions import (
    nancumprod as nancumprod,
)
from numtorch.numpy.functions import (
    nancumsum as nancumsum,
)
from numtorch.numpy.functions import (
    nanmax as nanmax,
)
from numtorch.numpy.functions import (
    nanmean as nanmean,
)
from numtorch.numpy.functions import (
    nanmedian as nanmedian,
)
from numtorch.numpy.functions import (
    nanmin as nanmin,
)
from numtorch.numpy.functions import (
    nanpercentile as nanpercentile,
)
from numtorch.numpy.functions import (
    nanprod as nanprod,
)
from numtorch.numpy.functions import (
    nanquantile as nanquantile,
)
from numtorch.numpy.functions import (
    nanstd as nanstd,
)
from numtorch.numpy.functions import (
    nansum as nansum,
)
from numtorch.numpy.functions import (
    nanvar as nanvar,
)
from numtorch.numpy.functions import (
    ndim as ndim,
)
from numtorch.numpy.functions import (
    nonzero as nonzero,
)
from numtorch.numpy.functions import (
    ones as ones,
)
from numtorch.numpy.functions import (
    ones_like as ones_like,
)
from numtorch.numpy.functions import (
    outer as outer,
)
from numtorch.numpy.functions import (
    packbits as packbits,
)
from numtorch.numpy.functions import (
    pad as pad,
)
from numtorch.numpy.functions import (
    partition as partition,
)
from numtorch.numpy.functions import (
    percentile as percentile,
)
from numtorch.numpy.functions import (
    permute_dims as permute_dims,
)
from numtorch.numpy.functions import (
    piecewise as piecewise,
)
from numtorch.numpy.functions import (
    place as place,
)
from numtorch.numpy.functions import (
    poly as poly,
)
from numtorch.numpy.functions import (
    polyadd as polyadd,
)
from numtorch.numpy.functions import (
    polyder as polyder,
)
from numtorch.numpy.functions import (
    polydiv as polydiv,
)
from numtorch.numpy.functions import (
    polyfit as polyfit,
)
from numtorch.numpy.functions import (
    polyint as polyint,
)
from numtorch.numpy.functions import (
    polymul as polymul,
)
from numtorch.numpy.functions import (
    polysub as polysub,
)
from numtorch.numpy.functions import (
    polyval as polyval,
)
from numtorch.numpy.functions import (
    prod as prod,
)
from numtorch.numpy.functions import (
    ptp as ptp,
)
from numtorch.numpy.functions import (
    put as put,
)
from numtorch.numpy.functions import (
    put_along_axis as put_along_axis,
)
from numtorch.numpy.functions import (
    putmask as putmask,
)
from numtorch.numpy.functions import (
    quantile as quantile,
)
from numtorch.numpy.functions import (
    ravel as ravel,
)
from numtorch.numpy.functions import (
    ravel_multi_index as ravel_multi_index,
)
from numtorch.numpy.functions import (
    real as real,
)
from numtorch.numpy.functions import (
    real_if_close as real_if_close,
)
from numtorch.numpy.functions import (
    repeat as repeat,
)
from numtorch.numpy.functions import (
    require as require,
)
from numtorch.numpy.functions import (
    reshape as reshape,
)
from numtorch.numpy.functions import (
    resize as resize,
)
from numtorch.numpy.functions import (
    result_type as result_type,
)
from numtorch.numpy.functions import (
    roll as roll,
)
from numtorch.numpy.functions import (
    rollaxis as rollaxis,
)
from numtorch.numpy.functions import (
    roots as roots,
)
from numtorch.numpy.functions import (
    rot90 as rot90,
)
from numtorch.numpy.functions import (
    round as round,
)
from numtorch.numpy.functions import (
    save as save,
)
from numtorch.numpy.functions import (
    savetxt as savetxt,
)
from numtorch.numpy.functions import (
    savez as savez,
)
from numtorch.numpy.functions import (
    savez_compressed as savez_compressed,
)
from numtorch.numpy.functions import (
    searchsorted as searchsorted,
)
from numtorch.numpy.functions import (
    select as select,
)
from numtorch.numpy.functions import (
    setdiff1d as setdiff1d,
)
from numtorch.numpy.functions import (
    setxor1d as setxor1d,
)
from numtorch.numpy.functions import (
    shape as shape,
)
from numtorch.numpy.functions import (
    shares_memory as shares_memory,
)
from numtorch.numpy.functions import (
    sinc as sinc,
)
from numtorch.numpy.functions import (
    size as size,
)
from numtorch.numpy.functions import (
    sort_complex as sort_complex,
)
from numtorch.numpy.functions import (
    split as split,
)
from numtorch.numpy.functions import (
    squeeze as squeeze,
)
from numtorch.numpy.functions import (
    stack as stack,
)
from numtorch.numpy.functions import (
    std as std,
)
from numtorch.numpy.functions import (
    sum as sum,
)
from numtorch.numpy.functions import (
    swapaxes as swapaxes,
)
from numtorch.numpy.functions import (
    take as take,
)
from numtorch.numpy.functions import (
    take_along_axis as take_along_axis,
)
from numtorch.numpy.functions import (
    tensordot as tensordot,
)
from numtorch.numpy.functions import (
    tile as tile,
)
from numtorch.numpy.functions import (
    trace as trace,
)
from numtorch.numpy.functions import (
    transpose as transpose,
)
from numtorch.numpy.functions import (
    trapezoid as trapezoid,
)
from numtorch.numpy.functions import (
    tri as tri,
)
from numtorch.numpy.functions import (
    tril as tril,
)
from numtorch.numpy.functions import (
    tril_indices_from as tril_indices_from,
)
from numtorch.numpy.functions import (
    trim_zeros as trim_zeros,
)
from numtorch.numpy.functions import (
    triu as triu,
)
from numtorch.numpy.functions import (
    triu_indices_from as triu_indices_from,
)
from numtorch.numpy.functions import (
    union1d as union1d,
)
from numtorch.numpy.functions import (
    unique as unique,
)
from numtorch.numpy.functions import (
    unique_all as unique_all,
)
from numtorch.numpy.functions import (
    unique_counts as unique_counts,
)
from numtorch.numpy.functions import (
    unique_inverse as unique_inverse,
)
from numtorch.numpy.functions import (
    unique_values as unique_values,
)
from numtorch.numpy.functions import (
    unpackbits as unpackbits,
)
from numtorch.numpy.functions import (
    unravel_index as unravel_index,
)
from numtorch.numpy.functions import (
    unstack as unstack,
)
from numtorch.numpy.functions import (
    unwrap as unwrap,
)
from numtorch.numpy.functions import (
    vander as vander,
)
from numtorch.numpy.functions import (
    var as var,
)
from numtorch.numpy.functions import (
    vdot as vdot,
)
from numtorch.numpy.functions import (
    vsplit as vsplit,
)
from numtorch.numpy.functions import (
    vstack as vstack,
)
from numtorch.numpy.functions import (
    where as where,
)
from numtorch.numpy.functions import (
    zeros as zeros,
)
from numtorch.numpy.functions import (
    zeros_like as zeros_like,
)
from numtorch.numpy.info import Info as __array_namespace_info__
from numtorch.numpy.loops import (
    ndenumerate as ndenumerate,
)
from numtorch.numpy.loops import (
    vectorize as vectorize,
)
from numtorch.numpy.making import (
    asarray_chkfinite as asarray_chkfinite,
)
from numtorch.numpy.making import (
    bartlett as bartlett,
)
from numtorch.numpy.making import (
    blackman as blackman,
)
from numtorch.numpy.making import (
    c_ as c_,
)
from numtorch.numpy.making import (
    diag_indices as diag_indices,
)
from numtorch.numpy.making import (
    from_dlpack as from_dlpack,
)
from numtorch.numpy.making import (
    hamming as hamming,
)
from numtorch.numpy.making import (
    hanning as hanning,
)
from numtorch.numpy.making import (
    indices as indices,
)
from numtorch.numpy.making import (
    kaiser as kaiser,
)
from numtorch.numpy.making import (
    load as load,
)
from numtorch.numpy.making import (
    mask_indices as mask_indices,
)
from numtorch.numpy.making import (
    mgrid as mgrid,
)
from numtorch.numpy.making import (
    ogrid as ogrid,
)
from numtorch.numpy.making import (
    r_ as r_,
)
from numtorch.numpy.making import (
    row_stack as row_stack,
)
from numtorch.numpy.making import (
    tril_indices as tril_indices,
)
from numtorch.numpy.making import (
    triu_indices as triu_indices,
)
from numtorch.numpy.ordering import (
    argsort as argsort,
)
from numtorch.numpy.ordering import (
    sort as sort,
)
from numtorch.numpy.types import (
    False_ as False_,
)
from numtorch.numpy.types import (
    ScalarType as ScalarType,
)
from numtorch.numpy.types import (
    True_ as True_,
)
from numtorch.numpy.types import (
    base_repr as base_repr,
)
from numtorch.numpy.types import (
    binary_repr as binary_repr,
)
from numtorch.numpy.types import (
    bool as bool,
)
from numtorch.numpy.types import (
    bool_ as bool_,
)
from numtorch.numpy.types import (
    broadcast_shapes as broadcast_shapes,
)
from numtorch.numpy.types import (
    byte as byte,
)
from numtorch.numpy.types import (
    cdouble as cdouble,
)
from numtorch.numpy.types import (
    complex64 as complex64,
)
from numtorch.numpy.types import (
    complex128 as complex128,
)
from numtorch.numpy.types import (
    complexfloating as complexfloating,
)
from numtorch.numpy.types import (
    csingle as csingle,
)
from numtorch.numpy.types import (
    double as double,
)
from numtorch.numpy.types import (
    dtype as dtype,
)
from numtorch.numpy.types import (
    e as e,
)
from numtorch.numpy.types import (
    errstate as errstate,
)
from numtorch.numpy.types import (
    euler_gamma as euler_gamma,
)
from numtorch.numpy.types import (
    exceptions as exceptions,
)
from numtorch.numpy.types import (
    finfo as finfo,
)
from numtorch.numpy.types import (
    float16 as float16,
)
from numtorch.numpy.types import (
    float32 as float32,
)
from numtorch.numpy.types import (
    float64 as float64,
)
from numtorch.numpy.types import (
    floating as floating,
)
from numtorch.numpy.types import (
    format_float_positional as format_float_positional,
)
from numtorch.numpy.types import (
    format_float_scientific as format_float_scientific,
)
from numtorch.numpy.types import (
    generic as generic,
)
from numtorch.numpy.types import (
    get_printoptions as get_printoptions,
)
from numtorch.numpy.types import (
    geterr as geterr,
)
from numtorch.numpy.types import (
    half as half,
)
from numtorch.numpy.types import (
    iinfo as iinfo,
)
from numtorch.numpy.types import (
    index_exp as index_exp,
)
from numtorch.numpy.types import (
    inexact as inexact,
)
from numtorch.numpy.types import (
    inf as inf,
)
from numtorch.numpy.types import (
    int8 as int8,
)
from numtorch.numpy.types import (
    int16 as int16,
)
from numtorch.numpy.types import (
    int32 as int32,
)
from numtorch.numpy.types import (
    int64 as int64,
)
from numtorch.numpy.types import (
    int_ as int_,
)
from numtorch.numpy.types import (
    intc as intc,
)
from numtorch.numpy.types import (
    integer as integer,
)
from numtorch.numpy.types import (
    intp as intp,
)
from numtorch.numpy.types import (
    isdtype as isdtype,
)
from numtorch.numpy.types import (
    isfortran as isfortran,
)
from numtorch.numpy.types import (
    isscalar as isscalar,
)
from numtorch.numpy.types import (
    issubdtype as issubdtype,
)
from numtorch.numpy.types import (
    iterable as iterable,
)
from numtorch.numpy.types import (
    little_endian as little_endian,
)
from numtorch.numpy.types import (
    long as long,
)
from numtorch.numpy.types import (
    longlong as longlong,
)
from numtorch.numpy.types import (
    mintypecode as mintypecode,
)
from numtorch.numpy.types import (
    nan as nan,
)
from numtorch.numpy.types import (
    ndindex as ndindex,
)
from numtorch.numpy.types import (
    newaxis as newaxis,
)
from numtorch.numpy.types import (
    number as number,
)
from numtorch.numpy.types import (
    pi as pi,
)
from numtorch.numpy.types import (
    printoptions as printoptions,
)
from numtorch.numpy.types import (
    promote_types as promote_types,
)
from numtorch.numpy.types import (
    s_ as s_,
)
from numtorch.numpy.types import (
    sctypeDict as sctypeDict,
)
from numtorch.numpy.types import (
    set_printoptions as set_printoptions,
)
from numtorch.numpy.types import (
    seterr as seterr,
)
from numtorch.numpy.types import (
    short as short,
)
from numtorch.numpy.types import (
    signedinteger as signedinteger,
)
from numtorch.numpy.types import (
    single as single,
)
from numtorch.numpy.types import (
    typecodes as typecodes,
)
from numtorch.numpy.types import (
    typename as typename,
)
from numtorch.numpy.types import (
    ubyte as ubyte,
)
from numtorch.numpy.types import (
    uint as uint,
)
from numtorch.numpy.types import (
    uint8 as uint8,
)
from numtorch.numpy.types import (
    uint16 as uint16,
)
from numtorch.numpy.types import (
    uint32 as uint32,
)
from numtorch.numpy.types import (
    uint64 as uint64,
)
from numtorch.numpy.types import (
    uintc as uintc,
)
from numtorch.numpy.types import (
    uintp as uintp,
)
from numtorch.numpy.types import (
    ulong as ulong,
)
from numtorch.numpy.types import (
    ulonglong as ulonglong,
)
from numtorch.numpy.types import (
    unsignedinteger as unsignedinteger,
)
from numtorch.numpy.types import (
    ushort as ushort,
)
from numtorch.numpy.ufuncs import (
    abs as abs,
)
from numtorch.numpy.ufuncs import (
    absolute as absolute,
)
from numtorch.numpy.ufuncs import (
    acos as acos,
)
from numtorch.numpy.ufuncs import (
    acosh as acosh,
)
from numtorch.numpy.ufuncs import (
    add as add,
)
from numtorch.numpy.ufuncs import (
    arccos as arccos,
)
from numtorch.numpy.ufuncs import (
    arccosh as arccosh,
)
from numtorch.numpy.ufuncs import (
    arcsin as arcsin,
)
from numtorch.numpy.ufuncs import (
    arcsinh as arcsinh,
)
from numtorch.numpy.ufuncs import (
    arctan as arctan,
)
from numtorch.numpy.ufuncs import (
    arctan2 as arctan2,
)
from numtorch.numpy.ufuncs import (
    arctanh as arctanh,
)
from numtorch.numpy.ufuncs import (
    asin as asin,
)
from numtorch.numpy.ufuncs import (
    asinh as asinh,
)
from numtorch.numpy.ufuncs import (
    atan as atan,
)
from numtorch.numpy.ufuncs import (
    atan2 as atan2,
)
from numtorch.numpy.ufuncs import (
    atanh as atanh,
)
from numtorch.numpy.ufuncs import (
    bitwise_and as bitwise_and,
)
from numtorch.numpy.ufuncs import (
    bitwise_count as bitwise_count,
)
from numtorch.numpy.ufuncs import (
    bitwise_invert as bitwise_invert,
)
from numtorch.numpy.ufuncs import (
    bitwise_left_shift as bitwise_left_shift,
)
from numtorch.numpy.ufuncs import (
    bitwise_not as bitwise_not,
)
from numtorch.numpy.ufuncs import (
    bitwise_or as bitwise_or,
)
from numtorch.numpy.ufuncs import (
    bitwise_right_shift as bitwise_right_shift,
)
from numtorch.numpy.ufuncs import (
    bitwise_xor as bitwise_xor,
)
from numtorch.numpy.ufuncs import (
    cbrt as cbrt,
)
from numtorch.numpy.ufuncs import (
    ceil as ceil,
)
from numtorch.numpy.ufuncs import (
    conj as conj,
)
from numtorch.numpy.ufuncs import (
    conjugate as conjugate,
)
from numtorch.numpy.ufuncs import (
    copysign as copysign,
)
from numtorch.numpy.ufuncs import (
    cos as cos,
)
from numtorch.numpy.ufuncs import (
    cosh as cosh,
)
from numtorch.numpy.ufuncs import (
    deg2rad as deg2rad,
)
from numtorch.numpy.ufuncs import (
    degrees as degrees,
)
from numtorch.numpy.ufuncs import (
    divide as divide,
)
from numtorch.numpy.ufuncs import (
    divmod as divmod,
)
from numtorch.numpy.ufuncs import (
    equal as equal,
)
from numtorch.numpy.ufuncs import (
    exp as exp,
)
from numtorch.numpy.ufuncs import (
    exp2 as exp2,
)
from numtorch.numpy.ufuncs import (
    expm1 as expm1,
)
from numtorch.numpy.ufuncs import (
    fabs as fabs,
)
from numtorch.numpy.ufuncs import (
    float_power as float_power,
)
from numtorch.numpy.ufuncs import (
    floor as floor,
)
from numtorch.numpy.ufuncs import (
    floor_divide as floor_divide,
)
from numtorch.numpy.ufuncs import (
    fmax as fmax,
)
from numtorch.numpy.ufuncs import (
    fmin as fmin,
)
from numtorch.numpy.ufuncs import (
    fmod as fmod,
)
from numtorch.numpy.ufuncs import (
    frexp as frexp,
)
from numtorch.numpy.ufuncs import (
    gcd as gcd,
)
from numtorch.numpy.ufuncs import (
    greater as greater,
)
from numtorch.numpy.ufuncs import (
    greater_equal as greater_equal,
)
from numtorch.numpy.ufuncs import (
    heaviside as heaviside,
)
from numtorch.numpy.ufuncs import (
    hypot as hypot,
)
from numtorch.numpy.ufuncs import (
    invert as invert,
)
from numtorch.numpy.ufuncs import (
    isfinite as isfinite,
)
from numtorch.numpy.ufuncs import (
    isinf as isinf,
)
from numtorch.numpy.ufuncs import (
    isnan as isnan,
)
from numtorch.numpy.ufuncs import (
    lcm as lcm,
)
from numtorch.numpy.ufuncs import (
    ldexp as ldexp,
)
from numtorch.numpy.ufuncs import (
    left_shift as left_shift,
)
from numtorch.numpy.ufuncs import (
    less as less,
)
from numtorch.numpy.ufuncs import (
    less_equal as less_equal,
)
from numtorch.numpy.ufuncs import (
    log as log,
)
from numtorch.numpy.ufuncs import (
    log1p as log1p,
)
from numtorch.numpy.ufuncs import (
    log2 as log2,
)
from numtorch.numpy.ufuncs import (
    log10 as log10,
)
from numtorch.numpy.ufuncs import (
    logaddexp as logaddexp,
)
from numtorch.numpy.ufuncs import (
    logaddexp2 as logaddexp2,
)
from numtorch.numpy.ufuncs import (
    logical_and as logical_and,
)
from numtorch.numpy.ufuncs import (
    logical_not as logical_not,
)
from numtorch.numpy.ufuncs import (
    logical_or as logical_or,
)
from numtorch.numpy.ufuncs import (
    logical_xor as logical_xor,
)
from numtorch.numpy.ufuncs import (
    matmul as matmul,
)
from numtorch.numpy.ufuncs import (
    matvec as matvec,
)
from numtorch.numpy.ufuncs import (
    maximum as maximum,
)
from numtorch.numpy.ufuncs import (
    minimum as minimum,
)
from numtorch.numpy.ufuncs import (
    mod as mod,
)
from numtorch.numpy.ufuncs import (
    modf as modf,
)
from numtorch.numpy.ufuncs import (
    multiply as multiply,
)
from numtorch.numpy.ufuncs import (
    negative as negative,
)
from numtorch.numpy.ufuncs import (
    nextafter as nextafter,
)
from numtorch.numpy.ufuncs import (
    not_equal as not_equal,
)
from numtorch.numpy.ufuncs import (
    positive as positive,
)
from numtorch.numpy.ufuncs import (
    pow as pow,
)
from numtorch.numpy.ufuncs import (
    power as power,
)
from numtorch.numpy.ufuncs import (
    rad2deg as rad2deg,
)
from numtorch.numpy.ufuncs import (
    radians as radians,
)
from numtorch.numpy.ufuncs import (
    reciprocal as reciprocal,
)
from numtorch.numpy.ufuncs import (
    remainder as remainder,
)
from numtorch.numpy.ufuncs import (
    right_shift as right_shift,
)
from numtorch.numpy.ufuncs import (
    rint as rint,
)
from numtorch.numpy.ufuncs import (
    sign as sign,
)
from numtorch.numpy.ufuncs import (
    signbit as signbit,
)
from numtorch.numpy.ufuncs import (
    sin as sin,
)
from numtorch.numpy.ufuncs import (
    sinh as sinh,
)
from numtorch.numpy.ufuncs import (
    spacing as spacing,
)
from numtorch.numpy.ufuncs import (
    sqrt as sqrt,
)
from numtorch.numpy.ufuncs import (
    square as square,
)
from numtorch.numpy.ufuncs import (
    subtract as subtract,
)
from numtorch.numpy.ufuncs import (
    tan as tan,
)
from numtorch.numpy.ufuncs import (
    tanh as tanh,
)
from numtorch.numpy.ufuncs import (
    true_divide as true_divide,
)
from numtorch.numpy.ufuncs import (
    trunc as trunc,
)
from numtorch.numpy.ufuncs import (
    ufunc as ufunc,
)
from numtorch.numpy.ufuncs import (
    vecdot as vecdot,
)
from numtorch.numpy.ufuncs import (
    vecmat as vecmat,
)

__array_api_version__ = "2024.12"
__version__ = "2.4"

__all__ = [
    "False_",
    "ScalarType",
    "True_",
    "__array_api_version__",
    "__array_namespace_info__",
    "abs",
    "absolute",
    "acos",
    "acosh",
    "add",
    "all",
    "allclose",
    "amax",
    "amin",
    "angle",
    "any",
    "append",
    "apply_along_axis",
    "apply_over_axes",
    "arange",
    "arccos",
    "arccosh",
    "arcsin",
    "arcsinh",
    "arctan",
    "arctan2",
    "arctanh",
    "argmax",
    "argmin",
    "argpartition",
    "argsort",
    "argwhere",
    "around",
    "array",
    "array2string",
    "array_equal",
    "array_equiv",
    "array_repr",
    "array_split",
    "array_str",
    "asanyarray",
    "asarray",
    "asarray_chkfinite",
    "ascontiguousarray",
    "asfortranarray",
    "asin",
    "asinh",
    "astype",
    "atan",
    "atan2",
    "atanh",
    "atleast_1d",
    "atleast_2d",
    "atleast_3d",
    "average",
    "bartlett",
    "base_repr",
    "binary_repr",
    "bincount",
    "bitwise_and",
    "bitwise_count",
    "bitwise_invert",
    "bitwise_left_shift",
    "bitwise_not",
    "bitwise_or",
    "bitwise_right_shift",
    "bitwise_xor",
    "blackman",
    "block",
    "bool",
    "bool_",
    "broadcast_arrays",
    "broadcast_shapes",
    "broadcast_to",
    "byte",
    "c_",
    "can_cast",
    "cbrt",
    "cdouble",
    "ceil",
    "choose",
    "clip",
    "column_stack",
    "common_type",
    "complex64",
    "complex128",
    "complexfloating",
    "compress",
    "concat",
    "concatenate",
    "conj",
    "conjugate",
    "convolve",
    "copy",
    "copysign",
    "copyto",
    "corrcoef",
    "correlate",
    "cos",
    "cosh",
    "count_nonzero",
    "cov",
    "cross",
    "csingle",
    "cumprod",
    "cumsum",
    "cumulative_prod",
    "cumulative_sum",
    "deg2rad",
    "degrees",
    "delete",
    "diag",
    "diag_indices",
    "diag_indices_from",
    "diagflat",
    "diagonal",
    "diff",
    "digitize",
    "divide",
    "divmod",
    "dot",
    "double",
    "dsplit",
    "dstack",
    "dtype",
    "e",
    "ediff1d",
    "einsum",
    "einsum_path",
    "emath",
    "empty",
    "empty_like",
    "equal",
    "errstate",
    "euler_gamma",
    "exceptions",
    "exp",
    "exp2",
    "expand_dims",
    "expm1",
    "extract",
    "eye",
    "fabs",
    "fft",
    "fill_diagonal",
    "finfo",
    "fix",
    "flatnonzero",
    "flip",
    "fliplr",
    "flipud",
    "float16",
    "float32",
    "float64",
    "float_power",
    "floating",
    "floor",
    "floor_divide",
    "fmax",
    "fmin",
    "fmod",
    "format_float_positional",
    "format_float_scientific",
    "frexp",
    "from_dlpack",
    "frombuffer",
    "fromfile",
    "fromfunction",
    "fromiter",
    "fromstring",
    "full",
    "full_like",
    "gcd",
    "generic",
    "genfromtxt",
    "geomspace",
    "get_printoptions",
    "geterr",
    "gradient",
    "greater",
    "greater_equal",
    "half",
    "hamming",
    "hanning",
    "heaviside",
    "histogram",
    "histogram2d",
    "histogram_bin_edges",
    "histogramdd",
    "hsplit",
    "hstack",
    "hypot",
    "i0",
    "identity",
    "iinfo",
    "imag",
    "index_exp",
    "indices",
    "inexact",
    "inf",
    "inner",
    "insert",
    "int8",
    "int16",
    "int32",
    "int64",
    "int_",
    "intc",
    "integer",
    "interp",
    "intersect1d",
    "intp",
    "invert",
    "isclose",
    "iscomplex",
    "iscomplexobj",
    "isdtype",
    "isfinite",
    "isfortran",
    "isin",
    "isinf",
    "isnan",
    "isneginf",
    "isposinf",
    "isreal",
    "isrealobj",
    "isscalar",
    "issubdtype",
    "iterable",
    "ix_",
    "kaiser",
    "kron",
    "lcm",
    "ldexp",
    "left_shift",
    "less",
    "less_equal",
    "lexsort",
    "lib",
    "linalg",
    "linspace",
    "little_endian",
    "load",
    "loadtxt",
    "log",
    "log1p",
    "log2",
    "log10",
    "logaddexp",
    "logaddexp2",
    "logical_and",
    "logical_not",
    "logical_or",
    "logical_xor",
    "logspace",
    "long",
    "longlong",
    "mask_indices",
    "matmul",
    "matrix_transpose",
    "matvec",
    "max",
    "maximum",
    "may_share_memory",
    "mean",
    "median",
    "meshgrid",
    "mgrid",
    "min",
    "min_scalar_type",
    "minimum",
    "mintypecode",
    "mod",
    "modf",
    "moveaxis",
    "multiply",
    "nan",
    "nan_to_num",
    "nanargmax",
    "nanargmin",
    "nancumprod",
    "nancumsum",
    "nanmax",
    "nanmean",
    "nanmedian",
    "nanmin",
    "nanpercentile",
    "nanprod",
    "nanquantile",
    "nanstd",
    "nansum",
    "nanvar",
    "ndarray",
    "ndenumerate",
    "ndim",
    "ndindex",
    "negative",
    "newaxis",
    "nextafter",
    "nonzero",
    "not_equal",
    "number",
    "ogrid",
    "ones",
    "ones_like",
    "outer",
    "packbits",
    "pad",
    "partition",
    "percentile",
    "permute_dims",
    "pi",
    "piecewise",
    "place",
    "poly",
    "polyadd",
    "polyder",
    "polydiv",
    "polyfit",
    "polyint",
    "polymul",
    "polynomial",
    "polysub",
    "polyval",
    "positive",
    "pow",
    "power",
    "printoptions",
    "prod",
    "promote_types",
    "ptp",
    "put",
    "put_along_axis",
    "putmask",
    "quantile",
    "r_",
    "rad2deg",
    "radians",
    "random",
    "ravel",
    "ravel_multi_index",
    "real",
    "real_if_close",
    "reciprocal",
    "remainder",
    "repeat",
    "require",
    "reshape",
    "resize",
    "result_type",
    "right_shift",
    "rint",
    "roll",
    "rollaxis",
    "roots",
    "rot90",
    "round",
    "row_stack",
    "s_",
    "save",
    "savetxt",
    "savez",
    "savez_compressed",
    "sctypeDict",
    "searchsorted",
    "select",
    "set_printoptions",
    "setdiff1d",
    "seterr",
    "setxor1d",
    "shape",
    "shares_memory",
    "short",
    "sign",
    "signbit",
    "signedinteger",
    "sin",
    "sinc",
    "single",
    "sinh",
    "size",
    "sort",
    "sort_complex",
    "spacing",
    "split",
    "sqrt",
    "square",
    "squeeze",
    "stack",
    "std",
    "subtract",
    "sum",
    "swapaxes",
    "take",
    "take_along_axis",
    "tan",
    "tanh",
    "tensordot",
    "testing",
    "tile",
    "trace",
    "transpose",
    "trapezoid",
    "tri",
    "tril",
    "tril_indices",
    "tril_indices_from",
    "trim_zeros",
    "triu",
    "triu_indices",
    "triu_indices_from",
    "true_divide",
    "trunc",
    "typecodes",
    "typename",
    "ubyte",
    "ufunc",
    "uint",
    "uint8",
    "uint16",
    "uint32",
    "uint64",
    "uintc",
    "uintp",
    "ulong",
    "ulonglong",
    "union1d",
    "unique",
    "unique_all",
    "unique_counts",
    "unique_inverse",
    "unique_values",
    "unpackbits",
    "unravel_index",
    "unsignedinteger",
    "unstack",
    "unwrap",
    "ushort",
    "vander",
    "var",
    "vdot",
    "vecdot",
    "vecmat",
    "vectorize",
    "vsplit",
    "vstack",
    "where",
    "zeros",
    "zeros_like",
]
