"""Text of Tensors is that of their values; what the host alone can do says so."""

from collections.abc import Callable
from pathlib import Path
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


def test_files_are_refused(dev: int, tmp_path: Path) -> None:
    x = nt.tensor(VALUES, dev=dev)
    with pytest.raises(TypeError, match=r"numtorch\.collect"):
        np.save(tmp_path / "x.npy", x)
    with pytest.raises(TypeError, match=r"numtorch\.tensor"):
        np.fromiter(iter([1.0]), float, like=x)
