"""Machine: the gradients of programs that write and look through views are those of finite differences."""

from __future__ import annotations

from typing import Any

import numpy as np
from hypothesis import strategies as st

import numtorch as nt
from tests.fuzz.difference import Difference, host
from tests.fuzz.program import Arrays, Program, all_names, function_text, numbers, programs, replay, run, text_of

SHAPES = ((2, 3), (3,), (1, 2), (3, 1), (2,))

Case = tuple[Program, Arrays]


@st.composite
def cases(draw: st.DrawFn) -> Case:
    inputs = {name: numbers(draw(st.sampled_from(SHAPES)), seed) for seed, name in enumerate("ab")}
    # The caller's own arrays stay as they are.
    start = tuple(f"{name} = {name} * 1.0" for name in inputs)
    return start + draw(programs(replay(start, inputs))), inputs


def loss(names: list[str]) -> str:
    """Of every array, also of those that were written to."""
    return " + ".join(f"np.sum(np.cos({name} + {0.3 * i:.1f}))" for i, name in enumerate(names))


def value(program: Program, arrays: Arrays, names: list[str]) -> Any:
    after = run(program, arrays)
    return sum(np.sum(np.cos(after[name] + float(f"{0.3 * i:.1f}"))) for i, name in enumerate(names))


def differences(program: Program, inputs: Arrays, names: list[str], step: float) -> dict[str, np.ndarray]:
    """Central differences of fourth order."""
    found = {}
    for which, array in inputs.items():
        slope = np.zeros_like(array)
        for index in np.ndindex(*array.shape):
            for k, weight in ((-2, 1 / 12), (-1, -2 / 3), (1, 2 / 3), (2, -1 / 12)):
                moved = {**inputs, which: array.copy()}
                moved[which][index] += k * step
                slope[index] += weight * value(program, moved, names) / step
        found[which] = slope
    return found


def source_of(program: Program, inputs: Arrays, names: list[str]) -> str:
    lines = [function_text(program, inputs, loss(names))]
    lines += [f"{name} = {text_of(array)}" for name, array in inputs.items()]
    lines.append(f"print(nt.gradient(f, {', '.join(f'nt.tensor({name})' for name in inputs)}))")
    for name in inputs:
        moved = ", ".join(f"{other} + d" if other == name else other for other in inputs)
        back = ", ".join(f"{other} - d" if other == name else other for other in inputs)
        lines.append(f"d = np.zeros_like({name}); slope = d.copy()")
        lines.append("for i in np.ndindex(d.shape):\n    d[i] = 1e-6")
        lines.append(f"    slope[i] = (f({moved}) - f({back})) / 2e-6\n    d[i] = 0")
        lines.append("print(slope)")
    return "\n".join(lines) + "\n"


def check(case: Case, dev: int = -1) -> None:
    program, inputs = case
    names = all_names(program, inputs)
    tensors = [nt.tensor(array, dev=dev) for array in inputs.values()]
    try:
        found = nt.gradient(lambda *t: value(program, dict(zip(inputs, t, strict=True)), names), *tensors)
    except Exception as error:
        raise Difference(f"{type(error).__name__}: {error}", source_of(program, inputs, names)) from error
    fine, coarse = (differences(program, inputs, names, step) for step in (5e-5, 2e-4))
    for (name, near), own in zip(fine.items(), found, strict=True):
        # Two steps that disagree say that a kink is near.
        smooth = np.abs(near - coarse[name]) <= 1e-6 * (1 + np.abs(near).max())
        wrong = np.abs(host(own) - near)[smooth].max(initial=0.0)
        if not wrong <= 1e-5 * (1 + np.abs(near).max()):
            what = f"the gradient of {name} is {np.asarray(host(own)).tolist()}, not {near.tolist()}"
            raise Difference(what, source_of(program, inputs, names))
