"""matplotlib draws the same of Tensors as of ndarrays."""

from __future__ import annotations

import io
from typing import Any

import numpy as np
import pytest

import numtorch as nt
from tests.interop.rows import lines

matplotlib = pytest.importorskip("matplotlib")
matplotlib.use("Agg")
plt = pytest.importorskip("matplotlib.pyplot")
from matplotlib import collections, colors, patches  # noqa: E402

ROWS = lines("""
ax.plot(t(a), t(b))
ax.plot(t(m))
ax.plot(a, b, color=t([0.1, 0.2, 0.3]), markevery=t([0, 2]), marker='o')
ax.step(t(a), t(b))
ax.loglog(t(a), t(b))
ax.scatter(t(a), t(b), s=t(10 * a), c=t(b))
ax.scatter(t(a), t(b), c=t(rgb))
ax.bar(t(i), t(a))
ax.bar(t(i), t(a), width=t(a / 5), bottom=t(b), yerr=t(a / 9))
ax.bar(['x', 'y', 'z', 'u'], t(a))
ax.bar(i, a, color=t(rgb), width=t(0.5))
ax.bar_label(ax.bar(t(i), t(a)))
ax.barh(t(i), t(a), left=t(b), height=t(0.5))
ax.grouped_bar([t(a), t(b)]) if hasattr(ax, 'grouped_bar') else None
ax.hist(t(a), bins=t([0.0, 2.0, 5.0]), weights=t(b))
ax.hist(t(m), stacked=True)
ax.hist([t(a), t(b)])
ax.hist2d(t(a), t(b))
ax.hexbin(t(a), t(b), gridsize=5)
ax.boxplot(t(m))
ax.boxplot([t(a), t(b)])
ax.violinplot(t(m))
ax.errorbar(t(a), t(b), yerr=t(np.stack([a, b]) / 9), xerr=t(b / 9))
ax.fill_between(t(a), t(b), t(0.5), where=t(b > 1.5))
ax.stem(t(a), t(b))
ax.stairs(t(a), t(np.arange(5.0)))
ax.pie(t(a), explode=t(a / 20))
ax.imshow(t(m), vmin=t(0.5), vmax=t(9.0), extent=t([0.0, 1.0, 0.0, 1.0]))
ax.imshow(t(rgb[None]))
ax.pcolormesh(t(np.arange(5.0)), t(np.arange(4.0)), t(m))
ax.contour(t(a), t(a[:3]), t(m), levels=t([2.0, 5.0]))
ax.contourf(t(m))
ax.tripcolor(t([0.0, 1.0, 0.0, 1.0]), t([0.0, 0.0, 1.0, 1.0]), t(a))
ax.quiver(t(a), t(b), t(a), t(b))
ax.streamplot(t(a), t(a[:3]), t(m), t(m))
ax.stackplot(t(a), t(m))
ax.eventplot(t(m), lineoffsets=t(a[:3]))
ax.vlines(t(a), t(0.5), t(b))
ax.axhline(t(0.5))
ax.text(t(0.5), t(0.5), 'here')
ax.annotate('here', t([0.5, 0.5]))
ax.set_xlim(t([0.0, 2.0]))
ax.set_xticks(t(a))
ax.add_patch(patches.Polygon(t(m[:, :2])))
ax.add_patch(patches.Circle(t([0.5, 0.5]), t(0.2), facecolor=t([0.1, 0.2, 0.3])))
ax.add_collection(collections.LineCollection(t(m.reshape(2, 3, 2)), linewidths=t([1.0, 2.0])))
ax.add_collection(collections.PolyCollection(t(m.reshape(2, 3, 2)), facecolors=t(rgb[:2])))
ax.plot([], [])[0].set_data(t(b), t(a))
fig.colorbar(ax.imshow(t(m)), ticks=t(a))
""")

COLOURS = lines("""
plt.cm.viridis(t(a / 4))
plt.cm.viridis(t(i))
colors.Normalize()(t(a))
colors.LogNorm()(t(a))
colors.to_rgba(t(rgb[0]))
colors.to_rgba_array(t(rgb))
colors.to_hex(t(rgb[0]))
colors.ListedColormap(t(rgb))(0.5)
colors.rgb_to_hsv(t(rgb))
""")


def names(make: Any) -> dict[str, Any]:
    return {
        **{"np": np, "plt": plt, "colors": colors, "patches": patches, "collections": collections},
        "t": lambda array: make(np.asarray(array)),
        "a": np.array([1.0, 2.0, 3.0, 4.0]),
        "b": np.array([2.0, 1.0, 4.0, 3.0]),
        "i": np.arange(4),
        "m": np.arange(12.0).reshape(3, 4) + 1,
        "rgb": np.random.default_rng(0).random((4, 3)),
    }


def picture(text: str, make: Any) -> bytes:
    figure, axes = plt.subplots()
    try:
        eval(text, {**names(make), "fig": figure, "ax": axes})
        drawn = io.BytesIO()
        figure.savefig(drawn, format="raw", dpi=30)
    finally:
        plt.close(figure)
    return drawn.getvalue()


@pytest.mark.parametrize("text", ROWS)
def test_draws_the_same(text: str) -> None:
    """On the CPU: matplotlib would have to copy what is on a GPU."""
    assert picture(text, nt.tensor) == picture(text, np.asarray)


@pytest.mark.parametrize("text", COLOURS)
def test_colours(text: str) -> None:
    expected = eval(text, names(np.asarray))
    actual = eval(text, names(nt.tensor))
    if isinstance(expected, str):
        assert actual == expected
    else:
        np.testing.assert_allclose(np.asarray(actual), expected)
