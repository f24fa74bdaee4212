"""Training steps: numtorch's tape beside PyTorch's autograd and, where it is installed, HIPS/autograd.

Run `python bench/tape.py`; bench/README.md says how the figures are made.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
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
    from tape_programs import PROGRAMS
    from timing import interleave, ratio, statement_loop

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
                "median_ns": {side: statistics.median(values) for side, values in times.items()},
                "ratio": {side: vars(ratio(times, "numtorch", side)) for side in times if side != "numtorch"},
            }
            rows.append(row)
            print(row_text(row), flush=True)
    return rows


def row_text(row: dict[str, Any]) -> str:
    ratios = "".join(
        f"  {side} {r['median']:5.2f} [{r['low']:.2f}, {r['high']:.2f}]" for side, r in row["ratio"].items()
    )
    return f"  {row['program']:26} {row['size']:6}{row['median_ns']['numtorch'] / 1e3:10.0f} µs{ratios}"


def peak_kib(program: str, large: bool, side: str, dev: int) -> int:
    """How much memory the step of one side adds to a process that has imported everything, at its height."""
    code = (
        f"import sys; sys.path.insert(0, {os.path.dirname(os.path.abspath(__file__))!r})\n"
        f"import tape; print(tape.peak_here({program!r}, {large}, {side!r}, {dev}))"
    )
    return int(subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True).stdout)


def peak_here(name: str, large: bool, side: str, dev: int) -> int:
    from tape_programs import PROGRAMS

    program = next(p for p in PROGRAMS if p.name == name)
    small = SIDES[side](program, False, dev)
    step = SIDES[side](program, large, dev)
    assert small is not None
    assert step is not None
    for _ in range(3):
        small()
    if dev >= 0:
        return peak_on_device(step, dev)
    before = memory_kib("VmRSS")
    with open("/proc/self/clear_refs", "w") as file:
        file.write("5")  # the height begins here
    for _ in range(5):
        step()
    return memory_kib("VmHWM") - before


def memory_kib(name: str) -> int:
    """What Linux says of this process's memory."""
    with open("/proc/self/status") as file:
        return next(int(line.split()[1]) for line in file if line.startswith(f"{name}:"))


def peak_on_device(step: Callable[[], Any], dev: int) -> int:
    """libtorch counts for both sides."""
    import torch

    torch.cuda.reset_peak_memory_stats(dev)
    for _ in range(5):
        step()
    return torch.cuda.max_memory_allocated(dev) // 1024


def memory_rows(dev: int) -> list[dict[str, Any]]:
    from tape_programs import PROGRAMS

    rows = []
    for program in PROGRAMS:
        peaks = {side: peak_kib(program.name, True, side, dev) for side in ("numtorch", "torch")}
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
        from numpy_functions import environment

        with open(options.json, "w") as file:
            json.dump({"environment": environment(), "steps": rows, "memory": memory}, file, indent=1)
            file.write("\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
