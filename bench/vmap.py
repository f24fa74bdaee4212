"""vmap: per-sample gradients, batched solves and Hessians, beside a loop over the samples and beside torch.func.

Run `python bench/vmap.py`; bench/README.md says how the figures are made.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from typing import Any

import numpy as np
import torch
from figures import compared, ratios_text, write
from timing import interleave, statement_loop

import numtorch as nt

Sides = dict[str, Callable[[], Any]]


def per_sample_gradients(batch: int, dev: int) -> Sides:
    """Of an MLP, 64 -> 128 -> 128 -> 10, by each of its six arrays."""
    random = np.random.default_rng(0)
    shapes = [(64, 128), (128,), (128, 128), (128,), (128, 10), (10,)]
    weights = [random.normal(size=shape).astype(np.float32) / 8 for shape in shapes]
    x, y = (random.normal(size=(batch, n)).astype(np.float32) for n in (64, 10))

    def loss(parameters: Any, x: Any, y: Any, tanh: Any) -> Any:
        w1, b1, w2, b2, w3, b3 = parameters
        return ((tanh(tanh(x @ w1 + b1) @ w2 + b2) @ w3 + b3 - y) ** 2).sum()

    mine = [nt.tensor(value, dev=dev) for value in (*weights, x, y)]
    theirs = [torch.tensor(value, device=where(dev)) for value in (*weights, x, y)]

    def one(x: Any, y: Any) -> Any:
        return nt.gradient(lambda p: loss(p, x, y, np.tanh), mine[:6])[0]

    mapped = nt.vmap(one)
    torchs = torch.func.vmap(torch.func.grad(lambda p, x, y: loss(p, x, y, torch.tanh)), in_dims=(None, 0, 0))
    return {
        "numtorch": lambda: mapped(*mine[6:]),
        "loop": lambda: [np.stack(column) for column in zip(*map(one, *mine[6:]), strict=True)],
        "torch": lambda: torchs(theirs[:6], *theirs[6:]),
    }


def solves(batch: int, dev: int) -> Sides:
    """A regularised system of 16 equations for each sample."""
    random = np.random.default_rng(1)
    a, b = random.normal(size=(batch, 16, 16)), random.normal(size=(batch, 16))
    mine = [nt.tensor(value, dev=dev) for value in (a, b)]
    theirs = [torch.tensor(value, device=where(dev)) for value in (a, b)]
    mine_eye, their_eye = nt.tensor(np.eye(16), dev=dev), torch.tensor(np.eye(16), device=where(dev))

    def one(a: Any, b: Any) -> Any:
        return np.linalg.solve(a @ a.T + mine_eye, b)

    mapped = nt.vmap(one)
    torchs = torch.func.vmap(lambda a, b: torch.linalg.solve(a @ a.T + their_eye, b))
    return {
        "numtorch": lambda: mapped(*mine),
        "loop": lambda: np.stack(list(map(one, *mine))),
        "torch": lambda: torchs(*theirs),
    }


def hessians(batch: int, dev: int) -> Sides:
    """Of a function of 8 numbers, at each sample; torch's forward over reverse."""
    points = np.random.default_rng(2).normal(size=(batch, 8))
    mine, theirs = nt.tensor(points, dev=dev), torch.tensor(points, device=where(dev))

    def rosenbrock(x: Any) -> Any:
        return (100 * (x[1:] - x[:-1] ** 2) ** 2 + (1 - x[:-1]) ** 2).sum()

    def one(x: Any) -> Any:
        return nt.hessian(rosenbrock, x)

    mapped, torchs = nt.vmap(one), torch.func.vmap(torch.func.hessian(rosenbrock))
    return {
        "numtorch": lambda: mapped(mine),
        "loop": lambda: np.stack([one(x) for x in mine]),
        "torch": lambda: torchs(theirs),
    }


PROGRAMS = {"per-sample gradients": per_sample_gradients, "solve": solves, "hessian": hessians}


def where(dev: int) -> str:
    return "cpu" if dev < 0 else f"cuda:{dev}"


def check(name: str, sides: Sides) -> None:
    """The sides compute the same."""
    results = [side() for side in sides.values()]
    arrays = [[as_array(part) for part in (r if isinstance(r, list | tuple) else [r])] for r in results]
    for others in arrays[1:]:
        for one, other in zip(arrays[0], others, strict=True):
            if not np.allclose(one, other, rtol=1e-3, atol=1e-3 * np.abs(one).max()):
                raise AssertionError(f"{name}: the sides disagree by {np.abs(one - other).max()}")


def as_array(value: Any) -> Any:
    return value.detach().cpu().numpy() if isinstance(value, torch.Tensor) else np.asarray(nt.collect(value))


def measure(batch: int, dev: int, rounds: int, seconds: float) -> list[dict[str, Any]]:
    rows = []
    for name, make in PROGRAMS.items():
        sides = make(batch, dev)
        check(name, sides)
        wait = (lambda: nt.synchronize(dev)) if dev >= 0 else None
        loops = {side: statement_loop("step()", {"step": step}, wait) for side, step in sides.items()}
        rows.append({"program": name, "batch": batch, **compared(interleave(loops, rounds, seconds))})
        mine = rows[-1]["median_ns"]["numtorch"] / 1e6
        print(f"  {name:22} {batch:3} {mine:9.3f} ms{ratios_text(rows[-1])}", flush=True)
    return rows


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--batch", type=int, default=64)
    parser.add_argument("--dev", type=int, default=-1, help="-1 the CPU (default), 0, 1, ... a GPU")
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--seconds", type=float, default=0.1, help="for each side of a round")
    parser.add_argument("--json", metavar="PATH", help="writes every figure there")
    options = parser.parse_args()
    print("time of vmap's call, and its ratio to")
    rows = measure(options.batch, options.dev, options.rounds, options.seconds)
    if options.json:
        write(options.json, rows=rows)


if __name__ == "__main__":
    main()
