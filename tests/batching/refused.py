"""What vmap refuses of the rows of tests/ops and tests/autograd/rows, by reason: operands, and the row."""

# ruff: noqa: E501

from __future__ import annotations

# The size of the result depends on values.
SIZES = r"""
i: np.repeat(v, i[0])
i: np.resize(v, (i[0], 3))
i: np.bincount(i)
i: np.bincount(i, minlength=2)
b: np.bincount(b)
v: np.bincount(np.abs(v), weights=c)
v: np.bincount(np.abs(v), weights=[0.5, 1.0, 2.0, 3.0])
i: np.bincount(i, v)
v: np.bincount(v)
v: np.bincount(np.abs(v))
v: np.bincount(v * v)
v: np.bincount(v * v, v)
b: np.ix_(b, [True, False, True])
v: np.ix_(v, i)
b: x[np.ix_([0, 1], b, i)]
b: np.insert(v, b, 1)
i: np.delete(v, i)
i: np.delete(v, i[0])
b: np.delete(u, b)
i: np.delete(m, i, axis=1)
v: np.piecewise(v, [v < 1, v >= 1], [lambda a: a * 2, lambda a: a + 1])
m: np.piecewise(m, [m < 0, m > 2], [1, lambda a: a * a, 3])
v: np.piecewise(v, v > 0, [lambda a: a])
v: np.piecewise(v, v > 0, [lambda a: a, 2])
v: np.piecewise(v, [v > 9], [lambda a: a, 2])
v: np.piecewise(v, [v > 0], [lambda a, p, q=0: a * p + q, 2], 3, q=1)
s: np.piecewise(s, [s > 0], [lambda a: a * 3, 2])
s: np.piecewise(s, s > 0, [1, 2])
z: np.piecewise(z, [z > 0], [lambda a: a * 3, 2])
d x: np.histogram(x, "sturges", range=d[0, 1:] * 0 + np.arange(2))
x: np.histogram_bin_edges(x, 'auto', range=(0, 2))
x: np.histogram_bin_edges(x, 'doane', range=(0, 2))
x: np.histogram_bin_edges(x, 'fd', range=(0, 2))
x: np.histogram_bin_edges(x, 'rice', range=(0, 2))
x: np.histogram_bin_edges(x, 'scott', range=(0, 2))
x: np.histogram_bin_edges(x, 'sqrt', range=(0, 2))
x: np.histogram_bin_edges(x, 'stone', range=(0, 2))
x: np.histogram_bin_edges(x, 'sturges', range=(0, 2))
x: np.nonzero(x)
m: np.nonzero(m)
e: np.nonzero(e)
m: m.nonzero()
m: np.flatnonzero(m)
x: np.argwhere(x)
e: np.argwhere(e)
b: np.compress(b, m, axis=0)
b: m.compress(b, axis=0)
k: np.extract(k, m)
m: np.extract(m, m)
k: np.where(k)
b: np.compress(b, u[:, None], axis=0)
s: np.argwhere(s)
v: np.argwhere(v[0])
t: np.nonzero(t)
x: np.unique(x)
m: np.unique(m, return_index=True)
m: np.unique(m, return_inverse=True)
m: np.unique(m, return_counts=True)
x: np.unique(x, True, True, True)
k m: np.unique(np.where(k, m, np.nan))
k m: np.unique(np.where(k, m, np.nan), return_counts=True)
k m: np.unique(np.where(k, m, np.nan), equal_nan=False)
k m: np.nonzero(np.where(k, m, np.nan))
k: np.extract(k, np.where(k, m, np.nan))
i: np.repeat(m, i[:3], axis=0)
i: np.repeat(v, i)
s: np.repeat(v, s)
k m: np.unique(np.where(k, m, np.nan).ravel(), axis=0)
k m: np.unique(np.where(k, m, np.nan).ravel(), True, True, True, axis=-1)
k m: np.unique(np.where(k, m, np.nan).ravel(), True, True, True, axis=0, equal_nan=False)
m: np.unique(m, axis=0)
m: np.unique(m, axis=1, return_index=True)
x: np.unique(x, axis=2, return_inverse=True)
x: np.unique(x, True, True, True, axis=1)
m: np.unique(np.concatenate([m, m[::-1]]), True, True, True, axis=0)
v: np.unique(v, axis=0, return_counts=True)
x: np.unique_all(x)
x: np.unique_counts(x)
m: np.unique_inverse(m)
m: np.sort(np.unique_values(m))
m x: np.isin(np.unique(m), np.unique(x), assume_unique=True)
m x: np.intersect1d(x, m)
m x: np.intersect1d(x, m, return_indices=True)
m x: np.intersect1d(np.unique(x), np.unique(m), assume_unique=True)
m x: np.intersect1d(np.unique(x), np.unique(m), True, True)
m: np.intersect1d(z, m)
w x: np.union1d(x, w)
v x: np.setdiff1d(x, v)
v z: np.setdiff1d(v, z)
v x: np.setdiff1d(x, v, assume_unique=True)
w x: np.setxor1d(x, w)
w x: np.setxor1d(np.unique(x), np.unique(w), assume_unique=True)
k m: np.unique(np.where(k, m, np.nan), True, True, True)
k m: np.unique(np.where(k, m, np.nan), True, True, True, equal_nan=False)
k m: np.unique_all(np.where(k, m, np.nan))
k m: np.union1d(np.where(k, m, np.nan), np.where(k, m, np.nan))
k m: np.intersect1d(np.where(k, m, np.nan), np.where(k, m, np.nan))
k m: np.setdiff1d(np.where(k, m, np.nan), [np.nan])
k m: np.setxor1d(np.where(k, m, np.nan), [np.nan, 7.0])
k m: np.unique(np.where(k, m, np.nan), axis=0)
k m: np.unique(np.where(k, m, np.nan) + 1j * np.where(k[::-1], m.real, np.nan), axis=0)
k m: np.unique((np.where(k, m, np.nan) + 1j * np.where(k[::-1], m.real, np.nan)), True, True, True)
k m: np.unique((np.where(k, m, np.nan) + 1j * np.where(k[::-1], m.real, np.nan)), True, True, True, equal_nan=False)
k m: np.unique_all((np.where(k, m, np.nan) + 1j * np.where(k[::-1], m.real, np.nan)))
k m: np.union1d((np.where(k, m, np.nan) + 1j * np.where(k[::-1], m.real, np.nan)), (np.where(k, m, np.nan) + 1j * np.where(k[::-1], m.real, np.nan)))
k m: np.intersect1d((np.where(k, m, np.nan) + 1j * np.where(k[::-1], m.real, np.nan)), (np.where(k, m, np.nan) + 1j * np.where(k[::-1], m.real, np.nan)))
k m: np.setdiff1d((np.where(k, m, np.nan) + 1j * np.where(k[::-1], m.real, np.nan)), [np.nan])
k m: np.setxor1d((np.where(k, m, np.nan) + 1j * np.where(k[::-1], m.real, np.nan)), [np.nan, 7.0])
i m: np.union1d(i, m)
i m: np.setdiff1d(m, i)
"""

# A length, an axis or a count: it says what the result looks like.
LENGTHS = r"""
i: m.reshape(i[0], -1, 2)
i: m.reshape(-1, i[0])
i: m.reshape((i[0], -1))
i: np.broadcast_to(s, (i[0],))
i: np.tile(v, i[0])
i: np.var(m, ddof=i[2])
i: np.expand_dims(m, i[2])
i: np.fft.fft(m, n=i[0] + 2, axis=i[1])
i: np.einsum(m, [i[1], i[2]])
i: np.einsum(m, [i[1], i[2]], [i[2], i[1]])
i: np.einsum(m, i[1:3])
i: np.einsum(m, i[1:3], i[2:0:-1])
i: np.linalg.matrix_power(d, i[0])
i: np.diag(v, k=i[2])
i: np.split(v, i[0])
i: np.zeros_like(v, shape=(i[0], 1))
i: np.full_like(v, 2, shape=i[0])
i: np.vecdot(x, y, axis=i[2])
i: np.roll(v, i[0])
"""

# As many zeros as there are at the ends are left out of a polynomial or an array.
ZEROS = r"""
v: np.trim_zeros(v)
v: np.trim_zeros(np.append([0, 0], np.append(v, [0, 0, 0])))
u v: np.trim_zeros(np.append(np.zeros_like(u), np.append(v, u * 0)), "f")
u v: np.trim_zeros(np.append(np.zeros_like(u), np.append(v, u * 0)), "B")
v: np.trim_zeros(v * 0)
v: np.trim_zeros(v * 0, "f")
v: np.trim_zeros(v * 0, "b")
m: np.trim_zeros(np.pad(m, 2))
m: np.trim_zeros(np.pad(m, 2), axis=0)
m: np.trim_zeros(np.pad(m, 2), axis=(-1,), trim="b")
x: np.trim_zeros(np.pad(x, 1))
k: np.trim_zeros(k[0])
v w: np.polymul(v, w)
v w: np.polymul(w, v - v)
v w: np.polymul(np.append(v - v, v), w)
v: np.polymul(v, [0, 0, 1j])
v: np.polymul(2, v)
v: np.polymul(z, v)
v: np.polyadd(np.poly1d([1, 2]), v).coeffs
v: np.polymul(v, np.poly1d([0, 1, 2])).coeffs
v: np.polysub(np.poly1d([1, 2, 3, 4]), v).coeffs
v: np.polyval(v, np.poly1d([1, 2])).coeffs
u w: np.polydiv(w, u + 10)
u v: np.polydiv(np.convolve(v, u + 10), u + 10)
u: np.polydiv(u + 5, v + 9)
v: np.polydiv(v, [2.0])
s v: np.polydiv(v, s + 7)
c v: np.polydiv(v, c + 9)
v: np.polydiv(v + 5, v + 5)
u v: np.polydiv(v - v, u + 10)
v: np.polydiv(v, np.poly1d([2, 1]))[0].coeffs
v: np.sort(np.roots(v))
w: np.sort(np.roots(w + 1))
v: np.sort(np.abs(np.roots(np.append(np.append(v - v, v + 1), v - v))))
v: np.roots(v - v)
v: np.roots(v[:1] + 9)
v: np.sort(np.roots(np.poly1d([1, 2, -3]).coeffs + v[0]))
"""

# A rule chooses the number of bins from values.
BINS = r"""
x: np.histogram(x, 'auto')
x y: np.histogram_bin_edges(np.concatenate([x, y], None), 'auto')
v: np.histogram_bin_edges(np.repeat(v, 4), 'auto')
v: np.histogram_bin_edges(v[:2], 'auto')
x: np.histogram_bin_edges(x * 0, 'auto')
x: np.histogram(x, 'doane')
x y: np.histogram_bin_edges(np.concatenate([x, y], None), 'doane')
v: np.histogram_bin_edges(np.repeat(v, 4), 'doane')
v: np.histogram_bin_edges(v[:2], 'doane')
x: np.histogram_bin_edges(x * 0, 'doane')
x: np.histogram(x, 'fd')
x y: np.histogram_bin_edges(np.concatenate([x, y], None), 'fd')
v: np.histogram_bin_edges(np.repeat(v, 4), 'fd')
v: np.histogram_bin_edges(v[:2], 'fd')
x: np.histogram_bin_edges(x * 0, 'fd')
x: np.histogram(x, 'rice')
x y: np.histogram_bin_edges(np.concatenate([x, y], None), 'rice')
v: np.histogram_bin_edges(np.repeat(v, 4), 'rice')
v: np.histogram_bin_edges(v[:2], 'rice')
x: np.histogram_bin_edges(x * 0, 'rice')
x: np.histogram(x, 'scott')
x y: np.histogram_bin_edges(np.concatenate([x, y], None), 'scott')
v: np.histogram_bin_edges(np.repeat(v, 4), 'scott')
v: np.histogram_bin_edges(v[:2], 'scott')
x: np.histogram_bin_edges(x * 0, 'scott')
x: np.histogram(x, 'sqrt')
x y: np.histogram_bin_edges(np.concatenate([x, y], None), 'sqrt')
v: np.histogram_bin_edges(np.repeat(v, 4), 'sqrt')
v: np.histogram_bin_edges(v[:2], 'sqrt')
x: np.histogram_bin_edges(x * 0, 'sqrt')
x: np.histogram(x, 'stone')
x y: np.histogram_bin_edges(np.concatenate([x, y], None), 'stone')
v: np.histogram_bin_edges(np.repeat(v, 4), 'stone')
v: np.histogram_bin_edges(v[:2], 'stone')
x: np.histogram_bin_edges(x * 0, 'stone')
x: np.histogram(x, 'sturges')
x y: np.histogram_bin_edges(np.concatenate([x, y], None), 'sturges')
v: np.histogram_bin_edges(np.repeat(v, 4), 'sturges')
v: np.histogram_bin_edges(v[:2], 'sturges')
x: np.histogram_bin_edges(x * 0, 'sturges')
"""

# Real in one sample and complex in another, so that no dtype is right for both.
MIXED = r"""
q: np.linalg.eigvals(q)
x: np.linalg.eigvals(x[:, :, :3])
q: np.linalg.eig(q)
x: np.linalg.eig(x[:, :, :3])
q: np.poly(q)
m: np.emath.sqrt(m[0, 0])
m: np.emath.log(m[0, 0])
m: np.emath.log10(m[0, 0])
m: np.emath.log2(m[0, 0])
s: np.emath.arccos(s)
m: np.emath.arccos(m[0, 0])
s: np.emath.arcsin(s)
m: np.emath.arcsin(m[0, 0])
s: np.emath.arctanh(s)
m: np.emath.arctanh(m[0, 0])
"""

# The answer is Python's or NumPy's own: a bool, a list, an ndarray, an address.
PYTHONS = r"""
j: v[np.asfortranarray(j)].flags.f_contiguous
j: m[np.asfortranarray(j)].strides
m: np.array_equal(m, m.tolist())
m: 1 in m
m: -77 in m
u: np.fill_diagonal(np.zeros((7, 2)), u, wrap=True)
x: np.shape([x, x])
x: np.shares_memory(x, x.T)
x y: np.may_share_memory(x, y)
"""


def table(*texts: str) -> set[tuple[str, str]]:
    """The rows, each with the operand that stands for many."""
    lines = [line.split(": ", 1) for text in texts for line in text.strip().splitlines()]
    return {(row, name) for names, row in lines for name in names.split()}


REFUSED = table(SIZES, LENGTHS, ZEROS, BINS, MIXED, PYTHONS)

# Calls of kernels: the kernel, and the number of its row.
REFUSED_RULES = {
    ("native_dropout", 0): "draws random numbers, and vmap was not told which",
    ("as_strided", 5): "counts from the start of memory, which has no meaning for one of many samples",
    ("as_strided", 6): "counts from the start of memory, which has no meaning for one of many samples",
}

# Functions whose rows of gradients are refused, for the reasons above, in one of their operands at least.
REFUSED_FUNCTIONS = (
    "extract", "histogram", "histogram_bin_edges", "intersect1d", "polydiv", "polymul", "roots", "setdiff1d",
    "setxor1d", "trim_zeros", "union1d", "unique",
)  # fmt: skip

# Calls of functions of nn.
REFUSED_CALLS: dict[str, str] = {}
