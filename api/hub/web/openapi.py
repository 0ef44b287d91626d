"""The OpenAPI document, made of the very records that travel: what it says is what is decoded."""

from datetime import datetime
from typing import Any

import msgspec

import api
from api.hub.problems import MEDIA_TYPE, ProblemDocument
from api.hub.service import PAGE_LIMIT
from api.hub.web.bodies import OPERATIONS_LIMIT, Submission
from api.model.agreement import Agreement
from api.model.campaign import Campaign
from api.model.changes import Page
from api.model.ingest import ITEMS_LIMIT, CampaignIn, IngestReply, LeadIn, OutcomeIn, TouchIn
from api.model.lead import Lead
from api.model.operation import Receipt
from api.model.people import Person


class Route(msgspec.Struct, frozen=True, kw_only=True):
    """One operation of the API, as the document tells it."""

    method: str
    path: str
    name: str
    """Its operationId."""
    summary: str
    answer: Any = None
    """Type of the answer's body; None for an event stream or a document of its own media type."""
    media_type: str = "application/json"
    body: Any = None
    many: bool = False
    """Whether the body may be a list of `body` as well."""
    parameters: tuple[dict[str, Any], ...] = ()
    problems: tuple[int, ...] = ()
    token: bool = True


class Receipts(msgspec.Struct, frozen=True):
    """The answer of POST /operations."""

    receipts: tuple[Receipt, ...]


class Identity(msgspec.Struct, frozen=True):
    """Who the token belongs to, and what time the hub has."""

    person: Person
    epoch: str
    at: msgspec.Raw
    expires_at: datetime | None
    """When the token expires; null when it never does."""


class Health(msgspec.Struct, frozen=True):
    """That the hub serves, and which version."""

    name: str
    version: str


_CURSOR = {
    "name": "cursor",
    "in": "query",
    "description": "The cursor of the page before; empty or absent: from the beginning.",
    "schema": {"type": "string", "default": ""},
}
_LIMIT = {
    "name": "limit",
    "in": "query",
    "description": "Most changes on the page.",
    "schema": {"type": "integer", "minimum": 1, "maximum": PAGE_LIMIT, "default": 500},
}
_ID = {"name": "id", "in": "path", "required": True, "schema": {"type": "string"}}
_LAST = {
    "name": "Last-Event-ID",
    "in": "header",
    "description": "The id of the last event heard; nothing is sent while it is still the newest.",
    "schema": {"type": "string"},
}


def _posted(path: str, what: str, kind: Any, summary: str) -> Route:
    return Route(
        method="post",
        path=path,
        name=f"post{what}",
        summary=f"{summary} One or a list of up to {ITEMS_LIMIT:,}; one result each. For marketers and managers.",
        body=kind,
        many=True,
        answer=IngestReply,
        problems=(400, 403, 413, 422),
    )


ROUTES = (
    Route(method="get", path="/health", name="health", summary="Whether the hub serves.", answer=Health, token=False),
    Route(
        method="get",
        path="/openapi.json",
        name="openapi",
        summary="This document.",
        answer=dict[str, Any],
        token=False,
    ),
    Route(method="get", path="/me", name="me", summary="Whose token this is, and until when.", answer=Identity),
    Route(method="get", path="/people", name="people", summary="Everybody with an account.", answer=tuple[Person, ...]),
    Route(method="get", path="/agreement", name="agreement", summary="The newest version.", answer=Agreement),
    Route(
        method="get",
        path="/changes",
        name="changes",
        summary="Changed records in the order of their numbers, each as it is now; a null record is gone.",
        answer=Page,
        parameters=(_CURSOR, _LIMIT),
        problems=(410, 422),
    ),
    Route(
        method="get",
        path="/live",
        name="live",
        summary="Events “changed”; id and data are the number of the newest change. A comment now and then.",
        media_type="text/event-stream",
        parameters=(_LAST,),
    ),
    Route(
        method="post",
        path="/operations",
        name="submit",
        summary=f"Do up to {OPERATIONS_LIMIT} operations in order; one receipt each. The same id again does nothing.",
        body=Submission,
        answer=Receipts,
        problems=(400, 413, 422),
    ),
    Route(
        method="get",
        path="/operations/{id}",
        name="readBack",
        summary="The receipt that an operation got.",
        answer=Receipt,
        parameters=(_ID,),
        problems=(404,),
    ),
    _posted("/leads", "Leads", LeadIn, "Hand leads over; the same source and source_id again updates."),
    _posted("/campaigns", "Campaigns", CampaignIn, "Describe campaigns; known by id, else by name."),
    _posted("/touches", "Touches", TouchIn, "Tell what leads did; the lead is named by source and source_id."),
    _posted("/outcomes", "Outcomes", OutcomeIn, "Tell how leads ended; the lead is named by source and source_id."),
)
"""Every route of the hub."""

_PROBLEM_WORDS = {
    400: "The body is not JSON, or nested too deeply.",
    401: "The token is missing, wrong, expired or revoked.",
    403: "The token's role may not do this.",
    404: "There is nothing with this id.",
    410: "The cursor is not known: pull everything again, from an empty one.",
    413: "The body is too large, or holds too many items.",
    422: "A field is wrong; it is named.",
}


def document() -> str:
    """Return the OpenAPI document as canonical JSON text: sorted, indented, ending with a line break."""
    kinds = [kind for route in ROUTES for kind in (route.answer, route.body) if kind is not None]
    records: list[Any] = [Lead, Campaign, Person, Agreement]
    every = [*kinds, *records, ProblemDocument]
    schemas, components = msgspec.json.schema_components(every, ref_template="#/components/schemas/{name}")
    known = dict(zip(map(repr, every), schemas, strict=True))
    components["Identity"]["properties"]["at"] = {"type": "string", "format": "date-time"}
    components["Change"]["properties"]["record"] = {
        "anyOf": [*({"$ref": f"#/components/schemas/{record.__name__}"} for record in records), {"type": "null"}]
    }
    paths: dict[str, dict[str, Any]] = {}
    for route in ROUTES:
        paths.setdefault(route.path, {})[route.method] = _told(route, known)
    whole = {
        "openapi": "3.1.0",
        "info": {
            "title": "Handoff hub",
            "version": api.__version__,
            "description": "The CRM server that ships with Handoff. Times are RFC 3339 in UTC.",
            "license": {"name": "MIT", "identifier": "MIT"},
        },
        "paths": paths,
        "components": {
            "schemas": components,
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
        },
        "security": [{"token": []}],
    }
    return msgspec.json.format(msgspec.json.encode(whole, order="sorted"), indent=2).decode() + "\n"


def _told(route: Route, known: dict[str, Any]) -> dict[str, Any]:
    content: dict[str, Any] = {"schema": {"type": "string"} if route.answer is None else known[repr(route.answer)]}
    told: dict[str, Any] = {
        "operationId": route.name,
        "summary": route.summary,
        "responses": {"200": {"description": "Done.", "content": {route.media_type: content}}},
    }
    for status in (401, *route.problems) if route.token else route.problems:
        told["responses"][str(status)] = {
            "description": _PROBLEM_WORDS[status],
            "content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/ProblemDocument"}}},
        }
    if route.parameters:
        told["parameters"] = list(route.parameters)
    if route.body is not None:
        one = known[repr(route.body)]
        several = {"type": "array", "items": one, "maxItems": ITEMS_LIMIT}
        schema = {"anyOf": [one, several]} if route.many else one
        told["requestBody"] = {"required": True, "content": {"application/json": {"schema": schema}}}
    if not route.token:
        told["security"] = []
    return told
