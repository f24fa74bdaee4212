"""Medians and quantiles: what is tried, on which dtypes."""

from tests.pairing import ALL, BOOL, FLOATS, INTEGERS, WIDE_FLOATS, rows

MISSING = "np.where(k, m, np.nan)"
METHODS = (
    "inverted_cdf",
    "averaged_inverted_cdf",
    "closest_observation",
    "interpolated_inverted_cdf",
    "hazen",
    "weibull",
    "linear",
    "median_unbiased",
    "normal_unbiased",
    "lower",
    "higher",
    "midpoint",
    "nearest",
)

QUANTILES = """
np.quantile(x, 0.5)
np.quantile(x, 0)
np.quantile(x, 1)
np.quantile(x, 1.0, axis=1)
np.quantile(x, [0.1, 0.25, 0.9], axis=1)
np.quantile(x, [[0.1, 0.5], [0.9, 1.0]], axis=(0, 2))
np.quantile(x, 0.3, axis=(0, 2), keepdims=True)
np.quantile(x, [0.3, 0.4], keepdims=True)
np.quantile(x, [], axis=0)
np.quantile(t, 0.2, axis=-1)
np.quantile(s, 0.5)
np.quantile(w, 0.7, overwrite_input=False)
np.percentile(x, 50)
np.percentile(x, [10, 25.5, 100], axis=2)
np.percentile(x, 30, axis=[0, 1])
np.percentile(w, (0, 100))
np.nanquantile(x, [0.2, 0.7], axis=1)
np.nanpercentile(x, 30, axis=0, keepdims=True)
np.nanmedian(x, axis=1)
np.median(x, axis=[0, 1])
"""

KINDS_OF_Q = """
np.quantile(x, [[[0.5]]])
np.quantile(x, 0.5, axis=())
np.quantile(x, [0.2, 0.5], axis=())
np.quantile(x, np.array([0.2, 0.5], np.float16), axis=1, method="weibull")
np.quantile(x, np.array(0.3))
np.quantile(x, np.array([0, 1]), method="hazen")
np.quantile(x, np.array([0, 1]), method="averaged_inverted_cdf")
np.quantile(x, 1, method="midpoint")
np.quantile(x, True)
np.quantile(x, "a")
np.quantile(x, 1j)
np.quantile(e, 0.5, axis=0)
np.quantile(e, 0.5, axis=1)
np.percentile(x, 100)
np.percentile(x, np.array([10, 30], np.float32))
np.percentile(x, np.array([10, 30], np.uint8))
np.quantile(x.copy(), 0.4, overwrite_input=True)
np.median(x.copy(), overwrite_input=True)
np.nanquantile(x, 1)
np.nanquantile(x, np.array([0, 1]), axis=1)
np.nanpercentile(x, np.array([10, 30], np.float32), axis=0)
np.nanquantile(x, 0.4, axis=0, method="midpoint")
np.nanquantile(x, 0.5, axis=())
np.nanmedian(x, axis=())
np.nanmedian(x, keepdims=True)
np.nanquantile(e, [0.5, 0.2], axis=0)
np.nanquantile(e, [0.5, 0.2], axis=1)
np.nanquantile(e, [0.5, 0.2], axis=0, keepdims=True)
np.nanmedian(e, axis=0, keepdims=True)
np.nanmedian(e, axis=1)
np.median(e, axis=0)
np.median(e)
"""

OUTPUTS = """
np.quantile(m, 0.5, axis=0, keepdims=True, out=m[:1])
np.quantile(m, 0.5, axis=0, out=i)
np.quantile(m, 0.5, axis=0, method="lower", out=v)
np.quantile(m, 0.5, axis=0, method="lower", out=np.zeros_like(m[0], np.float64))
np.quantile(m, 0.4, axis=1, method="inverted_cdf", weights=[1, 2, 3, 4], out=u)
np.nanquantile(m, 0.5, axis=0, out=i)
np.median(m, axis=(1, 0), out=s)
"""

ERRORS = """
np.quantile(x, 1.5)
np.quantile(x, [0.5, -0.1])
np.quantile(x, np.nan)
np.percentile(x, 101)
np.quantile(x, 0.5, axis=3)
np.quantile(x, 0.5, method="none")
np.quantile(z, 0.5)
np.quantile(x, 0.5, weights=x)
np.quantile(np.abs(x), 0.5, method="inverted_cdf", weights=-np.abs(x) - 1)
np.quantile(m, 0.5, method="inverted_cdf", weights=np.ones(4))
np.quantile(m, 0.5, axis=0, method="inverted_cdf", weights=np.ones(4))
np.quantile(m, 0.5, axis=0, method="inverted_cdf", weights=np.zeros(3))
np.quantile(m, 0.5, axis=0, out=w)
"""

BY_METHOD = "\n".join(
    f"np.{function}(w, {q}, method={method!r})"
    for method in METHODS
    for function, q in (
        ("quantile", "[0, 0.1, 0.2, 0.35, 0.5, 0.6, 0.9, 1]"),
        ("percentile", 40),
        ("percentile", "np.array([30, 75], np.float32)"),
    )
)

WEIGHTED = """
np.quantile(m, [0, 0.2, 0.5, 1], method="inverted_cdf", weights=np.abs(m) + 1)
np.quantile(m, 0.4, axis=0, method="inverted_cdf", weights=[0.0, 1.0, 2.5])
np.quantile(m, 0.4, axis=1, method="inverted_cdf", weights=np.abs(m) + 1, keepdims=True)
np.percentile(x, [5, 95], axis=(0, 2), method="inverted_cdf", weights=np.abs(x) + 1)
np.nanquantile(m, 0.4, axis=0, method="inverted_cdf", weights=np.abs(m) + 1)
np.percentile(w, 30, method="inverted_cdf", weights=np.arange(5))
np.nanpercentile(w, 30, method="inverted_cdf", weights=np.arange(5))
np.quantile(m, 0.4, axis=[1], method="inverted_cdf", weights=[1, 2, 3, 4])
np.quantile(m, [0, 1], axis=1, method="inverted_cdf", weights=[0, 2, 3, 0])
np.quantile(m, np.array([0.5], np.float32), axis=1, method="inverted_cdf", weights=[0.1, 0.2, 0.3, 0.4])
np.quantile(m, 0.4, axis=1, method="inverted_cdf", weights=[1, np.nan, 3, 4])
np.quantile(m, 0.4, axis=1, method="inverted_cdf", weights=[1, np.inf, 3, 4])
np.quantile(m, 0.4, axis=3, method="inverted_cdf", weights=m * m)
"""

WITH_NAN = f"""
np.quantile({MISSING}, 0.3)
np.quantile({MISSING}, [0.3, 0.6], axis=0)
np.percentile({MISSING}, 30, axis=1, method="lower")
np.nanquantile({MISSING}, [0.1, 0.3, 1], axis=0)
np.nanquantile({MISSING}, 0.3, axis=1, method="higher")
np.nanpercentile({MISSING}, [30, 40])
np.nanpercentile({MISSING}, 30, axis=(0, 1), keepdims=True, method="hazen")
np.nanpercentile(m * np.nan, 30, axis=1)
np.quantile(np.where(k, m, np.inf), [0.1, 0.4, 1], axis=0)
np.nanquantile(np.where(k, m, np.inf), [0.1, 0.4, 1], axis=0)
np.nanquantile({MISSING}, [[0.2, 0.5]], axis=1, keepdims=True, method="normal_unbiased")
np.nanquantile({MISSING}, 0.5, method="inverted_cdf", weights=np.where(k, 1, np.nan))
np.nanmedian(np.where(k, m, np.inf), axis=0)
np.nanmedian(np.where(k, np.nan, -np.inf), axis=0)
np.nanmedian({MISSING}, axis=0, keepdims=True, out=m[:1])
np.nanmedian({MISSING})
np.nanmedian({MISSING}, axis=0)
np.nanmedian({MISSING}, axis=(0, 1), keepdims=True)
np.nanmedian(m * np.nan, axis=1)
np.nanmedian({MISSING}, axis=0, out=v)
np.nanmedian(z)
np.nanquantile(z, 0.5)
np.quantile({MISSING}, 0.4, axis=0, method="inverted_cdf", weights=[0.5, 1.0, 2.5])
np.nanquantile({MISSING}, [0.4, 0.9], axis=0, method="inverted_cdf", weights=np.abs(m) + 1)
"""

# One middle number is not half of twice itself.
HUGE = """
np.nanmedian(w * 0 + np.finfo(w.dtype).max)
np.nanmedian(s * 0 + np.finfo(s.dtype).max * -0.9)
np.nanmedian(np.where(k[:, 0], u * 0 + np.finfo(u.dtype).max, np.nan))
np.median(w * 0 + np.finfo(w.dtype).max)
np.quantile(w * 0 + np.finfo(w.dtype).max, [0.2, 0.5])
np.nanquantile(np.array([-1.0, 1]) * np.finfo(w.dtype).max + w[:1] * 0, 0.25)
np.mean(w[:1] * 0 + np.finfo(w.dtype).max)
"""

ROWS = [
    *rows(HUGE, WIDE_FLOATS),
    *rows(QUANTILES, INTEGERS + FLOATS),
    *rows(KINDS_OF_Q + OUTPUTS, BOOL + INTEGERS + FLOATS),
    *rows(ERRORS),
    *rows(BY_METHOD, INTEGERS + FLOATS),
    *rows(WEIGHTED, INTEGERS + FLOATS),
    *rows(WITH_NAN, FLOATS),
    *rows("np.quantile(m, 0.3, axis=0, out=v)\nnp.percentile(x, 30, axis=(0, 1), out=v)"),
    *rows("np.quantile(m, 0.5, method='lower')", ALL),
    *rows("np.quantile(m, 0.5)", ("bool", "complex64")),
    *rows("np.quantile(m, np.float64(0.3))\nnp.quantile(m, np.array([0.3], np.float32))", FLOATS),
    *rows("np.median(x)\nnp.median(m, axis=1)\nnp.median(s)\nnp.nanmedian(x, axis=0)", ALL),
    *rows(f"np.median({MISSING} + 1j * m, axis=0)\nnp.nanmedian({MISSING} + 1j * m, axis=0)", ("complex128",)),
]

GRADIENTS = [
    *rows("np.nanmedian(w)\nnp.nanmedian(m, axis=0)\nnp.nanmedian(m, axis=1)"),
    *rows("np.quantile(s, 0.5)\nnp.median(s[None])\nnp.percentile(m, 37.0, axis=1, keepdims=True)"),
    *rows("\n".join(f"np.quantile(w, [0.3, 0.7], method={method!r})" for method in METHODS)),
    *rows("\n".join(f"np.percentile(m, 37, axis=0, method={method!r})" for method in METHODS)),
    *rows("\n".join(f"np.nanquantile({MISSING}, [0.2, 0.7], axis=0, method={method!r})" for method in METHODS)),
    *rows(f"np.nanpercentile({MISSING}, 40)\nnp.nanmedian({MISSING})\nnp.nanmedian(m, axis=1)"),
    *rows("np.quantile(w, 0.3)\nnp.quantile(m, [0.2, 0.8], axis=1)\nnp.percentile(x, 30, axis=(0, 2))"),
    *rows("np.quantile(w, 0.3, method='hazen')\nnp.quantile(w, 0.3, method='lower')"),
    *rows("np.nanquantile(np.where(k, m, np.nan), 0.3, axis=0)\nnp.nanmedian(np.where(k, m, np.nan), axis=0)"),
    *rows("np.quantile(m, 0.4, axis=0, method='inverted_cdf', weights=np.arange(len(m)))"),
]
