"""What a machine raises: how the results differ, and the program as text that shows it."""

from __future__ import annotations

from typing import Any

import numpy as np

import numtorch as nt

IMPORTS = "import numpy as np\nimport numtorch as nt\n\n"


class Difference(AssertionError):
    """A program that gives something else than it should. Its text is the program, to be pasted and run."""

    def __init__(self, what: str, source: str) -> None:
        super().__init__(f"{what}\n\n{IMPORTS}{source}")
        self.what, self.source = what, IMPORTS + source


def host(x: Any) -> Any:
    """A Tensor's values; zero for the gradient None, of what the result does not depend on."""
    return nt.collect(x) if isinstance(x, nt.Tensor) else 0.0 if x is None else x


def compare(expected: Any, actual: Any, ulps: float = 64.0) -> str | None:
    """How `actual`, a Tensor, differs from NumPy's `expected` in shape, dtype or value; None if it does not."""
    if not isinstance(actual, nt.Tensor):
        return f"is a {type(actual).__name__}, no Tensor"
    if expected.shape != actual.shape:
        return f"has the shape {actual.shape}, not {expected.shape}"
    if expected.dtype != actual.dtype:
        return f"has the dtype {actual.dtype}, not {expected.dtype}"
    own = host(actual)
    if expected.dtype.kind not in "fc":
        return None if np.array_equal(expected, own) else f"is {own.tolist()}, not {expected.tolist()}"
    scale = ulps * np.finfo(expected.dtype).eps * (1.0 + np.abs(expected).max(initial=0.0))
    if np.allclose(own, expected, rtol=0.0, atol=float(scale), equal_nan=True):
        return None
    return f"is {np.asarray(own).tolist()}, not {np.asarray(expected).tolist()}"
