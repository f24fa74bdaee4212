"""Handwritten digits: a small convolutional network in NumPy, trained on Tensors.

Everything down to the line "With numtorch" is ordinary NumPy and knows nothing else: it runs on ndarrays. Below it the
same functions run on Tensors, which gives them gradients, threads and GPUs.

The data are the 1,797 images of 8 x 8 pixels from the UCI repository that ship inside scikit-learn.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from dataclasses import dataclass, fields, replace
from pathlib import Path

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

# ---------------------------------------------------------------------------------------------------------- In NumPy


@dataclass
class Network:
    """Weights of two convolutions and two dense layers; convolutions are (rows, columns, channels in, channels out)."""

    conv1: np.ndarray
    bias1: np.ndarray
    conv2: np.ndarray
    bias2: np.ndarray
    dense1: np.ndarray
    bias3: np.ndarray
    dense2: np.ndarray
    bias4: np.ndarray

    def __call__(self, images):
        """Scores (images, 10) of images (images, 10, 10): eight pixels and a border of one on every side."""
        x = np.maximum(convolve(images[..., None], self.conv1) + self.bias1, 0)  # 8 x 8
        x = np.maximum(convolve(x, self.conv2) + self.bias2, 0)  # 6 x 6
        x = pool(x).reshape(len(images), -1)  # 3 x 3
        x = np.maximum(x @ self.dense1 + self.bias3, 0)
        return x @ self.dense2 + self.bias4


def convolve(x, w):
    """Cross-correlation of (n, rows, columns, channels) with w, without padding."""
    windows = sliding_window_view(x, w.shape[:2], axis=(1, 2))  # (n, rows, columns, channels, window, window)
    return np.tensordot(windows, w, axes=((4, 5, 3), (0, 1, 2)))


def pool(x):
    """Largest of every 2 x 2 pixels."""
    n, rows, columns, channels = x.shape
    return np.max(x.reshape(n, rows // 2, 2, columns // 2, 2, channels), axis=(2, 4))


def random_network(rng, dtype=np.float32, channels=(16, 32), hidden=64):
    """Normal weights with the variance 2 / (number of inputs) that keeps the scale through np.maximum(x, 0)."""

    def normal(*shape):
        return (rng.normal(size=shape) * np.sqrt(2 / np.prod(shape[:-1]))).astype(dtype)

    def zeros(n):
        return np.zeros(n, dtype)

    one, two = channels
    return Network(
        *(normal(3, 3, 1, one), zeros(one), normal(3, 3, one, two), zeros(two)),
        *(normal(9 * two, hidden), zeros(hidden), normal(hidden, 10), zeros(10)),
    )


def cross_entropy(scores, labels):
    """Mean of -log p(label), the probabilities p being the softmax of the scores."""
    shifted = scores - np.max(scores, axis=1, keepdims=True)
    logp = shifted - np.log(np.sum(np.exp(shifted), axis=1, keepdims=True))
    return -np.mean(logp[np.arange(len(labels)), labels])


def accuracy(network, images, labels):
    return float(np.mean(np.argmax(network(centre(images)), axis=1) == labels))


def shift(images, rng):
    """The images (n, 12, 12) moved by up to one pixel, all of them alike, cut to (n, 10, 10)."""
    i, j = rng.integers(0, 3, size=2)
    return images[:, i : i + 10, j : j + 10]


def centre(images):
    return images[:, 1:11, 1:11]


def load(rng):
    """Training images and labels, test images and labels: a random third is held out."""
    try:
        from sklearn.datasets import load_digits
    except ImportError:
        sys.exit("digits.py reads its images from scikit-learn, which is not installed: pip install scikit-learn")
    digits = load_digits()
    order = rng.permutation(len(digits.target))
    images = np.pad((digits.images[order] / 16).astype(np.float32), ((0, 0), (2, 2), (2, 2)))
    labels = digits.target[order].astype(np.int64)
    third = len(labels) // 3
    return images[third:], labels[third:], images[:third], labels[:third]


# ----------------------------------------------------------------------------------------------------- With numtorch

# Idle threads sleep. Spinning, the default, makes small arrays many times slower when other programs want processors.
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")

try:
    from numtorch import collect, cuda_is_available, params, synchronize, tensor, torch, withgradient
except ImportError as error:
    sys.exit(f"digits.py needs numtorch: {error}")

PICTURE = Path(__file__).with_suffix(".png")


def train(network, images, labels, epochs, rng, batch=32, rate=0.03, momentum=0.9):
    """Descends along the gradient with momentum, in place; returns the loss of every step."""
    weights = params(network)
    velocities = [np.zeros_like(p) for p in weights]
    starts = range(0, len(labels), batch)
    steps = epochs * len(starts)
    losses = []
    for epoch in range(epochs):
        order = rng.permutation(len(labels))
        for start in starts:
            chosen = order[start : start + batch]
            x, y = shift(images[chosen], rng), labels[chosen]
            loss, slopes = withgradient(lambda x=x, y=y: cross_entropy(network(x), y), weights)
            step = rate * (1 - len(losses) / steps)
            for p, v in zip(weights, velocities, strict=True):
                v *= momentum
                v -= step * slopes[p]
                p += v
            losses.append(float(loss))
        show_progress(epoch + 1, epochs, losses[-len(starts) :])
    return losses


def show_progress(done, total, losses):
    if not sys.stderr.isatty():
        return
    bar = ("#" * (30 * done // total)).ljust(30, ".")
    end = "\n" if done == total else ""
    print(f"\r  [{bar}] epoch {done}/{total}, loss {np.mean(losses):.4f}", end=end, file=sys.stderr, flush=True)


def compare(network, images, dev):
    """Prints how far the outputs on ndarrays and on Tensors are apart, and the ratio of the times they take."""
    for dtype in (np.float64, np.float32):
        host = replace(network, **{f.name: getattr(network, f.name).astype(dtype) for f in fields(network)})
        x = centre(images).astype(dtype)
        difference = np.max(np.abs(collect(torch(host, dev=dev)(tensor(x, dev=dev))) - host(x)))
        print(f"  {np.dtype(dtype)}: outputs for {len(x)} images differ by at most {difference:.1e}")

    moved, tx = torch(host, dev=dev), tensor(x, dev=dev)
    times = np.array([[seconds(host, x), seconds(moved, tx, dev)] for _ in range(12)])[2:]
    native, ours = np.median(times, axis=0)
    low, ratio, high = np.quantile(times[:, 1] / times[:, 0], (0.25, 0.5, 0.75))
    print(f"  time of a forward pass: ndarrays {native * 1e3:.1f} ms, Tensors {ours * 1e3:.1f} ms")
    print(f"  ratio {ratio:.2f}, middle half of ten interleaved rounds {low:.2f} to {high:.2f}")


def seconds(network, x, dev=-1):
    start = time.perf_counter()
    network(x)
    synchronize(dev)
    return time.perf_counter() - start


def save_picture(path, losses, images, labels, guesses):
    """The loss curve beside 24 test images, the mistakes first and in red."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(11, 4.5), layout="constrained")
    left, right = figure.subfigures(1, 2)
    axes = left.subplots()
    smooth = np.convolve(losses, np.ones(20) / 20, "valid") if len(losses) >= 20 else np.array(losses)
    axes.semilogy(losses, color="0.8", label="each step")
    axes.semilogy(np.arange(len(smooth)) + len(losses) - len(smooth), smooth, label="mean of 20 steps")
    axes.set(xlabel="step", ylabel="cross-entropy", title="Training")
    axes.legend()

    order = np.argsort(guesses == labels, kind="stable")[:24]
    for axes, k in zip(right.subplots(4, 6).flat, order, strict=True):
        axes.imshow(images[k, 2:-2, 2:-2], cmap="gray_r")
        axes.set_axis_off()
        axes.set_title(f"{guesses[k]} (is {labels[k]})", size=8, color="k" if guesses[k] == labels[k] else "r")
    right.suptitle("Guesses on test images, mistakes first")
    figure.savefig(path, dpi=120)


def run(options):
    """Does what the options say; returns the accuracy on the held-out third."""
    rng = np.random.default_rng(options.seed)
    dev = options.dev if options.dev is not None else (0 if cuda_is_available() else -1)
    images, labels, test_images, test_labels = load(rng)
    network = random_network(rng)

    device = "CPU (dev=-1)" if dev < 0 else f"GPU {dev} (dev={dev})"
    print(f"The same network on ndarrays and on Tensors, {device}:")
    compare(network, test_images, dev)

    network = torch(network, dev=dev)
    weights = params(network)
    print(f"Training {sum(p.size for p in weights)} weights in {len(weights)} arrays on {len(labels)} images:")
    start = time.perf_counter()
    losses = train(network, tensor(images, dev=dev), tensor(labels, dev=dev), options.epochs, rng)
    elapsed = time.perf_counter() - start
    print(f"  {options.epochs} epochs, {len(losses)} steps, {elapsed:.1f} s; last loss {np.mean(losses[-20:]):.4f}")

    result = accuracy(network, tensor(test_images, dev=dev), tensor(test_labels, dev=dev))
    print(f"Accuracy on {len(test_labels)} held-out images: {100 * result:.2f} %")

    if options.plot:
        guesses = collect(np.argmax(network(centre(tensor(test_images, dev=dev))), axis=1))
        save_picture(options.out, losses, test_images, test_labels, guesses)
        print(f"Picture: {options.out}")
    return result


def parse(arguments):
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--epochs", type=int, default=60, help="passes over the training images (default 60)")
    parser.add_argument("--dev", type=int, help="-1 the CPU, 0, 1, ... a GPU (default GPU 0 if there is one)")
    parser.add_argument("--seed", type=int, default=0, help="of the weights, the held-out third and the order")
    parser.add_argument(
        "--out", type=Path, default=PICTURE, help=f"the picture's file (default {PICTURE.name} beside this)"
    )
    parser.add_argument("--no-plot", dest="plot", action="store_false", help="no picture")
    options = parser.parse_args(arguments)
    if options.epochs < 1:
        parser.error(f"argument --epochs: at least 1, not {options.epochs}")
    return options


def main(arguments=None):
    options = parse(arguments)
    if options.plot:
        try:
            import matplotlib.figure  # noqa: F401  asked before the work, not after it
        except ImportError:
            sys.exit("digits.py draws with matplotlib, which is not installed: pip install matplotlib, or --no-plot")
    run(options)


if __name__ == "__main__":
    main()
