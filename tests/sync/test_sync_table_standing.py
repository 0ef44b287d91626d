"""The row of the sync table about 409 and 412: something else stands there already."""

import httpx
import pytest

from api.desk import Desk
from api.model import operation as op
from api.model.lead import State
from api.model.operation import Operation, Result
from api.sync import Sync
from tests.factories import OTHER_REP, REP, make_lead, make_operation
from tests.sync.acting import do
from tests.sync.waiting import FakeTime, running, until
from tests.sync.wire import Wire, crm_over, problem


@pytest.mark.parametrize("status", [409, 412])
class TestSomethingElseStands:
    """409 / 412: fetch and compare."""

    def refuses(self, wire: Wire, status: int, *, always: bool = False) -> list[int]:
        """Have the wire refuse what is offered for the first time, or each time."""
        refused: list[int] = []

        def trouble(request: httpx.Request, ids: list[str]) -> httpx.Response | None:
            if not ids or (refused and not always):
                return None
            refused.append(status)
            return problem(status, "The record has changed.", "changed")

        wire.trouble = trouble
        return refused

    def theirs(self, wire: Wire, verb: op.LeadVerb, lead: str = "a", actor=OTHER_REP) -> None:
        receipt = wire.server.apply(make_operation(verb, make_lead(lead), actor=actor), actor)
        assert receipt.result is Result.APPLIED

    async def settled(self, desk: Desk, wire: Wire, time: FakeTime, operation: Operation):
        async with running(Sync(desk, crm_over(wire), waiter=time)):
            await until(lambda: desk.status().pending == 0)
        return desk.receipt(operation.id)

    async def test_our_operation_id_there_is_done(self, ready: Desk, wire: Wire, time, status):
        (operation,) = do(ready, op.Accept(), "a")
        wire.server.apply(operation, REP)
        self.refuses(wire, status, always=True)
        receipt = await self.settled(ready, wire, time, operation)
        assert receipt.result is Result.APPLIED
        assert f"/operations/{operation.id}" in wire.requests
        assert len(wire.offered) == 1

    async def test_same_person_same_verb_is_already(self, ready: Desk, wire: Wire, time, status):
        (operation,) = do(ready, op.Accept(), "a")
        self.theirs(wire, op.Accept(), actor=REP)
        self.refuses(wire, status, always=True)
        assert (await self.settled(ready, wire, time, operation)).result is Result.ALREADY
        assert ready.lead("a").state is State.ACCEPTED

    async def test_another_person_same_refusal_is_agreed_and_told(self, ready: Desk, wire: Wire, time, status):
        no = op.Reject(reason="other", answers={"text": "A school, not a business."})
        (operation,) = do(ready, no, "a")
        self.theirs(wire, no)
        self.refuses(wire, status, always=True)
        receipt = await self.settled(ready, wire, time, operation)
        assert receipt.result is Result.AGREED
        assert "Otto Other" in receipt.sentence
        assert receipt.stands.by == OTHER_REP.id

    async def test_anothers_accept_is_taken_and_says_by_whom(self, ready: Desk, wire: Wire, time, status):
        (operation,) = do(ready, op.Accept(), "a")
        self.theirs(wire, op.Accept())
        self.refuses(wire, status, always=True)
        receipt = await self.settled(ready, wire, time, operation)
        assert receipt.result is Result.TAKEN
        assert receipt.stands.by_name == "Otto Other"
        assert ready.lead("a").standing.owner.id == OTHER_REP.id

    async def test_another_verb_is_a_conflict_theirs_stands_ours_is_kept(self, ready: Desk, wire: Wire, time, status):
        (mine,) = do(ready, op.Accept(), "a")
        self.theirs(wire, op.Reject(reason="other", answers={"text": "A school, not a business."}))
        self.refuses(wire, status, always=True)
        receipt = await self.settled(ready, wire, time, mine)
        assert receipt.result is Result.CONFLICT
        assert receipt.stands.verb == "reject"
        assert ready.lead("a").state is State.REJECTED
        assert [one.operation.id for one in ready.unsettled()] == [mine.id]

    async def test_only_other_fields_changed_is_offered_once_more_on_what_is_there(self, ready, wire, time, status):
        (operation,) = do(ready, op.Accept(), "a")
        seen: list[Operation] = []
        self.theirs(wire, op.Correct(field="company", value="Example Bakeries"))
        self.refuses(wire, status)
        take = wire.server.apply

        def apply(one: Operation, actor):
            seen.append(one)
            return take(one, actor)

        wire.server.apply = apply
        receipt = await self.settled(ready, wire, time, operation)
        assert receipt.result is Result.APPLIED
        assert [one.id for one in seen] == [operation.id]
        assert seen[0].seen.values["company"] == "Example Bakeries"
        assert operation.seen.values["company"] == "Example Bakery"

    async def test_refused_again_it_is_refused_in_the_servers_words(self, ready: Desk, wire: Wire, time, status):
        (operation,) = do(ready, op.Accept(), "a")
        refused = self.refuses(wire, status, always=True)
        receipt = await self.settled(ready, wire, time, operation)
        assert (receipt.result, receipt.sentence) == (Result.REFUSED, "The record has changed.")
        assert len(refused) == 2

    async def test_a_lead_that_is_not_there_is_refused_in_the_servers_words(
        self, ready: Desk, wire: Wire, time, status
    ):
        (operation,) = do(ready, op.Accept(), "a")
        wire.server.put("lead", "a", None)
        self.refuses(wire, status, always=True)
        receipt = await self.settled(ready, wire, time, operation)
        assert (receipt.result, receipt.sentence) == (Result.REFUSED, "The record has changed.")

    async def test_a_line_that_breaks_while_comparing_leaves_it_pending(self, ready: Desk, wire: Wire, time, status):
        (operation,) = do(ready, op.Accept(), "a")
        self.refuses(wire, status)
        first = wire.trouble

        def trouble(request: httpx.Request, ids: list[str]):
            if request.url.path.startswith("/operations/") and wire.requests.count(request.url.path) < 3:
                return httpx.ReadError("x")
            return first(request, ids)

        wire.trouble = trouble
        assert (await self.settled(ready, wire, time, operation)).result is Result.APPLIED
