"""The loss of sequences without an alignment."""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Any

import numpy as np

from numtorch import kernels as aten
from numtorch._core import Tensor
from numtorch.nn.dispatch import Array, joined, reals
from numtorch.nn.gather import check_range
from numtorch.nn.softmax import logsoftmax, logsumexp

__all__ = [
    "ctc_loss",
]


def ctc_loss(
    logits: Array,
    targets: Array,
    input_lengths: Any = None,
    target_lengths: Any = None,
    *,
    blank: int = 0,
    agg: Callable[[Any], Any] = np.mean,
) -> Any:
    """How unlikely the targets are, over all ways to align them with the steps.

    Parameters
    ----------
    logits : array, shape (N, T, classes)
        Of each class at each step; they become probabilities by `logsoftmax`.
    targets : integer array, shape (N, S)
        Classes, none of them `blank`.
    input_lengths, target_lengths : sequence of int, optional
        How many steps and targets of each sample count; by default all.
    blank : int
        The class that stands for nothing.
    agg : callable
        What makes one number of those of the samples.

    Returns
    -------
    array
        What `agg` makes of the losses; a loss is inf where the steps are too few. Its gradient can be taken once, not
        twice.

    Examples
    --------
    >>> import numpy as np
    >>> from numtorch.nn import ctc_loss
    >>> logits = np.log([[[0.5, 0.5], [0.5, 0.5]]])
    >>> float(np.exp(-ctc_loss(logits, np.array([[1]])))).__round__(2)
    0.75
    """
    on_tensors, (logits,) = reals("ctc_loss", logits)
    if logits.ndim != 3 or len(np.shape(targets)) != 2 or np.shape(targets)[0] != logits.shape[0]:
        raise ValueError(
            "ctc_loss: logits must have shape (N, T, classes) and targets (N, S), not "
            f"{logits.shape} and {np.shape(targets)}"
        )
    n, steps, classes = logits.shape
    if not 0 <= blank < classes:
        raise ValueError(f"ctc_loss: blank must be from 0 to {classes - 1}, not {blank!r}")
    targets = joined(targets, logits) if on_tensors else np.asarray(targets)
    _check_targets(targets, classes)
    dtype = logits.dtype  # in half precision the sums over all steps are those of single precision
    log_probs = logsoftmax(logits.astype(np.float32) if dtype == np.float16 else logits, -1)
    inputs = _lengths("input_lengths", input_lengths, n, steps)
    lengths = _lengths("target_lengths", target_lengths, n, np.shape(targets)[1])
    if on_tensors:
        losses = aten._ctc_loss(log_probs.swapaxes(0, 1), targets, inputs, lengths, blank, False)[0]
        return agg(losses if losses.dtype == dtype else losses.astype(dtype))
    losses = [
        -_log_likelihood(p[:t], target[:s], blank)
        for p, target, t, s in zip(log_probs, targets, inputs, lengths, strict=True)
    ]
    return agg(np.array(losses, dtype))


def _check_targets(targets: Any, classes: int) -> None:
    """Classes. What is in a GPU is not looked at."""
    if targets.dtype.kind not in "iu":
        raise TypeError(f"ctc_loss: targets must be integers, not {targets.dtype}")
    if not isinstance(targets, Tensor) or targets.dev < 0:
        check_range("ctc_loss", "targets", targets, classes)


def _lengths(name: str, lengths: Any, n: int, longest: int) -> list[int]:
    try:
        found = [longest] * n if lengths is None else [operator.index(length) for length in lengths]
    except TypeError:
        found = []
    if len(found) != n or min(found, default=0) < 0 or max(found, default=0) > longest:
        raise ValueError(f"ctc_loss: {name} must be {n} numbers from 0 to {longest}, not {lengths!r}")
    return found


def _log_likelihood(log_probs: Any, target: Any, blank: int) -> Any:
    """The logarithm of the sum over all alignments, step by step.

    A state is a target or the blank before, between or after targets; from step to step one stays, goes to the next,
    or over a blank between different targets to the one after.
    """
    states = np.full(2 * len(target) + 1, blank)
    states[1::2] = target
    may_skip = np.zeros(len(states), bool)
    may_skip[3::2] = target[1:] != target[:-1]
    if len(log_probs) == 0:
        return 0.0 if len(target) == 0 else -np.inf
    alpha = np.full(len(states), -np.inf)
    alpha[:2] = log_probs[0, states[:2]]
    for p in log_probs[1:]:
        once = np.concatenate([[-np.inf], alpha[:-1]])
        twice = np.where(may_skip, np.concatenate([[-np.inf] * 2, alpha])[: len(states)], -np.inf)
        alpha = logsumexp(np.stack([alpha, once, twice]), 0) + p[states]
    return logsumexp(alpha[-2:])
