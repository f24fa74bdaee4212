"""A loss that is not finite leaves everything as it was before its step, where it is read at once and where it is not.

On a device a loss is not read at every step; with `later` a loss of the CPU is treated as one of those.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest

import numtorch as nt
from numtorch import optim
from numtorch.nn.layers import BatchNorm, Chain, Dense
from numtorch.optim import Adam, ClipNorm, Descent, Momentum, chain, setup, state_arrays, state_settings
from numtorch.optim.update import take_step
from numtorch.train import early_stopping, guard, train, training
from tests.optim.rows import ROWS, Row

BAD = [np.nan, np.inf, -np.inf]
RULES = [
    Descent(0.1),
    Momentum(0.1),
    Adam(0.1),
    optim.AdamW(0.1, lam=0.1),
    optim.Lion(0.1),
    optim.RMSProp(0.1),
    optim.Nesterov(0.1),
    chain(ClipNorm(1.0), optim.AccumGrad(2), Adam(0.1)),
    chain(optim.ClipGlobalNorm(1.0), optim.Schedule(Momentum(), optim.Cosine(0.1, 9))),
]


@pytest.fixture(params=[False, True], ids=["at once", "later"])
def later(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    if request.param:
        monkeypatch.setattr(training, "is_known", lambda _: False)


def net(dev: int | None) -> Any:
    model = nt.f64(Chain(Dense(3, 4, np.tanh, rng=0), BatchNorm(4), head=Dense(4, 1, rng=1)))
    return model if dev is None else nt.torch(model, dev=dev)


class Loss:
    """Whose value, and with it the gradient, is not finite in one step, after the averages of a norm moved."""

    def __init__(self, at: int, bad: float) -> None:
        self.at, self.bad, self.step = at, bad, 0

    def __call__(self, model: Any, x: Any) -> Any:
        self.step += 1
        return np.mean(model(x) ** 2) * (self.bad if self.step == self.at else 1.0)


def batches(count: int, dev: int | None) -> list[Any]:
    rng = np.random.default_rng(0)
    return [x if dev is None else nt.tensor(x, dev=dev) for x in rng.normal(size=(count, 8, 3))]


def held(model: Any, state: Any) -> tuple[dict[str, Any], dict[str, Any], Any]:
    return {name: nt.collect(a) for name, a in nt.state(model).items()}, state_arrays(state), state_settings(state)


def same(one: Any, other: Any) -> None:
    for mine, theirs in zip(one[:2], other[:2], strict=True):
        assert list(mine) == list(theirs)
        for name in mine:
            np.testing.assert_array_equal(mine[name], theirs[name], err_msg=name)
    assert one[2] == other[2]


@pytest.mark.parametrize("bad", BAD)
@pytest.mark.parametrize("rule", RULES, ids=str)
@pytest.mark.usefixtures("later")
def test_all_is_as_before_the_step(rule: Any, bad: float, dev: int) -> None:
    """Weights, what rules keep, counts of updates, which schedules follow, and averages of norms."""
    model, good = net(dev), net(dev)
    state, good_state = setup(rule, model), setup(rule, good)
    train(Loss(0, bad), good, batches(4, dev), good_state, progress=False)
    with pytest.raises(FloatingPointError, match=rf"^train: the loss of step 5 is {bad}$"):
        train(Loss(5, bad), model, batches(9, dev), state, progress=False)
    same(held(model, state), held(good, good_state))


@pytest.mark.usefixtures("later")
def test_ndarrays() -> None:
    model, good = net(None), net(None)
    state, good_state = setup(Adam(0.1), model), setup(Adam(0.1), good)
    train(Loss(0, np.nan), good, batches(2, None), good_state, progress=False)
    with pytest.raises(FloatingPointError, match="step 3 is nan"):
        train(Loss(3, np.nan), model, batches(6, None), state, progress=False)
    same(held(model, state), held(good, good_state))


@pytest.mark.parametrize("epochs", [1, 2])
@pytest.mark.usefixtures("later")
def test_the_first_step_and_later_epochs(epochs: int, dev: int) -> None:
    """Also what a layer shares, what has no gradient, and a frozen part."""

    def make() -> Any:
        model = {"net": net(dev), "unused": nt.tensor(np.ones(2), dev=dev), "frozen": net(dev)}
        return model | {"again": model["net"]}

    model, good = make(), make()
    state, good_state = setup(Adam(0.1), model), setup(Adam(0.1), good)
    for tree in (state, good_state):
        optim.freeze(tree["frozen"])

    def loss(inner: Loss) -> Any:
        return lambda m, x: inner(m["net"], x)

    if epochs > 1:
        train(loss(Loss(0, 1.0)), good, batches(3, dev), good_state, progress=False)
    at = 3 * (epochs - 1) + 1
    with pytest.raises(FloatingPointError, match=f"step {at} is inf"):
        train(loss(Loss(at, np.inf)), model, batches(3, dev), state, epochs=2, progress=False)
    same(held(model, state), held(good, good_state))


def test_no_step_waits(monkeypatch: pytest.MonkeyPatch, dev: int) -> None:
    """Losses are read when an epoch ends, and nothing else is."""
    monkeypatch.setattr(training, "is_known", lambda _: False)
    reads: list[int] = []
    loss = Loss(0, 1.0)

    def counted(value: Any) -> float:
        if isinstance(value, nt.Tensor):
            reads.append(loss.step)
        return float(value)

    for module in (training, guard):
        monkeypatch.setattr(module, "float", counted, raising=False)
    model = net(dev)
    history = train(loss, model, batches(5, dev), setup(Adam(0.1), model), epochs=2, progress=False)
    assert reads == [5] * 5 + [10] * 5
    assert len(history.losses) == 10


def test_both_ways_train_alike(monkeypatch: pytest.MonkeyPatch, dev: int) -> None:
    histories = []
    for known in (True, False):
        monkeypatch.setattr(training, "is_known", lambda _, known=known: known)
        model = net(dev)
        state = setup(Adam(0.1), model)
        histories.append((train(Loss(0, 1.0), model, batches(5, dev), state, progress=False).losses, model, state))
    assert histories[0][0] == histories[1][0]
    same(held(*histories[0][1:]), held(*histories[1][1:]))


@pytest.mark.parametrize(
    ("row", "dtype"),
    [(row, dtype) for row in ROWS for dtype in (("float32", "complex128") if row.complex else ("float32",))],
    ids=str,
)
def test_every_rule_leaves_a_step_out(row: Row, dtype: str, dev: int) -> None:
    """By the number on the device, bit for bit; and takes it as ever where that is 0."""
    rng = np.random.default_rng(0)
    values = [rng.normal(size=shape).astype(dtype) for shape in [(3, 2), (4,), ()]]
    one, other = ([nt.tensor(x, dev=dev) for x in values] for _ in range(2))
    grads = [nt.tensor(rng.normal(size=x.shape).astype(dtype), dev=dev) for x in values]
    bad = [g * np.nan for g in grads]
    states = [setup(row.rule, one), setup(row.rule, other)]
    fine, failed = (nt.tensor(np.full(1, number, np.float32), dev=dev) for number in (0, 1))
    for _ in range(3):
        optim.update(states[0], one, grads)
        leaves = take_step(states[1], other, grads, fine)
    before = held(other, states[1])
    for mine, theirs in zip(held(one, states[0])[:2], before[:2], strict=True):
        for name in mine:
            np.testing.assert_allclose(mine[name], theirs[name], rtol=1e-6, err_msg=name)
    if "throw=True" not in repr(row.rule):
        assert take_step(states[1], other, bad, failed) == leaves
        assert [leaf.count for leaf in leaves] == [4] * 3
        for leaf in leaves:
            leaf.count -= 1
        same(held(other, states[1]), before)


@dataclass(frozen=True)
class Own(Adam):
    """A step of its own, in a class whose base has one for the number on the device."""

    def step(self, t: int, slots: Any, x: Any, dx: Any) -> None:
        del t, slots
        x -= dx


def test_a_rule_with_a_step_of_its_own(dev: int) -> None:
    w = nt.tensor(np.ones(2), dev=dev)
    state = setup(chain(Own(), Own()), w)
    fine, failed = (nt.tensor(np.full(1, number, np.float32), dev=dev) for number in (0, 1))
    take_step(state, w, w * 0.5, fine)
    before = nt.collect(w)
    take_step(state, w, w * 0.5, failed)
    np.testing.assert_array_equal(nt.collect(w), before)
    w = nt.tensor(np.ones(2), dev=dev)
    take_step(setup(Own(), w), w, w * 0.25, nt.tensor(np.zeros(1, np.float32), dev=dev))
    assert w.tolist() == [0.75, 0.75]


def test_half_precision_leaves_a_step_out(dev: int) -> None:
    w = nt.tensor(np.ones(3, np.float16), dev=dev)
    state = setup(optim.MixedPrecision(Adam(0.1)), w)
    w[0] = 5  # not what the copy in float32 rounds to
    before = held(w, state)
    (leaf,) = take_step(state, w, w * np.nan, nt.tensor(np.ones(1, np.float32), dev=dev))
    leaf.count -= 1
    same(held(w, state), before)


@pytest.mark.usefixtures("later")
def test_a_gradient_that_is_not_finite_changes_nothing_either(dev: int) -> None:
    """`ClipNorm` looks at it, in the second group of arrays too, before the first is changed."""
    model = {"a": nt.tensor(np.ones(2), dev=dev), "b": nt.tensor(np.ones(2, np.float32), dev=dev)}
    state = setup(chain(ClipNorm(1.0), Momentum(0.1)), model)
    before = held(model, state)
    with pytest.raises(FloatingPointError, match="ClipNorm: the norm of a gradient is not finite"):
        optim.update(state, model, {"a": np.ones(2), "b": np.array([np.nan, 1.0], np.float32)})
    same(held(model, state), before)

    def loss(m: Any, x: Any) -> Any:
        return np.sum(m["a"]) + np.sum(np.sqrt((m["b"] - 1) ** 2 * x)).astype(np.float64)

    with pytest.raises(FloatingPointError, match="ClipNorm"):
        train(loss, model, [1.0], state, progress=False)
    same(held(model, state), before)


@pytest.mark.usefixtures("later")
def test_no_checkpoint_is_written_after_it(dev: int, tmp_path: Any) -> None:
    """And a resumed run comes to the same batch again."""
    file = tmp_path / "run.npz"
    model = net(dev)
    options: dict[str, Any] = {"checkpoint": file, "progress": False}
    with pytest.raises(FloatingPointError, match="step 5 is nan"):
        train(Loss(5, np.nan), model, batches(9, dev), setup(Adam(0.1), model), every=2, **options)
    good, again = net(dev), net(dev)
    state, good_state = setup(Adam(0.1), again), setup(Adam(0.1), good)
    train(Loss(0, 1.0), good, batches(9, dev), good_state, progress=False)
    history = train(Loss(0, 1.0), again, batches(9, dev), state, **options)
    assert len(history.losses) == 9
    same(held(again, state), held(good, good_state))


def test_early_stopping_after_a_score_that_is_none() -> None:
    """NaN is no lowest value: what comes after it may be lower."""
    trigger = early_stopping(float, 2)
    assert [trigger(score) for score in (np.nan, 3.0, 2.0, np.nan, 1.0, np.nan, np.nan)] == [False] * 6 + [True]
    assert trigger.best == 1.0
