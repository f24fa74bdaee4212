"""Programs put together at random, as the Python text that a person can paste and run.

A program is a tuple of statements on arrays with names. `grow` draws them one by one and runs each on ndarrays at once,
so that the next one knows what is there; a statement that NumPy refuses, or whose numbers grow too large, is left out.
"""

from __future__ import annotations

import string
import warnings
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from hypothesis import strategies as st

Program = tuple[str, ...]
Arrays = dict[str, Any]

NAMES = string.ascii_lowercase
BOUND = 50.0  # of what an array holds
LARGEST = 60  # elements of an array


def run(program: Sequence[str], arrays: Arrays) -> Arrays:
    """The arrays after the program, by name: those that were there before are written to."""
    names = dict(arrays)
    for statement in program:
        exec(statement, {"np": np}, names)
    return names


def copies(arrays: Arrays) -> Arrays:
    return {name: array.copy() for name, array in arrays.items()}


def numbers(shape: tuple[int, ...], seed: int, dtype: Any = np.float64) -> np.ndarray:
    """Away from zero, and no two alike, so that kinks and ties are rare."""
    count = int(np.prod(shape))
    grid = (np.arange(count) * 0.6180339887 + 0.173 * seed) % 1.0
    return ((0.3 + grid) * np.where(np.arange(count) % 3 == 1, -1.0, 1.0)).reshape(shape).astype(dtype)


# ---- Statements: {0}, {1} stand for arrays, {new} for a new name, {i} and {j} for small integers ----

VIEWS = (
    "{new} = {0}[::-1]",
    "{new} = {0}[{i}:]",
    "{new} = {0}[:{i}]",
    "{new} = {0}[{i}]",
    "{new} = {0}[..., ::-1]",
    "{new} = {0}[..., {i}:]",
    "{new} = {0}[..., ::-2]",
    "{new} = {0}[::2]",
    "{new} = {0}[5:]",
    "{new} = {0}[-1:0:-1]",
    "{new} = {0}[1:-1]",
    "{new} = {0}[None]",
    "{new} = {0}[..., None]",
    "{new} = {0}[...]",
    "{new} = {0}.T",
    "{new} = {0}.reshape(-1)",
    "{new} = {0}.reshape({i} + 1, -1)",
    "{new} = {0}.ravel()",
    "{new} = np.swapaxes({0}, 0, -1)",
    "{new} = np.moveaxis({0}, -1, 0)",
    "{new} = np.flip({0}, axis=-1)",
    "{new} = np.atleast_2d({0})",
    "{new} = {0}.squeeze()",
    "{new} = np.split({0}, [1])[{i} % 2]",
)

COMPUTED = (
    "{new} = np.sin({0})",
    "{new} = np.exp(-{0} * {0})",
    "{new} = np.sqrt({0} * {0} + 1)",
    "{new} = np.tanh({0})",
    "{new} = {0} * 0.5 + 1",
    "{new} = 1 / ({0} * {0} + 1)",
    "{new} = -{0}",
    "{new} = {0} + {1}",
    "{new} = {0} - {1}",
    "{new} = {0} * {1}",
    "{new} = np.maximum({0}, {1})",
    "{new} = np.where({0} > {1}, {0}, {1} * 2)",
    "{new} = np.arctan2({0}, {1} * {1} + 1)",
    "{new} = {0} @ {1}.T",
    "{new} = {0}[{0} > 0.1]",
    "{new} = {0}[[{i}, 0, -1]]",
    "{new} = np.concatenate([{0}, {1}])",
    "{new} = np.stack([{0}, {0}], axis=-1)",
    "{new} = np.roll({0}, {i})",
    "{new} = np.take({0}, [0, -1, 0], axis=-1)",
    "{new} = np.repeat({0}, 2, axis=0)",
    "{new} = np.sort({0}, axis=0)",
    "{new} = np.clip({0}, -0.7, 0.9)",
    "{new} = np.abs({0})",
    "{new} = {0}.copy()",
    "{new} = np.zeros_like({0})",
    "{new} = np.diff({0})",
    "{new} = np.outer({0}, {1})",
)

REDUCTIONS = (
    "{new} = np.sum({0})",
    "{new} = np.sum({0}, axis=0)",
    "{new} = np.sum({0}, axis=-1, keepdims=True)",
    "{new} = np.mean({0}, axis=-1)",
    "{new} = np.max({0}, axis=0, initial=-2.0)",
    "{new} = np.min({0}, initial=3.0)",
    "{new} = np.prod({0}, axis=-1)",
    "{new} = np.cumsum({0}, axis=0)",
    "{new} = np.cumprod({0})",
    "{new} = np.var({0})",
    "{new} = np.linalg.norm({0} + 2)",
    "{new} = np.median({0}, axis=0)",
    "{new} = np.trace({0})",
)

WRITES = (
    "{0}[...] = {1}",
    "{0}[:] = {1} * {0}",
    "{0}[{i}:] = {1}",
    "{0}[::-1] = {0} * 1.0",
    "{0}[1:] = {0}[:-1]",
    "{0}[::-1] += {1}",
    "{0}[5:] = {1}",
    "{0}[..., {i}] = 0.25",
    "{0}[..., ::2] *= 1.5",
    "{0}[{i}] = {1}",
    "{0}[{i}] += {1}",
    "{0}[{0} > 0.2] = 0.1",
    "{0}[{0} < 0] *= -0.5",
    "{0}[[0, -1, 0]] = {1}",
    "{0}[[0, 0, -1]] += 1.0",
    "{0} += {1}",
    "{0} -= {1} * 0.5",
    "{0} *= {1}",
    "{0} /= {1} * {1} + 1",
    "{0} **= 2",
    "np.add({0}, {1}, out={0})",
    "np.multiply({1}, {1}, out={0})",
    "np.sin({0}, out={0})",
    "np.add({0}[1:], {0}[:-1], out={0}[1:])",
    "np.copyto({0}, {1})",
    "np.copyto({0}, {1}, where={0} > 0)",
    "np.add.at({0}, [0, 0, -1], 0.5)",
    "np.put({0}, [0, -1], [0.3, 0.4])",
    "np.sum({0}, axis=0, out={0}[{i}])",
    "np.cumsum({0}, axis=0, out={0})",  # NumPy writes past an output of another shape
    "{0}.fill(0.3)",
    "{0}.T[...] = {1}",
    "{0}.flat[{i}] = 0.7",
    "{0}.sort(axis=0)",
)

KINDS = {"views": VIEWS, "computed": COMPUTED, "reductions": REDUCTIONS, "writes": WRITES}


def is_bounded(arrays: Arrays, largest: int) -> bool:
    return all(
        np.size(a) <= largest and bool(np.all(np.isfinite(a))) and np.abs(a).max(initial=0.0) < BOUND
        for a in arrays.values()
    )


def attempt(statement: str, arrays: Arrays, names: Sequence[str], largest: int) -> Arrays | None:
    """The arrays after the statement; None if NumPy refuses it or warns, or the numbers grow too large.

    `names` are all names so far: what is a view of what is kept, since the statement runs on the arrays themselves.
    """
    with warnings.catch_warnings(), np.errstate(all="raise"):
        warnings.simplefilter("error")
        try:
            after = run([statement], arrays)
        except (
            ValueError,
            IndexError,
            TypeError,
            FloatingPointError,
            AttributeError,
            Warning,
            np.exceptions.AxisError,
        ):
            return None
    return (
        after
        if is_bounded(after, largest) and all(isinstance(after[n], np.ndarray | np.generic) for n in names)
        else None
    )


def replay(program: Sequence[str], inputs: Arrays) -> Arrays:
    return run(program, copies(inputs))


@st.composite
def programs(
    draw: st.DrawFn,
    inputs: Arrays,
    kinds: Sequence[str] = ("views", "computed", "reductions", "writes"),
    least: int = 3,
    most: int = 12,
    largest: int = LARGEST,
    keep: Callable[[str], bool] = lambda _: True,
) -> Program:
    """Programs of `least` to `most` statements on the arrays of `inputs`."""
    statements: list[str] = []
    arrays = copies(inputs)
    for _ in range(draw(st.integers(least, most))):
        kind = draw(st.sampled_from(kinds))
        form = draw(st.sampled_from([form for form in KINDS[kind] if keep(form)]))
        # Late names first: programs that go on with what they made.
        available = sorted(arrays, reverse=True)
        new = next(name for name in NAMES if name not in arrays)
        # NumPy's scalars let some methods that write run, and stay as they are.
        targets = [name for name in available if kind != "writes" or isinstance(arrays[name], np.ndarray)]
        chosen = [draw(st.sampled_from(names)) for names in (targets, available)]
        statement = form.format(*chosen, new=new, i=draw(st.integers(0, 2)))
        after = attempt(statement, arrays, available, largest)
        if after is None:
            arrays = replay(statements, inputs)  # it may have written before it failed
            continue
        arrays = after
        statements.append(statement)
    return tuple(statements)


# ---- Printing ----


def text_of(array: np.ndarray) -> str:
    dtype = "" if array.dtype in (np.float64, np.int64, np.bool_) else f", {array.dtype.name!r}"
    return f"np.array({array.round(6).tolist()}{dtype})"


def function_text(program: Sequence[str], inputs: Arrays, result: str, name: str = "f") -> str:
    """The program as a function of its inputs."""
    body = "".join(f"    {statement}\n" for statement in program)
    return f"def {name}({', '.join(inputs)}):\n{body}    return {result}\n"


def all_names(program: Sequence[str], inputs: Arrays) -> list[str]:
    return list(replay(program, inputs))
