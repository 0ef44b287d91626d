"""A line to the hub that fails on purpose: it knows which request is passing, and notes what became of it."""

import asyncio
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from email.utils import formatdate

import msgspec

from tests.faults.rounds.weather import Fault, Weather

SIGHT = Callable[["Passage", str], None]
"""Is told, in the proxy's thread, of a request that was seen, answered by the hub, or delivered to the program."""

_GONE = (ConnectionError, asyncio.IncompleteReadError, asyncio.LimitOverrunError, OSError)


@dataclass
class Passage:
    """One request on its way, and how far it came; moments are monotonic seconds."""

    method: str
    path: str
    fault: Fault
    seen: float
    ids: tuple[str, ...] = ()
    """The operations that it offers."""
    answered: float = 0.0
    """When the hub had answered; 0 when it never did."""
    delivered: float = 0.0
    """When the whole answer was handed to the program; 0 when it never was."""
    status: int = 0
    head: bytes = b""
    body: bytes = b""

    def told(self, until: float) -> bool:
        """Say whether the program had the hub's good answer by then."""
        return self.status == 200 and 0.0 < self.delivered <= until


class _Offered(msgspec.Struct):
    id: str


class _Offer(msgspec.Struct):
    operations: list[_Offered]


class Line:
    """One seat's way to the hub: a port on loopback with a weather of its own."""

    def __init__(self, hub_port: int, weather: Weather) -> None:
        self.weather = weather
        self.open = True
        self.passages: list[Passage] = []
        self.sight: SIGHT = lambda _passage, _what: None
        self.port = 0
        self._hub_port = hub_port
        self._writers: set[asyncio.StreamWriter] = set()
        self._loop = asyncio.new_event_loop()
        self._ready = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()
        self._ready.wait(10)

    @property
    def url(self) -> str:
        """Where the program finds the hub."""
        return f"http://127.0.0.1:{self.port}"

    def later(self, seconds: float, what: Callable[[], None]) -> None:
        """Do something on the proxy's thread after `seconds`; may be called from any thread."""
        self._loop.call_soon_threadsafe(self._loop.call_later, seconds, what)

    def cut(self) -> None:
        """Break every connection that stands now."""
        self._loop.call_soon_threadsafe(self._abort)

    def close(self) -> None:
        """End it."""
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        server = self._loop.run_until_complete(asyncio.start_server(self._serve, "127.0.0.1", 0, limit=1 << 24))
        self.port = server.sockets[0].getsockname()[1]
        self._ready.set()
        self._loop.run_forever()
        self._abort()
        server.close()
        for task in asyncio.all_tasks(self._loop):
            task.cancel()
        self._loop.run_until_complete(asyncio.sleep(0.05))
        self._loop.close()

    def _abort(self) -> None:
        for writer in tuple(self._writers):
            writer.transport.abort()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._writers.add(writer)
        hub: list[tuple[asyncio.StreamReader, asyncio.StreamWriter]] = []
        try:
            while self.open and await self._next(reader, writer, hub):
                pass
        except _GONE:
            pass
        finally:
            self._writers.discard(writer)
            for one in (writer, *(upstream for _, upstream in hub)):
                one.transport.abort()

    async def _next(
        self,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        hub: list[tuple[asyncio.StreamReader, asyncio.StreamWriter]],
    ) -> bool:
        """Take one request and let happen to it what the weather says; False ends the connection."""
        head = await reader.readuntil(b"\r\n\r\n")
        body = await reader.readexactly(_length(head))
        method, path, _ = head.split(b" ", 2)
        fault = self.weather.meet(f"{method.decode()} {path.decode()}") if self.open else Fault.LOST_REQUEST
        passage = Passage(method.decode(), path.decode(), fault, time.monotonic(), _ids(path, body))
        self.passages.append(passage)
        self.sight(passage, "seen")
        if fault is Fault.LOST_REQUEST:
            return False
        if fault is Fault.HOLE_BEFORE:
            await reader.read()
            return False
        if fault in (Fault.BUSY, Fault.BROKEN):
            writer.write(_refusal(fault, len(self.passages)))
            await writer.drain()
            return True
        if not hub:
            hub.append(await asyncio.open_connection("127.0.0.1", self._hub_port, limit=1 << 26))
        from_hub, to_hub = hub[0]
        request = head + body
        to_hub.write(request[: len(request) // 2] if fault is Fault.CUT_REQUEST else request)
        await to_hub.drain()
        if fault is Fault.CUT_REQUEST:
            return False
        passage.head = await from_hub.readuntil(b"\r\n\r\n")
        passage.status = int(passage.head.split(b" ", 2)[1])
        if b"text/event-stream" in passage.head.lower():
            await self._stream(passage, reader, writer, from_hub)
            return False
        passage.body = await _rest(passage.head, from_hub)
        passage.answered = time.monotonic()
        self.sight(passage, "answered")
        return await self._answer(passage, reader, writer)

    async def _answer(self, passage: Passage, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        answer = passage.head + passage.body
        if passage.fault is Fault.LOST_ANSWER:
            return False
        if passage.fault is Fault.HOLE_AFTER:
            await reader.read()
            return False
        if passage.fault is Fault.CUT_ANSWER:
            writer.write(answer[: len(passage.head) + len(passage.body) // 2])
            await writer.drain()
            # An abort would take back what is still on its way.
            writer.close()
            return False
        step = max(len(answer) // 12, 1) if passage.fault is Fault.DRIP else len(answer)
        for start in range(0, len(answer), step):
            if start:
                await asyncio.sleep(0.01)
            writer.write(answer[start : start + step])
            await writer.drain()
        passage.delivered = time.monotonic()
        self.sight(passage, "delivered")
        return True

    async def _stream(
        self,
        passage: Passage,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        from_hub: asyncio.StreamReader,
    ) -> None:
        """Let events through until either side ends; a line in a hole stands, and says nothing."""
        writer.write(passage.head)
        hung_up = asyncio.ensure_future(reader.read())
        try:
            while not hung_up.done():
                coming = asyncio.ensure_future(from_hub.read(1 << 16))
                await asyncio.wait({hung_up, coming}, return_when=asyncio.FIRST_COMPLETED)
                if not coming.done():
                    coming.cancel()
                    return
                if not (data := coming.result()) or passage.fault in (Fault.LOST_ANSWER, Fault.CUT_ANSWER):
                    return
                if passage.fault is not Fault.HOLE_AFTER:
                    writer.write(data)
                    await writer.drain()
        finally:
            hung_up.cancel()
            with suppress(asyncio.CancelledError, *_GONE):
                await hung_up


def _length(head: bytes) -> int:
    for line in head.split(b"\r\n"):
        name, _, value = line.partition(b":")
        if name.strip().lower() == b"content-length":
            return int(value)
    return 0


async def _rest(head: bytes, reader: asyncio.StreamReader) -> bytes:
    """Return the body that follows `head`, just as it stands on the wire."""
    if b"transfer-encoding: chunked" not in head.lower():
        return await reader.readexactly(_length(head))
    parts = []
    size = 1
    while size:
        line = await reader.readline()
        size = int(line, 16)
        parts += [line, await reader.readexactly(size + 2)]
    return b"".join(parts)


def _ids(path: bytes, body: bytes) -> tuple[str, ...]:
    if path != b"/operations":
        return ()
    return tuple(operation.id for operation in msgspec.json.decode(body, type=_Offer).operations)


def _refusal(fault: Fault, turn: int) -> bytes:
    """Return an answer that says no, each time another."""
    if fault is Fault.BROKEN:
        status = ("500 Internal Server Error", "502 Bad Gateway")[turn % 2]
        return _message(status, ("Content-Type: text/html",), b"<h1>It is broken.</h1>")
    again = ("0", "1", formatdate(time.time() + 1, usegmt=True))[turn % 3]
    status = ("429 Too Many Requests", "503 Service Unavailable")[turn % 2]
    return _message(status, (f"Retry-After: {again}", f"Date: {formatdate(usegmt=True)}"), b"")


def _message(status: str, headers: tuple[str, ...], body: bytes) -> bytes:
    lines = (f"HTTP/1.1 {status}", *headers, f"Content-Length: {len(body)}", "", "")
    return "\r\n".join(lines).encode() + body
