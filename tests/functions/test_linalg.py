"""Linear algebra: each row gives the same on ndarrays and on Tensors."""

import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from numpy.linalg import LinAlgError

import numtorch as nt
from numtorch.functions.calls import registry
from numtorch.functions.linalg import decomposition, einsum, linalg, norm, solve
from numtorch.functions.linalg import products as dot
from numtorch.functions.reductions import covariance
from tests.ops import linalg as family
from tests.pairing import Row, check

RANDOM = np.random.default_rng(0)


@pytest.mark.parametrize("row", family.ROWS, ids=str)
def test_pairs(row: Row, dev: int) -> None:
    check(row, dev)


# ---- Precision: NumPy computes in float64, and so the results of float32 are right to the last bits ----

SPOILED = np.array([[1, 1, 1], [1, 1 + 1e-6, 1], [1, 1, 1 + 1e-6]])  # condition number about 1e7


@pytest.mark.parametrize("dtype", ["float32", "complex64"])
@pytest.mark.parametrize(
    "f",
    [
        np.linalg.inv,
        np.linalg.det,
        np.linalg.pinv,
        np.linalg.cond,
        np.linalg.svdvals,
        np.linalg.eigvalsh,
        np.linalg.cholesky,
        lambda x: np.linalg.solve(x, x[0] * 2 + x[1]),
        lambda x: np.linalg.lstsq(x, x[0] * 2 + x[1])[0],
    ],
)
def test_ill_conditioned_matrices(f: Callable[..., Any], dtype: str, dev: int) -> None:
    x = SPOILED.astype(dtype)
    expected = f(x)
    result = f(nt.tensor(x, dev=dev))
    assert result.dtype == expected.dtype
    np.testing.assert_allclose(nt.collect(result), expected, rtol=1e-6, atol=1e-7 * float(np.max(np.abs(expected))))


@pytest.mark.parametrize("dtype", ["float32", "float64", "complex64", "complex128"])
def test_rank_deficient_matrices(dtype: str, dev: int) -> None:
    x = (RANDOM.standard_normal((9, 3)) @ RANDOM.standard_normal((3, 5))).astype(dtype)
    b = RANDOM.standard_normal((9, 2)).astype(dtype)
    t, u = nt.tensor(x, dev=dev), nt.tensor(b, dev=dev)
    assert np.linalg.matrix_rank(t).item() == np.linalg.matrix_rank(x) == 3
    for rcond in (None, 1e-5):
        expected = np.linalg.lstsq(x, b, rcond)
        solution, residuals, rank, values = np.linalg.lstsq(t, u, rcond)
        assert rank.item() == expected[2]
        assert rank.dtype == np.int32
        assert residuals.shape == expected[1].shape
        tolerance = 1e-12 if dtype in ("float64", "complex128") else 1e-5
        np.testing.assert_allclose(nt.collect(values), expected[3], rtol=tolerance, atol=tolerance)
        if rcond is not None:
            np.testing.assert_allclose(nt.collect(solution), expected[0], rtol=tolerance, atol=tolerance)


@pytest.mark.parametrize("order", [None, 1, 2, 3, 1.5])
@pytest.mark.parametrize("axis", [None, 0, 1])
@pytest.mark.parametrize("tracked", [False, True])
def test_norms_of_many_numbers(order: Any, axis: int | None, tracked: bool, dev: int) -> None:
    x = np.full((1000, 1000) if axis is not None else 1_000_000, 0.1, np.float32)
    expected = 0.1 * (x.shape[axis] if axis is not None else x.size) ** (1 / (order or 2))
    found = []

    def f(t: Any) -> Any:
        found.append(nt.collect(np.linalg.norm(t, order, axis=axis)))
        return t.sum()

    if tracked:
        nt.gradient(f, nt.tensor(x, dev=dev))
    else:
        f(nt.tensor(x, dev=dev))
    np.testing.assert_allclose(found[0], expected, rtol=1e-4)


# ---- What eigenvectors and factors have to satisfy; their signs and phases are free ----


@pytest.mark.parametrize("dtype", ["float32", "float64", "complex64", "complex128"])
@pytest.mark.parametrize("shape", [(4, 4), (5, 3), (3, 5), (2, 4, 3), (2, 3, 4)])
def test_factors_multiply_to_the_matrix(dtype: str, shape: tuple[int, ...], dev: int) -> None:
    x = RANDOM.standard_normal(shape)
    x = (x + 1j * RANDOM.standard_normal(shape) if np.dtype(dtype).kind == "c" else x).astype(dtype)
    t = nt.tensor(x, dev=dev)
    small = (
        {"rtol": 1e-4, "atol": 1e-4} if np.dtype(dtype).itemsize in (4, 8) and dtype != "float64" else {"atol": 1e-12}
    )
    k = min(shape[-2:])
    for full in (True, False):
        u, s, vh = np.linalg.svd(t, full_matrices=full)
        np.testing.assert_allclose(nt.collect((u[..., :k] * s[..., None, :]) @ vh[..., :k, :]), x, **small)
    for mode in ("reduced", "complete"):
        q, r = np.linalg.qr(t, mode)
        np.testing.assert_allclose(nt.collect(q @ r), x, **small)
    if shape[-1] == shape[-2]:
        values, vectors = np.linalg.eig(t)
        np.testing.assert_allclose(nt.collect(t @ vectors), nt.collect(vectors * values[..., None, :]), **small)
        symmetric = t + np.conj(t).T
        for uplo in "LU":
            values, vectors = np.linalg.eigh(symmetric, uplo)
            np.testing.assert_allclose(
                nt.collect(vectors * values @ np.conj(vectors).T), nt.collect(symmetric), **small
            )
        u, s, vh = np.linalg.svd(symmetric, hermitian=True)
        np.testing.assert_allclose(nt.collect(u * s @ vh), nt.collect(symmetric), **small)


SHAPES = [
    (4, 3),
    (5, 3),
    (6, 4),
    (50, 30),
    (3, 4),
    (2, 3),
    (2, 5),
    (3, 20),
    (30, 60),
    (2, 3, 7),
    (2, 2, 4, 3),
    (3, 1),
    (3, 3),
]


@pytest.mark.parametrize("full", [True, False])
@pytest.mark.parametrize("dtype", ["float32", "float64", "complex64", "complex128"])
@pytest.mark.parametrize("shape", SHAPES)
def test_signs_of_singular_vectors(shape: tuple[int, ...], dtype: str, full: bool, dev: int) -> None:
    if dev != -1:
        pytest.skip("a GPU's signs are its own")
    x = np.random.default_rng(3).standard_normal(shape)
    x = (x + 1j * x[..., ::-1, :] ** 2 if np.dtype(dtype).kind == "c" else x).astype(dtype)
    expected = np.linalg.svd(x, full_matrices=full)
    tolerance = 1e-4 if np.dtype(dtype).itemsize == 4 or dtype == "complex64" else 1e-10
    for found, factor in zip(np.linalg.svd(nt.tensor(x), full_matrices=full), expected, strict=True):
        np.testing.assert_allclose(nt.collect(found), factor, atol=tolerance, rtol=tolerance)


@pytest.mark.parametrize("shape", [(3, 7), (7, 3), (4, 3), (3, 4), (2, 5)])
def test_gradients_of_singular_vectors(shape: tuple[int, int], dev: int) -> None:
    def f(x: Any) -> Any:
        u, s, vh = np.linalg.svd(x, full_matrices=False)
        return np.sum(u[:, 0] * s[0]) + np.sum(vh[0]) + np.sum(u @ vh)

    nt.check_gradient(f, nt.tensor(np.random.default_rng(4).standard_normal(shape), dev=dev), order=2)
    x = np.random.default_rng(5).standard_normal(shape)
    tracked = []
    nt.gradient(lambda t: tracked.append(nt.collect(f(t))) or f(t), nt.tensor(x, dev=dev))
    np.testing.assert_allclose(tracked[0], f(nt.tensor(x, dev=dev)).item(), rtol=1e-12)


def test_eigenvalues_are_real_where_all_are(dev: int) -> None:
    turn = nt.tensor([[0.0, -1.0], [1.0, 0.0]], dev=dev)
    for x, kind in ((np.eye(2), "f"), (turn, "c")):
        t = nt.tensor(x, dev=dev)
        assert np.linalg.eigvals(t).dtype.kind == np.linalg.eig(t)[0].dtype.kind == kind
        assert np.linalg.eig(t)[1].dtype.kind == kind
    assert np.linalg.eigvals(turn.astype(np.float32)).dtype == np.complex64


# ---- Messages that users match, and warnings ----

MESSAGES = {
    "Singular matrix": lambda x: np.linalg.inv(x * 0),
    "Matrix is not positive definite": lambda x: np.linalg.cholesky(-x),
    "Last 2 dimensions of the array must be square": lambda x: np.linalg.det(x[:1]),
    "1-dimensional array given. Array must be at least two-dimensional": lambda x: np.linalg.eigh(x[0]),
    "Array must not contain infs or NaNs": lambda x: np.linalg.eig(x * np.nan),
    "SVD did not converge": lambda x: np.linalg.svd(x * np.nan),
    "Eigenvalues did not converge": lambda x: np.linalg.eigvalsh(x * np.nan),
    "Incompatible dimensions": lambda x: np.linalg.lstsq(x, x[:1]),
    "cond is not defined on empty arrays": lambda x: np.linalg.cond(x[:0]),
}


@pytest.mark.parametrize("message", MESSAGES)
def test_messages_of_errors(message: str, dev: int) -> None:
    for x in (np.eye(3), nt.tensor(np.eye(3), dev=dev)):
        with pytest.raises(LinAlgError) as raised:
            MESSAGES[message](x)
        assert str(raised.value).startswith(message)


WARNED = {
    "cross": lambda x: np.cross(x, x),
    "qr full": lambda x: np.linalg.qr(x, "full"),
    "qr economic": lambda x: np.linalg.qr(x, "e"),
    "cov": lambda x: np.cov(x, ddof=2),
    "cov weights": lambda x: np.cov(x, fweights=[1, 1], ddof=3),
    "corrcoef": lambda x: np.corrcoef(x[:, :1]),
}


@pytest.mark.parametrize("name", WARNED)
def test_warnings(name: str, dev: int) -> None:
    def warned(x: Any) -> list[tuple[Any, str, str]]:
        with warnings.catch_warnings(record=True) as caught, np.errstate(all="ignore"):
            warnings.simplefilter("always")
            WARNED[name](x)
        return [(w.category, str(w.message), w.filename) for w in caught]

    x = np.array([[1.0, 2.0], [3.0, 5.0]])
    assert [w[:2] for w in warned(nt.tensor(x, dev=dev))] == [w[:2] for w in warned(x)]
    if name != "corrcoef":  # which asks cov, in NumPy as well
        assert {w[2] for w in warned(nt.tensor(x, dev=dev))} == {__file__}


# ---- Without any Tensor: the result is one, where numtorch.device says ----

MATRIX = [[2.0, 1.0], [1.0, 3.0]]
VECTOR = [1.0, 2.0, 4.0]
ARGUMENTS: dict[str, tuple[Any, ...]] = {
    "cross": (VECTOR, VECTOR),
    "einsum": ("ij,jk", MATRIX, MATRIX),
    "einsum_path": ("ij,jk", MATRIX, MATRIX),
    "matrix_power": (MATRIX, 2),
    "multi_dot": ([MATRIX, MATRIX, MATRIX],),
    "outer": (VECTOR, VECTOR),
    "tensorinv": (MATRIX, 1),
    "tensorsolve": (MATRIX, [1.0, 2.0]),
}
FAMILIES = (covariance, decomposition, dot, einsum, linalg, norm, solve)
HANDLERS = [
    (function, handler)
    for function, handler in registry.handled().items()
    if handler.__module__ in {module.__name__ for module in FAMILIES}
]


def leaves(value: Any) -> list[Any]:
    return [leaf for part in value for leaf in leaves(part)] if isinstance(value, (tuple, list)) else [value]


@pytest.mark.parametrize(("function", "handler"), HANDLERS, ids=[f.__qualname__ for f, _ in HANDLERS])
def test_lists_and_ndarrays_alone(function: Callable[..., Any], handler: Callable[..., Any], dev: int) -> None:
    if function is np.einsum_path:
        assert handler(*ARGUMENTS["einsum_path"]) == function(*ARGUMENTS["einsum_path"])
        return
    twice = {"dot", "vdot", "inner", "tensordot", "kron", "matmul", "vecdot", "solve", "lstsq"}
    name = function.__name__
    arguments = ARGUMENTS.get(name, (MATRIX, MATRIX) if name in twice else (MATRIX,))
    expected = leaves(function(*arguments))
    untouched = name in ("einsum", "multi_dot", "matrix_power", "tensorinv")
    arrays = arguments if untouched else tuple(map(np.array, arguments))
    for given in (arguments, arrays):
        with nt.device(dev):
            found = leaves(handler(*given))
        for one, other in zip(found, expected, strict=True):
            assert isinstance(one, nt.Tensor)
            assert one.dev == dev
            np.testing.assert_allclose(nt.collect(one), other, atol=1e-12)


# ---- einsum: what the rows do not compare ----


@pytest.mark.parametrize("order", ["C", "F", "A", "K", "f"])
def test_order_of_einsum(order: str, dev: int) -> None:
    a, b = RANDOM.standard_normal((3, 4)), RANDOM.standard_normal((4, 2))
    expected = np.einsum("ij,jk->ik", a, b, order=order)  # type: ignore[call-overload]
    found = np.einsum("ij,jk->ik", nt.tensor(a, dev=dev), nt.tensor(b, dev=dev), order=order)  # type: ignore[call-overload]
    np.testing.assert_allclose(nt.collect(found), expected)
    assert found.strides == expected.strides


def test_einsum_path_gives_back_the_operands(dev: int) -> None:
    a, b = nt.tensor(np.ones((2, 3)), dev=dev), nt.tensor(np.ones((3, 2)), dev=dev)
    operands, steps = np.einsum_path("ij,jk", a, b, einsum_call=True)  # type: ignore[call-overload]
    assert operands[0] is a
    assert operands[1] is b
    assert steps == np.einsum_path("ij,jk", np.ones((2, 3)), np.ones((3, 2)), einsum_call=True)[1]  # type: ignore[call-overload]
