"""The lock that says who talks to the CRM."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from api.local.errors import LockBusy
from api.local.lock import FileLock

ROOT = Path(__file__).parents[2]


def test_one_holder_at_a_time(tmp_path: Path) -> None:
    first, second = FileLock(tmp_path / "sync.lock"), FileLock(tmp_path / "sync.lock")
    assert first.try_acquire()
    assert first.try_acquire()
    assert not second.try_acquire()
    assert not second.held
    first.release()
    assert second.try_acquire()
    assert (tmp_path / "sync.lock").exists()


def test_a_killed_holder_lets_go(tmp_path: Path) -> None:
    path = tmp_path / "sync.lock"
    code = (
        "import sys, time\nfrom pathlib import Path\nfrom api.local.lock import FileLock\n"
        "lock = FileLock(Path(sys.argv[1]))\nprint(lock.try_acquire(), flush=True)\ntime.sleep(60)"
    )
    holder = subprocess.Popen(
        [sys.executable, "-c", code, str(path)],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    assert holder.stdout.readline() == "True\n"
    lock = FileLock(path, patience=20)
    assert not lock.try_acquire()
    holder.send_signal(signal.SIGKILL)
    with lock:
        assert lock.held
    holder.communicate(timeout=20)


def test_waiting_for_a_lock_ends_with_a_sentence(tmp_path: Path) -> None:
    holder, waiter = FileLock(tmp_path / "l"), FileLock(tmp_path / "l", patience=0.05)
    holder.acquire()
    started = time.monotonic()
    with pytest.raises(LockBusy, match="close the window that hangs"):
        waiter.acquire()
    assert time.monotonic() - started < 5


def test_a_lock_file_removed_by_somebody_excludes_again(tmp_path: Path) -> None:
    path = tmp_path / "sync.lock"
    first, second = FileLock(path), FileLock(path)
    with first:
        pass
    path.unlink()
    with second:
        assert not first.try_acquire()
