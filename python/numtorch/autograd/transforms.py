"""gradient and its kin: functions of functions."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Generic, NamedTuple, TypeVar, overload

from numpy.typing import NDArray

from numtorch import _core
from numtorch import kernels as aten
from numtorch._core import Tensor
from numtorch.autograd import nests
from numtorch.autograd.grads import Grads
from numtorch.autograd.recording import Recording, check_loss, check_output, seed_for
from numtorch.structure import Params

# The gradient of an array or a float is one; of a nest, a nest whose type is not said.
X = TypeVar("X", Any, Tensor, NDArray[Any], float)
Y = TypeVar("Y", Any, Tensor, NDArray[Any], float)
Z = TypeVar("Z", Any, Tensor, NDArray[Any], float)
G = TypeVar("G")
Function = Callable[..., Any]


class ValueAndGrad(NamedTuple, Generic[G]):
    """What `withgradient` and `withjacobian` return."""

    val: Any
    grad: G


def pullback(f: Callable[..., Any], *args: Any) -> tuple[Any, Callable[..., Any]]:
    """Value of ``f(*args)``, and the function that carries a gradient of the value back to the arguments.

    Parameters
    ----------
    f : callable
        Returns one Tensor, of any shape, or a nest (tuple, list, dict, object) of them.
    *args : array, number or nest of them; or one Params
        As for `gradient`.

    Returns
    -------
    y : Tensor or nest
        ``f(*args)``.
    back : callable
        ``back(seed)``, with a seed of the shape of `y` (ones for a real scalar if left out), gives what `gradient`
        would. For a nest the seed is a nest of the same structure, where None stands for zeros. It may be called any
        number of times. For complex numbers it is the adjoint of the real-linear derivative: of a holomorphic `f` it
        gives ``conj(df/dz) * seed``.

    Raises
    ------
    TypeError
        `f` returned nothing that could be an array; or (of `back`) the seed has another structure.
    ValueError
        Of `back`: the seed has another shape than `y`.

    Examples
    --------
    >>> import numpy as np
    >>> import numtorch as nt
    >>> y, back = nt.pullback(lambda x: x**2, nt.tensor([1.0, 2.0]))
    >>> back(np.array([1.0, 10.0]))
    (Tensor([ 2., 40.], dtype=float64, dev=-1),)
    >>> y, back = nt.pullback(lambda x: (x**2, {"half": x / 2}), 3.0)
    >>> back((None, {"half": 1.0}))
    (0.5,)
    """
    recording = Recording(f, args, nest=True)
    y = recording.released()
    if not recording.outputs:
        check_output(y, "pullback")  # an integer, or an error

    def back(seed: Any = None) -> Any:
        return recording.arranged(recording.gradients(_seeds(recording, seed)))

    return y, back


def _seeds(recording: Recording, seed: Any) -> list[Tensor | None]:
    if not recording.outputs:
        return []
    if len(recording.outputs) == 1 and recording.outputs[0] is recording.y:
        return [seed_for(recording.y, seed)]
    if seed is None:
        raise ValueError("back: a seed is needed, since f returned several arrays")
    seeds = nests.Outline(recording.y).along(seed, "back: the seed")
    return [None if s is None else seed_for(o, s) for o, s in zip(recording.outputs, seeds, strict=True)]


@overload
def withgradient(f: Function, params: Params, /) -> ValueAndGrad[Grads]: ...
@overload
def withgradient(f: Function, x: X, /) -> ValueAndGrad[tuple[X]]: ...
@overload
def withgradient(f: Function, x: X, y: Y, /) -> ValueAndGrad[tuple[X, Y]]: ...
@overload
def withgradient(f: Function, x: X, y: Y, z: Z, /) -> ValueAndGrad[tuple[X, Y, Z]]: ...
@overload
def withgradient(f: Function, *args: Any) -> ValueAndGrad[tuple[Any, ...]]: ...
def withgradient(f: Function, *args: Any) -> Any:
    """Value and gradient at once, as the named tuple ``(val, grad)``.

    If `f` returns a tuple (a named one too) or a dict, its first element is differentiated, and the rest is carried
    along in `val`. What is carried along counts as a constant outside, like everything else that leaves a gradient.

    Parameters
    ----------
    f : callable
        Returns a real number (a 0-d Tensor), alone or as the first element of a tuple or dict.
    *args : array, number or nest of them; or one Params
        As for `gradient`, which says what is raised, too.

    Returns
    -------
    val
        What `f` returned, all of it.
    grad : tuple or Grads
        As `gradient` gives it.

    Examples
    --------
    >>> import numtorch as nt
    >>> nt.withgradient(lambda x: x * x, 3.0).grad
    (6.0,)
    >>> nt.withgradient(lambda x: {"loss": x * x, "steps": 7}, 3.0).val["steps"]
    7
    """
    whole: Any = None

    def first(*inputs: Any) -> Any:
        nonlocal whole
        whole = f(*inputs)
        if isinstance(whole, tuple):
            return whole[0] if whole else None
        return next(iter(whole.values()), None) if isinstance(whole, Mapping) else whole

    recording = Recording(first, args, nest=False)
    loss = check_loss(recording.y, "withgradient", args)
    grad = recording.arranged(recording.gradients([aten.ones_like(loss)], once=True))
    for carried in nests.leaves(whole):
        if isinstance(carried, Tensor):
            _core.release(carried)
    return ValueAndGrad(whole, grad)


@overload
def gradient(f: Function, params: Params, /) -> Grads: ...
@overload
def gradient(f: Function, x: X, /) -> tuple[X]: ...
@overload
def gradient(f: Function, x: X, y: Y, /) -> tuple[X, Y]: ...
@overload
def gradient(f: Function, x: X, y: Y, z: Z, /) -> tuple[X, Y, Z]: ...
@overload
def gradient(f: Function, *args: Any) -> tuple[Any, ...]: ...
def gradient(f: Function, *args: Any) -> Any:
    """Gradient of a function that returns one real number.

    Parameters
    ----------
    f : callable
        Called once: ``f(*args)``, or ``f()`` if the gradient is taken with respect to a `Params`. It returns a 0-d
        Tensor (or a number) of a real floating-point dtype.
    *args : array, number or nest of them; or one Params
        The point. Tensors, ndarrays and Python floats are differentiated, also inside dicts, lists, tuples,
        dataclasses and plain objects.

    Returns
    -------
    tuple or Grads
        One gradient for each argument, in the argument's own form: a Tensor for a Tensor, an ndarray for an ndarray, a
        float for a float, the same structure for a nest; None where `f` does not depend on it. For a `Params` a
        `Grads`, indexed by the parameter. Of a complex argument z = x + iy it is ∂f/∂x + i ∂f/∂y.

    Raises
    ------
    ValueError
        `f` returned an array with axes.
    TypeError
        `f` returned something that is not a real floating-point number.
    NotImplementedError
        A kernel in between has no gradient rule.

    Examples
    --------
    >>> import numpy as np
    >>> from numtorch import gradient, params, tensor
    >>> gradient(lambda x: np.sum(np.sin(x)), tensor([0.0, np.pi]))
    (Tensor([ 1., -1.], dtype=float64, dev=-1),)
    >>> w = tensor([1.0, 2.0])
    >>> gradient(lambda: np.sum(w**2), params(w))[w]
    Tensor([2., 4.], dtype=float64, dev=-1)
    """
    recording = Recording(f, args, nest=False)
    loss = check_loss(recording.y, "gradient", args)
    return recording.arranged(recording.gradients([aten.ones_like(loss)], once=True))
