"""Bad arguments raise in NumPy's kinds of errors, without libtorch's own: calls are drawn, the same ones each time."""

from __future__ import annotations

import inspect
import re
import resource
import signal
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from random import Random
from typing import Any

import numpy as np
import pytest

import numtorch as nt
import numtorch.numpy as xp
from numtorch import nn
from numtorch.functions.calls import registry

HUGE = 2**63 - 1

# What of libtorch's must not be seen: types, schemas, lines of its source, and its names for things.
FOREIGN = re.compile(
    r"aten::|Exception raised|\.cpp|\.cu\b|\.h:|INTERNAL|SymInt|\bat::|c10|IntArrayRef|the kernel is|MKL|DNN|"
    r"CPU[A-Z]\w*Type|sparse_coo|scalar type|input tensor|the tensor|self tensor|negative padding|type c10|"
    r"(?<!num)\btorch\."
)
# NumPy's own.
NUMPYS = re.compile(r"Reduction not defined on|aweights|fweights|select the general DType|returned NotImplemented")

ARRAYS: list[Callable[[], Any]] = [
    lambda: np.arange(6.0).reshape(2, 3),
    lambda: np.arange(3.0),
    lambda: np.array(2.0),
    lambda: np.array([1, 2, 3]),
    lambda: np.array([[1, 2], [3, 4]]),
    lambda: np.array([True, False, True]),
    lambda: np.zeros((0, 3)),
    lambda: np.zeros(0),
    lambda: np.zeros(0, bool),
    lambda: np.arange(4, dtype=np.uint8),
    lambda: np.array([1 + 2j, 3]),
    lambda: np.array([0.5, 1], np.float16),
    lambda: np.array([1, 2**63], np.uint64),
    lambda: np.ones((2, 2, 2)),
    lambda: np.ones((1,) * 9),
    lambda: np.array([[1, 2], [3, 4]], np.float32),
    lambda: np.zeros((2, 0, 3)),
    lambda: np.array([1, 2, 3], np.uint16),
]
# Arguments of other kinds, and numbers that are too large for most.
OTHERS: list[Callable[[], Any]] = [
    lambda: [1, 2, 3],
    lambda: [[1, 2], [3]],
    lambda: (2, 3),
    lambda: (),
    lambda: [],
    lambda: None,
    lambda: "a",
    lambda: "constant",
    lambda: "full",
    lambda: "F",
    lambda: True,
    lambda: 0,
    lambda: 1,
    lambda: -1,
    lambda: 2,
    lambda: -5,
    lambda: 100,
    lambda: 1.5,
    lambda: np.nan,
    lambda: np.inf,
    lambda: 2j,
    lambda: np.float32,
    lambda: "int8",
    lambda: "O",
    lambda: np.int64(2),
    lambda: slice(1, 2),
    lambda: object(),
    lambda: {},
    lambda: (0, 1),
    lambda: (0, 0),
    lambda: (-1, 5),
    lambda: ((1, 2), (3, 4)),
    lambda: b"x",
    lambda: np.array(["a"]),
    lambda: np.array([None]),
]
NUMBERS: list[Callable[[], Any]] = [
    lambda: 2**62,
    lambda: HUGE,
    lambda: 2**63,
    lambda: -(2**63),
    lambda: 2**70,
    lambda: 1e300,
    lambda: (HUGE, HUGE),
    lambda: (2**40, 2**40),
]

# What acts beside its result, writes files, asks the user, draws on the host or takes long by what it is told.
LEFT_OUT = re.compile(
    r"nt\.(set_num_threads|manual_seed|device|on|synchronize|empty_cache|checkpointed|check_gradient)$|save|tofile|dump|"
    r"show_|\.info$|seterr|printoptions|setbufsize|fromfile|loadtxt|genfromtxt|\.test$|xp\.random\.|eig|roots|split|"
    r"vectorize|ndindex|nditer|frompyfunc|fromiter|fromfunction"
)


def listed(module: Any, name: str) -> Iterator[tuple[str, Any]]:
    for member in module.__all__:
        value = getattr(module, member)
        kind = isinstance(value, type) and issubclass(value, BaseException | np.generic | np.dtype)
        if callable(value) and not kind:
            yield f"{name}.{member}", value


def functions() -> dict[str, Any]:
    """All public functions, by name."""
    found = {f"np.{f.__module__.removeprefix('numpy').lstrip('.')}.{f.__name__}": f for f in registry.handled()}
    modules = {"xp": xp, "xp.linalg": xp.linalg, "xp.fft": xp.fft, "xp.st": xp.lib.stride_tricks, "nn": nn, "nt": nt}
    for name, module in {**modules, "xp.pp": xp.polynomial.polynomial}.items():
        found |= dict(listed(module, name))
    for name in ("__getitem__", "__setitem__", "__matmul__", "__imatmul__", "__pow__", "__ipow__", "__lshift__"):
        found[f"Tensor.{name}"] = getattr(nt.Tensor, name)
    for name in dir(nt.tensor(0.0)):
        if not name.startswith("_") and callable(getattr(nt.Tensor, name, None)):
            found[f"Tensor.{name}"] = getattr(nt.Tensor, name)
    for ufunc in (value for value in vars(np).values() if isinstance(value, np.ufunc)):
        found[f"np.{ufunc.__name__}"] = ufunc
        for method in ("reduce", "accumulate", "reduceat", "outer", "at"):
            found[f"np.{ufunc.__name__}.{method}"] = getattr(ufunc, method)
    return {name: f for name, f in sorted(found.items()) if not LEFT_OUT.search(name)}


FUNCTIONS = functions()
# No file of the machine, no other order of memory, and no device is asked for.
UNASKED = {"like", "order", "subok", "dev", "device", "file", "chunks"}


class Draw:
    """Calls of a function with arguments of any kind."""

    def __init__(self, function: Any, seed: str, dev: int) -> None:
        self.random = Random(seed)
        self.dev = dev
        try:
            self.parameters = list(inspect.signature(function).parameters.values())
        except (TypeError, ValueError):
            self.parameters = None

    def array(self) -> nt.Tensor:
        return nt.tensor(self.random.choice(ARRAYS)(), dev=self.dev)

    def value(self) -> Any:
        return self.random.choice(self.random.choice([OTHERS, OTHERS, NUMBERS, ARRAYS]))()

    def call(self) -> tuple[list[Any], dict[str, Any]]:
        if self.parameters is None:
            return [self.array(), *(self.value() for _ in range(self.random.randrange(3)))], {}
        positional = [p for p in self.parameters if p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD)]
        least = sum(p.default is p.empty for p in positional)
        count = min(least + self.random.choice([0, 0, 1, 2]), len(positional))
        if not count and any(p.kind is p.VAR_POSITIONAL for p in self.parameters):
            count = 1 + self.random.randrange(2)
        given = {p.name for p in positional[:count]}
        names = [p.name for p in self.parameters if p.kind in (p.POSITIONAL_OR_KEYWORD, p.KEYWORD_ONLY)]
        chosen = [n for n in names if n not in given and n not in UNASKED and self.random.random() < 0.2]
        args = [self.array() if i == 0 or self.random.random() < 0.3 else self.value() for i in range(count)]
        return args, {name: self.value() for name in chosen}


class TooLong(Exception):
    """The call takes as long as it is told to."""


@contextmanager
def bounded(seconds: float) -> Iterator[None]:
    def stop(*_: Any) -> None:
        raise TooLong

    before = signal.signal(signal.SIGALRM, stop)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


@pytest.fixture(autouse=True)
def limited(dev: int) -> Iterator[None]:
    """What would take all memory fails at once; a GPU's memory is no such limit."""
    before = resource.getrlimit(resource.RLIMIT_AS)
    if dev < 0:
        pages = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
        resource.setrlimit(resource.RLIMIT_AS, (pages + (2 << 30), before[1]))
    yield
    resource.setrlimit(resource.RLIMIT_AS, before)


def fault(error: Exception) -> bool:
    if NUMPYS.search(str(error)):
        return False
    is_runtime = isinstance(error, RuntimeError) and not isinstance(error, RecursionError | NotImplementedError)
    return is_runtime or isinstance(error, SystemError | AssertionError) or FOREIGN.search(str(error)) is not None


CALLS = 12  # of each function
PARTS = 24


@pytest.mark.parametrize("part", range(PARTS))
def test_no_words_of_libtorchs(part: int, dev: int) -> None:
    faults = []
    for name in list(FUNCTIONS)[part::PARTS]:
        draw = Draw(FUNCTIONS[name], name, dev)
        for _ in range(CALLS):
            args, keywords = draw.call()
            shown = f"{name}(*{args!r}, **{keywords!r})"
            try:
                with warnings.catch_warnings(), np.errstate(all="ignore"), bounded(2):
                    warnings.simplefilter("ignore")
                    FUNCTIONS[name](*args, **keywords)
            except TooLong:
                pass
            except Exception as error:
                if fault(error):
                    faults.append(f"{shown}: {type(error).__name__}: {error}")
    assert not faults, "\n".join(faults)


# ---- What NumPy does with numbers that are too large ----

ROWS = {
    "np.vander(v, -1)": "negative dimensions are not allowed",
    "np.tile(t, 2**62)": "",
    "np.repeat(t, 2**62)": "",
    "np.pad(t, 2**62)": "",
    "np.pad(t, huge)": "",
    "np.resize(t, huge)": "",
    "np.fft.fft(t, huge)": "",
    "np.fft.rfft(t, huge)": "",
    "np.linspace(t, 1, huge)": "",
    "np.diag(v, huge)": "",
    "np.max(t[:0], initial=(1, 2))": "setting an array element with a sequence",
}


@pytest.mark.parametrize("text", ROWS)
def test_sizes_that_no_array_has(text: str, dev: int) -> None:
    names = {"np": np, "t": nt.tensor(np.ones((3, 3)), dev=dev), "v": nt.tensor([1, 2, 3], dev=dev), "huge": HUGE}
    with pytest.raises((ValueError, MemoryError), match=ROWS[text] or None):
        eval(text, names)


RESULTS = [
    "np.roll(x, 2**63)",
    "np.roll(x, -2**70, axis=0)",
    "np.roll(x, (2**62, -1), axis=(0, 1))",
    "np.roll(x, 2**70)",
    "np.roll(x, [2.7, -1])",
    "np.fft.fftn(x.reshape((1,) * 12 + (3, 3)))",
    "np.fft.ifftn(x.reshape((3, 1, 1, 3) + (1,) * 12))",
    "np.fft.rfftn(x.reshape((1,) * 12 + (3, 3)))",
    "np.linalg.norm(x[:0], ord=-2, axis=0)",
    "np.linalg.norm(x[:, :0], ord=-2, axis=1)",
    "np.linalg.norm(x[:0, :0], ord=-3, axis=0)",
    "np.count_nonzero(x, axis=0, keepdims=2)",
]


@pytest.mark.parametrize("text", RESULTS)
def test_what_numpy_computes(text: str, dev: int) -> None:
    x = np.arange(9.0).reshape(3, 3)
    with np.errstate(all="ignore"):
        expected = eval(text, {"np": np, "x": x})
    np.testing.assert_allclose(nt.collect(eval(text, {"np": np, "x": nt.tensor(x, dev=dev)})), expected, atol=1e-12)


def test_an_empty_mask_of_itself(dev: int) -> None:
    x = nt.tensor(np.zeros(0, bool), dev=dev)
    x[x] = x
    assert x.shape == (0,)
