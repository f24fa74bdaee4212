"""The stub of the compiled module names what is there, and all of it. `./do lint` compares the signatures too."""

import ast
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest

import numtorch
from numtorch import _core

STUB = ast.parse(Path(numtorch.__file__).with_name("_core.pyi").read_text())
CLASSES = {node.name: node for node in STUB.body if isinstance(node, ast.ClassDef)}
# What a class may define without a type checker wanting to know: object's own methods, CPython's slots, pickle's cache.
SILENT = {*dir(object), "__module__", "__weakref__", "__vectorcalloffset__", "__release_buffer__", "__slotnames__"}
SILENT |= numtorch.spellings.TENSOR.keys()
# Names that the buffer protocol has in Python from 3.12 on.
LATER = {"__buffer__"} if sys.version_info < (3, 12) else set()


def declared(body: list[ast.stmt]) -> Iterator[str]:
    for node in body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            yield node.name
        elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
            yield node.target.id
        elif isinstance(node, ast.If):  # of a version
            yield from declared(node.body)


def public(names: Iterable[str]) -> set[str]:
    return {name for name in names if not name.startswith("_")}


def test_the_stub_has_the_modules_names() -> None:
    assert public(declared(STUB.body)) == public(dir(_core))


@pytest.mark.parametrize("name", sorted(public(CLASSES)))
def test_the_stub_has_the_classes_members(name: str) -> None:
    there = {member for member in vars(getattr(_core, name)) if not member.startswith("_pybind11")}
    stub = set(declared(CLASSES[name].body))
    assert stub - there - LATER == set()
    assert there - stub - SILENT == set()
