"""The example on real data: the same functions on ndarrays and on Tensors, and the accuracy it promises."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import fields, replace
from pathlib import Path

import numpy as np
import pytest

from examples import digits
from numtorch import collect, get_num_threads, gradient, params, set_num_threads, tensor, torch

SCRIPT = Path(digits.__file__)


@pytest.fixture(autouse=True)
def one_thread():
    """Tests share the processors with each other, and threads that wait for each other there are slow."""
    before = get_num_threads()
    set_num_threads(1)
    yield
    set_num_threads(before)


def network_and_batch(dtype, channels=(2, 3), hidden=5, images=4):
    rng = np.random.default_rng(0)
    network = digits.random_network(rng, dtype, channels, hidden)
    for field in fields(network):  # biases away from zero, where np.maximum has a kink
        array = getattr(network, field.name)
        array += 0.1 * rng.normal(size=array.shape).astype(dtype)
    return network, rng.uniform(0, 1, (images, 10, 10)).astype(dtype), rng.integers(0, 10, images)


@pytest.mark.parametrize(("dtype", "tolerance"), [(np.float32, 1e-5), (np.float64, 1e-13)])
def test_outputs_agree(dtype, tolerance, dev):
    network, x, _ = network_and_batch(dtype)
    expected = network(x)
    actual = torch(network, dev=dev)(tensor(x, dev=dev))
    assert actual.dtype == expected.dtype == dtype
    np.testing.assert_allclose(collect(actual), expected, rtol=tolerance, atol=tolerance)


@pytest.mark.parametrize("field", [f.name for f in fields(digits.Network)])
def test_gradient_is_the_slope_of_the_loss(field, dev):
    network, x, y = network_and_batch(np.float64)
    direction = np.random.default_rng(1).normal(size=getattr(network, field).shape)

    def loss(step):
        moved = replace(network, **{field: getattr(network, field) + step * direction})
        return digits.cross_entropy(moved(x), y)

    step = 1e-6
    expected = (loss(step) - loss(-step)) / (2 * step)
    model, tx, ty = torch(network, dev=dev), tensor(x, dev=dev), tensor(y, dev=dev)
    slopes = gradient(lambda: digits.cross_entropy(model(tx), ty), params(model))
    actual = np.sum(collect(slopes[getattr(model, field)]) * direction)
    assert actual == pytest.approx(expected, rel=1e-6, abs=1e-9)


def test_reaches_the_accuracy(capsys, dev):
    assert digits.run(digits.parse(["--dev", str(dev), "--no-plot"])) >= 0.97
    assert "held-out" in capsys.readouterr().out


def test_saves_a_picture(tmp_path, dev):
    picture = tmp_path / "picture.png"
    digits.main(["--dev", str(dev), "--epochs", "1", "--out", str(picture)])
    assert picture.read_bytes().startswith(b"\x89PNG")


@pytest.mark.parametrize(("package", "advice"), [("matplotlib", "--no-plot"), ("sklearn", "pip install scikit-learn")])
def test_says_what_is_missing(package, advice):
    code = f"import runpy, sys; sys.modules[{package!r}] = None; sys.argv = ['digits.py']; "
    code += f"runpy.run_path({str(SCRIPT)!r}, run_name='__main__')"
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert result.returncode != 0
    assert advice in result.stderr
    assert "Traceback" not in result.stderr
