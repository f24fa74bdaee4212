"""How much memory a step takes at its height."""

from __future__ import annotations

import ctypes
import gc
import os
import subprocess
import sys
from collections.abc import Callable
from typing import Any


def in_a_process(call: str) -> int:
    """What `call`, of a function in a module of this folder ("tape.peak_here(...)"), gives in a new process."""
    module = call.partition(".")[0]
    folder = os.path.dirname(os.path.abspath(__file__))
    code = f"import sys; sys.path.insert(0, {folder!r})\nimport {module}; print({call})"
    return int(subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True).stdout)


def peak_kib(step: Callable[[], Any], dev: int, times: int = 5) -> int:
    """How much higher memory gets, than it is now, while the step runs so many times."""
    if dev >= 0:
        return _peak_on_device(step, dev, times)
    gc.collect()
    ctypes.CDLL(None).malloc_trim(0)  # what is free goes back to Linux, or the steps would use it unseen
    before = _kib("VmRSS")
    with open("/proc/self/clear_refs", "w") as file:
        file.write("5")  # the height begins here
    for _ in range(times):
        step()
    return _kib("VmHWM") - before


def _kib(name: str) -> int:
    """What Linux says of this process's memory."""
    with open("/proc/self/status") as file:
        return next(int(line.split()[1]) for line in file if line.startswith(f"{name}:"))


def _peak_on_device(step: Callable[[], Any], dev: int, times: int) -> int:
    """libtorch counts for both sides."""
    import torch

    torch.cuda.reset_peak_memory_stats(dev)
    before = torch.cuda.memory_allocated(dev)
    for _ in range(times):
        step()
    return (torch.cuda.max_memory_allocated(dev) - before) // 1024
