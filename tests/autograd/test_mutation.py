"""Writing into arrays and views of them while a gradient is taken gives what the same program without writing has."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import numtorch as nt
from numtorch import Tensor, _core, check_gradient, collect, gradient, params, tensor

X = np.random.default_rng(0).normal(size=(3, 4))
V = np.random.default_rng(1).normal(size=4)


def of_a_row(x: Tensor) -> Any:
    b = x * 1
    row = b[2]
    row *= 3
    return np.sum(b * b)


def of_rows_and_columns(x: Tensor) -> Any:
    b = x * 1
    row, column = b[2], b[:, 1]
    row *= column[0]
    column += row[1]
    b[0] = row
    return np.sum(b * b * b) + np.sum(row * column[1])


def of_the_argument(x: Tensor) -> Any:
    x[0] = x[1] * x[2]
    turned = x.T
    turned[1] *= 2
    return np.sum(x**3)


def of_each_row(x: Tensor) -> Any:
    b = x * 1
    for row in b:
        row *= row[0]
    return np.sum(b * b)


def of_views_of_views(x: Tensor) -> Any:
    b = (x * 2)[1:]
    first, second = b[0], b[1, 1:]
    first *= np.sum(second)
    second += first[1:]
    return np.sum(b * b)


def of_overlapping_views(x: Tensor) -> Any:
    b = x * 2
    repeated = np.broadcast_to(b[0], (2, 4))
    windows = np.lib.stride_tricks.sliding_window_view(b[1], 2)
    b[0, 1] = b[2, 2]
    b[1] *= b[2]
    return np.sum(repeated * repeated * b[0]) + np.sum(windows**3)


def by_functions(x: Tensor) -> Any:
    b = x * 2
    flat = b.reshape(-1)
    flat[3] = flat[2] ** 2
    np.add(flat[:2], 1, out=flat[4:6])
    np.add.at(flat, [0, 0, 1], flat[:3])
    np.copyto(b[2], b[1] * b[0])
    np.put(b[1], [0, 2], b[0, :2] ** 2)
    np.fill_diagonal(b, b[2, 3])
    np.putmask(b[0], b[0] > 0, b[2])
    b[1].sort()
    diagonal = b.ravel()[::5]
    diagonal -= b[0, 1]
    return np.sum(b * b)


def of_a_saved_result(x: Tensor) -> Any:
    y = np.exp(x)
    row = y[0]
    row *= 2
    return np.sum(y * x)


def of_both_sides(x: Tensor) -> Any:
    b = x * x
    view = b[:2]
    b += view[0]
    view -= b[1:]
    b /= 2 + view[0] ** 2
    return np.sum(b * view[1])


def of_masks(x: Tensor) -> Any:
    b = x * x
    part = b[1:]
    part[part > 0.3] *= 2
    b[b < 0.1] = part[0, 0]
    return np.sum(b**2)


def of_backward_views(x: Tensor) -> Any:
    b = x * x
    back, corner = b[::-1], np.rot90(b)
    back *= 1 + corner[0, 0]
    back[0] = x[1]
    b[::-1][1] += corner[:, 0]
    b[::-1] += b
    corner[1:, ::-2] *= back.T[::-1][:3, :2]
    back[:, [0, -1]] += 0.5
    return np.sum(b**2) + np.sum(corner**3) + np.sum(back[0] * b[0])


def of_the_argument_backward(x: Tensor) -> Any:
    back = x[::-1, ::-1]
    back[0] = back[1] * x[0]
    x[1, ::-1] *= 2
    return np.sum(back**3 * x)


def by_functions_backward(x: Tensor) -> Any:
    b = x * 2
    back = np.flip(b)
    np.add(back[0], 1, out=back[1])
    np.add.at(back, ([0, 0, 2], [1, 1, 3]), b[:, 0])
    np.copyto(back[2], b[2] * b[1])
    np.put(back[:, 1], [0, 2], b[0, :2] ** 2)
    np.putmask(back, b > 1, b * b)
    back[1].sort()
    flat = back.reshape(-1)
    flat[::-3] *= flat[0]
    back.T[1].fill(0.25)
    diagonal = b.ravel()[::-5]
    diagonal -= back[0, 1]
    return np.sum(b * b)


PROGRAMS = [
    of_backward_views,
    of_the_argument_backward,
    by_functions_backward,
    of_a_row,
    of_rows_and_columns,
    of_the_argument,
    of_each_row,
    of_views_of_views,
    of_overlapping_views,
    by_functions,
    of_a_saved_result,
    of_both_sides,
    of_masks,
]


@pytest.mark.parametrize("program", PROGRAMS)
def test_gradients(program: Callable[[Tensor], Any], dev: int) -> None:
    check_gradient(program, X, dev=dev)


@pytest.mark.parametrize("program", PROGRAMS)
def test_values_are_numpys(program: Callable[[Any], Any], dev: int) -> None:
    """With the tape and without it."""
    expected = program(X.copy())
    np.testing.assert_allclose(collect(nt.withgradient(program, tensor(X, dev=dev)).val), expected)
    np.testing.assert_allclose(collect(program(tensor(X, dev=dev))), expected)


def test_a_buffer_is_filled_row_by_row(dev: int) -> None:
    def f(v: Tensor) -> Any:
        out = Tensor(5, 4, dev=dev, dtype=np.float64)
        for i in range(5):
            row = out[i]
            row[...] = v * (i + 1)
            if i:
                row += out[i - 1] * row
        return np.sum(out**2)

    check_gradient(f, V, dev=dev)


def test_detached_views_stay_constant(dev: int) -> None:
    def f(v: Tensor) -> Any:
        b = v * 1
        fixed = nt._core.kernel("detach")(b)
        b[0] = 3.0
        return np.sum(b * fixed)

    (g,) = gradient(f, tensor(V, dev=dev))
    np.testing.assert_allclose(collect(g), [0, *V[1:]])


def test_the_callers_arrays_stay_as_they_are(dev: int) -> None:
    whole = tensor(X, dev=dev)
    row = whole[1]

    def f(v: Tensor) -> Any:
        v *= 2
        v[0] = 7
        return np.sum(v * v)

    (g,) = gradient(f, row)
    np.testing.assert_allclose(collect(g), [0, *(8 * X[1, 1:])])
    np.testing.assert_array_equal(collect(whole), X)


def test_a_parameter_is_what_was_written(dev: int) -> None:
    w = tensor(X, dev=dev)

    def f() -> Any:
        first = w[0]
        first *= 2
        w[1] = first
        return np.sum(w * w)

    g = gradient(f, params(w))[w]
    np.testing.assert_allclose(collect(g), [16 * X[0], 0 * X[1], 2 * X[2]])
    np.testing.assert_allclose(collect(w), [2 * X[0], 2 * X[0], X[2]])


def test_a_parameter_that_was_overwritten_has_no_gradient(dev: int) -> None:
    w = tensor(V, dev=dev)

    def f() -> Any:
        np.multiply(2.0, np.ones(4), out=w)
        return np.sum(w * w)

    assert gradient(f, params(w))[w] is None


def test_a_view_from_before_is_refused(dev: int) -> None:
    """The write could not reach it."""
    w = tensor(X, dev=dev)
    row = w[1]

    def f() -> Any:
        w[0] = w[1]
        return np.sum(w * row)

    with pytest.raises(NotImplementedError, match=r"__setitem__.*arrays made before it.*share this Tensor's memory"):
        gradient(f, params(w))
    np.testing.assert_array_equal(collect(w), X)


def test_views_of_another_dtype_are_refused(dev: int) -> None:
    def f(x: Tensor) -> Any:
        y = np.zeros_like(x)
        bits = y.view(np.int64)
        y[0] = 2 * x[1]
        return np.sum(y * bits)

    with pytest.raises(NotImplementedError, match=r"views of another dtype share this Tensor's memory"):
        gradient(f, tensor(X, dev=dev))


def test_a_view_that_repeats_elements_is_refused(dev: int) -> None:
    def f(v: Tensor) -> Any:
        b = v * 1
        windows = np.lib.stride_tricks.sliding_window_view(b, 2, writeable=True)
        windows *= 2
        return np.sum(b)

    with pytest.raises(NotImplementedError, match=r"sees some of its elements more than once"):
        gradient(f, tensor(V, dev=dev))


def test_after_the_gradient_views_are_views(dev: int) -> None:
    kept: list[Tensor] = []

    def f(x: Tensor) -> Any:
        b = x * 1
        row = b[0]
        row *= 2
        kept.extend([b, row])
        return np.sum(b)

    gradient(f, tensor(X, dev=dev))
    b, row = kept
    row[1] = 9
    assert b[0, 1].item() == 9
    (g,) = gradient(lambda v: np.sum(b * v), tensor(V, dev=dev))
    np.testing.assert_allclose(collect(g), collect(np.sum(b, axis=0)))


def test_the_second_derivative_through_views(dev: int) -> None:
    def f(x: Tensor) -> Any:
        b = x**2
        row = b[1]
        row *= b[0]
        return np.sum(b * x)

    def slope(x: Tensor) -> Any:
        return np.sum(gradient(f, x)[0] ** 2)

    check_gradient(slope, X, dev=dev)


def test_what_a_function_with_its_own_way_back_was_called_with_is_kept(dev: int) -> None:
    @nt.adjoint
    def square(x: Tensor) -> Any:
        return x * x, lambda g: 2 * x * g

    def f(v: Tensor) -> Any:
        b = v * 1
        y = square(b)
        b += 1
        view = b[1:]
        view *= 2
        return np.sum(y) + np.sum(b)

    check_gradient(f, V, dev=dev)


def test_an_inner_gradient_that_fails_halfway_leaves_nothing_behind(dev: int) -> None:
    class Target:
        """Drops what `x[...] += y` brings back."""

        def __init__(self, x: Tensor) -> None:
            self.x = x

        def __getitem__(self, index: Any) -> Tensor:
            return self.x[index]

        def __setitem__(self, index: Any, value: Any) -> None:
            raise KeyError(index)

    def inner(v: Tensor) -> Any:
        target = Target(v * 1)
        target[1:] += v[1:]
        return np.sum(v)

    def f(v: Tensor) -> Any:
        with pytest.raises(KeyError):
            gradient(inner, v)
        return np.sum(v * v)

    (g,) = gradient(f, tensor(V, dev=dev))
    np.testing.assert_allclose(collect(g), 2 * V)


def empty_out(b: Tensor) -> Any:
    v = b + 0.0
    np.add(v[3:], v[3:], out=v[3:])
    w = np.sqrt(v * v + 1)
    np.copyto(v, v)
    v[...] *= v
    return np.sum(v * w)


def empty_target(b: Tensor) -> Any:
    v = b * 1
    v[5:] = 1.0
    v[:, 4:] += v[:, 4:]
    v[np.zeros(3, bool)] = 2.0
    w = np.exp(v)
    v *= 2.0
    return np.sum(v * w)


def empty_views_that_are_kept(b: Tensor) -> Any:
    v = b * 1
    e = v[3:]
    f, g = e.T, v[:0, 1:]
    e += 1.0
    f *= 2.0
    w = v * 3.0
    v[0] = 5.0 * v[1]
    g *= 3.0
    np.multiply(e, e, out=e)
    v[1] += w[2]
    e[...] = 7.0
    return np.sum(v * w)


def strangers_beside_empty_views(b: Tensor) -> Any:
    """What is freed and allocated in between may get the memory that an empty view saw."""
    total = 0.0
    for i in range(20):
        v = b * (i + 1.0)
        e = v[3:]
        e += 1.0
        v[i % 3] = 2.0 * v[(i + 1) % 3]
        others = [b * float(k) for k in range(4)]
        rows = [other[1] for other in others]
        rows[i % 4] *= 3.0
        e *= 2.0
        del v, e
        fresh = [b + float(k) for k in range(4)]
        fresh[0][0] = fresh[1][1] * fresh[2][2]
        total = total + sum(np.sum(o * o) for o in others) + sum(np.sum(o) for o in fresh)
    return total


@pytest.mark.parametrize("program", [empty_out, empty_target, empty_views_that_are_kept, strangers_beside_empty_views])
def test_what_has_no_elements_moves_nothing(program: Callable[[Any], Any], dev: int) -> None:
    x = tensor(X, dev=dev)
    values: list[float] = []
    gradient(lambda a: (values.append(program(a)), values[0])[1], x)
    assert float(values[0]) == pytest.approx(float(program(X.copy())))
    check_gradient(program, x)


@pytest.mark.parametrize(
    "parts",
    [
        lambda b: _core.kernel("split.Tensor")(b, 1),
        lambda b: _core.kernel("unbind.int")(b),
        lambda b: _core.kernel("chunk")(b, 3),
        lambda b: np.split(b, 3),
        lambda b: list(b),
        lambda b: np.unstack(b),
    ],
)
def test_lists_of_views_are_views(parts: Callable[[Tensor], Any], dev: int) -> None:
    def program(x: Tensor) -> Any:
        b = x * 1
        first, second, *_ = parts(b)
        y = np.sum(b * b)
        first *= 2
        second[...] = first[..., :1] * 3
        return y + np.sum(b**3)

    def without_lists(x: Tensor) -> Any:
        b = x * 1
        y = np.sum(b * b)
        b[0] *= 2
        b[1] = b[0, :1] * 3
        return y + np.sum(b**3)

    x = tensor(X[:3], dev=dev)
    np.testing.assert_allclose(collect(gradient(program, x)[0]), collect(gradient(without_lists, x)[0]))


def with_leading_axes(x: Tensor) -> Any:
    z = np.zeros_like(x[0])
    z[...] = x[:1]
    y = np.sum(z * z)
    z[1:3] = x[1:2, 1:3] * z[0]
    z[[0, 3]] = np.reshape(x[2, :2], (1, 1, 2))
    y = y + np.sum(z**3)
    np.copyto(z, x[None, 2:3])
    np.copyto(z, x[:1] * 2, where=np.array([True, False, True, False]))
    w = z[::-1]
    w[...] = x[None, 1:2]
    return y + np.sum(z**3 * np.arange(4.0))


def test_leading_axes_of_what_is_assigned(dev: int) -> None:
    x = tensor(X, dev=dev)
    assert float(with_leading_axes(x)) == pytest.approx(float(with_leading_axes(X)))
    check_gradient(with_leading_axes, x)


def through_parts(x: Tensor) -> Any:
    z = x * (1 + 2j)
    re, im = z.real, z.imag
    row = z[1]
    re[...] = x[0]
    im[2] *= x[1, 0]
    row *= 1j
    re[1, ::-1] += im[0]
    column = im[:, 1]
    column -= row.real[0]
    z[0] = z[2] * z[1]
    return np.sum(np.abs(z) ** 2) + np.sum(re * x) + np.sum(im[1]) + np.sum(np.abs(row) ** 2)


def through_a_part_alone(x: Tensor) -> Any:
    z = x * 1j
    re = z.real
    part = re.T[1:]
    part[0] = x[:, 0] * 3
    re *= part[1]
    return np.sum(z.real**2 * x) + np.sum(np.abs(z) ** 2) + np.sum(part)


def through_parts_turned_around(x: Tensor) -> Any:
    z = (x + 1j * x[::-1])[::-1]
    re, im = z.real[:, ::-1], z.imag
    re[0] = im[1] * x[0]
    im += re
    z *= z
    return np.sum(re * im * x)


@pytest.mark.parametrize("program", [through_parts, through_a_part_alone, through_parts_turned_around])
def test_real_and_imaginary_parts_with_names_of_their_own(program: Callable[[Any], Any], dev: int) -> None:
    x = np.random.default_rng(3).normal(size=(3, 3))
    values: list[Any] = []
    gradient(lambda a: (values.append(program(a)), values[0])[1], tensor(x, dev=dev))
    assert float(values[0]) == pytest.approx(float(program(x.copy())))
    check_gradient(program, tensor(x, dev=dev))
