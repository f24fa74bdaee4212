"""UNet: its own way down, and that of other networks."""

import numpy as np
import pytest

from numtorch import collect, f64, gradient, load_state, models, params, state, tensor, torch
from numtorch.models import ResNet, UNet
from numtorch.nn.layers import Chain, Conv

CHANNELS = {
    "resnet18": [3, 64, 64, 128, 256, 512],
    "vgg11_bn": [64, 128, 256, 512, 512, 512],
    "densenet121": [3, 64, 128, 256, 512, 1024],
    "mobilenet_v2": [3, 16, 24, 32, 96, 1280],
    "convnext_tiny": [3, 96, 192, 384, 768],
}


@pytest.mark.parametrize("name", CHANNELS)
def test_backbones(name: str, dev: int) -> None:
    model = f64(models.create("unet", nclasses=2, backbone=name, width=8, rng=0))
    assert model.down.channels == CHANNELS[name]
    x = np.random.default_rng(0).normal(size=(1, 3, 32, 64))
    y = model(x)
    assert y.shape == (1, 2, 32, 64)
    np.testing.assert_allclose(collect(torch(model, dev=dev)(tensor(x, dev=dev))), y, rtol=1e-8, atol=1e-10)


def test_the_backbone_keeps_its_names_and_numbers() -> None:
    resnet = ResNet(18, rng=0)
    model = UNet(2, width=8, backbone=resnet, rng=1)
    assert state(model)["down.layer4.1.bn2.weight"] is state(resnet)["layer4.1.bn2.weight"]
    other = models.backbone(ResNet(18, rng=5))
    load_state(model.down, state(other), names="torchvision")
    np.testing.assert_array_equal(resnet.conv1.weight, state(other)["conv1.weight"])


def test_what_is_seen_on_the_way_down() -> None:
    resnet = f64(ResNet(18, rng=0))
    x = np.random.default_rng(0).normal(size=(1, 3, 64, 64))
    seen = UNet(2, backbone=resnet, rng=1).down(x)
    ends = [0, 3, 5, 6, 7, 8]  # the image; before the pool; after each stage
    for found, end in zip(seen, ends, strict=True):
        np.testing.assert_allclose(found, resnet[:end](x))


def test_gradients_reach_the_backbone(dev: int) -> None:
    model = torch(UNet(2, width=8, backbone=ResNet(18, rng=0), rng=1), dev=dev)
    x = tensor(np.random.default_rng(0).normal(size=(2, 3, 32, 32)).astype(np.float32), dev=dev)
    grads = gradient(lambda: np.mean(model(x) ** 2), params(model))
    assert all(np.any(grads[p] != 0) for p in params(model.down))


def test_grey_images() -> None:
    model = models.create("unet", nclasses=1, inchannels=1, backbone="resnet18", width=8, rng=0)
    assert model(np.ones((1, 1, 32, 32), np.float32)).shape == (1, 1, 32, 32)


def test_wrong_arguments() -> None:
    with pytest.raises(ValueError, match=r"part Conv2d_1a_3x3.conv makes \(31, 31\) of images of \(64, 64\)"):
        models.create("unet", backbone="inception_v3")
    with pytest.raises(ValueError, match=r"the backbone makes images nowhere smaller"):
        UNet(backbone=Chain(Conv(3, 3, 4, pad=1)))
    with pytest.raises(TypeError, match=r"UNet: the backbone is a Model or a Chain, not int"):
        UNet(backbone=3)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match=r"H and W multiples of 32, not \(1, 3, 32, 40\)"):
        UNet(backbone=ResNet(18))(np.ones((1, 3, 32, 40), np.float32))
    with pytest.raises(ValueError, match=r"H and W multiples of 16, not \(1, 3, 32, 40\)"):
        UNet(width=4)(np.ones((1, 3, 32, 40), np.float32))
    with pytest.raises(ValueError, match=r"UNet: the backbone is for images of 3 channels, not 1"):
        UNet(inchannels=1, backbone=ResNet(18))
