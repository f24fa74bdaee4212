"""Nests with their arrays taken out, each with the axis that it is mapped along."""

from __future__ import annotations

import operator
from collections.abc import Sequence
from typing import Any

import numpy as np

from numtorch._core import Tensor, tensor
from numtorch.autograd import Grads
from numtorch.structure import PLAIN, Rebuilding, is_array, is_object, leaves, like, nature, parts

Axes = Any  # an int, None, or a nest of them beside a nest of arrays
_NUMBERS = (bool, int, float, complex, np.generic)


class Slot:
    """Stands where an array was: its number among the arrays of the nest."""

    __slots__ = ("index",)

    def __init__(self, index: int) -> None:
        self.index = index


class Taking(Rebuilding):
    """One pass through a nest, which leaves slots.

    Parameters
    ----------
    keyword : str
        Which axes these are: "in_axes" or "out_axes".
    """

    def __init__(self, keyword: str) -> None:
        super().__init__()
        self.keyword = keyword
        self.arrays: list[Tensor] = []
        self.axes: list[int | None] = []
        self.names: list[str] = []
        self._slots: dict[tuple[int, int | None], tuple[Any, Slot]] = {}
        self._below: dict[int, Axes] = {}

    def __call__(self, value: Any, axes: Axes, name: str) -> Any:
        if is_array(value):
            return self.array(value, axes, name)
        if isinstance(value, Grads):
            return value.map(lambda g: self(g, axes, name))
        if nature(type(value)).kind == "atom":
            return self.atom(value, axes, name)
        if self.stays(value, axes):
            return value
        if id(value) in self.done and self._below[id(value)] is axes:
            return self.done[id(value)][1]
        self._below[id(value)] = axes
        below = iter(self._axes_below(value, axes, name))
        return self.container(value, lambda key, item: self.part(value, item, next(below), f"{name}.{key}"))

    def part(self, holder: Any, item: Any, axes: Axes, name: str) -> Any:
        """What stands for a part of a container."""
        del holder
        return self(item, axes, name)

    def stays(self, value: Any, axes: Axes) -> bool:
        """Whether a container is left as it is."""
        del value, axes
        return False

    def atom(self, value: Any, axes: Axes, name: str) -> Any:
        """What stands for something that is neither an array nor a container."""
        raise NotImplementedError

    def array(self, value: Any, axes: Axes, name: str) -> Slot:
        """The slot of an array: the same for one that occurs twice along one axis."""
        axis = self.axis(value.ndim, axes, name)
        known = self._slots.get((id(value), axis))
        if known is not None:
            return known[1]
        slot = Slot(len(self.arrays))
        self._slots[id(value), axis] = value, slot
        self.arrays.append(value if isinstance(value, Tensor) else tensor(value))
        self.axes.append(axis)
        self.names.append(name)
        return slot

    def axis(self, ndim: int, axis: Axes, name: str) -> int | None:
        """One of the axes of an array, counted from the front."""
        raise NotImplementedError

    def as_axis(self, axis: Axes, name: str) -> int | None:
        """An int or None; TypeError for anything else."""
        if axis is None:
            return None
        if isinstance(axis, bool | np.bool_) or not hasattr(axis, "__index__"):
            raise TypeError(f"vmap: {self.keyword} must be an int or None for {name}, not {axis!r}")
        return operator.index(axis)

    def _axes_below(self, value: Any, axes: Axes, name: str) -> Sequence[Axes]:
        """The axes of each part of a container."""
        keys = [key for key, _ in parts(value)]
        if axes is None or nature(type(axes)).kind == "atom":
            self.as_axis(axes, name)
            return [axes] * len(keys)
        try:
            return like(value, axes, keys, "", gaps=is_object(value))
        except TypeError as error:
            raise TypeError(f"vmap: {self.keyword} for {name}: {error}") from None


class Arguments(Taking):
    """The same for arguments, whose axes say how many samples there are."""

    def __init__(self) -> None:
        super().__init__("in_axes")

    def atom(self, value: Any, axes: Axes, name: str) -> Any:
        if isinstance(value, _NUMBERS) and "." not in name and self.as_axis(axes, name) is not None:
            raise ValueError(
                f"vmap: {name} is a {type(value).__name__}, which has no axis to map; in_axes is None for what is the "
                "same for every sample"
            )
        return value

    def stays(self, value: Any, axes: Axes) -> bool:
        """One without arrays, as a generator, and one of Tensors that is not mapped: `f` gets the very object."""
        return not any(axes is not None or not isinstance(leaf, Tensor) for leaf in leaves(value))

    def axis(self, ndim: int, axis: Axes, name: str) -> int | None:
        axis = self.as_axis(axis, name)
        if axis is None or -ndim <= axis < ndim:
            return axis if axis is None else axis % ndim
        has = f"axes {-ndim} to {ndim - 1}" if ndim else "none"
        raise ValueError(f"vmap: in_axes names axis {axis} of {name}, which has {has}; None is for what is not mapped")

    def size(self) -> int:
        """How many samples there are."""
        sizes = [(value.shape[axis], axis, name) for value, axis, name in self._mapped()]
        if not sizes:
            raise ValueError(
                "vmap: no argument is mapped; at least one array must have an axis in in_axes, an int instead of None"
            )
        first = sizes[0]
        for size, axis, name in sizes:
            if size != first[0]:
                raise ValueError(
                    f"vmap: the mapped axes must have the same length, and {first[2]} has {first[0]} along axis "
                    f"{first[1]}, {name} has {size} along axis {axis}"
                )
        if first[0] == 0:
            raise ValueError(
                f"vmap: {first[2]} has length 0 along axis {first[1]}; f must be called for one sample at least"
            )
        return first[0]

    def _mapped(self) -> list[tuple[Tensor, int, str]]:
        rows = zip(self.arrays, self.axes, self.names, strict=True)
        return [(value, axis, name) for value, axis, name in rows if axis is not None]


class Results(Taking):
    """The same for what a function returned for one sample: numbers become arrays, as in JAX."""

    def __init__(self) -> None:
        super().__init__("out_axes")

    def part(self, holder: Any, item: Any, axes: Axes, name: str) -> Any:
        plain = nature(type(holder)).kind in PLAIN or not is_object(holder)
        return self(item, axes, name) if plain or not _is_atom(item) else item

    def atom(self, value: Any, axes: Axes, name: str) -> Any:
        if isinstance(value, _NUMBERS):
            return self.array(np.asarray(value), axes, name)
        if value is None or isinstance(value, type(Ellipsis) | slice):
            return value
        raise TypeError(
            f"vmap: f must return arrays, numbers, None, or nests of them, and {name} is a {type(value).__name__}"
        )

    def axis(self, ndim: int, axis: Axes, name: str) -> int | None:
        axis = self.as_axis(axis, name)
        if axis is None or -ndim - 1 <= axis <= ndim:
            return axis if axis is None else axis % (ndim + 1)
        raise ValueError(
            f"vmap: out_axes puts the samples at axis {axis} of {name}, which then has axes {-ndim - 1} to {ndim}"
        )


def _is_atom(value: Any) -> bool:
    return nature(type(value)).kind == "atom" and not is_array(value)


class Filling(Rebuilding):
    """The nest with these values instead of its slots."""

    def __init__(self, values: Sequence[Any]) -> None:
        super().__init__()
        self.values = values

    def __call__(self, value: Any) -> Any:
        if type(value) is Slot:
            return self.values[value.index]
        if isinstance(value, Grads):
            return value.map(self)
        if nature(type(value)).kind == "atom":
            return value
        if id(value) in self.done:
            return self.done[id(value)][1]
        return self.container(value, lambda _, item: self(item))

    def uncopied(self, value: Any) -> Any:
        return value
