"""Where an array is, and where Tensors are made if no one says where."""

from __future__ import annotations

from types import TracebackType
from typing import Any

import numpy as np

from numtorch import _core
from numtorch._core import Tensor

__all__ = ["device", "on"]


class device:
    """
    Within ``with device(dev):``, Tensors made of what is on the host go to `dev` unless the call says otherwise.

    Parameters
    ----------
    dev : int
        Device: -1 is the CPU; 0, 1, ... are GPUs.

    Raises
    ------
    ValueError
        The device does not exist.

    Notes
    -----
    Each thread has its own. Results of operations stay where their operands are.

    Examples
    --------
    >>> import numtorch as nt
    >>> with nt.device(nt.device_count() - 1):  # the last GPU, or the CPU where there is none
    ...     x = nt.Tensor(3)
    >>> x.dev == nt.device_count() - 1
    True
    """

    def __init__(self, dev: int) -> None:
        self.dev = dev
        self._previous: list[int] = []

    def __enter__(self) -> device:
        self._previous.append(_core.set_default_dev(self.dev))
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, where: TracebackType | None, /
    ) -> None:
        _core.set_default_dev(self._previous.pop())

    def __repr__(self) -> str:
        return f"device({self.dev})"


def on(x: Any) -> int:
    """The device of an array.

    Parameters
    ----------
    x : array
        A Tensor, or an ndarray or NumPy scalar, which are on the CPU.

    Returns
    -------
    int
        -1 the CPU, 0, 1, ... a GPU: what ``x.dev`` is of a Tensor.

    Raises
    ------
    TypeError
        It is no array.

    Examples
    --------
    >>> import numpy as np
    >>> import numtorch as nt
    >>> nt.on(nt.Tensor(3)), nt.on(np.zeros(3))
    (-1, -1)
    """
    if isinstance(x, Tensor):
        return x.dev
    if isinstance(x, np.ndarray | np.generic):
        return -1
    raise TypeError(f"on: takes a Tensor or an ndarray, not {type(x).__name__}")
