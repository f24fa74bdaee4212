"""The parts of nests: which values are containers, and what each of them holds.

Everything that takes a model asks here, so that all of them see the same. A container is a Mapping, list, tuple, deque,
functools.partial or an object with attributes; anything else is an atom. Atoms that hold arrays all the same, as
closures do, are refused: nothing is left out in silence.
"""

from __future__ import annotations

import enum
import functools
import types
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from numtorch._core import Tensor

Parts = list[tuple[Any, Any]]  # of a container: keys, indices or names of attributes, and what is there
FROZEN = "_frozen"
PLAIN = ("dict", "mapping", "list", "tuple")  # kinds of containers that keep nothing in attributes, as a rule
_METHODS = (types.MethodType, types.BuiltinFunctionType, types.MethodWrapperType)
_CONCEALING = (types.FunctionType, *_METHODS, set, frozenset, np.ndarray)
_ATOMS: tuple[type, ...] = (
    *(str, bytes, bytearray, int, float, complex, range, type, types.ModuleType, types.NoneType, enum.Enum),
    *(np.generic, np.dtype, np.ufunc, Tensor, *_CONCEALING),
)


def is_array(value: Any) -> bool:
    """Whether a value is a Tensor or an ndarray of numbers."""
    return isinstance(value, Tensor) or (isinstance(value, np.ndarray) and value.dtype.kind in "biufc")


def is_differentiable(value: Any) -> bool:
    """Whether a gradient with respect to this value makes sense: a floating-point array or number."""
    if isinstance(value, Tensor | np.ndarray | np.generic):
        return value.dtype.kind in "fc"
    return isinstance(value, float | complex)


# ---------------------------------------------------------------------------------------------------------- containers


class Attribute(str):
    """The name of an attribute of what has items too: a subclass of dict, say, or a functools.partial."""

    __slots__ = ()


class Nature(NamedTuple):
    """What a type says of its values."""

    kind: str  # atom, dict, mapping, list, tuple, partial or object
    parts: Callable[[Any], Parts]
    conceals: bool  # whether a value may hold what is none of its parts


def _nature(cls: type) -> Nature:
    if issubclass(cls, _ATOMS):
        return Nature("atom", _nothing, issubclass(cls, _CONCEALING))
    if issubclass(cls, dict):
        return Nature("dict", _of_dict if cls is dict else _of_dict_subclass, False)
    if issubclass(cls, Mapping):
        return Nature("mapping", _of_mapping, True)
    if issubclass(cls, list | tuple | deque):
        kind = "tuple" if issubclass(cls, tuple) else "list"
        return Nature(kind, of_sequence if cls in (list, tuple, deque) else _of_sequence_subclass, False)
    if issubclass(cls, functools.partial):
        return Nature("partial", _of_partial, False)
    if slot_names(cls):
        return Nature("object", _of_object, False)
    if any("__dict__" in vars(base) for base in cls.__mro__):
        return Nature("object", of_attributes, False)
    return Nature("atom", _nothing, False)


# Of a type, worked out once: walks ask for it at every value.
nature: Callable[[Any], Nature] = functools.lru_cache(maxsize=4096)(_nature)


def parts(value: Any) -> Parts:
    """What a container holds, with keys, indices or the names of attributes; nothing for an atom."""
    return nature(type(value)).parts(value)


def _nothing(value: Any) -> Parts:
    del value
    return []


def _of_dict(value: dict[Any, Any]) -> Parts:
    return list(value.items())


def _of_dict_subclass(value: dict[Any, Any]) -> Parts:
    return [*value.items(), *_attributes_too(value)]


def _of_mapping(value: Mapping[Any, Any]) -> Parts:
    return list(value.items())


def of_sequence(value: Sequence[Any]) -> Parts:
    return list(enumerate(value))


def _of_sequence_subclass(value: Sequence[Any]) -> Parts:
    return [*enumerate(value), *_attributes_too(value)]


def _of_partial(value: functools.partial[Any]) -> Parts:
    # Names such as __wrapped__ and __self__ say where a partial comes from, and are nothing that it holds.
    attributes = [(name, item) for name, item in _attributes_too(value) if not name.startswith("__")]
    return [("func", value.func), ("args", value.args), ("keywords", value.keywords), *attributes]


def of_attributes(value: Any) -> Parts:
    """Of an object without slots, as most are."""
    return list(value.__dict__.items())


def _of_object(value: Any) -> Parts:
    names = slot_names(type(value))
    held = getattr(value, "__dict__", None)
    found = [(name, getattr(value, name)) for name in names if hasattr(value, name)] if names else []
    return [*found, *held.items()] if held else found


def _attributes_too(value: Any) -> list[tuple[Attribute, Any]]:
    """The attributes of what has items too; not again what is both, as where `self.__dict__ = self`."""
    if getattr(value, "__dict__", None) is value:
        return []
    return [(Attribute(name), item) for name, item in _of_object(value)]


def _slot_names(cls: type) -> tuple[str, ...]:
    """The attributes that a class and its bases have `__slots__` for, by the names that they have outside the class."""
    found: dict[str, None] = {}
    for base in cls.__mro__:
        if "__slots__" in vars(base):
            members = [name for name, what in vars(base).items() if isinstance(what, types.MemberDescriptorType)]
            declared = [_mangled(name, base) for name in _as_tuple(vars(base)["__slots__"])]
            found.update(dict.fromkeys([name for name in declared if name in members]) | dict.fromkeys(members))
    return tuple(found)


slot_names: Callable[[Any], tuple[str, ...]] = functools.lru_cache(maxsize=4096)(_slot_names)


def _mangled(name: str, cls: type) -> str:
    hidden = name.startswith("__") and not name.endswith("__")
    return f"_{cls.__name__.lstrip('_')}{name}" if hidden else name


def _as_tuple(names: Any) -> tuple[str, ...]:
    return (names,) if isinstance(names, str) else tuple(names)


def fields(value: Any) -> dict[str, Any]:
    """The attributes of a value."""
    return {str(name): item for name, item in _attributes_too(value)} if is_object(value) else {}


def is_object(value: Any) -> bool:
    """Whether a value is an instance of somebody's class that keeps its state in attributes."""
    kind = nature(type(value)).kind
    return kind == "object" or (kind != "atom" and (hasattr(value, "__dict__") or bool(slot_names(type(value)))))


# ------------------------------------------------------------------------------------------------------ what is trained


def is_frozen(value: Any) -> bool:
    """Whether `freeze` marked this object."""
    return getattr(value, "__dict__", {}).get(FROZEN, False) is True


def holds_arrays(value: Any) -> bool:
    """Whether a value is an array, or a Mapping, list or tuple that holds one directly."""
    seen: set[int] = set()
    stack = [value]
    while stack:
        part = stack.pop()
        if is_array(part):
            return True
        found = nature(type(part))
        if found.kind in PLAIN and id(part) not in seen:
            seen.add(id(part))
            stack.extend(item for _, item in found.parts(part))
    return False


def buffer_names(value: Any) -> frozenset[str]:
    """The attributes that the class of an object names in `__buffers__`."""
    return frozenset(getattr(type(value), "__buffers__", ()))


def untrained(value: Any) -> frozenset[Any]:
    """The parts of a container that are not trained, by their keys: what its class names in `__buffers__`.

    In a frozen object all arrays; the objects that it holds have marks of their own.
    """
    buffers = buffer_names(value)
    if is_frozen(value):
        buffers |= {key for key, item in parts(value) if holds_arrays(item)}
    return buffers


def trained_parts(value: Any) -> Parts:
    """The parts of a container that are trained."""
    left_out = untrained(value)
    found = parts(value)
    return [(key, item) for key, item in found if key not in left_out] if left_out else found


# ---------------------------------------------------------------------------------------------------- what is concealed


def refuse_concealed(value: Any) -> None:
    """TypeError if a value holds arrays that are none of its parts, or makes them anew whenever it is asked."""
    if not nature(type(value)).conceals:
        return
    if isinstance(value, Mapping) and any(value[key] is not item and _any_array([item]) for key, item in parts(value)):
        raise TypeError(f"a {type(value).__name__} makes its arrays when it is asked for them; dict(...) keeps them")
    if concealed(value):
        what = f"a {type(value).__name__}" if isinstance(value, Mapping | set | frozenset | np.ndarray) else repr(value)
        raise TypeError(
            f"{what} holds arrays that a model's structure does not show; keep them in an object's attributes, "
            "a dict or a list, and give that object a __call__ method"
        )


def concealed(value: Any) -> bool:
    """Whether a value holds arrays that are none of its parts."""
    if isinstance(value, Mapping):
        shown = {id(array) for array in _arrays([item for _, item in parts(value)])} | {id(key) for key in value}
        return any(id(array) not in shown for array in _arrays(_behind(value)))
    return _any_array(_behind(value))


def _behind(value: Any) -> list[Any]:
    """What a value holds that is none of its parts."""
    if isinstance(value, types.FunctionType):
        cells = [cell.cell_contents for cell in value.__closure__ or () if _is_filled(cell)]
        return [*cells, *(value.__defaults__ or ()), *(value.__kwdefaults__ or {}).values(), *vars(value).values()]
    if isinstance(value, types.MethodType):
        return [value.__self__, value.__func__]
    if isinstance(value, _METHODS):  # of a list, as `losses.append`, the list's arrays are not here
        return [value.__self__] if is_array(value.__self__) else []
    if isinstance(value, set | frozenset):
        return list(value)
    if isinstance(value, np.ndarray):
        return value.reshape(-1).tolist() if value.dtype.kind == "O" else []
    return list(fields(value).values()) if isinstance(value, Mapping) else []


def _is_filled(cell: types.CellType) -> bool:
    try:
        cell.cell_contents  # noqa: B018
    except ValueError:
        return False
    return True


def _arrays(stack: list[Any]) -> Iterator[Any]:
    """The arrays that values hold in any way."""
    seen: dict[int, Any] = {}
    while stack:
        value = stack.pop()
        if id(value) in seen:
            continue
        seen[id(value)] = value
        if is_array(value):
            yield value
        else:
            found = nature(type(value))
            stack.extend(item for _, item in found.parts(value))
            stack.extend(_behind(value) if found.conceals else ())


def _any_array(stack: list[Any]) -> bool:
    return any(True for _ in _arrays(stack))
