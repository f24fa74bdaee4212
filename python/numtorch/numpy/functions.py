"""NumPy's functions of its main namespace, as Tensors answer them. They take lists and numbers, too."""

from __future__ import annotations

from numtorch.functions.arange import (
    arange as arange,
)
from numtorch.functions.bins import (
    bincount as bincount,
)
from numtorch.functions.bins import (
    digitize as digitize,
)
from numtorch.functions.coordinates import (
    ravel_multi_index as ravel_multi_index,
)
from numtorch.functions.coordinates import (
    unravel_index as unravel_index,
)
from numtorch.functions.covariance import (
    corrcoef as corrcoef,
)
from numtorch.functions.covariance import (
    cov as cov,
)
from numtorch.functions.creation import (
    array as array,
)
from numtorch.functions.creation import (
    asanyarray as asanyarray,
)
from numtorch.functions.creation import (
    asarray as asarray,
)
from numtorch.functions.creation import (
    ascontiguousarray as ascontiguousarray,
)
from numtorch.functions.creation import (
    asfortranarray as asfortranarray,
)
from numtorch.functions.creation import (
    empty as empty,
)
from numtorch.functions.creation import (
    eye as eye,
)
from numtorch.functions.creation import (
    fromfunction as fromfunction,
)
from numtorch.functions.creation import (
    full as full,
)
from numtorch.functions.creation import (
    identity as identity,
)
from numtorch.functions.creation import (
    ones as ones,
)
from numtorch.functions.creation import (
    require as require,
)
from numtorch.functions.creation import (
    tri as tri,
)
from numtorch.functions.creation import (
    zeros as zeros,
)
from numtorch.functions.dot import (
    cross as cross,
)
from numtorch.functions.dot import (
    dot as dot,
)
from numtorch.functions.dot import (
    inner as inner,
)
from numtorch.functions.dot import (
    kron as kron,
)
from numtorch.functions.dot import (
    outer as outer,
)
from numtorch.functions.dot import (
    tensordot as tensordot,
)
from numtorch.functions.dot import (
    trace as trace,
)
from numtorch.functions.dot import (
    vdot as vdot,
)
from numtorch.functions.editing import (
    append as append,
)
from numtorch.functions.editing import (
    delete as delete,
)
from numtorch.functions.editing import (
    insert as insert,
)
from numtorch.functions.editing import (
    trim_zeros as trim_zeros,
)
from numtorch.functions.einsum import (
    einsum as einsum,
)
from numtorch.functions.einsum import (
    einsum_path as einsum_path,
)
from numtorch.functions.files import (
    frombuffer as frombuffer,
)
from numtorch.functions.files import (
    fromfile as fromfile,
)
from numtorch.functions.files import (
    fromiter as fromiter,
)
from numtorch.functions.files import (
    fromstring as fromstring,
)
from numtorch.functions.files import (
    genfromtxt as genfromtxt,
)
from numtorch.functions.files import (
    loadtxt as loadtxt,
)
from numtorch.functions.files import (
    save as save,
)
from numtorch.functions.files import (
    savetxt as savetxt,
)
from numtorch.functions.files import (
    savez as savez,
)
from numtorch.functions.files import (
    savez_compressed as savez_compressed,
)
from numtorch.functions.fitting import (
    polyfit as polyfit,
)
from numtorch.functions.functional import (
    apply_along_axis as apply_along_axis,
)
from numtorch.functions.functional import (
    apply_over_axes as apply_over_axes,
)
from numtorch.functions.functional import (
    piecewise as piecewise,
)
from numtorch.functions.grids import (
    diag_indices_from as diag_indices_from,
)
from numtorch.functions.grids import (
    ix_ as ix_,
)
from numtorch.functions.grids import (
    tril_indices_from as tril_indices_from,
)
from numtorch.functions.grids import (
    triu_indices_from as triu_indices_from,
)
from numtorch.functions.histograms import (
    histogram as histogram,
)
from numtorch.functions.histograms import (
    histogram2d as histogram2d,
)
from numtorch.functions.histograms import (
    histogram_bin_edges as histogram_bin_edges,
)
from numtorch.functions.histograms import (
    histogramdd as histogramdd,
)
from numtorch.functions.indexing import (
    argwhere as argwhere,
)
from numtorch.functions.indexing import (
    compress as compress,
)
from numtorch.functions.indexing import (
    copyto as copyto,
)
from numtorch.functions.indexing import (
    diagonal as diagonal,
)
from numtorch.functions.indexing import (
    extract as extract,
)
from numtorch.functions.indexing import (
    fill_diagonal as fill_diagonal,
)
from numtorch.functions.indexing import (
    flatnonzero as flatnonzero,
)
from numtorch.functions.indexing import (
    nonzero as nonzero,
)
from numtorch.functions.indexing import (
    place as place,
)
from numtorch.functions.indexing import (
    put as put,
)
from numtorch.functions.indexing import (
    put_along_axis as put_along_axis,
)
from numtorch.functions.indexing import (
    putmask as putmask,
)
from numtorch.functions.indexing import (
    take as take,
)
from numtorch.functions.indexing import (
    take_along_axis as take_along_axis,
)
from numtorch.functions.joining import (
    array_split as array_split,
)
from numtorch.functions.joining import (
    block as block,
)
from numtorch.functions.joining import (
    column_stack as column_stack,
)
from numtorch.functions.joining import (
    concatenate as concat,
)
from numtorch.functions.joining import (
    concatenate as concatenate,
)
from numtorch.functions.joining import (
    dsplit as dsplit,
)
from numtorch.functions.joining import (
    dstack as dstack,
)
from numtorch.functions.joining import (
    hsplit as hsplit,
)
from numtorch.functions.joining import (
    hstack as hstack,
)
from numtorch.functions.joining import (
    repeat as repeat,
)
from numtorch.functions.joining import (
    split as split,
)
from numtorch.functions.joining import (
    stack as stack,
)
from numtorch.functions.joining import (
    tile as tile,
)
from numtorch.functions.joining import (
    unstack as unstack,
)
from numtorch.functions.joining import (
    vsplit as vsplit,
)
from numtorch.functions.joining import (
    vstack as vstack,
)
from numtorch.functions.metadata import (
    astype as astype,
)
from numtorch.functions.metadata import (
    can_cast as can_cast,
)
from numtorch.functions.metadata import (
    common_type as common_type,
)
from numtorch.functions.metadata import (
    iscomplexobj as iscomplexobj,
)
from numtorch.functions.metadata import (
    isrealobj as isrealobj,
)
from numtorch.functions.metadata import (
    may_share_memory as may_share_memory,
)
from numtorch.functions.metadata import (
    min_scalar_type as min_scalar_type,
)
from numtorch.functions.metadata import (
    ndim as ndim,
)
from numtorch.functions.metadata import (
    result_type as result_type,
)
from numtorch.functions.metadata import (
    shape as shape,
)
from numtorch.functions.metadata import (
    shares_memory as shares_memory,
)
from numtorch.functions.metadata import (
    size as size,
)
from numtorch.functions.nanfunctions import (
    nanargmax as nanargmax,
)
from numtorch.functions.nanfunctions import (
    nanargmin as nanargmin,
)
from numtorch.functions.nanfunctions import (
    nancumprod as nancumprod,
)
from numtorch.functions.nanfunctions import (
    nancumsum as nancumsum,
)
from numtorch.functions.nanfunctions import (
    nanmax as nanmax,
)
from numtorch.functions.nanfunctions import (
    nanmean as nanmean,
)
from numtorch.functions.nanfunctions import (
    nanmin as nanmin,
)
from numtorch.functions.nanfunctions import (
    nanprod as nanprod,
)
from numtorch.functions.nanfunctions import (
    nanstd as nanstd,
)
from numtorch.functions.nanfunctions import (
    nansum as nansum,
)
from numtorch.functions.nanfunctions import (
    nanvar as nanvar,
)
from numtorch.functions.nonfinite import (
    isneginf as isneginf,
)
from numtorch.functions.nonfinite import (
    isposinf as isposinf,
)
from numtorch.functions.nonfinite import (
    nan_to_num as nan_to_num,
)
from numtorch.functions.packing import (
    packbits as packbits,
)
from numtorch.functions.packing import (
    unpackbits as unpackbits,
)
from numtorch.functions.padding import (
    pad as pad,
)
from numtorch.functions.pointwise import (
    allclose as allclose,
)
from numtorch.functions.pointwise import (
    angle as angle,
)
from numtorch.functions.pointwise import (
    array_equal as array_equal,
)
from numtorch.functions.pointwise import (
    array_equiv as array_equiv,
)
from numtorch.functions.pointwise import (
    clip as clip,
)
from numtorch.functions.pointwise import (
    fix as fix,
)
from numtorch.functions.pointwise import (
    imag as imag,
)
from numtorch.functions.pointwise import (
    interp as interp,
)
from numtorch.functions.pointwise import (
    isclose as isclose,
)
from numtorch.functions.pointwise import (
    iscomplex as iscomplex,
)
from numtorch.functions.pointwise import (
    isreal as isreal,
)
from numtorch.functions.pointwise import (
    real as real,
)
from numtorch.functions.pointwise import (
    real_if_close as real_if_close,
)
from numtorch.functions.pointwise import (
    round as around,
)
from numtorch.functions.pointwise import (
    round as round,
)
from numtorch.functions.polynomials import (
    poly as poly,
)
from numtorch.functions.polynomials import (
    polyadd as polyadd,
)
from numtorch.functions.polynomials import (
    polyder as polyder,
)
from numtorch.functions.polynomials import (
    polydiv as polydiv,
)
from numtorch.functions.polynomials import (
    polyint as polyint,
)
from numtorch.functions.polynomials import (
    polymul as polymul,
)
from numtorch.functions.polynomials import (
    polysub as polysub,
)
from numtorch.functions.polynomials import (
    polyval as polyval,
)
from numtorch.functions.polynomials import (
    roots as roots,
)
from numtorch.functions.prototypes import (
    copy as copy,
)
from numtorch.functions.prototypes import (
    diag as diag,
)
from numtorch.functions.prototypes import (
    diagflat as diagflat,
)
from numtorch.functions.prototypes import (
    empty_like as empty_like,
)
from numtorch.functions.prototypes import (
    full_like as full_like,
)
from numtorch.functions.prototypes import (
    meshgrid as meshgrid,
)
from numtorch.functions.prototypes import (
    ones_like as ones_like,
)
from numtorch.functions.prototypes import (
    vander as vander,
)
from numtorch.functions.prototypes import (
    zeros_like as zeros_like,
)
from numtorch.functions.quantiles import (
    median as median,
)
from numtorch.functions.quantiles import (
    nanmedian as nanmedian,
)
from numtorch.functions.quantiles import (
    nanpercentile as nanpercentile,
)
from numtorch.functions.quantiles import (
    nanquantile as nanquantile,
)
from numtorch.functions.quantiles import (
    percentile as percentile,
)
from numtorch.functions.quantiles import (
    quantile as quantile,
)
from numtorch.functions.ranges import (
    geomspace as geomspace,
)
from numtorch.functions.ranges import (
    linspace as linspace,
)
from numtorch.functions.ranges import (
    logspace as logspace,
)
from numtorch.functions.reduction import (
    all as all,
)
from numtorch.functions.reduction import (
    any as any,
)
from numtorch.functions.reduction import (
    argmax as argmax,
)
from numtorch.functions.reduction import (
    argmin as argmin,
)
from numtorch.functions.reduction import (
    count_nonzero as count_nonzero,
)
from numtorch.functions.reduction import (
    max as amax,
)
from numtorch.functions.reduction import (
    max as max,
)
from numtorch.functions.reduction import (
    min as amin,
)
from numtorch.functions.reduction import (
    min as min,
)
from numtorch.functions.reduction import (
    prod as prod,
)
from numtorch.functions.reduction import (
    ptp as ptp,
)
from numtorch.functions.reduction import (
    sum as sum,
)
from numtorch.functions.scan import (
    cumprod as cumprod,
)
from numtorch.functions.scan import (
    cumsum as cumsum,
)
from numtorch.functions.scan import (
    cumulative_prod as cumulative_prod,
)
from numtorch.functions.scan import (
    cumulative_sum as cumulative_sum,
)
from numtorch.functions.scan import (
    diff as diff,
)
from numtorch.functions.scan import (
    gradient as gradient,
)
from numtorch.functions.scan import (
    trapezoid as trapezoid,
)
from numtorch.functions.selection import (
    choose as choose,
)
from numtorch.functions.selection import (
    select as select,
)
from numtorch.functions.selection import (
    where as where,
)
from numtorch.functions.sets import (
    ediff1d as ediff1d,
)
from numtorch.functions.sets import (
    intersect1d as intersect1d,
)
from numtorch.functions.sets import (
    isin as isin,
)
from numtorch.functions.sets import (
    setdiff1d as setdiff1d,
)
from numtorch.functions.sets import (
    setxor1d as setxor1d,
)
from numtorch.functions.sets import (
    union1d as union1d,
)
from numtorch.functions.sets import (
    unique as unique,
)
from numtorch.functions.sets import (
    unique_all as unique_all,
)
from numtorch.functions.sets import (
    unique_counts as unique_counts,
)
from numtorch.functions.sets import (
    unique_inverse as unique_inverse,
)
from numtorch.functions.sets import (
    unique_values as unique_values,
)
from numtorch.functions.shape import (
    atleast_1d as atleast_1d,
)
from numtorch.functions.shape import (
    atleast_2d as atleast_2d,
)
from numtorch.functions.shape import (
    atleast_3d as atleast_3d,
)
from numtorch.functions.shape import (
    broadcast_arrays as broadcast_arrays,
)
from numtorch.functions.shape import (
    broadcast_to as broadcast_to,
)
from numtorch.functions.shape import (
    expand_dims as expand_dims,
)
from numtorch.functions.shape import (
    flip as flip,
)
from numtorch.functions.shape import (
    fliplr as fliplr,
)
from numtorch.functions.shape import (
    flipud as flipud,
)
from numtorch.functions.shape import (
    matrix_transpose as matrix_transpose,
)
from numtorch.functions.shape import (
    moveaxis as moveaxis,
)
from numtorch.functions.shape import (
    ravel as ravel,
)
from numtorch.functions.shape import (
    reshape as reshape,
)
from numtorch.functions.shape import (
    resize as resize,
)
from numtorch.functions.shape import (
    roll as roll,
)
from numtorch.functions.shape import (
    rollaxis as rollaxis,
)
from numtorch.functions.shape import (
    rot90 as rot90,
)
from numtorch.functions.shape import (
    squeeze as squeeze,
)
from numtorch.functions.shape import (
    swapaxes as swapaxes,
)
from numtorch.functions.shape import (
    transpose as permute_dims,
)
from numtorch.functions.shape import (
    transpose as transpose,
)
from numtorch.functions.shape import (
    tril as tril,
)
from numtorch.functions.shape import (
    triu as triu,
)
from numtorch.functions.signal import (
    convolve as convolve,
)
from numtorch.functions.signal import (
    correlate as correlate,
)
from numtorch.functions.signal import (
    i0 as i0,
)
from numtorch.functions.signal import (
    sinc as sinc,
)
from numtorch.functions.signal import (
    unwrap as unwrap,
)
from numtorch.functions.sorting import (
    argpartition as argpartition,
)
from numtorch.functions.sorting import (
    lexsort as lexsort,
)
from numtorch.functions.sorting import (
    partition as partition,
)
from numtorch.functions.sorting import (
    searchsorted as searchsorted,
)
from numtorch.functions.sorting import (
    sort_complex as sort_complex,
)
from numtorch.functions.statistics import (
    average as average,
)
from numtorch.functions.statistics import (
    mean as mean,
)
from numtorch.functions.statistics import (
    std as std,
)
from numtorch.functions.statistics import (
    var as var,
)
from numtorch.functions.text import (
    array2string as array2string,
)
from numtorch.functions.text import (
    array_repr as array_repr,
)
from numtorch.functions.text import (
    array_str as array_str,
)

__all__ = [
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
    "argmax",
    "argmin",
    "argpartition",
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
    "ascontiguousarray",
    "asfortranarray",
    "astype",
    "atleast_1d",
    "atleast_2d",
    "atleast_3d",
    "average",
    "bincount",
    "block",
    "broadcast_arrays",
    "broadcast_to",
    "can_cast",
    "choose",
    "clip",
    "column_stack",
    "common_type",
    "compress",
    "concat",
    "concatenate",
    "convolve",
    "copy",
    "copyto",
    "corrcoef",
    "correlate",
    "count_nonzero",
    "cov",
    "cross",
    "cumprod",
    "cumsum",
    "cumulative_prod",
    "cumulative_sum",
    "delete",
    "diag",
    "diag_indices_from",
    "diagflat",
    "diagonal",
    "diff",
    "digitize",
    "dot",
    "dsplit",
    "dstack",
    "ediff1d",
    "einsum",
    "einsum_path",
    "empty",
    "empty_like",
    "expand_dims",
    "extract",
    "eye",
    "fill_diagonal",
    "fix",
    "flatnonzero",
    "flip",
    "fliplr",
    "flipud",
    "frombuffer",
    "fromfile",
    "fromfunction",
    "fromiter",
    "fromstring",
    "full",
    "full_like",
    "genfromtxt",
    "geomspace",
    "gradient",
    "histogram",
    "histogram2d",
    "histogram_bin_edges",
    "histogramdd",
    "hsplit",
    "hstack",
    "i0",
    "identity",
    "imag",
    "inner",
    "insert",
    "interp",
    "intersect1d",
    "isclose",
    "iscomplex",
    "iscomplexobj",
    "isin",
    "isneginf",
    "isposinf",
    "isreal",
    "isrealobj",
    "ix_",
    "kron",
    "lexsort",
    "linspace",
    "loadtxt",
    "logspace",
    "matrix_transpose",
    "max",
    "may_share_memory",
    "mean",
    "median",
    "meshgrid",
    "min",
    "min_scalar_type",
    "moveaxis",
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
    "ndim",
    "nonzero",
    "ones",
    "ones_like",
    "outer",
    "packbits",
    "pad",
    "partition",
    "percentile",
    "permute_dims",
    "piecewise",
    "place",
    "poly",
    "polyadd",
    "polyder",
    "polydiv",
    "polyfit",
    "polyint",
    "polymul",
    "polysub",
    "polyval",
    "prod",
    "ptp",
    "put",
    "put_along_axis",
    "putmask",
    "quantile",
    "ravel",
    "ravel_multi_index",
    "real",
    "real_if_close",
    "repeat",
    "require",
    "reshape",
    "resize",
    "result_type",
    "roll",
    "rollaxis",
    "roots",
    "rot90",
    "round",
    "save",
    "savetxt",
    "savez",
    "savez_compressed",
    "searchsorted",
    "select",
    "setdiff1d",
    "setxor1d",
    "shape",
    "shares_memory",
    "sinc",
    "size",
    "sort_complex",
    "split",
    "squeeze",
    "stack",
    "std",
    "sum",
    "swapaxes",
    "take",
    "take_along_axis",
    "tensordot",
    "tile",
    "trace",
    "transpose",
    "trapezoid",
    "tri",
    "tril",
    "tril_indices_from",
    "trim_zeros",
    "triu",
    "triu_indices_from",
    "union1d",
    "unique",
    "unique_all",
    "unique_counts",
    "unique_inverse",
    "unique_values",
    "unpackbits",
    "unravel_index",
    "unstack",
    "unwrap",
    "vander",
    "var",
    "vdot",
    "vsplit",
    "vstack",
    "where",
    "zeros",
    "zeros_like",
]
