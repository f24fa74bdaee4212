"""Text of Tensors, and the functions of NumPy that only the host can answer."""

from __future__ import annotations

from typing import Any

import numpy as np

from numtorch import _core
from numtorch.functions.arguments import Array, xp
from numtorch.functions.registry import implements, unsupported_because

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


unsupported_because(
    "files are the host's; save what numtorch.collect returns",
    [np.save, np.savez, np.savez_compressed, np.savetxt],
)
unsupported_because(
    "files, text and iterators are the host's; make an ndarray and pass it to numtorch.tensor",
    [np.fromfile, np.fromstring, np.frombuffer, np.fromiter, np.loadtxt, np.genfromtxt],
)
unsupported_because(
    "libtorch has no dates",
    [np.busday_count, np.busday_offset, np.is_busday, np.datetime_as_string],
)
