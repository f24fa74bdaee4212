"""What wrote files/format_1.npz, with the code that wrote format 1: `python -m tests.train.format_1 FILE`."""

import functools
import sys
from typing import Any

import numpy as np

from numtorch import torch
from numtorch.nn.layers import BatchNorm, Chain, Dense
from numtorch.optim import Adam, Momentum, chain, setup, update
from numtorch.train import save_checkpoint


def model() -> dict[str, Any]:
    """Names that format 2 writes otherwise (of a Chain), tied arrays, a generator, a partial that holds no array."""
    net = Chain(Dense(2, 3, rng=0), BatchNorm(3), head=Chain(Dense(3, 2, rng=1)))
    net.head[0].bias = np.zeros(2, np.float32)
    clip = functools.partial(np.clip, a_min=0.0, a_max=1.0)
    return {"net": net, "again": net[0].weight, "rng": np.random.default_rng(5), "clip": clip}


def trained() -> tuple[Any, Any]:
    """A model and its state after two updates of known gradients."""
    moved = torch(model(), dev=-1)
    state = setup(chain(Momentum(0.5), Adam(0.25)), moved)
    for step in (1.0, 2.0):
        update(state, moved, ones(step))
    moved["rng"].random(3)
    return moved, state


def ones(value: float) -> Any:
    return {
        "net": {
            "layers": {
                "0": {"weight": np.full((3, 2), value, "f"), "bias": np.full(3, value, "f")},
                "1": {"weight": np.full(3, value, "f"), "bias": np.full(3, -value, "f")},
                "head": {"layers": {"0": {"weight": np.full((2, 3), value, "f"), "bias": np.full(2, value, "f")}}},
            }
        }
    }


if __name__ == "__main__":
    save_checkpoint(sys.argv[1], *trained(), note="of format 1")
