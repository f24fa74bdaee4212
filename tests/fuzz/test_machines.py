"""Each machine with a small, fixed budget; `./do fuzz` runs them for longer."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings

from tests.fuzz.machines import MACHINES, STABLE


@pytest.mark.parametrize("name", MACHINES)
def test_a_machine_finds_no_difference(name: str, dev: int) -> None:
    machine = MACHINES[name]

    @settings(STABLE, max_examples=machine.examples)
    @given(machine.cases())
    def run(case: Any) -> None:
        machine.check(case, dev)

    run()
