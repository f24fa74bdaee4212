"""Models in parts: names, loading, freezing, one vector, dtypes; tied weights stay tied."""

import functools
from typing import Any

import numpy as np
import pytest

from numtorch import (
    collect,
    cpu,
    destructure,
    f16,
    f32,
    f64,
    freeze,
    gradient,
    load_state,
    params,
    state,
    tensor,
    thaw,
    torch,
    trainables,
)
from numtorch.nn.layers import BatchNorm, Chain, Conv, Dense


def tied() -> Chain:
    model = Chain(Dense(3, 3, rng=0), np.tanh, BatchNorm(3), out=Dense(3, 3, rng=1))
    model.out.weight = model[0].weight
    return model


def test_names() -> None:
    names = ["0.weight", "0.bias", "2.weight", "2.bias", "2.running_mean", "2.running_var", "out.weight", "out.bias"]
    assert list(state(tied())) == names
    assert list(trainables(tied(), path=True)) == ["0.weight", "0.bias", "2.weight", "2.bias", "out.bias"]
    assert list(state([{"a": (np.ones(1), {"b": np.ones(2)})}])) == ["0.a.0", "0.a.1.b"]
    ring: dict[str, Any] = {"w": np.ones(1)}
    ring["self"] = ring
    assert list(state(ring)) == ["w"]


@pytest.mark.parametrize("model", [{"a.b": np.ones(1), "a": {"b": np.ones(1)}}, {1: np.ones(1), "1": np.ones(1)}])
def test_two_arrays_of_one_name(model: Any) -> None:
    """Saving the one and losing the other would not be noticed until the model is loaded."""
    with pytest.raises(ValueError, match=r"^state: two arrays of the model have the name '(a\.b|1)'"):
        state(model)
    with pytest.raises(ValueError, match=r"^load_state: two arrays of the model have the name"):
        load_state(model, {"a.b": np.zeros(1)})
    shared = np.ones(1)
    assert list(state({"a.b": shared, "a": {"b": shared}})) == ["a.b"]


def test_tied_weights_stay_tied(dev: int) -> None:
    for model in (
        torch(tied(), dev=dev),
        cpu(torch(tied(), dev=dev)),
        f64(tied()),
        f16(tied()),
        destructure(tied())[1](destructure(tied())[0]),
    ):
        assert model[0].weight is model.out.weight
        assert len(trainables(model)) == 5
    model = load_state(tied(), {name: np.asarray(array, np.float64) for name, array in state(tied()).items()})
    assert model[0].weight is model.out.weight
    assert model[0].weight.dtype == np.float64


def test_loading(dev: int) -> None:
    source, target = torch(tied(), dev=dev), torch(tied(), dev=dev)
    for p in params(source):
        p += 1
    before = list(params(target))
    assert load_state(target, state(source)) is target
    assert all(a is b for a, b in zip(params(target), before, strict=True))
    assert all(np.array_equal(collect(a), collect(state(source)[name])) for name, a in state(target).items())
    host = load_state(tied(), state(source))
    np.testing.assert_array_equal(host[0].weight, collect(source[0].weight))
    back = load_state(torch(tied(), dev=dev), state(host))
    np.testing.assert_array_equal(collect(back[0].weight), host[0].weight)


def doubled() -> dict[str, Any]:
    wide = {name: np.asarray(array, np.float64) + 1e-12 for name, array in state(tied()).items()}
    wide["out.weight"] = wide["0.weight"]
    return wide


def test_a_single_model_takes_the_double_of_a_state(dev: int) -> None:
    for model in (tied(), torch(tied(), dev=dev)):
        kind, device = type(model[0].bias), getattr(model[0].bias, "dev", None)
        load_state(model, doubled())
        assert model[0].bias.dtype == np.float64
        assert type(model[0].bias) is kind
        assert getattr(model[0].bias, "dev", None) == device
        np.testing.assert_array_equal(collect(model[0].bias), doubled()["0.bias"])
    narrow = load_state(f64(tied()), state(f32(tied())))
    assert narrow[0].weight.dtype == np.float64


def test_other_models_keep_their_dtypes(dev: int) -> None:
    partly = doubled() | {"0.bias": np.zeros(3, np.float32)}
    for start in (tied(), torch(tied(), dev=dev)):
        model = load_state(start, partly)
        assert {array.dtype for array in state(model).values()} == {np.dtype("f")}
        half = load_state(f16(start), doubled())
        assert [half[0].weight.dtype, half[2].weight.dtype] == [np.float16, np.float32]
        np.testing.assert_allclose(collect(half[0].weight), doubled()["0.weight"], atol=1e-3)


def test_a_dtype_for_what_is_loaded(dev: int) -> None:
    for start in (tied(), torch(tied(), dev=dev)):
        model = load_state(start, doubled(), dtype=np.float32)
        assert {array.dtype for array in state(model).values()} == {np.dtype("f")}
        load_state(model, doubled(), dtype="float16")
        assert {array.dtype for array in state(model).values()} == {np.dtype("e")}
    whole = {"w": np.ones(2, complex), "n": np.arange(2)}
    loaded = load_state({"w": np.zeros(2, complex), "n": np.zeros(2, int)}, whole, dtype="float32")
    assert [array.dtype for array in loaded.values()] == [np.complex64, np.int64]
    with pytest.raises(ValueError, match="dtype is one of float16, float32, float64, or None, not 'int8'"):
        load_state(tied(), doubled(), dtype="int8")


def test_parameters_taken_before_loading_stay_those_of_the_model(dev: int) -> None:
    model = torch(tied(), dev=dev)
    before = params(model)
    for loaded in (state(f32(tied())), doubled()):
        load_state(model, loaded)
        assert all(a is b for a, b in zip(before, params(model), strict=True))
    x = tensor(np.ones((2, 3)), dev=dev)
    grads = gradient(lambda: np.sum(model(x)), before)
    assert all(grads[p].dtype == np.float64 for p in before)


def test_memory_that_others_see_is_left_to_them(dev: int) -> None:
    model = torch({"w": np.zeros((2, 2), np.float32)}, dev=dev)
    row = model["w"][0]
    load_state(model, {"w": np.ones((2, 2))})
    assert model["w"].dtype == np.float64
    np.testing.assert_array_equal(collect(model["w"]), 1)
    assert row.dtype == np.float32
    np.testing.assert_array_equal(collect(row), 0)


def test_what_a_partial_holds_has_names(dev: int) -> None:
    model = {"f": functools.partial(np.add, np.ones(2), out=np.zeros(2)), "n": 3}
    assert list(state(model)) == ["f.args.0", "f.keywords.out"]
    assert list(trainables(model, path=True)) == list(state(model))
    moved = load_state(torch(model, dev=dev), {"f.args.0": np.zeros(2), "f.keywords.out": np.ones(2)})
    np.testing.assert_array_equal(collect(moved["f"].args[0]), 0)
    chain = freeze(Chain(Dense(2, 2), functools.partial(np.clip, a_min=0, a_max=1)))
    assert trainables(chain) == []


def test_mismatches() -> None:
    good = {name: array.copy() for name, array in state(tied()).items()}
    with pytest.raises(ValueError, match=r"1 tied\n  tied: 0\.weight and out\.weight are one array"):
        load_state(tied(), good | {"out.weight": good["out.weight"] + 1})
    with pytest.raises(ValueError, match=r"0\.bias holds complex128, which is no float32"):
        load_state(tied(), good | {"0.bias": np.zeros(3, complex)})
    with pytest.raises(ValueError, match=r"1 unexpected\n  unexpected: 2\.num_batches_tracked"):
        load_state(tied(), good | {"2.num_batches_tracked": np.array(3)})
    load_state(tied(), good | {"2.num_batches_tracked": np.array(3)}, names="torchvision")
    with pytest.raises(ValueError, match=r"names are one of torchvision, timm, flux, or None, not 'keras'"):
        load_state(tied(), good, names="keras")


def test_freezing(dev: int) -> None:
    model = Chain(Conv(1, 2, 3, rng=0), BatchNorm(3), head=Chain(Dense(3, 2, rng=1)))
    freeze(model[:2])
    moved = torch(f64(model), dev=dev)
    assert [p.shape for p in params(moved)] == [(2, 3), (2,)]
    (grad,) = gradient(lambda m: np.sum(m[0].weight) + np.sum(m.head[0].weight), moved)
    assert grad[0].weight is None
    np.testing.assert_array_equal(collect(grad.head[0].weight), 1)
    thaw(moved[0])
    assert len(params(moved)) == 4
    freeze(moved)
    assert len(params(moved)) == 0
    assert len(params(thaw(moved))) == 6
    assert len(trainables(model)) == 2
    with pytest.raises(TypeError, match="freeze: a dict of arrays cannot be marked"):
        freeze({"w": np.ones(2)})


class Ring:
    """Layers that know each other."""

    def __init__(self) -> None:
        self.weight = np.ones(2)
        self.other: Any = self


class Slotted:
    __slots__ = ("weight",)

    def __init__(self) -> None:
        self.weight = np.ones(2)


def test_freezing_of_rings_and_slots() -> None:
    ring = Ring()
    assert len(trainables(freeze(ring))) == 0
    assert len(trainables(thaw(ring))) == 1
    for mark in (freeze, thaw):
        with pytest.raises(TypeError, match="a Slotted has no __dict__, so it cannot be marked"):
            mark(Slotted())


def test_one_vector(dev: int) -> None:
    model = f64(tied())
    flat, rebuild = destructure(model)
    assert flat.shape == (9 + 3 + 3 + 3 + 3,)
    x = np.random.default_rng(0).normal(size=(4, 3))
    np.testing.assert_array_equal(rebuild(flat)(x), model(x))
    moved, again = destructure(torch(model, dev=dev))
    (grad,) = gradient(lambda v: np.sum(again(v)(tensor(x, dev=dev)) ** 2), moved)
    assert grad.shape == flat.shape
    assert np.all(np.isfinite(collect(grad)))
    with pytest.raises(ValueError, match=r"expected a vector of shape \(21,\)"):
        rebuild(flat[1:])
    with pytest.raises(ValueError, match="no trained arrays"):
        destructure([1, 2])


def test_dtypes() -> None:
    nest = {"f": np.ones(1, np.float32), "i": np.ones(1, int), "c": np.ones(1, complex)}
    assert [str(a.dtype) for a in f16(nest).values()] == ["float16", "int64", "complex64"]
    assert [str(a.dtype) for a in f32(nest).values()] == ["float32", "int64", "complex64"]
    assert [str(a.dtype) for a in f64(nest).values()] == ["float64", "int64", "complex128"]


PREFIXED = {
    "module.": "module.",  # DataParallel
    "_orig_mod.": "_orig_mod.",  # torch.compile
    "module._orig_mod.": "module._orig_mod.",
    "model.": "model.",  # Lightning
}


@pytest.mark.parametrize("names", [None, "torchvision"])
@pytest.mark.parametrize("prefix", PREFIXED)
def test_names_with_something_before_them(prefix: str, names: str | None) -> None:
    """The message has what loads them."""
    source = {name: np.asarray(array) + 1 for name, array in state(tied()).items()}
    given = {f"{prefix}{name}": array for name, array in source.items()}
    for more in ({}, {"other.x": np.ones(1), "loose": np.ones(1)}):
        model = tied()
        with pytest.raises(ValueError, match=rf"without '{prefix}' before them, {len(source)} of the names") as caught:
            load_state(model, given | more, names)
        advice = str(caught.value).splitlines()[-1].partition(": ")[2]
        assert ("if name.startswith" in advice) == bool(more)
        load_state(model, eval(advice, {"state": given | more}), names)
        np.testing.assert_array_equal(model[0].bias, source["0.bias"])


def test_other_names_get_no_such_advice() -> None:
    for given in ({"x": np.ones(1)}, {"a.b.c": np.ones(1)}, {"1.0.weight": np.ones(1)}, {"": np.ones(1)}):
        with pytest.raises(ValueError, match="missing") as caught:
            load_state(tied(), given)
        assert "before them" not in str(caught.value)
