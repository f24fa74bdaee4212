"""Images as networks want them: resized, cropped, normalised, channels first."""

from __future__ import annotations

import operator
from collections.abc import Sequence
from typing import Any

import numpy as np

from numtorch._core import Tensor
from numtorch.nn.resize import upsample

Size = int | tuple[int, int] | None

# Mean and deviation of ImageNet's red, green and blue, of values from 0 to 1.
MEAN = (0.485, 0.456, 0.406)
STD = (0.229, 0.224, 0.225)
_HALF = {"mean": 0.5, "std": 0.5}
# How far interpolation may have taken values beyond 0 and 1.
_BEYOND = 0.25

# What differs from the defaults of `preprocess`, as torchvision's first weights of each model have it; timm's, of the
# models that torchvision lacks.
_OPTIONS: dict[str, dict[str, Any]] = {
    "convnext_tiny": {"size": 236},
    "convnext_small": {"size": 230},
    "convnext_base": {"size": 232},
    "convnext_large": {"size": 232},
    **{
        f"efficientnet_b{i}": {"size": size, "crop": crop, "interpolation": "bicubic"}
        for i, (size, crop) in enumerate(
            [(256, 224), (256, 240), (288, 288), (320, 300), (384, 380), (456, 456), (528, 528), (600, 600)]
        )
    },
    "inception_v3": {"size": 342, "crop": 299},
    "inception_v4": {"size": 341, "crop": 299, "interpolation": "bicubic", **_HALF},
    "vit_ti_16": {"size": 248, "interpolation": "bicubic", **_HALF},
    "vit_s_16": {"size": 248, "interpolation": "bicubic", **_HALF},
    "vit_l_16": {"size": 242},
    "vit_h_14": {"size": 518, "crop": 518, "interpolation": "bicubic"},
    "xception": {"size": 333, "crop": 299, "interpolation": "bicubic", **_HALF},
}


def preprocessing(name: str) -> dict[str, Any]:
    """The options of `preprocess` for a model, where they are not the defaults.

    Parameters
    ----------
    name : str
        As `create` takes it.

    Returns
    -------
    dict
        Those of torchvision's first weights (`IMAGENET1K_V1`; of "vit_h_14" the ones for images of 518 × 518); of
        "inception_v4", "xception", "vit_ti_16" and "vit_s_16" those of timm.

    Examples
    --------
    >>> from numtorch import models
    >>> models.preprocessing("inception_v3")
    {'size': 342, 'crop': 299}
    >>> models.preprocessing("resnet50")
    {}
    """
    return dict(_OPTIONS.get(name, {}))


def preprocess(
    images: Any,
    *,
    size: Size = 256,
    crop: Size = 224,
    mean: float | Sequence[float] = MEAN,
    std: float | Sequence[float] = STD,
    interpolation: str = "bilinear",
) -> Any:
    """Images as networks trained on ImageNet want them: resized, the middle cut out, normalised, channels first.

    Parameters
    ----------
    images : array or list of arrays
        One image, of shape (H, W) or (H, W, C), or a batch of shape (N, H, W, C): uint8, or floating-point numbers
        from 0 to 1. A list holds images of any sizes. Grey images (C = 1) are repeated for each channel that is
        wanted; of red, green, blue and alpha, alpha is left out.
    size : int, (int, int) or None
        Length of the shorter side after resizing, the other in proportion; or height and width; None leaves images
        as large as they are.
    crop : int, (int, int) or None
        Height and width of the middle that is kept; None keeps all.
    mean, std : float or sequence of float
        What is subtracted from each channel, and then divided by. A sequence says how many channels there are; a
        number is for all of three.
    interpolation : {"bilinear", "bicubic"}
        How to resize; always antialiased. The result of uint8 is rounded, as torchvision and Pillow have it.

    Returns
    -------
    array, of shape (N, C, crop...), float32
        A Tensor on the device of the images if they are Tensors, else an ndarray. N is 1 for one image.

    Raises
    ------
    TypeError
        Images of another dtype.
    ValueError
        Shapes that are no images or have other channels, floating-point numbers beyond 0 and 1, a crop larger than
        the image, or images of a list that end in different sizes.

    Examples
    --------
    >>> import numpy as np
    >>> from numtorch.models import preprocess
    >>> photo = np.full((400, 600, 3), 255, np.uint8)
    >>> x = preprocess(photo)
    >>> x.shape, x.dtype
    ((1, 3, 224, 224), dtype('float32'))
    >>> x[0, :, 0, 0].round(4)                     # (1 - mean) / std
    array([2.2489, 2.4286, 2.64  ], dtype=float32)
    """
    if interpolation not in ("bilinear", "bicubic"):
        raise ValueError(f'preprocess: interpolation must be "bilinear" or "bicubic", not {interpolation!r}')
    shift, scale = _statistics(mean, std)
    if isinstance(images, list | tuple):
        options: dict[str, Any] = {"size": size, "crop": crop, "mean": mean, "std": std}
        return _joined([preprocess(image, interpolation=interpolation, **options) for image in images])
    x = _with_channels(_batch(images), len(shift))
    x = _cropped(_resized(x, size, interpolation), crop)
    x = _unit(x)
    return (x - shift.reshape(1, -1, 1, 1)) / scale.reshape(1, -1, 1, 1)


def _statistics(mean: Any, std: Any) -> tuple[Any, Any]:
    """Mean and deviation, one for each channel."""
    shift, scale = np.asarray(mean, np.float32), np.asarray(std, np.float32)
    counts = {array.size for array in (shift, scale) if array.ndim}
    if max(shift.ndim, scale.ndim) > 1 or len(counts) > 1 or 0 in counts:
        raise ValueError(f"preprocess: mean and std must be numbers or one for each channel, not {mean!r} and {std!r}")
    if not np.all(scale > 0):
        raise ValueError(f"preprocess: std must be positive, not {std!r}")
    channels = counts.pop() if counts else 3
    return np.broadcast_to(shift, channels), np.broadcast_to(scale, channels)


def _batch(images: Any) -> Any:
    """Images of shape (N, H, W, C), checked."""
    x = images if isinstance(images, Tensor) else np.asarray(images)
    if x.ndim == 2:
        x = x[:, :, None]
    if x.ndim == 3:
        x = x[None]
    if x.ndim != 4 or 0 in x.shape:
        raise ValueError(
            f"preprocess: images must have the shape (H, W), (H, W, C) or (N, H, W, C), and not be empty, not {x.shape}"
        )
    if x.dtype != np.uint8 and x.dtype.kind != "f":
        raise TypeError(f"preprocess: images must be uint8, or floating-point numbers from 0 to 1, not {x.dtype}")
    if x.dtype.kind == "f":
        low, high = np.min(x).item(), np.max(x).item()
        if not (low >= -_BEYOND and high <= 1 + _BEYOND):
            raise ValueError(
                f"preprocess: images of {x.dtype} must have values from 0 to 1, not from {low:.4g} to {high:.4g}"
            )
    return x


def _with_channels(x: Any, channels: int) -> Any:
    """Images of shape (N, C, H, W) with so many channels, of images (N, H, W, C)."""
    given = x.shape[3]
    if given == 4 and channels == 3:
        x = x[..., :3]
    elif given == 1:
        x = np.repeat(x, channels, axis=3)
    elif given != channels:
        raise ValueError(
            f"preprocess: images of shape (..., H, W, {given}) have {given} channels, mean and std are of {channels}; "
            "channels come last, and a batch of grey images has the shape (N, H, W, 1)"
        )
    return x.transpose(0, 3, 1, 2)


def _resized(x: Any, size: Size, interpolation: str) -> Any:
    """Images (N, C, H, W) whose shorter side, or both, have the given length."""
    height, width = x.shape[2:]
    if isinstance(size, int) and size > 0:
        # As torchvision: in proportion, rounded down.
        size = (size * height // width, size) if width <= height else (size, size * width // height)
    target = _pair("size", size, (height, width))
    if target == (height, width):
        return x
    y = upsample(x.astype(np.float32), size=target, mode=interpolation, antialias=True)
    return np.clip(np.round(y), 0, 255).astype(np.uint8) if x.dtype == np.uint8 else y


def _cropped(x: Any, crop: Size) -> Any:
    """The middle of images (N, C, H, W); where it cannot be, the nearest even position, as in torchvision."""
    height, width = x.shape[2:]
    tall, wide = _pair("crop", crop, (height, width))
    if tall > height or wide > width:
        raise ValueError(f"preprocess: crop={crop!r} is larger than the image, which is of {height} × {width} by then")
    top, left = round((height - tall) / 2), round((width - wide) / 2)
    return x[:, :, top : top + tall, left : left + wide]


def _unit(x: Any) -> Any:
    """Values from 0 to 1, in float32."""
    return x.astype(np.float32) / np.float32(255) if x.dtype == np.uint8 else x.astype(np.float32)


def _pair(name: str, value: Any, default: tuple[int, int]) -> tuple[int, int]:
    """Height and width, of both, of one number for both, or of None for the default."""
    if value is None:
        return default
    try:
        numbers = tuple(map(operator.index, value if isinstance(value, tuple | list) else (value, value)))
    except TypeError:
        numbers = ()
    if len(numbers) != 2 or min(numbers) < 1:
        raise ValueError(f"preprocess: {name} must be an int >= 1, two of them, or None, not {value!r}")
    return numbers


def _joined(batches: list[Any]) -> Any:
    if not batches:
        raise ValueError("preprocess: images is an empty list")
    shapes = {batch.shape[1:] for batch in batches}
    if len(shapes) > 1:
        raise ValueError(
            f"preprocess: the images end in different sizes, {sorted(shapes)}; crop=(H, W) makes them alike"
        )
    return np.concatenate(batches)
