"""New arrays: what is tried, on which dtypes."""

from tests.pairing import ALL, COMPLEX, INTEGERS, WIDE_FLOATS, rows

LIKE = """
np.zeros_like(x)
np.zeros_like(s)
np.zeros_like(x, dtype=np.float32)
np.zeros_like(x, shape=(2, 2))
np.zeros_like(x, shape=3, order="F")
np.zeros_like(f).strides
np.zeros_like(f, order="C").strides
np.zeros_like(t).strides
np.zeros_like(x.transpose(1, 0, 2)).strides
np.ones_like(x)
np.ones_like(x, dtype=np.complex64)
np.ones_like(e)
np.ones_like(x, dtype="S3") if False else None
np.full_like(x, 1)
np.full_like(x, 2.5)
np.full_like(x, 300)
np.full_like(x, -1)
np.full_like(x, v)
np.full_like(x, w)
np.full_like(x, 3, dtype=np.float64)
np.empty_like(x).shape
np.empty_like(x, dtype=np.int8).dtype
np.empty_like(f).strides
np.empty_like(x, shape=(3, 2)).shape
np.zeros((2, 3), like=x)
np.zeros(3, np.int8, like=x)
np.zeros((), like=x)
np.zeros((2, -1), like=x)
np.ones((2, 3), like=x)
np.ones(2, dtype=np.uint16, like=x)
np.full((2, 2), 7, like=x)
np.full(3, 1.5, np.float32, like=x)
np.full((2, 3, 4), v, like=x)
np.full((2, 3), v, like=x)
np.empty((2, 3), like=x).shape
np.empty((2, 3), np.float32, like=x).dtype
np.arange(5, like=x)
np.arange(1, 5, like=x)
np.arange(1.0, 2.0, 0.25, like=x)
np.arange(3, dtype=np.float32, like=x)
np.eye(3, like=x)
np.eye(2, 4, 1, dtype=int, like=x)
np.identity(3, like=x)
np.identity(3, np.int8, like=x)
np.tri(3, 4, 1, like=x)
np.array([1, 2], like=x)
np.array([[1.0, 2.0]], dtype=np.float32, like=x)
np.array(v, ndmin=3, like=x)
np.array(v, like=x)
np.asarray([1, 2, 3], like=x)
np.asarray(v, dtype=np.float64, like=x)
np.asarray(v, like=x)
np.asanyarray([1, 2, 3], like=x)
np.ascontiguousarray(f, like=x)
np.ascontiguousarray(s, like=x)
np.asfortranarray(m, like=x)
np.meshgrid(v, u)
np.meshgrid(v, u, indexing="ij")
np.meshgrid(v, u, sparse=True)
np.meshgrid(v, u, w)
np.meshgrid(v, s)
np.meshgrid(v, u, indexing="zz")
np.diag(v)
np.diag(v, 1)
np.diag(v, -2)
np.diag(m)
np.diag(m, 1)
np.diag(x)
np.diag(s)
np.diagflat(m)
np.diagflat(v, 1)
np.vander(v)
np.vander(v, 3)
np.vander(v, increasing=True)
np.vander(v, 0)
np.vander(v, 1)
np.vander(m)
"""

RANGES = """
np.linspace(s, 5)
np.linspace(s, 5, 4)
np.linspace(v, 5, 3)
np.linspace(0, v, 3, axis=1)
np.linspace(v, v + 1, 4, endpoint=False)
np.linspace(s, 5, 1)
np.linspace(s, 5, 0)
np.linspace(s, 5, 3, retstep=True)
np.linspace(s, 5, 6, dtype=int)
np.linspace(s, 5, -1)
np.logspace(s, 2, 4)
np.logspace(v, 1, 3, base=2.0)
np.logspace(s, 2, 4, dtype=np.float32)
"""

GEOMETRIC = """
np.geomspace(s * s + 1, 100, 3)
np.geomspace(s * s + 1, 8, 4, endpoint=False)
np.geomspace(v * v + 1, 7, 3, axis=1)
np.geomspace(s * 0, 7)
np.geomspace(s * s + 1, 100, 1)
"""

ROWS = [
    *rows(LIKE, ALL),
    *rows(RANGES, INTEGERS + WIDE_FLOATS + COMPLEX, tolerance=4),
    *rows(GEOMETRIC, ("float32", "float64", "int64"), tolerance=4),
]
