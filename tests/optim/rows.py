"""Every rule, with the oracle that it is held against and PyTorch's optimiser where the definitions agree."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from numtorch import optim as o
from tests.optim import oracles


@dataclass(frozen=True)
class Row:
    rule: o.Rule
    oracle: Callable[[], oracles.Oracle]
    torch: tuple[str, dict[str, Any]] | None = None
    complex: bool = True

    def __str__(self) -> str:
        return repr(self.rule).replace(" ", "")


def _row(
    rule: o.Rule, oracle: Callable[..., Any], *args: Any, torch: Any = None, complex: bool = True, **k: Any
) -> Row:
    return Row(rule, lambda: oracle(*args, **k), torch, complex)


BETA = (0.8, 0.95)

ROWS = [
    _row(o.Descent(), oracles.descent, torch=("SGD", {"lr": 0.1})),
    _row(o.Momentum(), oracles.momentum, torch=("SGD", {"lr": 0.01, "momentum": 0.9})),
    _row(o.Momentum(0.1, 0.5), oracles.momentum, 0.1, 0.5),
    _row(o.Nesterov(0.01), oracles.nesterov, 0.01, torch=("SGD", {"lr": 0.01, "momentum": 0.9, "nesterov": True})),
    _row(o.RMSProp(), oracles.rmsprop, torch=("RMSprop", {"lr": 0.001, "alpha": 0.9})),
    _row(
        o.RMSProp(0.01, 0.8, centred=True),
        oracles.rmsprop,
        0.01,
        0.8,
        centred=True,
        torch=("RMSprop", {"lr": 0.01, "alpha": 0.8, "centered": True}),
    ),
    _row(o.Rprop(0.01), oracles.rprop, 0.01, complex=False, torch=("Rprop", {"lr": 0.01})),
    _row(o.Rprop(0.1, gamma=(0.05, 0.13)), oracles.rprop, 0.1, gamma=(0.05, 0.13), complex=False),
    _row(o.Adam(), oracles.adam, torch=("Adam", {"lr": 0.001})),
    _row(
        o.Adam(0.1, BETA, 1e-3),
        oracles.adam,
        eta=0.1,
        beta=BETA,
        epsilon=1e-3,
        torch=("Adam", {"lr": 0.1, "betas": BETA, "eps": 1e-3}),
    ),
    _row(o.AdamW(), oracles.adamw, torch=("Adam", {"lr": 0.001})),
    _row(o.AdamW(0.1, lam=0.1), oracles.adamw, eta=0.1, lam=0.1, torch=("AdamW", {"lr": 0.1, "weight_decay": 0.1})),
    _row(o.AdamW(0.1, lam=0.1, couple=False), oracles.adamw, eta=0.1, lam=0.1, couple=False),
    _row(o.RAdam(0.1), oracles.radam, eta=0.1),
    _row(o.RAdam(0.1, BETA), oracles.radam, eta=0.1, beta=BETA),
    _row(o.NAdam(0.1), oracles.nadam, eta=0.1),
    _row(o.AdaMax(0.1), oracles.adamax, 0.1),
    _row(o.AdaMax(0.1, BETA, 1e-3), oracles.adamax, 0.1, BETA, 1e-3),
    _row(o.OAdam(), oracles.oadam),
    _row(o.AMSGrad(0.1, BETA), oracles.amsgrad, 0.1, BETA),
    _row(o.AdaBelief(0.01), oracles.adabelief, 0.01),
    _row(o.Lion(0.1, BETA), oracles.lion, 0.1, BETA),
    _row(o.AdaGrad(), oracles.adagrad),
    _row(o.AdaGrad(epsilon=0.0), oracles.adagrad, epsilon=0.0, torch=("Adagrad", {"lr": 0.1, "eps": 0.0})),
    _row(o.AdaDelta(), oracles.adadelta, torch=("Adadelta", {"lr": 1.0, "rho": 0.9, "eps": 1e-8})),
    _row(
        o.chain(o.WeightDecay(0.1), o.Descent()),
        lambda: oracles.chained(oracles.weight_decay(0.1), oracles.descent()),
        torch=("SGD", {"lr": 0.1, "weight_decay": 0.1}),
    ),
    _row(
        o.chain(o.WeightDecay(0.1), o.Adam()),
        lambda: oracles.chained(oracles.weight_decay(0.1), oracles.adam()),
        torch=("Adam", {"lr": 0.001, "weight_decay": 0.1}),
    ),
    _row(o.chain(o.Adam(), o.WeightDecay(0.1)), lambda: oracles.chained(oracles.adam(), oracles.weight_decay(0.1))),
    _row(o.chain(o.SignDecay(0.2), o.Descent()), lambda: oracles.chained(oracles.sign_decay(0.2), oracles.descent())),
    _row(
        o.chain(o.ClipGrad(0.3), o.Descent()),
        lambda: oracles.chained(oracles.clip_grad(0.3), oracles.descent()),
        complex=False,
    ),
    _row(o.chain(o.ClipNorm(0.5), o.Momentum()), lambda: oracles.chained(oracles.clip_norm(0.5), oracles.momentum())),
    _row(
        o.chain(o.ClipNorm(0.5, 1), o.Descent()),
        lambda: oracles.chained(oracles.clip_norm(0.5, 1.0), oracles.descent()),
    ),
    _row(
        o.chain(o.ClipNorm(0.5, float("inf")), o.Descent()),
        lambda: oracles.chained(oracles.clip_norm(0.5, float("inf")), oracles.descent()),
    ),
    _row(
        o.MixedPrecision(o.chain(o.WeightDecay(0.1), o.Adam())),
        lambda: oracles.chained(oracles.weight_decay(0.1), oracles.adam()),
    ),
]
