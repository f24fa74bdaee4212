"""The tape: what it keeps, what it refuses, writing in place, threads."""

import copy
import math
import operator
import threading
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import numtorch as nt
from numtorch import Tensor, _core, collect, gradient, params, pullback, tensor


@pytest.fixture
def x(dev: int) -> Tensor:
    return tensor(np.array([0.5, 1.0, 2.0]), dev=dev)


def node_in(f: object, x: Tensor) -> _core.Node:
    """The node of what `f` returns."""
    found: list[_core.Node] = []

    def run(a: Tensor) -> Tensor:
        y = f(a)  # type: ignore[operator]
        found.append(_core.node_of(y))
        return np.sum(y)

    pullback(run, x)  # gradient would empty the nodes on its way
    return found[0]


def test_only_what_the_rules_read_is_kept(x: Tensor) -> None:
    assert [type(arg) for arg in node_in(lambda a: a + x, x).args[:2]] == [_core.Spec, _core.Spec]
    # The gradient of a * c needs c, not a.
    node = node_in(lambda a: a * x, x)
    assert [type(arg) for arg in node.args] == [_core.Spec, Tensor]
    assert type(node.result) is _core.Spec
    node = node_in(np.exp, x)
    assert [type(arg) for arg in node.args] == [_core.Spec]
    assert type(node.result) is Tensor


def test_a_node_does_not_refer_to_its_own_result(x: Tensor) -> None:
    node = node_in(np.exp, x)
    assert _core.node_of(node.result) is None


def test_a_kernel_without_a_rule_is_named(x: Tensor) -> None:
    airy = _core.kernel("special_airy_ai")
    with pytest.raises(NotImplementedError, match="the kernel special_airy_ai has no gradient rule"):
        gradient(lambda a: np.sum(airy(a)), x)
    assert airy(x).shape == (3,)


def test_every_kernel_in_use_has_a_rule_or_is_declared_constant() -> None:
    own = {"special_airy_ai"}  # of the test above
    writes = [k for k in _core.known_kernels() if "!" in k.schema]
    undeclared = [
        k.name
        for k in _core.known_kernels()
        if k.rule is None and not k.constant and k not in writes and k.name not in own
    ]
    assert undeclared == []


@pytest.mark.parametrize(
    "convert",
    [
        float,
        complex,
        int,
        math.sqrt,
        np.asarray,
        np.array,
        memoryview,
        lambda a: a.__dlpack__(),
        lambda a: np.array([a, a]),
    ],
)
def test_a_tracked_tensor_does_not_slip_to_the_host(x: Tensor, convert: object) -> None:
    with pytest.raises((TypeError, BufferError)):
        gradient(lambda a: convert(a[0]) * 1.0, x)  # type: ignore[operator]


def test_a_tracked_tensor_does_not_slip_into_an_ndarray(x: Tensor) -> None:
    target = np.zeros(3)
    view = np.zeros((2, 3))

    def assign_all(a: Tensor) -> None:
        target[...] = a

    def assign_one(a: Tensor) -> None:
        target[0] = a[0]

    def add_in_place(a: Tensor) -> None:
        row = view[0]
        row += a

    for write in (assign_all, assign_one, add_in_place):
        # NumPy raises its own ValueError for one element, from our TypeError.
        with pytest.raises((TypeError, ValueError)):
            gradient(write, x)
    np.testing.assert_array_equal(target, 0)
    np.testing.assert_array_equal(view, 0)


def test_item_and_control_flow_are_explicit(x: Tensor) -> None:
    (g,) = gradient(lambda a: a[0] * a[0].item() if a[0] > 0 else a[1], x)
    np.testing.assert_allclose(collect(g), [0.5, 0.0, 0.0])


def test_updates_in_place_are_differentiated(x: Tensor) -> None:
    def f(a: Tensor) -> Tensor:
        b = a * 1
        b += a
        b *= a
        b[0] = 3 * a[1]
        b[1:] = a[:2] * a[1:]
        return np.sum(b * b)

    def functional(a: Tensor) -> Tensor:
        return (3 * a[1]) ** 2 + (a[0] * a[1]) ** 2 + (a[1] * a[2]) ** 2

    np.testing.assert_allclose(collect(gradient(f, x)[0]), collect(gradient(functional, x)[0]))


def test_writing_into_an_untracked_buffer(x: Tensor, dev: int) -> None:
    def f(a: Tensor) -> Tensor:
        out = Tensor(3, dev=dev, dtype=np.float64)
        for i in range(3):
            out[i] = a[i] ** 2
        return np.sum(out)

    np.testing.assert_allclose(collect(gradient(f, x)[0]), collect(2 * x))


def test_a_recurrence_through_rows(x: Tensor, dev: int) -> None:
    """Rows that the tape keeps for its rules do not count as other arrays on the same memory."""

    def f(a: Tensor) -> Tensor:
        u = Tensor(5, 3, dev=dev, dtype=np.float64)
        u[0] = a
        for t in range(4):
            u[t + 1] = u[t] * a + np.sin(u[t])
        return np.sum(u[4])

    nt.check_gradient(f, collect(x), dev=dev)


def test_out_is_differentiated(x: Tensor, dev: int) -> None:
    def f(a: Tensor) -> Tensor:
        out = Tensor(3, dev=dev, dtype=np.float64)
        assert np.multiply(a, a, out=out) is out
        return np.sum(out)

    np.testing.assert_allclose(collect(gradient(f, x)[0]), collect(2 * x))


def test_slices_are_updated_in_place(x: Tensor, dev: int) -> None:
    """x[i] += y, as time steps on a grid are written."""

    def f(a: Tensor) -> Tensor:
        u = np.concatenate([a, a * a])
        for _ in range(3):
            u[1:-1] += 0.1 * (u[2:] - 2 * u[1:-1] + u[:-2]) * a[0]
            u[::2] *= 1.1
            u[0] -= u[-1]
        grid = Tensor(2, 6, dev=dev, dtype=np.float64)
        grid[1] += u
        grid[:, 1:3] *= a[1]
        return np.sum(grid**2)

    nt.check_gradient(f, collect(x), dev=dev)


def test_a_dropped_update_of_a_slice_is_an_error(x: Tensor) -> None:
    def f(a: Tensor) -> Tensor:
        u = a * 1
        operator.iadd(u[1:], a[1:])
        return np.sum(u)

    with pytest.raises(NotImplementedError, match="never reached the array"):
        gradient(f, x)
    np.testing.assert_allclose(collect(gradient(lambda a: np.sum(a * a), x)[0]), collect(2 * x))


def overwritten_by_a_slice(t: Tensor) -> None:
    t[1:] = 7.0


def overwritten_by_a_view(t: Tensor) -> None:
    view = t[1:]
    view[0] = 7.0


def overwritten_by_an_output(t: Tensor) -> None:
    np.multiply(t, 3.0, out=t)


def overwritten_by_a_kernel(t: Tensor) -> None:
    _core.kernel("fill_.Scalar")(t, 3.0)


OVERWRITING = [
    lambda t: t.__iadd__(1.0),
    overwritten_by_a_slice,
    overwritten_by_a_view,
    overwritten_by_an_output,
    overwritten_by_a_kernel,
    lambda t: t.T.__setitem__(..., 2.0),
    lambda t: t.__setitem__(np.array([True, False, True]), 3.0),
    lambda t: np.copyto(t, 5.0),
    lambda t: np.add.at(t, [0, 0], 1.0),
    lambda t: t.sort(),
    lambda t: t.fill(0.0),
    lambda t: nt.dropgrad(t).__imul__(2.0),
]


@pytest.mark.parametrize("overwrite", OVERWRITING)
def test_what_a_rule_keeps_is_copied_by_who_overwrites_it(overwrite: Callable[[Tensor], Any], x: Tensor) -> None:
    factor = tensor(np.array([3.0, 1.0, 2.0]), dev=x.dev)
    before = collect(factor).copy()

    def f(a: Tensor) -> Tensor:
        y = np.sum(a * factor) + np.sum(np.exp(factor * a))
        overwrite(factor)
        return y + np.sum(a * factor)

    wanted = before + before * np.exp(before * collect(x))
    (g,) = gradient(f, x)
    assert not np.array_equal(collect(factor), before)
    np.testing.assert_allclose(collect(g), wanted + collect(factor))
    factor[...] = before
    _, back = pullback(lambda a: np.sum(a * factor), x)
    overwrite(factor)
    np.testing.assert_array_equal(collect(back()[0]), before)


@pytest.mark.parametrize("share", [np.asarray, memoryview, np.from_dlpack, lambda t: np.asarray(t[::-1])])
def test_what_leaves_for_the_host_after_a_rule_kept_it(share: Callable[[Tensor], Any]) -> None:
    factor = tensor(np.array([3.0, 1.0, 2.0]), dev=-1)

    def f(a: Tensor) -> Tensor:
        y = np.sum(a * factor)
        np.asarray(share(factor))[:] = 9.0
        return y + np.sum(a * factor)

    (g,) = gradient(f, tensor(np.ones(3), dev=-1))
    np.testing.assert_array_equal(collect(g), [12.0, 10.0, 11.0])


def test_who_overwrites_what_is_not_kept_copies_nothing(x: Tensor) -> None:
    factor, other = x * 1, x * 2
    _, back = pullback(lambda a: np.sum(a * factor), x)
    address = _core.base(factor[:]), _core.base(other[:])
    other += 1
    factor[1:] += 1  # the name keeps its memory, and the rule gets the copy
    assert [np.shares_memory(a, b) for a, b in zip(address, (factor, other), strict=True)] == [True, True]
    np.testing.assert_array_equal(collect(back()[0]), collect(x))


def test_a_buffer_that_is_filled_again_and_again(x: Tensor) -> None:
    buffer = x * 0

    def f(a: Tensor) -> Any:
        total = 0.0
        for i in range(4):
            buffer[...] = i + 1.0
            buffer[i % 3] *= 2.0
            total = total + np.sum(a * buffer)
        return total

    np.testing.assert_array_equal(collect(gradient(f, x)[0]), [2 + 2 + 3 + 8, 1 + 4 + 3 + 4, 1 + 2 + 6 + 4])


@pytest.mark.parametrize(
    "product",
    [
        lambda a, h: a * h,
        lambda a, h: h * a,
        lambda a, h: np.dot(a, h),
        lambda a, h: a @ h,
        lambda a, h: np.einsum("i,i", a, h),
        lambda a, h: np.where(h > 0, a * h, a),
        lambda a, h: a * tensor(h, copy=False),
        lambda a, h: a * tensor(h, copy=False)[::1],
    ],
)
def test_an_ndarray_may_be_written_to_after_it_was_used(product: Callable[..., Tensor]) -> None:
    """Its memory may be shared with what a rule reads, and nobody counts the writes to an ndarray."""
    a, h = tensor(np.array([0.5, 1.0, 2.0])), np.array([3.0, 4.0, 5.0])
    _, back = pullback(lambda t: np.sum(product(t, h)), a)
    h[:] = -7
    np.testing.assert_allclose(collect(back()[0]), [3.0, 4.0, 5.0])


def test_an_exported_tensor_may_be_written_to_after_it_was_used() -> None:
    a, factor = tensor(np.array([0.5, 1.0])), tensor(np.array([3.0, 4.0]))
    host = np.asarray(factor)
    _, back = pullback(lambda t: np.sum(t * factor), a)
    host[:] = -7
    np.testing.assert_allclose(collect(back()[0]), [3.0, 4.0])


def test_kernels_that_write_refuse_tracked_arguments(x: Tensor) -> None:
    with pytest.raises(NotImplementedError, match=r"add_\.Tensor writes into its arguments"):
        gradient(lambda a: np.sum(_core.kernel("add_.Tensor")(a, a)), x)


def test_two_threads_share_parameters(x: Tensor) -> None:
    ps = params(x)
    failures: list[str] = []
    barrier = threading.Barrier(2)

    def work(power: int) -> None:
        expected = power * collect(x) ** (power - 1)
        barrier.wait()
        for _ in range(300):
            g = gradient(lambda: np.sum(x**power), ps)[x]
            if not np.allclose(collect(g), expected):
                failures.append(f"{power}: {g}")

    threads = [threading.Thread(target=work, args=(power,)) for power in (2, 3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []


def test_copies_keep_the_gradient(x: Tensor) -> None:
    (g,) = gradient(lambda a: np.sum(copy.copy(a) * copy.deepcopy(a) + a.copy() + a.astype(np.float32)), x)
    np.testing.assert_allclose(collect(g), collect(2 * x + 2), rtol=1e-6)


def test_lists_of_tracked_tensors_keep_the_gradient(x: Tensor) -> None:
    (g,) = gradient(lambda a: np.sum(tensor([a[0], a[1] * 2])), x)
    np.testing.assert_allclose(collect(g), [1.0, 2.0, 0.0])


def test_moving_is_differentiated(x: Tensor, dev: int) -> None:
    (g,) = gradient(lambda a: np.sum(a.to(dev=-1) * 2), x)
    assert g.dev == dev
    np.testing.assert_array_equal(collect(g), 2.0)


def test_within_gradient(x: Tensor) -> None:
    seen: list[bool] = []
    gradient(lambda a: seen.append(nt.within_gradient()) or np.sum(a), x)
    assert seen == [True]
    assert not nt.within_gradient()
