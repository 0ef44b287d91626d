"""What a request asks of the database costs the same however much it holds: it is looked up, never searched for."""

import json
import re
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
from litestar.testing import TestClient
from sqlalchemy import Engine, event

from api.hub.service import Hub
from api.hub.web.openapi import ROUTES
from api.model import operation as op
from api.model.lead import Lead
from api.model.operation import Result
from tests.factories import MANAGER, REP, make_operation
from tests.hub.conftest import Clock, bearer

HandOver = Callable[..., Lead]
Client = TestClient[Any]

FEW = {"counter", "meta"}
"""Tables that hold a handful of rows for good."""

FEW_OF_A_KIND = {"person", "agreement"}
"""Kinds of records that are read whole."""

IN_ORDER = {"records_by_n", "leads_by_recycle_on", "sqlite_autoindex_commits_1"}
"""Indexes that are read from one place on: what is wanted next is what comes next in them."""


class Said(NamedTuple):
    """One statement that the database was given, with the values of its first row."""

    statement: str
    values: Any


@contextmanager
def listening() -> Iterator[list[Said]]:
    """Collect every statement within the block; many rows written by one are one."""
    said: list[Said] = []

    def note(_connection: Any, _cursor: Any, statement: str, values: Any, _context: Any, many: bool) -> None:
        if statement.startswith(("SELECT", "INSERT", "UPDATE", "DELETE")):
            said.append(Said(statement, values[0] if many else values))

    event.listen(Engine, "before_cursor_execute", note)
    try:
        yield said
    finally:
        event.remove(Engine, "before_cursor_execute", note)


def plan(database: Path, said: Said) -> list[str]:
    with closing(sqlite3.connect(database)) as connection:
        return [row[3] for row in connection.execute(f"EXPLAIN QUERY PLAN {said.statement}", said.values)]


def goes_through(step: str, values: Any) -> str:
    """Return which table that grows this step of a plan reads more of the more there is of it; empty for none."""
    found = re.match(r"(SCAN|SEARCH) (\w+)(?: USING (?:COVERING )?INDEX (\w+) \((.*)\))?", step)
    if found is None or found[2] in FEW:
        return ""
    how, table, index, condition = found.groups()
    by_kind_alone = condition == "kind=?" and values[0] not in FEW_OF_A_KIND
    open_range = condition is not None and "=" not in condition and index not in IN_ORDER
    return table if how == "SCAN" or condition is None or by_kind_alone or open_range else ""


SUPPRESS = op.Reject(
    reason="do_not_contact",
    answers={"channels": "all", "asked_on": "2026-11-18", "how": "by email", "confirm": "suppress"},
)
RECYCLE = op.Reject(reason="low_intent", answers={"did": "read a page", "recycle_on": "2026-12-01"})
LEAD = {
    "source": "form",
    "source_id": "1",
    "name": "Ana Example",
    "email": "ana@example.com",
    "phone": "+49 30 5550199",
    "campaign": "Spring",
    "owner": "person:rita",
}
CAMPAIGN = {"id": "spring", "name": "Spring", "why": "Bakeries ask for it"}
TOUCH = {"source": "form", "source_id": "1", "at": "2026-11-18T09:00:00Z", "kind": "page"}
OUTCOME = {"source": "form", "source_id": "1", "result": "won"}


def everything_a_client_asks(
    client: Client, hub: Hub, hand_over: HandOver, tokens: dict[str, str]
) -> dict[str, Callable[[], Any]]:
    """Return a way to make each request of the document, by its name there, that finds as much as there is to find."""
    epoch, as_one = hub.epoch, bearer(tokens[MANAGER.id])

    def get(path: str, **values: Any) -> Any:
        return client.get(path, params=values, headers=as_one).raise_for_status()

    def post(path: str, *bodies: Any) -> None:
        for body in bodies:
            said = client.post(path, content=json.dumps(body), headers=as_one).raise_for_status().json()
            assert not [result for result in said.get("results", []) if result["status"] == "rejected"], said

    def submit() -> None:
        accept = make_operation(op.Accept(), hand_over("a"), id="done")
        for operation in (
            accept,
            accept,
            make_operation(op.Note(text="Called"), hub.lead(accept.target.id)),
            make_operation(op.Reopen(), hub.lead(accept.target.id), undoes="done"),
            make_operation(op.Correct(field="email", value="b@example.com"), hand_over("b")),
            make_operation(RECYCLE, hand_over("c")),
            make_operation(SUPPRESS, hand_over("d", email="x@example.com")),
        ):
            body = msgspec.json.encode({"operations": [operation]})
            said = client.post("/operations", content=body, headers=bearer(tokens[REP.id])).raise_for_status().json()
            assert said["receipts"][0]["result"] in ("applied", "already"), said

    return {
        "health": lambda: get("/health"),
        "openapi": lambda: get("/openapi.json"),
        "me": lambda: get("/me"),
        "people": lambda: get("/people"),
        "agreement": lambda: get("/agreement"),
        "live": hub.head,
        "postLeads": lambda: post("/leads", LEAD, [LEAD | {"phone": "+49 30 5550123"}, LEAD | {"source_id": "2"}]),
        "postCampaigns": lambda: post("/campaigns", CAMPAIGN, CAMPAIGN | {"budget": 9_000}),
        "postTouches": lambda: post("/touches", TOUCH, TOUCH | {"kind": "webinar", "campaign": "Other"}),
        "postOutcomes": lambda: post("/outcomes", OUTCOME),
        "submit": submit,
        "readBack": lambda: get("/operations/done"),
        "changes": lambda: [get("/changes"), get("/changes", cursor=f"{epoch}:3"), get("/changes", limit=1)],
    }


def test_no_request_reads_through_a_table_that_grows(
    client: Client, hub: Hub, hand_over: HandOver, tokens: dict[str, str], clock: Clock, tmp_path: Path
) -> None:
    requests = everything_a_client_asks(client, hub, hand_over, tokens)
    assert set(requests) == {route.name for route in ROUTES}
    with listening() as said:
        for request in requests.values():
            request()
        clock.forward(days=13)
        assert hub.return_due(), "a recycled lead comes back"
        hub.forget_commits()
        hub.add_person("Rita Rep", REP.role)
        hub.issue_token(REP.id)
        hub.revoke_tokens(REP.id)
        hub.bootstrap()
    assert len(said) > 50
    wrong = {
        f"{table}: {one.statement}"
        for one in said
        for step in plan(tmp_path / "hub.db", one)
        if (table := goes_through(step, one.values))
    }
    assert not wrong


def test_a_page_takes_as_many_statements_for_many_changes_as_for_one(hub: Hub, hand_over: HandOver) -> None:
    for number in range(60):
        hand_over(str(number))

    def statements(limit: int) -> int:
        with listening() as said:
            assert len(hub.changes(f"{hub.epoch}:5", limit).changes) == limit
        return len(said)

    assert statements(50) == statements(1) <= 4


def test_a_request_takes_as_many_statements_for_many_decisions_as_for_one(
    hub: Hub, hand_over: HandOver, tokens: dict[str, str]
) -> None:
    def statements(count: int, name: str) -> int:
        leads = [hand_over(f"{name}-{place}", campaign="Spring") for place in range(count)]
        with listening() as said:
            receipts = hub.submit(REP, [make_operation(op.Accept(), lead) for lead in leads])
        assert {receipt.result for receipt in receipts} == {Result.APPLIED}
        return len(said)

    assert statements(40, "many") == statements(1, "one") <= 8


def test_who_asks_again_at_once_is_not_looked_up_again(client: Client, tokens: dict[str, str]) -> None:
    with listening() as said:
        client.get("/people", headers=bearer(tokens[REP.id])).raise_for_status()
        looked_up = [one for one in said if "tokens" in one.statement]
        client.get("/people", headers=bearer(tokens[REP.id])).raise_for_status()
    assert looked_up == [one for one in said if "tokens" in one.statement] != []
