"""Programs put together at random: their gradients must be those of PyTorch, and of finite differences.

A program is a list of steps on a list of arrays. A step computes a new array, or writes into one that is there. The
same NumPy code runs on ndarrays, which gives the differences, and on Tensors; beside it stands what PyTorch does.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

import numtorch as nt
from tests.autograd.program_operations import BACKWARD, COMPUTED, KEPT, THROUGH_VIEWS, WRITTEN, torch

# Whether the programs write through views that have a name, and keep views beside what they are views of.
VIEWS = True

SHAPES = ((2, 3), (3,))
BOUND = 20.0  # of the values of an array


@dataclass(frozen=True)
class Step:
    name: str
    operands: tuple[int, ...]
    n: int

    def __repr__(self) -> str:
        return f"{self.name}{(*self.operands, self.n)}"


OPERATIONS = {**COMPUTED, **WRITTEN, **({**THROUGH_VIEWS, **BACKWARD} if VIEWS else {})}


# ---- Running ----


def run(program: tuple[Step, ...], arrays: list[Any]) -> list[Any]:
    """On ndarrays or Tensors."""
    arrays = [a * 1.0 for a in arrays]
    for step in program:
        result = OPERATIONS[step.name].numpy(*[arrays[i] for i in step.operands], step.n)
        if result is not None:
            arrays.append(result)
    return arrays


def run_in_torch(program: tuple[Step, ...], arrays: list[Any]) -> list[Any]:
    """What is read is copied before, since PyTorch does not let one overwrite what a backward pass needs."""
    arrays = [a * 1.0 for a in arrays]
    for step in program:
        first, *others = (arrays[i] for i in step.operands)
        keeps_first = step.name not in COMPUTED
        others = [a.clone() for a in others]
        result = OPERATIONS[step.name].torch(first if keeps_first else first.clone(), *others, step.n)
        if result is not None:
            arrays.append(result if step.name in KEPT else result.clone())
    return arrays


def loss(xp: Any, arrays: list[Any]) -> Any:
    """Of every array, also of those that were written to."""
    return sum(xp.sum(xp.cos(a + 0.3 * i)) for i, a in enumerate(arrays))


def applicable(arrays: list[Any], name: str, n: int) -> tuple[int, ...] | None:
    """Arrays that an operation takes: the first that fit, counted from one that depends on `n`."""
    operation, count = OPERATIONS[name], len(arrays)
    order = [(n + i) % count for i in range(count)]
    for first in order:
        for second in order if operation.arity > 1 else [first]:
            for third in order if operation.arity > 2 else [first]:
                chosen = (first, second, third)[: operation.arity]
                if operation.fits(*[arrays[i].shape for i in chosen]):
                    return chosen
    return None


@st.composite
def programs(draw: st.DrawFn) -> tuple[Step, ...]:
    arrays = [a * 1.0 for a in inputs()]
    steps: list[Step] = []
    for _ in range(draw(st.integers(3, 12))):
        name = draw(st.sampled_from(sorted(COMPUTED)) | st.sampled_from(sorted(OPERATIONS.keys() - COMPUTED.keys())))
        n = draw(st.integers(0, 20))
        chosen = applicable(arrays, name, n)
        if chosen is None:
            name, chosen = "sin", (n % len(arrays),)
        result = OPERATIONS[name].numpy(*[arrays[i] for i in chosen], n % 3)
        steps.append(Step(name, chosen, n % 3))
        arrays += [] if result is None else [result]
        assume(all(np.abs(a).max(initial=0.0) < BOUND for a in arrays))
    return tuple(steps)


def inputs() -> list[np.ndarray]:
    random = np.random.default_rng(0)
    return [random.uniform(0.2, 1.4, shape) * random.choice([-1.0, 1.0], shape) for shape in SHAPES]


def differences(program: tuple[Step, ...], arrays: list[np.ndarray], step: float) -> list[np.ndarray]:
    """Central differences of fourth order."""
    found = []
    for which, array in enumerate(arrays):
        slope = np.zeros_like(array)
        for index in np.ndindex(*array.shape):
            for k, weight in ((-2, 1 / 12), (-1, -2 / 3), (1, 2 / 3), (2, -1 / 12)):
                moved = [a.copy() for a in arrays]
                moved[which][index] += k * step
                slope[index] += weight * loss(np, run(program, moved)) / step
        found.append(slope)
    return found


def gradients(program: tuple[Step, ...], arrays: list[np.ndarray], dev: int) -> list[np.ndarray]:
    tensors = [nt.tensor(a, dev=dev) for a in arrays]
    return [nt.collect(g) for g in nt.gradient(lambda *t: loss(np, run(program, list(t))), *tensors)]


def gradients_in_torch(program: tuple[Step, ...], arrays: list[np.ndarray]) -> list[np.ndarray]:
    leaves = [torch.tensor(a, requires_grad=True) for a in arrays]
    return [g.numpy() for g in torch.autograd.grad(loss(torch, run_in_torch(program, leaves)), leaves)]


def check(program: tuple[Step, ...], dev: int) -> None:
    arrays = inputs()
    found = gradients(program, arrays, dev)
    if not BACKWARD.keys() & {step.name for step in program}:
        for ours, theirs in zip(found, gradients_in_torch(program, arrays), strict=True):
            np.testing.assert_allclose(ours, theirs, rtol=1e-9, atol=1e-9)
    fine, coarse = differences(program, arrays, 5e-5), differences(program, arrays, 2e-4)
    for ours, near, far in zip(found, fine, coarse, strict=True):
        # Two steps that disagree say that a kink is near.
        smooth = np.abs(near - far) <= 1e-6 * (1 + np.abs(near).max())
        np.testing.assert_allclose(ours[smooth], near[smooth], rtol=1e-5, atol=1e-5 * (1 + np.abs(near).max()))


@settings(
    max_examples=1000,
    derandomize=True,
    deadline=None,
    database=None,
    suppress_health_check=[HealthCheck.filter_too_much, HealthCheck.too_slow],
)
@given(program=programs())
def test_gradients_of_random_programs(dev: int, program: tuple[Step, ...]) -> None:
    with np.errstate(all="ignore"):
        check(program, dev)


@pytest.mark.parametrize("name", sorted(OPERATIONS))
def test_each_operation_alone(name: str, dev: int) -> None:
    """So that every row is tried, whatever is drawn: on what two other steps made."""
    before = (Step("square", (0,), 0), Step("gram", (0,), 0), Step("sin", (1,), 0), Step("multiply", (0, 1), 0))
    arrays = run(before, inputs())
    for n in (0, 1, 2):
        chosen = applicable(arrays, name, n)
        assert chosen is not None
        check((*before, Step(name, chosen, n)), dev)


def test_the_programs_are_many_and_mixed() -> None:
    seen: set[str] = set()
    lengths: set[int] = set()

    @settings(
        max_examples=300,
        derandomize=True,
        database=None,
        suppress_health_check=[HealthCheck.filter_too_much, HealthCheck.too_slow],
    )
    @given(program=programs())
    def collect(program: tuple[Step, ...]) -> None:
        seen.update(step.name for step in program)
        lengths.add(len(program))

    collect()
    assert WRITTEN.keys() <= seen
    assert len(seen & COMPUTED.keys()) >= len(COMPUTED) - 4
    assert max(lengths) >= 10
