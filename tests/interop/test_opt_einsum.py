"""opt_einsum on Tensors: it finds them by NumPy's protocols."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import numtorch as nt
from tests.interop.rows import check, lines

opt_einsum = pytest.importorskip("opt_einsum")

ROWS = lines("""
contract('ij,jk,kl->il', a, b, c)
contract('ij,jk,kl->il', a, b, c, optimize='optimal', backend='numpy')
contract('ij,kj,kl', a, b.T, c, optimize='greedy')
contract('bij,bjk->bik', x, x)
contract('ii->i', a @ b)
contract('...i,...i->...', x, x)
contract('ij,jk->', a, b)
contract('abc,cd,be->ade', x, a[:, :2], b[:3], memory_limit='max_input')
contract(a, ['i', 'j'], b, ['j', 'k'], ['k', 'i'])
contract_expression('ij,jk,kl->il', (3, 3), (3, 4), (4, 2))(a, b, c)
contract_expression('ij,jk,kl->il', a, (3, 4), c, constants=[0, 2])(b)
contract_path('ij,jk,kl->il', a, b, c)[0]
contract('ij,jk->ik', a, c)
""")


def arrays() -> dict[str, np.ndarray]:
    random = np.random.default_rng(0)
    shapes = {"a": (3, 3), "b": (3, 4), "c": (4, 2), "x": (2, 3, 3)}
    return {name: random.standard_normal(shape) for name, shape in shapes.items()}


@pytest.mark.parametrize("text", ROWS)
def test_agrees_with_numpy(text: str, dev: int) -> None:
    check(text, vars(opt_einsum), arrays(), dev)


@pytest.mark.parametrize("backend", ["numtorch", "numtorch.numpy", "auto"])
def test_backend(backend: str, dev: int) -> None:
    a, b, c, _ = arrays().values()
    on_device = [nt.tensor(array, dev=dev) for array in (a, b, c)]
    result = opt_einsum.contract("ij,jk,kl->il", *on_device, backend=backend)
    assert isinstance(result, nt.Tensor)
    np.testing.assert_allclose(nt.collect(result), a @ b @ c)
    expression = opt_einsum.contract_expression("ij,jk,kl->il", a.shape, b.shape, c.shape)
    np.testing.assert_allclose(nt.collect(expression(*on_device, backend=backend)), a @ b @ c)


def test_gradient(dev: int) -> None:
    a, b, c = (nt.tensor(array, dev=dev) for array in list(arrays().values())[:3])

    def f(a: Any, b: Any, c: Any) -> Any:
        return np.sum(opt_einsum.contract("ij,jk,kl->il", a, b, c) ** 2)

    nt.check_gradient(f, a, b, c)


def test_shares_intermediates(dev: int) -> None:
    a, b, c = (nt.tensor(array, dev=dev) for array in list(arrays().values())[:3])
    with opt_einsum.shared_intermediates() as shared:
        first = opt_einsum.contract("ij,jk,kl->il", a, b, c)
        second = opt_einsum.contract("ij,jk,kl->il", a, b, c)
    assert shared
    np.testing.assert_array_equal(nt.collect(first), nt.collect(second))
