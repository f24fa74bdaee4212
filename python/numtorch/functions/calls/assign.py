"""Writing a computed result into an existing Tensor: in-place operators, ``out=``, ``copyto`` and their kin."""

from __future__ import annotations

from typing import Any

import numpy as np

from numtorch import _core
from numtorch import kernels as aten
from numtorch._core import Tensor


def check_fits(shape: tuple[int, ...], target: tuple[int, ...]) -> None:
    """Raise NumPy's ValueError unless a result of `shape` can be broadcast into an output of shape `target`."""
    if shape == target:
        return
    extra = len(target) - len(shape)
    if extra >= 0 and all(m in (1, n) for m, n in zip(shape, target[extra:], strict=True)):
        return
    raise ValueError(
        f"non-broadcastable output operand with shape {_text(target)} doesn't match the broadcast shape {_text(shape)}"
    )


def _text(shape: tuple[int, ...]) -> str:
    return str(shape).replace(" ", "")


def assign(
    target: Tensor, result: Tensor, function: str, where: Tensor | None = None, casting: Any = "same_kind"
) -> Tensor:
    """Write `result` into `target`, cast and broadcast as NumPy does, and return `target`.

    While a gradient is being taken, `target` becomes the result: the memory it had is left as it was.

    Parameters
    ----------
    target : Tensor
        What is written to. Read-only Tensors and values (0-d results that stand for NumPy scalars) raise.
    result : Tensor
        What is written; it may overlap `target`.
    function : str
        The caller's name, for messages.
    where : Tensor, optional
        Boolean mask, broadcast to the shape of `target`: only where it is True something is written.
    casting : {'no', 'equiv', 'safe', 'same_kind', 'unsafe'}, default 'same_kind'
        Which conversions from the result's dtype to the target's are allowed.
    """
    _check(target, result, function, casting)
    if target.tracked or result.tracked:
        return _assign_recorded(target, result, function, where)
    if where is not None:
        result = aten.where_self(where, _cast(result, target), target)
        check_fits(result.shape, target.shape)
    target[...] = result  # by way of a copy where the two overlap
    return target


def _check(target: Tensor, result: Tensor, function: str, casting: Any) -> None:
    if target.is_value:
        raise TypeError(f"{function}: the output must be an array, and a 0-d result stands for a NumPy scalar")
    if result.dtype != target.dtype and not np.can_cast(result.dtype, target.dtype, casting):
        raise TypeError(
            f"{function}: Cannot cast array data from {result.dtype!r} to {target.dtype!r} "
            f"according to the rule {casting!r}"
        )
    check_fits(result.shape, target.shape)
    if result.dev != target.dev:
        raise ValueError(
            f"{function}: the arguments are on two devices, dev={result.dev} and dev={target.dev}; "
            "move one with .to(dev=...)"
        )


def _cast(result: Tensor, target: Tensor) -> Tensor:
    return result if result.dtype == target.dtype else aten._to_copy(result, dtype=target.dtype)


def _assign_recorded(target: Tensor, result: Tensor, function: str, where: Tensor | None) -> Tensor:
    result = _cast(result, target)
    if where is not None:
        result = aten.where_self(where, result, target)
        check_fits(result.shape, target.shape)
    if result.shape != target.shape:
        result = aten.expand(result, target.shape)
    # A copy: the target must not share memory with what was assigned to it.
    _core.rebind(target, aten.clone(result), function)
    return target
