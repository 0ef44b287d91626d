"""Pages are taken in one by one: a pull that breaks goes on where it was, in the next attempt and the next process."""

from datetime import timedelta

import httpx
import pytest
from msgspec.structs import replace

from api.crm.port import Unreachable
from api.desk import Desk
from api.model import operation as op
from api.model.lead import State
from api.sync import Sync
from tests.factories import NOW, OTHER_REP, REP, make_lead, make_operation
from tests.sync.fake_crm import FakeCrm, FakeServer
from tests.sync.waiting import FakeTime, running, until
from tests.sync.wire import Wire, crm_over


@pytest.fixture
def server() -> FakeServer:
    server = FakeServer(page=2)
    for name in "abcdefgh":
        server.put_lead(make_lead(name))
    return server


@pytest.fixture
def wire(server: FakeServer) -> Wire:
    return Wire(server, REP)


def breaks_at(wire: Wire, page: int) -> None:
    def trouble(request: httpx.Request, ids: list[str]):
        return httpx.ReadError("x") if request.url.path == "/changes" and len(wire.cursors) >= page else None

    wire.trouble = trouble


async def test_a_pull_that_breaks_goes_on_from_the_next_page(desk: Desk, wire: Wire):
    breaks_at(wire, 3)
    async with running(Sync(desk, crm_over(wire), waiter=FakeTime())):
        await until(lambda: desk.status().connected is False)
        wire.trouble = lambda request, ids: None
        await until(lambda: len(desk.queue()) == 8)
    assert len(wire.cursors) == len(set(wire.cursors)), "no page was fetched twice"


async def test_it_goes_on_from_the_next_page_after_a_restart(open_desk, wire: Wire):
    breaks_at(wire, 3)
    assert (await Sync(open_desk(), crm_over(wire)).once(5)).problem is not None
    fetched = list(wire.cursors)
    wire.trouble = lambda request, ids: None
    desk = open_desk()
    assert (await Sync(desk, crm_over(wire)).once(5)).problem is None
    assert len(desk.queue()) == 8
    assert not set(fetched) & set(wire.cursors[len(fetched) :])


async def test_a_decision_whose_effect_is_on_a_page_not_yet_fetched_shows_after_a_restart(open_desk, server, pull):
    desk = open_desk()
    pull(desk)
    (mine,) = desk.prepare(op.Accept(), [desk.lead("c")])
    desk.commit([mine])
    desk.take_receipts([server.apply(mine, REP)])
    for name in "ab":
        server.put_lead(make_lead(name, origin="call"))
    server.apply(make_operation(op.Note(text="Seen."), server.leads["c"], actor=OTHER_REP), OTHER_REP)
    first = server.pages(desk.cursor)[0]
    assert {change.id for change in first.changes} == {"a", "b"}
    desk.take_page(first)
    assert desk.lead("c").state is State.ACCEPTED
    again = open_desk()
    assert again.lead("c").state is State.ACCEPTED
    pull(again)
    assert again.lead("c").state is State.ACCEPTED
    assert len(again.lead("c").remarks) == 1


async def test_a_first_pull_that_was_cut_short_is_not_taken_for_news_after_a_restart(open_desk, server: FakeServer):
    pages = server.pages("")
    for page in pages[:4]:
        open_desk().take_page(page)
    desk = open_desk()
    arrived: list[str] = []
    desk.listen(lambda changed: arrived.extend(changed.arrived))
    for page in pages[4:]:
        desk.take_page(page)
    assert len(desk.queue()) == 8
    assert arrived == []


class TestRestoredBackup:
    """The CRM's history is older than ours: all is pulled again, and what was settled is offered again."""

    async def begun(self, desk: Desk, server: FakeServer) -> FakeServer:
        """Have something settled that the backup, which is returned, knows nothing of."""
        async with running(Sync(desk, FakeCrm(server, REP), waiter=FakeTime())):
            await until(lambda: len(desk.queue()) == 8)
            backup = server.backup()
            backup.page = 2
            desk.commit(desk.prepare(op.Accept(), [desk.lead(one) for one in "abcd"]))
            await until(lambda: desk.status().pending == 0)
        return backup

    async def test_a_restart_in_the_middle_goes_on_offering(self, open_desk, server: FakeServer):
        backup = await self.begun(open_desk(), server)
        server.restored(backup, "e1")
        server.n -= 1
        for attempt in range(3):
            crm = FakeCrm(server, REP)

            def broken(request: str, attempt: int = attempt) -> None:
                if request == "submit" or (attempt == 0 and request == "next page"):
                    raise Unreachable("The line broke.")

            crm.trouble = broken
            assert (await Sync(open_desk(), crm).once(5)).problem is not None
        assert server.leads["a"].state is State.NEW
        desk = open_desk()
        assert (await Sync(desk, FakeCrm(server, REP)).once(5)).problem is None
        assert [server.leads[one].state for one in "abcd"] == [State.ACCEPTED] * 4
        assert desk.profile.connection().epoch == "e1"
        crm = FakeCrm(server, REP)
        await Sync(open_desk(), crm).once(5)
        assert crm.submitted == [], "once is enough"

    async def test_one_that_the_crm_can_not_answer_holds_up_neither_the_others_nor_what_is_new(self, open_desk, server):
        desk = open_desk()
        backup = await self.begun(desk, server)
        bad = next(one.operation.id for one in desk.ledger.history() if one.operation.target.id == "b")
        server.restored(backup, "e2")
        crm = FakeCrm(server, REP)

        def fails(operations) -> None:
            if bad in {one.id for one in operations}:
                raise Unreachable("The line broke.")

        crm.refuse_batches_with = fails
        async with running(Sync(desk, crm, waiter=FakeTime())):
            await until(lambda: server.leads["d"].state is State.ACCEPTED)
            desk.commit(desk.prepare(op.Accept(), [desk.lead("h")]))
            await until(lambda: desk.status().pending == 0)
            assert desk.profile.connection().epoch != "e2", "a restart is to offer it again"
            crm.refuse_batches_with = lambda operations: None
            await until(lambda: desk.profile.connection().epoch == "e2")
        assert server.leads["b"].state is State.ACCEPTED

    async def test_what_was_settled_longer_ago_than_it_is_kept_is_not_offered(self, open_desk, server: FakeServer):
        server.now = lambda: NOW - timedelta(days=31)
        desk = open_desk()
        backup = await self.begun(desk, server)
        server.restored(backup, "e2")
        crm = FakeCrm(server, REP)
        assert (await Sync(desk, crm).once(5)).problem is None
        assert crm.submitted == []

    async def test_what_it_has_forgotten_is_noticed_though_its_numbers_fit_what_we_have(self, open_desk, server):
        desk = open_desk()
        await Sync(desk, FakeCrm(server, REP)).once(5)
        backup = server.backup()
        desk.commit(desk.prepare(op.Accept(), [desk.lead("a")]))
        await Sync(desk, FakeCrm(server, REP)).once(5, pull=False)
        server.restored(backup, "e1")
        for number in range(5):
            server.put_lead(make_lead(f"new{number}"))
        again = open_desk()
        assert (await Sync(again, FakeCrm(server, REP)).once(5)).problem is None
        assert server.leads["a"].state is State.ACCEPTED
        assert again.lead("a").state is State.ACCEPTED
        assert len(again.rows()) == 13

    async def test_what_it_has_forgotten_is_noticed_before_anything_else_happens_there(self, open_desk, server):
        desk = open_desk()
        await Sync(desk, FakeCrm(server, REP)).once(5)
        backup = server.backup()
        desk.commit(desk.prepare(op.Accept(), [desk.lead("a")]))
        await Sync(desk, FakeCrm(server, REP)).once(5, pull=False)
        server.restored(backup, "e1")
        assert (await Sync(open_desk(), FakeCrm(server, REP)).once(5)).problem is None
        assert server.leads["a"].state is State.ACCEPTED

    async def test_what_it_has_forgotten_is_noticed_by_the_next_process_when_the_line_breaks(self, open_desk, server):
        desk = open_desk()
        await Sync(desk, FakeCrm(server, REP)).once(5)
        backup = server.backup()
        desk.commit(desk.prepare(op.Accept(), [desk.lead("a")]))
        await Sync(desk, FakeCrm(server, REP)).once(5, pull=False)
        server.restored(backup, "e1")
        for number in range(5):
            server.put_lead(make_lead(f"new{number}"))
        crm = FakeCrm(server, REP)

        def breaks(what: str) -> None:
            if what == "read_back":
                raise Unreachable("The line broke.")

        crm.trouble = breaks
        assert (await Sync(open_desk(), crm).once(5)).problem is not None
        assert (await Sync(open_desk(), FakeCrm(server, REP)).once(5)).problem is None
        assert server.leads["a"].state is State.ACCEPTED

    async def test_what_rests_on_something_forgotten_is_offered_after_it(self, open_desk, server: FakeServer):
        desk = open_desk()
        await Sync(desk, FakeCrm(server, REP)).once(5)
        backup = server.backup()
        desk.commit(desk.prepare(op.Accept(), [desk.lead("a")]))
        await Sync(desk, FakeCrm(server, REP)).once(5)
        server.restored(backup, "e1")
        (attempt,) = desk.prepare(op.Attempt(result="no answer"), [desk.lead("a")])
        desk.commit([attempt])
        again = open_desk()
        assert (await Sync(again, FakeCrm(server, REP)).once(5)).problem is None
        assert again.receipt(attempt.id).result.took_effect
        assert [made.result for made in server.leads["a"].attempts] == ["no answer"]

    async def test_what_somebody_ended_since_is_not_taken_for_forgotten(self, open_desk, server: FakeServer):
        desk = open_desk()
        await Sync(desk, FakeCrm(server, REP)).once(5)
        desk.commit(desk.prepare(op.SnoozeLead(or_activity=True), [desk.lead("a")]))
        await Sync(desk, FakeCrm(server, REP)).once(5, pull=False)
        server.put_lead(replace(server.leads["a"], snooze=None))
        crm = FakeCrm(server, REP)
        again = open_desk()
        assert (await Sync(again, crm).once(5)).problem is None
        assert crm.requests.count("read_back") == 1
        assert crm.requests.count("whoami") == 1, "nothing began anew"
        assert again.lead("a").snooze is None
        await Sync(again, crm).once(5)
        assert crm.requests.count("read_back") == 1, "asked once"
