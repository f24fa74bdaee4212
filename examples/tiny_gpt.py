"""A small GPT: a transformer that reads a text, learns which character comes next, and writes more of it.

Blocks of causal attention and two Dense layers, each after a norm; a learned vector says which position it is; the
matrix that turns characters into features also turns features into characters. The text is what Python's own help()
says of the language, or any file: --text FILE. With --half the network is in float16, and the optimiser keeps float32
copies of it.
"""

import argparse
import math
from pathlib import Path

import numpy as np

import numtorch as nt
from numtorch.nn import gelu, logitcrossentropy, softmax
from numtorch.nn.layers import Chain, Dense, Dropout, Embedding, Layer, LayerNorm, SelfAttention
from numtorch.optim import AdamW, ClipGlobalNorm, Cosine, LossScaler, MixedPrecision, Schedule, adjust, chain, setup
from numtorch.train import DataLoader, splitobs, train


def small(shape, rng):
    return (0.1 * rng.normal(size=shape)).astype(np.float32)


class Block(Layer):
    """Each character looks at those before it, then thinks for itself."""

    def __init__(self, features, heads, dropout, rng):
        self.norm_1 = LayerNorm(features)
        self.attention = SelfAttention(features, heads=heads, rng=rng)
        self.norm_2 = LayerNorm(features)
        self.mlp = Chain(Dense(features, 4 * features, gelu, rng=rng), Dense(4 * features, features, rng=rng))
        self.dropout = Dropout(dropout)

    def __call__(self, x):
        x = x + self.dropout(self.attention(self.norm_1(x), causal=True))
        return x + self.dropout(self.mlp(self.norm_2(x)))


class GPT(Layer):
    """Logits (n, length, characters) of what comes next, of text (n, length) in numbers."""

    def __init__(self, characters, context, features, depth, heads, dropout, rng):
        self.embedding = Embedding(characters, features, init=small, rng=rng)
        self.position = small((context, features), rng)
        self.dropout = Dropout(dropout)
        self.blocks = Chain(*(Block(features, heads, dropout, rng) for _ in range(depth)))
        self.norm = LayerNorm(features)
        self.head = Dense(features, characters, bias=False)
        self.head.weight = self.embedding.weight  # one array, which stays one wherever the model goes

    def __call__(self, text):
        x = self.embedding(text) + self.position[: text.shape[1]]
        return self.head(self.norm(self.blocks(self.dropout(x))))


def loss(model, text):
    """Mean of -log p(next character); of float16 logits in float32."""
    return logitcrossentropy(model(text[:, :-1]).astype(np.float32), text[:, 1:], axis=-1)


class HeldOut:
    """After each epoch: how well the model predicts text that it has not read, and what it writes."""

    def __init__(self, model, text, write):
        self.model, self.text, self.write = model, text, write
        self.bits = []

    def __call__(self, report):
        losses = [float(loss(self.model, self.text[i : i + 64])) for i in range(0, len(self.text) // 64 * 64, 64)]
        self.bits.append(float(np.mean(losses)) / math.log(2))
        print(f"\nepoch {report.epoch}: {self.bits[-1]:.3f} bits a character on text held out. It writes:")
        print(self.write(200))

    def state(self):
        return {"bits": self.bits}

    def load_state(self, state):
        self.bits = state["bits"]


def write(model, characters, count, temperature, top, rng, start="The "):
    """Text that goes on from `start`: each character drawn from the `top` most probable ones."""
    text, context = start, len(model.position)
    for _ in range(count):
        read = nt.tensor(encode(text[-context:], characters)[None], dev=model.position.dev)
        logits = nt.collect(model(read)[0, -1]).astype(np.float64)
        best = np.argsort(logits)[-top:]
        text += characters[rng.choice(best, p=softmax(logits[best] / temperature))]
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


def windows(codes, length, stride):
    """Parts of the text, of which each begins `stride` characters after the one before."""
    return np.lib.stride_tricks.sliding_window_view(codes, length)[::stride]


def optimiser(options, model, steps):
    """The state of AdamW with a schedule, which lets only matrices decay."""
    rate = Cosine(options.rate, steps, warmup=steps // 20)
    rule = chain(ClipGlobalNorm(1.0), Schedule(AdamW(beta=(0.9, 0.95), lam=0.1), rate))
    state = setup(MixedPrecision(rule) if options.half else rule, model)
    adjust(state, lam=0.0, where=lambda leaf: len(leaf.shape) < 2)
    return state


def run(options):
    nt.manual_seed(options.seed)
    rng = np.random.default_rng(options.seed)
    text = load(options.text)[: options.characters]
    characters = "".join(sorted(set(text)))
    reading, held_out = splitobs(encode(text, characters), 0.9)
    print(f"{len(text)} characters, {len(characters)} different; by frequency {entropy(held_out):.3f} bits each")

    context = options.context
    model = GPT(len(characters), context, options.features, options.depth, options.heads, options.dropout, rng)
    model = nt.torch(nt.f16(model) if options.half else model, dev=options.dev)
    print(model)
    parts = windows(reading, context + 1, context)
    loader = DataLoader(parts, options.batch, shuffle=True, rng=options.seed, partial=False, dev=options.dev)
    state = optimiser(options, model, options.epochs * len(loader))
    watch = HeldOut(
        model,
        nt.tensor(np.ascontiguousarray(windows(held_out, context + 1, context)), dev=options.dev),
        lambda count: write(
            model, characters, count, options.temperature, options.top, np.random.default_rng(options.seed)
        ),
    )

    history = train(
        loss,
        model,
        loader,
        state,
        epochs=options.epochs,
        callbacks=[watch],
        scaler=LossScaler() if options.half else None,
        checkpoint=options.checkpoint,
        every=50,
        progress=options.progress,
    )
    print(f"\n{watch.bits[-1]:.3f} bits a character, a perplexity of {2 ** watch.bits[-1]:.2f}")
    sample = write(model, characters, 600, options.temperature, options.top, rng)
    print(sample)
    draw(options.out, losses=history.losses, bits=watch.bits, steps=len(loader), frequencies=entropy(held_out))
    return {
        "losses": history.losses,
        "bits": watch.bits,
        "entropy": entropy(held_out),
        "sample": sample,
        "text": text,
        "model": model,
    }


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
    "features": (128, 64, int, "numbers for each character"),
    "depth": (4, 2, int, "blocks"),
    "heads": (4, 4, int, "heads of the attention"),
    "context": (64, 32, int, "characters that it sees at once"),
    "batch": (32, 16, int, "parts of the text in a step"),
    "dropout": (0.1, 0.0, float, "part of the features that is left out at random in training"),
    "rate": (3e-3, 1e-2, float, "largest learning rate"),
    "characters": (None, 120_000, int, "how much of the text is used"),
}


def parse(arguments=None):
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    for name, (full, quick, kind, text) in SIZES.items():
        parser.add_argument(f"--{name}", type=kind, help=f"{text} (default {full}, quick {quick})")
    parser.add_argument(
        "--half", action="store_true", help="float16, with float32 copies for the optimiser; for GPUs, slow on CPUs"
    )
    parser.add_argument("--text", type=Path, help="a text file to read in place of Python's help")
    parser.add_argument("--temperature", type=float, default=0.8, help="of what it writes: 0.1 is dull, 1 is wild")
    parser.add_argument("--top", type=int, default=20, help="from how many of the most probable characters it draws")
    parser.add_argument("--quick", action="store_true", help="a small network and a part of the text")
    parser.add_argument("--dev", type=int, help="-1 the CPU, 0, 1, ... a GPU (default GPU 0 if there is one)")
    parser.add_argument("--seed", type=int, default=0, help="of the weights, the order, and of what it writes")
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
