"""Networks for images: classes, `create` by torchvision's names, and `predict` for what is in an image."""

from numtorch.models.blocks import Model, backbone, classifier
from numtorch.models.convnext import ConvNeXt
from numtorch.models.densenet import DenseNet
from numtorch.models.efficientnet import EfficientNet
from numtorch.models.images import preprocess, preprocessing
from numtorch.models.inception import GoogLeNet, InceptionV3
from numtorch.models.inception_v4 import InceptionV4
from numtorch.models.mobilenet import MobileNetV1, MobileNetV2, MobileNetV3
from numtorch.models.prediction import Prediction, classify, predict
from numtorch.models.registry import create, names
from numtorch.models.resnet import ResNet, ResNeXt, SEResNet, WideResNet
from numtorch.models.squeezenet import SqueezeNet
from numtorch.models.unet import UNet
from numtorch.models.vgg import VGG, AlexNet
from numtorch.models.vit import ViT
from numtorch.models.xception import Xception

__all__ = [
    "VGG",
    "AlexNet",
    "ConvNeXt",
    "DenseNet",
    "EfficientNet",
    "GoogLeNet",
    "InceptionV3",
    "InceptionV4",
    "MobileNetV1",
    "MobileNetV2",
    "MobileNetV3",
    "Model",
    "Prediction",
    "ResNeXt",
    "ResNet",
    "SEResNet",
    "SqueezeNet",
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
