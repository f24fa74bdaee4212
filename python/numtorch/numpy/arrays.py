"""`ndarray`: what is an array here, and not a value."""

from __future__ import annotations

from typing import Any

import numpy as np

from numtorch._core import Tensor, dtypes

__all__ = ["ndarray"]


class ArrayType(type):
    """The class of `ndarray`, which has Tensors for its instances without being their type."""

    def __call__(cls, *args: Any, **kwargs: Any) -> Any:
        if cls is not ndarray:
            return super().__call__(*args, **kwargs)
        dtype = args[1] if len(args) > 1 else kwargs.get("dtype", float)
        if isinstance(dtype, (int, np.integer)) or np.dtype(dtype) in dtypes:
            return Tensor(*args, **kwargs)
        return np.ndarray(*args, **kwargs)  # of objects, texts or dates, which no Tensor holds

    def __instancecheck__(cls, instance: Any) -> bool:
        if cls is not ndarray:
            return super().__instancecheck__(instance)
        return isinstance(instance, Tensor) and not instance.is_value

    def __subclasscheck__(cls, subclass: type) -> bool:
        return issubclass(subclass, Tensor) if cls is ndarray else super().__subclasscheck__(subclass)

    def __eq__(cls, other: object) -> bool:
        return other is cls or (cls is ndarray and other is Tensor)

    def __hash__(cls) -> int:
        return hash(Tensor) if cls is ndarray else super().__hash__()


class ndarray(Tensor, metaclass=ArrayType):
    """
    Tensor, for whom `isinstance` asks: a 0-d result that stands for a NumPy scalar is none.

    ``type(x) == ndarray`` holds for arrays; ``type(x) is ndarray`` does not, since the type is Tensor.

    Examples
    --------
    >>> import numtorch.numpy as np
    >>> x = np.ones(3)
    >>> isinstance(x, np.ndarray), isinstance(x[0], np.ndarray), isinstance(x[0, ...], np.ndarray)
    (True, False, True)
    >>> isinstance(x[0], np.float64), isinstance(x[0], float)
    (True, True)
    """
