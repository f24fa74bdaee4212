"""What numpy_functions.py times: a statement for each function and ufunc of NumPy that computes.

A statement sees `np`, and of its side: `x`, `y` (1000 × 1000 floats between 0.5 and 1.5), `v`, `w` (10⁶ floats),
`s` (`v` in order), `g` (64 floats), `q` (a well-conditioned 500 × 500 matrix), `p` (a positive definite one),
`t` (100 × 100 × 100), `z` (10⁶ complex numbers), `i`, `j` (10⁶ integers below 1000), `u` (10⁶ bytes), `m` (10⁶
booleans), `k` (10⁶ booleans, one in a thousand), `o` (to be written to, 10⁶ floats), `c` (a copy of `x`, to be written
to).

PyTorch's statement is given where it has the function under that or another name; elsewhere it is not timed.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Statement:
    """`torch` is "" where PyTorch has nothing like it, and None where `np.` read as `torch.` will do."""

    text: str
    torch: str | None = None
    reason: str = ""  # why it takes longer than NumPy, where it does

    def on(self, side: str) -> str:
        return self.text if side != "torch" else self.torch if self.torch is not None else self.text


def each(names: str, pattern: str, torch: str | None = None) -> tuple[Statement, ...]:
    """One statement for each of the names."""
    return tuple(
        Statement(pattern.format(name), None if torch is None else torch.format(name)) for name in names.split()
    )


S = Statement

UFUNCS = (
    *each("add subtract multiply divide floor_divide remainder fmod float_power", "np.{}(v, w)"),
    *each("maximum minimum fmax fmin hypot arctan2 copysign logaddexp logaddexp2 nextafter", "np.{}(v, w)"),
    S("np.power(v, w)", "np.pow(v, w)"),
    S("np.divmod(v, w)", "np.floor_divide(v, w), np.remainder(v, w)"),
    *each("equal less logical_and logical_or logical_xor", "np.{}(v, w)"),
    S("np.not_equal(v, w)", "np.ne(v, w)"),
    *each("less_equal greater greater_equal", "np.{}(v, w)"),
    *each("negative positive absolute sign reciprocal square sqrt exp exp2 expm1 log log2 log10 log1p", "np.{}(v)"),
    *each("sin cos tan sinh cosh tanh arctan arcsinh", "np.{}(v)"),
    *each("arcsin arccos arctanh", "np.{}(v - 0.6)"),
    S("np.arccosh(v + 1)"),
    S("np.fabs(v)", "np.abs(v)"),
    S("np.cbrt(v)", "np.pow(v, 1 / 3)"),
    *each("degrees rad2deg", "np.{}(v)", "np.rad2deg(v)"),
    *each("radians deg2rad", "np.{}(v)", "np.deg2rad(v)"),
    *each("floor ceil trunc", "np.{}(v)"),
    S("np.rint(v)", "np.round(v)"),
    *each("isfinite isinf isnan signbit logical_not", "np.{}(v)"),
    S("np.heaviside(v, w)"),
    S("np.spacing(v)", ""),
    S("np.ldexp(v, i)", "np.ldexp(v, i)"),
    S("np.frexp(v)"),
    S("np.modf(v)", "np.trunc(v), np.frac(v)"),
    *each("bitwise_and bitwise_or bitwise_xor gcd lcm", "np.{}(i, j)"),
    S("np.invert(i)", "np.bitwise_not(i)"),
    S("np.left_shift(i, 3)", "np.bitwise_left_shift(i, 3)"),
    S("np.right_shift(i, 3)", "np.bitwise_right_shift(i, 3)"),
    S("np.bitwise_count(i)", ""),
    S("np.conjugate(z)", "np.conj_physical(z)"),
    S("np.matmul(x, y)"),
    S("np.vecdot(x, y)", "np.linalg.vecdot(x, y)"),
    S("np.matvec(x, g_row)", "np.mv(x, g_row)"),
    S("np.vecmat(g_row, x)", "np.mv(x.T, g_row)"),
    S("np.add.reduce(x, axis=0)", "np.sum(x, 0)"),
    S("np.maximum.reduce(x, axis=1)", "np.amax(x, 1)"),
    S("np.add.accumulate(v)", "np.cumsum(v, 0)"),
    S("np.maximum.accumulate(v)", "np.cummax(v, 0)[0]"),
    S("np.add.reduceat(v, i[:1000])", ""),
    S("np.multiply.outer(g_row, g_row)", "np.outer(g_row, g_row)"),
    S("np.add.at(o, i, v)", "o.index_add_(0, i, v)"),
    S("np.add(v, w, out=o)"),
    S("np.add(v, w, where=m, out=o)", ""),
    S("np.multiply(i, 2.5)"),
    S("np.add(x, x[0])"),
    S("np.add(u, u)"),
)

CREATION = (
    *each("zeros_like ones_like empty_like", "np.{}(x)"),
    S("np.full_like(x, 2.0)"),
    S("np.copy(x)", "x.clone()"),
    S("np.arange(1000000, like=v)", "np.arange(1000000)"),
    S("np.linspace(v[0], v[1], 1000000)", "np.linspace(0, 1, 1000000, dtype=np.float64)"),
    S("np.logspace(v[0], v[1], 1000000)", "np.logspace(0, 1, 1000000, dtype=np.float64)"),
    S("np.geomspace(v[0], v[1], 1000000)", ""),
    S("np.meshgrid(g_row, g_row)", "np.meshgrid(g_row, g_row, indexing='xy')"),
    S("np.vander(g_row, 1000)", "np.vander(g_row, 1000)"),
    S("np.diag(g_row)"),
    S("np.diagflat(g_row)"),
    S("np.array([x, y], like=x)", "np.stack([x, y])"),
    S("np.asarray(h, like=x)", "np.as_tensor(h)"),
    S("np.full((1000, 1000), 2.0, like=x)", "np.full((1000, 1000), 2.0)"),
    S("np.eye(1000, like=x)", "np.eye(1000)"),
    S("np.identity(1000, like=x)", "np.eye(1000)"),
    S("np.zeros((1000, 1000), like=x)", "np.zeros((1000, 1000))"),
    S("np.tri(1000, like=x)", "np.tril(np.ones((1000, 1000)))"),
    S("np.tril_indices_from(x)", "np.tril_indices(1000, 1000)"),
    S("np.triu_indices_from(x)", "np.triu_indices(1000, 1000)"),
    S("np.diag_indices_from(x)", ""),
    S("np.ix_(g_row, g_row)", ""),
    S("np.fromfunction(lambda a, b: a + b, (1000, 1000), like=x)", ""),
)

SHAPES = (
    S("np.reshape(x, -1)"),
    S("np.ravel(x.T)"),
    S("np.transpose(x)", "x.T"),
    *each("fliplr flipud rot90", "np.{}(x)"),
    S("np.flip(x)", "np.flip(x, (0, 1))"),
    S("np.roll(v, 10)"),
    S("np.roll(x, (3, 5), axis=(0, 1))", "np.roll(x, (3, 5), (0, 1))"),
    S("np.resize(v, (1200, 1000))", ""),
    *each("tril triu", "np.{}(x)"),
    S("np.broadcast_to(v, (3, 1000000))"),
    S("np.concatenate([x, y])", "np.cat([x, y])"),
    S("np.concatenate([x, y], axis=1)", "np.cat([x, y], 1)"),
    *each("stack vstack hstack dstack", "np.{}([x, y])"),
    S("np.column_stack([v, w])"),
    S("np.block([[x, y], [y, x]])", "np.cat([np.cat([x, y], 1), np.cat([y, x], 1)])"),
    S("np.split(x, 10)", "np.split(x, 100)"),
    S("np.array_split(v, 7)", "np.tensor_split(v, 7)"),
    S("np.unstack(x)", "np.unbind(x)"),
    S("np.tile(g_row, 1000)", "np.tile(g_row, (1000,))"),
    S("np.repeat(g_row, 1000)", "np.repeat_interleave(g_row, 1000)"),
    S("np.append(v, w)", "np.cat([v, w])"),
    S("np.insert(v, 5, 1.0)", ""),
    S("np.delete(v, 5)", ""),
    S("np.trim_zeros(v)", ""),
    S("np.pad(x, 3)", "np.nn.functional.pad(x, (3, 3, 3, 3))"),
    *each("edge reflect symmetric wrap linear_ramp mean maximum", "np.pad(x, 3, mode='{}')", ""),
)

INDEXING = (
    S("np.take(v, i)", "np.take(v, i)"),
    S("np.take(x, i[:1000], axis=0)", "np.index_select(x, 0, i[:1000])"),
    S("np.take_along_axis(x, r, axis=1)", "np.take_along_dim(x, r, 1)"),
    S("np.put(o, i, v)", "o.put_(i, v)"),
    S("np.put_along_axis(c, r, y, axis=1)", "c.scatter_(1, r, y)"),
    S("np.putmask(o, m, v)", "np.where(m, v, o)"),
    S("np.place(o, k, g)", ""),
    S("np.copyto(o, v)", "o.copy_(v)"),
    S("np.choose(u % 2, [v, w])", ""),
    S("np.select([m, k], [v, w])", ""),
    S("np.compress(m, v)", "v[m]"),
    S("np.extract(m, v)", "v[m]"),
    S("np.where(m, v, w)"),
    *each("nonzero flatnonzero argwhere", "np.{}(k)", "np.nonzero(k)"),
    S("np.diagonal(x)"),
    S("np.fill_diagonal(c, 1.0)", "c.fill_diagonal_(1.0)"),
    S("np.ravel_multi_index((i, j), (1000, 1000))", "i * 1000 + j"),
    S("np.unravel_index(i, (10, 100))", "np.unravel_index(i, (10, 100))"),
    S("v[m]"),
    S("v[i]"),
    S("x[i[:1000]]"),
    S("x[1:, :-1].copy()", "x[1:, :-1].clone()"),
    S("x[::-1]", "np.flip(x, (0,))"),
    S("o[m] = 0.0"),
    S("o[i] = v"),
    S("o[1:] = v[:-1]"),
)

ELEMENTWISE = (
    S("np.round(v, 2)", "np.round(v, decimals=2)"),
    S("np.fix(v)"),
    S("np.clip(v, 0.7, 1.2)"),
    S("np.angle(z)"),
    *each("real imag", "np.{}(z)"),
    S("np.real_if_close(z)", ""),
    S("np.nan_to_num(v)"),
    S("np.sinc(v)"),
    S("np.i0(v)"),
    S("np.unwrap(v)", ""),
    *each("isneginf isposinf", "np.{}(v)"),
    S("np.iscomplex(z)", ""),
    S("np.isreal(z)"),
    S("np.isclose(v, w)"),
    S("np.interp(v, s_short, s_short)", ""),
    S("np.piecewise(v, [v < 1, v >= 1], [0.0, lambda a: a * 2])", ""),
    S("np.astype(v, np.float32)", "v.to(np.float32)"),
    S("np.packbits(m)", ""),
    S("np.unpackbits(u)", ""),
)

REDUCTIONS = (
    *each("sum prod max min mean std var", "np.{}(v)"),
    *each("sum max mean var argmax cumsum", "np.{}(x, axis=0)", "np.{}(x, 0)"),
    *each("sum max mean var argmax cumsum", "np.{}(x, axis=1)", "np.{}(x, 1)"),
    *each("argmax argmin", "np.{}(v)"),
    S("np.ptp(v)", "np.amax(v) - np.amin(v)"),
    *each("all any", "np.{}(m)"),
    S("np.allclose(v, w)"),
    *each("array_equal array_equiv", "np.{}(v, v)", "np.equal(v, v).all()"),
    S("np.average(v, weights=w)", "np.sum(v * w) / np.sum(w)"),
    S("np.count_nonzero(m)"),
    S("np.median(v)"),
    S("np.quantile(v, 0.3)", "np.quantile(v, 0.3)"),
    S("np.percentile(v, [10.0, 90.0])", ""),
    S("np.quantile(x, 0.3, axis=0)", "np.quantile(x, 0.3, dim=0)"),
    *each("nansum nanmean nanmedian", "np.{}(v)"),
    *each("nanprod nanmax nanmin nanstd nanvar nanargmax nanargmin nancumsum nancumprod", "np.{}(v)", ""),
    S("np.nanquantile(v, 0.3)", "np.nanquantile(v, 0.3)"),
    S("np.nanpercentile(v, 30.0)", ""),
    *each("cumsum cumprod", "np.{}(v)", "np.{}(v, 0)"),
    *each("cumulative_sum cumulative_prod", "np.{}(v)", ""),
    S("np.diff(v)"),
    S("np.ediff1d(v)", "np.diff(v)"),
    S("np.gradient(v)"),
    S("np.trapezoid(v)"),
    S("np.sum(t, axis=(0, 2))", "np.sum(t, (0, 2))"),
    S("np.max(t, axis=(0, 2))", "np.amax(t, (0, 2))"),
    S("np.sum(i)"),
    S("np.max(u)"),
    S("np.sum(m)"),
)

ORDER = (
    S("np.sort(v)", "np.sort(v)[0]"),
    S("np.sort(i)", "np.sort(i)[0]"),
    S("np.sort(x, axis=0)", "np.sort(x, 0)[0]"),
    S("np.argsort(v)"),
    S("np.lexsort((v, i))", ""),
    S("np.sort_complex(z)", ""),
    S("np.partition(v, 500000)", "np.kthvalue(v, 500000)[0]"),
    S("np.argpartition(v, 500000)", "np.kthvalue(v, 500000)[1]"),
    S("np.searchsorted(s, v)"),
    S("np.digitize(v, s_short)", "np.bucketize(v, s_short)"),
    S("np.unique(i)"),
    S("np.unique(v)"),
    *each("unique_values", "np.{}(i)", "np.unique(i)"),
    *each("unique_counts unique_inverse unique_all", "np.{}(i)", ""),
    S("np.isin(i, j[:100])"),
    *each("intersect1d union1d setdiff1d setxor1d", "np.{}(i, j)", ""),
)

STATISTICS = (
    S("np.bincount(i)"),
    S("np.histogram(v, 100)", "np.histogram(v, 100)"),
    S("np.histogram2d(v, w, 30)", ""),
    S("np.histogramdd(x[:, :2], 10)", ""),
    S("np.histogram_bin_edges(v, 100)", ""),
    S("np.cov(x)"),
    S("np.corrcoef(x)"),
    S("np.convolve(v, g)", ""),
    S("np.correlate(v, g)", ""),
)

ALGEBRA = (
    S("np.dot(x, y)", "np.mm(x, y)"),
    S("np.dot(v, w)"),
    S("np.vdot(z, z)"),
    S("np.inner(x, y)"),
    S("np.outer(g_row, g_row)"),
    S("np.tensordot(x, y, axes=1)", "np.tensordot(x, y, dims=1)"),
    S("np.kron(x[:32, :32], y[:32, :32])"),
    S("np.cross(v3, w3)", "np.linalg.cross(v3, w3)"),
    S("np.trace(x)"),
    S("np.einsum('ij,jk->ik', x, y)"),
    S("np.einsum('ij,ij->i', x, y)"),
    *each("inv det slogdet", "np.linalg.{}(q)"),
    S("np.linalg.solve(q, q)"),
    S("np.linalg.cholesky(p)"),
    S("np.linalg.qr(q)"),
    S("np.linalg.svd(q)"),
    S("np.linalg.svdvals(q)"),
    S("np.linalg.eigh(p)"),
    S("np.linalg.eigvalsh(p)"),
    S("np.linalg.eig(q)"),
    S("np.linalg.eigvals(q)"),
    S("np.linalg.lstsq(q, q)"),
    S("np.linalg.pinv(q)"),
    S("np.linalg.cond(q)"),
    S("np.linalg.matrix_rank(q)"),
    S("np.linalg.matrix_power(q, 3)"),
    S("np.linalg.multi_dot([q, q, q])"),
    S("np.linalg.norm(x)"),
    S("np.linalg.norm(x, axis=1)", "np.linalg.norm(x, dim=1)"),
    S("np.linalg.vector_norm(x)"),
    S("np.linalg.matrix_norm(x)"),
    S("np.linalg.tensorinv(q.reshape(20, 25, 20, 25))"),
    S("np.linalg.tensorsolve(q, g_row[:500])", "np.linalg.solve(q, g_row[:500])"),
)

FOURIER = (
    *each("fft ifft rfft ihfft", "np.fft.{}(v)"),
    *each("irfft hfft", "np.fft.{}(z)"),
    *each("fft2 ifft2 fftn ifftn rfft2 rfftn irfft2 irfftn fftshift ifftshift", "np.fft.{}(x)"),
)

POLYNOMIALS = (
    S("np.poly(g)", ""),
    S("np.roots(g)", ""),
    S("np.polyval(g, v)", ""),
    S("np.polyfit(v, w, 3)", ""),
    *each("polyder polyint", "np.{}(v)", ""),
    *each("polyadd polysub", "np.{}(v, w)", ""),
    S("np.polymul(v, g)", ""),
    S("np.polydiv(g, g[:8])", ""),
    S("np.emath.sqrt(v)", "np.sqrt(v)"),
    S("np.emath.log(v)", "np.log(v)"),
    S("np.apply_over_axes(np.sum, t, (0, 2))", ""),
    S("np.apply_along_axis(lambda a: a.sum(), 0, x[:, :10])", ""),
    S("np.lib.stride_tricks.sliding_window_view(v, 5).sum(-1)", "v.unfold(0, 5, 1).sum(-1)"),
)

FAMILIES: dict[str, tuple[Statement, ...]] = {
    "ufuncs": UFUNCS,
    "creation": CREATION,
    "shapes": SHAPES,
    "indexing": INDEXING,
    "elementwise": ELEMENTWISE,
    "reductions": REDUCTIONS,
    "order": ORDER,
    "statistics": STATISTICS,
    "linear algebra": ALGEBRA,
    "Fourier transforms": FOURIER,
    "polynomials and more": POLYNOMIALS,
}
