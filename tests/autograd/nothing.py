"""Run by test_nothing.py: gradients with every axis of every array of length 0 in turn, which may end a process.

`python -m tests.autograd.nothing DEV` prints each call before it runs, then what is wrong with it.
"""

from __future__ import annotations

import sys
import warnings
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

import numtorch as nt
from tests.autograd.rows import nn as nn_rows
from tests.autograd.test_rules import ROWS as RULES
from tests.nn.test_calls import DOUBLE
from tests.nn.test_calls import ROWS as CALLS

# Kernels that are not tried by themselves; the last three are by the functions of nn.
OTHERWISE = {
    "strided_view": "it reads memory by its strides, and is told how much there is",
    "strided_write": "the same",
    "convolution": "of no channels its result has none either; nn.conv gives them one",
    "_native_batch_norm_legit_no_training": "it does not look whether its vectors fit; nn.batchnorm does",
    "_scaled_dot_product_flash_attention_for_cpu": "of no heads it ends the process; nn asks first",
}
# Kernels for a way back are called here as rules call them: their arrays' shapes are those of the way there.
TOGETHER = "_backward"
Sized = tuple[str, Callable[..., Any], list[Any]]


def emptied(arrays: list[Any]) -> Iterator[tuple[str, list[Any]]]:
    """The arrays without elements along one axis: of one of them, of all, and all axes of that length."""
    for k, array in enumerate(arrays):
        for axis, length in enumerate(array.shape):
            yield f"array {k}, axis {axis}", [cut(a, [axis] if i == k else []) for i, a in enumerate(arrays)]
            yield f"axis {axis} of all", [cut(a, [axis] if axis < a.ndim else []) for a in arrays]
            yield f"length {length}", [cut(a, [i for i, n in enumerate(a.shape) if n == length]) for a in arrays]


def cut(array: Any, axes: list[int]) -> Any:
    return array[tuple(slice(0, 0) if i in axes else slice(None) for i in range(array.ndim))]


def calls(dev: int) -> Iterator[Sized]:
    for name, rows in RULES.items():
        if name not in OTHERWISE and TOGETHER not in name and (dev < 0 or name not in nn_rows.ON_CPU):
            for f, arrays in rows:
                for told, sized in emptied([np.asarray(a) for a in arrays]):
                    # Not every kernel looks whether its arrays fit together.
                    if len(arrays) == 1 or not told.startswith("array"):
                        yield f"{name}: {told}", f, sized
    for row in CALLS:
        for told, sized in emptied([a.astype(DOUBLE[row.kinds[-1]]) for a in row.arrays]):
            yield f"{row.name}: {told}", row.f, sized


def total(made: Any) -> Any:
    results = made if isinstance(made, tuple) else (made,)
    return sum((np.sum(np.real(x)) for x in results if isinstance(x, nt.Tensor) and x.dtype.kind in "fc"), start=0.0)


def complaint(f: Callable[..., Any], arrays: list[Any], dev: int) -> str:
    """What is wrong with the gradient, if the function itself takes such arrays."""
    tensors = [nt.tensor(a, dev=dev) for a in arrays]
    try:
        total(f(*tensors))
    except Exception:
        return ""

    def slopes(*t: Any) -> Any:
        return nt.gradient(lambda *u: total(f(*u)), *t)

    try:
        gradients = slopes(*tensors)
        nt.gradient(lambda *t: sum((np.sum(np.abs(g) ** 2) for g in slopes(*t) if g is not None), start=0.0), *tensors)
    except NotImplementedError:  # refused by name
        return ""
    except Exception as error:
        return f"{type(error).__name__}: {error}"
    wrong = [g.shape for g, t in zip(gradients, tensors, strict=True) if g is not None and g.shape != t.shape]
    return f"shapes {wrong}" if wrong else ""


def main(dev: int) -> None:
    warnings.simplefilter("ignore")
    for name, f, arrays in calls(dev):
        print(f"{name}: {[a.shape for a in arrays]}", flush=True)
        if text := complaint(f, arrays, dev):
            print(f"WRONG {text}", flush=True)


if __name__ == "__main__":
    main(int(sys.argv[1]))
