"""Libraries that compute on the host alone: they take Tensors on the CPU, and refuse to drop a gradient or to copy."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import numtorch as nt


def check_hosted(expression: str, names: dict[str, Any], agree: Callable[[Any, Any], None], dev: int) -> None:
    """Fails unless `expression`, with t(array) for a Tensor, agrees with itself on ndarrays; on a GPU it must raise."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        expected = eval(expression, {"np": np, **names, "t": np.asarray})
        on_device = {"np": np, **names, "t": lambda array: nt.tensor(np.asarray(array), dev=dev)}
        if dev < 0:
            agree(expected, eval(expression, on_device))
            return
        with pytest.raises((TypeError, ValueError, KeyError)):
            eval(expression, on_device)


def close(expected: Any, actual: Any) -> None:
    np.testing.assert_allclose(nt.collect(actual), expected, rtol=1e-4, atol=1e-6)
