"""
Other libraries' array-API tests with numtorch.numpy as a backend: `python tests/external/backends.py scipy`.

The tests are those of the installed wheels, or of a folder given with --path that holds the package. None of these
libraries knows numtorch: each is told of it here, as its own list of backends would.
"""

from __future__ import annotations

import argparse
import importlib
import importlib.util
import os
import sys
import types
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import pytest
from reasons import Reasons

import numtorch as nt

Uses = Callable[[pytest.Item], bool]  # whether a test runs on numtorch
NAME = "numtorch.numpy"


def parameters(item: pytest.Item) -> dict[str, Any]:
    """What a test is parametrised with."""
    return getattr(getattr(item, "callspec", None), "params", {})


def files_under(package: Path, text: str) -> list[str]:
    """The files of tests that have a text in them."""
    return sorted(str(path) for path in package.rglob("test_*.py") if text in path.read_text())


def scipy(xp: Any, package: Path) -> tuple[list[str], Uses]:
    """Its `xp` fixture has a list of namespaces, made when conftest is imported."""
    os.environ["SCIPY_ARRAY_API"] = '["numpy"]'
    conftest: Any = importlib.import_module("scipy.conftest")
    conftest.xp_known_backends.add(NAME)
    backend = pytest.param(xp, id="numtorch", marks=pytest.mark.array_api_backends)
    conftest.xp = pytest.fixture(params=[backend])(conftest.xp._get_wrapped_function())
    return files_under(package, "xp"), lambda item: parameters(item).get("xp") is xp


def sklearn(xp: Any, package: Path) -> tuple[list[str], Uses]:
    """Its tests are parametrised with what a few generators yield."""
    os.environ["SCIPY_ARRAY_API"] = "1"
    arrays: Any = importlib.import_module("sklearn.utils._array_api")
    ours, host = arrays.NamespaceAndDevice(NAME, None), arrays.NamespaceAndDevice("numpy", None)
    arrays.yield_namespaces = lambda include_numpy_namespaces=True: [NAME]  # noqa: ARG005
    arrays.yield_mixed_namespace_input_permutations = lambda: [
        (ours, host, "numtorch to numpy"),
        (host, ours, "numpy to numtorch"),
    ]
    del xp
    return files_under(package, "_array_api"), lambda item: any(
        isinstance(value, str | tuple) and value in (NAME, ours) for value in parameters(item).values()
    )


def array_api_extra(xp: Any, package: Path) -> tuple[list[str], Uses]:
    """Its backends are the members of an Enum."""
    backends: Any = importlib.import_module("array_api_extra._lib._backends").Backend
    member = object.__new__(backends)
    member._name_, member._value_ = "NUMTORCH", NAME
    backends._member_map_["NUMTORCH"] = member
    backends._member_names_.append("NUMTORCH")
    del xp
    return files_under(package / "tests" / "main", "xp"), lambda item: parameters(item).get("library") is member


def opt_einsum(xp: Any, package: Path) -> tuple[list[str], Uses]:
    """Its tests make their operands by two functions, but those that are about other libraries or arrays of objects."""
    others = ("torch", "tensorflow", "cupy", "theano", "jax", "dask", "sparse", "autograd", "object")
    testing: Any = importlib.import_module("opt_einsum.testing")

    def on_tensors(make: Callable[..., Iterable[Any]]) -> Callable[..., Any]:
        return lambda *args, **kwargs: [xp.asarray(array) for array in make(*args, **kwargs)]

    testing.build_views = on_tensors(testing.build_views)
    testing.build_arrays_from_tuples = on_tensors(testing.build_arrays_from_tuples)
    return files_under(package, "build_"), lambda item: not any(name in item.name for name in others)


def marray(xp: Any, package: Path) -> tuple[list[str], Uses]:
    """Its tests are parametrised with three namespaces, of which array_api_strict's is free."""
    namespace: Any = types.ModuleType("tensors")  # a name with torch in it would be taken for PyTorch's
    namespace.__dict__.update({name: getattr(xp, name) for name in dir(xp) if not name.startswith("__")})
    namespace.__array_namespace_info__ = xp.__array_namespace_info__
    namespace.__array_api_version__ = xp.__array_api_version__
    sys.modules["array_api_strict"] = namespace
    return files_under(package, "xps"), lambda item: parameters(item).get("xp") is namespace


LIBRARIES: dict[str, Callable[[Any, Path], tuple[list[str], Uses]]] = {
    "scipy": scipy,
    "sklearn": sklearn,
    "array_api_extra": array_api_extra,
    "opt_einsum": opt_einsum,
    "marray": marray,
}


class Chosen:
    """A plugin that leaves out the tests that do not run on numtorch."""

    def __init__(self, uses: Uses) -> None:
        self.uses = uses

    def pytest_collection_modifyitems(self, config: pytest.Config, items: list[pytest.Item]) -> None:
        every = [(item, self.uses(item)) for item in items]
        config.hook.pytest_deselected(items=[item for item, used in every if not used])
        items[:] = [item for item, used in every if used]


def main() -> None:
    parser = argparse.ArgumentParser(description="Other libraries' array-API tests on Tensors.")
    parser.add_argument("library", choices=LIBRARIES)
    parser.add_argument("parts", nargs="*", help="parts of the names of files; by default all of them")
    parser.add_argument("--path", type=Path, help="the folder that holds the package; by default what is installed")
    parser.add_argument("--dev", type=int, default=-1)
    options, arguments = parser.parse_known_args()
    if options.path is not None:
        sys.path.insert(0, str(options.path))
    spec = importlib.util.find_spec(options.library)
    if spec is None or spec.origin is None:
        print(f"skipped: {options.library} is not installed, and --path names no folder that holds it")
        return
    package = Path(spec.origin).parent
    files, uses = LIBRARIES[options.library](importlib.import_module(NAME), package)
    files = [name for name in files if not options.parts or any(part in name for part in options.parts)]
    if not files:
        print(f"skipped: {package} holds no tests of arrays; wheels may come without them")
        return
    plain = ["-p", "no:cacheprovider", "-c", os.devnull, "--rootdir", str(package.parent), "-q", "--tb=no", "-rN"]
    plain += ["--continue-on-collection-errors", "--disable-warnings"]
    # array-api-extra's tests rely on warnings being errors, as its own settings say.
    plain += ["-W", "error::DeprecationWarning" if options.library == "array_api_extra" else "default"]
    version = getattr(importlib.import_module(options.library), "__version__", "")
    print(f"{options.library} {version}: {len(files)} files")
    with nt.device(options.dev):
        plugins = [Reasons(f"{options.library}/"), Chosen(uses)]
        sys.exit(pytest.main([*plain, *arguments, *files], plugins=plugins))


if __name__ == "__main__":
    main()
