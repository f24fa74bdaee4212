"""Other interpreters in one process, and importing twice: it works or says why not."""

from __future__ import annotations

import pytest

from tests.processes.child import run

SUB = """
try:
    import _interpreters as interpreters
except ImportError:
    import _xxsubinterpreters as interpreters
sub = interpreters.create({options})
{before}
code = '''
try:
    import {module}
except ImportError as error:
    with open({path!r}, "w") as file: file.write(str(error))
'''
interpreters.run_string(sub, code)
print(open({path!r}).read())
{after}
"""


@pytest.mark.parametrize("before", ["", "import numtorch"], ids=["alone", "beside the main interpreter"])
def test_a_sub_interpreter_gets_an_import_error(tmp_path: object, before: str) -> None:
    code = SUB.format(
        options="",
        before=before,
        module="numtorch",
        path=f"{tmp_path}/error",
        after="import numtorch as nt; print(float(nt.tensor([1.0]).sum()))",
    )
    assert "main interpreter" in run(code)


AGAIN = {
    "reload": "import importlib; importlib.reload(nt); importlib.reload(nt._load)",
    "reload of the core": "import importlib; importlib.reload(nt._core)",
    "core imported again": "del sys.modules['numtorch._core']; import numtorch._core as core",
}


@pytest.mark.parametrize("again", AGAIN.values(), ids=AGAIN.keys())
def test_what_can_be_imported_again_is_the_same(again: str) -> None:
    code = f"""
import sys
import numpy as np
import numtorch as nt
Tensor = nt.Tensor
{again}
assert nt.Tensor is Tensor and nt._core.Tensor is Tensor
print(nt.gradient(lambda t: np.sum(np.exp(t)), nt.tensor([0.0]))[0])
"""
    assert run(code) == "[1.]\n"


def test_importing_all_of_it_again_says_why_not() -> None:
    code = """
import sys
import numtorch
for name in [name for name in sys.modules if name.split(".")[0] == "numtorch"]:
    del sys.modules[name]
try:
    import numtorch
except ImportError as error:
    print(error)
"""
    assert "imported before in this process" in run(code)


def test_threads_that_use_everything_for_the_first_time() -> None:
    """What is looked up at the first use must not be waited for with the GIL."""
    code = """
import sys, threading
import numpy as np
import numtorch as nt

sys.setswitchinterval(1e-6)
x = nt.tensor(np.arange(6.0).reshape(2, 3))
barrier = threading.Barrier(8)

def work():
    barrier.wait()
    str(x), repr(x), x.T, x.mT, x.real, x.copy(), x.astype("f4"), nt.collect(x), np.asarray(x), x.tolist()
    nt.tensor([[1, 2], [3, 4]]), nt.tensor([x, x]), x[0] + 1, np.sum(x), np.median(x), x.copy(order="F")
    np.zeros(2) + x[0, :2], nt.gradient(lambda t: np.sum(np.sin(t)), x)
    y = x.copy(); y.shape = 3, 2; y[0] = np.float32(1), 2.0

threads = [threading.Thread(target=work) for _ in range(8)]
for thread in threads: thread.start()
for thread in threads: thread.join()
print("done")
"""
    assert run(code) == "done\n"
