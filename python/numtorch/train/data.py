"""Data along their first axis: how many observations there are, some of them, and parts of all."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Any

import numpy as np

from numtorch._core import Tensor
from numtorch.structure import rebuild_tuple

Rng = np.random.Generator | int | None


def generator(rng: Rng) -> np.random.Generator:
    """The generator given, or a new one from a seed."""
    return rng if isinstance(rng, np.random.Generator) else np.random.default_rng(rng)


def is_array(value: Any) -> bool:
    """Whether a value has observations along its first axis, and indices by arrays."""
    return isinstance(value, Tensor | np.ndarray)


class Lazy(Sequence[Any]):
    """A sequence whose items are made when they are asked for; a part of it is such a sequence too."""

    def item(self, i: int) -> Any:
        """The item with the number `i`, from 0 to ``len(self) - 1``."""
        raise NotImplementedError

    def part(self, index: Any) -> Any:
        """The items that a slice or an array of numbers chooses."""
        raise NotImplementedError

    def __getitem__(self, index: Any) -> Any:
        if isinstance(index, int | np.integer):
            count = len(self)
            if not -count <= index < count:
                raise IndexError(f"observation {index} of {count}")
            return self.item(int(index) % count)
        return self.part(index)

    def __repr__(self) -> str:
        return f"<{len(self)} observations>"


def nobs(data: Any) -> int:
    """The number of observations.

    Parameters
    ----------
    data : array, tuple or dict of data, or any sequence
        An array has one observation in each row; the parts of a tuple or dict belong together; anything else with
        a length and ``[i]`` has its items.

    Returns
    -------
    int

    Raises
    ------
    ValueError
        The parts differ in their number.

    Examples
    --------
    >>> import numpy as np
    >>> from numtorch.train import nobs
    >>> nobs((np.zeros((5, 2)), {"label": list("abcde")}))
    5
    """
    if is_array(data):
        if data.ndim == 0:
            raise ValueError("data: a 0-d array has no observations")
        return int(data.shape[0])
    if not isinstance(data, tuple | Mapping):
        return len(data)
    parts = list(data.values()) if isinstance(data, Mapping) else list(data)
    counts = [nobs(part) for part in parts]
    if not counts or len(set(counts)) > 1:
        raise ValueError(f"data: the parts have different numbers of observations: {counts}")
    return counts[0]


def getobs(data: Any, index: Any) -> Any:
    """Some observations: an array's rows, those of each part of a tuple or dict, or a list of a sequence's items.

    Of what `obsview`, `mapobs` and `joinobs` made, they are not made yet, but a sequence of that kind.

    Parameters
    ----------
    data
        As for `nobs`.
    index : int, slice or array of int
        Which.

    Examples
    --------
    >>> import numpy as np
    >>> from numtorch.train import getobs
    >>> getobs((np.arange(4) ** 2, "abcd"), np.array([3, 1]))
    (array([9, 1]), ['d', 'b'])
    """
    if is_array(data):
        return data[index]
    if isinstance(data, tuple):
        return rebuild_tuple(data, [getobs(part, index) for part in data])
    if isinstance(data, Mapping):
        return {key: getobs(part, index) for key, part in data.items()}
    if isinstance(data, Lazy):
        return data[index]
    if isinstance(index, int | np.integer):
        return data[int(index)]
    if isinstance(index, slice):
        index = range(*index.indices(len(data)))
    return [data[int(i)] for i in index]


def batch(items: Sequence[Any]) -> Any:
    """Observations stacked along a new first axis: numbers and arrays, or tuples and dicts of them, part by part.

    Parameters
    ----------
    items : sequence
        At least one observation; all of the same form. What is not made of numbers stays a list.

    Examples
    --------
    >>> import numpy as np
    >>> from numtorch.train import batch
    >>> batch([(np.zeros(2), 3), (np.ones(2), 4)])
    (array([[0., 0.],
           [1., 1.]]), array([3, 4]))
    """
    items = list(items)  # of a lazy sequence each is made once
    first = items[0]
    if isinstance(first, tuple):
        return rebuild_tuple(first, [batch(part) for part in zip(*items, strict=True)])
    if isinstance(first, Mapping):
        return {key: batch([item[key] for item in items]) for key in first}
    if isinstance(first, Tensor):
        return np.stack(list(items))
    if isinstance(first, np.ndarray | np.generic | int | float | complex):
        return np.stack([np.asarray(item) for item in items])
    return list(items)


def unbatch(data: Any) -> list[Any]:
    """The observations one by one: what `batch` stacked.

    Examples
    --------
    >>> import numpy as np
    >>> from numtorch.train import unbatch
    >>> unbatch(np.array([[1, 2], [3, 4]]))
    [array([1, 2]), array([3, 4])]
    """
    return [getobs(data, i) for i in range(nobs(data))]


def chunk(data: Any, n: int | None = None, *, size: int | None = None) -> list[Any]:
    """Parts that follow one another: `n` of nearly equal length, or each of `size` and one with the rest.

    Examples
    --------
    >>> import numpy as np
    >>> from numtorch.train import chunk
    >>> chunk(np.arange(5), 2)
    [array([0, 1, 2]), array([3, 4])]
    >>> chunk(np.arange(5), size=2)
    [array([0, 1]), array([2, 3]), array([4])]
    """
    count = nobs(data)
    if (n is None) == (size is None):
        raise TypeError("chunk: either the number of parts or their size")
    if n is not None:
        size = max(-(-count // _positive(n, "chunk: n")), 1)
    assert size is not None
    return [getobs(data, slice(i, i + size)) for i in range(0, count, _positive(size, "chunk: size"))]


def _positive(value: Any, name: str) -> int:
    if isinstance(value, bool) or not isinstance(value, int | np.integer) or value < 1:
        raise ValueError(f"{name} must be a positive int, not {value!r}")
    return int(value)


def splitobs(data: Any, at: float | Sequence[float], shuffle: bool = False, rng: Rng = None) -> tuple[Any, ...]:
    """Two parts of the data, or more: the first with the part `at` of the observations, the last with the rest.

    Parameters
    ----------
    data
        As for `nobs`.
    at : float or sequence of floats
        Between 0 and 1, in sum too.
    shuffle : bool
        Whether observations are mixed before.
    rng : Generator or int, optional
        For that.

    Examples
    --------
    >>> import numpy as np
    >>> from numtorch.train import splitobs
    >>> splitobs(np.arange(10), 0.7)
    (array([0, 1, 2, 3, 4, 5, 6]), array([7, 8, 9]))
    """
    parts = [float(at)] if isinstance(at, int | float) else [float(part) for part in at]
    if min(parts, default=0.0) < 0 or sum(parts) > 1 + 1e-12:
        raise ValueError(f"splitobs: the parts must be between 0 and 1, in sum too, not {at!r}")
    count = nobs(data)
    if shuffle:
        data = shuffleobs(data, rng)
    ends = [0, *(min(round(count * float(end)), count) for end in np.cumsum(parts)), count]
    return tuple(getobs(data, slice(i, j)) for i, j in pairwise(ends))


def shuffleobs(data: Any, rng: Rng = None) -> Any:
    """The observations in another order, that of all parts alike.

    Examples
    --------
    >>> import numpy as np
    >>> from numtorch.train import shuffleobs
    >>> x, y = shuffleobs((np.arange(4), np.arange(4) ** 2), rng=0)
    >>> bool(np.all(x**2 == y))
    True
    """
    return getobs(data, generator(rng).permutation(nobs(data)))


def kfolds(data: Any, k: int = 5, shuffle: bool = False, rng: Rng = None) -> Iterator[tuple[Any, Any]]:
    """For cross-validation, `k` times: all but one part of the data, and that part.

    Parameters
    ----------
    data
        As for `nobs`.
    k : int
        How many parts, of nearly equal length.
    shuffle : bool
        Whether observations are mixed before.
    rng : Generator or int, optional
        For that.

    Examples
    --------
    >>> import numpy as np
    >>> from numtorch.train import kfolds
    >>> [test.tolist() for train, test in kfolds(np.arange(5), 2)]
    [[0, 1, 2], [3, 4]]
    """
    count = nobs(data)
    if not 2 <= k <= count:
        raise ValueError(f"kfolds: from 2 to {count} parts can be made of {count} observations, not {k}")
    order = generator(rng).permutation(count) if shuffle else np.arange(count)
    return (
        (getobs(data, np.concatenate([*folds[:i], *folds[i + 1 :]])), getobs(data, folds[i]))
        for folds in [np.array_split(order, k)]
        for i in range(k)
    )
