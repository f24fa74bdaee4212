"""Trees of state: shapes, tied arrays, what is left alone, and what is refused."""

import functools
from collections import namedtuple
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest

import numtorch as nt
from numtorch import optim
from numtorch.optim import Adam, Descent, Leaf, Momentum, adjust, chain, freeze, setup, thaw, update

Pair = namedtuple("Pair", "first second")


@dataclass
class Dense:
    weight: Any
    bias: Any
    act: Any = np.tanh

    def __call__(self, x: Any) -> Any:
        return self.act(x @ self.weight + self.bias)


class Slotted:
    __slots__ = ("w",)

    def __init__(self, w: Any) -> None:
        self.w = w


class Normalised:
    __buffers__ = ("mean",)

    def __init__(self) -> None:
        self.scale, self.mean = np.ones(3), np.zeros(3)


def model() -> dict[str, Any]:
    rng = np.random.default_rng(0)
    return {
        "layers": [Dense(rng.normal(size=(2, 3)), np.zeros(3)), Dense(rng.normal(size=(3, 1)), np.zeros(1))],
        "pair": Pair(np.ones(2), (np.ones(1), 7)),
        "slotted": Slotted(np.full(2, 2.0)),
        "steps": np.arange(3),
        "name": "net",
        "rate": 0.5,
    }


def loss(m: dict[str, Any], x: Any) -> Any:
    for layer in m["layers"]:
        x = layer(x)
    return np.sum(x**2) + np.sum(m["pair"].first ** 2) + np.sum(m["slotted"].w ** 2)


def arrays(m: Any) -> list[Any]:
    return [nt.collect(leaf) for leaf in nt.structure.leaves(m)]


X = np.random.default_rng(1).normal(size=(4, 2))


def test_the_state_has_the_shape_of_the_model() -> None:
    state = setup(Adam(), model())
    assert isinstance(state["layers"][0], Dense)
    assert isinstance(state["pair"], Pair)
    assert state["layers"][0].weight.shape == (2, 3)
    assert isinstance(state["pair"].second[0], Leaf)
    assert [state["pair"].second[1], state["steps"], state["name"], state["rate"]] == [None] * 4
    assert isinstance(state["slotted"].w, Leaf)


@pytest.mark.parametrize("rule", [Descent(0.1), chain(optim.ClipNorm(0.5), Adam(0.1))], ids=str)
def test_the_same_steps_whatever_the_gradients_come_in(rule: optim.Rule, dev: int) -> None:
    """ndarrays, Tensors with a nest of gradients, Tensors with Grads."""
    host, tensors, by_parameter = model(), nt.torch(model(), dev=dev), nt.torch(model(), dev=dev)
    states = [setup(rule, m) for m in (host, tensors, by_parameter)]
    before = loss(host, X)
    for _ in range(5):
        update(states[0], host, nt.gradient(lambda m: loss(m, X), host)[0])
        update(states[1], tensors, nt.gradient(lambda m: loss(m, X), tensors)[0])
        update(states[2], by_parameter, nt.gradient(lambda: loss(by_parameter, X), nt.params(by_parameter)))
    assert loss(host, X) < before
    for a, b, c in zip(arrays(host), arrays(tensors), arrays(by_parameter), strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-12)
        np.testing.assert_allclose(b, c, rtol=1e-12)
    # What the loss does not depend on has had no update.
    assert states[0]["pair"].second[0].count == 0
    assert states[0]["pair"].first.count == 5


def test_a_dict_by_names_may_stand_for_an_object() -> None:
    dense = Dense(np.ones((1, 1)), np.ones(1))
    update(setup(Descent(1.0), dense), dense, {"bias": np.ones(1)})
    assert dense.weight == 1
    assert dense.bias == 0


@pytest.mark.parametrize("tensors", [False, True])
def test_a_tied_array_has_one_leaf_and_the_sum_of_its_gradients(tensors: bool) -> None:
    w: Any = nt.tensor([1.0, 2.0]) if tensors else np.array([1.0, 2.0])
    tied = {"a": w, "b": [w]}
    state = setup(Momentum(1.0, 0.5), tied)
    assert state["a"] is state["b"][0]
    update(state, tied, nt.gradient(lambda m: np.sum(2 * m["a"] + 3 * m["b"][0]), tied)[0])
    assert nt.collect(w).tolist() == [-4, -3]
    # One and the same Tensor may be the gradient of both slots.
    update(setup(Descent(1.0), tied), tied, nt.gradient(lambda m: np.sum(m["a"] + m["b"][0]), tied)[0])
    assert nt.collect(w).tolist() == [-6, -5]


def test_a_tied_array_by_parameter() -> None:
    w = nt.tensor([1.0, 2.0])
    tied = {"a": w, "b": [w]}
    update(setup(Descent(1.0), tied), tied, nt.gradient(lambda: np.sum(2 * tied["a"] + 3 * tied["b"][0]), nt.params(w)))
    assert w.tolist() == [-4, -3]


def test_a_shared_layer_counts_once() -> None:
    layer = Dense(nt.tensor([[1.0]]), nt.tensor([0.0]), act=lambda x: x)
    both = [layer, layer]
    state = setup(Descent(1.0), both)
    grads = nt.gradient(lambda m: np.sum(m[0].weight + 2 * m[1].weight), both)[0]
    update(state, both, grads)
    assert layer.weight.tolist() == [[-2.0]]


def test_what_is_not_trained_is_left_out() -> None:
    state = setup(Descent(), {"norm": Normalised()})
    assert isinstance(state["norm"].scale, Leaf)
    assert state["norm"].mean is None


def test_none_leaves_an_array_alone() -> None:
    m = {"a": np.ones(1), "b": np.ones(1)}
    state = setup(chain(optim.WeightDecay(0.5), Descent(1.0)), m)
    update(state, m, {"a": None, "b": np.zeros(1)})
    update(state, m, {"b": np.zeros(1)})
    update(state, m, None)
    assert m == {"a": [1.0], "b": [0.25]}


def test_a_partial_in_a_model() -> None:
    w = nt.tensor([1.0])
    part = functools.partial(np.multiply, w)
    m = [part]
    update(setup(Descent(1.0), m), m, nt.gradient(lambda: np.sum(m[0](3.0)), nt.params(w)))
    assert w.tolist() == [-2.0]


def test_a_state_moves_as_a_model_does(dev: int) -> None:
    host = model()
    state = setup(Adam(), host)
    grads = nt.gradient(lambda m: loss(m, X), host)[0]
    update(state, host, grads)
    moved, moved_state = nt.torch(host, dev=dev), nt.torch(state, dev=dev)
    update(state, host, grads)
    update(moved_state, moved, grads)
    for a, b in zip(arrays(host), arrays(moved), strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-12)


def test_two_hundred_arrays_take_one_step(monkeypatch: pytest.MonkeyPatch, dev: int) -> None:
    """Of one dtype on one device, of whatever shapes."""
    m = [nt.tensor(np.ones((i % 7, 3), "float32"), dev=dev) for i in range(200)] + [nt.tensor(np.ones(2), dev=dev)]
    state = setup(Descent(1.0), m)
    calls: list[int] = []
    monkeypatch.setattr(Descent, "step", lambda *arguments: calls.append(len(arguments[-1].items)))
    update(state, m, m)
    assert calls == [200, 1]
    adjust(state[5:8], 0.5)
    calls.clear()
    update(state, m, m)
    assert sorted(calls) == [1, 3, 197]


# ------------------------------------------------------------------------------------------- adjusting and freezing


def test_adjust_a_part() -> None:
    m = {"a": np.zeros(1), "b": np.zeros(1), "c": np.zeros(1)}
    state = setup(chain(optim.WeightDecay(0.0), Adam()), m)
    adjust(state, 0.5)
    adjust(state["b"], lam=0.25, beta=(0.5, 0.5))
    assert state["a"].rule is state["c"].rule
    assert state["a"].rule == chain(optim.WeightDecay(0.0), Adam(0.5))
    assert state["b"].rule == chain(optim.WeightDecay(0.25), Adam(0.5, (0.5, 0.5)))


def test_adjust_reaches_into_wrappers() -> None:
    state = setup(optim.MixedPrecision(optim.Schedule(Momentum(), optim.Step(1.0, 0.5, 2))), np.zeros(1))
    adjust(state, rho=0.25)
    assert state.rule.rule.rule == Momentum(0.01, 0.25)
    with pytest.raises(TypeError, match="has no eta; it has rho"):
        adjust(state, 0.5)


def test_an_adjustment_that_fails_changes_nothing() -> None:
    state = [setup(Adam(), np.zeros(1)), setup(Descent(), np.zeros(1))]
    with pytest.raises(TypeError, match=r"Descent\(eta=0.1\) has no beta"):
        adjust(state, 0.5, beta=(0.5, 0.5))
    assert state[0].rule == Adam()
    with pytest.raises(TypeError, match="nothing to change"):
        adjust(state)
    with pytest.raises(TypeError, match="no Leaf"):
        adjust({"a": 1}, 0.5)


def test_frozen_parts_stay() -> None:
    m = {"a": np.ones(1), "b": np.ones(1)}
    grads = {"a": np.ones(1), "b": np.ones(1)}
    state = setup(Momentum(1.0, 0.5), m)
    update(state, m, grads)
    freeze(state["a"])
    update(state, m, grads)
    assert m == {"a": [0.0], "b": [-1.5]}
    thaw(state)
    update(state, m, grads)
    assert m["a"] == [-1.5]
    assert state["a"].count == 2


# ------------------------------------------------------------------------------------------------------- modifiers


@pytest.mark.parametrize("n", [1, 3])
def test_gradients_accumulate(n: int) -> None:
    rng = np.random.default_rng(0)
    grads = rng.normal(size=(9, 4))
    x, y = np.zeros(4), np.zeros(4)
    one, other = setup(chain(optim.AccumGrad(n), Adam(0.1)), x), setup(Adam(0.1), y)
    for i, g in enumerate(grads):
        update(one, x, g)
        if i % n == n - 1:
            update(other, y, np.mean(grads[i - n + 1 : i + 1], axis=0))
    np.testing.assert_allclose(x, y, rtol=1e-12)


def test_an_infinite_gradient_does_not_stay_in_the_sum() -> None:
    x = np.zeros(1)
    state = setup(chain(optim.AccumGrad(1), Descent(1.0)), x)
    update(state, x, np.array([np.inf]))
    x[:] = 0
    update(state, x, np.array([1.0]))
    assert x == -1


def test_a_schedule_counts_the_updates_that_happen() -> None:
    x = np.zeros(1)
    state = setup(chain(optim.AccumGrad(2), optim.Schedule(Descent(), optim.Step(1.0, 0.5, every=1))), x)
    for _ in range(6):
        update(state, x, -np.ones(1))
    assert x == 1.75


def test_clip_norm_says_when_a_norm_is_not_finite() -> None:
    x = np.zeros(2)
    bad = np.array([1.0, np.nan])
    with pytest.raises(FloatingPointError, match="not finite"):
        update(setup(chain(optim.ClipNorm(), Descent()), x), x, bad)
    update(setup(chain(optim.ClipNorm(throw=False), Descent()), x), x, bad)
    assert np.isnan(x).all()


# ---------------------------------------------------------------------------------------------------- what is refused


def test_hyperparameters_are_checked() -> None:
    for make in (
        lambda: Descent(-1.0),
        lambda: Adam(float("nan")),
        lambda: Adam(beta=(0.9, 1.0)),
        lambda: optim.RMSProp(rho=1.5),
        lambda: optim.ClipNorm(0.0),
        lambda: optim.AccumGrad(0),
        lambda: adjust(setup(Descent(), np.zeros(1)), -1.0),
    ):
        with pytest.raises(ValueError, match="must be"):
            make()
    for wrong in (lambda: Descent("fast"), lambda: Adam(beta=0.9), lambda: chain(Adam), lambda: chain()):
        with pytest.raises(TypeError):
            wrong()
    with pytest.raises(TypeError, match="goes around a chain"):
        chain(optim.MixedPrecision(Adam()), Descent())
    with pytest.raises(TypeError, match="has no eta"):
        optim.Schedule(optim.AdaDelta(), optim.Step(1.0, 0.5, 2))


def test_setup_says_what_is_wrong() -> None:
    with pytest.raises(TypeError, match=r"Adam\(\) is a rule"):
        setup(Adam, np.zeros(1))  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="it comes first"):
        setup(np.zeros(1), Adam())  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="no floating-point arrays"):
        setup(Adam(), {"n": np.arange(3)})
    with pytest.raises(TypeError, match="no signs"):
        setup(optim.Rprop(), np.zeros(1, complex))
    with pytest.raises(TypeError, match="ClipNorm"):
        setup(optim.ClipGrad(), np.zeros(1, complex))


@pytest.mark.parametrize(
    ("grads", "error", "message"),
    [
        ({"b": np.ones(1)}, TypeError, "a dict with the keys"),
        (({"a": np.ones(2)},), TypeError, r"take its \[0\]"),
        ({"a": [np.ones(2)]}, TypeError, "the gradient of an array"),
        ({"c": [np.ones(2)]}, TypeError, "expected 2 gradients in a list"),
        ({"a": np.ones(3)}, ValueError, r"a has the shape \(2,\), its gradient \(3,\)"),
        ({"c": [None, np.ones(1)]}, ValueError, r"c\.1 has the shape"),
        ({"a": np.ones(2, complex)}, TypeError, "dtype complex128 for an array of dtype float64"),
        ({"a": np.ones(2, int)}, TypeError, "dtype int64"),
        ({"a": nt.tensor(np.ones(2))}, TypeError, "collect"),
    ],
)
def test_gradients_that_do_not_fit_change_nothing(grads: Any, error: type[Exception], message: str) -> None:
    m = {"a": np.ones(2), "c": [np.ones(2), np.ones(2)]}
    state = setup(Momentum(), m)
    with pytest.raises(error, match=message):
        update(state, m, grads)
    assert all(np.all(leaf == 1) for leaf in nt.structure.leaves(m))


def test_another_model_does_not_fit() -> None:
    with pytest.raises(ValueError, match="set up again"):
        update(setup(Descent(), {"a": np.ones(2)}), {"a": np.ones(3)}, {"a": np.ones(3)})


def test_an_update_inside_a_gradient_is_refused_where_it_would_be_wrong() -> None:
    w, v = nt.tensor([1.0]), nt.tensor([1.0])

    def f(w: Any) -> Any:
        update(setup(Descent(), v), v, nt.gradient(lambda v: np.sum(v**2 * w), v)[0])
        return np.sum(v)

    with pytest.raises(RuntimeError, match="compute new arrays instead"):
        nt.gradient(f, w)

    def g() -> Any:
        with nt.ignore():
            update(setup(Descent(), w), w, np.ones(1))
        return np.sum(w)

    with pytest.raises(RuntimeError, match="compute new arrays instead"):
        nt.gradient(g, nt.params(w))
    assert w.tolist() == v.tolist() == [1.0]


def test_an_update_inside_a_gradient_of_something_else() -> None:
    def f(x: Any) -> Any:
        v = nt.tensor([1.0])
        update(setup(Descent(0.5), v), v, nt.tensor([1.0]))
        return np.sum(x * v)

    assert nt.gradient(f, nt.tensor([3.0]))[0].tolist() == [0.5]


def test_gradients_of_another_dtype_or_device_are_brought_over(dev: int) -> None:
    w = nt.tensor(np.ones(2, np.float32), dev=dev)
    state = setup(Descent(0.5), w)
    update(state, w, np.ones(2))
    update(state, w, nt.tensor(np.ones(2, np.float16)))
    assert w.dtype == np.float32
    assert w.tolist() == [0.0, 0.0]
