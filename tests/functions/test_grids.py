"""What makes arrays out of nothing gives what NumPy's functions give, on the device that is asked for."""

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

import numtorch as nt
from numtorch.functions.creation import conversion, creation, grids
from numtorch.functions.creation import windows as tapers
from numtorch.functions.manipulation import shape
from tests.ops.grids import ROWS
from tests.pairing import Row, differences, evaluate, public_type
from tests.versions import awaited

OWN = SimpleNamespace(
    **{name: getattr(module, name) for module in (conversion, creation, grids, tapers) for name in module.__all__},
    **{name: getattr(np, name) for name in ("int8", "int16", "uint8", "uint64", "float16", "float32")},
    tril=shape.tril,
    triu=shape.triu,
)


@pytest.mark.parametrize("row", ROWS, ids=str)
def test_pairs(row: Row, dev: int) -> None:
    if version := awaited(row.text):
        pytest.skip(f"NumPy does so since {version}")
    expected, error = evaluate(row.text, {"np": np})
    with nt.device(dev):
        actual, own_error = evaluate(row.text, {"np": OWN})
    assert (error is None) == (own_error is None), f"{error!r}, not {own_error!r}"
    if error is not None:
        assert isinstance(own_error, public_type(error)), f"{error!r}, not {own_error!r}"
        return
    assert list(differences(expected, actual, row.tolerance, dev)) == []


def test_a_matrix_is_refused(dev: int) -> None:
    with nt.device(dev), pytest.raises(TypeError, match=r"r_: 'c' asks for a numpy\.matrix"):
        grids.r_["c", [1, 2]]


def test_joined_tensors_stay_on_their_device(dev: int) -> None:
    x = nt.tensor([1, 2], dev=dev)
    assert grids.r_[x, 0:2, 5].tolist() == [1, 2, 0, 1, 5]
    assert grids.c_[x, [3, 4]].tolist() == [[1, 3], [2, 4]]


MAKERS: dict[str, Any] = {
    "zeros": lambda **where: creation.zeros(2, **where),
    "full": lambda **where: creation.full(2, 3, **where),
    "arange": lambda **where: creation.arange(2, **where),
    "array": lambda **where: conversion.array([2], **where),
    "indices": lambda **where: creation.indices((2, 2), **where),
    "kaiser": lambda **where: tapers.kaiser(2, 1.0, **where),
    "tril_indices": lambda **where: grids.tril_indices(2, **where)[0],
}


@pytest.mark.parametrize("make", MAKERS.values(), ids=MAKERS)
def test_where(make: Any, dev: int) -> None:
    text = "cpu" if dev == -1 else f"cuda:{dev}"
    assert make(dev=dev).dev == make(device=text).dev == make(device=dev).dev == make(dev=dev, device=text).dev == dev
    assert make(dev=-1).dev == -1
    with nt.device(dev):
        assert make().dev == dev
    with pytest.raises(ValueError, match="two devices; give one of them"):
        make(dev=-1, device="cuda:0")
    with pytest.raises(ValueError, match="device number is needed, not 'tpu'"):
        make(device="tpu")


def test_a_tensor_stays_on_its_device(dev: int) -> None:
    x = nt.tensor([1.0, 2.0], dev=dev)
    assert conversion.asarray(x) is x
    assert conversion.array(x) is not x
    assert conversion.array([x, x]).dev == creation.full(2, x).dev == dev
    assert conversion.asarray(x, dev=-1).dev == -1
