"""Each row of tests/nn, layer and kernel's rule as a traced program, forward and gradient."""

from __future__ import annotations

import copy
from typing import Any

import numpy as np
import pytest

import numtorch as nt
from tests.autograd.test_rules import ROWS as RULES
from tests.nn.layers.test_layers_values import LAYERS, sample
from tests.nn.rows.call import Call
from tests.nn.test_calls import ROWS as CALLS
from tests.programs.refused import REASONS
from tests.programs.row_calls import chosen, total
from tests.programs.uncompiled import disagreement


def verdict(name: str, text: str | None) -> None:
    if name in REASONS:
        assert text is not None, f"{name}: no longer refused, take it from tests/programs/refused.py"
        assert text.startswith("refused: "), text
    else:
        assert text is None, text


def tensors(arrays: Any, dev: int, real: bool) -> list[nt.Tensor]:
    return [nt.tensor(np.asarray(a if real else np.zeros_like(a)), dev=dev) for a in arrays]


@pytest.mark.parametrize("row", chosen(CALLS), ids=str)
def test_function_of_nn(row: Call, dev: int) -> None:
    arrays = [a.astype("f") if a.dtype.kind == "f" else a for a in row.arrays]
    verdict(row.name, disagreement(row.f, lambda real: tensors(arrays, dev, real), 10))


@pytest.mark.parametrize("row", chosen([row for row in CALLS if row.order]), ids=str)
def test_gradient_of_nn(row: Call, dev: int) -> None:
    def gradients(*args: Any) -> Any:
        def smooth(*args: Any) -> Any:
            made = row.f(*args)
            return total(made[: row.smooth] if isinstance(made, tuple) else made)

        return nt.gradient(smooth, *args)

    verdict("gradient: " + row.name, disagreement(gradients, lambda real: tensors(row.arrays, dev, real), 10))


@pytest.mark.parametrize("name", chosen(list(LAYERS)))
def test_layer(name: str, dev: int) -> None:
    layer, shape = LAYERS[name]
    first, second = (nt.torch(nt.f32(copy.deepcopy(layer)), dev=dev) for _ in range(2))
    x = nt.tensor(sample(shape, np.float32), dev=dev)

    def gradients(layer: Any, x: Any) -> Any:
        found = nt.params(layer)
        if not len(found):
            return (layer(x),)
        grads = nt.gradient(lambda: np.sum(np.sin(layer(x))), found)
        return [grads[p] for p in found]

    expected = gradients(first, x)
    text = disagreement(lambda x: gradients(second, x), lambda real: [x if real else x * 0])
    verdict(name, text)
    del expected


KERNELS = [f"{name} {i}" for name, rows in RULES.items() for i in range(len(rows))]


@pytest.mark.parametrize("which", chosen(KERNELS))
def test_kernel(which: str, dev: int) -> None:
    name, _, i = which.rpartition(" ")
    f, arrays = RULES[name][int(i)]

    def both(*args: Any) -> Any:
        return f(*args), nt.gradient(lambda *xs: total(f(*xs)), *args)

    verdict(which, disagreement(both, lambda real: tensors(arrays, dev, real), 10))
