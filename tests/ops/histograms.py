"""Counts and histograms: what is tried, on which dtypes."""

from tests.pairing import ALL, FLOATS, INTEGERS, rows

COUNTS = """
np.bincount(np.abs(v))
np.bincount(np.abs(v), minlength=12)
np.bincount(np.abs(v), weights=c)
np.bincount(np.abs(v), weights=[0.5, 1.0, 2.0, 3.0])
np.bincount(z)
np.bincount(z, minlength=3)
np.bincount(v)
np.bincount(m)
np.bincount(s)
np.bincount(np.abs(v), minlength=-1)
np.bincount(np.abs(v), weights=[1.0])
"""

DIGITIZE = """
np.digitize(x, [-1, 0, 2])
np.digitize(x, [-1, 0, 2], right=True)
np.digitize(x, [2, 0, -1])
np.digitize(x, [2, 0, -1], right=True)
np.digitize(s, [1, 1, 2])
np.digitize(x, [1])
np.digitize(x, [])
np.digitize(x, [1, 3, 2])
np.digitize(x, 1)
np.digitize(x, m)
np.digitize(x, np.sort(v))
np.digitize(1, np.sort(v))
"""

HISTOGRAMS = """
np.histogram(x)
np.histogram(x, bins=3)
np.histogram(x, bins=5, range=(0, 2))
np.histogram(x, bins=[0, 1, 1.5, 4])
np.histogram(x, np.sort(v))
np.histogram(x, bins=4, density=True)
np.histogram(x, bins=[-5, 0, 1, 4], density=True)
np.histogram(m, bins=4, weights=a)
np.histogram(m, bins=4, weights=a, density=True)
np.histogram(z)
np.histogram(s, bins=2)
np.histogram(v * 0, bins=3)
np.histogram(x, bins=0)
np.histogram(x, bins=2.5)
np.histogram(x, bins=[1, 0])
np.histogram(x, bins=[[1], [0]])
np.histogram(x, range=(2, 1))
np.histogram(x, range=(0, np.inf))
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
np.histogram2d(v, w)
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

ESTIMATED = "\n".join(
    f"np.histogram_bin_edges(x, {rule!r})\nnp.histogram(x, {rule!r}, range=(0, 2))"
    for rule in ("auto", "doane", "fd", "rice", "scott", "sqrt", "stone", "sturges")
)

ROWS = [
    *rows(COUNTS, (*INTEGERS, "float64", "bool")),
    *rows(DIGITIZE, ALL),
    *rows(HISTOGRAMS, INTEGERS + FLOATS),
    *rows("np.histogram(m.real, bins=4, weights=a)", ("bool", "complex64", "float64")),
    *rows("np.histogram(np.where(k, m, np.nan))\nnp.histogram(np.where(k, m, np.nan), range=(0, 2))", FLOATS),
    *rows("np.histogram(np.where(k, m, np.nan), bins=[0, 1, 2])\nnp.digitize(np.where(k, m, np.nan), [0, 1])"),
    *rows(ESTIMATED, ("float64", "int32", "uint8")),
    *rows("np.histogram_bin_edges(x, 'auto', weights=x)"),
]

GRADIENTS = [
    *rows("np.bincount([0, 2, 2, 1, 0, 1][:len(v)], weights=v)"),
    *rows("np.histogram(np.arange(len(v)) % 3, bins=3, weights=v)[0]"),
    *rows("np.histogram(np.arange(len(v)) % 3, bins=3, weights=v**2, density=True)[0]"),
]
