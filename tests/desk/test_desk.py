"""What a rep sees and does through the desk, with the CRM's word coming in between."""

import asyncio
import errno
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from msgspec.structs import replace

from api.desk import CannotDo, Changed, Desk, NotConnected, NothingToUndo, UnknownLead
from api.local.errors import NotSaved
from api.local.files import Files
from api.local.profile import Connection, Profile
from api.model import operation as op
from api.model.campaign import Campaign
from api.model.lead import State, Touch
from api.model.operation import Receipt, Result
from api.model.people import Owner
from tests.desk.acting import do, no_fit, send
from tests.factories import MANAGER, NOW, OTHER_REP, REP, make_agreement, make_lead, make_operation
from tests.sync.fake_crm import FakeServer

Pull = Callable[[Desk], None]


@pytest.fixture
def changes(desk: Desk) -> list[Changed]:
    heard: list[Changed] = []
    desk.listen(heard.append)
    return heard


def test_a_profile_without_a_crm_says_how_to_get_one(tmp_path):
    with pytest.raises(NotConnected, match="handoff connect"):
        Desk.open(Profile(tmp_path))


def test_the_queue_holds_what_waits_for_me_due_first(desk: Desk, server: FakeServer, pull: Pull):
    due = NOW + timedelta(hours=1)
    first = make_lead("urgent")
    server.put_lead(make_lead("later"))
    server.put_lead(replace(first, standing=replace(first.standing, due_at=due)))
    server.put_lead(make_lead("theirs", standing=replace(first.standing, owner=Owner("team", "south"))))
    server.put_lead(make_lead("decided", standing=replace(first.standing, state=State.REJECTED)))
    pull(desk)
    assert desk.queue() == ["urgent", "later"]


def test_a_filter_finds_waiting_leads_first_and_then_all_others(desk: Desk, server: FakeServer, pull: Pull):
    lead = make_lead("old")
    server.put_lead(make_lead("old", standing=replace(lead.standing, state=State.WON)))
    server.put_lead(make_lead("new"))
    server.put_lead(make_lead("odd", company=replace(lead.company, name="Someone Else")))
    pull(desk)
    assert desk.queue("BAKERY") == ["new", "old"]
    assert desk.queue("bakery old@ana") == ["old"]
    assert desk.queue("nowhere") == []


def test_an_accepted_lead_leaves_the_queue_and_belongs_to_me(desk: Desk, server, pull: Pull, changes: list[Changed]):
    server.put_lead(make_lead("a"))
    server.put_lead(make_lead("b"))
    pull(desk)
    do(desk, op.Accept(), "a")
    assert desk.queue() == ["b"]
    assert desk.lead("a").state is State.ACCEPTED
    assert desk.rows()["a"].state == "accepted"
    assert desk.owner_words(desk.lead("a").standing.owner) == "you"
    assert changes[-1].ids == {"a"}
    assert desk.status().pending == 1


def test_a_decision_survives_closing_the_program(desk: Desk, open_desk, server, pull: Pull):
    server.put_lead(make_lead("a"))
    pull(desk)
    do(desk, op.Accept(), "a")
    again = open_desk()
    assert again.lead("a").state is State.ACCEPTED
    assert again.status().pending == 1
    assert again.status().oldest == NOW


def test_two_windows_see_each_others_decisions(desk: Desk, open_desk, server, pull: Pull):
    server.put_lead(make_lead("a"))
    pull(desk)
    other = open_desk()
    do(other, op.Accept(), "a")
    assert desk.queue() == ["a"]
    assert desk.refresh() is True
    assert desk.queue() == []
    assert desk.refresh() is False


def test_a_window_sees_what_another_pulled(desk: Desk, open_desk, server, pull: Pull):
    other = open_desk()
    server.put_lead(make_lead("a"))
    server.set_agreement(make_agreement(version=2, name="Second"))
    pull(desk)
    assert other.refresh() is True
    assert other.queue() == ["a"]
    assert other.agreement.name == "Second"


def test_an_answered_decision_shows_until_the_mirror_has_it_and_ever_after(desk: Desk, server, pull: Pull):
    server.put_lead(make_lead("a"))
    pull(desk)
    do(desk, op.Accept(), "a")
    send(desk, server)
    assert desk.status().pending == 0
    assert desk.lead("a").state is State.ACCEPTED
    server.put_lead(replace(server.leads["a"], message="Call me"))
    pull(desk)
    assert desk.lead("a").state is State.ACCEPTED
    assert desk.lead("a").message == "Call me"
    assert len(desk.lead("a").trail) == 1


def test_an_answered_decision_shows_while_pages_are_still_coming(desk: Desk, server: FakeServer, pull: Pull):
    for name in "abc":
        server.put_lead(make_lead(name))
    pull(desk)
    do(desk, op.Accept(), "a")
    send(desk, server)
    # The server keeps only the newest version of a record, so a page can lie beyond a change it does not carry.
    server.put_lead(replace(make_lead("b"), message="b"))
    server.put_lead(replace(server.leads["a"], message="a"))
    server.page = 1
    for page in server.pages(desk.cursor):
        desk.take_page(page)
        assert desk.lead("a").state is State.ACCEPTED


@pytest.mark.parametrize(
    ("theirs", "mine", "result"),
    [
        (op.Accept(), op.Accept(), Result.TAKEN),
        (op.Accept(), no_fit(), Result.CONFLICT),
    ],
)
def test_a_decision_that_came_too_late_does_not_show_and_is_counted(
    desk: Desk, server, pull: Pull, theirs, mine, result, changes
):
    server.put_lead(make_lead("a"))
    pull(desk)
    do(desk, mine, "a")
    server.apply(make_operation(theirs, make_lead("a"), actor=OTHER_REP, id="theirs"), OTHER_REP)
    receipts = send(desk, server)
    pull(desk)
    assert [one.result for one in receipts] == [result]
    assert [one for changed in changes for one in changed.receipts] == receipts
    assert "Otto Other" in receipts[0].sentence
    assert desk.lead("a").decided.by == OTHER_REP.id
    assert (desk.status().pending, desk.status().conflicts) == (0, 1)
    assert desk.receipt(receipts[0].operation_id).result is result


def test_a_refused_operation_is_counted_and_the_lead_waits_again(desk: Desk, server, pull: Pull):
    server.put_lead(make_lead("a"))
    pull(desk)
    (operation,) = do(desk, op.Accept(), "a")
    desk.take_receipts([Receipt(operation_id=operation.id, result=Result.REFUSED, at=NOW, sentence="No.")])
    assert desk.queue() == ["a"]
    assert desk.status().refused == 1


def test_arrivals_and_what_others_took_are_told(desk: Desk, server, pull: Pull, changes: list[Changed]):
    server.put_lead(make_lead("a"))
    pull(desk)
    assert changes[-1].everything
    server.put_lead(make_lead("b"))
    server.apply(make_operation(op.Accept(), make_lead("a"), actor=OTHER_REP, id="theirs"), OTHER_REP)
    pull(desk)
    assert changes[-1].arrived == ("b",)
    assert changes[-1].by_others == (("a", "Otto Other accepted Ana Example a"),)
    assert desk.queue() == ["b"]


def test_a_lead_that_is_gone_at_the_crm_is_gone_here(desk: Desk, server, pull: Pull):
    server.put_lead(make_lead("a"))
    pull(desk)
    do(desk, op.Accept(), "a")
    server.put("lead", "a", None)
    pull(desk)
    assert desk.row("a") is None
    with pytest.raises(UnknownLead):
        desk.lead("a")
    assert desk.status().pending == 1


def test_a_changed_campaign_and_agreement_are_told(desk: Desk, server, pull: Pull, changes: list[Changed]):
    pull(desk)
    server.put("campaign", "c1", Campaign(id="c1", name="Spring fair", accepted=3))
    server.set_agreement(make_agreement(version=2))
    pull(desk)
    assert changes[-1].campaigns == {"c1"}
    assert changes[-1].agreement
    assert desk.campaign("c1").accepted == 3
    assert desk.agreement.version == 2


def test_a_new_role_changes_what_concerns_me(desk: Desk, server, pull: Pull):
    lead = make_lead("south")
    server.put_lead(replace(lead, standing=replace(lead.standing, owner=Owner("team", "south"))))
    pull(desk)
    assert desk.queue() == []
    server.put("person", REP.id, replace(MANAGER, id=REP.id))
    pull(desk)
    assert desk.queue() == ["south"]


def test_a_sleeping_lead_comes_back_by_itself(tmp_path, server):
    lead = make_lead("a", standing=replace(make_lead().standing, owner=Owner("person", REP.id)))
    server.put_lead(lead)
    moment = [NOW]
    profile = Profile(tmp_path)
    profile.save_connection(Connection("http://127.0.0.1:1", REP, "e1"))
    desk = Desk.open(profile, clock=lambda: moment[0])
    for page in server.pages(""):
        desk.take_page(page)
    do(desk, op.SnoozeLead(until=NOW + timedelta(hours=2)), "a")
    assert desk.queue() == []
    moment[0] = NOW + timedelta(hours=3)
    assert desk.queue() == ["a"]
    moment[0] = NOW
    assert desk.queue() == []


def test_what_the_rules_forbid_is_said_before_anything_is_written(desk: Desk, server, pull: Pull):
    server.put_lead(make_lead("a"))
    pull(desk)
    with pytest.raises(CannotDo) as caught:
        desk.prepare(no_fit({}), [desk.lead("a")])
    assert caught.value.field == "text"
    with pytest.raises(CannotDo, match="no reason") as unknown:
        desk.prepare(op.Reject(reason="because"), [desk.lead("a")])
    assert unknown.value.code == "unknown_reason"
    do(desk, op.Accept(), "a")
    with pytest.raises(CannotDo) as twice:
        desk.prepare(op.Accept(), [desk.lead("a")])
    assert twice.value.code == "already"
    assert desk.status().pending == 1


def test_an_operation_carries_what_was_seen(desk: Desk, server, pull: Pull):
    server.put_lead(make_lead("a"))
    pull(desk)
    (operation,) = desk.prepare(op.Accept(), [desk.lead("a")])
    assert operation.seen.decision_revision == 1
    assert operation.seen.values["name"] == "Ana Example a"
    assert operation.agreement == 1
    assert (operation.actor, operation.at) == (REP.id, NOW)


def test_reasons_fit_the_moment_and_answers_come_prefilled(desk: Desk, server, pull: Pull):
    server.put_lead(make_lead("a", touches=(Touch(id="t", at=NOW, kind="webinar", title="Less waste"),)))
    twin = make_lead("twin", contact=make_lead("a").contact)
    server.put_lead(twin)
    pull(desk)
    lead = desk.lead("a")
    reasons = {reason.code: reason for reason in desk.reasons(lead)}
    assert "unreachable" not in reasons
    assert desk.prefill(reasons["duplicate"], lead)["other"] == "twin"
    do(desk, op.Accept(), "a")
    assert "unreachable" in {reason.code for reason in desk.reasons(desk.lead("a"))}


def test_find_takes_the_beginning_of_an_id(desk: Desk, server, pull: Pull):
    server.put_lead(make_lead("abc1"))
    server.put_lead(make_lead("abd2"))
    pull(desk)
    assert desk.find("abc").id == "abc1"
    with pytest.raises(UnknownLead, match="2 leads begin with"):
        desk.find("ab")
    with pytest.raises(UnknownLead, match="no lead “x”"):
        desk.find("x")


class TestUndo:
    def test_before_sending_the_operation_vanishes(self, desk: Desk, server, pull: Pull):
        server.put_lead(make_lead("a"))
        pull(desk)
        do(desk, no_fit(), "a")
        assert desk.last_act().sentence == "Rejected Ana Example a: other"
        undone = desk.undo()
        assert undone.sentence == "Undone: rejected Ana Example a: other"
        assert undone.leads == ("a",)
        assert desk.queue() == ["a"]
        assert desk.status().pending == 0
        assert desk.last_act() is None

    def test_after_sending_its_opposite_follows(self, desk: Desk, server, pull: Pull):
        server.put_lead(make_lead("a"))
        pull(desk)
        (accept,) = do(desk, op.Accept(), "a")
        send(desk, server)
        undone = desk.undo()
        assert [one.undoes for one in undone.operations] == [accept.id]
        assert desk.queue() == ["a"]
        send(desk, server)
        pull(desk)
        assert server.leads["a"].state is State.NEW
        assert desk.queue() == ["a"]

    def test_what_may_have_been_sent_is_not_withdrawn(self, desk: Desk, open_desk, server, pull: Pull):
        server.put_lead(make_lead("a"))
        pull(desk)
        do(desk, op.Accept(), "a")
        desk.ledger.offer(desk.ledger.pending())
        undone = open_desk().undo()
        assert len(undone.operations) == 1
        desk.refresh()
        send(desk, server)
        assert server.leads["a"].state is State.NEW

    def test_a_bulk_is_undone_as_one_and_then_what_was_before(self, desk: Desk, server, pull: Pull):
        for name in "abc":
            server.put_lead(make_lead(name))
        pull(desk)
        do(desk, op.Accept(), "a")
        do(desk, op.Accept(), "b", "c")
        assert desk.undo().sentence == "Undone: accepted 2 leads"
        assert desk.queue() == ["b", "c"]
        assert desk.undo().sentence == "Undone: accepted Ana Example a"
        with pytest.raises(NothingToUndo):
            desk.undo()

    def test_a_bulk_half_sent_is_undone_whole(self, desk: Desk, server, pull: Pull):
        for name in "ab":
            server.put_lead(make_lead(name))
        pull(desk)
        first, _second = do(desk, op.Accept(), "a", "b")
        desk.take_receipts([server.apply(first, REP)])
        undone = desk.undo()
        assert (len(undone.operations), len(undone.withdrawn)) == (1, 1)
        assert desk.queue() == ["a", "b"]

    def test_what_somebody_built_on_stays(self, desk: Desk, server, pull: Pull):
        server.put_lead(make_lead("a"))
        pull(desk)
        do(desk, no_fit(), "a")
        send(desk, server)
        lead = server.leads["a"]
        server.put_lead(
            replace(
                lead, trail=(*lead.trail, replace(lead.trail[-1], operation_id="x", by="max", by_name="Max Manager"))
            )
        )
        pull(desk)
        with pytest.raises(NothingToUndo, match="Max Manager has built on it"):
            desk.undo()

    def test_a_decision_that_did_not_take_effect_is_no_act(self, desk: Desk, server, pull: Pull):
        server.put_lead(make_lead("a"))
        pull(desk)
        do(desk, op.Accept(), "a")
        server.apply(make_operation(op.Accept(), make_lead("a"), actor=OTHER_REP, id="theirs"), OTHER_REP)
        send(desk, server)
        assert desk.last_act() is None


async def test_recording_off_the_loop_shows_at_once(desk: Desk, server, pull: Pull):
    server.put_lead(make_lead("a"))
    server.put_lead(make_lead("b"))
    pull(desk)
    await asyncio.gather(desk.record(op.Accept(), [desk.lead("a")]), desk.record(op.Accept(), [desk.lead("b")]))
    assert desk.queue() == []
    assert (await desk.take_back()).leads in {("a",), ("b",)}
    assert len(desk.queue()) == 1


def test_many_threads_may_use_one_desk(desk: Desk, server: FakeServer, pull: Pull):
    names = [f"lead{number:02}" for number in range(40)]
    for name in names:
        server.put_lead(make_lead(name))
    pull(desk)

    def decide(name: str) -> None:
        do(desk, op.Accept(), name)

    def read(_: str) -> None:
        for lead_id in desk.queue("example"):
            desk.lead(lead_id)
        desk.refresh()
        desk.last_act()
        desk.status()

    def arrive(name: str) -> None:
        with lock:
            server.put_lead(replace(server.leads[name], message="Call me"))
            pull(desk)

    lock = threading.Lock()
    with ThreadPoolExecutor(8) as pool:
        futures = [pool.submit(work, name) for name in names for work in (decide, read, arrive)]
        for future in futures:
            future.result()
    assert desk.queue() == []
    assert desk.status().pending == len(names)
    assert {desk.lead(name).state for name in names} == {State.ACCEPTED}
    assert {desk.lead(name).message for name in names} == {"Call me"}


def test_a_decision_that_the_disk_does_not_take_is_not_shown(desk: Desk, server: FakeServer, pull: Pull, monkeypatch):
    server.put_lead(make_lead("a"))
    pull(desk)
    operations = desk.prepare(op.Accept(), [desk.lead("a")])

    def full(self: Files, fd: int, data: bytes) -> int:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(Files, "write", full)
    with pytest.raises(NotSaved, match="disk is full"):
        desk.commit(operations)
    assert desk.queue() == ["a"]
    assert desk.status().pending == 0
    monkeypatch.undo()
    desk.commit(operations)
    assert desk.queue() == []


def test_an_earlier_act_on_which_a_later_one_stands_gets_its_opposite(desk: Desk, server: FakeServer, pull: Pull):
    server.put_lead(make_lead("a"))
    pull(desk)
    (accept,) = do(desk, op.Accept(), "a")
    do(desk, op.Note(text="Call after five."), "a")
    undone = desk.undo(accept.group)
    assert [one.undoes for one in undone.operations] == [accept.id]
    assert desk.lead("a").state is State.NEW
    assert len(desk.lead("a").remarks) == 1
    send(desk, server)
    pull(desk)
    assert desk.lead("a") == server.leads["a"]
    assert desk.status().refused == desk.status().conflicts == 0
