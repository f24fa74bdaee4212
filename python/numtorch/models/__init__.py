"""Networks for images: classes, `create` by torchvision's names, and `predict` for what is in an image."""

from numtorch.models.blocks import Model, backbone, classifier
from numtorch.models.convmixer import ConvMixer
from numtorch.models.convnext import ConvNeXt
from numtorch.models.densenet import DenseNet
from numtorch.models.efficientnet import EfficientNet, EfficientNetV2
from numtorch.models.images import preprocess, preprocessing
from numtorch.models.inception import GoogLeNet, InceptionV3
from numtorch.models.inception_resnet import InceptionResNetV2
from numtorch.models.inception_v4 import InceptionV4
from numtorch.models.mixer import GMLP, MLPMixer, ResMLP
from numtorch.models.mnasnet import MNASNet
from numtorch.models.mobilenet import MobileNetV1, MobileNetV2, MobileNetV3
from numtorch.models.prediction import Prediction, classify, predict
from numtorch.models.registry import create, names
from numtorch.models.regnet import RegNet
from numtorch.models.res2net import Res2Net
from numtorch.models.resnet import ResNet, ResNeXt, SEResNet, WideResNet
from numtorch.models.shufflenet import ShuffleNetV2
from numtorch.models.squeezenet import SqueezeNet
from numtorch.models.unet import UNet
from numtorch.models.vgg import VGG, AlexNet
from numtorch.models.vit import ViT
from numtorch.models.xception import Xception
from numtorch.nn.layers.chance import DropBlock, StochasticDepth

__all__ = [
    "GMLP",
    "VGG",
    "AlexNet",
    "ConvMixer",
    "ConvNeXt",
    "DenseNet",
    "DropBlock",
    "EfficientNet",
    "EfficientNetV2",
    "GoogLeNet",
    "InceptionResNetV2",
    "InceptionV3",
    "InceptionV4",
    "MLPMixer",
    "MNASNet",
    "MobileNetV1",
    "MobileNetV2",
    "MobileNetV3",
    "Model",
    "Prediction",
    "RegNet",
    "Res2Net",
    "ResMLP",
    "ResNeXt",
    "ResNet",
    "SEResNet",
    "ShuffleNetV2",
    "SqueezeNet",
    "StochasticDepth",
    "UNet",
    "ViT",
    "WideResNet",
    "Xception",
    "backbone",
    "classifier",
    "classify",
    "create",
    "names",
    "predict",
    "preprocess",
    "preprocessing",
]
