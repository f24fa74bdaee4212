"""Tensors for matplotlib, which knows a colour by its class; what it draws it finds by protocols."""

from __future__ import annotations

from functools import cache

from numtorch.interop.hosting import on_the_host

__all__ = ["register"]


@cache
def register() -> None:
    """Makes a Tensor of three or four numbers a colour. It is called when both libraries are imported.

    Raises
    ------
    ImportError
        matplotlib is not installed.
    """
    from matplotlib import colors

    own = vars(colors)
    own["_to_rgba_no_colorcycle"] = on_the_host(own["_to_rgba_no_colorcycle"])
