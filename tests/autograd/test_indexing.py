"""Gradients through reading and writing at indices."""

import numpy as np
import pytest

from numtorch import check_gradient, collect, gradient, tensor
from tests.core.index_cases import INDICES, numbered, same

FLAT = [
    *("int", "all ints", "all ints and ellipsis", "nones", "steps", "negative steps", "list", "nested list", "range"),
    *("empty list", "0-d array and slice", "uint8 array", "array of negatives", "arrays", "arrays that broadcast"),
    *("separated arrays", "int and array, separated", "array, negative step", "mask", "mask of two axes"),
    *("slice and mask", "mask and array", "true", "false", "true, separated"),
]


def some(shape=(2, 3, 4)):
    return np.random.default_rng(0).normal(size=shape)


@pytest.mark.parametrize("name", FLAT)
def test_get(name, dev):
    index = INDICES[name]
    check_gradient(lambda x: np.sum(x[index] * x[index] * x[index]), tensor(some(), dev=dev))


@pytest.mark.parametrize("name", FLAT)
@pytest.mark.parametrize("scalar", [False, True])
def test_set(name, scalar, dev):
    index = INDICES[name]

    def f(x, value):
        y = 2 * x
        y[index] = value * value
        return np.sum(y * y * y)

    value = some(()) if scalar else some(some()[index].shape)
    check_gradient(f, tensor(some(), dev=dev), tensor(value, dev=dev))


def test_set_into_an_untracked_buffer(dev):
    def f(x):
        buffer = tensor(np.zeros((2, 3)), dev=dev)
        buffer[0] = x[:3] * x[0]
        buffer[1, 1:] = [x[3], 2 * x[2]]
        return np.sum(buffer * buffer)

    check_gradient(f, tensor(some((4,)), dev=dev))


def test_set_casts(dev):
    def f(x):
        buffer = tensor(np.zeros(3, np.float32), dev=dev)
        buffer[...] = x
        return np.sum(buffer * buffer)

    x = tensor(numbered((3,)), dev=dev)
    (g,) = gradient(f, x)
    same(collect(g), 2 * numbered((3,)))


def test_recurrence(dev):
    def f(x):
        y = tensor(np.zeros(5), dev=dev)
        y[0] = x[0]
        for i in range(1, 5):
            y[i] = y[i - 1] * x[i] + y[i - 1]
        y[1:] = y[:-1]
        y[0] += x[2]
        y[y > 0.5] *= 3
        return np.sum(y * y)

    check_gradient(f, tensor(np.abs(some((5,))), dev=dev))


def test_a_view_follows_what_is_written(dev):
    def f(x):
        y = 2 * x
        view = y[1:]
        y[0] = 1
        y[2] = x[3]
        return np.sum(y) + np.sum(view * view)

    check_gradient(f, tensor(some((4,)), dev=dev))


def test_the_index_is_the_one_that_was_used(dev):
    index = np.array([0, 1])
    mask = tensor([True, False, True, False], dev=dev)

    def f(x):
        y = x[index] * x[mask]
        index[:] = 3
        mask[:] = True
        return np.sum(y)

    (g,) = gradient(f, tensor(numbered((4,)) + 1, dev=dev))
    same(collect(g), np.array([1.0 + 1, 3, 2, 0]))
