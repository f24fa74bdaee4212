"""Where a new array goes: what `dev` and ``device=`` say."""

from __future__ import annotations

import operator
from typing import Any

import numpy as np

from numtorch import _core
from numtorch._core import Tensor

__all__ = ["asked_dev", "device_name", "device_of", "new_dev"]


def device_of(device: Any, default: int) -> int:
    """The device that NumPy's ``device=`` asks for: None is the default, "cpu" the host, an int a `dev`."""
    if device is None:
        return default
    if isinstance(device, str):
        kind, _, number = device.partition(":")
        if kind == "cpu" and number in ("", "0"):
            return -1
        if kind == "cuda" and (number.isdigit() or not number):
            return int(number or 0)
    elif isinstance(device, (int, np.integer)) and not isinstance(device, bool):
        return int(device)
    raise ValueError(f'device: "cpu", "cuda:0" or a device number is needed, not {device!r}')


def new_dev(device: Any, dev: int | None, like: Any = None) -> int:
    """Where a new array goes: what `dev` or `device` says, else where the Tensor `like` is, else where new ones go."""
    if like is not None and not hasattr(type(like), "__array_function__"):
        raise TypeError(
            "The `like` argument must be an array-like that implements the `__array_function__` protocol, not "
            f"{type(like).__name__}"
        )
    default = like.dev if isinstance(like, Tensor) else _core.default_dev()
    if dev is None:
        return device_of(device, default)
    number = operator.index(dev)
    if device is not None and device_of(device, number) != number:
        raise ValueError(f"device={device!r} and dev={dev} are two devices; give one of them")
    return number


def asked_dev(device: Any, dev: int | None) -> int | None:
    """The device that `dev` or `device` asks for; None if neither does."""
    return None if device is None and dev is None else new_dev(device, dev)


def device_name(dev: int) -> str:
    """What NumPy's ``device=`` calls a device number: "cpu", "cuda:0", ..."""
    return "cpu" if dev == -1 else f"cuda:{dev}"
