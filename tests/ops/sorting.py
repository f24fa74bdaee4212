"""Sorting of complex numbers, partitions, several keys: what is tried, on which dtypes."""

from tests.pairing import ALL, COMPLEX, rows

MISSING = "np.where(k, m, np.nan)"
PARTS = "np.where(k, m, np.nan) + 1j * np.where(k[::-1], m.real, np.nan)"

ORDER = """
np.sort(x)
np.sort(x, axis=None)
np.sort(t, axis=0)
np.sort(s)
np.sort(e)
np.argsort(x, kind="stable")
np.argsort(s)
np.argsort(x, axis=None, stable=True)
np.searchsorted(np.sort(v), w)
np.searchsorted(np.sort(v), m, side="right")
np.searchsorted(v, w, sorter=np.argsort(v, kind="stable"))
np.searchsorted(v, w, sorter=[0, 1, v.size])
np.searchsorted(v, w, sorter=[0, 1, -1])
np.searchsorted(v, w, sorter=[0, 1])
np.searchsorted(v, w, sorter=[0.0, 1.0, 2.0])
np.lexsort((v,))
np.lexsort((m, f))
np.lexsort((m, f), axis=0)
np.lexsort(m)
np.lexsort((v, v > 1, v))
np.lexsort((s, s))
np.lexsort((v, w))
np.lexsort([])
np.sort_complex(v)
np.sort_complex(m)
np.sort_complex(s)
np.partition(x, 2)[..., 2]
np.partition(x, -1, axis=0)[-1]
np.partition(x, (1, 2), axis=1)[:, 1:]
np.partition(m, 5, axis=None)[5]
np.partition(w, 4)[4:]
np.partition(w, 9)
np.partition(m, True)
np.partition(m, [])
np.partition(m, [[0, 2]], axis=0)
np.partition(m, np.array([0, 2]), axis=0)[0]
np.partition(e, 0)
np.partition(e, 0, axis=0)
np.partition(m, i)[:, 1]
np.partition(m, i + 3)
np.partition(m, i[0])[:, 2]
np.argpartition(m, i - 9)
np.argpartition(m, [])
[m.partition(2), m[:, 2]][1]
[m.partition(1, 0, "introselect"), m[1]][1]
m.partition(9)
np.partition(s, 0)
np.partition(v, 1.5)
np.partition(v, 1, kind="quicksort")
np.partition(v, 1, axis=1)
np.argpartition(s, 0)
np.take_along_axis(m, np.argpartition(m, 1, axis=0), axis=0)[1]
np.argpartition(w, -6)
np.sort(m.argpartition(2, axis=1), axis=1)
"""

WITH_NAN = f"""
np.sort({PARTS})
np.argsort({PARTS}, kind="stable")
np.searchsorted(np.sort({PARTS}, axis=None), {PARTS})
np.lexsort(({PARTS},))
np.sort_complex({PARTS})
"""

ROWS = [
    *rows(ORDER, ALL),
    *rows(WITH_NAN, COMPLEX),
    *rows(f"np.lexsort(({MISSING}, m))\nnp.sort_complex({MISSING})\nnp.partition({MISSING}, 3)[..., 3]"),
]

GRADIENTS = [
    *rows("np.partition(v, [0, 2])\nnp.partition(m, 3, axis=None)\n[a := m * 1, a.partition(1)][0]"),
    *rows("np.sort(m)\nnp.sort(m, axis=0)", ("complex128",)),
    *rows("np.partition(m, 2)\nnp.partition(m, 1, axis=0)\nnp.sort_complex(m)", ("float64", "complex128")),
    *rows("np.sort(s[None])\nnp.sort(x, axis=1)", ("float64", "complex128")),
]
