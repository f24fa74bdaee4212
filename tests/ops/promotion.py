"""Functions of two arrays of two dtypes: `a`, `c`, `g` and `h` are of the second one."""

from tests.pairing import rows

PAIRS = """
np.concatenate([m, a])
np.stack([m, a])
np.hstack([v, c])
np.append(m, a)
np.where(k, m, a)
np.select([k], [m], a)
np.choose(i, [v, c, v])
np.dot(m, g)
np.dot(v, c)
np.vdot(v, c)
np.inner(v, c)
np.outer(v, c)
np.tensordot(m, g, 1)
np.kron(v, c)
np.einsum("ij,jk->ik", m, g)
np.einsum("i,i", v, c)
np.isclose(m, a)
np.array_equal(m, a)
np.result_type(m, a)
np.can_cast(m.dtype, a.dtype)
np.block([m, a])
np.full_like(m, c)
np.zeros_like(m, dtype=a.dtype)
np.sum(m, axis=0, dtype=c.dtype)
np.cumsum(v, dtype=c.dtype)
np.prod(v, dtype=c.dtype)
np.concatenate([v, v], dtype=c.dtype)
np.concatenate([v, v], dtype=c.dtype, casting="unsafe")
"""

# The second array takes the result.
OUTPUTS = """
np.sum(m, axis=0, out=c)
np.prod(m, axis=0, out=c)
np.cumsum(v, out=c)
np.max(m.real, axis=0, out=c) if c.dtype.kind not in "uc" else None
np.mean(m.astype(np.float64), axis=0, out=c) if c.dtype.kind in "fc" else None
np.nansum(m, axis=0, out=c)
np.trace(q, out=c[0, ...])
np.cumprod(m, axis=1, out=a)
np.any(m, axis=0, out=c)
np.argmax(m.real, axis=0, out=c)
np.take(v, i, out=c)
np.clip(m, 0, 1, out=a) if m.dtype.kind != "c" else None
np.round(m, out=a)
np.median(m.real, axis=0, out=c) if c.dtype.kind in "fc" else None
np.choose(i, [v, v, v], out=c)
np.average(m, axis=1, weights=c + 1)
np.concatenate([v[:2], v[2:]], out=c)
np.copyto(a, m)
np.copyto(a, m, casting="unsafe")
np.copyto(a, m, where=k)
np.putmask(a, k, m)
np.put(a, i, v)
np.place(a, k, v)
np.fill_diagonal(h, v)
"""

ROWS = [*rows(PAIRS, memory=False, tolerance=4), *rows(OUTPUTS, memory=False, tolerance=4)]
