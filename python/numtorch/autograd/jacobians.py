"""Matrices of derivatives, row by row from one recorded run."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from numtorch import kernels as aten
from numtorch._core import Tensor, tensor
from numtorch.autograd.fitting import zeros_like
from numtorch.autograd.recording import Recording, check_loss, check_output
from numtorch.autograd.rule import conj
from numtorch.autograd.transforms import ValueAndGrad, gradient
from numtorch.structure import is_differentiable


def _unit_seeds(y: Tensor, value: complex = 1.0) -> Iterator[Tensor]:
    """One for each element of `y`: `value` there and zero elsewhere."""
    for i in range(y.size):
        seed = aten.zeros((y.size,), dtype=y.dtype, device=y.dev)
        seed[i] = value
        yield aten.reshape(seed, y.shape)


def _rows(recording: Recording, seeds: Iterator[Tensor]) -> list[list[Tensor]]:
    """For each leaf its gradients, one for each seed."""
    likes = [s if isinstance(s, Tensor) else tensor(s) for s in recording.sources]
    found = [recording.gradients([seed]) for seed in seeds]
    return [[zeros_like(like) if gs[i] is None else gs[i] for gs in found] for i, like in enumerate(likes)]  # type: ignore[misc]


def _stacked(rows: list[Tensor], y: Tensor, source: Any) -> Tensor:
    source = source if isinstance(source, Tensor) else tensor(source)
    shape = (*y.shape, *source.shape)
    if rows:
        return aten.reshape(aten.stack(rows, 0), shape)
    return aten.zeros(shape, dtype=np.result_type(source.dtype, y.dtype), device=source.dev)


def _complex_row(from_real: Tensor, from_imaginary: Tensor) -> Tensor:
    """One row for a complex element, of the gradients of its real and imaginary parts."""
    if from_real.dtype.kind == "c":
        return (conj(from_real) + 1j * conj(from_imaginary)) / 2
    return from_real + 1j * from_imaginary


def withjacobian(f: Callable[..., Any], *args: Any) -> ValueAndGrad[Any]:
    """Value and Jacobian at once, as the named tuple ``(val, grad)``.

    Parameters, conventions and errors are those of `jacobian`.

    Examples
    --------
    >>> import numtorch as nt
    >>> nt.withjacobian(lambda x: x**2, nt.tensor([1.0, 2.0])).val
    Tensor([1., 4.], dtype=float64, dev=-1)
    """
    return _withjacobian(f, args, "withjacobian")


def _withjacobian(f: Callable[..., Any], args: tuple[Any, ...], function: str) -> ValueAndGrad[Any]:
    recording = Recording(f, args, nest=False)
    y = check_output(recording.y, function)
    if y.dtype.kind not in "fc":
        raise TypeError(f"{function}: f must return floating-point numbers, not {y.dtype}")
    rows = _rows(recording, _unit_seeds(y))
    if y.dtype.kind == "c":
        pairs = zip(rows, _rows(recording, _unit_seeds(y, 1j)), strict=True)
        rows = [[_complex_row(a, b) for a, b in zip(real, imaginary, strict=True)] for real, imaginary in pairs]
    jacobians = [_stacked(r, y, source) for r, source in zip(rows, recording.sources, strict=True)]
    return ValueAndGrad(recording.released(), recording.arranged(jacobians))


def jacobian(f: Callable[..., Any], *args: Any) -> Any:
    """Derivatives of all elements of what a function returns, with respect to all elements of its arguments.

    `f` runs once, and the way back is gone once for each element of its value (twice for a complex one).

    Parameters
    ----------
    f : callable
        ``f(*args)``, or ``f()`` for a Params, returns one floating-point array of any shape R.
    *args : array, number or nest of them; or one Params
        As for `gradient`.

    Returns
    -------
    tuple or Grads
        One Jacobian for each argument: of shape R + S for an array of shape S, with ``J[i, j]`` the derivative of
        ``f[i]`` with respect to ``x[j]``; a nest of them for a nest; Grads for a Params. Zeros where `f` does not
        depend on the argument. They are Tensors for Tensors, and ndarrays for ndarrays and for numbers (a number for a
        number if `f` returns one).

    Raises
    ------
    TypeError
        `f` returned something else than a floating-point array or number.

    Notes
    -----
    Complex numbers, z = x + iy. Of a real `f` the rows are gradients, ∂f/∂x + i ∂f/∂y. Of a complex `f` of real
    arguments they are ∂f/∂x. Of a complex `f` of complex arguments they are ∂f/∂z = (∂f/∂x - i ∂f/∂y) / 2, which is
    the derivative if `f` is holomorphic; otherwise ∂f/∂z* is needed too, the conjugate of the Jacobian of
    ``np.conj(f(z))``.

    Examples
    --------
    >>> import numpy as np
    >>> import numtorch as nt
    >>> nt.jacobian(lambda x, a: a * x**2, nt.tensor([1.0, 2.0]), 3.0)
    (Tensor([[ 6.,  0.],
           [ 0., 12.]], dtype=float64, dev=-1), array([1., 4.]))
    """
    return _withjacobian(f, args, "jacobian").grad


def _check_real(x: Any, function: str) -> None:
    if not is_differentiable(x) or np.iscomplexobj(x):
        came = x.dtype if isinstance(x, Tensor | np.ndarray) else type(x).__name__
        raise TypeError(f"{function}: x must be an array of real floating-point numbers, or one number, not {came}")


def hessian(f: Callable[[Any], Any], x: Any) -> Any:
    """Matrix of the second derivatives of a function that returns one real number.

    Parameters
    ----------
    f : callable
        As for `gradient`.
    x : array or number
        Real and floating-point, of shape S.

    Returns
    -------
    Tensor, ndarray or number
        Of shape S + S, in the form of `x`; the Jacobian of the gradient.

    Raises
    ------
    TypeError
        `x` is something else, or what `gradient` raises.
    ValueError
        `f` returned an array with axes.

    Examples
    --------
    >>> import numpy as np
    >>> import numtorch as nt
    >>> nt.hessian(lambda x: np.prod(x) ** 2, nt.tensor([1.0, 2.0]))
    Tensor([[8., 8.],
           [8., 2.]], dtype=float64, dev=-1)
    """
    _check_real(x, "hessian")

    def slope(at: Any) -> Any:
        (g,) = gradient(f, at)
        return zeros_like(at) if g is None else g

    return jacobian(slope, x)[0]


def diaghessian(f: Callable[..., Any], *args: Any) -> Any:
    """Diagonals of the Hessian of a function that returns one real number: second derivatives by each element alone.

    Parameters
    ----------
    f : callable
        As for `gradient`.
    *args : array, number or nest of them; or one Params
        Real and floating-point.

    Returns
    -------
    tuple or Grads
        One array for each argument, of its shape and in its form, as `gradient` gives it; zeros where `f` is linear in
        the argument or does not depend on it.

    Raises
    ------
    TypeError
        An argument is complex, or what `gradient` raises.
    ValueError
        `f` returned an array with axes.

    Examples
    --------
    >>> import numpy as np
    >>> import numtorch as nt
    >>> nt.diaghessian(lambda x: np.sum(x**3), nt.tensor([1.0, 2.0]))
    (Tensor([ 6., 12.], dtype=float64, dev=-1),)
    """
    slopes: list[Tensor | None] = []

    def slope(*inputs: Any) -> list[Tensor]:
        inner = Recording(f, inputs or args, nest=False)
        loss = check_loss(inner.y, "diaghessian")
        for source in inner.sources:
            _check_real(source, "diaghessian")
        slopes.extend(inner.gradients([_ones(loss)]))
        return [g for g in slopes if g is not None]

    recording = Recording(slope, args, nest=True)
    diagonals = []
    for i, source in enumerate(recording.sources):
        value = source if isinstance(source, Tensor) else tensor(source)
        g = slopes[i]
        diagonals.append(zeros_like(value) if g is None else _diagonal(recording, i, g))
    return recording.arranged(diagonals)


def _ones(loss: Tensor) -> Tensor:
    return aten.zeros((), dtype=loss.dtype, device=loss.dev) + 1


def _diagonal(recording: Recording, leaf: int, slope: Tensor) -> Tensor:
    elements = []
    for i, seed in enumerate(_unit_seeds(slope)):
        seeds = [seed if output is slope else None for output in recording.outputs]
        row = recording.gradients(seeds)[leaf]
        elements.append(
            aten.zeros((), dtype=slope.dtype, device=slope.dev) if row is None else aten.reshape(row, (-1,))[i]
        )
    return aten.reshape(aten.stack(elements, 0), slope.shape) if elements else zeros_like(slope)
