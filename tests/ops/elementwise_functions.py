"""Elementwise functions that are not ufuncs: what is tried, on which dtypes."""

from tests.pairing import ALL, COMPLEX, FLOATS, INTEGERS, NUMBERS, REAL, WIDE_FLOATS, rows

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
np.clip(m, 1, 3, out=np.zeros_like(m), where=k)
np.clip(m, v, None, out=np.zeros_like(m), where=[True, False, True, True])
np.clip(m, None, 2, out=np.zeros_like(m), where=k)
np.clip(m, None, None, out=np.zeros_like(m), where=k)
np.clip(m, 1, 3, dtype=np.float64)
np.clip(m, 1, 3, dtype=np.complex128)
np.clip(m, 1, 3, dtype=np.int8, casting="unsafe")
np.clip(m, 1, 3, dtype=np.int8)
np.clip(m, 1, 3, foo=1)
np.clip(s, 0, 1)
np.clip(m, [1], [[2], [3], [1]])
np.clip(m, 2, 1.5)
np.clip(m, 1, 3, out=w)
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
np.nan_to_num(s)
np.nan_to_num(m, nan=v)
np.real_if_close(m)
np.real_if_close(m * (1 + 1e-17j))
np.real_if_close(m * (1 + 1e-17j), tol=1e-30)
np.real_if_close(m + 1e-13j, tol=1000)
np.real_if_close(s)
np.isclose(m, 1)
np.isclose(m, f, rtol=v, atol=1)
np.isclose(s, 1)
np.isclose([1, 2], v[:2])
np.isclose(m, f, equal_nan=True)
np.allclose(m, f, atol=100)
np.allclose(m, w)
np.array_equal(m, m.tolist())
np.array_equal(m, None)
np.array_equal(m, "text")
np.array_equal(m, m, equal_nan=True)
np.array_equal(e, e)
np.array_equiv(m, v[:1])
np.array_equiv(m, None)
np.around(m, decimals=-1)
np.around(m, 2, out=f)
np.round(m, 1.5)
m.conj()
m.conjugate()
1 in m
-77 in m
round(s[()], 1)
"""

TRUNCATED = """
np.fix(m)
np.fix(m / 3)
np.fix(s)
np.fix(m, out=f)
np.fix(m, w)
np.isposinf(m)
np.isneginf(m)
np.isneginf(m, np.zeros_like(m, dtype=bool))
np.isposinf(m, out=f)
np.isposinf(s)
"""

NOT_NUMBERS = """
np.isposinf(np.where(k, m, np.inf))
np.isposinf(np.where(k, m, -np.inf))
np.isneginf(np.where(k, m, -np.inf))
np.isneginf(np.where(k, m, np.nan))
np.fix(np.where(k, m, np.nan))
np.nan_to_num(np.where(k, m, np.nan), nan=v)
np.nan_to_num(np.where(k, m, np.inf), posinf=v, neginf=[1])
np.nan_to_num(np.where(k, m, np.nan), nan=np.float64(3))
np.nan_to_num(np.where(k, m, np.nan), nan=1j)
np.nan_to_num(np.where(k, m, np.nan), nan=w)
np.nan_to_num(np.where(k, m, -np.inf), neginf=-5)
np.nan_to_num(np.where(k, m, np.nan)[0, 0])
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
np.interp(x, [0.0, 1.0, 2.5], u * (1 + 2j))
np.interp(x, [0.0, 1.0, 2.5], u * 1j, left=1j, right=2)
np.interp(x, [0.0, 1.0, 2.5], u * 1j, period=3.0)
np.interp(x, [0.0, 1.0, 2.5], u, left=1j)
np.interp(x, [0.0, 1.0, 2.5], u, left=s, right=v[0])
np.interp(x, [0.0, 1.0, 2.5], u, 1.0, 2.0, 3.0)
np.interp(x, [0.0, 1.0, 2.5], u, period=-2.0)
np.interp(x, [2.5, 0.0, 1.0], u, period=2.0)
np.interp(x, [0.0, 1.0, 2.5], u, period=0)
np.interp(s, [0.0, 1.0, 2.5], u)
np.interp([], [0.0, 1.0, 2.5], u)
np.interp(x, [[0.0, 1.0, 2.5]], u)
np.interp(x, [0.0, 1.0, 2.5], [u])
np.interp(x, [[0.0, 1.0, 2.5]], u, period=1)
np.interp(x, 1.0, u)
np.interp(x, [0.0, 1.0, 1.0, 2.5], v)
np.interp(x, [np.nan, 1.0, 2.5], u)
np.interp(x, [0.0, 1.0, 2.5], np.where(b, u, np.nan))
np.interp(x, [0.0, 1.0, np.inf], u)
np.interp(x, [0.0, 1.0, 2.5], np.where(b, np.inf, u))
np.interp(x, [0.0, 0.5, 2.5, 3.0], v * 0 + np.inf)
np.interp(np.where(k, m, np.nan), [0.0, 1.0, 2.5], u)
np.interp(np.where(k, m, np.inf), [0.0, 1.0, 2.5], u)
"""

COMPLEX_NOT_NUMBERS = """
np.nan_to_num(np.where(k, m, np.nan))
np.nan_to_num(np.where(k, m, complex(np.inf, np.nan)), nan=1.5, posinf=v.real)
np.isposinf(m)
np.isneginf(m)
np.fix(m)
"""

# A Python number is weak; an array without axes is not.
CLOSE_TO_NUMBERS = """
np.isclose(m, 0.1)
np.isclose(m * 0 + 1, 1 + 1e-9, rtol=0, atol=0)
np.isclose(0.1, m * 0 + 0.1, rtol=0, atol=0)
np.isclose(m * 0 + 0.1, 0.1, rtol=0, atol=0)
np.isclose(m * 0 + 0.1, np.float64(0.1), rtol=0, atol=0)
np.isclose(m * 0 + 0.1, s * 0 + 0.1, rtol=0, atol=0)
np.allclose(m * 0 + 0.1, 0.1, rtol=0, atol=0)
np.isclose(m, 1, rtol=s, atol=0.1)
np.isclose(m, np.nan, equal_nan=True)
np.isclose(m, np.inf)
np.isclose(1, 1 + 1e-9, rtol=s)
np.isclose(m, True)
"""

# No complex number is on a line; of one that is not a number the imaginary part is 0.
COMPLEX_INTERPOLATED = """
np.interp(m, [0.0, 1.0, 2.5], [1, 2j, 3])
np.interp(0.5, m[0], [1, 2, 3, 4])
np.interp(m, [0.0, 1.0], [1.0, 2.0], period=3)
"""
NOT_INTERPOLATED = """
np.interp(np.where(k, m, np.nan), [0.0, 1.0, 2.5], np.array([1, 2j, 3]))
np.interp(np.where(k, m, np.inf), [0.0, 1.0, 2.5], np.array([1, 2j, 3]), period=2.0)
np.interp(np.where(k, m, np.nan), [1.0], [2.0])
np.interp(np.where(k, m, np.nan), [0.0, 1.0], [2.0, 3.0])
"""

ROWS = [
    *rows(CLOSE_TO_NUMBERS, NUMBERS),
    *rows(COMPLEX_INTERPOLATED, COMPLEX),
    *rows(NOT_INTERPOLATED, WIDE_FLOATS),
    *rows(CLIPPED, tuple(d for d in REAL if d != "bool")),
    *rows("np.clip(m, 0, 1)\nnp.clip(m, 1, None)\nnp.clip(m, m, m)", ("bool",)),
    *rows("np.clip(m, 0, 1)\nnp.clip(m, f, None)\nnp.clip(m, None, v)\nnp.clip(m, 1j, 2)", COMPLEX),
    *rows("np.clip(m, 1, 3, out=f, where=k)", COMPLEX),
    *rows(COMPLEX_NOT_NUMBERS, COMPLEX),
    *rows(TRUNCATED, ALL),
    *rows(ROUNDED, ALL),
    *rows(NOT_NUMBERS, FLOATS),
    *rows(INTERPOLATED, INTEGERS + WIDE_FLOATS),
]

ORDERED = """
np.clip(m, -0.5, 0.5)
np.clip(m, None, 0.5)
np.clip(m, -v**2, v**2)
np.interp(m, np.cumsum(np.abs(v)), v)
np.interp(m, np.cumsum(np.abs(v)), v, left=s, right=2.0)
np.interp(m, np.cumsum(np.abs(v)), v, period=2.5)
np.clip(m, -0.5, s + 0.1)
np.interp(s, np.cumsum(np.abs(v)), v)
np.interp(e, np.cumsum(np.abs(v)), v)
np.interp(x, np.cumsum(np.abs(w)) + 0.1, w)
np.interp(v, [-3.0, -1, 1, 3], w * (1 + 2j))
np.interp(v, w + 0.1, w * w, period=1.7)
np.modf(v * 3 + 0.1)
np.ldexp(v, [1, 2, 3])
np.float_power(np.abs(v), v)
"""

SMOOTH = """
np.real(m)
np.imag(m) * m
np.nan_to_num(m)
np.conj(m) * m
m.conj() ** 2
np.angle(m) * m
np.nan_to_num(np.where(k, m, np.nan))
np.around(m, 1) + m
"""

GRADIENTS = [*rows(SMOOTH, ("float64", "complex128")), *rows(ORDERED)]
