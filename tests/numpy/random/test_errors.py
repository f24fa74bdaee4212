"""Wrong arguments raise what NumPy raises, and leave the stream where it was."""

from __future__ import annotations

import numpy as np
import pytest

import numtorch as nt
import numtorch.numpy as nnp
from tests.numpy.random.test_bits import evaluate, tensors

WRONG = [
    *("rng.normal(scale=-v)", "rng.normal(v, 1, size=2)", "rng.normal(v, i[:2])", "rng.normal(size=-1)"),
    *("rng.normal(v * 1j)", "rng.beta(-v, 1)", "rng.uniform(np.inf, v)", "rng.poisson(-v)", "rng.binomial(i, v)"),
    *("rng.gamma('a')", "rng.zipf(v)", "rng.logseries(v + 1)", "rng.hypergeometric(i, j, 100)"),
    *("rng.triangular(v, 0, 1)", "rng.dirichlet(-v)", "rng.multinomial(5, v)", "rng.geometric(v)"),
    *("rng.shuffle(s)", "rng.shuffle(3)", "rng.permutation(s)", "rng.permutation('a')", "rng.choice(s)"),
    *("rng.choice(v, 4, replace=False)", "rng.choice(v, p=p[:2])", "rng.choice(v, p=v)", "rng.choice(e, 1)"),
    *("rng.choice(0)", "rng.choice(-1)", "rng.choice(2.5)", "rng.choice(v, -1)"),
]
GENERATOR = [
    *("rng.random(dtype=np.int64)", "rng.random(out=z)", "rng.random(3, out=o)", "rng.random(out=o[:, ::2])"),
    *("rng.random(out=[1.0])", "rng.integers(5, 2)", "rng.integers(0, 300, dtype=np.uint8)", "rng.integers(i, 2)"),
    *("rng.integers(5, dtype=float)", "rng.shuffle(x, 3)", "rng.shuffle(x, axis=-4)", "rng.permutation(x, 3)"),
    *("rng.permuted(x, axis=3)", "rng.permuted(x, out=o)", "rng.permuted(m, out=z)", "rng.permuted(x, out=[1])"),
    *("rng.choice(x, axis=3)", "rng.shuffle([1, 2], axis=1)", "rng.permuted(s)", "rng.standard_normal(dtype='f2')"),
    *("rng.multivariate_normal(v, c, method='x')", "rng.multivariate_normal(v, m)", "rng.spawn(-1)"),
    *("rng.standard_gamma(v, out=z)", "rng.standard_gamma(-v)"),
]  # fmt: skip
STATE = [
    *("rng.randint(5, 2)", "rng.rand(2.5)", "rng.randn(-1)", "rng.set_state(3)", "rng.set_state({'state': 1})"),
    *("rng.choice(x)", "rng.seed(-1)", "rng.seed('a')", "rng.seed(x[0])", "rng.permutation(x, 1)"),
]


def check_error(call: str, rng: object, ours: object) -> None:
    with pytest.raises(Exception) as theirs:  # noqa: PT011  # which is what NumPy says
        evaluate(call, rng, lambda a: a)
    with pytest.raises(theirs.type):
        evaluate(call, ours, tensors)


@pytest.mark.parametrize("call", [*WRONG, *GENERATOR])
def test_generator(call: str) -> None:
    ours = nnp.random.default_rng(5, dev=-1)
    check_error(call, np.random.default_rng(5), ours)


@pytest.mark.parametrize("call", [*WRONG, *STATE])
def test_state(call: str) -> None:
    check_error(call, np.random.RandomState(5), nnp.random.RandomState(5, dev=-1))


TRACKED = [
    "rng.beta(t, 2)",
    "rng.gamma(2, t)",
    "rng.poisson(t)",
    "rng.choice(2, p=t)",
    "rng.standard_t(t)",
    "rng.wald(t, 1)",
]


@pytest.mark.parametrize("call", TRACKED)
def test_a_gradient_without_a_formula_is_refused_with_the_reason(call: str) -> None:
    for rng in (nnp.random.default_rng(5, dev=-1), nnp.random.RandomState(5, dev=-1)):

        def drawn(t: nt.Tensor, rng: object = rng) -> object:
            return np.sum(eval(call, {"rng": rng, "t": t}))

        with pytest.raises(TypeError, match=r"a gradient depends on the argument '\w+'"):
            nt.gradient(drawn, np.array([0.5, 0.5]))


def test_a_tensor_of_another_device_is_named() -> None:
    class Elsewhere(nt.Tensor):
        dev = 3

    with pytest.raises(TypeError, match="'loc' is on device 3, and this generator draws on the CPU"):
        nnp.random.default_rng(1, dev=-1).normal(Elsewhere(2))


def test_a_device_that_is_not_there(dev: int) -> None:
    for make in (nnp.random.default_rng, nnp.random.RandomState):
        with pytest.raises(ValueError, match="there is no such device"):
            make(1, dev=nt.device_count()).random()
    with pytest.raises(TypeError, match="SeedSequence"):
        nnp.random.default_rng(1.5, dev=dev)
