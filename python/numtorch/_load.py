"""Loads the libtorch that the extension was built against, then the extension. Imported before all else.

Python's torch is never imported; it may be, before or after, in the same process.
"""

from __future__ import annotations

import ctypes
import importlib
from pathlib import Path

from numtorch._libtorch import Libtorch, find_libtorch

_BUILD = "pip install --no-build-isolation --no-deps --force-reinstall ."
_BUILD_HINT = f"""\
In numtorch's source folder run
    pip install "scikit-build-core>=1.1" "pybind11>=3.0.2"
    {_BUILD}"""


def _built_version() -> str:
    try:
        build = importlib.import_module("numtorch._build")
    except ModuleNotFoundError as error:
        raise _not_built() from error
    version: str = build.TORCH_VERSION
    return version


def _not_built() -> ImportError:
    return ImportError(f"numtorch's compiled part (numtorch._core) is not built for this Python. {_BUILD_HINT}")


def _installed(built: str) -> Libtorch:
    """The installed libtorch, if it is the one that numtorch was built against."""
    try:
        found = find_libtorch()
    except ModuleNotFoundError as error:
        raise ImportError(
            f"numtorch was built against libtorch {built}, and torch is not installed. Run\n"
            f"    pip install torch=={built}"
        ) from error
    if found.public_version != built:
        raise ImportError(
            f"numtorch was built against libtorch {built}, and torch {found.version} is installed ({found.root}). "
            f"Install the former with\n    pip install torch=={built}\n"
            f"or rebuild numtorch against the latter (2.11 to 2.13 are supported). {_BUILD_HINT}"
        )
    return found


def _load_libtorch(found: Libtorch) -> Path:
    lib = found.root / "lib"
    path = lib / "libtorch.so"
    try:
        # As torch does: its OpenMP (and MKL) must be visible to all, whoever comes first.
        ctypes.CDLL(str(lib / "libtorch_global_deps.so"), mode=ctypes.RTLD_GLOBAL)
        # By path, so that the extension's references resolve here wherever torch is installed.
        ctypes.CDLL(str(path))
    except OSError as error:
        raise ImportError(f"libtorch {found.version} in {lib} cannot be loaded: {error}") from error
    return path


def _load_extension() -> None:
    try:
        core = importlib.import_module("numtorch._core")
    except ModuleNotFoundError as error:
        if error.name != "numtorch._core":
            raise
        raise _not_built() from error
    if hasattr(core, "_imported"):
        raise ImportError(
            "numtorch was imported before in this process, and its modules were taken out of sys.modules: NumPy's "
            "functions and libtorch's kernels know the first ones. Keep those, or start another process"
        )
    core._imported = True  # type: ignore[attr-defined]


if "LIBTORCH" not in globals():  # importlib.reload has nothing to do
    LIBTORCH = _load_libtorch(_installed(_built_version()))
    _load_extension()
