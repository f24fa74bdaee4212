"""Some of the observations: at random, evenly by class, all but a few, or windows of a series."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations
from typing import Any

import numpy as np

from numtorch._core import Tensor, collect
from numtorch.train.data import Rng, generator, getobs, nobs


def randobs(data: Any, n: int | None = None, rng: Rng = None) -> Any:
    """One observation at random, or `n` of them, each as likely every time.

    Examples
    --------
    >>> from numtorch.train import randobs
    >>> randobs("abcdef", 3, rng=0)
    ['f', 'd', 'd']
    """
    chosen = generator(rng).integers(0, nobs(data), size=n)
    return getobs(data, int(chosen) if n is None else chosen)


def _by_class(labels: Any) -> list[Any]:
    labels = collect(labels) if isinstance(labels, Tensor) else np.asarray(labels)
    return [np.flatnonzero(labels == label) for label in np.unique(labels)]


def oversample(data: Any, labels: Any, fraction: float = 1.0, shuffle: bool = True, rng: Rng = None) -> Any:
    """Repeats observations of rare classes, until each is at least `fraction` of the largest.

    Parameters
    ----------
    data
        As for `nobs`.
    labels : array or sequence
        The class of each observation.
    fraction : float
        From 0 to 1.
    shuffle : bool
        Whether they are mixed; if not, classes follow one another.
    rng : Generator or int, optional
        Which are repeated, and their order.

    Examples
    --------
    >>> import numpy as np
    >>> from numtorch.train import oversample
    >>> y = np.array([0, 0, 0, 1])
    >>> sorted(oversample(y, y, rng=0).tolist())
    [0, 0, 0, 1, 1, 1]
    """
    rng = generator(rng)
    classes = _by_class(labels)
    least = round(fraction * max(map(len, classes)))
    filled = [
        np.concatenate([*[members] * (max(least, len(members)) // len(members)), rng.permutation(members)])[
            : max(least, len(members))
        ]
        for members in classes
    ]
    return _chosen(data, filled, shuffle, rng)


def undersample(data: Any, labels: Any, shuffle: bool = True, rng: Rng = None) -> Any:
    """Leaves observations of frequent classes out, at random, until all are as rare as the rarest.

    Parameters
    ----------
    data, labels, shuffle, rng
        As for `oversample`.

    Examples
    --------
    >>> import numpy as np
    >>> from numtorch.train import undersample
    >>> y = np.array([0, 0, 0, 1])
    >>> sorted(undersample(y, y, rng=0).tolist())
    [0, 1]
    """
    rng = generator(rng)
    classes = _by_class(labels)
    most = min(map(len, classes))
    return _chosen(data, [rng.permutation(members)[:most] for members in classes], shuffle, rng)


def _chosen(data: Any, classes: list[Any], shuffle: bool, rng: np.random.Generator) -> Any:
    chosen = np.concatenate(classes)
    return getobs(data, rng.permutation(chosen) if shuffle else chosen)


def leavepout(data: Any, p: int = 1) -> Iterator[tuple[Any, Any]]:
    """For each choice of `p` observations: the others, and these.

    Examples
    --------
    >>> from numtorch.train import leavepout
    >>> list(leavepout("abc"))
    [(['b', 'c'], ['a']), (['a', 'c'], ['b']), (['a', 'b'], ['c'])]
    """
    count = nobs(data)
    if not 1 <= p < count:
        raise ValueError(f"leavepout: from 1 to {count - 1} can be left out of {count}, not {p}")
    for out in combinations(range(count), p):
        yield getobs(data, np.delete(np.arange(count), out)), getobs(data, np.array(out))


def slidingwindow(data: Any, size: int, stride: int = 1) -> list[Any]:
    """Parts of `size` observations that follow one another, each `stride` after the one before; views of arrays.

    Examples
    --------
    >>> import numpy as np
    >>> from numtorch.train import slidingwindow
    >>> slidingwindow(np.arange(5), 3)
    [array([0, 1, 2]), array([1, 2, 3]), array([2, 3, 4])]
    """
    if size < 1 or stride < 1:
        raise ValueError(f"slidingwindow: size and stride must be positive, not {size} and {stride}")
    return [getobs(data, slice(i, i + size)) for i in range(0, nobs(data) - size + 1, stride)]
