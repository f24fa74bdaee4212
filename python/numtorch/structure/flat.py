"""The trained numbers of a model as one vector."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import numpy as np

from numtorch.structure.params import trained_leaves
from numtorch.structure.rebuild import fmap

T = TypeVar("T")


def destructure(model: T) -> tuple[Any, Callable[[Any], T]]:
    """The trained numbers of a model in one vector, and the way back.

    Parameters
    ----------
    model : nest of arrays
        A model with at least one trained array, all on one device.

    Returns
    -------
    flat : array, of shape (numbers,)
        Tensor or ndarray, as the model's arrays are.
    rebuild : callable
        Takes a vector of that shape and gives a model with its numbers; differentiable. What is not trained is shared
        with the original, tied arrays stay tied.

    Examples
    --------
    >>> import numpy as np
    >>> from numtorch import destructure
    >>> from numtorch.nn.layers import Dense
    >>> flat, rebuild = destructure(Dense(2, 3))
    >>> flat.shape
    (9,)
    >>> rebuild(np.ones(9, np.float32))(np.ones(2, np.float32))
    array([3., 3., 3.], dtype=float32)
    """
    arrays = trained_leaves(model)
    if not arrays:
        raise ValueError("destructure: the model has no trained arrays")
    ends = np.cumsum([array.size for array in arrays]).tolist()
    flat = np.concatenate([array.reshape(-1) for array in arrays])

    def rebuild(vector: Any) -> Any:
        if vector.shape != (ends[-1],):
            raise ValueError(f"rebuild: expected a vector of shape ({ends[-1]},), not {vector.shape}")
        parts = {
            id(array): vector[end - array.size : end].reshape(array.shape).astype(array.dtype, copy=False)
            for array, end in zip(arrays, ends, strict=True)
        }
        return fmap(lambda leaf: parts.get(id(leaf), leaf), model)

    return flat, rebuild
