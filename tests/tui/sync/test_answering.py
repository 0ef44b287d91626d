"""Every way of answering what did not go through, on the running program."""

import pytest

from api.desk.news import Link
from api.local.errors import NotSaved
from api.model import operation as op
from api.model.lead import State
from tests.factories import NOW
from tests.tui.conftest import Run, World, named_lead
from tests.tui.sync.crm import NO, Crm, matter, sync_screen
from tests.tui.test_typing_ahead import burst
from tui.screens.answers import AnswerScreen
from tui.screens.sync.screen import SyncScreen
from tui.screens.sync.sure import SureScreen
from widgets.forms.answer_form import AnswerForm


@pytest.fixture
def crm(world: World) -> Crm:
    return Crm(world)


async def test_both_sides_say_who_when_and_why(run: Run, crm: Crm) -> None:
    crm.conflict()
    async with run(keys=["S"]) as screen:
        said = matter(screen)
        assert "theirs Otto Other accepted it 5 min ago" in said
        assert "“They know me.”" in said
        assert "yours You rejected it just now" in said
        assert "Not our target" in said
        assert "40" in said
        assert "“Far too small for us.”" in said
        assert "it is Otto Other’s" in said


async def test_yielding_lets_theirs_stand_and_undo_brings_it_back(run: Run, world: World, crm: Crm) -> None:
    crm.conflict()
    async with run(keys=["S", "y"]) as screen:
        assert screen.status == "Theirs stands: Ana Example · u undoes"
        assert world.desk.unsettled() == ()
        assert "Nothing waits, nothing needs you." in screen.text("#notice")
        await screen.press("u")
        assert len(world.desk.unsettled()) == 1
        assert "Ana Example" in matter(screen)


async def test_insisting_is_a_new_operation_that_the_other_sees(run: Run, world: World, crm: Crm) -> None:
    crm.conflict()
    async with run(keys=["S", "i"]) as screen:
        assert screen.status == "You insist: Ana Example · u undoes"
        (operation,) = world.written("L001")
        assert operation.insists
        assert operation.verb == NO
        crm.answer()
        await screen.settle()
        assert crm.leads["L001"].state is State.REJECTED
        assert crm.leads["L001"].trail[-1].insists == operation.insists


async def test_insisting_that_is_not_sent_yet_is_taken_back(run: Run, world: World, crm: Crm) -> None:
    crm.conflict()
    async with run(keys=["S", "i", "u"]) as screen:
        assert world.written() == []
        assert len(world.desk.unsettled()) == 1
        assert "Ana Example" in matter(screen)


async def test_rerouting_asks_to_whom_and_finds_them_by_typing(run: Run, world: World, crm: Crm) -> None:
    crm.conflict()
    async with run(keys=["S", "r"]) as screen:
        assert "team north" in screen.text("#people")
        await screen.press(*"max", "enter")
        assert screen.status == "Sent on: Ana Example · u undoes"
        (operation,) = world.written("L001")
        assert isinstance(operation.verb, op.Reject | op.Disqualify)
        assert operation.verb.answers["to"] == "person:max"


async def test_escape_reroutes_to_nobody(run: Run, world: World, crm: Crm) -> None:
    crm.conflict()
    async with run(keys=["S", "r", *"max", "escape"]) as screen:
        assert isinstance(screen.app.screen, SyncScreen)
        assert world.written() == []


async def test_a_lead_that_was_taken_is_asked_for_with_a_few_words(run: Run, world: World, crm: Crm) -> None:
    crm.taken()
    async with run(keys=["S", "a", *"Mine.", "enter"]) as screen:
        assert screen.status == "Asked for it: Bo Sample · u undoes"
        (operation,) = world.written("L002")
        assert operation.verb == op.AskFor(text="Mine.")


async def test_two_cannot_have_one_lead_so_insisting_says_why_not(run: Run, world: World, crm: Crm) -> None:
    crm.taken()
    async with run(keys=["S", "i"]) as screen:
        assert "two can’t have it" in matter(screen)
        assert screen.status == "Two can’t have it; ask for it."
        assert world.written() == []


async def test_what_was_refused_shows_the_words_of_the_crm_and_is_tried_again(run: Run, world: World, crm: Crm) -> None:
    crm.refused()
    async with run(keys=["S"]) as screen:
        assert "CRM Refused it just now “Otto Other holds this account.”" in matter(screen)
        await screen.press("t")
        assert screen.status == "Tried again: Cy Specimen · u undoes"
        assert [one.verb for one in world.written("L003")] == [NO]


async def test_editing_opens_the_form_with_what_was_answered(run: Run, world: World, crm: Crm) -> None:
    crm.refused()
    async with run(keys=["S", "e"]) as screen:
        assert isinstance(screen.app.screen, AnswerScreen)
        form = screen.app.screen.query_one(AnswerForm)
        assert form.answers() == {"dimension": "size", "value": "40", "note": "Far too small for us."}
        await screen.press("3", "enter")
        (operation,) = world.written("L003")
        assert isinstance(operation.verb, op.Reject)
        assert operation.verb.answers["dimension"] == "country"
        assert operation.verb.note == "Far too small for us."
        assert isinstance(screen.app.screen, SyncScreen)


async def test_discarding_is_not_confirmed_by_the_key_that_asked(run: Run, world: World, crm: Crm) -> None:
    crm.refused()
    async with run(keys=["S", "d", "d"]) as screen:
        assert isinstance(screen.app.screen, SureScreen)
        assert len(world.desk.unsettled()) == 1
        await screen.press("enter")
        assert world.desk.unsettled() == ()
        assert screen.status == "Given up: Cy Specimen · u undoes"
        await screen.press("u")
        assert len(world.desk.unsettled()) == 1


async def test_escape_keeps_what_might_have_been_discarded(run: Run, world: World, crm: Crm) -> None:
    crm.refused()
    async with run(keys=["S", "d", "escape"]) as screen:
        assert isinstance(screen.app.screen, SyncScreen)
        assert len(world.desk.unsettled()) == 1


async def test_discarding_what_was_never_sent_takes_it_back_and_undo_does_it_again(
    run: Run, world: World, crm: Crm
) -> None:
    crm.mine(op.Accept(), 1)
    async with run(keys=["S", "d", "enter"]) as screen:
        assert world.written() == []
        assert world.desk.lead("L001").state is State.NEW
        await screen.press("u")
        assert world.verbs("L001") == ["accept"]


async def test_a_wish_is_granted_by_one_key(run: Run, world: World, crm: Crm) -> None:
    crm.wish()
    async with run(keys=["S"]) as screen:
        assert "Otto Other asks you to hand it over" in matter(screen)
        assert "“We met in May.”" in matter(screen)
        await screen.press("h")
        assert screen.status == "Handed over to Otto Other: Eli Mockup · u undoes"
        crm.answer()
        await screen.settle()
        owner = crm.leads["L005"].standing.owner
        assert owner is not None
        assert owner.id == "otto"


async def test_a_wish_is_denied_with_a_few_words(run: Run, world: World, crm: Crm) -> None:
    crm.wish()
    async with run(keys=["S", "n", *"Sorry.", "enter"]) as screen:
        assert [one.verb for one in world.written("L005")] == [op.Keep(text="Sorry.")]
        assert world.desk.wishes() == ()
        await screen.press("u")
        assert len(world.desk.wishes()) == 1


async def test_who_was_overruled_sees_by_whom_and_insists_in_turn(run: Run, world: World, crm: Crm) -> None:
    crm.overturned()
    async with run(keys=["S"]) as screen:
        assert "theirs Otto Other insisted and rejected it" in matter(screen)
        await screen.press("i")
        crm.answer()
        await screen.settle()
        assert crm.leads["L004"].state is State.ACCEPTED
        assert world.desk.overturned() == ()


async def test_what_is_no_answer_to_this_says_so(run: Run, world: World, crm: Crm) -> None:
    crm.conflict()
    async with run(keys=["S", "h"]) as screen:
        assert screen.status == "“hand over” is no answer to this."
        assert world.written() == []


async def test_the_next_matter_is_under_the_cursor_at_once(run: Run, world: World, crm: Crm) -> None:
    crm.conflict(1)
    crm.conflict(2)
    async with run(keys=["S"]) as screen:
        first = sync_screen(screen).matter_list.key
        await screen.press("y")
        assert sync_screen(screen).matter_list.key != first
        await screen.press("y")
        assert world.desk.unsettled() == ()
        await screen.press("u", "u")
        assert len(world.desk.unsettled()) == 2


async def test_a_full_disk_is_said_and_the_matter_stays(
    run: Run, world: World, crm: Crm, monkeypatch: pytest.MonkeyPatch
) -> None:
    crm.conflict()

    def full(*_: object, **__: object) -> None:
        raise NotSaved("Not saved: the disk is full.")

    async with run(keys=["S"]) as screen:
        with monkeypatch.context() as patch:
            patch.setattr(world.desk, "resolve", full)
            await screen.press("y")
            assert "the disk is full" in screen.text("#banner")
            assert "Ana Example" in matter(screen)
        await screen.press("y")
        assert screen.text("#banner") == ""
        assert world.desk.unsettled() == ()


async def test_nothing_done_here_leaves_undo_to_the_queue(run: Run, world: World, crm: Crm) -> None:
    crm.mine(op.Accept(), 1)
    async with run(keys=["S", "u"]) as screen:
        assert "Nothing is left to take back here" in screen.status
        assert world.verbs("L001") == ["accept"]


async def test_leaving_at_once_loses_no_answer(run: Run, world: World, crm: Crm) -> None:
    crm.conflict(1)
    crm.conflict(2)
    async with run() as screen:
        await burst(screen, "Syy\x1b")
        assert screen.app.screen is screen.triage
        assert world.desk.unsettled() == ()
        assert screen.status.startswith("Theirs stands")


async def test_keys_typed_ahead_reach_what_they_open(run: Run, world: World, crm: Crm) -> None:
    crm.conflict()
    async with run() as screen:
        await burst(screen, "Srmax\r")
        (operation,) = world.written("L001")
        assert isinstance(operation.verb, op.Reject | op.Disqualify)
        assert operation.verb.answers["to"] == "person:max"


async def test_what_was_answered_is_taken_back_after_the_screen_was_left_too(run: Run, world: World, crm: Crm) -> None:
    crm.conflict()
    async with run(keys=["S", "y", "escape", "S", "u"]) as screen:
        assert len(world.desk.unsettled()) == 1
        assert "Ana Example" in matter(screen)


async def test_a_full_disk_is_over_once_anything_was_saved(
    run: Run, world: World, crm: Crm, monkeypatch: pytest.MonkeyPatch
) -> None:
    crm.conflict()

    def full(*_: object, **__: object) -> None:
        raise NotSaved("Not saved: the disk is full.")

    monkeypatch.setattr(world.desk, "resolve", full)
    async with run(keys=["S", "y"]) as screen:
        assert "the disk is full" in screen.text("#banner")
        world.desk.set_link(Link(connected=True, since=NOW))
        await screen.settle()
        assert "the disk is full" in screen.text("#banner"), "the line says nothing of the disk"
        world.leads(named_lead(7))
        await screen.settle()
        assert screen.text("#banner") == ""
