"""
What the tests ask of the NumPy that is installed.

Tensors do what NumPy 2.4 does, whichever NumPy is there. Where an older one does otherwise, has no such argument or
does not ask Tensors at all, there is nothing to compare with: such rows and tests say since when there is.
"""

from __future__ import annotations

import numpy as np
import pytest

__all__ = ["awaited", "older_than", "rows_that_wait", "since"]


def older_than(version: str) -> bool:
    """Whether the installed NumPy came before that version."""
    return bool(np.lib.NumpyVersion(np.__version__) < version)


def since(version: str, reason: str) -> pytest.MarkDecorator:
    """Skips a test with an older NumPy."""
    return pytest.mark.skipif(older_than(version), reason=f"NumPy {version}: {reason}")


# Expressions of `tests/ops` by the version since which NumPy gives what Tensors give.
_ROWS = {
    "2.1.0": """
        np.full_like(x, 300)
        np.full_like(x, -1)
        np.clip(m, -1, 300)
        np.clip(m, min=1)
        np.clip(m, max=1)
        np.clip(m, 1, 2, min=1)
        np.clip(m, None, None)
        np.clip(m, None, None, out=np.zeros_like(m), where=k)
        np.full(2, 300, np.uint8)
        np.histogram(x, 'auto')
        np.histogram_bin_edges(np.concatenate([x, y], None), 'auto')
        np.histogram_bin_edges(np.repeat(v, 4), 'auto')
        np.histogram_bin_edges(x, 'auto', range=(0, 2))
        np.histogram_bin_edges(v[:2], 'auto')
        np.histogram(x, 'doane')
        np.histogram_bin_edges(np.concatenate([x, y], None), 'doane')
        np.histogram_bin_edges(np.repeat(v, 4), 'doane')
        np.histogram_bin_edges(x, 'doane', range=(0, 2))
        np.histogram_bin_edges(np.repeat(v, 4), 'fd')
        np.histogram_bin_edges(v[:2], 'fd')
        np.histogram(x, 'rice')
        np.histogram_bin_edges(np.concatenate([x, y], None), 'rice')
        np.histogram_bin_edges(np.repeat(v, 4), 'rice')
        np.histogram_bin_edges(x, 'rice', range=(0, 2))
        np.histogram_bin_edges(v[:2], 'rice')
        np.histogram_bin_edges(np.repeat(v, 4), 'scott')
        np.histogram_bin_edges(np.concatenate([x, y], None), 'sqrt')
        np.histogram_bin_edges(np.repeat(v, 4), 'sqrt')
        np.histogram_bin_edges(x, 'sqrt', range=(0, 2))
        np.histogram_bin_edges(v[:2], 'sqrt')
        np.histogram(x, 'stone')
        np.histogram_bin_edges(np.concatenate([x, y], None), 'stone')
        np.histogram_bin_edges(np.repeat(v, 4), 'stone')
        np.histogram_bin_edges(x, 'stone', range=(0, 2))
        np.histogram(x, 'sturges')
        np.histogram_bin_edges(np.concatenate([x, y], None), 'sturges')
        np.histogram_bin_edges(np.repeat(v, 4), 'sturges')
        np.histogram_bin_edges(x, 'sturges', range=(0, 2))
        np.histogram_bin_edges(v[:2], 'sturges')
        np.nonzero(s)
        np.unstack(m)
        np.unstack(x, axis=1)
        np.unstack(m, axis=1)
        np.unstack(s)
        np.unstack(m, axis=4)
        np.unstack(e)
        np.unstack(m, axis=-1)
        np.quantile(m, [0, 1], axis=1, method="inverted_cdf", weights=[0, 2, 3, 0])
        np.cumulative_sum(v)
        np.cumulative_sum(v, include_initial=True)
        np.cumulative_sum(v, include_initial=True, out=np.zeros_like(v, shape=5))
        np.cumulative_sum(v, include_initial=True, out=np.zeros_like(v > 0, shape=5))
        np.cumulative_sum(m, axis=1, include_initial=True)
        np.cumulative_sum(m)
        np.cumulative_prod(v, include_initial=True)
        np.cumulative_prod(m, axis=0)
        np.reshape(x, (6, 4), copy=True)
        np.reshape(x, (6, 4), copy=False)
        np.reshape(x, (6, 4), copy='False')
        np.reshape(t, -1, copy=False)
        np.reshape(m, (2, 2, 3), order="F", copy=True)
        np.roll(x, 1.5)
        np.astype(x, np.complex64, device="cpu")
    """,
    "2.2.0": """
        np.bincount(np.abs(v), minlength=12)
        np.bincount(np.abs(v), weights=c)
        np.bincount(np.abs(v), weights=[0.5, 1.0, 2.0, 3.0])
        np.bincount(z, minlength=3)
        np.bincount(np.abs(v), minlength=-1)
        np.bincount(np.abs(v), weights=[1.0])
        np.bincount(v)
        np.bincount(np.abs(v))
        np.bincount(z)
        np.bincount(v * v)
        np.bincount(v * v, v)
        np.insert(v, np.array([True, False, True, False]), [1, 0])
        np.insert(v, b, 1)
        np.trim_zeros(np.pad(m, 2))
        np.trim_zeros(np.pad(m, 2), axis=0)
        np.trim_zeros(m, axis=2)
        np.trim_zeros(v, "x")
        np.trim_zeros(np.pad(x, 1))
        np.trim_zeros(s)
        np.histogram(x, 50, range=(1, 1 + 1e-15))
    """,
    "2.3.0": """
        np.bincount(i, minlength=None)
        round(s[()], 1)
        np.take_along_axis(v, i)
        np.linalg.cond(q + 5 * d, 1)
        np.linalg.cond(q + 5 * d, -1)
        np.linalg.cond(q + 5 * d, np.inf)
        np.linalg.cond(q + 5 * d, -np.inf)
        np.linalg.cond(q + 5 * d, "fro")
        np.linalg.cond(q + 5 * d, "nuc")
        np.linalg.cond(q * 0, 1)
        np.linalg.cond(q * 0, "fro")
        np.linalg.cond(np.stack([d, d * 0]) + s * 0, 1)
        np.linalg.cond(np.stack([d * np.nan, d * 0, d]) + s * 0, 1)
        np.linalg.norm(z, np.inf)
        np.linalg.norm(e, 2)
        np.linalg.norm(e, np.inf)
        np.sinc(m)
        np.sinc(s)
        np.sinc(v / 3)
        np.convolve(v, w, "v")
        np.partition(m, True)
    """,
    "2.4.0": """
        np.trim_zeros(np.pad(m, 2), axis=(-1,), trim="b")
        np.trim_zeros(np.pad(m, 2), axis=())
        np.round(m)
        np.round(m, 1)
        np.around(x, 0)
        m.round(1)
        np.linalg.matrix_rank(e)
        np.pad(m, {0: 1, -1: (0, 2)})
        np.pad(m, {1: (2, 1)}, mode="wrap")
        np.pad(m, {0: 2}, constant_values=[[1, 0], [0, 1]])
        np.polynomial.polynomial.polyval2d(m, f, q)
        np.polynomial.polynomial.polyval2d(v, c, x)
        np.polynomial.polynomial.polyval2d(v, [1, 2, 3, 4], q)
        np.polynomial.polynomial.polyval2d(2, 3, q)
        np.polynomial.polynomial.polyval2d(s, s, q)
        np.polynomial.polynomial.polyval2d(m, f, [[1, 2], [3, 4]])
        np.polynomial.polynomial.polyval2d(v, c, u)
        np.polynomial.polynomial.polyval2d(v, c, s)
        np.polynomial.polynomial.polygrid2d(v, w, q)
        np.polynomial.polynomial.polygrid2d(m, w, q)
        np.polynomial.polynomial.polygrid2d(v, 2, q)
        np.polynomial.polynomial.polygrid2d([1.0, 2], w, x)
        np.polynomial.polynomial.polyval2d(v, u[0] * v, q)
        np.percentile(x, np.array([10, 30], np.float32))
        np.percentile(x, np.array([10, 30], np.uint8))
        np.nanpercentile(x, np.array([10, 30], np.float32), axis=0)
        np.quantile(m, 0.5, axis=0, method="inverted_cdf", weights=np.zeros(3))
        np.percentile(w, np.array([30, 75], np.float32), method='weibull')
        np.percentile(w, np.array([30, 75], np.float32), method='median_unbiased')
        np.percentile(w, np.array([30, 75], np.float32), method='normal_unbiased')
        np.percentile(x, [5, 95], axis=(0, 2), method="inverted_cdf", weights=np.abs(x) + 1)
        np.quantile(m, 0.4, axis=1, method="inverted_cdf", weights=[1, np.nan, 3, 4])
        np.quantile(m, 0.4, axis=1, method="inverted_cdf", weights=[1, np.inf, 3, 4])
        np.quantile(m, np.float64(0.3))
        np.size(x, (0, 1))
    """,
}
_SINCE = {line.strip(): version for version, lines in _ROWS.items() for line in lines.strip().splitlines()}


def awaited(text: str) -> str | None:
    """The version that an expression waits for; None if the installed NumPy has come so far."""
    version = _SINCE.get(text)
    return version if version and older_than(version) else None


def rows_that_wait() -> frozenset[str]:
    """All expressions that some version of NumPy 2 does not answer as Tensors do."""
    return frozenset(_SINCE)
