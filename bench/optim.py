"""Updates of many arrays: numtorch's optimisers beside torch.optim's multi-tensor ones.

Run `python bench/optim.py`; bench/README.md says how the figures are made. The arrays have the shapes of ResNet-50's
161, and, for the small rows, an eighth of its channels.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from typing import Any

RULES: dict[str, tuple[str, dict[str, Any]]] = {
    "Descent": ("SGD", {"lr": 1e-3}),
    "Momentum": ("SGD", {"lr": 1e-3, "momentum": 0.9}),
    "Nesterov": ("SGD", {"lr": 1e-3, "momentum": 0.9, "nesterov": True}),
    "RMSProp": ("RMSprop", {"lr": 1e-3, "alpha": 0.9}),
    "Adam": ("Adam", {"lr": 1e-3}),
    "AdamW": ("AdamW", {"lr": 1e-3, "weight_decay": 0.01}),
    "NAdam": ("NAdam", {"lr": 1e-3}),
    "Adagrad": ("Adagrad", {"lr": 0.1}),
}


def our_rule(name: str) -> Any:
    from numtorch import optim

    if name == "AdamW":
        return optim.AdamW(1e-3, lam=0.01)
    return optim.AdaGrad() if name == "Adagrad" else getattr(optim, name)(1e-3)


def shapes(divide: int) -> list[tuple[int, ...]]:
    """Of ResNet-50's weights and biases, with this part of its channels."""

    def conv(inputs: int, outputs: int, k: int) -> list[tuple[int, ...]]:
        norm = (max(outputs // divide, 1),)
        return [(*norm, max(inputs // divide, 1) if inputs > 3 else 3, k, k), norm, norm]

    found, inputs = conv(3, 64, 7), 64
    for width, blocks in ((64, 3), (128, 4), (256, 6), (512, 3)):
        for block in range(blocks):
            found += conv(inputs, width, 1) + conv(width, width, 3) + conv(width, 4 * width, 1)
            if block == 0:
                found += conv(inputs, 4 * width, 1)
            inputs = 4 * width
    return [*found, (1000 // divide, 2048 // divide), (1000 // divide,)]


def steps(name: str, divide: int, dev: int) -> dict[str, Callable[[], Any]]:
    """One update of each side. torch's "plain" is what it takes by itself, the other is the multi-tensor one."""
    import numpy as np
    import torch

    from numtorch import tensor
    from numtorch.optim import setup, update

    rng = np.random.default_rng(0)
    arrays = [rng.normal(size=shape).astype(np.float32) for shape in shapes(divide)]
    gradients = [0.01 * rng.normal(size=shape).astype(np.float32) for shape in shapes(divide)]
    model, grads = ([tensor(a, dev=dev) for a in side] for side in (arrays, gradients))
    state = setup(our_rule(name), model)
    sides: dict[str, Callable[[], Any]] = {"numtorch": lambda: update(state, model, grads)}

    where = "cpu" if dev < 0 else f"cuda:{dev}"
    kind, options = RULES[name]
    for side, choice in (("foreach", {"foreach": True}), ("fused", {"fused": True})):
        theirs = [torch.tensor(a, device=where) for a in arrays]
        for p, g in zip(theirs, gradients, strict=True):
            p.grad = torch.tensor(g, device=where)
        try:
            sides[side] = getattr(torch.optim, kind)(theirs, **options, **choice).step
        except TypeError:  # it has no such implementation
            continue
    return sides


def waits(dev: int) -> dict[str, Callable[[], object]]:
    if dev < 0:
        return {}
    import torch

    import numtorch as nt

    wait = {side: lambda: torch.cuda.synchronize(dev) for side in ("foreach", "fused")}
    return {**wait, "numtorch": lambda: nt.synchronize(dev)}


def measure(threads: int, dev: int, rounds: int, seconds: float, only: str | None) -> list[dict[str, Any]]:
    import torch
    from figures import compared, ratios_text
    from timing import interleave, statement_loop

    import numtorch as nt

    nt.set_num_threads(threads)
    torch.set_num_threads(threads)
    rows = []
    for divide, size in ((8, "small"), (1, "large")):
        for name in RULES:
            if only not in (None, name):
                continue
            loops = {
                side: statement_loop("step()", {"step": step}, waits(dev).get(side))
                for side, step in steps(name, divide, dev).items()
            }
            times = interleave(loops, rounds, seconds)
            row = {
                "rule": name,
                "size": size,
                "arrays": len(shapes(divide)),
                "threads": threads,
                **compared(times),
            }
            rows.append(row)
            mine = row["median_ns"]["numtorch"] / 1e3
            print(f"  {row['rule']:10} {row['size']:6}{mine:10.0f} µs{ratios_text(row)}", flush=True)
    return rows


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--dev", type=int, default=-1, help="device: -1 the CPU, 0, 1, ... a GPU")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--seconds", type=float, default=0.1, help="how long each side runs in a round")
    parser.add_argument("--only", choices=list(RULES), help="one rule")
    parser.add_argument("--json", help="file for the figures")
    options = parser.parse_args()
    print(f"{options.threads} thread(s); time of an update, and its ratio to torch.optim's")
    rows = measure(options.threads, options.dev, options.rounds, options.seconds, options.only)
    if options.json:
        from figures import write

        write(options.json, updates=rows)
    return 0


if __name__ == "__main__":
    sys.exit(main())
