"""
CuPy's own tests with numtorch.numpy instead of CuPy: `python tests/external/cupy_tests.py CHECKOUT`.

The tests and CuPy's helpers for tests are read from the checkout; CuPy itself, which needs CUDA, is neither built nor
imported. A module that stands for `cupy` has what numtorch.numpy has, and raises AttributeError for the rest.
"""

from __future__ import annotations

import argparse
import importlib
import importlib.abc
import importlib.machinery
import math
import sys
import types
from pathlib import Path
from typing import Any
from unittest.mock import MagicMock

import numpy as np
import pytest
from reasons import Reasons

import numtorch as nt

# What of CuPy's tests is about NumPy's interface; the others are about kernels, CUDA and SciPy.
FOLDERS = [
    *(f"{family}_tests" for family in ("binary", "creation", "functional", "indexing", "linalg", "logic")),
    *(f"{family}_tests" for family in ("manipulation", "math", "misc", "padding", "sorting", "statistics")),
    *("fft_tests/test_fft.py", "lib_tests/test_shape_base.py", "lib_tests/test_strided_tricks.py"),
    *(f"core_tests/test_ndarray{part}.py" for part in (
        "", "_adv_indexing", "_complex_ops", "_conversion", "_copy_and_view", "_elementwise_op", "_get", "_indexing",
        "_math", "_owndata", "_reduction", "_scatter", "_ufunc", "_unary_op",
    )),
]  # fmt: skip


class Stub(types.ModuleType):
    """A module of CuPy's that is about CUDA: anything in it is a mock."""

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return MagicMock(name=f"{self.__name__}.{name}")


class Finder(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Finds CuPy's modules: cupy.testing in the checkout, stubs for the others."""

    def find_spec(self, name: str, path: Any = None, target: Any = None) -> Any:  # noqa: ARG002
        if name.split(".")[0] not in ("cupy", "cupyx", "cupy_backends") or name.startswith("cupy.testing"):
            return None
        return importlib.machinery.ModuleSpec(name, self, is_package=True)

    def create_module(self, spec: Any) -> types.ModuleType:
        return Stub(spec.name)

    def exec_module(self, module: types.ModuleType) -> None:
        pass


def install(checkout: Path, namespace: Any) -> None:
    """Puts the stand-ins for CuPy's modules into `sys.modules`."""
    cupy = types.ModuleType("cupy")
    cupy.__dict__.update({name: getattr(namespace, name) for name in dir(namespace) if not name.startswith("__")})
    cupy.__dict__.update(ndarray=nt.Tensor, asnumpy=nt.collect, exceptions=np.exceptions, __path__=[])
    cupy.__version__ = "0"  # type: ignore[attr-defined]
    cupy.get_array_module = lambda *arrays: cupy if any(isinstance(x, nt.Tensor) for x in arrays) else np  # type: ignore[attr-defined]
    for name in ("linalg", "fft", "random", "lib"):
        sys.modules[f"cupy.{name}"] = getattr(namespace, name)
    sys.modules["cupy.exceptions"] = np.exceptions
    sys.modules["cupy"] = cupy
    sys.meta_path.insert(0, Finder())
    for name in ("cuda", "cuda.runtime", "cuda.driver", "_core", "_util"):
        module = importlib.import_module(f"cupy.{name}")
        setattr(sys.modules[f"cupy.{name}".rpartition(".")[0]], name.rpartition(".")[2], module)
    cuda: Any = sys.modules["cupy.cuda"]
    sys.modules["cupy._util"].PerformanceWarning = UserWarning  # type: ignore[attr-defined]
    cuda.runtime.is_hip = False
    cuda.runtime.CUDARuntimeError = RuntimeError
    cuda.runtime.runtimeGetVersion = cuda.driver.get_build_version = lambda: 12090
    internal: Any = importlib.import_module("cupy._core.internal")
    internal.prod = math.prod
    sys.modules["cupy._core"].internal = internal  # type: ignore[attr-defined]
    sparse: Any = importlib.import_module("cupyx.scipy.sparse")
    sparse.issparse = lambda x: False  # noqa: ARG005
    cupy.testing = testing = types.ModuleType("cupy.testing")  # type: ignore[attr-defined]
    testing.__path__ = [str(checkout / "cupy" / "testing")]
    sys.modules["cupy.testing"] = testing
    source = checkout / "cupy" / "testing" / "__init__.py"
    exec(compile(source.read_text(), str(source), "exec"), testing.__dict__)


def main() -> None:
    parser = argparse.ArgumentParser(description="CuPy's tests of NumPy's interface on Tensors.")
    parser.add_argument("checkout", type=Path, help="a checkout of https://github.com/cupy/cupy; nothing is built")
    parser.add_argument("--dev", type=int, default=-1)
    parser.add_argument("--namespace", default="numtorch.numpy", help="the module instead of CuPy")
    options, arguments = parser.parse_known_args()
    root = options.checkout / "tests"
    if not root.is_dir():
        parser.error(f"{options.checkout} holds no tests")
    install(options.checkout, importlib.import_module(options.namespace))
    sys.path.insert(0, str(root))
    chosen = [a for a in arguments if (root / "cupy_tests" / a.split("::")[0]).exists()]
    arguments = [a for a in arguments if a not in chosen]
    files = [str(root / "cupy_tests" / name) for name in chosen or FOLDERS]
    plain = [
        "-c",
        "/dev/null",
        "--rootdir",
        str(root),
        "--noconftest",
        "-p",
        "no:cacheprovider",
        "-q",
        "--tb=no",
        "-rN",
    ]
    plain += ["--import-mode=importlib", "--continue-on-collection-errors", "-W", "ignore"]
    with nt.device(options.dev):
        sys.exit(pytest.main([*plain, *arguments, *files], plugins=[Reasons("cupy_tests/")]))


if __name__ == "__main__":
    main()
