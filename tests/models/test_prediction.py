"""What is in an image: predict and classify, on ndarrays and Tensors, with scores and with probabilities."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from numtorch import cpu, f16, f64, gradient, models, tensor, torch
from numtorch.models import Prediction, classify, predict, preprocess
from numtorch.nn import softmax
from numtorch.nn.layers import (
    BatchNorm,
    Chain,
    Dense,
    Dropout,
    Flatten,
    GlobalMeanPool,
    Moded,
    Parallel,
    testmode,
    trainmode,
)
from numtorch.structure import leaves

RNG = np.random.default_rng(4)
IMAGE = RNG.integers(0, 256, (40, 50, 3), np.uint8)
SMALL: dict[str, Any] = {"size": 32, "crop": 32}


def small(*end: Any) -> Chain:
    head = Dense(6, 4, rng=1)
    head.weight *= 5
    layers = [GlobalMeanPool(), Flatten(), Dense(3, 6, np.tanh, rng=0), head, *end]
    return Chain(*layers)


def of_host(model: Any, images: Any, **options: Any) -> np.ndarray:
    """Probabilities of all classes, straightforwardly."""
    scores = model(preprocess(images, **SMALL, **options)).astype(float)
    exponentials = np.exp(scores)
    return exponentials / exponentials.sum(axis=1, keepdims=True)


def test_the_most_probable_first(dev: int) -> None:
    model = small()
    expected = of_host(model, IMAGE)[0]
    order = np.argsort(-expected)
    on_host = predict(model, IMAGE, 3, **SMALL)
    assert [found.label for found in on_host] == order[:3].tolist()
    assert all(type(found.label) is int and type(found.probability) is float for found in on_host)
    np.testing.assert_allclose([found.probability for found in on_host], expected[order[:3]], rtol=1e-5)

    moved = torch(model, dev=dev)
    for image in (IMAGE, tensor(IMAGE, dev=dev)):  # an ndarray joins the model's device
        found = predict(moved, image, 3, **SMALL)
        assert [one.label for one in found] == [one.label for one in on_host]
        np.testing.assert_allclose([one[1] for one in found], [one[1] for one in on_host], rtol=1e-4)
    assert predict(model, tensor(IMAGE, dev=dev), 1, **SMALL)[0].label == order[0]
    assert classify(model, IMAGE, **SMALL) == order[0]


def test_fewer_classes_than_asked_for() -> None:
    found = predict(small(), IMAGE, **SMALL)
    assert len(found) == 4
    assert sum(probability for _, probability in found) == pytest.approx(1)


def test_batches_and_lists(dev: int) -> None:
    model = torch(small(), dev=dev)
    other = IMAGE[::-1] // 3
    one, two = (predict(model, image, 2, **SMALL) for image in (IMAGE, other))
    for images in (np.stack([IMAGE, other]), [IMAGE, other], tensor(np.stack([IMAGE, other]), dev=dev)):
        found = predict(model, images, 2, **SMALL)
        assert [[label for label, _ in row] for row in found] == [[label for label, _ in row] for row in (one, two)]
        assert classify(model, images, **SMALL) == [one[0].label, two[0].label]
    assert len(predict(model, [IMAGE], 2, **SMALL)) == 1
    assert predict(model, IMAGE[:, :, 0], **SMALL)[0] == predict(model, IMAGE[None, :, :, :1], **SMALL)[0][0]


def test_labels(tmp_path: Path) -> None:
    names = ["cat", "dog", "naïve bird", "fish"]
    file = tmp_path / "labels.txt"
    file.write_text("".join(name + "\n" for name in names), encoding="utf-8")
    best = classify(small(), IMAGE, **SMALL)
    for labels in (names, tuple(names), np.array(names), file, str(file)):
        assert classify(small(), IMAGE, labels=labels, **SMALL) == names[best]
        assert isinstance(predict(small(), IMAGE, labels=labels, **SMALL)[0].label, str)


def probable(x: Any) -> Any:
    return softmax(x, axis=1)


@pytest.mark.parametrize(
    "end",
    [[softmax], [partial(softmax, axis=1)], [Chain(softmax)], [Dense(4, 4, softmax, rng=2)]],
    ids=["function", "partial", "chain", "activation"],
)
def test_softmax_is_not_applied_twice(end: list[Any], dev: int) -> None:
    model = small(*end)
    expected = np.sort(model(preprocess(IMAGE, **SMALL))[0])[::-1]
    for given in (model, torch(model, dev=dev)):
        found = [probability for _, probability in predict(given, IMAGE, **SMALL)]
        np.testing.assert_allclose(found, expected, rtol=1e-4)


def test_whether_there_are_scores_can_be_said() -> None:
    model = small(probable)  # of which nothing says that it is softmax
    expected = np.sort(model(preprocess(IMAGE, **SMALL))[0])[::-1]
    np.testing.assert_allclose([p for _, p in predict(model, IMAGE, scores=False, **SMALL)], expected, rtol=1e-5)
    twice = [p for _, p in predict(small(softmax), IMAGE, scores=True, **SMALL)]
    np.testing.assert_allclose(twice, np.sort(softmax(np.sort(expected)[::-1]))[::-1], rtol=1e-5)
    side_by_side = Parallel(np.add, small(), small(softmax))  # ends in none, though its last part does
    np.testing.assert_allclose(sum(p for _, p in predict(side_by_side, IMAGE, **SMALL)), 1, rtol=1e-6)


def test_the_network_of_2020_has_probabilities(dev: int) -> None:
    model = torch(models.ResNet(nclasses=5, rng=0), dev=dev)
    image = RNG.random((224, 224, 3))
    expected = np.sort(np.asarray(cpu(model)(preprocess(image))[0]))[::-1]
    found = [probability for _, probability in predict(model, image)]
    np.testing.assert_allclose(found, expected, rtol=1e-3)


def modes(model: Any) -> list[Any]:
    return [layer.training for layer in leaves(model, is_leaf=lambda part: isinstance(part, Moded))]


@pytest.mark.parametrize("mode", [True, False, None])
def test_the_model_is_in_test_mode_meanwhile(mode: bool | None) -> None:
    model = Chain(BatchNorm(3), Dropout(0.9, rng=0), GlobalMeanPool(), Flatten())
    model[0].running_mean += 0.25
    expected = predict(testmode(model), IMAGE, **SMALL)
    trainmode(model, mode)
    trainmode(model[1], None)
    assert predict(model, IMAGE, **SMALL) == expected
    assert modes(model) == [mode, None]
    np.testing.assert_array_equal(model[0].running_mean, np.full(3, 0.25, np.float32))
    with pytest.raises(ValueError, match="crop=99"):
        predict(model, IMAGE, size=20, crop=99)
    with pytest.raises(ValueError, match=r"scale must have shape \(3,\), not \(5,\)"):
        predict(Chain(*model[:2], BatchNorm(5)), IMAGE, **SMALL)
    assert modes(model) == [mode, None]


def test_the_model_is_in_test_mode_inside_a_gradient_too(dev: int) -> None:
    model = torch(Chain(Dropout(0.9, rng=0), small()), dev=dev)
    found = []

    def loss(x: Any) -> Any:
        found.append(predict(model, IMAGE, **SMALL))
        return x * x

    assert gradient(loss, 3.0) == (6.0,)
    assert found == [predict(model, IMAGE, **SMALL)]


@pytest.mark.parametrize("cast", [f16, f64])
def test_images_come_in_the_dtype_of_the_model(cast: Any, dev: int) -> None:
    seen = []

    def look(x: Any) -> Any:
        seen.append(x.dtype)
        return x

    model = cast(small())
    model.layers = {"look": look, **model.layers}
    found = predict(torch(model, dev=dev), IMAGE, 1, **SMALL)
    assert seen == [model[-1].weight.dtype]
    assert found[0].label == classify(small(), IMAGE, **SMALL)


def test_a_model_may_be_any_function() -> None:
    found = predict(lambda x: x.mean(axis=(2, 3)), IMAGE, 1, **SMALL)
    assert isinstance(found[0], Prediction)


def test_errors(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="k must be an int >= 1, not 0"):
        predict(small(), IMAGE, 0, **SMALL)
    with pytest.raises(ValueError, match=r"k must be an int >= 1, not 2\.5"):
        predict(small(), IMAGE, 2.5, **SMALL)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="there are 2 labels for 4 classes"):
        predict(small(), IMAGE, labels=["cat", "dog"], **SMALL)
    with pytest.raises(FileNotFoundError):
        predict(small(), IMAGE, labels=tmp_path / "none.txt", **SMALL)
    with pytest.raises(ValueError, match=r"of the shape \(1, classes\), not of \(1, 3, 32, 32\)"):
        predict(lambda x: x, IMAGE, **SMALL)
    with pytest.raises(ValueError, match=r"said to return probabilities, but .* from -.* scores=True"):
        predict(small(), IMAGE, scores=False, **SMALL)
    with pytest.raises(ValueError, match="from 0 to 1, not from 0 to 255"):
        predict(small(), IMAGE.astype(float), **SMALL)
    with pytest.raises(TypeError, match="sise"):
        predict(small(), IMAGE, sise=3)
