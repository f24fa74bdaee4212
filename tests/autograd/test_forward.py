"""Forward mode through every rule: rules have to be linear in `g`, and to be recorded as functions of it."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import numtorch as nt
from numtorch import Tensor, collect, tensor
from tests.autograd.rows import nn
from tests.autograd.test_rules import ROWS

STENCIL = ((-2, 1 / 12), (-1, -2 / 3), (1, 2 / 3), (2, -1 / 12))
STEP = 1e-4


def results(value: Any) -> list[np.ndarray[Any, Any]]:
    """The floating-point arrays among the results."""
    parts = value if isinstance(value, tuple) else (value,)
    return [collect(part) for part in parts if isinstance(part, Tensor) and part.dtype.kind in "fc"]


@pytest.mark.parametrize(("name", "i"), [(name, i) for name, rows in ROWS.items() for i in range(len(rows))])
def test_rule(name: str, i: int, dev: int) -> None:
    if name in nn.ONCE:
        pytest.skip("differentiable once, and forward mode is a second derivative")
    if dev >= 0 and name in nn.ON_CPU:
        pytest.skip("a kernel of the CPU")
    f, args = ROWS[name][i]
    rng = np.random.default_rng(0)
    point = [np.asarray(a, complex if np.iscomplexobj(a) else float) for a in args]
    tangents = [rng.normal(size=a.shape) + (1j * rng.normal(size=a.shape) if a.dtype.kind == "c" else 0) for a in point]
    _, dy = nt.jvp(f, tuple(tensor(a, dev=dev) for a in point), tuple(tangents))
    moved = [
        results(f(*(tensor(a + step * STEP * t, dev=dev) for a, t in zip(point, tangents, strict=True))))
        for step, _ in STENCIL
    ]
    actual = results(dy)
    assert len(actual) == len(moved[0])
    for j, found in enumerate(actual):
        expected = sum(weight * values[j] for (_, weight), values in zip(STENCIL, moved, strict=True)) / STEP
        scale = np.max(np.abs(expected), initial=1.0)
        np.testing.assert_allclose(found, expected, rtol=1e-6, atol=1e-7 * scale)
