"""Traced programs that libtorch runs operator by operator, without a compiler: the same graph, in milliseconds."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import numpy as np
import pytest

import numtorch as nt
from numtorch import CompileError
from numtorch.programs import torch_side
from numtorch.programs.compiled import Program, _in_words
from numtorch.programs.inputs import Arguments
from numtorch.programs.tracing import Trace
from tests.pairing import TOLERANCE


@contextmanager
def uncompiled() -> Iterator[None]:
    """Inside, the graph of a program runs as it is."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(torch_side, "lower", lambda graph, *_: lambda inputs: graph.forward(*inputs))
        yield


def traced(f: Callable[..., Any], like: Sequence[nt.Tensor], args: Sequence[nt.Tensor]) -> Any:
    """What the program that is traced for the arguments `like` gives for others."""
    with uncompiled():
        program = Program(Trace(f, Arguments(tuple(like), {})), False)
        inputs = program.inputs(Arguments(tuple(args), {}).tensors)
        assert inputs is not None
        try:
            return program.compiled.run(inputs)
        except RuntimeError as error:
            raise _in_words(error) from error


def outcome(f: Callable[..., Any], *args: Any) -> tuple[Any, Exception | None]:
    """The result of a call, or its error."""
    try:
        with warnings.catch_warnings(), np.errstate(all="ignore"):
            warnings.simplefilter("ignore")
            return f(*args), None
    except Exception as error:
        return None, error


def disagreement(
    f: Callable[..., Any], make: Callable[[bool], Sequence[nt.Tensor]], tolerance: float = 1.0
) -> str | None:
    """
    How the program of `f` differs from `f`; None if it does not.

    `make(True)` makes arguments, `make(False)` others of the same signature, which the trace is made for: no value of
    theirs may be in the program. A text that begins with "refused" is that of a CompileError.
    """
    given = make(True)
    expected, error = outcome(f, *given)
    again = make(True)
    actual, other = outcome(traced, f, make(False), again)
    if isinstance(other, CompileError):
        text = str(other)
        return f"refused: {text}" if text.startswith("compile: ") else f"not in our words: {text}"
    if error is not None:
        if other is None:
            return f"no error: {error!r}"
        return None if isinstance(other, type(error)) else f"error {error!r}, not {other!r}"
    if other is not None:
        return f"error {other!r}"
    return next(
        (
            text
            for one, two in ((expected, actual), (tuple(given), tuple(again)))
            for text in differences(one, two, tolerance)
        ),
        None,
    )


def differences(expected: Any, actual: Any, tolerance: float = 1.0) -> Iterator[str]:
    """What tells two results of Tensors apart: values, dtype, shape, kind of array and order in memory."""
    if isinstance(expected, nt.Tensor):
        yield from tensor_differences(expected, actual, tolerance)
    elif type(expected) is not type(actual):
        yield f"a {type(expected).__name__}, not a {type(actual).__name__}: {actual!r}"
    elif isinstance(expected, tuple | list):
        if len(expected) != len(actual):
            yield f"{len(expected)} parts, not {len(actual)}"
        for one, other in zip(expected, actual, strict=False):
            yield from differences(one, other, tolerance)
    elif isinstance(expected, dict):
        yield from differences(list(expected), list(actual))
        yield from differences(list(expected.values()), list(actual.values()), tolerance)
    elif isinstance(expected, np.ndarray):
        if not np.array_equal(expected, actual, equal_nan=expected.dtype.kind in "fc"):
            yield f"{expected!r}, not {actual!r}"
    elif repr(expected) != repr(actual):
        yield f"{expected!r}, not {actual!r}"


def tensor_differences(expected: nt.Tensor, actual: Any, tolerance: float) -> Iterator[str]:
    if not isinstance(actual, nt.Tensor):
        yield f"a Tensor, not {type(actual).__name__}"
        return
    for name in ("dtype", "shape", "dev", "is_value"):
        one, other = getattr(expected, name), getattr(actual, name)
        if one != other:
            yield f"{name} {one}, not {other}"
            return
    if expected.size and order(expected) != order(actual):
        yield f"strides {expected.strides}, not {actual.strides}"
    one, other = np.asarray(nt.collect(expected)), np.asarray(nt.collect(actual))
    allowed = tolerance * TOLERANCE.get(one.dtype.name, 0)
    if not np.allclose(other, one, rtol=allowed, atol=allowed, equal_nan=one.dtype.kind in "fc"):
        yield f"\n{one!r}, not\n{other!r}"


def order(x: nt.Tensor) -> list[int]:
    """The axes that are longer than 1, from the one with the longest steps on."""
    axes = [axis for axis in range(x.ndim) if x.shape[axis] > 1]
    return sorted(axes, key=lambda axis: -abs(x.strides[axis]))
