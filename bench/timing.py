"""Timing of short statements, several sides interleaved, and what the figures say."""

from __future__ import annotations

import gc
import math
import statistics
import time
import timeit
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

# Runs `n` times and returns the seconds that took.
Loop = Callable[[int], float]

SHORTEST = 0.1  # ns; nothing that is called takes less, so a smaller difference is noise


def statement_loop(statement: str, names: Mapping[str, Any], wait: Callable[[], object] | None = None) -> Loop:
    """A loop over the statement, which sees `names`; `wait` (for a device to finish) ends the time measured.

    The loop is timeit's, but the garbage collector stays on: what a library allocates is part of its price. A name
    that the statement assigns to is local to timeit's function, so `c` becomes local before the loop.
    """
    setup = "gc.enable(); c = written" if "written" in names else "gc.enable()"
    timer = timeit.Timer(statement, setup=setup, globals={**names, "gc": gc})

    def loop(n: int) -> float:
        start = time.perf_counter()
        timer.timeit(n)
        if wait is not None:
            wait()
        return time.perf_counter() - start

    return loop


empty_loop = statement_loop("pass", {})


def calls_for(loop: Loop, target: float) -> int:
    """About how many calls take `target` seconds."""
    loop(1)  # the first call of anything is slower
    n = 1
    while (took := min(loop(n), loop(n))) < target / 4:
        n *= 4
    return math.ceil(n * target / took)


def interleave(loops: Mapping[str, Loop], rounds: int, target: float) -> dict[str, list[float]]:
    """Nanoseconds a call, one figure a round for each side: A B C, B C A, C A B, A B C, ...

    Each side runs for about `target` seconds, warmed up just before. The time of an empty loop, measured in the same
    round, is taken off for every side.
    """
    calls = {side: calls_for(loop, target) for side, loop in loops.items()}
    times: dict[str, list[float]] = {side: [] for side in loops}
    gc.collect()
    for turn in range(rounds):
        empty = warm(empty_loop, 50_000)
        for side in rotated(list(loops), turn):
            times[side].append(max(SHORTEST, warm(loops[side], calls[side]) - empty))
    return times


def warm(loop: Loop, n: int) -> float:
    """Nanoseconds a call, after as many unmeasured ones as fill caches and branch predictors again."""
    loop(n // 10 + 1)
    return loop(n) / n * 1e9


def rotated(sides: list[str], turn: int) -> list[str]:
    first = turn % len(sides)
    return sides[first:] + sides[:first]


@dataclass(frozen=True)
class Spread:
    """Median and quartiles."""

    low: float
    median: float
    high: float

    @classmethod
    def of(cls, values: Sequence[float]) -> Spread:
        if len(values) < 2:
            return cls(values[0], values[0], values[0])
        return cls(*statistics.quantiles(values, n=4, method="inclusive"))


def ratio(times: Mapping[str, Sequence[float]], side: str, against: str) -> Spread:
    """Of the ratios within a round, so that what slows the machine for a while slows both."""
    return Spread.of([a / b for a, b in zip(times[side], times[against], strict=True)])


def geometric_mean(values: Sequence[float]) -> float:
    return math.exp(sum(math.log(value) for value in values) / len(values))
