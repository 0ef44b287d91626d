"""A disk that fails where a test wants it to, and the paths every test here needs."""

import errno
import os
from pathlib import Path

import pytest

from api.local.files import Files


class Died(BaseException):
    """The process was killed; nothing it would still do reaches the disk."""


class FaultyFiles(Files):
    """The real disk, until call number `fail_at` (from 1) of those that write.

    That call raises `error`; with `dies` it and all after it raise `Died`. A failing write has written half.
    `chunk` bytes are the most that one write takes.
    """

    def __init__(
        self, *, fail_at: int = 0, error: int = errno.EIO, dies: bool = False, lasting: bool = False, chunk: int = 0
    ) -> None:
        self.fail_at = fail_at
        self.error = error
        self.dies = dies
        self.lasting = lasting
        self.chunk = chunk
        self.calls: list[str] = []

    def count(self, name: str) -> int:
        return self.calls.count(name)

    def _call(self, name: str) -> bool:
        self.calls.append(name)
        at = len(self.calls)
        return at == self.fail_at or (bool(self.fail_at) and at > self.fail_at and (self.dies or self.lasting))

    def _fail(self) -> None:
        if self.dies:
            raise Died
        raise OSError(self.error, os.strerror(self.error))

    def open(self, path: Path, flags: int) -> int:
        if flags & (os.O_WRONLY | os.O_RDWR | os.O_CREAT) and self._call("open"):
            self._fail()
        return super().open(path, flags)

    def write(self, fd: int, data: bytes | memoryview) -> int:
        if self._call("write"):
            if len(self.calls) == self.fail_at:
                super().write(fd, data[: len(data) // 2])
            self._fail()
        return super().write(fd, data[: self.chunk] if self.chunk else data)

    def flush(self, fd: int) -> None:
        if self._call("flush"):
            self._fail()
        super().flush(fd)

    def truncate(self, fd: int, size: int) -> None:
        if self._call("truncate"):
            self._fail()
        super().truncate(fd, size)

    def replace(self, source: Path, target: Path) -> None:
        if self._call("replace"):
            self._fail()
        super().replace(source, target)

    def flush_folder(self, path: Path) -> None:
        if self._call("flush_folder"):
            self._fail()
        super().flush_folder(path)

    def remove(self, path: Path) -> None:
        if self._call("remove"):
            self._fail()
        super().remove(path)


@pytest.fixture
def faulty() -> type[FaultyFiles]:
    return FaultyFiles


@pytest.fixture
def died() -> type[Died]:
    return Died


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "outbox.journal"
