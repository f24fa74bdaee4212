"""Writing through an index: casts, shapes, overlaps, order and errors as NumPy's."""

import threading

import numpy as np
import pytest

from numtorch import collect, gradient, tensor
from tests.core.index_cases import DTYPES, ERRORS, INDICES, MASK, check_set, numbered, outcome, same


@pytest.mark.parametrize("index", INDICES.values(), ids=INDICES.keys())
def test_set(index, dev):
    x = numbered()
    shape = x[index].shape
    check_set(x, index, -1.5, dev)
    check_set(x, index, -numbered(shape) - 1, dev)
    check_set(x, index, np.float32(7), dev)


WIDE = {name: index for name, index in INDICES.items() if "mask" not in name and numbered()[index].ndim > 0}


@pytest.mark.parametrize("index", WIDE.values(), ids=WIDE.keys())
def test_set_broadcasts(index, dev):
    x = numbered()
    result = x[index]
    check_set(x, index, np.array([-3]), dev)
    check_set(x, index, -np.ones((1, 1, *result.shape)), dev)
    check_set(x, index, -numbered(result.shape[-1:]), dev)


@pytest.mark.parametrize("index", ERRORS.values(), ids=ERRORS.keys())
def test_set_error(index, dev):
    x = numbered()
    wanted = outcome(lambda: x.__setitem__(index, 0))
    assert isinstance(wanted[0], type)
    t = tensor(numbered(), dev=dev)
    assert outcome(lambda: t.__setitem__(index, 0)) == wanted
    same(collect(t), numbered())


@pytest.mark.parametrize("to", DTYPES, ids=str)
@pytest.mark.parametrize("source", DTYPES, ids=str)
def test_assignment_casts(source, to, dev):
    values = np.array([0, 1, 3, 100], source)
    if source.kind in "fc":
        values[1] = 1.75
    if source.kind == "c":
        values += source.type(1j)
    for index in [slice(None), [3, 1, 0, 2], np.ones(4, bool), slice(None, None, -1)]:
        check_set(np.zeros(4, to), index, values, dev)
        check_set(np.zeros(4, to), index, values[2], dev)
    check_set(np.zeros(4, to), 1, values[1], dev)
    check_set(np.zeros(4, to), 1, values[1:2], dev)


@pytest.mark.parametrize("dtype", DTYPES, ids=str)
@pytest.mark.parametrize(
    "value",
    [
        True,
        0,
        1,
        -1,
        127,
        128,
        255,
        256,
        300,
        65535,
        65536,
        2**31,
        2**32,
        2**53 + 1,
        2**63 - 1,
        2**63,
        2**64,
        -(2**63),
        -(2**63) - 1,
        10**400,
        0.0,
        -0.0,
        1.5,
        1.9,
        -1.9,
        300.7,
        65504.0,
        65520.0,
        0.1,
        1e6,
        1e300,
        np.nan,
        np.inf,
        -np.inf,
        1j,
        1e300j,
        complex(0, np.nan),
        None,
        "3",
        "a",
        b"1",
        [],
        [5],
        [1, 2],
        [[5]],
        (7,),
        range(3),
        {1},
        {},
        np.float64(1.5),
        np.float64("nan"),
        np.int64(300),
        np.complex64(1j),
        np.array(1.5),
        np.array([5]),
        np.array("7"),
    ],
    ids=lambda v: repr(v)[:25],
)
@pytest.mark.filterwarnings("ignore")
def test_assigned_values(dtype, value, dev):
    x = numbered((3,), dtype)
    for index in [1, slice(None), [0, 2], (0, ...), np.array([True, False, True])]:
        check_set(x, index, value, dev)


@pytest.mark.parametrize(
    ("index", "shape"),
    [
        (0, (2, 4)),
        (0, (2, 3, 4)),
        (slice(None), (3,)),
        ((slice(None), [0, 1]), (3, 4)),
        ([0, 1], (3,)),
        ([0], (2, 3, 4)),
        (MASK, (2,)),
        (MASK, (9,)),
        (MASK, (1,)),
        (MASK, (8, 1)),
        (MASK, (1, 8)),
        (MASK, (2, 3, 4)),
        (MASK[:, :, 0], (3,)),
        (MASK[:, :, 0], (3, 4)),
        ((0, 0, 0), (1,)),
        ((0, 0, 0), (0,)),
        ((0, 0, 0, ...), (1,)),
        ((0, 0, 0, ...), (2,)),
        (slice(0, 0), (2, 3, 4)),
        (slice(0, 0), (1, 3, 4)),
        ([], (2, 3, 4)),
        (np.array(0), (2, 4)),
        (([0, 1], slice(None), [0, 1]), (2,)),
        (([0, 1], slice(None), [0, 1]), (3,)),
        (slice(None, None, -1), (2, 1, 4)),
        (slice(None, None, -1), (3, 1)),
    ],
)
def test_assigned_shapes(index, shape, dev):
    check_set(numbered(), index, -numbered(shape) - 1, dev)
    check_set(numbered(), index, (-numbered(shape) - 1).tolist(), dev)


@pytest.mark.parametrize("index", [0, slice(1, None), [0], MASK, ..., (0, 0, 0)], ids=lambda i: str(i)[:20])
def test_deletion(index, dev):
    t = tensor(numbered(), dev=dev)
    with pytest.raises(ValueError, match="cannot delete array elements"):
        del t[index]


OVERLAPS = [
    (slice(1, None), slice(None, -1)),
    (slice(None, -1), slice(1, None)),
    (slice(None), slice(None, None, -1)),
    (slice(None, None, -1), slice(None)),
    (slice(None, None, -1), slice(None, None, -1)),
    (slice(None, None, 2), slice(1, None, 2)),
    (slice(None), slice(0, 1)),
    ([3, 2, 1, 0], slice(0, 4)),
    (np.arange(6) < 3, slice(2, 5)),
    (slice(2, 5), [1, 2, 3]),
]


@pytest.mark.parametrize(("to", "source"), OVERLAPS)
@pytest.mark.parametrize("shape", [(6,), (6, 5)])
def test_overlap(to, source, shape, dev):
    x, t = numbered(shape), tensor(numbered(shape), dev=dev)
    x[to], t[to] = x[source].copy(), t[source]
    same(collect(t), x)


def test_overlap_transposed(dev):
    x, t = numbered((5, 5)), tensor(numbered((5, 5)), dev=dev)
    x[:], t[:] = x.T.copy(), t.T
    same(collect(t), x)


def test_overlap_with_the_index(dev):
    x = np.array([2, 0, 1, 3])
    t = tensor(x, dev=dev)
    x[x.copy()], t[t] = 5 - x, tensor(5 - x, dev=dev)
    same(collect(t), x)
    mask, m = np.array([True, False, True]), tensor([True, False, True], dev=dev)
    mask[mask.copy()], m[m] = False, False
    same(collect(m), mask)


def test_overlap_through_an_ndarray():
    t = tensor(numbered((6,)))
    t[1:] = np.asarray(t)[:-1]
    same(collect(t), np.array([0.0, 0, 1, 2, 3, 4]))


@pytest.mark.parametrize("rest", [(), (40,)])
def test_the_last_of_several_writes_wins(rest):
    index = np.arange(100_000) % 7
    values = numbered((100_000, *rest))
    x, t = np.zeros((9, *rest)), tensor(np.zeros((9, *rest)))
    x[index], t[index] = values, values
    same(collect(t), x)
    x.T[..., index[:60_000]], t.T[..., index[:60_000]] = values[:60_000].T, values[:60_000].T
    same(collect(t), x)


@pytest.mark.parametrize("index", [0, [0], np.array([True, False, False]), slice(None, None, -1)])
def test_a_write_through_a_view_leaves_the_tape_what_it_keeps(index):
    factor = tensor(numbered((3,)))
    before = collect(factor).copy()
    view = factor[:]

    def f(x):
        y = np.sum(x * factor)
        view[index] = 5.0
        return y

    same(collect(gradient(f, tensor(numbered((3,))))[0]), before)
    assert np.any(collect(factor) == 5.0)


def test_lists_of_tensors(dev):
    t = tensor(numbered((2, 3)), dev=dev)
    t[:] = [t[1].copy(), t[0].copy()]
    same(collect(t), numbered((2, 3))[::-1])
    t[0] = [t[0, 0], 2, t[0, 2]]
    same(collect(t[0]), np.array([3.0, 2, 5]))


def test_threads():
    t = tensor(np.zeros((4, 50_001)))

    def fill(row):
        for i in range(5):
            t[row, np.arange(50_001) % 2 == i % 2] = row
            t[row] = t[row, ::-1]

    threads = [threading.Thread(target=fill, args=(row,)) for row in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    same(collect(t), np.repeat(np.arange(4.0), 50_001).reshape(4, -1))
