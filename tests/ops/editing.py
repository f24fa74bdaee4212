"""Elements added, taken out and trimmed off: what is tried, on which dtypes."""

from tests.pairing import ALL, rows

INSERTED = """
np.append(m, v)
np.append(m, f, axis=0)
np.append(m, v, axis=0)
np.append(v, [1, 2])
np.insert(v, 1, 1)
np.insert(v, -1, 0)
np.insert(v, 4, 1)
np.insert(v, 5, 1)
np.insert(v, -5, 1)
np.insert(v, [1], [1, 0, 1])
np.insert(v, [1, 3], [1, 0])
np.insert(v, [1, 1, 1], [1, 0, 1])
np.insert(v, [3, 0], 1)
np.insert(v, [3, 9], 1)
np.insert(v, slice(0, 4, 2), [1, 0])
np.insert(v, np.array([True, False, True, False]), [1, 0])
np.insert(v, [], [])
np.insert(v, [[1]], 1)
np.insert(v, 1.5, 1)
np.insert(m, 1, 1)
np.insert(m, 1, v, axis=0)
np.insert(m, 1, u, axis=1)
np.insert(m, 1, 1, axis=1)
np.insert(m, [1], [[1], [0], [1]], axis=1)
np.insert(m, [0, 2], n[:, 0], axis=0)
np.insert(m, [0, 2], n[:3], axis=1)
np.insert(m, [0, 2], 1, axis=-1)
np.insert(m, [0, 2], w, axis=0)
np.insert(m, 0, w, axis=0)
np.insert(m, 0, 1, axis=2)
np.insert(x, 1, 1, axis=1)
np.insert(x, 1, y[:, 0], axis=1)
np.insert(x, [1], y[:, :1], axis=1)
np.insert(s, 0, 1)
np.insert(z, 0, v)
np.insert(v, i, w[:4])
np.insert(v, i[:1], w)
np.insert(v, i[1], w)
np.insert(v, b, 1)
np.insert(m, i, 1, axis=1)
np.insert(v, i - 2, w[:4])
np.insert(v, i + 3, w[:4])
"""

DELETED = """
np.delete(v, 1)
np.delete(v, -1)
np.delete(v, 4)
np.delete(v, [0, 2])
np.delete(v, [0, -1, 0])
np.delete(v, [])
np.delete(v, slice(None, None, 2))
np.delete(v, slice(3, None, -2))
np.delete(v, [True, False, True, False])
np.delete(v, [True, False])
np.delete(v, 1.5)
np.delete(v, [7])
np.delete(m, 1)
np.delete(m, 1, axis=0)
np.delete(m, [1, 2], axis=1)
np.delete(m, np.array([1]), axis=-1)
np.delete(m, 0, axis=2)
np.delete(x, slice(1, 3), axis=2)
np.delete(f, 1, axis=1)
np.delete(s, 0)
np.delete(v, i)
np.delete(v, i[0])
np.delete(u, b)
np.delete(v, b)
np.delete(v, i + 3)
np.delete(v, i - 9)
np.delete(m, i, axis=1)
np.delete(e, [], axis=0)
"""

TRIMMED = """
np.trim_zeros(v)
np.trim_zeros(np.append([0, 0], np.append(v, [0, 0, 0])))
np.trim_zeros(np.append(np.zeros_like(u), np.append(v, u * 0)), "f")
np.trim_zeros(np.append(np.zeros_like(u), np.append(v, u * 0)), "B")
np.trim_zeros(v * 0)
np.trim_zeros(v * 0, "f")
np.trim_zeros(v * 0, "b")
np.trim_zeros(z)
np.trim_zeros(np.pad(m, 2))
np.trim_zeros(np.pad(m, 2), axis=0)
np.trim_zeros(np.pad(m, 2), axis=(-1,), trim="b")
np.trim_zeros(np.pad(m, 2), axis=())
np.trim_zeros(m, axis=2)
np.trim_zeros(v, "x")
np.trim_zeros(np.pad(x, 1))
np.trim_zeros(s)
"""

ROWS = [
    *rows(INSERTED, ALL),
    *rows(DELETED, ALL),
    *rows(TRIMMED, tuple(d for d in ALL if d != "bool")),
    *rows("np.trim_zeros(k[0])"),
]

SMOOTH = """
np.append(m, v)
np.insert(m, 1, v, axis=0)
np.insert(v, [2, 0, 0], w[:3])
np.insert(v, i, w[:4])
np.delete(m, [1, 2], axis=1)
np.delete(v, i)
np.trim_zeros(np.pad(m, 1))
"""

GRADIENTS = rows(SMOOTH, ("float64", "complex128"))
