"""Padding, interpolation, sampling."""

import numpy as np
import torch.nn.functional as F

from numtorch import nn
from tests.nn.rows.call import Call, cplx, normal

MODES = {1: ("nearest", "linear"), 2: ("nearest", "bilinear", "bicubic"), 3: ("nearest", "trilinear")}
SIZES = {1: (5,), 2: (5, 4), 3: (3, 4, 2)}


def resized() -> list[Call]:
    rows = []
    for n, modes in MODES.items():
        for mode in modes:
            for align in (False,) if mode == "nearest" else (False, True):
                for way in ({"scale": 2}, {"scale": 1.5}, {"size": 7}, {"size": 2}):
                    told = {"scale_factor" if name == "scale" else name: value for name, value in way.items()}
                    told |= {} if mode == "nearest" else {"align_corners": align}
                    rows.append(
                        Call(
                            f"upsample{n}d {mode} {align} {way}",
                            lambda x, mode=mode, align=align, way=way: nn.upsample(
                                x, mode=mode, align_corners=align, **way
                            ),
                            (normal(1, 2, *SIZES[n]),),
                            lambda x, mode=mode, told=told: F.interpolate(x, mode=mode, **told),
                            order=1 if n < 3 else 0,
                        )
                    )
    return rows


def antialiased() -> list[Call]:
    ways = ({"scale": 1.5}, {"scale": 0.4}, {"size": (3, 4)}, {"size": (12, 2)}, {"size": 1})
    return [
        Call(
            f"upsample2d {mode} antialias {way}",
            lambda x, mode=mode, way=way: nn.upsample(x, mode=mode, antialias=True, **way),
            (normal(1, 2, 11, 8),),
            lambda x, mode=mode, way=way: F.interpolate(
                x, way.get("size"), way.get("scale"), mode=mode, antialias=True
            ),
            order=1,
        )
        for mode in ("bilinear", "bicubic")
        for way in ways
    ]


def sampled() -> list[Call]:
    rows = []
    for n in (2, 3):
        x, grid = normal(2, 2, *(4, 5, 3)[:n]), normal(2, *(3, 2, 2)[:n], n) * 0.83
        for mode in ("bilinear", "nearest"):
            for padding in ("zeros", "border", "reflection"):
                for align in (False, True):
                    rows.append(
                        Call(
                            f"grid_sample{n}d {mode} {padding} {align}",
                            lambda x, g, mode=mode, padding=padding, align=align: nn.grid_sample(
                                x, g, mode=mode, padding=padding, align_corners=align
                            ),
                            (x, grid),
                            lambda x, g, mode=mode, padding=padding, align=align: F.grid_sample(
                                x, g, mode=mode, padding_mode=padding, align_corners=align
                            ),
                            order=1 if n == 2 else 0,
                            kinds="f" if mode == "nearest" else "ef",  # which is nearest depends on the last bit
                        )
                    )
    return rows


X = normal(1, 2, 4, 5)
MIRRORED = (("pad_reflect", "reflect"), ("pad_repeat", "replicate"), ("pad_circular", "circular"))

ROWS = [
    *resized(),
    *antialiased(),
    *sampled(),
    *(
        Call(
            name,
            lambda x, name=name: getattr(nn, name)(x, (1, 2, 0, 3)),
            (X,),
            lambda x, mode=mode: F.pad(x, (0, 3, 1, 2), mode=mode),
        )
        for name, mode in (*MIRRORED, ("pad_zeros", "constant"))
    ),
    *(
        Call(
            f"{name} {n}d",
            lambda x, name=name, pad=(1, 0) * n: getattr(nn, name)(x, pad),
            (normal(1, 1, *SIZES[n]),),
            lambda x, mode=mode, pad=(1, 0) * n: F.pad(x, pad, mode=mode),
            order=1,
        )
        for name, mode in MIRRORED
        for n in (1, 3)
    ),
    Call("pad_reflect complex", lambda x: nn.pad_reflect(x, 1), (cplx(1, 2, 3),), kinds="F"),
    Call("pad_reflect axes", lambda x: nn.pad_reflect(x, 1, axes=(1, 2)), (X,), order=1),
    Call("pad_constant", lambda x: nn.pad_constant(x, 2, 7.0), (X,), lambda x: F.pad(x, (2, 2, 2, 2), value=7.0)),
    Call("pad_constant axes", lambda x: nn.pad_constant(x, (1, 0), axes=1), (X,), order=1),
    Call("pad_symmetric", lambda x: nn.pad_symmetric(x, 2), (X,)),
    Call("pixel_shuffle", lambda x: nn.pixel_shuffle(x, 2), (normal(2, 8, 2, 3),), lambda x: F.pixel_shuffle(x, 2), 1),
    Call("pixel_shuffle 1d", lambda x: nn.pixel_shuffle(x, 3), (normal(2, 6, 2),), order=1),
    Call("pixel_shuffle 3d", lambda x: nn.pixel_shuffle(x, 2), (normal(1, 8, 2, 1, 2),), order=1),
    Call(
        "pixel_unshuffle",
        lambda x: nn.pixel_unshuffle(x, 2),
        (normal(2, 2, 4, 2),),
        lambda x: F.pixel_unshuffle(x, 2),
        1,
    ),
    Call("flatten", nn.flatten, (X,), lambda x: x.flatten(1), order=1),
    *(
        Call(
            f"imrotate {told}",
            lambda x, a, way=way: nn.imrotate(x, a, **way),
            (X, np.array(0.7)),
            kinds="f" if "mode" in way else "ef",
            order=1,
        )
        for told, way in (
            ("bilinear", {}),
            ("nearest", {"mode": "nearest"}),
            ("about a corner", {"center": (0.3, -0.2)}),
        )
    ),
]
