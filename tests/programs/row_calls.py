"""Rows of tests/ops as functions of Tensors."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

import numtorch as nt
from tests.pairing import Row, operands, strided_copy_of, tensor_like, used
from tests.programs.uncompiled import disagreement


def function_of(row: Row, names: Sequence[str]) -> Callable[..., Any]:
    """The row's expression as a function of the operands of these names."""
    code = compile(row.text, row.text, "eval")

    def f(*args: Any) -> Any:
        return eval(code, {"np": np, **row.extra, **dict(zip(names, args, strict=True))})

    return f


def row_disagreement(row: Row, dtype: str, dev: int, other: str | None = None) -> str | None:
    """How the program of a row differs from eager mode; None if it does not."""
    named = used(row.text, operands(dtype, other or dtype))

    def make(real: bool) -> list[nt.Tensor]:
        chosen = {name: array if real else zeros(array) for name, array in named.items()}
        return [tensor_like(name, array, dev) for name, array in chosen.items()]

    return disagreement(function_of(row, list(named)), make, row.tolerance)


def zeros(array: np.ndarray) -> np.ndarray:
    """Zeros with the strides of an array."""
    base = strided_copy_of(array)
    if 0 in array.strides and array.size:
        return np.broadcast_to(
            np.zeros([1 if s == 0 else n for n, s in zip(array.shape, array.strides, strict=True)], array.dtype),
            array.shape,
        )
    base[...] = 0
    return base
