"""Functions that call the user's: what is tried, on which dtypes."""

from tests.pairing import ALL, INTEGERS, WIDE_FLOATS, rows

APPLIED = """
np.apply_along_axis(lambda a: a[0], 0, m)
np.apply_along_axis(lambda a: a[::-1], 1, m)
np.apply_along_axis(lambda a: a[:2], -1, x)
np.apply_along_axis(lambda a: np.diag(a), 1, x)
np.apply_along_axis(lambda a: a[:, None] != a[None], 0, x)
np.apply_along_axis(lambda a: 3, 0, m)
np.apply_along_axis(lambda a: np.all(a), 1, m)
np.apply_along_axis(lambda a, p, q=0: a[p:q], 0, q, 1, q=3)
np.apply_along_axis(lambda a: a, 2, m)
np.apply_along_axis(lambda a: a, 1, e)
np.apply_along_axis(lambda a: a[0], 0, v)
np.apply_along_axis(lambda a: a, 0, s)
"""

REDUCED = """
np.apply_along_axis(np.sum, 0, m)
np.apply_along_axis(np.cumsum, 1, x)
np.apply_over_axes(np.sum, x, [0, 2])
np.apply_over_axes(np.sum, x, -1)
np.apply_over_axes(np.cumsum, x, (0, -1))
np.apply_over_axes(np.sum, x, [3])
np.apply_over_axes(lambda a, axis: a[0, 0], x, [0])
np.apply_over_axes(np.sum, x, ())
"""

PIECEWISE = """
np.piecewise(v, [v < 1, v >= 1], [0, 1])
np.piecewise(v, [v < 1, v >= 1], [lambda a: a * 2, lambda a: a + 1])
np.piecewise(m, [m < 0, m > 2], [1, lambda a: a * a, 3])
np.piecewise(v, v > 0, [lambda a: a])
np.piecewise(v, v > 0, [lambda a: a, 2])
np.piecewise(v, [v > 9], [lambda a: a, 2])
np.piecewise(v, [v > 0, v > 1], [1])
np.piecewise(v, [True, False, True, False], [1, 0])
np.piecewise(v, [v > 0], [lambda a, p, q=0: a * p + q, 2], 3, q=1)
np.piecewise(s, [s > 0], [lambda a: a * 3, 2])
np.piecewise(s, s > 0, [1, 2])
np.piecewise(z, [z > 0], [lambda a: a * 3, 2])
np.piecewise(v, [v > 0], [2.75, 300])
np.piecewise(v, [w > 0], [2, 3])
np.piecewise(m, [[True, False, True, False], m > 0], [1, 2])
"""

ROWS = [
    *rows(APPLIED, ALL, memory=False),
    *rows(REDUCED, INTEGERS + WIDE_FLOATS, memory=False),
    *rows(PIECEWISE, INTEGERS + WIDE_FLOATS),
]

SMOOTH = """
np.apply_along_axis(lambda a: a * a[0], 1, m)
np.apply_over_axes(np.sum, x, [0, 2])
np.piecewise(m, [k], [lambda a: a * a, 3])
np.piecewise(m, [k, ~k], [lambda a: a * a, lambda a: 2 * a])
"""

GRADIENTS = rows(SMOOTH, ("float64", "complex128"))
