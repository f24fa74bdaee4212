"""Classes as vectors with a single one, and back: the largest number, or the few largest."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from numtorch import kernels as aten
from numtorch._core import Tensor
from numtorch.functions.calls.knowing import happens
from numtorch.nn.dispatch import Array, ArrayT, integer, joined

__all__ = ["onecold", "onehot", "topk"]


def onehot(labels: Array, classes: int | Sequence[Any], *, axis: int = 1, dtype: Any = np.bool_) -> Any:
    """Each label as a vector, along a new axis, that is one at its class and zero elsewhere.

    Parameters
    ----------
    labels : array
        Integers from 0; or any of `classes`, if those are given.
    classes : int or sequence
        How many classes there are, or what they are.
    axis : int
        Where the axis of the classes goes, as in the losses; of a single label it is the only one.
    dtype : dtype
        bool takes the least memory, and what it meets keeps its precision.

    Returns
    -------
    array
        With one axis more than `labels`.

    Raises
    ------
    ValueError
        A label is none of the classes. Integers in a Tensor on a GPU are not looked at: such a label gives zeros.

    Examples
    --------
    >>> import numpy as np
    >>> from numtorch.nn import onehot
    >>> onehot(np.array([2, 0]), 3, dtype=int)
    array([[0, 0, 1],
           [1, 0, 0]])
    >>> onehot("b", "abc")
    array([False,  True, False])
    """
    axis = axis if np.ndim(labels) else 0
    if not isinstance(classes, int | np.integer):
        if not hasattr(classes, "__len__"):
            raise TypeError(f"onehot: classes must be their number or a sequence of them, not {classes!r}")
        labels = _numbers(labels, classes)
        classes = len(classes)
    classes = integer("onehot", "classes", classes, 0)
    numbers = labels if isinstance(labels, Tensor) else np.asarray(labels)
    if numbers.dtype.kind not in "iu":
        raise TypeError(f"onehot: labels must be integers from 0 to {classes - 1}, not {numbers.dtype}")
    if not isinstance(numbers, Tensor):
        indices: Any = np.arange(classes)
    else:
        indices = aten.arange(classes, dtype=numbers.dtype, device=numbers.dev)
    if numbers.size and (not isinstance(numbers, Tensor) or numbers.dev < 0):
        if happens((numbers < 0) | (numbers >= classes)):
            low, high = int(np.min(numbers)), int(np.max(numbers))
            raise ValueError(f"onehot: labels must be from 0 to {classes - 1}, not from {low} to {high}")
    return np.moveaxis(numbers[..., None] == indices, -1, axis).astype(dtype)


def _numbers(labels: Array, classes: Sequence[Any]) -> Any:
    """The indices of the labels among the classes."""
    if isinstance(labels, Tensor):
        known = joined(np.asarray(classes), labels)
        found = labels[..., None] == known
        if labels.dev < 0 and happens(~np.any(found, axis=-1)):
            raise ValueError(f"onehot: a label is none of the classes {list(classes)!r}")
        return np.argmax(found, axis=-1)
    index = {label: i for i, label in enumerate(classes)}
    labels = np.asarray(labels)
    try:
        return np.array([index[label] for label in labels.reshape(-1).tolist()], np.int64).reshape(labels.shape)
    except KeyError as error:
        raise ValueError(f"onehot: {error.args[0]!r} is none of the classes {list(classes)!r}") from None


def onecold(y: Array, labels: Sequence[Any] | None = None, *, axis: int = 1) -> Any:
    """The class with the largest number: the inverse of `onehot`, and what probabilities or logits decide for.

    Parameters
    ----------
    y : array
    labels : sequence, optional
        What the classes are, to be returned instead of their numbers. For a Tensor they must be numbers.
    axis : int
        The axis of the classes; of a vector, its only one.

    Returns
    -------
    array
        Without that axis.

    Examples
    --------
    >>> import numpy as np
    >>> from numtorch.nn import onecold
    >>> onecold(np.array([[0.1, 0.7, 0.2], [0.5, 0.2, 0.3]]))
    array([1, 0])
    >>> onecold(np.array([[0.1, 0.7, 0.2], [0.5, 0.2, 0.3]]), "abc")
    array(['b', 'a'], dtype='<U1')
    """
    y = y if isinstance(y, Tensor) else np.asarray(y)
    axis = axis if y.ndim > 1 else 0
    if y.dtype.kind == "b":
        y = y.astype(np.uint8)
    numbers = np.argmax(y, axis=axis)
    if labels is None:
        return numbers
    known = np.array(list(labels))
    if len(known) != y.shape[axis]:
        raise ValueError(f"onecold: labels must be {y.shape[axis]}, one for each class, not {len(known)}")
    if isinstance(y, Tensor) and known.dtype.kind not in "biufc":
        raise TypeError(f"onecold: labels of a Tensor must be numbers, not {known.dtype}")
    return (joined(known, y) if isinstance(y, Tensor) else known)[numbers]


def topk(x: ArrayT, k: int, *, axis: int = -1, largest: bool = True) -> tuple[ArrayT, ArrayT]:
    """The `k` largest numbers, the largest first, and where they are.

    Parameters
    ----------
    x : array
    k : int
        At most the length of the axis.
    axis : int
        Along which axis.
    largest : bool
        If not, the smallest ones, the smallest first.

    Returns
    -------
    values, indices : arrays, of length k along the axis
        Which of equal numbers is taken, and their order, is not said.

    Examples
    --------
    >>> import numpy as np
    >>> from numtorch.nn import topk
    >>> topk(np.array([3.0, 9.0, 5.0]), 2)
    (array([9., 5.]), array([1, 2]))
    """
    numbers: Any = x if isinstance(x, Tensor) else np.asarray(x)
    length = numbers.shape[axis] if -numbers.ndim <= axis < numbers.ndim else None
    if length is None or isinstance(k, bool) or not isinstance(k, int | np.integer) or not 0 <= k <= length:
        raise ValueError(f"topk: k must be from 0 to the length of axis {axis} of shape {numbers.shape}, not {k!r}")
    if numbers.dtype.kind not in "biuf":
        raise TypeError(f"topk: takes real numbers, not {numbers.dtype}")
    if isinstance(numbers, Tensor):
        return aten.topk(numbers, k, axis, largest)
    order = np.argsort(numbers, axis=axis)
    indices: Any = np.take(np.flip(order, axis) if largest else order, np.arange(k), axis=axis)
    values: Any = np.take_along_axis(numbers, indices, axis)
    return values, indices
