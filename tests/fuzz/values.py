"""Machine: programs with views, writes and reductions have the same values on Tensors as on ndarrays."""

from __future__ import annotations

from typing import Any

import numpy as np
from hypothesis import strategies as st

import numtorch as nt
from tests.fuzz.difference import Difference, compare
from tests.fuzz.program import Arrays, Program, all_names, function_text, numbers, programs, replay, run, text_of

SHAPES = ((3, 4), (4,), (1, 3), (2, 3, 2), (0, 3), (5,), ())
DTYPES = ("float64", "float32", "int64")

Case = tuple[Program, Arrays]


@st.composite
def cases(draw: st.DrawFn) -> Case:
    dtype = draw(st.sampled_from(DTYPES))
    inputs = {}
    for seed, name in enumerate("ab"):
        array = numbers(draw(st.sampled_from(SHAPES)), seed)
        inputs[name] = np.asarray(array * 4 if dtype == "int64" else array).astype(dtype)
    return draw(programs(inputs)), inputs


def source_of(program: Program, inputs: Arrays, names: list[str]) -> str:
    lines = [function_text(program, inputs, ", ".join(names) + ",")]
    lines += [f"{name} = {text_of(array)}" for name, array in inputs.items()]
    arguments = ", ".join(f"{name}.copy()" for name in inputs)
    tensors = ", ".join(f"nt.tensor({name})" for name in inputs)
    lines.append(f"for name, x, y in zip({names}, f({arguments}), f({tensors})):\n    print(name, x, nt.collect(y))")
    return "\n".join(lines) + "\n"


def check(case: Case, dev: int = -1) -> None:
    program, inputs = case
    names = all_names(program, inputs)
    expected = replay(program, inputs)
    try:
        actual: Any = run(program, {name: nt.tensor(array, dev=dev) for name, array in inputs.items()})
    except Exception as error:
        what = f"{type(error).__name__}: {error}"
        raise Difference(what, source_of(program, inputs, names)) from error
    for name in names:
        wrong = compare(np.asarray(expected[name]), actual[name], 4096.0)
        if wrong is not None:
            raise Difference(f"{name} {wrong}", source_of(program, inputs, names))
