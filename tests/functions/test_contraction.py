"""The ways to contract that the host does not need, on the host."""

import numpy as np
import pytest

import numtorch as nt
from numtorch.functions.linalg.einsum import Term, _contract_by_broadcasting, contract

RANDOM = np.random.default_rng(0)


def term(shape: tuple[int, ...], labels: tuple[int, ...], dev: int) -> tuple[Term, np.ndarray]:
    values = RANDOM.integers(-5, 6, shape)
    return Term(nt.tensor(values, dev=dev), labels), values


@pytest.mark.parametrize("compute", [_contract_by_broadcasting, contract])
def test_integers(compute: object, dev: int) -> None:
    (a, x), (b, y), (c, z) = (
        term((2, 3), (0, 1), dev),
        term((3, 4), (1, 2), dev),
        term((4, 2, 5), (2, 0, 3), dev),
    )
    for output in [(0, 2), (2, 0), (2,), ()]:
        result = compute([a, b], output)  # type: ignore[operator]
        np.testing.assert_array_equal(nt.collect(result), np.einsum(x, [0, 1], y, [1, 2], list(output)))
    result = compute([a, b, c], (3, 0))  # type: ignore[operator]
    np.testing.assert_array_equal(
        nt.collect(result),
        np.einsum(x, [0, 1], y, [1, 2], z, [2, 0, 3], [3, 0]),
    )


def test_large_matrices_wrap_as_in_numpy(dev: int) -> None:
    a = RANDOM.integers(0, 2**63, (3, 4), np.uint64)
    b = RANDOM.integers(0, 2**63, (4, 2), np.uint64)
    np.testing.assert_array_equal(nt.collect(np.dot(nt.tensor(a, dev=dev), nt.tensor(b, dev=dev))), np.dot(a, b))
    c = RANDOM.integers(-128, 128, (3, 40), np.int8)
    np.testing.assert_array_equal(
        nt.collect(np.einsum("ij,kj", nt.tensor(c, dev=dev), nt.tensor(c, dev=dev))), np.einsum("ij,kj", c, c)
    )


def test_labels_run_out(dev: int) -> None:
    x = nt.tensor(np.ones((2,) * 20), dev=dev)
    assert np.einsum("...,...->...", x, x).shape == (2,) * 20
    assert np.tensordot(x, x, 20).item() == 2**20
