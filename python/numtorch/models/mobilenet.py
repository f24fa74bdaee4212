"""MobileNet v1 (Howard et al. 2017), v2 (Sandler et al. 2018) and v3 (Howard et al. 2019)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

import numpy as np

from numtorch.models.blocks import InvertedResidual, Model, SqueezeExcite, conv, conv_norm, pooled, rounded
from numtorch.models.naming import Rule, Rules, inverted, of_block
from numtorch.nn.activations.gates import hardswish
from numtorch.nn.activations.rectifiers import relu, relu6
from numtorch.nn.activations.sigmoids import hardsigmoid
from numtorch.nn.draws import Rng
from numtorch.nn.layers import BatchNorm, Chain, Dense, Dropout, Layer

Function = Callable[..., Any]


class Separable(Layer):
    """A convolution of each channel by itself, and one of 1 × 1 across them."""

    def __init__(self, inputs: int, outputs: int, stride: int, rng: Rng) -> None:
        self.conv_dw = conv(3, inputs, inputs, stride=stride, pad=1, groups=inputs, rng=rng)
        self.bn1 = BatchNorm(inputs)
        self.conv_pw = conv(1, inputs, outputs, rng=rng)
        self.bn2 = BatchNorm(outputs)

    def __call__(self, x: Any) -> Any:
        return relu6(self.bn2(self.conv_pw(relu6(self.bn1(self.conv_dw(x))))))


class MobileNetV1(Model):
    """Network of separable convolutions.

    Parameters
    ----------
    width : float
        Factor of all numbers of channels.
    nclasses, inchannels, rng
        As of `Model`.
    dropout : float
        Before the last layer.

    Examples
    --------
    >>> from numtorch import trainables
    >>> from numtorch.models import MobileNetV1
    >>> sum(p.size for p in trainables(MobileNetV1()))
    4231976
    """

    def __init__(
        self,
        width: float = 1.0,
        *,
        nclasses: int = 1000,
        inchannels: int = 3,
        dropout: float = 0.001,
        rng: Rng = None,
    ) -> None:
        rng = np.random.default_rng(rng)
        inputs = rounded(32 * width)
        stem = conv(3, inchannels, inputs, stride=2, pad=1, rng=rng)
        parts: dict[str, Function] = {"conv_stem": stem, "bn1": BatchNorm(inputs), "act1": relu6}
        stages = []
        for count, channels in ((1, 64), (2, 128), (2, 256), (6, 512), (2, 1024)):
            blocks: list[Function] = []
            for i in range(count):
                stride = 2 if i == 0 and count > 1 else 1
                blocks.append(Separable(inputs, rounded(channels * width), stride, rng))
                inputs = rounded(channels * width)
            stages.append(Chain(blocks))
        super().__init__(
            "global_pool",
            **parts,
            blocks=Chain(*stages),
            **pooled("global_pool", dropout=Dropout(dropout), classifier=Dense(inputs, nclasses, rng=rng)),
        )


class MobileNetV2(Model):
    """Network of inverted residuals.

    Parameters
    ----------
    width : float
        Factor of all numbers of channels.
    nclasses, inchannels, rng
        As of `Model`.
    dropout : float
        Before the last layer.

    Examples
    --------
    >>> from numtorch import trainables
    >>> from numtorch.models import MobileNetV2
    >>> sum(p.size for p in trainables(MobileNetV2()))
    3504872
    """

    def __init__(
        self,
        width: float = 1.0,
        *,
        nclasses: int = 1000,
        inchannels: int = 3,
        dropout: float = 0.2,
        rng: Rng = None,
    ) -> None:
        rng = np.random.default_rng(rng)
        inputs = rounded(32 * width)
        layers: list[Function] = [conv_norm(3, inchannels, inputs, relu6, stride=2, rng=rng)]
        for expand, channels, count, first in (
            (1, 16, 1, 1),
            (6, 24, 2, 2),
            (6, 32, 3, 2),
            (6, 64, 4, 2),
            (6, 96, 3, 1),
            (6, 160, 3, 2),
            (6, 320, 1, 1),
        ):
            outputs = rounded(channels * width)
            for i in range(count):
                stride = first if i == 0 else 1
                layers.append(
                    InvertedResidual(
                        inputs, outputs, inputs * expand, 3, stride, relu6, name="conv", flat="last", rng=rng
                    )
                )
                inputs = outputs
        last = rounded(1280 * max(1.0, width))
        layers.append(conv_norm(1, inputs, last, relu6, rng=rng))
        super().__init__(
            "avgpool",
            features=Chain(layers),
            **pooled(classifier=Chain(Dropout(dropout), Dense(last, nclasses, rng=rng))),
        )

    def rules(self, names: str) -> Rules:
        timm = inverted((1, 2, 3, 4, 3, 3, 1), "conv", nested=False, last=18, bare_end=True)
        return timm if names == "timm" else ()


# Size of the kernel, channels inside and after, gate, hardswish (else relu), stride.
_Row = tuple[int, int, int, bool, bool, int]
LARGE: tuple[_Row, ...] = (
    (3, 16, 16, False, False, 1),
    (3, 64, 24, False, False, 2),
    (3, 72, 24, False, False, 1),
    (5, 72, 40, True, False, 2),
    (5, 120, 40, True, False, 1),
    (5, 120, 40, True, False, 1),
    (3, 240, 80, False, True, 2),
    (3, 200, 80, False, True, 1),
    (3, 184, 80, False, True, 1),
    (3, 184, 80, False, True, 1),
    (3, 480, 112, True, True, 1),
    (3, 672, 112, True, True, 1),
    (5, 672, 160, True, True, 2),
    (5, 960, 160, True, True, 1),
    (5, 960, 160, True, True, 1),
)
SMALL: tuple[_Row, ...] = (
    (3, 16, 16, True, False, 2),
    (3, 72, 24, False, False, 2),
    (3, 88, 24, False, False, 1),
    (5, 96, 40, True, True, 2),
    (5, 240, 40, True, True, 1),
    (5, 240, 40, True, True, 1),
    (5, 120, 48, True, True, 1),
    (5, 144, 48, True, True, 1),
    (5, 288, 96, True, True, 2),
    (5, 576, 96, True, True, 1),
    (5, 576, 96, True, True, 1),
)


class MobileNetV3(Model):
    """Network of inverted residuals with gates.

    Parameters
    ----------
    size : {"large", "small"}
        Which of the two.
    width : float
        Factor of all numbers of channels.
    nclasses, inchannels, rng
        As of `Model`.
    dropout : float
        Before the last layer.
    eps : float, optional
        Of the norms. By default that of the library whose weights are loaded: in torchvision 1e-3, which is also the
        initial value, in timm 1e-5.
    same : bool
        Whether convolutions pad as TensorFlow does, which weights called tf_mobilenetv3 in timm want.

    Examples
    --------
    >>> from numtorch import trainables
    >>> from numtorch.models import MobileNetV3
    >>> [sum(p.size for p in trainables(MobileNetV3(size))) for size in ("large", "small")]
    [5483032, 2542856]
    """

    def __init__(
        self,
        size: str = "large",
        *,
        width: float = 1.0,
        nclasses: int = 1000,
        inchannels: int = 3,
        dropout: float = 0.2,
        eps: float | None = None,
        same: bool = False,
        rng: Rng = None,
    ) -> None:
        if size not in ("large", "small"):
            raise ValueError(f"MobileNetV3: the size is 'large' or 'small', not {size!r}")
        rng = np.random.default_rng(rng)
        norm = partial(BatchNorm, eps=1e-3 if eps is None else eps, momentum=0.01)
        unit = partial(conv_norm, norm=norm, same=same)
        self.size = size
        rows, last = (LARGE, 1280) if size == "large" else (SMALL, 1024)
        inputs = rounded(16 * width)
        layers: list[Function] = [unit(3, inchannels, inputs, hardswish, stride=2, rng=rng)]
        for k, inner, outputs, gated, hard, stride in rows:
            act = hardswish if hard else relu
            inner, outputs = rounded(inner * width), rounded(outputs * width)
            gate = partial(SqueezeExcite, squeezed=rounded(inner // 4), gate=hardsigmoid) if gated else None
            layers.append(InvertedResidual(inputs, outputs, inner, k, stride, act, gate=gate, unit=unit, rng=rng))
            inputs = outputs
        layers.append(unit(1, inputs, 6 * inputs, hardswish, rng=rng))
        last = rounded(last * width)
        head = Chain(Dense(6 * inputs, last, rng=rng), hardswish, Dropout(dropout), Dense(last, nclasses, rng=rng))
        super().__init__("avgpool", features=Chain(layers), **pooled(classifier=head))
        self.keeps_eps = eps is not None

    def eps_for(self, names: str) -> float | None:
        return {"torchvision": 1e-3, "timm": 1e-5}.get(names)

    def rules(self, names: str) -> Rules:
        return _timm_v3(self.size) if names == "timm" else ()

    def __translate__(self, given: Mapping[str, Any], names: str) -> dict[str, Any]:
        """timm keeps the first Dense layer as a convolution of 1 × 1."""
        return {
            name: value.reshape(value.shape[:2]) if name == "classifier.0.weight" and value.ndim == 4 else value
            for name, value in super().__translate__(given, names).items()
        }


def _timm_v3(size: str) -> list[Rule]:
    rows, stages = (LARGE, (1, 2, 3, 4, 2, 3)) if size == "large" else (SMALL, (1, 2, 3, 2, 3))
    last = len(rows) + 1
    rules: list[Rule] = [
        (r"conv_stem\.", "features.0.0."),
        (r"bn1\.", "features.0.1."),
        (rf"blocks\.{len(stages)}\.0\.conv\.", f"features.{last}.0."),
        (rf"blocks\.{len(stages)}\.0\.bn1\.", f"features.{last}.1."),
        (r"conv_head\.", "classifier.0."),
        (r"classifier\.", "classifier.3."),
    ]
    blocks = [(stage, i) for stage, count in enumerate(stages) for i in range(count)]
    for number, ((stage, i), row) in enumerate(zip(blocks, rows, strict=True), start=1):
        gate = ["se"] if row[3] else []
        parts, norms = (
            ["conv_pw", "conv_dw", *gate, "conv_pwl"],
            {"conv_pw": "bn1", "conv_dw": "bn2", "conv_pwl": "bn3"},
        )
        if stage == 0:
            parts, norms = ["conv_dw", *gate, "conv_pw"], {"conv_dw": "bn1", "conv_pw": "bn2"}
        rules += of_block(rf"blocks\.{stage}\.{i}\.", f"features.{number}.block.", parts, norms)
    return rules
