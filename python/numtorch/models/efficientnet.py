"""EfficientNet (Tan and Le 2019) and EfficientNetV2 (2021)."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import numpy as np

from numtorch.models.blocks import InvertedResidual, Model, SqueezeExcite, conv_norm, one_of, pooled, rounded
from numtorch.models.naming import Rules, inverted
from numtorch.nn.activations.gates import swish
from numtorch.nn.draws import Rng
from numtorch.nn.layers import BatchNorm, Chain, Dense, Dropout

Function = Callable[..., Any]
# Expansion, size of the kernel, stride of the first, channels, number of blocks.
Stage = tuple[int, int, int, int, int]
STAGES: tuple[Stage, ...] = (
    (1, 3, 1, 16, 1),
    (6, 3, 2, 24, 2),
    (6, 5, 2, 40, 2),
    (6, 3, 2, 80, 3),
    (6, 5, 1, 112, 3),
    (6, 5, 2, 192, 4),
    (6, 3, 1, 320, 1),
)
# Factors of the numbers of channels and of blocks, and dropout.
SIZES = {
    "b0": (1.0, 1.0, 0.2),
    "b1": (1.0, 1.1, 0.2),
    "b2": (1.1, 1.2, 0.3),
    "b3": (1.2, 1.4, 0.3),
    "b4": (1.4, 1.8, 0.4),
    "b5": (1.6, 2.2, 0.4),
    "b6": (1.8, 2.6, 0.5),
    "b7": (2.0, 3.1, 0.5),
    "b8": (2.2, 3.6, 0.5),
}
# Of version 2 the stages, of which the first three are fused, and dropout.
SIZES_V2: dict[str, tuple[tuple[Stage, ...], float]] = {
    "s": (
        (
            (1, 3, 1, 24, 2),
            (4, 3, 2, 48, 4),
            (4, 3, 2, 64, 4),
            (4, 3, 2, 128, 6),
            (6, 3, 1, 160, 9),
            (6, 3, 2, 256, 15),
        ),
        0.2,
    ),
    "m": (
        (
            (1, 3, 1, 24, 3),
            (4, 3, 2, 48, 5),
            (4, 3, 2, 80, 5),
            (4, 3, 2, 160, 7),
            (6, 3, 1, 176, 14),
            (6, 3, 2, 304, 18),
            (6, 3, 1, 512, 5),
        ),
        0.3,
    ),
    "l": (
        (
            (1, 3, 1, 32, 4),
            (4, 3, 2, 64, 7),
            (4, 3, 2, 96, 7),
            (4, 3, 2, 192, 10),
            (6, 3, 1, 224, 19),
            (6, 3, 2, 384, 25),
            (6, 3, 1, 640, 7),
        ),
        0.4,
    ),
    "xl": (
        (
            (1, 3, 1, 32, 4),
            (4, 3, 2, 64, 8),
            (4, 3, 2, 96, 8),
            (4, 3, 2, 192, 16),
            (6, 3, 1, 256, 24),
            (6, 3, 2, 512, 32),
            (6, 3, 1, 640, 8),
        ),
        0.4,
    ),
}
FUSED = (0, 1, 2)


def _parts(
    inchannels: int,
    stem: int,
    stages: Sequence[Stage],
    last: int,
    *,
    fused: Sequence[int] = (),
    nclasses: int,
    dropout: float,
    drop: float,
    unit: Callable[..., Chain],
    rng: Rng,
) -> dict[str, Function]:
    """The parts of both versions; `drop` grows from 0 with the number of the block."""
    layers: list[Function] = [unit(3, inchannels, stem, swish, stride=2, rng=rng)]
    inputs, done, total = stem, 0, sum(stage[4] for stage in stages)
    for stage, (expand, k, first, outputs, count) in enumerate(stages):
        blocks: list[Function] = []
        for i in range(count):
            gate = partial(SqueezeExcite, squeezed=max(1, inputs // 4), act=swish)
            block = InvertedResidual(
                inputs,
                outputs,
                rounded(inputs * expand),
                k,
                first if i == 0 else 1,
                swish,
                gate=None if stage in fused else gate,
                drop=drop * done / total,
                fused=stage in fused,
                unit=unit,
                rng=rng,
            )
            blocks.append(block)
            inputs = outputs
            done += 1
        layers.append(Chain(blocks))
    layers.append(unit(1, inputs, last, swish, rng=rng))
    classifier = Chain(Dropout(dropout), Dense(last, nclasses, rng=rng))
    return {"features": Chain(layers), **pooled(classifier=classifier)}


class EfficientNet(Model):
    """Network whose depth, width and resolution grow together.

    Parameters
    ----------
    size : {"b0", "b1", "b2", "b3", "b4", "b5", "b6", "b7", "b8"}
        From small to large.
    nclasses, inchannels, rng
        As of `Model`.
    drop : float
        How often, in training, the last block is left out; earlier ones less often.
    eps : float, optional
        Of the norms. By default that of the library whose weights are loaded: 1e-5, but from b5 on in torchvision
        1e-3, which is also the initial value there.
    same : bool
        Whether convolutions pad as TensorFlow does, which weights called tf_efficientnet in timm want.

    Examples
    --------
    >>> from numtorch import trainables
    >>> from numtorch.models import EfficientNet
    >>> sum(p.size for p in trainables(EfficientNet("b0")))
    5288548
    """

    def __init__(
        self,
        size: str = "b0",
        *,
        nclasses: int = 1000,
        inchannels: int = 3,
        drop: float = 0.2,
        eps: float | None = None,
        same: bool = False,
        rng: Rng = None,
    ) -> None:
        width, depth, dropout = SIZES[one_of("EfficientNet", "size", size, SIZES)]
        self.large = size in ("b5", "b6", "b7", "b8")
        stages = [
            (expand, k, stride, rounded(channels * width), math.ceil(count * depth))
            for expand, k, stride, channels, count in STAGES
        ]
        self.counts = [stage[4] for stage in stages]
        rng = np.random.default_rng(rng)
        norm = partial(
            BatchNorm,
            eps=(1e-3 if self.large else 1e-5) if eps is None else eps,
            momentum=0.01 if self.large else 0.1,
        )
        parts = _parts(
            inchannels,
            rounded(32 * width),
            stages,
            4 * stages[-1][3],
            nclasses=nclasses,
            dropout=dropout,
            drop=drop,
            unit=partial(conv_norm, norm=norm, same=same),
            rng=rng,
        )
        super().__init__("avgpool", **parts)
        self.keeps_eps = eps is not None

    def eps_for(self, names: str) -> float | None:
        return {"torchvision": 1e-3 if self.large else 1e-5, "timm": 1e-5}.get(names)

    def rules(self, names: str) -> Rules:
        return inverted(self.counts, "block", nested=True, last=8, gate=True) if names == "timm" else ()


class EfficientNetV2(Model):
    """EfficientNet whose first stages have whole convolutions in place of those of each channel.

    Parameters
    ----------
    size : {"s", "m", "l", "xl"}
        From small to large.
    nclasses, inchannels, rng
        As of `Model`.
    drop : float
        How often, in training, the last block is left out; earlier ones less often.
    eps : float, optional
        Of the norms. By default that of the library whose weights are loaded: in torchvision 1e-3, which is also the
        initial value, in timm 1e-5.
    same : bool
        Whether convolutions pad as TensorFlow does, which weights called tf_efficientnet in timm want.

    Examples
    --------
    >>> from numtorch import trainables
    >>> from numtorch.models import EfficientNetV2
    >>> sum(p.size for p in trainables(EfficientNetV2("s")))
    21458488
    """

    def __init__(
        self,
        size: str = "s",
        *,
        nclasses: int = 1000,
        inchannels: int = 3,
        drop: float = 0.2,
        eps: float | None = None,
        same: bool = False,
        rng: Rng = None,
    ) -> None:
        rows, dropout = SIZES_V2[one_of("EfficientNetV2", "size", size, SIZES_V2)]
        self.counts = [row[4] for row in rows]
        rng = np.random.default_rng(rng)
        norm = partial(BatchNorm, eps=1e-3 if eps is None else eps)
        parts = _parts(
            inchannels,
            rows[0][3],
            rows,
            1280,
            fused=FUSED,
            nclasses=nclasses,
            dropout=dropout,
            drop=drop,
            unit=partial(conv_norm, norm=norm, same=same),
            rng=rng,
        )
        super().__init__("avgpool", **parts)
        self.keeps_eps = eps is not None

    def eps_for(self, names: str) -> float | None:
        return {"torchvision": 1e-3, "timm": 1e-5}.get(names)

    def rules(self, names: str) -> Rules:
        last = len(self.counts) + 1
        timm = inverted(self.counts, "block", nested=True, last=last, gate=True, fused=FUSED)
        return timm if names == "timm" else ()
