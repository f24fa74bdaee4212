"""Where Tensors are made if no one says where."""

from __future__ import annotations

from types import TracebackType

from numtorch import _core

__all__ = ["device"]


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
