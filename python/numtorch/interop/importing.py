"""Something to do once a module is imported, by whomever; the module is not imported for it."""

from __future__ import annotations

import sys
import warnings
from collections.abc import Callable, Sequence
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec
from types import ModuleType
from typing import Any

__all__ = ["once_imported"]

Action = Callable[[], Any]


def _do(name: str, action: Action) -> None:
    """Calls `action`; a version of a library that Tensors do not fit into is imported all the same."""
    try:
        action()
    except (ImportError, AttributeError, KeyError, TypeError) as error:
        warnings.warn(f"numtorch: {name} does not take Tensors: {error}", RuntimeWarning, stacklevel=2)


def _then(spec: ModuleSpec, act: Callable[[], None]) -> None:
    """Makes the loader of `spec` call `act` after it has executed the module."""
    loader: Any = spec.loader
    execute = loader.exec_module

    def exec_module(module: ModuleType) -> None:
        del loader.exec_module
        execute(module)
        act()

    loader.exec_module = exec_module


class _Awaiting(MetaPathFinder):
    """Finds only the modules that somebody waits for, as the other finders do; one lookup in a dict for all others."""

    def __init__(self) -> None:
        self.actions: dict[str, Action] = {}

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if fullname not in self.actions:
            return None
        for finder in sys.meta_path:
            spec = None if finder is self else finder.find_spec(fullname, path, target)
            if spec is not None:
                if hasattr(spec.loader, "exec_module"):
                    _then(spec, lambda: self.act(fullname))
                return spec
        return None

    def act(self, name: str) -> None:
        action = self.actions.pop(name, None)
        if action is not None:
            _do(name, action)


_awaiting = _Awaiting()


def once_imported(name: str, action: Action) -> None:
    """Calls `action` now if the module `name` is imported, else right after it will have been."""
    if name in sys.modules:
        _do(name, action)
        return
    if _awaiting not in sys.meta_path:
        sys.meta_path.insert(0, _awaiting)
    _awaiting.actions[name] = action
