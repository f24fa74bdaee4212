"""Libraries that are told of Tensors know them whichever is imported first, and what they are told costs no import."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

# What is imported, and what then works.
LIBRARIES = {
    "dask.array": "import dask.array as da; print((da.ones(4, chunks=2) * nt.Tensor(4)).sum().compute())",
    "dask": "from dask.sizeof import sizeof; assert sizeof(nt.Tensor(1000)) >= 4000; print(0.0)",
    "einops": "import einops; print(einops.reduce(nt.Tensor(2, 3), 'a b ->', 'sum'))",
    "json": """
import json
try:
    json.dumps({"loss": nt.Tensor(1)[0]})
except TypeError as error:
    print(float("t.item()" not in str(error)))""",
    "matplotlib.colors": "from matplotlib import colors; print(colors.to_rgba(nt.Tensor(3))[0])",
    "numpy.random": """
import numpy
try:
    numpy.random.default_rng().shuffle(nt.Tensor(2, 2))
except TypeError as error:
    print(float("permutation" not in str(error)))""",
    "opt_einsum": """
import opt_einsum
print(opt_einsum.contract("ab,b->a", nt.Tensor(1, 3), nt.Tensor(3), backend="numtorch")[0])""",
    "pandas": "import pandas as pd; print(pd.Series([0.0, 1.0]).loc[nt.Tensor(2) == 0].sum() - 1)",
    "scipy.optimize": """
from scipy.optimize import minimize
print(minimize(lambda x: 0.0, [0.0], jac=lambda x: nt.Tensor(1, dtype=float), method="L-BFGS-B").x[0])""",
    "scipy.sparse.linalg": """
from scipy.sparse.linalg import aslinearoperator
print(aslinearoperator(nt.Tensor(1, 1)).shape[0] - 1.0)""",
    "xarray": """
import xarray as xr
points = xr.DataArray([0, 1], dims="point")
print(float(xr.DataArray(nt.Tensor(2, 2), dims=("x", "y")).isel(x=points, y=points).sum()))""",
}


def run(script: str) -> str:
    done = subprocess.run([sys.executable, "-W", "error::RuntimeWarning", "-c", script], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


@pytest.mark.parametrize("order", ["{0}, numtorch as nt", "numtorch as nt, {0}"], ids=["first", "last"])
@pytest.mark.parametrize("library", LIBRARIES)
def test_known_in_either_order(library: str, order: str) -> None:
    pytest.importorskip(library.partition(".")[0])
    answer = run(f"import {order.format(library)}\n{LIBRARIES[library]}")
    assert float(answer) == 0


def test_imports_none_of_them() -> None:
    foreign = "{'dask', 'einops', 'matplotlib', 'opt_einsum', 'pandas', 'scipy', 'xarray'}"
    assert (
        run(f"import sys, numtorch; print({foreign} & {{name.partition('.')[0] for name in sys.modules}})") == "set()"
    )


def test_looking_for_a_library_is_not_importing_it() -> None:
    pytest.importorskip("einops")
    script = (
        "import numtorch as nt, importlib.util, sys; assert importlib.util.find_spec('einops') is not None; "
        "assert 'einops' not in sys.modules; import einops; print(einops.reduce(nt.Tensor(2), 'a ->', 'sum').shape)"
    )
    assert run(script) == "()"


def test_a_module_that_tensors_do_not_fit_into_can_be_imported(tmp_path: Path) -> None:
    """A library of another version: said in a warning, and no more."""
    folder = tmp_path / "opt_einsum" / "backends"
    folder.mkdir(parents=True)
    for package in (folder.parent, folder):
        (package / "__init__.py").write_text("")
    (folder / "dispatch.py").write_text("from_another_time = True\n")
    script = (
        f"import sys, warnings; sys.path.insert(0, {str(tmp_path)!r}); import numtorch\n"
        "with warnings.catch_warnings(record=True) as seen:\n"
        "    warnings.simplefilter('always'); import opt_einsum.backends.dispatch as d\n"
        "print(d.from_another_time, [str(w.message)[:60] for w in seen])"
    )
    assert run(script) == "True ['numtorch: opt_einsum.backends.dispatch does not take Tensors']"
