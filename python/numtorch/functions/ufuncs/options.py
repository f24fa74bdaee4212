"""The keywords of a ufunc's call, read as NumPy reads them and with its errors."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from numtorch._core import Tensor, tensor
from numtorch.functions.dtypes import BOOL
from numtorch.functions.dtypes.storage import cast


class Options(NamedTuple):
    """The keywords of a ufunc's call, in one form."""

    out: tuple[Any, ...]
    where: Any
    casting: str
    signature: Any
    gufunc: dict[str, Any]
    order: str


_GUFUNC_KEYWORDS = ("axes", "axis", "keepdims")


def read_options(function: np.ufunc, keywords: dict[str, Any]) -> Options:
    left = dict(keywords)
    out = left.pop("out", None)
    outs = (None,) * function.nout if out is None else out if isinstance(out, tuple) else (out,)
    if not all(x is None or isinstance(x, (Tensor, np.ndarray)) for x in outs):
        raise TypeError("return arrays must be of ArrayType")
    is_gufunc = function.signature is not None
    where = True if is_gufunc else left.pop("where", True)
    gufunc = {name: left.pop(name) for name in _GUFUNC_KEYWORDS if is_gufunc and name in left}
    casting = _read_choice(left, "casting", "same_kind", ("no", "equiv", "safe", "same_kind", "unsafe"))
    order = _read_choice(left, "order", "K", ("C", "F", "A", "K"))
    signature = _read_signature(function, left)
    left.pop("subok", None)
    if left:
        raise TypeError(f"{function.__name__}() got an unexpected keyword argument '{next(iter(left))}'")
    return Options(outs, where, casting, signature, gufunc, order)


def _read_choice(left: dict[str, Any], name: str, default: str, choices: tuple[str, ...]) -> str:
    chosen: str = left.pop(name, default)
    if chosen not in choices:
        last = ", or " if name == "order" else ", "  # NumPy's wording
        text = ", ".join(map(repr, choices[:-1])) + last + repr(choices[-1])
        raise ValueError(f"{name} must be one of {text} (got {chosen!r})")
    return chosen


def _read_signature(function: np.ufunc, left: dict[str, Any]) -> Any:
    signature = left.pop("signature", left.pop("sig", None))
    dtype = left.pop("dtype", None)
    if dtype is None:
        return tuple(signature) if isinstance(signature, list) else signature
    if signature is not None:
        raise TypeError("cannot specify both 'signature' and 'dtype'")
    return (None,) * function.nin + (np.dtype(dtype),) * function.nout


def read_mask(where: Any, dev: int) -> Tensor | None:
    """`where=` as a boolean Tensor; None if it is True.

    Of numbers and lists NumPy takes what is true in them; arrays must be boolean.
    """
    if where is True:
        return None
    mask = where if isinstance(where, Tensor) else tensor(bool(where) if where is None else where, dev=dev)
    if mask.dtype == BOOL:
        return mask
    is_scalar = where.is_value if isinstance(where, Tensor) else not isinstance(where, np.ndarray)
    if not is_scalar:
        raise TypeError(f"Cannot cast array data from {mask.dtype!r} to dtype('bool') according to the rule 'safe'")
    return cast(mask, BOOL)
