"""Short cuts around libtorch's own operators: what another kernel computes from a certain size on is the same.

The list is the core's (`_core.shortcuts`, csrc/kernels/onednn.cpp): one without operands here fails. Each is called
below and above each of its thresholds, with every argument in every layout, forward and back, beside the same in
float64, of which no short cut is taken.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import numpy as np
import pytest

from numtorch import Tensor, _core, collect, gradient, tensor
from numtorch._core import kernel

THRESHOLDS = {name: thresholds for name, thresholds, _ in _core.shortcuts()}
Array = np.ndarray[Any, Any]


class Operands(NamedTuple):
    """What a short cut is called with for about as many multiplications; `call` takes the arrays."""

    shapes: Callable[[int], list[tuple[int, ...]]]
    call: Callable[..., Any]
    differentiable: bool = True


def convolve(x: Any, weight: Any, bias: Any = None) -> Any:
    return kernel("convolution")(x, weight, bias, [1, 2], [1, 0], [1, 1], False, [0, 0], 1)


def convolve_back(g: Any, x: Any, weight: Any) -> Any:
    way = ([1, 1], [0, 0], [1, 1], False, [0, 0], 1)
    of_x, of_weight, of_bias = kernel("convolution_backward")(g, x, weight, [weight.shape[0]], *way, [True] * 3)
    return np.concatenate([of_x.reshape(-1), of_weight.reshape(-1), of_bias])


def images(n: int, channels: int = 16) -> tuple[int, ...]:
    """Of which a convolution with 3 by 3 windows, 16 filters and a stride of 2 in one axis takes n multiplications."""
    return (2, channels, 40, 2 * -(-n // (2 * 16 * channels * 9 * 40)) + 1)


OPERANDS: dict[str, list[Operands]] = {
    "matmul": [
        Operands(lambda n: [(-(-n // 128**2), 128), (128, 128)], kernel("matmul")),
        Operands(lambda n: [(3, -(-n // (3 * 128**2)), 128), (128, 128)], kernel("matmul")),
    ],
    "mm": [Operands(lambda n: [(-(-n // 128**2), 128), (128, 128)], kernel("mm"))],
    "linear": [
        Operands(lambda n: [(-(-n // 128**2), 128), (128, 128)], kernel("linear")),
        Operands(lambda n: [(-(-n // 128**2), 128), (128, 128), (128,)], kernel("linear")),
    ],
    "convolution": [
        Operands(lambda n: [images(n), (16, 16, 3, 3)], convolve),
        Operands(lambda n: [images(n), (16, 16, 3, 3), (16,)], convolve),
    ],
    "convolution_backward": [
        Operands(
            lambda n: [
                (2, 16, 40, -(-n // (2 * 16 * 16 * 40))),
                (2, 16, 40, -(-n // (2 * 16 * 16 * 40))),
                (16, 16, 1, 1),
            ],
            convolve_back,
            False,
        ),
    ],
}


def test_every_short_cut_has_operands() -> None:
    assert THRESHOLDS.keys() == OPERANDS.keys()


def strided(a: Array, dev: int) -> Tensor:
    return tensor(np.repeat(a, 2, axis=-1), dev=dev)[..., ::2]


def column(a: Array, dev: int) -> Tensor:
    return tensor(np.stack([a, -a], axis=-1), dev=dev)[..., 0]


def transposed(a: Array, dev: int) -> Tensor:
    return tensor(np.ascontiguousarray(a.T), dev=dev).T


def channels_last(a: Array, dev: int) -> Tensor:
    return np.moveaxis(tensor(np.ascontiguousarray(np.moveaxis(a, 1, -1)), dev=dev), -1, 1)


def unaligned(a: Array, dev: int) -> Tensor:
    return tensor(np.concatenate([[7], a.reshape(-1)]).astype(a.dtype), dev=dev)[1:].reshape(a.shape)


def part(a: Array, dev: int) -> Tensor:
    return tensor(np.pad(a, 1), dev=dev)[(slice(1, -1),) * a.ndim]


def repeated(axis: int) -> Callable[[Array, int], Tensor]:
    """One element along an axis, as often as there are indices."""

    def lay(a: Array, dev: int) -> Tensor:
        one = np.take(a, [0], axis)
        return np.broadcast_to(tensor(one, dev=dev), a.shape)

    return lay


LAYOUTS: dict[str, Callable[[Array, int], Tensor]] = {
    "strided": strided,
    "column": column,
    "transposed": transposed,
    "unaligned": unaligned,
    "part": part,
    "channels last": channels_last,
    "repeated along the first axis": repeated(0),
    "repeated along the last axis": repeated(-1),
    "one number": lambda a, dev: np.broadcast_to(tensor(a.reshape(-1)[0], dev=dev), a.shape),
}


def plain(a: Array, dev: int) -> Tensor:
    return tensor(a, dev=dev)


def arrangements(ranks: list[int]) -> Iterator[tuple[str, list[Callable[[Array, int], Tensor]]]]:
    """Every argument in every layout beside plain others, and all in the same one."""
    yield "plain", [plain] * len(ranks)
    for name, lay in LAYOUTS.items():
        fits = [rank > 2 or name != "channels last" for rank in ranks]
        for k in (k for k, fit in enumerate(fits) if fit):
            yield f"{name}: argument {k}", [lay if i == k else plain for i in range(len(ranks))]
        yield f"{name}: all", [lay if fit else plain for fit in fits]


def taken(name: str) -> int | None:
    return next(count for kernel_name, _, count in _core.shortcuts() if kernel_name == name)


def everything(row: Operands, arrays: list[Tensor]) -> list[Array]:
    """The result, and the gradients of its sum with weights."""
    y = row.call(*arrays)
    if not row.differentiable:
        return [collect(y)]
    weights = tensor(np.random.default_rng(9).normal(size=y.shape).astype(y.dtype), dev=y.dev)
    return [collect(y), *map(collect, gradient(lambda *a: np.sum(row.call(*a) * weights), *arrays))]


def check(row: Operands, arrays: list[Tensor], text: str) -> None:
    wanted = everything(row, [a.astype(np.float64).copy() for a in arrays])
    for number, (got, right) in enumerate(zip(everything(row, arrays), wanted, strict=True)):
        assert got.dtype == np.float32
        assert got.shape == right.shape
        error = np.max(np.abs(got - right), initial=0.0)
        # Sums of thousands of equal numbers lose more digits than others do.
        bound = 5e-4 if "one number" in text or "repeated" in text else 5e-5
        assert error <= bound * np.max(np.abs(right), initial=1e-30), f"{text}, output {number}: {error}"


CASES = [
    (name, i, n) for name, rows in OPERANDS.items() for i in range(len(rows)) for n in range(len(THRESHOLDS[name]) + 1)
]


@pytest.mark.parametrize(("name", "i", "side"), CASES)
def test_both_sides_of_every_threshold(name: str, i: int, side: int, dev: int) -> None:
    row, thresholds = OPERANDS[name][i], THRESHOLDS[name]
    size = thresholds[0] // 2 if side == 0 else int(thresholds[side - 1] * 1.1)
    rng, shapes, before = np.random.default_rng(side), row.shapes(size), taken(name)
    arrays = [rng.normal(size=shape).astype(np.float32) for shape in shapes]
    for text, lays in arrangements([len(shape) for shape in shapes]):
        check(row, [lay(a, dev) for lay, a in zip(lays, arrays, strict=True)], text)
    if before is not None and dev < 0:
        assert (taken(name) == before) == (side == 0), "the sizes are not those of the threshold"


@pytest.mark.parametrize("bias", [(), (1,), (1, 128), "rows"])
def test_a_bias_that_is_broadcast(bias: Any, dev: int) -> None:
    """What is not one number a column is broadcast as by libtorch."""
    rng = np.random.default_rng(3)
    for rows in (2, 300):
        shape = (rows, 128) if bias == "rows" else bias
        arrays = [rng.normal(size=s).astype(np.float32) for s in ((rows, 128), (128, 128), shape)]
        check(OPERANDS["linear"][1], [tensor(a, dev=dev) for a in arrays], f"{rows} rows")


@pytest.mark.parametrize("name", OPERANDS)
def test_nothing_along_an_axis(name: str, dev: int) -> None:
    """An axis of length 0, each in turn: the same as in float64, or the same refusal."""
    # The way back of a convolution is called with the shapes of the way there: `everything` does.
    for row in (row for row in OPERANDS[name] if row.differentiable):
        shapes = row.shapes(2 * THRESHOLDS[name][0])
        for k, axis in ((k, axis) for k, shape in enumerate(shapes) for axis in range(len(shape))):
            sizes = [tuple(0 if (i, j) == (k, axis) else n for j, n in enumerate(s)) for i, s in enumerate(shapes)]
            assert outcome(row, sizes, np.float32, dev) == outcome(row, sizes, np.float64, dev), sizes


def outcome(row: Operands, shapes: list[tuple[int, ...]], dtype: Any, dev: int) -> Any:
    try:
        return [a.shape for a in everything(row, [tensor(np.zeros(s, dtype), dev=dev) for s in shapes])]
    except (RuntimeError, ValueError):
        return "refused"


WAYS: dict[str, tuple[Any, ...]] = {
    "negative padding": ([1, 1], [-1, 0], [1, 1], False, [0, 0], 1),
    "no dilation": ([1, 1], [0, 0], [0, 1], False, [0, 0], 1),
    "no stride": ([0, 1], [0, 0], [1, 1], False, [0, 0], 1),
    "a window beyond the image": ([1, 1], [0, 0], [400, 400], False, [0, 0], 1),
    "one number for both axes": ([1], [1], [1], False, [0], 1),
    "no groups": ([1, 1], [0, 0], [1, 1], False, [0, 0], 0),
}


@pytest.mark.parametrize("way", WAYS)
def test_other_ways_of_convolving_are_libtorchs(way: str, dev: int) -> None:
    """What oneDNN would not check is refused, or computed, as in float64."""
    row = Operands(lambda _: [], lambda x, w: kernel("convolution")(x, w, None, *WAYS[way]))
    shapes: list[tuple[int, ...]] = [(2, 16, 60, 60), (16, 16, 3, 3)]
    assert outcome(row, shapes, np.float32, dev) == outcome(row, shapes, np.float64, dev)


@pytest.mark.parametrize("shape", [(2, 16, 70, 58), (2, 16, 58), (2, 15, 58, 58)])
def test_a_gradient_of_another_shape_is_refused(shape: tuple[int, ...], dev: int) -> None:
    x, w = tensor(np.zeros((2, 16, 60, 60), np.float32), dev=dev), tensor(np.zeros((16, 16, 3, 3), np.float32), dev=dev)
    way = ([1, 1], [0, 0], [1, 1], False, [0, 0], 1)
    with pytest.raises((RuntimeError, ValueError)):
        kernel("convolution_backward")(
            tensor(np.zeros(shape, np.float32), dev=dev), x, w, None, *way, [True, True, False]
        )


def test_the_kernel_of_two_matrices_takes_no_stack(dev: int) -> None:
    for rows in (2, 300):
        a, b = (tensor(np.zeros(s, np.float32), dev=dev) for s in ((2, rows, 128), (128, 128)))
        with pytest.raises(ValueError, match="matrix"):
            kernel("mm")(a, b)


def test_every_pair_of_layouts(dev: int) -> None:
    rng = np.random.default_rng(5)
    for name in ("matmul", "linear"):
        row = OPERANDS[name][0]
        arrays = [rng.normal(size=shape).astype(np.float32) for shape in row.shapes(int(THRESHOLDS[name][-1] * 1.1))]
        for one, other in itertools.product(LAYOUTS, repeat=2):
            if "channels last" not in (one, other):
                check(row, [LAYOUTS[one](arrays[0], dev), LAYOUTS[other](arrays[1], dev)], f"{name}: {one}, {other}")
