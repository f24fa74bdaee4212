"""What the stream of a device reads from it: single numbers, and only where READS says why."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

import numtorch as nt
from numtorch import _core
from tests.core.test_transfers import CONVERSIONS
from tests.numpy.random import calls, orders
from tests.numpy.random.test_bits import evaluate, flat
from tests.numpy.random.test_device import generator, on, supported

# Methods that read a number though all their parameters are on the host.
READS = {
    "choice": "whether `p` are probabilities",
    "dirichlet": "whether `alpha` is negative",
    "hypergeometric": "whether all draws are accepted",
    "integers": "whether bounds that are arrays are in order, and in range",
    "multinomial": "whether `pvals` are probabilities",
    "multivariate_hypergeometric": "whether all draws are accepted",
    "multivariate_normal": "whether `cov` is a covariance",
    "negative_binomial": "whether all draws are accepted",
    "noncentral_chisquare": "whether all draws are accepted",
    "noncentral_f": "whether all draws are accepted",
    "poisson": "whether all draws are accepted, for rates from 64",
    "vonmises": "whether all draws are accepted",
    "zipf": "whether all draws are accepted",
}
FEW = 3  # for the checks of parameters that are Tensors


@pytest.fixture
def reads(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The sizes of what goes to the host."""
    sizes: list[int] = []

    def counting(original: Callable[..., Any]) -> Callable[..., Any]:
        def count(x: Any, *args: Any, **kwargs: Any) -> Any:
            sizes.append(x.size)
            return original(x, *args, **kwargs)

        return count

    for name in CONVERSIONS:
        monkeypatch.setattr(nt.Tensor, name, counting(getattr(nt.Tensor, name)))
    monkeypatch.setattr(_core, "collect", counting(_core.collect))
    return sizes


@pytest.mark.parametrize("call", supported(flat(calls.BOTH, orders.GENERATOR)))
def test_reads(call: str, dev: int, reads: list[int]) -> None:
    names = calls.operands()
    evaluate(call, generator(5, dev), on(dev))
    assert set(reads) <= {1}
    if any(call.startswith(f"rng.{name}(") for name in READS):
        return
    given = any(name in compile(call, "", "eval").co_names for name in names)
    assert len(reads) <= (FEW if given else 0)
