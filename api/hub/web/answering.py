"""Every exception of a request, told as a problem document."""

import logging
from typing import Any

import msgspec
from litestar import Request, Response
from litestar.exceptions import HTTPException
from sqlalchemy.exc import OperationalError

from api.errors import HandoffError
from api.hub.problems import MEDIA_TYPE, TITLES, HubError, HubProblem, ProblemDocument

log = logging.getLogger("handoff.hub")

_STATUSES = {
    400: ("bad-request", "The request can't be understood."),
    404: ("not-found", "There is nothing at this address."),
    405: ("wrong-method", "This address does not take that method."),
    413: ("too-large", "The body is too large: send fewer items at once."),
}


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
