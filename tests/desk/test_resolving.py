"""What did not take effect is taken up again in one act, openly, and nothing of it is ever dropped."""

from collections.abc import Callable

import pytest
from msgspec.structs import replace

from api.desk import CannotDo, Changed, Desk, Way
from api.local.errors import NotSaved
from api.model import operation as op
from api.model.lead import State
from api.model.operation import Operation, Receipt, Result
from tests.desk.acting import TEXT, another, do, meet, no_fit, send
from tests.factories import NOW, OTHER_REP, make_lead
from tests.sync.fake_crm import FakeServer

Pull = Callable[[Desk], None]
NO = no_fit()
NO_LONGER = op.Disqualify(reason="other", answers=TEXT)


@pytest.fixture(autouse=True)
def leads(desk: Desk, server: FakeServer, pull: Pull) -> None:
    for name in "ab":
        server.put_lead(make_lead(name))
    pull(desk)


def refuse(desk: Desk, operation: Operation, sentence: str = "No.") -> None:
    desk.take_receipts([Receipt(operation_id=operation.id, result=Result.REFUSED, at=NOW, sentence=sentence)])


def listed(desk: Desk) -> list[str]:
    return [one.operation.id for one in desk.unsettled()]


def ways(desk: Desk) -> tuple[Way, ...]:
    (one,) = desk.unsettled()
    return one.ways


def both(desk: Desk, server: FakeServer, pull: Pull) -> None:
    send(desk, server)
    pull(desk)


# --- which ways there are ------------------------------------------------------------------------------------------


def test_a_conflict_can_be_yielded_insisted_on_or_sent_on(desk: Desk, server, pull: Pull):
    meet(desk, server, pull, NO, op.Accept(), "a")
    (one,) = desk.unsettled()
    assert (one.kind, one.ways) == ("conflict", (Way.YIELD, Way.INSIST, Way.REROUTE))


def test_a_lead_taken_by_another_can_be_asked_for(desk: Desk, server, pull: Pull):
    meet(desk, server, pull, op.Accept(), op.Accept(), "a")
    (one,) = desk.unsettled()
    assert (one.kind, one.ways) == ("taken", (Way.ASK, Way.YIELD))


def test_what_the_crm_refused_can_be_tried_again_changed_or_given_up(desk: Desk):
    refuse(desk, *do(desk, op.Accept(), "a"))
    (one,) = desk.unsettled()
    assert (one.kind, one.ways) == ("refused", (Way.RETRY, Way.EDIT, Way.DISCARD))


def test_of_somebody_who_asked_not_to_be_contacted_nothing_is_tried_again(desk: Desk, server, pull: Pull):
    (mine,) = do(desk, op.Accept(), "a")
    lead = server.leads["a"]
    server.put_lead(replace(lead, standing=replace(lead.standing, state=State.SUPPRESSED)))
    both(desk, server, pull)
    assert ways(desk) == (Way.DISCARD,)
    with pytest.raises(CannotDo, match="asked not to be contacted"):
        desk.resolve(mine.id, Way.RETRY)


def test_an_undo_that_came_too_late_can_only_be_given_up(desk: Desk, server, pull: Pull):
    do(desk, op.Accept(), "a")
    both(desk, server, pull)
    (reopen,) = desk.undo().operations
    another(server, NO_LONGER, "a")
    both(desk, server, pull)
    assert ways(desk) == (Way.YIELD,)
    with pytest.raises(CannotDo, match="anew"):
        desk.resolve(reopen.id, Way.INSIST)


def test_what_the_other_took_back_since_can_simply_be_done_again(desk: Desk, server, pull: Pull):
    mine = meet(desk, server, pull, op.Accept(), op.Claim(), "a")
    another(server, op.Release(), "a")
    pull(desk)
    assert Way.RETRY in ways(desk)
    assert Way.ASK not in ways(desk)
    desk.resolve(mine.id, Way.RETRY)
    both(desk, server, pull)
    assert str(server.leads["a"].standing.owner) == "person:rita"
    assert listed(desk) == []


# --- insisting -----------------------------------------------------------------------------------------------------


def test_insisting_makes_mine_stand_and_names_whom_it_overruled(desk: Desk, server, pull: Pull):
    mine = meet(desk, server, pull, NO, op.Accept(), "a")
    resolved = desk.resolve(mine.id, Way.INSIST)
    assert resolved.leads == ("a",)
    assert desk.lead("a").state is State.REJECTED
    assert listed(desk) == []
    both(desk, server, pull)
    entry = server.leads["a"].decided
    assert (entry.verb, entry.insists, server.leads["a"].state) == ("reject", mine.id, State.REJECTED)
    assert listed(desk) == []


def test_before_the_record_has_come_back_insisting_says_so(desk: Desk, server, pull: Pull):
    (mine,) = do(desk, NO, "a")
    another(server, op.Accept(), "a")
    send(desk, server)
    assert Way.INSIST not in ways(desk)
    with pytest.raises(CannotDo, match="next exchange"):
        desk.resolve(mine.id, Way.INSIST)
    with pytest.raises(CannotDo, match="next exchange"):
        desk.resolve(mine.id, Way.REROUTE, to="person:max")
    pull(desk)
    assert Way.INSIST in ways(desk)


def test_what_a_restored_crm_no_longer_knows_of_is_done_again(desk: Desk, server, pull: Pull):
    backup = server.backup()
    mine = meet(desk, server, pull, NO, op.Accept(), "a")
    server.restored(backup, "e2")
    desk.start_over()
    pull(desk)
    assert ways(desk) == (Way.YIELD, Way.RETRY)
    with pytest.raises(CannotDo, match="no longer knows of it"):
        desk.resolve(mine.id, Way.INSIST)
    desk.resolve(mine.id, Way.RETRY)
    both(desk, server, pull)
    assert desk.lead("a").state is State.REJECTED
    assert desk.unsettled() == ()


def test_insisting_against_a_decision_that_nobody_has_seen_is_a_new_matter(desk: Desk, server, pull: Pull):
    mine = meet(desk, server, pull, NO, op.Accept(), "a")
    again = desk.resolve(mine.id, Way.INSIST).operations[0]
    another(server, op.Qualify(), "a")
    both(desk, server, pull)
    (one,) = desk.unsettled()
    assert (one.operation.id, one.kind) == (again.id, "conflict")
    last = desk.resolve(again.id, Way.INSIST).operations[0]
    assert last.insists == again.id
    both(desk, server, pull)
    assert server.leads["a"].state is State.REJECTED
    assert listed(desk) == []


def test_insisting_with_other_words_carries_them(desk: Desk, server, pull: Pull):
    mine = meet(desk, server, pull, NO, op.Accept(), "a")
    desk.resolve(mine.id, Way.INSIST, text="I called them: they are a school.")
    both(desk, server, pull)
    assert server.leads["a"].decided.note == "I called them: they are a school."


def test_what_was_taken_can_not_be_insisted_on(desk: Desk, server, pull: Pull):
    mine = meet(desk, server, pull, op.Accept(), op.Accept(), "a")
    with pytest.raises(CannotDo, match="Otto Other has it already; ask for it"):
        desk.resolve(mine.id, Way.INSIST)


# --- the other ways ------------------------------------------------------------------------------------------------


def test_yielding_ends_it_and_reconsidering_brings_it_back(desk: Desk, open_desk, server, pull: Pull):
    mine = meet(desk, server, pull, NO, op.Accept(), "a")
    assert desk.resolve(mine.id, Way.YIELD).operations == ()
    assert listed(desk) == []
    assert listed(open_desk()) == []
    assert desk.status().conflicts == 0
    desk.reconsider(mine.id)
    assert listed(desk) == [mine.id]
    assert listed(open_desk()) == [mine.id]
    with pytest.raises(CannotDo):
        desk.reconsider(mine.id)


def test_discarding_is_kept_in_the_log(desk: Desk):
    (mine,) = do(desk, op.Accept(), "a")
    refuse(desk, mine, "Your role may not do this.")
    desk.resolve(mine.id, Way.DISCARD)
    assert desk.status().needing == 0
    (line,) = desk.log()
    assert (line.outcome, line.resolution, line.resolved_at) == ("refused", "discard", NOW)
    assert line.receipt.sentence == "Your role may not do this."


def test_sending_on_needs_somebody_and_puts_the_lead_into_their_queue(desk: Desk, server, pull: Pull):
    mine = meet(desk, server, pull, NO, op.Accept(), "a")
    with pytest.raises(CannotDo) as caught:
        desk.resolve(mine.id, Way.REROUTE)
    assert caught.value.field == "to"
    with pytest.raises(CannotDo, match="nobody called"):
        desk.resolve(mine.id, Way.REROUTE, to="person:nobody")
    desk.resolve(mine.id, Way.REROUTE, to="person:max", text="Max knows them.")
    both(desk, server, pull)
    lead = server.leads["a"]
    assert (lead.state, str(lead.standing.owner), lead.decided.insists) == (State.NEW, "person:max", mine.id)
    assert lead.decided.note == "Max knows them."
    assert listed(desk) == []


def test_asking_reaches_whoever_has_it(desk: Desk, server, pull: Pull):
    mine = meet(desk, server, pull, op.Accept(), op.Accept(), "a")
    desk.resolve(mine.id, Way.ASK, text="We have met.")
    assert listed(desk) == []
    both(desk, server, pull)
    (remark,) = server.leads["a"].remarks
    assert (remark.kind, remark.by, remark.text) == ("ask_for", "rita", "We have met.")
    assert listed(desk) == []


def test_asking_needs_no_pull_first(desk: Desk, server, pull: Pull):
    (mine,) = do(desk, op.Accept(), "a")
    another(server, op.Accept(), "a")
    send(desk, server)
    assert ways(desk) == (Way.ASK, Way.YIELD)
    desk.resolve(mine.id, Way.ASK)
    (receipt,) = send(desk, server)
    assert receipt.result is Result.APPLIED


def test_trying_again_acts_on_the_lead_as_it_is_now(desk: Desk, server, pull: Pull):
    (mine,) = do(desk, op.Accept(), "a")
    refuse(desk, mine)
    another(server, op.Claim(), "a")
    another(server, op.Release(), "a")
    pull(desk)
    (again,) = desk.resolve(mine.id, Way.RETRY).operations
    assert again.seen.decision_revision == server.leads["a"].decision_revision
    assert listed(desk) == []
    both(desk, server, pull)
    assert server.leads["a"].state is State.ACCEPTED
    assert listed(desk) == []


def test_changing_it_says_something_else(desk: Desk, server, pull: Pull):
    (mine,) = do(desk, NO, "a")
    refuse(desk, mine)
    with pytest.raises(CannotDo):
        desk.resolve(mine.id, Way.EDIT)
    with pytest.raises(CannotDo, match="needs"):
        desk.resolve(mine.id, Way.EDIT, verb=op.Reject(reason="other"))
    desk.resolve(mine.id, Way.EDIT, verb=op.Accept(note="They are a customer."))
    both(desk, server, pull)
    assert server.leads["a"].decided.note == "They are a customer."


def test_trying_again_is_no_way_round_what_another_decided(desk: Desk, server, pull: Pull):
    mine = meet(desk, server, pull, op.Accept(), NO, "a")
    with pytest.raises(CannotDo, match="Otto Other decided stands"):
        desk.resolve(mine.id, Way.RETRY)


def test_what_failed_again_is_listed_in_its_own_right(desk: Desk):
    (mine,) = do(desk, op.Accept(), "a")
    refuse(desk, mine)
    (again,) = desk.resolve(mine.id, Way.RETRY).operations
    refuse(desk, again, "Still no.")
    assert listed(desk) == [again.id]


def test_what_is_settled_can_not_be_answered_again(desk: Desk, server, pull: Pull):
    mine = meet(desk, server, pull, NO, op.Accept(), "a")
    desk.resolve(mine.id, Way.INSIST)
    with pytest.raises(CannotDo, match="settled"):
        desk.resolve(mine.id, Way.YIELD)


# --- undo ----------------------------------------------------------------------------------------------------------


def test_undoing_what_took_it_up_brings_the_matter_back(desk: Desk, open_desk, server, pull: Pull):
    mine = meet(desk, server, pull, NO, op.Accept(), "a")
    desk.resolve(mine.id, Way.INSIST)
    desk.undo()
    assert listed(desk) == [mine.id] == listed(open_desk())
    assert desk.lead("a").state is State.ACCEPTED


@pytest.mark.parametrize("answered", [False, True])
def test_so_does_undoing_it_after_it_was_sent(desk: Desk, open_desk, server, pull: Pull, answered: bool):
    mine = meet(desk, server, pull, NO, op.Accept(), "a")
    desk.resolve(mine.id, Way.INSIST)
    both(desk, server, pull)
    desk.undo()
    if answered:
        both(desk, server, pull)
        assert server.leads["a"].state is State.ACCEPTED
    assert listed(desk) == [mine.id] == listed(open_desk())
    assert Way.INSIST in ways(desk)


def test_doing_it_again_settles_the_matter_again(desk: Desk, server, pull: Pull):
    mine = meet(desk, server, pull, NO, op.Accept(), "a")
    desk.resolve(mine.id, Way.INSIST)
    desk.undo()
    (again,) = desk.redo().operations
    assert again.insists == mine.id
    assert listed(desk) == []
    both(desk, server, pull)
    assert server.leads["a"].state is State.REJECTED


# --- the disk, the other process, the event loop -------------------------------------------------------------------


def test_nothing_is_shown_as_settled_that_the_disk_did_not_take(desk: Desk, server, pull: Pull, monkeypatch):
    mine = meet(desk, server, pull, NO, op.Accept(), "a")
    heard: list[Changed] = []
    desk.listen(heard.append)
    monkeypatch.setattr("api.local.files.Files.write", full)
    for way in (Way.YIELD, Way.INSIST):
        with pytest.raises(NotSaved):
            desk.resolve(mine.id, way)
    assert listed(desk) == [mine.id]
    assert desk.lead("a").state is State.ACCEPTED
    assert desk.status().pending == 0
    assert heard == []


def full(*_: object) -> int:
    raise OSError(28, "No space left on device")


def test_the_other_process_sees_the_answer(desk: Desk, open_desk, server, pull: Pull):
    mine = meet(desk, server, pull, NO, op.Accept(), "a")
    other = open_desk()
    heard: list[Changed] = []
    other.listen(heard.append)
    desk.resolve(mine.id, Way.YIELD)
    assert other.refresh()
    assert listed(other) == []
    assert heard[-1].status
    desk.reconsider(mine.id)
    other.refresh()
    assert listed(other) == [mine.id]
    other.resolve(mine.id, Way.INSIST)
    desk.refresh()
    assert listed(desk) == []
    assert desk.lead("a").state is State.REJECTED
    other.undo()
    desk.refresh()
    assert listed(desk) == [mine.id]


def test_an_answer_finds_what_the_other_process_did_already(desk: Desk, open_desk, server, pull: Pull):
    mine = meet(desk, server, pull, NO, op.Accept(), "a")
    other = open_desk()
    desk.resolve(mine.id, Way.INSIST)
    with pytest.raises(CannotDo, match="settled"):
        other.resolve(mine.id, Way.INSIST)
    assert other.status().pending == 1


async def test_a_screen_answers_off_its_loop(desk: Desk, server, pull: Pull):
    mine = meet(desk, server, pull, NO, op.Accept(), "a")
    await desk.resolve_soon(mine.id, Way.YIELD)
    await desk.reconsider_soon(mine.id)
    resolved = await desk.resolve_soon(mine.id, Way.REROUTE, to="person:max")
    assert resolved.sentence == "Sent on: Ana Example a"
    assert [operation.insists for operation in resolved.operations] == [mine.id]


def test_those_of_one_lead_are_told_apart(desk: Desk, server, pull: Pull):
    meet(desk, server, pull, NO, op.Accept(), "a")
    meet(desk, server, pull, NO, op.Accept(), "b")
    assert [one.lead_id for one in desk.unsettled("b")] == ["b"]
    assert OTHER_REP.name in desk.unsettled("b")[0].sentence
