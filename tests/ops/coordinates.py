"""Indices as one number and as one for each axis: what is tried, on which dtypes."""

from tests.pairing import ALL, INTEGERS, rows

RAVELED = """
np.ravel_multi_index((v, v), (7, 8))
np.ravel_multi_index((v, v), (7, 8), order="F")
np.ravel_multi_index((v, 2), (7, 8))
np.ravel_multi_index((m, v), (2, 3), mode="wrap")
np.ravel_multi_index((m, v), (2, 3), mode="clip")
np.ravel_multi_index((m, v), (2, 3), mode=("clip", "wrap"))
np.ravel_multi_index((m, v), (2, 3))
np.ravel_multi_index(m, (9, 9, 9), mode="clip")
np.ravel_multi_index(m, (9, 9))
np.ravel_multi_index((v,), 9, mode="wrap")
np.ravel_multi_index((v, v), (7, 8), order="K")
np.ravel_multi_index((v, v), (7, 8), order=None)
np.ravel_multi_index((v, v), (7, 8), mode="nonsense")
np.ravel_multi_index((s, 1), (7, 8))
np.ravel_multi_index((z, z), (7, 8))
"""

UNRAVELED = """
np.unravel_index(v * v, (5, 8))
np.unravel_index(m * m, (5, 2, 4), order="F")
np.unravel_index(v * v, 40)
np.unravel_index(v * v, (3, 4))
np.unravel_index(s * s, (5, 8))
np.unravel_index(v - 9, (5, 8))
np.unravel_index(v, (5, 8), order="K")
np.unravel_index(v * v, (5, 8), order=None)
np.unravel_index(z, (5, 8))
"""

OUT_OF_THE_QUESTION = """
np.unravel_index(v * 0, (2**32 - 1, 2**31 + 1))
np.unravel_index(v * 0, (2**62, 4, 0))
np.unravel_index(z, (2**62, 4))
np.unravel_index(v[:1] * 0, ())
np.unravel_index(s * 0, ())
np.unravel_index(s * 0 + 1, ())
np.ravel_multi_index((v, v, v), (2, 1, 0), mode="clip")
np.ravel_multi_index((v, v, v), (2, 1, 0), mode="wrap")
np.ravel_multi_index((v, v), (0, 2))
np.ravel_multi_index((z, z), (2, 0), mode="clip")
np.ravel_multi_index((v * 0, v * 0), (2**62, 4))
np.ravel_multi_index((v * 0, v * 0, v * 0), (2**62, 4, 0))
np.ravel_multi_index((v * 0, v * 0, v * 0), (0, 2**62, 4))
np.ravel_multi_index((v, v), (7, 8), mode=("clip",))
np.ravel_multi_index((v, v), (7, 8), mode=("clip", "wrap", "clip"))
np.ravel_multi_index((z, z), (7, 8), mode=("clip", "nonsense"))
"""

ROWS = [
    *rows(OUT_OF_THE_QUESTION, INTEGERS),
    *rows(RAVELED, INTEGERS),
    *rows(UNRAVELED, INTEGERS),
    *rows(
        "np.ravel_multi_index((v, v), (2, 2))\nnp.unravel_index(v, (5, 8))", tuple(d for d in ALL if d not in INTEGERS)
    ),
]
