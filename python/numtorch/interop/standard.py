"""Tensors for Python's own json, which writes numbers of Python's and nothing else."""

from __future__ import annotations

from functools import cache
from typing import Any

from numtorch._core import Tensor

__all__ = ["register"]


@cache
def register() -> None:
    """Makes json's refusal of a Tensor say how its numbers are written."""
    from json.encoder import JSONEncoder

    refuse = JSONEncoder.default

    def default(self: JSONEncoder, o: Any) -> Any:
        if isinstance(o, Tensor):
            raise TypeError(
                "Object of type Tensor is not JSON serializable: write its number, t.item(), or its list, t.tolist()"
            )
        return refuse(self, o)

    default.__doc__ = refuse.__doc__
    JSONEncoder.default = default  # type: ignore[method-assign]
