"""Reading an answer's body without ever holding more of it than is allowed, compressed or not."""

import re
import zlib
from collections.abc import AsyncIterable, AsyncIterator

import msgspec

from api.crm.port import Rubbish, Unreachable

EVENT_LIMIT = 65_536
"""Longest line of an event stream, and longest event, in bytes."""

_FIELDS = frozenset({"event", "data", "id"})


class Event(msgspec.Struct, frozen=True):
    """One server-sent event."""

    name: str
    data: str
    id: str


class _Plain:
    """A body as it comes; `limit` in bytes."""

    def __init__(self, host: str, limit: int) -> None:
        self._host = host
        self._limit = limit
        self._size = 0

    @property
    def whole(self) -> bool:
        """Whether nothing is missing, as far as the packing tells."""
        return True

    def take(self, part: bytes) -> bytes:
        """Return what the next part of the body holds."""
        return self._counted(part)

    def _counted(self, part: bytes) -> bytes:
        self._size += len(part)
        if self._size > self._limit:
            raise Rubbish(f"The answer of {self._host} is longer than {self._limit // 1_000_000} MB.")
        return part


class _Gzip(_Plain):
    """A compressed body: a few bytes may stand for gigabytes, so no more is unpacked than the limit allows."""

    def __init__(self, host: str, limit: int) -> None:
        super().__init__(host, limit)
        self._unpacker = zlib.decompressobj(wbits=31)

    @property
    def whole(self) -> bool:
        return self._unpacker.eof

    def take(self, part: bytes) -> bytes:
        try:
            return self._counted(self._unpacker.decompress(part, self._limit - self._size + 1))
        except zlib.error:
            raise Rubbish(f"The answer of {self._host} can't be unpacked.") from None


async def read_whole(parts: AsyncIterable[bytes], encoding: str, *, host: str, limit: int) -> bytes:
    """Return the whole body, unpacked.

    Raises:
        Rubbish: it is longer than `limit` bytes, or packed in a way that was not asked for.
        Unreachable: it ends too soon.
    """
    body = _unpacker(encoding, host, limit)
    taken = [body.take(part) async for part in parts]
    if taken and not body.whole:
        raise Unreachable(f"The connection to {host} broke off.")
    return b"".join(taken)


def _unpacker(encoding: str, host: str, limit: int) -> _Plain:
    match encoding.strip().lower():
        case "" | "identity":
            return _Plain(host, limit)
        case "gzip" | "x-gzip":
            return _Gzip(host, limit)
        case _:
            raise Rubbish(f"The answer of {host} is packed in a way that was not asked for.")


async def events_in(parts: AsyncIterable[bytes], encoding: str, *, host: str) -> AsyncIterator[Event]:
    """Yield the events of a stream.

    Raises:
        Rubbish: it sends something that is no event.
    """
    if encoding.strip().lower() not in ("", "identity"):
        raise Rubbish(f"The live line of {host} is packed, which was not asked for.")
    rest = b""
    fields: dict[str, str] = {}
    async for part in parts:
        *lines, rest = re.split(rb"\r\n|\n", rest + part)
        if len(rest) > EVENT_LIMIT:
            raise Rubbish(f"The live line of {host} sends something that is no event.")
        for line in lines:
            if line:
                name, _, value = line.decode(errors="replace").partition(":")
                if name in _FIELDS:
                    fields[name] = value.removeprefix(" ")
                continue
            if "data" in fields:
                yield Event(fields.get("event", "message"), fields["data"], fields.get("id", ""))
            fields = {}
