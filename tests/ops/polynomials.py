"""Polynomials: what is tried, on which dtypes."""

from tests.pairing import ALL, COMPLEX, INEXACT, INTEGERS, REAL, rows

ARITHMETIC = """
np.polyadd(v, w)
np.polyadd(w, v)
np.polyadd(v, v)
np.polyadd(v, c)
np.polyadd(v, [1, 2.5])
np.polyadd(s, w)
np.polyadd(v, z)
np.polyadd(m, v)
np.polyadd(v, m)
np.polysub(v, w)
np.polysub(w, v)
np.polysub(3, v)
np.polymul(v, w)
np.polymul(w, v - v)
np.polymul(np.append(v - v, v), w)
np.polymul(v, [0, 0, 1j])
np.polymul(2, v)
np.polymul(m, v)
np.polymul(z, v)
np.polyadd(np.poly1d([1, 2]), v).coeffs
np.polymul(v, np.poly1d([0, 1, 2])).coeffs
np.polysub(np.poly1d([1, 2, 3, 4]), v).coeffs
np.polyval(v, m)
np.polyval(v, s)
np.polyval(w, c)
np.polyval(v, 2)
np.polyval(v, [1, 2.5])
np.polyval([1, 2], m)
np.polyval(m, v)
np.polyval(s, v)
np.polyval(z, v)
np.polyval(v, np.poly1d([1, 2])).coeffs
np.polyval(np.poly1d([1, 2]), v)
np.polyder(v)
np.polyder(v, 2)
np.polyder(w, m=4)
np.polyder(v, 5)
np.polyder(v, 0)
np.polyder(v, -1)
np.polyder(s)
np.polyder(s, 0)
np.polyder(z)
np.polyint(v)
np.polyint(v, 2)
np.polyint(v, 3, [1, 2, 3])
np.polyint(v, 2, 5)
np.polyint(v, 2, c)
np.polyint(v, 0)
np.polyint(v, -1)
np.polyint(v, 2, [])
np.polyint(v, 3, [1, 2])
np.polyint(s)
np.polyint(z)
np.polyint(z, 2, k=[1, 2])
"""

DIVIDED = """
np.polydiv(w, u + 10)
np.polydiv(np.convolve(v, u + 10), u + 10)
np.polydiv(u + 5, v + 9)
np.polydiv(v, [2.0])
np.polydiv(v, s + 7)
np.polydiv(v, c + 9)
np.polydiv([1, 2, 3], v + 9)
np.polydiv(v + 5, v + 5)
np.polydiv(v - v, u + 10)
np.polydiv(z, v)
np.polydiv(v, z)
np.polydiv(v, np.poly1d([2, 1]))[0].coeffs
"""

SERIES = """
np.polynomial.polynomial.polyval2d(m, f, q)
np.polynomial.polynomial.polyval2d(v, c, x)
np.polynomial.polynomial.polyval2d(v, [1, 2, 3, 4], q)
np.polynomial.polynomial.polyval2d(2, 3, q)
np.polynomial.polynomial.polyval2d(v, w, q)
np.polynomial.polynomial.polyval2d(s, s, q)
np.polynomial.polynomial.polyval2d(m, f, [[1, 2], [3, 4]])
np.polynomial.polynomial.polyval2d(v, c, u)
np.polynomial.polynomial.polyval2d(v, c, s)
np.polynomial.polynomial.polygrid2d(v, w, q)
np.polynomial.polynomial.polygrid2d(m, w, q)
np.polynomial.polynomial.polygrid2d(v, 2, q)
np.polynomial.polynomial.polygrid2d(0.5, v, q)
np.polynomial.polynomial.polygrid2d([1.0, 2], w, x)
"""

# The order in which eigenvalues come is nobody's promise. NumPy does not ask us about no coefficients at all: of
# np.poly's and np.roots' argument it looks at the elements.
ROOTS = """
np.sort(np.roots(v))
np.sort(np.roots(w + 1))
np.sort(np.abs(np.roots(np.append(np.append(v - v, v + 1), v - v))))
np.roots(v - v)
np.roots(v[:1] + 9)
np.roots(s + 9)
np.roots(m)
np.sort(np.roots(np.poly1d([1, 2, -3]).coeffs + v[0]))
"""

FITTED = """
np.polyfit([0, 1, 2, 3], v, 1)
np.polyfit(v / 2 + [0, 9, 20, 31], c, 2)
np.polyfit(np.arange(5) + w * 0, w, 2)
np.polyfit(np.arange(5) + w * 0, w, 2, w=w * w + 1)
np.polyfit(np.arange(5) + w * 0, w, 1, full=True)[0::2]
np.polyfit(np.arange(5) + w * 0, w, 1, full=True)[1]
np.polyfit(np.arange(5) + w * 0, w, 1, full=True)[3:]
np.polyfit(np.arange(5) + w * 0, w, 1, 0.5, True)[2:]
np.polyfit(np.arange(5) + w * 0, w, 1, cov=True)
np.polyfit(np.arange(5) + w * 0, w, 1, cov="unscaled")
np.polyfit(np.arange(5) + w * 0, w, 1, cov="unscaled", w=[1, 2, 3, 2, 1])
np.polyfit(np.arange(4) + v * 0, v, 3, cov=True)
np.polyfit(np.arange(4) + v * 0, x.reshape(4, 6), 1)
np.polyfit(np.arange(4) + v * 0, x.reshape(4, 6), 1, w=v * v + 1)
np.polyfit(np.arange(4) + v * 0, x.reshape(4, 6), 1, cov=True)
np.polyfit(np.arange(4) + v * 0, v, 5)
np.polyfit(v, v, 0)
np.polyfit(v, w, 1)
np.polyfit(v, v, -1)
np.polyfit(m, v, 1)
np.polyfit(z, z, 1)
np.polyfit(v, s, 1)
np.polyfit(v, x, 1)
np.polyfit(v, v, 1, w=m)
np.polyfit(v, v, 1, w=w)
np.polyfit(np.arange(4) + v * 0, v, 1, w=[1, 2j, 3, 4])
np.polyfit(np.arange(4) + v * 0, v, 2.0)
np.polyfit(np.arange(4) + v * 0, v, [2])
"""

MADE = """
np.poly(v)
np.poly(v / 3)
np.poly(z)
np.poly(m)
np.poly(s)
np.poly(e)
np.poly(x)
"""

PAIRED = """
np.poly(np.concatenate([v, np.conj(v)]))
np.poly(np.concatenate([v, v + 1j]))
np.poly(q)
"""

ROWS = [
    *rows(ARITHMETIC, ALL, memory=False),
    *rows(DIVIDED, ALL, memory=False),
    *rows(SERIES, ALL, memory=False),
    *rows(ROOTS, INTEGERS + INEXACT, memory=False, tolerance=1e3),
    *rows(FITTED, ALL, memory=False, tolerance=100),
    *rows(MADE, ALL, memory=False),
    *rows("np.poly(q)", REAL, memory=False, tolerance=1e3),
    *rows(PAIRED, COMPLEX, memory=False, tolerance=1e3),
]

SMOOTH = """
np.polyadd(v, w)
np.polymul(v, w)
np.polydiv(w, u + 10)
np.polyfit(np.arange(len(w)), w, 2)
np.polyval(v, m)
np.polyder(v)
np.polyint(v, 2, 5)
np.poly(v)
np.polynomial.polynomial.polyval2d(v, u[0] * v, q)
np.polynomial.polynomial.polygrid2d(v, w, q)
np.poly(u)
np.poly(q)
np.roots(w)
np.roots(w[:2])
np.polyadd(w, s)
np.polysub(v, w)
np.polymul(v, v)
np.polydiv(w, u)
np.polydiv(v, w)
np.polyval(w, s)
np.polyval(w, x)
np.polyval(e[:, 0], v)
np.polyder(w, 2)
np.polyint(w, k=s)
np.polyfit([0.0, 1, 2, 4], w, 3)
np.polyfit([0.0, 1, 2, 4], np.outer(w, v), 1)
"""

REAL_SMOOTH = """
np.poly(q + q.T)
np.roots(v + 9) * 1j
np.polyfit(w, np.arange(len(w)), 1, w=w * w + 1)
np.polyfit(w, w**3, 1, cov=True)
"""

GRADIENTS = [*rows(SMOOTH, ("float64", "complex128")), *rows(REAL_SMOOTH)]
