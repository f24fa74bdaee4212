"""Gradients against finite differences."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt

from numtorch._core import Tensor, collect, tensor
from numtorch.autograd.transforms import gradient

Array = npt.NDArray[Any]
# Five-point central difference: weights and steps. Its error falls with the fourth power of the step.
_STENCIL = ((-2, 1 / 12), (-1, -2 / 3), (1, 2 / 3), (2, -1 / 12))


def _host(value: Any) -> Array:
    array = collect(value) if isinstance(value, Tensor) else np.array(value)
    if array.dtype.kind not in "fc":
        raise TypeError(f"check_gradient: arguments must be floating-point arrays, not {array.dtype}")
    return array.astype(np.complex128 if array.dtype.kind == "c" else np.float64)


def _random_like(rng: np.random.Generator, like: Any) -> Array:
    values = rng.uniform(0.5, 1.5, like.shape) * rng.choice([-1.0, 1.0], like.shape)
    if like.dtype.kind == "c":
        values = values + 1j * rng.uniform(0.5, 1.5, like.shape)
    return np.asarray(values)


class _Weighted:
    """Real-valued function: the inner product of what `f` returns with weights drawn at the first call."""

    def __init__(self, f: Callable[..., Any], rng: np.random.Generator) -> None:
        self.f = f
        self.rng = rng
        self.weights: list[Tensor | None] | None = None

    def __call__(self, *args: Any) -> Any:
        results = self.f(*args)
        results = results if isinstance(results, tuple) else (results,)
        if self.weights is None:
            self.weights = [self._draw(result) for result in results]
        return sum((_inner(w, r) for w, r in zip(self.weights, results, strict=True) if w is not None), start=0.0)

    def _draw(self, result: Any) -> Tensor | None:
        if not isinstance(result, Tensor):
            raise TypeError(f"check_gradient: f must return a Tensor or a tuple of them, not {type(result).__name__}")
        return tensor(_random_like(self.rng, result), dev=result.dev) if result.dtype.kind in "fc" else None


def _inner(weights: Tensor, values: Any) -> Any:
    """Real part of sum(conj(weights) * values)."""
    total: Any = np.sum(np.real(weights) * np.real(values))
    if values.dtype.kind == "c":
        total = total + np.sum(np.imag(weights) * np.imag(values))
    return total


def _directions(array: Array) -> list[complex]:
    return [1.0, 1j] if array.dtype.kind == "c" else [1.0]


def _numeric(phi: Callable[..., Any], arrays: list[Array], which: int, dev: int, eps: float) -> Array:
    """∂φ/∂x (+ i ∂φ/∂y) of one argument, element by element."""
    result = np.zeros_like(arrays[which])
    for position in np.ndindex(*arrays[which].shape):
        for direction in _directions(arrays[which]):
            slope = 0.0
            for step, weight in _STENCIL:
                moved = [array.copy() for array in arrays]
                moved[which][position] += step * eps * direction
                slope += weight * float(collect(phi(*(tensor(array, dev=dev) for array in moved)))) / eps
            result[position] += slope * direction
    return result


def _compare(exact: Array, numeric: Array, what: str, rtol: float, atol: float) -> None:
    error = np.abs(exact - numeric)
    bound = atol + rtol * np.maximum(np.abs(numeric), np.max(np.abs(numeric), initial=0.0))
    bad = ~(error <= bound)
    if bad.any():
        position = tuple(int(i) for i in np.argwhere(bad)[0])
        raise AssertionError(
            f"check_gradient: {what}: at {position} the gradient is {exact[position]}, finite differences give "
            f"{numeric[position]}; {int(bad.sum())} of {bad.size} elements differ, by at most {error.max():.3g}"
            + (_ONE_TRIANGLE if _is_spread(exact, numeric, bound) else "")
        )


_ONE_TRIANGLE = (
    ". The gradient is the numeric one, spread over both triangles: so it is of a function that reads one triangle "
    "(eigh, eigvalsh, cholesky) of a Hermitian matrix, see docs/autograd.md. Check f(0.5 * (a + a.T)), or at a matrix "
    "that is not Hermitian"
)


def _is_spread(exact: Array, numeric: Array, bound: Array) -> bool:
    """Whether `exact` is Hermitian, and has the slopes of `numeric` along Hermitian matrices."""
    if exact.ndim < 2 or exact.shape[-1] != exact.shape[-2]:
        return False
    whole, whole_numeric = (a + np.conj(np.swapaxes(a, -1, -2)) for a in (exact, numeric))
    alike = np.abs(whole - whole_numeric) <= 4 * np.max(bound)
    return bool(np.all(alike) and np.all(np.abs(whole - 2 * exact) <= 4 * np.max(bound)))


def check_gradient(
    f: Callable[..., Any],
    *args: Any,
    order: int = 2,
    rtol: float = 1e-5,
    atol: float = 1e-7,
    eps: float = 1e-4,
    dev: int = -1,
    seed: int = 0,
) -> None:
    """Check the gradient of a function against finite differences.

    The function's result, of any shape, real or complex, is turned into one number by random weights; its gradient is
    compared with five-point central differences in every element of every argument, in double precision. For higher
    orders the same is done to the gradient itself.

    Parameters
    ----------
    f : callable
        Takes Tensors, returns a Tensor or a tuple of Tensors.
    *args : array_like
        The point, away from kinks by more than ``2 * eps``; float64 or complex128 is taken.
    order : int, default 2
        Highest order of derivative to check.
    rtol, atol : float
        Allowed error, relative to the larger of the element and the largest element, and absolute.
    eps : float
        Step of the differences.
    dev : int, default -1
        Device to compute on.
    seed : int
        Seed of the random weights.

    Raises
    ------
    AssertionError
        A gradient is wrong; the message says which argument, where and by how much.

    Examples
    --------
    >>> import numpy as np
    >>> from numtorch import check_gradient
    >>> check_gradient(np.sin, np.array([0.3, 2.0]))
    >>> check_gradient(lambda z: np.abs(z) ** 2, np.array([1.0 + 2.0j]))
    """
    rng = np.random.default_rng(seed)
    arrays = [_host(arg) for arg in args]
    _check(f, arrays, order, 1, rng, dev, rtol, atol, eps)


def _check(
    f: Callable[..., Any],
    arrays: list[Array],
    order: int,
    level: int,
    rng: np.random.Generator,
    dev: int,
    rtol: float,
    atol: float,
    eps: float,
) -> None:
    phi = _Weighted(f, rng)
    gradients = gradient(phi, *(tensor(array, dev=dev) for array in arrays))
    for i, (array, found) in enumerate(zip(arrays, gradients, strict=True)):
        exact = np.zeros_like(array) if found is None else collect(found)
        if exact.shape != array.shape or exact.dtype != array.dtype:
            raise AssertionError(
                f"check_gradient: order {level}, argument {i}: the gradient has shape {exact.shape} and dtype "
                f"{exact.dtype}, the argument {array.shape} and {array.dtype}"
            )
        _compare(exact, _numeric(phi, arrays, i, dev, eps), f"order {level}, argument {i}", rtol, atol)
    if level < order:
        _check(_gradient_of(phi), arrays, order, level + 1, rng, dev, rtol, atol, eps)


def _gradient_of(phi: Callable[..., Any]) -> Callable[..., Any]:
    def derivative(*args: Any) -> tuple[Any, ...]:
        gradients = gradient(phi, *args)
        return tuple(0.0 * arg if g is None else g for arg, g in zip(args, gradients, strict=True))

    return derivative
