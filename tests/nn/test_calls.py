"""Every function of nn: on ndarrays as on Tensors, as PyTorch has it, and its gradients against differences."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pytest
import torch

from numtorch import Tensor, check_gradient, collect, nn, tensor
from tests.nn.rows import elements, images, sequences, windows
from tests.nn.rows.call import Call

ROWS = [*windows.ROWS, *images.ROWS, *elements.ROWS, *sequences.ROWS]

# How near results come, relative to the largest number in them.
NEAR = {"e": 2e-2, "f": 2e-5, "d": 1e-11, "F": 2e-5, "D": 1e-11}
DOUBLE = {"e": "d", "f": "d", "d": "d", "F": "D", "D": "D"}

# Tested in files of their own, since what they return is drawn, whole numbers, or no array that has a gradient.
WITHOUT_ROW = {"dropout", "rrelu", "onehot", "onecold", "causal_mask", "make_causal_mask"}


def parts(result: Any) -> list[Any]:
    flat = result if isinstance(result, tuple) else (result,)
    return [collect(x) if isinstance(x, Tensor) else np.asarray(x) for x in flat]


def compare(found: Any, expected: Any, kind: str, dtypes: bool = True) -> None:
    for a, b in zip(parts(found), parts(expected), strict=True):
        assert a.shape == b.shape
        assert not dtypes or a.dtype == b.dtype
        scale = np.max(np.abs(b), initial=1e-3) if b.dtype.kind in "fc" else 1
        np.testing.assert_allclose(a.astype("D"), b.astype("D"), rtol=NEAR[kind], atol=NEAR[kind] * scale)


KINDS = [(row, kind) for row in ROWS for kind in dict.fromkeys(row.kinds + DOUBLE[row.kinds[-1]])]


@pytest.mark.parametrize(("row", "kind"), KINDS, ids=lambda v: str(v))
def test_ndarrays_and_tensors_agree(row: Call, kind: str, dev: int) -> None:
    arrays = [a.astype(kind) for a in row.arrays]
    given = [a.copy() for a in arrays]
    compare(row.f(*(tensor(a, dev=dev) for a in arrays)), row.f(*arrays), kind)
    for a, before in zip(arrays, given, strict=True):
        np.testing.assert_array_equal(a, before)


@pytest.mark.parametrize("row", [row for row in ROWS if row.torch is not None], ids=str)
def test_as_pytorch(row: Call) -> None:
    assert row.torch is not None
    expected = row.torch(*map(torch.from_numpy, row.arrays))
    found = parts(row.f(*row.arrays))
    given = [x.numpy() for x in (expected if isinstance(expected, tuple) else (expected,))]
    compare(tuple(found[: len(given)]), tuple(given), DOUBLE[row.kinds[-1]], dtypes=False)


@pytest.mark.parametrize("row", [row for row in ROWS if row.order], ids=str)
def test_gradients(row: Call, dev: int) -> None:
    def floating(*tensors: Any) -> Any:
        made = row.f(*tensors)
        if not isinstance(made, tuple):
            return made
        return tuple(x for x in made[: row.smooth] if isinstance(x, Tensor) and x.dtype.kind in "fc")

    check_gradient(floating, *row.arrays, order=row.order, dev=dev, rtol=1e-4, atol=1e-6)


def test_one_tensor_takes_ndarrays_along(dev: int) -> None:
    x, w, b = windows.ROWS[0].arrays
    for given in ((tensor(x, dev=dev), w, b), (x, tensor(w, dev=dev), b)):
        y = nn.conv(*given, groups=2)
        assert isinstance(y, Tensor)
        assert y.dev == dev


def test_integers_become_floats(dev: int) -> None:
    x = np.arange(-3, 3)
    for f in (nn.sigmoid, nn.softmax, nn.gelu, nn.softplus, nn.leakyrelu):
        compare(f(tensor(x, dev=dev)), f(x), "d")


def test_mixed_precision_is_promoted(dev: int) -> None:
    x, w = np.ones((1, 2, 4), "f"), np.ones((3, 2, 2))
    compare(nn.conv(tensor(x, dev=dev), w), nn.conv(x, w), "d")


@pytest.mark.parametrize("name", sorted(set(nn.__all__) - WITHOUT_ROW))
def test_every_function_has_a_row(name: str) -> None:
    stem = {"dot_product_attention": "attention"}.get(name, name)
    assert any(re.match(rf"{stem}(\d?d)?( |$)", row.name) for row in ROWS)
