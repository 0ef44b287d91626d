"""The CRM in memory behind real HTTP answers: what the client sends and what each status means is part of the test."""

from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime

import httpx
import msgspec

from api.crm.hub import HubCrm
from api.crm.port import CursorLost, Identity
from api.model.operation import Operation
from api.model.people import Person
from tests.sync.fake_crm import FakeServer

Answer = httpx.Response | Exception | None
TOKEN = "handoff_wire-token"


def problem(status: int, detail: str, kind: str = "invalid", **headers: str) -> httpx.Response:
    """Return an answer without success, as a hub words it."""
    body = msgspec.json.encode({"type": f"/problems/{kind}", "title": "No", "status": status, "detail": detail})
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return httpx.Response(status, content=body, headers={"Content-Type": "application/problem+json", **named})


class _Stream(httpx.AsyncByteStream):
    def __init__(self, parts: AsyncIterator[bytes]) -> None:
        self._parts = parts

    async def __aiter__(self) -> AsyncIterator[bytes]:
        async for part in self._parts:
            yield part


class Wire(httpx.AsyncBaseTransport):
    """Answers as a hub does. `trouble` is asked first, with the request and the operations in it; what it returns or
    raises is the answer."""

    def __init__(self, server: FakeServer, person: Person) -> None:
        self.server = server
        self.person = person
        self.good_token = TOKEN
        self.trouble: Callable[[httpx.Request, list[str]], Answer] = lambda request, ids: None
        self.lose_answers = False
        self.requests: list[str] = []
        self.tokens: list[str] = []
        self.offered: list[list[str]] = []
        self.cursors: list[str] = []

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request.url.path)
        self.tokens.append(request.headers["Authorization"].removeprefix("Bearer "))
        operations = self._operations(request)
        ids = [one.id for one in operations]
        if ids:
            self.offered.append(ids)
        answer = self.trouble(request, ids)
        if isinstance(answer, Exception):
            raise answer
        if answer is None and self.tokens[-1] != self.good_token:
            answer = problem(401, "The token is expired.", "signed-out")
        answer = answer or self._answer(request, operations)
        if self.lose_answers and ids:
            raise httpx.ReadError("The connection was cut.")
        return answer

    def _operations(self, request: httpx.Request) -> list[Operation]:
        if request.method != "POST":
            return []
        return msgspec.json.decode(request.content, type=dict[str, list[Operation]])["operations"]

    def _answer(self, request: httpx.Request, operations: list[Operation]) -> httpx.Response:
        path = request.url.path
        if path == "/live":
            return httpx.Response(200, stream=_Stream(self._live()), headers={"Content-Type": "text/event-stream"})
        if path == "/me":
            return _json(Identity(self.person, self.server.epoch, self.server.now()))
        if path == "/operations":
            return _json({"receipts": [self.server.apply(one, self.person) for one in operations]})
        if path.startswith("/operations/"):
            receipt = self.server.receipts.get(path.removeprefix("/operations/"))
            return _json(receipt) if receipt is not None else problem(404, "Never seen.", "not-found")
        cursor = request.url.params["cursor"]
        self.cursors.append(cursor)
        try:
            return _json(self.server.pages(cursor)[0])
        except CursorLost as error:
            return problem(410, error.sentence, "cursor-lost")

    async def _live(self) -> AsyncIterator[bytes]:
        while True:
            self.server.changed.clear()
            yield f"event: changed\nid: {self.server.n}\ndata: {self.server.n}\n\n".encode()
            await self.server.changed.wait()


def _json(value: object) -> httpx.Response:
    return httpx.Response(200, content=msgspec.json.encode(value), headers={"Content-Type": "application/json"})


def crm_over(wire: Wire, token: str | Callable[[], str] = TOKEN, renew: Callable[[], str] | None = None) -> HubCrm:
    """Return the hub's adapter with this wire in place of the network."""
    return HubCrm("https://hub.example.com", token, renew=renew, transport=wire)


def http_date(seconds: float) -> str:
    """Return a date as HTTP writes it, `seconds` after an hour that no machine has."""
    from email.utils import format_datetime

    moment = datetime.fromtimestamp(datetime(2031, 5, 1, 12, tzinfo=UTC).timestamp() + seconds, UTC)
    return format_datetime(moment, usegmt=True)
