"""Files that are there whole or not at all, and what is left of those who were killed."""

import fcntl
import os
import re
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from numtorch import atomic
from numtorch.atomic import replacing

KILLED = """
import os, signal, sys
from numtorch.atomic import replacing
with replacing(sys.argv[1]) as file:
    file.write(b"half")
    file.flush()
    print("writing", flush=True)
    sys.stdin.readline()
    os.kill(os.getpid(), signal.SIGKILL)
"""


def write(path: Path, data: bytes) -> None:
    with replacing(path) as file:
        file.write(data)


def names(folder: Path) -> list[str]:
    return sorted(os.listdir(folder))


def test_what_a_killed_process_left_is_removed_by_the_next(tmp_path: Path) -> None:
    path = tmp_path / "a.npz"
    with subprocess.Popen(
        [sys.executable, "-c", KILLED, str(path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        assert process.stdin is not None
        assert process.stdout.readline() == "writing\n"
        # While it writes, its file is not touched.
        write(path, b"first")
        (under_way,) = set(names(tmp_path)) - {"a.npz"}
        assert re.fullmatch(r"\.a\.npz\.[0-9a-f]{12}\.tmp", under_way)
        process.stdin.write("\n")
        process.stdin.flush()
        assert process.wait() == -signal.SIGKILL
    assert under_way in names(tmp_path)
    write(tmp_path / "b.npz", b"other")  # is another's
    assert under_way in names(tmp_path)
    write(path, b"second")
    assert names(tmp_path) == ["a.npz", "b.npz"]
    assert path.read_bytes() == b"second"


def test_only_files_of_this_form_are_removed(tmp_path: Path) -> None:
    kept = [".a.npz.tmp", ".a.npz.0123456789.tmp", "a.npz.0123456789ab.tmp", ".xa.npz.0123456789ab.tmp"]
    kept += [f".a.npz.{atomic._machine()}01234567.tmp.npz", f".b.npz.{atomic._machine()}01234567.tmp"]
    for name in kept:
        (tmp_path / name).touch()
    folder, link, pipe = (tmp_path / f".a.npz.{atomic._machine()}0000000{i}.tmp" for i in range(3))
    folder.mkdir()
    link.symlink_to(tmp_path / ".a.npz.tmp")
    os.mkfifo(pipe)
    write(tmp_path / "a.npz", b"x")
    assert names(tmp_path) == sorted([*kept, folder.name, link.name, pipe.name, "a.npz"])


def test_files_of_other_machines_are_removed_when_they_are_old(tmp_path: Path) -> None:
    other = "0000" if atomic._machine() != "0000" else "1111"
    new, old = (tmp_path / f".a.npz.{other}0000000{i}.tmp" for i in range(2))
    new.touch()
    old.touch()
    os.utime(old, (time.time() - 7200,) * 2)
    write(tmp_path / "a.npz", b"x")
    assert names(tmp_path) == [new.name, "a.npz"]


def test_a_file_that_is_locked_before_its_writer_could_is_given_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who removes what is left over may come between the making of a file and its lock."""
    lock = fcntl.flock
    removed = []

    def late(file: object, how: int) -> None:
        if how == fcntl.LOCK_EX and not removed:
            (found,) = tmp_path.glob(".*.tmp")
            removed.append(found)
            found.unlink()
        lock(file, how)  # type: ignore[arg-type]

    monkeypatch.setattr(fcntl, "flock", late)
    write(tmp_path / "a.npz", b"x")
    assert len(removed) == 1
    assert names(tmp_path) == ["a.npz"]
    assert (tmp_path / "a.npz").read_bytes() == b"x"


def test_file_systems_without_locks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def none(*_: object) -> None:
        raise OSError("no locks")

    monkeypatch.setattr(fcntl, "flock", none)
    left = tmp_path / f".a.npz.{atomic._machine()}00000000.tmp"
    left.touch()
    write(tmp_path / "a.npz", b"x")
    assert names(tmp_path) == [left.name, "a.npz"]  # it may be another's


def test_many_threads_save_to_one_path(tmp_path: Path) -> None:
    path = tmp_path / "a.npz"
    contents = [bytes([i]) * 10_000 for i in range(8)]

    def save(data: bytes) -> None:
        for _ in range(20):
            write(path, data)
            assert path.read_bytes() in contents

    threads = [threading.Thread(target=save, args=(data,)) for data in contents]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert names(tmp_path) == ["a.npz"]


def test_a_link_stays_and_leads_to_the_new_file(tmp_path: Path) -> None:
    (tmp_path / "runs").mkdir()
    target, link = tmp_path / "runs" / "3.npz", tmp_path / "latest.npz"
    link.symlink_to(target)  # which is not there yet
    for data in (b"one", b"two"):
        write(link, data)
        assert link.is_symlink()
        assert target.read_bytes() == data
    assert names(tmp_path / "runs") == ["3.npz"]
