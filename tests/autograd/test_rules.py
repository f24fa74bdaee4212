"""Every rule, kernel by kernel, against finite differences, real and (where it applies) complex.

To second order, and to third where a kernel works element by element.
"""

from typing import Any

import numpy as np
import pytest

from numtorch import _core, check_gradient, gradient, tensor
from numtorch._core import kernel
from numtorch.autograd.rule import refused
from numtorch.autograd.rules.multi_tensor import MULTI_TENSOR
from tests.autograd.rows import (
    OF_OTHER_TESTS,
    decomposition,
    elementwise,
    fft,
    indexing,
    linalg,
    nn,
    reduction,
    shape,
    special,
)
from tests.autograd.rows.operands import A, Row

FAMILIES = (decomposition, elementwise, fft, indexing, linalg, nn, reduction, shape, special)

# One or more calls for each kernel that has a rule.
ROWS: dict[str, list[Row]] = {name: rows for family in FAMILIES for name, rows in family.ROWS.items()}

ELEMENTWISE = {*elementwise.ROWS, *special.ROWS, *nn.ACTIVATIONS} - {
    name for name in nn.ACTIVATIONS if "backward" in name
}

# What a refused kernel is called with, beside an array.
REFUSED_ARGUMENTS: dict[str, tuple[Any, ...]] = {"view.dtype": (np.int64,), **nn.REFUSED}
REFUSED_ARGUMENTS.update((name, arguments) for name, (_, arguments) in nn.REFUSED_FURTHER.items())
REFUSED_OPERANDS = {"_standard_gamma": np.abs(A), **dict.fromkeys(nn.REFUSED, nn.REFUSED_OPERAND)}
REFUSED_OPERANDS.update((name, operand) for name, (operand, _) in nn.REFUSED_FURTHER.items())

# Kernels for which there is no row, with the reason.
ELSEWHERE = {
    "_scaled_dot_product_efficient_attention": "a GPU's: tests/nn/test_attention.py with --dev 0",
    "mkldnn_rnn_layer": "in float32 only: tests/nn/test_recurrent.py",
}


def test_no_kernel_has_rows_in_two_families() -> None:
    assert sum(len(family.ROWS) for family in FAMILIES) == len(ROWS)


def test_every_rule_has_a_row() -> None:
    ours = {name for name in ROWS}
    ruled = {ran.name for ran in _core.known_kernels() if ran.rule is not None and ran.name not in refused}
    assert ruled - OF_OTHER_TESTS - ELSEWHERE.keys() - ours == set()
    assert ours - ruled == set()


@pytest.mark.parametrize(("name", "i"), [(name, i) for name, rows in ROWS.items() for i in range(len(rows))])
def test_rule(name: str, i: int, dev: int) -> None:
    if dev >= 0 and name in nn.ON_CPU:
        pytest.skip("a kernel of the CPU")
    f, args = ROWS[name][i]
    check_gradient(f, *args, order=3 if name in ELEMENTWISE else 1 if name in nn.ONCE else 2, dev=dev)


@pytest.mark.parametrize("name", sorted(MULTI_TENSOR))
def test_updates_of_parameters_are_refused(name: str, dev: int) -> None:
    second = {"List": ([tensor(A, dev=dev)],), "Scalar": (2.0,), "Tensor": (tensor(2.0, dev=dev),), "": ()}[
        name.partition(".")[2]
    ]
    with pytest.raises(NotImplementedError, match=refused[name]):
        gradient(lambda x: kernel(name)([x], *second), tensor(A, dev=dev))


@pytest.mark.parametrize("name", sorted(refused.keys() - set(MULTI_TENSOR)))
def test_refused_kernels_say_why(name: str, dev: int) -> None:
    arguments = [tensor(a, dev=dev) if isinstance(a, np.ndarray) else a for a in REFUSED_ARGUMENTS.get(name, ())]
    with pytest.raises(NotImplementedError, match=refused[name]):
        gradient(lambda x: kernel(name)(x, *arguments), tensor(REFUSED_OPERANDS.get(name, A), dev=dev))


def test_detach_cuts(dev: int) -> None:
    (g,) = gradient(lambda x: kernel("sum")(x * kernel("detach")(x)), tensor(A, dev=dev))
    np.testing.assert_allclose(g.tolist(), A)
