"""Distributions of real numbers on a device: closed forms in standard draws."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from numtorch._core import Tensor
from numtorch.functions.calls.arguments import xp
from numtorch.numpy.random.device.discrete import poisson
from numtorch.numpy.random.device.rejection import accepted
from numtorch.numpy.random.device.source import Shape, Source

__all__ = ["CONTINUOUS"]

# NumPy's bounds for vonmises: uniform below, expanded at, a wrapped normal above these concentrations.
FLAT, ALMOST_FLAT, SHARP = 1e-8, 1e-5, 1e6


def _chisquare(s: Source, n: Shape, df: Any) -> Tensor:
    return 2 * s.gamma(n, df / 2)


def _noncentral_chisquare(s: Source, n: Shape, df: Any, nonc: Any) -> Tensor:
    # A mixture of chi-squares.
    return _chisquare(s, n, s.filled(n, df) + 2 * poisson(s, n, nonc / 2))


def _beta(s: Source, n: Shape, a: Any, b: Any) -> Tensor:
    # Quotients of gammas, in logarithms: small shapes give gammas that underflow.
    return 1 / (1 + xp.exp(s.log_gamma(n, b) - s.log_gamma(n, a)))


def _laplace(s: Source, n: Shape, loc: Any, scale: Any) -> Tensor:
    return loc + scale * (s.exponential(n) - s.exponential(n))


def _logistic(s: Source, n: Shape, loc: Any, scale: Any) -> Tensor:
    return loc + scale * xp.log(s.exponential(n) / s.exponential(n))


def _standard_t(s: Source, n: Shape, df: Any) -> Tensor:
    return s.normal(n) * xp.sqrt(df / _chisquare(s, n, df))


def _triangular(s: Source, n: Shape, left: Any, mode: Any, right: Any) -> Tensor:
    u = s.uniform(n)
    width = right - left
    rising = left + xp.sqrt(u * width * (mode - left))
    falling = right - xp.sqrt((1 - u) * width * (right - mode))
    return xp.where(u <= (mode - left) / width, rising, falling)


def _vonmises(s: Source, n: Shape, mu: Any, kappa: Any) -> Tensor:
    """Best and Fisher's rejection from a wrapped Cauchy. Waits for the device, until all draws are accepted."""
    concentration = s.filled(n, kappa)
    flat, sharp = concentration < FLAT, concentration > SHARP
    settled = xp.logical_not(xp.logical_and(concentration >= FLAT, concentration <= SHARP))
    k = xp.where(settled, 1.0, concentration)
    root = 1 + xp.sqrt(1 + 4 * k * k)
    rho = (root - xp.sqrt(2 * root)) / (2 * k)
    r = xp.where(k < ALMOST_FLAT, 1 / k + k, (1 + rho * rho) / (2 * rho))

    def propose() -> tuple[Tensor, Tensor]:
        z = xp.cos(math.pi * s.uniform(n))
        cosine = (1 + r * z) / (r + z)
        y = k * (r - cosine)
        good = xp.log(y / (1 - s.uniform(n))) + 1 - y >= 0
        return cosine, xp.logical_or(good, settled)

    angle = xp.arccos(xp.clip(accepted(propose), -1.0, 1.0)) * xp.sign(s.uniform(n) - 0.5)
    even = 2 * math.pi * s.uniform(n) - math.pi
    narrow = s.normal(n) / xp.sqrt(xp.maximum(concentration, SHARP))
    turned = mu + xp.where(flat, even, xp.where(sharp, narrow, angle))
    wrapped = (turned + math.pi) % (2 * math.pi) - math.pi
    return xp.where(xp.isnan(concentration), concentration, wrapped)


def _wald(s: Source, n: Shape, mean: Any, scale: Any) -> Tensor:
    # The smaller root of Michael, Schucany and Haas, written without the difference of near numbers.
    w = mean * s.normal(n) ** 2 / (2 * scale)
    small = mean / (1 + w + xp.sqrt(w * (w + 2)))
    return xp.where(s.uniform(n) * (mean + small) <= mean, small, mean * (mean / small))


def _weibull(s: Source, n: Shape, a: Any) -> Tensor:
    a = s.filled(n, a)
    return xp.where(a == 0, 0, s.exponential(n) ** (1 / xp.where(a == 0, 1, a)))


def _f(s: Source, n: Shape, dfnum: Any, dfden: Any) -> Tensor:
    return (_chisquare(s, n, dfnum) / dfnum) / (_chisquare(s, n, dfden) / dfden)


def _noncentral_f(s: Source, n: Shape, dfnum: Any, dfden: Any, nonc: Any) -> Tensor:
    return (_noncentral_chisquare(s, n, dfnum, nonc) / dfnum) / (_chisquare(s, n, dfden) / dfden)


CONTINUOUS: dict[str, Callable[..., Tensor]] = {
    "beta": _beta,
    "chisquare": _chisquare,
    "exponential": lambda s, n, scale: scale * s.exponential(n),
    "f": _f,
    "gamma": lambda s, n, shape, scale: scale * s.gamma(n, shape),
    "gumbel": lambda s, n, loc, scale: loc - scale * xp.log(s.exponential(n)),
    "laplace": _laplace,
    "logistic": _logistic,
    "lognormal": lambda s, n, mean, sigma: xp.exp(mean + sigma * s.normal(n)),
    "noncentral_chisquare": _noncentral_chisquare,
    "noncentral_f": _noncentral_f,
    "normal": lambda s, n, loc, scale: loc + scale * s.normal(n),
    "pareto": lambda s, n, a: xp.expm1(s.exponential(n) / a),
    "power": lambda s, n, a: (-xp.expm1(-s.exponential(n))) ** (1 / a),
    "rayleigh": lambda s, n, scale: scale * xp.sqrt(2 * s.exponential(n)),
    "standard_cauchy": lambda s, n: s.normal(n) / s.normal(n),
    "standard_t": _standard_t,
    "triangular": _triangular,
    "uniform": lambda s, n, low, high: low + (high - low) * s.uniform(n),
    "vonmises": _vonmises,
    "wald": _wald,
    "weibull": _weibull,
}
