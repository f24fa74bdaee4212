"""Lists of arrays that compute together, by one formula: ndarrays one by one, Tensors in few calls."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from typing import Any, Self

import numpy as np

from numtorch import _core
from numtorch import kernels as aten
from numtorch._core import Tensor, kernel


class Arrays(ABC):
    """Arrays of one dtype on one device, as one operand: what a rule's formula is written with.

    ``a * b``, ``a + 2.0`` go array by array and make new ones; ``a *= b`` and the methods whose names say what they
    do to `a` (`add`, `blend`, ...) write into the arrays themselves.

    Examples
    --------
    >>> import numpy as np
    >>> from numtorch.optim import Arrays
    >>> a = Arrays.of([np.ones(2), np.ones(3)])
    >>> a.add(a * 2.0, 0.5)
    >>> a.items
    [array([2., 2.]), array([2., 2., 2.])]
    """

    __slots__ = ("items",)

    def __init__(self, items: list[Any]) -> None:
        self.items = items

    @staticmethod
    def of(items: Sequence[Any]) -> Arrays:
        """Tensors or ndarrays, as the first of them is."""
        if not isinstance(items[0], Tensor):
            return HostArrays(list(items))
        return (TracedArrays if _core.is_tracing() else TensorArrays)(list(items))

    @property
    def dtype(self) -> np.dtype[Any]:
        """Of each of the arrays."""
        return self.items[0].dtype

    @property
    def is_complex(self) -> bool:
        """Whether the arrays are complex."""
        return self.dtype.kind == "c"

    def __add__(self, other: Arrays | float) -> Self:
        return self._new("add", other)

    def __sub__(self, other: Arrays | float) -> Self:
        return self._new("sub", other)

    def __mul__(self, other: Arrays | float) -> Self:
        return self._new("mul", other)

    def __truediv__(self, other: Arrays | float) -> Self:
        return self._new("div", other)

    __radd__ = __add__
    __rmul__ = __mul__

    def __iadd__(self, other: Arrays | float) -> Self:
        return self._written("add", other)

    def __isub__(self, other: Arrays | float) -> Self:
        return self._written("sub", other)

    def __imul__(self, other: Arrays | float) -> Self:
        return self._written("mul", other)

    def __itruediv__(self, other: Arrays | float) -> Self:
        return self._written("div", other)

    def add_square(self, other: Self, factor: float) -> None:
        """``self += factor * |other|²``; real, of complex arrays too."""
        if other.is_complex:
            self.add(other.square(), factor)
        else:
            self.add_product(other, other, factor)

    def square(self) -> Self:
        """``|self|²``, real."""
        size = self.abs()
        size *= size
        return size

    @abstractmethod
    def _new(self, name: str, other: Arrays | float) -> Self: ...
    @abstractmethod
    def _written(self, name: str, other: Arrays | float) -> Self: ...
    @abstractmethod
    def add(self, other: Self, factor: float) -> None:
        """``self += factor * other``."""

    @abstractmethod
    def add_product(self, a: Self, b: Self, factor: float) -> None:
        """``self += factor * a * b``."""

    @abstractmethod
    def add_quotient(self, a: Self, b: Self, factor: float) -> None:
        """``self += factor * a / b``."""

    @abstractmethod
    def blend(self, other: Self, weight: float) -> None:
        """``self += weight * (other - self)``."""

    @abstractmethod
    def raise_to(self, other: Self | float) -> None:
        """``self = max(self, other)``."""

    @abstractmethod
    def clip(self, low: float, high: float) -> Self:
        """New arrays, between `low` and `high`."""

    @abstractmethod
    def sqrt(self) -> Self:
        """Square roots."""

    @abstractmethod
    def abs(self) -> Self:
        """Absolute values, real."""

    @abstractmethod
    def sign(self) -> Self:
        """-1, 0 or 1; of a complex z, ``z / |z|``."""

    @abstractmethod
    def norms(self, p: float, dtype: Any = None) -> Self:
        """The p-norm of each array, of all its elements together: 0-d arrays; computed in `dtype`, if given."""

    @abstractmethod
    def scaled(self, factor: Any) -> Self:
        """New arrays of the same dtype, times a 0-d array on the same device."""

    @abstractmethod
    def copy(self) -> Self:
        """The same values in memory of their own."""

    @abstractmethod
    def assign(self, other: Self) -> None:
        """Writes other values, which may have another dtype, into the arrays."""

    @abstractmethod
    def astype(self, dtype: Any) -> Self:
        """Copies of another dtype."""

    @abstractmethod
    def restore(self, old: Self, failed: Any) -> None:
        """Writes `old` into the arrays where `failed`, one number on their device, is not 0."""


_HOST: dict[str, Callable[..., Any]] = {
    "add": np.add,
    "sub": np.subtract,
    "mul": np.multiply,
    "div": np.divide,
}


class HostArrays(Arrays):
    """ndarrays, one by one."""

    __slots__ = ()

    def _new(self, name: str, other: Arrays | float) -> HostArrays:
        f = _HOST[name]
        return HostArrays([np.asarray(f(x, y)) for x, y in zip(self.items, self._beside(other), strict=True)])

    def _written(self, name: str, other: Arrays | float) -> HostArrays:
        f = _HOST[name]
        for x, y in zip(self.items, self._beside(other), strict=True):
            f(x, y, out=x)
        return self

    def _beside(self, other: Arrays | float) -> list[Any]:
        return other.items if isinstance(other, Arrays) else [other] * len(self.items)

    def _map(self, f: Callable[[Any], Any]) -> HostArrays:
        return HostArrays([np.asarray(f(x)) for x in self.items])

    def add(self, other: HostArrays, factor: float) -> None:
        for x, y in zip(self.items, other.items, strict=True):
            x += factor * y

    def add_product(self, a: HostArrays, b: HostArrays, factor: float) -> None:
        for x, y, z in zip(self.items, a.items, b.items, strict=True):
            x += factor * (y * z)

    def add_quotient(self, a: HostArrays, b: HostArrays, factor: float) -> None:
        for x, y, z in zip(self.items, a.items, b.items, strict=True):
            x += factor * (y / z)

    def blend(self, other: HostArrays, weight: float) -> None:
        for x, y in zip(self.items, other.items, strict=True):
            x += weight * (y - x)

    def raise_to(self, other: HostArrays | float) -> None:
        for x, y in zip(self.items, self._beside(other), strict=True):
            np.maximum(x, y, out=x)

    def clip(self, low: float, high: float) -> HostArrays:
        return self._map(lambda x: np.clip(x, low, high))

    def sqrt(self) -> HostArrays:
        return self._map(np.sqrt)

    def abs(self) -> HostArrays:
        return self._map(np.abs)

    def sign(self) -> HostArrays:
        return self._map(np.sign)

    def norms(self, p: float, dtype: Any = None) -> HostArrays:
        wide = self if dtype is None else self.astype(dtype)
        return wide._map(lambda x: np.linalg.norm(x.reshape(-1), p) if x.size else x.real.sum())

    def scaled(self, factor: Any) -> HostArrays:
        return self._map(lambda x: (x * factor).astype(x.dtype))

    def copy(self) -> HostArrays:
        return self._map(np.copy)

    def assign(self, other: HostArrays) -> None:
        for x, y in zip(self.items, other.items, strict=True):
            x[...] = y

    def astype(self, dtype: Any) -> HostArrays:
        return self._map(lambda x: x.astype(dtype))

    def restore(self, old: HostArrays, failed: Any) -> None:
        if np.any(failed):
            self.assign(old)


class TracedArrays(HostArrays):
    """Tensors of a program that is traced, one by one: what is fused with what, the compiler says."""

    __slots__ = ()

    def _map(self, f: Callable[[Any], Any]) -> TracedArrays:
        return TracedArrays([f(x) for x in self.items])

    def _new(self, name: str, other: Arrays | float) -> TracedArrays:
        f = _HOST[name]
        return TracedArrays([f(x, y) for x, y in zip(self.items, self._beside(other), strict=True)])

    def _beside(self, other: Any) -> list[Any]:
        return super()._beside(self._number(other))

    def _number(self, number: Any) -> Any:
        """A number that the program computes, as weak as a Python number."""
        return number.astype(self.dtype) if isinstance(number, Tensor) else number

    def add(self, other: HostArrays, factor: Any) -> None:
        super().add(other, self._number(factor))

    def add_product(self, a: HostArrays, b: HostArrays, factor: Any) -> None:
        super().add_product(a, b, self._number(factor))

    def add_quotient(self, a: HostArrays, b: HostArrays, factor: Any) -> None:
        super().add_quotient(a, b, self._number(factor))

    def restore(self, old: HostArrays, failed: Any) -> None:
        for x, y in zip(self.items, old.items, strict=True):
            x[...] = np.where(failed, y, x)


_BY_LIST = {name: kernel(f"_foreach_{name}.List") for name in _HOST}
_BY_NUMBER = {name: kernel(f"_foreach_{name}.Scalar") for name in _HOST}
_INTO_BY_LIST = {name: kernel(f"_foreach_{name}_.List") for name in _HOST}
_INTO_BY_NUMBER = {name: kernel(f"_foreach_{name}_.Scalar") for name in _HOST}


class TensorArrays(Arrays):
    """Tensors of one dtype on one device, by libtorch's kernels for many arrays at once."""

    __slots__ = ()

    def _new(self, name: str, other: Arrays | float) -> TensorArrays:
        if isinstance(other, Arrays):
            return TensorArrays(_BY_LIST[name](self.items, other.items))
        return TensorArrays(_BY_NUMBER[name](self.items, other))

    def _written(self, name: str, other: Arrays | float) -> TensorArrays:
        if isinstance(other, Arrays):
            _INTO_BY_LIST[name](self.items, other.items)
        else:
            _INTO_BY_NUMBER[name](self.items, other)
        return self

    def add(self, other: TensorArrays, factor: float) -> None:
        _INTO_BY_LIST["add"](self.items, other.items, alpha=factor)

    def add_product(self, a: TensorArrays, b: TensorArrays, factor: float) -> None:
        aten._foreach_addcmul__Scalar(self.items, a.items, b.items, factor)

    def add_quotient(self, a: TensorArrays, b: TensorArrays, factor: float) -> None:
        if self.is_complex and not b.is_complex:
            self.add(a / b, factor)
        else:
            aten._foreach_addcdiv__Scalar(self.items, a.items, b.items, factor)

    def blend(self, other: TensorArrays, weight: float) -> None:
        aten._foreach_lerp__Scalar(self.items, other.items, weight)

    def raise_to(self, other: TensorArrays | float) -> None:
        if isinstance(other, Arrays):
            aten._foreach_maximum__List(self.items, other.items)
        else:
            aten._foreach_clamp_min__Scalar(self.items, other)

    def clip(self, low: float, high: float) -> TensorArrays:
        result = self.copy()
        aten._foreach_clamp_min__Scalar(result.items, low)
        aten._foreach_clamp_max__Scalar(result.items, high)
        return result

    def sqrt(self) -> TensorArrays:
        return TensorArrays(aten._foreach_sqrt(self.items))

    def abs(self) -> TensorArrays:
        return TensorArrays(aten._foreach_abs(self.items))

    def sign(self) -> TensorArrays:
        return TensorArrays([aten.sgn(x) for x in self.items] if self.is_complex else aten._foreach_sign(self.items))

    def norms(self, p: float, dtype: Any = None) -> TensorArrays:
        if all(x.size for x in self.items):
            return TensorArrays(aten._foreach_norm_Scalar(self.items, p, dtype))
        return TensorArrays(
            [aten._foreach_norm_Scalar([x], p if x.size else 2.0, dtype)[0] for x in self.items]
        )  # of nothing, 0

    def scaled(self, factor: Any) -> TensorArrays:
        return TensorArrays(aten._foreach_mul_Tensor(self.items, factor.astype(self.items[0].real.dtype)))

    def copy(self) -> TensorArrays:
        return TensorArrays(aten._foreach_clone(self.items))

    def assign(self, other: TensorArrays) -> None:
        aten._foreach_copy_(self.items, other.items)

    def astype(self, dtype: Any) -> TensorArrays:
        result = TensorArrays([aten.empty_like(x, dtype=dtype) for x in self.items])
        result.assign(self)
        return result

    def restore(self, old: TensorArrays, failed: Any) -> None:
        chosen = failed.reshape(()) != 0
        self.assign(TensorArrays([aten.where_self(chosen, x, y) for x, y in zip(old.items, self.items, strict=True)]))
