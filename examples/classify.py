"""What is in an image: the most probable classes, by any of the models and a file of weights that you have.

    python examples/classify.py photo.jpg resnet50.pth --labels imagenet.txt

Images are read by Pillow, or are .npy files of shape (rows, columns, channels), in uint8 or from 0 to 1. Weights are
.pth, .safetensors or .npz files; nothing in them is unpickled. Without --labels, classes have their numbers.
"""

import argparse
import sys
from pathlib import Path

import numpy as np

import numtorch as nt
from numtorch import models
from numtorch.weights import load

SAMPLES = ("china.jpg", "flower.jpg")  # inside scikit-learn
# Whose own weights want values from -1 to 1, which the models make of images normalised as for all others.
RENORMALISED = ("googlenet", "inception_v3")


def read_image(path):
    """An array of shape (rows, columns, channels)."""
    if path.suffix == ".npy":
        return np.load(path, allow_pickle=False)
    try:
        from PIL import Image, ImageOps
    except ImportError:
        sys.exit("classify.py reads images by Pillow, which is not installed: pip install pillow")
    if not path.exists() and str(path) in SAMPLES:
        from sklearn.datasets import load_sample_image

        return load_sample_image(path.name)
    with Image.open(path) as image:
        return np.asarray(ImageOps.exif_transpose(image).convert("RGB"))  # upright, as the camera noted


def read_model(options):
    """The model with its weights, on the device."""
    build = {"nclasses": options.classes}
    if options.names == "torchvision" and options.model in RENORMALISED:
        build["transform_input"] = True
    model = models.create(options.model, **build)
    return nt.torch(load(options.weights, model, names=options.names), dev=options.dev)


def run(options):
    model = read_model(options)
    images = [read_image(path) for path in options.images]
    found = [models.predict(model, image, options.k, labels=options.labels, **options.prepare) for image in images]
    for path, predictions in zip(options.images, found, strict=True):
        print(f"{path}:")
        for label, probability in predictions:
            print(f"  {100 * probability:6.2f} %  {label}")
    if options.out is not None:
        draw(options.out, images=images, found=found)
    return {str(path): predictions for path, predictions in zip(options.images, found, strict=True)}


def plot(figure, images, found):
    for row, image, predictions in zip(figure.subplots(len(images), 2, squeeze=False), images, found, strict=True):
        row[0].imshow(image, cmap="gray")
        row[0].set_axis_off()
        labels, probabilities = zip(*reversed(predictions), strict=True)
        row[1].barh([str(label) for label in labels], probabilities)
        row[1].set(xlabel="probability", xlim=(0, 1))


def parse(arguments=None):
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("images", type=Path, nargs="+", help=f"files; {' and '.join(SAMPLES)} are in scikit-learn")
    parser.add_argument("weights", type=Path, help=".pth, .safetensors or .npz")
    parser.add_argument("--model", default="resnet50", choices=models.names(), metavar="NAME", help="default resnet50")
    parser.add_argument("--names", default="torchvision", choices=["torchvision", "timm", "flux", "own"])
    parser.add_argument("--labels", type=Path, help="a text file with the names of the classes, one a line")
    parser.add_argument("--classes", type=int, help="how many (default: the number of labels, or 1000)")
    parser.add_argument("-k", type=int, default=5, help="how many classes to show (default 5)")
    parser.add_argument("--dev", type=int, help="-1 the CPU, 0, 1, ... a GPU (default GPU 0 if there is one)")
    parser.add_argument("--out", type=Path, help="file of a picture with the images and the probabilities")
    prepare = parser.add_argument_group("how to prepare images, where not as torchvision does for its weights")
    prepare.add_argument("--size", type=int, help="length of the shorter side after resizing")
    prepare.add_argument("--crop", type=int, help="side of the middle that is kept")
    prepare.add_argument("--mean", type=float, nargs="+", help="of the channels, to subtract")
    prepare.add_argument("--std", type=float, nargs="+", help="of the channels, to divide by")
    prepare.add_argument("--interpolation", choices=["bilinear", "bicubic"])
    options = parser.parse_args(arguments)
    given = {name: getattr(options, name) for name in ("size", "crop", "mean", "std", "interpolation")}
    given |= {name: v[0] for name, v in given.items() if isinstance(v, list) and len(v) == 1}  # for all channels
    options.prepare = models.preprocessing(options.model) | {k: v for k, v in given.items() if v is not None}
    options.names = None if options.names == "own" else options.names
    if options.labels is not None:
        options.labels = options.labels.read_text(encoding="utf-8").splitlines()
    if options.classes is None:
        options.classes = 1000 if options.labels is None else len(options.labels)
    if options.dev is None:
        options.dev = 0 if nt.cuda_is_available() else -1
    return options


def draw(path, **data):
    try:
        from matplotlib.figure import Figure
    except ImportError:
        print("No picture: matplotlib is not installed")
        return
    figure = Figure(figsize=(8, 3 * len(data["images"])), layout="constrained")
    plot(figure, **data)
    figure.savefig(path, dpi=120)
    print(f"Picture: {path}")


if __name__ == "__main__":
    try:
        run(parse())
    except (OSError, TypeError, ValueError) as error:
        sys.exit(f"classify.py: {error}")
