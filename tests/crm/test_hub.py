"""What the hub's adapter makes of the hub's answers, the odd ones included."""

from collections.abc import Callable

import httpx
import msgspec
import pytest

from api.crm.hub import HubCrm
from api.crm.port import Identity, Rubbish, Unreachable
from api.hub.web.live import HEARTBEAT
from api.model import operation as op
from api.model.operation import Receipt, Result
from tests.factories import NOW, REP, make_operation

Answer = Callable[[httpx.Request], object]


def hub(answer: Answer) -> HubCrm:
    def respond(request: httpx.Request) -> httpx.Response:
        body = msgspec.json.encode(answer(request))
        return httpx.Response(200, content=body, headers={"Content-Type": "application/json"})

    return HubCrm("https://hub.example.com", "token", transport=httpx.MockTransport(respond))


def page(n: int, *, more: bool, changes: list[dict[str, object]] | None = None) -> dict[str, object]:
    return {"epoch": "e", "changes": changes or [], "cursor": f"e:{n}", "n": n, "more": more}


async def test_pages_follow_each_other_and_gone_records_are_gone():
    def answer(request: httpx.Request) -> object:
        if request.url.params["cursor"] == "":
            return page(1, more=True, changes=[{"n": 1, "kind": "lead", "id": "a", "record": {"id": "a"}}])
        assert request.url.params["cursor"] == "e:1"
        return page(2, more=False, changes=[{"n": 2, "kind": "lead", "id": "a", "record": None}])

    pages = [one async for one in hub(answer).changes("")]
    assert [one.n for one in pages] == [1, 2]
    assert bytes(pages[0].changes[0].record) == b'{"id":"a"}'
    assert pages[1].changes[0].gone


async def test_a_hub_that_promises_changes_for_ever_is_not_believed():
    crm = hub(lambda request: page(0, more=True))
    with pytest.raises(Rubbish, match="promises more"):
        async for _ in crm.changes("e:0"):
            pass


async def test_answers_to_operations_that_were_not_sent_are_ignored():
    operation = make_operation(op.Accept())
    receipts = [Receipt(operation_id=one, result=Result.APPLIED, at=NOW) for one in (operation.id, "foreign")]
    assert await hub(lambda request: {"receipts": receipts}).submit([operation]) == receipts[:1]


async def test_operations_are_sent_as_they_are_recorded():
    operation = make_operation(op.Reject(reason="other", answers={"text": "A school, not a business."}))
    sent: list[op.Operation] = []

    def answer(request: httpx.Request) -> object:
        sent.extend(msgspec.json.decode(request.content, type=dict[str, list[op.Operation]])["operations"])
        return {"receipts": []}

    assert await hub(answer).submit([operation]) == []
    assert sent == [operation]


async def test_an_id_never_leaves_its_place_in_the_address():
    paths: list[bytes] = []

    def answer(request: httpx.Request) -> object:
        paths.append(request.url.raw_path)
        return Receipt(operation_id="x", result=Result.APPLIED, at=NOW)

    await hub(answer).read_back(make_operation(op.Accept(), id="../me?x"))
    assert paths == [b"/operations/..%2Fme%3Fx"]


async def test_a_live_line_that_is_silent_for_longer_than_the_hub_ever_is_counts_as_broken_soon():
    seen: list[float] = []

    def respond(request: httpx.Request) -> httpx.Response:
        seen.append(request.extensions["timeout"]["read"])
        raise httpx.ReadTimeout("nothing was heard")

    crm = HubCrm("https://hub.example.com", "token", transport=httpx.MockTransport(respond))
    with pytest.raises(Unreachable):
        async for _ in crm.nudges():
            pass
    assert HEARTBEAT < seen[0] <= 20


async def test_small_requests_are_given_up_on_sooner_than_a_large_page():
    patience: dict[str, float] = {}

    def answer(request: httpx.Request) -> object:
        patience[request.url.path] = request.extensions["timeout"]["read"]
        if request.url.path == "/me":
            return Identity(REP, "e", NOW)
        return {"receipts": []} if request.method == "POST" else page(1, more=False)

    crm = hub(answer)
    await crm.whoami()
    await crm.submit([make_operation(op.Accept())])
    assert [one.n async for one in crm.changes("")] == [1]
    assert patience["/me"] == patience["/operations"] <= 10
    assert patience["/changes"] >= 20
