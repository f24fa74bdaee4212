"""An expression in another library's functions, on ndarrays and on Tensors: results and errors must agree."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any

import numpy as np

import numtorch as nt
from tests.pairing import differences


def lines(text: str) -> list[str]:
    return [line.strip() for line in text.strip().splitlines()]


def evaluate(text: str, names: dict[str, Any], unwrap: Callable[[Any], Any]) -> tuple[Any, Exception | None]:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return unwrap(eval(text, dict(names))), None
    except Exception as error:
        return None, error


def check(
    text: str,
    names: dict[str, Any],
    arrays: dict[str, np.ndarray],
    dev: int,
    unwrap: Callable[[Any], Any] = lambda result: result,
    wrap: Callable[[str, Any], Any] = lambda name, array: array,  # noqa: ARG005
) -> None:
    """Fails with what differs; `wrap` makes the operands of arrays, `unwrap` arrays of the results."""
    hosted = {name: wrap(name, array.copy()) for name, array in arrays.items()}
    moved = {name: wrap(name, nt.tensor(array, dev=dev)) for name, array in arrays.items()}
    expected, error = evaluate(text, {"np": np, **names, **hosted}, unwrap)
    actual, own_error = evaluate(text, {"np": np, **names, **moved}, unwrap)
    if error is not None:
        assert isinstance(own_error, type(error)), f"{own_error!r}, not {error!r}"
        return
    if own_error is not None:
        raise own_error
    found = list(differences(expected, actual, 1, dev))
    assert not found, "\n".join([text, *found])
