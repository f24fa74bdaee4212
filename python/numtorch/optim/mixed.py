"""Arrays kept in float16 and trained in float32."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, ClassVar, Self

import numpy as np

from numtorch import kernels as aten
from numtorch._core import Tensor
from numtorch.autograd import Grads, ignore
from numtorch.optim.arrays import Arrays, TensorArrays
from numtorch.optim.rule import Rule, Slots, kept_if, number
from numtorch.optim.update import update
from numtorch.structure import fmap, is_array

_HALF = np.dtype(np.float16)
_SINGLE = np.dtype(np.float32)


@dataclass(frozen=True)
class MixedPrecision(Rule):
    """A rule for float16 arrays: it works on copies in float32, which are rounded into the arrays after each step.

    Arrays of other dtypes are trained as ever. The copies are made by `setup`: load weights before it.

    Parameters
    ----------
    rule : Rule
        What is done in float32; a chain goes in here.

    Examples
    --------
    >>> import numpy as np
    >>> from numtorch.optim import Descent, MixedPrecision, setup, update
    >>> w = np.ones(1, np.float16)
    >>> state = setup(MixedPrecision(Descent(1e-4)), w)
    >>> for _ in range(10):
    ...     update(state, w, np.ones(1, np.float16))
    >>> w                            # 1 - 0.0001 alone is 1 in float16
    array([0.999], dtype=float16)
    """

    rule: Rule
    outermost: ClassVar[bool] = True

    def __post_init__(self) -> None:
        if not isinstance(self.rule, Rule):
            raise TypeError(f"MixedPrecision: expected a rule, not {self.rule!r}")

    def parts(self) -> dict[str, Rule]:
        return {"rule": self.rule}

    def with_parts(self, parts: dict[str, Rule]) -> Self:
        return replace(self, rule=parts["rule"])

    def init(self, x: Any) -> Slots:
        if x.dtype != _HALF:
            return {"rule": self.rule.init(x)}
        master = x.astype(_SINGLE)
        return {"master": master, "rule": self.rule.init(master)}

    def computes_in(self, dtype: np.dtype[Any]) -> np.dtype[Any]:
        return self.rule.computes_in(_SINGLE if dtype == _HALF else dtype)

    def norm_bound(self, t: int) -> float | None:
        return self.rule.norm_bound(t)

    def steps(self, t: int) -> int:
        return self.rule.steps(t)

    def step(self, t: int, slots: Slots, x: Arrays, dx: Arrays) -> None:
        master: Arrays = slots.get("master", x)
        self.rule.step(t, slots["rule"], master, dx)
        if master is not x:
            x.assign(master)

    def step_unless(self, failed: Any, t: int, slots: Slots, x: Arrays, dx: Arrays) -> None:
        master: Arrays = slots.get("master", x)
        self.rule.step_unless(failed, t, slots["rule"], master, dx)
        if master is not x:
            with kept_if(failed, [x]):  # which need not be what the copy rounds to
                x.assign(master)

    def check(self, t: int, dx: Arrays) -> None:
        self.rule.check(t, dx)


class LossScaler:
    """Keeps small gradients from vanishing in float16: the loss is multiplied by `scale`, and gradients are divided.

    The scale grows while gradients stay finite. When one does not, the update is left out and the scale falls.

    Parameters
    ----------
    scale : float
        What to begin with.
    growth, backoff : float
        Factors by which the scale grows and falls.
    interval : int
        After how many good updates it grows.

    Attributes
    ----------
    scale : float
        At present.

    Examples
    --------
    >>> import numpy as np
    >>> import numtorch as nt
    >>> from numtorch.optim import Descent, LossScaler, MixedPrecision, setup
    >>> w = nt.tensor(np.ones(3, np.float16))
    >>> state = setup(MixedPrecision(Descent(0.5)), w)
    >>> scaler = LossScaler(1024.0)
    >>> grads = nt.gradient(lambda: scaler(np.sum(w.astype(np.float32) * 1e-6)), nt.params(w))
    >>> scaler.update(state, w, grads)
    True
    """

    def __init__(self, scale: float = 2.0**16, growth: float = 2.0, backoff: float = 0.5, interval: int = 2000) -> None:
        self.scale = number("LossScaler: scale", scale, 1e-30)
        self.growth = number("LossScaler: growth", growth, 1.0)
        self.backoff = number("LossScaler: backoff", backoff, 0.0, 1.0)
        self.interval = int(number("LossScaler: interval", interval, 1))
        self.good = 0

    def __call__(self, loss: Any) -> Any:
        """The loss, multiplied. It should be float32: the scale alone may be more than float16 holds."""
        return loss * self.scale

    def update(self, state: Any, model: Any, grads: Any) -> bool:
        """As `update`, along gradients of a scaled loss; returns whether they were finite, so that it was done.

        Parameters
        ----------
        state, model, grads
            As for `numtorch.optim.update`.
        """
        with ignore():
            unscaled, finite = _unscaled(grads, self.scale)
        if not finite:
            self.scale *= self.backoff
            self.good = 0
            return False
        update(state, model, unscaled)
        self.good += 1
        if self.good == self.interval:
            self.scale *= self.growth
            self.good = 0
        return True

    def state(self) -> dict[str, float]:
        """What a checkpoint has to keep."""
        return {"scale": self.scale, "good": self.good}

    def load_state(self, state: dict[str, float]) -> None:
        """Goes on from what `state` gave."""
        scale, good = number("LossScaler: scale", state["scale"], 0.0), state["good"]
        if type(good) is not int or good < 0:
            raise ValueError(f"LossScaler: a scale after {good!r:.50} good updates")
        self.scale, self.good = scale, good


def _unscaled(grads: Any, scale: float) -> tuple[Any, bool]:
    """Gradients divided by the scale, of float16 ones in float32, and whether all are finite."""
    found: dict[int, Any] = {}
    if isinstance(grads, Grads):
        found = {id(g): g for g in grads.values() if g is not None}
    else:
        fmap(lambda g: found.setdefault(id(g), g), grads, is_leaf=_is_gradient)
    groups: dict[Any, list[Any]] = {}
    for g in found.values():
        groups.setdefault((isinstance(g, Tensor), g.dtype, getattr(g, "dev", None)), []).append(g)
    made: dict[int, Any] = {}
    finite = []
    for group in groups.values():
        divided, good = _divided(Arrays.of(group), scale)
        made.update(zip(map(id, group), divided.items, strict=True))
        finite.append(good)
    # Numbers are read from devices when everything has been started.
    all_finite = all([bool(good) for good in finite])
    if isinstance(grads, Grads):
        return grads.map(lambda g: made[id(g)]), all_finite
    return fmap(lambda g: made[id(g)], grads, is_leaf=_is_gradient), all_finite


def _is_gradient(value: Any) -> bool:
    return is_array(value) or isinstance(value, np.generic)


def _divided(arrays: Arrays, scale: float) -> tuple[Arrays, Any]:
    """Of one dtype on one device; what says whether all are finite may still be on the device."""
    wide = arrays.astype(_SINGLE) if arrays.dtype == _HALF else arrays.copy()
    if isinstance(wide, TensorArrays) and not wide.is_complex:
        like = wide.items[0]
        found = aten.full((1,), 0.0, dtype=_SINGLE, device=like.dev)
        aten._amp_foreach_non_finite_check_and_unscale_(
            wide.items, found, aten.full((1,), 1.0 / scale, dtype=_SINGLE, device=like.dev)
        )
        return wide, found == 0
    wide /= scale
    return wide, np.all(np.stack([np.all(np.isfinite(g)) for g in wide.items]))
