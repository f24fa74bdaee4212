"""RegNet (Radosavovic et al. 2020)."""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np

from numtorch.models.blocks import Model, SqueezeExcite, conv_norm, pooled, rounded
from numtorch.models.naming import Rules
from numtorch.nn.activations.rectifiers import relu
from numtorch.nn.draws import Rng
from numtorch.nn.layers import Chain, Dense, Layer

Function = Callable[..., Any]
# Number of blocks, first width, slope and step of the widths, channels of a group.
_Row = tuple[int, int, float, float, int]
X: dict[str, _Row] = {
    "200mf": (13, 24, 36.44, 2.49, 8),
    "400mf": (22, 24, 24.48, 2.54, 16),
    "600mf": (16, 48, 36.97, 2.24, 24),
    "800mf": (16, 56, 35.73, 2.28, 16),
    "1_6gf": (18, 80, 34.01, 2.25, 24),
    "3_2gf": (25, 88, 26.31, 2.25, 48),
    "4gf": (23, 96, 38.65, 2.43, 40),
    "6_4gf": (17, 184, 60.83, 2.07, 56),
    "8gf": (23, 80, 49.56, 2.88, 120),
    "12gf": (19, 168, 73.36, 2.37, 112),
    "16gf": (22, 216, 55.59, 2.1, 128),
    "32gf": (23, 320, 69.86, 2.0, 168),
}
Y: dict[str, _Row] = {
    "200mf": (13, 24, 36.44, 2.49, 8),
    "400mf": (16, 48, 27.89, 2.09, 8),
    "600mf": (15, 48, 32.54, 2.32, 16),
    "800mf": (14, 56, 38.84, 2.4, 16),
    "1_6gf": (27, 48, 20.71, 2.65, 24),
    "3_2gf": (21, 80, 42.63, 2.66, 24),
    "4gf": (22, 96, 31.41, 2.24, 64),
    "6_4gf": (25, 112, 33.22, 2.27, 72),
    "8gf": (17, 192, 76.82, 2.19, 56),
    "12gf": (19, 168, 73.36, 2.37, 112),
    "16gf": (18, 200, 106.23, 2.48, 112),
    "32gf": (20, 232, 115.89, 2.53, 232),
    "64gf": (20, 352, 147.48, 2.4, 328),
    "128gf": (27, 456, 160.83, 2.52, 264),
}
KINDS = {"x": X, "y": Y}
_BLOCK = r"s(\d+)\.b(\d+)\."


def _in_block(tail: str) -> Callable[[Any], str]:
    """Of stage s, block b, which timm counts from 1."""
    return lambda match: f"trunk_output.block{match[1]}.block{match[1]}-{int(match[2]) - 1}.{tail}"


_TIMM: Rules = [
    (r"stem\.conv\.", "stem.0."),
    (r"stem\.bn\.", "stem.1."),
    *((_BLOCK + rf"conv{i}\.conv\.", _in_block(f"f.{part}.0.")) for i, part in enumerate("abc", start=1)),
    *((_BLOCK + rf"conv{i}\.bn\.", _in_block(f"f.{part}.1.")) for i, part in enumerate("abc", start=1)),
    (_BLOCK + r"se\.", _in_block("f.se.")),
    (_BLOCK + r"downsample\.conv\.", _in_block("proj.0.")),
    (_BLOCK + r"downsample\.bn\.", _in_block("proj.1.")),
    (r"head\.fc\.", "fc."),
]


def _multiple(width: int, group: int, widths: str) -> int:
    """The nearest multiple of the channels of a group; torchvision rounds up where much would be lost."""
    if widths == "pycls":
        return max(group, round(width / group) * group)
    return rounded(width, group)


def stages(depth: int, first: int, slope: float, step: float, group: int, widths: str) -> list[tuple[int, int, int]]:
    """Number of blocks, channels and channels of a group of each stage.

    Widths grow on a straight line, which is rounded to powers of `step` times the first, and to multiples of 8.
    """
    line = first + slope * np.arange(depth)
    powers = np.round(np.log(line / first) / math.log(step))
    found = (np.round(first * step**powers / 8) * 8).astype(int)
    found, counts = np.unique(found, return_counts=True)
    groups = np.minimum(group, found)
    return [
        (int(count), _multiple(int(width), int(size), widths), int(size))
        for count, width, size in zip(counts, found, groups, strict=True)
    ]


class RegNetBlock(Layer):
    """Convolutions of 1 × 1, 3 × 3 in groups, and 1 × 1, and a way around them."""

    def __init__(self, inputs: int, outputs: int, stride: int, group: int, gated: bool, rng: Rng) -> None:
        unit = partial(conv_norm, rng=rng)
        around = inputs != outputs or stride != 1
        self.proj = unit(1, inputs, outputs, None, stride=stride) if around else None
        parts: dict[str, Function] = {
            "a": unit(1, inputs, outputs),
            "b": unit(3, outputs, outputs, stride=stride, groups=outputs // group),
        }
        if gated:
            parts["se"] = SqueezeExcite(outputs, round(0.25 * inputs), rng=rng)
        self.f = Chain(**parts, c=unit(1, outputs, outputs, None))

    def __call__(self, x: Any) -> Any:
        return relu((x if self.proj is None else self.proj(x)) + self.f(x))


class RegNet(Model):
    """Network whose widths follow a straight line.

    Parameters
    ----------
    kind : {"x", "y"}
        y has gates of squeeze and excitation.
    size : str
        About how many multiplications an image of 224 × 224 takes: "200mf", "400mf", "600mf", "800mf", "1_6gf",
        "3_2gf", "4gf", "6_4gf", "8gf", "12gf", "16gf", "32gf", of y also "64gf" and "128gf".
    nclasses, inchannels, rng
        As of `Model`.
    widths : {"torchvision", "pycls"}
        How widths become multiples of the channels of a group: as in torchvision, or as in the paper's own code, pycls,
        and in timm. They differ in x 400mf, y 800mf and y 8gf only.

    Examples
    --------
    >>> from numtorch import trainables
    >>> from numtorch.models import RegNet
    >>> sum(p.size for p in trainables(RegNet("y", "400mf")))
    4344144
    """

    def __init__(
        self,
        kind: str = "y",
        size: str = "400mf",
        *,
        nclasses: int = 1000,
        inchannels: int = 3,
        widths: str = "torchvision",
        rng: Rng = None,
    ) -> None:
        if kind not in KINDS:
            raise ValueError(f"RegNet: the kind is 'x' or 'y', not {kind!r}")
        if size not in KINDS[kind]:
            raise ValueError(f"RegNet: the size of kind {kind} is one of {', '.join(KINDS[kind])}, not {size!r}")
        if widths not in ("torchvision", "pycls"):
            raise ValueError(f"RegNet: the widths are 'torchvision' or 'pycls', not {widths!r}")
        rng = np.random.default_rng(rng)
        inputs = 32
        stem = conv_norm(3, inchannels, inputs, stride=2, rng=rng)
        trunk: dict[str, Function] = {}
        for stage, (count, outputs, group) in enumerate(stages(*KINDS[kind][size], widths=widths), start=1):
            blocks: dict[str, Function] = {}
            for i in range(count):
                block = RegNetBlock(inputs, outputs, 2 if i == 0 else 1, group, kind == "y", rng)
                blocks[f"block{stage}-{i}"] = block
                inputs = outputs
            trunk[f"block{stage}"] = Chain(**blocks)
        super().__init__(
            "avgpool",
            stem=stem,
            trunk_output=Chain(**trunk),
            **pooled(fc=Dense(inputs, nclasses, rng=rng)),
        )

    def rules(self, names: str) -> Rules:
        return _TIMM if names == "timm" else ()
