"""``python -m numtorch script.py`` runs a script of NumPy's on Tensors."""

import subprocess
import sys
from pathlib import Path

import pytest

import numtorch as nt
from numtorch.scripts import run_script


def run(folder: Path, script: str, *arguments: str, dev: int) -> subprocess.CompletedProcess[str]:
    file = folder / "script.py"
    file.write_text(script)
    command = [sys.executable, "-m", "numtorch", "--dev", str(dev), str(file), *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_script(tmp_path: Path, dev: int) -> None:
    (tmp_path / "helper.py").write_text("import numpy\n\n\ndef ones():\n    return numpy.ones(2)\n")
    done = run(
        tmp_path,
        "import sys\n"
        "import numpy as np\n"
        "import numpy.linalg\n"
        "from numpy import zeros, pi\n"
        "from numpy.fft import fft\n"
        "from helper import ones\n"
        "if __name__ == '__main__':\n"
        "    x = np.arange(3.0)\n"
        "    print(type(x).__module__, x.dev, isinstance(x, np.ndarray), sys.argv[1:])\n"
        "    print(x.sum(), zeros(2).dev, ones().dev, fft(x).dev, np.random.rand(2).dev, numpy.linalg.norm(x).dev)\n",
        "--flag",
        "7",
        dev=dev,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines() == [
        f"numtorch {dev} True ['--flag', '7']",
        f"3.0 {dev} {dev} {dev} {dev} {dev}",
    ]


def test_libraries_keep_numpy(tmp_path: Path, dev: int) -> None:
    script = "import numpy as np\nfrom scipy.special import _basic\nprint(type(_basic.np.zeros(1)).__module__)\n"
    done = run(tmp_path, script, dev=dev)
    assert done.stdout == "numpy\n", done.stderr


@pytest.mark.parametrize(
    ("script", "message"),
    [
        ("import numpy.nowhere", "No module named 'numpy.nowhere'"),
        ("from numpy import memmap", "numpy.memmap is not supported under python -m numtorch: a Tensor's memory"),
        ("from numpy import isnat", "numpy.isnat is not supported under python -m numtorch: libtorch has no"),
        ("import numpy as np\nnp.memmap('x')", "has no attribute 'memmap'"),
        ("raise SystemExit(3)", ""),
        ("1 / 0", "ZeroDivisionError"),
    ],
)
def test_what_cannot_be_done_is_said(script: str, message: str, tmp_path: Path, dev: int) -> None:
    done = run(tmp_path, script, dev=dev)
    assert done.returncode == (3 if "Exit" in script else 1)
    assert message in done.stderr


def test_no_file(dev: int) -> None:
    command = [sys.executable, "-m", "numtorch", "--dev", str(dev), "none.py"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert done.stderr == "python -m numtorch: there is no file 'none.py'\n"


def test_everything_is_put_back(tmp_path: Path, dev: int) -> None:
    file = tmp_path / "script.py"
    file.write_text("import numpy as np\nassert np.zeros(1).dev is not None\n1 / 0\n")
    before = sys.argv, sys.path[:], __import__
    with pytest.raises(ZeroDivisionError):
        run_script(str(file), [], dev)
    assert (sys.argv, sys.path[:], __import__) == before
    import numpy

    assert numpy.__name__ == "numpy"
    assert nt.Tensor(1).dev == -1


IMPORTS = """
from numpy.typing import NDArray, ArrayLike
import numpy.typing as npt
from numpy import typing
import numpy.exceptions; numpy.exceptions.AxisError
from numpy.exceptions import AxisError, ComplexWarning
import numpy.ma; numpy.ma.array([1, 2], mask=[0, 1])
import numpy.ma as ma
import numpy as np; np.ma.masked_array([1.0]); np.rec.array([(1, 2.0)]); np.char.upper(['a'])
from numpy import ma, rec, char, strings, ctypeslib
from numpy.ma import masked_array
import numpy.ma.mrecords
import numpy.lib.recfunctions as rfn
import numpy.lib.recfunctions; numpy.lib.recfunctions.append_fields
from numpy.lib import recfunctions, format, mixins, stride_tricks
from numpy.lib.format import write_array
from numpy.lib.mixins import NDArrayOperatorsMixin
from numpy.lib.array_utils import normalize_axis_index
from numpy.lib.stride_tricks import sliding_window_view, as_strided
from numpy.lib.scimath import sqrt
import numpy.polynomial.chebyshev as cheb; cheb.chebval(0.5, [1, 2])
from numpy.polynomial import Polynomial, chebyshev, Chebyshev; Polynomial([1, 2])(3)
from numpy.polynomial.legendre import leggauss
from numpy.polynomial.polynomial import polyval
import numpy.polynomial; numpy.polynomial.Polynomial([1.0])
from numpy.testing import assert_allclose
from numpy.ctypeslib import ndpointer
import numpy.ctypeslib as npct
import numpy.rec
import numpy.version; numpy.version.version
import numpy.dtypes as d; d.Float64DType
from numpy.random import default_rng, Generator, RandomState
import numpy.random.bit_generator
from numpy.linalg import LinAlgError, norm
from numpy.fft import fft
import numpy.f2py
"""


@pytest.mark.parametrize("line", IMPORTS.strip().splitlines())
def test_imports(line: str, tmp_path: Path) -> None:
    """What NumPy can import, a script can: NumPy's own module where none of this package's stands for it."""
    file = tmp_path / "script.py"
    file.write_text(f"{line}\n")
    run_script(str(file), [], -1)
