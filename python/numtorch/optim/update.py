"""One step of every array of a model, in place."""

from __future__ import annotations

import types
from collections.abc import Mapping
from functools import cache, partial
from typing import Any

import numpy as np

from numtorch import _core
from numtorch._core import Tensor, tensor
from numtorch.autograd import Grads, ignore
from numtorch.optim.arrays import Arrays
from numtorch.optim.clipping import bounded
from numtorch.optim.rule import Rule, Slots
from numtorch.optim.state import Leaf, check_state, named_leaves
from numtorch.structure import is_array

Triple = tuple[Leaf, Any, Any]  # a leaf, its array and the array's gradient


def update(state: Any, model: Any, grads: Any) -> None:
    """Takes one step along gradients: changes the arrays of a model, and the state, in place.

    Parameters
    ----------
    state : nest
        What `setup` returned for this model.
    model : nest of arrays
        The same model.
    grads : nest or Grads
        What ``gradient(f, model)[0]`` or ``gradient(f, params(model))`` gives. An array whose gradient is None is left
        alone; so is what `freeze` froze. Gradients are not written to.

    Raises
    ------
    TypeError
        The structures of state, model and gradients differ; or a gradient is complex and its array is not.
    ValueError
        A gradient has another shape than its array.
    RuntimeError
        A gradient with respect to these arrays is being taken, which would not know of the change.

    Examples
    --------
    >>> import numpy as np
    >>> import numtorch as nt
    >>> from numtorch.optim import Descent, setup, update
    >>> model = {"w": nt.tensor([1.0, 2.0])}
    >>> state = setup(Descent(0.5), model)
    >>> update(state, model, nt.gradient(lambda m: np.sum(m["w"] ** 2), model)[0])
    >>> model["w"]
    Tensor([0., 0.], dtype=float64, dev=-1)
    """
    triples = [] if isinstance(state, Rule) else _paired(state, model, grads)
    if not triples:
        check_state(state, model, "update")
    _refuse_tracked(triples)
    with ignore():
        groups = _groups(triples, state)
        firsts = [group[0][0] for group in groups]
        arrays = [Arrays.of([array for _, array, _ in group]) for group in groups]
        gradients = [
            _gradients([g for _, _, g in group], x, leaf) for group, x, leaf in zip(groups, arrays, firsts, strict=True)
        ]
        gradients = bounded(gradients, [leaf.rule.norm_bound(leaf.count + 1) for leaf in firsts])
        for group, x, dx in zip(groups, arrays, gradients, strict=True):
            leaf = group[0][0]
            leaf.rule.step(leaf.count + 1, _stacked([leaf.slots for leaf, _, _ in group]), x, dx)
            for leaf, _, _ in group:
                leaf.count += 1


def _paired(state: Any, model: Any, grads: Any) -> list[Triple]:
    """The leaves that have a gradient, each once; of an array that occurs twice, the sum of its gradients."""
    found: dict[int, Triple] = {}
    try:
        _walk(state, model, grads, found, set())
    except _Mismatch as error:
        hint = ""
        if isinstance(grads, tuple) and len(grads) == 1 and not isinstance(model, tuple):
            hint = "; gradient(f, model) gives a tuple, with one gradient for each argument: take its [0]"
        raise TypeError(f"update: {error}{hint}") from None
    return [triple for triple in found.values() if not triple[0].frozen]


class _Mismatch(Exception):
    """Trees that have not the same structure."""


def _walk(state: Any, model: Any, grads: Any, found: dict[int, Triple], seen: set[tuple[int, int]]) -> None:
    """Goes through a state tree and what is beside it. Grads stay the same all the way down."""
    if state is None or grads is None:
        return
    if type(state) is Leaf:
        _meet(state, model, grads, found)
        return
    place = (id(state), id(grads))
    if place in seen or isinstance(state, _FUNCTIONS):
        return
    seen.add(place)
    one = type(grads) is Grads
    if isinstance(state, Mapping):
        if not one and not (isinstance(grads, Mapping) and grads.keys() <= state.keys()):
            raise _Mismatch(f"expected gradients in a dict with the keys {list(state)}, not {_described(grads)}")
        parts = [(part, model[key], grads if one else grads.get(key)) for key, part in state.items()]
    elif isinstance(state, list | tuple):
        if not one and not (isinstance(grads, list | tuple) and len(grads) == len(state)):
            raise _Mismatch(f"expected {len(state)} gradients in a {type(state).__name__}, not {_described(grads)}")
        parts = list(zip(state, model, [grads] * len(state) if one else grads, strict=True))
    elif isinstance(state, partial):
        parts = [(getattr(state, n), getattr(model, n), grads if one else getattr(grads, n)) for n in _PARTIAL]
    else:
        parts = [(part, getattr(model, name), _attribute(grads, name)) for name, part in _attributes(state)]
    for part, inside, gradient in parts:
        if type(part) is Leaf and gradient is not None:
            _meet(part, inside, gradient, found)
        elif part is not None and gradient is not None:
            _walk(part, inside, gradient, found, seen)


_FUNCTIONS = (types.FunctionType, types.BuiltinFunctionType, types.MethodType, np.ufunc, type)
_PARTIAL = ("args", "keywords")
_ARRAYS = (Tensor, np.ndarray, np.generic)


def _attributes(state: Any) -> list[tuple[str, Any]]:
    held: dict[str, Any] = getattr(state, "__dict__", {})
    found = [(name, part) for name, part in held.items() if part is not None]
    kind: Any = type(state)
    for name in _slot_names(kind):
        if (part := getattr(state, name, None)) is not None:
            found.append((name, part))
    return found


@cache
def _slot_names(kind: Any) -> tuple[str, ...]:
    slots = [cls.__dict__.get("__slots__", ()) for cls in kind.__mro__]
    names = [name for found in slots for name in ((found,) if isinstance(found, str) else found)]
    return tuple(name for name in names if name not in ("__dict__", "__weakref__"))


def _attribute(grads: Any, name: str) -> Any:
    if isinstance(grads, Grads):
        return grads
    return grads.get(name) if isinstance(grads, Mapping) else getattr(grads, name, None)


def _meet(leaf: Leaf, array: Any, gradient: Any, found: dict[int, Triple]) -> None:
    if type(gradient) is Grads:
        gradient = gradient.get(array)
        if gradient is not None:
            found[id(leaf)] = (leaf, array, gradient)
        return
    if type(gradient) is not Tensor and not isinstance(gradient, _ARRAYS):
        raise _Mismatch(f"expected the gradient of an array of shape {leaf.shape}, not {_described(gradient)}")
    if id(leaf) in found:
        gradient = found[id(leaf)][2] + gradient
    found[id(leaf)] = (leaf, array, gradient)


def _described(value: Any) -> str:
    if is_array(value):
        return f"an array of shape {value.shape}"
    if isinstance(value, Mapping):
        return f"one with {list(value)}"
    return f"{len(value)} in a {type(value).__name__}" if isinstance(value, list | tuple) else repr(type(value))


def _refuse_tracked(triples: list[Triple]) -> None:
    """Also inside `ignore`, which does not make the change part of the gradient, though no Tensor is tracked there."""
    tracked = any(isinstance(part, Tensor) and _core.is_part(part) for _, x, dx in triples for part in (x, dx))
    if tracked:
        raise RuntimeError(
            "update: a gradient with respect to these arrays, or through theirs, is being taken, and an update in "
            "place would not be part of it; compute new arrays instead, as w - eta * g"
        )


def _groups(triples: list[Triple], state: Any) -> list[list[Triple]]:
    """Those that can be computed together. Everything is checked first, so that an error leaves all as it was."""
    groups: dict[Any, list[Triple]] = {}
    for triple in triples:
        leaf, array, gradient = triple
        shape, dtype, given = leaf.shape, array.dtype, gradient.dtype
        if array.shape != shape or gradient.shape != shape:
            raise ValueError(f"update: {_misfit(state, leaf, array, gradient)}")
        if given is not dtype and (given.kind not in "fc" or (given.kind == "c" and dtype.kind != "c")):
            raise TypeError(f"update: a gradient of dtype {given} for an array of dtype {dtype}")
        dev = array.dev if isinstance(array, Tensor) else None
        there = gradient.dev if isinstance(gradient, Tensor) else None
        if dev is None and there is not None:
            raise TypeError("update: the gradient of an ndarray is a Tensor; collect(grads) brings them to the host")
        groups.setdefault((id(leaf.rule), leaf.count, dtype, dev, given, there), []).append(triple)
    return list(groups.values())


def _misfit(state: Any, leaf: Leaf, array: Any, gradient: Any) -> str:
    name = next(name for name, found in named_leaves(state).items() if found is leaf)
    if array.shape != leaf.shape:
        return f"{name} has the shape {array.shape} in the model, {leaf.shape} in the state; set up again"
    return f"{name} has the shape {leaf.shape}, its gradient {gradient.shape}"


def _gradients(items: list[Any], x: Arrays, leaf: Leaf) -> Arrays:
    """The gradients of a group, on the device and in the dtype that the rule wants."""
    dtype = leaf.rule.computes_in(x.dtype)
    first, array = items[0], x.items[0]
    if isinstance(array, Tensor) and not (isinstance(first, Tensor) and first.dev == array.dev):
        items = [g.to(dev=array.dev) if isinstance(g, Tensor) else tensor(g, dev=array.dev) for g in items]
    elif isinstance(first, np.generic):
        items = [np.asarray(g) for g in items]
    return Arrays.of(items if first.dtype == dtype else [g.astype(dtype) for g in items])


def _stacked(slots: list[Slots]) -> Slots:
    """Of many arrays' slots, one with `Arrays` in place of arrays."""
    return {
        name: _stacked([one[name] for one in slots])
        if isinstance(value, dict)
        else Arrays.of([one[name] for one in slots])
        for name, value in slots[0].items()
    }
