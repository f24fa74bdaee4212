"""`__all__` says what is public: everything in it exists, and nothing public is left out."""

import doctest
import importlib
import pkgutil
import types

import pytest

import numtorch
from numtorch import _core

MODULES = ["numtorch", *(info.name for info in pkgutil.walk_packages(numtorch.__path__, "numtorch."))]
LISTED = [name for name in MODULES if name != "numtorch._core" and hasattr(importlib.import_module(name), "__all__")]


@pytest.mark.parametrize("package", ["numtorch", "numtorch.autograd", "numtorch.optim", "numtorch.train"])
def test_a_package_lists_what_it_offers(package: str) -> None:
    module = importlib.import_module(package)
    offered = {
        name
        for name, value in vars(module).items()
        if not name.startswith("_") and not isinstance(value, types.ModuleType)
    }
    assert set(module.__all__) == offered


@pytest.mark.parametrize("name", LISTED)
def test_what_is_listed_exists_once(name: str) -> None:
    module = importlib.import_module(name)
    assert [listed for listed in module.__all__ if not hasattr(module, listed)] == []
    assert len(set(module.__all__)) == len(module.__all__)


@pytest.mark.parametrize(
    "example", [d for d in doctest.DocTestFinder().find(_core) if d.examples], ids=lambda d: d.name
)
def test_examples_of_the_compiled_module(example: doctest.DocTest) -> None:
    """pytest's own doctests see only Python files."""
    runner = doctest.DocTestRunner(optionflags=doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE)
    assert runner.run(example).failed == 0
