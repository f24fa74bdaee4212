"""Text of Tensors: their values are copied to the host, which waits for the device."""

from __future__ import annotations

from typing import Any

import numpy as np

from numtorch import _core
from numtorch.functions.calls.arguments import Array, xp
from numtorch.functions.calls.registry import implements

__all__ = ["array2string", "array_repr", "array_str"]


@implements(np.array_repr)
def array_repr(
    arr: Array, max_line_width: int | None = None, precision: int | None = None, suppress_small: bool | None = None
) -> str:
    """NumPy's `array_repr` of the values, which waits for the device."""
    return np.array_repr(_core.collect(arr), max_line_width, precision, suppress_small)


@implements(np.array_str)
def array_str(
    a: Array, max_line_width: int | None = None, precision: int | None = None, suppress_small: bool | None = None
) -> str:
    """NumPy's `array_str` of the values, which waits for the device."""
    return np.array_str(_core.collect(a), max_line_width, precision, suppress_small)


@implements(np.array2string)
def array2string(
    a: Array,
    max_line_width: int | None = None,
    precision: int | None = None,
    suppress_small: bool | None = None,
    separator: str = " ",
    prefix: str = "",
    *,
    formatter: Any = None,
    threshold: int | None = None,
    edgeitems: int | None = None,
    sign: str | None = None,
    floatmode: str | None = None,
    suffix: str = "",
    legacy: Any = None,
) -> str:
    """NumPy's `array2string` of the values, which waits for the device."""
    text: str = xp.array2string(
        np.asarray(_core.collect(a)),
        max_line_width,
        precision,
        suppress_small,
        separator,
        prefix,
        formatter=formatter,
        threshold=threshold,
        edgeitems=edgeitems,
        sign=sign,
        floatmode=floatmode,
        suffix=suffix,
        legacy=legacy,
    )
    return text
