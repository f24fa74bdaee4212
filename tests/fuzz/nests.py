"""Machine: what a nest of objects holds is one question with one answer, partials and Mappings included."""

from __future__ import annotations

import collections
import functools
import types
from collections.abc import Iterator, Mapping, MutableMapping
from typing import Any

import numpy as np
from hypothesis import strategies as st

import numtorch as nt
from tests.fuzz.difference import Difference, host


def act(*args: Any, **keywords: Any) -> None:
    """What the partials call."""


class Pairs(MutableMapping[str, Any]):
    """Somebody's Mapping."""

    def __init__(self, pairs: dict[str, Any]) -> None:
        self.pairs = pairs

    def __getitem__(self, name: str) -> Any:
        return self.pairs[name]

    def __setitem__(self, name: str, part: Any) -> None:
        self.pairs[name] = part

    def __delitem__(self, name: str) -> None:
        del self.pairs[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self.pairs)

    def __len__(self) -> int:
        return len(self.pairs)


class Box:
    """A plain object."""

    def __init__(self, **parts: Any) -> None:
        self.__dict__.update(parts)


NAMES = {
    "np": np,
    "act": act,
    "Pairs": Pairs,
    "Box": Box,
    "partial": functools.partial,
    "OrderedDict": collections.OrderedDict,
    "SimpleNamespace": types.SimpleNamespace,
}
DEFINITIONS = """\
from collections import OrderedDict
from collections.abc import MutableMapping
from functools import partial
from types import SimpleNamespace

def act(*args, **keywords): pass

class Pairs(MutableMapping):
    def __init__(self, pairs): self.pairs = pairs
    def __getitem__(self, name): return self.pairs[name]
    def __setitem__(self, name, part): self.pairs[name] = part
    def __delitem__(self, name): del self.pairs[name]
    def __iter__(self): return iter(self.pairs)
    def __len__(self): return len(self.pairs)

class Box:
    def __init__(self, **parts): self.__dict__.update(parts)

"""

KINDS = {
    "[{}, {}]": 2,
    "({}, {})": 2,
    "({},)": 1,
    "{{'p': {}, 'q': {}}}": 2,
    "OrderedDict(p={})": 1,
    "Pairs({{'p': {}, 'q': {}}})": 2,
    "partial(act, {}, k={})": 2,
    "partial(act, {})": 1,
    "Box(p={}, q={})": 2,
    "SimpleNamespace(p={})": 1,
}


@st.composite
def cases(draw: st.DrawFn) -> str:
    """A nest as an expression; each array has another value."""
    count = 0

    def nest(depth: int) -> str:
        nonlocal count
        if depth == 0 or draw(st.integers(0, 3)) == 0:
            if draw(st.integers(0, 5)) == 0:
                return draw(st.sampled_from(("None", "'text'", "3", "True")))
            count += 1
            return f"np.array([{count}.0, {count}.5])"
        form = draw(st.sampled_from(sorted(KINDS)))
        return form.format(*[nest(depth - 1) for _ in range(KINDS[form])])

    form = draw(st.sampled_from(sorted(KINDS)))
    return form.format(*[nest(draw(st.integers(0, 3))) for _ in range(KINDS[form])])


def arrays_in(nest: Any) -> list[Any]:
    """Each array in turn, found without the package's own walk."""
    if isinstance(nest, np.ndarray | nt.Tensor):
        return [nest]
    if isinstance(nest, functools.partial):
        parts: Any = [*nest.args, *nest.keywords.values()]
    elif isinstance(nest, Mapping):
        parts = list(nest.values())
    elif isinstance(nest, list | tuple):
        parts = nest
    else:
        parts = list(vars(nest).values()) if hasattr(nest, "__dict__") else []
    return [array for part in parts for array in arrays_in(part)]


def source_of(expression: str, todo: str) -> str:
    return f"{DEFINITIONS}nest = {expression}\nmodel = nt.torch(nest, dev=-1)\n{todo}\n"


def moved(expression: str, dev: int) -> tuple[Any, Any]:
    """The nest, and the same on libtorch."""
    nest = eval(expression, NAMES)
    try:
        model = nt.torch(nest, dev=dev)
    except Exception as error:
        raise Difference(f"torch: {type(error).__name__}: {error}", source_of(expression, "")) from error
    return nest, model


def check(expression: str, dev: int = -1) -> None:
    nest, model = moved(expression, dev)
    values = [array.sum() for array in arrays_in(nest)]
    tensors = arrays_in(model)

    def wrong(todo: str, what: str) -> Difference:
        return Difference(what, source_of(expression, todo))

    if [host(t).sum() for t in tensors] != values or not all(isinstance(t, nt.Tensor) for t in tensors):
        raise wrong("print(vars(model) if hasattr(model, '__dict__') else model)", "torch(nest) holds other arrays")
    for name, todo in QUESTIONS.items():
        try:
            answer = todo(model, tensors, values)
        except Exception as error:
            raise wrong(TEXTS[name], f"{name}: {type(error).__name__}: {error}") from error
        if answer is not None:
            raise wrong(TEXTS[name], f"{name}: {answer}")


def _params(model: Any, _: list[Any], values: list[float]) -> str | None:
    found = sorted(float(p.sum().item()) for p in nt.params(model))
    return None if found == sorted(values) else f"arrays with the sums {found}, not {sorted(values)}"


def _gradients(model: Any, tensors: list[Any], _: list[float]) -> str | None:
    if not tensors:
        return None
    grads = nt.gradient(lambda: sum(np.sum(t * t) for t in arrays_in(model)), nt.params(model))
    return None if all(np.array_equal(host(grads[t]), 2 * host(t)) for t in tensors) else "not twice the array"


def _state(model: Any, _: list[Any], values: list[float]) -> str | None:
    state = nt.state(model)
    found = sorted(float(np.sum(np.asarray(host(a)))) for a in state.values() if np.ndim(a) == 1)
    return None if found == sorted(values) else f"arrays with the sums {found}, not {sorted(values)}"


def _load_state(model: Any, tensors: list[Any], values: list[float]) -> str | None:
    kept = {name: np.array(host(a)) for name, a in nt.state(model).items()}
    for t in tensors:
        t[...] = 0.0
    nt.load_state(model, kept)
    found = [float(t.sum().item()) for t in arrays_in(model)]
    return None if found == values else f"arrays with the sums {found}, not {values}"


def _fmap(model: Any, _: list[Any], values: list[float]) -> str | None:
    twice = nt.fmap(lambda x: x * 2 if isinstance(x, nt.Tensor) else x, model)
    found = [float(t.sum().item()) for t in arrays_in(twice)]
    return None if found == [2 * v for v in values] and type(twice) is type(model) else f"a {type(twice)}: {found}"


QUESTIONS = {"params": _params, "gradient": _gradients, "state": _state, "load_state": _load_state, "fmap": _fmap}
TEXTS = {
    "params": "print(list(nt.params(model)))",
    "gradient": "print(nt.gradient(lambda: sum(np.sum(p * p) for p in nt.params(model)), nt.params(model)))",
    "state": "print(nt.state(model))",
    "load_state": "nt.load_state(model, {k: np.array(nt.collect(v)) for k, v in nt.state(model).items()})",
    "fmap": "print(nt.fmap(lambda x: x * 2 if isinstance(x, nt.Tensor) else x, model))",
}
