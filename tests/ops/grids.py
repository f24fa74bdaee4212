"""New arrays without any other: what is tried. `np` is NumPy, then numtorch's functions of the same names."""

from tests.pairing import rows

MADE = """
np.zeros(3)
np.zeros((1,) * 64)
np.zeros((1,) * 65)
np.empty((1,) * 65)
np.full((1,) * 65, 2)
np.zeros((2, 3), np.int8, "F")
np.zeros((2, -1))
np.ones((), complex)
np.ones(3, device="cpu").shape
np.full((2, 2), 7)
np.full(3, 1.5, np.int16)
np.full((2, 3), [1, 2, 3])
np.full(2, 300, np.uint8)
np.empty((2, 0))
np.eye(3, 4, 1)
np.identity(2, bool)
np.tri(3, 4, -1)
np.arange(5)
np.arange(1, 5, 0.5)
np.arange(5, 1, -1, dtype=np.float16)
np.arange(2, 5, dtype=np.uint64)
np.array([[1, 2], [3, 4]], ndmin=3)
np.array(5)
np.array([1, 2], np.float32, copy=None)
np.asarray([[True]])
np.asanyarray(2.5)
np.ascontiguousarray(3)
np.asfortranarray([[1, 2], [3, 4]]).strides
np.require([1, 2], np.float32, ["C", "W"])
np.fromfunction(lambda i, j: i - j, (2, 2), dtype=int)
np.fromfunction(lambda: 3, ())
np.indices((2, 3))
np.indices((2, 3), np.float32)
np.indices((2, 3), sparse=True)
np.indices(())
np.indices((2, 0))
np.tril_indices(3)
np.tril_indices(3, 1, 4)
np.tril_indices(3, -1, 2)
np.tril_indices(0)
np.triu_indices(3)
np.triu_indices(4, -1, 2)
np.triu_indices(4, 2)
np.mask_indices(3, np.triu)
np.mask_indices(3, np.tril, 1)
np.diag_indices(3)
np.diag_indices(2, 3)
"""

WINDOWS = """
np.bartlett(5)
np.bartlett(6)
np.bartlett(1)
np.bartlett(0)
np.bartlett(-3)
np.bartlett(4.5)
np.blackman(7)
np.blackman(1)
np.hamming(6)
np.hanning(5)
np.hanning(0)
np.kaiser(7, 14)
np.kaiser(6, 0.0)
np.kaiser(1, 3.0)
np.kaiser(0, 3.0)
"""

INDEXED = """
np.r_[1:5]
np.r_[0:1:5j]
np.r_[1:5, 0, 2.5, [7, 8]]
np.r_[0:3:2, np.int8(3)]
np.r_["-1", [[1, 2]], [[3, 4]]]
np.r_["0,2", [1, 2], [3, 4]]
np.r_["1,2,0", [1, 2], [3, 4]]
np.r_["0,2,-1", [1, 2], [[3, 4]]]
np.r_["0,3,1", [1, 2], [3, 4]]
np.r_["x", [1]]
np.r_[[1], "1"]
np.r_[5]
np.r_[True, 2]
np.c_[1:4]
np.c_[[1, 2, 3], [4, 5, 6]]
np.c_[[[1, 2]], 0, [[3]]]
np.c_[0:1:3j, 1:4]
np.mgrid[0:3]
np.mgrid[0:1:5j]
np.mgrid[0:3, 1:3]
np.mgrid[0:1:3j, 0:4:2]
np.mgrid[-1:1:0.5, 0:2]
np.mgrid[0:1:1j]
np.mgrid[:2, :3]
np.ogrid[0:3]
np.ogrid[0:3, 1:3]
np.ogrid[0:1:3j, 0:4:2]
np.ogrid[-1:1:0.5, 0:2, 0:1]
np.s_[1:2, ...]
np.index_exp[1:2]
"""

ROWS = [*rows(MADE), *rows(WINDOWS), *rows(INDEXED)]
