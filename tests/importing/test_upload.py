"""Sending a reading: results by line, steps, and an end that says where to go on."""

import httpx
import msgspec
import pytest

from api.crm.http import Http
from api.crm.port import Forbidden, Unreachable
from api.importing.reading import Reading, understand
from api.importing.upload import Said, Sent, Uploader
from api.model.ingest import Ingested, IngestReply, LeadIn, Status

ROWS = 7


def reading() -> Reading:
    rows = "".join(f"{number},Lead {number}\n" for number in range(1, ROWS + 1))
    return understand(f"id,name\nbroken\n{rows}".encode(), "leads.csv")


class FakeHub:
    """Answers like a hub; rejects lead 3, remarks on lead 4, fails as told."""

    def __init__(self, *, largest: int = 1_000, broken_after: int = 1_000, status: int = 200) -> None:
        self.largest = largest
        self.broken_after = broken_after
        self.status = status
        self.taken: list[str] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        items = msgspec.json.decode(request.content, type=list[LeadIn])
        if len(items) > self.largest:
            return self._problem(413)
        if self.status != 200:
            return self._problem(self.status)
        if len(self.taken) >= self.broken_after:
            raise httpx.ConnectError("gone")
        self.taken += [item.source_id for item in items]
        results = tuple(self._result(index, item) for index, item in enumerate(items))
        return httpx.Response(
            200, content=msgspec.json.encode(IngestReply(results=results)), headers={"Content-Type": "application/json"}
        )

    def _result(self, index: int, item: LeadIn) -> Ingested:
        if item.source_id == "3":
            return Ingested(index=index, status=Status.REJECTED, field="owner", sentence="There is nobody.")
        remark = "Won before it began." if item.source_id == "4" else ""
        return Ingested(index=index, status=Status.CREATED, id=item.source_id, sentence=remark)

    def _problem(self, status: int) -> httpx.Response:
        body = {"type": "/problems/x", "title": "No", "status": status, "detail": "Not like this."}
        headers = {"Content-Type": "application/problem+json"}
        return httpx.Response(status, content=msgspec.json.encode(body), headers=headers)


async def send(hub: FakeHub, *, step: int = 3) -> tuple[Sent, list[int]]:
    http = Http("http://127.0.0.1:1", "token", transport=httpx.MockTransport(hub))
    done: list[int] = []
    try:
        return await Uploader(http, step).send(reading(), done.append), done
    finally:
        await http.close()


async def test_results_are_told_by_the_line_in_the_file() -> None:
    hub = FakeHub()
    sent, done = await send(hub)
    assert hub.taken == [str(number) for number in range(1, ROWS + 1)]
    assert sent.counts == {"created": 6, "updated": 0, "unchanged": 0, "rejected": 1}
    assert sent.rejected == (Said(5, "There is nobody.", "owner"),)
    assert sent.remarks == (Said(6, "Won before it began."),)
    assert (sent.problem, done) == (None, [3, 6, 7])


async def test_a_step_too_large_is_sent_in_shorter_ones() -> None:
    hub = FakeHub(largest=2)
    sent, _ = await send(hub, step=7)
    assert hub.taken == [str(number) for number in range(1, ROWS + 1)]
    assert sent.problem is None


async def test_a_hub_that_goes_away_leaves_a_line_to_go_on_from() -> None:
    sent, _ = await send(FakeHub(broken_after=3))
    assert isinstance(sent.problem, Unreachable)
    assert sent.next_line == 6
    assert sum(sent.counts.values()) == 3


@pytest.mark.parametrize("status", [403])
async def test_a_role_that_may_not_import_is_told(status: int) -> None:
    sent, _ = await send(FakeHub(status=status))
    assert isinstance(sent.problem, Forbidden)
    assert sent.next_line == 3
