"""Draws on the CPU: NumPy's own bit streams, drawn by NumPy into memory that a Tensor then owns."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeAlias

import numpy as np

from numtorch import _core
from numtorch._core import Tensor, tensor
from numtorch.numpy.random import permutations, reparametrised
from numtorch.numpy.random.out import filled

__all__ = ["CPU", "Host", "HostStream", "on_host", "seed_numbers", "wrapped"]

Host: TypeAlias = Any  # a numpy.random.Generator or RandomState

CPU = -1


def on_host(method: str, argument: str, value: Any) -> Any:
    """`value`, as an ndarray on the same memory if it is a Tensor; TypeError if it is tracked or on another device."""
    if not isinstance(value, Tensor):
        return value
    if reparametrised.is_tracked(value):
        raise reparametrised.refuse(method, argument)
    if value.dev != CPU:
        raise TypeError(
            f"{method}: the argument {argument!r} is on device {value.dev}, and this generator draws on the CPU; "
            f"make it with dev={value.dev}"
        )
    return value.numpy()


def seed_numbers(function: str, argument: str, value: Any) -> Any:
    """A seed with Python's integers, or an ndarray, for the Tensors in it."""
    if isinstance(value, (list, tuple)):
        return type(value)(seed_numbers(function, argument, one) for one in value)
    hosted = on_host(function, argument, value)
    return hosted.item() if isinstance(value, Tensor) and value.ndim == 0 else hosted


def wrapped(drawn: Any) -> Any:
    """An array that NumPy drew, as a Tensor of the same memory.

    A Python or NumPy scalar stays one, and so does an array that no Tensor can hold, such as a choice of strings.
    """
    if isinstance(drawn, np.ndarray) and drawn.dtype in _core.dtypes:
        return tensor(drawn, dev=CPU, copy=False)
    return drawn


class HostStream:
    """
    The methods of NumPy's Generator or RandomState `host`, with Tensors as arguments and results.

    `host` is an object of NumPy's own class: its methods call each other, and must get ndarrays.
    """

    dev = CPU

    def __init__(self, host: Host) -> None:
        self.host = host

    def draw(self, method: str, arguments: Mapping[str, Any]) -> Any:
        """What NumPy's `method` draws."""
        if not any(isinstance(value, Tensor) for value in arguments.values()):
            drawn = getattr(self.host, method)(**arguments)
            return drawn if drawn is arguments.get("out") else wrapped(drawn)
        if method in permutations.METHODS:
            arguments = permutations.counted(arguments)
            if permutations.of_tensors(arguments):
                return permutations.METHODS[method](self, **arguments)
        if isinstance(arguments.get("out"), Tensor):
            return filled(arguments["out"], lambda out: self._drawn(method, {**arguments, "out": out}))
        tracked = any(reparametrised.is_tracked(value) for value in arguments.values())
        if tracked and method in reparametrised.FORMULAS:
            return reparametrised.draw(self.host, method, arguments, on_host)
        drawn = self._drawn(method, arguments)
        return drawn if drawn is arguments.get("out") else wrapped(drawn)

    def _drawn(self, method: str, arguments: Mapping[str, Any]) -> Any:
        hosted = {name: on_host(method, name, value) for name, value in arguments.items()}
        return getattr(self.host, method)(**hosted)

    # ---- Indices ----

    def order(self, length: int, *, of_rows: bool = False) -> Tensor:
        """The numbers below `length`, shuffled by NumPy, which draws other numbers for rows than for elements."""
        indices = np.arange(length)
        self.host.shuffle(indices[:, np.newaxis] if of_rows else indices)
        return tensor(indices, dev=CPU, copy=False)

    def orders(self, shape: tuple[int, ...], strides: tuple[int, ...], axis: int | None) -> Tensor:
        """Flat indices, permuted by NumPy in an array whose axes lie in memory as `strides` say."""
        layout = np.lib.stride_tricks.as_strided(np.empty(1, np.int8), shape, strides, writeable=False)
        indices = np.empty_like(layout, np.intp, order="K")
        indices[...] = np.arange(indices.size).reshape(shape)
        return tensor(self.host.permuted(indices, axis=axis), dev=CPU, copy=False)

    def choices(self, count: int, arguments: dict[str, Any]) -> Any:
        """Some of the numbers below `count`."""
        hosted = {name: on_host("choice", name, value) for name, value in arguments.items()}
        return self.host.choice(count, **hosted)
