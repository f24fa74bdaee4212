"""Saved programs: they run without Python's torch, and refuse what they were not made for."""

import shutil
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import numtorch as nt
import numtorch.numpy as xp
from numtorch import CompileError, collect, tensor

pytestmark = pytest.mark.skipif(shutil.which("g++") is None, reason="needs a C++ compiler")

X = np.linspace(0.0, 1.0, 12).reshape(4, 3)
WEIGHT = tensor(np.arange(3.0))


def wave(x: Any, k: float, options: dict[str, Any]) -> Any:
    return {"y": np.sin(x) * k + WEIGHT, "z": (x @ options["m"], None, 3)}


@pytest.fixture(scope="module")
def saved(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("programs") / "wave.nt"
    nt.compile(wave).save(path, tensor(X), 2.0, {"m": tensor(X.T.copy())})
    return path


ALONE = """
import sys
import numpy as np
import numtorch as nt
import numtorch.numpy as xp
f = nt.load(sys.argv[1])
x = np.linspace(0.0, 1.0, 12).reshape(4, 3)
result = f(nt.tensor(x), 2.0, {"m": nt.tensor(x.T.copy())})
np.testing.assert_allclose(nt.collect(result["y"]), np.sin(x) * 2 + np.arange(3.0))
np.testing.assert_allclose(nt.collect(result["z"][0]), x @ x.T)
assert result["z"][1:] == (None, 3)
assert "torch" not in sys.modules
"""


def test_a_saved_program_runs_without_torch_and_a_compiler(saved: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", ALONE, str(saved)], env={"PATH": ""}, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr


def test_other_arguments_are_refused_by_name(saved: Path) -> None:
    f = nt.load(saved)
    options = {"m": tensor(X.T.copy())}
    for args in (
        (tensor(X), 3.0, options),
        (tensor(X[:2]), 2.0, options),
        (tensor(X.astype("f")), 2.0, options),
        (tensor(X.T.copy()).T, 2.0, options),
        (tensor(X), 2.0),
        (X, 2.0, options),
    ):
        with pytest.raises(TypeError, match=r"wave\.nt takes \(float64\[4, 3\], 2\.0, "):
            f(*args)
    assert "float64[4, 3]" in repr(f)


def test_damaged_and_foreign_files_are_value_errors(saved: Path, tmp_path: Path) -> None:
    whole = saved.read_bytes()
    for name, content in {"half": whole[: len(whole) // 2], "empty": b"", "text": b"import os"}.items():
        path = tmp_path / name
        path.write_bytes(content)
        with pytest.raises(ValueError, match="load: "):
            nt.load(path)
    changed = tmp_path / "changed.nt"
    with zipfile.ZipFile(saved) as old, zipfile.ZipFile(changed, "w") as new:
        new.writestr("program.json", old.read("program.json"))
        new.writestr("program.so", old.read("program.so")[:-1] + b"?")
    with pytest.raises(ValueError, match="damaged"):
        nt.load(changed)
    other = tmp_path / "other.nt"
    with zipfile.ZipFile(saved) as old, zipfile.ZipFile(other, "w") as new:
        new.writestr("program.json", old.read("program.json").replace(b'"machine": "', b'"machine": "z'))
        new.writestr("program.so", old.read("program.so"))
    with pytest.raises(ValueError, match="processor"):
        nt.load(other)
    with pytest.raises(FileNotFoundError):
        nt.load(tmp_path / "nothing.nt")


def test_what_no_file_can_hold_is_refused(tmp_path: Path) -> None:
    w = tensor(X.copy())

    def writes(x: Any) -> Any:
        w[0] = x[0]
        return w + x

    with pytest.raises(CompileError, match="writes to Tensors that it holds"):
        nt.compile(writes).save(tmp_path / "a.nt", tensor(X))
    rng = xp.random.default_rng(0)
    with pytest.raises(CompileError, match="draws random numbers"):
        nt.compile(lambda x: x + rng.random(x.shape)).save(tmp_path / "d.nt", tensor(X))
    with pytest.raises(CompileError, match="draws random numbers"):
        nt.compile(lambda x: x + rng.random(x.shape), freeze=True)(tensor(X))
    with pytest.raises(CompileError, match="no file can hold"):
        nt.compile(lambda x: (x + 1, object)).save(tmp_path / "b.nt", tensor(X))
    with pytest.raises(TypeError, match="save: a saved program takes"):
        nt.compile(lambda x, _: x + 1).save(tmp_path / "c.nt", tensor(X), len)


def test_a_frozen_model_folds_and_notices_changes() -> None:
    weight, shift = tensor(np.ones((3, 2))), tensor(np.zeros(2))
    f = nt.compile(lambda x: x @ weight + shift, freeze=True)
    np.testing.assert_allclose(collect(f(tensor(X))), X @ np.ones((3, 2)))
    f(tensor(X))
    assert f.signatures == 1
    weight *= 2
    np.testing.assert_allclose(collect(f(tensor(X))), X @ np.full((3, 2), 2.0))
    assert f.signatures == 2
