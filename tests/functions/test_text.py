"""Text and files of Tensors are those of their values."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import numtorch as nt

VALUES = np.array([[1.0, -2.5], [np.pi, 1e-9]])


@pytest.mark.parametrize(
    "function",
    [
        np.array_repr,
        np.array_str,
        np.array2string,
        lambda a: np.array_repr(a, precision=2),
        lambda a: np.array_str(a, suppress_small=True),
        lambda a: np.array2string(a, separator=", ", precision=3, floatmode="fixed"),
    ],
)
def test_text(function: Callable[[Any], str], dev: int) -> None:
    assert function(nt.tensor(VALUES, dev=dev)) == function(VALUES)
