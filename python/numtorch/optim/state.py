"""The state that a rule keeps for each array of a model, in a tree of the model's shape."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from numtorch import structure
from numtorch.optim.rule import Rule, Slots
from numtorch.structure import is_array, leaves, named, shadow, trained_leaves


class Leaf:
    """The state of one array: its rule, the arrays that the rule keeps, and the number of updates.

    Attributes
    ----------
    rule : Rule
        Which rule.
    slots : dict
        What it keeps: arrays by name.
    count : int
        How many updates the array had.
    frozen : bool
        Whether updates leave the array alone; see `freeze`.
    shape : tuple
        Of the array.
    """

    __slots__ = ("count", "frozen", "rule", "shape", "slots")

    def __init__(self, rule: Rule, slots: Slots, shape: tuple[int, ...]) -> None:
        self.rule = rule
        self.slots = slots
        self.shape = shape
        self.count = 0
        self.frozen = False

    def __repr__(self) -> str:
        frozen = ", frozen" if self.frozen else ""
        return f"Leaf({self.rule!r}, {self.shape}, {self.count} updates{frozen})"


def is_leaf(value: Any) -> bool:
    """Whether a part of a state tree is a `Leaf`."""
    return type(value) is Leaf


def is_trained(value: Any) -> bool:
    """Whether a part of a model is an array that can be trained."""
    return is_array(value) and value.dtype.kind in "fc"


def setup(rule: Rule, model: Any) -> Any:
    """What a rule keeps of each array of a model: a tree of the model's shape.

    Parameters
    ----------
    rule : Rule
        As ``Adam(1e-3)``, or ``chain(ClipNorm(1.0), Adam())``.
    model : nest of arrays
        Mappings, lists, tuples, dataclasses, functools.partial, plain objects, an array. Trained are the floating-point
        arrays in it, Tensors and ndarrays, but those that a class names in ``__buffers__``.

    Returns
    -------
    nest
        A `Leaf` instead of every array that is trained, None for everything else. An array that occurs twice has
        one leaf. `adjust`, `freeze` and `thaw` take the tree or a part of it.

    Raises
    ------
    TypeError
        This is not a rule; or it cannot train one of the arrays.
    ValueError
        There is nothing to train.

    Examples
    --------
    >>> import numpy as np
    >>> from numtorch.optim import Adam, setup
    >>> setup(Adam(), {"w": np.ones((2, 3)), "name": "first"})
    {'w': Leaf(Adam(eta=0.001, beta=(0.9, 0.999), epsilon=1e-08), (2, 3), 0 updates), 'name': None}
    """
    _check_rule(rule)
    left_out = untrained(model)

    def leaf(array: Any) -> Leaf | None:
        return None if id(array) in left_out else Leaf(rule, rule.init(array), array.shape)

    kept = shadow(leaf, model, is_trained, lambda part: part if callable(part) else None, shared=True, trained=False)
    if not any(True for _ in leaves_of(kept)):
        raise ValueError("setup: the model has no floating-point arrays to train")
    return kept


def _check_rule(rule: object) -> None:
    if isinstance(rule, type) and issubclass(rule, Rule):
        raise TypeError(f"setup: {rule.__name__} is a class; {rule.__name__}() is a rule")
    if not isinstance(rule, Rule):
        raise TypeError(f"setup: {type(rule).__name__} is not a rule; it comes first, as in setup(Adam(), model)")


def untrained(model: Any) -> dict[int, Any]:
    """The arrays that are not trained, by identity: what classes name in __buffers__, and what is frozen."""
    trained = {id(array) for array in trained_leaves(model)}
    return {id(array): array for array in leaves(model) if id(array) not in trained}


def leaves_of(state: Any) -> Iterator[Leaf]:
    """The leaves of a state tree or a part of it, in order, each once."""
    return leaves(state, is_leaf=is_leaf)


def named_leaves(state: Any) -> dict[str, Leaf]:
    """The leaves of a state tree by the names that `numtorch.state` gives to their arrays, each once."""
    return named(state, is_leaf)


def trained(state: Any, model: Any) -> list[Any]:
    """The arrays of a model that an update would change at present: neither state nor model has frozen them."""
    left_out = untrained(model)
    return [array for leaf, array in beside(state, model) if not leaf.frozen and id(array) not in left_out]


def beside(state: Any, model: Any) -> list[tuple[Leaf, Any]]:
    """The leaves of a state tree with the arrays of the model that they belong to, each once."""
    rows = structure.beside(state, [("arrays", model)], Leaf, gaps=False)
    return list({id(leaf): (leaf, array) for leaf, array in rows}.values())


def adjust(
    state: Any, eta: float | None = None, *, where: Callable[[Leaf], Any] | None = None, **hyperparameters: Any
) -> None:
    """Changes hyperparameters, in place, of a whole state tree or a part of it.

    Parameters
    ----------
    state : nest
        What `setup` returned, or a part of it, as ``state["encoder"]``.
    eta : float, optional
        Learning rate.
    where : callable, optional
        Which leaves: those that it is true of, as ``lambda leaf: len(leaf.shape) < 2``. By default all.
    **hyperparameters
        Others, by the names that the rule gives them; in a chain, of every rule that has one of that name.

    Raises
    ------
    TypeError
        A rule has no such hyperparameter. Then nothing is changed.
    ValueError
        `where` is true of no leaf.

    Examples
    --------
    >>> import numpy as np
    >>> from numtorch.optim import Momentum, adjust, setup
    >>> state = setup(Momentum(), {"a": np.ones(1), "b": np.ones(1)})
    >>> adjust(state, 0.1)
    >>> adjust(state["b"], rho=0.5)
    >>> state["a"].rule, state["b"].rule
    (Momentum(eta=0.1, rho=0.9), Momentum(eta=0.1, rho=0.5))

    Decay of the weights for matrices only:

    >>> from numtorch.optim import AdamW
    >>> state = setup(AdamW(lam=0.1), {"weight": np.ones((2, 2)), "bias": np.ones(2)})
    >>> adjust(state, lam=0.0, where=lambda leaf: len(leaf.shape) < 2)
    >>> state["weight"].rule.lam, state["bias"].rule.lam
    (0.1, 0.0)
    """
    changes = hyperparameters if eta is None else {"eta": eta, **hyperparameters}
    if not changes:
        raise TypeError("adjust: nothing to change; as in adjust(state, eta=0.1)")
    found = _found(state, "adjust")
    if where is not None:
        found = [leaf for leaf in found if where(leaf)]
        if not found:
            raise ValueError("adjust: where is true of no Leaf in this")
    _change_rules(found, lambda rule: rule.adjusted(changes))


def _change_rules(found: list[Leaf], change: Callable[[Rule], Rule]) -> None:
    """Leaves with one rule keep one rule, which is what lets them be updated together."""
    rules = {id(leaf.rule): leaf.rule for leaf in found}
    changed = {key: change(rule) for key, rule in rules.items()}
    for leaf in found:
        leaf.rule = changed[id(leaf.rule)]


def freeze(state: Any) -> None:
    """Leaves arrays alone from now on, in place: a whole state tree or a part of it.

    Parameters
    ----------
    state : nest
        What `setup` returned, or a part of it. What it keeps stays as it is, and the count of updates too.

    Examples
    --------
    >>> import numpy as np
    >>> from numtorch.optim import Descent, freeze, setup, thaw, update
    >>> model = {"a": np.ones(1), "b": np.ones(1)}
    >>> state = setup(Descent(0.5), model)
    >>> freeze(state["a"])
    >>> update(state, model, {"a": np.ones(1), "b": np.ones(1)})
    >>> model
    {'a': array([1.]), 'b': array([0.5])}
    >>> thaw(state)
    """
    for leaf in _found(state, "freeze"):
        leaf.frozen = True


def thaw(state: Any) -> None:
    """Ends what `freeze` began, in place: of a whole state tree or a part of it.

    Parameters
    ----------
    state : nest
        What `setup` returned, or a part of it.

    Examples
    --------
    >>> import numpy as np
    >>> from numtorch.optim import Descent, freeze, setup, thaw
    >>> state = setup(Descent(), np.ones(1))
    >>> freeze(state)
    >>> thaw(state)
    >>> state
    Leaf(Descent(eta=0.1), (1,), 0 updates)
    """
    for leaf in _found(state, "thaw"):
        leaf.frozen = False


def check_state(state: Any, model: Any, function: str) -> None:
    """TypeError if a state has nothing of a model's arrays, as a rule has not that was not set up."""
    if next(leaves_of(state), None) is None and (isinstance(state, Rule) or any(True for _ in trained_leaves(model))):
        raise TypeError(f"{function}: the state must be what setup(rule, model) returned, not {type(state).__name__}")


def _found(state: Any, what: str) -> list[Leaf]:
    found = list(leaves_of(state))
    if not found:
        raise TypeError(f"{what}: there is no Leaf in this; it takes what setup returned, or a part of it")
    return found
