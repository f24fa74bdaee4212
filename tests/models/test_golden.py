"""With the weights of weights.py, loaded by other libraries' names, models give what those libraries computed.

`golden/*.json` are of torchvision 0.28 and images of usual size; make_golden.py wrote those in `golden/torchvision/`
and `golden/timm/`, of all models that the libraries share with us.
"""

import gzip
import json
import math
import os
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from numtorch import collect, f32, f64, load_state, models, state, tensor, torch, trainables
from numtorch.nn.layers import BatchNorm
from numtorch.structure import leaves
from tests.models.weights import image_batch, weight, zeros

FOLDER = Path(__file__).parent / "golden"
USUAL = sorted(path.stem for path in FOLDER.glob("*.json"))
ALL = sorted(f"{path.parent.name}/{path.name.removesuffix('.json.gz')}" for path in FOLDER.glob("*/*.json.gz"))
SMALL = ["alexnet", "mobilenet_v2", "resnet18", "squeezenet1_1"]
# Numbers in a model, up to which float32 is tried too, logits are compared, and names and shapes are. With
# NUMTORCH_ALL_MODELS=1 everything is, in some 10 minutes of one core and 13 GiB.
FLOAT32, LOGITS, NAMES = (math.inf,) * 3 if "NUMTORCH_ALL_MODELS" in os.environ else (8e6, 3e7, 2e8)
# With these numbers so steep that float32 is of no use: torchvision's and timm's own logits differ from their float64
# by 0.4 to 0.5 of the largest.
STEEP = ("efficientnet_v2_l", "efficientnetv2_l", "efficientnetv2_xl")


def usual(name: str) -> dict[str, Any]:
    return json.loads((FOLDER / f"{name}.json").read_text())


def golden(row: str) -> dict[str, Any]:
    return json.loads(gzip.decompress((FOLDER / f"{row}.json.gz").read_bytes()))


def arrays(expected: dict[str, Any]) -> dict[str, np.ndarray]:
    return {key: weight(key, shape) for key, shape, *_ in expected["state"]}


def size(expected: dict[str, Any]) -> int:
    return sum(math.prod(shape) for _, shape, *_ in expected["state"])


def agree(found: np.ndarray, expected: dict[str, Any], tolerance: float) -> None:
    scale = np.abs(found).max()
    np.testing.assert_allclose(found[:, :8], expected["logits_first8"], rtol=0, atol=tolerance * scale)
    np.testing.assert_allclose(np.linalg.norm(found, axis=1), expected["l2"], rtol=tolerance)
    assert found.argmax(axis=1).tolist() == expected["argmax"]


def agrees(model: Any, expected: dict[str, Any], dev: int, single: bool) -> None:
    model = torch(model, dev=dev)
    x = image_batch(*expected["input"])
    agree(collect(model(tensor(x, dev=dev))), expected, 1e-6)
    if single:
        narrow = f32(model)
        del model
        agree(collect(narrow(tensor(x.astype(np.float32), dev=dev))), expected, 1e-3)


SIZES = {row: size(golden(row)) for row in ALL}


@pytest.mark.parametrize("name", USUAL)
def test_images_of_usual_size(name: str, dev: int) -> None:
    expected = usual(name)
    model = load_state(models.create(name), arrays(expected), names="torchvision")
    found = trainables(model)
    assert (len(found), sum(p.size for p in found)) == (expected["parameters"], expected["scalars"])
    agrees(model, expected, dev, single=True)


@pytest.mark.parametrize("row", [row for row in ALL if SIZES[row] <= LOGITS])
def test_names_and_logits(row: str, dev: int) -> None:
    expected = golden(row)
    library, name = row.split("/")
    model = load_state(models.create(name), arrays(expected), names=library)
    agrees(model, expected, dev, single=SIZES[row] <= FLOAT32 and name not in STEEP)


@pytest.mark.parametrize("row", [row for row in ALL if LOGITS < SIZES[row] <= NAMES])
def test_names_and_shapes(row: str) -> None:
    """Of large models: nothing is missing, unexpected or wrongly shaped."""
    expected = golden(row)
    library, name = row.split("/")
    model = models.create(name, rng=zeros())
    given = {key: np.broadcast_to(np.float32(0), shape) for key, shape in expected["state"]}
    load_state(model, given, names=library)


def test_names_are_torchvisions_own() -> None:
    expected = usual("resnet18")
    names = [name for name, _, _ in expected["state"] if not name.endswith("num_batches_tracked")]
    assert list(state(models.ResNet(18))) == names


def test_all_mismatches_are_reported_at_once() -> None:
    model = f64(models.create("squeezenet1_1"))
    given = arrays(usual("squeezenet1_1"))
    before = collect(state(model)["features.0.weight"].copy())
    del given["features.0.bias"], given["classifier.1.weight"]
    given["extra"] = np.zeros(3)
    given["classifier.1.bias"] = np.zeros(10)
    with pytest.raises(ValueError, match="2 missing, 1 unexpected, 1 wrong") as raised:
        load_state(model, given, names="torchvision")
    for line in (
        "missing: features.0.bias, of shape (64,)",
        "missing: classifier.1.weight, of shape (1000, 512, 1, 1)",
        "unexpected: extra, of shape (3,)",
        "wrong: classifier.1.bias has shape (1000,), not (10,)",
    ):
        assert line in str(raised.value)
    np.testing.assert_array_equal(state(model)["features.0.weight"], before)


@pytest.mark.parametrize("name", SMALL)
def test_ndarrays(name: str) -> None:
    expected = usual(name)
    agree(
        load_state(models.create(name), arrays(expected), names="torchvision")(image_batch(*expected["input"])),
        expected,
        1e-6,
    )


def eps_of(model: Any) -> set[float]:
    parts = leaves(model, is_leaf=lambda part: isinstance(part, BatchNorm))
    return {part.eps for part in parts if isinstance(part, BatchNorm)}


def test_eps_is_that_of_the_weights() -> None:
    expected = golden("timm/mobilenetv3_small_100")
    given = {key: np.broadcast_to(np.float32(0), shape) for key, shape in expected["state"]}
    assert eps_of(models.create("mobilenet_v3_small")) == {1e-3}
    assert eps_of(models.create("mobilenetv3_small_100")) == {1e-5}
    assert eps_of(load_state(models.create("mobilenet_v3_small"), given, names="timm")) == {1e-5}
    assert eps_of(load_state(models.create("mobilenet_v3_small", eps=0.1), given, names="timm")) == {0.1}
