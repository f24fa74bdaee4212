"""NumPy's RandomState, whose streams never change: on the CPU bit for bit, on a GPU keyed by them."""

from __future__ import annotations

from typing import Any, Self

import numpy as np

from numtorch import _core
from numtorch.numpy.random.continuous import Continuous
from numtorch.numpy.random.device import DeviceStream
from numtorch.numpy.random.discrete import Discrete
from numtorch.numpy.random.drawing import Stream
from numtorch.numpy.random.host import CPU, HostStream, seed_numbers

__all__ = ["RandomState"]


class RandomState(Continuous, Discrete, np.random.RandomState):
    """
    NumPy's `RandomState`, whose arrays are Tensors.

    Parameters
    ----------
    seed : None, int, array of int, BitGenerator, optional
        What determines the stream; by default it differs from call to call.
    dev : int, optional
        Device that the draws are on: -1 is the CPU; by default what `numtorch.device` says.

    Examples
    --------
    >>> import numtorch.numpy as np
    >>> np.random.RandomState(0, dev=-1).rand(2)
    Tensor([0.5488135 , 0.71518937], dtype=float64, dev=-1)
    """

    def __init__(self, seed: Any = None, *, dev: int | None = None) -> None:
        host = np.random.RandomState(seed_numbers("RandomState", "seed", seed))
        super().__init__(host._bit_generator)
        dev = _core.default_dev() if dev is None else dev
        self._stream = HostStream(host) if dev == CPU else DeviceStream(host, dev)

    @classmethod
    def _of(cls, stream: Stream) -> Self:
        """A RandomState that draws from `stream`."""
        made = cls(stream.host._bit_generator, dev=CPU)
        made._stream = stream
        return made

    def __reduce__(self) -> tuple[Any, ...]:
        return restored, (type(self), self._stream.host, self.dev)

    def get_state(self, legacy: bool = True) -> Any:
        """NumPy's `get_state`."""
        return self._stream.host.get_state(legacy)

    def set_state(self, state: Any) -> None:
        """NumPy's `set_state`."""
        self._stream.host.set_state(state)

    def seed(self, seed: Any = None) -> None:
        """NumPy's `seed`."""
        self._stream.host.seed(seed_numbers("seed", "seed", seed))

    # ---- Numbers ----

    def rand(self, *args: Any) -> Any:
        """NumPy's `rand`: uniform on [0, 1), of the shape that the arguments are."""
        return self._draw("random_sample", size=args or None)

    def randint(self, low: Any, high: Any = None, size: Any = None, dtype: Any = int) -> Any:
        """NumPy's `randint`: from `low` to below `high`."""
        return self._draw("randint", low=low, high=high, size=size, dtype=dtype)

    def randn(self, *args: Any) -> Any:
        """NumPy's `randn`: standard normal, of the shape that the arguments are."""
        return self._draw("standard_normal", size=args or None)

    def random(self, size: Any = None) -> Any:
        """NumPy's `random`: uniform on [0, 1)."""
        return self._draw("random_sample", size=size)

    def random_integers(self, low: Any, high: Any = None, size: Any = None) -> Any:
        """NumPy's `random_integers`, which it deprecates: from `low` to `high` itself."""
        return self._draw("random_integers", low=low, high=high, size=size)

    def random_sample(self, size: Any = None) -> Any:
        """NumPy's `random_sample`: uniform on [0, 1)."""
        return self._draw("random_sample", size=size)

    def standard_exponential(self, size: Any = None) -> Any:
        """NumPy's `standard_exponential`: density exp(-x)."""
        return self._draw("standard_exponential", size=size)

    def standard_gamma(self, shape: Any, size: Any = None) -> Any:
        """NumPy's `standard_gamma`: density proportional to x^(shape-1) exp(-x)."""
        return self._draw("standard_gamma", shape=shape, size=size)

    def standard_normal(self, size: Any = None) -> Any:
        """NumPy's `standard_normal`: mean 0, standard deviation 1."""
        return self._draw("standard_normal", size=size)

    def tomaxint(self, size: Any = None) -> Any:
        """NumPy's `tomaxint`: from 0 to the largest int64."""
        return self._draw("tomaxint", size=size)

    # ---- Vectors and orders ----

    def choice(self, a: Any, size: Any = None, replace: bool = True, p: Any = None) -> Any:
        """NumPy's `choice`: elements of `a`, which stays on its device, or numbers below the integer `a`."""
        return self._draw("choice", a=a, size=size, replace=replace, p=p)

    def multivariate_normal(
        self, mean: Any, cov: Any, size: Any = None, check_valid: str = "warn", tol: float = 1e-8
    ) -> Any:
        """NumPy's `multivariate_normal`."""
        return self._draw("multivariate_normal", mean=mean, cov=cov, size=size, check_valid=check_valid, tol=tol)

    def permutation(self, x: Any) -> Any:
        """NumPy's `permutation`: a copy of `x`, on its device, or the numbers below the integer `x`."""
        return self._draw("permutation", x=x)

    def shuffle(self, x: Any) -> None:
        """NumPy's `shuffle`: `x`, a Tensor, an ndarray or a list, in place."""
        self._draw("shuffle", x=x)


def restored(cls: type[RandomState], host: np.random.RandomState, dev: int) -> RandomState:
    """A RandomState of a pickle."""
    return cls._of(HostStream(host) if dev == CPU else DeviceStream(host, dev))
