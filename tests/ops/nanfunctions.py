"""Reductions and scans that skip NaN: what is tried, on which dtypes."""

from tests.pairing import ALL, COMPLEX, FLOATS, rows

MISSING = "np.where(k, m, np.nan)"

PLAIN = """
np.nanprod(m)
np.nanprod(m, axis=0)
np.nanprod(m, axis=1, keepdims=True, where=k)
np.nanprod(m, initial=2)
np.nanprod(e, axis=0)
np.nancumsum(m)
np.nancumsum(x, axis=1)
np.nancumprod(m, axis=0)
np.nancumprod(v)
np.nancumsum(x, axis=5)
np.nanvar(x)
np.nanvar(x, axis=1, ddof=1)
np.nanvar(x, axis=(0, 2), keepdims=True)
np.nanvar(m, axis=0, correction=1)
np.nanvar(m, axis=0, where=k)
np.nanvar(m, axis=0, ddof=3)
np.nanstd(x, axis=0)
np.nanstd(m, axis=1, mean=np.mean(m, axis=1, keepdims=True))
"""

INDICES = """
np.nanargmax(m)
np.nanargmax(x, axis=1)
np.nanargmin(x, axis=0, keepdims=True)
np.nanargmin(e)
np.nanargmax(m, axis=2)
"""

WITH_NAN = f"""
np.nanprod({MISSING}, axis=0)
np.nancumsum({MISSING}, axis=1)
np.nancumprod({MISSING})
np.nanvar({MISSING})
np.nanvar({MISSING}, axis=0)
np.nanvar({MISSING}, axis=1, ddof=1, keepdims=True)
np.nanvar({MISSING}, axis=0, where=k[::-1])
np.nanstd({MISSING}, axis=0, ddof=2)
np.nanstd(m * np.nan, axis=0)
"""

DTYPES = f"""
np.nanmean({MISSING}, axis=0, dtype=int)
np.nanmean({MISSING}, axis=0, dtype=np.float32)
np.nanmean({MISSING}, axis=0, out=i)
np.nanmean({MISSING}, axis=0, out=v)
np.nanmean({MISSING}, axis=0, where=k)
np.nanvar({MISSING}, axis=0, dtype=int)
np.nanvar({MISSING}, axis=0, dtype=np.float32)
np.nanvar({MISSING}, axis=0, dtype=np.complex64)
np.nanvar({MISSING}, axis=0, out=i)
np.nanvar({MISSING}, axis=0, ddof=1, correction=1)
np.nanvar({MISSING}, axis=0, ddof=1.5)
np.nanstd({MISSING}, axis=0, mean=np.nanmean({MISSING}, axis=0, keepdims=True), where=k)
np.nanstd({MISSING}, axis=0, out=v)
np.nanstd(e, axis=0)
np.nanprod({MISSING}, axis=0, dtype=np.float32)
np.nanprod({MISSING}, axis=0, out=v)
np.nansum({MISSING}, axis=0, where=k, initial=3)
np.nancumsum({MISSING}, axis=1, dtype=np.float32)
np.nancumprod({MISSING}, axis=1, out=m)
"""

EXTREMES = f"""
np.nanmax({MISSING}, axis=0)
np.nanmin({MISSING}, axis=(0, 1), keepdims=True)
np.nanmax({MISSING}, axis=0, initial=1)
np.nanmax({MISSING}, axis=0, where=k, initial=1)
np.nanmax({MISSING}, axis=0, where=k)
np.nanmin(m, axis=0, initial=np.nan)
np.nanmin(m * np.nan, axis=0, initial=np.nan)
np.nanmin({MISSING}, axis=0, out=v)
np.nanmax(e, axis=1)
np.nanmax(e, axis=0)
np.nanmax(m * np.nan)
np.nanargmax({MISSING}, axis=1, keepdims=True)
np.nanargmin({MISSING}, axis=0, out=i)
np.nanargmin({MISSING}, keepdims=True)
np.nanargmax(s)
np.nanargmax(e, axis=1)
"""

INDICES_WITH_NAN = f"""
np.nanargmax({MISSING}, axis=1)
np.nanargmin({MISSING}, axis=0)
np.nanargmin({MISSING})
np.nanargmax(m * np.nan, axis=0)
np.nanargmax(np.where(k, -np.inf, np.nan), axis=1)
"""

ROWS = [
    *rows(PLAIN, ALL, tolerance=5),
    *rows(INDICES, ALL),
    *rows(DTYPES, FLOATS, tolerance=5),
    *rows(EXTREMES, FLOATS + COMPLEX),
    *rows(WITH_NAN, FLOATS + COMPLEX, tolerance=5),
    *rows(f"np.nanvar({MISSING}, axis=0, out=v)", FLOATS),
    *rows("np.nanstd(m, axis=0, dtype=np.float64)", ("int32", "float64")),
    *rows(INDICES_WITH_NAN, FLOATS + COMPLEX),
]

SMOOTH = f"""
np.nanmean({MISSING})
np.nanmean({MISSING}, axis=0, keepdims=True)
np.nansum({MISSING})
np.nanprod({MISSING})
np.nanprod(m, axis=1)
np.nancumsum({MISSING})
np.nancumprod({MISSING})
np.nanvar({MISSING})
np.nanvar(m, axis=1, ddof=1)
np.nanstd(m, axis=1)
np.nanstd(m, ddof=1)
np.nanmax(s)
np.nansum(e, axis=0)
np.nanprod(s)
"""

GRADIENTS = [
    *rows(SMOOTH, ("float64", "complex128")),
    *rows(f"np.nanmax({MISSING}, axis=0)\nnp.nanmin({MISSING})", ("float64", "complex128")),
    *rows(f"np.nanprod({MISSING}, axis=0)\nnp.nancumsum({MISSING}, axis=1)\nnp.nanvar({MISSING}, axis=0)"),
    *rows(f"np.nanstd({MISSING})\nnp.nancumprod({MISSING}, axis=1)"),
]
