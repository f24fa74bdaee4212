"""GoogLeNet (Szegedy et al. 2014) and Inception v3 (2015)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from numtorch.models.blocks import Model, conv, pooled
from numtorch.models.branches import Branches, bn_conv
from numtorch.nn.activations.rectifiers import relu
from numtorch.nn.draws import Rng
from numtorch.nn.layers import Chain, Dense, Dropout, Flatten, GlobalMeanPool, Layer, MaxPool, MeanPool

Function = Callable[..., Any]
# Channels that come in, and those of the branches: 1 × 1; to and from 3 × 3; to and from 5 × 5; after the pool.
GOOGLE = {
    "3a": (192, 64, 96, 128, 16, 32, 32),
    "3b": (256, 128, 128, 192, 32, 96, 64),
    "4a": (480, 192, 96, 208, 16, 48, 64),
    "4b": (512, 160, 112, 224, 24, 64, 64),
    "4c": (512, 128, 128, 256, 24, 64, 64),
    "4d": (512, 112, 144, 288, 32, 64, 64),
    "4e": (528, 256, 160, 320, 32, 128, 128),
    "5a": (832, 256, 160, 320, 32, 128, 128),
    "5b": (832, 384, 192, 384, 48, 128, 128),
}


class Renormalise(Layer):
    """Images of ImageNet's mean and deviation in each channel, as images of values from -1 to 1."""

    def __call__(self, x: Any) -> Any:
        shape = (1, 3, 1, 1)
        scale = np.array([0.229, 0.224, 0.225]).reshape(shape) / 0.5
        shift = (np.array([0.485, 0.456, 0.406]).reshape(shape) - 0.5) / 0.5
        return x * scale.astype(x.dtype) + shift.astype(x.dtype)


def _without(given: Mapping[str, Any], *prefixes: str) -> dict[str, Any]:
    """The arrays but those of classifiers that serve in training only, which these models do not have."""
    return {name: value for name, value in given.items() if not name.startswith(prefixes)}


class GoogLeNet(Model):
    """Network of inception blocks.

    Parameters
    ----------
    batchnorm : bool
        With norms, and 3 × 3 in place of 5 × 5 as in torchvision; or without, as in the paper.
    nclasses, inchannels, rng
        As of `Model`.
    dropout : float
        Before the last layer.
    transform_input : bool
        Whether images come normalised by ImageNet's mean and deviation, and the weights want values from -1 to 1:
        torchvision's own weights do.

    Examples
    --------
    >>> from numtorch import trainables
    >>> from numtorch.models import GoogLeNet
    >>> sum(p.size for p in trainables(GoogLeNet()))
    6624904
    """

    def __init__(
        self,
        *,
        batchnorm: bool = True,
        nclasses: int = 1000,
        inchannels: int = 3,
        dropout: float = 0.2,
        transform_input: bool = False,
        rng: Rng = None,
    ) -> None:
        rng = np.random.default_rng(rng)

        def unit(k: Any, inputs: int, outputs: int, **options: Any) -> Chain:
            if batchnorm:
                return bn_conv(k, inputs, outputs, rng=rng, **options)
            return Chain(conv=conv(k, inputs, outputs, bias=True, rng=rng, **options), relu=relu)

        def block(name: str) -> Branches:
            inputs, one, to3, three, to5, five, pooled = GOOGLE[name]
            k = 3 if batchnorm else 5
            return Branches(
                branch1=unit(1, inputs, one),
                branch2=Chain(unit(1, inputs, to3), unit(3, to3, three, pad=1)),
                branch3=Chain(unit(1, inputs, to5), unit(k, to5, five, pad=k // 2)),
                branch4=Chain(MaxPool(3, stride=1, pad=1, ceil_mode=True), unit(1, inputs, pooled)),
            )

        parts: dict[str, Function] = {"transform": Renormalise()} if transform_input else {}
        parts["conv1"] = unit(7, inchannels, 64, stride=2, pad=3)
        parts["maxpool1"] = MaxPool(3, stride=2, ceil_mode=True)
        parts["conv2"] = unit(1, 64, 64)
        parts["conv3"] = unit(3, 64, 192, pad=1)
        parts["maxpool2"] = MaxPool(3, stride=2, ceil_mode=True)
        for name in GOOGLE:
            if name == "4a":
                parts["maxpool3"] = MaxPool(3, stride=2, ceil_mode=True)
            if name == "5a":
                parts["maxpool4"] = MaxPool(2, stride=2, ceil_mode=True)
            parts[f"inception{name}"] = block(name)
        super().__init__(
            "avgpool",
            **parts,
            **pooled(dropout=Dropout(dropout), fc=Dense(1024, nclasses, rng=rng)),
        )

    def __translate__(self, given: Mapping[str, Any], names: str) -> dict[str, Any]:
        return _without(super().__translate__(given, names), "aux1.", "aux2.")


class InceptionV3(Model):
    """Inception v3, for images of 299 × 299.

    Parameters
    ----------
    nclasses, inchannels, rng
        As of `Model`.
    dropout : float
        Before the last layer.
    transform_input : bool
        Whether images come normalised by ImageNet's mean and deviation, and the weights want values from -1 to 1:
        torchvision's own weights do.

    Examples
    --------
    >>> from numtorch import trainables
    >>> from numtorch.models import InceptionV3
    >>> sum(p.size for p in trainables(InceptionV3()))
    23834568
    """

    def __init__(
        self,
        *,
        nclasses: int = 1000,
        inchannels: int = 3,
        dropout: float = 0.5,
        transform_input: bool = False,
        rng: Rng = None,
    ) -> None:
        rng = np.random.default_rng(rng)
        parts: dict[str, Function] = {"transform": Renormalise()} if transform_input else {}
        parts |= {
            "Conv2d_1a_3x3": bn_conv(3, inchannels, 32, stride=2, rng=rng),
            "Conv2d_2a_3x3": bn_conv(3, 32, 32, rng=rng),
            "Conv2d_2b_3x3": bn_conv(3, 32, 64, pad=1, rng=rng),
            "maxpool1": MaxPool(3, stride=2),
            "Conv2d_3b_1x1": bn_conv(1, 64, 80, rng=rng),
            "Conv2d_4a_3x3": bn_conv(3, 80, 192, rng=rng),
            "maxpool2": MaxPool(3, stride=2),
            "Mixed_5b": _narrow(192, 32, rng),
            "Mixed_5c": _narrow(256, 64, rng),
            "Mixed_5d": _narrow(288, 64, rng),
            "Mixed_6a": _smaller(288, rng),
            "Mixed_6b": _long(768, 128, rng),
            "Mixed_6c": _long(768, 160, rng),
            "Mixed_6d": _long(768, 160, rng),
            "Mixed_6e": _long(768, 192, rng),
            "Mixed_7a": _long_smaller(768, rng),
            "Mixed_7b": _wide(1280, rng),
            "Mixed_7c": _wide(2048, rng),
        }
        super().__init__(
            "avgpool",
            **parts,
            avgpool=GlobalMeanPool(),
            dropout=Dropout(dropout),
            flatten=Flatten(),
            fc=Dense(2048, nclasses, rng=rng),
        )

    def __translate__(self, given: Mapping[str, Any], names: str) -> dict[str, Any]:
        return _without(super().__translate__(given, names), "AuxLogits.")


def _mean() -> MeanPool:
    return MeanPool(3, stride=1, pad=1)


def _narrow(inputs: int, pooled: int, rng: Rng) -> Branches:
    return Branches(
        [
            ["branch1x1"],
            ["branch5x5_1", "branch5x5_2"],
            [f"branch3x3dbl_{i}" for i in (1, 2, 3)],
            ["pool", "branch_pool"],
        ],
        branch1x1=bn_conv(1, inputs, 64, rng=rng),
        branch5x5_1=bn_conv(1, inputs, 48, rng=rng),
        branch5x5_2=bn_conv(5, 48, 64, pad=2, rng=rng),
        branch3x3dbl_1=bn_conv(1, inputs, 64, rng=rng),
        branch3x3dbl_2=bn_conv(3, 64, 96, pad=1, rng=rng),
        branch3x3dbl_3=bn_conv(3, 96, 96, pad=1, rng=rng),
        pool=_mean(),
        branch_pool=bn_conv(1, inputs, pooled, rng=rng),
    )


def _smaller(inputs: int, rng: Rng) -> Branches:
    return Branches(
        [["branch3x3"], [f"branch3x3dbl_{i}" for i in (1, 2, 3)], ["pool"]],
        branch3x3=bn_conv(3, inputs, 384, stride=2, rng=rng),
        branch3x3dbl_1=bn_conv(1, inputs, 64, rng=rng),
        branch3x3dbl_2=bn_conv(3, 64, 96, pad=1, rng=rng),
        branch3x3dbl_3=bn_conv(3, 96, 96, stride=2, rng=rng),
        pool=MaxPool(3, stride=2),
    )


def _long(inputs: int, inner: int, rng: Rng) -> Branches:
    across, down = {"k": (1, 7), "pad": (0, 3)}, {"k": (7, 1), "pad": (3, 0)}
    return Branches(
        [
            ["branch1x1"],
            [f"branch7x7_{i}" for i in (1, 2, 3)],
            [f"branch7x7dbl_{i}" for i in (1, 2, 3, 4, 5)],
            ["pool", "branch_pool"],
        ],
        branch1x1=bn_conv(1, inputs, 192, rng=rng),
        branch7x7_1=bn_conv(1, inputs, inner, rng=rng),
        branch7x7_2=bn_conv(inputs=inner, outputs=inner, rng=rng, **across),
        branch7x7_3=bn_conv(inputs=inner, outputs=192, rng=rng, **down),
        branch7x7dbl_1=bn_conv(1, inputs, inner, rng=rng),
        branch7x7dbl_2=bn_conv(inputs=inner, outputs=inner, rng=rng, **down),
        branch7x7dbl_3=bn_conv(inputs=inner, outputs=inner, rng=rng, **across),
        branch7x7dbl_4=bn_conv(inputs=inner, outputs=inner, rng=rng, **down),
        branch7x7dbl_5=bn_conv(inputs=inner, outputs=192, rng=rng, **across),
        pool=_mean(),
        branch_pool=bn_conv(1, inputs, 192, rng=rng),
    )


def _long_smaller(inputs: int, rng: Rng) -> Branches:
    return Branches(
        [["branch3x3_1", "branch3x3_2"], [f"branch7x7x3_{i}" for i in (1, 2, 3, 4)], ["pool"]],
        branch3x3_1=bn_conv(1, inputs, 192, rng=rng),
        branch3x3_2=bn_conv(3, 192, 320, stride=2, rng=rng),
        branch7x7x3_1=bn_conv(1, inputs, 192, rng=rng),
        branch7x7x3_2=bn_conv((1, 7), 192, 192, pad=(0, 3), rng=rng),
        branch7x7x3_3=bn_conv((7, 1), 192, 192, pad=(3, 0), rng=rng),
        branch7x7x3_4=bn_conv(3, 192, 192, stride=2, rng=rng),
        pool=MaxPool(3, stride=2),
    )


def _wide(inputs: int, rng: Rng) -> Branches:
    across, down = {"k": (1, 3), "pad": (0, 1)}, {"k": (3, 1), "pad": (1, 0)}
    return Branches(
        [
            ["branch1x1"],
            ["branch3x3_1", ("branch3x3_2a", "branch3x3_2b")],
            ["branch3x3dbl_1", "branch3x3dbl_2", ("branch3x3dbl_3a", "branch3x3dbl_3b")],
            ["pool", "branch_pool"],
        ],
        branch1x1=bn_conv(1, inputs, 320, rng=rng),
        branch3x3_1=bn_conv(1, inputs, 384, rng=rng),
        branch3x3_2a=bn_conv(inputs=384, outputs=384, rng=rng, **across),
        branch3x3_2b=bn_conv(inputs=384, outputs=384, rng=rng, **down),
        branch3x3dbl_1=bn_conv(1, inputs, 448, rng=rng),
        branch3x3dbl_2=bn_conv(3, 448, 384, pad=1, rng=rng),
        branch3x3dbl_3a=bn_conv(inputs=384, outputs=384, rng=rng, **across),
        branch3x3dbl_3b=bn_conv(inputs=384, outputs=384, rng=rng, **down),
        pool=_mean(),
        branch_pool=bn_conv(1, inputs, 192, rng=rng),
    )
