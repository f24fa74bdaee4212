"""Every row of `tests/ops` once more, on views that step backward along each axis."""

import importlib
import pkgutil

import pytest

from tests import ops
from tests.pairing import Row, check, operands, used

# NumPy itself refuses to write into `flat` of what does not lie in order.
REFUSED_BY_NUMPY = {"np.put_along_axis(m, i, 0, None)"}

FAMILIES = [
    importlib.import_module(f"tests.ops.{module.name}")
    for module in pkgutil.iter_modules(ops.__path__)
    if module.name != "grids"
]
ROWS = [
    pytest.param(row, id=f"{family.__name__.rpartition('.')[2]}: {row}")
    for family in FAMILIES
    for row in getattr(family, "ROWS", [])
    if type(row) is Row and row.text not in REFUSED_BY_NUMPY and used(row.text, operands("float64", "float64"))
]


@pytest.mark.parametrize("row", ROWS)
def test_pairs(row: Row, dev: int) -> None:
    dtypes = row.dtypes or row.refused
    check(row, dev, {dtypes[0], dtypes[-1]}, backward=True)
