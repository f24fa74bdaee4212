"""With the weights of weights.py, loaded by torchvision's names, models give what torchvision computed."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from numtorch import collect, f32, f64, load_state, models, state, tensor, torch, trainables
from tests.models.weights import image_batch, weight

FOLDER = Path(__file__).parent / "golden"
NAMES = sorted(path.stem for path in FOLDER.glob("*.json"))
OTHERS = sorted(f"{path.parent.name}/{path.stem}" for path in FOLDER.glob("*/*.json"))
SMALL = ["alexnet", "mobilenet_v2", "resnet18", "squeezenet1_1"]


def golden(name: str) -> dict[str, Any]:
    return json.loads((FOLDER / f"{name}.json").read_text())


def loaded(name: str, expected: dict[str, Any]) -> Any:
    arrays = {key: weight(key, shape) for key, shape, _ in expected["state"]}
    return load_state(models.create(name), arrays, names="torchvision")


def agree(found: np.ndarray, expected: dict[str, Any], tolerance: float) -> None:
    scale = np.abs(found).max()
    np.testing.assert_allclose(found[:, :8], expected["logits_first8"], rtol=0, atol=tolerance * scale)
    np.testing.assert_allclose(np.linalg.norm(found, axis=1), expected["l2"], rtol=tolerance)
    np.testing.assert_allclose(found.std(), expected["std"], rtol=tolerance)
    assert found.argmax(axis=1).tolist() == expected["argmax"]


@pytest.mark.parametrize("name", NAMES)
def test_tensors(name: str, dev: int) -> None:
    expected = golden(name)
    model = torch(loaded(name, expected), dev=dev)
    found = trainables(model)
    assert (len(found), sum(p.size for p in found)) == (expected["parameters"], expected["scalars"])
    x = image_batch(*expected["input"])
    agree(collect(model(tensor(x, dev=dev))), expected, 1e-6)
    single = f32(model)
    del model
    agree(collect(single(tensor(x.astype(np.float32), dev=dev))), expected, 1e-3)


@pytest.mark.parametrize("name", OTHERS)
def test_names_of_both_libraries(name: str, dev: int) -> None:
    """Made in the same way, with torchvision 0.28 and timm 1.0.31 on libtorch 2.13."""
    expected = golden(name)
    arrays = {key: weight(key, shape) for key, shape, _ in expected["state"]}
    model = torch(load_state(models.create(expected["model"]), arrays, names=expected["names"]), dev=dev)
    found = trainables(model)
    assert (len(found), sum(p.size for p in found)) == (expected["parameters"], expected["scalars"])
    agree(collect(model(tensor(image_batch(*expected["input"]), dev=dev))), expected, 1e-6)


@pytest.mark.parametrize("name", SMALL)
def test_ndarrays(name: str) -> None:
    expected = golden(name)
    model = loaded(name, expected)
    agree(model(image_batch(*expected["input"])), expected, 1e-6)


def test_names_are_torchvisions_own() -> None:
    expected = golden("resnet18")
    names = [name for name, _, _ in expected["state"] if not name.endswith("num_batches_tracked")]
    assert list(state(models.ResNet(18))) == names


def test_all_mismatches_are_reported_at_once() -> None:
    model = f64(models.create("squeezenet1_1"))
    arrays = {key: weight(key, shape) for key, shape, _ in golden("squeezenet1_1")["state"]}
    before = collect(state(model)["features.0.weight"].copy())
    del arrays["features.0.bias"], arrays["classifier.1.weight"]
    arrays["extra"] = np.zeros(3)
    arrays["classifier.1.bias"] = np.zeros(10)
    with pytest.raises(ValueError, match="2 missing, 1 unexpected, 1 wrong") as raised:
        load_state(model, arrays, names="torchvision")
    for line in (
        "missing: features.0.bias, of shape (64,)",
        "missing: classifier.1.weight, of shape (1000, 512, 1, 1)",
        "unexpected: extra, of shape (3,)",
        "wrong: classifier.1.bias has shape (1000,), not (10,)",
    ):
        assert line in str(raised.value)
    np.testing.assert_array_equal(state(model)["features.0.weight"], before)
