"""Which of NumPy's functions run NumPy's own loop, over the memory of Tensors on the CPU that no gradient depends on.

Nothing leaves the device, and little is copied. Tensors on a GPU, those of a gradient and subclasses have libtorch's
kernels; so have large arrays where libtorch's threads together are faster than NumPy's one.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from numtorch import _core

__all__ = ["LOOPS", "UFUNC_LOOPS", "Loop", "hosted", "ufunc_answer"]


class Loop(NamedTuple):
    """How much faster it is, for which dtypes (kinds, names), and how many of the first arguments may be Tensors.

    NumPy checks some arguments, or counts in them, before it uses them. Those are copied: another thread that changed
    them in between would have it write where nothing is.
    """

    speed: float
    kinds: str = "biufc"
    inputs: int = 1
    copied: tuple[int, ...] = ()


# NumPy's speed over that of the kernels: 10⁶ elements, one thread, `bench/host_loops.py`. A loop whose speed is below 1
# is for few elements, where the call is what counts.
LOOPS: dict[str, Loop] = {
    "argmax": Loop(1.7, "biuf"),
    "argmin": Loop(1.7, "biuf"),
    "argwhere": Loop(8.1, copied=(0,)),
    "bincount": Loop(1.6, inputs=2, copied=(0,)),
    "convolve": Loop(5.0, inputs=2),
    "count_nonzero": Loop(2.0),
    "digitize": Loop(0.8, inputs=2),
    "flatnonzero": Loop(9.8, copied=(0,)),
    "interp": Loop(1.9, "biuf", 3),
    "isin": Loop(5.5, "biu", 2, copied=(0, 1)),
    "median": Loop(3.3, "biuf"),
    "nanargmax": Loop(2.8, "biuf"),
    "nanargmin": Loop(1.4, "biuf"),
    "nonzero": Loop(9.6, copied=(0,)),
    "packbits": Loop(53.0, "biu"),
    "partition": Loop(3.8, "biuf"),
    "repeat": Loop(1.2, inputs=2, copied=(1,)),
    "searchsorted": Loop(1.0, "biuf", 2),
    "take": Loop(1.5, inputs=2, copied=(1,)),
    "unpackbits": Loop(29.0, "u"),
}

UFUNC_LOOPS: dict[tuple[np.ufunc, str], Loop] = {
    (np.floor_divide, "__call__"): Loop(2.1, "iu", 2),
    (np.remainder, "__call__"): Loop(1.5, "iu", 2),
    (np.fmod, "__call__"): Loop(1.6, "iu", 2),
    (np.divmod, "__call__"): Loop(3.8, "iu", 2),
    (np.power, "__call__"): Loop(2.4, "iu", 2),
    (np.fmax, "reduce"): Loop(8.0, "f"),
    (np.fmin, "reduce"): Loop(8.0, "f"),
    (np.logical_and, "reduce"): Loop(1.5, "biuf"),
    (np.logical_or, "reduce"): Loop(1.5, "biuf"),
    (np.bitwise_and, "reduce"): Loop(7.0, "biu"),
    (np.bitwise_or, "reduce"): Loop(7.0, "biu"),
    (np.bitwise_xor, "reduce"): Loop(7.0, "biu"),
    (np.maximum, "reduce"): Loop(2.0, "bu"),
    (np.minimum, "reduce"): Loop(5.0, "bu int64"),
}
# Not of those that are not associative, which NumPy folds from the wrong end on some processors.
for _ufunc in (
    np.add, np.multiply, np.maximum, np.minimum, np.fmax, np.fmin, np.logical_and, np.logical_or, np.logical_xor,
    np.bitwise_and, np.bitwise_or, np.bitwise_xor,
):  # fmt: skip
    UFUNC_LOOPS[_ufunc, "reduceat"] = Loop(160.0, inputs=2, copied=(1,))


def _bits(kinds: str) -> int:
    letters, *names = kinds.split()
    return sum(1 << i for i, dtype in enumerate(_core.dtypes) if dtype.kind in letters or dtype.name in names)


def _terms(loop: Loop) -> tuple[float, int, int, int]:
    return loop.speed, _bits(loop.kinds), loop.inputs, sum(1 << i for i in loop.copied)


def hosted(function: Callable[..., Any], handler: Callable[..., Any]) -> Callable[..., Any]:
    """`handler`, with NumPy's own loop of `function` before it where `LOOPS` has one."""
    loop = LOOPS.get(function.__name__) if getattr(function, "__module__", "") == "numpy" else None
    if loop is None:
        return handler
    terms = _terms(loop)

    @functools.wraps(handler)
    def answer(*args: Any, **kwargs: Any) -> Any:
        result = _core.host_answer(function, *terms, args, kwargs)
        return handler(*args, **kwargs) if result is None else result

    return answer


_ufunc_loops = {
    (ufunc, method): (getattr(ufunc, method), *_terms(loop)) for (ufunc, method), loop in UFUNC_LOOPS.items()
}


def ufunc_answer(ufunc: np.ufunc, method: str, inputs: tuple[Any, ...], keywords: dict[str, Any] | None) -> Any:
    """What NumPy's own loop gives; None where it is not the faster one."""
    loop = _ufunc_loops.get((ufunc, method))
    return None if loop is None else _core.host_answer(*loop, inputs, keywords)
