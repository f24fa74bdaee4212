"""A variational autoencoder (Kingma and Welling 2013) of convolutions: digits in eight numbers each, and new digits.

The images are the 1,797 handwritten digits of 8 x 8 pixels that ship inside scikit-learn. What the network loses is
compared with what principal components lose with as many numbers.
"""

import argparse
import sys
from pathlib import Path

import numpy as np

import numtorch as nt
from numtorch.nn import logitbinarycrossentropy, relu, sigmoid
from numtorch.nn.layers import Chain, Conv, ConvTranspose, Dense, Flatten, Layer
from numtorch.optim import Adam, Cosine, Schedule, setup
from numtorch.train import DataLoader, splitobs, train


class Unflatten(Layer):
    """(n, channels * rows * columns) as (n, channels, rows, columns)."""

    def __init__(self, *shape):
        self.shape = shape

    def __call__(self, x):
        return x.reshape(-1, *self.shape)


class Autoencoder(Layer):
    """Images (n, 1, 8, 8) to codes (n, latent), normal with a mean and a deviation each, and back."""

    def __init__(self, latent, width, seed):
        self.rng = np.random.default_rng(seed)  # in the model, so that checkpoints have it
        self.encoder = Chain(
            Conv(3, 1, width, relu, pad=1, rng=self.rng),
            Conv(4, width, 2 * width, relu, stride=2, pad=1, rng=self.rng),  # 4 x 4
            Conv(4, 2 * width, 4 * width, relu, stride=2, pad=1, rng=self.rng),  # 2 x 2
            Flatten(),
            Dense(16 * width, 2 * latent, rng=self.rng),
        )
        self.decoder = Chain(
            Dense(latent, 16 * width, relu, rng=self.rng),
            Unflatten(4 * width, 2, 2),
            ConvTranspose(4, 4 * width, 2 * width, relu, stride=2, pad=1, rng=self.rng),  # 4 x 4
            ConvTranspose(4, 2 * width, width, relu, stride=2, pad=1, rng=self.rng),  # 8 x 8
            Conv(3, width, 1, pad=1, rng=self.rng),
        )

    def encode(self, images):
        """Means and logarithms of variances of the codes."""
        return np.split(self.encoder(images), 2, axis=1)

    def decode(self, codes):
        return sigmoid(self.decoder(codes))

    def __call__(self, images):
        return self.decode(self.encode(images)[0])


def loss(model, images):
    """Minus the lower bound of log p(image): what decoding loses, and how far codes are from standard normal ones."""
    mean, logvar = model.encode(images)
    noise = model.rng.normal(size=mean.shape).astype(np.float32)
    logits = model.decoder(mean + np.exp(logvar / 2) * noise)
    lost = logitbinarycrossentropy(logits, images, agg=np.sum)
    divergence = 0.5 * np.sum(mean**2 + np.exp(logvar) - 1 - logvar)
    return (lost + divergence) / len(images)


def load(seed):
    """Images (n, 1, 8, 8) from 0 to 1, to learn from and to test with."""
    try:
        from sklearn.datasets import load_digits
    except ImportError:
        sys.exit("autoencoder.py reads its images from scikit-learn, which is not installed: pip install scikit-learn")
    images = (load_digits().images / 16).astype(np.float32)[:, None]
    return splitobs(images, 0.8, shuffle=True, rng=seed)


def components(training, testing, count):
    """The test images by their `count` greatest principal components, which are the training images'."""
    mean = training.mean(axis=0)
    axes = np.linalg.svd((training - mean).reshape(len(training), -1), full_matrices=False)[2][:count]
    return mean + ((testing - mean).reshape(len(testing), -1) @ axes.T @ axes).reshape(testing.shape)


def run(options):
    training, testing = load(options.seed)
    model = nt.torch(Autoencoder(options.latent, 16, options.seed), dev=options.dev)
    held_out = nt.tensor(testing, dev=options.dev)
    loader = DataLoader(training, batchsize=32, shuffle=True, rng=options.seed, dev=options.dev)
    state = setup(Schedule(Adam(), Cosine(3e-3, options.epochs * len(loader))), model)
    history = train(loss, model, loader, state, epochs=options.epochs, progress=options.progress)

    restored = nt.collect(model(held_out))
    errors = {
        "network": float(np.mean((restored - testing) ** 2)),
        "components": float(np.mean((components(training, testing, options.latent) - testing) ** 2)),
        "mean": float(np.mean((training.mean(axis=0) - testing) ** 2)),
    }
    print(f"minus the bound, in nats an image: {history.epochs[0]:.2f} in epoch 1, {history.epochs[-1]:.2f} at the end")
    print(f"mean squared error on {len(testing)} other images, each by {options.latent} numbers:")
    print(f"  {errors['network']:.5f}  the network")
    print(f"  {errors['components']:.5f}  principal components")
    print(f"  {errors['mean']:.5f}  the mean image alone")
    codes = nt.tensor(np.random.default_rng(options.seed).normal(size=(10, options.latent)), dev=options.dev)
    samples = nt.collect(model.decode(codes.astype(np.float32)))
    farthest = int(np.argmax(np.sum((testing - testing[0]) ** 2, axis=(1, 2, 3))))
    first, last = model.encode(held_out[[0, farthest]])[0]
    way = nt.collect(model.decode(between(first, last, 10)))
    draw(options.out, rows={"given": testing[:10], "restored": restored[:10], "between": way, "new": samples})
    return {"losses": history.losses, "errors": errors, "samples": samples, "way": way}


def between(first, last, count):
    """Codes on the straight line from one to the other."""
    t = np.linspace(0, 1, count, dtype=np.float32)[:, None]
    return (1 - t) * first + t * last


def plot(figure, rows):
    axes = figure.subplots(len(rows), 10)
    for (name, images), row in zip(rows.items(), axes, strict=True):
        row[0].set_ylabel(name)
        for image, subplot in zip(images, row, strict=True):
            subplot.imshow(image[0], cmap="gray_r", vmin=0, vmax=1)
            subplot.set(xticks=[], yticks=[])


def parse(arguments=None):
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--epochs", type=int, help="passes over the images (default 150)")
    parser.add_argument("--latent", type=int, default=8, help="numbers in a code (default 8)")
    parser.add_argument("--quick", action="store_true", help="few epochs")
    parser.add_argument("--dev", type=int, help="-1 the CPU, 0, 1, ... a GPU (default GPU 0 if there is one)")
    parser.add_argument("--seed", type=int, default=0, help="of the weights, the parts of the data, order and noise")
    parser.add_argument("--out", type=Path, default=Path(__file__).with_suffix(".png"), help="file of the picture")
    parser.add_argument("--no-progress", dest="progress", action="store_false", help="no bar")
    options = parser.parse_args(arguments)
    if options.epochs is None:
        options.epochs = 30 if options.quick else 150
    for name in ("epochs", "latent"):
        if getattr(options, name) < 1:
            parser.error(f"argument --{name}: at least 1, not {getattr(options, name)}")
    if options.dev is None:
        options.dev = 0 if nt.cuda_is_available() else -1
    return options


def draw(path, **data):
    try:
        from matplotlib.figure import Figure
    except ImportError:
        print("No picture: matplotlib is not installed")
        return
    figure = Figure(figsize=(8, 3.6), layout="constrained")
    plot(figure, **data)
    figure.savefig(path, dpi=120)
    print(f"Picture: {path}")


if __name__ == "__main__":
    run(parse())
