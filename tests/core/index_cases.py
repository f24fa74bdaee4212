"""Indices that NumPy knows, and comparisons of what a Tensor does with what an ndarray does."""

import itertools
import warnings

import numpy as np

from numtorch import collect, tensor

DTYPES = [
    np.dtype(name)
    for name in (
        *("bool", "int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64"),
        *("float16", "float32", "float64", "complex64", "complex128"),
    )
]


MASK = np.arange(24).reshape(2, 3, 4) % 3 == 0
U8 = np.array([0, 1, 1], np.uint8)


# Indices for an array of shape (2, 3, 4).
INDICES = {
    "int": 1,
    "negative int": -2,
    "np.int16": np.int16(1),
    "np.uint64": np.uint64(1),
    "ints": (1, 2),
    "all ints": (1, -1, 3),
    "all ints and ellipsis": (1, -1, 3, ...),
    "ellipsis and ints": (..., 1, 2),
    "empty tuple": (),
    "ellipsis": ...,
    "none": None,
    "nones": (None, 0, None, ..., None),
    "slice": slice(0, 1),
    "slice past the end": slice(1, 99),
    "slice from before the start": (slice(None), slice(-99, 2)),
    "empty slice": slice(2, 1),
    "mask without length": np.zeros(0, np.bool_),
    "mask without length, two axes": np.zeros((2, 0), np.bool_),
    "mask without length, all axes": np.zeros((0, 3, 0), np.bool_),
    "mask without length and slice": (slice(None), np.zeros(0, np.bool_)),
    "slice of np ints": slice(np.int64(0), np.int8(2)),
    "steps": (slice(None, None, 2), slice(1, None, 2), slice(None, None, 3)),
    "step past the end": (..., slice(None, None, 99)),
    "negative step": slice(None, None, -1),
    "negative steps": (slice(None, None, -1), slice(None), slice(None, None, -2)),
    "negative step with bounds": (..., slice(2, 0, -1)),
    "negative step, empty": (..., slice(0, 2, -1)),
    "negative step, one element": (slice(0, None, -1), ..., slice(None, None, -9)),
    "int and slices": (slice(None), 0, slice(1, 3)),
    "list": [1, 0, 1],
    "empty list": [],
    "nested list": [[0, 1], [1, 0]],
    "list of bool": [True, False],
    "tuple in list": [(0, 1)],
    "range": range(2),
    "array": np.array([1, 0]),
    "array of negatives": np.array([-1, 0, -2]),
    "empty array": np.zeros((0, 3), np.intp),
    "0-d array": np.array(1),
    "0-d arrays": (np.array(1), np.array(0), np.array(2)),
    "0-d array and slice": (np.array(1), slice(None), 0),
    "uint8 array": U8,
    "int8 array": U8.astype(np.int8),
    "uint16 array": U8.astype(np.uint16),
    "uint32 array": U8.astype(np.uint32),
    "uint64 array": U8.astype(np.uint64),
    "big-endian array": U8.astype(">i4"),
    "strided array": np.array([1, 9, 0, 9])[::2],
    "reversed array": np.array([1, 0])[::-1],
    "arrays": (np.array([0, 1]), np.array([2, 0])),
    "arrays that broadcast": (np.array([[0], [1]]), np.array([2, 0, 1])),
    "arrays for all axes": ([0, 1], [0, 1], [3, 2]),
    "array in the middle": (slice(None), [2, 0]),
    "array at the end": (..., [3, 0, 1]),
    "2-d array in the middle": (slice(None), [[2, 0], [1, 1]]),
    "adjacent arrays": (slice(None), [2, 0], [1, 3]),
    "separated arrays": ([0, 1], slice(None), [1, 3]),
    "separated by none": ([0, 1], None, [0, 2]),
    "separated by an empty ellipsis": (slice(None), [0, 2], ..., [1, 3]),
    "int and array, separated": (0, slice(None), [0, 1]),
    "array and int, separated": ([0, 1], slice(None), 0),
    "int and array, ellipsis": (0, ..., [0, 1]),
    "int and adjacent array": (slice(None), 0, [0, 1, 3]),
    "array and adjacent int": ([0, 1], 2),
    "none and array": (None, [0, 1]),
    "array, negative step": ([1, 0, 1], slice(None, None, -1)),
    "separated arrays, negative step": ([1, 0], slice(None, None, -1), [1, 3]),
    "array behind a negative step": (slice(None, None, -1), [0, 2], slice(3, 0, -2)),
    "arrays that broadcast to nothing": ([], [99]),
    "mask": MASK,
    "mask of nothing": MASK & False,
    "mask of two axes": MASK[:, :, 0],
    "mask of one axis": MASK[:, 0, 0],
    "slice and mask": (slice(None), MASK[0, :, 0]),
    "slice and mask of two axes": (slice(None), MASK[0]),
    "mask and int": (MASK[:, :, 0], 1),
    "mask and slice": (MASK[:, :, 0], slice(1, None)),
    "mask and array": ([True, True], [0, 2]),
    "two masks": ([True, True], [True, False, True]),
    "separated masks": ([True, True], slice(None), [True, False, True, False]),
    "broadcast masks": ([True, False], [True, True, False]),
    "empty mask of axis": (slice(None), np.zeros(3, bool)),
    "true": True,
    "false": False,
    "np.bool": np.True_,
    "0-d mask": np.array(True),
    "true and array": (True, [0, 1]),
    "true, separated": (slice(None), True, slice(None), 0),
    "flags": (True, False, 0),
}


# Index, exception type: the message is NumPy's own.
ERRORS = {
    "mask without length, too long": np.zeros((0, 4), np.bool_),
    "out of bounds": 2,
    "out of bounds, negative": -3,
    "out of bounds, second axis": (0, 3),
    "out of bounds, huge": 2**63 - 1,
    "too large for an index": 2**70,
    "out of bounds in a list": [0, 2],
    "out of bounds in an array": (slice(None), np.array([[0, 1], [-4, 0]])),
    "out of bounds in the second array": ([0, 1], slice(None), [1, 4]),
    "out of bounds in an integer": ([0, 1], 5),
    "too many": (0, 0, 0, 0),
    "too many with an ellipsis": (0, 0, ..., 0, 0),
    "too many, mask": (MASK, 0),
    "too many, deep mask": MASK[..., None],
    "two ellipses": (..., 0, ...),
    "float": 1.0,
    "np.float": np.float64(1),
    "complex": 1j,
    "list of float": [1.0],
    "array of float": np.array([1.0]),
    "0-d array of float": np.array(1.0),
    "empty array of float": np.zeros(0),
    "array of object": np.array([1], object),
    "array of str": np.array(["a"]),
    "str": "a",
    "bytes": b"a",
    "dict": {},
    "object": object(),
    "list of None": [None],
    "ragged list": [[1, 0], [1]],
    "arrays that do not broadcast": ([0, 1], [0, 1, 2]),
    "three arrays that do not broadcast": ([0, 1], [[0], [1]], [0, 1, 2]),
    "masks that do not broadcast": ([True, True], [True, True, True]),
    "mask too short": [True],
    "mask of the wrong length": (slice(None), [True, False]),
    "mask of two axes of the wrong length": np.ones((2, 4), bool),
    "mask behind an int": (0, np.ones((3, 3), bool)),
    "slice of floats": slice(1.0, 2),
    "slice with step zero": slice(None, None, 0),
}


def outcome(function):
    """What a call gives: its result, or the exception with its words."""
    try:
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            result = function()
    except Exception as error:
        return type(error), str(error)
    return result, [(w.category, str(w.message)) for w in caught]


def same(actual, expected):
    """Values, shape and dtype, nan equal to nan; bytes even, for nothing here computes."""
    np.testing.assert_array_equal(actual, expected)
    assert actual.shape == expected.shape
    assert actual.dtype == expected.dtype


def with_tensors(index, dev):
    """The same index with Tensors for arrays."""
    if isinstance(index, tuple):
        return tuple(with_tensors(part, dev) for part in index)
    return tensor(index, dev=dev) if isinstance(index, (np.ndarray, np.generic)) else index


def numbered(shape=(2, 3, 4), dtype=np.float64):
    return np.arange(np.prod(shape, dtype=int)).reshape(shape).astype(dtype)


def turned(x):
    """The view of `x` that steps backward along each axis."""
    return x[(slice(None, None, -1),) * x.ndim] if x.ndim else x


def forward(x, dev):
    return tensor(x, dev=dev)


def backward(x, dev):
    """A Tensor with the values of `x` that is a view with steps backward."""
    return turned(tensor(turned(x).copy(), dev=dev))


def check_get(x, index, dev):
    expected = x[index]
    for make, key in itertools.product((forward, backward), (index, with_tensors(index, dev))):
        got = make(x, dev)[key]
        same(collect(got), np.asarray(expected))
        assert got.dev == dev
        assert got.is_value == (not isinstance(expected, np.ndarray))


def sequence_into_element(x, index, value):
    """NumPy's reaction is what bool(), complex() or float() say of the ndarray; a Tensor's is always the same."""
    return value.ndim > 0 and not isinstance(x[index], np.ndarray)


def check_set(x, index, value, dev):
    """The same array afterwards, or the same error and an untouched array."""
    expected = x.copy()

    def assign(target, key, v):
        target[key] = v

    wanted = outcome(lambda: assign(expected, index, value))
    values = [value]
    if isinstance(value, np.ndarray) and value.dtype in DTYPES and not sequence_into_element(x, index, value):
        values.append(tensor(value, dev=dev))
    for make, key, v in itertools.product((forward, backward), (index, with_tensors(index, dev)), values):
        t = make(x, dev)
        got = outcome(lambda t=t, key=key, v=v: assign(t, key, v))
        assert got == wanted
        same(collect(t), expected)
