"""Draws on a device with libtorch's kernels."""

from __future__ import annotations

from typing import Any

from numtorch.numpy.random.host import Host

__all__ = ["DeviceStream"]


class DeviceStream:
    """Draws on a device."""

    def __init__(self, host: Host, dev: int) -> None:
        self.host, self.dev = host, dev

    def draw(self, method: str, arguments: dict[str, Any]) -> Any:
        raise NotImplementedError
