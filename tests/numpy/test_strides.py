"""`lib.stride_tricks.as_strided`: NumPy's views, within the memory that there is."""

from typing import Any

import numpy as np
import pytest

import numtorch as nt
import numtorch.numpy as xp

as_strided = xp.lib.stride_tricks.as_strided

VIEWS: dict[str, tuple[Any, ...]] = {
    "as it is": (),
    "windows": ((9, 4), (8, 8)),
    "a part": ((2, 3), (32, 16)),
    "repeated": ((3, 12), (0, 8)),
    "transposed": ((4, 3), (8, 32)),
    "strides alone": (None, (8,)),
    "shape alone": ((4,), None),
    "no axes": ((), ()),
    "no elements": ((0, 100), (800, 8)),
    "list": ([2, 2], [8, 8]),
}


@pytest.mark.parametrize("name", VIEWS)
@pytest.mark.parametrize("dtype", ["float64", "int64", "uint64", "complex64"])
def test_pairs(name: str, dtype: str, dev: int) -> None:
    array = np.arange(12).astype(dtype)
    expected = np.lib.stride_tricks.as_strided(array, *VIEWS[name])
    x = nt.tensor(array, dev=dev)
    actual = as_strided(x, *VIEWS[name])
    assert actual.dtype == expected.dtype
    assert actual.shape == expected.shape
    assert actual.strides == expected.strides
    np.testing.assert_array_equal(nt.collect(actual), expected)
    assert np.shares_memory(x, actual) == bool(expected.size)


def test_it_is_a_view(dev: int) -> None:
    x = nt.tensor(np.zeros(4), dev=dev)
    as_strided(x, (2,), (16,))[...] = 5
    assert x.tolist() == [5, 0, 5, 0]
    with pytest.raises(ValueError, match="read-only"):
        as_strided(x, (2,), (16,), writeable=False)[0] = 1


def test_of_a_view(dev: int) -> None:
    """The memory is that of the whole array, and the view's first element the first."""
    array = np.arange(12.0)
    x = nt.tensor(array, dev=dev)
    np.testing.assert_array_equal(
        nt.collect(as_strided(x[3::3], (3, 2), (16, 8))),
        np.lib.stride_tricks.as_strided(array[3::3], (3, 2), (16, 8)),
    )


BACKWARD: dict[str, tuple[Any, ...]] = {
    "as it is": (),
    "forward again": ((4,), (8,)),
    "toeplitz": ((4, 5), (-8, 8)),
    "both": ((2, 3), (-16, -8)),
    "repeated": ((3, 2), (0, -8)),
    "one element": ((1, 4), (-800, 8)),
    "no elements": ((0, 2), (-8, -8)),
}


@pytest.mark.parametrize("name", BACKWARD)
@pytest.mark.parametrize("start", [slice(6, None), slice(6, None, -1)], ids=str)
def test_backward(name: str, start: slice, dev: int) -> None:
    """Negative strides, from an element in the middle on, of what steps forward and backward."""
    array = np.arange(12.0)
    x = nt.tensor(array, dev=dev)
    expected = np.lib.stride_tricks.as_strided(array[start], *BACKWARD[name])
    actual = as_strided(x[start], *BACKWARD[name])
    np.testing.assert_array_equal(nt.collect(actual), expected)
    for length, stride, other in zip(expected.shape, expected.strides, actual.strides, strict=True):
        assert length < 2 or not expected.size or stride == other
    assert np.shares_memory(x, actual) == bool(expected.size)
    with pytest.raises(ValueError, match="leaves the memory"):
        as_strided(x[start], (8,), (-8,))


def test_gradient(dev: int) -> None:
    x = nt.tensor([1.0, 2.0, 3.0, 4.0], dev=dev)
    (slope,) = nt.gradient(lambda x: (as_strided(x, (3, 2), (8, 8)) ** 2).sum(), x)
    assert slope.tolist() == [2, 8, 12, 8]
    with pytest.raises(NotImplementedError, match="beside the elements"):
        nt.gradient(lambda x: as_strided(x[::2], (3,), (8,)).sum(), x)
    for backward in (lambda x: as_strided(x[::-1]), lambda x: as_strided(x[3:], (3,), (-8,))):
        with pytest.raises(NotImplementedError, match="negative strides"):
            nt.gradient(lambda x, backward=backward: backward(x).sum(), x)


OUTSIDE: dict[str, tuple[Any, ...]] = {
    "too long": ((13,), (8,)),
    "stride too long": ((2, 12), (8, 8)),
    "far outside": ((2,), (2**40,)),
    "backward": ((3,), (-8,)),
    "within an element": ((3,), (4,)),
    "negative length": ((-1,), (8,)),
    "more strides": ((3,), (8, 8)),
    "too many axes": ((1,) * 65, (8,) * 65),
}


@pytest.mark.parametrize("name", OUTSIDE)
def test_what_is_refused(name: str, dev: int) -> None:
    with pytest.raises(ValueError):  # noqa: PT011
        as_strided(nt.tensor(np.arange(12.0), dev=dev), *OUTSIDE[name])


def test_huge_sizes_do_not_wrap_around(dev: int) -> None:
    x = nt.tensor(np.arange(12.0), dev=dev)
    for shape, strides in (((2**62, 2), (8, 8)), ((2**61 + 1,), (8,)), ((3,), (2**62,)), ((2**32, 2**32), (0, 0))):
        with pytest.raises(ValueError, match="leaves the memory"):
            as_strided(x, shape, strides)
