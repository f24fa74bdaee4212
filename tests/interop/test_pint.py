"""Quantities of pint that hold Tensors."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import numtorch as nt
from tests.interop.rows import check, lines

pint = pytest.importorskip("pint")

UNITS = pint.UnitRegistry()
ROWS = lines("""
q
q * s
2 * UNITS.second * q
x * q
y * s
x * UNITS.metre
q.to('cm')
q + 100 * UNITS.centimetre
q + s
q - q[0]
q / s
q ** 2
-q
abs(q)
q > 300 * UNITS.centimetre
q[1:, ::2]
q.T
q.reshape(4, 3)
q.sum()
q.mean(axis=0)
q.max(), q.min(), q.std()
np.sqrt(q)
np.sin(q)
np.sin(q / (1 * UNITS.metre))
np.exp(q)
np.hypot(q, 10 * q)
np.concatenate([q, q.to('km')])
np.stack([q, q])
np.clip(q, 100 * UNITS.centimetre, 5 * UNITS.metre)
np.dot(q, q.T)
q @ q.T
np.einsum('ij,ij->i', q, q)
np.linalg.solve(q @ q.T + 50 * UNITS.metre**2 * np.eye(3), q)
np.cross(q[:, :3], q[:, 1:])
np.interp(2.5 * UNITS.second, s[0], q[0])
np.cumsum(q, axis=1)
np.diff(q, axis=1)
np.gradient(q, axis=0)
np.broadcast_to(q, (2, 3, 4))
np.sort(q, axis=None)
np.median(q, axis=0)
np.percentile(q, 40)
np.isnan(q)
np.allclose(q, q.to('mm'))
np.trapezoid(q, s, axis=1)
q.check('[length]')
q.dimensionless
""")

# A Tensor comes first: it must leave the call to the Quantity. See tests/functions/test_deferring.py.
LEFT_TO_PINT = lines("""
np.where(q > 3 * UNITS.metre, q, 0 * UNITS.metre)
np.concatenate([x, q])
np.concatenate([x, q / (1 * UNITS.metre)])
np.dot(x, q.T)
""")


def quantity(name: str, array: Any) -> Any:
    units = {"q": "metre", "s": "second"}
    return UNITS.Quantity(array, units[name]) if name in units else array


def magnitudes(result: Any) -> Any:
    """The array and the units."""
    if isinstance(result, tuple):
        return tuple(map(magnitudes, result))
    return (result.magnitude, result.units) if isinstance(result, UNITS.Quantity) else result


def arrays() -> dict[str, np.ndarray]:
    random = np.random.default_rng(0)
    x, q = random.standard_normal((2, 3, 4))
    return {"x": x, "q": 5 * q, "s": np.sort(random.uniform(0, 9, (3, 4)), axis=1)}


@pytest.mark.parametrize("text", ROWS)
def test_agrees_with_numpy(text: str, dev: int) -> None:
    names = {"UNITS": UNITS, "y": 3 * np.ones((3, 4))}  # y remains an ndarray
    check(text, names, arrays(), dev, unwrap=magnitudes, wrap=quantity)


@pytest.mark.parametrize("text", LEFT_TO_PINT)
def test_leaves_the_call_to_pint(text: str, dev: int) -> None:
    check(text, {"UNITS": UNITS}, arrays(), dev, unwrap=magnitudes, wrap=quantity)


def test_in_place(dev: int) -> None:
    held = nt.tensor(np.arange(4.0), dev=dev)
    q = UNITS.Quantity(held, "metre")
    q[0] = 5 * UNITS.kilometre
    q += 1 * UNITS.metre
    assert q.magnitude is held
    np.testing.assert_array_equal(nt.collect(held), [5001, 2, 3, 4])
    q.ito("km")
    np.testing.assert_allclose(nt.collect(q.magnitude), [5.001, 0.002, 0.003, 0.004])


def test_gradient(dev: int) -> None:
    def energy(speed: Any) -> Any:
        return (0.5 * 3 * UNITS.kilogram * UNITS.Quantity(speed, "km/hour") ** 2).sum().to("joule").magnitude

    nt.check_gradient(energy, nt.tensor([10.0, 20.0], dev=dev))
