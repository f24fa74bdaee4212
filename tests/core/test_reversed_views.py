"""Views with steps backward are views: their memory, what is written through them, and what libtorch makes of them."""

from __future__ import annotations

import copy
import pickle
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import numtorch as nt
import numtorch.numpy as xp
from numtorch import collect, tensor
from numtorch._core import kernel

DTYPES = ("bool", "int8", "uint16", "uint64", "float16", "float32", "complex64", "complex128")


def numbered(dtype: str = "float64") -> np.ndarray:
    return np.arange(24).reshape(2, 3, 4).astype(dtype)


MADE: dict[str, Callable[[Any], Any]] = {
    "x[::-1]": lambda x: x[::-1],
    "x[:, ::-2]": lambda x: x[:, ::-2],
    "x[..., 3:0:-1]": lambda x: x[..., 3:0:-1],
    "x[::-1, :, ::-1]": lambda x: x[::-1, :, ::-1],
    "flip": np.flip,
    "flip of an axis": lambda x: np.flip(x, 1),
    "flip of axes": lambda x: np.flip(x, (0, 2)),
    "fliplr": np.fliplr,
    "flipud": np.flipud,
    "rot90": np.rot90,
    "rot90, twice": lambda x: np.rot90(x, 2),
    "rot90, back": lambda x: np.rot90(x, -1, (2, 0)),
}
VIEWED: dict[str, Callable[[Any], Any]] = {
    "itself": lambda v: v,
    "T": lambda v: v.T,
    "mT": lambda v: v.mT,
    "an item": lambda v: v[1],
    "a slice": lambda v: v[1:, :2],
    "a slice back": lambda v: v[::-1],
    "a part back": lambda v: v[..., ::-2],
    "newaxis": lambda v: v[:, None],
    "all": lambda v: v[...],
    "view()": lambda v: v.view(),
    "transpose": lambda v: np.transpose(v, (2, 0, 1)),
    "swapaxes": lambda v: np.swapaxes(v, 0, 2),
    "moveaxis": lambda v: np.moveaxis(v, 0, -1),
    "rollaxis": lambda v: np.rollaxis(v, 2),
    "expand_dims": lambda v: np.expand_dims(v, (0, 2)),
    "squeeze": lambda v: np.squeeze(v[None]),
    "reshape that joins nothing": lambda v: v.reshape(*v.shape[:2], 1, -1),
    "reshape that splits": lambda v: v.reshape(*v.shape[:2], v.shape[2] // (v.shape[2] % 2 or 2), -1),
    "diagonal": lambda v: np.diagonal(v, 0, 1, 2),
    "diagonal beside": lambda v: v.diagonal(-1, 0, 2),
    "broadcast_to": lambda v: np.broadcast_to(v, (2, *v.shape)),
    "split": lambda v: np.split(v, v.shape[1], 1)[0],
    "array_split": lambda v: np.array_split(v, 2, 2)[1],
    "unstack": lambda v: list(v)[-1],
    "windows": lambda v: np.lib.stride_tricks.sliding_window_view(v, 2, 1),
    "atleast": lambda v: np.atleast_3d(v[0]),
    "real": lambda v: v.real,
    "bits": lambda v: v.view(v.dtype),
}


def agree(expected: Any, actual: Any) -> None:
    assert actual.shape == expected.shape
    assert actual.dtype == expected.dtype
    np.testing.assert_array_equal(collect(actual), expected)


def lengthy(array: Any) -> list[int]:
    """The strides that say something."""
    return [stride for length, stride in zip(array.shape, array.strides, strict=True) if length > 1]


# ---- Memory ----


@pytest.mark.parametrize("make", MADE)
@pytest.mark.parametrize("view", VIEWED)
def test_views_of_views(make: str, view: str, dev: int) -> None:
    """The same elements of the same memory, seen with the same strides, writeable or not."""
    x = numbered()
    t = tensor(x, dev=dev)
    v, u = VIEWED[view](MADE[make](x)), VIEWED[view](MADE[make](t))
    agree(v, u)
    assert lengthy(u) == lengthy(v)
    assert u.flags.num == v.flags.num
    if dev == -1:
        assert np.shares_memory(t, u)
        assert np.may_share_memory(t, u)
        assert (u.base is None) == (v.base is None)
    x += 100  # seen through the view
    t += 100
    agree(v, u)
    if v.flags.writeable:
        v *= 2
        u *= 2
        agree(x, t)
    else:
        with pytest.raises(ValueError, match="read-only"):
            u[...] = 0


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("make", MADE)
def test_every_dtype(make: str, dtype: str, dev: int) -> None:
    x = numbered(dtype)
    t = tensor(x, dev=dev)
    v, u = MADE[make](x), MADE[make](t)
    agree(v, u)
    v[0] = v[-1].copy()
    u[0] = u[-1]
    v[..., 1] = 1
    u[..., 1] = 1
    agree(x, t)
    agree(v.astype("complex128"), u.astype("complex128"))


@pytest.mark.parametrize("part", ["real", "imag"])
def test_parts_of_complex_numbers(part: str, dev: int) -> None:
    x = (numbered() + 1j * numbered()[::-1]).copy()
    t = tensor(x, dev=dev)
    v, u = getattr(x[::-1, :, ::-1], part), getattr(t[::-1, :, ::-1], part)
    agree(v, u)
    assert u.strides == v.strides
    v[0] *= 3
    u[0] *= 3
    x.imag[::-1] = x.real
    t.imag[::-1] = t.real
    agree(x, t)
    agree(v, u)


def test_conjugates(dev: int) -> None:
    x = numbered("complex64") * 1j
    t = tensor(x, dev=dev)
    agree(x.conj()[::-1].imag, t.conj()[::-1].imag)
    agree(x[::-1].conj().imag[::-1], t[::-1].conj().imag[::-1])
    lazy = kernel("conj")(t)[:, ::-1]
    agree(x.conj()[:, ::-1], lazy)
    agree(x.conj()[:, ::-1].imag, lazy.imag)


def test_bits_of_another_size(dev: int) -> None:
    x = numbered()
    t = tensor(x, dev=dev)
    agree(x[::-1].view("int32"), t[::-1].view("int32"))
    t[::-1].view("float32")[0] = 5
    x[::-1].view("float32")[0] = 5
    agree(x, t)
    with pytest.raises(ValueError, match="last axis must be contiguous"):
        t[..., ::-1].view("int32")
    agree(x[..., ::-1].view("int64"), t[..., ::-1].view("int64"))


@pytest.mark.parametrize("shape", [(1, 3), (3, 1), (0, 3), (3, 0), (1,), (1, 1, 2)])
def test_lengths_of_which_strides_say_nothing(shape: tuple[int, ...], dev: int) -> None:
    x = np.zeros(shape)
    t = tensor(x, dev=dev)
    for v, u in ((np.flip(x), np.flip(t)), (x[::-2].T, t[::-2].T), (x[..., ::-1][None], t[..., ::-1][None])):
        agree(v, u)
        assert lengthy(u) == lengthy(v) or 0 in shape
        assert u.flags.c_contiguous == v.flags.c_contiguous
        v[...] = 7
        u[...] = 7
        agree(x, t)


def test_twice_is_once_forward(dev: int) -> None:
    t = tensor(numbered(), dev=dev)
    back = t[::-1][::-1]
    assert back.strides == t.strides
    assert back.flags.c_contiguous


def test_read_only_is_inherited(dev: int) -> None:
    x = numbered()
    x.flags.writeable = False
    t = tensor(x, copy=False) if dev == -1 else np.broadcast_to(tensor(x, dev=dev), x.shape)
    for view in (t[::-1], np.flip(t), t[::-1].T[1:]):
        assert not view.flags.writeable
        with pytest.raises(ValueError, match="read-only"):
            view[0] = 1
        with pytest.raises(ValueError, match="read-only"):
            view += 1


def test_a_value_stays_a_value(dev: int) -> None:
    x, t = numbered(), tensor(numbered(), dev=dev)
    assert t[::-1][0, 0, 0].is_value
    agree(np.asarray(x[::-1][0, 0, 0]), t[::-1][0, 0, 0])
    assert not t[::-1][0, 0, 0, ...].is_value
    assert t[::-1, ::-1].item(0) == x[::-1, ::-1].item(0)
    assert t[::-1, ::-1].item(1, 2, 0) == x[::-1, ::-1].item(1, 2, 0)


# ---- To the host ----


def test_an_ndarray_sees_the_same_memory() -> None:
    t = tensor(numbered())
    v = t[::-1, :, ::-2]
    array = np.asarray(v)
    assert array.strides == v.strides == numbered()[::-1, :, ::-2].strides
    array[0, 0, 0] = -1
    assert v[0, 0, 0] == -1
    assert memoryview(v).strides == v.strides
    assert v.__array_interface__["strides"] == v.strides
    with pytest.raises(BufferError):
        np.frombuffer(v)


def test_from_an_ndarray_without_a_copy() -> None:
    x = numbered()
    t = tensor(x[::-1, :, ::-2], copy=False)
    assert t.strides == x[::-1, :, ::-2].strides
    t[0] = -1
    assert (x[1, :, ::-2] == -1).all()
    agree(x[::-1, :, ::-2] + 1, t + 1)
    agree(x[::-1], tensor(x[::-1]))
    assert tensor(x[::-1]).flags.c_contiguous


def test_dlpack_gives_a_copy() -> None:
    t = tensor(numbered())
    assert t[::-1].__dlpack_device__() == t.__dlpack_device__()
    array = np.from_dlpack(t[::-1])
    np.testing.assert_array_equal(array, numbered()[::-1])
    assert not np.shares_memory(array, np.asarray(t))
    with pytest.raises(BufferError, match="must be copied"):
        t[::-1].__dlpack__(copy=False)


@pytest.mark.parametrize("order", "CFAK")
def test_copies(order: Any, dev: int) -> None:
    x, t = numbered(), tensor(numbered(), dev=dev)
    for v, u in ((x[::-1], t[::-1]), (x.T[::-1], t.T[::-1]), (x[:, ::-2], t[:, ::-2]), (np.rot90(x), np.rot90(t))):
        agree(v.copy(order), u.copy(order))
        assert u.copy(order).strides == v.copy(order).strides
        assert u.astype("int64", order).strides == v.astype("int64", order).strides
        if dev == -1:
            assert not np.shares_memory(u.copy(order), t)
        assert np.zeros_like(u, order=order).strides == np.zeros_like(v, order=order).strides
        assert np.empty_like(u, order=order).strides == np.empty_like(v, order=order).strides
        agree(v.flatten(order), u.flatten(order))
        assert u.tobytes(order) == v.tobytes(order)
        assert (u + 1).strides == (v + 1).strides


def test_pickles(dev: int) -> None:
    x, t = numbered(), tensor(numbered(), dev=dev)
    for again in (pickle.loads(pickle.dumps(t[::-1])), copy.deepcopy(t[::-1]), copy.copy(t[::-1])):
        agree(x[::-1], again)
        assert again.flags.owndata
    assert t[::-1].tolist() == x[::-1].tolist()
    assert str(t[:, ::-1]) == str(x[:, ::-1])


def test_iteration(dev: int) -> None:
    x, t = numbered(), tensor(numbered(), dev=dev)
    assert [int(e) for e in t[::-1].flat] == [int(e) for e in x[::-1].flat]
    t[::-1].flat[2:9] = x[::-1].flat[2:9] = np.arange(7)
    x[:, ::-1].flat = [1, 2, 3]
    t[:, ::-1].flat = [1, 2, 3]
    for index in np.ndindex(2, 3, 4):
        assert t[::-1][index] == x[::-1][index]


# ---- Writes ----


def _at(v: Any) -> None:
    np.add.at(v, ([0, 0, 1], 1), v[0, :1] + 1)


def _put(v: Any) -> None:
    np.put(v, [0, 5, -1], [7, 8, 9])


def _place(v: Any) -> None:
    np.place(v, v % 2 == 0, [1, 2, 3])


def _masked(v: Any) -> None:
    v[v > 7] = np.arange((collect(v) > 7).sum() if isinstance(v, nt.Tensor) else (v > 7).sum())


def _overlapping(v: Any) -> None:
    v[:] = v[::-1]
    v[:, 1:] = v[:, :-1]
    v += v[::-1, ::-1]
    v[::-1] -= v


def _put_along(v: Any) -> None:
    np.put_along_axis(v, np.argmax(v, 1, keepdims=True), -5, 1)


WRITES: dict[str, Callable[[Any], Any]] = {
    "item": lambda v: v.__setitem__((0, 0, 0), 5),
    "slice": lambda v: v.__setitem__((slice(1, None), slice(None, None, -1)), [1, 2, 3, 4][: v.shape[2]]),
    "arrays": lambda v: v.__setitem__(([1, 0, 1], [0, 0, 0]), np.arange(3 * v.shape[2]).reshape(3, -1)),
    "mask": lambda v: v.__setitem__(v > 7, -1),
    "mask, in order": _masked,
    "iadd": lambda v: v.__iadd__(v.T.T + 1),
    "imatmul": lambda v: v.__imatmul__(np.eye(v.shape[2])),
    "out=": lambda v: np.multiply(v, 2, out=v),
    "out=, another dtype": lambda v: np.add(v, 2, out=v, dtype="float32", casting="unsafe"),
    "out= of a reduction": lambda v: np.sum(v, axis=0, out=v[1]),
    "out= of a scan": lambda v: np.cumsum(v, axis=1, out=v),
    "out= of a product": lambda v: np.matmul(v[0], np.eye(v.shape[2]), out=v[1]),
    "out=, where=": lambda v: np.negative(v, out=v, where=v > 3),
    "clip": lambda v: np.clip(v, 3, 9, out=v),
    "round": lambda v: np.round(v / 3, 1, out=v),
    "take": lambda v: np.take(v, [1, 0], axis=0, out=v[:, ...]),
    "copyto": lambda v: np.copyto(v, v[0] * 2),
    "copyto, where=": lambda v: np.copyto(v, 1, where=v > 4),
    "fill": lambda v: v[1].fill(3),
    "sort": lambda v: v.sort(1),
    "partition": lambda v: v.partition(1, 1),
    "put": _put,
    "place": _place,
    "putmask": lambda v: np.putmask(v, v > 5, [1, 2, 3]),
    "put_along_axis": _put_along,
    "add.at": _at,
    "fill_diagonal": lambda v: np.fill_diagonal(v[:, :2, 0], 11),
    "overlapping": _overlapping,
    "frexp": lambda v: np.frexp(v[0], out=(v[1], None)),
    "divmod": lambda v: np.divmod(v[0], 3, out=(v[0], v[1])),
    "byteswap": lambda v: v.byteswap(inplace=True),
    "flat": lambda v: v.flat.__setitem__(slice(None, None, 5), 2),
    "real": lambda v: v.real.__setitem__(0, 2),
    "setfield": lambda v: v.setfield(1, "int32", 4),
    "concatenate": lambda v: np.concatenate([v[0], v[0]], axis=0, out=np.concatenate([v, v], axis=1)[::-1][0]),
}


@pytest.mark.parametrize("make", ["x[::-1]", "flip", "x[::-1, :, ::-1]", "x[:, ::-2]"])
@pytest.mark.parametrize("write", WRITES)
def test_writes_reach_the_array(write: str, make: str, dev: int) -> None:
    x = numbered()
    t = tensor(x, dev=dev)
    WRITES[write](MADE[make](x))
    WRITES[write](MADE[make](t))
    agree(x, t)


def test_overlapping_operands(dev: int) -> None:
    x, t = numbered(), tensor(numbered(), dev=dev)
    for a in (x, t):
        a[::-1] += a
        a[:] = a[::-1]
        a[:, ::-1] *= a[:, :1]
        np.subtract(a, a[::-1], out=a)
        np.add(a[::-1], a, out=a[::-1])
        np.copyto(a[..., ::-1], a)
        a[..., 1:] = a[..., -2::-1]
        a[0, ::-1], a[1] = a[1], a[0]
        a[[0, 1]] = a[::-1]
    agree(x, t)


def test_random_writes(dev: int) -> None:
    t = tensor(np.arange(20.0), dev=dev)
    xp.random.default_rng(0).shuffle(t[::-1])
    x = np.arange(20.0)
    np.random.default_rng(0).shuffle(x[::-1])
    agree(x, t)


# ---- Kernels ----

VIEW_KERNELS: dict[str, tuple[Any, ...]] = {
    "alias": (),
    "detach": (),
    "diagonal": (1, 0, 2),
    "expand": ([5, 2, 3, 4],),
    "permute": ([2, 0, 1],),
    "select.int": (1, -1),
    "slice.Tensor": (2, 1, 4, 2),
    "split.Tensor": (2, 2),
    "split_with_sizes": ([1, 2], 1),
    "squeeze": (),
    "squeeze.dim": (0,),
    "squeeze.dims": ([0, 1],),
    "transpose.int": (0, 2),
    "unbind.int": (1,),
    "unfold": (2, 3, 1),
    "unsqueeze": (1,),
    "view": ([2, 3, 2, 2],),
    "reshape": ([2, 3, 4, 1],),
    "_reshape_alias": ([2, 3, 4, 1], [-12, 4, -1, 1]),
    "as_strided": ([3, 2], [1, 4]),
    "chunk": (2, 1),
    "narrow": (1, 1, 2),
    "movedim.int": (0, 2),
    "flatten.using_ints": (0, 0),
    "unflatten.int": (2, [2, 2]),
    "tensor_split.sections": (3, 2),
    "expand_as": (np.zeros((2, 2, 3, 4)),),
    "broadcast_to": ([2, 2, 3, 4],),
    "contiguous": (),
    "real": (),
    "mT": (),
    "positive": (),
}


@pytest.mark.parametrize("name", VIEW_KERNELS)
def test_view_kernels(name: str, dev: int) -> None:
    """The same as of a copy; and a view, but for what is to be contiguous."""
    t = tensor(numbered(), dev=dev)
    args = [tensor(a, dev=dev) if isinstance(a, np.ndarray) else a for a in VIEW_KERNELS[name]]
    reversed_, same = t[::-1, :, ::-1], t[::-1, :, ::-1].copy()
    found, expected = kernel(name)(reversed_, *args), kernel(name)(same, *args)
    if not isinstance(found, tuple):
        found, expected = (found,), (expected,)
    for one, other in zip(found, expected, strict=True):
        if name not in ("_reshape_alias", "as_strided"):
            agree(collect(other), one)
        if dev == -1:
            assert np.shares_memory(one, t) == (name != "contiguous")


def test_view_kernels_of_other_arrays(dev: int) -> None:
    m, z = tensor(numbered()[0], dev=dev), tensor(numbered("complex128"), dev=dev)
    agree(numbered()[0, ::-1].T, kernel("t")(m[::-1]))
    parts = kernel("view_as_real")(z[::-1, :, ::-1])
    agree(collect(z[::-1, :, ::-1]).view("float64").reshape(2, 3, 4, 2), parts)
    agree(collect(z[:, ::-1]), kernel("view_as_complex")(kernel("view_as_real")(z)[:, ::-1]))
    agree(collect(z).imag + 1j * collect(z).real, kernel("view_as_complex")(kernel("view_as_real")(z)[..., ::-1]))
    parts[..., 1] = 5
    assert (collect(z).imag == 5).all()


def test_a_view_kernel_that_is_not_known_raises(dev: int) -> None:
    t = tensor(numbered("complex64"), dev=dev)
    with pytest.raises(TypeError, match="steps backward"):
        kernel("lift_fresh")(t[::-1])
    with pytest.raises(TypeError, match="steps backward"):
        kernel("transpose_")(t[::-1], 0, 1)


def test_questions_are_about_the_view(dev: int) -> None:
    t = tensor(numbered(), dev=dev)
    assert not kernel("is_contiguous")(t[::-1])
    assert kernel("storage_offset")(t[::-1]) == 12
    assert kernel("stride.int")(t[::-1], 0) == -12
    assert kernel("equal")(t[::-1], t[::-1].copy())


def test_view_says_that_it_cannot(dev: int) -> None:
    with pytest.raises(ValueError, match="strides"):
        kernel("view")(tensor(numbered(), dev=dev)[::-1], [6, 4])


WRITING_KERNELS: dict[str, Callable[[Any, Any], Any]] = {
    "add_.Tensor": lambda v, w: kernel("add_.Tensor")(v, w),
    "copy_": lambda v, w: kernel("copy_")(v, w),
    "copy_, broadcast": lambda v, w: kernel("copy_")(v, w[0]),
    "fill_.Scalar": lambda v, _: kernel("fill_.Scalar")(v, 3.0),
    "zero_": lambda v, _: kernel("zero_")(v),
    "add.out": lambda v, w: kernel("add.out")(v, w, out=v),
    "sort.values": lambda v, w: kernel("sort.values")(w, 1, values=v, indices=w.astype("int64")[::-1]),
    "index_put_": lambda v, w: kernel("index_put_")(v, [None, tensor([0, 2], dev=v.dev)[::-1]], w[:, :2]),
    "masked_fill_.Scalar": lambda v, w: kernel("masked_fill_.Scalar")(v, w > 3, 9.0),
    "_foreach_add_.Scalar": lambda v, w: kernel("_foreach_add_.Scalar")([v[0], w, v[1]], 1.0),
    "_foreach_copy_": lambda v, w: kernel("_foreach_copy_")([v[0], v[1]], [w[1], w[0]]),
    "_foreach_mul_.List": lambda v, w: kernel("_foreach_mul_.List")([v], [w]),
}


@pytest.mark.parametrize("name", WRITING_KERNELS)
def test_kernels_write_to_the_memory(name: str, dev: int) -> None:
    write = WRITING_KERNELS[name]
    t, w = tensor(numbered(), dev=dev), tensor(numbered() % 5, dev=dev)
    same, v = t[::-1, :, ::-1].copy(), t[::-1, :, ::-1]
    write(same, w.copy())
    result = write(v, w)
    agree(collect(same), v)
    agree(collect(same)[::-1, :, ::-1], t)
    assert result is None or isinstance(result, tuple) or result is v


def test_running_statistics(dev: int) -> None:
    """libtorch's schema does not say that they are written to."""
    x, statistics = tensor(numbered(), dev=dev), tensor(np.array([1.0, 2.0, 3.0]), dev=dev)
    same = statistics[::-1].copy()
    for mean in (statistics[::-1], same):
        kernel("native_batch_norm")(x, None, None, mean, statistics.copy(), True, 0.5, 1e-5)
    agree(collect(same)[::-1], statistics)


def test_an_output_is_not_resized(dev: int) -> None:
    t, u = tensor(numbered(), dev=dev), tensor(numbered(), dev=dev)
    with pytest.raises(ValueError, match="cannot be resized"):
        kernel("add.out")(t, t, out=u[::-1, :2])
    agree(numbered(), u)


def test_what_a_rule_needs_is_safe(dev: int) -> None:
    """Neither a saved view nor what it is a view of is overwritten unseen."""
    x = tensor(numbered(), dev=dev)

    def f(x: nt.Tensor) -> Any:
        b = x * 1.0
        y = b[::-1] ** 2  # keeps the view
        back = b[::-1]
        back *= 2
        return np.sum(y) + np.sum(b)

    nt.check_gradient(f, x)


# ---- Programs ----


@dataclass(frozen=True)
class Step:
    name: str
    number: int
    n: int


def _axis(a: Any, n: int) -> int:
    return n % a.ndim


def _backward(a: Any, n: int) -> Any:
    index: list[Any] = [slice(None)] * a.ndim
    index[_axis(a, n)] = slice(None, None, -1 - n // 3 % 2)
    return a[tuple(index)]


def _slice(a: Any, n: int) -> Any:
    index: list[Any] = [slice(None)] * a.ndim
    index[_axis(a, n)] = slice(n % 2, None)
    return a[tuple(index)]


VIEW_STEPS: dict[str, Callable[[Any, int], Any]] = {
    "backward": _backward,
    "slice": _slice,
    "flip": lambda a, n: np.flip(a, _axis(a, n)),
    "rot90": lambda a, n: np.rot90(a, n) if a.ndim > 1 else a[::-1],
    "transpose": lambda a, _: a.T,
    "swapaxes": lambda a, n: np.swapaxes(a, 0, _axis(a, n)),
    "reshape": lambda a, n: a.reshape(-1, *a.shape[n % 2 + 1 :]) if n % 2 < a.ndim and a.size else a.reshape(-1),
    "newaxis": lambda a, n: np.expand_dims(a, n % (a.ndim + 1)) if a.ndim < 4 else a[::-1],
    "diagonal": lambda a, _: a.diagonal(0, 0, 1) if a.ndim > 2 else a,
    "item": lambda a, n: a[n % len(a)] if a.ndim > 1 and len(a) else a[...],
    "broadcast": lambda a, _: np.broadcast_to(a, (2, *a.shape)) if a.ndim < 3 else a,
}


def _add(a: Any, _: Any, n: int) -> None:
    a += n


def _assign(a: Any, b: Any, n: int) -> None:
    a[...] = b if a.shape == b.shape else n


def _assign_backward(a: Any, _: Any, n: int) -> None:
    a[::-1] = a + n


def _add_backward(a: Any, b: Any, _: int) -> None:
    a[..., ::-1] += b if a.shape == b.shape else a


def _mask(a: Any, _: Any, n: int) -> None:
    a[a % 3 == 0] = n


def _pick(a: Any, _: Any, n: int) -> None:
    if len(a):
        a[[0, n % len(a)]] *= 2


def _out(a: Any, b: Any, n: int) -> None:
    np.subtract(a, b if a.shape == b.shape else n, out=a)


def _sort(a: Any, _: Any, n: int) -> None:
    a.sort(_axis(a, n))


def _add_at(a: Any, _: Any, n: int) -> None:
    if len(a):
        np.add.at(a, [0, n % len(a), 0], 1)


WRITE_STEPS = {
    write.__name__: write
    for write in (_add, _assign, _assign_backward, _add_backward, _mask, _pick, _out, _sort, _add_at)
}
STEPS = st.builds(Step, st.sampled_from([*VIEW_STEPS] * 2 + [*WRITE_STEPS]), st.integers(0, 9), st.integers(0, 11))


def take(step: Step, arrays: list[Any]) -> None:
    """One step, on ndarrays or on Tensors."""
    array = arrays[step.number % len(arrays)]
    if step.name in VIEW_STEPS:
        arrays.append(VIEW_STEPS[step.name](array, step.n))
    elif array.flags.writeable:
        WRITE_STEPS[step.name](array, arrays[step.n % len(arrays)], step.n)


@settings(max_examples=300, deadline=None)
@given(program=st.lists(STEPS, min_size=3, max_size=12), dtype=st.sampled_from(["float64", "int64", "uint16"]))
def test_programs(dev: int, program: list[Step], dtype: str) -> None:
    arrays: list[Any] = [numbered(dtype)]
    tensors: list[Any] = [tensor(arrays[0], dev=dev)]
    for step in program:
        take(step, arrays)
        take(step, tensors)
        for array, own in zip(arrays, tensors, strict=True):
            agree(array, own)
        assert lengthy(tensors[-1]) == lengthy(arrays[-1]) or 0 in arrays[-1].shape
        for flag in ("C_CONTIGUOUS", "F_CONTIGUOUS", "WRITEABLE"):
            assert tensors[-1].flags[flag] == arrays[-1].flags[flag]
