"""Rules that train models: those of Optimisers.jl, on Tensors and on ndarrays, in place."""

from typing import NoReturn as _NoReturn

from numtorch.optim.adam import Adam, AdaMax, AdamW, NAdam, RAdam
from numtorch.optim.adaptive import AdaDelta, AdaGrad, RMSProp
from numtorch.optim.arrays import Arrays
from numtorch.optim.clipping import ClipGlobalNorm
from numtorch.optim.descent import Descent, Lion, Momentum, Nesterov, Rprop
from numtorch.optim.mixed import LossScaler, MixedPrecision
from numtorch.optim.modifiers import (
    AccumGrad,
    ClipGrad,
    ClipNorm,
    OptimiserChain,
    SignDecay,
    WeightDecay,
    chain,
)
from numtorch.optim.rule import Rule
from numtorch.optim.saving import load_state, state_arrays, state_settings
from numtorch.optim.schedules import (
    Cosine,
    Exponential,
    Inverse,
    OneCycle,
    Polynomial,
    Schedule,
    Sequence,
    Step,
    Triangle,
)
from numtorch.optim.state import Leaf, adjust, freeze, setup, thaw
from numtorch.optim.update import update
from numtorch.optim.variants import AdaBelief, AMSGrad, OAdam
from numtorch.spellings import OPTIM as _ELSEWHERE
from numtorch.spellings import no_attribute as _no_attribute

__all__ = [
    "AMSGrad",
    "AccumGrad",
    "AdaBelief",
    "AdaDelta",
    "AdaGrad",
    "AdaMax",
    "Adam",
    "AdamW",
    "Arrays",
    "ClipGlobalNorm",
    "ClipGrad",
    "ClipNorm",
    "Cosine",
    "Descent",
    "Exponential",
    "Inverse",
    "Leaf",
    "Lion",
    "LossScaler",
    "MixedPrecision",
    "Momentum",
    "NAdam",
    "Nesterov",
    "OAdam",
    "OneCycle",
    "OptimiserChain",
    "Polynomial",
    "RAdam",
    "RMSProp",
    "Rprop",
    "Rule",
    "Schedule",
    "Sequence",
    "SignDecay",
    "Step",
    "Triangle",
    "WeightDecay",
    "adjust",
    "chain",
    "freeze",
    "load_state",
    "setup",
    "state_arrays",
    "state_settings",
    "thaw",
    "update",
]


def __getattr__(name: str) -> _NoReturn:
    """Says what a name of other libraries is called here."""
    raise _no_attribute(f"module {__name__!r}", name, _ELSEWHERE)
