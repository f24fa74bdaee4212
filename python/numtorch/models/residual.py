"""The residual network of 2020: Metalhead.jl 0.5, which the announcement of Torch.jl used."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from numtorch.models.blocks import conv
from numtorch.nn.activations.rectifiers import relu
from numtorch.nn.draws import Rng
from numtorch.nn.layers import BatchNorm, Chain, Dense, Flatten, Layer, MaxPool, MeanPool
from numtorch.nn.softmax import softmax

Function = Callable[..., Any]


class ResidualBlock(Layer):
    """Convolutions with biases and norms, and a way around them; the last convolution makes images smaller.

    Parameters
    ----------
    channels : tuple of int
        Numbers of channels before, between and after the convolutions of 1 × 1, 3 × 3 and 1 × 1.
    stride : int
        Of the last convolution.
    shortcut : bool
        Whether the way around is a convolution with a norm.
    rng : numpy.random.Generator or int, optional
        Where the initial numbers come from.
    """

    def __init__(self, channels: tuple[int, int, int, int], stride: int, shortcut: bool, rng: Rng) -> None:
        kernels, strides = (1, 3, 1), (1, 1, stride)
        self.conv_layers = [
            conv(k, inputs, outputs, stride=s, pad=k // 2, bias=True, rng=rng)
            for k, s, inputs, outputs in zip(kernels, strides, channels[:3], channels[1:], strict=True)
        ]
        self.norm_layers = [BatchNorm(outputs) for outputs in channels[1:]]
        self.shortcut = (
            Chain(conv(1, channels[0], channels[3], stride=stride, bias=True, rng=rng), BatchNorm(channels[3]))
            if shortcut
            else None
        )

    def __call__(self, x: Any) -> Any:
        y = x
        for layer, norm in zip(self.conv_layers[:-1], self.norm_layers[:-1], strict=True):
            y = relu(norm(layer(y)))
        y = self.norm_layers[-1](self.conv_layers[-1](y))
        return relu(y + (x if self.shortcut is None else self.shortcut(x)))


def probabilities(x: Any) -> Any:
    """`softmax` over the classes."""
    return softmax(x, axis=1)


def layers_of_2020(nclasses: int, inchannels: int, rng: Rng) -> dict[str, Function]:
    """The parts of `ResNet()`: 53 convolutions with biases, 52 norms, one Dense layer."""
    parts: dict[str, Function] = {
        "conv1": conv(7, inchannels, 64, stride=2, pad=3, bias=True, rng=rng),
        "maxpool": MaxPool(3, stride=2, pad=1),
    }
    channels = 64
    for stage, repeats in enumerate((3, 4, 6, 3)):
        planes = 64 * 2**stage
        for i in range(repeats):
            stride = 2 if stage > 0 and i == 0 else 1
            block = ResidualBlock((channels, planes, planes, 4 * planes), stride, i == 0, rng)
            parts[f"block{sum((3, 4, 6, 3)[:stage]) + i + 1}"] = block
            channels = 4 * planes
    parts["avgpool"] = MeanPool((7, 7))
    parts["flatten"] = Flatten()
    parts["fc"] = Dense(channels, nclasses, rng=rng)
    parts["softmax"] = probabilities
    return parts
