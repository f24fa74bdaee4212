"""Checkpoints of format 1, written by the code that wrote them: every name finds its array."""

import functools
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from numtorch import state, torch
from numtorch.optim import setup, state_arrays, state_settings
from numtorch.train import load_checkpoint, save_checkpoint
from tests.train import format_1

FILE = Path(__file__).parent / "files" / "format_1.npz"


def test_a_file_of_format_1(dev: int) -> None:
    want, want_state = format_1.trained()
    model = torch(format_1.model(), dev=dev)
    kept = setup(want_state["net"][0].weight.rule, model)
    assert load_checkpoint(FILE, model, kept) == {"note": "of format 1"}
    found, wanted = state(model), state(want)
    assert list(found) == list(wanted)
    assert model["again"] is model["net"][0].weight
    for name, array in wanted.items():
        assert bool(np.all(array == found[name].to(dev=-1)))
    assert model["rng"].random() == want["rng"].random()
    assert state_settings(kept) == state_settings(want_state)
    for name, array in state_arrays(want_state).items():
        np.testing.assert_array_equal(array, state_arrays(kept)[name])


def test_what_is_written_now(tmp_path: Path) -> None:
    """By the names that `state` gives, and read by the same."""
    model, kept = format_1.trained()
    save_checkpoint(tmp_path / "a.npz", model, kept)
    with np.load(tmp_path / "a.npz") as file:
        names = [name.removeprefix("model/") for name in file.files if name.startswith("model/")]
        plain = json.loads(file["json"].tobytes())
    assert names == [name for name in state(model) if name != "again"]
    assert plain["format"] == 2
    assert list(plain["state"]) == [name for name in names if "running" not in name]
    load_checkpoint(tmp_path / "a.npz", *format_1.trained())


def test_what_format_1_left_out_is_missed(tmp_path: Path) -> None:
    def older(model: Any) -> Any:
        return {"w": model["w"]}

    model = {"f": functools.partial(np.multiply, np.ones(2)), "w": np.ones(2)}
    save_checkpoint(tmp_path / "a.npz", older(model))
    with np.load(tmp_path / "a.npz") as file:
        arrays = dict(file)
    plain = json.loads(arrays["json"].tobytes()) | {"format": 1}
    arrays["json"] = np.frombuffer(json.dumps(plain).encode(), np.uint8)
    np.savez(tmp_path / "a.npz", **arrays)
    with pytest.raises(ValueError, match=r"missing: f.args.0; files of format 1 do not hold what is in a functools"):
        load_checkpoint(tmp_path / "a.npz", model)
