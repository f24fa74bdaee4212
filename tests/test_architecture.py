"""Imports point one way: each layer imports only what is below it, and nothing imports Python's torch."""

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import numtorch

PACKAGE = Path(numtorch.__file__).parent
SOURCES = sorted(path.relative_to(PACKAGE) for path in PACKAGE.rglob("*.py"))
# What each part of the package may import of the others. The core itself calls ndarray.printing and spellings.
BELOW = {
    "_build": set(),
    "spellings": {"_core"},
    "_libtorch": set(),
    "_load": {"_libtorch"},
    "processes": {"_core", "_load"},
    "atomic": set(),
    "kernels": {"_core"},
    "functions": {"_core", "kernels"},
    "ndarray": {"_core", "kernels", "functions"},
    "devices": {"_core"},
    "structure": {"_core", "kernels"},
    "nn": {"_core", "kernels", "functions", "spellings", "structure"},
    "models": {"_core", "kernels", "nn", "structure"},
    "autograd": {"_core", "kernels", "structure"},
    "batching": {"_core", "kernels", "structure", "autograd"},
    "optim": {"_core", "kernels", "spellings", "structure", "autograd"},
    "weights": {"_core", "kernels", "atomic", "structure"},
    "programs": {"_core", "kernels", "numpy", "atomic", "structure", "autograd"},
    "train": {
        "_core",
        "kernels",
        "spellings",
        "atomic",
        "structure",
        "autograd",
        "optim",
        "weights",
        "programs",
    },
    "numpy": {"_core", "kernels", "functions", "ndarray", "devices"},
    "interop": {"_core"},
    "scripts": {"numpy", "devices"},
    "__main__": {"scripts"},
    "__init__": {
        "_load",
        "_core",
        "interop",
        "spellings",
        "numpy",
        "functions",
        "ndarray",
        "processes",
        "devices",
        "structure",
        "autograd",
        "batching",
        "nn",
        "models",
        "optim",
        "programs",
        "train",
        "weights",
    },
}

# The families of functions: each imports those before it.
FAMILIES = (
    "calls", "dtypes", "manipulation", "ufuncs", "indexing", "io", "creation", "fft", "sorting", "reductions", "linalg",
    "mathematics", "padding", "polynomial", "refused",
)  # fmt: skip


def part_of(path: Path) -> str:
    return path.parts[0].removesuffix(".py")


def imported(tree: ast.AST) -> Iterator[str]:
    """The full names of what a file imports: of `from a import b`, a.b."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "imports are absolute"
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def parts_imported(path: Path) -> set[str]:
    names = (name.split(".") for name in imported(ast.parse((PACKAGE / path).read_text())))
    return {name[1] for name in names if name[0] == "numtorch"}


@pytest.mark.parametrize("path", SOURCES, ids=str)
def test_a_file_imports_only_what_is_below_it(path: Path) -> None:
    part = part_of(path)
    assert parts_imported(path) - BELOW[part] - {part} == set()


@pytest.mark.parametrize("path", [path for path in SOURCES if path.parts[0] == "functions"], ids=str)
def test_a_family_imports_those_before_it(path: Path) -> None:
    own = path.parts[1].removesuffix(".py")
    if own == "__init__":
        return
    names = (name.split(".") for name in imported(ast.parse((PACKAGE / path).read_text())))
    families = {name[2] for name in names if name[:2] == ["numtorch", "functions"]}
    assert families <= set(FAMILIES[: FAMILIES.index(own) + 1])


# Programs are traced and lowered by Python's torch, which is imported at the first compile (decision 23).
WITH_TORCH = {Path("programs/torch_side.py")}


@pytest.mark.parametrize("path", [path for path in SOURCES if path not in WITH_TORCH], ids=str)
def test_no_file_imports_torch(path: Path) -> None:
    roots = {name.split(".")[0] for name in imported(ast.parse((PACKAGE / path).read_text()))}
    assert roots.isdisjoint({"torch", "torchgen", "torchvision"})


def test_no_file_imports_a_star() -> None:
    assert [path for path in SOURCES for name in parts_imported(path) if name == "*"] == []


ALONE = """
import sys, types
sys.modules["numtorch"] = package = types.ModuleType("numtorch")
package.__path__ = [{folder!r}]  # without numtorch/__init__.py, which imports everything
import numtorch._load, numtorch.{part}
print(*{{name.split(".")[1] for name in sys.modules if name.startswith("numtorch.")}})
"""


@pytest.mark.parametrize("part", ["functions", "structure", "autograd", "ndarray", "nn", "optim", "train"])
def test_a_layer_can_be_imported_alone(part: str) -> None:
    script = ALONE.format(folder=str(PACKAGE), part=part)
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    # printing comes with the core's first repr.
    assert set(done.stdout.split()) <= BELOW[part] | {part, "_build", "_libtorch", "_load", "_core", "ndarray"}


@pytest.mark.skipif(not (PACKAGE.parents[1] / "csrc").exists(), reason="an installed package has no C++ sources")
def test_the_core_imports_no_layer_above_it() -> None:
    text = "".join(path.read_text() for path in (PACKAGE.parents[1] / "csrc").rglob("*.cpp"))
    names = set(re.findall(r'PyImport_ImportModule\("([\w.]+)"\)', text))
    assert {name for name in names if name.split(".")[0] in ("numtorch", "torch")} <= {
        "numtorch._core",
        "numtorch.ndarray.printing",
        "numtorch.spellings",
    }
