"""Observations chosen, changed, grouped and joined, of which each is made when it is asked for."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from typing import Any

import numpy as np

from numtorch._core import Tensor, collect
from numtorch.train.data import Lazy, getobs, nobs


class ObsView(Lazy):
    """Some observations of data, without a copy; see `obsview`."""

    def __init__(self, data: Any, indices: Any) -> None:
        self.data = data
        self.indices = np.asarray(indices)

    def __len__(self) -> int:
        return len(self.indices)

    def item(self, i: int) -> Any:
        return getobs(self.data, int(self.indices[i]))

    def part(self, index: Any) -> ObsView:
        return ObsView(self.data, self.indices[index])


class _Mapped(Lazy):
    """What a function makes of each observation."""

    def __init__(self, f: Callable[[Any], Any], data: Any) -> None:
        self.f = f
        self.data = data

    def __len__(self) -> int:
        return nobs(self.data)

    def item(self, i: int) -> Any:
        return self.f(getobs(self.data, i))

    def part(self, index: Any) -> ObsView:
        return ObsView(self, np.arange(len(self))[index])


class _Joined(_Mapped):
    """The observations of several data, one after the other."""

    def __init__(self, parts: Sequence[Any]) -> None:
        self.parts = list(parts)
        self.ends = np.cumsum([nobs(part) for part in self.parts])

    def __len__(self) -> int:
        return int(self.ends[-1])

    def item(self, i: int) -> Any:
        which = int(np.searchsorted(self.ends, i, side="right"))
        return getobs(self.parts[which], i - (int(self.ends[which - 1]) if which else 0))


def obsview(data: Any, indices: Any = None) -> ObsView:
    """Some observations of data, or all, as a sequence that copies nothing: each is taken when it is asked for.

    Parameters
    ----------
    data
        As for `nobs`.
    indices : slice or sequence of int, optional
        Which. By default all.

    Returns
    -------
    ObsView
        A sequence: a part of it is one too, and `splitobs`, `shuffleobs`, `kfolds` and `DataLoader` take it.

    Examples
    --------
    >>> import numpy as np
    >>> from numtorch.train import obsview
    >>> view = obsview((np.arange(5) ** 2, "abcde"), [4, 0])
    >>> len(view), view[0]
    (2, (np.int64(16), 'e'))
    """
    every = np.arange(nobs(data))
    if indices is None:
        return ObsView(data, every)
    return ObsView(data, every[indices if isinstance(indices, slice) else np.asarray(indices, np.int64)])


def mapobs(f: Callable[[Any], Any], data: Any) -> Sequence[Any]:
    """What `f` makes of each observation, as a sequence that calls it when an item is asked for.

    Parameters
    ----------
    f : callable
        Takes an observation, as ``getobs(data, i)`` gives it.
    data
        As for `nobs`.

    Examples
    --------
    >>> import numpy as np
    >>> from numtorch.train import DataLoader, mapobs
    >>> squares = mapobs(lambda pair: (pair[0] ** 2, pair[1]), (np.arange(4), "abcd"))
    >>> list(DataLoader(squares, batchsize=2))
    [(array([0, 1]), ['a', 'b']), (array([4, 9]), ['c', 'd'])]
    """
    return _Mapped(f, data)


def filterobs(f: Callable[[Any], Any], data: Any) -> ObsView:
    """The observations of which `f` is true; it is called now, once for each.

    Examples
    --------
    >>> from numtorch.train import filterobs
    >>> list(filterobs(str.isupper, "aBcD"))
    ['B', 'D']
    """
    return ObsView(data, np.array([i for i in range(nobs(data)) if f(getobs(data, i))], np.int64))


def groupobs(f: Callable[[Any], Hashable], data: Any) -> dict[Any, ObsView]:
    """For each value that `f` has, the observations of which it has it; called now, once for each.

    Examples
    --------
    >>> import numpy as np
    >>> from numtorch.train import groupobs
    >>> groups = groupobs(lambda pair: pair[1], (np.array([1.0, 2.0, 3.0]), "aba"))
    >>> [float(x) for x, _ in groups["a"]]
    [1.0, 3.0]
    """
    values = [_hashable(f(getobs(data, i))) for i in range(nobs(data))]
    return {value: ObsView(data, indices) for value, indices in group_indices(values).items()}


def joinobs(*data: Any) -> Sequence[Any]:
    """The observations of several data one after the other, as one sequence that copies nothing.

    Examples
    --------
    >>> from numtorch.train import joinobs
    >>> joined = joinobs("abc", [1, 2])
    >>> len(joined), joined[2], joined[3]
    (5, 'c', 1)
    """
    if not data:
        raise TypeError("joinobs: at least one data is needed")
    return _Joined(data)


def group_indices(labels: Any) -> dict[Any, Any]:
    """For each label the indices where it is, labels in the order in which they first come.

    Parameters
    ----------
    labels : array or sequence
        Numbers, strings, or anything else that a dict takes as a key. Those of a Tensor are collected.

    Examples
    --------
    >>> from numtorch.train import group_indices
    >>> group_indices(["yes", "no", "yes"])
    {'yes': array([0, 2]), 'no': array([1])}
    """
    indices: dict[Any, list[int]] = {}
    for i, label in enumerate(collect(labels) if isinstance(labels, Tensor) else labels):
        indices.setdefault(_hashable(label), []).append(i)
    return {label: np.array(found, np.int64) for label, found in indices.items()}


def group_counts(labels: Any) -> dict[Any, int]:
    """How often each label is there; Flux's `frequencies`.

    Examples
    --------
    >>> import numpy as np
    >>> from numtorch.train import group_counts
    >>> group_counts(np.array([3, 5, 3]))
    {3: 2, 5: 1}
    """
    return {label: len(indices) for label, indices in group_indices(labels).items()}


def _hashable(value: Any) -> Any:
    """Python's number for one of NumPy or a Tensor, so that equal ones are one key."""
    return value.item() if isinstance(value, np.generic | Tensor) else value
