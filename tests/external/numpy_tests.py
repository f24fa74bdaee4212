"""
NumPy's own tests with numtorch.numpy instead of NumPy: `python tests/external/numpy_tests.py [PATH] [FILE ...]`.

PATH is an installed numpy package or a checkout's `numpy` folder; by default the installed one, whose wheel holds the
tests. They are copied to a temporary folder, where what they import as NumPy is numtorch.numpy, and NumPy's own module
for what it has not. Each file runs in processes of its own, with NumPy first and then with Tensors. What passes with
NumPy alone is compared with `numpy_differences.txt`, which has a reason for each.
"""

from __future__ import annotations

import argparse
import builtins
import collections
import importlib
import json
import re
import shutil
import subprocess
import sys
import tempfile
import types
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

MOST_ENDS = 40  # processes for a file
DIFFERENCES = Path(__file__).with_name("numpy_differences.txt")

# The files about arrays of numbers; the others are about dtypes that no Tensor has, about C, and about building NumPy.
FILES = [
    *(f"_core/tests/test_{name}.py" for name in (
        "arrayobject", "einsum", "function_base", "half", "indexerrors", "indexing", "item_selection", "mem_overlap",
        "multiarray", "nditer", "nep50_promotions", "numeric", "overrides", "protocols", "regression", "scalarmath",
        "shape_base", "ufunc", "umath", "umath_complex",
    )),
    "fft/tests/test_helper.py", "fft/tests/test_pocketfft.py",
    *(f"lib/tests/test_{name}.py" for name in (
        "arraypad", "arraysetops", "function_base", "histograms", "index_tricks", "nanfunctions", "packbits",
        "polynomial", "shape_base", "stride_tricks", "twodim_base", "type_check", "ufunclike",
    )),
    "linalg/tests/test_linalg.py", "polynomial/tests/test_polynomial.py", "random/tests/test_generator_mt19937.py",
]  # fmt: skip

# Made while a file is read, and more than a Tensor can be: a view at an address that is no multiple of its itemsize.
ALIGNED = {"a = a[1:].view(dtype='f8')": "a = a[:-1].view(dtype='f8')"}


# ---- In the process that runs a file ----


def outcomes(log: Path) -> dict[str, tuple[str, str]]:
    """What became of each test; one that only started ended the process."""
    found: dict[str, tuple[str, str]] = {}
    if log.exists():
        for line in log.read_text().splitlines():
            node, outcome, message = json.loads(line)
            if outcome != "passed" or found.get(node, ("started",))[0] == "started":
                found[node] = (outcome, message)
    return found


class Standing(types.ModuleType):
    """A module instead of NumPy: numtorch.numpy's names, and NumPy's own for what it has not."""

    def __init__(self, name: str, ours: Any, theirs: types.ModuleType) -> None:
        super().__init__(name, theirs.__doc__)
        self.__dict__.update(_ours=ours, _theirs=theirs, __all__=getattr(theirs, "__all__", []))

    def __getattr__(self, name: str) -> Any:
        ours = self.__dict__["_ours"]
        member = getattr(ours, name, None) if ours is not None and not name.startswith("__") else None
        if isinstance(member, types.ModuleType) or member is None:
            theirs = getattr(self.__dict__["_theirs"], name)
            return standing(theirs.__name__) if isinstance(theirs, types.ModuleType) else theirs
        return member


_standing: dict[str, types.ModuleType] = {}


def standing(name: str) -> types.ModuleType:
    """What a test finds as the module `name`."""
    if name.split(".")[0] != "numpy":
        return importlib.import_module(name)
    if name not in _standing:
        theirs = importlib.import_module(name)
        try:
            ours = importlib.import_module("numtorch.numpy" + name.removeprefix("numpy"))
        except ImportError:
            ours = None
        _standing[name] = theirs if ours is None and name != "numpy" else Standing(name, ours, theirs)
    return _standing[name]


def replace_numpy(folder: Path) -> None:
    """What a module of `folder` imports as NumPy is what stands for it."""
    original, inside = builtins.__import__, str(folder.resolve())

    def replaced(name: str, globals: Any = None, locals: Any = None, fromlist: Any = (), level: int = 0) -> Any:
        file = (globals or {}).get("__file__") or ""
        if level or name.split(".")[0] != "numpy" or not str(file).startswith(inside) or isinstance(fromlist, list):
            return original(name, globals, locals, fromlist, level)
        module = standing(name)
        globals["_namespace"] = sys.modules["numtorch.numpy"]  # as in a script: it tells what a scalar's class is there
        if not fromlist:
            return standing("numpy")
        for member in fromlist:
            if member != "*" and not hasattr(module, member):
                original(f"{name}.{member}", globals, locals, (), 0)
        return module

    builtins.__import__ = replaced


class Outcomes:
    """Writes what becomes of each test, one line a test, as soon as it is known; leaves out those that are written."""

    def __init__(self, path: Path) -> None:
        self.known = set(outcomes(path))
        self.file = path.open("a")

    def pytest_collection_modifyitems(self, items: list[Any]) -> None:
        items[:] = [item for item in items if short(item.nodeid) not in self.known]

    def say(self, node: str, outcome: str, message: str = "") -> None:
        self.file.write(json.dumps([node, outcome, message]) + "\n")
        self.file.flush()

    def pytest_collectreport(self, report: Any) -> None:
        if report.failed:
            self.say(short(report.nodeid), "error", reason(str(report.longrepr).splitlines()[-1]))

    def pytest_runtest_logstart(self, nodeid: str) -> None:
        self.say(short(nodeid), "started")

    def pytest_runtest_logreport(self, report: Any) -> None:
        if report.when == "call" or report.outcome != "passed":
            crash = getattr(report.longrepr, "reprcrash", None)
            self.say(short(report.nodeid), report.outcome, reason(str(crash.message if crash else "")))


def short(node: str) -> str:
    """A test's name without the folder it was copied to: `lib/tests/test_arraypad.py::Test::test`."""
    return node.split("numpy_tests_copy/")[-1]


def reason(message: str) -> str:
    """An error in one line, numbers left out."""
    lines = [line.strip() for line in message.strip().splitlines() if line.strip()] or [""]
    return re.sub(r"0x[0-9a-f]+|\d+", "#", " ".join(lines[:2]))[:200]


def run_here(folder: Path, file: str, namespace: str, dev: int, log: Path, rest: list[str]) -> int:
    """Runs one file of the copy in this process."""
    sys.path.insert(0, str(folder))
    if namespace != "numpy":
        import numtorch as nt

        replace_numpy(folder)
        nt.device(dev).__enter__()
    plain = ["-c", "/dev/null", "--rootdir", str(folder), "--noconftest", "-p", "no:cacheprovider", "-q", "--tb=short"]
    plain += ["-rN", "--import-mode=importlib", "-W", "ignore", "-m", "not slow"]
    return int(pytest.main([*plain, *rest, str(folder / file)], plugins=[Outcomes(log)]))


# ---- In the process that starts them ----


def run_apart(folder: Path, file: str, namespace: str, options: Any) -> dict[str, tuple[str, str]]:
    """Runs one file in a process of its own, and what is left in another where a test ends it."""
    log = folder / "outcomes.jsonl"
    log.unlink(missing_ok=True)
    command = [sys.executable, __file__, "--run", str(folder), file, namespace, str(options.dev), str(log)]
    for _ in range(MOST_ENDS):
        try:
            done = subprocess.run(
                [*command, *options.rest], capture_output=not options.verbose, timeout=options.timeout, check=False
            )
            lost = f"the test ends the process: {done.returncode}"
        except subprocess.TimeoutExpired:
            lost = f"not done after {options.timeout} s"
        ended = [node for node, (outcome, _) in outcomes(log).items() if outcome == "started"]
        with log.open("a") as file_:
            file_.writelines(json.dumps([node, "failed", lost]) + "\n" for node in ended)
        if not ended:
            break
    return outcomes(log)


def differences() -> list[tuple[re.Pattern[str], str]]:
    """What is known to differ: patterns of tests' names or errors, one a line, below the reason in brackets."""
    known, why = [], ""
    for line in DIFFERENCES.read_text().splitlines():
        if line.startswith("["):
            why = line.strip("[]")
        elif line and line[0] != "#":
            known.append((re.compile(line), why))
    return known


def copied(path: Path, folder: Path) -> Iterator[str]:
    """Copies the tests with their data; yields the files that there are."""
    for file in FILES:
        if (path / file).exists():
            target = folder / file
            target.parent.mkdir(parents=True, exist_ok=True)
            text = (path / file).read_text()
            for theirs, ours in ALIGNED.items():
                text = text.replace(theirs, ours)
            target.write_text(text)
            data = path / file.split("/")[0] / "tests" / "data"
            if data.is_dir():
                shutil.copytree(data, target.parent / "data", dirs_exist_ok=True)
            yield file


def report(
    file: str, theirs: dict[str, Any], ours: dict[str, Any], known: list[Any], totals: Any, new: list[str]
) -> None:
    passed = [node for node, (outcome, _) in theirs.items() if outcome == "passed"]
    counts: collections.Counter[str] = collections.Counter()
    for node in passed:
        outcome, message = ours.get(node) or ours.get(file) or ("failed", "the test is not there")
        if outcome == "passed":
            counts["pass"] += 1
            continue
        why = next((why for pattern, why in known if pattern.search(f"{node} | {message}")), None)
        counts["known" if why else "new"] += 1
        totals["reasons"][why or "new: " + message] += 1
        if why is None:
            new.append(f"{node} | {message}")
    for kind, count in counts.items():
        totals[kind] += count
    totals["numpy"] += len(passed)
    print(
        f"{file}: NumPy {len(passed)}, Tensors {counts['pass']}, known {counts['known']}, new {counts['new']}",
        flush=True,
    )


def main() -> None:
    if sys.argv[1:2] == ["--run"]:
        folder, file, namespace, dev, log, *rest = sys.argv[2:]
        sys.exit(run_here(Path(folder), file, namespace, int(dev), Path(log), rest))
    parser = argparse.ArgumentParser(description="NumPy's own tests on Tensors.")
    parser.add_argument("path", type=Path, nargs="?", default=Path(np.__file__).parent)
    parser.add_argument("--only", default="", help="a part of the names of the files to run")
    parser.add_argument("--dev", type=int, default=-1)
    parser.add_argument("--timeout", type=float, default=600, help="seconds for a file")
    parser.add_argument("--verbose", action="store_true", help="shows pytest's own output")
    options, options.rest = parser.parse_known_args()
    if not (options.path / "_core" / "tests").is_dir():
        print(f"{options.path} holds no tests: skipped")
        return
    known, new = differences(), []
    totals: Any = collections.Counter()
    totals["reasons"] = collections.Counter()
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary) / "numpy_tests_copy"
        for file in [file for file in copied(options.path, folder) if options.only in file]:
            theirs = run_apart(folder, file, "numpy", options)
            ours = run_apart(folder, file, "numtorch.numpy", options)
            report(file, theirs, ours, known, totals, new)
    left = f"known {totals['known']}, new {totals['new']}"
    print(f"\nNumPy passes {totals['numpy']}, Tensors {totals['pass']} of them; {left}")
    for why, count in totals["reasons"].most_common():
        print(f"{count:6} {why}")
    print("\n".join(new))
    sys.exit(bool(new))


if __name__ == "__main__":
    main()
