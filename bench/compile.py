"""Compiled programs beside NumPy, eager numtorch, PyTorch, torch.compile and (where it is installed) jax.jit.

Run `OMP_NUM_THREADS=1 python bench/compile.py`; bench/README.md says how figures are made. Times are CPU time on one
thread, so that what else runs on the machine counts little, and wall time on several.
"""

from __future__ import annotations

import argparse
import importlib.util
import os
import time
import types
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
import torch
from compile_programs import Program, programs
from figures import compared, ratios_text, write
from timing import Loop, geometric_mean, interleave

import numtorch as nt

Sides = dict[str, Callable[[], Any]]
# Recurrences that use values twice: Inductor inlines them exponentially unless it is told not to (decision 23), so
# that torch.compile does not come to an end.
ENDLESS = ("Mandelbrot", "Kalman", "pendulums")
SIDES = ("numtorch", "saved", "NumPy", "eager", "torch", "torch.compile", "torch.compile of NumPy code", "jax.jit")

TORCH = types.SimpleNamespace(
    **{
        name: getattr(torch, name)
        for name in ("exp", "sqrt", "sin", "abs", "log", "where", "tanh", "zeros_like", "mean")
    },
    argmin=lambda x, axis: torch.argmin(x, axis),
    sum=lambda x, axis=None: torch.sum(x) if axis is None else torch.sum(x, axis),
    max=lambda x, axis: torch.amax(x, axis),
)
TORCH.mean = lambda x, axis=None: torch.mean(x) if axis is None else torch.mean(x, axis)


def loss_of(function: Callable[..., Any], xp: Any) -> Callable[..., Any]:
    def loss(*arrays: Any) -> Any:
        y = function(xp, *arrays)
        return y if y.ndim == 0 else xp.sum(y)

    return loss


def sides_of(program: Program, wanted: set[str]) -> Sides:
    """What computes the program, each from arrays of its own."""
    function, arrays, count = program
    mine = [nt.tensor(a) for a in arrays]
    theirs = [torch.from_numpy(a.copy()) for a in arrays]
    found: Sides = {}
    if count:
        loss, torchs = loss_of(function, np), loss_of(function, TORCH)
        leaves = [t.requires_grad_(i < count) for i, t in enumerate(theirs)]

        def gradients(*given: Any) -> Any:
            return nt.gradient(lambda *p: loss(*p, *given[count:]), *given[:count])

        value, eager = gradients, lambda: gradients(*mine)
        found["torch"] = lambda: torch.autograd.grad(torchs(*leaves), leaves[:count])
        if "torch.compile" in wanted:
            compiled = torch.compile(torchs)
            found["torch.compile"] = lambda: torch.autograd.grad(compiled(*leaves), leaves[:count])
    else:
        value, eager = (lambda *given: function(np, *given)), lambda: function(np, *mine)
        found["NumPy"] = lambda: function(np, *arrays)
        found["torch"] = lambda: function(TORCH, *theirs)
        if "torch.compile" in wanted:
            compiled = torch.compile(lambda *given: function(TORCH, *given))
            found["torch.compile"] = lambda: compiled(*theirs)
        if "torch.compile of NumPy code" in wanted:
            of_numpy = torch.compile(lambda *given: function(np, *given))
            found["torch.compile of NumPy code"] = lambda: of_numpy(*arrays)
    ours = nt.compile(value)
    found["numtorch"], found["eager"] = (lambda: ours(*mine)), eager
    if "saved" in wanted:
        path = f"/tmp/numtorch-bench-{os.getpid()}.nt"
        ours.save(path, *mine)
        saved = nt.load(path)
        os.unlink(path)
        found["saved"] = lambda: saved(*mine)
    if "jax.jit" in wanted and importlib.util.find_spec("jax") is not None:
        found["jax.jit"] = jax_side(program)
    return {side: found[side] for side in SIDES if side in wanted and side in found}


def jax_side(program: Program) -> Callable[[], Any]:
    import jax

    jax.config.update("jax_enable_x64", True)
    function, arrays, count = program
    given = [jax.device_put(a) for a in arrays]
    if count:
        jitted = jax.jit(jax.grad(loss_of(function, jax.numpy), argnums=tuple(range(count))))
    else:
        jitted = jax.jit(lambda *a: function(jax.numpy, *a))
    return lambda: jax.block_until_ready(jitted(*given))


def loop_of(call: Callable[[], Any], clock: Callable[[], float]) -> Loop:
    def loop(n: int) -> float:
        start = clock()
        for _ in range(n):
            call()
        return clock() - start

    return loop


def as_arrays(value: Any) -> list[Any]:
    if isinstance(value, tuple | list):
        return [array for part in value for array in as_arrays(part)]
    if isinstance(value, torch.Tensor):
        return [value.detach().numpy()]
    return [np.asarray(nt.collect(value) if isinstance(value, nt.Tensor) else value)]


def started(sides: Sides) -> dict[str, float]:
    """Seconds of the first call of each side; all compute the same."""
    seconds, expected = {}, None
    for side, call in sides.items():
        start = time.perf_counter()
        found = as_arrays(call())
        seconds[side] = time.perf_counter() - start
        expected = expected or found
        for one, other in zip(expected, found, strict=True):
            if one.dtype.kind == "i":
                assert np.mean(one == other) > 0.999, side
            else:
                scale = np.abs(one).max()
                assert np.allclose(one, other, rtol=1e-3 if one.dtype == "f4" else 1e-8, atol=1e-4 * scale), side
    return seconds


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--only", metavar="TEXT", default="", help="programs with this in their names")
    parser.add_argument("--sides", default=",".join(SIDES), help="separated by commas")
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--seconds", type=float, default=0.05, help="for each side of a round")
    parser.add_argument("--json", metavar="PATH", help="writes every figure there")
    options = parser.parse_args()
    warnings.simplefilter("ignore")
    threads = int(os.environ.get("OMP_NUM_THREADS", "0")) or torch.get_num_threads()
    torch.set_num_threads(threads)
    nt.set_num_threads(threads)
    clock = time.process_time if threads == 1 else time.perf_counter
    rows = []
    print("time of the compiled program, and its ratio to")
    for name, program in programs().items():
        if options.only not in name:
            continue
        wanted = {"numtorch", *options.sides.split(",")}
        if name.startswith(ENDLESS):
            wanted = {side for side in wanted if not side.startswith("torch.compile")}
        sides = sides_of(program, wanted)
        first = started(sides)
        times = interleave(
            {side: loop_of(call, clock) for side, call in sides.items()}, options.rounds, options.seconds
        )
        rows.append({"program": name, "first_s": first, **compared(times)})
        print(f"  {name:36} {rows[-1]['median_ns']['numtorch'] / 1e3:10.1f} us{ratios_text(rows[-1])}", flush=True)
    for side in [side for side in SIDES if any(side in row["ratio"] for row in rows)]:
        ratios = [row["ratio"][side]["median"] for row in rows if side in row["ratio"]]
        print(f"{side:30} geometric mean {geometric_mean(ratios):.2f}, worst {max(ratios):.2f}")
    if options.json:
        write(options.json, rows=rows)


if __name__ == "__main__":
    main()
