"""Operators that Inductor computes otherwise than libtorch, taken apart so that it does not."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any


def corrected(table: dict[Any, Any], torch: Any) -> dict[Any, Any]:
    """Inductor's table with functions to trace in the place of such operators."""
    made = dict(table)
    for operator, correct in _corrections(torch).items():
        made[operator] = _either(correct, table.get(operator))
    return made


def _either(correct: Callable[..., Any], usual: Callable[..., Any] | None) -> Callable[..., Any]:
    def run(*args: Any, **kwargs: Any) -> Any:
        found = correct(*args, **kwargs)
        return usual(*args, **kwargs) if found is NotImplemented and usual is not None else found

    return run


def _corrections(torch: Any) -> dict[Any, Callable[..., Any]]:
    """What to trace instead; NotImplemented where Inductor is right."""
    aten = torch.ops.aten
    made = {
        overload: _widened(torch, overload)
        for overload in (
            *(aten.amin.default, aten.amax.default, aten.min.default, aten.max.default),
            *(aten.min.dim, aten.max.dim, aten.argmin.default, aten.argmax.default),
        )
    }
    for packet, correct in ((aten.floor_divide, _floor_divided), (aten.remainder, _remainder)):
        for name in {"default", "Tensor", "Scalar", "Scalar_Tensor"} & set(packet.overloads()):
            made[getattr(packet, name)] = functools.partial(correct, torch)
    for overload in (aten.lerp.Scalar, aten.lerp.Tensor):
        made[overload] = _between
    return made


def _between(a: Any, b: Any, weight: Any) -> Any:
    """libtorch's lerp of complex numbers; Inductor compares the weight with 1/2."""
    return a + weight * (b - a) if a.is_complex() else NotImplemented


def _widened(torch: Any, extreme: Any) -> Callable[..., Any]:
    """Extremes of small integers as those of int32: Inductor's vectors of bytes hold zeros beside float64."""
    small = (torch.bool, torch.int8, torch.uint8, torch.int16)

    def run(x: Any, *args: Any, **kwargs: Any) -> Any:
        if x.dtype not in small:
            return NotImplemented
        found = extreme(x.to(torch.int32), *args, **kwargs)
        if isinstance(found, tuple):
            return found[0].to(x.dtype), *found[1:]
        return found.to(x.dtype) if found.dtype == torch.int32 else found

    return run


def _remainder(torch: Any, a: Any, b: Any) -> Any:
    """Python's `%` of floats; Inductor's is a - b * floor(a / b)."""
    a = a if isinstance(a, torch.Tensor) else torch.full_like(b, a)
    if not a.is_floating_point():
        return NotImplemented
    rest = torch.fmod(a, b)
    return torch.where((rest != 0) & ((rest < 0) != (b < 0)), rest + b, rest)


def _floor_divided(torch: Any, a: Any, b: Any) -> Any:
    """Python's `//` of floats, as libtorch and NumPy have it; Inductor's is floor(a / b), which rounds twice."""
    b = b if isinstance(b, torch.Tensor) else torch.full_like(a, b)
    if not a.is_floating_point() or b.dtype != a.dtype:
        return NotImplemented
    rest = torch.fmod(a, b)
    whole = (a - rest) / b
    whole = torch.where((rest != 0) & ((b < 0) != (rest < 0)), whole - 1, whole)
    floor = torch.floor(whole)
    floor = torch.where(whole - floor > 0.5, floor + 1, floor)
    floor = torch.where(whole == 0, torch.copysign(torch.zeros_like(whole), a / b), floor)
    return torch.where(b == 0, a / b, floor)
