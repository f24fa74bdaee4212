"""Functions of neural networks, on ndarrays (plain NumPy) and on Tensors (libtorch's kernels): the same numbers.

Arrays are laid out (N, C, spatial...), weights (out, in / groups, k...), and convolutions do not flip their weights.
"""

from importlib import import_module as _import_module
from types import ModuleType as _ModuleType

from numtorch.nn.activations.gates import gelu, glu, hardswish, lisht, logcosh, mish, swish
from numtorch.nn.activations.rectifiers import celu, elu, leakyrelu, relu, relu6, rrelu, selu, softplus, trelu
from numtorch.nn.activations.sigmoids import (
    hardsigmoid,
    hardtanh,
    logsigmoid,
    sigmoid,
    softshrink,
    softsign,
    tanh,
    tanhshrink,
)
from numtorch.nn.attention import (
    causal_mask,
    dot_product_attention,
    dot_product_attention_scores,
)
from numtorch.nn.bags import (
    embedding_bag,
)
from numtorch.nn.batched import (
    batched_adjoint,
    batched_mul,
    batched_transpose,
    batched_vec,
)
from numtorch.nn.conv import (
    conv,
    conv_bias_act,
    conv_transpose,
    depthwise_conv,
)
from numtorch.nn.dropout import (
    dropout,
)
from numtorch.nn.flux_names import make_causal_mask, sigmoid_fast, tanh_fast
from numtorch.nn.gather import (
    embedding,
    gather,
    scatter,
)
from numtorch.nn.grid import (
    grid_sample,
    imrotate,
)
from numtorch.nn.losses.alignment import ctc_loss
from numtorch.nn.losses.classification import (
    binary_focal_loss,
    binarycrossentropy,
    crossentropy,
    dice_coeff_loss,
    focal_loss,
    kldivergence,
    logitbinarycrossentropy,
    logitcrossentropy,
    tversky_loss,
)
from numtorch.nn.losses.operands import label_smoothing
from numtorch.nn.losses.regression import (
    hinge_loss,
    huber_loss,
    mae,
    mse,
    msle,
    poisson_loss,
    siamese_contrastive_loss,
    squared_hinge_loss,
)
from numtorch.nn.norm import (
    batchnorm,
    groupnorm,
    instancenorm,
    layernorm,
    normalise,
)
from numtorch.nn.onehot import (
    onecold,
    onehot,
    topk,
)
from numtorch.nn.padding import (
    pad_circular,
    pad_constant,
    pad_reflect,
    pad_repeat,
    pad_symmetric,
    pad_zeros,
)
from numtorch.nn.patches import (
    fold,
    unfold,
)
from numtorch.nn.pool import (
    adaptive_max_pool,
    adaptive_mean_pool,
    global_max_pool,
    global_mean_pool,
    lp_pool,
    max_pool,
    mean_pool,
)
from numtorch.nn.recurrent import (
    gru,
    gru_cell,
    gru_v3,
    gru_v3_cell,
    lstm,
    lstm_cell,
    rnn,
    rnn_cell,
)
from numtorch.nn.resize import (
    flatten,
    pixel_shuffle,
    pixel_unshuffle,
    upsample,
)
from numtorch.nn.softmax import (
    logsoftmax,
    logsumexp,
    softmax,
)
from numtorch.spellings import NN as _ELSEWHERE
from numtorch.spellings import no_attribute as _no_attribute

__all__ = [
    "adaptive_max_pool",
    "adaptive_mean_pool",
    "batched_adjoint",
    "batched_mul",
    "batched_transpose",
    "batched_vec",
    "batchnorm",
    "binary_focal_loss",
    "binarycrossentropy",
    "causal_mask",
    "celu",
    "conv",
    "conv_bias_act",
    "conv_transpose",
    "crossentropy",
    "ctc_loss",
    "depthwise_conv",
    "dice_coeff_loss",
    "dot_product_attention",
    "dot_product_attention_scores",
    "dropout",
    "elu",
    "embedding",
    "embedding_bag",
    "flatten",
    "focal_loss",
    "fold",
    "gather",
    "gelu",
    "global_max_pool",
    "global_mean_pool",
    "glu",
    "grid_sample",
    "groupnorm",
    "gru",
    "gru_cell",
    "gru_v3",
    "gru_v3_cell",
    "hardsigmoid",
    "hardswish",
    "hardtanh",
    "hinge_loss",
    "huber_loss",
    "imrotate",
    "instancenorm",
    "kldivergence",
    "label_smoothing",
    "layernorm",
    "leakyrelu",
    "lisht",
    "logcosh",
    "logitbinarycrossentropy",
    "logitcrossentropy",
    "logsigmoid",
    "logsoftmax",
    "logsumexp",
    "lp_pool",
    "lstm",
    "lstm_cell",
    "mae",
    "make_causal_mask",
    "max_pool",
    "mean_pool",
    "mish",
    "mse",
    "msle",
    "normalise",
    "onecold",
    "onehot",
    "pad_circular",
    "pad_constant",
    "pad_reflect",
    "pad_repeat",
    "pad_symmetric",
    "pad_zeros",
    "pixel_shuffle",
    "pixel_unshuffle",
    "poisson_loss",
    "relu",
    "relu6",
    "rnn",
    "rnn_cell",
    "rrelu",
    "scatter",
    "selu",
    "siamese_contrastive_loss",
    "sigmoid",
    "sigmoid_fast",
    "softmax",
    "softplus",
    "softshrink",
    "softsign",
    "squared_hinge_loss",
    "swish",
    "tanh",
    "tanh_fast",
    "tanhshrink",
    "topk",
    "trelu",
    "tversky_loss",
    "unfold",
    "upsample",
]


def __getattr__(name: str) -> _ModuleType:
    """`layers`, imported when it is first asked for; of other libraries' names it says what they are called here."""
    if name == "layers":
        return _import_module(f"{__name__}.layers")
    raise _no_attribute(f"module {__name__!r}", name, _ELSEWHERE)
