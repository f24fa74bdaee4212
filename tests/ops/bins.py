"""Counting what falls into bins: what is tried, on which dtypes."""

from tests.pairing import ALL, BOOL, FLOATS, INTEGERS, REAL, rows

COUNTED = """
np.bincount(i)
np.bincount(i, minlength=2)
np.bincount(i, minlength=7)
np.bincount(i, minlength=-1)
np.bincount(i, minlength=None)
np.bincount(i, minlength=1.5)
np.bincount(i[:0])
np.bincount(i[:0], minlength=3)
np.bincount(i[:0], weights=i[:0])
np.bincount(i - 1)
np.bincount(j)
np.bincount(i[0])
np.bincount(b)
"""

WEIGHTED = """
np.bincount(np.abs(v), minlength=12)
np.bincount(np.abs(v), weights=c)
np.bincount(np.abs(v), weights=[0.5, 1.0, 2.0, 3.0])
np.bincount(z, minlength=3)
np.bincount(m)
np.bincount(s)
np.bincount(np.abs(v), minlength=-1)
np.bincount(np.abs(v), weights=[1.0])
np.bincount(i, v)
np.bincount(i, weights=v, minlength=5)
np.bincount([0, 2, 2, 5], v)
np.bincount(i, w)
np.bincount(i, m)
np.bincount(i, s)
np.bincount(v)
np.bincount(np.abs(v))
np.bincount(z)
"""

INDEXED = """
np.digitize(x, [-1, 0, 2])
np.digitize(x, [-1, 0, 2], right=True)
np.digitize(x, [2, 0, -1])
np.digitize(x, [2, 0, -1], right=True)
np.digitize(s, [1, 1, 2])
np.digitize(x, [1])
np.digitize(x, [1, 3, 2])
np.digitize(x, m)
np.digitize(1, np.sort(v))
np.digitize(x, [-1.5, 0, 0.25, 2])
np.digitize(x, [-1.5, 0, 0.25, 2], right=True)
np.digitize(x, [2, 1, -3])
np.digitize(x, [2, 1, -3], True)
np.digitize(x, np.sort(v))
np.digitize(x, np.sort(v)[::-1])
np.digitize(s, [1, 1, 1])
np.digitize(e, [0, 1])
np.digitize(x, [])
np.digitize(x, z)
np.digitize(x, [0, 2, 1])
np.digitize(x, [[0, 1]])
np.digitize(x, 1)
np.digitize(x, [1j, 2])
np.digitize(i, np.sort(w))
np.digitize(np.where(k, 1, np.nan), np.sort(v))
np.digitize(np.where(k, 1, np.nan), np.sort(v)[::-1])
"""

ROWS = [
    *rows(COUNTED),
    *rows(WEIGHTED, ALL),
    *rows("np.bincount(v * v)\nnp.bincount(v * v, v)", INTEGERS + BOOL),
    *rows(INDEXED, REAL),
    *rows("np.digitize(x, [0, 1])", ALL),
    *rows("np.digitize(x, [-np.inf, 0, np.inf, np.nan])", FLOATS),
]

GRADIENTS = [
    *rows("np.bincount(i, w)\nnp.bincount(i, weights=w, minlength=5)"),
    *rows("np.bincount([0, 2, 2, 1, 0, 1][:len(v)], weights=v)"),
]
