"""What hides arrays is refused by every function that asks for them, by name; and structures that differ."""

import enum
import functools
from collections import UserDict
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from types import MappingProxyType, SimpleNamespace
from typing import Any

import numpy as np
import pytest

import numtorch as nt
from numtorch import train, weights
from numtorch.nn.layers import Dense, Dropout, trainmode
from numtorch.optim import Adam, Descent, setup, update
from numtorch.structure import beside, walk
from tests.structure.nests import Fixed, Plain


def closure(array: Any) -> Any:
    return lambda x: x * array


def default(array: Any) -> Any:
    return lambda x, y=array: x * y


def keyword_default(array: Any) -> Any:
    return lambda x, *, y=array: x * y


def attribute(array: Any) -> Any:
    def function(x: Any) -> Any:
        return x

    function.array = array  # type: ignore[attr-defined]
    return function


def recursive(array: Any) -> Any:
    def one(n: int) -> Any:
        return other(n - 1)

    def other(n: int) -> Any:
        return array if n < 1 else one(n)

    return one


class Fresh(Mapping[str, Any]):
    """A Mapping that makes its arrays when it is asked for them."""

    def __init__(self, array: Any) -> None:
        self._array = array

    def __getitem__(self, key: str) -> Any:
        if key != "w":
            raise KeyError(key)
        return self._array + 0

    def __iter__(self) -> Iterator[str]:
        return iter("w")

    def __len__(self) -> int:
        return 1


class More(UserDict[str, Any]):
    """A Mapping with an array that is none of its items."""

    def __init__(self, array: Any) -> None:
        super().__init__(w=np.ones(2))
        self.more = array


def objects(array: Any) -> Any:
    found = np.empty(1, object)
    found[0] = [array]
    return found


HIDING: dict[str, Callable[[Any], Any]] = {
    "closure": closure,
    "default": default,
    "keyword default": keyword_default,
    "attribute of a function": attribute,
    "recursive functions": recursive,
    "bound method": lambda array: Plain(array, 1, 2).__init__,  # type: ignore[misc]
    "method of an array": lambda array: array.dot,
    "operator of an array": lambda array: array.__matmul__,
    "partial of a bound method": lambda array: functools.partial(Plain(array, 1, 2).__init__, 3),  # type: ignore[misc]
    "set of layers": lambda array: {Plain(array, 1, 2)},
    "frozenset of layers": lambda array: frozenset([Plain(array, 1, 2)]),
    "array of objects": objects,
    "Mapping that makes arrays": Fresh,
    "Mapping with more than its items": More,
}


ASKING: dict[str, Callable[[Any, Path], Any]] = {
    "state": lambda m, _: nt.state(m),
    "load_state": lambda m, _: nt.load_state(m, {}),
    "trainables": lambda m, _: nt.trainables(m),
    "trainables by name": lambda m, _: nt.trainables(m, path=True),
    "params": lambda m, _: nt.params(m),
    "torch": lambda m, _: nt.torch(m, dev=-1),
    "cpu": lambda m, _: nt.cpu(m),
    "f16": lambda m, _: nt.f16(m),
    "fleaves": lambda m, _: nt.fleaves(m),
    "fmap_with_path": lambda m, _: nt.fmap_with_path(lambda _, x: x, m),
    "destructure": lambda m, _: nt.destructure(m),
    "freeze": lambda m, _: nt.freeze(m),
    "setup": lambda m, _: setup(Descent(), m),
    "gradient": lambda m, _: nt.gradient(lambda _: 1.0, m),
    "save_checkpoint": lambda m, folder: train.save_checkpoint(folder / "a.npz", m),
    "weights.save": lambda m, folder: weights.save(folder / "a.npz", m),
}


@pytest.mark.parametrize("asking", ASKING)
@pytest.mark.parametrize("hiding", HIDING)
def test_hidden_arrays_are_refused_alike(hiding: str, asking: str, dev: int, tmp_path: Path) -> None:
    for array in (np.ones((2, 2)), nt.tensor(np.ones((2, 2)), dev=dev)):
        nest = SimpleNamespace(held=Plain(1, 2, [HIDING[hiding](array)]))
        with pytest.raises(TypeError, match=r"holds arrays that a model's structure does not show|makes its arrays"):
            ASKING[asking](nest, tmp_path)
    assert not list(tmp_path.iterdir())


def test_what_hides_no_arrays_is_left_alone(tmp_path: Path) -> None:
    """Functions, sets, enums, files, and functions that refer to themselves."""

    class Mode(enum.Enum):
        SAME = "same"

    def count(n: int) -> int:
        return n and count(n - 1)

    with (tmp_path / "log").open("w") as log:
        nest = {"w": np.ones(2), "f": count, "mode": Mode.SAME, "names": {"a"}, "log": log, "g": closure(3)}
        moved = nt.torch(nest, dev=-1)
        assert all(moved[key] is nest[key] for key in ("f", "mode", "names", "log", "g"))
        state = setup(Adam(), moved)
        assert Mode.SAME.value == "same"
        update(state, moved, nt.gradient(lambda m: np.sum(m["w"]), moved)[0])
        assert list(nt.state(moved)) == ["w"]


def test_layers_behind_a_bound_method_are_reached() -> None:
    """One without arrays: `trainmode` sets what is there."""
    drop = Dropout(0.5)
    trainmode({"f": functools.partial(drop.__call__), "g": [drop.__call__]})
    assert drop.training is True
    assert nt.modules([drop.__call__]) == [drop]


def test_an_array_alone_is_a_model() -> None:
    w = np.ones(2)
    assert list(nt.state(w)) == list(nt.trainables(w, path=True)) == ["array"]
    nt.load_state(w, {"array": np.zeros(2)})
    assert w.tolist() == [0, 0]
    with pytest.raises(TypeError, match="array is no part of anything, where an array cannot be replaced"):
        nt.load_state(w, {"array": np.zeros(2)}, dtype="float32")


@pytest.mark.parametrize(
    "make", [tuple, lambda w: functools.partial(np.add, *w), lambda w: MappingProxyType({"w": w[0]})]
)
def test_an_array_that_cannot_be_replaced_is_named_first(make: Any) -> None:
    model = [np.ones(2, np.float32), make([np.ones(2, np.float32)])]
    given = {name: np.zeros(2) for name in nt.state(model)}
    with pytest.raises(TypeError, match=r"load_state: 1\.\S+ is in a (tuple|mappingproxy), where an array cannot"):
        nt.load_state(model, given)
    assert model[0].tolist() == [1, 1]


def test_a_mapping_that_cannot_be_made_anew() -> None:
    class Odd(Mapping[str, Any]):
        __slots__ = ()

        def __getitem__(self, key: str) -> Any:
            return {"w": ARRAY}[key]

        def __iter__(self) -> Iterator[str]:
            return iter(["w"])

        def __len__(self) -> int:
            return 1

    ARRAY = np.ones(2)
    assert list(nt.state(Odd())) == ["w"]
    with pytest.raises(TypeError, match=r"the items of a Odd cannot be replaced; dict\(\.\.\.\)"):
        nt.torch([Odd()], dev=-1)


def test_a_list_in_a_tuple_that_holds_it() -> None:
    ring: tuple[Any, ...] = ([np.ones(2)],)
    ring[0].append(ring)
    moved = nt.torch(ring, dev=-1)
    assert moved[0][1] is moved
    assert isinstance(moved[0][0], nt.Tensor)
    assert list(nt.state(ring)) == ["0.0"]


def test_a_copy_of_a_mapping_keeps_what_is_no_item() -> None:
    """And the numbers that it happens to share with its items."""
    old = Fixed(("w", np.ones(2)), ("n", 3), prefix="p_")
    new = nt.torch(old, dev=-1)
    assert (new.prefix, list(new), new["p_n"]) == ("p_", ["p_w", "p_n"], 3)
    assert isinstance(new["p_w"], nt.Tensor)
    assert isinstance(old["p_w"], np.ndarray)


@pytest.mark.parametrize("make", [Fixed, lambda *pairs: UserDict(pairs)])
def test_one_array_in_two_slots_of_a_mapping(make: Any) -> None:
    """Which a gradient tells apart, and `torch` does not."""
    w = nt.tensor([1.0])
    model = make(("a", w), ("b", w), ("c", w))
    (grad,) = nt.gradient(lambda m: np.sum(m["a"] + 2 * m["b"] + 3 * m["c"]), model)
    assert [g.tolist() for g in grad.values()] == [[1.0], [2.0], [3.0]]
    assert len({id(array) for array in nt.f32(model).values()}) == 1


# --------------------------------------------------------------------------------------------------------- side by side


def layer() -> Any:
    return {"fc": Dense(2, 2, rng=0), "w": [np.ones(2)]}


@pytest.mark.parametrize(
    ("grads", "message"),
    [
        ({"fc": {"wight": np.ones((2, 2))}}, r"expected gradients in a Dense, not one with \['wight'\]"),
        ({"fc": np.ones(2)}, r"expected gradients in a Dense, not an array of shape \(2,\)"),
        ({"fc": [np.ones(2)]}, r"expected gradients in a Dense, not 1 in a list"),
        ({"fc": 3}, "expected gradients in a Dense, not a int"),
        ({"other": 3}, r"expected gradients in a dict with the keys \['fc', 'w'\], not one with \['other'\]"),
        ({"w": [None, None]}, "expected 1 gradients in a list, not 2 in a list"),
        ({"w": [Dense(1, 1)]}, r"expected the gradient of an array of shape \(2,\), not a Dense"),
        (
            ({},),
            r"expected gradients in a dict .*, not 1 in a tuple; gradient\(f, model\) gives a tuple.* take its \[0\]",
        ),
    ],
)
def test_gradients_of_another_structure(grads: Any, message: str) -> None:
    model = layer()
    with pytest.raises(TypeError, match=f"^update: {message}"):
        update(setup(Descent(), model), model, grads)
    assert model["w"][0].tolist() == [1, 1]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda m: m.pop("fc"), r"expected arrays in a dict with 'fc', which is not there"),
        (lambda m: delattr(m["fc"], "bias"), "expected arrays in a Dense with 'bias', which is not there"),
        (lambda m: m["w"].append(1), "expected 1 arrays in a list, not 2 in a list"),
        (lambda m: m.update(w=None), "expected 1 arrays in a list, not a NoneType"),
    ],
)
def test_a_model_that_is_another_than_its_state(change: Any, message: str) -> None:
    model = nt.torch(layer(), dev=-1)
    state = setup(Descent(), model)
    ps = nt.params(model)
    change(model)
    for grads in (nt.gradient(lambda: np.sum(ps[0]), ps), {"fc": {"bias": np.ones(2)}, "w": [np.ones(2)]}):
        with pytest.raises(TypeError, match=f"^update: {message}"):
            update(state, model, grads)


def test_two_values_for_one_part() -> None:
    shared = [nt.tensor([1.0])]

    @nt.adjoint
    def f(m: Any) -> Any:
        return m[0][0] + m[1][0], lambda g: ([[g], [g]],)

    with pytest.raises(TypeError, match="a part that occurs twice has two values; one of them can be None"):
        nt.gradient(lambda m: np.sum(f(m)), [shared, shared])


def test_leaves_side_by_side() -> None:
    one, other = (nt.torch(layer(), dev=-1) for _ in range(2))
    rows = beside(one, [("arrays", other)], nt.Tensor, gaps=False)
    assert [a.shape for a, _ in rows] == [slot.value.shape for slot in walk(one)]
    assert all(a is not b for a, b in rows)
