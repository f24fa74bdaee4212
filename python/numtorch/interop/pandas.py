"""Tensors for pandas, which asks for its own classes and ndarrays where others go by elements."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache, wraps
from typing import Any

import numpy as np

from numtorch._core import Tensor
from numtorch.interop.hosting import hosted, on_the_host, replace

__all__ = ["register"]


def _hosted_keys(keys: Any) -> Any:
    return [hosted(key) for key in keys] if isinstance(keys, list) else hosted(keys)


def _with_keys(function: Callable[..., Any]) -> Callable[..., Any]:
    """`function(frame, keys, ...)` with ndarrays for the Tensors that are keys."""

    @wraps(function)
    def call(frame: Any, keys: Any = None, *args: Any, **kwargs: Any) -> Any:
        return function(frame, _hosted_keys(keys), *args, **kwargs)

    return call


def _of_scalars(values: Any) -> Any:
    """An array of objects, with NumPy's scalars for the results without axes among them."""
    if not any(isinstance(value, Tensor) for value in values):
        return values
    scalars = np.empty(len(values), object)
    scalars[:] = [hosted(value) if isinstance(value, Tensor) and value.ndim == 0 else value for value in values]
    return scalars


def _inferred(values: Any) -> Any:
    """The same with the dtype that pandas infers of them."""
    from pandas._libs import lib

    if not (isinstance(values, np.ndarray) and values.dtype == object and values.ndim == 1):
        return values
    scalars = _of_scalars(values)
    return values if scalars is values else lib.maybe_convert_objects(scalars)


def _with_inference(function: Callable[..., Any]) -> Callable[..., Any]:
    """`function(data, ...)`, which makes an array of data: of results without axes it makes one of numbers."""

    @wraps(function)
    def make(data: Any, *args: Any, **kwargs: Any) -> Any:
        return _inferred(function(hosted(data), *args, **kwargs))

    return make


def _with_columns(function: Callable[..., Any]) -> Callable[..., Any]:
    """`function(columns, ...)`, which infers the dtypes of arrays of objects."""

    @wraps(function)
    def make(content: list[Any], *args: Any, **kwargs: Any) -> Any:
        return function([_of_scalars(column) for column in content], *args, **kwargs)

    return make


@cache
def register() -> None:
    """Makes Tensors masks, keys, labels, operands and columns. It is called when both libraries are imported.

    Raises
    ------
    ImportError
        pandas is not installed.
    """
    from pandas import DataFrame, Series
    from pandas.core import algorithms, common, construction
    from pandas.core.groupby import grouper
    from pandas.core.internals import construction as columns

    common.apply_if_callable = on_the_host(common.apply_if_callable)
    common.convert_to_list_like = on_the_host(common.convert_to_list_like)
    algorithms._ensure_arraylike = on_the_host(algorithms._ensure_arraylike)
    DataFrame._align_for_op = on_the_host(DataFrame._align_for_op)
    DataFrame.set_index = _with_keys(DataFrame.set_index)
    for box in (DataFrame, Series):
        box._HANDLED_TYPES = (*box._HANDLED_TYPES, Tensor)
    replace("pandas", grouper.get_grouper, _with_keys(grouper.get_grouper))
    replace("pandas", algorithms.take, on_the_host(algorithms.take))
    replace("pandas", construction.sanitize_array, _with_inference(construction.sanitize_array))
    columns.convert_object_array = _with_columns(columns.convert_object_array)
