"""Files, buffers and text: NumPy reads and writes them on the host, from where arrays go to the device and back.

Each of these functions moves whole arrays between the host and the device, and waits for the device.
"""

from __future__ import annotations

import inspect
from collections.abc import Iterable
from typing import Any

import numpy as np

from numtorch import _core
from numtorch._core import Tensor, tensor
from numtorch.functions.calls.arguments import Array, Dtype, xp
from numtorch.functions.calls.devices import new_dev
from numtorch.functions.calls.registry import implements

__all__ = [
    "frombuffer",
    "fromfile",
    "fromiter",
    "fromstring",
    "genfromtxt",
    "hosted",
    "loadtxt",
    "save",
    "savetxt",
    "savez",
    "savez_compressed",
]


def hosted(x: Any) -> Any:
    """The values of `x`, and of Tensors in lists and dicts, on the host."""
    if isinstance(x, Tensor):
        return _core.collect(x)
    if isinstance(x, (list, tuple)):
        return type(x)(map(hosted, x)) if type(x) in (list, tuple) else [hosted(one) for one in x]
    return {name: hosted(one) for name, one in x.items()} if type(x) is dict else x


@implements(np.save)
def save(file: Any, arr: Array, allow_pickle: bool = True) -> None:
    """NumPy's `save` of the values, copied to the host."""
    np.save(file, hosted(arr), allow_pickle=allow_pickle)


def _pickling(allowed: bool) -> dict[str, Any]:
    """That keyword of NumPy's `savez`; before 2.2 it always pickles, and takes the keyword for an array's name."""
    return {"allow_pickle": allowed} if "allow_pickle" in inspect.signature(np.savez).parameters else {}


@implements(np.savez)
def savez(file: Any, *args: Array, allow_pickle: bool = True, **kwds: Array) -> None:
    """NumPy's `savez` of the values, copied to the host."""
    named = {name: hosted(x) for name, x in kwds.items()}
    np.savez(file, *map(hosted, args), **_pickling(allow_pickle), **named)


@implements(np.savez_compressed)
def savez_compressed(file: Any, *args: Array, allow_pickle: bool = True, **kwds: Array) -> None:
    """NumPy's `savez_compressed` of the values, copied to the host."""
    named = {name: hosted(x) for name, x in kwds.items()}
    np.savez_compressed(file, *map(hosted, args), **_pickling(allow_pickle), **named)


@implements(np.savetxt)
def savetxt(
    fname: Any,
    X: Array,
    fmt: Any = "%.18e",
    delimiter: str = " ",
    newline: str = "\n",
    header: str = "",
    footer: str = "",
    comments: str = "# ",
    encoding: str | None = None,
) -> None:
    """NumPy's `savetxt` of the values, copied to the host."""
    np.savetxt(fname, hosted(X), fmt, delimiter, newline, header, footer, comments, encoding)


def _uploaded(read: Any, device: Any, dev: int | None, like: Tensor | None) -> Any:
    """What NumPy read, on the device: one array, or a list of columns."""
    dev = new_dev(device, dev, like)
    if isinstance(read, list):
        return [tensor(column, dev=dev) for column in read]
    return tensor(read, dev=dev)


def fromiter(
    iter: Iterable[Any],
    dtype: Dtype,
    count: int = -1,
    *,
    device: Any = None,
    dev: int | None = None,
    like: Tensor | None = None,
) -> Tensor:
    """NumPy's `fromiter`, read on the host."""
    made: Tensor = _uploaded(np.fromiter(iter, dtype, count), device, dev, like)
    return made


def frombuffer(
    buffer: Any,
    dtype: Dtype = None,
    count: int = -1,
    offset: int = 0,
    *,
    device: Any = None,
    dev: int | None = None,
    like: Tensor | None = None,
) -> Tensor:
    """NumPy's `frombuffer`, of a copy of the buffer."""
    made: Tensor = _uploaded(np.frombuffer(buffer, np.dtype(dtype), count, offset), device, dev, like)
    return made


def fromfile(
    file: Any,
    dtype: Dtype = None,
    count: int = -1,
    sep: str = "",
    offset: int = 0,
    *,
    device: Any = None,
    dev: int | None = None,
    like: Tensor | None = None,
) -> Tensor:
    """NumPy's `fromfile`, read on the host."""
    made: Tensor = _uploaded(np.fromfile(file, np.dtype(dtype), count, sep, offset), device, dev, like)
    return made


def fromstring(
    string: str,
    dtype: Dtype = float,
    count: int = -1,
    *,
    sep: str,
    device: Any = None,
    dev: int | None = None,
    like: Tensor | None = None,
) -> Tensor:
    """NumPy's `fromstring`, read on the host."""
    made: Tensor = _uploaded(np.fromstring(string, dtype, count, sep=sep), device, dev, like)
    return made


def loadtxt(
    fname: Any,
    dtype: Dtype = float,
    comments: Any = "#",
    delimiter: str | None = None,
    converters: Any = None,
    skiprows: int = 0,
    usecols: Any = None,
    unpack: bool = False,
    ndmin: Any = 0,
    encoding: str | None = None,
    max_rows: int | None = None,
    *,
    quotechar: str | None = None,
    device: Any = None,
    dev: int | None = None,
    like: Tensor | None = None,
) -> Any:
    """NumPy's `loadtxt`, read on the host."""
    read = np.loadtxt(
        fname,
        dtype,
        comments,
        delimiter,
        converters,
        skiprows,
        usecols,
        unpack,
        ndmin,
        encoding,
        max_rows,
        quotechar=quotechar,
    )
    return _uploaded(read, device, dev, like)


def genfromtxt(
    fname: Any,
    dtype: Dtype = float,
    comments: str = "#",
    delimiter: Any = None,
    skip_header: int = 0,
    skip_footer: int = 0,
    converters: Any = None,
    missing_values: Any = None,
    filling_values: Any = None,
    usecols: Any = None,
    names: Any = None,
    excludelist: Any = None,
    deletechars: Any = " !#$%&'()*+,-./:;<=>?@[\\]^{|}~",
    replace_space: str = "_",
    autostrip: bool = False,
    case_sensitive: Any = True,
    defaultfmt: str = "f%i",
    unpack: Any = None,
    usemask: bool = False,
    loose: bool = True,
    invalid_raise: bool = True,
    max_rows: int | None = None,
    encoding: str | None = None,
    *,
    ndmin: int = 0,
    device: Any = None,
    dev: int | None = None,
    like: Tensor | None = None,
) -> Any:
    """NumPy's `genfromtxt`, read on the host."""
    read = xp.genfromtxt(
        fname,
        dtype,
        comments,
        delimiter,
        skip_header,
        skip_footer,
        converters,
        missing_values,
        filling_values,
        usecols,
        names,
        excludelist,
        deletechars,
        replace_space,
        autostrip,
        case_sensitive,
        defaultfmt,
        unpack,
        usemask,
        loose,
        invalid_raise,
        max_rows,
        encoding,
        ndmin=ndmin,
    )
    return _uploaded(read, device, dev, like)
