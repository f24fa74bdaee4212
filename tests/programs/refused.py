"""Rows of tests/ops, tests/autograd and tests/nn that no program computes, each with the reason.

The table has the rows of the default sample (see `row_calls.chosen`). With NUMTORCH_ALL_ROWS=1 there are others, of the
same kinds, that nobody has looked at one by one.
"""

# ruff: noqa: E501
SIZE = "the size of the result depends on values"
WAY = "values decide the way: real or complex, which branch, how much is left over"
NUMBER = "a Tensor is asked for a Python number, as an axis, a length or an offset"

REASONS = {
    "1 in m": WAY,
    "[a := v * 1, np.multiply.at(a, i, w)][0]": WAY,
    "m.nonzero()": SIZE,
    "m.transpose(i[1:3])": NUMBER,
    "m[np.asfortranarray(j)].strides": WAY,
    "np.compress(b, q, axis=0)": SIZE,
    "np.digitize(1, np.sort(v))": WAY,
    "np.digitize(np.where(k, 1, np.nan), np.sort(v)[::-1])": WAY,
    "np.einsum(m, [i[1], i[2]], [i[2], i[1]])": NUMBER,
    "np.einsum(m, i[1:3], i[2:0:-1])": NUMBER,
    "np.emath.arcsin(e)": WAY,
    "np.emath.arctanh(-abs(m) - 2)": WAY,
    "np.emath.arctanh(abs(m))": WAY,
    "np.emath.arctanh(m)": WAY,
    "np.emath.arctanh(s)": WAY,
    "np.emath.log(v / 8)": WAY,
    "np.emath.log10(abs(m))": WAY,
    "np.emath.log10(m)": WAY,
    "np.emath.log2(m) * 1j": WAY,
    "np.emath.log2(v / 8)": WAY,
    "np.emath.sqrt(m[0, 0])": WAY,
    "np.fill_diagonal(np.zeros((7, 2)), u, wrap=True)": WAY,
    'np.histogram(x, "sturges", range=d[0, 1:] * 0 + np.arange(2))': SIZE,
    "np.histogram(x, 'sqrt')": SIZE,
    "np.histogram_bin_edges(np.concatenate([x, y], None), 'doane')": SIZE,
    "np.histogram_bin_edges(np.repeat(v, 4), 'auto')": SIZE,
    "np.histogram_bin_edges(v[:2], 'rice')": SIZE,
    "np.histogram_bin_edges(v[:2], 'sturges')": SIZE,
    "np.histogram_bin_edges(x * 0, 'rice')": SIZE,
    "np.histogram_bin_edges(x, 'sqrt', range=(0, 2))": SIZE,
    "np.intersect1d((np.where(k, m, np.nan) + 1j * np.where(k[::-1], m.real, np.nan)), (np.where(k, m, np.nan) + 1j * np.where(k[::-1], m.real, np.nan)))": SIZE,
    "np.intersect1d(v, v * 1)": SIZE,
    "np.linalg.eig(d * np.inf)": WAY,
    "np.linalg.lstsq(e.T, q)": WAY,
    "np.linalg.lstsq(n, v)[1]": WAY,
    "np.min_scalar_type(v[0] * 0 + 1)": WAY,
    "np.moveaxis(m, [i[1]], [i[2]])": NUMBER,
    "np.piecewise(z, [z > 0], [lambda a: a * 3, 2])": WAY,
    "np.polydiv(v - v, u + 10)": SIZE,
    "np.polyfit([0.0, 1, 2, 4], w, 3)": WAY,
    'np.polyfit(np.arange(5) + w * 0, w, 1, cov="unscaled", w=[1, 2, 3, 2, 1])': WAY,
    "np.polyfit(np.arange(5) + w * 0, w, 2)": WAY,
    "np.polymul(v, [0, 0, 1j])": SIZE,
    "np.polymul(z, v)": SIZE,
    "np.polyval(v, np.poly1d([1, 2])).coeffs": SIZE,
    "np.resize(v, (i[0], 3))": NUMBER,
    "np.roots(v[:1] + 9)": SIZE,
    "np.setdiff1d(x, v)": SIZE,
    "np.setdiff1d(x, v, assume_unique=True)": SIZE,
    "np.setxor1d(x, w)": SIZE,
    "np.take(m, i[2], axis=i[2])": NUMBER,
    "np.trim_zeros(np.pad(x, 1))": SIZE,
    "np.union1d(i, m)": SIZE,
    "np.unique((np.where(k, m, np.nan) + 1j * np.where(k[::-1], m.real, np.nan)), True, True, True, equal_nan=False)": SIZE,
    "np.unique(m)": SIZE,
    "np.unique(np.concatenate([m, m[::-1]]), True, True, True, axis=0)": SIZE,
    "np.unique(s)": SIZE,
    "np.var(m, ddof=i[2])": NUMBER,
    "repeat_interleave.self_Tensor 0": SIZE,
}

# Rows whose error depends on values, which eager mode raises and a program does not.
UNTOLD = {
    "np.argpartition(m, i - 9)",
    "np.cov(m, aweights=[0, 0, 0, 0])",
    "np.cov(m, fweights=[1.5, 2, 1, 1])",
    "np.insert(v, i + 3, w[:4])",
    'np.quantile(m, 0.4, axis=1, method="inverted_cdf", weights=[1, np.nan, 3, 4])',
    "np.ravel_multi_index((v, v), (7, 8))",
}
