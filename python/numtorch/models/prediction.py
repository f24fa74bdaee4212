"""What is in an image, by a model that classifies: the most probable classes and how probable they are."""

from __future__ import annotations

import operator
from collections.abc import Sequence
from functools import partial
from os import PathLike
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from numtorch._core import Tensor, collect, tensor
from numtorch.models.images import preprocess
from numtorch.models.residual import probabilities
from numtorch.nn.layers import Chain, Maxout, Parallel, while_testing
from numtorch.nn.softmax import softmax
from numtorch.structure import leaves

Labels = Sequence[str] | str | PathLike[str] | None


class Prediction(NamedTuple):
    """A class, by its label or else its number, and its probability."""

    label: int | str
    probability: float


def predict(
    model: Any, images: Any, k: int = 5, *, labels: Labels = None, scores: bool | None = None, **options: Any
) -> Any:
    """The k most probable classes of an image, the most probable first.

    Parameters
    ----------
    model : callable
        Takes images (N, C, H, W), returns a number for each class, (N, classes). It is in test mode meanwhile.
    images : array or list of arrays
        As for `preprocess`; ndarrays are taken to the model's device.
    k : int
        How many classes; all of them if there are fewer.
    labels : sequence of str, or path, optional
        The names of the classes, or a text file with one a line; without them classes have their numbers.
    scores : bool, optional
        Whether the model returns scores, of which `softmax` makes probabilities, or probabilities already. By default
        a Chain that ends in `softmax` returns probabilities, and everything else scores.
    **options
        size, crop, mean, std and interpolation, as of `preprocess`.

    Returns
    -------
    list of Prediction
        Of label and probability, which are a str or an int, and a float. For a batch or a list, a list of these.

    Raises
    ------
    ValueError
        `preprocess` refuses the images; the model returns another shape; there are not as many labels as classes;
        k is less than 1; or what are said to be probabilities are none.

    Examples
    --------
    >>> import numpy as np
    >>> from numtorch.models import predict
    >>> from numtorch.nn.layers import Chain, GlobalMeanPool, Flatten
    >>> image = np.zeros((64, 64, 3), np.uint8) + np.array([200, 40, 70], np.uint8)
    >>> colour = Chain(GlobalMeanPool(), Flatten())          # a score for each of red, green and blue
    >>> for label, probability in predict(colour, image, k=2, labels=["red", "green", "blue"]):
    ...     print(f"{label:6}{probability:.4f}")
    red   0.8183
    blue  0.1234
    """
    k = _count(k)
    names = _read(labels)
    one = not isinstance(images, list | tuple) and np.ndim(images) < 4
    x = _prepared(model, images, options)
    with while_testing(model):
        y = model(x)
    if np.ndim(y) != 2 or y.shape[0] != x.shape[0]:
        raise ValueError(
            f"predict: the model must return a number for each class, of the shape ({x.shape[0]}, classes), "
            f"not of {np.shape(y)}"
        )
    scores = not _ends_in_softmax(model) if scores is None else scores
    found = _probabilities(np.asarray(collect(y) if isinstance(y, Tensor) else y, np.float64), scores)
    if names is not None and len(names) != found.shape[1]:
        raise ValueError(f"predict: there are {len(names)} labels for {found.shape[1]} classes")
    best = np.argsort(-found, axis=1, kind="stable")[:, :k]
    predictions = [
        [Prediction(i if names is None else names[i], float(row[i])) for i in positions]
        for row, positions in zip(found, best.tolist(), strict=True)
    ]
    return predictions[0] if one else predictions


def classify(
    model: Any, images: Any, *, labels: Labels = None, scores: bool | None = None, **options: Any
) -> int | str | list[int | str]:
    """The most probable class of an image.

    Parameters
    ----------
    model, images, labels, scores, **options
        As of `predict`.

    Returns
    -------
    int or str
        The number of the class, or its label. For a batch or a list, a list of these.

    Examples
    --------
    >>> import numpy as np
    >>> from numtorch.models import classify
    >>> from numtorch.nn.layers import Chain, GlobalMeanPool, Flatten
    >>> colour = Chain(GlobalMeanPool(), Flatten())
    >>> black, blue = np.zeros((2, 256, 256, 3))
    >>> blue[..., 2] = 1
    >>> classify(colour, [black, blue], mean=0.5, std=0.5)
    [0, 2]
    """
    found = predict(model, images, 1, labels=labels, scores=scores, **options)
    return found[0].label if isinstance(found[0], Prediction) else [one[0].label for one in found]


def _count(k: Any) -> int:
    try:
        number = operator.index(k)
    except TypeError:
        number = 0
    if number < 1:
        raise ValueError(f"predict: k must be an int >= 1, not {k!r}")
    return number


def _read(labels: Labels) -> list[str] | None:
    """The labels, of a list or of the lines of a file."""
    if isinstance(labels, str | PathLike):
        return Path(labels).read_text(encoding="utf-8").rstrip("\n").split("\n")
    return None if labels is None else list(labels)


def _prepared(model: Any, images: Any, options: dict[str, Any]) -> Any:
    """Images preprocessed where the model is, in the dtype of its first array of floating-point numbers."""
    first = next((array for array in leaves(model) if array.dtype.kind == "f"), None)

    if isinstance(first, Tensor):
        several = isinstance(images, list | tuple)
        images = [_at(image, first.dev) for image in images] if several else _at(images, first.dev)
    x = preprocess(images, **options)
    return x if first is None or first.dtype == x.dtype else x.astype(first.dtype)


def _at(image: Any, dev: int) -> Any:
    return image if isinstance(image, Tensor) else tensor(np.asarray(image), dev=dev)


def _ends_in_softmax(part: Any) -> bool:
    if isinstance(part, Chain) and not isinstance(part, Parallel | Maxout):
        return len(part) > 0 and _ends_in_softmax(part[-1])
    if isinstance(part, partial):
        return _ends_in_softmax(part.func)
    return any(part is function or getattr(part, "act", None) is function for function in (softmax, probabilities))


def _probabilities(y: Any, scores: bool) -> Any:
    if scores:
        return softmax(y, axis=1)
    if np.min(y) < 0 or np.max(y) > 1:
        raise ValueError(
            f"predict: the model is said to return probabilities, but it returned numbers from {np.min(y):.4g} "
            f"to {np.max(y):.4g}; scores=True makes probabilities of them"
        )
    return y
