"""Gradient rules, one module for each family of kernels. Importing this attaches them all."""

from numtorch.autograd.rules import (
    decomposition,
    elementwise,
    fft,
    indexing,
    linalg,
    nn_activations,
    nn_attention,
    nn_norm,
    nn_recurrent,
    nn_resize,
    nn_rows,
    nn_windows,
    random,
    reduction,
    shape,
    special,
)

__all__ = [
    "decomposition",
    "elementwise",
    "fft",
    "indexing",
    "linalg",
    "nn_activations",
    "nn_attention",
    "nn_norm",
    "nn_recurrent",
    "nn_resize",
    "nn_rows",
    "nn_windows",
    "random",
    "reduction",
    "shape",
    "special",
]
