"""Classifying from the command line: formats of images and of weights, labels, options, and what goes wrong."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from sklearn.datasets import load_sample_image

from examples import classify
from numtorch import models, state
from numtorch.weights import save

NAMES = ["cat", "dog", "fish"]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """With a small model's weights in three formats, images in three, and labels."""
    folder = tmp_path_factory.mktemp("classify")
    arrays = state(network())
    torch.save({name: torch.from_numpy(array) for name, array in arrays.items()}, folder / "small.pth")
    save(folder / "small.safetensors", arrays)
    save(folder / "small.npz", arrays)
    photo = load_sample_image("flower.jpg")[::2, ::2]
    np.save(folder / "photo.npy", photo)
    from PIL import Image

    Image.fromarray(photo).save(folder / "photo.png")
    Image.fromarray(photo).save(folder / "photo.jpg", quality=95)
    (folder / "labels.txt").write_text("\n".join(NAMES) + "\n")
    return folder


def network() -> Any:
    return models.create("squeezenet1_1", nclasses=3, rng=0)


def run(folder: Path, dev: int, *told: str, image: str = "photo.npy", file: str = "small.npz") -> list[Any]:
    more = ["--model", "squeezenet1_1", "--classes", "3", "--dev", str(dev)]
    (found,) = classify.run(classify.parse([str(folder / image), str(folder / file), *more, *told])).values()
    return list(found)


def same(found: list[Any], expected: list[Any], rtol: float = 1e-3) -> None:
    assert [label for label, _ in found] == [label for label, _ in expected]
    np.testing.assert_allclose([p for _, p in found], [p for _, p in expected], rtol=rtol)


@pytest.fixture(scope="module")
def expected(folder: Path) -> list[Any]:
    found: list[Any] = models.predict(network(), np.load(folder / "photo.npy"))
    return found


@pytest.mark.parametrize("file", ["small.pth", "small.safetensors", "small.npz"])
def test_formats_of_weights(file: str, folder: Path, dev: int, expected: list[Any]) -> None:
    same(run(folder, dev, file=file), expected)


@pytest.mark.parametrize(("image", "rtol"), [("photo.png", 1e-3), ("photo.jpg", 0.05)])
def test_formats_of_images(image: str, rtol: float, folder: Path, dev: int, expected: list[Any]) -> None:
    same(run(folder, dev, image=image), expected, rtol)


def test_options(folder: Path, dev: int, expected: list[Any], capsys: pytest.CaptureFixture[str]) -> None:
    labelled = run(folder, dev, "--labels", str(folder / "labels.txt"), "-k", "2", "--names", "own")
    same(labelled, [(NAMES[label], probability) for label, probability in expected[:2]])
    lines = capsys.readouterr().out.splitlines()
    assert lines[1:] == [f"  {100 * probability:6.2f} %  {label}" for label, probability in labelled]

    told = ["--size", "100", "--crop", "90", "--mean", "0.5", "--std", "0.5", "--interpolation", "bicubic"]
    options: dict[str, Any] = {"size": 100, "crop": 90, "mean": 0.5, "std": 0.5, "interpolation": "bicubic"}
    same(run(folder, dev, *told), models.predict(network(), np.load(folder / "photo.npy"), **options))


def test_several_images_and_a_picture(folder: Path, dev: int, tmp_path: Path) -> None:
    files = [str(folder / "photo.npy"), "flower.jpg", str(folder / "small.npz")]
    more = ["--model", "squeezenet1_1", "--labels", str(folder / "labels.txt"), "--dev", str(dev)]
    found = classify.run(classify.parse([*files, *more, "--out", str(tmp_path / "found.png")]))
    assert list(found) == files[:2]
    assert (tmp_path / "found.png").read_bytes().startswith(b"\x89PNG")


def test_models_have_options_of_their_own() -> None:
    options = classify.parse(["image.png", "weights.pth", "--model", "inception_v3", "--crop", "280"])
    assert options.prepare == {"size": 342, "crop": 280}
    assert (options.classes, options.names, options.k) == (1000, "torchvision", 5)


def test_what_goes_wrong_is_said_in_a_line(folder: Path) -> None:
    def said(*told: str) -> str:
        command = [sys.executable, classify.__file__, *told, "--model", "squeezenet1_1", "--dev", "-1"]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        assert done.returncode == 1
        assert "Traceback" not in done.stderr
        return done.stderr

    photo, weights = str(folder / "photo.npy"), str(folder / "small.npz")
    assert "classify.py: load_state: " in said(photo, weights)  # for 1000 classes
    assert "No such file" in said("none.png", weights, "--classes", "3")
    assert "crop=300 is larger" in said(photo, weights, "--classes", "3", "--crop", "300")
