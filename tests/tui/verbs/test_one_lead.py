"""Each verb on the lead under the cursor: its key, its answers, what is written, where the cursor stands after it."""

import threading
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from api.local.errors import NotSaved
from api.model import operation as op
from api.model.lead import Lead, Snooze, State
from api.model.people import Owner
from tests.factories import MANAGER, OTHER_REP, REP
from tests.tui.conftest import Run, Screen, World, decided, named_lead
from tui.app import HandoffApp
from tui.commands import command
from tui.screens.asking.screen import AskScreen
from tui.screens.reasons import ReasonScreen
from widgets.forms.answer_form import AnswerForm


def accepted(number: int = 1, **changes: Any) -> Lead:
    """Return a lead that the rep at the screen has accepted."""
    lead = named_lead(number, **changes)
    return decided(replace(lead, standing=replace(lead.standing, owner=Owner("person", REP.id))), State.ACCEPTED, REP)


def qualified(number: int = 1) -> Lead:
    """Return a lead that the rep at the screen has qualified for 12 400."""
    lead = decided(accepted(number), State.QUALIFIED, REP)
    entry = replace(lead.trail[-1], operation_id="q", verb="qualify", answers={"amount": "12400.0"})
    return replace(lead, trail=(*lead.trail[:-1], entry))


def verbs(world: World, lead_id: str = "L001") -> list[Any]:
    """Return what was written about a lead for the CRM."""
    return [operation.verb for operation in world.written(lead_id)]


def asked(screen: Screen) -> AnswerForm:
    """Return the form on top."""
    assert isinstance(screen.app.screen, AskScreen)
    return screen.app.screen.query_one(AnswerForm)


FIND = ["slash", *"ana example", "enter"]


# --- decisions: the next lead stands there -------------------------------------------------------------------------


async def test_accepting_with_a_reason_and_a_correction_is_one_act(run: Run, world: World) -> None:
    async with run() as screen:
        await screen.press("A", *"asked for a call", "tab", "4", *"+1 555 0199", "enter")
        assert verbs(world) == [op.Accept(reason="asked for a call"), op.Correct(field="phone", value="+1 555 0199")]
        first, second = world.written("L001")
        assert first.group == second.group
        assert screen.under_cursor() == "Bo Sample"
        assert screen.status == "Accepted Ana Example and corrected the phone · u undoes"
        await screen.press("u")
        lead = world.desk.lead("L001")
        assert (lead.state, lead.contact.phone) == (State.NEW, "+1 555 0100")
        assert "accepted Ana Example and corrected the phone" in screen.status


async def test_accepting_with_nothing_said_is_accepting(run: Run, world: World) -> None:
    async with run() as screen:
        await screen.press("A", "enter")
        assert verbs(world) == [op.Accept()]


async def test_a_correction_beside_an_acceptance_starts_with_what_the_field_says(run: Run, world: World) -> None:
    async with run() as screen:
        await screen.press("A", "tab", "4")
        assert asked(screen).answer("value") == "+1 555 0100"
        await screen.press("enter")
        assert "says that already" in screen.text("#complaint-value")
        assert world.written() == []


async def test_snoozing_takes_two_keys_and_says_both_ends(run: Run, world: World) -> None:
    # Business opens at nine in Berlin, which is eight by the clocks of whoever sits here.
    async with run() as screen:
        await screen.press("z")
        assert "tomorrow, Thursday 19 November, 8:00" in screen.text("#label-until")
        await screen.press("enter")
        assert verbs(world) == [op.SnoozeLead(until=datetime(2026, 11, 19, 8, 0, tzinfo=UTC), or_activity=True)]
        assert screen.under_cursor() == "Bo Sample"
        assert screen.status == "Snoozed Ana Example until Thu 19 Nov 8:00 or they act · u undoes"


async def test_a_snooze_shows_what_it_understood_while_one_types(run: Run, world: World) -> None:
    async with run() as screen:
        await screen.press("z", *"mon 14:30")
        assert "Monday 23 November, 14:30" in screen.text("#label-until")
        await screen.press("tab", "2", "enter")
        assert verbs(world) == [op.SnoozeLead(until=datetime(2026, 11, 23, 14, 30, tzinfo=UTC))]


async def test_a_snooze_needs_an_end(run: Run, world: World) -> None:
    async with run() as screen:
        await screen.press("z", "backspace", "tab", "2", "enter")
        assert "until when" in screen.text("#complaint-until")
        await screen.press("tab", "1", "enter")
        assert verbs(world) == [op.SnoozeLead(or_activity=True)]
        assert "until they act" in screen.status


async def test_a_moment_that_has_passed_is_refused_beside_its_field(run: Run, world: World) -> None:
    async with run() as screen:
        await screen.press("z", *"today 9:00", "enter")
        assert "has passed" in screen.text("#complaint-until")
        assert world.written() == []


async def test_rerouting_goes_straight_to_whom(run: Run, world: World) -> None:
    async with run() as screen:
        await screen.press("t")
        assert screen.text("#dialog-title").startswith("Reroute Ana Example")
        await screen.press("3")
        assert verbs(world) == [op.Reject(reason="wrong_owner", answers={"to": "person:otto"})]
        assert screen.under_cursor() == "Bo Sample"
        assert screen.status.startswith("Rerouted Ana Example")


async def test_a_duplicate_goes_straight_to_the_other_lead(run: Run, world: World) -> None:
    world.leads(named_lead(7, contact=named_lead(1).contact))
    async with run() as screen:
        await screen.press("D", "enter")
        assert verbs(world) == [op.Reject(reason="duplicate", answers={"other": "L007"})]
        await screen.press("u")
        assert world.desk.lead("L001").state is State.NEW


async def test_never_contacting_needs_the_typed_word(run: Run, world: World) -> None:
    async with run() as screen:
        await screen.press("X", *"by phone", "enter")
        assert world.written() == []
        assert screen.text("#complaint-confirm")
        await screen.press(*"suppress", "enter")
        assert world.desk.lead("L001").state is State.SUPPRESSED
        assert "this can’t be undone" in screen.status


async def test_after_contact_the_same_verbs_disqualify(run: Run, world: World) -> None:
    world.leads(accepted())
    async with run(keys=FIND) as screen:
        await screen.press("t", "3")
        assert verbs(world) == [op.Disqualify(reason="wrong_owner", answers={"to": "person:otto"})]


async def test_disqualifying_takes_the_reason_and_its_answers(run: Run, world: World) -> None:
    world.leads(accepted())
    async with run(keys=FIND) as screen:
        await screen.press("d", "m", "enter")
        (verb,) = verbs(world)
        assert isinstance(verb, op.Disqualify)
        assert verb.reason == "no_budget"


async def test_qualifying_takes_amount_and_date_as_people_write_them(run: Run, world: World) -> None:
    world.leads(accepted())
    async with run(keys=FIND) as screen:
        await screen.press("Q", *"12.5k", "tab", *"1 dec", "enter")
        assert verbs(world) == [op.Qualify(amount=12_500, close_on=date(2026, 12, 1))]
        assert "Qualified Ana Example: 12 500, closes Tue 1 Dec" in screen.status


async def test_an_amount_that_is_none_is_said_beside_its_field(run: Run, world: World) -> None:
    world.leads(accepted())
    async with run(keys=FIND) as screen:
        await screen.press("Q", *"a lot", "enter")
        assert "is no sum" in screen.text("#complaint-amount")
        assert world.written() == []


async def test_an_outcome_takes_two_keys(run: Run, world: World) -> None:
    world.leads(qualified())
    async with run(keys=FIND) as screen:
        await screen.press("w", "1")
        assert verbs(world) == [op.Outcome(result="won", amount=12_400)], "the amount is that of the opportunity"
        assert screen.status.startswith("Won Ana Example: 12 400")


# --- what stays with the lead --------------------------------------------------------------------------------------


async def test_an_attempt_takes_two_keys_stays_and_says_when_next(run: Run, world: World) -> None:
    world.leads(accepted())
    async with run(keys=FIND) as screen:
        await screen.press("l", "enter")
        assert verbs(world) == [op.Attempt(result="no answer", next_on=date(2026, 11, 19))]
        assert screen.under_cursor() == "Ana Example"
        assert screen.status == "Logged an attempt on Ana Example: next Thu 19 Nov, no answer · u undoes"


async def test_what_came_of_an_attempt_says_when_one_tries_next(run: Run, world: World) -> None:
    world.leads(accepted())
    async with run(keys=FIND) as screen:
        await screen.press("l", "5")
        assert asked(screen).answer("next_on") == "", "a meeting is booked"
        await screen.press("tab", *"in 3 days", "tab", *"asked for Dee", "enter")
        assert verbs(world) == [op.Attempt(result="meeting booked", next_on=date(2026, 11, 21), note="asked for Dee")]


async def test_claiming_and_releasing_are_one_key_and_stay(run: Run, world: World) -> None:
    async with run(keys=["j"]) as screen:
        await screen.press("c")
        assert world.desk.lead("L002").standing.claimed_by == REP.id
        assert screen.under_cursor() == "Bo Sample"
        assert screen.status.startswith("Claimed Bo Sample")
        await screen.press("C")
        assert world.desk.lead("L002").standing.owner == Owner("team", "north")
        assert screen.under_cursor() == "Bo Sample"


async def test_a_snooze_is_ended_by_one_key(run: Run, world: World) -> None:
    world.leads(named_lead(1, snooze=Snooze(operation_id="s", until=datetime(2026, 11, 20, tzinfo=UTC))))
    async with run(keys=FIND) as screen:
        await screen.press("Z")
        assert verbs(world) == [op.Wake()]
        assert screen.under_cursor() == "Ana Example"


SAID: list[tuple[list[str], op.Verb]] = [
    (["i", *"uses a rival", "tab", "1", "enter"], op.Note(text="uses a rival", tag="competitor")),
    (["i", *"call at noon", "enter"], op.Note(text="call at noon")),
    (["plus", "enter"], op.Thank()),
    (["m", *"price list", "enter"], op.FlagMeeting(text="price list")),
    (["p", "enter"], op.FlagPromise(text="Set up in one day, no installation.")),
    (["e", "3", *"ana@new.example", "enter"], op.Correct(field="email", value="ana@new.example")),
]


async def test_what_is_said_about_a_lead_leaves_the_cursor_on_it_and_undo_names_it(run: Run, world: World) -> None:
    async with run() as screen:
        for keys, verb in SAID:
            await screen.press(*keys)
            assert verbs(world) == [verb]
            assert screen.under_cursor() == "Ana Example"
            assert screen.app.screen is screen.triage
            assert "Ana Example" in screen.status
            assert screen.status.endswith("· u undoes")
            await screen.press("u")
            assert verbs(world) == []
            assert screen.status.startswith("Undone: ")
            assert "Ana Example" in screen.status


async def test_a_note_needs_words(run: Run, world: World) -> None:
    async with run() as screen:
        await screen.press("i", "enter")
        assert "needs words" in screen.text("#complaint-text")
        assert world.written() == []


# --- leaving -------------------------------------------------------------------------------------------------------


async def test_escape_leaves_every_form_with_nothing_done(run: Run, world: World) -> None:
    world.leads(accepted(2))
    async with run(keys=["slash", *"example bakery", "enter"]) as screen:
        for name, keys in (("Ana Example", "A t D X z i e + m p r"), ("Bo Sample", "l Q w d t D X z i e")):
            assert screen.triage.queue.select("L001" if name == "Ana Example" else "L002")
            for key in keys.split():
                await screen.press("plus" if key == "+" else key)
                assert screen.app.screen is not screen.triage, f"{key} asks on {name}"
                await screen.press("escape")
                assert screen.app.screen is screen.triage
                assert screen.under_cursor() == name
        assert world.written() == []


async def test_what_was_typed_is_there_again_after_escape(run: Run, world: World) -> None:
    async with run() as screen:
        await screen.press("i", *"half a thou", "escape", "i")
        assert asked(screen).answer("text") == "half a thou"
        await screen.press("end", *"ght", "enter")
        assert verbs(world) == [op.Note(text="half a thought")]


async def test_a_full_disk_keeps_what_was_answered(run: Run, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_operations: Any) -> None:
        raise NotSaved("Not saved: the disk is full.")

    async with run() as screen:
        with monkeypatch.context() as patch:
            patch.setattr(world.desk, "commit", refuse)
            await screen.press("i", *"remember", "enter")
            assert "the disk is full" in screen.text("#dialog-problem")
            assert asked(screen).answer("text") == "remember"
        await screen.press("enter")
        assert verbs(world) == [op.Note(text="remember")]


async def test_somebody_elses_decision_meanwhile_is_said_and_nothing_is_done(run: Run, world: World) -> None:
    async with run() as screen:
        await screen.press("z")
        world.leads(decided(named_lead(1), State.ACCEPTED, OTHER_REP))
        await screen.settle()
        assert "Otto Other accepted it meanwhile" in screen.text("#dialog-problem")
        await screen.press("enter")
        assert world.written() == []


async def test_the_lead_that_was_worked_on_stays_in_sight_until_the_cursor_leaves_it(run: Run, world: World) -> None:
    async with run() as screen:
        await screen.press("c")
        assert screen.under_cursor() == "Ana Example"
        await screen.press("j", "k")
        assert screen.under_cursor() == "Ana Example"


async def test_what_takes_a_lead_out_of_the_view_leaves_it_in_sight_until_the_cursor_goes_on(
    run: Run, world: World
) -> None:
    async with run(keys=["v", "t"]) as screen:
        before = screen.names()
        await screen.press("c")
        assert screen.under_cursor() == "Ana Example"
        assert screen.names() == before
        await screen.press("j", "c")
        assert screen.names() == before[1:], "it is nobody's to take any more"
        assert screen.under_cursor() == "Bo Sample"


async def test_an_undo_says_before_what_it_would_take_back(run: Run) -> None:
    async with run() as screen:
        await screen.press("m", "enter")
        assert screen.triage.meaning(command("triage.undo")) == "Take back: flagged Ana Example for the meeting."
        await screen.press("u")
        assert screen.triage.meaning(command("triage.redo")) == "Do again: flagged Ana Example for the meeting."


async def test_help_lies_over_a_form_and_leaves_it_as_it_was(run: Run, world: World) -> None:
    async with run() as screen:
        await screen.press("i", *"why?", "f1")
        assert screen.text("#help-text")
        await screen.press("escape")
        assert asked(screen).answer("text") == "why?"
        await screen.press("enter")
        assert verbs(world) == [op.Note(text="why?")]


async def test_a_form_can_be_started_over(run: Run, world: World) -> None:
    async with run() as screen:
        await screen.press("z", *"fri", "escape", "z")
        assert "draft" in screen.text("#dialog-draft")
        await screen.press("ctrl+r")
        assert "tomorrow, Thursday 19 November" in screen.text("#label-until")
        assert screen.text("#dialog-draft") == ""


async def test_a_manager_is_not_asked_for_corrections_that_managers_cant_make(tmp_path: Path) -> None:
    world = World(tmp_path / "max", MANAGER)
    world.leads(named_lead(1))
    app = HandoffApp(world.desk, None, lambda: world.now)
    async with app.run_test(size=(120, 36)) as pilot:
        screen = Screen(app, pilot)
        await screen.settle()
        await screen.press("slash", *"ana", "enter", "A")
        assert not screen.app.screen.query("#field-field")
        await screen.press(*"met them", "enter")
        assert verbs(world) == [op.Accept(reason="met them")]


async def test_a_form_that_asks_again_never_comes_over_another_dialog(
    run: Run, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    refuse = threading.Event()

    def full(_: object) -> None:
        refuse.wait(10)
        raise NotSaved("Not saved: the disk is full.")

    async with run() as screen:
        monkeypatch.setattr(world.desk, "commit", full)
        await screen.pilot.press("z", *"fri", "enter", "r")
        assert isinstance(screen.app.screen, ReasonScreen)
        refuse.set()
        await screen.settle()
        assert isinstance(screen.app.screen, ReasonScreen), "the next key is meant for it"
        await screen.press("escape")
        assert "Not saved" in screen.status
        assert screen.under_cursor() == "Ana Example"
        await screen.press("z")
        assert "draft from" in screen.text("#dialog-draft"), "what was typed is there still"
