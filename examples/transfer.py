"""Transfer: a network that knows the digits 0 to 4 learns 5 to 9 from a few images, by a new last layer alone.

The images are the handwritten digits of 8 x 8 pixels that ship inside scikit-learn, at random positions in 12 x 12. The
first network says which digit it is and which way up: that asks for more features than the five digits alone. The same
network, trained from nothing with the same few images, is what to compare with.
"""

import argparse
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

import numtorch as nt
from numtorch import weights
from numtorch.nn import logitcrossentropy, onehot, relu
from numtorch.nn.layers import BatchNorm, Chain, Conv, Dense, Flatten, GlobalMaxPool, MaxPool, testmode
from numtorch.optim import Adam, setup
from numtorch.train import DataLoader, train

CLASSES, TURNS, FEATURES = 5, 8, 128


def backbone(rng):
    """Features (n, 128) of images (n, 1, 12, 12)."""

    def block(inputs, outputs):
        return [Conv(3, inputs, outputs, pad=1, bias=False, rng=rng), BatchNorm(outputs, relu)]

    return Chain(
        [
            *block(1, 32),
            *block(32, 64),
            MaxPool(2),
            *block(64, 64),
            MaxPool(2),
            *block(64, FEATURES),
            GlobalMaxPool(),
            Flatten(),
        ]
    )


def with_head(features, classes, rng):
    """A network that classifies by these features."""
    return Chain(backbone=features, head=Dense(FEATURES, classes, rng=rng))


def load(rng, shots):
    """Digits 0 to 4; of 5 to 9 (called 0 to 4) so many of each to learn from, and the rest to test with."""
    try:
        from sklearn.datasets import load_digits
    except ImportError:
        sys.exit("transfer.py reads its images from scikit-learn, which is not installed: pip install scikit-learn")
    digits = load_digits()
    order = rng.permutation(len(digits.target))
    images, labels = placed(digits.images[order] / 16, rng), digits.target[order]
    old = (images[labels < CLASSES], labels[labels < CLASSES])
    new = (images[labels >= CLASSES], labels[labels >= CLASSES] - CLASSES)
    few = np.concatenate([np.flatnonzero(new[1] == label)[:shots] for label in range(CLASSES)])
    rest = np.setdiff1d(np.arange(len(new[1])), few)
    return old, tuple(part[few] for part in new), tuple(part[rest] for part in new)


def placed(digits, rng):
    """Images (n, 1, 12, 12) that have the digits (n, 8, 8) somewhere."""
    images = np.zeros((len(digits), 1, 12, 12), np.float32)
    for image, digit, (row, column) in zip(images, digits, rng.integers(0, 5, (len(digits), 2)), strict=True):
        image[0, row : row + 8, column : column + 8] = digit
    return images


def turned(images, labels):
    """Each image in its eight orientations, with labels that say which."""
    all_of_them = [np.rot90(side, k, (2, 3)) for side in (images, images[..., ::-1]) for k in range(4)]
    return np.concatenate(all_of_them), np.concatenate([labels * TURNS + i for i in range(TURNS)])


def loss(model, images, labels):
    scores = model(images)
    return logitcrossentropy(scores, onehot(labels, scores.shape[1]))


def accuracy(model, images, labels):
    return float(np.mean(np.argmax(model(images), axis=1) == labels))


def learn(model, data, epochs, options, rate=2e-3):
    """Trains the arrays that are not frozen."""
    loader = DataLoader(data, batchsize=64, shuffle=True, rng=options.seed, dev=options.dev)
    return train(loss, model, loader, setup(Adam(rate), model), epochs=epochs, progress=options.progress)


def pretrained(old, options):
    """A backbone that has learned the digits 0 to 4 and their orientations, here or in an earlier run."""
    features = backbone(options.seed)
    if options.backbone is not None and options.backbone.exists():
        print(f"Backbone: {options.backbone}")
        return nt.torch(weights.load(options.backbone, features), dev=options.dev)
    model = nt.torch(with_head(features, CLASSES * TURNS, options.seed), dev=options.dev)
    history = learn(model, turned(*old), options.epochs, options)
    print(f"{len(old[1])} images of 0 to 4, each in {TURNS} orientations:")
    print(f"  loss of the first epoch {history.epochs[0]:.4f}, of the last {history.epochs[-1]:.4f}")
    if options.backbone is not None:
        weights.save(options.backbone, model.backbone)
    return model.backbone


def transfer(features, few, options):
    """A network with these features, held fast, and a head that has learned from a few images."""
    head = nt.torch(Dense(FEATURES, CLASSES, rng=options.seed), dev=options.dev)
    model = Chain(backbone=features, head=head)
    # Frozen arrays are not trained. In test mode, norms also leave their running averages alone.
    nt.freeze(testmode(model.backbone))
    before = nt.collect(nt.state(model.backbone))
    print(f"to train: {nt.params(model)}, of {sum(a.size for a in nt.state(model).values())} in all")
    learn(model, few, options.steps, options, rate=1e-2)
    after = nt.collect(nt.state(model.backbone))
    if not all(np.array_equal(before[name], after[name]) for name in before):
        raise RuntimeError("transfer.py: arrays of the frozen backbone have changed")
    return model


def run(options):
    old, few, rest = load(np.random.default_rng(options.seed), options.shots)
    test = tuple(nt.tensor(part, dev=options.dev) for part in rest)
    model = transfer(pretrained(old, options), few, options)
    scratch = nt.torch(with_head(backbone(options.seed + 1), CLASSES, options.seed + 1), dev=options.dev)
    learn(scratch, few, options.steps, options)
    result = {"transferred": accuracy(model, *test), "scratch": accuracy(scratch, *test)}
    print(f"accuracy on {len(rest[1])} images of 5 to 9, after {len(few[1])} of them:")
    print(f"  {100 * result['transferred']:.2f} %  with the features of 0 to 4 and a new head")
    print(f"  {100 * result['scratch']:.2f} %  from nothing")
    result["loaded"] = saved_and_loaded(model, test, options)
    draw(options.out, images=rest[0], found=nt.collect(model(test[0])))
    return result


def saved_and_loaded(model, test, options):
    """The accuracy of what is read again from the file."""
    with TemporaryDirectory() as folder:
        path = options.save or Path(folder) / "transfer.safetensors"
        weights.save(path, model)
        again = weights.load(path, with_head(backbone(None), CLASSES, None))
    if options.save:
        print(f"Saved: {options.save}")
    return accuracy(nt.torch(again, dev=options.dev), *test)


def plot(figure, images, found):
    for subplot, image, scores in zip(figure.subplots(3, 10).flat, images, found, strict=False):
        subplot.imshow(image[0], cmap="gray_r")
        subplot.set(xticks=[], yticks=[])
        subplot.set_title(str(np.argmax(scores) + CLASSES), fontsize=9)


def parse(arguments=None):
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--shots", type=int, default=5, help="images of each of 5 to 9 to learn from (default 5)")
    parser.add_argument("--epochs", type=int, help="passes over the digits 0 to 4 (default 8)")
    parser.add_argument("--backbone", type=Path, help="a file to keep the features in, or to take them from")
    parser.add_argument("--save", type=Path, help="where to keep the result (.safetensors, .npz)")
    parser.add_argument("--quick", action="store_true", help="few epochs")
    parser.add_argument("--dev", type=int, help="-1 the CPU, 0, 1, ... a GPU (default GPU 0 if there is one)")
    parser.add_argument("--seed", type=int, default=0, help="of the weights, the parts of the data and the order")
    parser.add_argument("--out", type=Path, default=Path(__file__).with_suffix(".png"), help="file of the picture")
    parser.add_argument("--no-progress", dest="progress", action="store_false", help="no bar")
    options = parser.parse_args(arguments)
    if options.epochs is None:
        options.epochs = 2 if options.quick else 8
    for name in ("shots", "epochs"):
        if getattr(options, name) < 1:
            parser.error(f"argument --{name}: at least 1, not {getattr(options, name)}")
    options.steps = 80 if options.quick else 200
    if options.dev is None:
        options.dev = 0 if nt.cuda_is_available() else -1
    return options


def draw(path, **data):
    try:
        from matplotlib.figure import Figure
    except ImportError:
        print("No picture: matplotlib is not installed")
        return
    figure = Figure(figsize=(8, 3), layout="constrained")
    plot(figure, **data)
    figure.savefig(path, dpi=120)
    print(f"Picture: {path}")


if __name__ == "__main__":
    run(parse())
