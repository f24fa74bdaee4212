"""Files that hold arrays."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from numtorch._core import Tensor, tensor
from numtorch.devices import device as default_device
from numtorch.functions.calls.devices import new_dev

__all__ = ["load"]


class Archive(Mapping[str, Tensor]):
    """The arrays of an .npz file by name, each read when it is asked for: see `numpy.lib.npyio.NpzFile`."""

    def __init__(self, opened: Any, dev: int) -> None:
        self.files: list[str] = opened.files
        self._opened = opened
        self._dev = dev

    def __getitem__(self, name: str) -> Tensor:
        return tensor(self._opened[name], dev=self._dev)

    def __iter__(self) -> Iterator[str]:
        return iter(self.files)

    def __len__(self) -> int:
        return len(self.files)

    def close(self) -> None:
        """Closes the file."""
        self._opened.close()

    def __enter__(self) -> Archive:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"Archive with keys {', '.join(self.files)}"


def load(
    file: Any,
    mmap_mode: str | None = None,
    allow_pickle: bool = False,
    fix_imports: bool = True,
    encoding: Any = "ASCII",
    *,
    max_header_size: int = 10000,
    device: Any = None,
    dev: int | None = None,
) -> Any:
    """
    NumPy's `load`, read on the host: a Tensor, or a mapping of names to Tensors.

    Examples
    --------
    >>> import io
    >>> import numtorch.numpy as np
    >>> file = io.BytesIO()
    >>> np.savez(file, x=np.arange(3), y=np.ones(2))
    >>> _ = file.seek(0)
    >>> np.load(file)["x"]
    Tensor([0, 1, 2], dtype=int64, dev=-1)
    """
    if mmap_mode is not None:
        raise TypeError("load: a Tensor has memory of its own, so mmap_mode must be None")
    dev = new_dev(device, dev)
    with default_device(dev):  # what was pickled as a Tensor
        read = np.load(
            file,
            allow_pickle=allow_pickle,
            fix_imports=fix_imports,
            encoding=encoding,
            max_header_size=max_header_size,
        )
    return Archive(read, dev) if isinstance(read, np.lib.npyio.NpzFile) else tensor(read, dev=dev)
