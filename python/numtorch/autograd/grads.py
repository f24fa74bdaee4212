"""Gradients by parameter, and sums of gradients."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Self

import numpy as np

from numtorch._core import Tensor
from numtorch.autograd.nests import merge
from numtorch.structure import Params


class Grads(Mapping[Any, "Tensor | None"]):
    """Gradients by parameter: ``grads[p]``; None for a parameter that the function did not depend on.

    Parameters are told apart by identity, so `p` is the Tensor object that was in the `Params`. ``a + b`` and ``a - b``
    of two Grads of the same parameters, ``a * number``, ``a / number`` and ``-a`` go parameter by parameter, with None
    as zero; ``a += b`` and ``a *= number`` change `a`, though none of the Tensors in it.

    Examples
    --------
    >>> import numpy as np
    >>> from numtorch import gradient, params, tensor
    >>> w = tensor([1.0, 2.0])
    >>> gs = gradient(lambda: np.sum(w**2), params(w))
    >>> (gs + 2 * gs)[w]
    Tensor([ 6., 12.], dtype=float64, dev=-1)
    >>> gs.map(lambda g: np.clip(g, -3, 3))[w]
    Tensor([2., 3.], dtype=float64, dev=-1)
    """

    def __init__(self, params: Params, values: Sequence[Tensor | None]) -> None:
        self.params = params
        self._values = {id(p): value for p, value in zip(params, values, strict=True)}

    def __getitem__(self, param: Any) -> Tensor | None:
        if id(param) not in self._values:
            raise KeyError("Grads: this is not one of the parameters that the gradient was taken with respect to")
        return self._values[id(param)]

    def get(self, param: Any, default: Any = None) -> Any:
        return self._values.get(id(param), default)

    def __contains__(self, param: object) -> bool:
        return id(param) in self._values

    def __iter__(self) -> Iterator[Any]:
        return iter(self.params)

    def __len__(self) -> int:
        return len(self._values)

    def __repr__(self) -> str:
        return f"Grads of {len(self)} parameters"

    def map(self, f: Callable[..., Any], *others: Mapping[Any, Any]) -> Grads:
        """New Grads with ``f(g)`` for each gradient; with others, ``f(g, other[p], ...)``. None stays None.

        Parameters
        ----------
        f : callable
            Takes the gradient of one parameter, and what each of `others` has for that parameter.
        *others : Grads or mapping by parameter
            With at least the same parameters.
        """
        return Grads(self.params, [None if g is None else f(g, *(o[p] for o in others)) for p, g in self.items()])

    def _added(self, other: Any, sign: int, name: str) -> list[Tensor | None]:
        same = isinstance(other, Grads) and len(other) == len(self) and all(p in other for p in self)
        if not same:
            raise ValueError(f"Grads {name} Grads: they must be of the same parameters, not {self} and {other!r}")
        return [_sum(g, other[p] if sign > 0 or other[p] is None else -other[p]) for p, g in self.items()]

    def _replace(self, values: Sequence[Tensor | None]) -> Self:
        self._values = {id(p): value for p, value in zip(self.params, values, strict=True)}
        return self

    def __add__(self, other: Any) -> Grads:
        return Grads(self.params, self._added(other, 1, "+")) if isinstance(other, Grads) else NotImplemented

    def __sub__(self, other: Any) -> Grads:
        return Grads(self.params, self._added(other, -1, "-")) if isinstance(other, Grads) else NotImplemented

    def __iadd__(self, other: Any) -> Self:
        return self._replace(self._added(other, 1, "+=")) if isinstance(other, Grads) else NotImplemented

    def __isub__(self, other: Any) -> Self:
        return self._replace(self._added(other, -1, "-=")) if isinstance(other, Grads) else NotImplemented

    def __mul__(self, factor: Any) -> Grads:
        return self.map(lambda g: g * factor) if _is_number(factor) else NotImplemented

    __rmul__ = __mul__

    def __truediv__(self, divisor: Any) -> Grads:
        return self.map(lambda g: g / divisor) if _is_number(divisor) else NotImplemented

    def __imul__(self, factor: Any) -> Self:
        return self._replace(list((self * factor).values())) if _is_number(factor) else NotImplemented

    def __itruediv__(self, divisor: Any) -> Self:
        return self._replace(list((self / divisor).values())) if _is_number(divisor) else NotImplemented

    def __neg__(self) -> Grads:
        return self.map(lambda g: -g)


# A 0-d Tensor on the left must leave the product to Grads.
Grads.__array_ufunc__ = None  # type: ignore[attr-defined]


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float | complex | np.generic) or (
        isinstance(value, Tensor | np.ndarray) and value.ndim == 0
    )


def _sum(a: Any, b: Any) -> Any:
    if a is None or b is None:
        return b if a is None else a
    if isinstance(a, Grads) and isinstance(b, Grads):
        return a + b
    if np.shape(a) != np.shape(b):
        raise ValueError(f"accumulate: gradients of shapes {np.shape(a)} and {np.shape(b)} are not of the same array")
    return a + b


def accumulate(grads: Any, *more: Any) -> Any:
    """The sum of gradients of the same arguments, as of several batches; None counts as zero.

    Parameters
    ----------
    grads, *more : Grads, array, number, None or nest of them
        What `gradient` returned, or parts of it: all of the same structure.

    Returns
    -------
    Grads, array, number, None or nest
        Of the structure of `grads`. None of the gradients given is written to.

    Raises
    ------
    TypeError
        The structures differ.
    ValueError
        Two gradients have different shapes, or two Grads different parameters.

    Examples
    --------
    >>> import numtorch as nt
    >>> nt.accumulate(({"w": 1.0, "b": None},), ({"w": 2.0, "b": 5.0},))
    ({'w': 3.0, 'b': 5.0},)
    """
    total = grads
    for other in more:
        if isinstance(total, Grads) or isinstance(other, Grads):
            total = _grads_sum(total, other)
        else:
            total = merge(_sum, total, other, "accumulate")
    return total


def _grads_sum(a: Any, b: Any) -> Any:
    if a is None or b is None:
        return b if a is None else a
    if not (isinstance(a, Grads) and isinstance(b, Grads)):
        raise TypeError(f"accumulate: {type(a).__name__} and {type(b).__name__} have not the same structure")
    return a + b
