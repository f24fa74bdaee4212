"""Powers of complex numbers: by multiplication where NumPy multiplies, down to zeros and infinities."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import numtorch as nt
from tests.agreement import assert_same_bits, run

PARTS = (0.0, -0.0, 1.0, -1.0, 2.0, -2.5, np.inf, -np.inf, np.nan)
NUMBERS = (0, 1, 2, 3, 4, 5, -1, -2, -3, 0.5, 2.0, 1.5, -0.0, 99, 100, -99, 2 + 0j, 1j, -1 + 0.5j, np.inf, np.nan)
DTYPES = ("complex64", "complex128")
RTOL = {"complex64": 1e-4, "complex128": 1e-12}


def special(dtype: str) -> np.ndarray:
    return np.array([complex(a, b) for a in PARTS for b in PARTS], dtype)


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("n", NUMBERS, ids=str)
def test_by_one_number(dtype: str, n: Any, dev: int) -> None:
    z = special(dtype)
    with np.errstate(all="ignore"):
        expected = z**n
    assert_same_bits(expected, nt.tensor(z, dev=dev) ** n, RTOL[dtype])
    written = nt.tensor(z, dev=dev)
    written **= n
    assert_same_bits(expected, written, RTOL[dtype])


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("n", NUMBERS, ids=str)
@pytest.mark.parametrize("shape", [(81,), (1,), ()], ids=str)
def test_by_an_array(dtype: str, n: Any, shape: tuple[int, ...], dev: int) -> None:
    z, exponents = special(dtype), np.full(shape, n, dtype)
    with np.errstate(all="ignore"):
        expected = np.power(z, exponents)
    assert_same_bits(expected, np.power(nt.tensor(z, dev=dev), nt.tensor(exponents, dev=dev)), RTOL[dtype])


@pytest.mark.parametrize("dtype", DTYPES)
def test_by_all_exponents_at_once(dtype: str, dev: int) -> None:
    exponents = np.array(NUMBERS, dtype)
    z = special(dtype)[:, np.newaxis]
    with np.errstate(all="ignore"):
        expected = z**exponents
    assert_same_bits(expected, nt.tensor(z, dev=dev) ** nt.tensor(exponents, dev=dev), RTOL[dtype])


@pytest.mark.parametrize("dtype", DTYPES)
def test_imaginary_numbers_have_real_squares_and_their_roots(dtype: str, dev: int) -> None:
    z = np.array([12.3j, -12.3j, 1 + 1j, 2.0], dtype)
    x = nt.tensor(z, dev=dev)
    for result in (x**2, np.power(x, 2), np.square(x), x * x, np.float_power(x, 2).astype(dtype)):
        assert_same_bits((z**2).imag, result.imag)
    assert_same_bits(np.sqrt(z**2).real == 0, np.sqrt(x**2).real == 0)
    assert_same_bits(z, x**1)


@pytest.mark.parametrize("dtype", DTYPES)
def test_the_reciprocal_of_zero_is_no_number(dtype: str, dev: int) -> None:
    z = special(dtype)
    with np.errstate(all="ignore"):
        assert_same_bits(np.reciprocal(z), np.reciprocal(nt.tensor(z, dev=dev)), RTOL[dtype])


@settings(max_examples=60, deadline=None)
@given(
    n=st.integers(-99, 99),
    parts=st.lists(st.tuples(st.floats(-3, 3), st.floats(-3, 3)), min_size=1, max_size=9),
    as_array=st.booleans(),
)
def test_drawn(n: int, parts: list[tuple[float, float]], as_array: bool, dev: int) -> None:
    z = np.array([complex(*part) for part in parts])
    exponent = np.full(z.shape, n) if as_array else n
    with np.errstate(all="ignore"):
        expected = z**exponent
    actual = nt.collect(nt.tensor(z, dev=dev) ** (nt.tensor(exponent, dev=dev) if as_array else n))
    finite = np.isfinite(expected) & (np.abs(expected) > 1e-290) & (np.abs(expected) < 1e290)
    np.testing.assert_allclose(actual[finite], expected[finite], rtol=1e-12)


@pytest.mark.parametrize("n", [0, 1, 2, 3, 5, -1, -2, 0.5, 1.5, 1 + 1j], ids=str)
def test_gradients(n: Any, dev: int) -> None:
    z = nt.tensor(np.array([1.5 - 0.5j, -0.7 + 2j, 0.3j]), dev=dev)
    nt.check_gradient(lambda x: np.sum(np.abs(x**n) ** 2), z)
    exponents = nt.tensor(np.full(3, n, complex), dev=dev)
    nt.check_gradient(lambda x, p: np.sum(np.abs(x**p) ** 2), z, exponents)


def test_gradients_at_zero(dev: int) -> None:
    z = nt.tensor(np.array([0j, 2j]), dev=dev)
    for n in (1, 2, 3):
        (slope,) = nt.gradient(lambda x, n=n: np.sum((x**n).real), z)
        assert_same_bits(np.conj(n * np.array([0j, 2j]) ** (n - 1)) + 0, slope + 0)


def test_where_and_out(dev: int) -> None:
    z, mask = special("complex128")[:9], np.arange(9) % 2 == 0
    x, chosen = nt.tensor(z, dev=dev), nt.tensor(mask, dev=dev)
    with np.errstate(all="ignore"):
        expected = np.power(z, 2, out=z.copy(), where=mask)
    assert_same_bits(expected, np.power(x, 2, out=x.copy(), where=chosen))
    nt.check_gradient(
        lambda t: np.sum(np.abs(np.power(t, 2, out=t.copy(), where=chosen[:3])) ** 2),
        nt.tensor(np.array([1 + 2j, 2 - 1j, -0.5j]), dev=dev),
    )


def test_exponents_too_large(dev: int) -> None:
    for number in (10**400, -(10**400)):
        _, expected = run(lambda z, n=number: z**n, np.ones(2, complex))
        _, actual = run(lambda z, n=number: z**n, nt.tensor(np.ones(2, complex), dev=dev))
        assert type(actual) is type(expected)
