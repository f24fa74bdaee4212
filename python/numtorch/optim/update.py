"""One step of every array of a model, in place."""

from __future__ import annotations

from typing import Any

import numpy as np

from numtorch import _core
from numtorch._core import Tensor, collect, tensor
from numtorch.autograd import Grads, ignore
from numtorch.optim.arrays import Arrays
from numtorch.optim.clipping import bounded
from numtorch.optim.rule import Rule, Slots
from numtorch.optim.state import Leaf, check_state, named_leaves
from numtorch.structure import beside, described

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
    take_step(state, model, grads)


def take_step(state: Any, model: Any, grads: Any, failed: Tensor | None = None) -> list[Leaf]:
    """What `update` does; returns the leaves of the arrays that were updated.

    With `failed`, one float32 number on a device, nothing is written unless it is 0, though the updates are counted all
    the same: nothing here waits for the device to say what it is.
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
        if len(groups) > 1:  # what raises in the second group must not do so after the first was updated
            for leaf, dx in zip(firsts, gradients, strict=True):
                leaf.rule.check(leaf.count + 1, dx)
        for group, x, dx in zip(groups, arrays, gradients, strict=True):
            _step(group, x, dx, failed)
            count = group[0][0].count + 1
            for leaf, _, _ in group:
                leaf.count = count
    return [leaf for leaf, _, _ in triples]


def _step(group: list[Triple], x: Arrays, dx: Arrays, failed: Tensor | None) -> None:
    leaf, array, _ = group[0]
    slots = _stacked([leaf.slots for leaf, _, _ in group])
    if failed is None:
        leaf.rule.step(leaf.count + 1, slots, x, dx)
    else:  # for arrays of the host, whose loss is on a device, it has to be waited for
        near = failed.to(dev=array.dev) if isinstance(array, Tensor) else collect(failed)
        leaf.rule.step_unless(near, leaf.count + 1, slots, x, dx)


def _paired(state: Any, model: Any, grads: Any) -> list[Triple]:
    """The leaves that have a gradient, each once; of an array that occurs twice, the sum of its gradients."""
    try:
        found = _by_parameter(state, model, grads) if type(grads) is Grads else _by_structure(state, model, grads)
    except TypeError as error:
        hint = ""
        if isinstance(grads, tuple) and len(grads) == 1 and not isinstance(model, tuple):
            hint = "; gradient(f, model) gives a tuple, with one gradient for each argument: take its [0]"
        raise TypeError(f"update: {error}{hint}") from None
    return [triple for triple in found.values() if not triple[0].frozen]


def _by_parameter(state: Any, model: Any, grads: Grads) -> dict[int, Triple]:
    held = grads._values  # by the identity of parameters: this is asked for each array of each update
    rows = beside(state, [("arrays", model)], Leaf, gaps=False)
    return {id(row[0]): (*row, gradient) for row in rows if (gradient := held.get(id(row[1]))) is not None}


def _by_structure(state: Any, model: Any, grads: Any) -> dict[int, Triple]:
    found: dict[int, Triple] = {}
    for row in beside(state, [("arrays", model), ("gradients", grads)], Leaf):
        leaf, array, gradient = row
        if type(gradient) is not Tensor and not isinstance(gradient, _ARRAYS):
            raise TypeError(f"expected the gradient of an array of shape {leaf.shape}, not {described(gradient)}")
        key = id(leaf)
        found[key] = (leaf, array, found[key][2] + gradient) if key in found else row
    return found


_ARRAYS = (Tensor, np.ndarray, np.generic)


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
        groups.setdefault((id(leaf.rule), _number(leaf.count), dtype, dev, given, there), []).append(triple)
    return list(groups.values())


def _number(count: Any) -> Any:
    """What tells counts apart; one that a program computes (`compile`) is the same only as itself."""
    return id(count) if isinstance(count, Tensor) else count


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
