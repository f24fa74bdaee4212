"""The base of Generator and RandomState: the device they draw on, and bytes."""

from __future__ import annotations

from typing import Any, Protocol

from numtorch import _core
from numtorch.functions.calls.samples import allow_random
from numtorch.numpy.random.host import Host
from numtorch.numpy.random.samples import draw_samples

__all__ = ["Drawing", "Stream"]


class Stream(Protocol):
    """A stream of random numbers."""

    @property
    def dev(self) -> int:
        """Device of the draws."""

    @property
    def host(self) -> Host:
        """NumPy's object whose bits determine the stream."""

    def draw(self, method: str, arguments: dict[str, Any], /) -> Any:
        """What the method of that name draws."""


class Drawing:
    """A source of random numbers whose methods draw from one stream."""

    _stream: Stream

    @property
    def dev(self) -> int:
        """Device that the draws are on: -1 is the CPU; 0, 1, ... are GPUs."""
        return self._stream.dev

    def _draw(self, method: str, /, **arguments: Any) -> Any:
        stream: Any = self._stream
        if _core.is_tracing():
            from numtorch.numpy.random import traced  # it needs what draws

            stream = traced.Through(self)
        if _core.batches():
            return draw_samples(stream, method, arguments)
        return stream.draw(method, arguments)

    def bytes(self, length: int) -> bytes:
        """NumPy's `bytes`, on every device: bytes are on the host."""
        allow_random("bytes")
        return self._stream.host.bytes(length)
