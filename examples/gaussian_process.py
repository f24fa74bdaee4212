"""A Gaussian process: its length, height and noise by the gradient of the marginal likelihood."""

import argparse
from pathlib import Path

import numpy as np

import numtorch as nt


def covariance(logs, a, b):
    """Of the values at points a and b: height**2 exp(-distance**2 / (2 length**2)), from logarithms of both."""
    return np.exp(2 * logs[1]) * np.exp(-0.5 * ((a[:, None] - b[None, :]) / np.exp(logs[0])) ** 2)


def factor(logs, x):
    """Cholesky factor of the covariance of noisy measurements at x."""
    return np.linalg.cholesky(covariance(logs, x, x) + np.exp(2 * logs[2]) * np.eye(len(x)))


def negative_log_likelihood(logs, x, y):
    """For each measurement; logs are the logarithms of length, height and noise."""
    lower = factor(logs, x)
    whitened = np.linalg.solve(lower, y)
    return np.mean(0.5 * whitened**2 + np.log(np.diag(lower)) + 0.5 * np.log(2 * np.pi))


def fit(x, y, logs, steps):
    """Newton's method as long as it goes down, else a step down the slope; the loss before each step."""
    losses = []
    for _ in range(steps):
        loss, (slope,) = nt.withgradient(lambda p: negative_log_likelihood(p, x, y), logs)
        values, vectors = np.linalg.eigh(nt.hessian(lambda p: negative_log_likelihood(p, x, y), logs))
        step = vectors @ ((vectors.T @ slope) / np.maximum(np.abs(values), 1e-3))
        size = 1.0
        while negative_log_likelihood(logs - size * np.clip(step, -1, 1), x, y) > loss and size > 1e-6:
            size /= 2
        logs = logs - size * np.clip(step, -1, 1)
        losses.append(float(loss))
    return logs, losses


def predict(logs, x, y, at):
    """Mean and standard deviation at other points."""
    lower = factor(logs, x)
    across = np.linalg.solve(lower, covariance(logs, x, at))
    mean = across.T @ np.linalg.solve(lower, y)
    return mean, np.sqrt(np.maximum(np.exp(2 * logs[1]) - np.sum(across**2, axis=0), 0))


def run(options):
    rng = np.random.default_rng(3)
    truth = np.array([1.0, 1.5, 0.2])
    x = np.sort(rng.uniform(0, 20, 60 if options.quick else 300))
    y = factor(np.log(truth), x) @ rng.normal(size=len(x))
    tx, ty, start = (nt.tensor(a, dev=options.dev) for a in (x, y, np.log([3.0, 0.5, 0.5])))
    logs, losses = fit(tx, ty, start, 12)
    found = np.exp(nt.collect(logs))
    print("loss before each step:", *(f"{loss:.4f}" for loss in losses))
    print("length, height, noise:", found.round(3), "those of the data:", truth)
    at = np.linspace(0, 20, 400)
    mean, deviation = (nt.collect(a) for a in predict(logs, tx, ty, nt.tensor(at, dev=options.dev)))
    draw(options.out, x=x, y=y, at=at, mean=mean, deviation=deviation)
    return {"losses": losses, "found": found, "truth": truth}


def plot(figure, x, y, at, mean, deviation):
    axes = figure.subplots()
    axes.plot(x, y, "k.", label="measured")
    axes.plot(at, mean, label="mean")
    axes.fill_between(at, mean - 2 * deviation, mean + 2 * deviation, alpha=0.3, label="two standard deviations")
    axes.legend()


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
