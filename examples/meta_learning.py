"""Learning to learn: weights from which one step of gradient descent suffices for a new task.

The tasks are sine waves of any height and phase, given by ten points each. The loss is that after the step, so its
gradient is a gradient of a gradient (Finn, Abbeel and Levine, "Model-agnostic meta-learning", 2017).
"""

import argparse
from pathlib import Path

import numpy as np

import numtorch as nt


def network(w, x):
    """Values (n, 1) at points x (n, 1)."""
    hidden = np.tanh(x @ w["w1"] + w["b1"])
    hidden = np.tanh(hidden @ w["w2"] + w["b2"])
    return hidden @ w["w3"] + w["b3"]


def loss(w, x, y):
    return np.mean((network(w, x) - y) ** 2)


def adapt(w, x, y, rate=0.1):
    """One step of gradient descent on a task."""
    (slopes,) = nt.gradient(lambda w: loss(w, x, y), w)
    return {name: w[name] - rate * slopes[name] for name in w}


def loss_after_a_step(w, tasks):
    return np.mean(np.stack([loss(adapt(w, *known), *asked) for known, asked in tasks]))


def make_tasks(rng, count, dev):
    """For each sine wave ten points to learn from, and ten others."""
    tasks = []
    for _ in range(count):
        height, phase = rng.uniform(0.5, 2.0), rng.uniform(0, np.pi)
        x = rng.uniform(-3, 3, (2, 10, 1))
        known, asked = zip(nt.tensor(x, dev=dev), nt.tensor(height * np.sin(x + phase), dev=dev), strict=True)
        tasks.append((known, asked))
    return tasks


def make_weights(rng, hidden):
    def normal(*shape):
        return rng.normal(size=shape) / np.sqrt(shape[0])

    return {
        "w1": normal(1, hidden), "b1": normal(1, hidden)[0],
        "w2": normal(hidden, hidden), "b2": np.zeros(hidden),
        "w3": normal(hidden, 1), "b3": np.zeros(1),
    }  # fmt: skip


def train(w, rng, steps, batch, dev, rate=0.01):
    """Descends along the mean gradient in units of its size (Adam); the loss of each step."""
    means = {name: 0.0 for name in w}
    squares = {name: 0.0 for name in w}
    losses = []
    for step in range(1, steps + 1):
        tasks = make_tasks(rng, batch, dev)
        value, (slopes,) = nt.withgradient(lambda w, tasks=tasks: loss_after_a_step(w, tasks), w)
        for name, slope in slopes.items():
            means[name] = 0.9 * means[name] + 0.1 * slope
            squares[name] = 0.99 * squares[name] + 0.01 * slope**2
            size = np.sqrt(squares[name] / (1 - 0.99**step)) + 1e-8
            w[name] = w[name] - rate * (means[name] / (1 - 0.9**step)) / size
        losses.append(float(value))
    return losses


def run(options):
    rng = np.random.default_rng(0)
    steps, batch, hidden = (100, 4, 20) if options.quick else (2_000, 10, 40)
    w = nt.torch(make_weights(rng, hidden), dev=options.dev)
    tests = make_tasks(np.random.default_rng(1), 50, options.dev)
    before = float(loss_after_a_step(w, tests))
    losses = train(w, rng, steps, batch, options.dev)
    after = float(loss_after_a_step(w, tests))
    print(f"loss after one step on new tasks: {before:.4f} before training, {after:.4f} after it")
    draw(options.out, w=w, losses=losses, task=tests[0])
    return {"losses": losses, "before": before, "after": after}


def plot(figure, w, losses, task):
    left, right = figure.subplots(1, 2)
    (x, y), (others, values) = task
    at = nt.tensor(np.linspace(-3, 3, 200)[:, None], dev=x.dev)
    for weights, label in ((w, "before the step"), (adapt(w, x, y), "after it")):
        left.plot(nt.collect(at), nt.collect(network(weights, at)), label=label)
    left.plot(nt.collect(x), nt.collect(y), "k.", label="points to learn from")
    left.plot(nt.collect(others), nt.collect(values), "k+", label="other points")
    left.legend()
    right.semilogy(losses)
    right.set(xlabel="step of training", ylabel="loss after one step on a task")


def parse(arguments=None):
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--dev", type=int, help="-1 the CPU, 0, 1, ... a GPU (default GPU 0 if there is one)")
    parser.add_argument("--out", type=Path, default=Path(__file__).with_suffix(".png"), help="file of the picture")
    parser.add_argument("--quick", action="store_true", help="a small problem and few steps")
    options = parser.parse_args(arguments)
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
