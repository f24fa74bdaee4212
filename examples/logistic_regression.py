"""Logistic regression by Newton's method: the gradient and the Hessian of a likelihood written in NumPy."""

import argparse
from pathlib import Path

import numpy as np

import numtorch as nt


def negative_log_likelihood(w, x, y, penalty=1e-3):
    """Mean over the rows of x (n, k) with labels y of 0 and 1; w has k weights and a constant at its end."""
    scores = x @ w[:-1] + w[-1]
    return np.mean(np.logaddexp(0, scores) - y * scores) + penalty * np.sum(w[:-1] ** 2)


def fit(x, y, steps):
    """The weights, and the loss before each step."""
    w = nt.Tensor(x.shape[1] + 1, dev=x.dev, dtype=np.float64)
    losses = []
    for _ in range(steps):
        loss, (slope,) = nt.withgradient(lambda w: negative_log_likelihood(w, x, y), w)
        curvature = nt.hessian(lambda w: negative_log_likelihood(w, x, y), w)
        w = w - np.linalg.solve(curvature, slope)
        losses.append(float(loss))
    return w, losses


def make_data(rng, n):
    truth = np.array([2.0, -1.0, 0.5])
    x = rng.normal(size=(n, 2))
    chances = 1 / (1 + np.exp(-(x @ truth[:-1] + truth[-1])))
    return x, (rng.random(n) < chances).astype(np.float64), truth


def run(options):
    x, y, truth = make_data(np.random.default_rng(0), 2_000 if options.quick else 20_000)
    w, losses = fit(nt.tensor(x, dev=options.dev), nt.tensor(y, dev=options.dev), 6)
    w = nt.collect(w)
    print("loss before each step:", *(f"{loss:.6f}" for loss in losses))
    print("weights:", w.round(3), "those of the data:", truth)
    draw(options.out, x=x[:1000], y=y[:1000], w=w, losses=losses)
    return {"losses": losses, "weights": w, "truth": truth}


def plot(figure, x, y, w, losses):
    left, right = figure.subplots(1, 2)
    left.scatter(*x.T, c=y, s=5, cmap="coolwarm")
    ends = np.array([-3.0, 3.0])
    left.plot(ends, -(w[0] * ends + w[2]) / w[1], "k", label="even chances")
    left.set(xlim=(-3, 3), ylim=(-3, 3))
    left.legend()
    right.plot(losses, "o-")
    right.set(xlabel="Newton step", ylabel="negative log-likelihood")


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
