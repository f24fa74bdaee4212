"""Rules of interpolation, and of windows as columns."""

from __future__ import annotations

from numtorch import kernels as aten
from numtorch._core import kernel
from numtorch.autograd.rule import define
from numtorch.autograd.rules.nn.windows import bare

__all__: list[str] = []


# Linear, each the way back of the other.
define(
    "im2col",
    self=lambda g, self_spec, kernel_size, dilation, padding, stride: aten.col2im(
        g, self_spec.shape[-2:], kernel_size, dilation, padding, stride
    ),
)
define(
    "col2im",
    self=lambda g, kernel_size, dilation, padding, stride: aten.im2col(g, kernel_size, dilation, padding, stride),
)


def _interpolates_1d(name: str, aligned: bool) -> None:
    there, back = kernel(name), kernel(name + "_backward")
    if not aligned:
        define(name, self=lambda g, self_spec, output_size, scales: back(g, output_size, self_spec.shape, scales))
        define(name + "_backward", grad_output=lambda g, output_size, scales: there(g, output_size, scales))
        return
    define(
        name,
        self=lambda g, self_spec, output_size, align_corners, scales: back(
            g, output_size, self_spec.shape, align_corners, scales
        ),
    )
    define(
        name + "_backward",
        grad_output=lambda g, output_size, align_corners, scales: there(g, output_size, align_corners, scales),
    )


def _interpolates_2d(name: str, aligned: bool) -> None:
    there, back = kernel(name), kernel(name + "_backward")
    if not aligned:
        define(
            name,
            self=lambda g, self_spec, output_size, scales_h, scales_w: back(
                g, output_size, self_spec.shape, scales_h, scales_w
            ),
        )
        define(
            name + "_backward",
            grad_output=lambda g, output_size, scales_h, scales_w: there(g, output_size, scales_h, scales_w),
        )
        return
    define(
        name,
        self=lambda g, self_spec, output_size, align_corners, scales_h, scales_w: back(
            g, output_size, self_spec.shape, align_corners, scales_h, scales_w
        ),
    )
    define(
        name + "_backward",
        grad_output=lambda g, output_size, align_corners, scales_h, scales_w: there(
            g, output_size, align_corners, scales_h, scales_w
        ),
    )


_interpolates_1d("upsample_nearest1d", False)
_interpolates_1d("upsample_linear1d", True)
_interpolates_2d("upsample_nearest2d", False)
_interpolates_2d("upsample_bilinear2d", True)
_interpolates_2d("upsample_bicubic2d", True)
_interpolates_2d("_upsample_bilinear2d_aa", True)
_interpolates_2d("_upsample_bicubic2d_aa", True)

define(
    "upsample_nearest3d",
    self=lambda g, self_spec, output_size, scales_d, scales_h, scales_w: aten.upsample_nearest3d_backward(
        g, output_size, self_spec.shape, scales_d, scales_h, scales_w
    ),
)
define(
    "upsample_nearest3d_backward",
    grad_output=lambda g, output_size, scales_d, scales_h, scales_w: aten.upsample_nearest3d(
        g, output_size, scales_d, scales_h, scales_w
    ),
)
define(
    "upsample_trilinear3d",
    self=lambda g, self_spec, output_size, align_corners, scales_d, scales_h, scales_w: (
        aten.upsample_trilinear3d_backward(g, output_size, self_spec.shape, align_corners, scales_d, scales_h, scales_w)
    ),
)
define(
    "upsample_trilinear3d_backward",
    grad_output=lambda g, output_size, align_corners, scales_d, scales_h, scales_w: aten.upsample_trilinear3d(
        g, output_size, align_corners, scales_d, scales_h, scales_w
    ),
)


def _pads(name: str) -> None:
    there, back = kernel(name), kernel(name + "_backward")
    define(name, self=lambda g, self_spec, padding: back(g, bare(self_spec), padding))
    define(name + "_backward", grad_output=lambda g, padding: there(g, padding))


for _n in (1, 2, 3):
    _pads(f"reflection_pad{_n}d")
    _pads(f"replication_pad{_n}d")
