"""A hub that says hostile things wherever a hub can say anything."""

import http.server
import json
import threading
import types
import typing
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, time, timedelta
from enum import Enum
from itertools import cycle
from typing import Any

import msgspec

from api import agreement as agreements
from api.model.agreement import Agreement
from api.model.campaign import Campaign
from api.model.lead import Lead, Standing
from api.model.operation import Receipt, Result
from api.model.people import Owner, Person, Role
from tests.factories import NOW
from tests.security.corpus import HOSTILE

ME = Person(id="rita", name="Rita Rep", role=Role.REP, team="north")


class Texts:
    """Gives every place a text of its own: a word that nothing else says, in the middle of something hostile."""

    def __init__(self) -> None:
        self.places: dict[str, str] = {}
        """The word of each place."""
        self._kinds = cycle(HOSTILE.values())

    def at(self, place: str) -> str:
        """Return a hostile text for `place`."""
        word = self.places.setdefault(place, f"q{len(self.places):03}z")
        hostile = next(self._kinds)
        # What is long or in lines would keep the word out of sight; it comes behind it.
        return f"{word}{hostile}" if len(hostile) > 100 or "\n" in hostile else f"{hostile[:40]}{word}{hostile}end"

    def fill(self, kind: Any, place: str) -> Any:
        """Return a value of the type `kind` with hostile text in every text of it."""
        if kind is str:
            return self.at(place)
        if isinstance(kind, type) and issubclass(kind, msgspec.Struct):
            fields = msgspec.structs.fields(kind)
            return kind(**{field.name: self.fill(field.type, f"{place}.{field.name}") for field in fields})
        origin, arguments = typing.get_origin(kind), typing.get_args(kind)
        if origin in (typing.Union, types.UnionType):
            return self.fill(next(one for one in arguments if one is not type(None)), place)
        if origin is tuple:
            return (self.fill(arguments[0], place),)
        if origin is dict:
            return {self.at(f"{place} key"): self.at(f"{place} value")}
        if origin is typing.Literal:
            return arguments[0]
        return _plain(kind)


def _plain(kind: Any) -> Any:
    if issubclass(kind, Enum):
        return next(iter(kind))
    values = {bool: True, int: 3, float: 3.0, datetime: NOW, date: NOW.date(), time: time(9)}
    return values[kind]


def hostile_lead(texts: Texts, number: int, **changes: Any) -> Lead:
    """Return a lead that waits for `ME`, with something hostile in every text that people see."""
    lead: Lead = texts.fill(Lead, f"lead{number}")
    now = datetime.now(NOW.tzinfo)
    standing = Standing(owner=Owner("team", "north"), due_at=now + timedelta(hours=number + 1))
    touches = tuple(msgspec.structs.replace(touch, asset_id="", campaign_id="c1", at=now) for touch in lead.touches)
    kept = {
        "id": f"lead-{number}",
        "campaign_id": "c1",
        "standing": standing,
        "snooze": None,
        "handed_at": now,
        "created_at": now,
        "touches": touches,
        "revision": 3,
        "decision_revision": 3,
    }
    return msgspec.structs.replace(lead, **(kept | changes))


def hostile_agreement(texts: Texts) -> Agreement:
    """Return the default agreement with hostile labels and sentences."""
    base = agreements.default()

    def said(record: Any, place: str, *names: str, **changes: Any) -> Any:
        return msgspec.structs.replace(record, **{name: texts.at(f"{place}.{name}") for name in names}, **changes)

    terms = tuple(
        said(
            term,
            f"term {term.code}",
            "label",
            "sentence",
            criteria=tuple(said(one, f"criterion {term.code} {one.field}", "label") for one in term.criteria),
        )
        for term in base.terms
    )
    reasons = tuple(
        said(
            reason,
            f"reason {reason.code}",
            "label",
            "sentence",
            asks=tuple(
                said(
                    ask,
                    f"ask {reason.code} {ask.key}",
                    "label",
                    options=tuple(texts.at(f"option {reason.code} {ask.key} {option}") for option in ask.options),
                )
                for ask in reason.asks
            ),
        )
        for reason in base.reasons
    )
    return msgspec.structs.replace(base, version=1, name=texts.at("agreement.name"), terms=terms, reasons=reasons)


class HostileHub:
    """Answers the program's requests; `said` is what a request to decide is answered with."""

    def __init__(self, texts: Texts, leads: list[Lead]) -> None:
        self.texts = texts
        campaign: Campaign = texts.fill(Campaign, "campaign")
        others = [
            Person(id="otto", name=texts.at("person.name"), role=Role.REP, team=texts.at("person.team")),
            msgspec.structs.replace(ME, name=texts.at("me.name")),
        ]
        self.me = others[1]
        records: list[tuple[str, str, Any]] = [
            ("agreement", "1", hostile_agreement(texts)),
            *(("person", person.id, person) for person in others),
            ("campaign", "c1", msgspec.structs.replace(campaign, id="c1", owner="otto")),
            *(("lead", lead.id, lead) for lead in leads),
        ]
        self.changes = [
            {"n": n, "kind": kind, "id": id_, "record": msgspec.to_builtins(record)}
            for n, (kind, id_, record) in enumerate(records, start=1)
        ]
        self.result = Result.CONFLICT
        self.problem = 0
        """A status with which everything is answered."""

    def answer(self, path: str, body: Any) -> tuple[int, Any]:
        """Return status and JSON for a request."""
        if self.problem:
            text = self.texts.at(f"problem {self.problem}")
            return self.problem, {"type": "/problems/any", "title": text, "detail": text, "status": self.problem}
        if path == "/health":
            return 200, {"name": "handoff hub", "version": self.texts.at("hub.version")}
        if path == "/me":
            return 200, {"person": msgspec.to_builtins(self.me), "epoch": "E1", "at": _now()}
        if path.startswith("/changes"):
            n = len(self.changes)
            news = [] if f"cursor=E1-{n}" in path else self.changes
            return 200, {"epoch": "E1", "changes": news, "cursor": f"E1-{n}", "n": n, "more": False}
        if path == "/operations":
            return 200, {"receipts": [self._receipt(one) for one in body["operations"]]}
        if body is not None:
            text = self.texts.at("import result")
            refused = {"status": "rejected", "field": text, "sentence": text, "id": ""}
            return 200, {"results": [{"index": index} | refused for index in range(len(body))]}
        return 404, {"title": "unknown"}

    def _receipt(self, operation: Any) -> Any:
        receipt: Receipt = self.texts.fill(Receipt, f"receipt {self.result.value}")
        took = self.result.took_effect
        stands = None if took or receipt.stands is None else msgspec.structs.replace(receipt.stands, by="otto")
        receipt = msgspec.structs.replace(receipt, operation_id=operation["id"], result=self.result, stands=stands)
        return msgspec.to_builtins(receipt)


def _now() -> str:
    return datetime.now(NOW.tzinfo).isoformat()


@contextmanager
def serving(hub: HostileHub) -> Iterator[str]:
    """Serve it and yield its address."""

    class Handler(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def _answer(self) -> None:
            size = int(self.headers.get("Content-Length") or 0)
            body = json.loads(self.rfile.read(size)) if size else None
            status, content = hub.answer(self.path, body)
            data = json.dumps(content, ensure_ascii=hub.problem % 2 == 0).encode(errors="replace")
            self.send_response(status, "\x1b[31mreason")
            self.send_header("Content-Type", "application/problem+json" if status >= 400 else "application/json")
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        do_GET = do_POST = _answer  # noqa: N815  (the library's names)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
