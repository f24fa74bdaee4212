"""Machine: generators and coroutines with `ignore()` and `nograd` inside a gradient.

What is recorded is what the text says: a statement counts as a constant where it stands in an `ignore()` of its own
function, or in one of those that called it; a block that is suspended says nothing of what runs meanwhile.
"""

from __future__ import annotations

import asyncio
from typing import Any, NamedTuple

import numpy as np
from hypothesis import strategies as st

import numtorch as nt
from tests.fuzz.difference import Difference, host

STEP, PAUSE = "step", "pause"
START = 0.7

# A body is a list of steps and pauses; a tuple of them stands in a block of ignore(). The caller's pauses are numbers:
# which generator goes on.
Body = tuple[Any, ...]


class Routine(NamedTuple):
    body: Body
    nograd: bool  # decorated with nt.nograd


class Case(NamedTuple):
    routines: tuple[Routine, ...]
    caller: Body  # empty: the routines are coroutines, gathered


def bodies(items: st.SearchStrategy[Any]) -> st.SearchStrategy[Body]:
    blocks = st.lists(items, min_size=1, max_size=3).map(tuple)
    return st.lists(items | blocks, min_size=1, max_size=5).map(tuple)


@st.composite
def cases(draw: st.DrawFn) -> Case:
    routine = st.builds(Routine, bodies(st.sampled_from((STEP, PAUSE))), st.booleans())
    routines = tuple(draw(st.lists(routine, min_size=1, max_size=3)))
    if draw(st.booleans()):
        return Case(routines, ())
    turns = st.sampled_from((STEP, *range(len(routines))))
    return Case(routines, draw(bodies(turns)))


# ---- As text ----


def lines_of(body: Body, step: str, pause: str, indent: str) -> list[str]:
    lines = []
    for item in body:
        if isinstance(item, tuple):
            lines += [f"{indent}with nt.ignore():", *lines_of(item, step, pause, indent + "    ")]
        elif item == STEP:
            lines.append(indent + step)
        else:
            lines.append(indent + (pause if item == PAUSE else f"next(g{item}, None)"))
    return lines


def text_of(case: Case) -> str:
    lines = ["import asyncio\n"] if not case.caller else []
    for i, routine in enumerate(case.routines):
        lines += ["@nt.nograd"] * routine.nograd
        lines.append(f"{'' if case.caller else 'async '}def routine{i}(x, values):")
        lines.append(f"    values[{i}] = x * 1.0")
        pause = "yield" if case.caller else "await asyncio.sleep(0)"
        lines += lines_of(routine.body, f"values[{i}] = values[{i}] * 0.5 + x * {i + 1}.0", pause, "    ")
        if case.caller:
            lines.append("    yield")
        lines.append("")
    lines.append("def f(x):\n    values = {}")
    if case.caller:
        lines += [f"    g{i} = routine{i}(x, values)" for i in range(len(case.routines))]
        lines.append("    values[-1] = x * 1.0")
        lines += lines_of(case.caller, "values[-1] = values[-1] * 0.5 + x * 7.0", "", "    ")
    else:
        calls = ", ".join(f"routine{i}(x, values)" for i in range(len(case.routines)))
        lines.append(f"    async def main():\n        await asyncio.gather({calls})\n    asyncio.run(main())")
    lines.append("    return sum(values.values()) + x * 0.0\n")
    return "\n".join(lines)


def source_of(case: Case, expected: float) -> str:
    return f"{text_of(case)}print(nt.gradient(f, nt.tensor({START}))[0], 'should be', {expected})\n"


# ---- What the text says ----


def flat(body: Body) -> list[tuple[Any, bool]]:
    """Each step or pause, and whether it stands in a block."""
    found = []
    for item in body:
        found += [(one, True) for one in item] if isinstance(item, tuple) else [(item, False)]
    return found


class _Walk:
    """One routine's value of `values[i]`, as its derivative with respect to x."""

    def __init__(self, routine: Routine, factor: float) -> None:
        self.routine, self.factor = routine, factor
        self.todo = [("begin", False), *flat(routine.body)]
        self.slope = 0.0

    def go_on(self, ignored: bool) -> None:
        """To the next pause."""
        while self.todo:
            item, in_block = self.todo.pop(0)
            if item == PAUSE:
                return
            constant = ignored or in_block or self.routine.nograd
            if item == "begin":
                self.slope = 0.0 if constant else 1.0
            else:
                self.slope = 0.0 if constant else self.slope * 0.5 + self.factor


def slope_of(case: Case) -> float:
    walks = [_Walk(routine, i + 1.0) for i, routine in enumerate(case.routines)]
    if not case.caller:
        for _ in range(1 + max(len(walk.todo) for walk in walks)):
            for walk in walks:
                walk.go_on(False)
        return sum(walk.slope for walk in walks)
    own = 1.0
    for item, in_block in flat(case.caller):
        if item == STEP:
            own = 0.0 if in_block else own * 0.5 + 7.0
        else:
            walks[item].go_on(in_block)
    return own + sum(walk.slope for walk in walks)


def check(case: Case, dev: int = -1) -> None:
    names: dict[str, Any] = {"np": np, "nt": nt, "asyncio": asyncio}
    exec(text_of(case), names)
    expected = slope_of(case)
    try:
        (found,) = nt.gradient(names["f"], nt.tensor(START, dev=dev))
        (after,) = nt.gradient(lambda x: x * x, nt.tensor(START, dev=dev))
    except Exception as error:
        raise Difference(f"{type(error).__name__}: {error}", source_of(case, expected)) from error
    if not np.isclose(host(found), expected):
        raise Difference(f"the gradient is {host(found)}, not {expected}", source_of(case, expected))
    if not np.isclose(after.item(), 2 * START):
        raise Difference("the next gradient is wrong: recording is still off", source_of(case, expected))
