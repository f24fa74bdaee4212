"""What NumPy's and a Tensor's results say of themselves: value or array, how the memory lies, whose it is."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import numpy as np

import numtorch as nt

# Where a difference is meant. docs/differences.md says the same.
STRIDES = {
    r"(nonzero|mask_indices)\(|np\.where\(k\)|unravel_index\(": "columns of one array in NumPy, here each its own",
    r"histogram2d\(|histogramdd\(": "the inner part of a larger array in NumPy, an array of its own here",
    r"linalg\.eig(vals)?\(": "the real part of complex numbers in NumPy, an array of its own here",
    r"np\.delete\(": "NumPy selects by a mask along the axis, which takes another way through memory",
    r"np\.einsum\(": "in C order unless order= asks, in NumPy in the order in which it went through the operands",
    r"hermitian=True, compute_uv=False": "a reversed view in NumPy",
    r"np\.(flip|fliplr|flipud|rot90)\(": "a reversed view in NumPy",
}
OWNERS = {
    r"histogram|[a-z]{3}l_indices_from|triu_indices_from": "edges and indices that the host has computed",
    r"\.(dot|ravel|searchsorted)\(": "methods, which are called without the protocol, where results become owners",
    r"np\.unique\(e": "the inverse of nothing",
    r"order=.K.\)": "what a 1-d view of a dense array in another order is",
}
WRITEABLE = {
    r"np\.(flip|fliplr|flipud|rot90)\(|hermitian=True, compute_uv=False": "reversed views",
    r"broadcast_arrays\(": "NumPy warns that a write reaches several elements, a Tensor refuses it",
}


def is_meant(text: str, table: dict[str, str]) -> bool:
    return any(re.search(pattern, text) for pattern in table)


def strides_of(x: Any) -> tuple[int, ...]:
    """Along the axes where there is somewhere to go."""
    return tuple(stride for length, stride in zip(x.shape, x.strides, strict=True) if length > 1) if x.size else ()


def layout_differences(text: str, expected: Any, actual: Any, operands: list[Any]) -> Iterator[str]:
    """How the results of `text` differ in what they say of themselves; `operands` that come back are left out."""
    if isinstance(expected, (tuple, list)):
        for one, other in zip(expected, actual, strict=False):
            yield from layout_differences(text, one, other, operands)
    elif isinstance(expected, (np.ndarray, np.generic)) and isinstance(actual, nt.Tensor):
        if expected.shape != actual.shape or any(actual is operand for operand in operands):
            return
        if expected.ndim == 0 and actual.is_value != isinstance(expected, np.generic):
            yield f"{'an array' if actual.is_value else 'a value'}, not is_value={actual.is_value}"
        if isinstance(expected, np.ndarray):
            yield from _array_differences(text, expected, actual)


def _array_differences(text: str, expected: np.ndarray, actual: nt.Tensor) -> Iterator[str]:
    if strides_of(expected) != strides_of(actual) and not is_meant(text, STRIDES):
        yield f"strides {expected.strides}, not {actual.strides}"
    if expected.flags.writeable != actual.flags.writeable and not is_meant(text, WRITEABLE):
        yield f"writeable {expected.flags.writeable}, not {actual.flags.writeable}"
    # The other way round NumPy has a view of what it made on the way, which nobody else can see.
    if expected.size and expected.flags.owndata and not actual.flags.owndata and not is_meant(text, OWNERS):
        yield "memory of its own, not a view"
