"""Layers of LSTM read a text character by character, learn what comes next, and write more of it.

The text is cut into streams that are read side by side, piece by piece. Each piece begins with the state that the one
before ended with, but the gradient goes no further back: truncated backpropagation through time. The text is what
Python's own help() says of the language, or any file: --text FILE.
"""

import argparse
import math
from pathlib import Path

import numpy as np

import numtorch as nt
from numtorch.nn import logitcrossentropy, softmax
from numtorch.nn.layers import LSTM, Dense, Dropout, Embedding, Layer
from numtorch.optim import Adam, ClipGlobalNorm, Cosine, Schedule, chain, setup
from numtorch.train import splitobs, train


class CharLSTM(Layer):
    """Logits (n, length, characters) of what comes next, of text (n, length) in numbers; and the state at its end."""

    __buffers__ = ("carried",)

    def __init__(self, characters, features, depth, dropout, rng):
        self.embedding = Embedding(characters, features, rng=rng)
        self.layers = [LSTM(features, features, return_state=True, rng=rng) for _ in range(depth)]
        self.dropout = Dropout(dropout)
        self.head = Dense(features, characters, rng=rng)
        self.carried = []

    def __call__(self, text, state=None):
        x = self.dropout(self.embedding(text))
        ends = []
        for lstm, before in zip(self.layers, state or [None] * len(self.layers), strict=True):
            x, end = lstm(x, before)
            x = self.dropout(x)
            ends.append(end)
        return self.head(x), ends

    def forget(self, streams, dev):
        """Zeros are carried to the next piece."""
        features = self.head.weight.shape[1]
        self.carried = [tuple(nt.Tensor(streams, features, dev=dev) for _ in range(2)) for _ in self.layers]


def loss(model, piece):
    """Mean of -log p(next character). The model carries its state on to the piece that follows."""
    logits, state = model(piece[:, :-1], model.carried)
    model.carried = nt.dropgrad(state)
    return logitcrossentropy(logits, piece[:, 1:], axis=-1)


class HeldOut:
    """After each epoch: how well the model predicts text that it has not read, and what it writes."""

    def __init__(self, model, text, write):
        self.model, self.text, self.write = model, text, write
        self.bits = []

    def __call__(self, report):
        logits, _ = self.model(self.text[:, :-1])
        self.bits.append(float(logitcrossentropy(logits, self.text[:, 1:], axis=-1)) / math.log(2))
        print(f"\nepoch {report.epoch}: {self.bits[-1]:.3f} bits a character on text held out. It writes:")
        print(self.write(200))
        self.model.forget(len(self.model.carried[0][0]), self.text.dev)

    def state(self):
        return {"bits": self.bits}

    def load_state(self, state):
        self.bits = state["bits"]


def write(model, characters, count, temperature, rng, start="The "):
    """Text that goes on from `start`: each character drawn from the probabilities that the model gives."""
    text, state = start, None
    dev = model.head.weight.dev
    unread = nt.tensor(encode(start, characters)[None], dev=dev)
    for _ in range(count):
        logits, state = model(unread, state)
        chances = softmax(nt.collect(logits[0, -1]).astype(np.float64) / temperature)
        drawn = rng.choice(len(characters), p=chances)
        text += characters[drawn]
        unread = nt.tensor([[drawn]], dev=dev)
    return text


def load(file):
    """A file's text, or that of Python's help on the language; each paragraph once, for some are in several topics."""
    if file is not None:
        return file.read_text(encoding="utf-8")
    from pydoc_data.topics import topics

    return "\n\n".join(dict.fromkeys("\n\n".join(topics[name].strip() for name in sorted(topics)).split("\n\n")))


def encode(text, characters):
    """The index of each character among the sorted `characters`."""
    codes = np.array([text]).view(np.uint32).astype(np.int64)
    return np.searchsorted(np.array([characters]).view(np.uint32), codes)


def entropy(codes):
    """Bits a character that it takes without looking at those before: of their frequencies alone."""
    p = np.bincount(codes) / len(codes)
    return -np.sum(p[p > 0] * np.log2(p[p > 0]))


def streams(codes, count):
    return codes[: len(codes) // count * count].reshape(count, -1)


def run(options):
    nt.manual_seed(options.seed)
    rng = np.random.default_rng(options.seed)
    text = load(options.text)[: options.characters]
    characters = "".join(sorted(set(text)))
    reading, held_out = splitobs(encode(text, characters), 0.9)
    print(f"{len(text)} characters, {len(characters)} different; by frequency {entropy(held_out):.3f} bits each")

    model = nt.torch(CharLSTM(len(characters), options.features, options.depth, options.dropout, rng), dev=options.dev)
    model.forget(options.streams, options.dev)
    print(model)
    rows = nt.tensor(streams(reading, options.streams), dev=options.dev)
    length = options.length
    pieces = [rows[:, i : i + length + 1] for i in range(0, rows.shape[1] - length, length)]
    rate = Cosine(options.rate, options.epochs * len(pieces), warmup=20)
    state = setup(chain(ClipGlobalNorm(1.0), Schedule(Adam(), rate)), model)
    watch = HeldOut(
        model,
        nt.tensor(streams(held_out, 8), dev=options.dev),
        lambda count: write(model, characters, count, options.temperature, np.random.default_rng(options.seed)),
    )

    history = train(
        loss,
        model,
        pieces,
        state,
        epochs=options.epochs,
        callbacks=[watch],
        checkpoint=options.checkpoint,
        every=50,
        progress=options.progress,
    )
    print(f"\n{watch.bits[-1]:.3f} bits a character, a perplexity of {2 ** watch.bits[-1]:.2f}")
    sample = write(model, characters, 600, options.temperature, rng)
    print(sample)
    draw(options.out, losses=history.losses, bits=watch.bits, steps=len(pieces), frequencies=entropy(held_out))
    return {"losses": history.losses, "bits": watch.bits, "entropy": entropy(held_out), "sample": sample, "text": text}


def plot(figure, losses, bits, steps, frequencies):
    axes = figure.subplots()
    axes.plot(np.array(losses) / math.log(2), alpha=0.5, label="text read")
    axes.plot(steps * np.arange(1, len(bits) + 1), bits, "o-", label="text held out")
    axes.axhline(frequencies, color="gray", linestyle=":", label="frequencies alone")
    axes.set(xlabel="step", ylabel="bits a character")
    axes.legend()


def draw(path, **data):
    try:
        from matplotlib.figure import Figure
    except ImportError:
        print("No picture: matplotlib is not installed")
        return
    figure = Figure(figsize=(6, 4), layout="constrained")
    plot(figure, **data)
    figure.savefig(path, dpi=120)
    print(f"Picture: {path}")


# What the options are, in full and with --quick.
SIZES = {
    "epochs": (8, 3, int, "passes over the text"),
    "features": (256, 96, int, "length of each layer's state"),
    "depth": (2, 1, int, "layers of LSTM"),
    "dropout": (0.2, 0.0, float, "part of the features that is left out at random in training"),
    "streams": (32, 32, int, "parts of the text that are read side by side"),
    "length": (64, 32, int, "characters in a piece, through which the gradient goes back"),
    "rate": (4e-3, 1e-2, float, "largest learning rate"),
    "characters": (None, 120_000, int, "how much of the text is used"),
}


def parse(arguments=None):
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    for name, (full, quick, kind, text) in SIZES.items():
        parser.add_argument(f"--{name}", type=kind, help=f"{text} (default {full}, quick {quick})")
    parser.add_argument("--text", type=Path, help="a text file to read in place of Python's help")
    parser.add_argument("--temperature", type=float, default=0.7, help="of what it writes: 0.1 is dull, 1 is wild")
    parser.add_argument("--quick", action="store_true", help="a small network and a part of the text")
    parser.add_argument("--dev", type=int, help="-1 the CPU, 0, 1, ... a GPU (default GPU 0 if there is one)")
    parser.add_argument("--seed", type=int, default=0, help="of the weights and of what it writes")
    parser.add_argument("--checkpoint", type=Path, help="a file to write, and to go on from if it is there (.npz)")
    parser.add_argument("--out", type=Path, default=Path(__file__).with_suffix(".png"), help="file of the picture")
    parser.add_argument("--no-progress", dest="progress", action="store_false", help="no bar")
    options = parser.parse_args(arguments)
    for name, (full, quick, _, _) in SIZES.items():
        if getattr(options, name) is None:
            setattr(options, name, quick if options.quick else full)
    if options.dev is None:
        options.dev = 0 if nt.cuda_is_available() else -1
    return options


if __name__ == "__main__":
    run(parse())
