"""Updates of arrays, gradients and what is kept, each in an order of its own: kernels for a whole step read across."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import numtorch as nt
from numtorch.optim import Adam, AdamW, Descent, Momentum, Nesterov, setup, update

SHAPE = (2, 3, 4, 5)
LAYOUTS: dict[str, Callable[[Any], Any]] = {
    "rows": nt.tensor,
    "columns": lambda a: nt.tensor(np.ascontiguousarray(a.T)).T,
    "channels last": lambda a: np.moveaxis(nt.tensor(np.ascontiguousarray(np.moveaxis(a, 1, -1))), -1, 1),
    "every second": lambda a: nt.tensor(np.repeat(a, 2, -1))[..., ::2],
}
GRADIENTS = {**LAYOUTS, "one number": lambda a: np.broadcast_to(nt.tensor(a[0, 0, 0, 0]), a.shape)}


@pytest.mark.parametrize("rule", [Descent(0.1), Momentum(0.1), Nesterov(0.1), Adam(0.1), AdamW(0.1)], ids=repr)
@pytest.mark.parametrize(("of_x", "of_g"), list(itertools.product(LAYOUTS, GRADIENTS)))
def test_every_pair_of_layouts(rule: Any, of_x: str, of_g: str) -> None:
    rng = np.random.default_rng(0)
    start, slopes = rng.normal(size=SHAPE), rng.normal(size=(4, *SHAPE))
    x, plain = LAYOUTS[of_x](start), nt.tensor(start)
    state, plain_state = setup(rule, x), setup(rule, plain)
    # What is kept has the order that the first gradients had; later ones come in another.
    for layout, slope in zip((of_g, of_g, "rows", of_g), slopes, strict=True):
        g = GRADIENTS[layout](slope)
        update(state, x, g)
        update(plain_state, plain, nt.tensor(nt.collect(g).copy()))
        np.testing.assert_allclose(nt.collect(x), nt.collect(plain), rtol=1e-12, atol=1e-12)
