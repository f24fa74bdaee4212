"""Threads that read a Tensor while others give it another shape, other memory and other values."""

from __future__ import annotations

import pytest

from tests.processes.child import run

PROGRAM = """
import pickle, random, sys, threading, time
import numpy as np
import numtorch as nt

count = 20_000
x = nt.tensor(np.zeros(count))
mask = nt.tensor(np.arange(count) % 2 == 0)
index = nt.tensor(np.arange(count))
counts = nt.tensor(np.arange(count) % 3)
sys.setswitchinterval(1e-5)
refused = (ValueError, IndexError, NotImplementedError, AttributeError, RuntimeError)

def until(end, what):
    while time.time() < end:
        try:
            eval(what)
        except refused:
            pass

for reads in {reads!r}:
    end = time.time() + 0.1
    threads = [threading.Thread(target=until, args=(end, what)) for what in (reads, reads, {write!r})]
    for thread in threads: thread.start()
    for thread in threads: thread.join()
print("done")
"""

READS = [
    "x.copy()",
    "x.copy(order='F')",
    "x.tobytes()",
    "x.astype('f4')",
    "x.item(3)",
    "pickle.dumps(x)",
    "nt.collect(x)",
    "nt.tensor(x)",
    "nt.tensor([x, x])",
    "str(x)",
    "np.asarray(x).sum()",
    "memoryview(x).nbytes",
    "x + x",
    "x + 1",
    "np.exp(x)",
    "np.exp(x, out=x)",
    "x.__iadd__(1)",
    "np.sum(x)",
    "np.sort(x)",
    "np.concatenate([x, x])",
    "x[::2]",
    "x[mask]",
    "x[index]",
    "x.__setitem__(slice(0, 9), 1)",
    "x.__setitem__(index, 2.0)",
    "x.__setitem__(index, x)",
    "x.__setitem__(mask, 2.0)",
    "x.__setitem__(mask, x[:7])",
    "np.nonzero(mask)",
    "np.compress(mask, x)",
    "np.repeat(x, counts)",
    "np.add(x, 1, where=mask)",
    "x.T.shape, x.strides, x.nbytes",
    "nt.gradient(lambda t: np.sum(t * t), x)",
]

WRITES = {
    "memory": "x.resize(random.choice([count, count + 10_000, 10]), refcheck=False)",
    "shape": "setattr(x, 'shape', random.choice([(-1,), (2, -1), (100, -1)]))",
    "values under a gradient": "nt.gradient(lambda a: (x.__imul__(a), np.sum(x))[1], 1.0)",
    "indices": "[a.fill(n) for a, n in ((index, 10**9), (index, 0), (mask, 1), (mask, 0), (counts, 3), (counts, 0))]",
}


@pytest.mark.parametrize("write", WRITES.values(), ids=WRITES.keys())
def test_a_tensor_that_changes_while_it_is_read(write: str) -> None:
    assert run(PROGRAM.format(reads=READS, write=write)) == "done\n"
