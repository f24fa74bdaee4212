"""The guard against losses that are not finite: from such a step on the model does not change."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from numtorch import kernels as aten
from numtorch._core import Tensor
from numtorch.autograd import ignore
from numtorch.optim.state import Leaf
from numtorch.optim.update import take_step
from numtorch.structure import buffer_names, containers, is_array, leaves

_SINGLE = np.dtype(np.float32)


def is_known(loss: Any) -> bool:
    """Whether a loss can be looked at without waiting for a device."""
    return not isinstance(loss, Tensor) or loss.dev < 0


class Guard:
    """Keeps a model, the state of its optimiser and its buffers as they were before the first loss that is not finite.

    A loss on the host is looked at before its update. One on a device is looked at there: a number that becomes 1 and
    stays so tells the kernels of this update and of all that follow to write nothing. The host learns of it when it
    reads the losses, and then takes back the counts of those updates.

    Parameters
    ----------
    model : nest of arrays
        What is trained.
    """

    def __init__(self, model: Any) -> None:
        self.buffers = Buffers(model)
        self.failed: Tensor | None = None
        self.updated: list[list[Leaf]] = []  # by each step whose loss has not been read

    def begin(self) -> None:
        """Before a loss is computed, which may write into buffers."""
        self.buffers.keep(self.failed)

    def update(self, state: Any, model: Any, grads: Any, loss: Any, wait: bool) -> bool:
        """Takes the step, unless the loss is known not to be finite: then all is as it was, and this returns false."""
        if wait:
            if not math.isfinite(float(loss)):
                self.buffers.restore()
                return False
            take_step(state, model, grads)
            return True
        with ignore():
            if self.failed is None:
                self.failed = aten.full((1,), 0.0, dtype=_SINGLE, device=loss.dev)
                self.one = aten.full((1,), 1.0, dtype=_SINGLE, device=loss.dev)
            aten._amp_foreach_non_finite_check_and_unscale_([loss.copy()], self.failed, self.one)
        updated = take_step(state, model, grads, self.failed)
        self.updated.append(self.updated[-1] if self.updated and self.updated[-1] == updated else updated)
        return True

    def read(self, first_bad: int | None) -> None:
        """The losses of all steps were read; those from `first_bad` on, counted from the last time, changed nothing."""
        for updated in [] if first_bad is None else self.updated[first_bad:]:
            for leaf in updated:
                leaf.count -= 1
        if first_bad is not None and self.updated:
            self.buffers.restore()
        self.updated = []


class Buffers:
    """Copies of the arrays that classes name in `__buffers__`, as running averages: one vector for each dtype."""

    def __init__(self, model: Any) -> None:
        slots = [(part, name) for _, part in containers(model) for name in buffer_names(part)]
        self.slots = [(part, name) for part, name in slots if list(leaves(getattr(part, name, None)))]
        self.vectors: dict[Any, Any] = {}

    def _groups(self) -> dict[Any, list[Any]]:
        """By what can be in one vector; a forward pass may put new arrays into the slots."""
        found: dict[Any, list[Any]] = {}
        for part, name in self.slots:
            held: Any = getattr(part, name, None)
            for array in [held] if is_array(held) else leaves(held):
                key = (isinstance(array, Tensor), getattr(array, "dev", None), array.dtype)
                found.setdefault(key, []).append(array)
        return found

    def keep(self, failed: Tensor | None) -> None:
        """Copies what is there now; where `failed` is not 0, on its device, the copy from before stays."""
        if not self.slots:
            return
        with ignore():
            for key, arrays in self._groups().items():
                now = np.concatenate([array.reshape(-1) for array in arrays])
                old = self.vectors.get(key)
                if failed is not None and old is not None and old.shape == now.shape:
                    now = np.where(_near(failed, now) != 0, old, now)
                self.vectors[key] = now

    def restore(self) -> None:
        """Writes the copies back."""
        with ignore():
            for key, arrays in self._groups().items():
                start = 0
                for array in arrays:
                    array[...] = self.vectors[key][start : start + array.size].reshape(array.shape)
                    start += array.size


def _near(failed: Tensor, like: Any) -> Any:
    if isinstance(like, Tensor):
        return failed.to(dev=like.dev)
    return np.asarray(float(failed[0]))
