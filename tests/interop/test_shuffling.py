"""Whoever shuffles a Tensor keeps its rows, or says that it cannot."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import numtorch as nt
import numtorch.numpy as xp
from tests.versions import since

ROWS = np.arange(10.0).reshape(5, 2)
SHUFFLES = {
    "default_rng().shuffle": lambda x: np.random.default_rng(0).shuffle(x),
    "Generator(PCG64()).shuffle": lambda x: np.random.Generator(np.random.PCG64(0)).shuffle(x),
    "RandomState.shuffle": lambda x: np.random.RandomState(0).shuffle(x),
    "random.shuffle": lambda x: np.random.shuffle(x),  # noqa: NPY002
    "shuffle along an axis": lambda x: np.random.default_rng(0).shuffle(x, axis=1),
}


@pytest.mark.parametrize("shape", [(5, 2), (10,)], ids=str)
@pytest.mark.parametrize("shuffle", SHUFFLES.values(), ids=SHUFFLES)
def test_numpys_shuffle_refuses(shuffle: Callable[[Any], None], shape: tuple[int, ...], dev: int) -> None:
    x = nt.tensor(ROWS.reshape(shape), dev=dev)
    with pytest.raises(TypeError, match=r"numtorch\.numpy\.random\.default_rng"):
        shuffle(x)
    np.testing.assert_array_equal(nt.collect(x), ROWS.reshape(shape))


@pytest.mark.parametrize("shuffle", SHUFFLES.values(), ids=SHUFFLES)
def test_other_sequences_are_shuffled(shuffle: Callable[[Any], None]) -> None:
    numbers = np.arange(10).reshape(5, 2)
    shuffle(numbers)
    assert sorted(numbers.ravel().tolist()) == list(range(10))


def test_lists_are_shuffled() -> None:
    numbers = list(range(5))
    np.random.default_rng(0).shuffle(numbers)
    assert sorted(numbers) == list(range(5))


def sorted_rows(x: Any) -> list[Any]:
    return sorted(map(tuple, nt.collect(x).tolist()))


@pytest.mark.parametrize(
    "hint", ["xp.random.default_rng(0).shuffle(x)", "x[...] = x[rng.permutation(len(x))]"], ids=["shuffle", "index"]
)
def test_what_the_message_says_keeps_all_rows(hint: str, dev: int) -> None:
    x = nt.tensor(ROWS, dev=dev)
    exec(hint, {"xp": xp, "x": x, "rng": np.random.default_rng(0)})
    assert sorted_rows(x) == sorted_rows(nt.tensor(ROWS))


@since("2.0.0", "")
@pytest.mark.parametrize("draw", ["permutation(x)", "permuted(x)", "choice(x, 5, replace=False)"])
def test_numpys_draws_are_ndarrays(draw: str, dev: int) -> None:
    x = nt.tensor(ROWS, dev=dev)
    rng = np.random.default_rng(0)
    if dev >= 0:
        with pytest.raises(TypeError):
            eval(f"rng.{draw}", {"rng": rng, "x": x})
        return
    drawn = eval(f"rng.{draw}", {"rng": rng, "x": x})
    assert isinstance(drawn, np.ndarray)
    assert sorted(drawn.ravel().tolist()) == list(range(10))
    np.testing.assert_array_equal(nt.collect(x), ROWS)


def test_pythons_shuffle_of_numbers(dev: int) -> None:
    """Of one axis: NumPy's rows are views, which Python's own shuffle loses of ndarrays too."""
    x = nt.tensor(np.arange(10.0), dev=dev)
    random.Random(0).shuffle(x)
    assert sorted(x.tolist()) == list(range(10))


def test_sklearns_shuffle(dev: int) -> None:
    utils = pytest.importorskip("sklearn.utils")
    if dev >= 0:
        pytest.skip("scikit-learn indexes arrays on the host")
    assert sorted_rows(utils.shuffle(nt.tensor(ROWS), random_state=0)) == sorted_rows(nt.tensor(ROWS))
