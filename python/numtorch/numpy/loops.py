"""Loops over elements: each is a call of Python's, for what has no function of arrays."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any

import numpy as np

from numtorch._core import Tensor
from numtorch.functions.arguments import Array, as_tensor, as_tensors, cast
from numtorch.functions.creation import array
from numtorch.functions.shape import broadcast_to

__all__ = ["ndenumerate", "vectorize"]


class ndenumerate:
    """
    Pairs of index and element: see `numpy.ndenumerate`.

    Examples
    --------
    >>> import numtorch.numpy as np
    >>> [(index, int(x)) for index, x in np.ndenumerate([[1, 2]])]
    [((0, 0), 1), ((0, 1), 2)]
    """

    def __init__(self, arr: Array) -> None:
        self._array = as_tensor(arr)
        self._places = np.ndindex(self._array.shape)

    def __next__(self) -> tuple[tuple[int, ...], Tensor]:
        place = next(self._places)
        return place, self._array[place]

    def __iter__(self) -> Iterator[tuple[tuple[int, ...], Tensor]]:
        return self


class vectorize:
    """
    Calls a function of numbers for each element: see `numpy.vectorize`.

    The elements are Tensors without axes, on their device and with their gradients. `signature` and `cache` are not
    supported.

    Examples
    --------
    >>> import numtorch.numpy as np
    >>> np.vectorize(lambda a, b: a - b if a > b else a + b)([1, 2, 3, 4], 2)
    Tensor([3, 4, 1, 2], dtype=int64, dev=-1)
    """

    def __init__(
        self,
        pyfunc: Callable[..., Any],
        otypes: Iterable[Any] | str | None = None,
        doc: str | None = None,
        excluded: Iterable[int | str] | None = None,
        cache: bool = False,
        signature: str | None = None,
    ) -> None:
        if signature is not None or cache:
            raise TypeError("vectorize: signature and cache are not supported on Tensors")
        self.pyfunc = pyfunc
        self.otypes = None if otypes is None else [np.dtype(one) for one in otypes]
        self.excluded = set(excluded or ())
        self.__doc__ = doc if doc is not None else pyfunc.__doc__
        self.__name__ = getattr(pyfunc, "__name__", "vectorize")

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        given: dict[int | str, Any] = dict(enumerate(args))
        given.update(kwargs)
        names = [name for name in given if name not in self.excluded]
        tensors = as_tensors(*(given[name] for name in names))
        shape = np.broadcast_shapes(*(x.shape for x in tensors))
        wide = [broadcast_to(x, shape) for x in tensors]
        results = []
        for place in np.ndindex(shape):
            one = dict(given)
            one.update((name, x[place]) for name, x in zip(names, wide, strict=True))
            positional = [one[i] for i in range(len(args))]
            results.append(self.pyfunc(*positional, **{name: one[name] for name in kwargs}))
        return self._gathered(results, shape)

    def _gathered(self, results: list[Any], shape: tuple[int, ...]) -> Any:
        if not results:
            if self.otypes is None:
                raise ValueError("cannot call `vectorize` on size 0 inputs unless `otypes` is set")
            made = [array(np.empty(shape, dtype)) for dtype in self.otypes]
            return made[0] if len(made) == 1 else tuple(made)
        columns = list(zip(*results, strict=True)) if isinstance(results[0], tuple) else [results]
        made = [array(list(column)).reshape(shape) for column in columns]
        if self.otypes is not None:
            made = [cast(x, dtype) for x, dtype in zip(made, self.otypes, strict=True)]
        return tuple(made) if isinstance(results[0], tuple) else made[0]
