"""Tensors on their way to other processes: buffers beside a pickle, and memory that several see."""

import copy
import pickle
import subprocess
import sys
from collections.abc import Callable
from multiprocessing import shared_memory
from typing import Any

import numpy as np
import pytest

from numtorch import Generator, Tensor, collect, gradient, tensor
from tests.core.test_copy import DTYPES, labelled

LAYOUTS: dict[str, Callable[[Any], Any]] = {
    "C": lambda x: x,
    "F": lambda x: x.T,
    "rows": lambda x: x[1:],
    "axes": lambda x: x[:, None],
}


def beside(value: Any, given: Callable[[Any], Any] = lambda buffer: buffer) -> tuple[int, Any]:
    """How many buffers a pickle leaves out, and what is made of it with these."""
    buffers: list[Any] = []
    data = pickle.dumps(value, protocol=5, buffer_callback=buffers.append)
    return len(buffers), pickle.loads(data, buffers=[given(buffer) for buffer in buffers])


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("dtype", DTYPES, ids=str)
def test_buffers_are_the_memory_itself(dtype: np.dtype[Any], layout: str) -> None:
    a = np.arange(12).reshape(3, 4).astype(dtype)
    t = LAYOUTS[layout](tensor(a))
    count, got = beside(t)
    assert count == 1
    assert (type(got), got.dtype, got.dev, got.strides) == (Tensor, dtype, -1, t.strides)
    np.testing.assert_array_equal(collect(got), LAYOUTS[layout](a))
    t[...] = 1
    np.testing.assert_array_equal(collect(got), np.ones(t.shape))


@pytest.mark.parametrize(
    ("given", "writeable"),
    [(bytes, True), (bytearray, True), (lambda x: memoryview(bytes(x)), False), (lambda x: np.frombuffer(x), True)],
    ids=["bytes", "bytearray", "read-only", "ndarray"],
)
def test_buffers_of_all_kinds(given: Any, writeable: bool) -> None:
    _, got = beside(tensor(np.arange(3.0)), given)
    assert got.tolist() == [0, 1, 2]
    assert got.flags.writeable == writeable


def test_a_buffer_that_lies_between_two_numbers() -> None:
    _, got = beside(tensor(np.arange(3.0)), lambda x: memoryview(bytearray(b"x" + bytes(x)))[1:])
    assert got.tolist() == [0, 1, 2]


@pytest.mark.parametrize(
    "make",
    [
        lambda: tensor(np.arange(12.0).reshape(3, 4))[:, ::2],
        lambda: tensor(np.arange(12.0))[::-1],
        lambda: tensor(np.zeros((0, 3))),
        lambda: np.conj(tensor(np.array([1 + 2j, 3j]))),
        lambda: np.sum(tensor([1.0, 2.0])),
        lambda: tensor(3.0),
        lambda: np.broadcast_to(tensor([1.0, 2.0]), (3, 2)),
        labelled,
    ],
    ids=["steps", "reversed", "empty", "conjugate", "value", "0-d", "repeated", "subclass"],
)
def test_what_is_copied_comes_as_it_is(make: Callable[[], Any]) -> None:
    t = make()
    for _, got in (beside(t), (0, pickle.loads(pickle.dumps(t, 5)))):
        assert type(got) is type(t)
        assert (got.shape, got.dtype, got.is_value) == (t.shape, t.dtype, t.is_value)
        assert getattr(got, "label", None) == getattr(t, "label", None)
        np.testing.assert_array_equal(collect(got), collect(t))


def test_of_another_device(dev: int) -> None:
    _, got = beside(tensor([1.0, 2.0], dev=dev))
    assert got.dev == dev
    assert got.tolist() == [1, 2]


def test_what_was_in_the_pickle_can_be_written_to_under_a_gradient() -> None:
    kept = tensor(np.zeros(2))
    loaded = pickle.loads(pickle.dumps(kept, 5))  # and a pickle leaves no trace on what was pickled

    def f(x: Any) -> Any:
        for t in (kept, loaded):
            t[...] = x
        return np.sum(kept * loaded)

    assert gradient(f, tensor([1.0, 2.0]))[0].tolist() == [2, 4]


def test_memory_that_a_buffer_shares_is_not_written_to_under_a_gradient() -> None:
    t = tensor(np.zeros(2))
    buffers: list[Any] = []
    data = pickle.dumps(t, 5, buffer_callback=buffers.append)
    other = pickle.loads(data, buffers=buffers)
    for target in (t, other):
        with pytest.raises(NotImplementedError, match="share"):
            gradient(lambda x, target=target: np.sum(target.__setitem__(..., x) or target), tensor([1.0, 2.0]))
    del other, target
    buffers.clear()
    assert gradient(lambda x: np.sum(t.__setitem__(..., x) or t), tensor([1.0, 2.0]))[0].tolist() == [1, 1]


def test_one_that_a_gradient_depends_on() -> None:
    def f(x: Any) -> Any:
        for protocol in range(6):
            with pytest.raises(TypeError, match="collect"):
                pickle.dumps(x * 2, protocol)
        return np.sum(x)

    gradient(f, tensor([1.0]))


def test_sizes(dev: int) -> None:
    t = tensor(np.zeros(1000), dev=dev)
    held = t.nbytes if dev == -1 else 0
    assert sys.getsizeof(t) == sys.getsizeof(t[:0]) + held
    assert sys.getsizeof(t[:500]) == sys.getsizeof(t[:0])
    assert sys.getsizeof(copy.copy(t)) == sys.getsizeof(t)


WORKER = """
import sys
import numpy as np
import numtorch as nt
from multiprocessing import resource_tracker, shared_memory

memory = shared_memory.SharedMemory(sys.argv[1])
resource_tracker.unregister(memory._name, "shared_memory")  # it is not this process' to remove
t = nt.tensor(np.frombuffer(memory.buf, np.float32, 6).reshape(2, 3), copy=False)
assert t.tolist() == [[0, 1, 2], [3, 4, 5]]
t *= 2
del t
memory.close()
"""


def test_memory_that_two_processes_see() -> None:
    memory = shared_memory.SharedMemory(create=True, size=24)
    try:
        t = tensor(np.frombuffer(memory.buf, np.float32, 6).reshape(2, 3), copy=False)
        t[...] = tensor(np.arange(6).reshape(2, 3))
        subprocess.run([sys.executable, "-c", WORKER, memory.name], check=True)
        assert t.tolist() == [[0, 2, 4], [6, 8, 10]]
        with pytest.raises(BufferError):
            memory.close()
        del t
        memory.close()
    finally:
        memory.unlink()


SPAWNED = """
import multiprocessing, sys
import numpy as np
import numtorch as nt
from numtorch.optim import Adam, setup

def work(job):
    model, state, rng, x = job
    model["w"] += x
    return model, state, rng, np.sum(model["w"] * rng.random())

if __name__ == "__main__":
    model = {"w": nt.tensor(np.ones(3))}
    jobs = [(model, setup(Adam(), model), np.random.default_rng(i), nt.tensor(float(i))) for i in range(3)]
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        for i, (made, state, _, value) in enumerate(pool.map(work, jobs)):
            assert made["w"].tolist() == [1 + i] * 3, made
            assert float(value) == float(np.sum(np.full(3, 1.0 + i) * np.random.default_rng(i).random()))
            assert type(state["w"]).__name__ == "Leaf"
    assert model["w"].tolist() == [1, 1, 1]
"""


def test_a_pool_of_processes(tmp_path: Any) -> None:
    (tmp_path / "spawned.py").write_text(SPAWNED)
    subprocess.run([sys.executable, "spawned.py"], cwd=tmp_path, check=True, timeout=120)


def test_generators_of_libtorch() -> None:
    with pytest.raises(TypeError, match="pickle"):
        pickle.dumps(Generator())
