"""Arrays that NumPy makes without being asked for ``like=``: windows, grids, indices, copies of what is elsewhere."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import TracebackType
from typing import Any

import numpy as np

from numtorch import _core
from numtorch._core import Tensor, tensor
from numtorch.functions.arguments import Array
from numtorch.functions.creation import indices as indices
from numtorch.functions.grids import c_ as c_
from numtorch.functions.grids import diag_indices as diag_indices
from numtorch.functions.grids import mask_indices as mask_indices
from numtorch.functions.grids import mgrid as mgrid
from numtorch.functions.grids import ogrid as ogrid
from numtorch.functions.grids import r_ as r_
from numtorch.functions.grids import tril_indices as tril_indices
from numtorch.functions.grids import triu_indices as triu_indices
from numtorch.functions.joining import vstack as row_stack
from numtorch.functions.places import place_of
from numtorch.functions.tapers import bartlett as bartlett
from numtorch.functions.tapers import blackman as blackman
from numtorch.functions.tapers import hamming as hamming
from numtorch.functions.tapers import hanning as hanning
from numtorch.functions.tapers import kaiser as kaiser

__all__ = [
    "Archive",
    "asarray_chkfinite",
    "bartlett",
    "blackman",
    "c_",
    "diag_indices",
    "from_dlpack",
    "hamming",
    "hanning",
    "indices",
    "kaiser",
    "load",
    "mask_indices",
    "mgrid",
    "ogrid",
    "r_",
    "row_stack",
    "tril_indices",
    "triu_indices",
]


def asarray_chkfinite(a: Array, dtype: Any = None, order: str | None = None) -> Tensor:
    """NumPy's `asarray_chkfinite`. Waits for the device, to see whether a value is not finite."""
    from numtorch.functions.creation import asarray

    x = asarray(a, dtype, order)
    if x.dtype.kind in "fc" and not bool(np.all(np.isfinite(x))):
        raise ValueError("array must not contain infs or NaNs")
    return x


def from_dlpack(x: Any, /, *, device: Any = None, dev: int | None = None, copy: bool | None = None) -> Tensor:
    """
    A Tensor of what has the DLPack protocol: see `numpy.from_dlpack`.

    Examples
    --------
    >>> import numpy
    >>> import numtorch.numpy as np
    >>> np.from_dlpack(numpy.arange(3))
    Tensor([0, 1, 2], dtype=int64, dev=-1)
    """
    wanted = None if device is None and dev is None else place_of(device, dev)
    return _core.from_dlpack(x, dev=wanted, copy=copy)


class Archive(Mapping[str, Tensor]):
    """An open ``.npz`` file, whose arrays are read when they are asked for, as Tensors."""

    def __init__(self, file: Any, dev: int) -> None:
        self._file = file
        self._dev = dev

    @property
    def files(self) -> list[str]:
        """The names of the arrays."""
        return list(self._file.files)

    def __getitem__(self, name: str) -> Tensor:
        return tensor(self._file[name], dev=self._dev)

    def __iter__(self) -> Iterator[str]:
        return iter(self._file)

    def __len__(self) -> int:
        return len(self._file)

    def close(self) -> None:
        """Closes the file."""
        self._file.close()

    def __enter__(self) -> Archive:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, where: TracebackType | None, /
    ) -> None:
        self.close()


def load(file: Any, *args: Any, device: Any = None, dev: int | None = None, **kwargs: Any) -> Tensor | Archive:
    """
    What `save` or `savez` wrote: see `numpy.load`. Read on the host, then copied to the device.

    Examples
    --------
    >>> import io
    >>> import numtorch.numpy as np
    >>> file = io.BytesIO()
    >>> np.save(file, np.arange(3))
    >>> _ = file.seek(0)
    >>> np.load(file)
    Tensor([0, 1, 2], dtype=int64, dev=-1)
    """
    read = np.load(file, *args, **kwargs)
    place = place_of(device, dev)
    return tensor(read, dev=place) if isinstance(read, np.ndarray) else Archive(read, place)
