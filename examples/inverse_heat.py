"""What is a rod made of? Its conductivity from temperatures measured while it cools.

The solver writes into its grid, as such NumPy code does; derivatives go through it in forward mode, one direction for
each unknown, and the unknowns are found by Gauss and Newton's method for least squares.
"""

import argparse
from pathlib import Path

import numpy as np

import numtorch as nt


def simulate(log_conductivity, u, steps, every):
    """Temperatures (steps // every, cells) of a rod with ends at temperature 0, from the first ones u (cells,)."""
    k = np.repeat(np.exp(log_conductivity), len(u) // len(log_conductivity))
    between = 0.5 * (k[1:] + k[:-1])
    u = u.copy()
    seen = []
    for step in range(1, steps + 1):
        flow = between * (u[1:] - u[:-1])
        u[1:-1] += flow[1:] - flow[:-1]
        u[0] = 0.0
        u[-1] = 0.0
        if step % every == 0:
            seen.append(u.copy())
    return np.stack(seen)


def derivatives(f, p):
    """Value of f at p, and the columns of its Jacobian."""
    value, push = nt.pushforward(f, p)
    directions = np.eye(len(p))
    return value, np.stack([push(direction).reshape(-1) for direction in directions], axis=1)


def fit(measured, u, parts, steps, every, rounds):
    """The logarithms of the conductivities of equal parts of the rod, and the loss before each round."""
    p = nt.tensor(np.full(parts, np.log(0.2)), dev=u.dev)
    losses = []
    for _ in range(rounds):
        value, columns = derivatives(lambda p: simulate(p, u, steps, every), p)
        residual = (measured - value).reshape(-1)
        losses.append(float(np.mean(residual**2)))
        normal = columns.T @ columns + 1e-9 * nt.tensor(np.eye(parts), dev=u.dev)
        p = p + np.clip(np.linalg.solve(normal, columns.T @ residual), -1, 1)
    return p, losses


def run(options):
    rng = np.random.default_rng(0)
    cells, steps, every = (24, 60, 10) if options.quick else (96, 600, 20)
    truth = np.array([0.1, 0.4, 0.25, 0.05])
    points = np.linspace(0, np.pi, cells)
    first = np.sin(points) + 0.5 * np.sin(3 * points) ** 2
    exact = simulate(np.log(truth), first, steps, every)
    measured = exact + 1e-4 * rng.normal(size=exact.shape)
    p, losses = fit(
        nt.tensor(measured, dev=options.dev), nt.tensor(first, dev=options.dev), len(truth), steps, every, rounds=8
    )
    found = np.exp(nt.collect(p))
    print("loss before each round:", *(f"{loss:.2e}" for loss in losses))
    print("conductivities:", found.round(3), "those of the rod:", truth)
    draw(options.out, measured=measured, first=first, found=found, truth=truth)
    return {"losses": losses, "found": found, "truth": truth}


def plot(figure, measured, first, found, truth):
    left, right = figure.subplots(1, 2)
    left.plot(first, "k", label="at first")
    left.plot(measured[:: max(1, len(measured) // 5)].T, color="0.6")
    left.set(xlabel="position", ylabel="temperature")
    left.legend()
    right.step(range(len(truth)), truth, "k", where="mid", label="of the rod")
    right.step(range(len(found)), found, "r--", where="mid", label="found")
    right.set(xlabel="part of the rod", ylabel="conductivity")
    right.legend()


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
