"""Finds the installed libtorch without importing Python's torch. Run by the build too, so it imports no numtorch."""

from __future__ import annotations

import importlib.util
import re
from pathlib import Path
from typing import NamedTuple


class Libtorch(NamedTuple):
    """An installed libtorch: the folder of the torch package, and its version."""

    root: Path
    version: str

    @property
    def public_version(self) -> str:
        """The version without its local part: "2.13.0" of "2.13.0+cpu"."""
        return self.version.partition("+")[0]


def find_libtorch(root: Path | None = None) -> Libtorch:
    """The libtorch of the torch package that this Python would import, or of the one in `root`."""
    if root is None:
        spec = importlib.util.find_spec("torch")
        if spec is None or spec.origin is None:
            raise ModuleNotFoundError("torch is not installed; numtorch needs 2.11 to 2.13", name="torch")
        root = Path(spec.origin).parent
    text = (root / "version.py").read_text(encoding="utf-8")
    match = re.search(r"""^__version__\s*=\s*["'](.+?)["']""", text, re.MULTILINE)
    if match is None:
        raise ImportError(f"{root / 'version.py'} does not say which version of torch this is")
    return Libtorch(root, match[1])
