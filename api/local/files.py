"""The few things a journal asks of the operating system, in one place, so that tests can make each of them fail."""

import os
import sys
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path


class Files:
    """The real disk. Every method may raise `OSError`; created files have mode 0600, folders 0700."""

    def stat(self, path: Path) -> os.stat_result | None:
        """Return what the system knows of `path`, or None when it is not there."""
        try:
            return path.stat()
        except (FileNotFoundError, NotADirectoryError):
            return None

    def make_folder(self, path: Path) -> None:
        """Create the folder, and those above it, unless it is there."""
        path.mkdir(mode=0o700, parents=True, exist_ok=True)

    def open(self, path: Path, flags: int) -> int:
        """Open `path`, private to this account, and return its descriptor."""
        return os.open(path, flags | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_BINARY", 0), 0o600)

    def close(self, fd: int) -> None:
        """Let go of a descriptor."""
        os.close(fd)

    def read(self, fd: int, size: int, offset: int) -> bytes:
        """Read up to `size` bytes at `offset`; fewer only at the end of the file."""
        if sys.platform == "win32":
            os.lseek(fd, offset, os.SEEK_SET)
            return os.read(fd, size)
        data = os.pread(fd, size, offset)
        if len(data) in (0, size):
            return data
        parts = [data]
        read = len(data)
        while read < size and (data := os.pread(fd, size - read, offset + read)):
            parts.append(data)
            read += len(data)
        return b"".join(parts)

    def write(self, fd: int, data: bytes | memoryview) -> int:
        """Write at the end; the system may take fewer bytes than it was given."""
        return os.write(fd, data)

    def flush(self, fd: int) -> None:
        """Return once what was written is on the disk."""
        if sys.platform == "darwin":
            import fcntl

            fcntl.fcntl(fd, fcntl.F_FULLFSYNC)
        elif sys.platform == "win32":
            os.fsync(fd)
        else:
            os.fdatasync(fd)

    def truncate(self, fd: int, size: int) -> None:
        """Cut the file to `size` bytes."""
        os.ftruncate(fd, size)

    def replace(self, source: Path, target: Path) -> None:
        """Put `source` in the place of `target` in one step."""
        source.replace(target)

    def flush_folder(self, path: Path) -> None:
        """Return once the folder's list of names is on the disk."""
        if sys.platform == "win32":
            return
        fd = os.open(path, os.O_RDONLY)
        try:
            os.fsync(fd)
        finally:
            os.close(fd)

    def room(self, path: Path) -> int:
        """Return how many bytes fit onto the disk that `path`, a folder, lies on."""
        # Few commands need it, and it loads more than most of them do.
        import shutil

        return shutil.disk_usage(path).free

    def remove(self, path: Path) -> None:
        """Delete `path` if it is there."""
        path.unlink(missing_ok=True)


def write_all(files: Files, fd: int, data: bytes) -> None:
    """Write every byte of `data`, however little the system takes at a time.

    Raises:
        OSError: a write failed; an unknown part of `data` is in the file.
    """
    rest = memoryview(data)
    while rest:
        rest = rest[files.write(fd, rest) :]


def write_whole(files: Files, path: Path, parts: Iterable[bytes]) -> None:
    """Put a file with exactly `parts` in the place of `path`: written aside, flushed, renamed, the folder flushed.

    Raises:
        OSError: the old file stands, unless only the flush of the folder failed.
    """
    aside = path.with_name(path.name + ".new")
    try:
        fd = files.open(aside, os.O_RDWR | os.O_CREAT | os.O_TRUNC)
        try:
            for part in parts:
                write_all(files, fd, part)
            files.flush(fd)
        finally:
            files.close(fd)
        files.replace(aside, path)
    except OSError:
        with suppress(OSError):  # the failure that matters is already on its way up
            files.remove(aside)
        raise
    files.flush_folder(path.parent)


def make_private(path: Path) -> None:
    """Take away what other accounts may do with `path`.

    Raises:
        OSError: they still may.
    """
    if os.name == "posix" and path.stat().st_mode & 0o077:
        path.chmod(0o600)


class Handle:
    """An open file that closes itself when nobody reads from it any more."""

    def __init__(self, files: Files, fd: int) -> None:
        self._files = files
        self.fd = fd
        stat = os.fstat(fd)
        self.identity = (stat.st_dev, stat.st_ino)

    def read(self, size: int, offset: int) -> bytes:
        """Read up to `size` bytes at `offset`."""
        return self._files.read(self.fd, size, offset)

    def __del__(self) -> None:
        with suppress(OSError):  # nothing can be done about a failed close, and all writes were checked
            self._files.close(self.fd)


class Marker:
    """A file that says there was another one, so that its loss is noticed; without a path it says nothing."""

    _TEXT = b"A journal of decisions stands in this folder. If it is missing while this file is here, it was lost.\n"

    def __init__(self, path: Path | None, files: Files) -> None:
        self._path = path
        self._files = files

    def stands(self) -> bool:
        """Say whether the other file was there once."""
        return self._path is not None and self._files.stat(self._path) is not None

    def put(self) -> None:
        """Note that the other file is there; a failure is not worth failing for, the next opening tries again."""
        if self._path is not None:
            with suppress(OSError):  # what the other file holds is safe without its marker
                if not self.stands():
                    write_whole(self._files, self._path, [self._TEXT])
