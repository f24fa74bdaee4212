"""Recurrences over the steps of a sequence."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from numtorch import kernels as aten
from numtorch._core import Tensor
from numtorch.nn.activations.sigmoids import sigmoid
from numtorch.nn.dispatch import Array, ArrayT, together

__all__ = ["gru", "gru_cell", "gru_v3", "gru_v3_cell", "lstm", "lstm_cell", "rnn", "rnn_cell"]

LSTM = 2  # libtorch's number for it


def _checked(
    function: str, x: Array, states: tuple[Array | None, ...], wi: Array, wh: Array, biases: Any, gates: int, ndim: int
) -> tuple[bool, Any, list[Any], Any, Any, list[Any]]:
    """All arrays together: x, the states (zeros for None), the weights and the biases."""
    on_tensors, (x, wi, wh, *rest) = together(function, x, wi, wh, *states, *biases)
    if wi is None or wh is None:
        raise TypeError(f"{function}: wi and wh must be arrays, not None")
    given, biases = rest[: len(states)], rest[len(states) :]
    if x.ndim != ndim:
        expected = "(N, L, I)" if ndim == 3 else "(N, I)"
        raise ValueError(f"{function}: x must have shape {expected}, not {x.shape}")
    hidden = wh.shape[-1]
    if wi.shape != (gates * hidden, x.shape[-1]) or wh.shape != (gates * hidden, hidden):
        raise ValueError(
            f"{function}: wi must have shape ({gates or 1} * H, {x.shape[-1]}) and wh ({gates} * H, H), for x of shape "
            f"{x.shape}, not {wi.shape} and {wh.shape}"
        )
    for b in biases:
        if b is not None and b.shape != (gates * hidden,):
            raise ValueError(f"{function}: a bias must have shape ({gates * hidden},), not {b.shape}")
    shape = (x.shape[0], hidden)
    for state in given:
        if state is not None and state.shape != shape:
            raise ValueError(f"{function}: the state must have shape {shape}, not {state.shape}")
    nothing = aten.zeros(shape, dtype=x.dtype, device=x.dev) if on_tensors else np.zeros(shape, x.dtype)
    return on_tensors, x, [nothing if state is None else state for state in given], wi, wh, biases


def _plus(y: Any, b: Any) -> Any:
    return y if b is None else y + b


def _steps(gates: Any) -> list[Any]:
    """What is in (N, L, ...) for each of the L steps."""
    return (
        list(aten.unbind_int(gates, 1)) if isinstance(gates, Tensor) else [gates[:, t] for t in range(gates.shape[1])]
    )


def _with_state(gates: Any, h: Any, wt: Any) -> Any:
    """``gates + h @ wt``."""
    return aten.addmm(gates, h, wt) if isinstance(gates, Tensor) else gates + h @ wt


def _unrolled(step: Callable[..., tuple[Any, ...]], gates: Any, states: Any, reverse: bool) -> tuple[Any, Any]:
    """What `step` makes of each step's gates and the states before it: all first states, and the last states."""
    outputs = []
    steps = _steps(gates)
    for one in reversed(steps) if reverse else steps:
        states = step(one, *states)
        outputs.append(states[0])
    if not outputs:
        return gates[:, :, : states[0].shape[-1]], states
    return np.stack(outputs[::-1] if reverse else outputs, axis=1), states


def rnn(
    x: ArrayT,
    h: Array | None,
    wi: Array,
    wh: Array,
    b: Array | None = None,
    *,
    act: Callable[[Any], Any] = np.tanh,
    reverse: bool = False,
) -> tuple[ArrayT, ArrayT]:
    """The plain recurrence ``h = act(wi @ x + wh @ h + b)`` over the steps of sequences.

    Parameters
    ----------
    x : array, shape (N, L, I)
        N sequences of L steps.
    h : array, shape (N, H), or None
        The state before the first step; None for zeros.
    wi : array, shape (H, I)
    wh : array, shape (H, H)
    b : array, shape (H,), optional
    act : callable
    reverse : bool
        From the last step to the first.

    Returns
    -------
    y : array, shape (N, L, H)
        The state after each step.
    h : array, shape (N, H)
        The state after the last one.

    Examples
    --------
    >>> import numpy as np
    >>> from numtorch.nn import rnn
    >>> y, h = rnn(np.ones((1, 3, 1)), None, np.eye(1), np.eye(1), act=lambda s: s)
    >>> y[0, :, 0], h
    (array([1., 2., 3.]), array([[3.]]))
    """
    _, x, states, wi, wh, (b,) = _checked("rnn", x, (h,), wi, wh, (b,), 1, 3)
    wt = wh.T
    y, (h,) = _unrolled(lambda g, h: (act(_with_state(g, h, wt)),), _plus(x @ wi.T, b), states, reverse)
    return y, h


def rnn_cell(
    x: ArrayT, h: Array | None, wi: Array, wh: Array, b: Array | None = None, *, act: Callable[[Any], Any] = np.tanh
) -> ArrayT:
    """One step of `rnn`: the next state, for x of shape (N, I).

    Examples
    --------
    >>> import numpy as np
    >>> from numtorch.nn import rnn_cell
    >>> rnn_cell(np.ones((1, 2)), None, np.eye(2), np.eye(2)).round(4)
    array([[0.7616, 0.7616]])
    """
    _, x, (h,), wi, wh, (b,) = _checked("rnn_cell", x, (h,), wi, wh, (b,), 1, 2)
    return act(_plus(x @ wi.T, b) + h @ wh.T)


def _parts(gates: Any, count: int) -> Any:
    return aten.chunk(gates, count, 1) if isinstance(gates, Tensor) else np.split(gates, count, axis=1)


def _lstm_step(gates: Any, h: Any, c: Any, wt: Any) -> tuple[Any, Any]:
    i, f, g, o = _parts(_with_state(gates, h, wt), 4)
    c = sigmoid(f) * c + sigmoid(i) * np.tanh(g)
    return sigmoid(o) * np.tanh(c), c


def _pair(function: str, state: Any) -> Any:
    if state is None:
        return None, None
    if not isinstance(state, tuple | list) or len(state) != 2:
        raise TypeError(f"{function}: the state must be a pair (h, c) or None, not {type(state).__name__}")
    return state


def lstm(
    x: ArrayT,
    state: tuple[Array | None, Array | None] | None,
    wi: Array,
    wh: Array,
    b: Array | None = None,
    *,
    reverse: bool = False,
) -> tuple[ArrayT, tuple[ArrayT, ArrayT]]:
    """Long short-term memory over the steps of sequences.

    ``c = sigmoid(f) * c + sigmoid(i) * tanh(g)`` and ``h = sigmoid(o) * tanh(c)``, where i, f, g, o are the four parts
    of ``wi @ x + wh @ h + b``. float32 on the CPU goes through libtorch's fused kernel.

    Parameters
    ----------
    x : array, shape (N, L, I)
        N sequences of L steps.
    state : (h, c), each of shape (N, H), or None
        Before the first step; None for zeros.
    wi : array, shape (4 * H, I)
    wh : array, shape (4 * H, H)
        The weights of the input, forget, cell and output gate, one after another, as PyTorch keeps them.
    b : array, shape (4 * H,), optional
    reverse : bool
        From the last step to the first.

    Returns
    -------
    y : array, shape (N, L, H)
        h after each step.
    (h, c) : arrays, shape (N, H)
        After the last one.

    Examples
    --------
    >>> import numpy as np
    >>> from numtorch.nn import lstm
    >>> y, (h, c) = lstm(np.ones((2, 3, 1)), None, np.ones((4, 1)), np.ones((4, 1)))
    >>> y.shape, h.shape, c[0].round(3)
    ((2, 3, 1), (2, 1), array([1.739]))
    """
    h, c = _pair("lstm", state)
    on_tensors, x, (h, c), wi, wh, (b,) = _checked("lstm", x, (h, c), wi, wh, (b,), 4, 3)
    if on_tensors and x.dtype == np.float32 and x.dev < 0 and x.size and not reverse:
        return _lstm_fused(x, h, c, wi, wh, b)
    wt = wh.T
    y, (h, c) = _unrolled(lambda g, h, c: _lstm_step(g, h, c, wt), _plus(x @ wi.T, b), (h, c), reverse)
    return y, (h, c)


def _lstm_fused(x: Tensor, h: Tensor, c: Tensor, wi: Tensor, wh: Tensor, b: Any) -> tuple[Any, tuple[Any, Any]]:
    hidden = wh.shape[1]
    none = aten.zeros((4 * hidden,), dtype=x.dtype)
    way: tuple[Any, ...] = (False, [], LSTM, hidden, 1, True, False, False, True)
    # The kernel takes for granted that all is laid out in C order.
    x, wi, wh, h, c = (aten.contiguous(part) for part in (x.swapaxes(0, 1), wi, wh, h, c))
    y, h, c, _ = aten.mkldnn_rnn_layer(x, wi, wh, none if b is None else b, none, h[None], c[None], *way)
    return y.swapaxes(0, 1), (h[0], c[0])


def lstm_cell(
    x: ArrayT, state: tuple[Array | None, Array | None] | None, wi: Array, wh: Array, b: Array | None = None
) -> tuple[ArrayT, ArrayT]:
    """One step of `lstm`: the next (h, c), for x of shape (N, I).

    Examples
    --------
    >>> import numpy as np
    >>> from numtorch.nn import lstm_cell
    >>> [part.round(4) for part in lstm_cell(np.ones((1, 1)), None, np.ones((4, 1)), np.ones((4, 1)))]
    [array([[0.3696]]), array([[0.5568]])]
    """
    h, c = _pair("lstm_cell", state)
    _, x, (h, c), wi, wh, (b,) = _checked("lstm_cell", x, (h, c), wi, wh, (b,), 4, 2)
    return _lstm_step(_plus(x @ wi.T, b), h, c, wh.T)


def _gru_step(gates: Any, h: Any, wt: Any, bh: Any) -> tuple[Any]:
    r, z, n = _parts(gates, 3)
    hr, hz, hn = _parts(h @ wt if bh is None else _with_state(bh, h, wt), 3)
    n = np.tanh(n + sigmoid(r + hr) * hn)
    return (n + sigmoid(z + hz) * (h - n),)


def gru(
    x: ArrayT,
    h: Array | None,
    wi: Array,
    wh: Array,
    b: Array | None = None,
    bh: Array | None = None,
    *,
    reverse: bool = False,
) -> tuple[ArrayT, ArrayT]:
    """Gated recurrent units over the steps of sequences.

    ``h = (1 - sigmoid(z)) * n + sigmoid(z) * h`` with ``n = tanh(xn + sigmoid(r) * hn)``, where r and z are the sums of
    the first and the second parts of ``wi @ x + b`` and ``wh @ h + bh``, and xn and hn their third parts.

    Parameters
    ----------
    x : array, shape (N, L, I)
        N sequences of L steps.
    h : array, shape (N, H), or None
        The state before the first step; None for zeros.
    wi : array, shape (3 * H, I)
    wh : array, shape (3 * H, H)
        The weights of the reset gate, the update gate and the new state, one after another, as PyTorch keeps them.
    b, bh : array, shape (3 * H,), optional
    reverse : bool
        From the last step to the first.

    Returns
    -------
    y : array, shape (N, L, H)
        The state after each step.
    h : array, shape (N, H)
        The state after the last one.

    Examples
    --------
    >>> import numpy as np
    >>> from numtorch.nn import gru
    >>> y, h = gru(np.ones((2, 3, 1)), None, np.ones((3, 1)), np.ones((3, 1)))
    >>> y.shape, h[0].round(3)
    ((2, 3, 1), array([0.452]))
    """
    _, x, states, wi, wh, (b, bh) = _checked("gru", x, (h,), wi, wh, (b, bh), 3, 3)
    wt = wh.T
    y, (h,) = _unrolled(lambda g, h: _gru_step(g, h, wt, bh), _plus(x @ wi.T, b), states, reverse)
    return y, h


def gru_cell(
    x: ArrayT, h: Array | None, wi: Array, wh: Array, b: Array | None = None, bh: Array | None = None
) -> ArrayT:
    """One step of `gru`: the next state, for x of shape (N, I).

    Examples
    --------
    >>> import numpy as np
    >>> from numtorch.nn import gru_cell
    >>> gru_cell(np.ones((1, 1)), None, np.ones((3, 1)), np.ones((3, 1))).round(4)
    array([[0.2048]])
    """
    _, x, (h,), wi, wh, (b, bh) = _checked("gru_cell", x, (h,), wi, wh, (b, bh), 3, 2)
    return _gru_step(_plus(x @ wi.T, b), h, wh.T, bh)[0]


def _gru_v3_step(gates: Any, h: Any, wt: Any, nt: Any) -> tuple[Any]:
    r, z, n = _parts(gates, 3)
    hr, hz = _parts(h @ wt, 2)
    n = np.tanh(n + (sigmoid(r + hr) * h) @ nt)
    return (n + sigmoid(z + hz) * (h - n),)


def gru_v3(
    x: ArrayT, h: Array | None, wi: Array, wh: Array, b: Array | None = None, *, reverse: bool = False
) -> tuple[ArrayT, ArrayT]:
    """Gated recurrent units as first published (Cho et al. 2014, third version): the reset gate acts on the state.

    As `gru`, but with ``n = tanh(xn + wn @ (sigmoid(r) * h))``, where `wn` is the third part of `wh`.

    Parameters
    ----------
    x : array, shape (N, L, I)
    h : array, shape (N, H), or None
        The state before the first step; None for zeros.
    wi : array, shape (3 * H, I)
    wh : array, shape (3 * H, H)
        The weights of the reset gate, the update gate and the new state, one after another.
    b : array, shape (3 * H,), optional
    reverse : bool
        From the last step to the first.

    Returns
    -------
    y : array, shape (N, L, H)
        The state after each step.
    h : array, shape (N, H)
        The state after the last one.

    Examples
    --------
    >>> import numpy as np
    >>> from numtorch.nn import gru_v3
    >>> y, h = gru_v3(np.ones((2, 3, 1)), None, np.ones((3, 1)), np.ones((3, 1)))
    >>> y.shape, h[0].round(3)
    ((2, 3, 1), array([0.452]))
    """
    _, x, states, wi, wh, (b,) = _checked("gru_v3", x, (h,), wi, wh, (b,), 3, 3)
    split = 2 * wh.shape[1]
    wt, nt = wh[:split].T, wh[split:].T
    y, (h,) = _unrolled(lambda g, h: _gru_v3_step(g, h, wt, nt), _plus(x @ wi.T, b), states, reverse)
    return y, h


def gru_v3_cell(x: ArrayT, h: Array | None, wi: Array, wh: Array, b: Array | None = None) -> ArrayT:
    """One step of `gru_v3`: the next state, for x of shape (N, I).

    Examples
    --------
    >>> import numpy as np
    >>> from numtorch.nn import gru_v3_cell
    >>> gru_v3_cell(np.ones((1, 1)), None, np.ones((3, 1)), np.ones((3, 1))).round(4)
    array([[0.2048]])
    """
    _, x, (h,), wi, wh, (b,) = _checked("gru_v3_cell", x, (h,), wi, wh, (b,), 3, 2)
    split = 2 * wh.shape[1]
    return _gru_v3_step(_plus(x @ wi.T, b), h, wh[:split].T, wh[split:].T)[0]
