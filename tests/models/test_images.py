"""Images made ready for networks: as torchvision's ImageClassification does, in PyTorch's and Pillow's operations."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch

from numtorch import Tensor, collect, gradient, models, tensor
from numtorch.models import preprocess
from numtorch.models.images import MEAN, STD

RNG = np.random.default_rng(3)
BYTES = RNG.integers(0, 256, (37, 61, 3), np.uint8)
FLOATS = RNG.random((45, 31, 3))
SIZES: dict[str, dict[str, Any]] = {
    "smaller": {"size": 20, "crop": 16},
    "larger": {"size": 77, "crop": 64},
    "odd": {"size": 21, "crop": (16, 11)},
    "both sides": {"size": (24, 18), "crop": 10},
    "bicubic": {"size": 20, "crop": 16, "interpolation": "bicubic"},
    "bicubic larger": {"size": 90, "crop": 80, "interpolation": "bicubic"},
    "as it is": {"size": None, "crop": None},
}


def reference(image: np.ndarray, size: Any, crop: Any, interpolation: str = "bilinear") -> np.ndarray:
    """In PyTorch, written from torchvision's documentation: resize(antialias=True), center_crop, normalize."""
    x = torch.from_numpy(image).permute(2, 0, 1)[None]
    height, width = x.shape[2:]
    if isinstance(size, int):
        long = int(size * max(height, width) / min(height, width))
        size = (size, long) if height <= width else (long, size)
    if size is not None:
        y = torch.nn.functional.interpolate(x.float(), size, mode=interpolation, antialias=True)
        x = y.round().clamp(0, 255).to(torch.uint8) if x.dtype == torch.uint8 else y
    height, width = x.shape[2:]
    tall, wide = (crop, crop) if isinstance(crop, int) else crop or (height, width)
    top, left = round((height - tall) / 2.0), round((width - wide) / 2.0)
    x = x[:, :, top : top + tall, left : left + wide]
    x = x.float() / 255 if x.dtype == torch.uint8 else x.float()
    mean, std = (torch.tensor(numbers).reshape(1, 3, 1, 1) for numbers in (MEAN, STD))
    return ((x - mean) / std).numpy()


def differing(a: Any, b: np.ndarray) -> np.ndarray:
    """In whole steps of a byte where images were bytes."""
    return np.abs((collect(a) if isinstance(a, Tensor) else a) - b) * np.reshape(STD, (1, 3, 1, 1)) * 255


@pytest.mark.parametrize("way", SIZES.values(), ids=SIZES.keys())
def test_floats_as_pytorch(way: dict[str, Any], dev: int) -> None:
    expected = reference(FLOATS, **way)
    for x in (preprocess(FLOATS, **way), preprocess(tensor(FLOATS, dev=dev), **way)):
        assert x.shape == expected.shape
        assert x.dtype == np.float32
        assert differing(x, expected).max() < 1e-3


@pytest.mark.parametrize("way", SIZES.values(), ids=SIZES.keys())
def test_bytes_as_pytorch(way: dict[str, Any], dev: int) -> None:
    expected = reference(BYTES, **way)
    for x in (preprocess(BYTES, **way), preprocess(tensor(BYTES, dev=dev), **way)):
        assert x.dtype == np.float32
        steps = differing(x, expected)
        # The sum's last bit may round a half the other way, by one step, in one number of many.
        assert steps.max() < 1.01
        assert np.mean(steps > 0.01) < 1e-3


@pytest.mark.parametrize("interpolation", ["bilinear", "bicubic"])
def test_bytes_as_pillow(interpolation: str) -> None:
    """Pillow rounds after each axis, cuts off there what is beyond 0 and 255, and has weights of few bits."""
    image = pytest.importorskip("PIL.Image")
    pale = BYTES // 2 + 64
    resized = image.fromarray(pale).resize((40, 24), getattr(image.Resampling, interpolation.upper()))
    expected = preprocess(np.asarray(resized), size=None, crop=None)
    steps = differing(preprocess(pale, size=(24, 40), crop=None, interpolation=interpolation), expected)
    assert steps.max() < 2.01
    assert steps.mean() < 0.5


def test_a_photo_has_the_usual_shape(dev: int) -> None:
    photo = RNG.integers(0, 256, (427, 640, 3), np.uint8)
    on_host, moved = preprocess(photo), preprocess(tensor(photo, dev=dev))
    assert on_host.shape == moved.shape == (1, 3, 224, 224)
    assert isinstance(on_host, np.ndarray)
    assert isinstance(moved, Tensor)
    assert moved.dev == dev
    assert np.mean(differing(moved, on_host) > 0.01) < 1e-3
    assert np.abs(preprocess(photo, **models.preprocessing("inception_v3"))).shape == (1, 3, 299, 299)


def test_forms_of_images(dev: int) -> None:
    way: dict[str, Any] = {"size": 20, "crop": 16}
    one = preprocess(BYTES, **way)
    alpha = np.concatenate([BYTES, np.zeros((37, 61, 1), np.uint8)], axis=2)
    np.testing.assert_array_equal(preprocess(alpha, **way), one)
    np.testing.assert_array_equal(preprocess(np.stack([BYTES, BYTES]), **way), np.concatenate([one, one]))
    np.testing.assert_array_equal(preprocess([BYTES, BYTES[::-1]], **way)[:1], one)
    assert preprocess((BYTES, FLOATS), **way).shape == (2, 3, 16, 16)
    assert isinstance(preprocess([tensor(BYTES, dev=dev)], **way), Tensor)

    grey = BYTES[:, :, 0]
    repeated = preprocess(np.stack([grey] * 3, axis=2), **way)
    for form in (grey, grey[:, :, None], grey[None, :, :, None], tensor(grey, dev=dev)):
        found = preprocess(form, **way)
        np.testing.assert_allclose(collect(found) if isinstance(found, Tensor) else found, repeated, atol=1e-6)
    assert preprocess(grey, mean=(0.5,), std=0.5, **way).shape == (1, 1, 16, 16)
    assert preprocess(FLOATS.astype(np.float16), **way).dtype == np.float32
    np.testing.assert_array_equal(preprocess(BYTES, mean=0, std=1, size=None, crop=None)[0, 0], grey / np.float32(255))


def test_the_gradient_goes_through(dev: int) -> None:
    x = tensor(FLOATS, dev=dev)
    slope = gradient(lambda image: np.sum(preprocess(image, size=20, crop=20)), x)[0]
    assert slope.shape == FLOATS.shape
    # Each element of the result is a mean: the sum of all weights is the number of elements, in units of 1 / std.
    whole = gradient(lambda image: np.sum(preprocess(image, size=(20, 20), crop=None, mean=0, std=1)), x)[0]
    assert float(np.sum(whole)) == pytest.approx(3 * 20 * 20)


BAD: dict[str, tuple[Any, dict[str, Any], type[Exception], str]] = {
    "integers": (BYTES.astype(int), {}, TypeError, "images must be uint8, or floating-point .*not int64"),
    "bytes as floats": (BYTES.astype(float), {}, ValueError, "float64 must have values from 0 to 1, not from 0 to 255"),
    "nan": (np.full((8, 8), np.nan), {}, ValueError, "not from nan to nan"),
    "axes": (np.zeros(5), {}, ValueError, r"images must have the shape \(H, W\).*not \(5,\)"),
    "empty": (np.zeros((0, 5, 3)), {}, ValueError, r"not be empty, not \(1, 0, 5, 3\)"),
    "channels first": (np.zeros((3, 32, 32)), {}, ValueError, "have 32 channels, mean and std are of 3; channels come"),
    "colours for grey": (BYTES, {"mean": (0.5,), "std": (0.5,)}, ValueError, "have 3 channels, mean and std are of 1"),
    "mean and std": (BYTES, {"mean": (0.5,)}, ValueError, r"mean and std must be .* not \(0.5,\) and \(0.229"),
    "std": (BYTES, {"std": 0}, ValueError, "std must be positive, not 0"),
    "interpolation": (BYTES, {"interpolation": "lanczos"}, ValueError, '"bilinear" or "bicubic", not \'lanczos\''),
    "size": (BYTES, {"size": 0}, ValueError, "size must be an int >= 1, two of them, or None, not 0"),
    "size of text": (BYTES, {"size": "256"}, ValueError, "size must be an int >= 1"),
    "crop": (BYTES, {"crop": (3, 4, 5)}, ValueError, "crop must be an int >= 1, two of them, or None"),
    "crop too large": (BYTES, {"size": 20}, ValueError, "crop=224 is larger than the image, which is of 20 × 32"),
    "no image": ([], {}, ValueError, "images is an empty list"),
    "different sizes": ([BYTES, FLOATS], {"crop": None}, ValueError, "the images end in different sizes"),
}


@pytest.mark.parametrize(("images", "options", "error", "text"), BAD.values(), ids=BAD.keys())
def test_errors(images: Any, options: dict[str, Any], error: type[Exception], text: str, dev: int) -> None:
    with pytest.raises(error, match=text):
        preprocess(images, **options)
    if isinstance(images, np.ndarray):
        with pytest.raises(error, match=text):
            preprocess(tensor(images, dev=dev), **options)


def test_options_by_name_fit_each_other() -> None:
    for name in models.names():
        options = models.preprocessing(name)
        assert options.get("size", 256) >= options.get("crop", 224)
        assert options.keys() <= {"size", "crop", "mean", "std", "interpolation"}
    assert models.preprocessing("efficientnet_b4") == {"size": 384, "crop": 380, "interpolation": "bicubic"}
