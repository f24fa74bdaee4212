"""pad: what is tried, on which dtypes."""

from typing import Any

from tests.pairing import ALL, COMPLEX, FLOATS, INTEGERS, REAL, rows

REPEATED = """
np.pad(m, 1)
np.pad(m, ((0, 1), (2, 0)))
np.pad(m, (1, 2), constant_values=1)
np.pad(v, (2, 1), constant_values=(1, 0))
np.pad(m, ((1, 0), (0, 1)), constant_values=((1, 0), (0, 1)))
np.pad(m, 1, mode="edge")
np.pad(m, (2, 1), mode="reflect")
np.pad(v, 7, mode="reflect")
np.pad(m, (3, 2), mode="symmetric")
np.pad(x, ((0, 0), (1, 2), (3, 0)), mode="wrap")
np.pad(v, 0, mode="edge")
np.pad(m, {0: 1, -1: (0, 2)})
np.pad(m, -1)
np.pad(m, 1.5)
np.pad(m, (1, 2, 3))
np.pad(m, 1, mode="nonsense")
np.pad(m, 1, mode="edge", constant_values=1)
np.pad(e, 1, mode="edge")
np.pad(s, 0)
np.pad(m, ((1,), (2,)))
np.pad(m, [[1, 2]])
np.pad(v, np.array([1, 2]))
np.pad(m, {1: (2, 1)}, mode="wrap")
np.pad(m, {0: 2}, constant_values=[[1, 0], [0, 1]])
np.pad(m, (0, 1), constant_values=v[0])
np.pad(v, 1, constant_values=[s, s])
np.pad(m, 1, mode="empty").shape
np.pad(e, ((0, 0), (1, 2)), mode="edge")
np.pad(e, ((0, 0), (1, 2)), mode="mean")
np.pad(e, 1)
np.pad(z, 2)
np.pad(v[:1], 3, mode="reflect")
np.pad(v, (5, 9), mode="wrap")
np.pad(v, (9, 2), mode="symmetric")
np.pad(m, 1, mode="edge", stat_length=1)
np.pad(m, 1, mode="mean", reflect_type="odd")
np.pad(t, 1, mode="reflect")
np.pad(s, 0, mode="edge")
"""

COMPUTED = """
np.pad(m, 2, mode="linear_ramp")
np.pad(m, ((1, 2), (3, 0)), mode="linear_ramp", end_values=((1, 2), (3, 4)))
np.pad(v, (4, 2), mode="linear_ramp", end_values=(0, 3))
np.pad(m, 2, mode="mean")
np.pad(m, (1, 2), mode="mean", stat_length=2)
np.pad(x, 1, mode="mean", stat_length=((1, 2), (3, 1), (2, 9)))
np.pad(m, 0, mode="mean")
np.pad(m, 2, mode="reflect", reflect_type="odd")
np.pad(v, (9, 7), mode="reflect", reflect_type="odd")
np.pad(m, (1, 5), mode="symmetric", reflect_type="odd")
np.pad(v[:1], (2, 3), mode="reflect", reflect_type="odd")
np.pad(v[:1], (2, 3), mode="symmetric", reflect_type="odd")
np.pad(v[:2], (4, 5), mode="reflect", reflect_type="odd")
np.pad(x, 1, mode="symmetric", reflect_type="odd")
np.pad(m, 1, mode=padder)
np.pad(x, ((1, 0), (0, 2), (1, 1)), mode=padder, value=3)
"""

ORDERED = """
np.pad(m, 2, mode="maximum")
np.pad(m, (1, 3), mode="minimum", stat_length=(2, 3))
np.pad(m, 1, mode="maximum", stat_length=0)
np.pad(m, 1, mode="maximum", stat_length=-1)
np.pad(m, 2, mode="median")
np.pad(x, 1, mode="median", stat_length=2)
np.pad(v, (0, 2), mode="median", stat_length=3)
"""


def padder(vector: Any, pad_width: tuple[int, int], iaxis: int, kwargs: dict[str, Any]) -> None:
    """NumPy's own example of a function as mode."""
    value = kwargs.get("value", 7)
    vector[: pad_width[0]] = value + iaxis
    if pad_width[1]:
        vector[-pad_width[1] :] = value


BY_FUNCTION = {"padder": padder}

ROWS = [
    *rows(REPEATED, ALL),
    *rows(COMPUTED, INTEGERS + FLOATS + COMPLEX, extra=BY_FUNCTION),
    *rows('np.pad(v, 3, mode="reflect", reflect_type="odd")\nnp.pad(m, 1, mode="mean")', ("bool",)),
    *rows(ORDERED, REAL),
]

SMOOTH = """
np.pad(m, ((1, 0), (0, 2)))
np.pad(v, 2, constant_values=(1.5, 2.5))
np.pad(m, 2, mode="reflect")
np.pad(v, (1, 2), mode="edge")
np.pad(m, (1, 2), mode="wrap")
np.pad(v, 2, mode="linear_ramp", end_values=1.0)
np.pad(m, 1, mode="mean")
np.pad(v, 6, mode="reflect", reflect_type="odd")
np.pad(s[None], 2)
np.pad(e, ((1, 1), (0, 0)))
np.pad(m, 2, mode="edge")
np.pad(x, 1, mode="reflect")
np.pad(m, ((1, 2), (0, 1)), mode="symmetric")
np.pad(m, 2, mode="symmetric", reflect_type="odd")
np.pad(m, 4, mode="wrap")
np.pad(m, ((2, 1), (1, 2)), mode="mean", stat_length=2)
np.pad(m, 2, mode="linear_ramp", end_values=((1, 2), (3, 4)))
np.pad(m, 2, mode="maximum", stat_length=2)
np.pad(m, 1, mode="minimum")
np.pad(v, (0, 2), mode="empty")[:3]
"""

ORDERED = """
np.pad(m, 1, mode="maximum")
np.pad(m, ((1, 0), (2, 1)), mode="median")
np.pad(m, 1, mode="constant", constant_values=s)
"""

GRADIENTS = [*rows(SMOOTH, ("float64", "complex128")), *rows(ORDERED)]
