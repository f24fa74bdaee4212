"""Gradients of the rows of tests/ops, and of nn's functions, under vmap and through it: those of a loop."""

from __future__ import annotations

import importlib
import re
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import numtorch as nt
from tests.autograd.differentiation import CONSTANTS, operands
from tests.autograd.test_rows_gradients import FAMILIES
from tests.batching.refused import REFUSED_CALLS, REFUSED_FUNCTIONS
from tests.batching.test_rules import COUNT, filled, gradients, loss, samples
from tests.nn.test_calls import ROWS as CALLS
from tests.pairing import Row, used
from tests.versions import awaited

ROWS = [(name, row) for name in FAMILIES for row in importlib.import_module(f"tests.ops.{name}").GRADIENTS]


def expression(row: Row, dev: int) -> tuple[Callable[..., Any], dict[str, Any]]:
    """The row as a function of its operands, and these."""
    named = used(row.text, operands(row.dtypes[0]))
    constants = {name: nt.tensor(value, dev=dev) for name, value in used(row.text, CONSTANTS).items()}
    return lambda *args: eval(row.text, {"np": np, **constants, **dict(zip(named, args, strict=True))}), named


def compare(f: Callable[..., Any], arrays: list[Any], k: int, dev: int, tolerance: float = 1e-7) -> None:
    """The gradients of each of some samples of one argument, and that of their sum, by all arguments."""
    args = [nt.tensor(x, dev=dev) for x in arrays]
    args[k] = nt.tensor(samples(np.asarray(arrays[k])), dev=dev)
    axes = tuple(0 if j == k else None for j in range(len(args)))
    rows = [gradients(f, [*args[:k], args[k][i].copy(), *args[k + 1 :]]) for i in range(COUNT)]
    columns = [np.stack(column) for column in zip(*rows, strict=True)]
    inside = nt.vmap(lambda *xs: gradients(f, xs), in_axes=axes)(*args)
    through = nt.gradient(lambda *xs: np.sum(nt.vmap(lambda *ys: loss(f, ys), in_axes=axes)(*xs)), *args)
    summed = [column if j == k else np.sum(column, axis=0) for j, column in enumerate(columns)]
    pairs = [*zip(inside, columns, strict=True), *zip(filled(through, args), summed, strict=True)]
    for one, other in pairs:
        a, b = np.asarray(nt.collect(one)), np.asarray(nt.collect(other))
        assert a.shape == b.shape
        assert a.dtype == b.dtype
        np.testing.assert_allclose(a, b, rtol=tolerance, atol=tolerance * max(1.0, np.abs(b).max(initial=0)))


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("row", [pytest.param(row, id=f"{family}: {row}") for family, row in ROWS])
def test_of_a_row(row: Row, dev: int) -> None:
    if version := awaited(row.text):
        pytest.skip(f"NumPy does so since {version}")
    f, named = expression(row, dev)
    refused = re.search(rf"np\.({'|'.join(REFUSED_FUNCTIONS)})\(", row.text)
    for k in range(len(named)):
        try:
            compare(f, list(named.values()), k, dev)
        except RuntimeError as error:
            if not refused or not str(error).startswith("vmap: "):
                raise


@pytest.mark.parametrize("call", [call for call in CALLS if call.order], ids=str)
def test_of_a_network_function(call: Any, dev: int) -> None:
    floating = [x for x in call.arrays if isinstance(x, np.ndarray)]
    if len(floating) != len(call.arrays) or call.name in REFUSED_CALLS:
        pytest.skip(REFUSED_CALLS.get(call.name, "arguments that are not arrays"))
    for k in range(len(floating)):
        compare(call.f, floating, k, dev)
