"""NumPy's masked arrays: a Tensor has no mask, so what is masked must not become a number unasked."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import numtorch as nt
import numtorch.numpy as nt_np

MASKED = np.ma.array([1.0, 2.0, 4.0], mask=[False, True, False])
CALLS: dict[str, Callable[[nt.Tensor], Any]] = {
    "tensor": lambda _: nt.tensor(MASKED),
    "tensor with a dtype": lambda _: nt.tensor(MASKED, dtype="float32"),
    "tensor of a list": lambda _: nt.tensor([MASKED, MASKED]),
    "tensor of a nested list": lambda _: nt.tensor([[1.0, 2.0, 3.0], [1.0, np.ma.masked, 2.0]]),
    "tensor of masked": lambda _: nt.tensor(np.ma.masked),
    "torch": lambda _: nt.torch({"a": MASKED}, dev=-1),
    "asarray": lambda _: nt_np.asarray(MASKED),
    "stack": lambda _: nt_np.stack([MASKED, MASKED]),
    "concatenate": lambda t: np.concatenate([t, MASKED]),
    "where": lambda t: np.where(t > 1, t, MASKED),
    "operand": lambda t: t + MASKED,
    "ufunc": lambda t: np.multiply(MASKED, t),
    "product": lambda t: t @ MASKED,
    "comparison": lambda t: t < MASKED,
    "in place": lambda t: t.__iadd__(MASKED),
    "assignment": lambda t: t.__setitem__(slice(None), MASKED),
    "fill": lambda t: t.fill(MASKED[1:2]),
    "copyto": lambda t: np.copyto(t, MASKED),
    "put": lambda t: np.put(t, [0, 1, 2], MASKED),
    "index": lambda t: t[np.ma.array([0, 1], mask=[0, 1])],
    "mask as index": lambda t: t[np.ma.array([True, False, True], mask=[0, 1, 0])],
    "index of an assignment": lambda t: t.__setitem__(np.ma.array([0, 1], mask=[0, 1]), 1.0),
    "take": lambda t: np.take(t, np.ma.array([0, 1], mask=[0, 1])),
    "where=": lambda t: np.sum(t, where=np.ma.array([True, False, True], mask=[0, 1, 0])),
    "nn on ndarrays": lambda _: nt.nn.relu(MASKED),
    "nn": lambda t: nt.nn.mse(t, MASKED),
}


@pytest.mark.parametrize("name", CALLS)
def test_is_refused(name: str, dev: int) -> None:
    with pytest.raises(TypeError, match="mask"):
        CALLS[name](nt.tensor([1.0, 2.0, 3.0], dev=dev))


def test_without_a_masked_element_it_is_an_array(dev: int) -> None:
    t = nt.tensor([1.0, 2.0, 3.0], dev=dev)
    for whole in (np.ma.array([1.0, 2.0, 4.0]), np.ma.array([1.0, 2.0, 4.0], mask=[False] * 3)):
        assert nt.collect(t + whole).tolist() == [2.0, 4.0, 7.0]
        assert nt.tensor(whole).tolist() == [1.0, 2.0, 4.0]
    assert nt.tensor(MASKED.filled(0)).tolist() == [1.0, 0.0, 4.0]


def test_a_masked_array_that_is_asked_first_keeps_its_mask() -> None:
    result = MASKED + nt.tensor([1.0, 1.0, 1.0])
    assert isinstance(result, np.ma.MaskedArray)
    assert result.mask.tolist() == [False, True, False]
