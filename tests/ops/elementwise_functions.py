"""Elementwise functions that are not ufuncs: what is tried, on which dtypes."""

from tests.pairing import ALL, COMPLEX, FLOATS, INTEGERS, REAL, WIDE_FLOATS, rows

CLIPPED = """
np.clip(m, 1, 3)
np.clip(m, 0, None)
np.clip(m, None, 2)
np.clip(m, 3, 1)
np.clip(m, v, 4)
np.clip(m, f, f)
np.clip(m, 0.5, 2)
np.clip(m, -1, 300)
np.clip(m, 300, None)
np.clip(m, min=1)
np.clip(m, max=1)
np.clip(m, 1)
np.clip(m, 1, 2, min=1)
np.clip(m, None, None)
np.clip(m, w, 4)
np.clip(m, np.float32(1), None)
np.clip(e, 0, 1)
m.clip(1, 2)
m.clip(max=2)
np.clip(m, 1, 3, out=f)
"""

ROUNDED = """
np.round(m)
np.round(m, 1)
np.round(m, -1)
np.around(x, 0)
m.round(1)
np.round(s)
np.real(m)
np.imag(m)
np.angle(m)
np.angle(m, deg=True)
np.isreal(m)
np.iscomplex(m)
np.isclose(m, f)
np.isclose(m, m)
np.isclose(m, v, rtol=0.5)
np.isclose(m, f, atol=2)
np.isclose(m, w)
np.allclose(m, m)
np.allclose(m, f)
np.array_equal(m, m)
np.array_equal(m, f)
np.array_equal(m, v)
np.array_equiv(m, m[:1])
np.array_equiv(m, w)
np.nan_to_num(m)
m.conj()
m.conjugate()
1 in m
-77 in m
round(s[()], 1)
"""

NOT_NUMBERS = """
np.nan_to_num(np.where(k, m, np.nan))
np.nan_to_num(np.where(k, m, np.inf))
np.nan_to_num(np.where(k, m, -np.inf), nan=1.0, posinf=2.0, neginf=-3.0)
np.nan_to_num(m / 0.0, copy=False)
np.isclose(np.where(k, m, np.nan), m)
np.isclose(np.where(k, m, np.nan), np.where(k, m, np.nan), equal_nan=True)
np.isclose(np.where(k, m, np.inf), np.where(k, m, np.inf))
np.array_equal(np.where(k, m, np.nan), np.where(k, m, np.nan), equal_nan=True)
np.clip(np.where(k, m, np.nan), 0, 1)
np.clip(m, np.nan, 1)
"""

INTERPOLATED = """
np.interp(x, [0.0, 1.0, 2.5], u)
np.interp(x, [0.0, 1.0, 2.5], u, left=-1.0, right=9.0)
np.interp(0.5, [0.0, 1.0, 2.5], u)
np.interp(v, np.sort(w) + np.arange(5), w)
np.interp(x, [0.0, 1.0, 2.5], u, period=3.0)
np.interp(x, [0.0, 1.0], u)
np.interp(x, [1.0], [2.0])
np.interp(x, [], z)
"""

ROWS = [
    *rows(CLIPPED, tuple(d for d in REAL if d != "bool")),
    *rows("np.clip(m, 0, 1)\nnp.clip(m, 1, None)\nnp.clip(m, m, m)", ("bool",)),
    *rows("np.clip(m, 0, 1)", ("float64",), refused=COMPLEX),
    *rows(ROUNDED, ALL),
    *rows(NOT_NUMBERS, FLOATS),
    *rows(INTERPOLATED, INTEGERS + WIDE_FLOATS),
]

ORDERED = """
np.clip(m, -0.5, 0.5)
np.clip(m, None, 0.5)
np.clip(m, -v**2, v**2)
np.interp(m, np.cumsum(np.abs(v)), v)
"""

SMOOTH = """
np.real(m)
np.imag(m) * m
np.nan_to_num(m)
np.conj(m) * m
m.conj() ** 2
np.angle(m) * m
"""

GRADIENTS = [*rows(SMOOTH, ("float64", "complex128")), *rows(ORDERED)]
