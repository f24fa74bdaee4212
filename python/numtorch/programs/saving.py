"""Programs in files: a library made ahead of time, with what has to be known to call it."""

from __future__ import annotations

import base64
import hashlib
import json
import platform
import tempfile
import zipfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from numtorch import _core
from numtorch._core import CompileError, Tensor
from numtorch.atomic import replacing
from numtorch.programs.results import Spec, builder, plain_order
from numtorch.programs.tracing import Trace

FORMAT = 1
_KIND = "numtorch program"


def save(trace: Trace, args: tuple[Any, ...], path: Path, freeze: bool) -> None:
    """Writes the program of a trace, which was called with `args`, to a file."""
    from numtorch.programs import torch_side

    read = _core.arguments_text(args)
    if read is None:
        raise TypeError(
            "save: a saved program takes Tensors, numbers, strings, None, and tuples, lists and dicts of them; "
            f"not {', '.join(type(arg).__name__ for arg in args)}"
        )
    torch_side.refuse_writes_to_held(trace)
    library = torch_side.library_of(trace, freeze)
    devs = {value.dev for value in trace.inputs}
    about = {
        "kind": _KIND,
        "format": FORMAT,
        "torch": torch_side.version(),
        "machine": platform.machine(),
        "system": platform.system(),
        "capability": _core.cpu_capability(),
        "device": "cpu" if devs <= {-1} else "cuda",
        "arguments": base64.b64encode(read[0]).decode(),
        "described": [described(arg) for arg in args],
        "written": trace.written,
        "rebound": [number for pair in trace.rebound for number in pair],
        "flags": trace.flags,
        "spec": writable(trace.spec),
        "sha256": hashlib.sha256(library).hexdigest(),
    }
    with replacing(path) as file, zipfile.ZipFile(file, "w") as archive:
        archive.writestr("program.json", json.dumps(about, indent=1))
        archive.writestr("program.so", library)


def writable(spec: Spec) -> Spec:
    """The spec, which is to be written as JSON; CompileError if it cannot be."""
    if spec[0] == "built" or (spec[0] == "constant" and not isinstance(spec[1], bool | int | float | str | None)):
        raise CompileError(
            "save: the function returns something other than Tensors, numbers, strings, None, and tuples, lists and "
            "dicts of them, which no file can hold"
        )
    if spec[0] == "dict":
        if not all(isinstance(key, str) for key in spec[1]):
            raise CompileError("save: the function returns a dict with keys other than strings, which no file can hold")
        return ["dict", spec[1], [writable(item) for item in spec[2]]]
    return [spec[0], [writable(item) for item in spec[1]]] if spec[0] in ("tuple", "list") else spec


def described(value: Any) -> Any:
    """An argument for people."""
    if isinstance(value, Tensor):
        return f"{value.dtype}{list(value.shape)}" + ("" if value.dev < 0 else f" on dev={value.dev}")
    if isinstance(value, tuple | list):
        return [described(item) for item in value]
    if isinstance(value, dict):
        return {key: described(item) for key, item in value.items()}
    return repr(value)


class Saved:
    """A program from a file; what `load` gives.

    Attributes
    ----------
    path : Path
        The file.
    arguments : list
        What it takes, for people: dtypes and shapes, numbers.
    """

    def __init__(self, path: Path, about: dict[str, Any], library: bytes) -> None:
        self.path = path
        self.arguments: list[Any] = about["described"]
        self._text = base64.b64decode(about["arguments"])
        spec = about["spec"]
        with tempfile.TemporaryDirectory(prefix="numtorch-") as folder:  # once it is open it needs no name
            file = Path(folder) / "program.so"
            file.write_bytes(library)
            run = (str(file), str(about["device"]))
            self._program = _core.Program(
                run, about["written"], about["rebound"], about["flags"], plain_order(spec), builder(spec)
            )
        self._table = _core.Programs(False)
        self._table.add(self._text, self._program, [], [], [], [], 0)

    def __call__(self, *args: Any) -> Any:
        found = self._table.call(args)
        if found is NotImplemented:
            raise TypeError(self._refusal(args))
        return found

    def _refusal(self, args: tuple[Any, ...]) -> str:
        given = [described(arg) for arg in args]
        detail = (
            "" if given != self.arguments else "; the layout in memory, alignment or sharing of the Tensors differs"
        )
        return (
            f"the program in {self.path.name} takes {_text(self.arguments)}, and was called with {_text(given)}{detail}"
        )

    def __repr__(self) -> str:
        return f"load({str(self.path)!r})  # of {_text(self.arguments)}"


def _text(arguments: Sequence[Any]) -> str:
    return f"({', '.join(map(str, arguments))})"


def load(path: str | Path) -> Saved:
    """A program that `Compiled.save` wrote, ready to be called.

    Neither Python's torch nor a compiler is needed. Like any compiled library the file is code that runs: load only
    what you would run.

    Parameters
    ----------
    path : str or Path
        The file.

    Returns
    -------
    Saved
        Called with Tensors of the shapes, dtypes and layouts, and with the numbers, that it was saved for.

    Raises
    ------
    ValueError
        The file is not one of those, is damaged, or is for another machine, system or version of libtorch.
    TypeError
        At a call: other arguments.

    Examples
    --------
    >>> import numpy as np
    >>> import numtorch as nt
    >>> f = nt.compile(lambda x: np.sin(x) + 1)
    >>> f.save("wave.nt", nt.tensor(np.zeros(3)))  # doctest: +SKIP
    >>> nt.load("wave.nt")(nt.tensor(np.zeros(3)))  # doctest: +SKIP
    Tensor([1., 1., 1.], dtype=float64, dev=-1)
    """
    path = Path(path)
    about, library = _read(path)
    for key, name, own in (
        ("system", "system", platform.system()),
        ("machine", "processor", platform.machine()),
        ("torch", "libtorch", _core.libtorch_version()),
        ("capability", "vector instructions", _core.cpu_capability()),
    ):
        if about.get(key) != own:
            raise ValueError(f"load: {path} is a program for the {name} {about.get(key)!r}, and this is {own!r}")
    return Saved(path, about, library)


def _read(path: Path) -> tuple[dict[str, Any], bytes]:
    try:
        with zipfile.ZipFile(path) as archive:
            about = json.loads(archive.read("program.json"))
            library = archive.read("program.so")
    except (zipfile.BadZipFile, KeyError, ValueError, EOFError) as error:
        raise ValueError(f"load: {path} is not a program that numtorch saved, or is damaged ({error})") from error
    if not isinstance(about, dict) or about.get("kind") != _KIND:
        raise ValueError(f"load: {path} is not a program that numtorch saved")
    if about.get("format") != FORMAT:
        raise ValueError(f"load: {path} is of format {about.get('format')}, and this numtorch reads format {FORMAT}")
    if hashlib.sha256(library).hexdigest() != about.get("sha256"):
        raise ValueError(f"load: {path} is damaged: its library is not the one that was saved")
    return about, library
