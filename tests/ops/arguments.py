"""What NumPy takes for an argument: 0-d integers, arrays of axes, integers of any size, lists of numbers as masks."""

from tests.pairing import Row, rows

# `n` in these is the value 2, `i[1]` is 0, `i[2]` is 1.
INTEGERS = """
m.reshape(i[0], -1, 2)
m.reshape(-1, i[0])
m.reshape((i[0], -1))
np.reshape(m, (i[0], 6))
np.reshape(m, i[0] * 6)
np.reshape(m, np.array([2, 6]))
np.reshape(m, j[1:, 1:].ravel() * 6 - 1)
np.broadcast_to(s, (i[0],))
np.tile(v, i[0])
np.repeat(v, i[0])
np.sum(m, axis=i[2])
np.sum(m, axis=(i[1], i[2]))
np.cumsum(m, axis=i[2])
np.std(m, axis=i[2], ddof=i[1])
np.var(m, ddof=i[2])
np.expand_dims(m, i[2])
np.moveaxis(m, [i[1]], [i[2]])
np.transpose(m, (i[2], i[1]))
np.transpose(m, i[:0:-1][-2:])
m.transpose(i[2], i[1])
m.transpose(np.array([1, 0]))
x.transpose(np.array([2, 0, 1]))
x.transpose([2, 0, 1])
x.transpose(range(2, -1, -1))
m.transpose(i[1:3])
v.transpose(0)
v.transpose(1)
m.transpose(1.0)
np.fft.fftshift(m, axes=i[2])
np.fft.fft(m, n=i[0] + 2, axis=i[1])
np.einsum(m, [i[1], i[2]])
np.einsum(m, [i[1], i[2]], [i[2], i[1]])
np.einsum(m, i[1:3])
np.einsum(m, i[1:3], i[2:0:-1])
np.einsum(m, (0, 1), (1, 0))
np.einsum(m, range(2))
np.einsum(m, [0, 1.5])
np.take(m, i[2], axis=i[2])
np.linalg.matrix_power(d, i[0])
np.diag(v, k=i[2])
np.split(v, i[0])
np.resize(v, (i[0], 3))
np.add.accumulate(v, axis=None)
np.add.accumulate(m, axis=None)
np.add.reduceat(v, [0, 2], axis=None)
np.add.accumulate(s, axis=None)
np.zeros_like(v, shape=(i[0], 1))
np.full_like(v, 2, shape=i[0])
m.reshape(True, 12)
np.reshape(m, (12, True))
np.sum(m, axis=True)
np.add.reduce(m, axis=False)
np.broadcast_to(s, (True, 2))
"""

LARGE = """
np.roll(v, 2**70)
np.roll(v, -(2**70) - 1)
np.roll(m, 2**70, axis=1)
np.roll(m, (2**70, 2**65 + 1), axis=(0, 1))
np.roll(v, np.uint64(2**63 + 3))
np.isclose(v, 2**70)
np.isclose(2**70, v)
np.allclose(v, 2**70)
np.where(k, v, 2**70)
np.where(k, 2**70, v)
np.where(2**70, v, 3)
np.power(v, 2**70)
v ** 2**70
np.array_equal(v, 2**70)
np.array_equal(s, 2**70)
np.array_equal(v, [2**70])
np.array_equiv(v, 2**70)
np.add.at(v, [0], 2**70)
np.multiply.at(v, [1, 1], 2**65)
np.clip(v, -(2**70), 2**70)
np.clip(v, None, 2**200)
np.searchsorted(np.sort(v), 2**70)
np.searchsorted(np.sort(v), -(2**70))
np.isin(v, 2**70)
np.isin(v, [2**70, 1])
np.isin(v, [2**70])
np.copyto(v, 2**70)
np.interp(v, [0, 2**70], [0, 1])
np.maximum(v, 2**70)
np.less(v, 2**70)
"""

MASKS = """
np.add(v, 1, where=[1, 0, 1, 1], out=v)
np.add.reduce(v, where=[1, 0, 1, 1])
np.sum(v, where=[1, 0, 1, 1])
np.sum(v, where=(0.5, 0, 1, 1))
np.sum(v, where=1)
np.sum(v, where=0)
np.sum(v, where=None)
np.sum(v, where=i[2])
np.sum(v, where=i)
np.sum(m, where=[[1], [0], [1]])
np.mean(v, where=[1, 0, 1, 1])
np.std(v, where=[1, 0, 1, 1])
np.any(v, where=[1, 0, 1, 1])
np.max(v, where=[1, 0, 1, 1], initial=0)
np.mean(v, where=i)
np.std(v, where=i)
"""

UNSIGNED = """
np.sum(v, initial=3)
np.sum(v, initial=np.int8(3))
np.sum(v, initial=3, dtype="uint16")
np.sum(v, initial=3, dtype="uint32")
np.sum(v, initial=3, dtype="uint64")
np.sum(s, initial=3, dtype="uint32")
np.sum(m, axis=0, initial=2, where=k)
np.prod(v, initial=3)
np.prod(v, initial=3, dtype="uint16")
np.nansum(v, initial=1, dtype="uint16")
np.max(v, initial=3)
"""

SCALARS = """
np.place(v, v > 0, np.float64(2.5))
np.place(v, v > 0, np.int64(2))
np.place(v, v > 0, [2.5])
np.place(v, v > 0, np.array([2.5]))
np.place(v, v > 0, np.array(2.5))
np.putmask(v, v > 0, np.float64(2.5))
np.putmask(v, v > 0, np.array([2.5]))
np.put(v, [0], np.float64(2.5))
np.fill_diagonal(q, np.float64(2.5))
v[:0].byteswap()
m[:0].byteswap()
s.byteswap()
"""

FORTRAN = """
np.pad(f, 1).flags.f_contiguous
np.pad(f, 1, mode="edge").flags.f_contiguous
np.pad(f, 1, mode="mean").flags.f_contiguous
np.pad(m, 1).flags.f_contiguous
np.delete(f, 1, axis=0).flags.f_contiguous
np.delete(f, [0, 1], axis=0).flags.f_contiguous
np.delete(f, slice(1, 2), axis=1).flags.f_contiguous
np.insert(f, 1, 0, axis=0).flags.f_contiguous
np.insert(f, [1, 2], 0, axis=1).flags.f_contiguous
np.block([f]).flags.f_contiguous
np.block([[f, f], [f, f]]).flags.f_contiguous
np.concatenate([f, f]).flags.f_contiguous
np.concatenate([f, f], axis=1).flags.f_contiguous
np.concatenate([f, m]).flags.f_contiguous
np.concatenate([f, f], dtype="float32").flags.f_contiguous
np.stack([f, f]).strides
np.stack([f, f], axis=1).strides
np.stack([f, f], axis=2).strides
np.stack([m, m], axis=2).strides
np.concatenate([t, t]).strides
np.concatenate([t, t], axis=2).strides
np.vstack([f, f]).flags.f_contiguous
np.append(f, f, axis=0).flags.f_contiguous
np.roll(f, 1, axis=0).flags.f_contiguous
np.roll(f, 1).flags.f_contiguous
np.round(f).flags.f_contiguous
(f + 1).flags.f_contiguous
v[np.asfortranarray(j)].flags.f_contiguous
m[np.asfortranarray(j)].strides
v[j].flags.f_contiguous
f.flags.fortran
m.flags.fortran
"""

KINDS = """
np.partition(v, 1, kind=1)
np.sort(v, kind=1)
np.argsort(v, kind=2)
np.vstack(y for y in (v, v))
np.concatenate(y for y in (v, v))
np.concatenate((v, m))
np.multiply.outer(v.reshape((1,) * 40 + (4,)), v.reshape((1,) * 30 + (4,)))
np.zeros_like(v, shape=(2**32, 2**32))
x[0.0:, 0.0]
x[0.0:, 0]
np.percentile(v, 5, None, np.zeros_like(v, shape=(2, 1)))
np.quantile(v, [0.25, 0.5], out=np.zeros_like(v, shape=(3, 2)))
np.quantile(v, [0.25, 0.5], out=np.zeros_like(v, shape=(2, 3)))
np.trim_zeros([0, 1, 2, 0])
np.trim_zeros([0, 1, 2, 0], "b")
np.trim_zeros([0, 0])
np.linalg.eigvals(np.full_like(q, np.nan))
np.linalg.eigvals(np.full_like(q, np.inf))
np.roots(np.where(b, u, np.nan))
np.histogramdd(np.ones_like(q, shape=(1, 7)), bins=2**10)
"""

ROWS: list[Row] = [
    *rows(INTEGERS, ("float64", "int64", "uint16", "bool"), tolerance=10),
    *rows(LARGE, ("float64", "float32")),
    *rows("np.roll(v, 2**70)\nnp.array_equal(v, 2**70)\nnp.isin(v, [2**70, 1])\nnp.less(v, 2**70)", ("int64", "uint8")),
    *rows("np.add.at(v, [0], 2**70)\nnp.clip(v, -(2**70), 2**70)\nnp.isclose(v, 2**70)", ("int64", "uint8")),
    *rows(MASKS, ("float64", "int64", "uint32")),
    *rows(UNSIGNED, ("uint8", "uint16", "uint32", "uint64", "int64")),
    *rows(SCALARS, ("int64", "uint8", "float64", "float32")),
    *rows(FORTRAN, ("float64", "int64")),
    *rows(KINDS, ("float64",)),
]
