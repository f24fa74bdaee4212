"""The networks of Metalhead.jl 0.5 (2020), layer by layer; `residual.py` has its `ResNet()`.

Their Chains have the same layers at the same positions, counted from 0 here, so that Flux's names fit. All give
probabilities, and want images of 224 × 224 but for SqueezeNet.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np

from numtorch.models.blocks import Model, conv
from numtorch.models.inception import GOOGLE
from numtorch.models.residual import probabilities
from numtorch.models.squeezenet import Fire
from numtorch.nn.activations.rectifiers import relu
from numtorch.nn.draws import Rng
from numtorch.nn.layers import (
    BatchNorm,
    Chain,
    Dense,
    Dropout,
    Flatten,
    GlobalMeanPool,
    Layer,
    MaxPool,
    MeanPool,
)

Function = Callable[..., Any]


def _model(layers: list[Function], head: int) -> Model:
    return Model(str(head), **{str(i): layer for i, layer in enumerate(layers)})


def vgg19_2020(*, nclasses: int = 1000, inchannels: int = 3, rng: Rng = None) -> Model:
    """VGG19: 16 convolutions, 5 pools and 3 Dense layers.

    Parameters
    ----------
    nclasses, inchannels, rng
        As of `Model`.

    Returns
    -------
    Model
        `m[:21]` are convolutions and pools, as `layers[1:21]` in Julia.
    """
    rng = np.random.default_rng(rng)
    layers: list[Function] = []
    inputs = inchannels
    for repeats, outputs in zip((2, 2, 4, 4, 4), (64, 128, 256, 512, 512), strict=True):
        for _ in range(repeats):
            layers.append(conv(3, inputs, outputs, act=relu, pad=1, bias=True, rng=rng))
            inputs = outputs
        layers.append(MaxPool(2))
    dense = [
        Dense(512 * 7 * 7, 4096, relu, rng=rng),
        Dropout(0.5),
        Dense(4096, 4096, relu, rng=rng),
        Dropout(0.5),
        Dense(4096, nclasses, rng=rng),
    ]
    return _model([*layers, Flatten(), *dense, probabilities], len(layers))


class InceptionBlock(Layer):
    """Four paths side by side: 1 × 1; 1 × 1 and 3 × 3; 1 × 1 and 5 × 5; a pool and 1 × 1."""

    def __init__(self, sizes: tuple[int, ...], rng: Rng) -> None:
        inputs, one, to3, three, to5, five, pooled = sizes
        unit = partial(conv, act=relu, bias=True, rng=rng)
        self.path_1 = unit(1, inputs, one)
        self.path_2 = [unit(1, inputs, to3), unit(3, to3, three, pad=1)]
        self.path_3 = [unit(1, inputs, to5), unit(5, to5, five, pad=2)]
        self.path_4: list[Function] = [MaxPool(3, stride=1, pad=1), unit(1, inputs, pooled)]

    def __call__(self, x: Any) -> Any:
        paths = ([self.path_1], self.path_2, self.path_3, self.path_4)
        found = []
        for path in paths:
            y = x
            for layer in path:
                y = layer(y)
            found.append(y)
        return np.concatenate(found, axis=1)


def googlenet_2020(*, nclasses: int = 1000, inchannels: int = 3, rng: Rng = None) -> Model:
    """GoogLeNet without norms and without classifiers in the middle.

    Parameters
    ----------
    nclasses, inchannels, rng
        As of `Model`.

    Returns
    -------
    Model
    """
    rng = np.random.default_rng(rng)
    unit = partial(conv, act=relu, bias=True, rng=rng)
    layers: list[Function] = [
        unit(7, inchannels, 64, stride=2, pad=3),
        MaxPool(3, stride=2, pad=1),
        unit(1, 64, 64),
        unit(3, 64, 192, pad=1),
        MaxPool(3, stride=2, pad=1),
    ]
    for name, sizes in GOOGLE.items():
        if name in ("4a", "5a"):
            layers.append(MaxPool(3, stride=2, pad=1))
        layers.append(InceptionBlock(sizes, rng))
    head: list[Function] = [
        MeanPool(7, stride=1),
        Flatten(),
        Dropout(0.4),
        Dense(1024, nclasses, rng=rng),
        probabilities,
    ]
    return _model([*layers, *head], len(layers))


class DenseBottleneck(Layer):
    """What two convolutions make of the input, and behind it the input."""

    def __init__(self, inputs: int, growth: int, rng: Rng) -> None:
        self.layer = Chain(
            BatchNorm(inputs, relu),
            conv(1, inputs, 4 * growth, bias=True, rng=rng),
            BatchNorm(4 * growth, relu),
            conv(3, 4 * growth, growth, pad=1, bias=True, rng=rng),
        )

    def __call__(self, x: Any) -> Any:
        return np.concatenate([self.layer(x), x], axis=1)


def densenet_2020(*, nclasses: int = 1000, inchannels: int = 3, rng: Rng = None) -> Model:
    """DenseNet-121, whose convolutions have biases.

    Parameters
    ----------
    nclasses, inchannels, rng
        As of `Model`.

    Returns
    -------
    Model
    """
    rng = np.random.default_rng(rng)
    growth, channels = 32, 64
    layers: list[Function] = [
        conv(7, inchannels, channels, stride=2, pad=3, bias=True, rng=rng),
        BatchNorm(channels, relu),
        MaxPool(3, stride=2, pad=1),
    ]
    for block, count in enumerate((6, 12, 24, 16)):
        layers.append(Chain([DenseBottleneck(channels + i * growth, growth, rng) for i in range(count)]))
        channels += count * growth
        if block < 3:
            halved = conv(1, channels, channels // 2, bias=True, rng=rng)
            layers.append(Chain(BatchNorm(channels, relu), halved, MeanPool(2)))
            channels //= 2
    layers.append(BatchNorm(channels, relu))
    head: list[Function] = [MeanPool(7), Flatten(), Dense(channels, nclasses, rng=rng), probabilities]
    return _model([*layers, *head], len(layers))


def squeezenet_2020(*, nclasses: int = 1000, inchannels: int = 3, rng: Rng = None) -> Model:
    """SqueezeNet 1.1. Flux does not see the expansions in it, so its names do not fit.

    Parameters
    ----------
    nclasses, inchannels, rng
        As of `Model`.

    Returns
    -------
    Model
    """
    rng = np.random.default_rng(rng)
    layers: list[Function] = [conv(3, inchannels, 64, stride=2, bias=True, rng=rng), relu, MaxPool(3, stride=2)]
    channels = 64
    for stage in (((16, 64), (16, 64)), ((32, 128), (32, 128)), ((48, 192), (48, 192), (64, 256), (64, 256))):
        layers += [MaxPool(3, stride=2)] if channels > 64 else []
        for squeezed, expanded in stage:
            layers.append(Fire(channels, squeezed, expanded, rng=rng))
            channels = 2 * expanded
    last = conv(1, channels, nclasses, bias=True, rng=rng)
    return _model([*layers, Dropout(0.5), last, relu, GlobalMeanPool(), Flatten(), probabilities], len(layers))
