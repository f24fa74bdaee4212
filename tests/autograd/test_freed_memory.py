"""Memory that is freed and used again is never taken for what it was: glibc overwrites what is freed."""

import os
import subprocess
import sys

import pytest

STRESS = """
import gc
import numpy as np
from numtorch import collect, gradient, tensor

rng = np.random.default_rng({seed})


def program(x, steps):
    live = [x * 1.0]
    for kind, i, j, k in steps:
        a = live[i % len(live)]
        b = live[j % len(live)]
        n = len(a)
        if kind == 0:
            live.append(a[k % (n + 1):])                # empty where k is the length
        elif kind == 1:
            live.append(b * 0.5 + 1.0)
        elif kind == 2 and len(live) > 3:
            del live[i % len(live)]                      # the memory may go to somebody else
        elif kind == 3:
            a *= 1.0 + 0.1 * k
        elif kind == 4 and n:
            a[k % n] = a[j % n] * 0.5 + 1.0
        elif kind == 5:
            np.copyto(a, a)
        elif kind == 6:
            np.add(a[: k % (n + 1)], 1.0, out=a[: k % (n + 1)])
        elif kind == 7:
            live.append(a[:0])
            live[-1][...] = 3.0
    return sum(np.sum(np.tanh(a) * (n + 1)) for n, a in enumerate(live))


for _ in range({programs}):
    steps = rng.integers(0, 8, (30, 4)).tolist()
    point = rng.normal(size=4)
    values = []
    (slope,) = gradient(lambda a: (values.append(program(a, steps)), values[0])[1], tensor(point))
    assert np.isclose(float(values[0]), program(point.copy(), steps), rtol=1e-12), steps
    for i in range(4):
        h = np.zeros(4)
        h[i] = 1e-6
        wanted = (program(point + h, steps) - program(point - h, steps)) / 2e-6
        assert np.isclose(float(slope[i]), wanted, rtol=1e-5, atol=1e-6), (steps, i)
    del values, slope
    gc.collect()
print("done")
"""


@pytest.mark.parametrize("seed", range(3))
def test_programs_that_free_and_allocate(seed: int) -> None:
    environment = os.environ | {"MALLOC_PERTURB_": "165"}
    code = STRESS.format(seed=seed, programs=60)
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, env=environment, timeout=300, check=False
    )
    assert done.stdout.strip() == "done", done.stderr
