"""Models by their names in torchvision and timm."""

from __future__ import annotations

import difflib
from collections.abc import Callable
from functools import partial
from typing import Any, Literal, overload

from numtorch.models.blocks import Model
from numtorch.models.convmixer import ConvMixer
from numtorch.models.convnext import ConvNeXt
from numtorch.models.densenet import DenseNet
from numtorch.models.efficientnet import EfficientNet, EfficientNetV2
from numtorch.models.inception import GoogLeNet, InceptionV3
from numtorch.models.inception_resnet import InceptionResNetV2
from numtorch.models.inception_v4 import InceptionV4
from numtorch.models.metalhead import densenet_2020, googlenet_2020, squeezenet_2020, vgg19_2020
from numtorch.models.mixer import GMLP, MLPMixer, ResMLP
from numtorch.models.mnasnet import MNASNet
from numtorch.models.mobilenet import MobileNetV1, MobileNetV2, MobileNetV3
from numtorch.models.regnet import KINDS, RegNet
from numtorch.models.res2net import Res2Net
from numtorch.models.resnet import ResNet, ResNeXt, SEResNet, WideResNet
from numtorch.models.shufflenet import ShuffleNetV2
from numtorch.models.squeezenet import SqueezeNet
from numtorch.models.unet import UNet
from numtorch.models.vgg import VGG, AlexNet
from numtorch.models.vit import ViT
from numtorch.models.xception import Xception


def _unet(backbone: Any = None, **options: Any) -> UNet:
    """UNet, whose backbone may be the name of a model."""
    if isinstance(backbone, str):
        shared = {key: options[key] for key in ("inchannels", "rng") if key in options}
        backbone = create(backbone, **shared)
    return UNet(backbone=backbone, **options)


_VITS = {"ti": "tiny", "s": "small", "b": "base", "l": "large", "h": "huge", "g": "giant", "gg": "gigantic"}
_VIT_PATCHES = (
    *(("ti", 16), ("s", 8), ("s", 16), ("s", 32), ("b", 8), ("b", 16), ("b", 32)),
    *(("l", 14), ("l", 16), ("l", 32), ("h", 14), ("g", 14), ("gg", 14)),
)
_MIXERS = {"s": "small", "b": "base", "l": "large"}
_MODELS: dict[str, Callable[..., Model | UNet]] = {
    "alexnet": AlexNet,
    **{f"convmixer_{size}": partial(ConvMixer, size) for size in ("small", "base", "large")},
    **{f"convnext_{size}": partial(ConvNeXt, size) for size in ("tiny", "small", "base", "large", "xlarge")},
    **{f"densenet{depth}": partial(DenseNet, depth) for depth in (121, 161, 169, 201)},
    "densenet_2020": densenet_2020,
    **{f"efficientnet_b{i}": partial(EfficientNet, f"b{i}") for i in range(9)},
    **{f"efficientnet_v2_{size}": partial(EfficientNetV2, size) for size in ("s", "m", "l", "xl")},
    **{f"gmlp_{name}16_224": partial(GMLP, size) for name, size in (("ti", "tiny"), ("s", "small"), ("b", "base"))},
    "googlenet": GoogLeNet,
    "googlenet_2020": googlenet_2020,
    "inception_resnet_v2": InceptionResNetV2,
    "inception_v3": InceptionV3,
    "inception_v4": InceptionV4,
    **{
        f"mixer_{name}{patch}_224": partial(MLPMixer, size, patch)
        for name, size in _MIXERS.items()
        for patch in (16, 32)
    },
    "mnasnet0_5": partial(MNASNet, width=0.5),
    "mnasnet0_75": partial(MNASNet, width=0.75),
    "mnasnet1_0": partial(MNASNet, width=1.0),
    "mnasnet1_3": partial(MNASNet, width=1.3),
    "mnasnet_a1": partial(MNASNet, kind="A1"),
    "mnasnet_small": partial(MNASNet, kind="small"),
    "mobilenet_v1": MobileNetV1,
    "mobilenet_v2": MobileNetV2,
    "mobilenet_v3_large": partial(MobileNetV3, "large"),
    "mobilenet_v3_small": partial(MobileNetV3, "small"),
    **{f"regnet_{kind}_{size}": partial(RegNet, kind, size) for kind, sizes in KINDS.items() for size in sizes},
    "res2net50_14w_8s": partial(Res2Net, 50, 14, 8),
    "res2net50_26w_4s": partial(Res2Net, 50, 26, 4),
    "res2net50_26w_6s": partial(Res2Net, 50, 26, 6),
    "res2net50_26w_8s": partial(Res2Net, 50, 26, 8),
    "res2net50_48w_2s": partial(Res2Net, 50, 48, 2),
    "res2net101_26w_4s": partial(Res2Net, 101, 26, 4),
    "res2next50": partial(Res2Net, 50, 4, 4, groups=8),
    **{f"resmlp_{size}_224": partial(ResMLP, size) for size in ("12", "24", "36", "big_24")},
    "resnet_2020": ResNet,
    **{f"resnet{depth}": partial(ResNet, depth) for depth in (18, 34, 50, 101, 152)},
    "resnext50_32x4d": partial(ResNeXt, 50, 32, 4),
    "resnext101_32x4d": partial(ResNeXt, 101, 32, 4),
    "resnext101_32x8d": partial(ResNeXt, 101, 32, 8),
    "resnext101_64x4d": partial(ResNeXt, 101, 64, 4),
    **{f"seresnet{depth}": partial(SEResNet, depth) for depth in (18, 34, 50, 101, 152)},
    "seresnext50_32x4d": partial(SEResNet, 50, groups=32, width=4),
    "seresnext101_32x4d": partial(SEResNet, 101, groups=32, width=4),
    "seresnext101_32x8d": partial(SEResNet, 101, groups=32, width=8),
    "seresnext101_64x4d": partial(SEResNet, 101, groups=64, width=4),
    "shufflenet_v2_x0_5": partial(ShuffleNetV2, 0.5),
    "shufflenet_v2_x1_0": partial(ShuffleNetV2, 1.0),
    "shufflenet_v2_x1_5": partial(ShuffleNetV2, 1.5),
    "shufflenet_v2_x2_0": partial(ShuffleNetV2, 2.0),
    "squeezenet1_0": partial(SqueezeNet, "1.0"),
    "squeezenet1_1": partial(SqueezeNet, "1.1"),
    "squeezenet_2020": squeezenet_2020,
    "unet": _unet,
    **{f"vgg{depth}": partial(VGG, depth) for depth in (11, 13, 16, 19)},
    **{f"vgg{depth}_bn": partial(VGG, depth, batchnorm=True) for depth in (11, 13, 16, 19)},
    "vgg19_2020": vgg19_2020,
    **{f"vit_{size}_{patch}": partial(ViT, _VITS[size], patch) for size, patch in _VIT_PATCHES},
    "wide_resnet50_2": partial(WideResNet, 50),
    "wide_resnet101_2": partial(WideResNet, 101),
    "xception": Xception,
}


def _regnet_of_timm(size: str) -> str:
    """200mf as 002, 1_6gf as 016, 32gf as 320."""
    number, unit = float(size[:-2].replace("_", ".")), size[-2:]
    return f"{round(number / 100 if unit == 'mf' else 10 * number):03d}"


# Of weights that TensorFlow trained, in timm's names.
_TF = {"same": True, "eps": 1e-3}
# timm's spelling where it is another: our name, and options that make the model timm's.
_TIMM: dict[str, tuple[str, dict[str, Any]]] = {
    "convmixer_768_32": ("convmixer_small", {}),
    "convmixer_1536_20": ("convmixer_base", {}),
    "convmixer_1024_20_ks9_p14": ("convmixer_large", {}),
    **{f"efficientnetv2_{size}": (f"efficientnet_v2_{size}", {"eps": 1e-5}) for size in ("s", "m", "l", "xl")},
    "legacy_xception": ("xception", {}),
    "mnasnet_050": ("mnasnet0_5", {}),
    "mnasnet_075": ("mnasnet0_75", {}),
    "mnasnet_100": ("mnasnet1_0", {}),
    "mnasnet_140": ("mnasnet1_0", {"width": 1.4}),
    **{f"semnasnet_{int(100 * width):03d}": ("mnasnet_a1", {"width": width}) for width in (0.5, 0.75, 1.0, 1.4)},
    "mobilenetv1_100": ("mobilenet_v1", {}),
    "mobilenetv1_125": ("mobilenet_v1", {"width": 1.25}),
    **{f"mobilenetv2_{int(100 * w):03d}": ("mobilenet_v2", {"width": w}) for w in (0.35, 0.5, 0.75, 1.0, 1.4)},
    "mobilenetv3_large_100": ("mobilenet_v3_large", {"eps": 1e-5}),
    "mobilenetv3_small_100": ("mobilenet_v3_small", {"eps": 1e-5}),
    **{f"tf_efficientnet_b{i}": (f"efficientnet_b{i}", _TF) for i in range(9)},
    **{f"tf_efficientnetv2_{size}": (f"efficientnet_v2_{size}", _TF) for size in ("s", "m", "l", "xl")},
    "tf_mobilenetv3_large_100": ("mobilenet_v3_large", _TF),
    "tf_mobilenetv3_small_100": ("mobilenet_v3_small", _TF),
    **{
        f"regnet{kind}_{_regnet_of_timm(size)}": (f"regnet_{kind}_{size}", {"widths": "pycls"})
        for kind, sizes in KINDS.items()
        for size in sizes
    },
    "regnetx_004_tv": ("regnet_x_400mf", {}),
    "regnety_008_tv": ("regnet_y_800mf", {}),
    "regnety_080_tv": ("regnet_y_8gf", {}),
    **{f"vit_{_VITS[size]}_patch{patch}_224": (f"vit_{size}_{patch}", {}) for size, patch in _VIT_PATCHES},
    **{
        f"vit_{_VITS[size]}_patch{patch}_384": (f"vit_{size}_{patch}", {"image": 384})
        for size, patch in _VIT_PATCHES
        if patch in (16, 32)
    },
    **{f"deit_{_VITS[size]}_patch16_224": (f"vit_{size}_16", {}) for size in ("ti", "s", "b")},
}


def names() -> list[str]:
    """The names that `create` takes, but for timm's spelling of some.

    Examples
    --------
    >>> from numtorch import models
    >>> models.names()[:3]
    ['alexnet', 'convmixer_base', 'convmixer_large']
    """
    return sorted(_MODELS)


@overload
def create(name: Literal["unet"], **options: Any) -> UNet: ...
@overload
def create(name: str, **options: Any) -> Model: ...
def create(name: str, **options: Any) -> Model | UNet:
    """A model by its name in torchvision, with initial weights.

    Parameters
    ----------
    name : str
        One of `names()`, or timm's name of the same network, such as "mobilenetv2_100" or "vit_base_patch16_224".
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
    ours, usual = _TIMM.get(name, (name, {}))
    if ours not in _MODELS:
        near = difflib.get_close_matches(name, [*_MODELS, *_TIMM], n=4, cutoff=0.5)
        hint = f"; near are {', '.join(near)}" if near else ""
        raise ValueError(f"create: no model is called {name!r}{hint}; names() lists all {len(_MODELS)}")
    return _MODELS[ours](**usual | options)
