"""Rows of tests/ops, and their gradients, as functions of Tensors."""

from __future__ import annotations

import importlib
import os
from collections.abc import Callable, Iterator, Sequence
from typing import Any
from zlib import crc32

import numpy as np

import numtorch as nt
from tests.autograd import differentiation
from tests.pairing import Row, operands, strided_copy_of, tensor_like, used
from tests.programs.refused import REASONS, UNTOLD
from tests.programs.uncompiled import disagreement
from tests.versions import awaited

# NUMTORCH_ALL_ROWS=1 tries every row with every dtype; otherwise one row in a few, with one dtype for each.
ALL = "NUMTORCH_ALL_ROWS" in os.environ
EVERY = 7

FAMILIES = (
    "arguments", "bins", "coordinates", "creation", "editing", "elementwise_functions", "fft", "functional", "grids",
    "histograms", "indexing", "joining", "linalg", "nanfunctions", "packing", "padding", "polynomials", "products",
    "promotion", "quantiles", "reduction", "scimath", "sets", "shape", "signal", "sorting",
)  # fmt: skip


def chosen(rows: Sequence[Any]) -> list[Any]:
    """The rows that are tried: all, or those whose text says so."""
    return [row for row in rows if ALL or crc32(str(row).encode()) % EVERY == 0]


def rows_of(family: str, name: str = "ROWS") -> list[Row]:
    return list(getattr(importlib.import_module(f"tests.ops.{family}"), name, []))


def dtypes_of(row: Row) -> Sequence[str]:
    """All dtypes of a row, or one."""
    dtypes = row.dtypes + row.refused
    if ALL or len(dtypes) < 2 or row.text in REASONS:
        return dtypes
    return (dtypes[crc32(row.text.encode()) // EVERY % len(dtypes)],)


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
        return [tensor_like(name, array if real else zeros(array), dev) for name, array in named.items()]

    return disagreement(function_of(row, list(named)), make, row.tolerance)


def gradient_disagreement(row: Row, dtype: str, dev: int) -> str | None:
    """How the program of a row's gradient differs from eager mode; None if it does not."""
    named = used(row.text, differentiation.operands(dtype))
    constants = {name: nt.tensor(value, dev=dev) for name, value in used(row.text, differentiation.CONSTANTS).items()}
    f = function_of(row, [*named, *constants])

    def gradients(*args: Any) -> Any:
        return nt.gradient(lambda *xs: total(f(*xs, *args[len(named) :])), *args[: len(named)])

    def make(real: bool) -> list[nt.Tensor]:
        return [nt.tensor(a if real else a * 0, dev=dev) for a in named.values()] + list(constants.values())

    return disagreement(gradients, make, 10 * row.tolerance)


def total(result: Any) -> Any:
    """A number that every element of a result counts for, each with another weight."""
    parts = [x for x in leaves(result) if x.dtype.kind in "fc"]
    return sum(np.sum(np.real(x) * np.linspace(0.5, 1.5, x.size).reshape(x.shape)) for x in parts)


def leaves(result: Any) -> Iterator[nt.Tensor]:
    if isinstance(result, nt.Tensor):
        yield result
    elif isinstance(result, tuple | list):
        for part in result:
            yield from leaves(part)


def zeros(array: np.ndarray) -> np.ndarray:
    """Zeros with the strides of an array."""
    copied = strided_copy_of(array)
    if 0 in array.strides and array.size:
        shape = [1 if s == 0 else n for n, s in zip(array.shape, array.strides, strict=True)]
        return np.broadcast_to(np.zeros(shape, array.dtype), array.shape)
    copied[...] = 0
    return copied


def found(row: Row, compare: Callable[[Row, str], str | None]) -> dict[str, str]:
    """What is not as in eager mode, by dtypes."""
    if awaited(row.text):
        return {}
    return {dtype: text for dtype in dtypes_of(row) if (text := compare(row, dtype)) is not None}


def check(row: Row, compare: Callable[[Row, str], str | None]) -> None:
    """Fails where a program is neither as eager mode nor in the table of what is refused, or no longer refused."""
    texts = found(row, compare)
    if row.text in UNTOLD:
        texts = {dtype: text for dtype, text in texts.items() if not text.startswith("no error: ")}
    refused = {dtype for dtype, text in texts.items() if text.startswith("refused: ")}
    if row.text in REASONS:
        assert refused, f"{row.text}: no longer refused, take it from tests/programs/refused.py"
        texts = {dtype: text for dtype, text in texts.items() if dtype not in refused}
    assert not texts, f"{row.text}\n" + "\n".join(f"{dtype}: {text}" for dtype, text in texts.items())
