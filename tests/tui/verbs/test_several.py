"""A verb on all chosen leads: asked once, made for each as it needs it, shown before anything happens."""

from datetime import UTC, datetime

from api.model import operation as op
from api.model.lead import Company, State, Touch
from tests.factories import NOW
from tests.tui.conftest import Run, World, decided, named_lead
from tui.screens.asking.screen import AskScreen
from tui.screens.bulk import BulkScreen
from tui.verbs.fields import fields
from widgets.forms.answer_form import AnswerForm
from widgets.forms.choice_field import KEYS


async def test_chosen_leads_are_snoozed_after_one_form_and_a_preview_as_one_act(run: Run, world: World) -> None:
    async with run() as screen:
        await screen.press("x", "x", "z")
        assert isinstance(screen.app.screen, AskScreen)
        assert "2 leads" in screen.text("#dialog-title")
        await screen.press(*"fri", "enter")
        assert isinstance(screen.app.screen, BulkScreen)
        assert world.written() == []
        assert "Snooze until Fri 20 Nov 8:00 or they act" in screen.text("#dialog-title")
        await screen.press("y")
        until = datetime(2026, 11, 20, 8, 0, tzinfo=UTC)
        written = world.written()
        assert [one.target.id for one in written] == ["L001", "L002"]
        assert {one.verb for one in written} == {op.SnoozeLead(until=until, or_activity=True)}
        assert len({one.group for one in written}) == 1
        await screen.press("u")
        assert world.written() == []
        assert "2 leads" in screen.status


async def test_a_verb_without_questions_is_previewed_at_once(run: Run, world: World) -> None:
    async with run() as screen:
        await screen.press("x", "x", "a")
        assert isinstance(screen.app.screen, BulkScreen)
        await screen.press("a")
        assert world.written() == [], "the key that asked confirms nothing"
        await screen.press("y")
        assert [one.verb.kind for one in world.written()] == ["accept", "accept"]


async def test_escape_at_each_step_does_nothing_and_keeps_what_was_chosen(run: Run, world: World) -> None:
    async with run() as screen:
        await screen.press("x", "x", "z", "escape")
        assert screen.app.screen is screen.triage
        await screen.press("z", "enter", "escape")
        assert screen.app.screen is screen.triage
        assert len(screen.triage.chosen) == 2
        assert world.written() == []


async def test_a_reason_is_picked_once_and_each_lead_answers_with_what_is_its_own(run: Run, world: World) -> None:
    world.leads(named_lead(2, company=Company(name="Sample Mill", employees=7, industry="Bakeries", country="DE")))
    async with run() as screen:
        await screen.press("x", "x", "r", "n", "1", "y")
        sizes = {one.target.id: one.verb.answers["value"] for one in world.written() if isinstance(one.verb, op.Reject)}
        assert sizes == {"L001": "40", "L002": "7"}


async def test_what_one_lead_was_told_is_not_put_into_the_mouth_of_another(run: Run, world: World) -> None:
    told = Touch(id="t9", at=NOW, kind="ad", channel="web", words="Free for ever.")
    world.leads(named_lead(2, touches=(told,)))
    async with run() as screen:
        await screen.press("x", "x", "p")
        assert screen.app.screen.query_one(AnswerForm).answer("text") == ""
        await screen.press(*"that it is free", "enter", "y")
        assert [one.verb for one in world.written()] == [op.FlagPromise(text="that it is free")] * 2


async def test_those_it_cant_be_done_to_are_left_out_with_the_reason(run: Run, world: World) -> None:
    world.leads(decided(named_lead(2), State.ACCEPTED))
    async with run(keys=["slash", *"example bakery", "enter"]) as screen:
        await screen.press("asterisk", "a")
        assert "This lead is accepted by Otto Other" in screen.text("#acts")
        await screen.press("y")
        assert "L002" not in {one.target.id for one in world.written()}
        assert len(world.written()) == 5


async def test_when_it_can_be_done_to_none_the_reason_is_said(run: Run, world: World) -> None:
    async with run() as screen:
        await screen.press("x", "x", "l")
        assert screen.app.screen is screen.triage
        assert "The other 1 can’t be either" in screen.status
        assert world.written() == []


async def test_a_field_is_put_right_on_one_lead_at_a_time(run: Run, world: World) -> None:
    async with run() as screen:
        await screen.press("x", "e")
        assert screen.status == "That is for one lead at a time: Esc clears what is chosen."
        assert world.written() == []


async def test_a_field_put_right_in_several_begins_with_no_ones_value_and_fits_each(run: Run, world: World) -> None:
    world.leads(named_lead(2, company=Company(name="Sample Mill", employees=7, industry="Bakeries", country="DE")))
    async with run() as screen:
        await screen.press("x", "x", "A")
        form = screen.app.screen.query_one(AnswerForm)
        await screen.press("tab")
        options = dict(fields())
        key = KEYS[list(options).index("company")]
        await screen.press(key)
        assert form.answers()["field"] == "company"
        assert form.answers().get("value", "") == ""
        await screen.press(*"Example Bakery", "enter")
        assert isinstance(screen.app.screen, BulkScreen), "what the first of them says already is new to the second"
        assert "says that already" in screen.text("#acts")
        await screen.press("y")
        assert world.verbs("L002") == ["accept", "correct"]
        assert world.verbs("L001") == []


async def test_of_two_that_double_each_other_one_stays(run: Run, world: World) -> None:
    world.leads(named_lead(2, contact=named_lead(1).contact))
    async with run() as screen:
        await screen.press("x", "x", "D", "enter")
        assert isinstance(screen.app.screen, BulkScreen)
        assert "Another chosen lead doubles it." in screen.text("#acts")
        await screen.press("y")
        assert [one.target.id for one in world.written()] == ["L001"]
