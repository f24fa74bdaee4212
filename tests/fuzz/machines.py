"""The machines by name, and a search with one of them."""

from __future__ import annotations

import time
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

from tests.fuzz import gradients, layouts, nests, scopes, threads, values
from tests.fuzz.difference import Difference


class Machine(NamedTuple):
    cases: Callable[[], st.SearchStrategy[Any]]
    check: Callable[..., None]
    examples: int  # in the tests; a second or two


MACHINES = {
    "values": Machine(values.cases, values.check, 150),
    "gradients": Machine(gradients.cases, gradients.check, 60),
    "layouts": Machine(layouts.cases, layouts.check, 30),
    "threads": Machine(threads.cases, threads.check, 25),
    "scopes": Machine(scopes.cases, scopes.check, 150),
    "nests": Machine(nests.cases, nests.check, 60),
}

CHECKS = [HealthCheck.filter_too_much, HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.large_base_example]
STABLE = settings(derandomize=True, deadline=None, database=None, suppress_health_check=CHECKS)
ROUND = settings(
    max_examples=200,
    deadline=None,
    database=None,
    suppress_health_check=CHECKS,
    phases=[Phase.generate, Phase.shrink],
    report_multiple_bugs=False,
    print_blob=False,
)


def search(machine: Machine, number: int, end: float, note: Path | None = None) -> Difference | None:
    """One round with that seed: the least difference that hypothesis finds. Writes each program down before it runs."""
    found: Difference | None = None

    @seed(number)
    @ROUND
    @given(machine.cases())
    def once(case: Any) -> None:
        nonlocal found
        if found is None and time.time() > end:
            return
        if note is not None:
            note.write_text(repr(case))
        try:
            machine.check(case)
        except Difference as difference:
            found = difference
            raise

    try:
        once()
    except Difference as difference:
        return difference
    except Exception as error:  # of the machine itself, or the same program now passes (hypothesis says Flaky)
        return found or Difference(f"{type(error).__name__}: {error}", "".join(traceback.format_exception(error)))
    return found
