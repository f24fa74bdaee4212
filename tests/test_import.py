"""Loading libtorch: beside Python's torch in either order, and with a clear error when it cannot be."""

import importlib.metadata
import re
import subprocess
import sys

import pytest

from numtorch._libtorch import find_libtorch

USE_BOTH = """
x = numtorch.Tensor(2, 3) + 1
assert x.shape == (2, 3)
assert torch.ones(2, 3).add(1).sum().item() == 12
"""


def run(code: str) -> subprocess.CompletedProcess[str]:
    """Runs `code` in a Python of its own."""
    return subprocess.run([sys.executable, "-W", "error", "-c", code], capture_output=True, text=True, check=False)


def import_error(code: str) -> str:
    """The message of the ImportError that `import numtorch` ends with after `code`."""
    done = run(f"import sys, types\n{code}\ntry:\n    import numtorch\nexcept ImportError as error:\n    print(error)")
    assert done.returncode == 0, done.stderr
    assert done.stdout, "numtorch was imported without an error"
    return done.stdout


@pytest.mark.parametrize(
    "code",
    [
        pytest.param("import sys, numtorch\nassert 'torch' not in sys.modules", id="alone"),
        pytest.param(f"import torch, numtorch\n{USE_BOTH}", id="torch first"),
        pytest.param(f"import numtorch, torch\n{USE_BOTH}", id="torch second"),
        pytest.param(f"import numtorch\nnumtorch.Tensor(2) + 1\nimport torch\n{USE_BOTH}", id="torch after computing"),
    ],
)
def test_import_order(code: str) -> None:
    done = run(code)
    assert done.returncode == 0, done.stderr


def test_another_libtorch() -> None:
    installed = find_libtorch().version
    message = import_error("sys.modules['numtorch._build'] = types.SimpleNamespace(TORCH_VERSION='2.10.7')")
    assert "built against libtorch 2.10.7" in message
    assert f"torch {installed} is installed" in message
    assert "pip install torch==2.10.7" in message
    assert "pip install --no-build-isolation" in message


def test_no_torch() -> None:
    message = import_error("sys.modules['torch'] = None")
    assert "torch is not installed" in message
    assert f"pip install torch=={find_libtorch().public_version}" in message


@pytest.mark.parametrize("missing", ["numtorch._build", "numtorch._core"])
def test_not_built(missing: str) -> None:
    message = import_error(f"sys.modules[{missing!r}] = None")
    assert "numtorch._core" in message
    assert "not built" in message
    assert "pip install --no-build-isolation" in message


def test_metadata_pins_the_libtorch_built_against() -> None:
    from numtorch._build import TORCH_VERSION

    requirements = importlib.metadata.requires("numtorch") or []
    assert f"torch=={TORCH_VERSION}" in requirements
    assert [r for r in requirements if re.match(r"numpy\b", r) and "extra" not in r]
    assert TORCH_VERSION == find_libtorch().public_version


def test_training_is_imported_when_it_is_asked_for() -> None:
    script = (
        "import sys, numtorch as nt; before = set(sys.modules); nt.train.DataLoader; nt.optim.Adam; "
        "print(*sorted({'numtorch.optim', 'numtorch.train'} & (set(sys.modules) - before)))"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["numtorch.optim", "numtorch.train"]
