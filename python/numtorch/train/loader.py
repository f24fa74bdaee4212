"""Batches of data, in a random order, made ready while others are computed with."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, Self

import numpy as np

from numtorch._core import Tensor, tensor
from numtorch.spellings import Keywords
from numtorch.structure import fmap
from numtorch.train.data import Rng, batch, generator, getobs, is_array, nobs
from numtorch.train.streams import generator_state, plain_state

State = dict[str, Any]


class DataLoader(Keywords):
    """Goes through data in batches; each ``for`` loop is one pass over them.

    Parameters
    ----------
    data : array, tuple or dict of data, or any sequence
        An array has one observation in each row; the parts of a tuple or dict belong together. Of anything else
        with a length and ``[i]``, the items are collated.
    batchsize : int
        Observations in a batch.
    shuffle : bool
        Whether each pass takes them in another random order.
    rng : numpy.random.Generator or int, optional
        Of the order: the same seed, the same batches.
    partial : bool
        Whether the last batch may be smaller; if not, it is left out.
    collate : callable, optional
        Makes a batch of a list of observations; by default `batch` for sequences, and rows of arrays are taken at
        once. If given, it is given a list of observations in any case.
    dev : int, optional
        Where to bring the arrays of a batch; by default they stay where they are.
    workers : int
        Threads that make batches ready while others are computed with, each at most two batches ahead. They suit
        ``[i]`` and `collate` that read files or call NumPy. They also copy to `dev`, so that the program need not wait
        for that; a device does so after what it was given before. With 0, batches are made when they are asked for.

    Examples
    --------
    >>> import numpy as np
    >>> from numtorch.train import DataLoader
    >>> loader = DataLoader((np.arange(5), "abcde"), batchsize=2, shuffle=True, rng=0)
    >>> len(loader)
    3
    >>> for numbers, letters in loader:
    ...     print(numbers, letters)
    [2 4] ['c', 'e']
    [3 0] ['d', 'a']
    [1] ['b']
    """

    def __init__(
        self,
        data: Any,
        batchsize: int = 1,
        shuffle: bool = False,
        rng: Rng = None,
        partial: bool = True,
        collate: Callable[[list[Any]], Any] | None = None,
        dev: int | None = None,
        workers: int = 0,
    ) -> None:
        for name, value, least in (("batchsize", batchsize, 1), ("workers", workers, 0)):
            if isinstance(value, bool) or not isinstance(value, int | np.integer) or value < least:
                raise ValueError(f"DataLoader: {name} must be an int of at least {least}, not {value!r}")
        self.data = data
        self.count = nobs(data)
        self.batchsize = int(batchsize)
        self.shuffle = shuffle
        self.rng = generator(rng)
        self.partial = partial
        self.collate = collate
        self.dev = dev
        self.workers = int(workers)
        self._start: State | None = None  # of the generator, when the present pass began
        self._given = 0  # batches of it
        self._resumed = 0  # batches that the next pass leaves out
        self._after: Any = None  # of the generator, when that pass has its order: somebody else may draw from it too

    def __len__(self) -> int:
        whole, rest = divmod(self.count, self.batchsize)
        return whole + (rest > 0 and self.partial)

    def __repr__(self) -> str:
        where = "" if self.dev is None else f", dev={self.dev}"
        return f"DataLoader({self.count} observations, {len(self)} batches of {self.batchsize}{where})"

    def to(self, dev: int) -> Self:
        """The same loader, its batches brought to a device from now on."""
        self.dev = dev
        return self

    def __iter__(self) -> Iterator[Any]:
        self._start = plain_state(self.rng.bit_generator.state)
        order = self.rng.permutation(self.count) if self.shuffle else np.arange(self.count)
        if self._after is not None:
            self.rng.bit_generator.state, self._after = self._after, None
        self._given, self._resumed = self._resumed, 0
        parts = [order[i * self.batchsize : (i + 1) * self.batchsize] for i in range(self._given, len(self))]
        for made in self._made(parts):
            self._given += 1
            yield made

    def _made(self, parts: list[Any]) -> Iterator[Any]:
        if self.workers:
            return _ahead(self._one, parts, self.workers)
        return map(self._one, parts)

    def _one(self, indices: Any) -> Any:
        made = self._rows(indices)
        if self.dev is None:
            return made
        dev = self.dev
        return fmap(lambda a: a.to(dev=dev) if isinstance(a, Tensor) else tensor(a, dev=dev), made)

    def _rows(self, indices: Any) -> Any:
        if self.collate is not None:
            return self.collate([getobs(self.data, int(i)) for i in indices])
        if is_array(self.data) or isinstance(self.data, tuple | Mapping):
            if not self.shuffle and len(indices):
                return getobs(self.data, slice(int(indices[0]), int(indices[-1]) + 1))
            return getobs(self.data, indices)
        return batch(getobs(self.data, indices))

    def state(self) -> State:
        """What it takes to go on from here: numbers, strings and dicts of them.

        Between two passes, the next begins anew; within one, the next goes on with the batch after the last one given.
        """
        now = plain_state(self.rng.bit_generator.state)
        if self._start is not None and 0 < self._given < len(self):
            return {"rng": self._start, "after": now, "given": self._given}
        if self._resumed:
            return {"rng": now, "after": plain_state(self._after), "given": self._resumed}
        return {"rng": now, "after": now, "given": 0}

    def load_state(self, state: State) -> None:
        """Goes on where `state` was taken, of a loader with the same data and settings; ValueError if it is none."""
        try:
            now, after, given = generator_state(state["rng"]), generator_state(state["after"]), state["given"]
            spare = copy.deepcopy(self.rng.bit_generator)
            for each in (after, now):
                spare.state = each
        except (AttributeError, IndexError, KeyError, OverflowError, TypeError, ValueError) as error:
            raise ValueError(f"DataLoader: this is no state of a loader: {error!r}") from error
        if type(given) is not int or not 0 <= given <= len(self):
            raise ValueError(f"DataLoader: a state after {given!r:.50} batches, where there are {len(self)}")
        self.rng.bit_generator.state = now
        self._resumed = given
        self._after = after if given else None
        self._start = None
        self._given = 0


def _ahead(make: Callable[[Any], Any], parts: list[Any], workers: int) -> Iterator[Any]:
    """``make(part)`` for each part in order, made on other threads while those before are used."""
    with ThreadPoolExecutor(workers, thread_name_prefix="DataLoader") as pool:
        waiting: list[Future[Any]] = []
        rest = iter(parts)
        try:
            for part in rest:
                waiting.append(pool.submit(make, part))
                if len(waiting) > 2 * workers:
                    yield waiting.pop(0).result()
            while waiting:
                yield waiting.pop(0).result()
        finally:
            for future in waiting:
                future.cancel()
