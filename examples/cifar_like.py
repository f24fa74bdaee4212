"""ResNet-18 learns to read: small colour images, augmentation, a schedule, checkpoints, curves.

The images are the 1,797 handwritten digits that ship inside scikit-learn, of 8 x 8 pixels, enlarged to 3 x 32 x 32 as
CIFAR-10 has them. Stop it with Ctrl-C and start it again with the same --checkpoint: it goes on where it was, to the
same end.
"""

import argparse
import sys
from pathlib import Path

import numpy as np

import numtorch as nt
from numtorch import models
from numtorch.nn import logitcrossentropy, onehot
from numtorch.nn.layers import Chain, Conv, Moded
from numtorch.optim import AdamW, Cosine, Schedule, setup
from numtorch.train import DataLoader, splitobs, train


class RandomShift(Moded):
    """In training, each image (n, channels, rows, columns) moved by up to so many pixels; its edge is repeated."""

    def __init__(self, pixels, rng):
        self.pixels = pixels
        self.rng = np.random.default_rng(rng)  # in the model, so that checkpoints have it

    def __call__(self, x):
        if not self.trains():
            return x
        n, channels, height, width = x.shape
        down, right = self.rng.integers(-self.pixels, self.pixels + 1, (2, n, 1))
        rows = np.clip(np.arange(height) - down, 0, height - 1)
        columns = np.clip(np.arange(width) - right, 0, width - 1)
        image, channel = np.ogrid[:n, :channels]
        return x[image[..., None, None], channel[..., None, None], rows[:, None, :, None], columns[:, None, None, :]]


def network(side, seed):
    """ResNet-18 for small images: its first convolution is of 3 x 3 and leaves them as large as they are."""
    resnet = models.create("resnet18", nclasses=10, rng=seed)
    resnet["conv1"] = Conv(3, 3, 64, pad=1, bias=False, rng=seed)
    return Chain(shift=RandomShift(side // 8, seed), resnet=resnet)


def load(options):
    """Images (n, 3, side, side) with labels, to train and to test with."""
    try:
        from sklearn.datasets import load_digits
    except ImportError:
        sys.exit("cifar_like.py reads its images from scikit-learn, which is not installed: pip install scikit-learn")
    digits = load_digits()
    images = models.preprocess(digits.images[..., None] / 16, size=options.side, crop=None, mean=0.5, std=0.5)
    training, testing = splitobs((images, digits.target), 0.8, shuffle=True, rng=options.seed)
    return tuple(part[: options.images] for part in training), testing


def loss(model, images, labels):
    return logitcrossentropy(model(images), onehot(labels, 10))


def accuracy(model, images, labels):
    """Share of the images whose greatest score is that of their label, a hundred at a time."""
    batches = DataLoader((images, labels), batchsize=100)
    return sum(float(np.sum(np.argmax(model(x), axis=1) == y)) for x, y in batches) / len(labels)


class Curve:
    """After each epoch, the accuracy on images held out; a checkpoint keeps it."""

    def __init__(self, model, images, labels):
        self.model, self.images, self.labels = model, images, labels
        self.values = []

    def __call__(self, _):
        self.values.append(accuracy(self.model, self.images, self.labels))
        return False

    def state(self):
        return {"values": list(self.values)}

    def load_state(self, state):
        self.values = list(state["values"])


def run(options):
    training, testing = load(options)
    model = nt.torch(network(options.side, options.seed), dev=options.dev)
    held_out = tuple(nt.tensor(part, dev=options.dev) for part in testing)
    loader = DataLoader(training, batchsize=32, shuffle=True, rng=options.seed, dev=options.dev, workers=1)
    steps = options.epochs * len(loader)
    state = setup(Schedule(AdamW(lam=0.02), Cosine(2e-3, steps, warmup=steps // 10)), model)
    curve = Curve(model, *held_out)
    print(f"{len(training[1])} images of 3 x {options.side} x {options.side} to learn from, {nt.params(model)}")
    history = train(
        loss,
        model,
        loader,
        state,
        epochs=options.epochs,
        callbacks=[curve],
        checkpoint=options.checkpoint,
        progress=options.progress,
    )
    print(f"loss of the first epoch {history.epochs[0]:.4f}, of the last {history.epochs[-1]:.4f}")
    print(f"accuracy on {len(testing[1])} other images: {100 * curve.values[-1]:.2f} %")
    draw(options.out, losses=history.losses, accuracies=curve.values)
    return {"losses": history.losses, "accuracies": curve.values}


def plot(figure, losses, accuracies):
    left, right = figure.subplots(1, 2)
    left.semilogy(losses)
    left.set(xlabel="step", ylabel="cross entropy")
    right.plot(np.arange(1, len(accuracies) + 1), accuracies, "o-")
    right.set(xlabel="epoch", ylabel="accuracy on images held out", ylim=(0, 1))


def parse(arguments=None):
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--epochs", type=int, help="passes over the images (default 8)")
    parser.add_argument("--quick", action="store_true", help="fewer and smaller images, three epochs")
    parser.add_argument("--dev", type=int, help="-1 the CPU, 0, 1, ... a GPU (default GPU 0 if there is one)")
    parser.add_argument("--seed", type=int, default=0, help="of the weights, the parts of the data, order and shifts")
    parser.add_argument("--checkpoint", type=Path, help="a file to write, and to go on from if it is there (.npz)")
    parser.add_argument("--out", type=Path, default=Path(__file__).with_suffix(".png"), help="file of the picture")
    parser.add_argument("--no-progress", dest="progress", action="store_false", help="no bar")
    options = parser.parse_args(arguments)
    if options.epochs is None:
        options.epochs = 3 if options.quick else 8
    if options.epochs < 1:
        parser.error(f"argument --epochs: at least 1, not {options.epochs}")
    options.side, options.images = (16, 640) if options.quick else (32, 1437)
    if options.dev is None:
        options.dev = 0 if nt.cuda_is_available() else -1
    return options


def draw(path, **data):
    try:
        from matplotlib.figure import Figure
    except ImportError:
        print("No picture: matplotlib is not installed")
        return
    figure = Figure(figsize=(8, 4), layout="constrained")
    plot(figure, **data)
    figure.savefig(path, dpi=120)
    print(f"Picture: {path}")


if __name__ == "__main__":
    run(parse())
