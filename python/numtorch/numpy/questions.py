"""Questions about numbers, dtypes and arrays that have other answers than arrays: `finfo`, `isscalar` and the like."""

from __future__ import annotations

from typing import Any

import numpy as np

from numtorch._core import Tensor
from numtorch.functions.calls.arguments import xp

__all__ = ["finfo", "format_float_positional", "format_float_scientific", "iinfo", "isfortran", "isscalar"]


def _dtype_of(kind: Any) -> Any:
    return kind.dtype if isinstance(kind, Tensor) else kind


def _number(x: Any) -> Any:
    """NumPy's scalar for a 0-d Tensor, which waits for the device."""
    return x.dtype.type(x.item()) if isinstance(x, Tensor) else x


class _Limits(type):
    """A class whose instances are NumPy's: those of the class that it derives from."""

    def __instancecheck__(cls, instance: Any) -> bool:
        return isinstance(instance, cls.__mro__[1])


class finfo(np.finfo, metaclass=_Limits):
    """NumPy's `finfo` of a dtype, or of a Tensor's."""

    def __new__(cls, dtype: Any) -> np.finfo[Any]:  # type: ignore[misc]
        """NumPy's own object."""
        return np.finfo(_dtype_of(dtype))


class iinfo(np.iinfo, metaclass=_Limits):
    """NumPy's `iinfo` of a dtype, or of a Tensor's."""

    def __new__(cls, type: Any) -> np.iinfo[Any]:  # type: ignore[misc]
        """NumPy's own object."""
        return np.iinfo(_dtype_of(type))


def isscalar(element: Any) -> bool:
    """NumPy's `isscalar`: true of a 0-d Tensor that stands for a NumPy scalar, as sums and elements do."""
    return element.is_value if isinstance(element, Tensor) else np.isscalar(element)


def isfortran(a: Any) -> bool:
    """NumPy's `isfortran`: whether the elements lie in Fortran order and not in C order."""
    return bool(a.flags.fnc)


def format_float_positional(x: Any, *args: Any, **kwargs: Any) -> str:
    """NumPy's `format_float_positional`, which waits for the device."""
    text: str = xp.format_float_positional(_number(x), *args, **kwargs)
    return text


def format_float_scientific(x: Any, *args: Any, **kwargs: Any) -> str:
    """NumPy's `format_float_scientific`, which waits for the device."""
    text: str = xp.format_float_scientific(_number(x), *args, **kwargs)
    return text
