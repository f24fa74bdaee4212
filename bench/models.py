"""Models, inference and training step: numtorch beside PyTorch with the same weights, and beside the model in NumPy.

Run `python bench/models.py`; bench/README.md says how the figures are made.
"""

from __future__ import annotations

import argparse
import json
import statistics
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
    """For inference and for a training step, what each side calls."""
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
    return {
        "inference": {"mode": lambda: set_mode(False), "numtorch": lambda: ours(x), "torch": infer_torch,
                      "numpy": lambda: native(image)},
        "training": {"mode": lambda: set_mode(True), "numtorch": train_numtorch, "torch": train_torch},
    }  # fmt: skip


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


def measure(
    names: list[str], batches: list[int], dev: int, rounds: int, seconds: float, native: bool
) -> list[dict[str, Any]]:
    from timing import interleave, ratio, statement_loop

    import numtorch as nt

    def wait() -> None:
        nt.synchronize(dev)

    rows = []
    for name in names:
        for batch in batches:
            for kind, calls in sides(name, batch, dev).items():
                calls.pop("mode")()
                if not native or dev >= 0 or batch > min(batches):
                    calls.pop("numpy", None)
                loops = {
                    side: statement_loop("step()", {"step": step}, wait if dev >= 0 and side != "numpy" else None)
                    for side, step in calls.items()
                }
                times = interleave(loops, rounds, seconds)
                row = {
                    "model": name,
                    "batch": batch,
                    "kind": kind,
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
    return f"  {row['model']:13} {row['batch']:3} {row['kind']:9} {row['median_ns']['numtorch'] / 1e6:9.1f} ms{ratios}"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--dev", type=int, default=-1, help="device: -1 the CPU, 0, 1, ... a GPU")
    parser.add_argument("--models", nargs="+", default=list(NAMES))
    parser.add_argument("--batches", type=int, nargs="+", default=None)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=0.2, help="how long each side runs in a round")
    parser.add_argument("--no-native", action="store_true", help="leave the model in NumPy out")
    parser.add_argument("--json", help="file for the figures")
    options = parser.parse_args()
    batches = options.batches or ([1, 4] if options.dev < 0 else [1, 10, 30])
    print("time of a call, and its ratio to")
    rows = measure(options.models, batches, options.dev, options.rounds, options.seconds, not options.no_native)
    if options.json:
        from numpy_functions import environment

        with open(options.json, "w") as file:
            json.dump({"environment": environment(), "rows": rows}, file, indent=1)
            file.write("\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
