"""Random numbers of numtorch's generators in compiled functions are those of eager mode, call by call."""

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest

import numtorch as nt
import numtorch.numpy as xp
from numtorch import CompileError, nn, tensor

from .uncompiled import differences, uncompiled

X = np.linspace(0.1, 1.0, 20).reshape(5, 4)


@pytest.fixture(autouse=True)
def without_a_compiler() -> Iterator[None]:
    with uncompiled():
        yield


def shuffled(rng: Any, x: Any) -> Any:
    y = x * 1
    rng.shuffle(y)
    return y


DRAWS: dict[str, Callable[[Any, Any], Any]] = {
    "normal": lambda rng, x: x + rng.normal(size=(5, 4)),
    "a number": lambda rng, x: x + rng.random(),
    "a parameter of the program": lambda rng, x: rng.normal(x, 0.1),
    "permutation": lambda rng, x: rng.permutation(x),
    "integers as indices": lambda rng, x: x[rng.integers(5, size=3)],
    "dropout": lambda rng, x: nn.dropout(x, 0.5, rng=rng),
    "several": lambda rng, x: sum(x * rng.random() for _ in range(3)),
    "choice": lambda rng, x: rng.choice(x, 3),
    "shuffle": shuffled,
}


@pytest.mark.parametrize("name", DRAWS)
def test_draws_are_those_of_eager_mode(name: str) -> None:
    use = DRAWS[name]
    rng, other = (xp.random.default_rng(3) for _ in range(2))
    compiled = nt.compile(lambda x: use(other, x))
    for _ in range(3):
        assert list(differences(use(rng, tensor(X)), compiled(tensor(X)))) == []
    assert compiled.signatures == 1


def test_the_generator_behind_the_module() -> None:
    compiled = nt.compile(lambda x: x * xp.random.rand(4))
    results = []
    for f in (lambda x: x * xp.random.rand(4), compiled):
        xp.random.seed(5)
        results.append([f(tensor(X)) for _ in range(2)])
    assert list(differences(*results)) == []


def test_a_generator_made_inside_begins_anew() -> None:
    compiled = nt.compile(lambda x: x + xp.random.default_rng(1).random((5, 4)))
    assert list(differences(compiled(tensor(X)), compiled(tensor(X)))) == []


def test_kernels_draw_as_in_eager_mode() -> None:
    f = lambda x: nn.dropout(x, 0.3)  # noqa: E731
    compiled = nt.compile(f)
    for seed in range(3):
        results = []
        for call in (f, compiled):
            nt.manual_seed(seed)
            results.append(call(tensor(X.astype("f"))))
        assert list(differences(*results)) == []


def test_a_draw_that_depends_on_the_program_is_refused() -> None:
    rng = xp.random.default_rng(0)
    with pytest.raises(CompileError, match="poisson takes 'lam'"):
        nt.compile(rng.poisson)(tensor(X))
