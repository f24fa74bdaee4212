"""`numpy.lib`: what of it is about arrays, and what is NumPy's own."""

import numpy.lib as _lib
from numpy.lib import (
    Arrayterator,
    NumpyVersion,
    add_docstring,
    add_newdoc,
    array_utils,
    format,
    mixins,
    npyio,
    tracemalloc_domain,
)

from numtorch.numpy import emath as scimath
from numtorch.numpy.lib import stride_tricks

__all__ = [
    "Arrayterator",
    "NumpyVersion",
    "add_docstring",
    "add_newdoc",
    "array_utils",
    "format",
    "mixins",
    "npyio",
    "scimath",
    "stride_tricks",
    "tracemalloc_domain",
]

if hasattr(_lib, "introspect"):  # since NumPy 2.1
    from numpy.lib import introspect

    __all__ += ["introspect"]
