"""MnasNet (Tan et al. 2018)."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np

from numtorch.models.blocks import InvertedResidual, Model, SqueezeExcite, conv, conv_norm, one_of, pooled, rounded
from numtorch.models.naming import Rule, Rules
from numtorch.nn.activations.rectifiers import relu
from numtorch.nn.draws import Rng
from numtorch.nn.layers import BatchNorm, Chain, Dense, Dropout, Layer

Function = Callable[..., Any]
# Size of the kernel, stride of the first, expansion, channels, number of blocks, gate.
_Row = tuple[int, int, int, int, int, bool]
B1: tuple[_Row, ...] = (
    (3, 2, 3, 24, 3, False),
    (5, 2, 3, 40, 3, False),
    (5, 2, 6, 80, 3, False),
    (3, 1, 6, 96, 2, False),
    (5, 2, 6, 192, 4, False),
    (3, 1, 6, 320, 1, False),
)
A1: tuple[_Row, ...] = (
    (3, 2, 6, 24, 2, False),
    (5, 2, 3, 40, 3, True),
    (3, 2, 6, 80, 4, False),
    (3, 1, 6, 112, 2, True),
    (5, 2, 6, 160, 3, True),
    (3, 1, 6, 320, 1, False),
)
SMALL: tuple[_Row, ...] = (
    (3, 2, 3, 16, 1, False),
    (3, 2, 6, 16, 2, False),
    (5, 2, 6, 32, 4, True),
    (3, 1, 6, 32, 3, True),
    (5, 2, 6, 88, 3, True),
    (3, 1, 6, 144, 1, False),
)
# Channels of the first convolution and of the block behind it, and the stages.
KINDS = {"B1": (32, 16, B1), "A1": (32, 16, A1), "small": (8, 8, SMALL)}
_TORCHVISION: list[Rule] = [
    (r"layers\.3\.", "features.3.conv_dw."),
    (r"layers\.4\.", "features.3.bn1."),
    (r"layers\.6\.", "features.3.conv_pw."),
    (r"layers\.7\.", "features.3.bn2."),
    (r"layers\.", "features."),
]


def _norm(channels: int) -> BatchNorm:
    return BatchNorm(channels, momentum=3e-4)


class Separable(Layer):
    """A convolution of each channel by itself and one of 1 × 1; around them, where the shapes agree, the input."""

    def __init__(self, inputs: int, outputs: int, rng: Rng) -> None:
        self.conv_dw = conv(3, inputs, inputs, pad=1, groups=inputs, rng=rng)
        self.bn1 = _norm(inputs)
        self.conv_pw = conv(1, inputs, outputs, rng=rng)
        self.bn2 = _norm(outputs)
        self.around = inputs == outputs

    def __call__(self, x: Any) -> Any:
        y = self.bn2(self.conv_pw(relu(self.bn1(self.conv_dw(x)))))
        return x + y if self.around else y


class MNASNet(Model):
    """Network of inverted residuals that a search for speed on a telephone found.

    Parameters
    ----------
    width : float
        Factor of the numbers of channels.
    kind : {"B1", "A1", "small"}
        B1 has no gates and is torchvision's; A1 and small have some.
    nclasses, inchannels, rng
        As of `Model`.
    dropout : float
        Before the last layer.

    Examples
    --------
    >>> from numtorch import trainables
    >>> from numtorch.models import MNASNet
    >>> sum(p.size for p in trainables(MNASNet()))
    4383312
    """

    def __init__(
        self,
        width: float = 1.0,
        *,
        kind: str = "B1",
        nclasses: int = 1000,
        inchannels: int = 3,
        dropout: float = 0.2,
        rng: Rng = None,
    ) -> None:
        stem, inputs, rows = KINDS[one_of("MNASNet", "kind", kind, KINDS)]
        self.rows = rows
        rng = np.random.default_rng(rng)
        stem, inputs = rounded(stem * width), rounded(inputs * width)
        features = Chain(conv(3, inchannels, stem, stride=2, pad=1, rng=rng), _norm(stem), relu)
        features.layers["3"] = Separable(stem, inputs, rng)
        block = partial(InvertedResidual, unit=partial(conv_norm, norm=_norm), name="layers", flat="all")
        for stage, (k, first, expand, channels, count, gated) in enumerate(rows):
            blocks: list[Function] = []
            outputs = rounded(channels * width)
            for i in range(count):
                stride = first if i == 0 else 1
                gate = partial(SqueezeExcite, squeezed=max(1, inputs // 4)) if gated else None
                blocks.append(block(inputs, outputs, inputs * expand, k, stride, gate=gate, rng=rng))
                inputs = outputs
            features.layers[str(8 + stage)] = Chain(blocks)
        features.layers |= {"14": conv(1, inputs, 1280, rng=rng), "15": _norm(1280), "16": relu}
        super().__init__(
            "avgpool",
            features=features,
            **pooled(classifier=Chain(Dropout(dropout), Dense(1280, nclasses, rng=rng))),
        )

    def rules(self, names: str) -> Rules:
        return {"torchvision": _TORCHVISION, "timm": _timm(self.rows)}.get(names, [])


def _timm(rows: tuple[_Row, ...]) -> list[Rule]:
    rules: list[Rule] = [
        (r"conv_stem\.", "features.0."),
        (r"bn1\.", "features.1."),
        (r"blocks\.0\.0\.", "features.3."),
        (r"conv_head\.", "features.14."),
        (r"bn2\.", "features.15."),
        (r"classifier\.", "classifier.1."),
    ]
    for stage, row in enumerate(rows):
        parts = ["conv_pw", "bn1", "", "conv_dw", "bn2", "", *(["se"] if row[5] else []), "conv_pwl", "bn3"]
        for number, part in enumerate(parts):
            theirs, ours = rf"blocks\.{stage + 1}\.(\d+)\.{part}\.", rf"features.{stage + 8}.\1.layers.{number}."
            if part == "se":
                rules += [(rf"{theirs}conv_reduce\.", f"{ours}fc1."), (rf"{theirs}conv_expand\.", f"{ours}fc2.")]
            elif part:
                rules.append((theirs, ours))
    return rules
