"""Layers that are matrices: Dense, Scale, Bilinear."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from numtorch import kernels as aten
from numtorch._core import Tensor
from numtorch.nn.dispatch import Array, ArrayT, integer
from numtorch.nn.draws import Rng
from numtorch.nn.layers.init import glorot_uniform, ones, zeros
from numtorch.nn.layers.layer import Layer, activation, array, called
from numtorch.nn.layers.show import name_of

Function = Callable[..., Any]


def affine(x: ArrayT, weight: Array, bias: Array | None = None) -> ArrayT:
    """`x @ weight.T + bias` over the last axis; on Tensors in one kernel.

    Parameters
    ----------
    x : array, of shape (..., in)
    weight : array, of shape (out, in)
    bias : array, of shape (out,), optional

    Returns
    -------
    array, of shape (..., out)
    """
    arrays = (x, weight) if bias is None else (x, weight, bias)
    alike = all(isinstance(array, Tensor) and array.dtype == x.dtype for array in arrays)
    fits = x.ndim > 1 and weight.ndim == 2 and x.shape[-1] == weight.shape[-1]
    if not alike or not fits or x.dtype.kind not in "fc":
        return x @ weight.T if bias is None else x @ weight.T + bias
    rows = x if x.ndim == 2 else x.reshape(-1, x.shape[-1])
    result = aten.linear(rows, weight, bias)
    return result if x.ndim == 2 else result.reshape(*x.shape[:-1], weight.shape[0])


def activated(act: Function | None, x: Any) -> Any:
    """`act(x)`, or `x` where there is no activation."""
    return x if act is None else act(x)


class Dense(Layer):
    """`act(x @ weight.T + bias)` over the last axis of x.

    Parameters
    ----------
    inputs, outputs : int
        Lengths of the last axis.
    act : callable, optional
        Activation.
    bias : bool
        Whether there is one.
    init : callable
        Initialiser of the weight: `init(shape, rng=rng)`.
    rng : numpy.random.Generator or int, optional
        Where the initial numbers come from.

    Attributes
    ----------
    weight : array, of shape (outputs, inputs)
    bias : array, of shape (outputs,), or None

    Examples
    --------
    >>> import numpy as np
    >>> from numtorch.nn.layers import Dense
    >>> layer = Dense(4, 3, np.tanh, rng=0)
    >>> layer
    Dense(4 => 3, tanh)  # 15 parameters
    >>> layer(np.ones((2, 4), np.float32)).shape
    (2, 3)
    """

    def __init__(
        self,
        inputs: int,
        outputs: int,
        act: Function | None = None,
        *,
        bias: bool = True,
        init: Function = glorot_uniform,
        rng: Rng = None,
    ) -> None:
        shape = integer("Dense", "outputs", outputs, 0), integer("Dense", "inputs", inputs, 0)
        self.weight = called("Dense", "init", init)(shape, rng=rng)
        self.bias = zeros((outputs,)) if bias else None
        self.act = activation("Dense", act)

    def __call__(self, x: ArrayT) -> ArrayT:
        x = array(x)
        if x.shape[-1:] != self.weight.shape[1:]:
            raise ValueError(f"{self!r}: the last axis of the input, of shape {x.shape}, is not {self.weight.shape[1]}")
        return activated(self.act, affine(x, self.weight, self.bias))

    def describe(self) -> str:
        outputs, inputs = self.weight.shape
        text = f"{inputs} => {outputs}" + ("" if self.act is None else f", {name_of(self.act)}")
        return text + (", bias=False" if self.bias is None else "")


class Scale(Layer):
    """`act(scale * x + bias)`, element by element.

    Parameters
    ----------
    *shape : int
        Shape of scale and bias.
    act : callable, optional
        Activation.
    bias : bool
        Whether there is one.
    init : callable
        Initialiser of the scale.
    rng : numpy.random.Generator or int, optional
        Where the initial numbers come from.

    Examples
    --------
    >>> import numpy as np
    >>> from numtorch.nn.layers import Scale
    >>> Scale(3)(np.ones((2, 3), np.float32)).shape
    (2, 3)
    """

    def __init__(
        self, *shape: int, act: Function | None = None, bias: bool = True, init: Function = ones, rng: Rng = None
    ) -> None:
        shape = tuple(integer("Scale", "shape", n, 0) for n in shape)
        self.scale = called("Scale", "init", init)(shape, rng=rng)
        self.bias = zeros(shape) if bias else None
        self.act = activation("Scale", act)

    def __call__(self, x: ArrayT) -> ArrayT:
        x = array(x)
        ends = zip(reversed(x.shape), reversed(self.scale.shape), strict=False)
        if any(n != m and 1 not in (n, m) for n, m in ends):
            raise ValueError(f"Scale: the input, of shape {x.shape}, does not go with {self.scale.shape}")
        scaled = self.scale * x
        return activated(self.act, scaled if self.bias is None else scaled + self.bias)

    def describe(self) -> str:
        return ", ".join(map(str, self.scale.shape)) + ("" if self.act is None else f", act={name_of(self.act)}")


class Bilinear(Layer):
    """`act(x[i] * weight[o, i, j] * y[j] + bias[o])`, summed over i and j.

    Parameters
    ----------
    inputs : int or pair of int
        Lengths of the last axes of x and y.
    outputs : int
        Length of the last axis of the result.
    act : callable, optional
        Activation.
    bias : bool
        Whether there is one.
    init : callable
        Initialiser of the weight, of shape (outputs, inputs of x, inputs of y).
    rng : numpy.random.Generator or int, optional
        Where the initial numbers come from.

    Examples
    --------
    >>> import numpy as np
    >>> from numtorch.nn.layers import Bilinear
    >>> Bilinear((3, 4), 2)(np.ones((5, 3), np.float32), np.ones((5, 4), np.float32)).shape
    (5, 2)
    """

    def __init__(
        self,
        inputs: int | tuple[int, int],
        outputs: int,
        act: Function | None = None,
        *,
        bias: bool = True,
        init: Function = glorot_uniform,
        rng: Rng = None,
    ) -> None:
        left, right = (inputs, inputs) if isinstance(inputs, int) else inputs
        shape = tuple(integer("Bilinear", "inputs and outputs", n, 0) for n in (outputs, left, right))
        self.weight = called("Bilinear", "init", init)(shape, rng=rng)
        self.bias = zeros((outputs,)) if bias else None
        self.act = activation("Bilinear", act)

    def __call__(self, x: ArrayT, y: Array | None = None) -> ArrayT:
        x = array(x)
        y = x if y is None else array(y)
        if x.shape[-1:] + y.shape[-1:] != self.weight.shape[1:]:
            raise ValueError(
                f"Bilinear: the last axes of the inputs, of shapes {x.shape} and {y.shape}, are not "
                f"{self.weight.shape[1:]}"
            )
        result = np.einsum("...i,oij,...j->...o", x, self.weight, y)
        return activated(self.act, result if self.bias is None else result + self.bias)

    def describe(self) -> str:
        outputs, left, right = self.weight.shape
        return f"({left}, {right}) => {outputs}" + ("" if self.act is None else f", {name_of(self.act)}")
