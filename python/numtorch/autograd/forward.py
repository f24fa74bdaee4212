"""Forward mode: derivatives along directions, by going back twice."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from numtorch import _core
from numtorch._core import Node, Tensor, tensor
from numtorch.autograd import nests
from numtorch.autograd.fitting import zeros_like
from numtorch.autograd.nodes import Leaf
from numtorch.autograd.recording import Recording, check_output, fitted, like_source
from numtorch.autograd.scopes import scope
from numtorch.autograd.tape import backward


def pushforward(f: Callable[..., Any], *args: Any) -> tuple[Any, Callable[..., Any]]:
    """Value of ``f(*args)``, and the function that carries a change of the arguments on to a change of the value.

    The way back from the value is linear in the gradient that it starts with; the derivative of that way is the way
    forward. It costs about as much as two gradients, once, and one more for each direction.

    Parameters
    ----------
    f : callable
        Returns one Tensor, of any shape, or a nest (tuple, list, dict, object) of them.
    *args : array, number or nest of them; or one Params
        As for `gradient`.

    Returns
    -------
    y : Tensor or nest
        ``f(*args)``.
    push : callable
        ``push(*tangents)`` takes one direction for each argument, of the argument's structure, where None stands for
        zeros (for a Params it takes Grads), and returns the derivative of the value along it, in the structure of `y`:
        zeros where `f` does not depend on the arguments, None for anything but a floating-point array or number. For
        complex numbers it is the derivative with respect to a real step: ``(f(x + h * tangent) - f(x)) / h``.

    Raises
    ------
    TypeError, ValueError
        Of `push`: a tangent has another structure, shape or kind than its argument.
    NotImplementedError
        A function in between has no gradient, or one that was written on the host (see `adjoint`).

    Examples
    --------
    >>> import numpy as np
    >>> import numtorch as nt
    >>> y, push = nt.pushforward(lambda x, a: np.sin(a * x), nt.tensor([0.0, np.pi]), 2.0)
    >>> push(np.array([1.0, 0.0]), None)
    Tensor([2., 0.], dtype=float64, dev=-1)
    """
    recording = Recording(f, args, nest=True)
    if not recording.outputs:
        check_output(recording.y, "pushforward")
    with scope() as start:
        zeros = [
            None if node is None else zeros_like(o) for o, node in zip(recording.outputs, recording.nodes, strict=True)
        ]
        leaves = [None if zero is None else Leaf(zero, start) for zero in zeros]
        seeds = [
            zero if leaf is None or zero is None else _core.track(zero, leaf)
            for zero, leaf in zip(zeros, leaves, strict=True)
        ]
        gradients = recording.gradients(seeds)
        nodes = [None if g is None else _core.node_of(g) for g in gradients]

    def push(*tangents: Any) -> Any:
        given = tangents[0] if recording.params is not None and len(tangents) == 1 else tangents
        found = _changes(nodes, _directions(recording, given), leaves)
        changes = [_zero(o) if c is None else c for o, c in zip(recording.outputs, found, strict=True)]
        parts = [like_source(c, o) for o, c in zip(recording.outputs, changes, strict=True)]
        return nests.arrange(recording.y, iter(parts))

    return recording.released(), push


def _directions(recording: Recording, tangents: Any) -> list[Tensor | None]:
    along = recording.arguments_along(tangents, "push: the tangents")
    return [
        None if t is None else fitted(t, s if isinstance(s, Tensor) else tensor(s), "push: a tangent", "its argument")
        for t, s in zip(along, recording.sources, strict=True)
    ]


def _changes(
    nodes: Sequence[Node | None], tangents: Sequence[Tensor | None], leaves: Sequence[Leaf | None]
) -> list[Tensor | None]:
    """The derivative with respect to the seeds, `leaves`, of the inner product of gradients and tangents."""
    roots: dict[Node, Tensor] = {}
    for node, tangent in zip(nodes, tangents, strict=True):
        if node is not None and tangent is not None:
            roots[node] = roots[node] + tangent if node in roots else tangent
    if not roots:
        return [None] * len(leaves)
    # Behind these nodes are those of the function, too, which lead to no seed: `inner` leaves them out.
    found = backward(roots, [leaf for leaf in leaves if leaf is not None], inner=True, once=False)
    return [None if leaf is None else found.get(leaf) for leaf in leaves]


def _zero(output: Any) -> Tensor:
    return zeros_like(output if isinstance(output, Tensor) else tensor(output))


def jvp(f: Callable[..., Any], args: Sequence[Any], tangents: Sequence[Any]) -> tuple[Any, Any]:
    """Value of ``f(*args)`` and its derivative along `tangents`: the Jacobian times a vector.

    Parameters
    ----------
    f : callable
        Returns one Tensor, of any shape, or a nest of them.
    args : sequence
        The point: one array, number or nest of them for each argument.
    tangents : sequence
        The direction: for each argument the same structure, None for zeros.

    Returns
    -------
    y, dy
        The value, and its derivative in the same structure. See `pushforward` for conventions and errors, and for
        many directions at one point.

    Examples
    --------
    >>> import numtorch as nt
    >>> y, dy = nt.jvp(lambda x, a: a * x**3, (2.0, 1.0), (1.0, None))
    >>> dy
    Tensor(12., dtype=float64, dev=-1)
    """
    if not isinstance(args, tuple | list) or not isinstance(tangents, tuple | list) or len(args) != len(tangents):
        raise TypeError("jvp: args and tangents must be tuples of the same length, with one tangent for each argument")
    y, push = pushforward(f, *args)
    return y, push(*tangents)
