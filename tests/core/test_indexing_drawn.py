"""Indices drawn at random, with NumPy as the oracle."""

import hypothesis.extra.numpy as hnp
import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from numtorch import collect, tensor
from tests.core.index_cases import check_get, check_set, numbered, outcome, same

SHAPES = hnp.array_shapes(min_dims=0, max_dims=4, min_side=0, max_side=4)
NONEMPTY = hnp.array_shapes(min_dims=1, max_dims=4, min_side=1, max_side=4)


@st.composite
def basic(draw):
    shape = draw(SHAPES)
    return shape, draw(hnp.basic_indices(shape, allow_newaxis=True, allow_ellipsis=True))


@st.composite
def arrays(draw):
    shape = draw(NONEMPTY)
    return shape, draw(hnp.integer_array_indices(shape, result_shape=hnp.array_shapes(min_dims=0, max_dims=2)))


@st.composite
def mixed(draw):
    """Parts of every kind in any order."""
    shape = draw(NONEMPTY)
    parts, axis = [], 0
    picked = draw(st.integers(1, 3))
    ellipsis = draw(st.integers(0, len(shape)))
    while axis < len(shape):
        if axis == ellipsis and ... not in [p for p in parts if p is ...]:
            parts.append(...)
            ellipsis = -1
        size = shape[axis]
        kind = draw(st.sampled_from(["int", "slice", "array", "column", "mask", "none", "flag", "stop"]))
        if kind == "int":
            parts.append(draw(st.integers(-size, size - 1)))
        elif kind == "slice":
            parts.append(draw(st.slices(size)))
        elif kind in ("array", "column"):
            tail = (picked,) if kind == "array" else (picked, 1)
            dtype = draw(st.sampled_from([np.int64, np.int8, np.uint8]))
            low = 0 if dtype is np.uint8 else -size
            parts.append(draw(hnp.arrays(dtype, tail, elements=st.integers(low, size - 1))))
        elif kind == "mask":
            mask = np.zeros(size, bool)
            mask[:picked] = True
            parts.append(mask)
        elif kind == "none":
            parts.append(None)
            continue
        elif kind == "flag":
            parts.append(draw(st.booleans()))
            continue
        else:
            break
        axis += 1
    return shape, tuple(parts)


def check_drawn(drawn, dev):
    shape, index = drawn
    x = numbered(shape)
    wanted = outcome(lambda: x[index])
    if isinstance(wanted[0], type):
        assert outcome(lambda: tensor(x, dev=dev)[index]) == wanted
        return
    check_get(x, index, dev)
    check_set(x, index, -1, dev)
    numbers = [part for part in (index if isinstance(index, tuple) else (index,)) if isinstance(part, np.ndarray)]
    if dev == -1 or not numbers:  # on a GPU any of several writes to one element may be the last
        check_set(x, index, -numbered(wanted[0].shape) - 1, dev)


@given(basic())
@settings(max_examples=300, deadline=None)
def test_drawn_basic(dev, drawn):
    check_drawn(drawn, dev)


@given(arrays())
@settings(max_examples=200, deadline=None)
def test_drawn_arrays(dev, drawn):
    check_drawn(drawn, dev)


@given(mixed())
@settings(max_examples=400, deadline=None)
def test_drawn_mixed(dev, drawn):
    check_drawn(drawn, dev)


@given(st.data())
@settings(max_examples=100, deadline=None)
def test_drawn_masks(dev, data):
    shape = data.draw(SHAPES)
    mask = data.draw(hnp.arrays(bool, shape[: data.draw(st.integers(0, len(shape)))]))
    check_drawn((shape, mask), dev)


@given(st.data())
@settings(max_examples=100, deadline=None)
def test_drawn_overlap(dev, data):
    length = data.draw(st.integers(2, 12))
    x, t = numbered((length,)), tensor(numbered((length,)), dev=dev)
    count = data.draw(st.integers(1, length // 2))
    source, to = (data.draw(st.integers(0, length - count)) for _ in range(2))
    step = data.draw(st.sampled_from([1, -1]))
    x[to : to + count][::step] = x[source : source + count].copy()
    t[to : to + count] = t[source : source + count][::step]
    same(collect(t), x)
