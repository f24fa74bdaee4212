"""The Tensor object: making one, its attributes, what it is as a Python object."""

import threading
import weakref
from typing import Any

import numpy as np
import pytest

import numtorch as nt
from numtorch import Tensor, collect, tensor

DTYPES = nt._core.dtypes


def test_zeros_of_a_shape(dev: int) -> None:
    for t in (Tensor(2, 3, dev=dev), Tensor((2, 3), dev=dev), Tensor([2, 3], dev=dev)):
        assert (t.shape, t.dtype, t.dev) == ((2, 3), np.float32, dev)
        np.testing.assert_array_equal(collect(t), np.zeros((2, 3)))
    assert Tensor(dev=dev).shape == ()
    assert Tensor(0, 3, dev=dev).size == 0
    assert Tensor(np.int64(2), dev=dev).shape == (2,)


@pytest.mark.parametrize("dtype", DTYPES)
def test_attributes(dtype: np.dtype, dev: int) -> None:  # type: ignore[type-arg]
    t = Tensor(2, 3, dtype=dtype, dev=dev)
    like = np.zeros((2, 3), dtype)
    for name in ("shape", "ndim", "size", "dtype", "itemsize", "nbytes", "strides"):
        assert getattr(t, name) == getattr(like, name)
    assert t.T.shape == t.mT.shape == (3, 2)
    assert t.T.strides == like.T.strides
    assert t.real.dtype == like.real.dtype
    assert t.imag.dtype == like.imag.dtype


@pytest.mark.parametrize(
    ("args", "error", "message"),
    [
        ((-1,), ValueError, "negative dimensions"),
        (("a",), TypeError, "made of integers, not str"),
        ((2.0,), TypeError, "made of integers, not float"),
        ((True,), TypeError, "made of integers, not bool"),
        ((np.ones(3),), TypeError, r"not numpy.ndarray; numtorch.tensor\(...\) makes"),
        (((2, "b"),), TypeError, "made of integers, not str"),
    ],
)
def test_wrong_shapes(args: tuple[object, ...], error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        Tensor(*args)  # type: ignore[arg-type]


def test_wrong_keywords() -> None:
    with pytest.raises(TypeError, match="dtype"):
        Tensor(2, dtype=object)
    with pytest.raises(TypeError):
        Tensor(2, shape=3)  # type: ignore[call-arg]


def test_devices_that_do_not_exist() -> None:
    count = nt.device_count()
    with pytest.raises(ValueError, match=rf"dev={count}: there is no such device"):
        Tensor(2, dev=count)
    for make in (lambda: Tensor(2, dev=-2), lambda: tensor(1.0, dev=99), lambda: Tensor(2).to(dev=99)):
        with pytest.raises(ValueError, match="there is no such device"):
            make()
    with pytest.raises(TypeError, match="dev must be an integer"):
        Tensor(2, dev="cuda")  # type: ignore[arg-type]


def test_two_devices_in_one_call() -> None:
    if nt.device_count() == 0:
        pytest.skip("asks for a GPU")
    here, there = Tensor(2), Tensor(2, dev=0)
    for call in (lambda: here + there, lambda: np.add(here, there), lambda: np.concatenate([here, there])):
        with pytest.raises(ValueError, match=r"two devices, dev=-1 and dev=0"):
            call()


def test_helpers(dev: int) -> None:
    assert nt.cuda_is_available() == (nt.device_count() > 0)
    assert nt.cudnn_is_available() <= nt.cuda_is_available()
    assert nt.on(Tensor(2, dev=dev)) == dev
    assert nt.on(np.float32(1)) == -1
    with pytest.raises(TypeError, match="on: takes a Tensor or an ndarray, not list"):
        nt.on([1.0])
    nt.synchronize()
    nt.synchronize(dev)
    nt.empty_cache()
    threads = nt.get_num_threads()
    nt.set_num_threads(1)
    assert nt.get_num_threads() == 1
    nt.set_num_threads(threads)
    with pytest.raises(ValueError, match="at least 1, not 0"):
        nt.set_num_threads(0)
    if dev >= 0:
        before = nt.memory_allocated(dev)
        t = Tensor(1000, dev=dev)
        assert nt.memory_allocated(dev) > before
        del t
        assert nt.memory_allocated(dev) == before


def test_values_behave_as_scalars(dev: int) -> None:
    t = tensor(np.array([1.5, 2.5]), dev=dev)
    total = np.sum(t)
    assert total.is_value
    assert not tensor(1.0, dev=dev).is_value
    assert {total: "found"}[4.0] == "found"  # type: ignore[index]
    assert hash(total) == hash(4.0)
    alias = total
    total /= 2
    assert (alias, total) == (4.0, 2.0)
    element = t[0]
    t[0] = 9
    assert element == 1.5
    assert f"{element:.3f}" == "1.500"
    assert round(element) == 2
    assert round(t[1] / 3, 2) == 0.83
    with pytest.raises(TypeError, match="unhashable"):
        hash(t)


def test_values_promote_as_numpy_scalars(dev: int) -> None:
    small = tensor(np.ones(3, np.float32), dev=dev)
    assert (small * np.sum(tensor(np.ones(3), dev=dev))).dtype == np.float64
    assert (small * 2.0).dtype == np.float32


def test_length_iteration_and_membership(dev: int) -> None:
    t = tensor(np.arange(6).reshape(2, 3), dev=dev)
    assert len(t) == 2
    assert [row.tolist() for row in t] == [[0, 1, 2], [3, 4, 5]]
    assert 5 in t
    assert 7 not in t
    for call in (len, iter):
        with pytest.raises(TypeError):
            call(tensor(1.0, dev=dev))


def test_subclasses_and_weak_references() -> None:
    class Image(Tensor):
        """A Tensor with a name."""

        name = "none"

    image = Image(2, 2)
    image.name = "first"
    assert isinstance(image, Tensor)
    assert (image.shape, image.name) == ((2, 2), "first")
    assert type(image + 1) is Image
    reference = weakref.ref(image)
    assert reference() is image
    del image
    assert reference() is None


def test_unknown_operands_get_their_turn() -> None:
    class Other:
        def __radd__(self, other: object) -> str:
            return "mine"

        def __eq__(self, other: object) -> bool:
            return True

        __hash__ = None  # type: ignore[assignment]

    class Deaf:
        __array_ufunc__ = None

        def __rmul__(self, other: object) -> str:
            return "mine too"

    t = Tensor(2)
    assert t + Other() == "mine"
    assert t * Deaf() == "mine too"
    with pytest.raises(TypeError, match="unsupported operand"):
        t + object()


class Exporter:
    """Memory that others may read, and nothing else."""

    def __init__(self, values: Any) -> None:
        self.values = np.array(values)

    def __dlpack__(self, **options: Any) -> Any:
        return self.values.__dlpack__(**options)

    def __dlpack_device__(self) -> Any:
        return self.values.__dlpack_device__()


class Masked(Exporter):
    """An array of another library, of which the numbers are not all."""

    def __array_namespace__(self, api_version: str | None = None) -> Any:
        raise NotImplementedError(api_version)

    def _reflected(self, _: object) -> str:
        return "with its mask"

    __radd__ = __rmul__ = __rmatmul__ = __gt__ = _reflected


def test_arrays_of_other_libraries_are_more_than_their_numbers() -> None:
    t = tensor([1.0, 2.0])
    for value in (t, t[0], np.sum(t)):
        assert value + Masked([3.0, 4.0]) == "with its mask"
        assert value * Masked([3.0, 4.0]) == "with its mask"
        assert (value < Masked([3.0, 4.0])) == "with its mask"
        with pytest.raises(TypeError):
            value - Masked([3.0, 4.0])
    assert t @ Masked([3.0, 4.0]) == "with its mask"
    with pytest.raises(TypeError):
        np.add(t, Masked([3.0, 4.0]))
    assert (t + Exporter([3.0, 4.0])).tolist() == [4, 6]


def test_two_threads_compute_at_once(dev: int) -> None:
    big = tensor(np.ones((200, 200)), dev=dev)
    results: list[float] = []

    def work(factor: int) -> None:
        for _ in range(20):
            product = (big * factor) @ big
        results.append(np.sum(product).item())

    threads = [threading.Thread(target=work, args=(factor,)) for factor in (1, 2, 3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(results) == [8e6, 1.6e7, 2.4e7]
