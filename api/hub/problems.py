"""Everything that can go wrong at the hub, and how it is said over HTTP: RFC 9457 problem documents."""

import msgspec

from api.errors import HandoffError

MEDIA_TYPE = "application/problem+json"


class HubError(HandoffError):
    """The hub can't start or can't go on; its sentence is for whoever runs it."""


class HubProblem(HandoffError):
    """A request that can't be served; `kind` ends the problem's type, `field` names what was wrong."""

    def __init__(
        self, sentence: str, *, status: int, kind: str, field: str = "", headers: dict[str, str] | None = None
    ) -> None:
        super().__init__(sentence)
        self.status = status
        self.kind = kind
        self.field = field
        self.headers = headers or {}


class ProblemDocument(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The body of every answer that is not a success."""

    type: str
    title: str
    status: int
    detail: str
    field: str = ""


TITLES = {
    "signed-out": "Not signed in",
    "forbidden": "Not allowed",
    "cursor-lost": "Cursor not known",
    "malformed": "Not readable",
    "too-large": "Too large",
    "invalid": "Not valid",
    "not-found": "Not found",
    "wrong-method": "Wrong method",
    "busy": "Busy",
    "failed": "The hub failed",
    "bad-request": "Not understood",
    "not-possible": "Not possible",
}


def signed_out() -> HubProblem:
    """Return the problem of a missing, wrong, expired or revoked token; it does not tell which."""
    return HubProblem(
        "The token is missing, wrong, expired or revoked: ask a manager for a new one (“handoff user token”).",
        status=401,
        kind="signed-out",
        headers={"WWW-Authenticate": 'Bearer realm="handoff"'},
    )


def invalid(field: str, sentence: str) -> HubProblem:
    """Return the problem of a value that can't be taken."""
    return HubProblem(sentence, status=422, kind="invalid", field=field)
