"""Rows of tests/ops under vmap: one operand stands for three arrays, and the results are those of a loop over them."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

import numtorch as nt
from tests import pairing
from tests.pairing import Row, array_differences, evaluate, used
from tests.versions import awaited

FAMILIES = (
    "arguments", "bins", "coordinates", "creation", "editing", "elementwise_functions", "fft", "functional", "grids",
    "histograms", "indexing", "joining", "linalg", "nanfunctions", "packing", "padding", "polynomials", "products",
    "promotion", "quantiles", "reduction", "scimath", "sets", "shape", "signal", "sorting",
)  # fmt: skip
COUNT = 3
Outcome = tuple[str, str]  # "right", "refused" or "wrong", and why


def all_rows(attribute: str = "ROWS") -> list[tuple[str, Row]]:
    """The rows of all families, each with its family."""
    modules = [(family, importlib.import_module(f"tests.ops.{family}")) for family in FAMILIES]
    return [(family, row) for family, module in modules for row in getattr(module, attribute, [])]


def variation(name: str, value: np.ndarray, i: int) -> np.ndarray:
    """Another array of the same shape and dtype; the first is the array itself."""
    if i == 0:
        return value
    if name == "d":
        return value + i / 4 * np.eye(3)
    if value.ndim == 0:
        return np.asarray(~value if value.dtype == bool else value + value.dtype.type(i))
    random = np.random.default_rng(i)
    return random.permutation(value.ravel()).reshape(value.shape)


def names(row: Row) -> list[str]:
    """The operands of a row that may be mapped: arrays without length 0 somewhere stay what they are, too."""
    return sorted(used(row.text, pairing.operands("float64", "float64")))


def outcome(row: Row, dtype: str, name: str, dev: int, operands: Any = None, namespace: Any = np) -> Outcome:
    """What becomes of the row where the operand `name` stands for three arrays."""
    named = used(row.text, operands or pairing.operands(dtype, dtype))
    arrays = np.stack([variation(name, named[name], i) for i in range(COUNT)])
    constants = {key: value for key, value in named.items() if key != name}

    def one(sample: Any, others: dict[str, Any]) -> Any:
        fresh = {key: value.copy() for key, value in others.items()}  # a row may write to them
        result, error = evaluate(row.text, {**fresh, name: sample, **row.extra}, namespace)
        if error is not None:
            raise error
        return result, [fresh[key] for key in constants]

    shared = {key: nt.tensor(value, dev=dev) for key, value in constants.items()}
    rows, errors, written = [], [], []
    for array in arrays:
        sample = nt.tensor(array, dev=dev) if array.ndim else nt.tensor(array[np.newaxis], dev=dev)[0]
        result, error = run(lambda sample=sample: one(sample, shared))
        rows.append(result)
        errors.append(error)
        written.append(nt.collect(sample))
    if not all(is_mappable(result) for result in rows):
        return "right", "nothing to compare"
    mapped = nt.tensor(arrays, dev=dev)
    actual, error = run(lambda: nt.vmap(lambda sample: one(sample, shared))(mapped))
    if any(errors):
        return judged_error([e for e in errors if e], error)
    if error is not None:
        return ("refused" if is_refusal(error) else "wrong"), f"{type(error).__name__}: {error}"
    found = list(differences_of(rows, actual, row.tolerance, dev))
    found += [f"{name} afterwards: {text}" for text in array_differences(np.stack(written), mapped, 1, dev)]
    return ("wrong", "; ".join(found)) if found else ("right", "")


def run(f: Callable[[], Any]) -> tuple[Any, BaseException | None]:
    try:
        with np.errstate(all="ignore"):
            return f(), None
    except Exception as error:
        return None, error


def is_refusal(error: BaseException) -> bool:
    """In words for whoever called vmap."""
    text = str(error)
    return isinstance(error, RuntimeError) and text.startswith("vmap: ")


def judged_error(errors: list[BaseException], error: BaseException | None) -> Outcome:
    """A loop raises; so must vmap, for the same reason, or because it refuses."""
    if error is None:
        return "wrong", f"no error, instead of {errors[0]!r}"
    if is_refusal(error):
        return "right", ""
    same = any(isinstance(error, pairing.public_type(e)) for e in errors)
    return ("right", "") if same else ("wrong", f"{error!r} instead of {errors[0]!r}")


def is_mappable(result: Any) -> bool:
    if isinstance(result, tuple | list):
        return all(map(is_mappable, result))
    if isinstance(result, nt.Tensor | np.ndarray) and result.ndim > 60:
        return False  # one axis more is too many
    return result is None or isinstance(result, nt.Tensor | np.ndarray | np.generic | int | float | complex)


def differences_of(rows: list[Any], actual: Any, tolerance: float, dev: int) -> Iterator[str]:
    """What tells the results for each of the arrays from that for all."""
    first = rows[0]
    if isinstance(first, tuple | list):
        if not isinstance(actual, tuple | list) or len(actual) != len(first):
            yield f"a sequence of {len(first)}, not {actual!r}"
            return
        for column, value in zip(zip(*rows, strict=True), actual, strict=True):
            yield from differences_of(list(column), value, tolerance, dev)
    elif first is None:
        if actual is not None:
            yield f"None, not {actual!r}"
    else:
        columns = [np.asarray(nt.collect(row)) for row in rows]
        if len({column.shape for column in columns}) > 1:
            yield f"shapes {[column.shape for column in columns]}, not {actual.shape}"
        else:
            yield from array_differences(np.stack(columns), actual, tolerance, dev)


def is_tried(row: Row, dtype: str) -> bool:
    return dtype not in row.refused and not awaited(row.text)
