"""einops on Tensors: the same results as on ndarrays, and gradients."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest

import numtorch as nt
from numtorch.interop.einops import register
from tests.interop.rows import check, lines

einops = pytest.importorskip("einops")
register()

ROWS = lines("""
rearrange(x, 'a b c -> c (a b)')
rearrange(x, 'a b (c1 c2) -> (b c1) a c2', c1=2)
rearrange(x, '... c -> c ...')
rearrange(x, 'a b c -> a 1 b () c')
rearrange([x, x + 1], 'n a b c -> a (n b) c')
reduce(x, 'a b c -> b', 'sum')
reduce(x, 'a b c -> a 1 c', 'mean')
reduce(x, 'a b (c two) -> a c', 'max', two=2)
reduce(x, 'a ... -> a', 'min')
reduce(x, 'a b c -> ', 'prod')
reduce(x > 0, 'a b c -> a', 'any')
reduce(x > 0, 'a b c -> a', 'all')
reduce(x, 'a b c -> c a', lambda y, axes: y.sum(axes) + 1)
repeat(x, 'a b c -> a (b two) c', two=2)
repeat(x, 'a b c -> n a b c', n=3)
repeat(x[0, 0, 0, ...], ' -> n', n=3)
einsum(x, x, 'a b c, d b c -> a d')
einsum(x, 'a b b2 -> a')
pack([x, x[:, :1]], 'a * c')
unpack(x, [[1], [2]], 'a * c')
parse_shape(x, 'a _ c')
rearrange(x, 'a b c -> (a b d)')
rearrange(x, 'a b -> b a')
reduce(n, 'a b c -> a', 'mean')
reduce(n, 'a b c -> a', 'sum')
""")


def arrays() -> dict[str, np.ndarray]:
    return {"x": np.random.default_rng(0).standard_normal((2, 3, 4)), "n": np.arange(24).reshape(2, 3, 4)}


@pytest.mark.parametrize("text", ROWS)
def test_agrees_with_numpy(text: str, dev: int) -> None:
    check(text, vars(einops), arrays(), dev)


def test_comes_to_the_host_by_asnumpy(dev: int) -> None:
    x = np.arange(6.0)
    values = einops.asnumpy(nt.tensor(x, dev=dev))
    assert type(values) is np.ndarray
    np.testing.assert_array_equal(values, x)


@pytest.mark.parametrize(
    "text",
    [
        "rearrange(x, 'a b (c1 c2) -> (b c1) a c2', c1=2)",
        "reduce(x, 'a b c -> b', 'mean')",
        "reduce(x, 'a b (c two) -> a c', 'max', two=2)",
        "repeat(x, 'a b c -> a (b two) c', two=2)",
        "einsum(x, x, 'a b c, d b c -> a d')",
        "pack([x, x[:, :1]], 'a * c')[0]",
    ],
)
def test_gradient(text: str, dev: int) -> None:
    x = nt.tensor(np.random.default_rng(0).standard_normal((2, 3, 4)), dev=dev)
    nt.check_gradient(lambda x: np.sum(np.sin(eval(text, {**vars(einops), "x": x}))), x)


@pytest.mark.parametrize(
    "script",
    [
        "import einops, numtorch as nt; print(einops.reduce(nt.Tensor(2, 3), 'a b -> b', 'sum').shape)",
        "import numtorch as nt, numtorch.interop.einops, sys; assert 'einops' not in sys.modules; import einops; "
        "nt.interop.einops.register(); print(einops.reduce(nt.Tensor(2, 3), 'a b -> b', 'sum').shape)",
    ],
    ids=["einops first", "numtorch first"],
)
def test_registers(script: str) -> None:
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert done.stdout == "(3,)\n", done.stderr


@pytest.mark.parametrize("text", [text for text in ROWS if text.startswith(("rearrange(x", "reduce(x,", "repeat(x"))])
def test_by_the_array_namespace(text: str, dev: int) -> None:
    """einops.array_api knows no backends."""
    array_api = pytest.importorskip("einops.array_api")
    check(text, vars(array_api), {"x": arrays()["x"]}, dev)
