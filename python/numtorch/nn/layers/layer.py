"""What layers have in common: their text, and whether they train or test."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, ClassVar, TypeVar

import numpy as np

from numtorch import _core
from numtorch._core import Tensor
from numtorch.nn.dispatch import ArrayT
from numtorch.nn.layers.flux import from_flux
from numtorch.nn.layers.show import show
from numtorch.structure import containers

T = TypeVar("T")


class Layer:
    """Base of the layers here: a callable object that holds arrays and other layers in its attributes.

    Nothing else is asked of a layer: any object with a `__call__` can stand in a Chain, and `torch`, `params` and
    `state` see its attributes. A subclass gains the text that `repr` shows.

    `__buffers__` names the attributes that are not trained, arrays and numbers; `__single__` says that the arrays
    stay in float32 when the model goes to float16; `__inline__` names an attribute whose name is left out of the
    names in `state`.

    Examples
    --------
    >>> from numtorch.nn.layers import Dense, Layer
    >>> class Twice(Layer):
    ...     def __init__(self):
    ...         self.inner = Dense(3, 3)
    ...
    ...     def __call__(self, x):
    ...         return self.inner(self.inner(x))
    >>> Twice()
    Twice(
      inner = Dense(3 => 3),  # 12 parameters
    )                         # Total: 2 arrays, 12 parameters, 48 bytes.
    """

    __buffers__: ClassVar[tuple[str, ...]] = ()
    __single__: ClassVar[bool] = False

    def __call__(self, x: Any) -> Any:
        raise NotImplementedError(f"{type(self).__name__} has no __call__")

    def describe(self) -> str:
        """What stands between the parentheses of a layer without parts."""
        return ""

    def __repr__(self) -> str:
        return show(self)

    def __translate__(self, given: Mapping[str, Any], names: str) -> dict[str, Any]:
        """Arrays by the names of another library, by our own; for `load_state`."""
        return from_flux(self, given) if names == "flux" else dict(given)


def called(owner: str, argument: str, value: T) -> T:
    """`value`, if it can be called; TypeError otherwise."""
    if not callable(value):
        raise TypeError(f"{owner}: {argument} must be callable, not {value!r}")
    return value


def activation(owner: str, act: T) -> T:
    """An activation, or None."""
    return act if act is None else called(owner, "act", act)


def array(x: ArrayT) -> ArrayT:
    """What a layer is called with: a list becomes an ndarray."""
    given: Any = x if hasattr(x, "shape") else np.asarray(x)
    return given


class Moded(Layer):
    """A layer that computes otherwise in training. `training` says when: always, never, or (None) inside `gradient`."""

    training: bool | None = None

    def trains(self, *inputs: object) -> bool:
        """Whether to do now what training needs: on a thread that takes no gradient itself, the inputs tell."""
        if self.training is not None:
            return self.training
        return _core.recording() or any(isinstance(x, Tensor) and x.tracked for x in inputs)


def trainmode(model: T, mode: bool | str | None = True) -> T:
    """Sets, in place, that layers such as Dropout and BatchNorm do what training needs.

    Parameters
    ----------
    model : object or nest of objects
        A layer, a model, or a part of one.
    mode : bool, None or "auto"
        True for training, False for testing, None or "auto" for training inside `gradient` only, which is how layers
        are made.

    Returns
    -------
    The model itself.

    Examples
    --------
    >>> import numpy as np
    >>> from numtorch.nn.layers import Dropout, testmode, trainmode
    >>> layer = Dropout(0.5, rng=0)
    >>> layer(np.ones(4, np.float32))
    array([1., 1., 1., 1.], dtype=float32)
    >>> set(trainmode(layer)(np.ones(40, np.float32)).tolist()) == {0.0, 2.0}
    True
    """
    if mode not in (True, False, None, "auto"):
        raise ValueError(f"trainmode: the mode is True, False, None or 'auto', not {mode!r}")
    _set(model, None if mode == "auto" or mode is None else bool(mode))
    return model


def testmode(model: T, mode: bool | str | None = True) -> T:  # noqa: PT028
    """Sets, in place, that layers such as Dropout and BatchNorm do what testing needs, also inside `gradient`.

    Parameters
    ----------
    model : object or nest of objects
        A layer, a model, or a part of one.
    mode : bool, None or "auto"
        True for testing, False for training, None or "auto" for training inside `gradient` only.

    Returns
    -------
    The model itself.
    """
    return trainmode(model, mode if mode in (None, "auto") else not mode)


testmode.__test__ = False  # type: ignore[attr-defined]  # pytest: no test of ours


@contextmanager
def while_testing(model: object) -> Iterator[None]:
    """Layers do what testing needs meanwhile, and afterwards what they did before.

    Parameters
    ----------
    model : object or nest of objects
        A layer, a model, or a part of one. Only layers that would train now are written to.

    Examples
    --------
    >>> import numpy as np
    >>> from numtorch.nn.layers import Dropout, while_testing, trainmode
    >>> layer = trainmode(Dropout(0.5))
    >>> with while_testing(layer):
    ...     layer(np.ones(4))
    array([1., 1., 1., 1.])
    >>> layer.training
    True
    """
    training = [(layer, layer.training) for layer in _moded(model) if layer.trains()]
    try:
        for layer, _ in training:
            layer.training = False
        yield
    finally:
        for layer, mode in training:
            layer.training = mode


def _set(model: Any, mode: bool | None) -> None:
    for layer in _moded(model):
        layer.training = mode


def _moded(model: Any) -> list[Moded]:
    """Each layer in a nest that does something else in training, once."""
    return [part for _, part in containers(model) if isinstance(part, Moded)]
