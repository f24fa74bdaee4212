"""Axes, shapes and orders as hypothesis draws them, with NumPy as the oracle."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

import numtorch as nt

SHAPES = hnp.array_shapes(min_dims=0, max_dims=4, min_side=0, max_side=4)
QUICK = settings(max_examples=60, deadline=None)


@st.composite
def arrays(draw: st.DrawFn, shapes: st.SearchStrategy[tuple[int, ...]] = SHAPES) -> np.ndarray:
    """An array of small numbers, perhaps transposed or strided."""
    shape = draw(shapes)
    array = np.arange(np.prod(shape, dtype=int), dtype=np.float64).reshape(shape) % 7 - 3
    order = draw(st.permutations(range(array.ndim)))
    array = array.transpose(order)
    steps = tuple(slice(None, None, draw(st.integers(1, 2))) for _ in shape)
    return array[steps]


def tensor(array: np.ndarray, dev: int) -> nt.Tensor:
    return nt.tensor(array, dev=dev, copy=False)


def agree(expected: Any, actual: Any) -> None:
    values = nt.collect(actual)
    assert np.shape(values) == np.shape(expected)
    assert values.dtype == expected.dtype
    np.testing.assert_allclose(values, expected, rtol=1e-12, atol=1e-12)


def both(call: Any, array: np.ndarray, dev: int) -> None:
    """The same result, or the same kind of error."""
    try:
        expected = call(array)
    except (ValueError, IndexError, TypeError) as error:
        with pytest.raises(ValueError if isinstance(error, ValueError) else type(error)):
            call(tensor(array, dev))
        return
    agree(expected, call(tensor(array, dev)))


AXES = st.one_of(st.none(), st.integers(-5, 4), st.lists(st.integers(-4, 3), max_size=3).map(tuple))


@pytest.mark.parametrize("function", [np.sum, np.prod, np.max, np.min, np.any, np.all], ids=lambda f: f.__name__)
@QUICK
@given(array=arrays(), axis=AXES, keepdims=st.booleans())
def test_reduction(dev: int, function: Any, array: np.ndarray, axis: Any, keepdims: bool) -> None:
    both(lambda a: function(a, axis=axis, keepdims=keepdims), array, dev)


@pytest.mark.parametrize("function", [np.mean, np.var, np.std, np.median], ids=lambda f: f.__name__)
@QUICK
@given(array=arrays(hnp.array_shapes(min_dims=1, max_dims=4, max_side=4)), axis=AXES, keepdims=st.booleans())
def test_statistic(dev: int, function: Any, array: np.ndarray, axis: Any, keepdims: bool) -> None:
    if axis == () and function is np.median:  # where NumPy itself fails
        return
    both(lambda a: function(a, axis=axis, keepdims=keepdims), array, dev)


@QUICK
@given(array=arrays(), axis=st.one_of(st.none(), st.integers(-5, 4)))
def test_scan_and_sort(dev: int, array: np.ndarray, axis: Any) -> None:
    both(lambda a: np.cumsum(a, axis=axis), array, dev)
    both(lambda a: np.sort(a, axis=axis), array, dev)
    both(lambda a: np.argmax(a, axis=axis), array, dev)


@QUICK
@given(array=arrays(), data=st.data(), order=st.sampled_from("CFA"))
def test_reshape(dev: int, array: np.ndarray, data: st.DataObject, order: Any) -> None:
    lengths = st.lists(st.integers(-1, 6), max_size=4).map(tuple)
    shape = data.draw(st.one_of(lengths, st.permutations(array.shape).map(tuple)))
    both(lambda a: np.reshape(a, shape, order=order), array, dev)
    both(lambda a: np.ravel(a, order=order), array, dev)


@QUICK
@given(array=arrays(), data=st.data())
def test_axes(dev: int, array: np.ndarray, data: st.DataObject) -> None:
    axis = st.integers(-5, 4)
    one, other = data.draw(axis), data.draw(axis)
    both(lambda a: np.moveaxis(a, one, other), array, dev)
    both(lambda a: np.swapaxes(a, one, other), array, dev)
    both(lambda a: np.expand_dims(a, one), array, dev)
    both(lambda a: np.flip(a, one), array, dev)
    both(lambda a: np.roll(a, other, one), array, dev)
    both(lambda a: np.repeat(a, abs(other), one), array, dev)


@QUICK
@given(shapes=hnp.mutually_broadcastable_shapes(num_shapes=3, max_dims=3, max_side=3))
def test_where_broadcasts(dev: int, shapes: Any) -> None:
    condition, x, y = (np.arange(np.prod(s, dtype=int)).reshape(s) % 3 for s in shapes.input_shapes)
    agree(np.where(condition, x, y), np.where(tensor(condition, dev), tensor(x, dev), tensor(y, dev)))


@st.composite
def contractions(draw: st.DrawFn) -> tuple[str, list[np.ndarray]]:
    """Subscripts of up to three operands, and operands with lengths that fit; some are 1."""
    letters = "abcd"
    lengths = {letter: draw(st.integers(1, 3)) for letter in letters}
    texts = draw(st.lists(st.text(letters, max_size=4), min_size=1, max_size=3))
    used = sorted(set("".join(texts)))
    output = "".join(draw(st.permutations([letter for letter in used if draw(st.booleans())])))
    operands = [
        np.arange(np.prod([lengths[c] for c in t], dtype=int), dtype=float).reshape([lengths[c] for c in t]) % 5 - 2
        for t in texts
    ]
    return ",".join(texts) + "->" + output, operands


@settings(max_examples=150, deadline=None)
@given(contraction=contractions())
def test_einsum(dev: int, contraction: tuple[str, list[np.ndarray]]) -> None:
    text, operands = contraction
    agree(np.asarray(np.einsum(text, *operands)), np.einsum(text, *(tensor(x, dev) for x in operands)))
    if len(operands) == 3:
        agree(
            np.asarray(np.einsum(text, *operands)), np.einsum(text, *(tensor(x, dev) for x in operands), optimize=True)
        )


@QUICK
@given(data=st.data())
def test_tensordot(dev: int, data: st.DataObject) -> None:
    x_shape = data.draw(hnp.array_shapes(min_dims=1, max_dims=3, max_side=3))
    count = data.draw(st.integers(0, len(x_shape)))
    x_axes = data.draw(st.permutations(range(len(x_shape))))[:count]
    y_shape = tuple(x_shape[axis] for axis in x_axes) + data.draw(hnp.array_shapes(min_dims=0, max_dims=2, max_side=3))
    x = np.arange(np.prod(x_shape), dtype=float).reshape(x_shape)
    y = np.arange(np.prod(y_shape), dtype=float).reshape(y_shape)
    axes = (list(x_axes), list(range(count)))
    agree(np.asarray(np.tensordot(x, y, axes)), np.tensordot(tensor(x, dev), tensor(y, dev), axes))


@QUICK
@given(array=arrays(hnp.array_shapes(min_dims=1, max_dims=3, max_side=5)), data=st.data())
def test_pad(dev: int, array: np.ndarray, data: st.DataObject) -> None:
    widths = [(data.draw(st.integers(0, 6)), data.draw(st.integers(0, 6))) for _ in array.shape]
    mode = data.draw(st.sampled_from(["constant", "edge", "reflect", "symmetric", "wrap"]))
    both(lambda a: np.pad(a, widths, mode=mode), array, dev)


@QUICK
@given(array=arrays(hnp.array_shapes(min_dims=1, max_dims=3, max_side=5)), data=st.data())
def test_windows(dev: int, array: np.ndarray, data: st.DataObject) -> None:
    axes = data.draw(st.lists(st.integers(0, array.ndim - 1), min_size=1, max_size=3))
    lengths = tuple(data.draw(st.integers(1, 3)) for _ in axes)
    both(lambda a: np.lib.stride_tricks.sliding_window_view(a, lengths, tuple(axes)), array, dev)
