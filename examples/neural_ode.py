"""A neural ordinary differential equation: a network learns the velocity field behind a measured spiral.

Each step of the solver is checkpointed: only the states are kept, and what happened within a step is computed again.
"""

import argparse
from pathlib import Path

import numpy as np

import numtorch as nt


class Field:
    """Velocity dx/dt at points x (n, 2): two dense layers on x**3."""

    def __init__(self, rng, hidden):
        self.w1 = rng.normal(size=(2, hidden)) * 0.5
        self.b1 = np.zeros(hidden)
        self.w2 = rng.normal(size=(hidden, 2)) * 0.1

    def __call__(self, x):
        return np.tanh(x**3 @ self.w1 + self.b1) @ self.w2


def runge_kutta(f, x, dt):
    k1 = f(x)
    k2 = f(x + dt / 2 * k1)
    k3 = f(x + dt / 2 * k2)
    k4 = f(x + dt * k3)
    return x + dt / 6 * (k1 + 2 * k2 + 2 * k3 + k4)


def solve(f, x, dt, steps):
    """The states after each step, one row for each."""
    states = [x]
    for _ in range(steps):
        states.append(nt.checkpointed(runge_kutta, f, states[-1], dt))
    return np.stack(states)


def spiral(x):
    return x**3 @ np.array([[-0.1, 2.0], [-2.0, -0.1]])


class Adam:
    """Steps along the mean gradient, in units of its size."""

    def __init__(self, params, rate):
        self.params, self.rate, self.count = params, rate, 0
        self.means = [np.zeros_like(p) for p in params]
        self.squares = [np.zeros_like(p) for p in params]

    def step(self, slopes):
        self.count += 1
        for p, m, v in zip(self.params, self.means, self.squares, strict=True):
            m += 0.1 * (slopes[p] - m)
            v += 0.01 * (slopes[p] ** 2 - v)
            p -= self.rate * (m / (1 - 0.9**self.count)) / (np.sqrt(v / (1 - 0.99**self.count)) + 1e-8)


def run(options):
    rng = np.random.default_rng(0)
    dt, window, steps, points = 0.05, 10, (150 if options.quick else 1_500), 80
    measured = solve(spiral, np.array([[2.0, 0.0]]), dt, points)[:, 0]
    field = nt.torch(Field(rng, 24 if options.quick else 50), dev=options.dev)
    targets = nt.tensor(np.stack([measured[i : i + points - window + 1] for i in range(window + 1)]), dev=options.dev)
    adam = Adam(nt.params(field), 0.01)
    losses = []
    for _ in range(steps):
        # From every measured point on, the next ones have to be met.
        loss, slopes = nt.withgradient(
            lambda: np.mean((solve(field, targets[0], dt, window) - targets) ** 2), adam.params
        )
        adam.step(slopes)
        losses.append(float(loss))
    print(f"loss: {losses[0]:.5f} before, {losses[-1]:.5f} after {steps} steps")
    learned = nt.collect(solve(field, targets[0, :1], dt, points))[:, 0]
    draw(options.out, measured=measured, learned=learned, losses=losses)
    return {"losses": losses, "measured": measured, "learned": learned}


def plot(figure, measured, learned, losses):
    left, right = figure.subplots(1, 2)
    left.plot(*measured.T, "k.", label="measured")
    left.plot(*learned.T, label="learned")
    left.legend()
    right.semilogy(losses)
    right.set(xlabel="step", ylabel="mean squared distance")


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
