"""Assignment to a 0-d result: the object becomes an array, and nothing else changes."""

from __future__ import annotations

import copy
import pickle
from typing import Any

import numpy as np
import pytest

import numtorch as nt


def total(dev: int) -> Any:
    return np.sum(nt.tensor([1.0, 2.0], dev=dev))


INDICES: list[Any] = [(), ..., (...,), True, np.True_, np.array(True), None]


@pytest.mark.parametrize("index", INDICES, ids=repr)
def test_every_index_of_a_0d_array_assigns(index: Any, dev: int) -> None:
    value = total(dev)
    value[index] = 7
    assert value.item() == 7
    assert not value.is_value
    assert (value.dtype, value.shape, value.dev) == (np.float64, (), dev)


def test_a_tensor_that_is_false_as_a_mask_assigns_nothing(dev: int) -> None:
    value = total(dev)
    value[value > 5] = 7
    assert value.item() == 3


def test_all_names_of_the_object_see_it(dev: int) -> None:
    value = total(dev)
    alias = value
    value[()] = 7
    assert alias is value
    assert alias.item() == 7
    value += 1  # an array by now: in place
    assert alias.item() == 8


def test_nothing_else_changes(dev: int) -> None:
    x = nt.tensor([1.0, 2.0], dev=dev)
    element, value = x[0], np.sum(x)
    others = [value.reshape(()), value.T, value[()], copy.copy(value), value.view()]
    made = [value.reshape(1), np.atleast_1d(value), np.broadcast_to(value, (2,)), np.asarray(value.copy().item())]
    element[()] = 9
    value[()] = 9
    assert x.tolist() == [1, 2]
    assert all(other.item() == 3 for other in others)
    assert all(float(other.reshape(-1)[0]) == 3 for other in made)


def test_what_was_computed_from_it_stays(dev: int) -> None:
    value = total(dev)
    doubled, listed = value * 2, nt.tensor([value, value], dev=dev)
    value[()] = 9
    assert doubled.item() == 6
    assert listed.tolist() == [3, 3]


def test_a_key_stays_what_it_was(dev: int) -> None:
    value = total(dev)
    found = {value: "key"}
    with pytest.raises(ValueError, match="was hashed"):
        value[()] = 7
    assert found[value] == found[3.0] == "key"
    free = value.copy()
    free[()] = 7
    assert (free.item(), value.item()) == (7, 3)


def test_an_array_cannot_be_hashed(dev: int) -> None:
    value = total(dev)
    value[()] = 7
    with pytest.raises(TypeError, match="unhashable"):
        hash(value)


def test_a_lost_assignment_is_an_error(dev: int) -> None:
    x = nt.tensor([1.0, 2.0], dev=dev)
    with pytest.raises(TypeError, match="is lost"):
        x[0][()] = 5
    with pytest.raises(TypeError, match="is lost"):
        np.sum(x)[...] = 5
    assert x.tolist() == [1, 2]


def test_a_failed_assignment_leaves_a_value(dev: int) -> None:
    for index, given, error in ((0, 1, IndexError), ((), [1.0, 2.0], ValueError), ((), "x", ValueError)):
        value = total(dev)
        with pytest.raises(error):
            value[index] = given
        assert value.is_value
        assert value.item() == 3


def test_functions_that_write_take_arrays_alone(dev: int) -> None:
    value = total(dev)
    for write in (
        lambda: np.add(1, 2, out=value),
        lambda: np.copyto(value, 1),
        lambda: np.put(value, [0], 1),
        lambda: np.place(value, [True], 1),
        lambda: value.flat.__setitem__(0, 1),
    ):
        with pytest.raises(TypeError):
            write()
    with pytest.raises(AttributeError, match="writable"):
        value.real = 1
    assert value.is_value
    assert not value.flags.writeable
    assert value.item() == 3


def test_pickled(dev: int) -> None:
    value = total(dev)
    value[()] = 7
    again = pickle.loads(pickle.dumps(value))
    assert (again.item(), again.is_value) == (7, False)


# ---- Gradients ----


def gradient_of(f: Any, dev: int, *numbers: float) -> list[float]:
    return [float(g.item()) for g in nt.gradient(f, *(nt.tensor(number, dev=dev) for number in numbers))]


def test_the_gradient_follows(dev: int) -> None:
    def replaced(x: Any, y: Any) -> Any:
        total = np.sum(x * np.ones(3))
        kept = total * 2
        total[()] = y * y
        return kept + total

    assert gradient_of(replaced, dev, 2.0, 5.0) == [6, 10]


def test_a_constant_cuts_the_gradient(dev: int) -> None:
    def cut(x: Any) -> Any:
        total = x * 3
        other = total * x
        total[()] = 1.0
        return total * x + other

    assert gradient_of(cut, dev, 2.0) == [13]


def test_masked(dev: int) -> None:
    def clipped(x: Any) -> Any:
        total = x * x
        total[total > 3] = 3.0
        return total + x

    assert gradient_of(clipped, dev, 1.0) == [3]
    assert gradient_of(clipped, dev, 2.0) == [1]


def test_an_aliased_value_keeps_its_gradient(dev: int) -> None:
    def aliased(x: Any) -> Any:
        total = x * x
        seen = total.reshape(())
        total[()] = 1.0
        return seen * 1 + total

    assert gradient_of(aliased, dev, 3.0) == [6]


def test_second_derivatives(dev: int) -> None:
    def cubed(x: Any) -> Any:
        total = x * 1
        total[()] = x**3
        return total * 1

    def slope(x: Any) -> Any:
        return nt.gradient(cubed, x)[0]

    assert gradient_of(slope, dev, 2.0) == [12]


def test_an_argument_of_the_function(dev: int) -> None:
    x = np.sum(nt.tensor([1.0, 1.0], dev=dev))

    def f(t: Any) -> Any:
        y = t * t
        t[()] = 5.0
        return y + t

    (g,) = nt.gradient(f, x)
    assert g.item() == 4
