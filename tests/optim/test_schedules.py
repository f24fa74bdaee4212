"""Schedules at their corners, and beside PyTorch's where the definitions agree."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from numtorch import optim as o


def torch_rates(steps: int, scheduler: str, **options: Any) -> list[float]:
    import torch

    rates, optimiser = [], torch.optim.SGD([torch.zeros(1)], lr=1.0, momentum=0.9)
    schedule = getattr(torch.optim.lr_scheduler, scheduler)(optimiser, **options)
    for _ in range(steps):
        rates.append(optimiser.param_groups[0]["lr"])
        optimiser.step()
        schedule.step()
    return rates


@pytest.mark.parametrize(
    ("schedule", "name", "options"),
    [
        (o.Step(1.0, 0.5, 3), "StepLR", {"step_size": 3, "gamma": 0.5}),
        (o.Exponential(1.0, 0.9), "ExponentialLR", {"gamma": 0.9}),
        (o.Cosine(1.0, 9, end=0.1), "CosineAnnealingLR", {"T_max": 9, "eta_min": 0.1}),
        (o.Cosine(1.0, 4, end=0.1, restart=True), "CosineAnnealingWarmRestarts", {"T_0": 4, "eta_min": 0.1}),
        (o.Polynomial(1.0, 9, 2.0), "PolynomialLR", {"total_iters": 9, "power": 2.0}),
        (o.Triangle(0.1, 1.0, 8), "CyclicLR", {"base_lr": 0.1, "max_lr": 1.0, "step_size_up": 4}),
    ],
    ids=lambda part: part if isinstance(part, str) else "",
)
def test_a_schedule_agrees_with_pytorch(schedule: Callable[[int], float], name: str, options: Any) -> None:
    np.testing.assert_allclose([schedule(i) for i in range(10)], torch_rates(10, name, **options), rtol=1e-9)


def test_one_cycle_rises_and_falls() -> None:
    schedule = o.OneCycle(1.0, 100)
    rates = [schedule(i) for i in range(120)]
    assert rates[0] == pytest.approx(1 / 25)
    assert np.argmax(rates) == 30
    assert rates[30] == 1.0
    assert np.all(np.diff(rates[:31]) > 0)
    assert np.all(np.diff(rates[30:101]) < 0)
    assert rates[100:] == pytest.approx([1e-4] * 20)


def test_corners() -> None:
    assert o.Cosine(1.0, 4, warmup=4)(3) == 1.0
    assert o.Cosine(1.0, 4, warmup=4)(5) == 0.0
    assert o.Inverse(1.0, 1.0, 2.0)(1) == 0.25
    assert o.Sequence((o.Exponential(1.0, 0.5), 1))(3) == 0.125
    with pytest.raises(ValueError, match="no schedules"):
        o.Sequence()


def test_any_function_is_a_schedule() -> None:
    x = np.zeros(1)
    state = o.setup(o.Schedule(o.Momentum(1.0), lambda step: 0.0 if step else 0.9, "rho"), x)
    for _ in range(3):
        o.update(state, x, -np.ones(1))
    assert x == 3.0
    with pytest.raises(TypeError, match="a callable of the step"):
        o.Schedule(o.Descent(), 0.5)  # type: ignore[arg-type]
