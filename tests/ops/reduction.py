"""Reductions, scans and statistics: what is tried, on which dtypes."""

from tests.pairing import ALL, BOOL, COMPLEX, FLOATS, INEXACT, INTEGERS, NUMBERS, REAL, rows

SUMS = """
np.sum(x)
np.sum(x, axis=0)
np.sum(x, axis=-1, keepdims=True)
np.sum(x, axis=(0, 2))
np.sum(x, axis=(0, -1), keepdims=True)
np.sum(x, axis=())
np.sum(x, keepdims=True)
np.sum(t, axis=1)
np.sum(s)
np.sum(e)
np.sum(e, axis=0)
np.sum(e, axis=1)
np.sum(x, initial=2)
np.sum(m, where=k)
np.sum(m, axis=1, where=k, initial=3)
np.sum(x, axis=3)
np.sum(x, axis=(0, 0))
np.sum(x, axis=1.5)
np.prod(m)
np.prod(m, axis=0)
np.prod(x, axis=(0, 2))
np.prod(m, axis=1, keepdims=True)
np.prod(m, keepdims=True)
np.prod(e, axis=0)
np.prod(e)
np.prod(m, axis=1, where=k)
np.prod(m, axis=1, initial=2)
np.prod(m, axis=())
x.sum()
x.sum(1)
x.prod(axis=0)
np.cumsum(x)
np.cumsum(x, axis=1)
np.cumsum(s)
np.cumsum(x, axis=5)
np.cumprod(m, axis=0)
np.cumprod(v)
m.cumsum(0)
v.cumprod()
np.cumulative_sum(v)
np.cumulative_sum(v, include_initial=True)
np.cumulative_sum(v, include_initial=True, out=np.zeros_like(v, shape=5))
np.cumulative_sum(v, include_initial=True, out=np.zeros_like(v > 0, shape=5))
np.cumulative_sum(m, axis=1, include_initial=True)
np.cumulative_sum(m)
np.cumulative_prod(v, include_initial=True)
np.cumulative_prod(m, axis=0)
"""

EXTREMES = """
np.max(x)
np.max(x, axis=1)
np.max(x, axis=(0, 2), keepdims=True)
np.min(x)
np.min(x, axis=-1)
np.amax(x, axis=0)
np.amin(x, axis=0)
np.max(t, axis=2)
np.max(s)
np.max(e)
np.max(e, axis=0)
np.max(e, axis=1)
np.max(z)
np.min(z, initial=1)
np.max(x, axis=3)
np.max(x, axis=(1, 1))
np.max(m, axis=1, where=k, initial=1)
np.max(m, axis=1, where=k)
np.max(m, initial=1)
np.min(e, axis=0, initial=1)
x.max(1)
x.min()
np.argmax(x)
np.argmax(x, axis=1)
np.argmin(x, axis=-1, keepdims=True)
np.argmin(x, keepdims=True)
np.argmax(e)
np.argmax(e, axis=1)
np.argmax(x, axis=7)
np.argmax(s)
x.argmax(0)
x.argmin()
"""

COMPLEX_EXTREMES = """
np.max(np.where(k, m, np.nan), axis=0)
np.min(np.where(k, m, np.inf), axis=0)
np.max(np.where(k, m, m.real * 1j - np.inf), axis=0)
np.argmax(np.where(k, m, np.nan), axis=1)
np.argmin(np.where(k, m, np.nan))
np.argmax(np.where(k, m, np.nan).real + 1j * np.where(m.imag > 0, m.imag, np.nan), axis=1)
np.ptp(m, axis=0)
np.ptp(x, axis=(0, 2), keepdims=True)
np.max(m, axis=0, out=v)
np.argmax(m * 0, axis=1)
"""

TRUTH = """
np.all(x)
np.any(x)
np.all(x, axis=1)
np.any(x, axis=(0, 1), keepdims=True)
np.all(e)
np.any(e, axis=0)
np.all(m, where=k)
np.any(m, axis=0, where=k)
np.all(x, axis=())
np.all(x, axis=9)
m.all(0)
m.any()
np.count_nonzero(x)
np.count_nonzero(x, axis=1)
np.count_nonzero(x, axis=(0, 2), keepdims=True)
"""

MEANS = """
np.mean(x)
np.mean(x, axis=1)
np.mean(x, axis=(0, 2), keepdims=True)
np.mean(x, axis=())
np.mean(x, keepdims=True)
np.mean(m, where=k)
np.mean(m, axis=1, where=k, keepdims=True)
np.mean(e)
np.mean(e, axis=0)
np.mean(e, axis=1)
np.mean(x, axis=4)
m.mean()
m.mean(0)
np.var(x)
np.var(x, axis=1)
np.var(x, axis=(0, 2), ddof=1, keepdims=True)
np.var(x, correction=1)
np.var(m, axis=0, ddof=1.5)
np.var(x, axis=0, ddof=2)
np.var(m, where=k)
np.var(m, axis=1, where=k, ddof=1)
np.var(m, axis=0, mean=np.mean(m, axis=0, keepdims=True))
np.var(x, ddof=1, correction=1)
np.std(x)
np.std(x, axis=-1)
np.std(m, axis=0, ddof=1)
np.std(m, axis=1, where=k)
np.std(e, axis=0)
m.var()
m.std(1)
"""

AVERAGES = """
np.average(m)
np.average(m, axis=1)
np.average(m, axis=1, weights=np.arange(4) + 1)
np.average(m, axis=0, weights=[1.0, 2.0, 3.0])
np.average(m, weights=k)
np.average(m, weights=k + 1.0, returned=True)
np.average(m, axis=1, returned=True)
np.average(x, axis=(0, 2), weights=np.arange(8).reshape(2, 4))
np.average(m, axis=0, weights=[0.0, 0.0, 0.0])
np.average(m, weights=[1.0, 2.0])
np.average(m, axis=0, weights=[1.0, 2.0, 1.0], keepdims=True)
"""

MEDIANS = """
np.median(x)
np.median(x, axis=1)
np.median(x, axis=(0, 2), keepdims=True)
np.median(m, axis=1)
np.median(v)
np.median(w)
np.median(s)
np.median(e, axis=0)
np.median(x, axis=3)
np.nansum(x)
np.nansum(x, axis=1)
np.nanmax(x, axis=0)
np.nanmin(x)
np.nanmean(x, axis=1)
np.nanmean(x, axis=(0, 1), keepdims=True)
"""

WITH_NAN = """
np.max(np.where(k, m, np.nan), axis=0)
np.min(np.where(k, m, np.nan))
np.argmax(np.where(k, m, np.nan), axis=1)
np.nansum(np.where(k, m, np.nan), axis=1)
np.nanmax(np.where(k, m, np.nan), axis=0)
np.nanmin(np.where(k, m, np.nan))
np.nanmax(m * np.nan, axis=0)
np.nanmean(np.where(k, m, np.nan), axis=0)
np.nanmean(np.where(k, m, np.nan), axis=0, keepdims=True)
np.median(np.where(k, m, np.nan), axis=0)
np.median(np.where(k, m, np.nan))
np.mean(np.where(k, m, np.nan), axis=0)
np.any(m * np.nan)
"""

DTYPES = """
np.sum(m, dtype=np.float64)
np.sum(m, axis=0, dtype=np.float32)
np.sum(m, dtype=np.int8)
np.prod(m, dtype=np.float64)
np.mean(m, dtype=np.float64)
np.mean(m, axis=0, dtype=np.float32)
np.var(m, dtype=np.float64)
np.cumsum(m, dtype=np.float64)
np.cumsum(m, axis=0, dtype=np.float32)
"""

OUTPUTS = """
np.sum(m, axis=0, out=v)
np.prod(m, axis=0, out=v)
np.max(m, axis=0, out=v)
np.mean(m, axis=0, out=v)
np.std(m, axis=0, out=v)
np.cumsum(m, axis=0, out=f)
np.median(m, axis=0, out=v)
np.ptp(m, axis=0, out=v)
np.sum(m, axis=0, out=w)
np.sum(m, axis=1, out=v)
np.max(m, out=v)
np.nansum(m, axis=0, out=v)
"""

DIFFERENCES = """
np.diff(x)
np.diff(x, axis=0)
np.diff(x, n=2, axis=1)
np.diff(v, prepend=0)
np.diff(v, append=w)
np.diff(m, axis=0, prepend=1, append=2)
np.diff(v, n=-1)
np.diff(s)
np.diff(v, n=0)
np.diff(v, n=6)
"""

INTEGRALS = """
np.trapezoid(v)
np.trapezoid(m, axis=0)
np.trapezoid(m, dx=0.5)
np.trapezoid(m, x=[0.0, 1.0, 3.0, 4.0])
np.trapezoid(m, x=m)
np.gradient(v)
np.gradient(m)
np.gradient(m, axis=1)
np.gradient(m, 2.0)
np.gradient(m, 2.0, 0.5)
np.gradient(w, [0.0, 1.0, 3.0, 4.5, 5.0])
np.gradient(w, edge_order=2)
np.gradient(w, [0.0, 1.0, 3.0, 4.5, 5.0], edge_order=2)
np.gradient(m, axis=(0, 1), edge_order=2)
np.gradient(v[:1])
np.gradient(v, 1.0, 2.0)
np.gradient(v, edge_order=3)
"""

ROWS = [
    *rows(SUMS, ALL),
    *rows(EXTREMES, ALL),
    *rows(COMPLEX_EXTREMES, COMPLEX),
    *rows(TRUTH, ALL),
    *rows(MEANS, ALL),
    *rows(AVERAGES, INTEGERS + FLOATS),
    *rows(MEDIANS, REAL),
    *rows(WITH_NAN, FLOATS),
    *rows(DTYPES, BOOL + INTEGERS + FLOATS),
    *rows(OUTPUTS, ("float64", "float32", "int64", "uint16")),
    *rows("np.all(m, axis=0, out=b)\nnp.any(m, axis=1, out=b)\nnp.argmax(m, axis=0, out=i)", ("float64",)),
    *rows("np.ptp(x)\nnp.ptp(x, axis=1)\nnp.ptp(x, axis=(0, 1), keepdims=True)\nnp.ptp(z)", REAL),
    *rows(DIFFERENCES, ALL),
    *rows(INTEGRALS, INTEGERS + INEXACT),
    *rows("np.sum(x, 1, None, None, True)\nnp.mean(x, 1, None, None, True)\nnp.max(x, 1, None, True)", NUMBERS[:1]),
]

SMOOTH = """
np.sum(x)
np.sum(x, axis=1)
np.sum(x, axis=(0, -1), keepdims=True)
np.sum(x, axis=())
np.sum(m, where=k)
np.sum(m, axis=0, where=k, initial=2.0)
np.sum(m, axis=0, initial=s)
np.sum(e, axis=0)
np.sum(s)
np.prod(m)
np.prod(m, axis=1)
np.prod(x, axis=(0, 2), keepdims=True)
np.prod(m, axis=1, where=k)
np.mean(x)
np.mean(x, axis=0)
np.mean(x, axis=(1, 2), keepdims=True)
np.mean(m, axis=1, where=k)
np.mean(x, axis=())
np.cumsum(m)
np.cumsum(m, axis=0)
np.cumprod(v)
np.cumprod(m, axis=1)
np.cumulative_sum(v, include_initial=True)
np.var(m)
np.var(m, axis=1, ddof=1)
np.var(x, axis=(0, 2), keepdims=True)
np.var(m, axis=1, where=k)
np.std(m)
np.std(m, axis=0, ddof=1)
np.average(m, axis=1, weights=np.abs(v) ** 2)
np.nansum(m, axis=0)
np.diff(m)
np.diff(m, n=2)
np.diff(v, prepend=s, append=w)
np.trapezoid(m, axis=0)
np.gradient(m)
np.gradient(m, axis=1, edge_order=2)
m.sum(0) * m.mean(1)[0]
"""

ORDERED = """
np.max(m)
np.max(x, axis=1)
np.max(x, axis=(0, 2), keepdims=True)
np.min(m, axis=0)
np.max(m, axis=1, where=k, initial=-9.0)
np.max(m, axis=0, initial=0.1)
np.ptp(m, axis=1)
np.median(w)
np.median(m, axis=1)
np.median(x, axis=(0, 2), keepdims=True)
np.nanmax(m, axis=0)
np.nanmin(np.where(k, m, np.nan))
np.nanmean(np.where(k, m, np.nan), axis=0)
np.nansum(np.where(k, m, np.nan), axis=0)
np.trapezoid(m, x=m)
np.gradient(w, np.cumsum(np.abs(w)))
"""

GRADIENTS = [
    *rows(SMOOTH, ("float64", "complex128")),
    *rows(ORDERED),
    *rows("np.max(m, axis=0)\nnp.min(x, axis=(0, 2))\nnp.max(m, initial=0.1)\nnp.ptp(m)", ("complex128",)),
]
