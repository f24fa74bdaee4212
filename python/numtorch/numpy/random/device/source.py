"""libtorch's random kernels with a generator of their own: what every draw on a device is made of."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from numtorch import kernels as aten
from numtorch._core import Generator, Tensor
from numtorch.functions.calls.arguments import cast, xp
from numtorch.functions.dtypes import FLOAT64, INT64

__all__ = ["FLOAT64", "INT64", "Shape", "Source"]

Shape = tuple[int, ...]


class Source:
    """Standard draws on the device `dev`, from a stream that `restart` sets."""

    def __init__(self, dev: int) -> None:
        self.dev = dev
        self._libtorchs = Generator(dev)
        self._next_key: Callable[[], int] | None = None

    def restart(self, next_key: Callable[[], int]) -> None:
        """Continue with the stream of a key of 64 bits, which is asked for when something is drawn."""
        self._next_key = next_key

    @property
    def _generator(self) -> Generator:
        if self._next_key is not None:
            self._libtorchs.manual_seed(self._next_key())
            self._next_key = None
        return self._libtorchs

    def filled(self, shape: Shape, value: Any) -> Tensor:
        """`value`, a number or a Tensor, as float64 everywhere in an array of that shape."""
        if isinstance(value, Tensor):
            return aten.expand(cast(value, FLOAT64), shape).copy()
        return aten.full(shape, float(value), dtype=FLOAT64, device=self.dev)

    def uniform(self, shape: Shape, dtype: np.dtype[Any] = FLOAT64) -> Tensor:
        """Uniform on [0, 1)."""
        return aten.rand_generator(shape, generator=self._generator, dtype=dtype, device=self.dev)

    def normal(self, shape: Shape, dtype: np.dtype[Any] = FLOAT64) -> Tensor:
        """Standard normals."""
        return aten.randn_generator(shape, generator=self._generator, dtype=dtype, device=self.dev)

    def exponential(self, shape: Shape, dtype: np.dtype[Any] = FLOAT64) -> Tensor:
        """Standard exponentials, on a GPU never 0."""
        return aten.exponential(
            aten.empty_memory_format(shape, dtype=dtype, device=self.dev), 1.0, generator=self._generator
        )

    def gamma(self, shape: Shape, alpha: Any, dtype: np.dtype[Any] = FLOAT64) -> Tensor:
        """Standard gammas of the shape parameter `alpha`, 0 where that is 0, NaN where that is."""
        alphas = cast(self.filled(shape, alpha), dtype)
        drawn = aten._standard_gamma(alphas, generator=self._generator)
        # libtorch gives the least normal number for what is less, for 0 and for NaN.
        return xp.where(drawn <= float(np.finfo(dtype).tiny), 0 * alphas, drawn)

    def log_gamma(self, shape: Shape, alpha: Any) -> Tensor:
        """The logarithm of the same, which does not underflow: Gamma(alpha) is Gamma(alpha + 1) U^(1/alpha)."""
        return xp.log(self.gamma(shape, alpha + 1.0)) - self.exponential(shape) / self.filled(shape, alpha)

    def binomial(self, shape: Shape, count: Any, probability: Any) -> Tensor:
        """Successes, as float64."""
        return aten.binomial(self.filled(shape, count), self.filled(shape, probability), generator=self._generator)

    def small_poisson(self, shape: Shape, rate: Any) -> Tensor:
        """Poisson counts as float64, for rates for which every libtorch's kernel is exact: below 64."""
        return aten.poisson(self.filled(shape, rate), generator=self._generator)

    def words(self, shape: Shape) -> Tensor:
        """64 random bits each, as int64."""
        return aten.random_from(
            aten.empty_memory_format(shape, dtype=INT64, device=self.dev), -(2**63), None, generator=self._generator
        )

    def order(self, length: int) -> Tensor:
        """The numbers below `length` in a random order."""
        return aten.randperm_generator(length, generator=self._generator, dtype=INT64, device=self.dev)
