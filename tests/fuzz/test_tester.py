"""Each machine can fail: with something broken on purpose it says so, and what it prints runs."""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest

import numtorch as nt
from numtorch import nn
from tests.fuzz import layouts, scopes, threads
from tests.fuzz.difference import Difference
from tests.fuzz.machines import MACHINES, search
from tests.fuzz.program import numbers, programs

A = {"a": numbers((2, 3), 0), "b": numbers((3,), 1)}
Patch = Callable[[pytest.MonkeyPatch], None]


def _ravel_copies(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(nt.Tensor, "ravel", lambda t: t.reshape(-1).copy())


def _ravel_forgets(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(nt.Tensor, "ravel", lambda t: nt.tensor(nt.collect(t)).reshape(-1))


def _conv_reads_past(monkeypatch: pytest.MonkeyPatch) -> None:
    right = nn.conv

    def wrong(x: Any, *rest: Any, **options: Any) -> Any:
        return right(x, *rest, **options) + (0 if not isinstance(x, nt.Tensor) or x.flags.c_contiguous else 0.01)

    monkeypatch.setattr(nn, "conv", wrong)


def _threads_lose(monkeypatch: pytest.MonkeyPatch) -> None:
    right = nt.gradient

    def wrong(*arguments: Any) -> Any:
        found = right(*arguments)
        return found if threading.current_thread() is threading.main_thread() else (None, *found[1:])

    monkeypatch.setattr(nt, "gradient", wrong)


def _ignore_does_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(nt, "ignore", contextlib.nullcontext)


def _params_misses_one(monkeypatch: pytest.MonkeyPatch) -> None:
    right = nt.params

    class Fewer(list[Any]):
        pass

    monkeypatch.setattr(nt, "params", lambda model: Fewer(list(right(model))[1:]))


BROKEN: dict[str, tuple[Any, Patch]] = {
    "values": ((("c = a.ravel()", "c[1:] = 0.5"), A), _ravel_copies),
    "gradients": ((("a = a * 1.0", "b = b * 1.0", "c = a.ravel()"), A), _ravel_forgets),
    "layouts": (
        layouts.Case("nn.conv(x, w)", {"x": ((2, 2, 5, 5), "second axis last"), "w": ((2, 2, 2, 2), "dense")}),
        _conv_reads_past,
    ),
    "threads": (threads.Case(((*threads.START, "c = np.sin(a)"),) * 2, False, A), _threads_lose),
    "scopes": (scopes.Case((scopes.Routine((scopes.STEP,), False),), (0, (scopes.STEP,))), _ignore_does_nothing),
    "nests": ("[np.array([1.0, 1.5]), (np.array([2.0, 2.5]),)]", _params_misses_one),
}


@pytest.fixture
def quiet() -> Iterator[None]:
    with contextlib.redirect_stdout(None):
        yield


@pytest.mark.parametrize("name", MACHINES)
@pytest.mark.usefixtures("quiet")
def test_a_machine_sees_what_is_broken(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    case, break_it = BROKEN[name]
    MACHINES[name].check(case)
    break_it(monkeypatch)
    with pytest.raises(Difference) as caught:
        MACHINES[name].check(case)
    exec(compile(caught.value.source, name, "exec"), {})


@pytest.mark.usefixtures("quiet")
def test_a_search_finds_the_least_program(monkeypatch: pytest.MonkeyPatch) -> None:
    """Among programs of three to twelve statements: one that shows it, with little else in it."""

    def wrong(x: Any) -> Any:
        return right(x) + (1e-3 if isinstance(x, nt.Tensor) else 0.0)

    right = np.tanh
    monkeypatch.setattr(np, "tanh", wrong)
    simple = MACHINES["values"]._replace(cases=_computed)
    found = search(simple, 0, time.time() + 60.0)
    assert found is not None
    assert "np.tanh" in found.source
    body = found.source.split("def f(a, b):\n")[1].split("    return")[0].splitlines()
    assert len(body) <= 4
    exec(compile(found.source, "least", "exec"), {})


def _computed() -> Any:
    inputs = {"a": numbers((3,), 0), "b": numbers((3,), 1)}
    return programs(inputs, kinds=("computed",)).map(lambda program: (program, inputs))
