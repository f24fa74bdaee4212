"""Functions of signals: what is tried, on which dtypes."""

from tests.pairing import ALL, FLOATS, rows

CONVOLVED = """
np.convolve(v, w)
np.convolve(w, v)
np.convolve(v, w, "same")
np.convolve(v, w, "valid")
np.convolve(w, v, mode="same")
np.convolve(w, u, "same")
np.convolve(w, v, 0)
np.convolve(w, v, np.int64(2))
np.convolve(s, w)
np.convolve(v, s, "valid")
np.convolve(v, c)
np.convolve(v[::-1], w[::2], "full")
np.convolve([1, 2, 3], v)
np.convolve(v, [0.5, 2])
np.convolve(v, 3)
np.convolve(z, v)
np.convolve(v, z)
np.convolve(m, v)
np.convolve(v, w, "v")
np.convolve(v, w, 3)
np.convolve(v, w, None)
np.correlate(v, w)
np.correlate(w, v)
np.correlate(v, w, "same")
np.correlate(w, v, "same")
np.correlate(v, w, "full")
np.correlate(w, v, mode="full")
np.correlate(v, u, "full")
np.correlate(u, v, 1)
np.correlate(u, v, "full").flags.writeable
np.correlate(v, v)
np.correlate(v, c, "full")
np.correlate([1, 2, 3], v)
np.correlate(v, [1j, 2], "full")
np.correlate(s, v)
np.correlate(m, v)
np.correlate(z, v)
np.correlate(v, z)
np.correlate(v, w, "x")
"""

# Long enough for blocks, for their rest, and for beginnings in halves.
LONG = """
np.convolve(np.resize(v, 41), np.resize(w, 23))
np.convolve(np.resize(x, 150), np.resize(w, 90), "same")
np.correlate(np.resize(x, 100), np.resize(y, 99), "full")
np.correlate(np.resize(y, 70), np.resize(x, 211), "same")
"""

# Products with what is beyond the ends would be nan.
NOT_FINITE = """
np.convolve(np.where(v > 0, v, np.inf), w)
np.convolve(v, np.where(w > 0, w, np.inf), "same")
np.correlate(np.where(w > 1, w, -np.inf), v + 0.25, "full")
np.convolve(np.where(np.resize(k, 90), np.resize(x, 90), np.inf), np.resize(w, 80) + 9)
"""

SMOOTHLY = """
np.sinc(m)
np.sinc(s)
np.sinc(v / 3)
np.sinc(e)
np.sinc(m[0, 0])
np.i0(m)
np.i0(s)
np.i0(m[0, 0])
np.i0(m * 4)
np.i0(e)
"""

UNWRAPPED = """
np.unwrap(x)
np.unwrap(x * 3)
np.unwrap(x, axis=0)
np.unwrap(x, axis=1, discont=4)
np.unwrap(x, discont=1)
np.unwrap(x, period=4)
np.unwrap(x, period=3)
np.unwrap(x, period=5, axis=0)
np.unwrap(x, 2, 1, period=2.5)
np.unwrap(x, period=np.float32(3))
np.unwrap(x, period=np.int8(4))
np.unwrap(v, 3, period=6)
np.unwrap(v, 0, period=6)
np.unwrap(x, axis=3)
np.unwrap(z)
np.unwrap(e, axis=0)
np.unwrap(v[:1])
np.unwrap(s)
np.unwrap(f, period=4)
np.unwrap(x, period=4, discont=v[0])
"""

AFTER_NAN = """
np.unwrap(np.where(k, m, np.nan) * 3)
np.unwrap(np.where(k, m, np.nan) * 3, axis=0)
np.unwrap(np.where(k, m, np.nan) * 3, discont=4)
np.unwrap(np.where(k, m, np.inf) * 3)
"""

ROWS = [
    *rows(AFTER_NAN, FLOATS, memory=False),
    *rows(SMOOTHLY, ALL),
    *rows(UNWRAPPED, ALL, memory=False),
    *rows(CONVOLVED, ALL, memory=False),
    *rows(LONG, ALL, memory=False),
    *rows(NOT_FINITE, FLOATS),
]

SMOOTH = """
np.convolve(v, w)
np.convolve(w, v, "same")
np.correlate(v, w, "full")
np.correlate(w, v)
np.sinc(m)
np.convolve(np.resize(x, 70), np.resize(w, 20), "valid")
np.convolve(v, s[None])
np.convolve(w, w, "same")
np.correlate(v, v, "full")
np.correlate(w, u, "valid")
np.correlate(w, s[None], "same")
"""

REAL_SMOOTH = """
np.i0(m)
np.unwrap(m * 2 + 0.1)
np.unwrap(m * 2 + 0.1, axis=0, period=1.3, discont=1)
np.i0(s)
np.i0(e)
np.i0(x * 9)
np.unwrap(v * 3)
np.unwrap(x * 3, axis=1)
np.unwrap(s[None])
np.unwrap(e)
np.unwrap(v * 3, discont=4)
"""

GRADIENTS = [*rows(SMOOTH, ("float64", "complex128")), *rows(REAL_SMOOTH)]
