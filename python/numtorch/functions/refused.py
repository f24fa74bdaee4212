"""Functions of NumPy for what libtorch has no dtypes for: dates, text, records."""

from __future__ import annotations

from collections.abc import Iterator
from types import ModuleType

import numpy as np
import numpy._core.defchararray as char
import numpy._core.strings as strings

from numtorch.functions.calls.registry import Function, unsupported_because, unsupported_once_imported

__all__: list[str] = []


def _functions(module: ModuleType, name: str) -> Iterator[Function]:
    """Those that dispatch, the private ones too; `name` is the module that they say they are of."""
    return (f for f in vars(module).values() if isinstance(f, type(np.sum)) and f.__module__ == name)


unsupported_because(
    "libtorch has no dates",
    [np.busday_count, np.busday_offset, np.is_busday, np.datetime_as_string],
)
unsupported_because("libtorch has no arrays of text", _functions(strings, "numpy.strings"))
unsupported_because("libtorch has no arrays of text", _functions(char, "numpy.char"))
unsupported_once_imported("libtorch has no records", "numpy.lib.recfunctions")
