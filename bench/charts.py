"""Bars of the times of models, one picture for each kind of step: a panel for each model, a group for each batch."""

from __future__ import annotations

import os
from typing import Any

COLOURS = {"numtorch": "#1f6f8b", "torch": "#e07a3f", "numtorch CPU": "#8fb8c4", "numpy": "#9a9a9a"}
LABELS = {"numtorch": "numtorch", "torch": "PyTorch", "numtorch CPU": "numtorch, CPU", "numpy": "NumPy"}


def draw(rows: list[dict[str, Any]], folder: str) -> None:
    """Writes models-inference.png and models-training.png into `folder`."""
    os.makedirs(folder, exist_ok=True)
    for kind in dict.fromkeys(row["kind"] for row in rows):
        _draw_kind([row for row in rows if row["kind"] == kind], os.path.join(folder, f"models-{kind}.png"), kind)


def _draw_kind(rows: list[dict[str, Any]], path: str, kind: str) -> None:
    import matplotlib

    matplotlib.use("Agg")
    import matplotlib.pyplot as plt

    models = list(dict.fromkeys(row["model"] for row in rows))
    columns = min(4, len(models))
    lines = -(-len(models) // columns)
    figure, axes = plt.subplots(
        lines, columns, figsize=(3.2 * columns, 2.6 * lines), squeeze=False, layout="constrained"
    )
    for subplot, model in zip(axes.flat, models, strict=False):
        _draw_model(subplot, [row for row in rows if row["model"] == model])
        subplot.set_title(model, fontsize=10)
    for subplot in list(axes.flat)[len(models) :]:
        subplot.axis("off")
    for line in axes:
        line[0].set_ylabel("ms")
    sides = [side for side in COLOURS if any(side in row["median_ns"] for row in rows)]
    handles = [plt.Rectangle((0, 0), 1, 1, color=COLOURS[side]) for side in sides]
    figure.legend(handles, [LABELS[side] for side in sides], loc="outside lower center", ncols=4, fontsize=9)
    figure.suptitle(f"{kind}, time by batch", fontsize=11)
    figure.savefig(path, dpi=110)
    plt.close(figure)


def _draw_model(subplot: Any, rows: list[dict[str, Any]]) -> None:
    for group, row in enumerate(rows):
        sides = [side for side in COLOURS if side in row["median_ns"]]
        width = 0.8 / len(sides)
        for i, side in enumerate(sides):
            subplot.bar(group - 0.4 + (i + 0.5) * width, row["median_ns"][side] / 1e6, width, color=COLOURS[side])
    subplot.set_xticks(range(len(rows)), [str(row["batch"]) for row in rows])
    subplot.tick_params(labelsize=8)
