"""Models, inference and training step: numtorch beside PyTorch with the same weights, and beside the model in NumPy.

Run `python bench/models.py`; bench/README.md says how the figures are made.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from typing import Any

import numpy as np

NAMES = ("resnet50", "resnet101", "vgg19", "densenet121", "inception_v3", "mobilenet_v2", "vit_b_16")
SIZES = {"inception_v3": 299}


def torchs_own(name: str, model: Any, where: str) -> Any:
    """The model of torchvision, if that is here, with our weights by its names; else ours on PyTorch's tensors."""
    import torch
    from eager import moved

    import numtorch as nt

    try:
        import torchvision
    except ImportError:
        return moved(model, {id(p): p for p in nt.trainables(model)}, where)
    options = {"aux_logits": False, "init_weights": False} if name in ("inception_v3", "googlenet") else {}
    theirs = getattr(torchvision.models, name)(weights=None, **options)
    own = nt.state(model)
    theirs.load_state_dict({key: torch.tensor(np.asarray(own[key])) for key in own}, strict=False)
    return theirs.to(where)


def sides(name: str, batch: int, dev: int) -> dict[str, dict[str, Callable[[], Any]]]:
    """For inference and for a training step, what each side calls; "mode" comes before all."""
    import torch
    from eager import eager

    import numtorch as nt
    from numtorch import models
    from numtorch.nn.layers import testmode, trainmode

    where = "cpu" if dev < 0 else f"cuda:{dev}"
    size = SIZES.get(name, 224)
    image = np.random.default_rng(0).normal(size=(batch, 3, size, size)).astype(np.float32)
    native = models.create(name, rng=0)
    theirs = torchs_own(name, native, where)
    ours = nt.torch(native, dev=dev)
    x, y = nt.tensor(image, dev=dev), torch.tensor(image, device=where)
    is_module = isinstance(theirs, torch.nn.Module)
    weights = list(theirs.parameters()) if is_module else trained_in(theirs)
    ps = nt.params(ours)
    if len(weights) != len(ps):
        raise AssertionError(f"{name}: numtorch trains {len(ps)} arrays, PyTorch {len(weights)}")

    def set_mode(training: bool) -> None:
        for model in (native, ours) if is_module else (native, ours, theirs):
            (trainmode if training else testmode)(model)
        if is_module:
            theirs.train(training)

    def infer_torch() -> Any:
        set_torch = theirs.eval() if is_module else theirs
        with torch.no_grad(), eager():
            return set_torch(y)

    def train_numtorch() -> Any:
        gradients = nt.gradient(lambda: np.mean(ours(x) ** 2), ps)
        for p in ps:
            p -= 1e-6 * gradients[p]

    def train_torch() -> Any:
        with eager():
            torch.mean(theirs(y) ** 2).backward()
        with torch.no_grad():
            for p in weights:
                p -= 1e-6 * p.grad
                p.grad = None

    set_mode(False)
    check(name, nt.collect(ours(x)), infer_torch().cpu().numpy())
    inference = {"mode": lambda: set_mode(False), "numtorch": lambda: ours(x), "torch": infer_torch}
    if dev >= 0:
        hosted, x_hosted = nt.torch(native, dev=-1), nt.tensor(image)
        inference["numtorch CPU"] = lambda: hosted(x_hosted)
    inference["numpy"] = lambda: native(image)
    return {
        "inference": inference,
        "training": {"mode": lambda: set_mode(True), "numtorch": train_numtorch, "torch": train_torch},
    }


def trained_in(model: Any) -> list[Any]:
    """PyTorch's trained tensors in a model of ours that holds them."""
    import torch

    found: dict[int, Any] = {}

    def look(value: Any) -> None:
        if isinstance(value, torch.Tensor):
            if value.requires_grad:
                found[id(value)] = value
        elif isinstance(value, dict):
            for item in value.values():
                look(item)
        elif isinstance(value, list | tuple):
            for item in value:
                look(item)
        elif hasattr(value, "__dict__") and not callable(getattr(value, "__code__", None)):
            look(vars(value))

    look(model)
    return list(found.values())


def check(name: str, ours: Any, theirs: Any) -> None:
    scale = float(np.max(np.abs(theirs)))
    if not np.allclose(ours, theirs, rtol=1e-2, atol=2e-3 * scale):
        raise AssertionError(f"{name}: numtorch and PyTorch disagree by {np.max(np.abs(ours - theirs))} of {scale}")


HOST = ("numtorch CPU", "numpy")  # sides that do not compute on the device


def measure(
    names: list[str], batches: list[int], dev: int, rounds: int, seconds: float, native: list[int]
) -> list[dict[str, Any]]:
    """A row for each model, batch and kind; the host's sides where the batch is in `native`."""
    from figures import compared, ratios_text
    from timing import interleave, statement_loop

    import numtorch as nt

    def wait() -> None:
        nt.synchronize(dev)

    rows = []
    for name in names:
        for batch in batches:
            for kind, calls in sides(name, batch, dev).items():
                calls.pop("mode")()
                loops = {
                    side: statement_loop("step()", {"step": step}, wait if dev >= 0 and side not in HOST else None)
                    for side, step in calls.items()
                    if side not in HOST or batch in native
                }
                row = {"model": name, "batch": batch, "kind": kind, **compared(interleave(loops, rounds, seconds))}
                rows.append(row)
                mine = row["median_ns"]["numtorch"] / 1e6
                print(f"  {name:13} {batch:3} {kind:9} {mine:9.1f} ms{ratios_text(row)}", flush=True)
    return rows


def peak_here(name: str, batch: int, kind: str, side: str, dev: int) -> int:
    """How much memory the steps of one side add to a process that has imported everything, and made the models."""
    from memory import peak_kib

    calls = sides(name, batch, dev)[kind]
    calls["mode"]()
    return peak_kib(calls[side], dev, 2)


def memory_rows(names: list[str], batch: int, dev: int) -> list[dict[str, Any]]:
    from memory import in_a_process

    rows = []
    for name in names:
        for kind in ("inference", "training"):
            peaks = {
                # A device's memory is counted apart; that of a process is only its own in a new one.
                side: peak_here(name, batch, kind, side, dev)
                if dev >= 0
                else in_a_process(f"models.peak_here({name!r}, {batch}, {kind!r}, {side!r}, {dev})")
                for side in ("numtorch", "torch")
            }
            rows.append({"model": name, "batch": batch, "kind": kind, "peak_kib": peaks})
            ours, theirs = (peaks[side] / 1024 for side in ("numtorch", "torch"))
            print(f"  {name:13} {batch:3} {kind:9} {ours:9.1f} MiB  torch {ours / theirs:5.2f}", flush=True)
    return rows


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--dev", type=int, default=-1, help="device: -1 the CPU, 0, 1, ... a GPU")
    parser.add_argument("--models", nargs="+", default=list(NAMES))
    parser.add_argument("--batches", type=int, nargs="+", help="1 4 8 (on a GPU 1 10 30)")
    parser.add_argument("--native", type=int, nargs="*", help="batches for the model in NumPy too (the smallest)")
    parser.add_argument("--rounds", type=int, help="5 (on a GPU 3)")
    parser.add_argument("--seconds", type=float, help="how long each side runs in a round: 0.2 (on a GPU 0.05)")
    parser.add_argument("--memory", action="store_true", help="peaks of memory too, with the largest batch")
    parser.add_argument("--json", help="file for the figures")
    parser.add_argument("--charts", help="folder for pictures of the times, as bars (needs matplotlib)")
    options = parser.parse_args()
    on_gpu = options.dev >= 0
    batches = options.batches or ([1, 10, 30] if on_gpu else [1, 4, 8])
    native = [min(batches)] if options.native is None else options.native
    rounds, seconds = options.rounds or (3 if on_gpu else 5), options.seconds or (0.05 if on_gpu else 0.2)
    print("time of a call, and its ratio to")
    figures = {"rows": measure(options.models, batches, options.dev, rounds, seconds, native)}
    if options.memory or on_gpu:
        print("peak of memory, beyond what models and images take, and its ratio to")
        figures["memory"] = memory_rows(options.models, max(batches), options.dev)
    if options.json:
        from figures import write

        write(options.json, **figures)
    if options.charts:
        from charts import draw

        draw(figures["rows"], options.charts)
    return 0


if __name__ == "__main__":
    sys.exit(main())
