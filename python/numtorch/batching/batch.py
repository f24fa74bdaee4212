"""One call of a mapped function: all samples at once, by libtorch's own batching."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from numtorch import _core
from numtorch._core import Tensor
from numtorch.batching.slots import Arguments, Axes, Filling, Results

RANDOMNESS = {"error": 0, "same": 1, "different": 2}


class Batch:
    """A function, its arguments with slots for arrays, and how results are laid out.

    Parameters
    ----------
    f : callable
        Written for one sample.
    args, kwargs
        What it is called with; those by keyword are mapped along axis 0.
    in_axes, out_axes, randomness
        As `vmap` takes them.
    """

    def __init__(
        self, f: Callable[..., Any], args: Sequence[Any], kwargs: dict[str, Any], in_axes: Axes, out_axes: Axes,
        randomness: str,
    ) -> None:  # fmt: skip
        self.f, self.out_axes, self.randomness = f, out_axes, randomness
        taking = Arguments()
        axes = axes_of_arguments(in_axes, len(args))
        self.args = [taking(arg, axis, f"argument {i}") for i, (arg, axis) in enumerate(zip(args, axes, strict=True))]
        self.kwargs = {key: taking(arg, 0, f"argument {key!r}") for key, arg in kwargs.items()}
        self.size = taking.size()
        self.values, self.axes = taking.arrays, taking.axes
        self.results: Results | None = None

    def one(self, values: Sequence[Tensor]) -> list[Tensor]:
        """The arrays that `f` returns for one sample; where they are in its result is remembered."""
        filling = Filling(values)
        y = self.f(*map(filling, self.args), **{key: filling(arg) for key, arg in self.kwargs.items()})
        self.results = Results()
        self.form = self.results(y, self.out_axes, "the result")
        return self.results.arrays

    def all(self, values: Sequence[Tensor], one: Callable[[list[Tensor]], list[Tensor]] | None = None) -> list[Tensor]:
        """The arrays of all samples.

        Parameters
        ----------
        values : sequence of Tensor
            For the slots of the arguments.
        one : callable
            Instead of `self.one`.
        """
        level = _core.begin_batch(self.size, RANDOMNESS[self.randomness])
        try:
            given = [
                value if axis is None else _core.batched(value, axis, level)
                for value, axis in zip(values, self.axes, strict=True)
            ]
            ys = [self._unbatched(i, y, level) for i, y in enumerate((one or self.one)(given))]
        finally:
            _core.end_batch()
        assert self.results is not None
        self.results.arrays = []  # they end with the batch
        return ys

    def _unbatched(self, i: int, y: Tensor, level: int) -> Tensor:
        assert self.results is not None
        axis = self.results.axes[i]
        if axis is not None:
            return _core.unbatched(y, level, self.size, axis)
        if level in _core.levels_of(y):
            raise ValueError(
                f"vmap: out_axes is None for {self.results.names[i]}, which is not the same for every sample"
            )
        return y

    def filled(self, values: Sequence[Tensor]) -> Any:
        """What `f` returned, with these for its arrays."""
        return Filling(values)(self.form)


def axes_of_arguments(in_axes: Axes, count: int) -> Sequence[Axes]:
    """The axes of each positional argument."""
    if isinstance(in_axes, tuple | list):
        if len(in_axes) != count:
            raise ValueError(f"vmap: in_axes has {len(in_axes)} entries for {count} positional arguments")
        return in_axes
    if in_axes is not None and (isinstance(in_axes, bool) or not hasattr(in_axes, "__index__")):
        raise TypeError(f"vmap: in_axes must be an int, None, or a tuple with one for each argument, not {in_axes!r}")
    return [in_axes] * count
