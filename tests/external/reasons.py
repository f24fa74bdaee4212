"""What became of other projects' tests, by file and by reason."""

from __future__ import annotations

import collections
import re

import pytest


def reason(message: str) -> str:
    """What failed in one line, numbers left out: CuPy's helpers put the errors behind a line of their own."""
    lines = [line for line in message.strip().splitlines() if line] or [""]
    errors = [line for line in lines[1:] if re.match(r"[\w.]*(Error|Exception|Warning)\b", line)]
    text = lines[0].removeprefix("AssertionError: ") + "".join(f" | {error}" for error in errors[:2])
    return re.sub(r"0x[0-9a-f]+|\d+", "#", text)[:200]


class Reasons:
    """A plugin that counts why tests fail, file by file, and prints it; `root` is left out of the files' names."""

    def __init__(self, root: str) -> None:
        self.root = root
        self.reasons: collections.Counter[str] = collections.Counter()
        self.files: dict[str, collections.Counter[str]] = collections.defaultdict(collections.Counter)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.when == "call" or report.outcome != "passed":
            outcome = "expected to fail" if hasattr(report, "wasxfail") else report.outcome
            self.files[report.nodeid.split("::")[0].split(self.root)[-1]][outcome] += 1
        if report.failed:
            crash = getattr(report.longrepr, "reprcrash", None)
            self.reasons[reason(str(crash.message if crash else report.longrepr))] += 1

    def pytest_unconfigure(self) -> None:
        print()
        for name, counts in sorted(self.files.items()):
            print(f"{name}: " + ", ".join(f"{n} {kind}" for kind, n in sorted(counts.items())))
        total = sum(self.files.values(), collections.Counter())
        print("in all: " + ", ".join(f"{n} {kind}" for kind, n in sorted(total.items())))
        print()
        for text, count in self.reasons.most_common(150):
            print(f"{count:6} {text}")
