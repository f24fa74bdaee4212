"""The rows of all families with numtorch.numpy instead of NumPy: on Tensors, and on ndarrays, which give Tensors."""

import importlib
import pkgutil
import string

import pytest

import numtorch as nt
import numtorch.numpy
from tests import ops
from tests.pairing import Row, compare
from tests.versions import awaited

FAMILIES = sorted(module.name for module in pkgutil.iter_modules(ops.__path__))


# Errors of NumPy's dispatching, which this namespace goes around.
DISPATCHING = {"np.roots(s + 9)", "np.poly(s)"}
# The array API standard's, which NumPy refuses: tests/numpy/test_array_api.py has it.
STANDARD = {"np.clip(m, 1)"}


def rows_of(family: str) -> list[Row]:
    rows = getattr(importlib.import_module(f"tests.ops.{family}"), "ROWS", [])
    return [
        row for row in rows if type(row) is Row and row.text not in DISPATCHING | STANDARD and not awaited(row.text)
    ]


def dtype_of(row: Row) -> str:
    """One of the row's dtypes: the rows themselves are run with all of them elsewhere."""
    dtypes = row.dtypes or row.refused
    return "float64" if "float64" in dtypes else dtypes[0]


def all_differences(rows: list[Row], dev: int, hosted: str) -> list[str]:
    return [
        f"{row.text}: {difference}"
        for row in rows
        for difference in compare(row, dtype_of(row), dev, hosted=hosted, namespace=nt.numpy)
    ]


@pytest.mark.parametrize("family", FAMILIES)
def test_on_tensors(family: str, dev: int) -> None:
    assert all_differences(rows_of(family), dev, hosted="") == []


def is_call(row: Row) -> bool:
    """Whether it is the namespace that gives the result: not a method of an ndarray, and not an ndarray as ``out=``."""
    return row.text.startswith("np.") and "out=" not in row.text


@pytest.mark.parametrize("family", FAMILIES)
def test_on_ndarrays(family: str, dev: int) -> None:
    with nt.device(dev):
        assert all_differences([row for row in rows_of(family) if is_call(row)], dev, string.ascii_lowercase) == []
