"""Distributions of integers."""

from __future__ import annotations

from typing import Any

from numtorch.numpy.random.drawing import Drawing

__all__ = ["Discrete"]


class Discrete(Drawing):
    """Methods that draw integers, the same in Generator and RandomState."""

    def binomial(self, n: Any, p: Any, size: Any = None) -> Any:
        """NumPy's `binomial`: successes in `n` trials of probability `p`."""
        return self._draw("binomial", n=n, p=p, size=size)

    def geometric(self, p: Any, size: Any = None) -> Any:
        """NumPy's `geometric`: trials of probability `p` until the first success."""
        return self._draw("geometric", p=p, size=size)

    def hypergeometric(self, ngood: Any, nbad: Any, nsample: Any, size: Any = None) -> Any:
        """NumPy's `hypergeometric`: good ones among `nsample` of `ngood` and `nbad`."""
        return self._draw("hypergeometric", ngood=ngood, nbad=nbad, nsample=nsample, size=size)

    def logseries(self, p: Any, size: Any = None) -> Any:
        """NumPy's `logseries`: probability -p^k/(k log(1-p)) of k from 1"""
        return self._draw("logseries", p=p, size=size)

    def multinomial(self, n: Any, pvals: Any, size: Any = None) -> Any:
        """NumPy's `multinomial`: how often each of `len(pvals)` outcomes comes in `n` trials, along a new last axis."""
        return self._draw("multinomial", n=n, pvals=pvals, size=size)

    def negative_binomial(self, n: Any, p: Any, size: Any = None) -> Any:
        """NumPy's `negative_binomial`: failures before the `n`-th success of probability `p`."""
        return self._draw("negative_binomial", n=n, p=p, size=size)

    def poisson(self, lam: Any = 1.0, size: Any = None) -> Any:
        """NumPy's `poisson`: probability lam^k exp(-lam)/k! of k from 0"""
        return self._draw("poisson", lam=lam, size=size)

    def zipf(self, a: Any, size: Any = None) -> Any:
        """NumPy's `zipf`: probability proportional to k^-a of k from 1"""
        return self._draw("zipf", a=a, size=size)
