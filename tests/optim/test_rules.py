"""Twenty steps of every rule, beside its definition, on ndarrays and on Tensors, and beside PyTorch."""

from typing import Any

import numpy as np
import pytest

import numtorch as nt
from numtorch import optim
from numtorch.optim import setup, update
from tests.optim.oracles import follow
from tests.optim.rows import ROWS, Row

STEPS = 20
TOLERANCE = {"float32": 2e-5, "float64": 1e-11, "complex64": 2e-5, "complex128": 1e-11}
SHAPES = [(3, 4), (5,), (), (0, 2), (2, 3)]


def drawn(shape: tuple[int, ...], dtype: str, rng: np.random.Generator) -> Any:
    values = rng.normal(size=shape)
    if np.dtype(dtype).kind == "c":
        values = values + 1j * rng.normal(size=shape)
    return np.asarray(values, dtype)


def problem(dtype: str) -> tuple[list[Any], list[list[Any]]]:
    """Arrays, and gradients of each for every step: some zeros, some of steady sign."""
    rng = np.random.default_rng(3)
    arrays = [drawn(shape, dtype, rng) for shape in SHAPES]
    steps = [[drawn(shape, dtype, rng) + np.asarray(0.3, dtype) for shape in SHAPES] for _ in range(STEPS)]
    steps = [[np.asarray(g, dtype) for g in gradients] for gradients in steps]
    steps[2][0][0] = 0
    return arrays, steps


def run(rule: Any, arrays: list[Any], steps: list[list[Any]]) -> list[Any]:
    state = setup(rule, arrays)
    for gradients in steps:
        kept = [g.copy() for g in gradients]
        update(state, arrays, gradients)
        assert all(bool(np.all(g == k)) for g, k in zip(gradients, kept, strict=True)), "a gradient was written to"
    return arrays


def expected(row: Row, arrays: list[Any], steps: list[list[Any]], dtype: str) -> list[Any]:
    """In double precision."""
    wide = "complex128" if np.dtype(dtype).kind == "c" else "float64"
    return [
        follow(row.oracle(), x.astype(wide), [gradients[i].astype(wide) for gradients in steps]) if x.size else x
        for i, x in enumerate(arrays)
    ]


def cases() -> Any:
    for row in ROWS:
        for dtype in TOLERANCE:
            if row.complex or np.dtype(dtype).kind == "f":
                yield pytest.param(row, dtype, id=f"{row}-{dtype}")


@pytest.mark.parametrize("host", [True, False], ids=["ndarray", "Tensor"])
@pytest.mark.parametrize(("row", "dtype"), list(cases()))
def test_a_rule_does_what_its_definition_says(row: Row, dtype: str, host: bool, dev: int) -> None:
    arrays, steps = problem(dtype)
    want = expected(row, arrays, steps, dtype)
    if not host:
        arrays, steps = ([nt.tensor(x, dev=dev) for x in arrays], [[nt.tensor(g, dev=dev) for g in s] for s in steps])
    held = [id(x) for x in arrays]
    got = run(row.rule, arrays, steps)
    assert [id(x) for x in got] == held
    for ours, theirs in zip(nt.collect(got), want, strict=True):
        assert ours.dtype == dtype
        np.testing.assert_allclose(ours, theirs, rtol=TOLERANCE[dtype], atol=TOLERANCE[dtype])


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("row", [row for row in ROWS if row.torch], ids=str)
def test_a_rule_agrees_with_pytorch(row: Row, dtype: str) -> None:
    import torch

    assert row.torch is not None
    arrays, steps = problem(dtype)
    theirs = [torch.tensor(x) for x in arrays]
    optimiser = getattr(torch.optim, row.torch[0])(theirs, **row.torch[1])
    for gradients in steps:
        for x, g in zip(theirs, gradients, strict=True):
            x.grad = torch.tensor(g)
        optimiser.step()
    ours = nt.collect(run(row.rule, [nt.tensor(x) for x in arrays], [[nt.tensor(g) for g in s] for s in steps]))
    for x, y in zip(ours, theirs, strict=True):
        np.testing.assert_allclose(x, y.numpy(), rtol=TOLERANCE[dtype], atol=TOLERANCE[dtype])


@pytest.mark.parametrize("rule", [optim.Descent(), optim.Momentum(), optim.Adam(), optim.AdamW(lam=0.1)], ids=str)
def test_arrays_that_lie_otherwise_in_memory(rule: optim.Rule, dev: int) -> None:
    """The kernels that take a whole step go through memory, not through indices."""
    rng = np.random.default_rng(0)
    base, gradients = rng.normal(size=(4, 6)), [rng.normal(size=(3, 4)) for _ in range(3)]
    views = [nt.tensor(base, dev=dev).T[::2], nt.tensor(base.T[::2].copy(), dev=dev)]
    plain = [base.T[::2].copy(), base.T[::2].copy()]
    for arrays, make in ((views, lambda g: nt.tensor(np.ascontiguousarray(g.T), dev=dev).T), (plain, np.copy)):
        run(rule, arrays, [[make(g)] * 2 for g in gradients])
    for x, y in zip(views, plain, strict=True):
        np.testing.assert_allclose(nt.collect(x), y, rtol=1e-12)


def test_every_rule_is_in_a_row() -> None:
    def inside(rule: optim.Rule) -> set[type]:
        return {type(rule)}.union(*(inside(part) for part in rule.parts().values()))

    rules = {kind for kind in vars(optim).values() if isinstance(kind, type) and issubclass(kind, optim.Rule)}
    elsewhere = {optim.Rule, optim.AccumGrad, optim.ClipGlobalNorm, optim.Schedule}
    assert rules - elsewhere == set().union(*(inside(row.rule) for row in ROWS)) - elsewhere
