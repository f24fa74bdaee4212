"""Training steps: numtorch's tape beside PyTorch's autograd and, where it is installed, HIPS/autograd.

Run `python bench/tape.py`; bench/README.md says how the figures are made.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from typing import Any

RATE = 1e-3


def numtorch_step(program: Any, large: bool, dev: int) -> Callable[[], Any]:
    import numpy as np

    from numtorch import gradient, params, tensor

    parameters, data = ([tensor(a, dev=dev) for a in arrays] for arrays in program.arrays(large))
    ps = params(parameters)

    def step() -> Any:
        gradients = gradient(lambda: program.loss(np, parameters, data), ps)
        for p in ps:
            p -= RATE * gradients[p]

    return step


def torch_step(program: Any, large: bool, dev: int) -> Callable[[], Any]:
    import torch

    where = "cpu" if dev < 0 else f"cuda:{dev}"
    parameters, data = ([torch.tensor(a, device=where) for a in arrays] for arrays in program.arrays(large))
    for p in parameters:
        p.requires_grad_()

    def step() -> Any:
        program.torch_loss(torch, parameters, data).backward()
        with torch.no_grad():
            for p in parameters:
                p -= RATE * p.grad
                p.grad = None

    return step


def autograd_step(program: Any, large: bool, dev: int) -> Callable[[], Any] | None:
    if dev >= 0:
        return None
    try:
        import autograd.numpy as anp
        from autograd import grad
    except ImportError:
        return None
    parameters, data = program.arrays(large)
    slope = grad(lambda ps: program.loss(anp, ps, data))

    def step() -> Any:
        for p, g in zip(parameters, slope(parameters), strict=True):
            p -= RATE * g

    try:
        step()
    except Exception:  # it has not all of NumPy
        return None
    return step


SIDES: dict[str, Callable[..., Callable[[], Any] | None]] = {
    "numtorch": numtorch_step,
    "torch": torch_step,
    "autograd": autograd_step,
}


def waits(dev: int) -> dict[str, Callable[[], object]]:
    if dev < 0:
        return {}
    import torch

    import numtorch as nt

    return {"numtorch": lambda: nt.synchronize(dev), "torch": lambda: torch.cuda.synchronize(dev)}


def measure(threads: int, dev: int, rounds: int, seconds: float) -> list[dict[str, Any]]:
    """The rows of this process."""
    import torch
    from figures import compared, ratios_text
    from tape_programs import PROGRAMS
    from timing import interleave, statement_loop

    import numtorch as nt

    nt.set_num_threads(threads)
    torch.set_num_threads(threads)
    rows = []
    for program in PROGRAMS:
        for large in (False, True):
            steps = {side: make(program, large, dev) for side, make in SIDES.items()}
            loops = {
                side: statement_loop("step()", {"step": step}, waits(dev).get(side))
                for side, step in steps.items()
                if step is not None
            }
            times = interleave(loops, rounds, seconds)
            row = {
                "program": program.name,
                "size": "large" if large else "small",
                "threads": threads,
                **compared(times),
            }
            rows.append(row)
            mine = row["median_ns"]["numtorch"] / 1e3
            print(f"  {row['program']:26} {row['size']:6}{mine:10.0f} µs{ratios_text(row)}", flush=True)
    return rows


def peak_here(name: str, side: str, dev: int) -> int:
    """How much memory the large step of one side adds to a process that has imported everything."""
    from memory import peak_kib
    from tape_programs import PROGRAMS

    program = next(p for p in PROGRAMS if p.name == name)
    small, step = (SIDES[side](program, large, dev) for large in (False, True))
    assert small is not None
    assert step is not None
    for _ in range(3):
        small()
    return peak_kib(step, dev)


def memory_rows(dev: int) -> list[dict[str, Any]]:
    from memory import in_a_process
    from tape_programs import PROGRAMS

    rows = []
    for program in PROGRAMS:
        peaks = {
            side: in_a_process(f"tape.peak_here({program.name!r}, {side!r}, {dev})") for side in ("numtorch", "torch")
        }
        rows.append({"program": program.name, "peak_kib": peaks, "ratio": peaks["numtorch"] / max(peaks["torch"], 1)})
        print(f"  {program.name:26} {peaks['numtorch']:8} KiB, PyTorch {peaks['torch']:8} KiB: {rows[-1]['ratio']:.2f}")
    return rows


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--dev", type=int, default=-1, help="device: -1 the CPU, 0, 1, ... a GPU")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--seconds", type=float, default=0.1, help="how long each side runs in a round")
    parser.add_argument("--json", help="file for the figures")
    options = parser.parse_args()
    print(f"{options.threads} thread(s); time of a step, and its ratio to")
    rows = measure(options.threads, options.dev, options.rounds, options.seconds)
    print("\npeak memory of the large steps, beyond what the imports take")
    memory = memory_rows(options.dev)
    if options.json:
        from figures import write

        write(options.json, steps=rows, memory=memory)
    return 0


if __name__ == "__main__":
    sys.exit(main())
