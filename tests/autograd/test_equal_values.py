"""Functions of eigenvectors and singular vectors where eigenvalues or singular values are equal, or 0.

What does not depend on the choice of the vectors has its gradient there, and its second derivative; what does has none:
NaN. Matrices of which one triangle is read have the gradient of that triangle.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import numtorch as nt
from numtorch import check_gradient, collect, gradient, tensor

_rng = np.random.default_rng(3)
WEIGHTS, OTHERS = _rng.normal(size=(2, 6, 6))
Array = np.ndarray[Any, Any]


def turned(values: list[float], is_complex: bool, rows: int | None = None, columns: int | None = None) -> Array:
    """A matrix with these singular values (or, if square, a Hermitian one with these eigenvalues)."""
    n = len(values)
    rng = np.random.default_rng(n)

    def unitary(m: int) -> Array:
        return np.linalg.qr(rng.normal(size=(m, m)) + (1j * rng.normal(size=(m, m)) if is_complex else 0))[0][:, :n]

    u = unitary(rows or n)
    v = unitary(columns) if columns else u
    return (u * np.array(values)) @ v.conj().T


def adjoint(a: Any) -> Any:
    return np.conj(np.swapaxes(a, -1, -2))


def weighed(a: Any) -> Any:
    """A number that depends on every element differently."""
    weights, others = (w[: a.shape[-2], : a.shape[-1]] for w in (WEIGHTS, OTHERS))
    return np.sum(np.real(a) * weights) + (np.sum(np.imag(a) * others) if a.dtype.kind == "c" else 0.0)


def of_spectrum(f: Callable[[Any], Any], uplo: str = "L") -> Callable[[Any], Any]:
    def run(a: Any) -> Any:
        w, v = np.linalg.eigh(0.5 * (a + adjoint(a)), uplo)
        return weighed((v * f(w)[..., None, :]) @ adjoint(v))

    return run


SPECTRA = [[1.0, 1], [1, 1, 2, 3], [2, 2, 2], [2, 2, 5, 5], [1, 1 + 1e-9, 3], [1, 1 + 1e-12, 2], [0, 0, 1]]


@pytest.mark.parametrize("is_complex", [False, True])
@pytest.mark.parametrize("values", SPECTRA, ids=str)
@pytest.mark.parametrize(
    "f", [np.exp, np.sin, lambda w: w, lambda w: 1 / (1 + w**2)], ids=["exp", "sin", "id", "cauchy"]
)
def test_functions_of_a_hermitian_matrix(values: list[float], f: Any, is_complex: bool, dev: int) -> None:
    check_gradient(of_spectrum(f), turned(values, is_complex), atol=1e-5, dev=dev)


def test_of_a_diagonal_matrix_and_of_a_stack(dev: int) -> None:
    check_gradient(of_spectrum(np.exp), np.diag([1.0, 1, 2]), atol=1e-5, dev=dev)
    check_gradient(of_spectrum(np.exp, "U"), np.zeros((2, 2)), atol=1e-5, dev=dev)
    check_gradient(of_spectrum(np.exp), np.stack([np.eye(3), turned([1, 2, 3], False)]), atol=1e-5, dev=dev)


def test_the_exponential_of_the_unit_matrix(dev: int) -> None:
    def expm(a: Any) -> Any:
        w, v = np.linalg.eigh(a)
        return np.sum((v * np.exp(w)) @ v.T)

    for dtype, near in ((np.float64, 1e-12), (np.float32, 1e-5)):
        (g,) = gradient(expm, tensor(np.eye(3, dtype=dtype), dev=dev))
        np.testing.assert_allclose(collect(g), np.full((3, 3), np.e), rtol=near)
        assert g.dtype == dtype


@pytest.mark.parametrize("is_complex", [False, True])
def test_projectors_onto_whole_spaces(is_complex: bool, dev: int) -> None:
    """Onto the vectors of equal values: together they do not depend on the choice."""

    def projector(a: Any) -> Any:
        v = np.linalg.eigh(0.5 * (a + adjoint(a)))[1][..., :2]
        return weighed(v @ adjoint(v))

    check_gradient(projector, turned([1, 1, 2, 3], is_complex), atol=1e-5, dev=dev)


SINGULAR: dict[str, Callable[..., Any]] = {
    "u s v": lambda u, s, vh: (u * s[..., None, :]) @ vh,
    "u s^3 v": lambda u, s, vh: (u * s[..., None, :] ** 3) @ vh,
    "u log(1 + s^2) u": lambda u, s, _: (u * np.log(1 + s * s)[..., None, :]) @ adjoint(u),
    "u v": lambda u, _, vh: u @ vh,
    "u u": lambda u, *_: u @ adjoint(u),
    "v v": lambda *usv: adjoint(usv[2]) @ usv[2],
    "v 1/s u": lambda u, s, vh: (adjoint(vh) / s[..., None, :]) @ adjoint(u),
}
AT_ZERO = ("u s v", "u s^3 v", "u log(1 + s^2) u")  # the others are not smooth there


@pytest.mark.parametrize("shape", [(3, 3), (4, 3), (3, 4)], ids=str)
@pytest.mark.parametrize("values", [[2.0, 1, 1], [2, 2, 2], [1, 1, 0], [1, 0, 0], [0, 0, 0]], ids=str)
@pytest.mark.parametrize("name", SINGULAR)
def test_functions_of_singular_vectors(name: str, values: list[float], shape: tuple[int, int], dev: int) -> None:
    if 0 in values and name not in AT_ZERO:
        pytest.skip("no derivative")
    for is_complex, full in ((False, False), (True, True)):

        def run(a: Any, full: bool = full) -> Any:
            u, s, vh = np.linalg.svd(a, full_matrices=full)
            return weighed(SINGULAR[name](u[..., :3], s, vh[..., :3, :]))

        check_gradient(run, turned(values, is_complex, *shape), order=1, atol=1e-5, dev=dev)
        if shape == (3, 3) and not is_complex:
            check_gradient(run, turned(values, is_complex, *shape), order=2, rtol=1e-4, atol=1e-4, dev=dev)


def test_functions_of_eigenvalues_that_are_not_sorted(dev: int) -> None:
    def run(a: Any) -> Any:
        w, v = np.linalg.eig(a)
        return weighed((v * np.exp(w)) @ np.linalg.inv(v))

    basis = np.random.default_rng(4).normal(size=(3, 3)) + 2 * np.eye(3)
    matrix = (basis * np.array([1.0, 1, 2])) @ np.linalg.inv(basis)
    check_gradient(run, matrix.astype(complex), order=1, rtol=1e-4, atol=1e-4, dev=dev)
    # Beside the unit matrix lie some without a basis of eigenvectors, where differences mean nothing.
    (g,) = gradient(run, tensor(np.eye(3) + 0j, dev=dev))
    np.testing.assert_allclose(collect(g), np.e * (WEIGHTS[:3, :3] + 1j * OTHERS[:3, :3]), rtol=1e-12)


def test_solutions_do_not_mind(dev: int) -> None:
    """pinv and lstsq do without the vectors' own gradients."""
    b = np.array([1.0, 2, 3])
    for a in (np.eye(3), 2 * turned([1, 1, 2], False)):
        check_gradient(lambda a: np.linalg.pinv(a), a, dev=dev)
        check_gradient(lambda a: np.linalg.lstsq(a, tensor(b, dev=dev))[0], a, dev=dev)
        check_gradient(lambda a: np.linalg.pinv(0.5 * (a + a.T), hermitian=True), a, dev=dev)


@pytest.mark.parametrize(
    ("f", "a"),
    [
        (lambda a: np.sum(np.linalg.eigh(a)[1][:, 0] * WEIGHTS[0, :3]), np.eye(3)),
        (lambda a: np.sum(np.linalg.eigh(a)[1][:, 0] ** 2 * WEIGHTS[0, :4]), turned([1, 1, 2, 3], False)),
        (lambda a: np.sum(np.linalg.svd(a)[0][:, 0] * WEIGHTS[0, :3]), 2 * np.eye(3)),
        (lambda a: np.sum(np.linalg.svd(a, full_matrices=False)[0] @ WEIGHTS[:3, :3]), turned([1, 0, 0], False, 4, 3)),
    ],
)
def test_what_depends_on_the_choice_has_no_gradient(f: Any, a: Array, dev: int) -> None:
    g = collect(gradient(f, tensor(a, dev=dev))[0])
    assert np.all(np.isnan(g[np.tril_indices(len(g), 0, g.shape[1])]))  # the other triangle may not be read


def test_vectors_that_are_told_apart_have_one(dev: int) -> None:
    """However near: the values part by more than rounding."""

    def first(a: Any) -> Any:
        return np.sum(np.linalg.eigh(a)[1][:, 0] ** 2 * np.array([1.0, 2]))

    (g,) = gradient(first, tensor(np.diag([1.0, 1 + 1e-6]) + np.array([[0, 1e-7], [1e-7, 0]]), dev=dev))
    assert 1e4 < np.max(np.abs(collect(g))) < 1e7


def test_only_what_is_needed_is_recorded(dev: int) -> None:
    """Nothing that is left over carries a history, and the gradient of a gradient is what it was."""
    (g,) = gradient(of_spectrum(np.exp), tensor(np.eye(2), dev=dev))
    assert nt._core.node_of(g) is None
    assert nt._core.scope_depth() == 0


# One triangle.

READ: dict[str, Callable[[Any], Any]] = {
    "eigvalsh": lambda a: np.sum(np.linalg.eigvalsh(a) ** 2),
    "eigvalsh U": lambda a: np.sum(np.linalg.eigvalsh(a, "U") ** 2),
    "eigh": lambda a: np.sum(np.linalg.eigh(a)[0] * np.array([1.0, 3, 5])),
    "eigh vectors": lambda a: np.sum(np.abs(np.linalg.eigh(a)[1]) ** 2 * WEIGHTS[:3, :3]),
    "eigh U vectors": lambda a: np.sum(np.abs(np.linalg.eigh(a, "U")[1]) ** 2 * WEIGHTS[:3, :3]),
    "cholesky": lambda a: weighed(np.linalg.cholesky(a)),
    "cholesky upper": lambda a: weighed(np.linalg.cholesky(a, upper=True)),
    "pinv": lambda a: weighed(np.linalg.pinv(a, hermitian=True)),
    "svd": lambda a: np.sum(np.linalg.svd(a, hermitian=True)[1] * np.array([1.0, 3, 5])),
}


@pytest.mark.parametrize("is_complex", [False, True])
@pytest.mark.parametrize("name", READ)
def test_the_triangle_that_is_read(name: str, is_complex: bool, dev: int) -> None:
    a = np.random.default_rng(5).normal(size=(3, 3)) + 5 * np.diag([1.0, 2, 3])
    a = a + 1j * np.random.default_rng(6).normal(size=(3, 3)) if is_complex else a
    check_gradient(READ[name], a, dev=dev, order=2)


@pytest.mark.parametrize("name", READ)
def test_a_hermitian_matrix_stays_one(name: str, dev: int) -> None:
    """Of a matrix that is Hermitian itself: spread over both triangles, with the same slope along Hermitian ones."""
    a = np.random.default_rng(5).normal(size=(3, 3)) * (1 + 1j)
    a = a + adjoint(a) + 10 * np.diag([1.0, 2, 3])
    g = collect(gradient(READ[name], tensor(a, dev=dev))[0])
    np.testing.assert_array_equal(g, adjoint(g))
    whole = collect(gradient(lambda a: READ[name](0.5 * (a + adjoint(a))), tensor(a, dev=dev))[0])
    np.testing.assert_allclose(g, whole, atol=1e-10)


def test_check_gradient_says_so() -> None:
    symmetric = np.diag([1.0, 2, 3]) + 0.1
    with pytest.raises(AssertionError, match="one triangle"):
        check_gradient(np.linalg.eigvalsh, symmetric)
    with pytest.raises(AssertionError) as error:
        check_gradient(lambda a: np.floor(a) + a * 1e-3 + nt.dropgrad(a), symmetric)
    assert "triangle" not in str(error.value)


def test_many_decompositions_beside_each_other(dev: int) -> None:
    stack = np.stack([turned([1, 1, 2], False), np.eye(3), np.zeros((3, 3)), turned([1, 2, 3], False)])
    check_gradient(lambda a: sum((of_spectrum(np.exp)(a[i]) for i in range(4)), start=0.0), stack, atol=1e-4, dev=dev)


def chain(count: int) -> Callable[[Any], Any]:
    def run(a: Any) -> Any:
        a = 0.5 * (a + a.T)
        for _ in range(count):
            w, v = np.linalg.eigh(a)
            a = (v * np.sin(w)) @ v.T
        return weighed(a)

    return run


@pytest.mark.parametrize("values", [[1.0, 1], [1.0, 1, 2]], ids=str)
def test_one_decomposition_after_the_other(values: list[float], dev: int) -> None:
    """Both with equal values: what the one reads of the way back goes through the other. It costs, so two will do."""
    a = turned(values, False)
    check_gradient(chain(2), a, order=1, rtol=1e-4, atol=1e-4, dev=dev)
    check_gradient(chain(3), a + np.diag([0, 0.3, 0.9][: len(a)]), order=1, rtol=1e-4, atol=1e-4, dev=dev)
    with pytest.raises(NotImplementedError, match="decompositions with equal values"):
        gradient(chain(3), tensor(a, dev=dev))
    with pytest.raises(NotImplementedError, match="decompositions with equal values"):
        nt.hessian(chain(2), tensor(a, dev=dev))


@pytest.mark.parametrize("values", [[1.0, 1, 2], [1.0, 1, 0], [1.0, 0, 0], [0.0, 0, 0]], ids=str)
def test_even_functions_of_values_alone(values: list[float], dev: int) -> None:
    a = turned(values, False)
    check_gradient(lambda a: np.sum(np.exp(np.linalg.eigvalsh(0.5 * (a + a.T)))), a, rtol=1e-4, atol=1e-4, dev=dev)
    for f in (lambda s: s**2, np.cosh):
        check_gradient(lambda a, f=f: np.sum(f(np.linalg.svdvals(a))), a, rtol=1e-4, atol=1e-4, dev=dev)
