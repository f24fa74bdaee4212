"""Tensors for opt_einsum, which names a backend by the package of an array's class."""

from __future__ import annotations

__all__ = ["register"]


def register() -> None:
    """Makes ``backend="numtorch"`` mean `numtorch.numpy`. It is called when both libraries are imported.

    Raises
    ------
    ImportError
        opt_einsum is not installed.
    """
    from opt_einsum.backends import dispatch

    dispatch._aliases["numtorch"] = "numtorch.numpy"
