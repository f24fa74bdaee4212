"""Reading through an index: values, shapes, dtypes, views, copies and errors as NumPy's."""

import re

import numpy as np
import pytest

from numtorch import Tensor, collect, tensor
from tests.core.index_cases import (
    DTYPES,
    ERRORS,
    INDICES,
    MASK,
    check_get,
    check_set,
    numbered,
    outcome,
    same,
    with_tensors,
)


@pytest.mark.parametrize("index", INDICES.values(), ids=INDICES.keys())
def test_get(index, dev):
    check_get(numbered(), index, dev)


@pytest.mark.parametrize("index", INDICES.values(), ids=INDICES.keys())
def test_get_strided(index, dev):
    x = numbered((4, 3, 4))
    t = tensor(x, dev=dev)
    same(collect(t.T[:, :, ::2].T[index]), np.asarray(x.T[:, :, ::2].T[index]))


@pytest.mark.parametrize("index", ERRORS.values(), ids=ERRORS.keys())
def test_get_error(index, dev):
    x = numbered()
    wanted = outcome(lambda: x[index])
    assert isinstance(wanted[0], type)
    t = tensor(x, dev=dev)
    assert outcome(lambda: t[index]) == wanted
    same(collect(t), x)  # the device still works


@pytest.mark.parametrize("key", [[0, 2], (slice(None), [[0], [3]]), ([0, 1], slice(None), [1, -5])])
def test_out_of_bounds_in_tensors(key, dev):
    x = numbered()
    key = key if isinstance(key, tuple) else (key,)
    indices = tuple(np.array(k) if isinstance(k, list) else k for k in key)
    wanted = outcome(lambda: x[indices])
    t = tensor(x, dev=dev)
    assert outcome(lambda: t[with_tensors(indices, dev)]) == wanted
    assert outcome(lambda: t.__setitem__(with_tensors(indices, dev), 1)) == wanted
    same(collect(t), x)


@pytest.mark.parametrize("dtype", [bool, np.int64, np.float32])
def test_zero_dimensions(dtype, dev):
    x = np.array(1, dtype)
    for index in [(), ..., None, True, False, (None, ...), (True, None), np.array(False)]:
        check_get(x, index, dev)
        check_set(x, index, 0, dev)
    for index in [0, slice(None), [0], (None, [0])]:
        assert outcome(lambda index=index: tensor(x, dev=dev)[index]) == outcome(lambda index=index: x[index])
    check_set(x, True, np.array([0, 1], dtype), dev)
    check_set(x, False, np.array([], dtype), dev)


@pytest.mark.parametrize("shape", [(0,), (0, 3), (3, 0, 2), (1,), (1, 1, 1)])
def test_small_shapes(shape, dev):
    x = numbered(shape)
    for index in [slice(None, None, -1), [], (..., slice(0, 1)), (..., []), x == x, x != x, None]:
        check_get(x, index, dev)
        check_set(x, index, 5, dev)
    for index in [0, [0]]:
        t = tensor(x, dev=dev)
        got, wanted = outcome(lambda index=index, t=t: t[index]), outcome(lambda index=index: x[index])
        if isinstance(wanted[0], type):
            assert got == wanted
        else:
            same(collect(got[0]), np.asarray(wanted[0]))


@pytest.mark.parametrize("dtype", DTYPES, ids=str)
def test_every_dtype(dtype, dev):
    x = numbered(dtype=dtype)
    if dtype.kind == "u":
        x[-1] = np.iinfo(dtype).max - x[-1]
    for name in [
        "all ints",
        "steps",
        "negative steps",
        "separated arrays, negative step",
        "mask",
        "slice and mask",
        "array",
        "none",
        "0-d array",
        "separated arrays",
        "true, separated",
        "reversed array",
    ]:
        check_get(x, INDICES[name], dev)
        check_set(x, INDICES[name], x[-1, -1, -1], dev)
        check_set(x, INDICES[name], np.flip(x[INDICES[name]]), dev)


def test_views_share_memory(dev):
    t = tensor(numbered(), dev=dev)
    for view in (t[0], t[:, 1], t[..., ::2], t[None], t[...], t[()], t[1, 2, 3, ...], t[np.int64(0)]):
        view[...] = -1
    x = numbered()
    for view in (x[0], x[:, 1], x[..., ::2], x[None], x[...], x[()], x[1, 2, 3, ...], x[np.int64(0)]):
        view[...] = -1
    same(collect(t), x)


def test_views_of_views(dev):
    x, t = numbered((6, 7)), tensor(numbered((6, 7)), dev=dev)
    for a in (x, t):
        a[1:][::2][:, 3:][1, None, 1:3][...] = -5
        a[2][3:][0] = 8
        a.T[1:3][0][2:] = 9
    same(collect(t), x)


@pytest.mark.parametrize(
    "index",
    [[0, 1], np.array([1]), MASK, True, np.array(0), (slice(None), [0, 1]), (0, 0, 0)],
    ids=lambda i: str(i)[:20],
)
def test_copies_do_not_share_memory(index, dev):
    t = tensor(numbered(), dev=dev)
    picked = t[index]
    before = collect(picked)
    t[...] = -1
    same(collect(picked), before)


def test_a_negative_step_is_a_view(dev):
    x, t = numbered(), tensor(numbered(), dev=dev)
    for a in (x, t):
        for i, reverse in enumerate((a[::-1], a[::-1][0], a[..., ::-2][None], a[:0:-1])):
            reverse[..., 0] = -i
        a[::-1][[0, 1]][0] = 99  # a copy
    same(collect(t), x)


def test_values(dev):
    t = tensor(numbered((3,)), dev=dev)
    value = t[1]
    assert value.is_value
    assert value.shape == ()
    assert not t[1, ...].is_value
    t[1] = 9
    assert value == 1
    assert {value: 0}[1.0] == 0
    with pytest.raises(ValueError, match="was hashed"):
        value[()] = 3


def test_values_as_indices(dev):
    t = tensor(numbered(), dev=dev)
    order = tensor([1, 0], dev=dev)
    same(collect(t[order[0]]), numbered()[1])
    t[order[0]][...] = 5  # a value indexes like an int: a view
    t[tensor(0, dev=dev)][...] = 7  # a 0-d array makes a copy
    assert collect(t[0]).max() == 11
    assert (collect(t[1]) == 5).all()
    same(collect(t[order[1] : order[0]]), numbered()[:1])
    same(collect(t[[order[0], order[1]]]), collect(t)[[1, 0]])


@pytest.mark.parametrize("count", [3, 100_000])
def test_large_and_small(count, dev):
    x = numbered((count,))
    rng = np.random.default_rng(0)
    for index in [rng.integers(-count, count, count), rng.random(count) < 0.5, slice(None, None, -3)]:
        check_get(x, index, dev)
        check_set(x, index, 5, dev)
        if not (isinstance(index, np.ndarray) and index.dtype.kind == "i"):  # on a GPU any of several may stay
            check_set(x, index, -x[index], dev)


def test_read_only_stays_read_only(dev):
    t = np.broadcast_to(tensor(numbered((4,)), dev=dev), (3, 4))
    for view in (t, t[0], t[:, 1:]):
        with pytest.raises(ValueError, match="read-only"):
            view[...] = 0
    copy = t[[0]]
    copy[...] = 0
    same(collect(t), np.broadcast_to(numbered((4,)), (3, 4)))


@pytest.mark.skipif("config.getoption('dev') < 0")
def test_host_values_and_indices_join_the_device(dev):
    t = tensor(numbered(), dev=dev)
    same(collect(t[tensor([1, 0])]), numbered()[[1, 0]])
    with pytest.raises(ValueError, match="-1"):
        t[0] = tensor(numbered((3, 4)))


def test_iteration_yields_views_and_values(dev):
    t = tensor(numbered((2, 3)), dev=dev)
    for row in t:
        row[0] = -1
    assert collect(t)[:, 0].tolist() == [-1, -1]
    assert all(value.is_value for value in t[0])
    assert [float(value) for value in t[1]] == [-1, 4, 5]


def test_subclasses_of_tuple_and_int():
    class Pair(tuple):
        __slots__ = ()

    class Number(int):
        pass

    class Indexable:
        def __index__(self):
            return 1

    x, t = numbered(), tensor(numbered())
    for index in (Pair((1, 2)), Number(1), Indexable(), (0, Indexable()), slice(Indexable(), None)):
        same(collect(t[index]), x[index])


def test_index_result_is_a_tensor():
    assert type(tensor(numbered())[0, 0, 0]) is Tensor


ADDED_AXES = {
    "one": lambda x: x[None],
    "two": lambda x: x[None, ..., None],
    "array": lambda x: x[[[0]]],
    "arrays": lambda x: x[[[[0]]], None, [[0]]],
    "written": lambda x: x.__setitem__(None, 1),
    "stack": lambda x: np.stack([x, x]),
    "stack of a dtype": lambda x: np.stack([x, x], dtype=np.complex128),
}


@pytest.mark.parametrize("case", ADDED_AXES)
def test_no_more_than_64_axes(case, dev):
    numbers = np.zeros((1,) * 64)
    t = tensor(numbers.ravel(), dev=dev).reshape(numbers.shape)
    with pytest.raises(IndexError) as expected:
        ADDED_AXES[case](numbers)
    with pytest.raises(IndexError, match=re.escape(str(expected.value))):
        ADDED_AXES[case](t)
    assert t[0, None].ndim == np.stack([t[0]]).ndim == 64
