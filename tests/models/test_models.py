"""Models: numbers of parameters, ndarrays beside Tensors, gradients, a step that lowers the loss, their parts."""

from typing import Any

import numpy as np
import pytest

from numtorch import collect, f64, gradient, load_state, models, params, state, tensor, torch, trainables
from numtorch.models.blocks import SameConv
from numtorch.nn.layers import BatchNorm, Conv, Moded, testmode, trainmode
from numtorch.structure import leaves
from tests.models.weights import zeros

# Arrays and numbers, as torchvision and timm count them.
COUNTS = {
    "alexnet": (16, 61100840),
    "convmixer_small": (262, 21110248),
    "convnext_base": (344, 88591464),
    "convnext_small": (344, 50223688),
    "convnext_tiny": (182, 28589128),
    "densenet121": (364, 7978856),
    "densenet161": (484, 28681000),
    "densenet169": (508, 14149480),
    "densenet201": (604, 20013928),
    "efficientnet_b0": (213, 5288548),
    "efficientnet_b1": (301, 7794184),
    "efficientnet_b2": (301, 9109994),
    "efficientnet_b3": (340, 12233232),
    "efficientnet_b4": (418, 19341616),
    "efficientnet_b5": (506, 30389784),
    "efficientnet_b6": (584, 43040704),
    "efficientnet_b7": (711, 66347960),
    "efficientnet_b8": (789, 87413142),
    "efficientnet_v2_m": (649, 54139356),
    "efficientnet_v2_s": (452, 21458488),
    "gmlp_s16_224": (306, 19422656),
    "googlenet": (173, 6624904),
    "inception_resnet_v2": (694, 55843464),
    "inception_v3": (284, 23834568),
    "inception_v4": (449, 42679816),
    "mixer_b16_224": (150, 59880472),
    "mnasnet1_0": (158, 4383312),
    "mnasnet_a1": (181, 3887038),
    "mnasnet_small": (180, 2030264),
    "mobilenet_v1": (83, 4231976),
    "mobilenet_v2": (158, 3504872),
    "mobilenet_v3_large": (174, 5483032),
    "mobilenet_v3_small": (142, 2542856),
    "regnet_x_400mf": (215, 5495976),
    "regnet_y_400mf": (225, 4344144),
    "res2net50_26w_4s": (257, 25699120),
    "res2next50": (257, 24671464),
    "resmlp_12_224": (150, 15350872),
    "resnet101": (314, 44549160),
    "resnet152": (467, 60192808),
    "resnet18": (62, 11689512),
    "resnet34": (110, 21797672),
    "resnet50": (161, 25557032),
    "resnet_2020": (212, 25583464),
    "resnext101_32x8d": (314, 88791336),
    "resnext101_64x4d": (314, 83455272),
    "resnext50_32x4d": (161, 25028904),
    "seresnet101": (446, 49326872),
    "seresnet18": (94, 11779624),
    "seresnet50": (225, 28088024),
    "seresnext50_32x4d": (225, 27559896),
    "shufflenet_v2_x1_0": (170, 2278604),
    "squeezenet1_0": (52, 1248424),
    "squeezenet1_1": (52, 1235496),
    "vgg11": (22, 132863336),
    "vgg11_bn": (38, 132868840),
    "vgg13": (26, 133047848),
    "vgg13_bn": (46, 133053736),
    "vgg16": (32, 138357544),
    "vgg16_bn": (58, 138365992),
    "vgg19": (38, 143667240),
    "vgg19_bn": (70, 143678248),
    "vit_b_16": (152, 86567656),
    "vit_b_32": (152, 88224232),
    "vit_ti_16": (152, 5717416),
    "wide_resnet101_2": (314, 126886696),
    "wide_resnet50_2": (161, 68883240),
    "xception": (156, 22855952),
}
# A small one of each family, the sides of its images, and options.
SMALL: dict[str, tuple[int, dict[str, Any]]] = {
    "alexnet": (64, {}),
    "convmixer_small": (56, {}),
    "convnext_tiny": (32, {}),
    "densenet121": (32, {}),
    "efficientnet_b0": (32, {}),
    "efficientnet_v2_s": (32, {}),
    "gmlp_ti16_224": (32, {"image": 32}),
    "googlenet": (32, {}),
    "inception_resnet_v2": (75, {}),
    "inception_v3": (75, {}),
    "inception_v4": (75, {}),
    "mixer_s16_224": (32, {"image": 32}),
    "mnasnet0_5": (32, {}),
    "mnasnet_small": (32, {}),
    "mobilenet_v1": (32, {"width": 0.25}),
    "mobilenet_v2": (32, {"width": 0.25}),
    "mobilenet_v3_small": (32, {}),
    "regnet_x_200mf": (32, {}),
    "regnet_y_200mf": (32, {}),
    "res2net50_26w_4s": (32, {}),
    "resmlp_12_224": (32, {"image": 32}),
    "resnet_2020": (224, {}),
    "resnet18": (32, {}),
    "resnext50_32x4d": (32, {}),
    "seresnet18": (32, {}),
    "shufflenet_v2_x0_5": (32, {}),
    "squeezenet1_1": (32, {}),
    "unet": (16, {"width": 4, "depth": 2}),
    "vgg11_bn": (32, {}),
    "vit_ti_16": (32, {"image": 32}),
    "wide_resnet50_2": (32, {}),
    "xception": (64, {}),
}


@pytest.mark.parametrize("name", COUNTS)
def test_numbers_of_parameters(name: str) -> None:
    found = trainables(models.create(name))
    assert (len(found), sum(p.size for p in found)) == COUNTS[name]


def small(name: str) -> tuple[Any, np.ndarray]:
    side, options = SMALL[name]
    model = f64(models.create(name, nclasses=3, inchannels=3, rng=0, **options))
    for key, array in state(model).items():
        if key.endswith((".layer_scale", ".ls1", ".ls2")):  # whose blocks begin with next to no effect
            array[...] = 0.5
    return model, np.random.default_rng(1).normal(size=(2, 3, side, side))


def training(model: Any) -> Any:
    """Norms as in training, and nothing left to chance."""
    testmode(model)
    for layer in leaves(model, is_leaf=lambda part: isinstance(part, Moded)):
        if isinstance(layer, BatchNorm):
            trainmode(layer)
    return model


@pytest.mark.parametrize("name", SMALL)
def test_ndarrays_and_tensors_agree(name: str, dev: int) -> None:
    model, x = small(name)
    y = testmode(model)(x)
    np.testing.assert_allclose(collect(torch(model, dev=dev)(tensor(x, dev=dev))), y, rtol=1e-9, atol=1e-11)
    if name == "resnet_2020":
        np.testing.assert_allclose(y.sum(axis=1), 1)
    if name != "unet":
        assert y.shape == (2, 3)
        np.testing.assert_array_equal(models.classifier(model)(models.backbone(model)(x)), y)


class Descent:
    """A model on its way along the gradient of a loss."""

    def __init__(self, model: Any, x: np.ndarray, dev: int) -> None:
        self.model = torch(model, dev=dev)
        self.image = tensor(x, dev=dev)
        self.target = np.random.default_rng(2).normal(size=self.model(self.image).shape)
        self.params = params(self.model)
        self.grads = gradient(self.loss, self.params)
        assert all(self.grads[p] is not None for p in self.params)
        self.square = sum(float(np.sum(self.grads[p] ** 2)) for p in self.params)

    def loss(self) -> Any:
        return np.mean((self.model(self.image) - self.target) ** 2)

    def moved(self, step: float) -> float:
        for p in self.params:
            p += step * self.grads[p]
        value = float(self.loss())
        for p in self.params:
            p -= step * self.grads[p]
        return value


def batch(name: str) -> np.ndarray:
    """Four images, so large that norms see several positions of each in the last layers too."""
    side, options = SMALL[name]
    side = side if "image" in options else max(side, 64)
    return np.random.default_rng(1).normal(size=(4, 3, side, side))


@pytest.mark.parametrize("name", SMALL)
def test_gradients(name: str, dev: int) -> None:
    """Against a finite difference along the gradient."""
    model, _ = small(name)
    x = batch(name)
    for layer in leaves(model, is_leaf=lambda part: isinstance(part, BatchNorm)):
        layer.momentum = 1.0  # one batch, and numbers are of size one everywhere
    model = torch(training(model), dev=dev)
    model(tensor(x, dev=dev))
    path = Descent(testmode(model), x, dev)
    h = 1e-10 / np.sqrt(path.square)  # so short that next to no relu and no pool changes sides
    np.testing.assert_allclose((path.moved(h) - path.moved(-h)) / (2 * h), path.square, rtol=1e-5)


@pytest.mark.parametrize("name", SMALL)
def test_a_step_lowers_the_loss(name: str, dev: int) -> None:
    path = Descent(training(small(name)[0]), batch(name), dev)
    before = float(path.loss())
    assert min(path.moved(-step * before / path.square) for step in (0.3, 0.03, 0.003, 3e-5)) < before


def test_repr() -> None:
    text = repr(models.ResNet(18, nclasses=10, inchannels=1))
    assert "conv1 = Conv((7, 7), 1 => 64, stride=2, pad=3, bias=False),  # 3_136 parameters" in text
    assert "downsample = Chain(" in text
    assert "Total: 62 arrays, 11_175_370 parameters, " in text
    assert all(repr(models.create(name, **SMALL[name][1])) for name in SMALL)


def test_names() -> None:
    assert set(COUNTS) <= set(models.names())
    assert models.names() == sorted(models.names())
    with pytest.raises(ValueError, match="no model is called 'resnet51'"):
        models.create("resnet51")
    with pytest.raises(ValueError, match="the depth is one of 18, 34, 50, 101, 152, not 51"):
        models.ResNet(51)


def test_a_seed_gives_the_same_weights() -> None:
    first, second, third = (state(models.ResNet(18, rng=seed)) for seed in (0, 0, 1))
    assert all(np.array_equal(first[name], second[name]) for name in first)
    assert not np.array_equal(first["conv1.weight"], third["conv1.weight"])
    assert not np.array_equal(first["layer1.0.conv1.weight"], first["layer1.0.conv2.weight"])


def test_parts_in_training_only_are_left_out() -> None:
    model = models.GoogLeNet()
    arrays = dict(state(model)) | {"aux1.fc1.weight": np.zeros(3), "conv1.bn.num_batches_tracked": np.array(3)}
    load_state(model, arrays, names="torchvision")
    with pytest.raises(ValueError, match="2 unexpected"):
        load_state(model, arrays)


def test_slices_of_a_model() -> None:
    model = models.ResNet(18, rng=0)
    x = np.ones((1, 3, 32, 32), np.float32)
    assert model[:5](x).shape == (1, 64, 8, 8)
    assert model[4] is model.layer1
    assert list(model[-2:].layers) == ["flatten", "fc"]


HUGE = {
    "vit_h_14",
    "vit_g_14",
    "vit_gg_14",
    "regnet_y_64gf",
    "regnet_y_128gf",
    "convnext_xlarge",
    "vit_l_16",
    "vit_l_32",
}


@pytest.mark.parametrize("name", sorted(set(models.names()) - HUGE))
def test_shapes_for_other_numbers_of_classes_and_channels(name: str) -> None:
    shapes = [array.shape for array in state(models.create(name, nclasses=5, inchannels=2, rng=zeros())).values()]
    first = next(shape for shape in shapes if len(shape) == 4)
    assert first[1] == 2
    assert sum(shape == (5,) for shape in shapes) == 1  # the last bias
    assert not any(shape[:1] == (1000,) for shape in shapes)


@pytest.mark.parametrize("name", SMALL)
def test_other_numbers_of_classes_and_channels(name: str, dev: int) -> None:
    side, options = SMALL[name]
    model = torch(models.create(name, nclasses=5, inchannels=2, rng=0, **options), dev=dev)
    y = model(tensor(np.ones((1, 2, side, side), np.float32), dev=dev))
    assert y.shape == ((1, 5, side, side) if name == "unet" else (1, 5))


def test_names_of_timm_are_names_of_ours() -> None:
    """In timm's spelling, and with what differs there."""
    for theirs, ours in (("mobilenetv2_100", "mobilenet_v2"), ("regnety_004", "regnet_y_400mf")):
        first, second = (state(models.create(name, rng=0)) for name in (theirs, ours))
        assert list(first) == list(second)
    wide = models.create("mobilenetv2_140", nclasses=7)
    assert state(wide)["classifier.1.weight"].shape == (7, 1792)
    with pytest.raises(ValueError, match=r"no model is called 'efficientnet_v2'; near are .*efficientnet_v2_s"):
        models.create("efficientnet_v2")


def test_wrong_sizes() -> None:
    for call, expected in (
        (lambda: models.MNASNet(kind="C1"), "MNASNet: the kind is one of B1, A1, small, not 'C1'"),
        (lambda: models.RegNet("z"), "RegNet: the kind is 'x' or 'y', not 'z'"),
        (lambda: models.RegNet("x", "128gf"), "RegNet: the size of kind x is one of 200mf, .*, not '128gf'"),
        (lambda: models.RegNet(widths="timm"), "RegNet: the widths are 'torchvision' or 'pycls', not 'timm'"),
        (lambda: models.ShuffleNetV2(3), "ShuffleNetV2: the width is one of 0.5, 1.0, 1.5, 2.0, not 3"),
        (lambda: models.Res2Net(18), "Res2Net: the depth is one of 50, 101, 152, not 18"),
        (lambda: models.Res2Net(scale=1), "Res2Net: the number of scales is at least 2, not 1"),
        (lambda: models.EfficientNetV2("b0"), "EfficientNetV2: the size is one of s, m, l, xl, not 'b0'"),
        (lambda: models.ConvMixer("tiny"), "ConvMixer: the size is one of small, base, large, not 'tiny'"),
        (lambda: models.MLPMixer("tiny"), "MLPMixer: the size is one of small, base, large, huge, not 'tiny'"),
        (lambda: models.ResMLP("6"), "ResMLP: the size is one of 12, 24, 36, big_24, not '6'"),
        (lambda: models.GMLP("large"), "GMLP: the size is one of tiny, small, base, not 'large'"),
        (lambda: models.MLPMixer(image=100), "Patches: patches of 16 do not fill images of 100"),
    ):
        with pytest.raises(ValueError, match=expected):
            call()
    with pytest.raises(ValueError, match="Patches: images are of 32 × 32, not 64 × 64"):
        models.MLPMixer("small", image=32)(np.ones((1, 3, 64, 64), np.float32))


@pytest.mark.parametrize(("side", "k", "stride"), [(8, 3, 2), (7, 3, 2), (9, 5, 2), (8, 5, 1), (5, 1, 2)])
def test_padding_of_tensorflow(side: int, k: int, stride: int, dev: int) -> None:
    """As many results as there are whole or begun strides, and the odd zero at the end."""
    layer = f64(SameConv(k, 2, 3, stride=stride, rng=0))
    x = np.random.default_rng(0).normal(size=(1, 2, side, side))
    y = layer(x)
    count = -(-side // stride)
    assert y.shape == (1, 3, count, count)
    zeros = max((count - 1) * stride + k - side, 0)
    padded = np.pad(x, ((0, 0), (0, 0), *[(zeros // 2, zeros - zeros // 2)] * 2))
    layer_without = Conv(k, 2, 3, stride=stride)
    layer_without.weight = layer.weight
    np.testing.assert_allclose(y, layer_without(padded)[:, :, :count, :count])
    np.testing.assert_allclose(collect(torch(layer, dev=dev)(tensor(x, dev=dev))), y)
