"""The lines of a journal: ``crc32 + flag + JSON + newline``. The checksum covers flag and JSON.

The flag is a space on the line that closes a batch and ``+`` on those before it: a batch counts when its last line
is there. The first line is the header; its form stays the same in every version.
"""

from collections.abc import Iterator
from enum import Enum
from typing import NamedTuple
from zlib import crc32

import msgspec

from api.local.files import Handle

PREFIX = 9
"""Bytes before the JSON."""

CLOSES = b" "
MORE = b"+"
_FIRST_BLOCK = 1 << 16
_LAST_BLOCK = 1 << 22
"""What is read at a time: little for who wants the first line, much for who wants all."""


class Header(msgspec.Struct, frozen=True):
    """What the first line says."""

    format: str
    version: int


class Kind(Enum):
    """What a line turned out to be."""

    MORE = "more"
    CLOSES = "closes"
    BAD = "bad"
    TORN = "torn"
    """The last bytes of the file, without a newline."""


_GOOD = (Kind.CLOSES, Kind.MORE)


class Line(NamedTuple):
    """One line: what it is, where it stands in the file, and its bytes without the newline."""

    kind: Kind
    start: int
    """Offset of the line."""
    end: int
    """Offset behind its newline."""
    data: bytes

    @property
    def payload(self) -> bytes:
        """The line's JSON."""
        return self.data[PREFIX:]


def frame(payload: bytes, *, closes: bool = True) -> bytes:
    """Return `payload` (JSON without a newline) as a line."""
    body = (CLOSES if closes else MORE) + payload
    return b"%08x%b\n" % (crc32(body), body)


def frame_batch(payloads: list[bytes]) -> bytes:
    """Return the lines of one batch."""
    last = len(payloads) - 1
    return b"".join(frame(payload, closes=index == last) for index, payload in enumerate(payloads))


def frame_header(header: Header) -> bytes:
    """Return the first line of a journal."""
    return frame(msgspec.json.encode(header))


def parse_header(payload: bytes) -> Header | None:
    """Read the first line's JSON; None when it is not that of a journal."""
    try:
        return msgspec.json.decode(payload, type=Header)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None


def read_lines(handle: Handle, start: int, size: int) -> Iterator[Line]:
    """Yield the lines from `start`, where a line begins, to `size`.

    Raises:
        OSError: the disk can't be read.
    """
    rest = b""
    at = start
    read = start
    length = _FIRST_BLOCK
    while read < size:
        block = handle.read(min(length, size - read), read)
        if not block:
            break
        read += len(block)
        length = min(length * 2, _LAST_BLOCK)
        block = rest + block
        begin = 0
        while (newline := block.find(b"\n", begin)) >= 0:
            yield _judge(block[begin:newline], at)
            at += newline + 1 - begin
            begin = newline + 1
        rest = block[begin:]
    if rest:
        yield Line(Kind.TORN, at, at + len(rest), b"")


def readable(handle: Handle, size: int) -> list[bytes]:
    """Return the JSON of every line up to `size` that is not damaged, but for the header's.

    Raises:
        OSError: the disk can't be read.
    """
    lines = [line for line in read_lines(handle, 0, size) if line.kind in _GOOD]
    headed = bool(lines) and lines[0].start == 0 and parse_header(lines[0].payload) is not None
    return [line.payload for line in lines[headed:]]


def unharmed(handle: Handle, size: int) -> bool:
    """Say whether the file can be read up to `size`, where a line ends, and no line is damaged.

    Raises:
        OSError: the disk can't be read.
    """
    end = 0
    for line in read_lines(handle, 0, size):
        if line.kind not in _GOOD:
            return False
        end = line.end
    return end == size > 0


def _judge(line: bytes, at: int) -> Line:
    kind = Kind.BAD
    flag = line[PREFIX - 1 : PREFIX]
    if flag in (CLOSES, MORE) and b"%08x" % crc32(memoryview(line)[PREFIX - 1 :]) == line[: PREFIX - 1]:
        kind = Kind.CLOSES if flag == CLOSES else Kind.MORE
    return Line(kind, at, at + len(line) + 1, line)
