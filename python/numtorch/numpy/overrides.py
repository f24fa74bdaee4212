"""Classes that answer NumPy's functions themselves: how this namespace asks them.

NumPy asks the classes of the arguments of its own functions and ufuncs. Here the namespace does it, with the objects
that the class knows: a class written with ``import numtorch.numpy as np`` compares with ``np.add`` and ``np.sum`` of
this namespace, one written with NumPy with NumPy's. Either finds both in a dict: they are equal, and hash alike.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import update_wrapper
from types import FunctionType, ModuleType
from typing import Any
from weakref import WeakKeyDictionary

import numpy as np

from numtorch import _core
from numtorch._core import Function, Tensor, tensor

__all__ = ["answers_ufuncs", "given", "is_for_numpy", "publish", "publish_ufuncs", "ufunc_answer"]

NAMESPACE = __package__
DISPATCHER = type(np.sum)

# ---- Which objects a class knows ----

_knows: WeakKeyDictionary[type, bool] = WeakKeyDictionary()


def _names(method: Any) -> dict[str, Any]:
    """The names that the module (or the script) of a method has."""
    return getattr(getattr(method, "__func__", method), "__globals__", {})


def knows_namespace(cls: type, protocol: str) -> bool:
    """Whether the class's method was written where this namespace, or a function of it, is imported."""
    known = _knows.get(cls)
    if known is None:
        own = sys.modules[NAMESPACE]
        known = _knows[cls] = any(
            value is own or isinstance(value, Function) for value in list(_names(getattr(cls, protocol)).values())
        )
    return known


# ---- Functions ----


def _among(arguments: Iterable[Any]) -> Iterator[Any]:
    for x in arguments:
        if type(x) in (list, tuple):
            yield from x
        else:
            yield x


def _answers_functions(x: Any) -> bool:
    method = getattr(type(x), "__array_function__", None)
    return method is not None and method not in (np.ndarray.__array_function__, Tensor.__array_function__)


def _ordered(arguments: Iterable[Any]) -> list[Any]:
    """One argument of each class that answers functions, subclasses before the classes that they derive from."""
    found: list[Any] = []
    for x in arguments:
        if _answers_functions(x) and all(type(x) is not type(other) for other in found):
            position = next((i for i, other in enumerate(found) if isinstance(x, type(other))), len(found))
            found.insert(position, x)
    return found


def is_for_numpy(arguments: Sequence[Any]) -> bool:
    """No Tensor, and arrays that none can stand for: with a mask, which NumPy keeps, or of objects or texts."""
    return any(map(_is_numpys, arguments)) and not any(isinstance(x, Tensor) for x in arguments)


def _is_numpys(x: Any) -> bool:
    return isinstance(x, np.ma.MaskedArray) or (isinstance(x, np.ndarray) and x.dtype not in _core.dtypes)


def given(result: Any) -> Any:
    """What NumPy gives, with Tensors for those of its arrays that one can stand for."""
    if type(result) in (list, tuple):
        return type(result)(map(given, result))
    if type(result) is np.ndarray and result.dtype in _core.dtypes:
        return tensor(result, copy=False)
    return result


def _is_beyond(x: Any) -> bool:
    """Whether it is, or a list of, what no Tensor can hold."""
    if not isinstance(x, (list, tuple, np.ndarray, np.generic)):
        return False
    try:
        return np.asarray(x).dtype not in _core.dtypes
    except ValueError:
        return False


def take_over(of_numpy: Any, args: tuple[Any, ...], keywords: dict[str, Any]) -> Any:
    """NumPy's answer to a call without Tensors that ours refused, of lists of texts; masks would be lost."""
    arguments = (*args, *keywords.values())
    masked = any(isinstance(x, np.ma.MaskedArray) for x in _among(arguments))
    if masked or not any(map(_is_beyond, arguments)):
        return NotImplemented
    try:
        return given(of_numpy(*args, **keywords))
    except Exception:
        return NotImplemented


def ask(function: Any, args: tuple[Any, ...], keywords: dict[str, Any]) -> Any:
    """What the classes of the arguments say to a call of the namespace's function; NotImplemented if none answers."""
    of_numpy = function.of_numpy
    if type(of_numpy) is not DISPATCHER:
        return _ask_like(function, args, keywords)
    arguments = list(_among((*args, *keywords.values())))
    asked = _ordered(arguments)
    if not asked:
        # NumPy's functions of lists, such as concatenate, lose the masks in them: those are refused.
        direct = [x for x in (*args, *keywords.values()) if isinstance(x, np.ndarray)]
        plain = [x for x in arguments if not isinstance(x, np.ma.MaskedArray)]
        return given(of_numpy(*args, **keywords)) if is_for_numpy([*direct, *plain]) else NotImplemented
    return _ask_in_turn(function, asked, arguments, args, keywords)


def _ask_like(function: Any, args: tuple[Any, ...], keywords: dict[str, Any]) -> Any:
    """A function that makes an array asks the class of ``like=`` alone."""
    like = keywords.get("like")
    if not _answers_functions(like):
        return NotImplemented
    others = {name: value for name, value in keywords.items() if name != "like"}
    return _ask_in_turn(function, [like], [like], args, others)


def _ask_in_turn(
    function: Any, asked: list[Any], arguments: list[Any], args: tuple[Any, ...], keywords: dict[str, Any]
) -> Any:
    types = tuple(dict.fromkeys(type(x) for x in arguments if hasattr(type(x), "__array_function__")))
    for x in asked:
        known = function if knows_namespace(type(x), "__array_function__") else function.of_numpy
        answer = type(x).__array_function__(x, known, types, args, keywords)
        if answer is not NotImplemented:
            return answer
    raise TypeError(
        f"no implementation found for '{function.__module__}.{function.__name__}' on types that implement "
        f"__array_function__: {list(types)}"
    )


# ---- Ufuncs ----

_ufuncs: dict[np.ufunc, Any] = {}


def answers_ufuncs(x: Any) -> bool:
    """Whether the class of `x` answers ufuncs itself."""
    method = getattr(type(x), "__array_ufunc__", None)
    return method is not None and method not in (np.ndarray.__array_ufunc__, Tensor.__array_ufunc__)


def ufunc_answer(function: np.ufunc, method: str, inputs: tuple[Any, ...], keywords: dict[str, Any] | None) -> Any:
    """What the first class that knows this namespace's ufunc says; NotImplemented where NumPy is to ask."""
    known = _ufuncs.get(function)
    if known is None:
        return NotImplemented
    outputs = (keywords or {}).get("out") or ()
    for x in (*inputs, *(outputs if isinstance(outputs, tuple) else (outputs,))):
        if answers_ufuncs(x) and knows_namespace(type(x), "__array_ufunc__"):
            answer = type(x).__array_ufunc__(x, known, method, *inputs, **(keywords or {}))
            if answer is not NotImplemented:
                return answer
    return NotImplemented


# ---- The namespace ----


def _asking(name: str, handler: Callable[..., Any], module: ModuleType, of_numpy: ModuleType) -> Any:
    """`handler` as the namespace's function of that name, which asks first."""
    theirs = getattr(of_numpy, name, None)
    binds = isinstance(theirs, (FunctionType, DISPATCHER))
    function: Any = _core.asking(handler, theirs, binds)
    update_wrapper(function, handler)
    function.__name__ = function.__qualname__ = name
    if handler.__module__.startswith("numtorch"):  # NumPy's own, with its docstring, stay its own
        function.__module__ = module.__name__
    return function


def publish(module: ModuleType, of_numpy: ModuleType) -> None:
    """Puts functions that ask first instead of the module's plain ones."""
    for name in module.__all__:
        member = getattr(module, name)
        if isinstance(member, FunctionType) and member is not getattr(of_numpy, name, None):
            setattr(module, name, _asking(name, member, module, of_numpy))


def publish_ufuncs(ufuncs: Iterable[tuple[np.ufunc, Any]]) -> None:
    """Makes these the ufuncs of the namespace, which `ufunc_answer` knows."""
    _ufuncs.update(ufuncs)
    _core.set_asking(ask, ufunc_answer, take_over)
