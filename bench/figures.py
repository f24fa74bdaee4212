"""What benchmarks keep and print of their times."""

from __future__ import annotations

import json
import os
import platform
import statistics
import sys
from collections.abc import Mapping, Sequence
from typing import Any

from timing import ratio


def compared(times: Mapping[str, Sequence[float]]) -> dict[str, Any]:
    """Medians of all sides, and the ratios of numtorch's times to those of the others."""
    return {
        "median_ns": {side: statistics.median(values) for side, values in times.items()},
        "ratio": {side: vars(ratio(times, "numtorch", side)) for side in times if side != "numtorch"},
    }


def ratios_text(row: Mapping[str, Any]) -> str:
    return "".join(f"  {side} {r['median']:5.2f} [{r['low']:.2f}, {r['high']:.2f}]" for side, r in row["ratio"].items())


def environment() -> dict[str, Any]:
    import numpy as np
    import torch

    return {
        "command": " ".join(["python", *sys.argv]),
        "machine": f"{platform.machine()}, {os.cpu_count()} cores",
        "threads": torch.get_num_threads(),
        "python": platform.python_version(),
        "torch": torch.__version__,
        "numpy": np.__version__,
        "device": torch.cuda.get_device_name(0) if torch.cuda.is_available() else "CPU",
    }


def write(path: str, **parts: Any) -> None:
    """A file of JSON: the environment, and these parts."""
    with open(path, "w") as file:
        json.dump({"environment": environment(), **parts}, file, indent=1)
        file.write("\n")
