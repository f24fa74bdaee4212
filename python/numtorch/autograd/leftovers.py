"""Which nodes stay when the way back is behind them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from numtorch._core import Node, Tensor
from numtorch.autograd.nodes import nested


class Leftovers:
    """The nodes that stay as they are when the way back is behind them, since somebody kept a Tensor that hangs there.

    Its gradient may be asked for in another run (`Stale`). Whoever keeps Tensors should not thereby keep the memory of
    a whole gradient: beyond `LIMIT` bytes everything is freed.
    """

    LIMIT = 2**24
    NODE = 512  # about what a node takes itself

    def __init__(self, roots: Iterable[Node]) -> None:
        self.roots = set(roots)
        self.kept: set[Node] = set()
        self.bytes = 0

    def keep(self, node: Node) -> bool:
        """Whether to keep `node`, to which references lead that are not our own."""
        if node in self.kept:
            return True
        if node in self.roots or self.bytes > self.LIMIT:
            return False
        stack = [node]
        while stack and self.bytes <= self.LIMIT:
            node = stack.pop()
            if node not in self.kept:
                self.kept.add(node)
                self.bytes += self.NODE + _bytes_of(node.args) + _bytes_of(node.result)
                stack.extend(nested(node.parents))
        if self.bytes > self.LIMIT:
            self.kept.clear()
        return bool(self.kept)


def _bytes_of(held: Any) -> int:
    if isinstance(held, Tensor):
        return held.nbytes
    return sum(map(_bytes_of, held)) if type(held) is tuple else 0
