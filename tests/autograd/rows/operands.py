"""What the rows call kernels with."""

from collections.abc import Callable
from typing import Any

import numpy as np

from numtorch import Tensor, tensor
from numtorch._core import kernel

_rng = np.random.default_rng(7)


def real(*shape: int) -> Any:
    """Numbers of either sign, none near 0, no two equal."""
    return _rng.permutation(np.linspace(0.4, 1.6, int(np.prod(shape)))).reshape(shape) * _rng.choice([-1, 1], shape)


def positive(*shape: int) -> Any:
    return np.abs(real(*shape))


def small(*shape: int) -> Any:
    return real(*shape) * 0.5


def cplx(*shape: int) -> Any:
    return real(*shape) + 1j * real(*shape)


def spd(n: int) -> Any:
    a = real(n, n)
    return a @ a.T + n * np.eye(n)


A, B, P, V = real(2, 3), real(2, 3) * 1.07, positive(2, 3), real(3)  # no element of B equals one of A
Z, W = cplx(2, 3), cplx(2, 3)
S, Q = real(3, 3) + 3 * np.eye(3), cplx(3, 3) + 3 * np.eye(3)
MASK = np.array([[True, False, True], [False, False, True]])
INDICES = np.array([[0, 2, 1], [1, 1, 0]])
ROW = np.array([2, 0, 2])


def like(x: Tensor, array: Any) -> Tensor:
    """An array that is no argument, on the device of x."""
    return tensor(array, dev=x.dev)


def k(name: str, *extra: Any, **keywords: Any) -> Callable[..., Any]:
    """The kernel with its further arguments."""
    return lambda *tensors: kernel(name)(*tensors, *extra, **keywords)


Row = tuple[Callable[..., Any], tuple[Any, ...]]
