"""Attributes that NumPy scalars have and ndarrays lack, for the 0-d results that stand for scalars."""

from __future__ import annotations

import math
from collections.abc import Callable
from types import MethodType
from typing import Any

from numtorch._core import Tensor
from numtorch.functions.dtypes import FLOAT64

__all__: list[str] = []


class ScalarMethod:
    """A method, or a property, of those 0-d results alone whose NumPy scalar has it: of some kinds of dtypes."""

    def __init__(self, function: Callable[[Tensor], Any], kinds: str, is_property: bool = False) -> None:
        self.function = function
        self.kinds = kinds
        self.is_property = is_property
        self.__doc__ = function.__doc__

    def __set_name__(self, owner: type, name: str) -> None:
        raise TypeError(f"{name}: a ScalarMethod is attached to Tensor by name")

    def __get__(self, of: Tensor | None, owner: type | None = None) -> Any:
        if of is None:
            return self.function
        if not (of.is_value and of.dtype.kind in self.kinds):
            raise AttributeError(f"'{type(of).__name__}' object has no attribute '{self.function.__name__}'")
        return self.function(of) if self.is_property else MethodType(self.function, of)


def is_integer(self: Tensor, /) -> bool:
    """See `numpy.float64.is_integer`. Of a float it waits for the device."""
    return self.dtype.kind in "iu" or float(self).is_integer()


def as_integer_ratio(self: Tensor, /) -> tuple[int, int]:
    """See `numpy.float64.as_integer_ratio`. Waits for the device."""
    return float(self).as_integer_ratio()


def bit_count(self: Tensor, /) -> int:
    """See `numpy.int64.bit_count`. Waits for the device."""
    return int(self).bit_count()


def numerator(self: Tensor, /) -> Tensor:
    """See `numpy.int64.numerator`: the integer itself."""
    return self


def denominator(self: Tensor, /) -> int:
    """See `numpy.int64.denominator`: 1."""
    del self
    return 1


def hex(self: Tensor, /) -> str:
    """See `float.hex`. Waits for the device."""
    return float(self).hex()


def __trunc__(self: Tensor, /) -> int:
    """``math.trunc(x)`` of a 0-d result of float64, which alone of NumPy's scalars has it."""
    if not self.is_value or self.dtype != FLOAT64:
        raise TypeError(f"type {type(self).__name__} of {self.dtype} doesn't define __trunc__ method")
    return math.trunc(float(self))


def __floor__(self: Tensor, /) -> int:
    """``math.floor(x)``."""
    return math.floor(float(self))


def __ceil__(self: Tensor, /) -> int:
    """``math.ceil(x)``."""
    return math.ceil(float(self))


def attach() -> None:
    """Gives Tensor the names above."""
    for function, kinds in ((is_integer, "iuf"), (as_integer_ratio, "f"), (bit_count, "iu"), (hex, "f")):
        setattr(Tensor, function.__name__, ScalarMethod(function, kinds))
    for part in (numerator, denominator):
        setattr(Tensor, part.__name__, ScalarMethod(part, "iu", is_property=True))
    for special in (__trunc__, __floor__, __ceil__):
        setattr(Tensor, special.__name__, special)
