"""Inception v4 (Szegedy et al. 2016), with timm's names."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np

from numtorch.models.blocks import Model, pooled
from numtorch.models.branches import Branches, bn_conv
from numtorch.nn.draws import Rng
from numtorch.nn.layers import Chain, Dense, Dropout, MaxPool, MeanPool

Function = Callable[..., Any]
_ACROSS: dict[str, Any] = {"k": (1, 7), "pad": (0, 3)}
_DOWN: dict[str, Any] = {"k": (7, 1), "pad": (3, 0)}


class InceptionV4(Model):
    """Inception v4, for images of 299 × 299.

    Parameters
    ----------
    nclasses, inchannels, rng
        As of `Model`.
    dropout : float
        Before the last layer.

    Examples
    --------
    >>> from numtorch import trainables
    >>> from numtorch.models import InceptionV4
    >>> sum(p.size for p in trainables(InceptionV4()))
    42679816
    """

    def __init__(self, *, nclasses: int = 1000, inchannels: int = 3, dropout: float = 0.2, rng: Rng = None) -> None:
        unit = partial(bn_conv, rng=np.random.default_rng(rng))
        features = Chain(
            unit(3, inchannels, 32, stride=2),
            unit(3, 32, 32),
            unit(3, 32, 64, pad=1),
            Branches(maxpool=MaxPool(3, stride=2), conv=unit(3, 64, 96, stride=2)),
            Branches(
                branch0=Chain(unit(1, 160, 64), unit(3, 64, 96)),
                branch1=Chain(
                    unit(1, 160, 64),
                    unit(inputs=64, outputs=64, **_ACROSS),
                    unit(inputs=64, outputs=64, **_DOWN),
                    unit(3, 64, 96),
                ),
            ),
            Branches(conv=unit(3, 192, 192, stride=2), maxpool=MaxPool(3, stride=2)),
            *(_a(unit) for _ in range(4)),
            Branches(
                branch0=unit(3, 384, 384, stride=2),
                branch1=Chain(unit(1, 384, 192), unit(3, 192, 224, pad=1), unit(3, 224, 256, stride=2)),
                branch2=MaxPool(3, stride=2),
            ),
            *(_b(unit) for _ in range(7)),
            Branches(
                branch0=Chain(unit(1, 1024, 192), unit(3, 192, 192, stride=2)),
                branch1=Chain(
                    unit(1, 1024, 256),
                    unit(inputs=256, outputs=256, **_ACROSS),
                    unit(inputs=256, outputs=320, **_DOWN),
                    unit(3, 320, 320, stride=2),
                ),
                branch2=MaxPool(3, stride=2),
            ),
            *(_c(unit) for _ in range(3)),
        )
        super().__init__(
            "global_pool",
            features=features,
            **pooled("global_pool", head_drop=Dropout(dropout), last_linear=Dense(1536, nclasses, rng=rng)),
        )


def _mean() -> MeanPool:
    return MeanPool(3, stride=1, pad=1, count_include_pad=False)


def _a(unit: Function) -> Branches:
    return Branches(
        branch0=unit(1, 384, 96),
        branch1=Chain(unit(1, 384, 64), unit(3, 64, 96, pad=1)),
        branch2=Chain(unit(1, 384, 64), unit(3, 64, 96, pad=1), unit(3, 96, 96, pad=1)),
        branch3=Chain(_mean(), unit(1, 384, 96)),
    )


def _b(unit: Function) -> Branches:
    return Branches(
        branch0=unit(1, 1024, 384),
        branch1=Chain(
            unit(1, 1024, 192),
            unit(inputs=192, outputs=224, **_ACROSS),
            unit(inputs=224, outputs=256, **_DOWN),
        ),
        branch2=Chain(
            unit(1, 1024, 192),
            unit(inputs=192, outputs=192, **_DOWN),
            unit(inputs=192, outputs=224, **_ACROSS),
            unit(inputs=224, outputs=224, **_DOWN),
            unit(inputs=224, outputs=256, **_ACROSS),
        ),
        branch3=Chain(_mean(), unit(1, 1024, 128)),
    )


def _c(unit: Function) -> Branches:
    across: dict[str, Any] = {"k": (1, 3), "pad": (0, 1)}
    down: dict[str, Any] = {"k": (3, 1), "pad": (1, 0)}
    return Branches(
        [
            ["branch0"],
            ["branch1_0", ("branch1_1a", "branch1_1b")],
            ["branch2_0", "branch2_1", "branch2_2", ("branch2_3a", "branch2_3b")],
            ["branch3"],
        ],
        branch0=unit(1, 1536, 256),
        branch1_0=unit(1, 1536, 384),
        branch1_1a=unit(inputs=384, outputs=256, **across),
        branch1_1b=unit(inputs=384, outputs=256, **down),
        branch2_0=unit(1, 1536, 384),
        branch2_1=unit(inputs=384, outputs=448, **down),
        branch2_2=unit(inputs=448, outputs=512, **across),
        branch2_3a=unit(inputs=512, outputs=256, **across),
        branch2_3b=unit(inputs=512, outputs=256, **down),
        branch3=Chain(_mean(), unit(1, 1536, 256)),
    )
