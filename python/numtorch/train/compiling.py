"""Training steps as compiled programs."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from numtorch import kernels as aten
from numtorch._core import CompileError, Tensor, tensor
from numtorch.autograd import dropgrad, withgradient
from numtorch.optim import LossScaler
from numtorch.optim.state import named_leaves
from numtorch.optim.update import take_step
from numtorch.programs import Compiled, compile
from numtorch.structure import Params


class Steps:
    """The steps of a model that is trained, compiled: whole ones where the rule allows it, else loss and gradient.

    Parameters
    ----------
    loss : callable
        ``loss(model, *batch)``.
    model, state : nest
        What is trained, and the state of its optimiser.
    arrays : sequence of Tensor
        What of the model is trained at present.
    scaler : LossScaler or None
        What scales the loss.
    whole : bool
        Whether the update may be part of the program.

    Raises
    ------
    TypeError
        Something that is trained is an ndarray.
    """

    def __init__(
        self,
        loss: Callable[..., Any],
        model: Any,
        state: Any,
        arrays: Sequence[Any],
        scaler: LossScaler | None,
        whole: bool,
    ) -> None:
        if not all(isinstance(array, Tensor) for array in arrays):
            raise TypeError("train: compile=True needs a model of Tensors; torch(model) moves it")
        self.arrays = list(arrays)
        self.state = state
        self.whole = whole and all(array.dev < 0 for array in arrays)
        params = Params(arrays)

        def gradient(scale: Any, *batch: Any) -> Any:
            def differentiated() -> Any:
                found = loss(model, *batch)
                plain = found[0] if isinstance(found, tuple) else found
                return (plain if scale is None else plain * scale.astype(plain.dtype)), dropgrad(plain)

            found = withgradient(differentiated, params)
            return found.val[1], found.grad

        def step(*batch: Any) -> Any:
            value, grads = gradient(None, *batch)
            failed = np.where(np.isfinite(value), 0.0, 1.0).astype(np.float32)
            take_step(state, model, grads, aten.reshape(failed, (1,)))
            return value

        self._scaler = scaler
        self._gradient: Compiled = compile(gradient)
        self._step: Compiled = compile(step)

    def step(self, batch: tuple[Any, ...]) -> Any:
        """The loss of one whole step, which changed nothing if it is not finite; None if the rule has no program."""
        if not self.whole:
            return None
        try:
            value = self._step(*batch)
        except CompileError:
            self.whole = False
            return None
        if not math.isfinite(float(value)):
            for leaf in named_leaves(self.state).values():
                leaf.count -= 1
        return value

    def gradient(self, batch: tuple[Any, ...]) -> tuple[Any, Any]:
        """The loss and the gradients, scaled where there is a scaler."""
        scale = None if self._scaler is None else tensor(self._scaler.scale, dev=self.arrays[0].dev)
        loss, grads = self._gradient(scale, *batch)
        return loss, grads

    def suits(self, arrays: Sequence[Any]) -> bool:
        """Whether these are the arrays that the programs train."""
        return len(arrays) == len(self.arrays) and all(a is b for a, b in zip(arrays, self.arrays, strict=True))
