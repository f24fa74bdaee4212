"""A bar that shows how far training is."""

from __future__ import annotations

import sys
import time
from typing import Any, TextIO

WIDTH = 24
EVERY = 0.1  # seconds between two pictures of the bar


class Progress:
    """One line for each epoch; on a terminal it grows, elsewhere it is written when the epoch ends.

    Parameters
    ----------
    epochs, steps : int
        How many epochs, and steps in each.
    file : text file, optional
        Where; by default standard error.
    """

    def __init__(self, epochs: int, steps: int, file: TextIO | None = None) -> None:
        self.epochs = epochs
        self.steps = max(steps, 1)
        self.file = sys.stderr if file is None else file
        self.terminal = bool(getattr(self.file, "isatty", lambda: False)())
        self._began = self._shown = time.monotonic()
        self._first = 0

    def start(self, done: int = 0) -> None:
        """An epoch begins, with some steps done before."""
        self._began = self._shown = time.monotonic()
        self._first = done

    def due(self) -> bool:
        """Whether it is time for another picture, so that what it shows has to be read from the device."""
        return self.terminal and time.monotonic() - self._shown >= EVERY

    def show(self, epoch: int, done: int, loss: float, end: bool = False) -> None:
        """Draws the bar, or at the end of an epoch its last line."""
        self._shown = now = time.monotonic()
        took = now - self._began
        rate = (done - self._first) / took if took > 0 else 0.0
        left = f"{_clock((self.steps - done) / rate)} left" if rate > 0 and not end else _clock(took)
        counts = f"epoch {epoch}/{self.epochs} {done:{len(str(self.steps))}}/{self.steps}"
        text = f"{counts}  loss {loss:.4g}  {rate:.1f}/s  {left}"
        if self.terminal:
            full = WIDTH * done // self.steps
            bar = "#" * full + "." * (WIDTH - full)
            self._write(f"\r\033[K[{bar}] {text}" + ("\n" if end else ""))
        elif end:
            self._write(text + "\n")

    def close(self) -> None:
        """Leaves the line of an epoch that was not finished."""
        if self.terminal:
            self._write("\n")

    def _write(self, text: str) -> None:
        self.file.write(text)
        self.file.flush()


def _clock(seconds: float) -> str:
    minutes, rest = divmod(int(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


class Silent(Progress):
    """Shows nothing."""

    def due(self) -> bool:
        return False

    def show(self, epoch: int, done: int, loss: float, end: bool = False) -> None:
        del epoch, done, loss, end

    def close(self) -> None:
        pass


def progress_bar(shown: Any, epochs: int, steps: int) -> Progress:
    """Of True, False, or a text file to write to."""
    if shown is False or shown is None:
        return Silent(epochs, steps)
    return Progress(epochs, steps, None if shown is True else shown)
