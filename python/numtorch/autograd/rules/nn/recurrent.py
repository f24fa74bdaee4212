"""The rule of the fused kernel for recurrences, as nn.lstm calls it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from numtorch import _core
from numtorch import kernels as aten
from numtorch._core import Tensor
from numtorch.autograd.fitting import zeros_like
from numtorch.autograd.rule import define_jointly, refuse
from numtorch.autograd.rules.nn.norm import BY_FORMULA

__all__: list[str] = []


LSTM = 2  # libtorch's number for it
WEIGHTS = ("weight0", "weight1", "weight2", "weight3")


def _lstm(
    wanted: list[bool],
    g: Any,
    y: Any,
    input: Tensor,
    weight0: Tensor,
    weight1: Tensor,
    weight2: Tensor,
    weight3: Tensor,
    hx_: Tensor,
    cx_: Tensor,
    reverse: bool,
    batch_sizes: Sequence[int],
    mode: int,
    hidden_size: int,
    num_layers: int,
    has_biases: bool,
    bidirectional: bool,
    batch_first: bool,
    train: bool,
) -> Sequence[Any]:
    del wanted
    if (reverse, list(batch_sizes), mode, num_layers, *map(bool, (has_biases, bidirectional, batch_first, train))) != (
        *(False, [], LSTM, 1),
        *(True, False, False, True),
    ):
        raise NotImplementedError(
            "gradient: mkldnn_rnn_layer has one as nn.lstm calls it: with mode 2 (LSTM), one layer, biases, in "
            "training, forward, of whole batches whose first axis is time"
        )
    if _core.recording():
        return _by_formula(g, input, weight0, weight1, weight2, weight3, hx_, cx_)
    weights = (weight0, weight1, weight2, weight3)
    way: tuple[Any, ...] = (False, 2, hidden_size, 1, True, True, False, [], False)
    # The kernel takes for granted that all is laid out in C order.
    given = [None if part is None else aten.contiguous(part) for part in (input, *weights, hx_, cx_, *y[:3], *g[:3])]
    return aten.mkldnn_rnn_layer_backward(*given, *way, y[3])


def _by_formula(
    g: Any, x: Tensor, wi: Tensor, wh: Tensor, bi: Tensor, bh: Tensor, h: Tensor, c: Tensor
) -> Sequence[Any]:
    """Forward once more, keeping what each step was made of, and back through the steps."""
    before_h, before_c = h[0], c[0]
    steps = []
    for t in range(x.shape[0]):
        parts = aten.chunk(aten.mm(x[t], wi.T) + bi + aten.mm(before_h, wh.T) + bh, 4, 1)
        i, f, o = (aten.sigmoid(parts[number]) for number in (0, 1, 3))
        new = aten.tanh(parts[2])
        c_now = f * before_c + i * new
        squashed = aten.tanh(c_now)
        steps.append((before_h, before_c, i, f, new, o, squashed))
        before_h, before_c = o * squashed, c_now
    of_h = zeros_like(before_h) if g[1] is None else g[1][0]
    of_c = zeros_like(before_c) if g[2] is None else g[2][0]
    of_gates = []
    for t in reversed(range(x.shape[0])):
        _, c_before, i, f, new, o, squashed = steps[t]
        of_h = of_h if g[0] is None else of_h + g[0][t]
        of_c = of_c + of_h * o * (1 - squashed * squashed)
        of_gates.append(
            aten.cat(
                [
                    of_c * new * i * (1 - i),
                    of_c * c_before * f * (1 - f),
                    of_c * i * (1 - new * new),
                    of_h * squashed * o * (1 - o),
                ],
                1,
            )
        )
        of_h, of_c = aten.mm(of_gates[-1], wh), of_c * f
    gates = aten.stack(of_gates[::-1])
    flat = gates.reshape(-1, gates.shape[-1])
    hidden = aten.stack([step[0] for step in steps]).reshape(-1, wh.shape[1])
    of_bias = aten.sum_dim_IntList(flat, [0], False)
    return [
        aten.mm(flat, wi).reshape(x.shape),
        aten.mm(flat.T, x.reshape(-1, x.shape[-1])),
        aten.mm(flat.T, hidden),
        of_bias,
        of_bias,
        of_h[None],
        of_c[None],
    ]


define_jointly("mkldnn_rnn_layer", ("input", *WEIGHTS, "hx_", "cx_"), _lstm)
refuse("mkldnn_rnn_layer_backward", BY_FORMULA)
