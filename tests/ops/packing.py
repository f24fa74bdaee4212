"""Bits packed into bytes: what is tried, on which dtypes."""

from tests.pairing import ALL, BOOL, INTEGERS, rows

PACKED = """
np.packbits(w)
np.packbits(m)
np.packbits(m, axis=0)
np.packbits(x, axis=1)
np.packbits(x, axis=-1, bitorder="little")
np.packbits(np.tile(m, 3), axis=1)
np.packbits(t, axis=0)
np.packbits(m, axis=2)
np.packbits(m, bitorder="middle")
np.packbits(z)
np.packbits(e)
np.packbits(e, axis=0)
np.packbits(e, axis=1)
np.packbits(s)
np.packbits(s, axis=0)
"""

UNPACKED = """
np.unpackbits(w)
np.unpackbits(m + 250, axis=1)
np.unpackbits(x, axis=0, bitorder="little")
np.unpackbits(m, axis=1, count=5)
np.unpackbits(m, axis=1, count=0)
np.unpackbits(m, axis=1, count=40)
np.unpackbits(m, axis=1, count=-3)
np.unpackbits(v, count=-32)
np.unpackbits(v, count=-33)
np.unpackbits(m, axis=2)
np.unpackbits(m, bitorder="middle")
np.unpackbits(z)
np.unpackbits(e, axis=0)
np.unpackbits(s)
np.unpackbits(t, axis=1)
"""

ROWS = [
    *rows(PACKED, BOOL + INTEGERS),
    *rows(UNPACKED, ("uint8",)),
    *rows("np.packbits(m)\nnp.unpackbits(m)", tuple(d for d in ALL if d not in (*BOOL, *INTEGERS))),
]
