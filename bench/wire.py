"""As little of a client as can speak to a hub, so that what is measured is the hub and not the client."""

import asyncio
from urllib.parse import urlsplit

from bench.scene import Served


class Wire:
    """One connection that is kept open; it does one thing at a time."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, token: str) -> None:
        self._reader = reader
        self._writer = writer
        self._headers = f"Host: hub\r\nAuthorization: Bearer {token}\r\nContent-Type: application/json\r\n"

    @classmethod
    async def to(cls, hub: Served) -> "Wire":
        """Connect to the hub."""
        address = urlsplit(hub.url)
        reader, writer = await asyncio.open_connection(address.hostname, address.port, limit=1 << 24)
        return cls(reader, writer, hub.token)

    async def ask(self, method: str, path: str, body: bytes = b"") -> bytes:
        """Return the body of the answer; it must be 200."""
        self._send(method, path, body)
        head = (await self._reader.readuntil(b"\r\n\r\n")).lower()
        size = int(head.partition(b"\r\ncontent-length:")[2].partition(b"\r\n")[0])
        answer = await self._reader.readexactly(size)
        assert head.startswith(b"http/1.1 200 "), answer
        return answer

    async def listen(self) -> None:
        """Have live events sent on this connection from now on."""
        self._send("GET", "/live")
        await self._reader.readuntil(b"retry:")

    async def news(self) -> int:
        """Return the number of the newest change once the next live event tells it."""
        await self._reader.readuntil(b"\nid: ")
        return int(await self._reader.readuntil(b"\n"))

    def close(self) -> None:
        """Hang up."""
        self._writer.close()

    def _send(self, method: str, path: str, body: bytes = b"") -> None:
        head = f"{method} {path} HTTP/1.1\r\n{self._headers}Content-Length: {len(body)}\r\n\r\n"
        self._writer.write(head.encode() + body)
