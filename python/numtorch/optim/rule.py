"""Rules: their hyperparameters, the arrays that they keep for each parameter, and the steps that they take."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any, ClassVar, Self

import numpy as np

from numtorch import kernels as aten
from numtorch._core import Tensor
from numtorch.optim.arrays import Arrays
from numtorch.spellings import Keywords

# Of one array: arrays by name, and those of a rule inside by its name. Of many: Arrays in place of the arrays.
Slots = dict[str, Any]


def number(name: str, value: Any, low: float, high: float = math.inf, open_end: bool = False) -> float:
    """A hyperparameter as a float, or an error that names it."""
    if isinstance(value, bool) or not isinstance(value, int | float | np.integer | np.floating):
        raise TypeError(f"{name} must be a number, not {value!r}")
    inside = low <= value < high if open_end else low <= value <= high
    if not inside:
        end = ")" if open_end or high == math.inf else "]"
        raise ValueError(f"{name} must be in [{low}, {high}{end}, not {value!r}")
    return float(value)


def sqrt(value: Any) -> Any:
    """The square root of a number, which may be one that a program computes (`compile`)."""
    return np.sqrt(value) if isinstance(value, Tensor) else math.sqrt(value)


def numbers(name: str, values: Any, count: int, low: float, high: float = math.inf) -> tuple[float, ...]:
    """A tuple of hyperparameters, the upper end not included."""
    if isinstance(values, str) or not isinstance(values, Iterable) or len(found := tuple(values)) != count:
        raise TypeError(f"{name} must be {count} numbers, not {values!r}")
    return tuple(number(name, value, low, high, open_end=True) for value in found)


def filled_like(x: Any, value: float = 0.0, dtype: Any = None) -> Any:
    """A contiguous array of the shape of `x`, on its device."""
    if isinstance(x, Tensor):
        return aten.full_like(x, value, dtype=x.dtype if dtype is None else dtype, memory_format="contiguous_format")
    return np.full(x.shape, value, x.dtype if dtype is None else dtype)


def real_like(x: Any, value: float = 0.0) -> Any:
    """The same, real: what the squares of complex numbers are kept in."""
    return filled_like(x, value, x.real.dtype if x.dtype.kind == "c" else None)


def arrays_in(slots: Slots) -> list[Arrays]:
    """All that is kept for a group of arrays."""
    found = [arrays_in(value) if isinstance(value, dict) else [value] for value in slots.values()]
    return [arrays for part in found for arrays in part]


@contextmanager
def kept_if(failed: Any, every: list[Arrays]) -> Iterator[None]:
    """What is written into these arrays inside is taken back if `failed` is not 0."""
    before = [arrays.copy() for arrays in every]
    yield
    for arrays, old in zip(every, before, strict=True):
        arrays.restore(old, failed)


@dataclasses.dataclass(frozen=True)
class Rule(Keywords):
    """Base of the rules. One of your own is a frozen dataclass with `direction` and, if it keeps something, `init`.

    Examples
    --------
    >>> from dataclasses import dataclass
    >>> import numpy as np
    >>> from numtorch.optim import Rule, setup, update
    >>> @dataclass(frozen=True)
    ... class Signed(Rule):
    ...     eta: float = 0.5
    ...     def direction(self, t, slots, x, dx):
    ...         return self.eta * dx.sign()
    >>> w = np.array([1.0, 2.0])
    >>> update(setup(Signed(), w), w, np.array([0.1, -7.0]))
    >>> w
    array([0.5, 2.5])
    """

    outermost: ClassVar[bool] = False  # whether it has to see the arrays themselves, so that no chain may hold it
    _ranges: ClassVar[dict[str, tuple[float, float]]] = {
        "eta": (0.0, math.inf),
        "rho": (0.0, 1.0),
        "epsilon": (0.0, math.inf),
        "lam": (0.0, math.inf),
    }

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        if "step" in vars(cls) and "step_unless" not in vars(cls):  # what a base has for its own step is for that alone
            cls.step_unless = Rule.step_unless  # type: ignore[method-assign]

    def __post_init__(self) -> None:
        for field in dataclasses.fields(self):
            value = getattr(self, field.name)
            if field.name in self._ranges:
                low, high = self._ranges[field.name]
                object.__setattr__(self, field.name, number(self._named(field.name), value, low, high, high == 1.0))
            elif field.name == "beta":
                object.__setattr__(self, "beta", numbers(self._named("beta"), value, 2, 0.0, 1.0))

    def _named(self, field: str) -> str:
        return f"{type(self).__name__}: {field}"

    def init(self, x: Any) -> Slots:
        """What the rule keeps of one array: other arrays, by name."""
        del x
        return {}

    def computes_in(self, dtype: np.dtype[Any]) -> np.dtype[Any]:
        """The dtype that the gradient of an array of this dtype is needed in."""
        return dtype

    def norm_bound(self, t: int) -> float | None:
        """What the norm of all gradients of an update together may be at step `t`; None for anything."""
        del t
        return None

    def steps(self, t: int) -> int:
        """How many steps a rule that comes after this one in a chain has taken when this one has taken `t`."""
        return t

    def direction(self, t: int, slots: Slots, x: Arrays, dx: Arrays) -> Arrays | None:
        """What is to be subtracted from the arrays; None for nothing this time.

        Parameters
        ----------
        t : int
            The number of the step, from 1 on.
        slots : dict
            What `init` gave, each an `Arrays` for many arrays at once; to be written into.
        x, dx : Arrays
            The arrays and their gradients. Neither is to be written into.
        """
        raise NotImplementedError(f"{type(self).__name__}.direction")

    def step(self, t: int, slots: Slots, x: Arrays, dx: Arrays) -> None:
        """Takes the step. To be overridden where that is faster than to subtract the direction."""
        change = self.direction(t, slots, x, dx)
        if change is not None:
            x -= change

    def step_unless(self, failed: Any, t: int, slots: Slots, x: Arrays, dx: Arrays) -> None:
        """Takes the step if `failed` is 0, one float32 number on the device of the arrays: nothing waits to know it.

        To be overridden where a kernel takes the number.
        """
        with kept_if(failed, [x, *arrays_in(slots)]):
            self.step(t, slots, x, dx)

    def check(self, t: int, dx: Arrays) -> None:
        """Raises if no step can be taken along these gradients. It is asked before any array is changed."""
        del t, dx

    def parts(self) -> dict[str, Rule]:
        """The rules inside this one, by name."""
        return {}

    def with_parts(self, parts: dict[str, Rule]) -> Self:
        """The same with other rules inside."""
        del parts
        return self

    def adjusted(self, fields: dict[str, Any]) -> Self:
        """The same with other hyperparameters, each wherever a rule has a field of that name.

        Raises
        ------
        TypeError
            No rule has such a field.
        """
        known = fields.keys() & self.adjustable()
        if fields.keys() - known:
            names = ", ".join(sorted(self.adjustable()))
            raise TypeError(f"adjust: {self!r} has no {', '.join(sorted(fields.keys() - known))}; it has {names}")
        return self._adjusted(fields)

    def adjustable(self) -> set[str]:
        """The names of the hyperparameters, of rules inside too."""
        inside = (part.adjustable() for part in self.parts().values())
        return self._own_fields().union(*inside)

    def _own_fields(self) -> set[str]:
        return {field.name for field in dataclasses.fields(self)} - {"rule", "rules"}

    def _adjusted(self, fields: dict[str, Any]) -> Self:
        parts = {name: part._adjusted(fields) for name, part in self.parts().items()}
        changed = self.with_parts(parts) if parts else self
        mine = {name: value for name, value in fields.items() if name in self._own_fields()}
        return dataclasses.replace(changed, **mine) if mine else changed


@dataclasses.dataclass(frozen=True)
class Quotient(Rule):
    """Base of the rules whose direction is a quotient, which is subtracted without being computed first."""

    def quotient(self, t: int, slots: Slots, x: Arrays, dx: Arrays) -> tuple[Arrays, Arrays | None, float]:
        """Above, below (None for 1), and a factor."""
        raise NotImplementedError

    def direction(self, t: int, slots: Slots, x: Arrays, dx: Arrays) -> Arrays:
        above, below, factor = self.quotient(t, slots, x, dx)
        if below is None:
            return above * factor
        change = above / below
        change *= factor
        return change

    def step(self, t: int, slots: Slots, x: Arrays, dx: Arrays) -> None:
        above, below, factor = self.quotient(t, slots, x, dx)
        if below is None:
            x.add(above, -factor)
        else:
            x.add_quotient(above, below, -factor)
