"""Threads that compute when the program ends: it ends with its status all the same."""

from __future__ import annotations

import pytest

from tests.processes.child import run

PROGRAM = """
import sys, threading, time
import numpy as np
import numtorch as nt

x = nt.tensor(np.ones((300, 300)))
small = nt.tensor(np.arange(10.0))
begun = threading.Semaphore(0)

def work():
    while True:
        {work}
        begun.release()

for _ in range(3):
    threading.Thread(target=work, daemon=True).start()
for _ in range(6):
    begun.acquire()
sys.exit({status})
"""

WORK = {
    "a kernel without the GIL": "np.exp(x)",
    "a product": "x @ x",
    "a copy to the host": "nt.collect(x)",
    "short kernels": "small + 1",
    "Python code called from C++": "np.add(small, 1, dtype=np.float32), np.median(small), str(small)",
    "a gradient": "nt.gradient(lambda t: np.sum(np.exp(t) * np.median(t)), small)",
    "an ndarray's memory": "nt.tensor(np.ones(20_000), copy=False) + 1",
}


@pytest.mark.parametrize(("status", "work"), list(enumerate(WORK.values())), ids=WORK.keys())
def test_a_program_ends_while_threads_compute(status: int, work: str) -> None:
    run(PROGRAM.format(work=work, status=status), status=status)
