"""Recurrent layers: cells take and return their state, recurrences run a cell along axis 1."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from numtorch.nn.dispatch import ArrayT, integer
from numtorch.nn.draws import Rng
from numtorch.nn.layers.init import generator, zeros
from numtorch.nn.layers.layer import Layer, called
from numtorch.nn.recurrent import gru, gru_cell, gru_v3, gru_v3_cell, lstm, lstm_cell, rnn, rnn_cell

Function = Callable[..., Any]


class _Cell(Layer):
    """Weights of a cell: `weight_ih` (gates * hidden, inputs), `weight_hh` (gates * hidden, hidden), and biases."""

    gates = 1

    def __init__(self, inputs: int, hidden: int, *, bias: bool = True, init: Function | None = None, rng: Rng = None):
        owner = type(self).__name__
        integer(owner, "inputs", inputs, 0)
        integer(owner, "hidden", hidden)
        rng = generator(rng)
        bound = 1 / math.sqrt(hidden)

        def uniform(shape: tuple[int, ...], rng: np.random.Generator) -> Any:
            return rng.uniform(-bound, bound, shape).astype(np.float32)

        init = uniform if init is None else init
        self.weight_ih = init((self.gates * hidden, inputs), rng=rng)
        self.weight_hh = init((self.gates * hidden, hidden), rng=rng)
        self.bias_ih = zeros((self.gates * hidden,)) if bias else None
        self.bias_hh = zeros((self.gates * hidden,)) if bias else None

    @property
    def hidden(self) -> int:
        """Length of the state."""
        return int(self.weight_hh.shape[1])

    @property
    def bias(self) -> Any:
        """The sum of the two."""
        return None if self.bias_ih is None else self.bias_ih + self.bias_hh

    def run(self, x: ArrayT, state: Any) -> tuple[ArrayT, Any]:
        """All steps of a sequence: what each gives, and the last state."""
        raise NotImplementedError

    def __call__(self, x: ArrayT, state: Any = None) -> tuple[ArrayT, Any]:
        raise NotImplementedError

    def describe(self) -> str:
        return f"{self.weight_ih.shape[1]} => {self.hidden}"


class RNNCell(_Cell):
    """`h = act(W x + U h + b)`.

    Parameters
    ----------
    inputs, hidden : int
        Lengths of x and h.
    act : callable
        Activation.
    bias : bool
        Whether there are biases.
    init : callable, optional
        Initialiser of the weights; by default uniform in ± 1 / sqrt(hidden).
    rng : numpy.random.Generator or int, optional
        Where the initial numbers come from.

    Examples
    --------
    >>> import numpy as np
    >>> from numtorch.nn.layers import RNNCell
    >>> y, h = RNNCell(3, 4, rng=0)(np.ones((2, 3), np.float32))
    >>> y.shape, y is h
    ((2, 4), True)
    """

    def __init__(self, inputs: int, hidden: int, act: Function = np.tanh, **options: Any) -> None:
        super().__init__(inputs, hidden, **options)
        self.act = called("RNNCell", "act", act)

    def run(self, x: ArrayT, state: Any) -> tuple[ArrayT, Any]:
        return rnn(x, state, self.weight_ih, self.weight_hh, self.bias, act=self.act)

    def __call__(self, x: ArrayT, state: Any = None) -> tuple[ArrayT, ArrayT]:
        h = rnn_cell(x, state, self.weight_ih, self.weight_hh, self.bias, act=self.act)
        return h, h


class LSTMCell(_Cell):
    """Long short-term memory (Hochreiter and Schmidhuber 1997); the state is the pair (h, c).

    The rows of the weights are those of the input, forget, cell and output gates, in this order.

    Parameters
    ----------
    inputs, hidden : int
        Lengths of x and of h and c.
    **options
        As of `RNNCell`.

    Examples
    --------
    >>> import numpy as np
    >>> from numtorch.nn.layers import LSTMCell
    >>> y, (h, c) = LSTMCell(3, 4, rng=0)(np.ones((2, 3), np.float32))
    >>> y.shape, c.shape
    ((2, 4), (2, 4))
    """

    gates = 4

    def run(self, x: ArrayT, state: Any) -> tuple[ArrayT, Any]:
        return lstm(x, state, self.weight_ih, self.weight_hh, self.bias)

    def __call__(self, x: ArrayT, state: Any = None) -> tuple[ArrayT, tuple[ArrayT, ArrayT]]:
        h, c = lstm_cell(x, state, self.weight_ih, self.weight_hh, self.bias)
        return h, (h, c)


class GRUCell(_Cell):
    """Gated recurrent unit (Cho et al. 2014); the reset gate acts on `U h + b`.

    The rows of the weights are those of the reset, update and new gates, in this order.

    Parameters
    ----------
    inputs, hidden : int
        Lengths of x and h.
    **options
        As of `RNNCell`.

    Examples
    --------
    >>> import numpy as np
    >>> from numtorch.nn.layers import GRUCell
    >>> y, h = GRUCell(3, 4, rng=0)(np.ones((2, 3), np.float32))
    >>> y.shape
    (2, 4)
    """

    gates = 3

    def run(self, x: ArrayT, state: Any) -> tuple[ArrayT, Any]:
        return gru(x, state, self.weight_ih, self.weight_hh, self.bias_ih, self.bias_hh)

    def __call__(self, x: ArrayT, state: Any = None) -> tuple[ArrayT, ArrayT]:
        h = gru_cell(x, state, self.weight_ih, self.weight_hh, self.bias_ih, self.bias_hh)
        return h, h


class GRUv3Cell(_Cell):
    """Gated recurrent unit in the first publication's third version: the reset gate acts on h, before U.

    The rows of the weights are those of the reset, update and new gates, in this order.

    Parameters
    ----------
    inputs, hidden : int
        Lengths of x and h.
    **options
        As of `RNNCell`.

    Examples
    --------
    >>> import numpy as np
    >>> from numtorch.nn.layers import GRUv3Cell
    >>> y, h = GRUv3Cell(3, 4, rng=0)(np.ones((2, 3), np.float32))
    >>> y.shape
    (2, 4)
    """

    gates = 3

    def __init__(self, inputs: int, hidden: int, **options: Any) -> None:
        super().__init__(inputs, hidden, **options)
        self.bias_hh = None  # it would be added to the other one

    def run(self, x: ArrayT, state: Any) -> tuple[ArrayT, Any]:
        return gru_v3(x, state, self.weight_ih, self.weight_hh, self.bias_ih)

    def __call__(self, x: ArrayT, state: Any = None) -> tuple[ArrayT, ArrayT]:
        h = gru_v3_cell(x, state, self.weight_ih, self.weight_hh, self.bias_ih)
        return h, h


def initialstates(layer: Any, batch: int = 1) -> Any:
    """The state before the first step: zeros, where the weights of a cell or a recurrence are and in their dtype.

    Parameters
    ----------
    layer : RNNCell, LSTMCell, GRUCell, GRUv3Cell, or a Recurrence of one
        Cells and recurrences take None for the same.
    batch : int
        How many sequences there are.

    Returns
    -------
    array, of shape (batch, hidden), or a pair of them (LSTM)

    Examples
    --------
    >>> from numtorch.nn.layers import LSTM, initialstates
    >>> [part.shape for part in initialstates(LSTM(3, 4), 2)]
    [(2, 4), (2, 4)]
    """
    cell = layer.cell if isinstance(layer, Recurrence) else layer
    if not isinstance(cell, _Cell):
        raise TypeError(f"initialstates: the layer must be a cell of numtorch.nn.layers or a Recurrence, not {layer!r}")
    integer("initialstates", "batch", batch, 0)
    state = np.zeros_like(cell.weight_hh, shape=(batch, cell.hidden))
    return (state, np.zeros_like(state)) if isinstance(cell, LSTMCell) else state


class Recurrence(Layer):
    """A cell run along a sequence, axis 1 of (N, L, inputs): what it gives is (N, L, hidden).

    Parameters
    ----------
    cell : callable
        `y, state = cell(x, state)`; for its first state None.
    return_state : bool
        Whether to return the last state too.

    Examples
    --------
    >>> import numpy as np
    >>> from numtorch.nn.layers import GRUCell, Recurrence
    >>> Recurrence(GRUCell(3, 4, rng=0))(np.ones((2, 5, 3), np.float32)).shape
    (2, 5, 4)
    """

    def __init__(self, cell: Function, *, return_state: bool = False) -> None:
        self.cell = called("Recurrence", "cell", cell)
        self.return_state = return_state

    def __call__(self, x: Any, state: Any = None) -> Any:
        if isinstance(self.cell, _Cell):
            result, state = self.cell.run(x, state)
        else:
            if x.ndim < 2 or x.shape[1] < 1:
                raise ValueError(f"Recurrence: x must have shape (N, L, ...) with at least one step, not {x.shape}")
            found = []
            for i in range(x.shape[1]):
                y, state = self.cell(x[:, i], state)
                found.append(y)
            result = np.stack(found, axis=1)
        return (result, state) if self.return_state else result


class RNN(Recurrence):
    """`RNNCell` along axis 1: (N, L, inputs) becomes (N, L, hidden).

    Parameters
    ----------
    inputs, hidden : int
        Lengths of the last axis.
    act : callable
        Activation.
    return_state : bool
        Whether to return the last state too.
    **options
        As of `RNNCell`.

    Examples
    --------
    >>> import numpy as np
    >>> from numtorch.nn.layers import RNN
    >>> RNN(3, 4, rng=0)(np.ones((2, 5, 3), np.float32)).shape
    (2, 5, 4)
    """

    def __init__(
        self, inputs: int, hidden: int, act: Function = np.tanh, *, return_state: bool = False, **options: Any
    ) -> None:
        super().__init__(RNNCell(inputs, hidden, act, **options), return_state=return_state)


class LSTM(Recurrence):
    """`LSTMCell` along axis 1: (N, L, inputs) becomes (N, L, hidden).

    Parameters
    ----------
    inputs, hidden : int
        Lengths of the last axis.
    return_state : bool
        Whether to return the last state, (h, c), too.
    **options
        As of `RNNCell`.

    Examples
    --------
    >>> import numpy as np
    >>> from numtorch.nn.layers import LSTM
    >>> y, (h, c) = LSTM(3, 4, rng=0, return_state=True)(np.ones((2, 5, 3), np.float32))
    >>> y.shape, c.shape
    ((2, 5, 4), (2, 4))
    """

    def __init__(self, inputs: int, hidden: int, *, return_state: bool = False, **options: Any) -> None:
        super().__init__(LSTMCell(inputs, hidden, **options), return_state=return_state)


class GRU(Recurrence):
    """`GRUCell` along axis 1: (N, L, inputs) becomes (N, L, hidden).

    Parameters
    ----------
    inputs, hidden : int
        Lengths of the last axis.
    return_state : bool
        Whether to return the last state too.
    **options
        As of `RNNCell`.

    Examples
    --------
    >>> import numpy as np
    >>> from numtorch.nn.layers import GRU
    >>> GRU(3, 4, rng=0)(np.ones((2, 5, 3), np.float32)).shape
    (2, 5, 4)
    """

    def __init__(self, inputs: int, hidden: int, *, return_state: bool = False, **options: Any) -> None:
        super().__init__(GRUCell(inputs, hidden, **options), return_state=return_state)


class GRUv3(Recurrence):
    """`GRUv3Cell` along axis 1: (N, L, inputs) becomes (N, L, hidden).

    Parameters
    ----------
    inputs, hidden : int
        Lengths of the last axis.
    return_state : bool
        Whether to return the last state too.
    **options
        As of `RNNCell`.

    Examples
    --------
    >>> import numpy as np
    >>> from numtorch.nn.layers import GRUv3
    >>> GRUv3(3, 4, rng=0)(np.ones((2, 5, 3), np.float32)).shape
    (2, 5, 4)
    """

    def __init__(self, inputs: int, hidden: int, *, return_state: bool = False, **options: Any) -> None:
        super().__init__(GRUv3Cell(inputs, hidden, **options), return_state=return_state)
