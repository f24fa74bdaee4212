"""`repr`, `str` and `format` of Tensors, as NumPy prints arrays."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from numtorch import _core

__all__ = ["array_format", "array_repr", "array_str"]


def _text(tensor: _core.Tensor, separator: str, prefix: str, suffix: str) -> str:
    """What `numpy.array2string` says of the whole array, having fetched no more than what is shown."""
    options = np.get_printoptions()
    if tensor.size <= options["threshold"]:
        return np.array2string(_host(tensor), separator=separator, prefix=prefix, suffix=suffix)
    corners = _core.summary(tensor, options["edgeitems"])
    return np.array2string(corners, separator=separator, prefix=prefix, suffix=suffix, threshold=0)


def _unknown(tensor: _core.Tensor) -> str:
    """What stands for values that are not known: inside vmap a Tensor has those of many samples."""
    return f"shape={tensor.shape}, dtype={tensor.dtype.name}, dev={tensor.dev}, values not known here"


def _host(tensor: _core.Tensor) -> NDArray[Any]:
    return np.asarray(_core.collect(tensor))


def array_repr(tensor: _core.Tensor) -> str:
    """
    `repr` of a Tensor: NumPy's of an ndarray, with dtype and dev always shown.

    Examples
    --------
    >>> import numpy as np
    >>> from numtorch import tensor
    >>> tensor(np.eye(2, dtype=np.float32))
    Tensor([[1., 0.],
            [0., 1.]], dtype=float32, dev=-1)
    """
    if _core.is_abstract(tensor):
        return f"{type(tensor).__name__}({_unknown(tensor)})"
    options = np.get_printoptions()
    override: Any = options.get("override_repr")
    if override is not None:
        return str(override(tensor))
    prefix = type(tensor).__name__ + "("
    text = prefix + _text(tensor, ", ", prefix, ")") + ","
    extras = [f"dtype={tensor.dtype.name}", f"dev={tensor.dev}"]
    if tensor.size > options["threshold"] or (tensor.size == 0 and tensor.shape != (0,)):
        extras.insert(0, f"shape={tensor.shape}")
    extra = ", ".join(extras) + ")"
    last_line = len(text) - (text.rfind("\n") + 1)
    fits = last_line + len(extra) + 1 <= options["linewidth"]
    return text + (" " if fits else "\n" + " " * len(prefix)) + extra


def array_str(tensor: _core.Tensor) -> str:
    """
    `str` of a Tensor: NumPy's of an ndarray with these values.

    Examples
    --------
    >>> from numtorch import tensor
    >>> print(tensor([1.0, 2.5]))
    [1.  2.5]
    """
    if _core.is_abstract(tensor):
        return f"<{_unknown(tensor)}>"
    if tensor.ndim == 0:
        return str(_host(tensor)[()])
    return _text(tensor, " ", "", "")


def array_format(tensor: _core.Tensor, spec: str) -> str:
    """
    `format` of a Tensor: of its scalar if it is 0-d, else `str` for an empty `spec`.

    Raises
    ------
    TypeError
        A `spec` for a Tensor that has axes.

    Examples
    --------
    >>> from numtorch import tensor
    >>> f"{tensor(2.5):.2f}"
    '2.50'
    """
    if spec:
        _core.require_values(tensor, "format()")
    if tensor.ndim == 0 and not _core.is_abstract(tensor):
        return format(_host(tensor)[()], spec)
    if not spec:
        return str(tensor)
    raise TypeError(f"unsupported format string passed to {type(tensor).__name__}.__format__")
