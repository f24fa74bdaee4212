"""Writes the golden files: what torchvision and timm compute with the weights of weights.py, in float64.

Not a test. It needs Python's torch, and the sources of both libraries, which need not be installed:

    pip download --no-deps -d wheels torchvision==0.28.0 timm==1.0.31
    mkdir sources && for wheel in wheels/*.whl; do unzip -q -o $wheel -d sources; done
    python tests/models/make_golden.py sources              # all, some minutes
    python tests/models/make_golden.py sources timm/resnet18 torchvision/vgg11

A file holds the names and shapes of all arrays, as the library gives them, and of the logits the first eight, the norm
and where they are greatest.
"""

from __future__ import annotations

import gc
import gzip
import json
import sys
import types
from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch

sys.path.insert(0, str(Path(__file__).parent))
from weights import image_batch, weight

FOLDER = Path(__file__).parent / "golden"
TORCHVISION = """
alexnet convnext_tiny convnext_small convnext_base convnext_large densenet121 densenet161 densenet169 densenet201
efficientnet_b0 efficientnet_b1 efficientnet_b2 efficientnet_b3 efficientnet_b4 efficientnet_b5 efficientnet_b6
efficientnet_b7 efficientnet_v2_s efficientnet_v2_m efficientnet_v2_l googlenet inception_v3 mnasnet0_5 mnasnet0_75
mnasnet1_0 mnasnet1_3 mobilenet_v2 mobilenet_v3_large mobilenet_v3_small regnet_x_400mf regnet_x_800mf regnet_x_1_6gf
regnet_x_3_2gf regnet_x_8gf regnet_x_16gf regnet_x_32gf regnet_y_400mf regnet_y_800mf regnet_y_1_6gf regnet_y_3_2gf
regnet_y_8gf regnet_y_16gf regnet_y_32gf regnet_y_128gf resnet18 resnet34 resnet50 resnet101 resnet152 resnext50_32x4d
resnext101_32x8d resnext101_64x4d shufflenet_v2_x0_5 shufflenet_v2_x1_0 shufflenet_v2_x1_5 shufflenet_v2_x2_0
squeezenet1_0 squeezenet1_1 vgg11 vgg13 vgg16 vgg19 vgg11_bn vgg13_bn vgg16_bn vgg19_bn vit_b_16 vit_b_32 vit_l_16
vit_l_32 vit_h_14 wide_resnet50_2 wide_resnet101_2
""".split()
TIMM = """
convmixer_1024_20_ks9_p14 convmixer_1536_20 convmixer_768_32 convnext_base convnext_large convnext_small convnext_tiny
convnext_xlarge deit_tiny_patch16_224 densenet121 densenet161 densenet169 densenet201 efficientnet_b0 efficientnet_b1
efficientnet_b2 efficientnet_b3 efficientnet_b4 efficientnet_b5 efficientnet_b6 efficientnet_b7 efficientnet_b8
efficientnetv2_l efficientnetv2_m efficientnetv2_s efficientnetv2_xl gmlp_b16_224 gmlp_s16_224 gmlp_ti16_224
inception_resnet_v2 inception_v3 inception_v4 legacy_xception mixer_b16_224 mixer_b32_224 mixer_l16_224 mixer_l32_224
mixer_s16_224 mixer_s32_224 mnasnet_050 mnasnet_075 mnasnet_100 mnasnet_140 mnasnet_small mobilenetv1_100
mobilenetv2_050 mobilenetv2_100 mobilenetv2_140 mobilenetv3_large_100 mobilenetv3_small_100 regnetx_002 regnetx_004
regnetx_004_tv regnetx_006 regnetx_008 regnetx_016 regnetx_032 regnetx_040 regnetx_064 regnetx_080 regnetx_120
regnetx_160 regnetx_320 regnety_002 regnety_004 regnety_006 regnety_008 regnety_008_tv regnety_016 regnety_032
regnety_040 regnety_064 regnety_080 regnety_080_tv regnety_120 regnety_1280 regnety_160 regnety_320 regnety_640
res2net101_26w_4s res2net50_14w_8s res2net50_26w_4s res2net50_26w_6s res2net50_26w_8s res2net50_48w_2s res2next50
resmlp_12_224 resmlp_24_224 resmlp_36_224 resmlp_big_24_224 resnet101 resnet152 resnet18 resnet34 resnet50
resnext101_32x4d resnext101_32x8d resnext101_64x4d resnext50_32x4d semnasnet_075 semnasnet_100 semnasnet_140
seresnet101 seresnet152 seresnet18 seresnet34 seresnet50 seresnext101_32x4d seresnext101_32x8d seresnext101_64x4d
seresnext50_32x4d tf_efficientnet_b0 tf_efficientnet_b1 tf_efficientnet_b5 tf_efficientnetv2_s
tf_mobilenetv3_large_100 tf_mobilenetv3_small_100 vgg11 vgg11_bn vgg13 vgg13_bn vgg16 vgg16_bn vgg19 vgg19_bn
vit_base_patch16_224 vit_base_patch32_224 vit_huge_patch14_224 vit_large_patch16_224 vit_large_patch32_224
vit_small_patch16_224 vit_small_patch32_224 vit_tiny_patch16_224 vit_tiny_patch16_384 wide_resnet101_2 wide_resnet50_2
""".split()
SIDES = {
    **dict.fromkeys(("deit", "gmlp", "mixer", "resmlp", "vit"), 224),
    **dict.fromkeys(("inception", "legacy_xception"), 107),
    "convmixer": 70,
}


def libraries(sources: str) -> dict[str, tuple[str, Callable[..., Any]]]:
    """Each library's version and maker of models, from its Python files alone."""
    sys.path.insert(0, sources)
    for module in ("_meta_registrations", "_autograd_registrations"):  # of compiled operators, which may not load
        sys.modules[f"torchvision.{module}"] = types.ModuleType(module)
    import timm
    import torchvision

    def of_torchvision(name: str) -> Any:
        extra = {"init_weights": False, "aux_logits": True} if name in ("googlenet", "inception_v3") else {}
        return torchvision.models.get_model(name, weights=None, **extra)

    return {
        "torchvision": (torchvision.__version__.partition("+")[0], of_torchvision),
        "timm": (timm.__version__, lambda name: timm.create_model(name, num_classes=1000)),
    }


def record(version: str, model: Any, side: int) -> dict[str, Any]:
    """What the golden file holds of a model: it takes the weights, and sees two images."""
    model = model.double().eval()
    state = model.state_dict()
    with torch.no_grad():
        for name, array in state.items():
            array.copy_(torch.from_numpy(weight(name, tuple(array.shape)).reshape(tuple(array.shape))))
        logits = model(torch.from_numpy(image_batch(2, 3, side, side)))
    return {
        "version": version,
        "input": [2, 3, side, side],
        "state": [[name, list(array.shape)] for name, array in state.items()],
        "logits_first8": logits[:, :8].tolist(),
        "l2": logits.norm(dim=1).tolist(),
        "argmax": logits.argmax(dim=1).tolist(),
    }


def main(sources: str, *wanted: str) -> None:
    made = libraries(sources)
    rows = [f"{library}/{name}" for library, names in (("torchvision", TORCHVISION), ("timm", TIMM)) for name in names]
    for row in wanted or rows:
        library, name = row.split("/")
        version, make = made[library]
        model = make(name)
        usual = next((side for prefix, side in SIDES.items() if name.startswith(prefix)), 64)
        side = 384 if name.endswith("_384") else usual
        content = json.dumps(record(version, model, side), separators=(",", ":"))
        path = FOLDER / library / f"{name}.json.gz"
        path.parent.mkdir(exist_ok=True, parents=True)
        path.write_bytes(gzip.compress(content.encode(), 9, mtime=0))
        print(row, path.stat().st_size, flush=True)
        del model
        gc.collect()


if __name__ == "__main__":
    main(*sys.argv[1:])
