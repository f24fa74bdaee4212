"""NumPy's Generator: on the CPU its own bit stream, on a GPU one of libtorch's kernels."""

from __future__ import annotations

from typing import Any, Literal, Self

import numpy as np

from numtorch import _core
from numtorch.numpy.random.continuous import Continuous
from numtorch.numpy.random.device import DeviceStream
from numtorch.numpy.random.discrete import Discrete
from numtorch.numpy.random.drawing import Stream
from numtorch.numpy.random.host import CPU, HostStream, seed_numbers

__all__ = ["Generator", "default_rng"]


class Generator(Continuous, Discrete, np.random.Generator):
    """
    NumPy's `Generator`, whose arrays are Tensors.

    Parameters
    ----------
    bit_generator : numpy.random.BitGenerator
        Source of random bits.
    dev : int, optional
        Device that the draws are on: -1 is the CPU; by default what `numtorch.device` says.

    Notes
    -----
    On the CPU every draw is NumPy's own, bit for bit, and one number (``size=None``) is a Python number as it is there.

    Examples
    --------
    >>> import numpy
    >>> import numtorch.numpy as np
    >>> rng = np.random.Generator(np.random.PCG64(1), dev=-1)
    >>> rng.integers(10, size=3)
    Tensor([4, 5, 7], dtype=int64, dev=-1)
    >>> numpy.random.default_rng(1).integers(10, size=3)
    array([4, 5, 7])
    """

    def __init__(self, bit_generator: np.random.BitGenerator, *, dev: int | None = None) -> None:
        super().__init__(bit_generator)
        self._stream = stream_on(bit_generator, _core.default_dev() if dev is None else dev)

    @classmethod
    def _of(cls, bit_generator: np.random.BitGenerator, stream: Stream) -> Self:
        """A generator that draws from `stream`."""
        made = cls(bit_generator, dev=CPU)
        made._stream = stream
        return made

    def __reduce__(self) -> tuple[Any, ...]:
        return restored, (type(self), self.bit_generator, self.dev)

    def spawn(self, n_children: int) -> list[Self]:  # type: ignore[override]  # list is invariant
        """NumPy's `spawn`: independent generators on the same device."""
        return [type(self)(child, dev=self.dev) for child in self.bit_generator.spawn(n_children)]

    # ---- Numbers ----

    def integers(
        self, low: Any, high: Any = None, size: Any = None, dtype: Any = np.int64, endpoint: bool = False
    ) -> Any:
        """NumPy's `integers`: from `low` to below `high`, or to `high` itself if `endpoint`."""
        return self._draw("integers", low=low, high=high, size=size, dtype=dtype, endpoint=endpoint)

    def random(self, size: Any = None, dtype: Any = np.float64, out: Any = None) -> Any:
        """NumPy's `random`: uniform on [0, 1)."""
        return self._draw("random", size=size, dtype=dtype, out=out)

    def standard_exponential(
        self, size: Any = None, dtype: Any = np.float64, method: Literal["zig", "inv"] = "zig", out: Any = None
    ) -> Any:
        """NumPy's `standard_exponential`: density exp(-x)."""
        return self._draw("standard_exponential", size=size, dtype=dtype, method=method, out=out)

    def standard_gamma(self, shape: Any, size: Any = None, dtype: Any = np.float64, out: Any = None) -> Any:
        """NumPy's `standard_gamma`: density proportional to x^(shape-1) exp(-x)."""
        return self._draw("standard_gamma", shape=shape, size=size, dtype=dtype, out=out)

    def standard_normal(self, size: Any = None, dtype: Any = np.float64, out: Any = None) -> Any:
        """NumPy's `standard_normal`: mean 0, standard deviation 1."""
        return self._draw("standard_normal", size=size, dtype=dtype, out=out)

    # ---- Vectors ----

    def multivariate_hypergeometric(
        self, colors: Any, nsample: Any, size: Any = None, method: Literal["marginals", "count"] = "marginals"
    ) -> Any:
        """NumPy's `multivariate_hypergeometric`: how many of each color are among `nsample` items."""
        return self._draw("multivariate_hypergeometric", colors=colors, nsample=nsample, size=size, method=method)

    def multivariate_normal(
        self,
        mean: Any,
        cov: Any,
        size: Any = None,
        check_valid: Literal["warn", "raise", "ignore"] = "warn",
        tol: float = 1e-8,
        *,
        method: Literal["svd", "eigh", "cholesky"] = "svd",
    ) -> Any:
        """NumPy's `multivariate_normal`."""
        return self._draw(
            "multivariate_normal", mean=mean, cov=cov, size=size, check_valid=check_valid, tol=tol, method=method
        )

    # ---- Orders ----

    def choice(
        self, a: Any, size: Any = None, replace: bool = True, p: Any = None, axis: int = 0, shuffle: bool = True
    ) -> Any:
        """NumPy's `choice`: elements of `a`, which stays on its device, or numbers below the integer `a`."""
        return self._draw("choice", a=a, size=size, replace=replace, p=p, axis=axis, shuffle=shuffle)

    def permutation(self, x: Any, axis: int = 0) -> Any:
        """NumPy's `permutation`: a copy of `x`, on its device, or the numbers below the integer `x`."""
        return self._draw("permutation", x=x, axis=axis)

    def permuted(self, x: Any, *, axis: int | None = None, out: Any = None) -> Any:
        """NumPy's `permuted`: each slice along `axis` in an order of its own; all elements if it is None."""
        return self._draw("permuted", x=x, axis=axis, out=out)

    def shuffle(self, x: Any, axis: int = 0) -> None:
        """NumPy's `shuffle`: `x`, a Tensor, an ndarray or a list, in place."""
        self._draw("shuffle", x=x, axis=axis)


def stream_on(bit_generator: np.random.BitGenerator, dev: int) -> Stream:
    """The stream of a Generator: NumPy's on the CPU, libtorch's elsewhere."""
    host = np.random.Generator(bit_generator)
    return HostStream(host) if dev == CPU else DeviceStream(host, dev)


def restored(cls: type[Generator], bit_generator: np.random.BitGenerator, dev: int) -> Generator:
    """A Generator of a pickle."""
    return cls(bit_generator, dev=dev)


def default_rng(seed: Any = None, *, dev: int | None = None) -> Generator:
    """
    NumPy's `default_rng`: a Generator with PCG64, or that of the bit generator or generator given as `seed`.

    Parameters
    ----------
    seed : None, int, sequence of int, SeedSequence, BitGenerator, Generator, optional
        What determines the stream; by default it differs from call to call.
    dev : int, optional
        Device that the draws are on: -1 is the CPU; by default what `numtorch.device` says.

    Examples
    --------
    >>> import numtorch.numpy as np
    >>> rng = np.random.default_rng(7, dev=-1)
    >>> rng.normal(size=2)
    Tensor([0.00123015, 0.29874554], dtype=float64, dev=-1)
    """
    made = np.random.default_rng(seed_numbers("default_rng", "seed", seed))
    if isinstance(made, Generator) and dev in (None, made.dev):
        return made
    return Generator(made.bit_generator, dev=dev)
