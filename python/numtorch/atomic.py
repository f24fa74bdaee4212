"""Files that are there whole or not at all."""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import os
import re
import secrets
import socket
import stat
import time
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

_ABANDONED = 3600.0  # seconds after which a file of another machine, whose locks need not be seen here, is left over


@contextlib.contextmanager
def replacing(path: str | os.PathLike[str]) -> Iterator[BinaryIO]:
    """A file to write to, which replaces `path` when all is written.

    If anything fails before that, also the machine, what was there stays as it was. Of a link, what it leads to is
    replaced. What an earlier call for the same path left behind, as its process was killed, is removed; a file that
    somebody else is writing at the time is not.
    """
    path = Path(os.path.realpath(path))
    _remove_left_over(path)
    temporary, file = _temporary(path)
    try:
        with file:
            yield file
            file.flush()
            os.fsync(file.fileno())
            os.replace(temporary, path)  # before the file is closed, which ends its lock
    except BaseException:
        with contextlib.suppress(FileNotFoundError):
            os.unlink(temporary)
        raise
    with contextlib.suppress(OSError):  # some file systems cannot
        folder = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)


def _machine() -> str:
    return hashlib.sha256(socket.gethostname().encode()).hexdigest()[:4]


def _temporary(path: Path) -> tuple[Path, BinaryIO]:
    """A new file beside `path`, locked: the kernel ends the lock when the process ends, in whatever way."""
    while True:
        temporary = path.with_name(f".{path.name}.{_machine()}{secrets.token_hex(4)}.tmp")
        file = open(temporary, "xb")
        with contextlib.suppress(OSError):  # some file systems have no locks
            fcntl.flock(file, fcntl.LOCK_EX)
        # Before it was locked it looked left over, and may be removed.
        if os.fstat(file.fileno()).st_nlink:
            return temporary, file
        file.close()


def _remove_left_over(path: Path) -> None:
    pattern = re.compile(rf"\.{re.escape(path.name)}\.([0-9a-f]{{4}})[0-9a-f]{{8}}\.tmp")
    with contextlib.suppress(OSError), os.scandir(path.parent) as entries:
        for entry in entries:
            if found := pattern.fullmatch(entry.name):
                with contextlib.suppress(OSError):
                    _remove_unless_locked(entry.path, 0.0 if found[1] == _machine() else _ABANDONED)


def _remove_unless_locked(path: str, age: float) -> None:
    """Removes a file of at least this age that nobody has a lock on; OSError if somebody has."""
    file = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    try:
        about = os.fstat(file)
        if stat.S_ISREG(about.st_mode) and time.time() - about.st_mtime >= age:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            os.unlink(path)
    finally:
        os.close(file)
