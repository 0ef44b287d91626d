"""Locks between processes: `flock` on files that are never deleted, free the moment their holder dies."""

import errno
import os
import sys
import threading
import time
from contextlib import suppress
from pathlib import Path
from types import TracebackType

from api.local.errors import LockBusy

if sys.platform == "win32":
    import msvcrt

    def _take(fd: int) -> bool:
        try:
            msvcrt.locking(fd, msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        return True
else:
    import fcntl

    def _take(fd: int) -> bool:
        try:
            fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True


class FileLock:
    """One lock of one process; two objects on the same path exclude each other, in one process too.

    As a context manager it waits up to `patience` seconds.
    """

    def __init__(self, path: Path, *, patience: float = 10.0) -> None:
        self._path = path
        self._patience = patience
        self._fd: int | None = None
        self._guard = threading.Lock()

    @property
    def held(self) -> bool:
        """Whether this object holds the lock."""
        return self._fd is not None

    def try_acquire(self) -> bool:
        """Take the lock if nobody else has it; True when it is held afterwards.

        Raises:
            OSError: the lock's file can't be opened.
        """
        with self._guard:
            while self._fd is None:
                fd = self._open()
                try:
                    if not _take(fd):
                        os.close(fd)
                        return False
                    # A lock on a file that was removed meanwhile excludes nobody.
                    if self._still_there(fd):
                        self._fd = fd
                    else:
                        os.close(fd)
                except OSError:
                    os.close(fd)
                    raise
            return True

    def acquire(self) -> None:
        """Wait for the lock, up to `patience` seconds.

        Raises:
            LockBusy: somebody else kept it all the while.
            OSError: the lock's file can't be opened.
        """
        until = time.monotonic() + self._patience
        pause = 0.0005
        while not self.try_acquire():
            if time.monotonic() > until:
                raise LockBusy(
                    f"Another Handoff on this profile has kept {self._path} for {self._patience:.0f} s; "
                    "close the window that hangs and do it again."
                )
            time.sleep(pause)
            pause = min(pause * 2, 0.02)

    def release(self) -> None:
        """Let go; nothing happens when it is not held."""
        with self._guard:
            if self._fd is not None:
                fd, self._fd = self._fd, None
                os.close(fd)

    def __enter__(self) -> "FileLock":
        self.acquire()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.release()

    def __del__(self) -> None:
        with suppress(OSError):  # closing is all a dying object can do
            self.release()

    def _open(self) -> int:
        flags = os.O_CLOEXEC if sys.platform != "win32" else 0
        try:
            return os.open(self._path, flags | os.O_RDWR | os.O_CREAT, 0o600)
        except FileNotFoundError:
            self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            return os.open(self._path, flags | os.O_RDWR | os.O_CREAT, 0o600)
        except OSError as error:
            if error.errno not in (errno.EROFS, errno.EACCES, errno.EPERM):
                raise
            return os.open(self._path, flags | os.O_RDONLY)

    def _still_there(self, fd: int) -> bool:
        try:
            there = self._path.stat()
        except FileNotFoundError:
            return False
        mine = os.fstat(fd)
        return (there.st_dev, there.st_ino) == (mine.st_dev, mine.st_ino)
