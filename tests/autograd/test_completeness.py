"""Which kernels have rules: each that numtorch names, and for no fewer arguments than libtorch's table of derivatives.

The table, derivatives.yaml, is in torch's wheel. Of each kernel it names the arguments that have a derivative.
"""

from __future__ import annotations

import importlib
import importlib.util
import pkgutil
import re
from functools import cache
from pathlib import Path
from typing import Any

import pytest

import numtorch
from numtorch import _core
from numtorch._core import Kernel, kernel
from numtorch.autograd.rule import refused
from tests.autograd.rows import OF_OTHER_TESTS, WITHOUT_RULE

ROOT = Path(__file__).parents[2]
KEYS = {"name", "dispatch", "output_differentiability", "result"}

# Where the table has a derivative and numtorch has none, with the reason.
EXCEPTIONS = {
    "div.Tensor_mode": "numtorch calls it with a rounding mode only: the quotient is flat",
    "div.Scalar_mode": "numtorch calls it with a rounding mode only: the quotient is flat",
}


@cache
def named() -> dict[str, Kernel]:
    """The kernels that the sources name, and those that tables and imports have made so far."""
    sources = [path for folder in numtorch.__path__ for path in Path(folder).rglob("*.py")]
    for module in pkgutil.walk_packages(numtorch.__path__, "numtorch."):
        if not module.name.endswith("__main__"):
            importlib.import_module(module.name)
    texts = [path.read_text() for path in (*sources, *(ROOT / "csrc").rglob("*.cpp"))]
    names = {match[1] for text in texts for match in re.finditer(r'\b(?:find_)?kernel\(\s*"([\w.]+)"', text)}
    return {ran.name: ran for ran in (*map(kernel, names), *_core.known_kernels()) if "!" not in ran.schema}


def state(ran: Kernel) -> str:
    if ran.constant:
        return "constant"
    if ran.name in refused:
        return "refused"
    return "ruled" if ran.rule is not None else "undeclared"


def covered(ran: Kernel) -> set[str]:
    """The arguments that numtorch has a rule for."""
    return {name for name, entry in zip(ran.parameters, ran.rule or (), strict=False) if entry is not None}


@cache
def table() -> dict[str, dict[str, Any]]:
    yaml = pytest.importorskip("yaml", reason="derivatives.yaml is read with PyYAML, which is not here")
    spec = importlib.util.find_spec("torchgen")
    if spec is None or spec.origin is None:
        pytest.skip("this torch has no torchgen")
    path = Path(spec.origin).parent / "packaged" / "autograd" / "derivatives.yaml"
    if not path.exists():
        pytest.skip(f"this torch has no {path.name}")
    return {row["name"].split("(")[0]: row for row in yaml.safe_load(path.read_text())}


def differentiable(row: dict[str, Any], ran: Kernel) -> set[str]:
    """The arguments that a row of the table gives a derivative that is not zero everywhere."""
    row = {**row, **row.get("dispatch", {}).get("Default", {})}
    formulas = {name.strip(): row[key] for key in row.keys() - KEYS for name in key.split(",")}
    return {
        name
        for name, formula in formulas.items()
        if name in ran.parameters
        and formula != "non_differentiable"
        and not formula.startswith(("not_implemented", "zeros_like"))
    }


def test_every_kernel_that_is_named_is_declared() -> None:
    assert {name for name, ran in named().items() if state(ran) == "undeclared"} <= {WITHOUT_RULE}


def test_rules_cover_the_arguments_that_have_a_derivative() -> None:
    lacking = {
        name: sorted(missing)
        for name, ran in named().items()
        if name in table()
        and state(ran) != "refused"
        and name not in OF_OTHER_TESTS.union(EXCEPTIONS)
        and (missing := differentiable(table()[name], ran) - covered(ran))
    }
    assert lacking == {}


def test_what_the_table_calls_flat_is_constant() -> None:
    wrong = [
        name
        for name, ran in named().items()
        if name in table()
        and not any(table()[name].get("output_differentiability", [True]))
        and state(ran) not in ("constant", "refused")
    ]
    assert wrong == []


def test_the_exceptions_are_needed() -> None:
    for name in EXCEPTIONS:
        assert differentiable(table()[name], kernel(name)) - covered(kernel(name)), name


def test_refusals_say_why() -> None:
    assert all(len(reason.split()) > 3 for reason in refused.values())


def test_the_reader_reads_the_table() -> None:
    assert differentiable(table()["mul.Tensor"], kernel("mul.Tensor")) == {"self", "other"}
    assert differentiable(table()["sum.dim_IntList"], kernel("sum.dim_IntList")) == {"self"}
    assert differentiable(table()["floor"], kernel("floor")) == set()
    assert differentiable(table()["where.self"], kernel("where.self")) == {"self", "other"}
