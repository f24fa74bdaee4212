"""Expressions whose gradients are compared with finite differences, to second order."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import numtorch as nt
from tests.pairing import Row, used
from tests.versions import awaited


def smooth(shape: tuple[int, ...], dtype: str, seed: int) -> np.ndarray:
    """Numbers between 0.3 and 2 with either sign, no two equal: away from the kinks of what is tried."""
    random = np.random.default_rng(seed)
    size = int(np.prod(shape))
    values = random.permutation(np.linspace(0.3, 2.0, max(size, 1)))[:size] * random.choice([-1.0, 1.0], size)
    if np.dtype(dtype).kind == "c":
        values = values + 1j * random.permutation(np.linspace(0.4, 1.7, max(size, 1)))[:size]
    return values.reshape(shape).astype(dtype)


def operands(dtype: str) -> dict[str, np.ndarray]:
    """What the expressions speak of; small, because every element is moved several times."""
    shapes = {"x": (2, 2, 3), "y": (2, 2, 3), "m": (2, 3), "n": (3, 2), "q": (3, 3), "v": (3,), "w": (4,), "u": (2,)}
    made = {name: smooth(shape, dtype, seed) for seed, (name, shape) in enumerate(shapes.items())}
    made |= {"s": smooth((), dtype, 20), "o": smooth((1, 3, 1), dtype, 21), "e": smooth((0, 3), dtype, 22)}
    made["d"] = np.eye(3) * 4 + smooth((3, 3), dtype, 23) / 3
    return made


CONSTANTS: dict[str, Any] = {
    "i": np.array([2, 0, 1, 1]),
    "j": np.array([[1, -1], [0, 2]]),
    "k": np.array([[True, False, True], [False, True, True]]),
    "b": np.array([True, False, True]),
}


def check_row(row: Row, dtype: str, dev: int) -> None:
    """Fails if the gradient of the expression by each of its operands is not that of finite differences."""
    if version := awaited(row.text):
        pytest.skip(f"NumPy does so since {version}")
    named = used(row.text, operands(dtype))
    constants = {name: nt.tensor(value, dev=dev) for name, value in used(row.text, CONSTANTS).items()}

    def f(*args: Any) -> Any:
        result = eval(row.text, {"np": np, **constants, **dict(zip(named, args, strict=True))})
        return tuple(result) if isinstance(result, list) else result

    nt.check_gradient(f, *named.values(), dev=dev)
