"""Damaged checkpoints: whatever the damage, a ValueError, and all is as it was; or what was saved."""

import copy
import io
import json
import random
import tempfile
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import numtorch as nt
from numtorch import _core, optim
from numtorch.optim import Adam, LossScaler, chain, setup, state_arrays, state_settings, update
from numtorch.train import DataLoader, early_stopping, load_checkpoint, save_checkpoint, train

RULE = chain(optim.ClipNorm(1.0), Adam(0.25))


def pieces(value: float, seed: int) -> tuple[Any, Any]:
    model = {
        "w": nt.tensor(np.full((2, 3), value)),
        "h": [np.full(3, value, np.float32)],
        "rngs": [
            np.random.default_rng(seed),
            np.random.Generator(np.random.Philox(seed)),
            np.random.RandomState(seed),
            random.Random(seed),
            nt.Generator(),
        ],
    }
    model["rngs"][-1].manual_seed(seed)
    return model, setup(RULE, model)


def saved() -> bytes:
    model, state = pieces(2.0, 5)
    update(state, model, {"w": nt.tensor(np.ones((2, 3))), "h": [np.ones(3, np.float32)]})
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "a.npz"
        save_checkpoint(path, model, state, curve=np.arange(3), name="x")
        return path.read_bytes()


GOOD = saved()


def seen(model: Any, state: Any) -> list[Any]:
    """All that loading may change, in a form that can be compared."""
    streams = [
        model["rngs"][0].bit_generator.state,
        model["rngs"][1].bit_generator.state,
        model["rngs"][2].get_state(legacy=False),
        model["rngs"][3].getstate(),
        model["rngs"][4].get_state().tolist(),
        np.random.get_state(legacy=False),  # noqa: NPY002
        random.getstate(),
        _core.default_generator().get_state().tolist(),
    ]
    arrays = {"w": model["w"], "h": model["h"][0], **state_arrays(state)}
    return [repr(streams), {name: array.tolist() for name, array in arrays.items()}, state_settings(state)]


def check(path: Path, data: bytes) -> bool:
    """Whether it was read; if not, nothing has changed."""
    path.write_bytes(data)
    model, state = pieces(0.0, 1)
    rules = state["w"].rule
    before = copy.deepcopy(seen(model, state))
    try:
        load_checkpoint(path, model, state)
    except ValueError as error:
        assert path.name in str(error)  # noqa: PT017
        assert len(str(error)) < 3000  # noqa: PT017
        assert seen(model, state) == before
        assert state["w"].rule is rules
        return False
    return True


def edited(change: Callable[[dict[str, Any]], Any], entries: Callable[[dict[str, Any]], Any] = dict) -> bytes:
    """The good file with another JSON, and other arrays."""
    with np.load(io.BytesIO(GOOD)) as file:
        arrays = dict(file)
    plain = change(json.loads(arrays["json"].tobytes()))
    text = plain if isinstance(plain, bytes) else json.dumps(plain).encode()
    arrays["json"] = np.frombuffer(text, np.uint8)
    made = io.BytesIO()
    np.savez(made, **entries(arrays))
    return made.getvalue()


def put(*path: Any, to: Any) -> Callable[[dict[str, Any]], Any]:
    """Puts something into the JSON."""

    def change(plain: dict[str, Any]) -> Any:
        holder: Any = plain
        for key in path[:-1]:
            holder = holder[key]
        holder[path[-1]] = to
        return plain

    return change


def same(plain: dict[str, Any]) -> dict[str, Any]:
    return plain


W = ("state", "w")
FIRST = (*W, "rule", "parts", "0")
SECOND = (*W, "rule", "parts", "1")
MODEL_RANDOM = ("random", "model")
NESTED: Any = 1
for _ in range(200):
    NESTED = [NESTED]
JSON = {
    "a list": lambda _: [1],
    "nothing": lambda _: b"",
    "no text": lambda _: b"\xff\xfe",
    "deep": lambda _: b'{"format":' + b"[" * 100_000,
    "long number": lambda _: b'{"format": ' + b"9" * 6000 + b"}",
    "format": put("format", to=3),
    "format's type": put("format", to=[2]),
    "more": put("more", to=[]),
    "random": put("random", to=3),
    "state": put("state", to=[]),
    "state of w": put(*W, to=None),
    "empty state of w": put(*W, to={}),
    "another state": put("state", "x", to={}),
    "count": put(*W, "count", to=-1),
    "count's type": put(*W, "count", to=1.5),
    "huge count": put(*W, "count", to=2**70),
    "frozen": put(*W, "frozen", to=0),
    "rule": put(*W, "rule", to=[]),
    "rule's kind": put(*W, "rule", "kind", to="Adam"),
    "no kind": put(*W, "rule", to={}),
    "nested kind": put(*W, "rule", "kind", to=NESTED),
    "parts": put(*W, "rule", "parts", to=[]),
    "no parts": put(*W, "rule", "parts", to={}),
    "unknown setting": put(*FIRST, "x", to=1),
    "setting's type": put(*FIRST, "omega", to="1"),
    "setting's value": put(*SECOND, "eta", to=-1.0),
    "no number": put(*SECOND, "eta", to=float("nan")),
    "flag": put(*FIRST, "throw", to=1),
    "pair": put(*SECOND, "beta", to=[0.5]),
    "pair's type": put(*SECOND, "beta", to=0.5),
    "nested setting": put(*SECOND, "beta", to=NESTED),
    "numpy": put("random", "numpy", to=None),
    "numpy's kind": put("random", "numpy", "bit_generator", to="PCG64"),
    "numpy's position": put("random", "numpy", "state", "pos", to=625),
    "numpy's position before the first": put("random", "numpy", "state", "pos", to=-1),
    "numpy's numbers": put("random", "numpy", "state", "key", to={"dtype": "uint32", "values": [1, 2]}),
    "numpy's dtype": put("random", "numpy", "state", "key", to={"dtype": "S1000000000", "values": ["a"]}),
    "python": put("random", "python", to=[3, [1], None]),
    "python's type": put("random", "python", to={}),
    "python's next number": put("random", "python", 2, to="x"),
    "generators": put(*MODEL_RANDOM, to={}),
    "fewer generators": put(*MODEL_RANDOM, to=[1, 2, 3, 4]),
    "pcg": put(*MODEL_RANDOM, 0, "state", to=1),
    "pcg's number": put(*MODEL_RANDOM, 0, "state", "state", to=2**200),
    "philox": put(*MODEL_RANDOM, 1, "buffer_pos", to=2**31 - 1),
    "philox before the first": put(*MODEL_RANDOM, 1, "buffer_pos", to=-5),
    "legacy": put(*MODEL_RANDOM, 2, to="MT19937"),
    "python's own": put(*MODEL_RANDOM, 3, to=None),
    "libtorch": put(*MODEL_RANDOM, 4, to=[0] * 10),
    "libtorch's bytes": put(*MODEL_RANDOM, 4, to=[300]),
    "libtorch's type": put(*MODEL_RANDOM, 4, to={"dtype": "uint32"}),
}


@pytest.mark.parametrize("case", JSON)
def test_damaged_json(tmp_path: Path, case: str) -> None:
    assert not check(tmp_path / "a.npz", edited(JSON[case]))


@pytest.mark.parametrize("part", ["format", "more", "random", "state", "random/model", "random/numpy", "random/python"])
def test_missing_json(tmp_path: Path, part: str) -> None:
    def without(plain: dict[str, Any]) -> Any:
        *outer, last = part.split("/")
        del (plain[outer[0]] if outer else plain)[last]
        return plain

    assert not check(tmp_path / "a.npz", edited(without))


def swapped(name: str, array: Any) -> Callable[[dict[str, Any]], dict[str, Any]]:
    return lambda arrays: {**arrays, name: array}


ARRAYS = {
    "json as floats": swapped("json", np.ones(3)),
    "json as a matrix": swapped("json", np.ones((3, 3), np.uint8)),
    "shape": swapped("model/w", np.ones((3, 2))),
    "dtype": swapped("model/w", np.ones((2, 3), np.float32)),
    "texts": swapped("model/w", np.full((2, 3), "a")),
    "dates": swapped("model/w", np.full((2, 3), "2020-01-01", "M8[D]")),
    "records": swapped("model/w", np.zeros((2, 3), [("a", "f8")])),
    "another": swapped("model/x", np.ones(1)),
    "no folder": swapped("x", np.ones(1)),
    "state's shape": swapped("state/w.1.m", np.ones((3, 2))),
    "state's dtype": swapped("state/w.1.m", np.ones((2, 3), complex)),
    "another state": swapped("state/w.x", np.ones(1)),
    "generator's length": swapped("random/-1", np.zeros(3, np.uint8)),
    "generator's dtype": swapped("random/-1", np.array(["a"])),
    "generator's numbers": swapped("random/-1", np.zeros(5056, np.uint8)),
}


@pytest.mark.parametrize("case", [name for name in ARRAYS if name != "no folder"])
def test_damaged_arrays(tmp_path: Path, case: str) -> None:
    assert not check(tmp_path / "a.npz", edited(same, ARRAYS[case]))


@pytest.mark.parametrize("name", ["json", "model/w", "model/h.0", "state/w.1.m"])
def test_missing_arrays(tmp_path: Path, name: str) -> None:
    def without(arrays: dict[str, Any]) -> dict[str, Any]:
        return {key: array for key, array in arrays.items() if key != name}

    assert not check(tmp_path / "a.npz", edited(same, without))


def test_entries_beside_are_left_alone(tmp_path: Path) -> None:
    assert check(tmp_path / "a.npz", edited(same, ARRAYS["no folder"]))
    assert check(tmp_path / "a.npz", edited(same, swapped("random/99", np.zeros(3, np.uint8))))


def test_other_files(tmp_path: Path) -> None:
    file = io.BytesIO()
    np.save(file, np.ones(3))
    for data in (b"", b"PK\x03\x04" + bytes(50), GOOD[:-50], GOOD[50:], GOOD * 2, file.getvalue(), b"x" * 1000):
        if data != GOOD * 2:  # of which the second half is a checkpoint
            assert not check(tmp_path / "a.npz", data)


def test_compressed_json_is_no_longer_than_the_file(tmp_path: Path) -> None:
    path = tmp_path / "a.npz"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as zipped, zipped.open("json.npy", "w") as entry:
        np.save(entry, np.full(30_000_000, 32, np.uint8))
    with pytest.raises(ValueError, match=r"its JSON is an array of uint8 \(30000000,\)"):
        load_checkpoint(path, {"w": np.ones(1)})


def test_what_cannot_be_written_to_is_seen_before(tmp_path: Path) -> None:
    path = tmp_path / "a.npz"
    path.write_bytes(GOOD)
    for name in ("w", "h"):
        model, state = pieces(0.0, 1)
        array = model["w"] if name == "w" else model["h"][0]
        array.flags.writeable = False
        before = seen(model, state)
        with pytest.raises(ValueError, match=rf"{name}[.0]* is read-only in the model"):
            load_checkpoint(path, model, state)
        assert seen(model, state) == before


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("seed", range(4))
def test_random_damage(tmp_path: Path, seed: int) -> None:
    """Bytes changed, cut out, doubled at random, in the file and in its JSON."""
    rng = np.random.default_rng(seed)
    with np.load(io.BytesIO(GOOD)) as file:
        text = file["json"].tobytes()
    for turn in range(60):
        data = bytearray(GOOD if turn % 2 else text)
        for _ in range(rng.integers(1, 4)):
            at, length = int(rng.integers(len(data))), int(rng.integers(1, 20))
            match int(rng.integers(4)):
                case 0:
                    data[at] = int(rng.integers(256))
                case 1:
                    del data[at : at + length]
                case 2:
                    data[at:at] = data[at : at + length]
                case _:
                    data[at:at] = b"[" * length
        check(tmp_path / "a.npz", bytes(data) if turn % 2 else edited(lambda _, data=data: bytes(data)))  # type: ignore[misc]


# ---------------------------------------------------------------------------------------------------------- training


def loss(model: Any, x: Any) -> Any:
    return np.sum((model["w"] - x) ** 2)


def parts() -> tuple[Any, ...]:
    model = {"w": nt.tensor(np.zeros(2))}
    loader = DataLoader(np.arange(12.0).reshape(6, 2), 2, shuffle=True, rng=0)
    return model, loader, setup(Adam(0.5), model), LossScaler(8.0), early_stopping(lambda report: report.loss, 9)


def run(path: Path, model: Any, loader: Any, state: Any, scaler: Any, stopper: Any, epochs: int = 1) -> Any:
    options: dict[str, Any] = {"scaler": scaler, "callbacks": [stopper], "progress": False, "checkpoint": path}
    return train(loss, model, loader, state, epochs=epochs, **options)


KEPT = {
    "losses": put("more", "losses", to=[1.0]),
    "epochs": put("more", "epochs", to="x"),
    "an epoch": put("more", "epochs", to=[None]),
    "stopped": put("more", "stopped", to=1),
    "epoch": put("more", "epoch", to=-1),
    "done": put("more", "done", to="1"),
    "skipped": put("more", "skipped", to=2.5),
    "kept": put("more", "kept", to={}),
    "fewer": put("more", "kept", to=[]),
    "loader": put("more", "kept", 0, to={}),
    "loader's generator": put("more", "kept", 0, "rng", "state", to=5),
    "loader's batches": put("more", "kept", 0, "given", to=99),
    "scaler": put("more", "kept", 1, to=[]),
    "scale": put("more", "kept", 1, "scale", to="x"),
    "good": put("more", "kept", 1, "good", to=-2),
    "trigger": put("more", "kept", 2, to={"row": "x", "best": None}),
    "best": put("more", "kept", 2, "best", to=[1]),
}


@pytest.mark.parametrize("case", KEPT)
def test_training_does_not_begin_from_a_damaged_checkpoint(tmp_path: Path, case: str) -> None:
    path = tmp_path / "a.npz"
    run(path, *parts())
    with np.load(path) as file:
        arrays = dict(file)
    arrays["json"] = np.frombuffer(json.dumps(KEPT[case](json.loads(arrays["json"].tobytes()))).encode(), np.uint8)
    if case == "losses":
        del arrays["more/losses"]
    np.savez(path, **arrays)
    fresh = parts()
    model, loader, state, scaler, stopper = fresh
    before = [model["w"].tolist(), loader.state(), state_settings(state), scaler.state(), stopper.state()]
    with pytest.raises(ValueError, match=r"^train: "):
        run(path, *fresh, epochs=2)
    assert [model["w"].tolist(), loader.state(), state_settings(state), scaler.state(), stopper.state()] == before
