"""Random numbers inside vmap: refused, other ones for each sample, or the same for all."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import numtorch as nt
import numtorch.numpy as tnp
from numtorch import nn
from numtorch.nn import layers

X = np.ones((6, 50))
NUMPYS = np.random.default_rng(3)

DRAWS = {
    "generator": lambda x, rng: rng.normal(size=x.shape),
    "one number": lambda x, rng: x[:3] * rng.random(),
    "integers": lambda x, rng: rng.integers(0, 1000, size=x.shape),
    "loc of a sample": lambda x, rng: rng.normal(x, 2.0),
    "scale of a sample": lambda x, rng: rng.exponential(x, size=(2, 50)),
    "uniform of a sample": lambda x, rng: rng.uniform(x * 0, x),
    "permutation": lambda _, rng: rng.permutation(50),
    "permutation of a sample": lambda x, rng: rng.permutation(np.cumsum(x)),
    "choice": lambda x, rng: rng.choice(np.cumsum(x), 5, replace=False),
    "legacy": lambda x, _rng: tnp.random.standard_normal(50) + x,
    "dropout": lambda x, _rng: nn.dropout(x, 0.5),
    "dropout with axes": lambda x, rng: nn.dropout(x, 0.5, axis=0, rng=rng),
    "dropout with NumPy's": lambda x, _rng: nn.dropout(x, 0.5, rng=NUMPYS),
    "dropout of what is the same": lambda x, _rng: nn.dropout(nt.tensor(np.ones(50)), 0.5) + x,
    "rrelu": lambda x, _rng: nn.rrelu(-x, training=True),
    "Dropout": lambda x, _rng: layers.trainmode(layers.Dropout(0.5))(x),
}


def mapped(name: str, dev: int, **options: Any) -> Any:
    rng = tnp.random.Generator(np.random.PCG64(1), dev=dev)
    return nt.vmap(lambda x: DRAWS[name](x, rng), **options)(nt.tensor(X, dev=dev))


@pytest.fixture
def on_cpu(dev: int) -> int:
    if dev != -1:
        pytest.skip("NumPy's bit streams are the CPU's")
    return dev


@pytest.mark.parametrize("name", DRAWS)
def test_by_default_drawing_raises(name: str, on_cpu: int) -> None:
    with pytest.raises(RuntimeError, match=r'^vmap: .*random numbers.*"different"'):
        mapped(name, on_cpu)


@pytest.mark.parametrize("name", DRAWS)
def test_others_for_each(name: str, on_cpu: int) -> None:
    rows = nt.collect(mapped(name, on_cpu, randomness="different"))
    assert len({row.tobytes() for row in rows}) == 6


@pytest.mark.parametrize("name", DRAWS)
def test_the_same_for_all(name: str, on_cpu: int) -> None:
    rows = nt.collect(mapped(name, on_cpu, randomness="same"))
    assert len({row.tobytes() for row in rows}) == 1
    chunks = nt.collect(mapped(name, on_cpu, randomness="same", chunk_size=4))
    assert len({row.tobytes() for row in chunks}) == 1


def test_the_numbers_are_those_of_a_loop(on_cpu: int) -> None:
    rng, again = (tnp.random.default_rng(5) for _ in range(2))
    rows = nt.vmap(lambda _: rng.gamma(2.0, size=3), randomness="different")(nt.tensor(X, dev=on_cpu))
    np.testing.assert_array_equal(nt.collect(rows), [nt.collect(again.gamma(2.0, size=3)) for _ in range(6)])


def test_nested(on_cpu: int) -> None:
    rng = tnp.random.default_rng(5)

    def drawn(outer: str, inner: str) -> Any:
        x = nt.tensor(np.ones((2, 3)), dev=on_cpu)
        every = nt.vmap(nt.vmap(lambda s: s * rng.random(), randomness=inner), randomness=outer)(x)
        return len(np.unique(nt.collect(every)))

    assert drawn("different", "different") == 6
    assert drawn("different", "same") == 2
    assert drawn("same", "different") == 3
    assert drawn("same", "same") == 1
    with pytest.raises(RuntimeError, match="vmap: random draws random numbers"):
        drawn("error", "same")


@pytest.mark.parametrize("name", ["generator", "dropout", "dropout with NumPy's", "legacy"])
def test_the_way_back_draws_the_same(name: str, on_cpu: int) -> None:
    rng = tnp.random.Generator(np.random.PCG64(1), dev=on_cpu)
    kept: list[Any] = []

    def loss(p: Any) -> Any:
        y = nt.vmap(lambda x: DRAWS[name](x * p, rng) * p, randomness="different")(nt.tensor(X, dev=on_cpu))
        kept.append(nt.collect(y))
        return np.sum(y)

    (g,) = nt.gradient(loss, 1.0)
    factor = 2 if "dropout" in name else 1
    shift = 2 * X.sum() - X.sum() if name == "legacy" else 0
    np.testing.assert_allclose(g, factor * kept[0].sum() + shift)


REFUSED = [
    (lambda x, rng: rng.gamma(x), "gamma: the argument 'shape' is another one for each sample"),
    (lambda x, rng: rng.shuffle(x), "shuffle writes into an array"),
    (lambda _, rng: rng.random(out=nt.tensor(np.ones(3))), "random writes into an array"),
    (lambda x, rng: rng.permuted(x), "permuted: the argument 'x' is another one for each sample"),
    (lambda _, rng: rng.choice(np.array(["a", "b"])), "choice draws <U1"),
]


@pytest.mark.parametrize(("draw", "text"), REFUSED)
def test_what_cannot_be_drawn_for_each_says_so(draw: Any, text: str, on_cpu: int) -> None:
    rng = tnp.random.default_rng(1)
    with pytest.raises(RuntimeError, match=f"vmap: {text}"):
        nt.vmap(lambda x: draw(x, rng), randomness="different")(nt.tensor(X, dev=on_cpu))


def test_shuffle_is_the_same_for_all(on_cpu: int) -> None:
    rng = tnp.random.default_rng(1)
    x = nt.tensor(np.stack([np.arange(9.0)] * 3), dev=on_cpu)
    nt.vmap(lambda row: rng.shuffle(row), randomness="same")(x)
    assert len({row.tobytes() for row in nt.collect(x)}) == 1
    assert not np.array_equal(nt.collect(x)[0], np.arange(9.0))
