"""NumPy's own loops over the memory of Tensors: the same as the kernels, taken where they may be and nowhere else."""

import importlib
import pkgutil
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
import pytest

import numtorch as nt
from numtorch import _core
from numtorch.functions.calls.host_loops import LOOPS, UFUNC_LOOPS, hosted, ufunc_answer
from tests import ops
from tests.pairing import Row, check

NAMES = {*LOOPS, *(ufunc.__name__ for ufunc, _ in UFUNC_LOOPS)}
SIGNS = ("//", "%", "**")


@contextmanager
def kernels_alone() -> Iterator[None]:
    before = _core.set_host_loops(False)
    try:
        yield
    finally:
        _core.set_host_loops(before)


def uses_loop(row: Row) -> bool:
    return any(f"{name}(" in row.text or f".{name}." in row.text for name in NAMES) or any(s in row.text for s in SIGNS)


def rows() -> list[Any]:
    families = [importlib.import_module(f"tests.ops.{module.name}") for module in pkgutil.iter_modules(ops.__path__)]
    found = {
        row.text: row
        for family in families
        for row in getattr(family, "ROWS", [])
        if type(row) is Row and uses_loop(row)
    }
    return [pytest.param(row, id=text) for text, row in found.items()]


@pytest.mark.parametrize("row", rows())
def test_the_kernels_do_the_same(row: Row, dev: int) -> None:
    """What runs on a GPU and in a gradient; the other tests of these rows run NumPy's loops where there are some."""
    with kernels_alone():
        check(row, dev)


def numbers(kind: str) -> np.ndarray[Any, Any]:
    values = np.random.default_rng(3).integers(1, 9, (4, 6))
    return values.astype({"b": bool, "i": np.int64, "u": np.uint8, "f": np.float64, "c": np.complex128}[kind])


CALLS: dict[str, Any] = {
    "bincount": lambda x: np.bincount(x.ravel().astype(int)),
    "convolve": lambda x: np.convolve(x.ravel(), x[0]),
    "digitize": lambda x: np.digitize(x, np.arange(5)),
    "interp": lambda x: np.interp(x, np.arange(5), np.arange(5) * 2.0),
    "isin": lambda x: np.isin(x, x[0]),
    "partition": lambda x: np.partition(x, 2),
    "repeat": lambda x: np.repeat(x, 2, 0),
    "searchsorted": lambda x: np.searchsorted(np.arange(5), x),
    "take": lambda x: np.take(x, [1, 2]),
}


@pytest.mark.parametrize("name", LOOPS)
def test_results_are_arrays_of_their_own(name: str) -> None:
    x = nt.tensor(numbers(LOOPS[name].kinds[-1] if LOOPS[name].kinds != "biufc" else "f"))
    result = CALLS.get(name, getattr(np, name))(x)
    for part in result if isinstance(result, tuple) else (result,):
        assert type(part) is nt.Tensor
        assert part.flags.owndata
        assert part.base is None
        assert not np.shares_memory(part, x)
    x += 1  # nobody looks at the memory any more
    assert x.flags.writeable


class Asked:
    """A function that counts how often NumPy's loop is called."""

    __name__ = "argmax"
    __module__ = "numpy"

    def __init__(self) -> None:
        self.calls = 0

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        self.calls += 1
        assert all(type(x) is np.ndarray for x in args[:1])
        return np.argmax(*args, **kwargs)


def kernel(*_args: Any, **_kwargs: Any) -> str:
    return "kernel"


@pytest.fixture
def threads() -> Iterator[None]:
    before = nt.get_num_threads()
    yield
    nt.set_num_threads(before)


@pytest.mark.usefixtures("threads")
def test_where_the_loop_runs() -> None:
    asked = Asked()
    answer = hosted(asked, kernel)
    nt.set_num_threads(1)
    x = nt.tensor([1.0, 3.0, 2.0])
    assert answer(x) == 1
    assert answer(x, 0) == 1
    assert answer(nt.tensor(np.arange(100_000.0))) == 99_999
    assert asked.calls == 3
    # Dtypes without a loop, classes of one's own, outputs, lists without a Tensor, arguments that NumPy would ask.
    others: list[tuple[Any, ...]] = [
        (nt.tensor([1j, 2j]),),
        (x.view(type("Own", (nt.Tensor,), {})),),
        (x, 0, nt.tensor(0)),
        ([1.0, 2.0],),
        (x, object()),
    ]
    assert [answer(*args) for args in others] == ["kernel"] * len(others)
    assert answer(x, out=nt.tensor(0)) == "kernel"
    # Threads that are together faster, where libtorch divides a loop among them.
    nt.set_num_threads(2)
    assert answer(nt.tensor(np.arange(100_000.0))) == "kernel"
    assert answer(x) == 1


def test_gradients_take_the_kernels() -> None:
    asked = Asked()
    answer = hosted(asked, kernel)
    seen = []

    def loss(x: Any) -> Any:
        seen.append((answer(x), answer(nt.tensor([1.0, 3.0]))))
        return np.sum(x)

    nt.gradient(loss, nt.tensor([1.0, 2.0]))
    assert seen == [("kernel", 1)]


@pytest.mark.parametrize("name", ["median", "nanmax", "take", "repeat", "interp", "convolve", "partition"])
def test_gradients_of_what_has_a_loop(name: str) -> None:
    x = np.random.default_rng(0).normal(size=12)
    f = {**CALLS, "median": np.median, "nanmax": np.nanmax}[name]
    nt.check_gradient(lambda t: np.sum(f(t) ** 2), nt.tensor(x))


def test_warnings_and_errors_are_numpys() -> None:
    i = nt.tensor([1, 2, 3])
    with pytest.warns(RuntimeWarning, match="divide by zero"):
        assert (i // 0).tolist() == [0, 0, 0]
    with np.errstate(all="raise"), pytest.raises(FloatingPointError, match="divide by zero"):
        i % 0
    with pytest.warns(RuntimeWarning, match="All-NaN slice encountered"):
        np.nanmax(nt.tensor([np.nan]))
    with pytest.raises(ValueError, match="negative integer powers"):
        i ** nt.tensor([-1, 0, 1])


def test_functions_without_a_loop_are_as_they_were() -> None:
    assert hosted(np.sum, kernel) is kernel
    assert ufunc_answer(np.power, "reduceat", (nt.tensor([1.0, 2.0]), [0]), None) is None


@pytest.mark.parametrize("size", [10, 50_000])
@pytest.mark.parametrize("dtype", ["float32", "int64", "uint16", "bool", "complex128"])
def test_masks_of_numbers(size: int, dtype: str, dev: int) -> None:
    array = np.arange(size).astype(dtype)
    mask = np.arange(size) % 3 == 0
    x = nt.tensor(array, dev=dev)
    view = x[::-1]
    array[mask], x[nt.tensor(mask, dev=dev)] = 1, 1
    array[::-1][mask], view[mask] = 0, 0
    assert np.array_equal(nt.collect(x), array)
    with pytest.raises(ValueError, match="read-only"):
        np.broadcast_to(x, (2, size))[np.ones((2, size), bool)] = 1


NESTS: list[Any] = [
    [1, 2.5], [True, 1], [[1, 2], [3, 4]], ((1.0,), [2.0]), [1, 2j], [True, False], [2**62, 1.5], [2**63, 1],
    [2**70, 1.0], [0.0, -0.0], [float("nan"), 1e300], [], [[], []], [[1], 2], [1, [2]], [[1, 2], [3]],
    [np.float32(1), 2], ["a", 1], [None], [[[1]], [[2]]], [-(2**63), 0], range(3), [range(2), range(2)],
]  # fmt: skip


@pytest.mark.parametrize("nest", NESTS, ids=str)
@pytest.mark.parametrize("dtype", [None, "float32", "float64", "int8"])
def test_nests_of_numbers(nest: Any, dtype: str | None, dev: int) -> None:
    def made(make: Any) -> Any:
        with np.errstate(all="ignore"):
            try:
                return make()
            except Exception as error:
                return type(error)

    expected = made(lambda: np.array(nest, dtype))
    actual = made(lambda: nt.tensor(nest, dtype=dtype, dev=dev))
    if isinstance(expected, np.ndarray) and expected.dtype.kind not in "OU":
        assert actual.dtype == expected.dtype
        assert actual.shape == expected.shape
        np.testing.assert_array_equal(nt.collect(actual), expected)
        assert np.array_equal(np.signbit(nt.collect(actual).real), np.signbit(expected.real))
    else:
        assert isinstance(actual, type)


def test_nests_of_values(dev: int) -> None:
    x, k = nt.tensor([1.5, 2.5], dev=dev), nt.tensor([1, 2], dev=dev, dtype=np.int8)
    assert nt.tensor([x[0], x[1]]).tolist() == [1.5, 2.5]
    assert nt.tensor([[x[0], 0], [True, k[1]]]).tolist() == [[1.5, 0], [1, 2]]
    assert nt.tensor([k[0], k[1]]).dtype == np.int8
    assert nt.tensor([x[0], 1j]).dtype == np.complex128
    assert nt.tensor([x[0], k[0]]).dev == dev
    assert nt.tensor([x, x]).shape == (2, 2)
    with pytest.raises(TypeError, match="no mask"):
        nt.tensor([np.ma.masked_array([1.0], [True])[0], 1.0])


def test_nests_of_values_in_a_gradient() -> None:
    (g,) = nt.gradient(lambda x: np.sum(nt.tensor([[x[0], 1.0], [2, x[1] * x[1]]])), nt.tensor([1.0, 3.0]))
    assert g.tolist() == [1, 6]
