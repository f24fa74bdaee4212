"""Models in other floating-point dtypes."""

from __future__ import annotations

from typing import Any, TypeVar

import numpy as np

from numtorch.structure.parts import is_array
from numtorch.structure.rebuild import fmap

T = TypeVar("T")
_COMPLEX = {"float16": "complex64", "float32": "complex64", "float64": "complex128"}


def f16(model: T) -> T:
    """The same model in float16: a copy, whose norm layers (classes with `__single__`) are in float32.

    Parameters
    ----------
    model : nest of arrays
        Integers in it stay as they are; complex numbers become complex64.

    Returns
    -------
    nest

    Examples
    --------
    >>> from numtorch import f16
    >>> from numtorch.nn.layers import Dense
    >>> f16(Dense(2, 3)).weight.dtype
    dtype('float16')
    """
    return _cast(model, "float16")


def f32(model: T) -> T:
    """The same model in float32: a copy.

    Parameters
    ----------
    model : nest of arrays
        Integers in it stay as they are; complex numbers become complex64.

    Returns
    -------
    nest

    Examples
    --------
    >>> import numpy as np
    >>> from numtorch import f32
    >>> f32([np.ones(2, "float16"), np.arange(2)])
    [array([1., 1.], dtype=float32), array([0, 1])]
    """
    return _cast(model, "float32")


def f64(model: T) -> T:
    """The same model in float64: a copy.

    Parameters
    ----------
    model : nest of arrays
        Integers in it stay as they are; complex numbers become complex128.

    Returns
    -------
    nest

    Examples
    --------
    >>> import numpy as np
    >>> from numtorch import f64
    >>> f64([np.ones(2, "float16"), np.arange(2)])
    [array([1., 1.]), array([0, 1])]
    """
    return _cast(model, "float64")


def _cast(model: Any, dtype: str) -> Any:
    def cast(leaf: Any) -> Any:
        if not is_array(leaf):
            return _cast(leaf, "float32")
        if leaf.dtype.kind not in "fc":
            return leaf
        return leaf.astype(np.dtype(dtype if leaf.dtype.kind == "f" else _COMPLEX[dtype]))

    def is_leaf(value: Any) -> bool:
        return is_array(value) or (dtype == "float16" and getattr(type(value), "__single__", False) is True)

    return fmap(cast, model, is_leaf=is_leaf)
