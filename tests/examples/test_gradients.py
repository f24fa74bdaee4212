"""The examples of gradients, each with --quick: the loss goes down, and what made the data is found."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest

from examples import gaussian_process, inverse_heat, logistic_regression, meta_learning, neural_ode
from numtorch import get_num_threads, set_num_threads


@pytest.fixture(autouse=True)
def one_thread():
    """Tests share the processors with each other, and threads that wait for each other there are slow."""
    before = get_num_threads()
    set_num_threads(1)
    yield
    set_num_threads(before)


def result_of(example: ModuleType, dev: int, tmp_path: Path) -> dict[str, Any]:
    picture = tmp_path / "picture.png"
    result = example.run(example.parse(["--quick", "--dev", str(dev), "--out", str(picture)]))
    assert picture.read_bytes().startswith(b"\x89PNG")
    return result


def test_logistic_regression(dev: int, tmp_path: Path) -> None:
    result = result_of(logistic_regression, dev, tmp_path)
    assert result["losses"] == sorted(result["losses"], reverse=True)
    np.testing.assert_allclose(result["weights"], result["truth"], atol=0.2)


def test_neural_ode(dev: int, tmp_path: Path) -> None:
    losses = result_of(neural_ode, dev, tmp_path)["losses"]
    assert losses[-1] < 0.05 * losses[0]


def test_inverse_heat(dev: int, tmp_path: Path) -> None:
    result = result_of(inverse_heat, dev, tmp_path)
    assert result["losses"][-1] < 1e-4 * result["losses"][0]
    np.testing.assert_allclose(result["found"], result["truth"], rtol=0.01)


def test_gaussian_process(dev: int, tmp_path: Path) -> None:
    result = result_of(gaussian_process, dev, tmp_path)
    assert result["losses"][-1] < result["losses"][0] - 1
    np.testing.assert_allclose(result["found"], result["truth"], rtol=0.3)


def test_meta_learning(dev: int, tmp_path: Path) -> None:
    result = result_of(meta_learning, dev, tmp_path)
    assert result["after"] < 0.5 * result["before"]


@pytest.mark.parametrize("example", [logistic_regression], ids=lambda example: example.__name__)
def test_says_that_there_is_no_picture(example: ModuleType, tmp_path: Path) -> None:
    code = "import runpy, sys; sys.modules['matplotlib'] = None; "
    code += f"sys.argv = ['example', '--quick', '--dev', '-1', '--out', {str(tmp_path / 'picture.png')!r}]; "
    code += f"runpy.run_path({example.__file__!r}, run_name='__main__')"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "No picture: matplotlib is not installed" in done.stdout
    assert list(tmp_path.iterdir()) == []
