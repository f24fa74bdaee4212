"""lstm in float32, which on the CPU goes through a fused kernel, against float64, which does not."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from numtorch import collect, gradient, nn, tensor
from tests.nn.rows.sequences import LSTM, STEPS, C, H

ARRAYS = (STEPS, H, C, *LSTM)


def loss(which: int | None) -> Any:
    """Of one of the results, or of all of them."""

    def f(x, h, c, wi, wh, b):  # type: ignore[no-untyped-def]
        y, (h, c) = nn.lstm(x, (h, c), wi, wh, b)
        return sum(np.sum(np.sin(part)) for i, part in enumerate((y, h, c)) if which in (None, i))

    return f


def both(f: Any, dev: int) -> Any:
    return (f(*(tensor(a.astype(kind), dev=dev) for a in ARRAYS)) for kind in "fd")


@pytest.mark.parametrize("which", [0, 1, 2, None])
def test_gradients_in_float32(which: int | None, dev: int) -> None:
    for single, double in zip(*both(lambda *a: gradient(loss(which), *a), dev), strict=True):
        np.testing.assert_allclose(collect(single), collect(double), rtol=1e-4, atol=1e-5)


def test_second_gradients_in_float32(dev: int) -> None:
    def second(*arrays: Any) -> Any:
        return gradient(lambda *a: sum(np.sum(g * g) for g in gradient(loss(None), *a)), *arrays)

    for single, double in zip(*both(second, dev), strict=True):
        np.testing.assert_allclose(collect(single), collect(double), rtol=2e-3, atol=2e-3)


def test_without_state_and_bias(dev: int) -> None:
    for kind in "fd":
        arrays = [a.astype(kind) for a in (STEPS, *LSTM[:2])]
        y, (h, c) = nn.lstm(arrays[0], None, *arrays[1:])
        ours, (our_h, our_c) = nn.lstm(tensor(arrays[0], dev=dev), None, *arrays[1:])
        for found, expected in ((ours, y), (our_h, h), (our_c, c)):
            np.testing.assert_allclose(collect(found), expected, rtol=1e-5, atol=1e-6)


def test_steps_by_hand_are_the_sequence(dev: int) -> None:
    x, h, c, wi, wh, b = (tensor(a, dev=dev) for a in ARRAYS)
    y, last = nn.lstm(x, (h, c), wi, wh, b)
    state = (h, c)
    for t in range(x.shape[1]):
        state = nn.lstm_cell(x[:, t], state, wi, wh, b)
        np.testing.assert_allclose(collect(state[0]), collect(y[:, t]))
    np.testing.assert_allclose(collect(state[1]), collect(last[1]))


def test_backwards_is_forwards_on_the_turned_sequence(dev: int) -> None:
    x, h, c, *parameters = (tensor(a, dev=dev) for a in ARRAYS)
    y, _ = nn.lstm(x, (h, c), *parameters, reverse=True)
    turned, _ = nn.lstm(x[:, ::-1], (h, c), *parameters)
    np.testing.assert_allclose(collect(y), collect(turned)[:, ::-1])
