"""The array API standard's questions to a namespace about itself."""

from __future__ import annotations

from typing import Any

import numpy as np

from numtorch import _core
from numtorch.functions.calls.devices import device_name, device_of

__all__ = ["Info"]

KINDS = {
    "bool": ["bool"],
    "signed integer": ["int8", "int16", "int32", "int64"],
    "unsigned integer": ["uint8", "uint16", "uint32", "uint64"],
    "real floating": ["float32", "float64"],
    "complex floating": ["complex64", "complex128"],
}
KINDS["integral"] = KINDS["signed integer"] + KINDS["unsigned integer"]
KINDS["numeric"] = KINDS["integral"] + KINDS["real floating"] + KINDS["complex floating"]


class Info:
    """
    The standard's inspection of a namespace: `__array_namespace_info__()`.

    Examples
    --------
    >>> import numtorch.numpy as np
    >>> info = np.__array_namespace_info__()
    >>> info.capabilities()["boolean indexing"], info.default_device()
    (True, 'cpu')
    >>> list(info.dtypes(kind="real floating"))
    ['float32', 'float64']
    """

    def capabilities(self) -> dict[str, Any]:
        """What the standard leaves open: all of it is there."""
        return {"boolean indexing": True, "data-dependent shapes": True, "max dimensions": 64}

    def default_device(self) -> str:
        """Where new Tensors go: that of `numtorch.device`."""
        return device_name(_core.default_dev())

    def default_dtypes(self, *, device: Any = None) -> dict[str, np.dtype[Any]]:
        """NumPy's, on every device."""
        device_of(device, -1)
        names = {"real floating": "float64", "complex floating": "complex128", "integral": "int64", "indexing": "int64"}
        return {kind: np.dtype(name) for kind, name in names.items()}

    def dtypes(self, *, device: Any = None, kind: str | tuple[str, ...] | None = None) -> dict[str, np.dtype[Any]]:
        """The standard's dtypes of a kind, or of several; on every device the same."""
        device_of(device, -1)
        kinds = ("bool", "numeric") if kind is None else (kind,) if isinstance(kind, str) else kind
        for one in kinds:
            if one not in KINDS:
                raise ValueError(f"dtypes: kind must be one of {', '.join(map(repr, KINDS))}, not {one!r}")
        return {name: np.dtype(name) for one in kinds for name in KINDS[one]}

    def devices(self) -> list[str]:
        """The CPU, and the GPUs that there are."""
        return list(device_name(dev) for dev in range(-1, _core.device_count()))
