"""Histograms: what is tried, on which dtypes."""

from tests.pairing import BOOL, COMPLEX, FLOATS, INTEGERS, REAL, rows

RULES = ("auto", "doane", "fd", "rice", "scott", "sqrt", "stone", "sturges")

ONE = """
np.histogram(x)
np.histogram(x, 3)
np.histogram(x, bins=5, range=(-1, 2))
np.histogram(x, bins=4, range=(0.25, 0.75))
np.histogram(x, 4, (1, 1))
np.histogram(x, [-4, -1, 0, 2, 2])
np.histogram(x, [-1.5, 0.0, 2.5])
np.histogram(x, np.sort(v))
np.histogram(x, 3, density=True)
np.histogram(x, [-4, -1, 0.5, 3], density=True)
np.histogram(s, 3)
np.histogram(z)
np.histogram(z, "auto")
np.histogram(v * 0, 2)
np.histogram(x, [2])
np.histogram(x, [])
np.histogram(f, True)
np.histogram_bin_edges(x)
np.histogram_bin_edges(x, 4, (0, 3))
np.histogram_bin_edges(x, [0, 1, 3])
"""

ERRORS = """
np.histogram(x, 0)
np.histogram(x, 1.5)
np.histogram(x, [1, 0])
np.histogram(x, np.sort(v)[::-1])
np.histogram(x, [[0, 1]])
np.histogram(x, m)
np.histogram(x, "none")
np.histogram(x, "auto", weights=x)
np.histogram(x, range=(2, 1))
np.histogram(x, range=(0, np.inf))
np.histogram(x, range=(0, 1, 2))
np.histogram(x, weights=v)
np.histogram(x, 50, range=(1, 1 + 1e-15))
np.histogram(x * np.nan)
"""

WEIGHTED = """
np.histogram(i, 3, weights=v)
np.histogram(i, [0, 1, 2], weights=v)
np.histogram(i, 3, weights=v, density=True)
np.histogram(i[:0], 3, weights=z)
np.histogram_bin_edges(i, 3, weights=v)
"""

BY_RULE = "\n".join(
    f"np.{function}({x}, {rule!r}{more})"
    for rule in RULES
    for function, x, more in (
        ("histogram", "x", ""),
        ("histogram_bin_edges", "np.concatenate([x, y], None)", ""),
        ("histogram_bin_edges", "np.repeat(v, 4)", ""),
        ("histogram_bin_edges", "x", ", range=(0, 2)"),
        ("histogram_bin_edges", "v[:2]", ""),
        ("histogram_bin_edges", "x * 0", ""),
    )
)

SEVERAL = """
np.histogram2d(v, w[:4])
np.histogram2d(v, w[:4], 3)
np.histogram2d(v, w[:4], [2, 3])
np.histogram2d(v, w[:4], bins=[[-4, 0, 3], [-1, 0, 1, 2]])
np.histogram2d(v, w[:4], [-2, 0, 1, 2])
np.histogram2d(v, w[:4], bins=[3, np.sort(u)])
np.histogram2d(v, w[:4], bins=np.sort(w))
np.histogram2d(v, w[:4], 2, density=True, weights=[1, 2, 3, 4])
np.histogram2d(v, w[:4], 2, range=[[-1, 1], [0, 2]])
np.histogram2d(v, w)
np.histogramdd(m, 2)
np.histogramdd(n, (2, 3))
np.histogramdd(n, 3, range=[(-1, 2), None])
np.histogramdd(n, 3, density=True)
np.histogramdd(n, 2, weights=v)
np.histogramdd(n, [[-1, 0, 3], 2])
np.histogramdd(n, [np.sort(u), 2])
np.histogramdd([v, w[1:]], 2)
np.histogramdd(v, 3)
np.histogramdd(n[:0], 2)
np.histogramdd(n, [2])
np.histogramdd(n, 0)
np.histogramdd(n, 1.5)
np.histogramdd(n, [[1, 0], 2])
np.histogramdd(n, [[[1]], 2])
np.histogramdd(n, 2, range=[(0, 1)])
np.histogramdd(n, 2, weights=w)
np.histogramdd(x, 2)
"""

MORE = """
np.histogram(x, bins=3)
np.histogram(x, bins=5, range=(0, 2))
np.histogram(x, bins=[0, 1, 1.5, 4])
np.histogram(x, bins=4, density=True)
np.histogram(x, bins=[-5, 0, 1, 4], density=True)
np.histogram(m, bins=4, weights=a)
np.histogram(m, bins=4, weights=a, density=True)
np.histogram(s, bins=2)
np.histogram(v * 0, bins=3)
np.histogram(x, bins=0)
np.histogram(x, bins=2.5)
np.histogram(x, bins=[1, 0])
np.histogram(x, bins=[[1], [0]])
np.histogram(m, weights=v)
np.histogram_bin_edges(x, 4)
np.histogram_bin_edges(x, [0, 1, 2])
np.histogram_bin_edges(x, "none")
np.histogram2d(v, c)
np.histogram2d(v, c, bins=3)
np.histogram2d(v, c, bins=[2, 3], range=[[0, 2], [-1, 1]])
np.histogram2d(v, c, bins=[[-4, 0, 2, 6], [-3, 0, 5]])
np.histogram2d(v, c, bins=[-4, 0, 2, 6])
np.histogram2d(v, c, bins=2, density=True, weights=[1.0, 2.0, 0.5, 1.0])
np.histogramdd(n, bins=3)
np.histogramdd([v, c, v], bins=2)
np.histogramdd(m, bins=2)
np.histogramdd(n, bins=(2, 3), density=True)
np.histogramdd(n, bins=(2, 3, 4))
np.histogramdd(n, bins=(2, 0))
np.histogramdd(n, bins=2, range=[(0, 1)])
np.histogramdd(n, bins=[[0, 1, 3], [1, 0]])
np.histogramdd(n, bins=[np.arange(-4, 7), 2], weights=[1, 2, 3, 4])
"""

# The outer edges have a dtype of their own.
SPANS = """
np.histogram(x, 4, u[1:] * 0 + np.arange(2))
np.histogram(x, 3, range=np.array([0.0, 1.0]) + v[:1].real * 0)
np.histogram(x, 2, range=np.array([-1, 2], np.int8) + i[:2] * 0)
np.histogram(x, 3, range=d[0, 1:] * 0 + np.arange(2))
np.histogram_bin_edges(x, 3, range=d[0, 1:] * 0 + np.arange(2))
np.histogram_bin_edges(x, 3, range=(d[0, 0] * 0, 2))
np.histogram2d(v, c, 2, range=[d[0, 1:] * 0 + np.arange(2)] * 2)
np.histogramdd(n, 2, range=[d[0, 1:] * 0 + np.arange(2)] * 2)
np.histogram(x, "sturges", range=d[0, 1:] * 0 + np.arange(2))
np.histogram(x, 3, range=d[0, 1:] * 0)
np.histogram(x, 3, range=d[0, 1:] * 0 + np.array([2, 1]))
np.histogram(x, 3, range=d[0, 1:] * np.inf)
"""

ROWS = [
    *rows(SPANS, INTEGERS + FLOATS),
    *rows(ONE, REAL),
    *rows(ERRORS),
    *rows("np.histogram(m, 3, weights=f)", INTEGERS + FLOATS),
    *rows(WEIGHTED, INTEGERS + FLOATS + COMPLEX),
    *rows("np.histogram(i, 3, weights=b)\nnp.histogram(u, [0, 1], weights=b)\nnp.histogram(b, 2, weights=b)"),
    *rows("np.histogram(u, 2, weights=b)", BOOL + INTEGERS),
    *rows(BY_RULE, INTEGERS + FLOATS),
    *rows(MORE, INTEGERS + FLOATS),
    *rows("np.histogram(m.real, bins=4, weights=a)", ("bool", "complex64", "float64")),
    *rows(SEVERAL, INTEGERS + FLOATS),
    *rows("np.histogram2d(v, v, 2)\nnp.histogramdd(n, 2)", BOOL),
    *rows("np.histogramdd(n, [[-1, 0, 2]] * 2, weights=v)", COMPLEX),
    *rows("np.histogram(np.where(k, m, np.nan), [-1, 0, 2])\nnp.histogram(np.where(k, m, np.nan), 3)", FLOATS),
    *rows("np.histogram(np.where(k, m, np.nan), 3, (-1, 2))", FLOATS),
    *rows("np.histogram(x, 3)", (), refused=COMPLEX),
]

GRADIENTS = [
    *rows("np.histogram_bin_edges([1.0, 2.0], 3, range=(s, s + 2))\nnp.histogram([1.0], 2, range=(0, s**2 + 1))[1]"),
    *rows("np.histogram([0.5, 1.5, 1.6], [0, 1, 2], weights=v)[0]", ("float64", "complex128")),
    *rows("np.histogram([0.5, 1.5, 1.6], [0, 1, 3], weights=v, density=True)[0]"),
    *rows("np.histogramdd([[0, 2, 1], [1, 3, 1]], 2, weights=v, density=True)[0]"),
    *rows("np.histogram2d([0, 2, 1], [1, 3, 1], 2, weights=v, density=True)[0]\nnp.histogram(v, 3)[1]"),
    *rows("np.histogram(np.arange(len(v)) % 3, bins=3, weights=v**2, density=True)[0]"),
    *rows("np.histogram(u * 0 + 1, 2, weights=u)[0]\nnp.histogram([0, 1, 1], [0, 1, 2], weights=v)[0]"),
    *rows("np.histogram([0, 1, 1], 2, weights=v, density=True)[0]\nnp.histogram_bin_edges(m, 3)"),
    *rows("np.histogram([0, 1, 1], 2, weights=v)[0]", ("complex128",)),
    *rows("np.histogramdd([[0, 2, 1], [1, 3, 1]], 2, weights=v)[0]\nnp.histogram2d(v, v, 2, weights=v)[0]"),
]
