"""The variational autoencoder: it learns to restore images, and its seed fixes all of it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from examples import autoencoder
from numtorch import check_gradient, collect, f64, get_num_threads, set_num_threads, tensor, torch


@pytest.fixture(autouse=True)
def one_thread() -> Iterator[None]:
    """Tests share the processors with each other, and threads that wait for each other there are slow."""
    before = get_num_threads()
    set_num_threads(1)
    yield
    set_num_threads(before)


def test_it_learns_to_restore_images(dev: int, tmp_path: Path) -> None:
    told = ["--quick", "--dev", str(dev), "--no-progress", "--out", str(tmp_path / "digits.png")]
    result = autoencoder.run(autoencoder.parse(told))
    assert result["errors"]["network"] < 0.5 * result["errors"]["mean"]
    first, last = np.mean(result["losses"][:40]), np.mean(result["losses"][-40:])
    assert last < 0.85 * first
    assert result["samples"].shape == result["way"].shape == (10, 1, 8, 8)
    assert ((result["samples"] >= 0) & (result["samples"] <= 1)).all()
    assert (tmp_path / "digits.png").read_bytes().startswith(b"\x89PNG")


def test_a_seed_fixes_everything(dev: int, tmp_path: Path) -> None:
    def losses(seed: int) -> list[float]:
        told = ["--epochs", "1", "--dev", str(dev), "--no-progress", "--out", str(tmp_path / "a.png")]
        found: list[float] = autoencoder.run(autoencoder.parse([*told, "--seed", str(seed)]))["losses"]
        return found

    first = losses(3)
    np.testing.assert_allclose(losses(3), first, rtol=0 if dev < 0 else 1e-3)
    assert losses(4)[0] != first[0]


def test_the_bound_and_its_gradient(dev: int) -> None:
    """Against the divergence by sampling, and differences."""
    model = torch(f64(autoencoder.Autoencoder(2, 2, 0)), dev=dev)
    images = np.random.default_rng(1).random((3, 1, 8, 8))

    def bound(given: object) -> object:
        model.rng = np.random.default_rng(5)
        return autoencoder.loss(model, given)

    check_gradient(bound, images, dev=dev, rtol=1e-4, atol=1e-6)

    mean, logvar = (collect(part) for part in model.encode(tensor(images, dev=dev)))
    rng = np.random.default_rng(2)
    z = mean + np.exp(logvar / 2) * rng.normal(size=(200_000, 3, 2))
    sampled = np.mean(np.sum((z**2 - (z - mean) ** 2 / np.exp(logvar) - logvar) / 2, axis=2), axis=0)
    exact = 0.5 * np.sum(mean**2 + np.exp(logvar) - 1 - logvar, axis=1)
    np.testing.assert_allclose(exact, sampled, atol=0.01)


def test_principal_components() -> None:
    images = np.random.default_rng(0).random((20, 1, 2, 2))
    np.testing.assert_allclose(autoencoder.components(images[:15], images[15:], 4), images[15:])
    plane = images @ np.array([[1.0, 2.0], [2.0, 4.0]])  # two directions only
    np.testing.assert_allclose(autoencoder.components(plane[:15], plane[15:], 2), plane[15:])
