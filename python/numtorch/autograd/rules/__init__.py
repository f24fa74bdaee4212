"""Gradient rules, one module for each family of kernels. Importing this attaches them all."""

from numtorch.autograd.rules import (
    constants,
    decomposition,
    elementwise,
    fft,
    indexing,
    kinks,
    linalg,
    multi_tensor,
    random,
    reduction,
    shape,
    special,
)
from numtorch.autograd.rules.nn import activations as nn_activations
from numtorch.autograd.rules.nn import attention as nn_attention
from numtorch.autograd.rules.nn import grid as nn_grid
from numtorch.autograd.rules.nn import norm as nn_norm
from numtorch.autograd.rules.nn import recurrent as nn_recurrent
from numtorch.autograd.rules.nn import resize as nn_resize
from numtorch.autograd.rules.nn import rows as nn_rows
from numtorch.autograd.rules.nn import windows as nn_windows

__all__ = [
    "constants",
    "decomposition",
    "elementwise",
    "fft",
    "indexing",
    "kinks",
    "linalg",
    "multi_tensor",
    "nn_activations",
    "nn_attention",
    "nn_grid",
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
