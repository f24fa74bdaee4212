"""Distinct elements and sets: what is tried, on which dtypes."""

from tests.pairing import ALL, BOOL, COMPLEX, FLOATS, INTEGERS, NUMBERS, WIDE_FLOATS, rows

MISSING = "np.where(k, m, np.nan)"
PARTS = "np.where(k, m, np.nan) + 1j * np.where(k[::-1], m.real, np.nan)"

UNIQUE = """
np.unique(x)
np.unique(x, True, True, True)
np.unique(s, return_inverse=True)
np.unique(z, True, True, True)
np.unique(m, axis=0)
np.unique(m, axis=1, return_index=True)
np.unique(x, axis=2, return_inverse=True)
np.unique(x, True, True, True, axis=1)
np.unique(np.concatenate([m, m[::-1]]), True, True, True, axis=0)
np.unique(e, axis=0)
np.unique(e, True, True, True, axis=1)
np.unique(v, axis=0, return_counts=True)
np.unique(m, axis=2)
np.unique_all(x)
np.unique_counts(x)
np.unique_inverse(m)
np.sort(np.unique_values(m))
"""

SETS = """
np.isin(x, v)
np.isin(x, v, invert=True)
np.isin(s, m)
np.isin(m, z)
np.isin(m, [1, 2])
np.isin(m, 1)
np.isin(np.unique(m), np.unique(x), assume_unique=True)
np.isin(m, v, kind="sort")
np.isin(m, v, kind="other")
np.isin(np.array([2**62 + 1, -1]), (v[:1] * 0).astype(np.uint64) + np.uint64(2**62))
np.isin([2**62, -1], (v[:1] * 0).astype(np.uint64) + np.uint64(2**62))
np.isin(np.uint64(2**64 - 1), (v[:1] * 0).astype(np.int64) - 1)
np.isin((v[:1] * 0).astype(np.uint64) + np.uint64(5), [5, -1], invert=True)
np.isin(m, [1, 2.5])
np.isin([1, 2], m)
np.intersect1d(x, m)
np.intersect1d(x, m, return_indices=True)
np.intersect1d(np.unique(x), np.unique(m), assume_unique=True)
np.intersect1d(np.unique(x), np.unique(m), True, True)
np.intersect1d(z, m)
np.union1d(x, w)
np.union1d(z, s)
np.setdiff1d(x, v)
np.setdiff1d(v, z)
np.setdiff1d(x, v, assume_unique=True)
np.setxor1d(x, w)
np.setxor1d(z, z)
np.setxor1d(np.unique(x), np.unique(w), assume_unique=True)
"""

DIFFERENCES = """
np.ediff1d(x)
np.ediff1d(s)
np.ediff1d(z)
np.ediff1d(w, to_end=[1, 2])
np.ediff1d(w, to_begin=3)
np.ediff1d(w, to_begin=v, to_end=v[:1])
np.ediff1d(w, to_end=1.5)
np.ediff1d(w, 1j)
"""

WITH_NAN = f"""
np.unique({MISSING}, True, True, True)
np.unique({MISSING}, True, True, True, equal_nan=False)
np.unique_all({MISSING})
np.isin({MISSING}, [np.nan, 1.0])
np.isin({MISSING}, {MISSING}, invert=True)
np.union1d({MISSING}, {MISSING})
np.intersect1d({MISSING}, {MISSING})
np.setdiff1d({MISSING}, [np.nan])
np.setxor1d({MISSING}, [np.nan, 7.0])
"""

# Along the only axis there is, elements, of which NaNs are equal, and not slices.
ALONG_ONE_AXIS = """
np.unique(np.where(k, m, np.nan).ravel(), axis=0)
np.unique(np.where(k, m, np.nan).ravel(), True, True, True, axis=-1)
np.unique(np.where(k, m, np.nan).ravel(), True, True, True, axis=0, equal_nan=False)
np.unique(v, axis=1)
np.unique(s, axis=0)
"""

ROWS = [
    *rows(ALONG_ONE_AXIS, FLOATS + COMPLEX),
    *rows(UNIQUE + SETS, ALL),
    *rows(DIFFERENCES, NUMBERS + BOOL),
    *rows(WITH_NAN, FLOATS),
    # Of float16, NumPy's comparison of records puts some NaNs first.
    *rows(f"np.unique({MISSING}, axis=0)", WIDE_FLOATS),
    *rows(f"np.unique({PARTS}, axis=0)", COMPLEX),
    *rows(WITH_NAN.replace(MISSING, f"({PARTS})"), COMPLEX),
    *rows('np.isin(m, v, kind="table")', ("int64", "bool", "float64")),
    *rows("np.isin(i, m)\nnp.isin(m, i)\nnp.union1d(i, m)\nnp.setdiff1d(m, i)", INTEGERS + FLOATS + COMPLEX),
]

GRADIENTS = [
    *rows("np.unique(m)\nnp.unique(m, axis=0)\nnp.ediff1d(v, to_end=w, to_begin=1)", ("float64", "complex128")),
    *rows("np.union1d(v, w + 0.3)\nnp.setdiff1d(v, w + 0.3)\nnp.setxor1d(v, w + 0.3)\nnp.intersect1d(v, v * 1)"),
]
