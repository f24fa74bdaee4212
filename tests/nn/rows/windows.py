"""Convolutions, pools, windows as columns."""

from typing import Any

import torch.nn.functional as F

from numtorch import nn
from tests.nn.rows.call import Call, apart, cplx, normal

SIZES = {1: (7,), 2: (5, 6), 3: (4, 3, 4)}
CONV = {1: F.conv1d, 2: F.conv2d, 3: F.conv3d}
TRANSPOSED = {1: F.conv_transpose1d, 2: F.conv_transpose2d, 3: F.conv_transpose3d}
MAX = {1: F.max_pool1d, 2: F.max_pool2d, 3: F.max_pool3d}
MEAN = {1: F.avg_pool1d, 2: F.avg_pool2d, 3: F.avg_pool3d}
ADAPTIVE_MAX = {1: F.adaptive_max_pool1d, 2: F.adaptive_max_pool2d, 3: F.adaptive_max_pool3d}
ADAPTIVE_MEAN = {1: F.adaptive_avg_pool1d, 2: F.adaptive_avg_pool2d, 3: F.adaptive_avg_pool3d}
LP = {1: F.lp_pool1d, 2: F.lp_pool2d, 3: F.lp_pool3d}


def theirs(keywords: dict[str, Any]) -> dict[str, Any]:
    """The keywords as PyTorch calls them."""
    names = {"pad": "padding", "outpad": "output_padding"}
    return {names.get(name, name): value for name, value in keywords.items()}


def convs() -> list[Call]:
    rows = []
    for n in (1, 2, 3):
        arrays = (normal(2, 4, *SIZES[n]), normal(6, 2, *(3, 2, 2)[:n]), normal(6))
        for keywords in ({}, {"stride": 2, "pad": 1}, {"dilation": 2, "pad": tuple(range(1, n + 1))}):
            rows.append(
                Call(
                    f"conv{n}d {keywords}",
                    lambda x, w, b, kw=keywords: nn.conv(x, w, b, groups=2, **kw),
                    arrays,
                    lambda x, w, b, n=n, kw=keywords: CONV[n](x, w, b, groups=2, **theirs(kw)),
                    order=2 if n == 1 else 1 if n == 2 else 0,
                )
            )
        arrays = (normal(2, 4, *SIZES[n]), normal(4, 3, *(3, 2, 2)[:n]), normal(6))
        for keywords in ({}, {"stride": 2, "pad": 1, "outpad": 1}, {"dilation": 2}):
            rows.append(
                Call(
                    f"conv_transpose{n}d {keywords}",
                    lambda x, w, b, kw=keywords: nn.conv_transpose(x, w, b, groups=2, **kw),
                    arrays,
                    lambda x, w, b, n=n, kw=keywords: TRANSPOSED[n](x, w, b, groups=2, **theirs(kw)),
                    order=2 if n == 1 else 1 if n == 2 else 0,
                )
            )
    x, w, plain = normal(1, 2, 5, 4), normal(3, 2, 3, 2), normal(2, 3, 3, 2)
    rows += [
        Call(
            "conv same",
            lambda x, w: nn.conv(x, w, pad="same"),
            (x, w),
            lambda x, w: F.conv2d(F.pad(x, (0, 1, 1, 1)), w),
        ),
        Call("conv same stride", lambda x, w: nn.conv(x, w, pad="same", stride=2), (x, w), order=1),
        Call(
            "conv asymmetric",
            lambda x, w: nn.conv(x, w, pad=(1, 2, 0, 3)),
            (x, w),
            lambda x, w: F.conv2d(F.pad(x, (0, 3, 1, 2)), w),
        ),
        Call(
            "conv_transpose asymmetric",
            lambda x, w: nn.conv_transpose(x, w, stride=2, pad=(0, 1, 1, 0)),
            (x, plain),
            lambda x, w: F.conv_transpose2d(x, w, stride=2)[:, :, :-1, 1:],
        ),
        Call("conv_transpose same", lambda x, w: nn.conv_transpose(x, w, stride=2, pad="same"), (x, plain), order=1),
        Call(
            "depthwise_conv",
            lambda x, w, b: nn.depthwise_conv(x, w, b, pad=1),
            (x, normal(4, 1, 3, 3), normal(4)),
            lambda x, w, b: F.conv2d(x, w, b, padding=1, groups=2),
            order=1,
        ),
        Call(
            "conv flip",
            lambda x, w: nn.conv(x, w, flip=True, pad=(1, 0)),
            (x, w),
            lambda x, w: F.conv2d(x, w.flip(2, 3), padding=(1, 0)),
            order=1,
        ),
        Call(
            "conv_transpose flip",
            lambda x, w: nn.conv_transpose(x, w, flip=True, stride=2),
            (x, plain),
            lambda x, w: F.conv_transpose2d(x, w.flip(2, 3), stride=2),
            order=1,
        ),
        Call(
            "depthwise_conv flip",
            lambda x, w: nn.depthwise_conv(x, w, flip=True),
            (x, normal(4, 1, 3, 3)),
            lambda x, w: F.conv2d(x, w.flip(2, 3), groups=2),
            order=1,
        ),
        Call(
            "conv_bias_act",
            lambda x, w, b: nn.conv_bias_act(x, w, b, nn.tanh, stride=2),
            (x, w, normal(3)),
            lambda x, w, b: F.conv2d(x, w, b, stride=2).tanh(),
            order=1,
        ),
        Call("conv complex", nn.conv, (cplx(1, 2, 5), cplx(3, 2, 2), cplx(3)), F.conv1d, kinds="F"),
        Call(
            "conv_transpose complex",
            lambda x, w: nn.conv_transpose(x, w, stride=2, pad=1),
            (cplx(1, 2, 3), cplx(2, 1, 3)),
            lambda x, w: F.conv_transpose1d(x, w, stride=2, padding=1),
            kinds="F",
            order=1,
        ),
        Call("conv no batch", nn.conv, (normal(0, 2, 4), normal(3, 2, 2)), F.conv1d, order=0),
    ]
    return rows


def pools() -> list[Call]:
    rows = []
    for n in (1, 2, 3):
        x = apart(1, 2, *SIZES[n])
        order = 2 if n == 1 else 1
        ways = (
            {"k": 2},
            {"k": 3, "stride": 2, "pad": 1},
            {"k": 2, "stride": 2, "ceil_mode": True},
            {"k": 3, "stride": 2, "pad": 1, "ceil_mode": True},
        )
        for way in ways:
            told = {"kernel_size" if name == "k" else name: value for name, value in theirs(way).items()}
            rows += [
                Call(
                    f"max_pool{n}d {way}",
                    lambda x, way=way: nn.max_pool(x, **way, return_indices=True),
                    (x,),
                    lambda x, n=n, told=told: MAX[n](x, **told, return_indices=True),
                    order,
                ),
                Call(
                    f"mean_pool{n}d {way}",
                    lambda x, way=way: nn.mean_pool(x, **way),
                    (x,),
                    lambda x, n=n, told=told: MEAN[n](x, **told),
                    order,
                ),
                Call(
                    f"mean_pool{n}d without padding {way}",
                    lambda x, way=way: nn.mean_pool(x, **way, count_include_pad=False),
                    (x,),
                    lambda x, n=n, told=told: MEAN[n](x, **told, count_include_pad=False),
                    order,
                ),
            ]
        rows += [
            Call(
                f"adaptive_max_pool{n}d",
                lambda x: nn.adaptive_max_pool(x, 3, return_indices=True),
                (x,),
                lambda x, n=n: ADAPTIVE_MAX[n](x, 3, return_indices=True),
                order,
            ),
            Call(
                f"adaptive_mean_pool{n}d",
                lambda x: nn.adaptive_mean_pool(x, 3),
                (x,),
                lambda x, n=n: ADAPTIVE_MEAN[n](x, 3),
                order,
            ),
            Call(f"lp_pool{n}d", lambda x: nn.lp_pool(x, 2, 2), (x,), lambda x, n=n: LP[n](x, 2, 2), order),
            Call(f"global_max_pool{n}d", nn.global_max_pool, (x,), lambda x, n=n: ADAPTIVE_MAX[n](x, 1), order),
            Call(f"global_mean_pool{n}d", nn.global_mean_pool, (x,), lambda x, n=n: ADAPTIVE_MEAN[n](x, 1), order),
        ]
    x = apart(1, 1, 4, 5)
    rows += [
        Call(
            "max_pool dilation",
            lambda x: nn.max_pool(x, 2, dilation=2, stride=1),
            (x,),
            lambda x: F.max_pool2d(x, 2, dilation=2, stride=1),
        ),
        Call(
            "max_pool asymmetric",
            lambda x: nn.max_pool(x, 2, stride=1, pad=(0, 1, 0, 1), return_indices=True),
            (x,),
            lambda x: F.max_pool2d(F.pad(x, (0, 1, 0, 1), value=-float("inf")), 2, stride=1),
            order=1,
        ),
        Call(
            "mean_pool asymmetric",
            lambda x: nn.mean_pool(x, 2, stride=1, pad=(0, 1, 0, 1)),
            (x,),
            lambda x: F.avg_pool2d(F.pad(x, (0, 1, 0, 1)), 2, stride=1),
        ),
        Call(
            "mean_pool asymmetric without padding",
            lambda x: nn.mean_pool(x, 2, stride=1, pad=(0, 1, 1, 0), count_include_pad=False),
            (x,),
        ),
        Call(
            "max_pool ceil",
            lambda x: nn.max_pool(x, 3, stride=2, pad=1, ceil_mode=True),
            (x,),
            lambda x: F.max_pool2d(x, 3, 2, 1, ceil_mode=True),
        ),
        Call("max_pool wide", lambda x: nn.max_pool(x, 3, pad=2, stride=2), (x,)),
        Call(
            "max_pool same", lambda x: nn.max_pool(x, 3, pad="same", stride=1), (x,), lambda x: F.max_pool2d(x, 3, 1, 1)
        ),
        Call("lp_pool 3", lambda x: nn.lp_pool(x, 3, 2), (x,), order=1),
        Call("lp_pool inf", lambda x: nn.lp_pool(x, float("inf"), 2), (x,), lambda x: F.max_pool2d(x.abs(), 2)),
    ]
    return rows


def columns() -> list[Call]:
    rows = []
    for n in (1, 2, 3):
        x = normal(1, 2, *SIZES[n])
        for keywords in ({}, {"stride": 2, "pad": 1}, {"dilation": 2, "pad": tuple(range(2 * n))}):
            theirs_of = None if n != 2 or len(keywords.get("pad", ()) if keywords.get("pad") != 1 else ()) else keywords
            rows.append(
                Call(
                    f"unfold{n}d {keywords}",
                    lambda x, kw=keywords: nn.unfold(x, 2, **kw),
                    (x,),
                    None if theirs_of is None else lambda x, kw=theirs_of: F.unfold(x, 2, **theirs(kw)),
                    order=1,
                )
            )
            shape = nn.unfold(x, 2, **keywords).shape
            rows.append(
                Call(
                    f"fold{n}d {keywords}",
                    lambda c, size=x.shape[2:], kw=keywords: nn.fold(c, size, 2, **kw),
                    (normal(*shape),),
                    None
                    if theirs_of is None
                    else lambda c, size=x.shape[2:], kw=theirs_of: F.fold(c, size, 2, **theirs(kw)),
                    order=1 if n < 3 else 0,
                )
            )
    return rows


ROWS = [*convs(), *pools(), *columns()]
