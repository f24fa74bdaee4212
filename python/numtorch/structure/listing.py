"""The contents of a nest: its parts, its leaves, its objects, and maps that are told where a leaf is."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Literal, overload

from numtorch.structure.parts import is_array, is_object, nature, parts
from numtorch.structure.rebuild import fmap
from numtorch.structure.walk import containers, leaves, walk


def children(value: Any) -> dict[Any, Any]:
    """What a nest holds directly, by keys, indices or names of attributes.

    Parameters
    ----------
    value : any
        A Mapping, list, tuple, functools.partial or plain object; of anything else there are none.

    Returns
    -------
    dict

    Examples
    --------
    >>> from numtorch import children
    >>> from numtorch.nn.layers import Dense
    >>> list(children(Dense(2, 3)))
    ['weight', 'bias', 'act']
    >>> children([1, "a"]), children(3)
    ({0: 1, 1: 'a'}, {})
    """
    return dict(parts(value))


def isleaf(value: Any) -> bool:
    """Whether a value holds nothing: arrays, numbers, functions, empty containers.

    Examples
    --------
    >>> import numpy as np
    >>> from numtorch import isleaf
    >>> isleaf(np.ones(3)), isleaf([np.ones(3)])
    (True, False)
    """
    return not parts(value)


def fleaves(tree: Any, is_leaf: Callable[[Any], bool] = is_array) -> list[Any]:
    """The leaves of a nest, in order, each once however often it occurs.

    Parameters
    ----------
    tree : nest of arrays
    is_leaf : callable
        What counts as a leaf; by default Tensors and ndarrays of numbers.

    Returns
    -------
    list

    Examples
    --------
    >>> import numpy as np
    >>> from numtorch import fleaves
    >>> w = np.ones(2)
    >>> fleaves({"a": w, "again": w, "b": [np.zeros(1), "text"]})
    [array([1., 1.]), array([0.])]
    """
    return list(leaves(tree, is_leaf))


def fcollect(tree: Any, exclude: Callable[[Any], bool] | None = None) -> list[Any]:
    """A nest and everything in it, the outer before the inner, containers and arrays each once.

    Parameters
    ----------
    tree : nest
    exclude : callable, optional
        Whether to leave a part out, with all that it holds.

    Returns
    -------
    list

    Examples
    --------
    >>> import numpy as np
    >>> from numtorch import fcollect
    >>> fcollect({"a": [1, "text"]}, exclude=lambda part: isinstance(part, str))
    [{'a': [1, 'text']}, [1, 'text'], 1]
    """
    found: list[Any] = []
    seen: set[int] = set()
    stack = [tree]
    while stack:
        value = stack.pop()
        held = [part for _, part in parts(value)]
        if exclude is not None and exclude(value):
            continue
        if held or is_array(value):
            if id(value) in seen:
                continue
            seen.add(id(value))
        found.append(value)
        stack.extend(reversed(held))
    return found


@overload
def modules(model: Any, path: Literal[False] = False) -> list[Any]: ...
@overload
def modules(model: Any, path: Literal[True]) -> dict[str, Any]: ...
def modules(model: Any, path: bool = False) -> Any:
    """The objects of a model: itself, its layers, and theirs, the outer before the inner, each once.

    Parameters
    ----------
    model : object or nest of objects
        Dicts, lists and tuples are looked into, but are not among the results.
    path : bool
        Whether to return them by the names that `state` begins with; the model itself is "".

    Returns
    -------
    list of objects, or dict

    Examples
    --------
    >>> import numpy as np
    >>> from numtorch import modules
    >>> from numtorch.nn.layers import Chain, Dense
    >>> model = Chain(Dense(2, 3), np.tanh, fc=Dense(3, 1))
    >>> list(modules(model, path=True))
    ['', '0', 'fc']
    >>> sum(np.sum(m.weight**2) for m in modules(model) if isinstance(m, Dense)) > 0
    np.True_
    """
    found = [
        (name, part)
        for name, part in containers(model)
        if is_object(part) and nature(type(part)).kind not in ("dict", "list", "tuple")
    ]
    return dict(found) if path else [part for _, part in found]


def fmap_with_path(
    f: Callable[[str, Any], Any],
    tree: Any,
    is_leaf: Callable[[Any], bool] = is_array,
    trained: bool = False,
) -> Any:
    """A copy of a nest with ``f(name, leaf)`` for its leaves: `fmap`, whose function is told where each leaf is.

    Parameters
    ----------
    f : callable
        Takes the dotted name, as `state` gives it, and the leaf. A leaf that occurs twice has the first of its names.
    tree : nest
        As of `fmap`.
    is_leaf : callable
        What counts as a leaf; by default Tensors and ndarrays of numbers.
    trained : bool
        Whether only what is trained is mapped.

    Returns
    -------
    nest

    Examples
    --------
    >>> import numpy as np
    >>> from numtorch import fmap_with_path
    >>> fmap_with_path(lambda name, x: x * 2 if name.endswith("bias") else x, {"fc": {"bias": np.ones(2)}})
    {'fc': {'bias': array([2., 2.])}}
    """
    names: dict[int, str] = {}
    for slot in walk(tree, is_leaf, once=True):
        names.setdefault(id(slot.value), slot.name)
    return fmap(lambda leaf: f(names.get(id(leaf), ""), leaf), tree, is_leaf=is_leaf, trained=trained)
