"""Draws inside vmap, by a stream that knows nothing of it."""

from __future__ import annotations

from typing import Any

import numpy as np

from numtorch import _core
from numtorch._core import Tensor
from numtorch.functions.calls.arguments import xp
from numtorch.functions.calls.samples import allow_random, drawn, is_varied
from numtorch.numpy.random.reparametrised import FORMULAS

__all__ = ["draw_samples"]

CPU = -1
_INDEXED = {"choice": "a", "permutation": "x"}  # whose result are elements of an array, and the name of that
_PLAIN = ("exponential", "gumbel", "laplace", "logistic", "normal", "rayleigh", "uniform")  # a formula of one draw


def draw_samples(stream: Any, method: str, arguments: dict[str, Any]) -> Any:
    """What the method of that name draws for the samples of the batches that are open."""
    allow_random(method)
    if stream.dev != CPU:
        return stream.draw(method, arguments)  # by libtorch's kernels, which know of batches
    abstract = [name for name, value in arguments.items() if _core.is_abstract(value)]
    indexed = _INDEXED.get(method, "")
    if abstract == [indexed] and np.ndim(arguments[indexed]):
        return _picked(stream, method, arguments, indexed)
    if abstract and method in _PLAIN:
        return _by_formula(stream, method, arguments)
    if is_varied() and (method == "shuffle" or arguments.get("out") is not None):
        raise RuntimeError(f'vmap: {method} writes into an array; randomness="different" has results only')
    if abstract and not (method == "shuffle" and abstract == ["x"]):
        raise RuntimeError(
            f"vmap: {method}: the argument {abstract[0]!r} is another one for each sample; draw standard numbers, and "
            "compute with them"
        )
    return drawn(method, lambda: stream.draw(method, arguments))


def _picked(stream: Any, method: str, arguments: dict[str, Any], name: str) -> Tensor:
    axis = arguments.get("axis", 0)
    numbers = {key: value for key, value in arguments.items() if key != "axis"} | {name: arguments[name].shape[axis]}
    indices = drawn(method, lambda: stream.draw(method, numbers))
    picked: Tensor = xp.take(arguments[name], indices, axis=axis)
    return picked


def _by_formula(stream: Any, method: str, arguments: dict[str, Any]) -> Tensor:
    parameters = {name: value for name, value in arguments.items() if name != "size"}
    shape = arguments["size"]
    if shape is None:
        shape = np.broadcast_shapes(*(np.shape(value) for value in parameters.values()))
    standard, formula = FORMULAS[method]
    z = drawn(method, lambda: stream.draw(standard, {"size": shape}))
    result: Tensor = formula(None, z, **parameters)
    return result
