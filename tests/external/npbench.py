"""
NPBench's kernels, unmodified, on Tensors: `python tests/external/npbench.py CHECKOUT [--dev 0] [--only nbody,lu]`.

Each kernel runs on ndarrays, then with Tensors passed in, then with `numtorch.numpy` instead of NumPy as well. What it
returns and what it leaves in its arguments must be what NumPy makes of them.
"""

from __future__ import annotations

import argparse
import importlib
import json
import signal
import sys
import time
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np

import numtorch as nt
import numtorch.numpy as xp


class Kernel:
    """One of the benchmarks: its data and its function."""

    def __init__(self, path: Path, preset: str):
        self.info = json.loads(path.read_text())["benchmark"]
        self.name = path.stem
        self.data: dict[str, Any] = dict(self.info["parameters"][preset])
        where = f"npbench.benchmarks.{self.info['relative_path'].replace('/', '.')}.{self.info['module_name']}"
        if init := self.info.get("init"):
            initialize = getattr(importlib.import_module(where), init["func_name"])
            made = initialize(*(self.data[name] for name in init["input_args"]))
            outputs = init["output_args"]
            self.data.update(zip(outputs, made if len(outputs) > 1 else [made], strict=True))
        self.module = importlib.import_module(f"{where}_numpy")

    def run(self, array: Callable[[Any], Any], namespace: Any) -> list[Any]:
        """What the kernel returns, and its array arguments afterwards."""
        arguments = {
            name: array(self.data[name]) if name in self.info["array_args"] else self.data[name]
            for name in self.info["input_args"]
        }
        self.module.np = namespace
        try:
            result = getattr(self.module, self.info["func_name"])(*arguments.values())
        finally:
            self.module.np = np
        results = list(result) if isinstance(result, (tuple, list)) else [result]
        return [value for value in results if value is not None] + [arguments[a] for a in self.info["array_args"]]


@contextmanager
def limit(seconds: int) -> Iterator[None]:
    def stop(*_: Any) -> None:
        raise TimeoutError(f"more than {seconds} s")

    before = signal.signal(signal.SIGALRM, stop)
    signal.alarm(seconds)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)


def close(values: np.ndarray, expected: np.ndarray, info: dict[str, Any]) -> bool:
    """Within NPBench's own tolerance: each element, or the norm of all."""
    if np.allclose(values, expected, rtol=info.get("rtol", 1e-5), atol=info.get("atol", 1e-8), equal_nan=True):
        return True
    error = np.linalg.norm(np.ravel(values - expected)) / np.linalg.norm(np.ravel(expected))
    return bool(error < info.get("norm_error", 1e-5))


def difference(expected: list[Any], actual: list[Any], info: dict[str, Any]) -> str | None:
    """What tells the results apart."""
    if len(expected) != len(actual):
        return f"{len(actual)} results, not {len(expected)}"
    for one, other in zip(map(np.asarray, expected), map(nt.collect, actual), strict=True):
        values = np.asarray(other)
        if (values.shape, values.dtype) != (one.shape, one.dtype):
            return f"{values.dtype}{values.shape}, not {one.dtype}{one.shape}"
        if not close(values, one, info):
            return f"values differ by up to {np.nanmax(np.abs(values - one)):.1e}"
    return None


def outcome(kernel: Kernel, expected: list[Any], dev: int, namespace: Any, seconds: int) -> str:
    """`agrees` with the time, or what is wrong."""
    start = time.perf_counter()
    try:
        with limit(seconds), nt.device(dev):
            actual = kernel.run(lambda x: nt.tensor(x, dev=dev), namespace)
    except Exception as error:
        return f"{type(error).__name__}: {str(error).splitlines()[0] if str(error) else ''}"
    elapsed = time.perf_counter() - start
    found = difference(expected, actual, kernel.info)
    return f"DIFFERS: {found}" if found else f"agrees in {elapsed:.3f} s"


def report(kernels: list[Kernel], dev: int, seconds: int) -> bool:
    """Prints a line for each kernel and way, and counts; whether no result is wrong."""
    counts: dict[str, dict[str, int]] = {}
    for way, namespace in (("Tensors passed to NumPy", np), ("numtorch.numpy", xp)):
        counts[way] = dict.fromkeys(("agrees", "differs", "raises"), 0)
        for kernel in kernels:
            start = time.perf_counter()
            expected = kernel.run(lambda x: np.array(x), np)
            native = time.perf_counter() - start
            text = outcome(kernel, expected, dev, namespace, seconds)
            kind = {"agrees": "agrees", "DIFFERS:": "differs"}.get(text.split()[0], "raises")
            counts[way][kind] += 1
            print(f"{way:24} {kernel.name:24} NumPy {native:.3f} s; {text}", flush=True)
    for way, count in counts.items():
        print(f"{way}: " + ", ".join(f"{n} {kind}" for kind, n in count.items()) + f" of {len(kernels)}")
    return all(count["differs"] == 0 for count in counts.values())


def main() -> None:
    parser = argparse.ArgumentParser(description="NPBench's kernels on Tensors.")
    parser.add_argument("checkout", type=Path, help="a checkout of https://github.com/spcl/npbench")
    parser.add_argument("--dev", type=int, default=-1)
    parser.add_argument("--preset", default="S", choices=["S", "M", "L", "paper"], help="how large the data are")
    parser.add_argument("--only", default="", help="names of kernels, with commas between them")
    parser.add_argument("--seconds", type=int, default=120, help="for each kernel")
    options = parser.parse_args()
    sys.path.insert(0, str(options.checkout))
    paths = sorted((options.checkout / "bench_info").glob("*.json"))
    if not paths:
        parser.error(f"{options.checkout} holds no bench_info/*.json")
    chosen = options.only.split(",") if options.only else [path.stem for path in paths]
    warnings.simplefilter("ignore")
    with np.errstate(all="ignore"):
        kernels = [Kernel(path, options.preset) for path in paths if path.stem in chosen]
        sys.exit(0 if report(kernels, options.dev, options.seconds) else 1)


if __name__ == "__main__":
    main()
