"""Nests of arrays: models as dicts, lists, tuples, dataclasses and plain objects, mapped and listed leaf by leaf."""

from __future__ import annotations

import copy
import functools
import types
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from numtorch._core import Tensor

Leaf = Callable[[Any], Any]
_ATOMS = (str, bytes, bytearray, int, float, complex, type, types.ModuleType, np.generic, np.dtype, np.ufunc, range)
_METHODS = (types.MethodType,)
FROZEN = "_frozen"


def is_array(value: Any) -> bool:
    """Whether a value is a Tensor or an ndarray of numbers."""
    return isinstance(value, Tensor) or (isinstance(value, np.ndarray) and value.dtype.kind in "biufc")


def is_differentiable(value: Any) -> bool:
    """Whether a gradient with respect to this value makes sense: a floating-point array or number."""
    if isinstance(value, Tensor | np.ndarray | np.generic):
        return value.dtype.kind in "fc"
    return isinstance(value, float | complex)


def _identity(value: Any) -> Any:
    return value


def _slots(value: Any) -> list[str]:
    names = [name for cls in type(value).__mro__ for name in _as_tuple(cls.__dict__.get("__slots__", ()))]
    return [name for name in names if name not in ("__dict__", "__weakref__") and hasattr(value, name)]


def _as_tuple(names: Any) -> tuple[str, ...]:
    return (names,) if isinstance(names, str) else tuple(names)


def fields(value: Any) -> dict[str, Any]:
    """The attributes of a plain object."""
    fields = {name: getattr(value, name) for name in _slots(value)}
    fields.update(getattr(value, "__dict__", {}))
    return fields


def is_object(value: Any) -> bool:
    """Whether a value is an instance of somebody's class that keeps its state in attributes."""
    if isinstance(value, (*_ATOMS, *_METHODS, types.FunctionType, types.BuiltinFunctionType)) or value is None:
        return False
    return hasattr(value, "__dict__") or bool(_slots(value))


def is_frozen(value: Any) -> bool:
    """Whether `freeze` marked this object."""
    return getattr(value, "__dict__", {}).get(FROZEN, False) is True


def holds_arrays(value: Any) -> bool:
    """Whether a value is an array, or a dict, list or tuple that holds one directly."""
    if isinstance(value, Mapping):
        return any(holds_arrays(item) for item in value.values())
    return is_array(value) or (isinstance(value, list | tuple) and any(holds_arrays(item) for item in value))


def buffer_names(value: Any) -> frozenset[str]:
    """The attributes that the class of an object names in `__buffers__`."""
    return frozenset(getattr(type(value), "__buffers__", ()))


def untrained(value: Any) -> frozenset[str]:
    """The attributes of an object that are not trained: what its class names in `__buffers__`.

    In a frozen object all arrays; the objects that it holds have marks of their own.
    """
    buffers = buffer_names(value)
    if is_frozen(value):
        buffers |= {name for name, item in fields(value).items() if holds_arrays(item)}
    return buffers


def trained_fields(value: Any) -> dict[str, Any]:
    """The attributes of an object that are trained."""
    left_out = untrained(value)
    return {name: item for name, item in fields(value).items() if name not in left_out}


def _children(value: Any, fields: Callable[[Any], dict[str, Any]] = fields) -> Sequence[Any] | None:
    """What a container holds, in order; None for an atom. TypeError for what hides arrays beyond reach."""
    if isinstance(value, Mapping):
        return list(value.values())
    if isinstance(value, list | tuple):
        return value
    if isinstance(value, functools.partial):
        return [value.func, *value.args, *value.keywords.values()]
    if isinstance(value, types.FunctionType):
        _refuse_closure(value)
        return None
    if isinstance(value, types.MethodType):
        _refuse(value, [value.__self__])
        return None
    return list(fields(value).values()) if is_object(value) else None


def _refuse_closure(function: types.FunctionType) -> None:
    cells = [cell.cell_contents for cell in function.__closure__ or () if _is_filled(cell)]
    _refuse(function, [*cells, *(function.__defaults__ or ())])


def _is_filled(cell: types.CellType) -> bool:
    try:
        cell.cell_contents  # noqa: B018
    except ValueError:
        return False
    return True


def _refuse(function: Any, held: list[Any]) -> None:
    if any(is_array(part) for part in held) or any(is_array(leaf) for leaf in leaves(held)):
        raise TypeError(
            f"{function!r} holds arrays that a model's structure does not show; keep them in an object's attributes, "
            "a dict or a list, and give that object a __call__ method"
        )


def leaves(tree: Any, is_leaf: Callable[[Any], bool] = is_array, trained: bool = False) -> Iterator[Any]:
    """The leaves of a nest, in order, each array once however often it occurs; with `trained`, only trained ones.

    Examples
    --------
    >>> import numpy as np
    >>> from numtorch.structure import leaves
    >>> len(list(leaves({"a": np.ones(2), "b": [np.ones(3), "text"]})))
    2
    """
    seen: dict[int, Any] = {}
    stack = [tree]
    while stack:
        value = stack.pop()
        if id(value) in seen:
            continue
        if is_leaf(value):
            seen[id(value)] = value
            yield value
            continue
        children = _children(value, trained_fields if trained else fields)
        if children is not None:
            seen[id(value)] = value
            stack.extend(reversed(children))


class _Mapper:
    """One pass of `fmap`: what was made of which object, so that shared ones stay shared and cycles end."""

    def __init__(self, f: Leaf, is_leaf: Callable[[Any], bool], others: Leaf, shared: bool, trained: bool) -> None:
        self.f = f
        self.trained = trained
        self.is_leaf = is_leaf
        self.others = others
        self.shared = shared
        self.done: dict[int, tuple[Any, Any]] = {}  # the original too, so that no other object takes its id

    def __call__(self, value: Any) -> Any:
        if (self.shared or not self.is_leaf(value)) and id(value) in self.done:
            return self.done[id(value)][1]
        if self.is_leaf(value):
            return self.keep(value, self.f(value))
        if _children(value) is None:
            return self.others(value)
        return self.container(value)

    def keep(self, value: Any, result: Any) -> Any:
        self.done[id(value)] = (value, result)
        return result

    def container(self, value: Any) -> Any:
        if isinstance(value, tuple):
            return self.keep(value, rebuild_tuple(value, [self(item) for item in value]))
        if isinstance(value, functools.partial):
            args = [self(item) for item in value.args]
            keywords = {key: self(item) for key, item in value.keywords.items()}
            return self.keep(value, functools.partial(self(value.func), *args, **keywords))
        result = self.keep(value, copy.copy(value))
        if isinstance(value, list):
            result[:] = [self(item) for item in value]
        elif isinstance(value, Mapping):
            for key, item in value.items():
                result[key] = self(item)
        if is_object(value):
            kept = untrained(value) if self.trained else frozenset()
            for name, item in fields(value).items():
                object.__setattr__(result, name, self.others(item) if name in kept else self(item))
        return result


def rebuild_tuple(value: tuple[Any, ...], items: list[Any]) -> tuple[Any, ...]:
    """A tuple of the type of `value`, a named one too, with other items."""
    if type(value) is tuple:
        return tuple(items)
    make = getattr(type(value), "_make", None)
    return make(items) if make is not None else type(value)(items)


def fmap(
    f: Leaf,
    tree: Any,
    is_leaf: Callable[[Any], bool] = is_array,
    others: Leaf = _identity,
    shared: bool = True,
    trained: bool = False,
) -> Any:
    """A copy of a nest with `f` applied to its leaves.

    Parameters
    ----------
    f : callable
        Applied to each leaf.
    tree : nest
        Dicts, lists, tuples, namedtuples, dataclasses, functools.partial and plain objects, in any depth.
    is_leaf : callable
        What counts as a leaf; by default Tensors and ndarrays of numbers.
    others : callable
        Applied to everything else that is not a container; by default left as it is.
    shared : bool
        Whether a leaf that occurs twice is mapped once, so that it is shared in the result too.
    trained : bool
        Whether only what is trained is mapped: `others` is applied to whole attributes that a class names in
        `__buffers__`, and to those of frozen objects.

    Returns
    -------
    nest
        Containers keep their types; the original is not changed.

    Raises
    ------
    TypeError
        A function or method in the nest holds arrays that cannot be replaced.

    Examples
    --------
    >>> import numpy as np
    >>> from numtorch import fmap
    >>> fmap(lambda x: 2 * x, {"w": np.ones(2), "name": "layer"})
    {'w': array([2., 2.]), 'name': 'layer'}
    """
    return _Mapper(f, is_leaf, others, shared, trained)(tree)
