"""Activations, softmax, normalizations, losses."""

from typing import Any

import numpy as np
import torch
import torch.nn.functional as F

from numtorch import Tensor, dropgrad, nn, tensor
from tests.nn.rows.call import Call, apart, cplx, normal, positive

X = apart(4, 6)
BATCH = normal(3, 4, 5)
SCALE, SHIFT, MEAN, VAR = positive(4), normal(4), normal(4), positive(4)

ACTIVATIONS: dict[str, Any] = {
    "celu": F.celu,
    "elu": F.elu,
    "gelu": F.gelu,
    "glu": lambda x: F.glu(x, 1),
    "hardsigmoid": F.hardsigmoid,
    "hardswish": F.hardswish,
    "hardtanh": F.hardtanh,
    "leakyrelu": F.leaky_relu,
    "lisht": lambda x: x * torch.tanh(x),
    "logcosh": lambda x: torch.log(torch.cosh(x)),
    "logsigmoid": F.logsigmoid,
    "mish": F.mish,
    "relu": F.relu,
    "relu6": F.relu6,
    "selu": F.selu,
    "sigmoid": torch.sigmoid,
    "sigmoid_fast": torch.sigmoid,
    "softplus": lambda x: F.softplus(x, threshold=40),
    "softshrink": F.softshrink,
    "softsign": F.softsign,
    "swish": F.silu,
    "tanh": torch.tanh,
    "tanh_fast": torch.tanh,
    "tanhshrink": F.tanhshrink,
    "trelu": lambda x: F.threshold(x, 1, 0),
}


def probabilities(*shape: int) -> Any:
    return nn.softmax(normal(*shape), 1)


P, Y, LOGITS = probabilities(3, 4), probabilities(3, 4), normal(3, 4)
SIGNS = np.where(normal(3, 4) > 0, 1.0, -1.0)

LOSSES: dict[str, Any] = {
    "mae": (P, Y, F.l1_loss),
    "mse": (P, Y, F.mse_loss),
    "msle": (P, Y, lambda p, y: ((p + EPS).log() - (y + EPS).log()).square().mean()),
    "huber_loss": (LOGITS, Y, F.huber_loss),
    "crossentropy": (P, Y, lambda p, y: -(y * (p + EPS).log()).sum(1).mean()),
    "logitcrossentropy": (LOGITS, Y, F.cross_entropy),
    "binarycrossentropy": (P, Y, None),
    "logitbinarycrossentropy": (LOGITS, Y, F.binary_cross_entropy_with_logits),
    "kldivergence": (P, Y, None),
    "poisson_loss": (P, Y, lambda p, y: (p - y * p.log()).mean()),
    "hinge_loss": (LOGITS, SIGNS, lambda p, y: F.relu(1 - p * y).mean()),
    "squared_hinge_loss": (LOGITS, SIGNS, lambda p, y: F.relu(1 - p * y).square().mean()),
    "dice_coeff_loss": (P, Y, None),
    "tversky_loss": (P, Y, None),
    "focal_loss": (P, Y, None),
    "binary_focal_loss": (P, Y, None),
    "siamese_contrastive_loss": (positive(3, 4), Y, None),
}
EPS = np.finfo(float).eps
_rng = np.random.default_rng(12)
ROWS_OF_3, IMAGES = _rng.normal(size=(2, 3)), _rng.normal(size=(3, 6, 2, 3))
CHANNELS = _rng.uniform(0.3, 1.7, 6), _rng.normal(size=6)


def track(training: bool, f: Any = nn.batchnorm) -> Any:
    """batchnorm with its running mean and variance, which are fresh for each call."""

    def run(x, *affine):  # type: ignore[no-untyped-def]
        running = [a.astype(x.dtype) for a in (MEAN, VAR)]
        if isinstance(x, Tensor):
            running = [tensor(a, dev=x.dev) for a in running]
        y = f(x, *(affine or (None, None)), *running, training=training)
        return (y, *running) if training else y

    return run


def track_torch(training: bool) -> Any:
    def run(x, *affine):  # type: ignore[no-untyped-def]
        running = [torch.tensor(a, dtype=x.dtype) for a in (MEAN, VAR)]
        y = F.batch_norm(x, *running, *affine, training=training)
        return (y, *running) if training else y

    return run


def instance_torch(x, scale, shift):  # type: ignore[no-untyped-def]
    running = [torch.tensor(a, dtype=x.dtype) for a in (MEAN, VAR)]
    return (F.instance_norm(x, *running, scale, shift), *running)


def normalizations() -> list[Call]:
    rows = []
    for affine in ((), (SCALE, SHIFT)):
        told = "affine" if affine else "plain"
        rows += [
            Call(f"batchnorm training {told}", track(True), (BATCH, *affine), track_torch(True), smooth=1),
            Call(f"batchnorm fixed {told}", track(False), (BATCH, *affine), track_torch(False)),
            Call(
                f"batchnorm without running {told}",
                lambda x, *a: nn.batchnorm(x, *(a or (None, None)), None, None),
                (BATCH, *affine),
                lambda x, *a: F.batch_norm(x, None, None, *a, training=True),
                order=1,
            ),
            Call(
                f"instancenorm {told}",
                lambda x, *a: nn.instancenorm(x, *a),
                (BATCH, *affine),
                lambda x, *a: F.instance_norm(x, None, None, *a),
                order=1,
            ),
            *(
                Call(
                    f"groupnorm {groups} {told}",
                    lambda x, *a, g=groups: nn.groupnorm(x, g, *a),
                    (BATCH, *affine),
                    lambda x, *a, g=groups: F.group_norm(x, g, *a),
                    order=1,
                )
                for groups in (1, 2, 4)
            ),
        ]
    weights = (positive(4, 5), normal(4, 5))
    rows += [
        Call("instancenorm training", track(True, nn.instancenorm), (BATCH, SCALE, SHIFT), instance_torch, 1, smooth=1),
        Call("instancenorm fixed", track(False, nn.instancenorm), (BATCH, SCALE, SHIFT), track_torch(False), 1),
        Call("layernorm", nn.layernorm, (BATCH, *weights), lambda x, s, b: F.layer_norm(x, (4, 5), s, b)),
        Call("layernorm last", nn.layernorm, (BATCH, weights[0][0]), lambda x, s: F.layer_norm(x, (5,), s), 1),
        Call("layernorm axes", lambda x: nn.layernorm(x, axes=2), (BATCH,), lambda x: F.layer_norm(x, (4, 5))),
        Call("normalise", nn.normalise, (BATCH,), lambda x: F.layer_norm(x, (5,))),
        Call(
            "normalise axes",
            lambda x: nn.normalise(x, (0, 2), eps=0.1),
            (BATCH,),
            lambda x: F.batch_norm(x, None, None, training=True, eps=0.1),
            order=1,
        ),
        Call("batchnorm 2d", lambda x: nn.batchnorm(x, None, None, None, None), (normal(5, 3),), order=1),
        Call(
            "layernorm all axes",
            lambda x, s, b: nn.layernorm(x, s, b, axes=2),
            (ROWS_OF_3, np.abs(ROWS_OF_3) + 0.3, 1 - ROWS_OF_3),
            lambda x, s, b: F.layer_norm(x, (2, 3), s, b),
        ),
        Call("normalise no axes", lambda x: nn.normalise(x, ()), (BATCH,), order=1),
        Call("logsumexp no axes", lambda x: nn.logsumexp(x, ()), (BATCH,)),
        *images(IMAGES, *CHANNELS),
    ]
    return rows


def images(x: Any, scale: Any, shift: Any) -> list[Call]:
    """In two axes, whose memory may lie channels last."""
    return [
        Call(
            "batchnorm images fixed",
            lambda x, s, b, m, v: nn.batchnorm(x, s, b, dropgrad(m), dropgrad(v)),
            (x, scale, shift, 1 - shift, 2 - scale),
            lambda x, s, b, m, v: F.batch_norm(x, m, v, s, b),
            order=0,  # mean and var are constants
        ),
        Call(
            "batchnorm images training",
            lambda x, s, b: nn.batchnorm(x, s, b, None, None, training=True),
            (x, scale, shift),
            lambda x, s, b: F.batch_norm(x, None, None, s, b, training=True),
            order=1,
        ),
        Call(
            "groupnorm images",
            lambda x, s, b: nn.groupnorm(x, 3, s, b),
            (x, scale, shift),
            lambda x, s, b: F.group_norm(x, 3, s, b),
            order=1,
        ),
    ]


ROWS = [
    *(Call(name, getattr(nn, name), (X,), theirs, 2, "efd") for name, theirs in ACTIVATIONS.items()),
    *(
        Call(f"{name} complex", getattr(nn, name), (cplx(3, 2),), ACTIVATIONS[name], kinds="F")
        for name in ("sigmoid", "tanh", "swish", "lisht", "tanhshrink")
    ),
    Call("gelu tanh", lambda x: nn.gelu(x, "tanh"), (X,), lambda x: F.gelu(x, approximate="tanh")),
    Call("gelu sigmoid", lambda x: nn.gelu(x, "sigmoid"), (X,), lambda x: x * torch.sigmoid(1.702 * x)),
    Call("leakyrelu 0.1", lambda x: nn.leakyrelu(x, 0.1), (X,), lambda x: F.leaky_relu(x, 0.1)),
    Call("elu 0.7", lambda x: nn.elu(x, 0.7), (X,), lambda x: F.elu(x, 0.7)),
    Call("celu 0.7", lambda x: nn.celu(x, 0.7), (X,), lambda x: F.celu(x, 0.7)),
    Call("trelu 0.3", lambda x: nn.trelu(x, 0.3), (X,), lambda x: F.threshold(x, 0.3, 0)),
    Call("softshrink 0.3", lambda x: nn.softshrink(x, 0.3), (X,), lambda x: F.softshrink(x, 0.3)),
    Call("glu last", lambda x: nn.glu(x, -1), (X,), lambda x: F.glu(x, -1)),
    Call("rrelu fixed", lambda x: nn.rrelu(x, training=False), (X,), F.rrelu),
    *(
        Call(
            f"{name} {axis}",
            lambda x, name=name, axis=axis: getattr(nn, name)(x, axis),
            (BATCH,),
            None if not isinstance(axis, int) else lambda x, f=theirs, axis=axis: f(x, axis),
            order=1,
        )
        for name, theirs in (("softmax", torch.softmax), ("logsoftmax", torch.log_softmax))
        for axis in (-1, 0, 1, (0, 2), None)
    ),
    *(
        Call(
            f"logsumexp {axis} {keep}",
            lambda x, axis=axis, keep=keep: nn.logsumexp(x, axis, keep),
            (BATCH,),
            lambda x, axis=axis, keep=keep: torch.logsumexp(x, (0, 1, 2) if axis is None else axis, keep),
            order=1,
        )
        for axis in (0, (0, 2), None)
        for keep in (False, True)
    ),
    *normalizations(),
    *(
        Call(name, getattr(nn, name), (prediction, target), theirs, kinds="ef")
        for name, (prediction, target, theirs) in LOSSES.items()
    ),
    Call("mse sum", lambda p, y: nn.mse(p, y, agg=np.sum), (P, Y), lambda p, y: F.mse_loss(p, y, reduction="sum")),
    Call(
        "crossentropy axis",
        lambda p, y: nn.logitcrossentropy(p, y, axis=-1, agg=lambda x: x),
        (normal(2, 3, 4), probabilities(2, 3, 4)),
        lambda p, y: -(y * torch.log_softmax(p, -1)).sum(-1),
    ),
    Call(
        "logitcrossentropy labels",
        lambda p: nn.logitcrossentropy(p, np.array([0, 3, 1])[: len(p)]),
        (LOGITS,),
        lambda p: F.cross_entropy(p, torch.tensor([0, 3, 1])),
        kinds="f",
    ),
    Call(
        "logitcrossentropy labels axis",
        lambda p: nn.logitcrossentropy(p, np.array([[0, 3, 1], [1, 1, 2]])[: len(p)], axis=-1, agg=np.sum),
        (normal(2, 3, 4),),
        lambda p: F.cross_entropy(p.movedim(-1, 1), torch.tensor([[0, 3, 1], [1, 1, 2]]), reduction="sum"),
        kinds="f",
    ),
    Call(
        "crossentropy labels",
        lambda p: nn.crossentropy(p, [0, 3, 1] if len(p) else np.zeros(0, int)),
        (P,),
        lambda p: -(p[range(3), [0, 3, 1]] + EPS).log().mean(),
        kinds="f",
    ),
    Call(
        "huber_loss 0.3",
        lambda p, y: nn.huber_loss(p, y, delta=0.3),
        (LOGITS, Y),
        lambda p, y: F.huber_loss(p, y, delta=0.3),
    ),
    Call(
        "kldivergence 0",
        lambda p, y: nn.kldivergence(p, y, eps=0),
        (P, Y),
        lambda p, y: F.kl_div(p.log(), y, reduction="batchmean"),
    ),
    Call("binarycrossentropy 0", lambda p, y: nn.binarycrossentropy(p, y, eps=0), (P, Y), F.binary_cross_entropy),
    Call("label_smoothing", lambda y: nn.label_smoothing(y, 0.1), (Y,), lambda y: y * 0.9 + 0.1 / 4),
    Call("label_smoothing two", lambda y: nn.label_smoothing(y, 0.1, axis=None), (Y,), lambda y: y * 0.9 + 0.05),
    Call("topk", lambda x: nn.topk(x, 2, axis=1)[0], (LOGITS,), lambda x: torch.topk(x, 2, 1).values, kinds="ef"),
    Call(
        "topk smallest",
        lambda x: nn.topk(x, 3, largest=False)[0],
        (LOGITS,),
        lambda x: torch.topk(x, 3, largest=False).values,
        kinds="f",
    ),
    Call("mse complex", nn.mse, (P + 1j * Y, Y - 2j * P), lambda p, y: (p - y).abs().square().mean(), kinds="F"),
]
