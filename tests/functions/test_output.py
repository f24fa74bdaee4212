"""The one function that writes results into Tensors: casts, shapes, masks, and gradients."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import numtorch as nt
from numtorch.functions.calls.assign import assign


def filled(dev: int, shape: tuple[int, ...] = (2, 3), dtype: Any = np.float32) -> nt.Tensor:
    return nt.Tensor(shape, dtype=dtype, dev=dev)


def test_casts_and_broadcasts_into_the_target(dev: int) -> None:
    target = filled(dev)
    assert assign(target, nt.tensor([1.0, 2.0, 3.0], dev=dev), "test") is target
    assert target.dtype == np.float32
    assert nt.collect(target).tolist() == [[1, 2, 3], [1, 2, 3]]


def test_mask(dev: int) -> None:
    target = filled(dev)
    mask = nt.tensor([True, False, True], dev=dev)
    assign(target, nt.tensor(7.0, dev=dev), "test", mask)
    assert nt.collect(target).tolist() == [[7, 0, 7], [7, 0, 7]]


def test_writes_through_views(dev: int) -> None:
    base = filled(dev)
    assign(base.T[1], nt.tensor([1.0, 2.0], dev=dev), "test")
    assert nt.collect(base).tolist() == [[0, 1, 0], [0, 2, 0]]
    assign(base[:, 1:], base[:, :-1], "test")  # overlapping
    assert nt.collect(base).tolist() == [[0, 0, 1], [0, 0, 2]]


def test_refusals(dev: int) -> None:
    ones = nt.tensor(np.ones((2, 3)), dev=dev)
    with pytest.raises(TypeError, match="test: Cannot cast array data from dtype"):
        assign(filled(dev, dtype=np.int32), ones, "test")
    assign(filled(dev, dtype=np.int32), ones, "test", casting="unsafe")
    with pytest.raises(ValueError, match="non-broadcastable output operand"):
        assign(filled(dev, (3,)), ones, "test")
    with pytest.raises(ValueError, match="non-broadcastable output operand"):
        assign(filled(dev, (2, 1)), ones, "test")
    with pytest.raises(ValueError, match="read-only"):
        assign(np.broadcast_to(filled(dev, (1,)), (2, 3)), ones, "test")
    with pytest.raises(TypeError, match="scalar"):
        assign(np.sum(ones), ones[0, 0], "test")


def test_while_a_gradient_is_taken_the_target_becomes_the_result(dev: int) -> None:
    start = nt.tensor([1.0, 2.0], dev=dev)

    def loss(x: nt.Tensor) -> Any:
        target = filled(dev, (3, 2), np.float64)
        assign(target, x * x, "test")
        assert nt.collect(target).tolist() == [[1, 4]] * 3
        assign(target, x, "test", nt.tensor([True, False], dev=dev))
        return np.sum(target)

    (slope,) = nt.gradient(loss, start)
    assert nt.collect(slope).tolist() == [3, 12]
    assert nt.collect(start).tolist() == [1, 2]


def test_an_assigned_tensor_does_not_share_memory(dev: int) -> None:
    def loss(x: nt.Tensor) -> Any:
        target = filled(dev, (2,), np.float64)
        assign(target, x, "test")
        target *= 3
        return np.sum(target) + np.sum(x)

    (slope,) = nt.gradient(loss, nt.tensor([1.0, 2.0], dev=dev))
    assert nt.collect(slope).tolist() == [4, 4]


def test_others_that_see_the_memory_follow(dev: int) -> None:
    def loss(x: nt.Tensor) -> Any:
        base = filled(dev, (2, 2), np.float64)
        assign(base[0], x * x, "test")
        return np.sum(base)

    (g,) = nt.gradient(loss, nt.tensor([1.0, 2.0], dev=dev))
    assert nt.collect(g).tolist() == [2, 4]
