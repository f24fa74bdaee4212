"""NumPy's functions of one shared RandomState, that of NumPy's own `numpy.random`.

`numpy.random.seed` and `numtorch.numpy.random.seed` are one: a library that draws with NumPy continues the stream.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from numtorch import _core
from numtorch.numpy.random.device import DeviceStream
from numtorch.numpy.random.drawing import Stream
from numtorch.numpy.random.host import CPU, Host, HostStream, seed_numbers
from numtorch.numpy.random.state import RandomState

__all__ = [
    "beta",
    "binomial",
    "bytes",
    "chisquare",
    "choice",
    "dirichlet",
    "exponential",
    "f",
    "gamma",
    "geometric",
    "get_state",
    "gumbel",
    "hypergeometric",
    "laplace",
    "logistic",
    "lognormal",
    "logseries",
    "multinomial",
    "multivariate_normal",
    "negative_binomial",
    "noncentral_chisquare",
    "noncentral_f",
    "normal",
    "pareto",
    "permutation",
    "poisson",
    "power",
    "rand",
    "randint",
    "randn",
    "random",
    "random_integers",
    "random_sample",
    "ranf",
    "rayleigh",
    "sample",
    "seed",
    "set_state",
    "shuffle",
    "standard_cauchy",
    "standard_exponential",
    "standard_gamma",
    "standard_normal",
    "standard_t",
    "triangular",
    "uniform",
    "vonmises",
    "wald",
    "weibull",
    "zipf",
]


class SharedStream:
    """Draws on the device that `numtorch.device` says at the time."""

    def __init__(self, host: Host) -> None:
        self.host = host
        self._streams: dict[int, Stream] = {CPU: HostStream(host)}

    @property
    def dev(self) -> int:
        """Device that the next draw is on."""
        return _core.default_dev()

    def draw(self, method: str, arguments: dict[str, Any]) -> Any:
        """What the method of that name draws."""
        dev = self.dev
        if dev not in self._streams:
            self._streams[dev] = DeviceStream(self.host, dev)
        return self._streams[dev].draw(method, arguments)


_shared = RandomState._of(SharedStream(np.random.mtrand._rand))

beta = _shared.beta
binomial = _shared.binomial
bytes = _shared.bytes
chisquare = _shared.chisquare
choice = _shared.choice
dirichlet = _shared.dirichlet
exponential = _shared.exponential
f = _shared.f
gamma = _shared.gamma
geometric = _shared.geometric
get_state = _shared.get_state
gumbel = _shared.gumbel
hypergeometric = _shared.hypergeometric
laplace = _shared.laplace
logistic = _shared.logistic
lognormal = _shared.lognormal
logseries = _shared.logseries
multinomial = _shared.multinomial
multivariate_normal = _shared.multivariate_normal
negative_binomial = _shared.negative_binomial
noncentral_chisquare = _shared.noncentral_chisquare
noncentral_f = _shared.noncentral_f
normal = _shared.normal
pareto = _shared.pareto
permutation = _shared.permutation
poisson = _shared.poisson
power = _shared.power
rand = _shared.rand
randint = _shared.randint
randn = _shared.randn
random = _shared.random
random_integers = _shared.random_integers
random_sample = _shared.random_sample
rayleigh = _shared.rayleigh
set_state = _shared.set_state
shuffle = _shared.shuffle
standard_cauchy = _shared.standard_cauchy
standard_exponential = _shared.standard_exponential
standard_gamma = _shared.standard_gamma
standard_normal = _shared.standard_normal
standard_t = _shared.standard_t
triangular = _shared.triangular
uniform = _shared.uniform
vonmises = _shared.vonmises
wald = _shared.wald
weibull = _shared.weibull
zipf = _shared.zipf


def seed(seed: Any = None) -> None:
    """NumPy's `seed`: restarts the shared stream, on every device."""
    np.random.seed(seed_numbers("seed", "seed", seed))  # noqa: NPY002  # this is it


def ranf(*args: Any, **kwargs: Any) -> Any:
    """NumPy's `ranf`, another name of `random_sample`."""
    return random_sample(*args, **kwargs)


def sample(*args: Any, **kwargs: Any) -> Any:
    """NumPy's `sample`, another name of `random_sample`."""
    return random_sample(*args, **kwargs)
