"""Every function's results, of operands in every order of memory: values or arrays, strides, writeable, owner."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest

import numtorch as nt
import numtorch.numpy as xp
from numtorch.functions.calls import registry
from tests import ops
from tests.layouts import layout_differences
from tests.pairing import Row, evaluate, operands, strided_copy_of, tensor_like, used
from tests.versions import awaited, since

FAMILIES = sorted(module.name for module in pkgutil.iter_modules(ops.__path__))
SETTINGS = pytest.mark.filterwarnings("ignore")


def rows_of(family: str) -> list[Row]:
    rows = getattr(importlib.import_module(f"tests.ops.{family}"), "ROWS", [])
    return [row for row in rows if type(row) is Row and row.memory and not awaited(row.text)]


def found_in(row: Row, dtype: str, namespace: Any) -> Iterator[str]:
    named = used(row.text, operands(dtype, dtype))
    arrays = {name: strided_copy_of(array) for name, array in named.items()}
    tensors = {name: tensor_like(name, array, -1) for name, array in named.items()}
    expected, error = evaluate(row.text, {**arrays, **row.extra})
    actual, other_error = evaluate(row.text, {**tensors, **row.extra}, namespace)
    if error is None and other_error is None:
        found = layout_differences(row.text, expected, actual, list(tensors.values()))
        # Functions of numtorch.numpy are called without the protocol, where results become owners.
        owner = () if namespace is np else ("memory of its own, not a view",)
        yield from (f"{row.text}, {dtype}: {difference}" for difference in found if difference not in owner)


@pytest.mark.parametrize("namespace", [np, xp], ids=["numpy", "numtorch.numpy"])
@pytest.mark.parametrize("family", FAMILIES)
@SETTINGS
def test_rows(family: str, namespace: Any, dev: int) -> None:
    if dev != -1:
        pytest.skip("memory is compared on the host")
    found = [
        difference
        for row in rows_of(family)
        for dtype in (row.dtypes if namespace is np else row.dtypes[:1])
        for difference in found_in(row, dtype, namespace)
    ]
    assert found == []


# ---- Every function, ufunc and method, on arrays in every order, whether a row speaks of it or not ----

WRITERS = {"copyto", "put", "place", "putmask", "fill_diagonal", "put_along_axis", "may_share_memory"}
FILES = {"save", "savez", "savetxt", "savez_compressed", "load", "fromfile", "genfromtxt", "loadtxt", "array2string"}
METHODS = (
    "all any argmax argpartition argsort clip compress conj copy cumprod cumsum diagonal flatten max mean min nonzero "
    "prod ravel repeat reshape round squeeze std sum swapaxes take trace transpose var"
).split()


def method(name: str) -> Callable[..., Any]:
    return lambda x, *args, **keywords: getattr(x, name)(*args, **keywords)


def ufuncs() -> Iterator[tuple[str, Callable[..., Any]]]:
    for name in dir(np):
        function = getattr(np, name)
        if isinstance(function, np.ufunc):
            yield name, function
            if function.nin == 2 and function.nout == 1 and function.signature is None:
                yield from ((f"{name}.{part}", getattr(function, part)) for part in ("reduce", "accumulate", "outer"))


CALLED: dict[str, Callable[..., Any]] = {
    **{f"{f.__module__}.{f.__name__}": f for f in registry.handled() if f.__name__ not in WRITERS | FILES},
    **{f"ndarray.{name}": method(name) for name in METHODS},
    **dict(ufuncs()),
}
ARGUMENTS: tuple[tuple[Any, ...], ...] = (
    *((name,) for name in "svmftoe"),
    *((a, b) for a, b in ("ss", "vv", "ff", "mf", "fm", "tt", "sv", "tx", "mv", "oo")),
    *((name, number) for name in "svft" for number in (0, 1, 0.5)),
    *((name, name, name) for name in "sf"),
    *(([name, name],) for name in "svft"),
    (["m", "f"],),
    ("v", [0.2, 0.5]),
    ("f", [0.2, 0.5], 0),
    (0, "s"),
    (0, ["s", "s"]),
    (0, ["v", "v"]),
    (True, "s", "s"),
)
OF_INTEGERS = ("bitwise", "left_shift", "right_shift", "gcd", "lcm", "invert", "floor_divide", "numpy.round")
KEYWORDS: tuple[dict[str, Any], ...] = (
    {}, {"axis": 0}, {"axis": 1}, {"axis": -1}, {"axis": None}, {"axis": (0, 1)}, {"axis": ()}, {"keepdims": True},
    {"order": "F"}, {"order": "K"}, {"order": "C"}, {"order": "A"}, {"initial": 1}, {"axis": 0, "keepdims": True},
)  # fmt: skip
MEANT_CALLS = {
    "numpy.where": "nonzero",
    "numpy.linalg.qr": "of stacks in another order: their factors are NumPy's row by row",
    "numpy.cross": "of views in another order",
    "numpy.linalg.cross": "the same",
    "frexp": "of which one output is given, and has a say in the order of the other",
    "modf": "the same",
    "numpy.pad": "wrapped by nothing",
    "vecdot": "a generalised ufunc along another axis",
    "numpy.linalg.vecdot": "the same",
    "numpy.linalg.vector_norm": "along no axes",
    "numpy.full_like": "of an array in order 'A'",
    "numpy.nan_to_num": "of a 0-d array with array replacements, in place",
    "numpy.nanmedian": "along no axes",
}


def arrays(dtype: str) -> dict[str, np.ndarray]:
    random = np.random.default_rng(0)
    made = {
        "s": np.array(3.0),
        "v": random.normal(size=4) * 3,
        "m": random.normal(size=(3, 3)) * 3 + np.eye(3) * 9,
        "x": random.normal(size=(2, 3, 3)) * 3,
        "o": np.ones(1),
        "e": np.zeros(0),
    }
    made["f"] = np.asfortranarray(made["m"])
    made["t"] = made["x"].transpose(2, 0, 1).copy().transpose(1, 2, 0)
    return {name: array.astype(dtype) for name, array in made.items()}


def filled_in(argument: Any, named: dict[str, Any]) -> Any:
    if isinstance(argument, (list, tuple)):
        return type(argument)(filled_in(part, named) for part in argument)
    return named.get(argument, argument) if isinstance(argument, str) else argument


def outcome(function: Callable[..., Any], arguments: Any, keywords: dict[str, Any]) -> tuple[Any, Exception | None]:
    try:
        with np.errstate(all="ignore"):
            return function(*arguments, **keywords), None
    except Exception as error:
        return None, error


def fitting(function: Callable[..., Any]) -> Iterator[dict[str, Any]]:
    try:
        names = set(inspect.signature(function).parameters)
    except ValueError:
        names = {"kwargs"}
    yield from (each for each in KEYWORDS if set(each) <= names or names & {"kwargs", "keywords"})


@since("2.4.0", "some results were other views")
@pytest.mark.parametrize("name", CALLED)
@SETTINGS
def test_calls(name: str, dev: int) -> None:
    if dev != -1:
        pytest.skip("memory is compared on the host")
    found = []
    dtype = "int64" if any(name.startswith(each) for each in OF_INTEGERS) else "float64"
    for keywords in fitting(CALLED[name]):
        for arguments in ARGUMENTS:
            hosted = {key: array.copy("K") for key, array in arrays(dtype).items()}
            moved = {key: nt.tensor(array) for key, array in arrays(dtype).items()}
            expected, error = outcome(CALLED[name], filled_in(arguments, hosted), keywords)
            actual, own_error = outcome(CALLED[name], filled_in(arguments, moved), keywords)
            if error is None and own_error is None and not any(expected is x for x in hosted.values()):
                text = f"np.{name.removeprefix('numpy.')}("
                differences = layout_differences(text, expected, actual, list(moved.values()))
                found += [f"{arguments}, {keywords}: {each}" for each in differences]
    assert [each for each in found if not (name in MEANT_CALLS and "strides" in each)] == []
