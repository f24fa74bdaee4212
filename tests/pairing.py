"""The same expression on ndarrays and on Tensors: values, dtypes, shapes, memory, writes and errors must agree."""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pytest

import numtorch as nt
from tests.versions import awaited

BOOL = ("bool",)
SIGNED = ("int8", "int16", "int32", "int64")
UNSIGNED = ("uint8", "uint16", "uint32", "uint64")
INTEGERS = SIGNED + UNSIGNED
FLOATS = ("float16", "float32", "float64")
COMPLEX = ("complex64", "complex128")
REAL = BOOL + INTEGERS + FLOATS
ALL = REAL + COMPLEX
NUMBERS = INTEGERS + FLOATS + COMPLEX
WIDE_FLOATS = ("float32", "float64")
INEXACT = WIDE_FLOATS + COMPLEX

TOLERANCE = {"float16": 4e-3, "float32": 2e-5, "float64": 1e-12, "complex64": 2e-5, "complex128": 1e-12}


@dataclass(frozen=True)
class Row:
    """
    An expression in `np` and the operands of `operands`, and the dtypes that it is tried with.

    `refused` are dtypes that NumPy takes and a Tensor refuses with a TypeError, on purpose. `memory` is False where
    NumPy gives a view and libtorch cannot, `writeable` where the result may be written to in one of the two only.
    """

    text: str
    dtypes: tuple[str, ...] = ("float64",)
    refused: tuple[str, ...] = ()
    memory: bool = True
    tolerance: float = 1.0
    extra: dict[str, Any] = field(default_factory=dict)

    def __str__(self) -> str:
        return self.text


def rows(texts: str, dtypes: tuple[str, ...] = ("float64",), **options: Any) -> list[Row]:
    """One row for each line."""
    return [Row(line.strip(), dtypes, **options) for line in texts.strip().splitlines() if line.strip()]


def numbers(shape: tuple[int, ...], dtype: str, seed: int) -> np.ndarray:
    """Small numbers with repetitions, exact in every dtype."""
    random = np.random.default_rng(seed)
    low = 0 if np.dtype(dtype).kind in "bu" else -4
    values = random.integers(low, 2 if dtype == "bool" else 6, shape).astype(np.float64)
    if np.dtype(dtype).kind in "fc":
        values = values / 2
    if np.dtype(dtype).kind == "c":
        values = values + 1j * random.integers(-3, 4, shape) / 2
    return np.asarray(values).astype(dtype)


def operands(dtype: str, other: str) -> dict[str, np.ndarray]:
    """
    What the expressions speak of: `x` and `y` have three axes, `m` two, `v` one, `s` none, ...

    `a`, `c`, `g` and `h` are of the dtype `other`.
    """
    made = {
        "x": numbers((2, 3, 4), dtype, 1),
        "y": numbers((2, 3, 4), dtype, 2),
        "m": numbers((3, 4), dtype, 3),
        "n": numbers((4, 2), dtype, 4),
        "q": numbers((3, 3), dtype, 5),
        "v": numbers((4,), dtype, 6),
        "w": numbers((5,), dtype, 7),
        "u": numbers((3,), dtype, 8),
        "s": numbers((), dtype, 9),
        "e": numbers((0, 3), dtype, 10),
        "z": numbers((0,), dtype, 11),
        "o": numbers((1, 3, 1), dtype, 12),
        "t": numbers((4, 6, 2), dtype, 13)[::2, 1::2].transpose(2, 0, 1),
        "f": np.asfortranarray(numbers((3, 4), dtype, 14)),
        "r": np.broadcast_to(numbers((3, 1), dtype, 15), (3, 4)),
        "a": numbers((3, 4), other, 18),
        "c": numbers((4,), other, 19),
        "g": numbers((4, 2), other, 20),
        "h": numbers((3, 3), other, 21),
    }
    made["i"] = np.array([2, 0, 1, 1])
    made["j"] = np.array([[1, -1], [0, 2]])
    made["b"] = np.array([True, False, True])
    made["k"] = numbers((3, 4), "bool", 16)
    made["d"] = np.eye(3) * 4 + numbers((3, 3), "float64", 17) / 4
    return made


def used(text: str, named: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    """The operands that `text` speaks of."""
    words = set(re.findall(r"(?<![\w.'\"])([a-z])(?!\w)", text))
    return {name: value for name, value in named.items() if name in words}


def public_type(error: BaseException) -> type:
    """What users catch: the first public class of the error's type."""
    for base in type(error).__mro__:
        if base.__module__ in ("builtins", "numpy.exceptions", "numpy.linalg"):
            return base
    raise AssertionError("unreachable")


def evaluate(text: str, named: dict[str, Any], namespace: Any = np) -> tuple[Any, BaseException | None]:
    """The value of `text`, or the error it raises, where `np` is `namespace`."""
    try:
        with warnings.catch_warnings(), np.errstate(all="ignore"):
            warnings.simplefilter("ignore")
            return eval(text, {"np": namespace, **named}), None
    except Exception as error:
        return None, error


def differences(expected: Any, actual: Any, tolerance: float, dev: int) -> Iterator[str]:
    """What tells the two apart."""
    if isinstance(expected, (tuple, list)):
        if not isinstance(actual, (tuple, list)) or len(expected) != len(actual):
            yield f"a sequence of {len(expected)}, not {actual!r}"
        elif hasattr(expected, "_fields") and type(expected) is not type(actual):
            yield f"a {type(expected).__name__}, not a {type(actual).__name__}"
        else:
            for one, other in zip(expected, actual, strict=True):
                yield from differences(one, other, tolerance, dev)
    elif isinstance(expected, (np.ndarray, np.generic)):
        yield from array_differences(np.asarray(expected), actual, tolerance, dev)
    elif isinstance(expected, (bool, int)) and isinstance(actual, nt.Tensor):
        if actual.shape != () or actual.item() != expected:
            yield f"{expected!r}, not {actual!r}"
    elif expected != actual:
        yield f"{expected!r}, not {actual!r}"


def array_differences(expected: np.ndarray, actual: Any, tolerance: float, dev: int) -> Iterator[str]:
    if not isinstance(actual, nt.Tensor):
        yield f"a Tensor, not {type(actual).__name__}"
        return
    if actual.dtype != expected.dtype:
        yield f"dtype {expected.dtype}, not {actual.dtype}"
    if actual.shape != expected.shape:
        yield f"shape {expected.shape}, not {actual.shape}"
        return
    if actual.dev != dev:
        yield f"dev {dev}, not {actual.dev}"
    values = np.asarray(nt.collect(actual))
    allowed = tolerance * TOLERANCE.get(expected.dtype.name, 0)
    if not np.allclose(values, expected, rtol=allowed, atol=allowed, equal_nan=expected.dtype.kind in "fc"):
        yield f"\n{expected!r}, not\n{values!r}"


def memory_differences(expected: Any, actual: Any, arrays: dict[str, Any], tensors: dict[str, Any]) -> Iterator[str]:
    """Which operands' memory one result shares, and the other does not."""
    if isinstance(expected, (tuple, list)):
        for one, other in zip(expected, actual, strict=False):
            yield from memory_differences(one, other, arrays, tensors)
    elif isinstance(expected, np.ndarray) and expected.size and isinstance(actual, nt.Tensor):
        for name, array in arrays.items():
            shared = np.shares_memory(array, expected)
            if np.shares_memory(tensors[name], actual) != shared:
                yield f"{'a view' if shared else 'a copy'} of {name}"


def compare(
    row: Row,
    dtype: str,
    dev: int,
    other: str | None = None,
    hosted: str = "",
    namespace: Any = np,
    backward: bool = False,
) -> Iterator[str]:
    """
    What NumPy and Tensors, in `namespace`, disagree on.

    The operands named in `hosted` stay ndarrays; `backward`, all of them are views that step backward along each axis.
    """
    named = used(row.text, operands(dtype, other or dtype))
    arrays = {name: strided_copy_of(array) for name, array in named.items()}
    tensors: dict[str, Any] = {
        name: strided_copy_of(array) if name in hosted else tensor_like(name, array, dev)
        for name, array in named.items()
    }
    if backward:
        flipped = {name: flipped_copy_of(array) for name, array in named.items()}
        arrays = {name: turned(strided_copy_of(array)) for name, array in flipped.items()}
        tensors = {name: turned(tensor_like(name, array, dev)) for name, array in flipped.items()}
    expected, error = evaluate(row.text, {**arrays, **row.extra})
    actual, other_error = evaluate(row.text, {**tensors, **row.extra}, namespace)
    if dtype in row.refused:
        if not isinstance(other_error, TypeError):
            yield f"a TypeError that refuses, not {other_error!r} or {actual!r}"
        return
    if (error is None) != (other_error is None) or (
        error is not None and other_error is not None and not issubclass(type(other_error), public_type(error))
    ):
        yield f"error {error!r}, not {other_error!r}"
        return
    if error is not None:
        return
    yield from differences(expected, actual, row.tolerance, dev)
    for name, array in arrays.items():
        if name not in hosted:
            yield from (f"{name} afterwards: {text}" for text in differences(array, tensors[name], row.tolerance, dev))
    if row.memory and dev == -1:
        yield from memory_differences(expected, actual, arrays, tensors)


def turned(array: Any) -> Any:
    """The view of `array` that steps backward along each axis."""
    return array[(slice(None, None, -1),) * array.ndim] if array.ndim else array


def flipped_copy_of(array: np.ndarray) -> np.ndarray:
    """The elements in the opposite order along each axis, with the strides of `array`."""
    copied = strided_copy_of(array)
    copied[...] = turned(array)
    return copied


def strided_copy_of(array: np.ndarray) -> np.ndarray:
    """A copy with the same strides."""
    if array.size == 0 or array.flags.c_contiguous or array.flags.f_contiguous:
        return array.copy(order="K")
    span = 1 + sum((n - 1) * (s // array.itemsize) for n, s in zip(array.shape, array.strides, strict=True))
    copied = np.lib.stride_tricks.as_strided(np.zeros(span, array.dtype), array.shape, array.strides)
    if 0 in array.strides:
        copied[...] = array
        return copied
    copied[...] = array
    return copied


def tensor_like(name: str, array: np.ndarray, dev: int) -> nt.Tensor:
    """A Tensor with the values of `array`; of the strided ones with its strides, too."""
    if name in "tfr" and dev == -1:
        return nt.tensor(strided_copy_of(array), copy=False)
    return nt.tensor(array, dev=dev)


def check(row: Row, dev: int, dtypes: Iterable[str] | None = None, backward: bool = False) -> None:
    """Fails with all differences, dtype by dtype; skips what the installed NumPy does otherwise than newer ones."""
    if version := awaited(row.text):
        pytest.skip(f"NumPy does so since {version}")
    found = [
        f"{dtype}: {difference}"
        for dtype in (dtypes or row.dtypes + row.refused)
        for difference in compare(row, dtype, dev, backward=backward)
    ]
    assert not found, f"{row.text}\n" + "\n".join(found)
