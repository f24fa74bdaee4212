"""What is computed another way from a certain size on: the same at both sides, however the arrays lie in memory.

The sources are read for comparisons of sizes with numbers: one that is not listed here fails. (The core's own short
cuts: tests/core/test_shortcuts.py.)
"""

from __future__ import annotations

import ast
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import numtorch as nt

ROOT = Path(nt.__file__).parent
SIZES = {"length", "taps", "n", "count"}

Array = np.ndarray[Any, Any]
Case = tuple[int, Callable[..., Any], tuple[str, ...]]  # the threshold, what is computed, of which dtypes
FLOATS = ("float32", "float64")


def spread(x: Any) -> Any:
    return np.std(x, axis=0), np.var(x, axis=-1)


# The comparison, and what runs on both sides of it.
CASES: dict[str, list[Case]] = {
    "functions/ufuncs/table.py: limit=floats.MANY": [(4096, f, FLOATS) for f in (np.trunc, np.isfinite)],
    "functions/dtypes/floats.py: x.size <= MANY": [(4096, np.fix, FLOATS)],
    "functions/ufuncs/folding.py: limit=MANY_TRUTHS": [
        (2**16, lambda x: [f(x, axis=a) for f in (np.all, np.any) for a in (None, 0, 1)], ("bool",))
    ],
    "functions/reductions/reduction.py: limit=MANY": [
        *((4096, f, FLOATS) for f in (np.max, np.min)),
        *((4096, f, ("bool",)) for f in (np.all, np.any)),
    ],
    "functions/reductions/statistics.py: x.size > MANY": [(4096, spread, FLOATS)],
    "functions/reductions/bins.py: x.size > MANY": [(4096, lambda x: np.histogram(x, 7, (-2.0, 2.0))[0], FLOATS)],
    "functions/sorting/sorting.py: x.size >= MANY_TO_SORT": [
        (2**15, lambda x: (np.sort(x.reshape(-1)), np.sort(x[:, 0])), FLOATS)
    ],
    "functions/linalg/norm.py: x.size <= FEW": [
        (256, lambda x: [np.linalg.norm(x, ord=p, axis=a) for p, a in ((None, None), (2, 0), (1, 1), (3, 0))], FLOATS)
    ],
    "functions/linalg/norm.py: x.size <= PART": [(65_536, np.linalg.norm, FLOATS)],
    "functions/mathematics/signal.py: taps <= FEW": [(16, lambda x: np.convolve(x[:, 0], x[0]), FLOATS)],
    "functions/mathematics/signal.py: n > 4 * FEW": [(64, lambda x: np.convolve(x[:, 0], x[:, -1], "full"), FLOATS)],
    "functions/mathematics/convolution.py: length < 4 * SMALL": [
        (64**2, lambda x: np.convolve(np.concatenate([x, x]).reshape(-1), x[:, 0]), ("float32", "int64"))
    ],
}

ELSEWHERE = {
    "autograd/rules/linalg.py: a.shape[-1] > _LARGEST_POLYNOMIAL": "tests/autograd/test_determinant.py",
    "autograd/rules/linalg.py: n <= _LARGEST_POLYNOMIAL": "tests/autograd/test_determinant.py",
    "functions/dtypes/complex_power.py: abs(n) < _LIMIT": "tests/functions/test_complex_power.py",
    "functions/indexing/indexing.py: x.size >= _LONG": "a copy, for threads: tests/processes/test_threads.py",
    "optim/saving.py: 0 <= count < 2 ** 63": "an error",
    "functions/calls/arguments.py: -2 ** 63 <= length < 2 ** 63": "an error",
    "functions/mathematics/convolution.py: largest * other * w.size >= EXACT": "what float64 holds",
    "programs/loops.py: count <= UNROLLED": "tests/programs/test_loops.py",
    "functions/creation/creation.py: length > LONGEST": "an error",
    "functions/manipulation/packing.py: count * 8 != length": "bits and bytes",
    "functions/ufuncs/scipy_special.py: limit=0": "none",
    "numpy/random/device/integers.py: count <= FEW": "tests/numpy/random",
}


def compared(node: ast.AST) -> bool:
    """Whether a size is compared with a number that has a name in capitals, or with one of 8 or more."""
    if isinstance(node, ast.keyword):
        return node.arg == "limit"
    if not isinstance(node, ast.Compare):
        return False
    parts = [part for side in (node.left, *node.comparators) for part in ast.walk(side)]
    return any(map(is_size, parts)) and any(map(is_number, parts))


def is_size(part: ast.AST) -> bool:
    if isinstance(part, ast.Subscript):
        return isinstance(part.value, ast.Attribute) and part.value.attr == "shape"
    return (isinstance(part, ast.Attribute) and part.attr in ("size", "nbytes")) or (
        isinstance(part, ast.Name) and part.id in SIZES
    )


def is_number(part: ast.AST) -> bool:
    if isinstance(part, ast.Constant):
        return type(part.value) in (int, float) and abs(part.value) >= 8
    name = part.id if isinstance(part, ast.Name) else part.attr if isinstance(part, ast.Attribute) else ""
    return len(name) > 1 and name.isupper()


def found(root: Path) -> set[str]:
    paths = [p for p in root.rglob("*.py") if p.relative_to(root).parts[0] not in ("models", "weights")]
    nodes = [(p.relative_to(root), node) for p in paths for node in ast.walk(ast.parse(p.read_text()))]
    return {f"{path}: {ast.unparse(node)}" for path, node in nodes if compared(node)}


def test_every_threshold_is_listed() -> None:
    assert {row for row in found(ROOT) if " in " not in row} == CASES.keys() | ELSEWHERE.keys()


def test_the_reader_finds_one(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text("def f(x):\n    return x.size > 1000, x.size > 0, g(limit=7)\n")
    assert found(tmp_path) == {"a.py: x.size > 1000", "a.py: limit=7"}


def layouts(a: Array, dev: int) -> dict[str, Any]:
    """The same numbers in memory in several ways; the last ones repeat some."""
    return {
        "rows": nt.tensor(a, dev=dev),
        "columns": nt.tensor(np.ascontiguousarray(a.T), dev=dev).T,
        "every second": nt.tensor(np.repeat(a, 2, axis=1), dev=dev)[:, ::2],
        "part": nt.tensor(np.pad(a, 1), dev=dev)[1:-1, 1:-1],
        "the same row": np.broadcast_to(nt.tensor(a[:1], dev=dev), a.shape),
        "the same column": np.broadcast_to(nt.tensor(a[:, :1], dev=dev), a.shape),
        "one number": np.broadcast_to(nt.tensor(a[0, 0], dev=dev), a.shape),
    }


def parts(made: Any) -> list[Any]:
    return list(made) if isinstance(made, tuple | list) else [made]


@pytest.mark.parametrize(("name", "i"), [(name, i) for name, rows in CASES.items() for i in range(len(rows))])
def test_both_sides(name: str, i: int, dev: int) -> None:
    limit, f, dtypes = CASES[name][i]
    side = int(np.ceil(np.sqrt(limit)))
    for dtype in dtypes:
        for n in (max(side // 2, 2), side + 1, 4 * side):
            a = (np.random.default_rng(n).normal(size=(n, n)) * 3).astype(dtype)
            for layout, x in layouts(a, dev).items():
                near = 1e-11 if dtype == "float64" else 1e-4  # a million equal numbers are added so far off
                for ours, theirs in zip(parts(f(x)), parts(f(nt.collect(x))), strict=True):
                    assert ours.dtype == theirs.dtype
                    size = np.max(np.abs(theirs), initial=1.0) if theirs.dtype.kind == "f" else 1
                    np.testing.assert_allclose(
                        nt.collect(ours), theirs, rtol=near, atol=near * size, err_msg=f"{dtype}, {n} squared, {layout}"
                    )
