"""The hub over HTTP: who may do what, and a problem with its field for everything that is wrong."""

import json
from datetime import datetime
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from litestar.testing import TestClient

from api.hub.data.auth import LIFETIME
from api.hub.service import Hub
from api.model import operation as op
from api.model.ingest import LeadIn
from api.model.operation import Receipt
from tests.factories import MANAGER, MARKETER, REP, make_lead, make_operation
from tests.hub.conftest import bearer

Client = TestClient[Any]

POSTS = ("/operations", "/leads", "/campaigns", "/touches", "/outcomes")
GETS = ("/me", "/people", "/agreement", "/changes", "/operations/x", "/live")


def problem(response: Any, status: int) -> dict[str, Any]:
    """Assert that the answer is a problem document of this status; return it."""
    assert response.status_code == status, response.text
    assert response.headers["content-type"] == "application/problem+json"
    document: dict[str, Any] = response.json()
    assert document["status"] == status
    assert document["type"].startswith("/problems/")
    assert document["title"]
    assert document["detail"].endswith(".")
    return document


def as_json(operation: op.Operation, **changes: Any) -> dict[str, Any]:
    record: dict[str, Any] = msgspec.to_builtins(operation)
    return {**record, **changes}


def test_without_a_token_there_is_only_health_and_the_document(client: Client) -> None:
    assert client.get("/health").json()["name"] == "handoff hub"
    assert client.get("/openapi.json").json()["openapi"].startswith("3.1")
    for path in GETS:
        refused = client.get(path)
        assert problem(refused, 401)["type"] == "/problems/signed-out"
        assert refused.headers["www-authenticate"].startswith("Bearer")
    for path in POSTS:
        problem(client.post(path, content=b"{}"), 401)


@pytest.mark.parametrize(
    "header", ["", "Bearer", "Bearer  ", "Basic eDp5", "Bearer handoff_wrong", "handoff_x", "Bearer \xff"]
)
def test_a_wrong_token_is_refused(client: Client, tokens: dict[str, str], header: str) -> None:
    problem(client.get("/me", headers={"Authorization": header.encode("latin-1")}), 401)  # type: ignore[dict-item]


def test_me_says_who_and_which_history(client: Client, hub: Hub, tokens: dict[str, str]) -> None:
    answer = client.get("/me", headers=bearer(tokens["rita"])).json()
    assert answer["person"]["id"] == "rita"
    assert answer["person"]["role"] == "rep"
    assert answer["epoch"] == hub.epoch
    assert answer["at"].endswith("Z")


def test_me_says_until_when_the_token_is_good(client: Client, hub: Hub, tokens: dict[str, str]) -> None:
    ends = client.get("/me", headers=bearer(hub.issue_token("rita"))).json()["expires_at"]
    assert datetime.fromisoformat(ends).date() == (hub.now + LIFETIME).date()


def test_a_lead_goes_in_comes_out_and_is_decided(client: Client, tokens: dict[str, str]) -> None:
    posted = client.post(
        "/leads", headers=bearer(tokens["mia"]), json={"source": "form", "source_id": "1", "name": "Ana"}
    ).json()
    assert [result["status"] for result in posted["results"]] == ["created"]
    page = client.get("/changes", headers=bearer(tokens["rita"])).json()
    (lead,) = [change["record"] for change in page["changes"] if change["kind"] == "lead"]
    assert lead["contact"]["name"] == "Ana"
    operation = as_json(make_operation(op.Accept(), make_lead(lead["id"])), actor="somebody-else")
    (receipt,) = client.post("/operations", headers=bearer(tokens["rita"]), json={"operations": [operation]}).json()[
        "receipts"
    ]
    assert receipt["result"] == "applied"
    read_back = client.get(f"/operations/{operation['id']}", headers=bearer(tokens["rita"]))
    assert read_back.json() == receipt
    assert msgspec.convert(read_back.json(), Receipt).n == receipt["n"]
    after = client.get("/changes", params={"cursor": page["cursor"]}, headers=bearer(tokens["otto"])).json()
    changed = {change["id"]: change["record"] for change in after["changes"]}
    assert changed[lead["id"]]["trail"][0]["by"] == "rita"
    problem(client.get("/operations/unknown", headers=bearer(tokens["rita"])), 404)


@pytest.mark.parametrize("path", POSTS[1:])
def test_a_rep_may_not_post_leads_and_what_belongs_to_them(client: Client, tokens: dict[str, str], path: str) -> None:
    document = problem(client.post(path, headers=bearer(tokens["rita"]), json=[]), 403)
    assert document["type"] == "/problems/forbidden"
    for person in (MARKETER, MANAGER):
        assert client.post(path, headers=bearer(tokens[person.id]), json=[]).json() == {"results": []}


def test_unknown_addresses_and_methods_are_problems(client: Client, tokens: dict[str, str]) -> None:
    problem(client.get("/nowhere"), 404)
    problem(client.get("/"), 404)
    problem(client.get("/operations/%00", headers=bearer(tokens["rita"])), 404)
    refused = client.delete("/leads")
    assert problem(refused, 405)["type"] == "/problems/wrong-method"
    assert "POST" in refused.headers["allow"]


def test_a_cursor_of_another_history_says_so(client: Client, tokens: dict[str, str]) -> None:
    answer = client.get("/changes", params={"cursor": "elsewhere:5"}, headers=bearer(tokens["rita"]))
    assert problem(answer, 410)["type"].endswith("/cursor-lost")


@pytest.mark.parametrize("limit", ["0", "-1", "1001", "many", "1.5", "", "９", "9" * 5000])
def test_a_limit_that_makes_no_sense_is_named(client: Client, tokens: dict[str, str], limit: str) -> None:
    answer = client.get("/changes", params={"limit": limit}, headers=bearer(tokens["rita"]))
    assert problem(answer, 422)["field"] == "limit"


@pytest.mark.parametrize("path", POSTS)
@pytest.mark.parametrize(
    ("content", "status"),
    [
        (b"", 400),
        (b"{", 400),
        (b"\xff\xfe", 400),
        (b'"\\ud800"', 400),
        (b"\x00{}", 400),
        (b"[" * 100_000, 400),
        (b'{"operations":' * 50_000, 400),
        (b'[{"a":' + b"[" * 40 + b"]" * 40 + b"}]", 400),
        (b"null", 422),
        (b"7", 422),
        (b'{"nobody": "knows this"}', 422),
        (b" " * 8_000_001, 413),
    ],
    ids=lambda value: repr(value[:12]) if isinstance(value, bytes) else str(value),
)
def test_no_body_fails_the_hub(client: Client, tokens: dict[str, str], path: str, content: bytes, status: int) -> None:
    problem(client.post(path, headers=bearer(tokens["max"]), content=content), status)


@pytest.mark.parametrize("path", POSTS)
def test_nul_is_refused_with_its_field(client: Client, tokens: dict[str, str], path: str) -> None:
    body = {"a": [{"b": "fine"}, {"b": "no\x00pe"}]}
    assert problem(client.post(path, headers=bearer(tokens["max"]), json=body), 422)["field"] == "a[1].b"
    escaped = {"a": "a backslash and u0000: \\u0000"}
    assert "a" in problem(client.post(path, headers=bearer(tokens["max"]), json=escaped), 422)["field"]


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"verb": {"kind": "fly"}}, "operations[1].verb.kind"),
        ({"verb": {"kind": "reject"}}, "operations[1].verb.reason"),
        ({"verb": {"kind": "note", "text": 5}}, "operations[1].verb.text"),
        ({"verb": {"kind": "note", "text": "a", "colour": "red"}}, "operations[1].verb.colour"),
        ({"verb": {"kind": "snooze", "until": "2026-12-01T00:00:00"}}, "operations[1].verb.until"),
        ({"verb": {"kind": "qualify", "amount": -5}}, "operations[1].verb.amount"),
        ({"id": ""}, "operations[1].id"),
        ({"id": "a b"}, "operations[1].id"),
        ({"id": "a/b"}, "operations[1].id"),
        ({"target": {"kind": "campaign", "id": "c"}}, "operations[1].target.kind"),
        ({"seen": {"decision_revision": "1"}}, "operations[1].seen.decision_revision"),
        ({"agreement": -1}, "operations[1].agreement"),
        ({"undoes": "a b"}, "operations[1].undoes"),
        ({"insists": "a b"}, "operations[1].insists"),
        ({"insists": 5}, "operations[1].insists"),
        ({"at": "yesterday"}, "operations[1].at"),
        ({"at": "2026-11-18T10:00:00"}, "operations[1].at"),
        ({"at": "0001-01-01T00:00:00+14:00"}, "operations[1].at"),
        ({"at": "9999-12-31T23:59:59-14:00"}, "operations[1].at"),
    ],
)
def test_a_wrong_operation_is_refused_with_its_field(
    client: Client, tokens: dict[str, str], changes: dict[str, Any], field: str
) -> None:
    good = as_json(make_operation(op.Note(text="fine")))
    body = {"operations": [good, {**good, **changes}]}
    assert problem(client.post("/operations", headers=bearer(tokens["rita"]), json=body), 422)["field"] == field


def test_of_a_list_only_the_wrong_items_are_rejected(client: Client, tokens: dict[str, str]) -> None:
    body = [
        {"source": "form", "source_id": "1"},
        {"source": "form", "source_id": 2},
        {"source": "form", "source_id": "3", "employees": "many"},
        {"source": "form", "source_id": "4", "created_at": "2026-11-18T10:00:00"},
        {"source": "form", "source_id": "5", "nickname": "A"},
        {"source": "form", "source_id": "6"},
    ]
    results = client.post("/leads", headers=bearer(tokens["mia"]), json=body).json()["results"]
    assert [(result["index"], result["status"], result["field"]) for result in results] == [
        (0, "created", ""),
        (1, "rejected", "source_id"),
        (2, "rejected", "employees"),
        (3, "rejected", "created_at"),
        (4, "rejected", "nickname"),
        (5, "created", ""),
    ]


def test_too_many_items_are_refused(client: Client, tokens: dict[str, str]) -> None:
    items = [{"source": "form", "source_id": "1"}] * 1_001
    problem(client.post("/leads", headers=bearer(tokens["mia"]), json=items), 413)
    operations = [as_json(make_operation(op.Note(text="hello")))] * 501
    body = {"operations": operations}
    problem(client.post("/operations", headers=bearer(tokens["rita"]), json=body), 413)


def test_a_hub_on_its_way_out_asks_to_wait(client: Client, hub: Hub, tokens: dict[str, str]) -> None:
    headers = bearer(tokens["rita"])
    assert client.get("/me", headers=headers).status_code == 200
    hub.close()
    answer = client.post("/operations", headers=headers, json={"operations": []})
    assert problem(answer, 503)["type"] == "/problems/busy"
    assert int(answer.headers["retry-after"]) > 0


LEAF = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text()
NAMES = st.sampled_from(
    ["operations", "id", "kind", "verb", "target", "seen", "at", "agreement", "source", "source_id", "touches", "name"]
)
JSON = st.recursive(
    LEAF,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(NAMES | st.text(), inner, max_size=5),
    max_leaves=25,
)


@st.composite
def bent_operations(draw: st.DrawFn) -> Any:
    """Draw operations of which one field or another holds anything at all."""
    operation = as_json(make_operation(op.Reject(reason="other", answers={"text": "long enough to be taken"})))
    place = draw(st.sampled_from(["", "verb", "target", "seen"]))
    inner = operation[place] if place else operation
    inner[draw(st.sampled_from(sorted(inner)))] = draw(JSON)
    return {"operations": [operation]}


@st.composite
def bent_leads(draw: st.DrawFn) -> Any:
    """Draw leads with anything at all in any of their fields."""
    lead: dict[str, Any] = {"source": "fuzz", "source_id": draw(st.text(max_size=5))}
    names = [
        "name",
        "email",
        "phone",
        "employees",
        "fit",
        "owner",
        "campaign",
        "touches",
        "created_at",
        "url",
        "message",
    ]
    for name in draw(st.lists(st.sampled_from(names), max_size=3)):
        lead[name] = draw(JSON | st.text())
    return draw(st.sampled_from([lead, [lead, lead]]))


def _dumped(value: Any) -> bytes:
    return json.dumps(value).encode()


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    path=st.sampled_from(POSTS),
    content=st.one_of(
        st.binary(max_size=200), JSON.map(_dumped), bent_operations().map(_dumped), bent_leads().map(_dumped)
    ),
)
def test_whatever_is_sent_the_hub_answers_for_it(
    client: Client, tokens: dict[str, str], path: str, content: bytes
) -> None:
    answer = client.post(path, headers=bearer(tokens["max"]), content=content)
    assert answer.status_code == 200 or 400 <= answer.status_code < 500, answer.text
    if answer.status_code != 200:
        assert problem(answer, answer.status_code)
    assert client.get("/changes", headers=bearer(tokens["rita"])).status_code == 200


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(cursor=st.text(), limit=st.text(), last=st.text(alphabet=st.characters(min_codepoint=32, max_codepoint=126)))
def test_whatever_is_asked_for_is_answered(
    client: Client, tokens: dict[str, str], cursor: str, limit: str, last: str
) -> None:
    headers = bearer(tokens[REP.id])
    answer = client.get("/changes", params={"cursor": cursor, "limit": limit}, headers=headers)
    assert answer.status_code in (200, 410, 422)
    assert client.get(f"/operations/{last.strip('/?#.%') or 'x'}", headers=headers).status_code in (404, 405)


def test_a_long_page_comes_packed_to_whoever_wishes_for_it(client: Client, hub: Hub, tokens: dict[str, str]) -> None:
    hub.ingest_leads([LeadIn(source="form", source_id=str(number)) for number in range(40)])

    def page(wish: str, after: int = 0) -> Any:
        headers = bearer(tokens["rita"]) | {"Accept-Encoding": wish}
        return client.get("/changes", params={"cursor": f"{hub.epoch}:{after}"}, headers=headers).raise_for_status()

    plain, packed = page("identity"), page("br, gzip;q=0.5")
    assert packed.headers["content-encoding"] == "gzip"
    assert packed.json() == plain.json()
    assert len(packed.json()["changes"]) > 40
    assert int(packed.headers["content-length"]) < int(plain.headers["content-length"]) / 3
    for unpacked in (plain, page("gzip;q=0, identity"), page("xgzip"), page(""), page("gzip", after=hub.head() - 1)):
        assert "content-encoding" not in unpacked.headers
