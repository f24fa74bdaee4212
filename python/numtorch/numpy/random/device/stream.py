"""The stream of one device."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from typing import Any

import numpy as np

from numtorch import _core
from numtorch._core import Tensor
from numtorch.functions.calls.arguments import as_tensor, cast
from numtorch.numpy.random import permutations
from numtorch.numpy.random.device.continuous import CONTINUOUS
from numtorch.numpy.random.device.discrete import DISCRETE, LARGEST
from numtorch.numpy.random.device.indices import DeviceIndexDraws
from numtorch.numpy.random.device.numbers import NUMBERS
from numtorch.numpy.random.device.parameters import check, placed, shape_of
from numtorch.numpy.random.device.source import INT64, Source
from numtorch.numpy.random.device.vectors import VECTORS
from numtorch.numpy.random.host import Host
from numtorch.numpy.random.reparametrised import FORMULAS, is_tracked, refuse

__all__ = ["DeviceStream"]

INTEGRAL = {"binomial": ("n",), "hypergeometric": ("ngood", "nbad", "nsample")}


class DeviceStream:
    """
    The methods of NumPy's Generator and RandomState, drawn on the device `dev` with libtorch's kernels.

    Each call takes the next 64 bits of NumPy's `host` as the key of a stream of libtorch's. A call that fails takes
    none. So the state of `host` is the whole state: it can be pickled, seeded, spawned and jumped as in NumPy.
    """

    def __init__(self, host: Host, dev: int) -> None:
        self.host, self.dev = host, dev
        self._source = Source(dev)
        self._lock = threading.Lock()  # a method of NumPy's is one step for other threads, too

    def draw(self, method: str, arguments: Mapping[str, Any]) -> Any:
        """What the method of that name draws."""
        passed_on = ("x", "a", "out") if method in permutations.METHODS else ()
        for name, value in arguments.items():
            if is_tracked(value) and name not in passed_on and method not in FORMULAS:
                raise refuse(method, name)
        if method == "shuffle" and not isinstance(arguments["x"], Tensor):
            return self.host.shuffle(**arguments)
        with self._lock:
            self._source.restart(lambda: int.from_bytes(self.host.bytes(8), "little"))
            if method in permutations.METHODS:
                return self._ordered(method, permutations.counted(arguments))
            drawn = self._drawn(method, dict(arguments))
        if not isinstance(drawn, Tensor):
            return drawn
        return _core.as_value(drawn) if arguments.get("size") is None else _core.as_array(drawn)

    def _drawn(self, method: str, arguments: dict[str, Any]) -> Any:
        others = NUMBERS.get(method) or VECTORS.get(method)
        if others is not None:
            return others(self._source, **arguments)
        size = arguments.pop("size")
        integral = INTEGRAL.get(method, ())
        parameters = {
            name: placed(method, name, value, self.dev, name in integral) for name, value in arguments.items()
        }
        check(method, parameters)
        shape = shape_of(size, parameters)
        if method in DISCRETE:
            counts = DISCRETE[method](self._source, shape, *parameters.values())
            return cast(counts.clip(None, LARGEST), INT64)
        return CONTINUOUS[method](self._source, shape, *parameters.values())

    def _ordered(self, method: str, arguments: dict[str, Any]) -> Any:
        """Something in another order, or chosen: on the device of a Tensor, else on this one."""
        draws = DeviceIndexDraws(self._source)
        name = "a" if method == "choice" else "x"
        subject = arguments[name]
        if isinstance(subject, (int, np.integer)) and method == "permutation":
            return draws.order(max(int(subject), 0))
        if isinstance(subject, (int, np.integer)) and method == "choice":
            return draws.choices(int(subject), arguments)
        arguments[name] = as_tensor(subject, self.dev)
        return permutations.METHODS[method](draws, **arguments)
