"""NumPy programs that know nothing of Tensors: the same results on ndarrays, with Tensors, and under `-m numtorch`."""

from __future__ import annotations

import importlib.util
import re
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest

import numtorch as nt

FOLDER = Path(__file__).parents[2] / "examples" / "numpy_programs"
PROGRAMS = sorted(path.stem for path in FOLDER.glob("*.py"))


@dataclass(frozen=True)
class Row:
    """
    An expression in a program's functions and in its data, which `data` names.

    `mixes` says that the program writes what it is given into ndarrays of its own: that works with Tensors on the CPU,
    and raises with those of a device and with those that a gradient is asked of. `slope` is the float array, or the
    name of one in `parameters`, by which the sum of the results is differentiated.
    """

    program: str
    text: str
    mixes: bool = False
    slope: str = ""

    def __str__(self) -> str:
        return f"{self.program}: {self.text}"


# What each program's data are called in the rows: expressions in its functions, made on the host.
DATA: dict[str, dict[str, str]] = {
    "dct_filter": {"image": "make_data()", "pixels": "make_data().astype(float)", "levels": "compress(make_data())"},
    "gaussian_process": {
        **{name: f"make_data()[{i}]" for i, name in enumerate(("t", "y", "new"))},
        "theta": "np.log([1.0, 3.0, 1.0, 1.0, 2.4, 0.2])",
    },
    "k_means": {
        "points": "make_data()",
        "centres": "lloyd(make_data(), make_data()[:4])[0]",
        "labels": "lloyd(make_data(), make_data()[:4])[1]",
    },
    "kalman_filter": {
        "measured": "make_data()[0]",
        "path": "make_data()[1]",
        **{name: f"model()[{i}]" for i, name in enumerate(("transition", "drift", "observation", "noise"))},
        "mean": "np.array([1.0, 2.0, -0.5, 0.25])",
        "covariance": "np.diag([1.0, 2.0, 0.5, 0.25])",
    },
    "lattice_boltzmann": {"f": "make_data()[0]", "solid": "make_data()[1]"},
    "lstm_step": {
        "sequences": "make_data()[0]",
        "lengths": "make_data()[1]",
        "parameters": "make_parameters()",
        "labels": "np.array([0, 1, 1, 0])",
    },
    "mandelbrot": {"c": "make_data()", "x": "make_data().real", "times": "escape_times(make_data())[0]"},
    "n_body": {name: f"make_data()[{i}]" for i, name in enumerate(("masses", "positions", "velocities"))},
    "pca": {"data": "make_data()"},
    "transformer_block": {"tokens": "make_data()", "parameters": "make_parameters()"},
}

ROWS = [
    Row("dct_filter", "blocks(image)"),
    Row("dct_filter", "denoise(image)"),
    Row("dct_filter", "denoise(pixels) ** 2", slope="pixels"),
    Row("dct_filter", "compress(image)"),
    Row("dct_filter", "decompress(levels, image.shape)"),
    Row("dct_filter", "psnr(image, denoise(image))"),
    Row("dct_filter", "psnr(image, denoise(pixels))", slope="pixels"),
    Row("dct_filter", "np.histogram(image, bins=8, range=(0, 256))[0]"),
    Row("gaussian_process", "log_likelihood(theta, t, y)", slope="theta"),
    Row("gaussian_process", "predict(theta, t, y, new)", slope="t"),
    Row("gaussian_process", "search(theta, t, y)"),
    Row("gaussian_process", "calibration(*predict(theta, t, y, new), np.sin(new))"),
    Row("k_means", "farthest_first(points, 4)", slope="points"),
    Row("k_means", "lloyd(points, farthest_first(points, 4))"),
    Row("k_means", "ordered(*lloyd(points, points[:4]))"),
    Row("k_means", "inertia(points, *lloyd(points, points[:4]))", slope="points"),
    Row("k_means", "silhouette(points, labels)"),
    Row("kalman_filter", "update(mean, covariance, measured[3], observation, noise)", slope="mean"),
    Row("kalman_filter", "run_filter(measured, transition, drift, observation, noise)", slope="noise"),
    Row("kalman_filter", "run_filter(measured, transition, drift, observation, noise)[2]", slope="measured"),
    Row(
        "kalman_filter",
        "smooth(*run_filter(measured, transition, drift, observation, noise)[:2], transition, drift)",
        mixes=True,
        slope="noise",
    ),
    Row("kalman_filter", "error(measured[:6], path[:6])", slope="measured"),
    Row("lattice_boltzmann", "moments(f)", slope="f"),
    Row("lattice_boltzmann", "simulate(f, solid, 5)", slope="f"),
    Row("lattice_boltzmann", "vorticity(moments(f)[1]) ** 2", slope="f"),
    Row("lattice_boltzmann", "drag(simulate(f, solid, 3), solid)", slope="f"),
    Row("lstm_step", "step(sequences[0], np.zeros((4, 5)), np.zeros((4, 5)), parameters)", slope="w"),
    Row("lstm_step", "run(sequences, lengths, parameters)", slope="u"),
    Row("lstm_step", "loss(sequences, lengths, labels, parameters)", slope="readout"),
    Row("mandelbrot", "escape_times(c)", mixes=True),
    Row("mandelbrot", "escape_times(x + 0.4j)", mixes=True),
    Row("mandelbrot", "smooth_times(x + 0.4j, limit=8)", slope="x"),
    Row("mandelbrot", "smooth_times(c)"),
    Row("mandelbrot", "distances(c)", mixes=True),
    Row("mandelbrot", "coverage(times)", mixes=True),
    Row("mandelbrot", "draw(times)"),
    Row("n_body", "accelerations(positions, masses)", slope="masses"),
    Row("n_body", "accelerations(positions, masses, 0.1)", slope="positions"),
    Row("n_body", "leapfrog(masses, positions, velocities, steps=20)", slope="velocities"),
    Row("n_body", "energy(masses, positions, velocities)", slope="velocities"),
    Row("n_body", "angular_momentum(masses, positions, velocities)", slope="positions"),
    Row("n_body", "ranges(leapfrog(masses, positions, velocities, steps=20)[0])", slope="masses"),
    Row("pca", "fill_missing(data)", slope="data"),
    Row("pca", "PCA(2).fit(standardize(fill_missing(data))).components", slope="data"),
    Row("pca", "analyse(data)"),
    Row("transformer_block", "normalize(parameters['up'], parameters['scale'][0], 0.5) ** 2", slope="up"),
    Row("transformer_block", "forward(tokens, parameters)", slope="qkv"),
    Row("transformer_block", "loss(tokens, parameters)", slope="embedding"),
]


def load(program: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(program, FOLDER / f"{program}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def data_of(program: str) -> dict[str, Any]:
    """The program's data: ndarrays, and dicts of them."""
    functions = vars(load(program))
    return {name: eval(text, functions) for name, text in DATA[program].items()}


def each_array(value: Any, change: Callable[[Any], Any]) -> Any:
    """The same nest with its arrays changed."""
    if isinstance(value, (tuple, list)):
        return type(value)(each_array(item, change) for item in value)
    if isinstance(value, dict):
        return {key: each_array(item, change) for key, item in value.items()}
    return change(value) if isinstance(value, (np.ndarray, nt.Tensor)) else value


def evaluate(row: Row, data: dict[str, Any]) -> Any:
    return eval(row.text, {**vars(load(row.program)), **data})


def assert_equal(actual: Any, expected: Any) -> None:
    if isinstance(expected, dict):
        actual, expected = [actual[key] for key in expected], list(expected.values())
    if isinstance(expected, (tuple, list)):
        assert len(actual) == len(expected)
        for one, other in zip(actual, expected, strict=True):
            assert_equal(one, other)
    elif isinstance(expected, (np.ndarray, np.generic)):
        values = nt.collect(actual) if isinstance(actual, nt.Tensor) else actual
        assert values.dtype == expected.dtype
        np.testing.assert_allclose(values, expected, rtol=1e-9, atol=1e-11)
    else:
        assert actual == expected


def arrays_in(value: Any) -> list[Any]:
    if isinstance(value, (tuple, list)):
        return [array for item in value for array in arrays_in(item)]
    return [value] if isinstance(value, (np.ndarray, np.generic, nt.Tensor)) else []


def total(value: Any) -> Any:
    """The sum of all the floats in a result."""
    return sum(np.sum(array) for array in arrays_in(value) if array.dtype.kind == "f")


def test_every_program_has_rows() -> None:
    assert sorted(DATA) == PROGRAMS == sorted({row.program for row in ROWS})


@pytest.mark.parametrize("row", ROWS, ids=str)
def test_with_tensors(row: Row, dev: int) -> None:
    data = data_of(row.program)
    expected = evaluate(row, data)
    tensors = each_array(data, lambda x: nt.tensor(x, dev=dev))
    if row.mixes and dev >= 0:
        with pytest.raises(TypeError, match="collect"):
            evaluate(row, tensors)
        return
    actual = evaluate(row, tensors)
    assert_equal(actual, expected)
    if not row.mixes:
        assert {type(array) for array in arrays_in(actual)} <= {nt.Tensor}
    assert_equal(tensors, data_of(row.program))  # what the program was given stays as it was


def with_slope(row: Row, data: dict[str, Any], change: Callable[[Any], Any]) -> dict[str, Any]:
    """The data with the array changed that is differentiated by."""
    if row.slope in data:
        return {**data, row.slope: change(data[row.slope])}
    return {**data, "parameters": {**data["parameters"], row.slope: change(data["parameters"][row.slope])}}


@pytest.mark.parametrize("row", [row for row in ROWS if row.slope], ids=str)
def test_gradient(row: Row, dev: int) -> None:
    """Against differences along a direction; what mixes loses no gradient in silence, it raises."""
    data = data_of(row.program)
    array = data[row.slope] if row.slope in data else data["parameters"][row.slope]
    tensors = each_array(data, lambda x: nt.tensor(x, dev=dev))

    def summed(x: Any) -> Any:
        return total(evaluate(row, with_slope(row, tensors, lambda _: x)))

    if row.mixes:
        with pytest.raises(TypeError, match=r"gradient|collect"):
            nt.gradient(summed, nt.tensor(array, dev=dev))
        return
    slope = nt.collect(nt.gradient(summed, nt.tensor(array, dev=dev)))
    direction = np.random.default_rng(2).standard_normal(array.shape) * np.maximum(np.abs(array), 1e-3)
    direction[np.isnan(array)] = 0
    above, below = (
        total(evaluate(row, with_slope(row, data, lambda x, h=h: x + h * direction))) for h in (1e-6, -1e-6)
    )
    assert np.sum(slope * direction) == pytest.approx((above - below) / 2e-6, rel=1e-5, abs=1e-6)


def numbers_in(text: str) -> tuple[str, list[float]]:
    """The text without its numbers, and the numbers."""
    number = r"-?\d+\.?\d*(?:e[-+]?\d+)?"
    return re.sub(r"\s*" + number, "#", text), [float(found) for found in re.findall(number, text)]


@pytest.mark.parametrize("program", PROGRAMS)
def test_as_a_script(program: str, dev: int) -> None:
    """`python -m numtorch script.py` prints what `python script.py` prints."""
    script = str(FOLDER / f"{program}.py")
    printed = []
    for command in ([script], ["-m", "numtorch", "--dev", str(dev), script]):
        done = subprocess.run([sys.executable, *command], capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        printed.append(numbers_in(done.stdout))
    (expected, values), (actual, other) = printed
    assert actual == expected
    np.testing.assert_allclose(other, values, rtol=1e-4, atol=1e-12)
