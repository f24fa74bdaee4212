"""`vectorize`: a function of elements becomes one of arrays."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Any, TypeAlias

import numpy as np

from numtorch._core import Tensor, as_array
from numtorch.functions.calls.arguments import NoValue, as_tensor, as_tensors, xp
from numtorch.functions.creation.creation import empty

__all__ = ["vectorize"]

Cores: TypeAlias = list[tuple[str, ...]]
CORE = r"\(\s*(?:\w+\s*(?:,\s*\w+\s*)*)?\)"
SIGNATURE = re.compile(rf"\s*{CORE}\s*(,\s*{CORE}\s*)*->\s*{CORE}\s*(,\s*{CORE}\s*)*")


def _cores(signature: str) -> tuple[Cores, Cores]:
    """The names of the axes that each input and output of a signature like "(n),(n)->()" has of its own."""
    if not SIGNATURE.fullmatch(signature):
        raise ValueError(f"not a valid gufunc signature: {signature}")
    inputs, outputs = signature.split("->")
    return _names(inputs), _names(outputs)


def _names(side: str) -> Cores:
    return [tuple(re.findall(r"\w+", core)) for core in re.findall(CORE, side)]


def _dtypes(otypes: Any) -> list[np.dtype[Any]] | None:
    """The dtypes of the outputs, from a string of type characters or a list of dtypes."""
    if otypes is None:
        return None
    if isinstance(otypes, str):
        for character in otypes:
            if character not in np.typecodes["All"]:
                raise ValueError(f"Invalid otype specified: {character}")
    elif not np.iterable(otypes):
        raise ValueError("Invalid otype specification")
    return [np.dtype(otype) for otype in otypes]


def _match(x: Tensor, core: tuple[str, ...], lengths: dict[str, int]) -> tuple[int, ...]:
    """The shape of `x` without its core axes, whose lengths must be those of the others."""
    split = x.ndim - len(core)
    if split < 0:
        raise ValueError(
            f"{x.ndim}-dimensional argument does not have enough dimensions for all core dimensions {core!r}"
        )
    for name, length in zip(core, x.shape[split:], strict=True):
        if lengths.setdefault(name, length) != length:
            raise ValueError(f"inconsistent size for core dimension {name!r}: {length} vs {lengths[name]}")
    return x.shape[:split]


def _stacked(results: Sequence[Any], shape: tuple[int, ...], dtype: np.dtype[Any] | None, dev: int) -> Tensor:
    """The results of one output as an array: `shape`, then their own."""
    tensors = [as_tensor(result, dev) for result in results]
    made = xp.stack(tensors if dtype is None else [x.astype(dtype) for x in tensors])
    return as_array(made.reshape(shape + made.shape[1:]))


class vectorize:
    """
    A function of elements that is called with arrays: see `numpy.vectorize`.

    `pyfunc` is called once for each element, with 0-d Tensors, and what it gives is stacked: convenient, not fast, and
    differentiable. The dtypes of the outputs are `otypes`, else the common ones of the results. `cache` changes
    nothing: no element is computed twice.

    Examples
    --------
    >>> import numtorch.numpy as np
    >>> @np.vectorize
    ... def relu(x):
    ...     return x if x > 0 else 0 * x
    >>> relu([-1.0, 2.0])
    Tensor([-0.,  2.], dtype=float64, dev=-1)
    >>> norms = np.vectorize(np.linalg.norm, signature="(n)->()")
    >>> norms([[3.0, 4.0], [6.0, 8.0]])
    Tensor([ 5., 10.], dtype=float64, dev=-1)
    """

    def __init__(
        self,
        pyfunc: Callable[..., Any] = NoValue,
        otypes: Any = None,
        doc: str | None = None,
        excluded: Any = None,
        cache: bool = False,
        signature: str | None = None,
    ) -> None:
        if pyfunc is not NoValue and not callable(pyfunc):
            raise TypeError("When used as a decorator, only accepts keyword arguments.")
        self.otypes = _dtypes(otypes)
        self.excluded = set(excluded or ())
        self.cache = cache
        self.signature = signature
        self._cores = None if signature is None else _cores(signature)
        self.__doc__ = doc
        self._wrap(pyfunc)

    def _wrap(self, pyfunc: Callable[..., Any]) -> None:
        self.pyfunc = pyfunc
        if pyfunc is not NoValue:
            self.__name__ = getattr(pyfunc, "__name__", "vectorize")
            self.__doc__ = self.__doc__ or pyfunc.__doc__

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        if self.pyfunc is NoValue:
            self._wrap(args[0])
            return self
        positions = [i for i in range(len(args)) if i not in self.excluded]
        names = [name for name in kwargs if name not in self.excluded]

        def call(elements: Sequence[Tensor]) -> Any:
            changed = dict(zip(positions, elements, strict=False))
            named = dict(zip(names, elements[len(positions) :], strict=True))
            return self.pyfunc(*(changed.get(i, value) for i, value in enumerate(args)), **{**kwargs, **named})

        arrays = as_tensors(*(args[i] for i in positions), *(kwargs[name] for name in names))
        return self._over(arrays, call) if arrays else call(())

    def _over(self, arrays: list[Tensor], call: Callable[[Sequence[Tensor]], Any]) -> Any:
        """What `call` gives for the elements of `arrays`, stacked."""
        inputs, outputs = self._cores or ([()] * len(arrays), [])
        if len(inputs) != len(arrays):
            raise TypeError(f"wrong number of positional arguments: expected {len(inputs)}, got {len(arrays)}")
        lengths: dict[str, int] = {}
        shape = np.broadcast_shapes(*(_match(x, core, lengths) for x, core in zip(arrays, inputs, strict=True)))
        if 0 in shape:
            return self._of_nothing(shape, lengths, arrays[0].dev)
        each = zip(arrays, inputs, strict=True)
        walked = [xp.broadcast_to(x, shape + x.shape[x.ndim - len(core) :]) for x, core in each]
        results = [call([x[index] for x in walked]) for index in np.ndindex(shape)]
        several = isinstance(results[0], tuple)
        columns: list[Any] = list(zip(*results, strict=True)) if several else [results]
        dtypes = self._dtypes_of(len(columns))
        made = [_stacked(column, shape, dtype, arrays[0].dev) for column, dtype in zip(columns, dtypes, strict=True)]
        for x, core in zip(made, outputs, strict=False):
            if _match(x, core, lengths) != shape:
                raise ValueError(
                    f"pyfunc gave {x.ndim - len(shape)} axes for an output with the core dimensions {core}"
                )
        return tuple(made) if several else made[0]

    def _dtypes_of(self, count: int) -> Sequence[np.dtype[Any] | None]:
        """The dtypes of so many outputs; ValueError if they are not as many as was said."""
        for said in (self._cores and self._cores[1], self.otypes):
            if said is not None and len(said) != count:
                raise ValueError(f"wrong number of outputs from pyfunc: expected {len(said)}, got {count}")
        return [None] * count if self.otypes is None else self.otypes

    def _of_nothing(self, shape: tuple[int, ...], lengths: dict[str, int], dev: int) -> Any:
        """The outputs if there is no element to call the function with."""
        if self.otypes is None:
            raise ValueError("cannot call `vectorize` on size 0 inputs unless `otypes` is set")
        outputs = self._cores[1] if self._cores else [()] * len(self.otypes)
        unknown = {name for core in outputs for name in core} - lengths.keys()
        if unknown:
            raise ValueError(
                "cannot call `vectorize` with a signature including new output dimensions on size 0 inputs"
            )
        made = [
            empty(shape + tuple(lengths[name] for name in core), dtype, dev=dev)
            for core, dtype in zip(outputs, self.otypes, strict=True)
        ]
        return tuple(made) if len(made) > 1 else made[0]
