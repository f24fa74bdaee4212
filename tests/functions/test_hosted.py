"""What answers for NumPy's functions takes ndarrays and lists as well, and then makes a Tensor."""

from __future__ import annotations

import importlib
import re
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

import numtorch as nt
from numtorch.functions.calls import registry
from numtorch.functions.creation import like
from tests.pairing import Row, differences, evaluate, operands, strided_copy_of, used
from tests.versions import awaited

FAMILIES = (
    "bins",
    "coordinates",
    "creation",
    "editing",
    "elementwise_functions",
    "functional",
    "histograms",
    "indexing",
    "joining",
    "packing",
    "padding",
    "shape",
)
MADE = dict(like.MADE)


def answering(name: str) -> Any:
    """What `np.name` stands for: numtorch's function, or NumPy's if it has none."""
    function = getattr(np, name)
    if isinstance(function, (type, np.ufunc)) or not callable(function):
        return function
    return MADE.get(function) or registry.handled().get(function, function)


OWN = SimpleNamespace(**{name: answering(name) for name in dir(np) if not name.startswith("__")})


def is_function_call(row: Row) -> bool:
    """Whether all of the row is one call of a function in `np`, that makes no array like another."""
    return bool(re.match(r"np\.\w+\(", row.text)) and not re.search(r"like=|out=|lib\.", row.text) and row.memory


def is_of_lists(row: Row) -> bool:
    """Whether NumPy takes a list for a list there, not for an array."""
    return bool(re.match(r"np\.(array_split|[dhv]?split|trim_zeros)\(", row.text))


CASES = [
    row
    for family in FAMILIES
    for row in importlib.import_module(f"tests.ops.{family}").ROWS
    if type(row) is Row and is_function_call(row)
]


@pytest.mark.parametrize("as_lists", [False, True], ids=["ndarrays", "lists"])
@pytest.mark.parametrize("row", CASES, ids=str)
def test_pairs(row: Row, as_lists: bool, dev: int) -> None:
    if version := awaited(row.text):
        pytest.skip(f"NumPy does so since {version}")
    for dtype in {"float64", "int64", "complex128"} & set(row.dtypes):
        named = used(row.text, operands(dtype, dtype))
        ours: dict[str, Any] = {name: x.tolist() if as_lists else strided_copy_of(x) for name, x in named.items()}
        theirs = {name: x if as_lists else strided_copy_of(x) for name, x in ours.items()}
        expected, error = evaluate(row.text, {"np": np, **theirs, **row.extra})
        if as_lists and (error is not None or is_of_lists(row)):
            continue  # NumPy asks some arguments for what lists do not have
        with nt.device(dev):
            actual, own_error = evaluate(row.text, {"np": OWN, **ours, **row.extra})
        assert (error is None) == (own_error is None), f"{dtype}: {error!r}, not {own_error!r}"
        if error is None:
            assert list(differences(expected, actual, row.tolerance, dev)) == [], dtype
            for name, array in theirs.items():
                np.testing.assert_array_equal(ours[name], array)
