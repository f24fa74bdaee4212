"""The norm of all gradients together, beside NumPy and PyTorch."""

from typing import Any

import numpy as np
import pytest

import numtorch as nt
from numtorch import optim
from numtorch.optim import Adam, ClipGlobalNorm, Descent, MixedPrecision, Schedule, adjust, chain, freeze, setup, update
from tests.optim.test_rules import TOLERANCE, problem, run


def norms(steps: list[list[Any]]) -> list[float]:
    return [float(np.sqrt(sum(np.sum(np.abs(g.astype(complex)) ** 2) for g in gradients))) for gradients in steps]


def clipped_by_hand(steps: list[list[Any]], omega: float) -> list[list[Any]]:
    return [
        [g * min(1.0, omega / norm) for g in gradients] for gradients, norm in zip(steps, norms(steps), strict=True)
    ]


@pytest.mark.parametrize("dtype", list(TOLERANCE))
@pytest.mark.parametrize("host", [True, False], ids=["ndarray", "Tensor"])
def test_all_arrays_have_one_norm(host: bool, dtype: str, dev: int) -> None:
    arrays, steps = problem(dtype)
    omega = float(np.median(norms(steps)))
    clipped = clipped_by_hand(steps, omega)
    want = [x - 0.5 * sum(g[i] for g in clipped) for i, x in enumerate(arrays)]
    if not host:
        arrays, steps = ([nt.tensor(x, dev=dev) for x in arrays], [[nt.tensor(g, dev=dev) for g in s] for s in steps])
    got = run(chain(ClipGlobalNorm(omega), Descent(0.5)), arrays, steps)
    for ours, theirs in zip(nt.collect(got), want, strict=True):
        assert ours.dtype == dtype
        np.testing.assert_allclose(ours, theirs, rtol=TOLERANCE[dtype], atol=TOLERANCE[dtype])


def test_it_is_what_pytorch_does() -> None:
    import torch

    arrays, steps = problem("float64")
    theirs = [torch.tensor(x) for x in arrays]
    omega = float(np.median(norms(steps)))
    optimiser = torch.optim.Adam(theirs, lr=0.1)
    for gradients in steps:
        for x, g in zip(theirs, gradients, strict=True):
            x.grad = torch.tensor(g)
        torch.nn.utils.clip_grad_norm_(theirs, omega)
        optimiser.step()
    ours = run(
        chain(ClipGlobalNorm(omega), Adam(0.1)),
        [nt.tensor(x) for x in arrays],
        [[nt.tensor(g) for g in s] for s in steps],
    )
    for x, y in zip(ours, theirs, strict=True):
        np.testing.assert_allclose(nt.collect(x), y.numpy(), rtol=1e-5)  # PyTorch adds 1e-6 to the norm


def test_dtypes_hosts_and_devices_together(dev: int) -> None:
    gradients = [np.array([3.0]), np.array([0.0, 4.0], np.float32), np.array([12.0], np.float16), np.array([84j])]
    model = [np.zeros_like(g) for g in gradients]
    model[1:3] = [nt.tensor(x, dev=dev) for x in model[1:3]]
    given: list[Any] = [gradients[0], *(nt.tensor(g, dev=dev) for g in gradients[1:3]), gradients[3]]
    update(setup(chain(ClipGlobalNorm(8.5), Descent(1.0)), model), model, given)  # of a norm of 85
    assert [x.dtype for x in model] == [g.dtype for g in gradients]
    for x, g in zip(nt.collect(model), gradients, strict=True):
        np.testing.assert_allclose(x, -g / 10, rtol=1e-3 if g.dtype == np.float16 else 1e-6)


def test_float16_gradients_do_not_overflow(dev: int) -> None:
    w = nt.tensor(np.zeros(4, np.float16), dev=dev)
    g = nt.tensor(np.full(4, 60_000.0, np.float16), dev=dev)
    for rule in (chain(ClipGlobalNorm(2.0), Descent(1.0)), MixedPrecision(chain(ClipGlobalNorm(2.0), Descent(1.0)))):
        w[...] = 0
        update(setup(rule, w), w, g)
        np.testing.assert_allclose(nt.collect(w), -1.0, rtol=2e-3)


def test_what_counts() -> None:
    model = {"a": np.zeros(1), "b": np.zeros(1), "c": np.zeros(1)}
    state = setup(chain(ClipGlobalNorm(1.0), Descent(1.0)), model)
    freeze(state["c"])
    adjust(state["b"], omega=2.0)  # another rule, the same norm
    update(state, model, {"a": np.array([3.0]), "b": np.array([4.0]), "c": np.array([100.0])})
    assert [float(x[0]) for x in model.values()] == pytest.approx([-0.6, -1.6, 0.0])
    update(state, model, {"a": np.array([0.5]), "b": None, "c": None})
    assert float(model["a"][0]) == pytest.approx(-1.1)
    scheduled = Schedule(chain(ClipGlobalNorm(), Descent(1.0)), lambda step: 1.0 + step, "omega")
    w = np.zeros(1)
    state = setup(scheduled, w)
    for _ in range(2):
        update(state, w, np.array([-9.0]))
    assert w.tolist() == [3.0]
    update(setup(chain(ClipGlobalNorm(), Descent(1.0)), w), w, np.zeros(1))
    assert w.tolist() == [3.0]


def test_it_comes_first() -> None:
    for late in (
        lambda: chain(optim.WeightDecay(), ClipGlobalNorm()),
        lambda: chain(Descent(), chain(ClipGlobalNorm(), Descent())),
    ):
        with pytest.raises(TypeError, match="ClipGlobalNorm comes first"):
            late()
    with pytest.raises(ValueError, match="ClipGlobalNorm: omega"):
        ClipGlobalNorm(0.0)


def test_adjust_where() -> None:
    model = {"weight": np.ones((2, 2)), "bias": np.ones(2), "gain": np.ones(2)}
    state = setup(optim.AdamW(lam=0.5), model)
    adjust(state, lam=0.0, where=lambda leaf: len(leaf.shape) < 2)
    assert [leaf.rule.lam for leaf in state.values()] == [0.5, 0.0, 0.0]
    assert state["bias"].rule is state["gain"].rule
    with pytest.raises(ValueError, match="no Leaf"):
        adjust(state, lam=0.0, where=lambda leaf: leaf.shape == (7,))
