"""Picking, writing, choosing, sorting and searching: what is tried, on which dtypes."""

from tests.pairing import ALL, COMPLEX, FLOATS, REAL, rows

PICKED = """
np.take(x, 3)
np.take(x, i)
np.take(x, i, axis=1)
np.take(x, j, axis=-1)
np.take(x, [0, 1], axis=0)
np.take(m, [], axis=0)
np.take(x, 30)
np.take(x, i, axis=4)
np.take(x, [0, 7, -9], axis=1, mode="wrap")
np.take(x, [0, 7, -9], axis=1, mode="clip")
np.take(x, i, mode="nonsense")
np.take(x, 1.5)
np.take(e, [0], axis=0)
np.take(s, 0)
m.take([0, 1], 1)
np.take_along_axis(m, np.array([[0, 1], [3, 2], [1, 1]]), 1)
np.take_along_axis(m, np.array([[0, -1, 2, 1]]), 0)
np.take_along_axis(v, i, None)
np.take_along_axis(m, i, 0)
np.take_along_axis(m, np.array([[4, 0], [0, 0], [0, 0]]), 1)
np.nonzero(x)
np.nonzero(m)
np.nonzero(s)
np.nonzero(e)
m.nonzero()
np.flatnonzero(m)
np.argwhere(x)
np.argwhere(e)
np.diagonal(m)
np.diagonal(x, 1, 1, 2)
np.diagonal(x, -1, 0, 2)
np.diagonal(v)
np.diagonal(x, 0, 1, 1)
np.diagonal(x, 0, 0, 3)
m.diagonal(1)
np.compress(b, m, axis=0)
np.compress([True, False], m, axis=1)
np.compress([1, 0, 1, 1], m)
np.compress(k, m)
np.compress([True] * 5, m, axis=1)
m.compress(b, axis=0)
np.extract(k, m)
np.extract(m, m)
np.where(k)
np.where(k, m, f)
np.where(k, m, 0)
np.where(k, 1, m)
np.where(k, m, 2.5)
np.where(k, m, v)
np.where(m, m, 1)
np.where(b[:, None], m, True)
np.where(k, m, w)
np.where(k, m)
np.where(True, v, 0)
np.where(k, 1000, m)
np.where(k, -1, m)
np.where(k, v, np.float32(2))
np.select([k, ~k], [m, f])
np.select([k, k], [m, f], default=7)
np.select([k], [v], v)
np.select([k, ~k], [m])
np.select([], [])
np.select([i], [v])
np.choose(i, [v, v, v])
np.choose(k.astype(int), [m, f])
np.choose([0, 1, 5, -1], [v, v], mode="clip")
np.choose([0, 1, 5, -1], [v, v], mode="wrap")
np.choose([0, 1, 5, -1], [v, v])
np.choose([0.5, 1.0], [v, v])
i.choose([v, v, v])
"""

WRITTEN = """
np.put(m, [0, 5, -1], 1)
np.put(m, i, v)
np.put(m, [0, 1, 2], [1, 0])
np.put(f, [0, 5], 1)
np.put(m, [99], 1)
np.put(m, [13, -14], [1, 0], mode="wrap")
np.put(m, [13, -14], [1, 0], mode="clip")
np.put(m, [], 1)
m.put([1, 2], 0)
np.putmask(m, k, f)
np.putmask(m, k, v)
np.putmask(m, k, 1)
np.putmask(m, b, 1)
np.place(m, k, [1, 0])
np.place(m, k, v)
np.place(f, k, v)
np.place(m, k, [])
np.copyto(m, f)
np.copyto(m, v)
np.copyto(m, 1)
np.copyto(m, 0, where=k)
np.copyto(m, f, where=k)
np.copyto(m, w)
np.copyto(f, m, where=[True, False, True, False])
np.copyto(m, m.astype(np.complex128))
np.copyto(m, m.astype(np.float64), casting="unsafe")
np.fill_diagonal(m, 1)
np.fill_diagonal(q, u)
np.fill_diagonal(q, [1, 0])
np.fill_diagonal(f, 0)
np.fill_diagonal(v, 1)
np.fill_diagonal(x, 1)
np.put_along_axis(m, np.array([[0], [1], [3]]), 1, 1)
np.put_along_axis(m, np.array([[0, 1, 2, 0]]), v, 0)
np.put_along_axis(m, i, 0, None)
np.put_along_axis(m, np.array([[7]]), 1, 1)
m.fill(1)
m.sort()
m.sort(0)
m.sort(axis=None)
f.sort()
"""

SORTED = """
np.sort(x)
np.sort(x, axis=0)
np.sort(x, axis=None)
np.sort(t, kind="stable")
np.sort(s)
np.sort(e)
np.sort(x, axis=3)
np.sort(x, kind="nonsense")
np.argsort(x, kind="stable")
np.argsort(x, axis=0, stable=True)
np.argsort(v, axis=None, kind="stable")
np.argsort(s)
v.argsort(kind="stable")
np.searchsorted(np.sort(v), w)
np.searchsorted(np.sort(v), w, side="right")
np.searchsorted(np.sort(v), m)
np.searchsorted(np.sort(v), 1)
np.searchsorted(v, w, sorter=np.argsort(v, kind="stable"))
np.searchsorted(v, w, side="middle")
np.searchsorted(m, w)
np.searchsorted(z, w)
np.sort(v).searchsorted(w)
np.unique(x)
np.unique(m, return_index=True)
np.unique(m, return_inverse=True)
np.unique(m, return_counts=True)
np.unique(x, True, True, True)
np.unique(z, return_counts=True)
np.unique(s)
"""

NOT_NUMBERS = """
np.sort(np.where(k, m, np.nan))
np.argsort(np.where(k, m, np.nan), kind="stable")
np.unique(np.where(k, m, np.nan))
np.unique(np.where(k, m, np.nan), return_counts=True)
np.unique(np.where(k, m, np.nan), equal_nan=False)
np.searchsorted([1.0, 2.0, np.nan], np.where(k, m, np.nan))
np.searchsorted([1.0, 2.0, np.nan, np.nan], np.where(k, m, np.nan), side="right")
np.searchsorted([-np.inf, -0.0, 0.0, np.inf, np.nan], np.where(k, m, np.inf))
np.searchsorted([-np.inf, -1.0, 0.0, np.inf, np.nan], np.where(k, -np.abs(m), np.nan))
np.nonzero(np.where(k, m, np.nan))
np.extract(k, np.where(k, m, np.nan))
"""

ROWS = [
    *rows(PICKED, ALL),
    *rows(WRITTEN, REAL),
    *rows("np.put(m, i, v)\nnp.putmask(m, k, f)\nnp.copyto(m, f, where=k)\nnp.fill_diagonal(m, 1j)", COMPLEX),
    *rows("np.copyto(m, 1.5)\nnp.copyto(m, 300)\nnp.copyto(m, 1j)", ("int64", "uint8", "float32", "complex64")),
    *rows(SORTED, REAL),
    *rows("np.sort(x)\nnp.argsort(v)\nnp.unique(v)\nnp.searchsorted(v, w)", ("float64",), refused=COMPLEX),
    *rows(NOT_NUMBERS, FLOATS),
]

SMOOTH = """
np.take(x, i)
np.take(x, [0, 1, 1], axis=1)
np.take(m, [5, 7, -1], axis=1, mode="wrap")
np.take(m, 1, axis=0)
np.take_along_axis(m, np.array([[0, 1], [1, 1]]), 1)
np.diagonal(x, 0, 1, 2)
np.compress(b, q, axis=0)
np.extract(k, m)
np.where(k, m, s)
np.where(k, m, 2 * m)
np.select([k, ~k], [m, v])
np.choose(i, [w, 2 * w, w * w])
np.copy(m)[k]
[a := m * 1, np.put(a, [0, 3, 3], w)][0]
[a := m * 1, a.put([1, 2], s)][0]
[a := m * 1, np.putmask(a, k, v)][0]
[a := m * 1, np.place(a, k, v)][0]
[a := m * 1, np.copyto(a, v)][0]
[a := m * 1, np.copyto(a, v, where=k)][0]
[a := q * 1, np.fill_diagonal(a, v)][0]
[a := q * 1, np.fill_diagonal(a, s)][0]
[a := m * 1, np.put_along_axis(a, np.array([[1], [2]]), s, 1)][0]
[a := m * 1, a.fill(s)][0]
"""

ORDERED = """
np.sort(m)
np.sort(m, axis=0)
np.sort(m, axis=None)
np.unique(m)
[a := m * 1, a.sort()][0]
"""

GRADIENTS = [*rows(SMOOTH, ("float64", "complex128")), *rows(ORDERED)]
