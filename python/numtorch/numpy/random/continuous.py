"""Distributions of real numbers."""

from __future__ import annotations

from typing import Any

from numtorch.numpy.random.drawing import Drawing

__all__ = ["Continuous"]


class Continuous(Drawing):
    """Methods that draw real numbers, the same in Generator and RandomState."""

    def beta(self, a: Any, b: Any, size: Any = None) -> Any:
        """NumPy's `beta`: Beta(a, b): density proportional to x^(a-1) (1-x)^(b-1) on [0, 1]."""
        return self._draw("beta", a=a, b=b, size=size)

    def chisquare(self, df: Any, size: Any = None) -> Any:
        """NumPy's `chisquare`: the sum of `df` squared standard normals."""
        return self._draw("chisquare", df=df, size=size)

    def dirichlet(self, alpha: Any, size: Any = None) -> Any:
        """NumPy's `dirichlet`: gammas of these shapes, divided by their sum, along a new last axis."""
        return self._draw("dirichlet", alpha=alpha, size=size)

    def exponential(self, scale: Any = 1.0, size: Any = None) -> Any:
        """NumPy's `exponential`: density exp(-x/scale)/scale. A tracked `scale` has a gradient."""
        return self._draw("exponential", scale=scale, size=size)

    def f(self, dfnum: Any, dfden: Any, size: Any = None) -> Any:
        """NumPy's `f`: the quotient of two chi-squares, each divided by its degrees of freedom."""
        return self._draw("f", dfnum=dfnum, dfden=dfden, size=size)

    def gamma(self, shape: Any, scale: Any = 1.0, size: Any = None) -> Any:
        """NumPy's `gamma`: density proportional to x^(shape-1) exp(-x/scale)."""
        return self._draw("gamma", shape=shape, scale=scale, size=size)

    def gumbel(self, loc: Any = 0.0, scale: Any = 1.0, size: Any = None) -> Any:
        """NumPy's `gumbel`: distribution exp(-exp(-(x-loc)/scale)). Tracked `loc` and `scale` have gradients."""
        return self._draw("gumbel", loc=loc, scale=scale, size=size)

    def laplace(self, loc: Any = 0.0, scale: Any = 1.0, size: Any = None) -> Any:
        """NumPy's `laplace`: density exp(-|x-loc|/scale)/(2 scale). Tracked `loc` and `scale` have gradients."""
        return self._draw("laplace", loc=loc, scale=scale, size=size)

    def logistic(self, loc: Any = 0.0, scale: Any = 1.0, size: Any = None) -> Any:
        """NumPy's `logistic`: 1/(1 + exp(-(x-loc)/scale)) of it below x. Tracked `loc` and `scale` have gradients."""
        return self._draw("logistic", loc=loc, scale=scale, size=size)

    def lognormal(self, mean: Any = 0.0, sigma: Any = 1.0, size: Any = None) -> Any:
        """NumPy's `lognormal`: exp of a normal. Tracked `mean` and `sigma` have gradients."""
        return self._draw("lognormal", mean=mean, sigma=sigma, size=size)

    def noncentral_chisquare(self, df: Any, nonc: Any, size: Any = None) -> Any:
        """NumPy's `noncentral_chisquare`: the sum of `df` squared normals whose squared means sum to `nonc`."""
        return self._draw("noncentral_chisquare", df=df, nonc=nonc, size=size)

    def noncentral_f(self, dfnum: Any, dfden: Any, nonc: Any, size: Any = None) -> Any:
        """NumPy's `noncentral_f`: as `f`, the numerator a noncentral chi-square."""
        return self._draw("noncentral_f", dfnum=dfnum, dfden=dfden, nonc=nonc, size=size)

    def normal(self, loc: Any = 0.0, scale: Any = 1.0, size: Any = None) -> Any:
        """NumPy's `normal`: mean `loc`, standard deviation `scale`. Tracked `loc` and `scale` have gradients."""
        return self._draw("normal", loc=loc, scale=scale, size=size)

    def pareto(self, a: Any, size: Any = None) -> Any:
        """NumPy's `pareto`: density a/(1+x)^(a+1), which is Lomax's."""
        return self._draw("pareto", a=a, size=size)

    def power(self, a: Any, size: Any = None) -> Any:
        """NumPy's `power`: density a x^(a-1) on [0, 1]."""
        return self._draw("power", a=a, size=size)

    def rayleigh(self, scale: Any = 1.0, size: Any = None) -> Any:
        """NumPy's `rayleigh`: density x/scale^2 exp(-x^2/(2 scale^2)). A tracked `scale` has a gradient."""
        return self._draw("rayleigh", scale=scale, size=size)

    def standard_cauchy(self, size: Any = None) -> Any:
        """NumPy's `standard_cauchy`: density 1/(pi (1+x^2))."""
        return self._draw("standard_cauchy", size=size)

    def standard_t(self, df: Any, size: Any = None) -> Any:
        """NumPy's `standard_t`: Student's, with `df` degrees of freedom."""
        return self._draw("standard_t", df=df, size=size)

    def triangular(self, left: Any, mode: Any, right: Any, size: Any = None) -> Any:
        """NumPy's `triangular`: density rising from `left` to `mode` and falling to `right`."""
        return self._draw("triangular", left=left, mode=mode, right=right, size=size)

    def uniform(self, low: Any = 0.0, high: Any = 1.0, size: Any = None) -> Any:
        """NumPy's `uniform`: on [low, high). Tracked `low` and `high` have gradients."""
        return self._draw("uniform", low=low, high=high, size=size)

    def vonmises(self, mu: Any, kappa: Any, size: Any = None) -> Any:
        """NumPy's `vonmises`: density proportional to exp(kappa cos(x-mu)) on [-pi, pi]."""
        return self._draw("vonmises", mu=mu, kappa=kappa, size=size)

    def wald(self, mean: Any, scale: Any, size: Any = None) -> Any:
        """NumPy's `wald`: inverse Gaussian, with this mean and scale."""
        return self._draw("wald", mean=mean, scale=scale, size=size)

    def weibull(self, a: Any, size: Any = None) -> Any:
        """NumPy's `weibull`: density a x^(a-1) exp(-x^a)."""
        return self._draw("weibull", a=a, size=size)
