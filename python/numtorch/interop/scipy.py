"""Tensors for SciPy where it hands what it was given to Fortran and C, which take ndarrays alone."""

from __future__ import annotations

from functools import cache
from importlib import import_module
from types import ModuleType
from typing import Any

import numpy as np

from numtorch._core import Tensor
from numtorch.interop.hosting import on_the_host

__all__ = ["register_linear_operators", "register_optimize"]


def _numpy_on_the_host() -> ModuleType:
    """NumPy, but that the arrays that functions return become ndarrays where they get their axes."""
    numpy = ModuleType("numpy")
    numpy.__dict__.update(vars(np), atleast_1d=on_the_host(np.atleast_1d), atleast_2d=on_the_host(np.atleast_2d))
    return numpy


@cache
def register_optimize() -> None:
    """Makes ``scipy.optimize`` take gradients and Jacobians that are Tensors. Called when both libraries are imported.

    Raises
    ------
    ImportError
        SciPy is not installed.
    """
    functions = import_module("scipy.optimize._differentiable_functions")
    least_squares = import_module("scipy.optimize._lsq.least_squares")

    for module in (functions, least_squares):
        vars(module)["np"] = _numpy_on_the_host()


@cache
def register_linear_operators() -> None:
    """Makes ``scipy.sparse.linalg`` take Tensors as matrices. It is called when both libraries are imported.

    Raises
    ------
    ImportError
        SciPy is not installed.
    """
    from scipy.sparse.linalg import _interface

    is_matrix = _interface.is_pydata_spmatrix

    def is_matrix_or_tensor(m: Any) -> bool:
        return isinstance(m, Tensor) or bool(is_matrix(m))

    _interface.is_pydata_spmatrix = is_matrix_or_tensor
