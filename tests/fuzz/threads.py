"""Machine: programs on several threads at once, some of them inside a gradient, give what they give one by one."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, NamedTuple

import numpy as np
from hypothesis import strategies as st

import numtorch as nt
from tests.fuzz.difference import Difference, host
from tests.fuzz.gradients import loss
from tests.fuzz.program import Arrays, Program, all_names, function_text, numbers, programs, replay, run, text_of

# Small arrays, and such that are worth giving the GIL up for.
SHAPES = ((2, 3), (3,), (90, 100))
LARGEST = 20_000
START = ("a = a * 1.0", "b = b * 1.0")  # what the threads share is read only


class Case(NamedTuple):
    programs: tuple[Program, ...]
    within: bool  # the threads work inside one gradient, or each takes its own
    inputs: Arrays


@st.composite
def cases(draw: st.DrawFn) -> Case:
    inputs = {name: numbers(draw(st.sampled_from(SHAPES)), seed) for seed, name in enumerate("ab")}
    drawn = programs(replay(START, inputs), most=6, largest=LARGEST)
    return Case(tuple(START + draw(drawn) for _ in range(draw(st.integers(2, 4)))), draw(st.booleans()), inputs)


def functions(case: Case) -> list[Callable[..., Any]]:
    made = []
    for program in case.programs:
        names = all_names(program, case.inputs)

        def function(*arrays: Any, program: Program = program, names: list[str] = names) -> Any:
            after = run(program, dict(zip(case.inputs, arrays, strict=True)))
            return eval(loss(names), {"np": np}, after)

        made.append(function)
    return made


def source_of(case: Case) -> str:
    lines = ["from concurrent.futures import ThreadPoolExecutor\n"]
    for i, program in enumerate(case.programs):
        lines.append(function_text(program, case.inputs, loss(all_names(program, case.inputs)), f"f{i}"))
    fs = ", ".join(f"f{i}" for i in range(len(case.programs)))
    lines += [f"{name} = nt.tensor({text_of(array)})" for name, array in case.inputs.items()]
    arguments = ", ".join(case.inputs)
    if case.within:
        lines.append(f"def one_by_one({arguments}):\n    return sum(f({arguments}) for f in ({fs},))")
        lines.append(
            f"def at_once({arguments}):\n    with ThreadPoolExecutor() as pool:\n"
            f"        return sum(pool.map(lambda f: f({arguments}), ({fs},)))"
        )
        lines.append(f"print(nt.gradient(one_by_one, {arguments}))\nprint(nt.gradient(at_once, {arguments}))")
    else:
        lines.append(f"def slope(f):\n    return nt.gradient(f, {arguments})")
        lines.append(f"print(list(map(slope, ({fs},))))")
        lines.append(f"with ThreadPoolExecutor() as pool:\n    print(list(pool.map(slope, ({fs},))))")
    return "\n".join(lines) + "\n"


def together(functions: list[Callable[..., Any]], arguments: tuple[Any, ...]) -> list[Any]:
    """All at once, each on a thread of its own, that begin together."""
    barrier = threading.Barrier(len(functions))

    def begin(function: Callable[..., Any]) -> Any:
        barrier.wait()
        return function(*arguments)

    with ThreadPoolExecutor(len(functions)) as pool:
        return [future.result() for future in [pool.submit(begin, function) for function in functions]]


def outcome(case: Case, tensors: list[nt.Tensor], at_once: bool) -> list[Any]:
    made = functions(case)

    def all_of(run_one: Callable[..., Any], arguments: tuple[Any, ...]) -> list[Any]:
        todo = [lambda *a, f=f: run_one(f, *a) for f in made]
        return together(todo, arguments) if at_once else [one(*arguments) for one in todo]

    if case.within:
        return list(nt.gradient(lambda *t: sum(all_of(lambda f, *a: f(*a), t)), *tensors))
    return [g for gs in all_of(lambda f, *a: nt.gradient(f, *a), tuple(tensors)) for g in gs]


def check(case: Case, dev: int = -1) -> None:
    tensors = [nt.tensor(array, dev=dev) for array in case.inputs.values()]
    try:
        expected = outcome(case, tensors, at_once=False)
    except Exception:
        return  # another machine's business
    for _ in range(3):
        try:
            found = outcome(case, tensors, at_once=True)
        except Exception as error:
            raise Difference(f"{type(error).__name__}: {error}", source_of(case)) from error
        for one, other in zip(expected, found, strict=True):
            if not np.allclose(host(one), host(other), rtol=1e-9, atol=1e-9):
                what = f"a gradient is {host(other)!s:.200}, not {host(one)!s:.200}"
                raise Difference(what, source_of(case))
