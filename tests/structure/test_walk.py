"""What a model holds is one question with one answer: every public function that takes one, on every kind of nest."""

import functools
import inspect
from collections.abc import Callable
from pathlib import Path
from types import FunctionType
from typing import Any

import numpy as np
import pytest

import numtorch as nt
from numtorch import models, optim, train, weights
from numtorch.nn import layers
from numtorch.nn.layers import Dense, Dropout, Layer, WeightNorm, outputsize, testmode, trainmode, while_testing
from numtorch.optim import Descent, Momentum
from numtorch.structure import leaves, parts, walk
from tests.structure.nests import KINDS, content

Make = Callable[[Any, Any, Any], Any]


class Case:
    """A nest of one kind, moved to a device, and how to find in it, or in a copy, what it was made of."""

    def __init__(self, make: Make, dev: int) -> None:
        self.layer, self.drop, self.array = content()
        self.make, self.dev = make, dev
        self.host = make(self.layer, self.drop, self.array)
        self.nest = nt.torch(self.host, dev=dev)

    def copy(self) -> Any:
        return nt.fmap(lambda x: x.copy(), self.nest)


def wanted(nest: Any) -> list[Any]:
    """The arrays of a nest by way of its objects, whatever order they come in."""
    dense = next(iter(leaves(nest, is_leaf=lambda part: isinstance(part, Dense))))
    alone = [leaf for leaf in leaves(nest) if leaf.shape == (2,)]
    return [dense.weight, dense.bias, *alone]


def same(found: Any, nest: Any) -> None:
    assert sorted(map(id, found)) == sorted(map(id, wanted(nest)))
    assert len(wanted(nest)) == 3


def doubled(nest: Any, original: Any) -> None:
    """A nest of the same type, whose arrays are twice those of the original."""
    assert type(nest) is type(original)
    for new, old in zip(wanted(nest), wanted(original), strict=True):
        np.testing.assert_array_equal(nt.collect(new), 2 * nt.collect(old))


def squares(nest: Any) -> Any:
    return sum(np.sum(x * x) for x in leaves(nest))


def drops(nest: Any) -> Any:
    (drop,) = leaves(nest, is_leaf=lambda part: isinstance(part, Dropout))
    return drop


class Runner(Layer):
    """A layer that runs the layers of a nest."""

    def __init__(self, nest: Any) -> None:
        self.nest = nest

    def __call__(self, x: Any) -> Any:
        for layer in leaves(self.nest, is_leaf=lambda part: isinstance(part, Dense)):
            x = drops(self.nest)(layer(x))
        return x


# ------------------------------------------------------------------------------------------------------- of structure


def _torch(case: Case) -> None:
    assert all(isinstance(array, nt.Tensor) and array.dev == case.dev for array in wanted(case.nest))
    assert type(case.nest) is type(case.host)
    assert wanted(case.host)[2] is case.array
    same(leaves(case.host), case.host)
    assert drops(case.nest) is not case.drop


def _back(function: Callable[[Any], Any]) -> Callable[[Case], None]:
    def check(case: Case) -> None:
        for new, old in zip(wanted(function(case.nest)), wanted(case.host), strict=True):
            assert isinstance(new, np.ndarray)
            np.testing.assert_array_equal(new, old)

    return check


def _cast(function: Callable[[Any], Any], dtype: str) -> Callable[[Case], None]:
    def check(case: Case) -> None:
        made = function(case.nest)
        assert type(made) is type(case.nest)
        assert [array.dtype for array in wanted(made)] == [np.dtype(dtype)] * 3
        assert [array.dtype for array in wanted(case.nest)] == [np.dtype("f")] * 3

    return check


def _destructure(case: Case) -> None:
    flat, rebuild = nt.destructure(case.nest)
    assert flat.shape == (11,)
    doubled(rebuild(2 * flat), case.nest)


def _fmap(case: Case) -> None:
    doubled(nt.fmap(lambda x: 2 * x, case.nest), case.nest)


def _fmap_with_path(case: Case) -> None:
    names: list[str] = []
    doubled(nt.fmap_with_path(lambda name, x: (names.append(name), 2 * x)[1], case.nest), case.nest)
    assert set(names) <= set(nt.state(case.nest))
    assert len(names) == 3


def _children(case: Case) -> None:
    found = {id(case.nest): case.nest}
    for part in nt.fcollect(case.nest):
        for child in nt.children(part).values():
            found[id(child)] = child
    assert {id(array) for array in wanted(case.nest)} <= found.keys()
    assert not nt.isleaf(case.nest)


def _fcollect(case: Case) -> None:
    found = {id(part) for part in nt.fcollect(case.nest)}
    assert {id(array) for array in wanted(case.nest)} | {id(drops(case.nest))} <= found


def _state(case: Case) -> None:
    found = nt.state(case.nest)
    same({id(array): array for array in found.values()}.values(), case.nest)
    for name, array in found.items():
        assert functools.reduce(_part, _path(name, case.nest), case.nest) is array


def _path(name: str, nest: Any) -> list[Any]:
    slot = next(slot for slot in walk(nest) if slot.name == name)
    found = [(slot.holder, slot.key)]
    while found[-1][0] is not nest:
        above = [(part, key) for part in nt.fcollect(nest) for key, item in parts(part) if item is found[-1][0]]
        found.append(next(pair for pair in above if pair not in found))
        assert len(found) < 20
    return [key for _, key in reversed(found)]


def _part(value: Any, key: Any) -> Any:
    return nt.children(value)[key]


def _load_state(case: Case) -> None:
    model = case.copy()
    given = {name: 2 * nt.collect(array) for name, array in nt.state(case.nest).items()}
    before = wanted(model)
    assert nt.load_state(model, given) is model
    doubled(model, case.nest)
    assert all(new is old for new, old in zip(wanted(model), before, strict=True))
    # ndarrays have to be replaced where their dtype changes: that is done everywhere, or refused before it is begun.
    host = nt.cpu(model)
    wide = {name: np.asarray(array, np.float64) / 2 for name, array in given.items()}
    try:
        nt.load_state(host, wide)
    except TypeError as error:
        assert "where an array cannot be replaced" in str(error)  # noqa: PT017
        doubled(host, case.nest)
    else:
        assert [array.dtype for array in wanted(host)] == [np.dtype("d")] * 3
        doubled(nt.fmap(lambda x: 2 * x, host), host)


def _modules(case: Case) -> None:
    found = nt.modules(case.nest)
    assert sum(isinstance(part, Dense) for part in found) == 1
    assert any(part is drops(case.nest) for part in found)
    names = nt.modules(case.nest, path=True)
    (name,) = [name for name, part in names.items() if isinstance(part, Dense)]
    assert f"{name}.weight" in nt.state(case.nest)


def _freeze(case: Case) -> None:
    model = case.copy()
    try:
        frozen = nt.freeze(model)
    except TypeError as error:
        assert "cannot be marked" in str(error)  # noqa: PT017
        for part in leaves(model, is_leaf=lambda part: isinstance(part, Dense)):
            nt.freeze(part)
        assert [array.shape for array in nt.params(model)] == [(2,)]
        return
    assert frozen is model
    for copied in (model, nt.torch(model, dev=case.dev), nt.cpu(model)):
        assert nt.trainables(copied) == []
        assert len(nt.fleaves(copied)) == 3
    assert nt.thaw(model) is model
    assert len(nt.params(model)) == 3


def _trainables(case: Case) -> None:
    same(nt.trainables(case.nest), case.nest)
    named = nt.trainables(case.nest, path=True)
    same(named.values(), case.nest)
    assert all(nt.state(case.nest)[name] is array for name, array in named.items())


# ------------------------------------------------------------------------------------------------------- of gradients


def _gradients(grad: Any, nest: Any) -> None:
    """Of `squares`: twice each array, in a nest beside the model."""
    state = optim.setup(Descent(0.5), nest)
    optim.update(state, nest, grad)
    for array in wanted(nest):
        np.testing.assert_allclose(nt.collect(array), 0, atol=1e-6)


def _gradient(case: Case) -> None:
    _gradients(nt.gradient(squares, case.nest)[0], case.copy())
    value, grads = nt.withgradient(squares, case.nest)
    assert float(value) == pytest.approx(float(squares(case.nest)))
    _gradients(grads[0], case.copy())
    model = case.copy()
    _gradients(nt.gradient(lambda: squares(model), nt.params(model)), model)


def _pullback(case: Case) -> None:
    y, back = nt.pullback(lambda m: nt.fmap(lambda x: 2 * x, m), case.nest)
    doubled(y, case.nest)
    (grad,) = back(case.nest)
    _gradients(grad, case.copy())
    _, back = nt.pullback(squares, case.nest)
    _gradients(back(nt.tensor(np.float32(1.0), dev=case.dev))[0], case.copy())


def _forward(case: Case) -> None:
    value, slope = nt.jvp(squares, (case.nest,), (case.nest,))
    assert float(slope) == pytest.approx(2 * float(value))
    y, push = nt.pushforward(squares, case.nest)
    assert float(push(case.nest)) == pytest.approx(2 * float(y))


def _accumulate(case: Case) -> None:
    (grad,) = nt.gradient(squares, case.nest)
    half = nt.fmap(lambda x: x / 2, grad)
    _gradients(nt.accumulate(half, None, half), case.copy())


def _hook(case: Case) -> None:
    (grad,) = nt.gradient(lambda m: squares(nt.hook(lambda g: nt.fmap(lambda x: x / 2, g), m)), case.nest)
    _gradients(nt.accumulate(grad, grad), case.copy())


def _dropgrad(case: Case) -> None:
    (grad,) = nt.gradient(lambda m: squares(m) - squares(nt.dropgrad(m)), case.nest)
    _gradients(grad, case.copy())


def _checkpointed(case: Case) -> None:
    (grad,) = nt.gradient(lambda m: nt.checkpointed(squares, m), case.nest)
    _gradients(grad, case.copy())


def _adjoint(case: Case) -> None:
    @nt.adjoint
    def own(model: Any) -> Any:
        return squares(model), lambda _: (nt.gradient(squares, model)[0],)

    (grad,) = nt.gradient(own, case.nest)
    _gradients(grad, case.copy())


# -------------------------------------------------------------------------------------- of layers, optimisers, files


def _modes(case: Case) -> None:
    drop, x = drops(case.nest), np.ones(100, np.float32)
    assert trainmode(case.nest) is case.nest
    assert np.any(drop(x) == 0)
    with while_testing(case.nest):
        assert not np.any(drop(x) == 0)
    assert np.any(drop(x) == 0)
    assert testmode(case.nest) is case.nest
    assert not np.any(drop(x) == 0)


def _outputsize(case: Case) -> None:
    model = trainmode(Runner(case.nest))
    assert outputsize(model, (5, 2)) == (5, 3)
    assert drops(case.nest).training is True


def _repr(case: Case) -> None:
    text = repr(Runner(case.nest))
    assert text.count("Dense(2 => 3),") == 1 + (case.make is KINDS["shared"])
    assert text.count("Dropout(0.5)") == 1 + (case.make is KINDS["shared"])
    assert "Total: 3 arrays, 11 parameters, 44 bytes." in text
    (name,) = list(nt.modules(Runner(case.nest), path=True))[-1:]
    assert name


def _remove_weight_norms(case: Case) -> None:
    model = case.make(WeightNorm(case.layer), case.drop, case.array)
    plain = layers.remove_weight_norms(model)
    assert not list(leaves(plain, is_leaf=lambda part: isinstance(part, WeightNorm)))
    assert len(list(leaves(plain))) == 3


def _setup(case: Case) -> None:
    model = case.copy()
    state = optim.setup(Momentum(0.5), model)
    names = dict.fromkeys(slot.name for slot in walk(model, once=True))
    assert list(optim.state_settings(state)) == list(names)
    assert list(optim.state_arrays(state)) == [f"{name}.velocity" for name in names]
    optim.freeze(state)
    _, grads = nt.withgradient(squares, model)
    optim.update(state, model, grads[0])
    for new, old in zip(wanted(model), wanted(case.nest), strict=True):
        np.testing.assert_array_equal(nt.collect(new), nt.collect(old))
    optim.thaw(state)
    optim.adjust(state, 0.25)
    optim.update(state, model, grads[0])
    assert all(held["count"] == 1 for held in optim.state_settings(state).values())
    assert all(held["rule"]["eta"] == 0.25 for held in optim.state_settings(state).values())
    other = optim.setup(Momentum(0.5), model)
    optim.load_state(other, optim.state_arrays(state), optim.state_settings(state))
    assert optim.state_settings(other) == optim.state_settings(state)
    moved = nt.torch(other, dev=case.dev)
    optim.update(moved, model, nt.gradient(lambda: squares(model), nt.params(model)))


def _scaled(case: Case) -> None:
    (grad,) = nt.gradient(lambda m: 64 * squares(m), case.nest)
    for given in (grad, nt.gradient(lambda: 64 * squares(case.nest), nt.params(case.nest))):
        model, scaler = case.nest if given is not grad else case.copy(), optim.LossScaler(64.0)
        assert scaler.update(optim.setup(Descent(0.5), model), model, given)
        for array in wanted(model):
            np.testing.assert_allclose(nt.collect(array), 0, atol=1e-6)


def _train(case: Case) -> None:
    for model in (case.copy(), nt.cpu(case.nest)):
        state = optim.setup(Descent(0.5), model)
        train.train(lambda m, _: squares(m), model, [0], state, progress=False)
        for array in wanted(model):
            np.testing.assert_allclose(nt.collect(array), 0, atol=1e-6)


def _checkpoint(case: Case, folder: Path) -> None:
    model = nt.fmap(lambda x: 2 * x, case.nest)
    state = optim.setup(Momentum(0.5), model)
    train.save_checkpoint(folder / "a.npz", model, state)
    drawn = drops(model).rng.random(3)
    other = case.copy()
    drops(other).rng.random(7)
    train.load_checkpoint(folder / "a.npz", other, optim.setup(Momentum(0.5), other))
    doubled(other, case.nest)
    np.testing.assert_array_equal(drops(other).rng.random(3), drawn)
    with np.load(folder / "a.npz") as file:
        held = {name.removeprefix("model/") for name in file if name.startswith("model/")}
    assert held == {slot.name for slot in walk(model, once=True)} <= nt.state(model).keys()


def _weights(case: Case, folder: Path) -> None:
    model = nt.fmap(lambda x: 2 * x, case.nest)
    weights.save(folder / "a.safetensors", model)
    other = case.copy()
    weights.load(folder / "a.safetensors", other)
    doubled(other, case.nest)


RUN: dict[str, Callable[..., None]] = {
    "torch": _torch,
    "collect": _back(nt.collect),
    "cpu": _back(nt.cpu),
    "f16": _cast(nt.f16, "e"),
    "f32": lambda case: _cast(nt.f32, "f")(case),
    "f64": _cast(nt.f64, "d"),
    "destructure": _destructure,
    "fmap": _fmap,
    "fmap_with_path": _fmap_with_path,
    "children, isleaf": _children,
    "fcollect": _fcollect,
    "fleaves": lambda case: same(nt.fleaves(case.nest), case.nest),
    "params": lambda case: same(nt.params(case.nest), case.nest),
    "state": _state,
    "load_state": _load_state,
    "modules": _modules,
    "freeze, thaw": _freeze,
    "trainables": _trainables,
    "gradient, withgradient": _gradient,
    "pullback": _pullback,
    "jvp, pushforward": _forward,
    "accumulate": _accumulate,
    "hook": _hook,
    "dropgrad": _dropgrad,
    "checkpointed": _checkpointed,
    "adjoint": _adjoint,
    "layers.trainmode, layers.testmode, layers.while_testing": _modes,
    "layers.outputsize": _outputsize,
    "layers.Layer": _repr,
    "layers.remove_weight_norms": _remove_weight_norms,
    "optim.setup, optim.update, optim.adjust, optim.freeze, optim.thaw, optim.load_state": _setup,
    "optim.state_arrays, optim.state_settings": _setup,
    "optim.LossScaler": _scaled,
    "train.train": _train,
    "train.save_checkpoint, train.load_checkpoint": _checkpoint,
    "weights.save, weights.load": _weights,
}
NOT_RUN = {
    "to_tensor": "one array",
    "on": "one array",
    "nograd": "a function",
    "compile": "a function, whose program takes nests: tests/programs",
    "vmap": "a function, which takes nests: tests/batching",
    "scan": "a function and arrays: tests/programs/test_loops.py",
    "while_loop": "functions and arrays: tests/programs/test_loops.py",
    "load": "a file",
    "check_gradient": "arrays and numbers",
    "diaghessian": "arrays and numbers",
    "hessian": "arrays and numbers",
    "jacobian": "arrays and numbers",
    "withjacobian": "arrays and numbers",
    "layers.activations": "a Chain",
    "layers.initialstates": "a recurrent layer",
    "models.backbone": "a network of numtorch.models",
    "models.classifier": "a network of numtorch.models",
    "models.classify": "a network, called with images",
    "models.predict": "a network, called with images",
}
ARGUMENTS = {"model", "models", "tree", "value", "state", "grads", "args", "x", "xs", "f", "layer", "chain"}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("function", RUN)
def test_every_function_sees_the_same(function: str, kind: str, dev: int, tmp_path: Path) -> None:
    check = RUN[function]
    case = Case(KINDS[kind], dev)
    check(case, tmp_path) if "folder" in inspect.signature(check).parameters else check(case)


def test_every_function_that_takes_a_model_is_run() -> None:
    taking = set()
    for module, prefix in (
        (nt, ""),
        (layers, "layers."),
        (optim, "optim."),
        (weights, "weights."),
        (models, "models."),
    ):
        for name in module.__all__:
            function = getattr(module, name)
            if isinstance(function, FunctionType) and ARGUMENTS & inspect.signature(function).parameters.keys():
                taking.add(prefix + name)
    taking -= {"layers.affine", *NOT_RUN}
    taking |= {f"train.{name}" for name in ("train", "save_checkpoint", "load_checkpoint")}
    run = {name for names in RUN for name in names.split(", ")} - {"layers.Layer", "optim.LossScaler"}
    assert run == taking


def test_every_function_of_the_package_is_run_or_takes_no_model() -> None:
    """Whatever its arguments are called."""
    functions = {name for name in nt.__all__ if isinstance(getattr(nt, name), FunctionType)}
    run = {name for names in RUN for name in names.split(", ") if "." not in name}
    assert functions - run - NOT_RUN.keys() == {"within_gradient"}


def test_functions_of_train_that_take_a_model() -> None:
    found = {
        name
        for name in train.__all__
        if isinstance(getattr(train, name), FunctionType)
        and {"model", "state"} & inspect.signature(getattr(train, name)).parameters.keys()
    }
    assert found == {"train", "save_checkpoint", "load_checkpoint"}
