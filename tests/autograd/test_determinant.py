"""Gradients of det where there is no inverse: the cofactors are there all the same."""

import numpy as np
import pytest

import numtorch as nt


def of_rank(rank: int, n: int, complex_numbers: bool) -> np.ndarray:
    """Of small integers; the zero that elimination should meet is sometimes rounding's instead."""
    random = np.random.default_rng(0)

    def drawn(*shape: int) -> np.ndarray:
        real = random.integers(-2, 3, shape).astype(float)
        return real + 1j * random.integers(-2, 3, shape) if complex_numbers else real

    return drawn(n, rank) @ drawn(rank, n)


@pytest.mark.parametrize("complex_numbers", [False, True])
@pytest.mark.parametrize(("rank", "n"), [(rank, n) for n in (1, 2, 3, 4) for rank in range(n)])
def test_of_every_rank(rank: int, n: int, complex_numbers: bool, dev: int) -> None:
    nt.check_gradient(np.linalg.det, of_rank(rank, n, complex_numbers), dev=dev)


def test_singular_and_regular_matrices_in_one_stack(dev: int) -> None:
    stack = np.stack([np.eye(3), np.zeros((3, 3)), np.diag([1.0, 2.0, 0.0]), np.ones((3, 3))])
    nt.check_gradient(np.linalg.det, stack, dev=dev)


@pytest.mark.parametrize("scale", [1.0, 0.5 + 1j])
def test_of_a_large_singular_matrix(scale: complex, dev: int) -> None:
    a = scale * np.diag(np.append(np.ones(19), 0.0))[:, np.random.default_rng(0).permutation(20)]
    nt.check_gradient(np.linalg.det, a, order=1, dev=dev)
    with pytest.raises(NotImplementedError, match="second derivative of det of a singular matrix of 20 rows"):
        nt.check_gradient(np.linalg.det, a, dev=dev)


def test_in_single_precision(dev: int) -> None:
    a = nt.tensor(np.array([[1, 2], [2, 4]], np.float32), dev=dev)
    (g,) = nt.gradient(np.linalg.det, a)
    assert nt.collect(g).tolist() == [[4, -2], [-2, 1]]
