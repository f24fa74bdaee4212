"""Which of NumPy's array functions Tensors answer, which they do not, and why."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable
from typing import Any, TypeVar, cast

import numpy as np

from numtorch import _core
from numtorch._core import Kernel
from numtorch.functions.calls.host_loops import hosted

__all__ = [
    "directly",
    "handled",
    "implements",
    "implements_like",
    "named",
    "unsupported",
    "unsupported_because",
    "unsupported_once_imported",
]

Function = Callable[..., Any]
Handler = TypeVar("Handler", bound=Function)

_handled: dict[Function, Function] = {}
_unsupported: dict[Function, str] = {}
_awaited: dict[str, str] = {}


def named(*names: str, module: Any = np) -> tuple[Function, ...]:
    """Those of the functions of `module` that the installed NumPy has: some came after 2.0."""
    return tuple(getattr(module, name) for name in names if hasattr(module, name))


def implements(*functions: Function) -> Callable[[Handler], Handler]:
    """
    Makes the decorated function what `functions` of NumPy do when an argument is a Tensor.

    It receives exactly the arguments that the user passed, so its signature must be NumPy's. On the CPU NumPy's own
    loop comes before it, where that is the faster one (`host_loops`).
    """

    def register(kernels: Handler) -> Handler:
        handler = cast(Handler, hosted(functions[0], kernels)) if functions else kernels
        for function in functions:
            _handled[function] = handler
            _core.register_function(function, handler)
        return handler

    return register


def implements_like(*functions: Function) -> Callable[[Handler], Handler]:
    """The same for functions that make an array: the handler receives the Tensor given as ``like=``, too."""

    def register(handler: Handler) -> Handler:
        for function in functions:
            _handled[function] = handler
            _core.register_function(function, handler, True)
        return handler

    return register


def directly(ran: Kernel, dtypes: Iterable[np.dtype[Any]], *functions: Function, limit: int = 0) -> None:
    """Makes ``f(t)``, with one Tensor of these dtypes and nothing else, a call of the kernel, without leaving C++.

    For a kernel of two Tensors, ``f(v, w)`` with two vectors of one length and dtype. `limit`, if not 0, is the number
    of elements above which the handler knows something faster on the CPU.
    """
    for function in functions:
        _core.register_direct(function, ran, tuple(dtypes), limit)


def unsupported_because(reason: str, functions: Iterable[Function]) -> None:
    """Makes `functions` raise a TypeError with `reason` when an argument is a Tensor."""
    for function in functions:
        _unsupported[function] = reason
        _core.register_function(function, reason)


def unsupported_once_imported(reason: str, *modules: str) -> None:
    """The same for all functions of `modules` that nothing has to import: that would take long, and few need them.

    Until they are registered NumPy refuses in its own words, which do not say why.
    """
    _awaited.update(dict.fromkeys(modules, reason))
    _register_imported()


def _register_imported() -> None:
    for name in _awaited.keys() & sys.modules.keys():
        members = vars(sys.modules[name]).values()
        own = [f for f in members if isinstance(f, type(np.sum)) and f.__module__ == name and f not in _handled]
        unsupported_because(_awaited.pop(name), own)


def handled() -> dict[Function, Function]:
    """NumPy's functions that Tensors answer, with what answers them."""
    return dict(_handled)


def unsupported() -> dict[Function, str]:
    """NumPy's functions that Tensors refuse, with the reasons."""
    _register_imported()
    return dict(_unsupported)
