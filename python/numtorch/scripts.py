"""Runs a script of NumPy's with `numtorch.numpy` instead of NumPy: what ``python -m numtorch`` does."""

from __future__ import annotations

import builtins
import importlib
import runpy
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType
from typing import Any

from numtorch.devices import device
from numtorch.numpy.absent import ABSENT

__all__ = ["numpy_replaced", "run_script"]

STANDS_FOR = "numtorch.numpy"
MARK = "__numtorch_numpy__"
PACKAGE = Path(__file__).resolve().parent
# Where libraries are installed: they keep NumPy, also below the script's folder.
LIBRARIES = frozenset({"site-packages", "dist-packages"})


def _is_numpy(name: str) -> bool:
    return name == "numpy" or name.startswith("numpy.")


def _replacement(name: str) -> ModuleType:
    """The module that stands for NumPy's module `name`: this package's, or NumPy's own where this package has none.

    NumPy's own (`numpy.typing`, `numpy.ma`, `numpy.rec`, ...) is about types, texts, or ndarrays that it makes itself.
    """
    own = STANDS_FOR + name.removeprefix("numpy")
    try:
        return importlib.import_module(own)
    except ModuleNotFoundError as error:
        if not own.startswith(error.name or own):
            raise
    module = importlib.import_module(name)
    parent, _, last = own.rpartition(".")
    if parent in sys.modules:
        setattr(sys.modules[parent], last, module)  # as an import does: `import numpy.ma` is for `numpy.ma.array`
    return module


def _members(module: ModuleType, name: str, wanted: Sequence[str]) -> None:
    for member in wanted:
        if member == "*" or hasattr(module, member):
            continue
        try:
            _replacement(f"{name}.{member}")
        except ModuleNotFoundError:
            reason = ABSENT.get(member, "it has no counterpart for Tensors")
            raise ImportError(
                f"{name}.{member} is not supported under python -m numtorch: {reason}", name=name
            ) from None


@contextmanager
def numpy_replaced(folder: Path) -> Iterator[None]:
    """Within it, what a module of `folder` imports as NumPy is `numtorch.numpy`; all other modules get NumPy."""
    original = builtins.__import__
    inside = str(folder.resolve())

    def is_own(namespace: Mapping[str, Any] | None) -> bool:
        file = (namespace or {}).get("__file__")
        if not isinstance(file, str) or not LIBRARIES.isdisjoint(Path(file).parts):
            return False
        path = Path(file).resolve()
        return path.is_relative_to(inside) and not path.is_relative_to(PACKAGE)

    def replaced(
        name: str,
        globals: Mapping[str, Any] | None = None,
        locals: Mapping[str, Any] | None = None,
        fromlist: Sequence[str] | None = (),
        level: int = 0,
    ) -> ModuleType:
        # C code imports in the name of the module that called it, with an empty list where a statement has a tuple.
        if level or isinstance(fromlist, list) or not _is_numpy(name) or not is_own(globals):
            return original(name, globals, locals, fromlist or (), level)
        module = _replacement(name)
        # What the core looks for in a module that asks what a 0-d result is, also after `from numpy import ...` alone.
        globals.setdefault(MARK, _replacement("numpy"))  # type: ignore[union-attr]
        if not fromlist:
            return _replacement("numpy")  # `import numpy.linalg` binds numpy
        _members(module, name, fromlist)
        return module

    builtins.__import__ = replaced
    try:
        yield
    finally:
        builtins.__import__ = original


def run_script(script: str, arguments: Sequence[str], dev: int) -> None:
    """
    Runs the file `script` as ``__main__``, with `arguments` in `sys.argv`.

    Parameters
    ----------
    script : str
        Path of a Python file.
    arguments : sequence of str
        What the script finds in ``sys.argv[1:]``.
    dev : int
        Where the arrays go that it makes: -1 is the CPU; 0, 1, ... are GPUs.

    Raises
    ------
    FileNotFoundError
        There is no such file.
    ValueError
        The device does not exist.

    Examples
    --------
    >>> import tempfile, pathlib
    >>> from numtorch.scripts import run_script
    >>> file = pathlib.Path(tempfile.mkdtemp()) / "script.py"
    >>> _ = file.write_text("import numpy as np; print(repr(np.arange(3) / 2))")
    >>> run_script(str(file), [], dev=-1)
    Tensor([0. , 0.5, 1. ], dtype=float64, dev=-1)
    """
    path = Path(script)
    if not path.is_file():
        raise FileNotFoundError(f"python -m numtorch: there is no file {script!r}")
    before = sys.argv, sys.path[:]
    sys.argv = [script, *arguments]
    sys.path.insert(0, str(path.parent.resolve()))
    try:
        with device(dev), numpy_replaced(path.parent):
            runpy.run_path(script, run_name="__main__")
    finally:
        sys.argv, sys.path[:] = before
