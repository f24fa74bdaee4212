"""Children of a process whose OpenMP has threads: they compute, on one thread unless they ask for more."""

from __future__ import annotations

import pytest

from tests.processes.child import run

PARENT = """
import multiprocessing, os, signal
from concurrent.futures import ProcessPoolExecutor
import numpy as np
import numtorch as nt

x = nt.tensor(np.random.default_rng(0).normal(size=(400, 400)))

def work(_=None):
    np.sum(np.exp(x))
    return float((x @ x).sum())

expected = work()
assert nt.get_num_threads() == 2

def in_child(task):
    pid = os.fork()
    if pid == 0:
        signal.alarm(60)
        os._exit(0 if task() else 1)
    assert os.waitpid(pid, 0)[1] == 0
"""

CHILDREN = {
    "fork": "in_child(lambda: np.isclose(work(), expected) and nt.get_num_threads() == 1)",
    "more threads": "in_child(lambda: nt.set_num_threads(2) or np.isclose(work(), expected))",
    "a child's child": "in_child(lambda: in_child(lambda: np.isclose(work(), expected)) is None)",
    "a pool": (
        "with multiprocessing.get_context('fork').Pool(2) as pool: "
        "assert np.allclose(pool.map(work, range(4)), expected)"
    ),
    "an executor": (
        "with ProcessPoolExecutor(2, multiprocessing.get_context('fork')) as pool: "
        "assert np.allclose(list(pool.map(work, range(4))), expected)"
    ),
    "within a gradient": "nt.gradient(lambda t: (in_child(lambda: np.isclose(work(), expected)), np.sum(t @ t))[1], x)",
    "on a thread": (
        "import threading; t = threading.Thread(target=lambda: in_child(lambda: np.isclose(work(), expected))); "
        "t.start(); t.join()"
    ),
}


@pytest.mark.parametrize("child", CHILDREN.values(), ids=CHILDREN.keys())
def test_a_child_computes(child: str) -> None:
    after = "\nassert np.isclose(work(), expected) and nt.get_num_threads() == 2\nprint('parent goes on')"
    assert run(PARENT + child + after, OMP_NUM_THREADS="2") == "parent goes on\n"


def test_a_child_repeats_the_random_numbers_of_its_parent_as_with_numpy() -> None:
    code = """
import os
import numpy as np
import numtorch as nt
import numtorch.numpy as xp

for source in (np.random, xp.random):
    source.seed(0)
    reader, writer = os.pipe()
    if os.fork() == 0:
        os.write(writer, str(float(source.random())).encode())
        os._exit(0)
    os.wait()
    assert os.read(reader, 100).decode() == str(float(source.random()))
print("the same")
"""
    assert run(code) == "the same\n"
