"""Models by their names in torchvision, and some that it does not have."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from numtorch.models.convnext import ConvNeXt
from numtorch.models.densenet import DenseNet
from numtorch.models.efficientnet import EfficientNet
from numtorch.models.inception import GoogLeNet, InceptionV3
from numtorch.models.inception_v4 import InceptionV4
from numtorch.models.mobilenet import MobileNetV1, MobileNetV2, MobileNetV3
from numtorch.models.resnet import ResNet, ResNeXt, SEResNet, WideResNet
from numtorch.models.squeezenet import SqueezeNet
from numtorch.models.unet import UNet
from numtorch.models.vgg import VGG, AlexNet
from numtorch.models.vit import ViT
from numtorch.models.xception import Xception

_MODELS: dict[str, Callable[..., Any]] = {
    "alexnet": AlexNet,
    **{f"convnext_{size}": partial(ConvNeXt, size) for size in ("tiny", "small", "base", "large", "xlarge")},
    **{f"densenet{depth}": partial(DenseNet, depth) for depth in (121, 161, 169, 201)},
    **{f"efficientnet_b{i}": partial(EfficientNet, f"b{i}") for i in range(8)},
    "googlenet": GoogLeNet,
    "inception_v3": InceptionV3,
    "inception_v4": InceptionV4,
    "mobilenet_v1": MobileNetV1,
    "mobilenet_v2": MobileNetV2,
    "mobilenet_v3_large": partial(MobileNetV3, "large"),
    "mobilenet_v3_small": partial(MobileNetV3, "small"),
    "resnet_2020": ResNet,
    **{f"resnet{depth}": partial(ResNet, depth) for depth in (18, 34, 50, 101, 152)},
    "resnext50_32x4d": partial(ResNeXt, 50, 32, 4),
    "resnext101_32x8d": partial(ResNeXt, 101, 32, 8),
    "resnext101_64x4d": partial(ResNeXt, 101, 64, 4),
    **{f"seresnet{depth}": partial(SEResNet, depth) for depth in (18, 34, 50, 101, 152)},
    "seresnext50_32x4d": partial(SEResNet, 50, groups=32, width=4),
    "seresnext101_32x4d": partial(SEResNet, 101, groups=32, width=4),
    "squeezenet1_0": partial(SqueezeNet, "1.0"),
    "squeezenet1_1": partial(SqueezeNet, "1.1"),
    "unet": UNet,
    **{f"vgg{depth}": partial(VGG, depth) for depth in (11, 13, 16, 19)},
    **{f"vgg{depth}_bn": partial(VGG, depth, batchnorm=True) for depth in (11, 13, 16, 19)},
    "vit_ti_16": partial(ViT, "tiny", 16),
    "vit_s_16": partial(ViT, "small", 16),
    "vit_b_16": partial(ViT, "base", 16),
    "vit_b_32": partial(ViT, "base", 32),
    "vit_l_16": partial(ViT, "large", 16),
    "vit_l_32": partial(ViT, "large", 32),
    "vit_h_14": partial(ViT, "huge", 14),
    "wide_resnet50_2": partial(WideResNet, 50),
    "wide_resnet101_2": partial(WideResNet, 101),
    "xception": Xception,
}


def names() -> list[str]:
    """The names that `create` takes.

    Examples
    --------
    >>> from numtorch import models
    >>> models.names()[:3]
    ['alexnet', 'convnext_base', 'convnext_large']
    """
    return sorted(_MODELS)


def create(name: str, **options: Any) -> Any:
    """A model by its name in torchvision, with initial weights.

    Parameters
    ----------
    name : str
        One of `names()`.
    **options
        As of the model's class: nclasses, inchannels, rng, and what the class adds.

    Returns
    -------
    Model
        Of ndarrays in float32; `torch(model)` moves it, `load_state` gives it weights.

    Raises
    ------
    ValueError
        There is no such model.

    Examples
    --------
    >>> from numtorch import models
    >>> models.create("squeezenet1_1", nclasses=10).layers["classifier"]
    Chain(
      Dropout(0.5),
      Conv((1, 1), 512 => 10),  # 5_130 parameters
      relu,
      GlobalMeanPool(),
      Flatten(),
    )                           # Total: 2 arrays, 5_130 parameters, 20.039 KiB.
    """
    if name not in _MODELS:
        raise ValueError(f"create: no model is called {name!r}; there are {', '.join(names())}")
    return _MODELS[name](**options)
