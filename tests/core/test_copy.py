"""Copies of Tensors: casts, moves, orders in memory, pickles."""

import copy
import pickle

import numpy as np
import pytest

from numtorch import Tensor, collect, gradient, tensor

DTYPES = [np.dtype(code) for code in "?bhilBHILefdFD"]


class Labelled(Tensor):
    """A Tensor with something on it."""


def labelled():
    t = Labelled(2, 3)
    t[...] = tensor(np.arange(6.0).reshape(2, 3))
    t.label = ["a"]
    return t


@pytest.mark.parametrize("target", DTYPES, ids=str)
@pytest.mark.parametrize("dtype", DTYPES, ids=str)
@pytest.mark.filterwarnings("ignore::numpy.exceptions.ComplexWarning")
def test_astype(dtype, target, dev):
    a = (np.arange(6).reshape(2, 3) % 5).astype(dtype)
    got = tensor(a, dev=dev).astype(target)
    assert (got.dtype, got.dev) == (target, dev)
    np.testing.assert_array_equal(collect(got), a.astype(target))


def test_astype_warns_when_the_imaginary_part_goes(dev):
    with pytest.warns(np.exceptions.ComplexWarning):
        got = tensor([1 + 2j], dev=dev).astype(np.float64)
    assert got.item() == 1


@pytest.mark.parametrize("casting", ["no", "equiv", "safe", "same_kind", "unsafe"])
@pytest.mark.parametrize("target", DTYPES, ids=str)
@pytest.mark.parametrize("a", [np.float64([1, 2]), np.array(3), np.uint8([[1]])], ids=str)
def test_astype_casting(a, target, casting):
    t = tensor(a)
    if np.can_cast(a.dtype, target, casting):
        np.testing.assert_array_equal(collect(t.astype(target, casting=casting)), a.astype(target, casting=casting))
        return
    with pytest.raises(TypeError) as expected:
        a.astype(target, casting=casting)
    with pytest.raises(TypeError) as got:
        t.astype(target, casting=casting)
    assert str(got.value) == str(expected.value)


def test_astype_arguments():
    t = tensor([1.0, 2.0])
    assert t.astype(np.float64, copy=False) is t
    assert t.astype(np.float64) is not t
    with pytest.raises(ValueError, match="casting"):
        t.astype(int, casting="nonsense")
    with pytest.raises(ValueError, match="order must be one of"):
        t.astype(int, order="nonsense")
    texts = t.astype("U3")  # no Tensor can hold them, and nothing has to leave the host
    assert type(texts) is np.ndarray
    assert texts.tolist() == ["1.0", "2.0"]
    with pytest.raises(TypeError, match=r"astype\(\)"):
        gradient(lambda x: x.astype("U3"), t)


@pytest.mark.parametrize("order", ["C", "F", "A", "K", None])
@pytest.mark.parametrize(
    "view", [lambda a: a, np.transpose, lambda a: np.transpose(a, (1, 0, 2)), lambda a: a[:1], lambda a: a[0, 0, 0]]
)
def test_order_in_memory(view, order, dev):
    a = np.asarray(view(np.arange(24.0).reshape(2, 3, 4)))
    t = view(tensor(np.arange(24.0).reshape(2, 3, 4), dev=dev))
    for got, expected in [(t.copy(order), a.copy(order)), (t.astype("f4", order), a.astype("f4", order))]:
        np.testing.assert_array_equal(collect(got), expected)
        if a.size > 4:
            assert got.strides == expected.strides


def test_copy_is_a_copy(dev):
    t = tensor([1.0, 2.0], dev=dev)
    for duplicate in (t.copy(), copy.copy(t), copy.deepcopy(t)):
        assert duplicate.dev == dev
        duplicate[0] = 9
        assert t.item(0) == 1


def test_to(dev):
    t = tensor([1.0, 2.0])
    assert t.to() is t
    assert t.to(dev=-1, dtype=np.float64) is t
    moved = t.to(dev, np.float32)
    assert (moved.dev, moved.dtype) == (dev, np.float32)
    np.testing.assert_array_equal(collect(moved), [1, 2])
    with pytest.raises(ValueError, match="dev=77"):
        t.to(77)


def test_gradient_through_copies(dev):
    def f(x):
        parts = [
            x.copy(),
            x.copy("F"),
            x.astype(np.float32),
            x.to(dev),
            copy.copy(x),
            copy.deepcopy(x),
            x.astype(complex),
        ]
        assert all(part.tracked for part in parts)
        return sum(np.sum(np.real(part.to(-1)) * x) for part in parts)

    x = tensor(np.arange(6.0).reshape(2, 3))
    (g,) = gradient(f, x)
    np.testing.assert_allclose(collect(g), 14 * collect(x))


def test_complex_to_real_has_a_gradient():
    def f(z):
        with pytest.warns(np.exceptions.ComplexWarning):
            real = z.astype(np.float64)
        return np.sum(real * real)

    z = tensor([1 + 2j, 3 - 1j])
    (g,) = gradient(f, z)
    np.testing.assert_allclose(collect(g), [2, 6])


def test_a_cast_to_integers_is_constant():
    def f(x):
        assert not x.astype(np.int64).tracked
        return np.sum(x * x.astype(np.int64))

    (g,) = gradient(f, tensor([1.5, 2.5]))
    np.testing.assert_array_equal(collect(g), [1, 2])


@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
@pytest.mark.parametrize("dtype", DTYPES, ids=str)
def test_pickle(dtype, protocol, dev):
    a = np.arange(6).reshape(2, 3).astype(dtype)
    for t in (tensor(a, dev=dev), tensor(a, dev=dev).T, tensor(a, dev=dev)[:, :0], tensor(a[0, 0], dev=dev)):
        got = pickle.loads(pickle.dumps(t, protocol))
        assert type(got) is Tensor
        assert (got.dtype, got.dev, got.shape) == (t.dtype, t.dev, t.shape)
        np.testing.assert_array_equal(collect(got), collect(t))


def test_a_value_stays_a_value(dev):
    value = np.sum(tensor([1.0, 2.0], dev=dev))
    for got in (pickle.loads(pickle.dumps(value)), copy.deepcopy(value), value.astype("f4"), value.to(-1, "f4")):
        assert got.is_value


@pytest.mark.parametrize(
    ("duplicate", "shares"),
    [(copy.copy, True), (copy.deepcopy, False), (lambda t: pickle.loads(pickle.dumps(t)), False)],
    ids=["copy", "deepcopy", "pickle"],
)
def test_subclass(duplicate, shares):
    t = labelled()
    got = duplicate(t)
    assert type(got) is Labelled
    assert got.label == ["a"]
    assert (got.label is t.label) == shares
    np.testing.assert_array_equal(collect(got), collect(t))
    got[0, 0] = 5
    assert t.item(0) == 0


def test_subclass_is_kept_as_numpy_keeps_it():
    t = labelled()
    assert type(t.copy()) is Labelled
    assert type(t.astype("f8")) is Labelled
    assert type(t.astype("f8", subok=False)) is Tensor
    plain = t.astype("f4", subok=False, copy=False)
    assert type(plain) is Tensor
    assert t.item(5) == plain.item(5) == 5


def test_deepcopy_keeps_what_is_shared_shared():
    t = tensor([1.0])
    first, second = copy.deepcopy([t, t])
    assert first is second
