"""Training as it is done at length: batches, Adam with a schedule, early stopping, and a file to go on from.

A network of three layers in NumPy learns the 1,797 handwritten digits that ship inside scikit-learn. Stop it with
Ctrl-C and start it again with the same --checkpoint: it goes on where it was, to the same end.
"""

import argparse
import sys
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np

import numtorch as nt
from numtorch.optim import AdamW, ClipNorm, Cosine, Schedule, chain, setup
from numtorch.train import DataLoader, early_stopping, splitobs, train


@dataclass
class Layer:
    weight: np.ndarray
    bias: np.ndarray

    def __call__(self, x):
        return x @ self.weight + self.bias


@dataclass
class Network:
    """Scores (n, 10) of images (n, 64). While it is trained, a part of the hidden numbers is left out at random."""

    layers: list
    rng: np.random.Generator
    dropped: float = 0.2

    def __call__(self, x):
        for layer in self.layers[:-1]:
            x = np.maximum(layer(x), 0)
            if nt.within_gradient():
                x = x * ((self.rng.random(x.shape[1]) >= self.dropped) / (1 - self.dropped)).astype(x.dtype)
        return self.layers[-1](x)


def random_network(rng, sizes):
    def layer(inputs, outputs):
        weight = rng.normal(size=(inputs, outputs)) * np.sqrt(2 / inputs)
        return Layer(weight.astype(np.float32), np.zeros(outputs, np.float32))

    return Network([layer(*pair) for pair in pairwise(sizes)], rng)


def cross_entropy(network, images, labels):
    """Mean of -log p(label), the probabilities p being the softmax of the scores."""
    scores = network(images)
    largest = np.max(scores, axis=1, keepdims=True)
    logp = scores - largest - np.log(np.sum(np.exp(scores - largest), axis=1, keepdims=True))
    return -np.mean(logp[np.arange(len(labels)), labels])


def accuracy(network, images, labels):
    return float(np.mean(np.argmax(network(images), axis=1) == labels))


def load(rng):
    """Images and labels to train with, to decide by when to stop, and to test with."""
    try:
        from sklearn.datasets import load_digits
    except ImportError:
        sys.exit("train_digits.py reads its images from scikit-learn, which is not installed: pip install scikit-learn")
    digits = load_digits()
    data = ((digits.data / 16).astype(np.float32), digits.target.astype(np.int64))
    return splitobs(data, (0.6, 0.2), shuffle=True, rng=rng)


def run(options):
    rng = np.random.default_rng(options.seed)
    dev = options.dev if options.dev is not None else (0 if nt.cuda_is_available() else -1)
    training, deciding, testing = load(rng)
    network = nt.torch(random_network(rng, (64, 128, 64, 10)), dev=dev)
    held_out, test = (tuple(nt.tensor(part, dev=dev) for part in data) for data in (deciding, testing))

    loader = DataLoader(training, batchsize=32, shuffle=True, rng=options.seed, dev=dev, workers=1)
    steps = options.epochs * len(loader)
    rate = Cosine(3e-3, steps, warmup=steps // 20)
    state = setup(chain(ClipNorm(5.0), Schedule(AdamW(lam=0.01), rate)), network)
    stop = early_stopping(lambda _: cross_entropy(network, *held_out), wait=10)

    history = train(
        cross_entropy,
        network,
        loader,
        state,
        epochs=options.epochs,
        callbacks=[stop],
        checkpoint=options.checkpoint,
        every=20,
        progress=options.progress,
    )
    result = accuracy(network, *test)
    print(f"{len(history.epochs)} epochs{' (stopped early)' if history.stopped else ''}, {len(history.losses)} steps")
    print(f"loss of the last epoch {history.epochs[-1]:.4f}, on images held out {stop.best:.4f} at best")
    print(f"accuracy on {len(testing[1])} other images: {100 * result:.2f} %")
    return {"losses": history.losses, "accuracy": result}


def parse(arguments=None):
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--epochs", type=int, help="at most so many passes over the images (default 60)")
    parser.add_argument("--quick", action="store_true", help="a few epochs")
    parser.add_argument("--dev", type=int, help="-1 the CPU, 0, 1, ... a GPU (default GPU 0 if there is one)")
    parser.add_argument("--seed", type=int, default=0, help="of the weights, the parts of the data and the order")
    parser.add_argument("--checkpoint", type=Path, help="a file to write, and to go on from if it is there (.npz)")
    parser.add_argument("--no-progress", dest="progress", action="store_false", help="no bar")
    options = parser.parse_args(arguments)
    if options.epochs is None:
        options.epochs = 8 if options.quick else 60
    if options.epochs < 1:
        parser.error(f"argument --epochs: at least 1, not {options.epochs}")
    return options


if __name__ == "__main__":
    run(parse())
