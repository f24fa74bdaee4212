"""Many matrices at a time: products, transposes, products with vectors. The last axes are those of the matrices."""

from __future__ import annotations

from typing import Any

import numpy as np

from numtorch._core import Tensor
from numtorch.nn.dispatch import Array, ArrayT, together

__all__ = ["batched_adjoint", "batched_mul", "batched_transpose", "batched_vec"]


def _matrices(function: str, argument: str, a: Any) -> Any:
    a = a if isinstance(a, Tensor) else np.asarray(a)
    if a.ndim < 2:
        raise ValueError(f"{function}: {argument} must have shape (..., rows, columns), not {a.shape}")
    return a


def batched_mul(a: ArrayT, b: Array) -> ArrayT:
    """The products of matrices, one by one: ``a[n] @ b[n]``.

    Parameters
    ----------
    a : array, shape (..., I, J)
    b : array, shape (..., J, K)
        The axes before the last two broadcast: one matrix goes with all of the other side.

    Returns
    -------
    array, shape (..., I, K)

    Examples
    --------
    >>> import numpy as np
    >>> from numtorch.nn import batched_mul
    >>> batched_mul(np.ones((5, 2, 3)), np.ones((3, 4))).shape
    (5, 2, 4)
    """
    _, (a, b) = together("batched_mul", _matrices("batched_mul", "a", a), _matrices("batched_mul", "b", b))
    if a.shape[-1] != b.shape[-2]:
        raise ValueError(f"batched_mul: b must have shape (..., {a.shape[-1]}, K), for a of {a.shape}, not {b.shape}")
    if any(n != m and 1 not in (n, m) for n, m in zip(a.shape[-3::-1], b.shape[-3::-1], strict=False)):
        raise ValueError(f"batched_mul: as many matrices in a as in b, or one, not shapes {a.shape} and {b.shape}")
    return a @ b


def batched_transpose(a: ArrayT) -> ArrayT:
    """Each matrix transposed: the last two axes are swapped.

    Examples
    --------
    >>> import numpy as np
    >>> from numtorch.nn import batched_transpose
    >>> batched_transpose(np.ones((5, 2, 3))).shape
    (5, 3, 2)
    """
    return _matrices("batched_transpose", "a", a).swapaxes(-1, -2)


def batched_adjoint(a: ArrayT) -> ArrayT:
    """Each matrix transposed, and its complex numbers conjugated.

    Examples
    --------
    >>> import numpy as np
    >>> from numtorch.nn import batched_adjoint
    >>> batched_adjoint(np.array([[[1j, 2.0]]]))
    array([[[0.-1.j],
            [2.-0.j]]])
    """
    return np.conj(_matrices("batched_adjoint", "a", a).swapaxes(-1, -2))


def batched_vec(a: ArrayT, x: Array) -> ArrayT:
    """The products of matrices with vectors, one by one: ``a[n] @ x[n]``.

    Parameters
    ----------
    a : array, shape (..., I, J)
    x : array, shape (..., J)
        A single vector goes with all matrices.

    Returns
    -------
    array, shape (..., I)

    Examples
    --------
    >>> import numpy as np
    >>> from numtorch.nn import batched_vec
    >>> batched_vec(np.ones((5, 2, 3)), np.ones((5, 3))).shape
    (5, 2)
    """
    _, (a, x) = together("batched_vec", _matrices("batched_vec", "a", a), x)
    if x.ndim < 1 or x.shape[-1] != a.shape[-1]:
        raise ValueError(f"batched_vec: x must have shape (..., {a.shape[-1]}), for a of {a.shape}, not {x.shape}")
    return batched_mul(a, x[..., None])[..., 0]
