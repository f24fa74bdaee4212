"""Modules and classes of a user's, which hold Tensors too, and whose functions a function may call."""

from __future__ import annotations

import functools
import sys
import types
from collections.abc import Iterable, Iterator
from typing import Any

LIBRARIES = frozenset({"numpy", "numtorch", "scipy", "torch"}) | (sys.stdlib_module_names - {"__main__"})


@functools.lru_cache(maxsize=4096)
def is_users(module: str | None) -> bool:
    """Whether a module of that name is a user's own, and none that was installed."""
    if module is None or module.partition(".")[0] in LIBRARIES:
        return False
    file = getattr(sys.modules.get(module), "__file__", None) or ""
    return "site-packages" not in file and "dist-packages" not in file


def module_items(module: types.ModuleType, names: Iterable[str]) -> Iterator[tuple[str, Any]]:
    """What a user's module has under the names that a function speaks of."""
    if not is_users(module.__name__):
        return
    items = vars(module)
    for name in names:
        if name in items:
            yield name, items[name]


def class_items(kind: type) -> Iterator[tuple[str, Any]]:
    """What a user's class holds beside its functions."""
    if is_users(kind.__module__):
        for name, item in vars(kind).items():
            if not _is_special(name) and not callable(item) and not hasattr(type(item), "__get__"):
                yield name, item


def class_functions(kind: type) -> Iterator[types.FunctionType]:
    """The functions of a user's class, of its properties too."""
    if not is_users(kind.__module__):
        return
    for item in vars(kind).values():
        inner = getattr(item, "__func__", None) or getattr(item, "fget", None) or getattr(item, "func", None) or item
        if isinstance(inner, types.FunctionType):
            yield inner


def users_classes(kind: type) -> Iterator[type]:
    """A class and those that it is derived from, as far as they are a user's."""
    return (base for base in kind.__mro__ if is_users(base.__module__))


def _is_special(name: str) -> bool:
    return (name.startswith("__") and name.endswith("__")) or name == "_abc_impl"
