"""No function copies an array to the host, but those whose result is text or a file; few read a number from the device.

Rows of tests/ops run on Tensors while every way from the Python layer to the host counts: conversions of Tensors,
`collect`, and NumPy's functions that make an ndarray of what they get. On a GPU (``--dev 0``) conversions that nobody
asked for raise besides.
"""

from __future__ import annotations

import importlib
import inspect
import pkgutil
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import numtorch as nt
from numtorch import _core
from numtorch.functions.calls import registry
from tests import ops
from tests.pairing import Row, evaluate, operands, tensor_like, used

FUNCTIONS = str(Path(nt.functions.__file__).parent)
FAMILIES = sorted(module.name for module in pkgutil.iter_modules(ops.__path__))

CONVERSIONS = (
    "__array__", "__dlpack__", "numpy", "tolist",
    "item", "__bool__", "__int__", "__float__", "__complex__", "__index__", "__format__",
)  # fmt: skip
MAKERS = ("asarray", "array", "asanyarray", "ascontiguousarray")

# What these give is on the host.
TEXT_AND_FILES = {
    "array2string",
    "array_repr",
    "array_str",
    "save",
    "savetxt",
    "savez",
    "savez_compressed",
}
# These make ndarrays of memory on the host, for its addresses alone.
ADDRESSES = {"may_share_memory", "shares_memory"}
# These read lengths or axes, if they are a Tensor: all at once, for each would have to be waited for.
LENGTHS = {"einsum": "np.einsum(m, i", "reshape": "np.reshape(m, j", "transpose": "m.transpose(i"}
INTEGERS = "arguments"  # its rows have Tensors for NumPy's integers, which have to be read
# These read a few numbers, because NumPy checks its arguments or because the result's shape or dtype depends on them.
# (log, sqrt and the like are those of numpy.emath.)
READS = {
    "arccos": "whether a number is beyond -1 or 1",
    "arcsin": "whether a number is beyond -1 or 1",
    "arctanh": "whether a number is beyond -1 or 1",
    "argpartition": "whether the indices are in range, if they are a Tensor",
    "average": "whether the weights sum to zero",
    "bincount": "the least and the largest element",
    "cholesky": "whether a matrix was not positive definite",
    "call": "the axis of a product, if it is a Tensor",
    "choose": "whether the choices are in range",
    "cov": "whether the weights are negative",
    "delete": "whether the indices are in range",
    "digitize": "whether the bins rise or fall",
    "eig": "whether a value is not finite, and whether the results are real",
    "eigvals": "whether a value is not finite, and whether the results are real",
    "geomspace": "whether a bound is zero",
    "histogram": "the extent, and whether the bins rise",
    "histogram2d": "the extent, and whether the bins rise",
    "histogram_bin_edges": "the extent, and whether the bins rise",
    "histogramdd": "the extent, and whether the bins rise",
    "insert": "whether the indices are in range",
    "inv": "whether a matrix was singular",
    "log": "whether a number is negative",
    "log10": "whether a number is negative",
    "log2": "whether a number is negative",
    "logn": "whether a number is negative",
    "lstsq": "the rank",
    "matrix_power": "whether a matrix was singular",
    "min_scalar_type": "the value, which is what it looks at",
    "nanargmax": "whether a slice is all NaN",
    "nanargmin": "whether a slice is all NaN",
    "nanpercentile": "whether weights are negative",
    "nanquantile": "whether weights are negative",
    "partition": "whether the indices are in range, if they are a Tensor",
    "percentile": "whether weights are negative",
    "place": "whether anything is to be written",
    "poly": "whether complex roots are pairs of conjugates",
    "polyadd": "how many leading coefficients are zero, if the result is a poly1d",
    "polydiv": "how many leading coefficients of the remainder are zero",
    "polyfit": "whether the rank is full",
    "polymul": "how many leading coefficients are zero",
    "polysub": "how many leading coefficients are zero, if the result is a poly1d",
    "polyval": "how many leading coefficients are zero, if the result is a poly1d",
    "power": "whether a number is negative",
    "quantile": "whether weights are negative",
    "ravel_multi_index": "whether the coordinates are in range",
    "real_if_close": "whether the imaginary parts are small",
    "repeat": "whether counts are negative",
    "roll": "the distances, if they are a Tensor",
    "roots": "which coefficients are zero, and whether the results are real",
    "solve": "whether a matrix was singular",
    "sqrt": "whether a number is negative",
    "tensorinv": "whether a matrix was singular",
    "tensorsolve": "whether a matrix was singular",
    "trim_zeros": "where the zeros end",
    "unravel_index": "whether the indices are in range",
}
# The same, for NumPy's warnings, which only the CPU gives, or for a way that saves work there.
READS_ON_THE_CPU = {
    "convolve": "whether the numbers are finite",
    "correlate": "whether the numbers are finite",
    "logspace": "which exponents are small whole numbers, of complex ones",
    "nanmax": "whether there is nothing but NaN",
    "nanmean": "whether there is nothing but NaN",
    "nanmedian": "whether there is nothing but NaN",
    "nanmin": "whether there is nothing but NaN",
    "nanstd": "whether there are too few numbers",
    "nanvar": "whether there are too few numbers",
    "unwrap": "whether an integer period is zero",
}
MOST_NUMBERS = 7  # of one call: two for each axis of trim_zeros; for polymul of three poly1d, and one of convolve


def caller() -> str:
    """The NumPy function that is being answered: the outermost frame in numtorch/functions."""
    frame, found = sys._getframe(2), ""
    while frame is not None:
        if frame.f_code.co_filename.startswith(FUNCTIONS) and not frame.f_code.co_filename.endswith("host_loops.py"):
            found = NAMES.get(frame.f_code, frame.f_code.co_name)
        frame = frame.f_back  # type: ignore[assignment]
    return found


NAMES = {inspect.unwrap(handler).__code__: function.__name__ for function, handler in registry.handled().items()}


def is_number(x: nt.Tensor) -> bool:
    return x.ndim == 0


@contextmanager
def counted(monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[Counter[str], Counter[str]]]:
    """Counts, by function, of arrays that went to the host, and of numbers."""
    arrays: Counter[str] = Counter()
    numbers: Counter[str] = Counter()

    def counting(original: Callable[..., Any], is_number: Callable[..., bool] = is_number) -> Callable[..., Any]:
        def count(x: Any, *args: Any, **kwargs: Any) -> Any:
            if isinstance(x, nt.Tensor) and (name := caller()):
                (numbers if is_number(x) else arrays)[name] += 1
            return original(x, *args, **kwargs)

        return count

    with monkeypatch.context() as patch:
        for name in CONVERSIONS:
            patch.setattr(nt.Tensor, name, counting(getattr(nt.Tensor, name)))
        for name in MAKERS:
            patch.setattr(np, name, counting(getattr(np, name)))
        patch.setattr(_core, "collect", counting(_core.collect))
        patch.setattr(_core, "any_true", counting(_core.any_true, is_number=lambda _: True))
        yield arrays, numbers


def rows_of(family: str) -> list[Row]:
    rows = getattr(importlib.import_module(f"tests.ops.{family}"), "ROWS", [])
    return [row for row in rows if type(row) is Row]


def run(row: Row, dtype: str, dev: int) -> None:
    named = used(row.text, operands(dtype, dtype))
    evaluate(row.text, {**{name: tensor_like(name, array, dev) for name, array in named.items()}, **row.extra})


@pytest.fixture(autouse=True)
def kernels_alone() -> Iterator[None]:
    """NumPy's own loops, which only the CPU has, would hide what the kernels' way to the answer reads."""
    before = _core.set_host_loops(False)
    yield
    _core.set_host_loops(before)


@cache
def transfers(family: str, dev: int) -> tuple[dict[str, str], dict[str, str]]:
    """The functions that copied an array to the host or read a number there, with a row that shows it."""
    of_arrays: dict[str, str] = {}
    of_numbers: dict[str, str] = {}
    with counted(pytest.MonkeyPatch()) as (arrays, numbers):
        for row in rows_of(family):
            for dtype in row.dtypes:
                run(row, dtype, dev)
                assert max(numbers.values(), default=0) <= MOST_NUMBERS, (row.text, dtype, numbers)
                of_arrays.update(dict.fromkeys(arrays, row.text))
                of_numbers.update(dict.fromkeys(numbers, row.text))
                arrays.clear()
                numbers.clear()
    return of_arrays, of_numbers


@pytest.mark.parametrize("family", FAMILIES)
def test_only_listed_functions_transfer(family: str, dev: int) -> None:
    arrays, numbers = transfers(family, dev)
    others = {name: text for name, text in arrays.items() if not text.startswith(LENGTHS.get(name, " "))}
    assert {name: text for name, text in others.items() if name not in TEXT_AND_FILES | ADDRESSES} == {}
    allowed = READS.keys() | (READS_ON_THE_CPU.keys() if dev == -1 else set())
    if family != INTEGERS:
        assert {name: text for name, text in numbers.items() if name not in allowed} == {}


def test_the_list_is_current(dev: int) -> None:
    seen = {name for family in FAMILIES for name in transfers(family, dev)[1]}
    assert READS.keys() - seen == set()


def test_text_and_files_transfer(dev: int, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    x = nt.tensor([1.0, 2.0], dev=dev)
    with counted(monkeypatch) as (arrays, _):
        for text in (np.array2string, np.array_repr, np.array_str):
            text(x)
        for write in (np.save, np.savetxt, np.savez, np.savez_compressed):
            write(tmp_path / "x", x)  # type: ignore[operator]
    assert set(arrays) == TEXT_AND_FILES


@pytest.mark.parametrize("convert", [np.asarray, _core.collect, nt.Tensor.tolist, nt.Tensor.numpy])
def test_the_counter_counts(convert: Callable[..., Any], monkeypatch: pytest.MonkeyPatch) -> None:
    """A function that computes on the host does not pass."""
    name = convert.__name__

    def on_the_host(x: Any) -> Any:
        owner: Any = {"asarray": np, "collect": _core}.get(name, nt.Tensor)
        return getattr(owner, name)(x)

    monkeypatch.setattr(f"{__name__}.FUNCTIONS", str(Path(__file__).parent))
    with counted(monkeypatch) as (arrays, numbers):
        on_the_host(nt.tensor([1.0, 2.0]))
        on_the_host(nt.tensor(1.0))
    assert sum(arrays.values()) >= 1
    assert sum(numbers.values()) >= 1


METHODS = [
    "np.add.reduce(x, axis=1)",
    "np.subtract.reduce(x, axis=0)",
    "np.maximum.reduce(x, axis=(0, 1), initial=0.5, where=x > 0)",
    "np.logaddexp.accumulate(x)",
    "np.divide.accumulate(x, axis=1)",
    "np.add.reduceat(x, i)",
    "np.multiply.reduceat(x, [0, 1, 0], axis=1)",
    "np.subtract.reduceat(x, [0, 1])",
    "np.hypot.outer(x, x)",
    "np.add.at(x, i, 1.5)",
    "np.divide.at(x, ([0, 0], [1, 1]), 2.0)",
    "np.negative.at(x, i)",
]


@pytest.mark.parametrize("text", METHODS)
def test_methods_of_ufuncs_transfer_nothing(text: str, dev: int, monkeypatch: pytest.MonkeyPatch) -> None:
    x, i = nt.tensor(np.arange(1.0, 7.0).reshape(2, 3), dev=dev), nt.tensor([0, 1, 0], dev=dev)
    with counted(monkeypatch) as (arrays, numbers):
        eval(text, {"np": np, "x": x, "i": i})
        assert not arrays
        assert sum(numbers.values()) <= 2
