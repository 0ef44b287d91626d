"""How requests are answered: with a JSON document, or, whatever went wrong, with a problem document."""

import logging
import re
import zlib
from ipaddress import ip_address
from typing import Any

import msgspec
from litestar import Request, Response
from litestar.exceptions import HTTPException
from litestar.types import Receive, Scope, Send
from sqlalchemy.exc import OperationalError

from api.errors import HandoffError
from api.hub.problems import MEDIA_TYPE, TITLES, HubError, HubProblem, ProblemDocument

log = logging.getLogger("handoff.hub")

HEADERS = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}
"""What every answer that is not a problem says about itself."""

_JSON_HEADERS = [
    (b"content-type", b"application/json"),
    *((name.lower().encode(), value.encode()) for name, value in HEADERS.items()),
]
_PACKED = (b"content-encoding", b"gzip")
_PACKED_FROM = 10_000
"""Bytes from which packing saves more of a slow line than it costs."""

_GZIP = re.compile(r"(?:^|,)\s*gzip\s*(?!;\s*q=0(?:\.0*)?\s*(?:,|$))(?:;|,|$)", re.IGNORECASE)

_STATUSES = {
    400: ("bad-request", "The request can't be understood."),
    404: ("not-found", "There is nothing at this address."),
    405: ("wrong-method", "This address does not take that method."),
    413: ("too-large", "The body is too large: send fewer items at once."),
}


class Answer:
    """A JSON document that is ready to be sent."""

    __slots__ = ("_body", "_headers")

    def __init__(self, body: bytes, *, packed: bool = False) -> None:
        """Hold `body`; `packed` says that it is gzip."""
        self._body = body
        self._headers = [*_JSON_HEADERS, (b"content-length", b"%d" % len(body)), *((_PACKED,) if packed else ())]

    async def __call__(self, _scope: Scope, _receive: Receive, send: Send) -> None:
        """Send it."""
        await send({"type": "http.response.start", "status": 200, "headers": self._headers})
        await send({"type": "http.response.body", "body": self._body, "more_body": False})


def answer(record: Any, *, packed: bool = False) -> Answer:
    """Return the answer that holds `record`, `packed` if it is so long that this is worth it."""
    body = msgspec.json.encode(record)
    if not packed or len(body) < _PACKED_FROM:
        return Answer(body)
    # Level 1 takes half the time of the usual one and leaves a page nearly as short.
    return Answer(zlib.compress(body, 1, wbits=31), packed=True)


def may_pack(request: Request[Any, Any, Any]) -> bool:
    """Say whether a long answer should be packed: it is wished for, and comes by a line slower than packing is."""
    return request.client is not None and not _here(request.client.host) and _gzip_wanted(request)


def _gzip_wanted(request: Request[Any, Any, Any]) -> bool:
    return _GZIP.search(request.headers.get("accept-encoding", "")) is not None


def _here(host: str) -> bool:
    """Say whether `host` is this machine."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def respond(problem: HubProblem) -> Response[bytes]:
    """Return the HTTP answer for `problem`."""
    document = ProblemDocument(
        type=f"/problems/{problem.kind}",
        title=TITLES[problem.kind],
        status=problem.status,
        detail=problem.sentence,
        field=problem.field,
    )
    return Response(
        msgspec.json.encode(document), status_code=problem.status, media_type=MEDIA_TYPE, headers=problem.headers
    )


def handle(_request: Request[Any, Any, Any], error: Exception) -> Response[bytes]:
    """Turn any exception of a request into a problem document."""
    if isinstance(error, HubProblem):
        return respond(error)
    if isinstance(error, HTTPException) and error.status_code < 500:
        kind, sentence = _STATUSES.get(error.status_code, _STATUSES[400])
        return respond(HubProblem(sentence, status=error.status_code, kind=kind, headers=dict(error.headers or {})))
    if isinstance(error, HubError):
        return respond(HubProblem(error.sentence, status=503, kind="busy", headers={"Retry-After": "5"}))
    if isinstance(error, HandoffError):
        return respond(HubProblem(error.sentence, status=409, kind="not-possible"))
    if isinstance(error, OperationalError):
        # Its text quotes the statement, which may carry people's data, so only the driver's words are kept.
        log.error("The database does not answer: %s", error.orig)
        sentence = "The hub can't use its database now: try again soon."
        return respond(HubProblem(sentence, status=503, kind="busy", headers={"Retry-After": "5"}))
    log.error("A request failed.", exc_info=error)
    return respond(HubProblem("The hub failed at this request; its log says why.", status=500, kind="failed"))
