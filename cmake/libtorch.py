"""What the build needs to know of the installed libtorch: run by CMake, and by the build backend for the metadata."""

import runpy
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

package = Path(__file__).resolve().parent.parent / "python" / "numtorch"
find_libtorch = runpy.run_path(str(package / "_libtorch.py"))["find_libtorch"]


def dynamic_metadata(_settings: Mapping[str, Any], _project: Mapping[str, Any]) -> dict[str, Any]:
    """The dependency on exactly the libtorch that is built against; a local version (+cpu, +cu130) satisfies it too."""
    return {"dependencies": [f"torch=={find_libtorch().public_version}"]}


def dynamic_wheel(_settings: Mapping[str, Any]) -> dict[str, bool]:
    """A wheel may be built against another libtorch than the one the sdist was made beside."""
    return {"dependencies": True}


if __name__ == "__main__":
    found = find_libtorch(*map(Path, sys.argv[1:]))
    print(found.root, found.version, found.public_version, sep=";", end="")
