"""What the screen says: whose lead, by whom, and how it went; in plain words, and only as long as it is news."""

from pathlib import Path
from typing import Any

import msgspec
from msgspec.structs import replace
from textual import events

from api.crm.port import Unreachable
from api.desk import Changed
from api.model import operation as op
from api.model.changes import Change, Page
from api.model.lead import State
from api.model.operation import Receipt, Result
from api.model.people import Owner
from api.sync import Report
from tests.factories import NOW, OTHER_REP, make_agreement
from tests.tui.conftest import Run, Screen, StandIn, World, decided, named_lead
from tests.tui.test_states import empty_desk
from tui.app import HandoffApp
from tui.screens.answers import AnswerScreen
from tui.screens.help import HelpScreen
from tui.screens.reasons import ReasonScreen
from widgets.basis.runs import Line
from widgets.forms.answer_form import AnswerForm
from widgets.frame.status_line import StatusLine


def answer(world: World, lead_id: str, result: Result, sentence: str = "", **more: Any) -> Receipt:
    operation = world.written(lead_id)[-1]
    return Receipt(operation_id=operation.id, result=result, at=NOW, sentence=sentence, **more)


def met(world: World, number: int, state: State, reason: str = "") -> Receipt:
    stands = decided(named_lead(number), state, reason=reason).decided
    return answer(world, f"L{number:03}", Result.CONFLICT, "Decided otherwise.", stands=stands)


def look_of_status(screen: Screen) -> list[Line]:
    return list(screen.triage.query_one(StatusLine).lines_for(120, 1))


async def test_a_conflict_names_the_lead_and_says_plainly_what_stands(run: Run, world: World) -> None:
    async with run(keys=["a"]) as screen:
        world.desk.take_receipts([met(world, 1, State.REJECTED, "competitor")])
        await screen.settle()
        assert screen.status.startswith("Ana Example: Otto Other rejected it first")
        assert screen.status.endswith("S shows it")


async def test_a_refused_decision_names_its_lead(run: Run, world: World) -> None:
    async with run(keys=["a"]) as screen:
        world.desk.take_receipts([answer(world, "L001", Result.REFUSED, "Not yours to decide.")])
        await screen.settle()
        assert screen.status == "Not yours to decide. (Ana Example) · S shows it"


async def test_several_at_once_are_counted_and_all_named(run: Run, world: World) -> None:
    async with run(keys=["a", "a"]) as screen:
        world.desk.take_receipts([met(world, 1, State.ACCEPTED), met(world, 2, State.REJECTED, "competitor")])
        await screen.settle()
        assert screen.status.startswith("2 decisions met others’")
        assert "Ana Example" in screen.status
        assert "Bo Sample" in screen.status


async def test_a_decision_that_was_not_applied_stays_on_the_card(run: Run, world: World) -> None:
    async with run(keys=["r", "s"]) as screen:
        receipt = met(world, 1, State.ACCEPTED)
        world.leads(decided(named_lead(1), State.ACCEPTED))
        world.desk.take_receipts([receipt])
        await screen.press("slash", *"ana", "enter")
        assert "Yours, not applied: Otto Other accepted it first" in " ".join(screen.text("#card").split())


async def test_a_reason_is_not_recorded_on_a_lead_that_somebody_took_meanwhile(run: Run, world: World) -> None:
    async with run(keys=["r"]) as screen:
        world.leads(decided(named_lead(1), State.ACCEPTED))
        await screen.settle()
        assert "Otto Other accepted it meanwhile" in screen.text("#reasons")
        await screen.press("s")
        assert isinstance(screen.app.screen, ReasonScreen)
        await screen.press("n")
        assert isinstance(screen.app.screen, ReasonScreen)
        await screen.press("escape")
        assert screen.app.screen is screen.triage
        assert world.written() == []


async def test_answers_are_not_recorded_on_a_lead_that_somebody_took_meanwhile(run: Run, world: World) -> None:
    async with run(keys=["r", "n", "right"]) as screen:
        world.leads(decided(named_lead(1), State.ACCEPTED))
        await screen.settle()
        assert "Otto Other accepted it meanwhile" in screen.text("#dialog-problem")
        await screen.press("enter")
        assert isinstance(screen.app.screen, AnswerScreen)
        assert world.written() == []


async def test_what_is_said_is_about_the_act_itself_although_the_crm_was_quicker(run: Run, world: World) -> None:
    await world.desk.record(op.SnoozeLead(or_activity=True), [world.desk.lead("L003")])

    def at_once(changed: Changed) -> None:
        if "wake" in world.verbs("L003") and not changed.receipts:
            world.desk.take_receipts([answer(world, "L003", Result.APPLIED, n=99)])

    async with run(keys=["a"]) as screen:
        assert screen.status.startswith("Accepted Ana Example")
        unlisten = world.desk.listen(at_once)
        await screen.press("slash", *"cy spec", "enter", "Z")
        unlisten()
        assert world.desk.lead("L003").snooze is None
        assert "Ana Example" not in screen.status
        assert "Cy Specimen" in screen.status


async def test_no_undo_is_promised_after_suppressing(run: Run) -> None:
    async with run(keys=["r", "x", *"by phone", "enter", *"suppress", "enter"]) as screen:
        assert screen.status.startswith("Suppressed Ana Example")
        assert "u undoes" not in screen.status


async def test_help_opens_over_the_answers(run: Run) -> None:
    async with run(keys=["r", "n", "question_mark"]) as screen:
        assert isinstance(screen.app.screen, HelpScreen)
        await screen.press("escape", "tab", "question_mark")
        assert screen.app.screen.query_one(AnswerForm).answer("value") == "?"
        await screen.press("f1")
        assert isinstance(screen.app.screen, HelpScreen)


async def test_pasted_lines_become_one_answer(run: Run) -> None:
    async with run(keys=["r", "n", "tab", "tab"]) as screen:
        screen.app.post_message(events.Paste("too far\r\naway\n\nfor us"))
        await screen.settle()
        assert screen.app.screen.query_one(AnswerForm).answer("note") == "too far away for us"


async def test_a_key_that_picks_nothing_is_said_beside_the_field(run: Run) -> None:
    async with run(keys=["r", "n", "z"]) as screen:
        assert "“z” picks nothing" in screen.text("#complaint-dimension")
        await screen.press("2")
        assert screen.text("#complaint-dimension") == ""


async def test_deciding_on_another_persons_lead_says_whose_it_was(run: Run, world: World) -> None:
    lead = named_lead(2)
    world.leads(replace(lead, standing=replace(lead.standing, owner=Owner("person", OTHER_REP.id))))
    async with run(keys=["slash", *"bo sample", "enter"]) as screen:
        await screen.press("a")
        assert screen.status.startswith("Accepted Bo Sample (was Otto Other’s)")


async def test_what_was_said_is_dim_after_the_next_move_and_an_alarm_is_not(run: Run, world: World) -> None:
    async with run(keys=["a"]) as screen:
        assert look_of_status(screen)[0][0] == ("Accepted Ana Example", "")
        await screen.press("j")
        assert look_of_status(screen)[0][0] == ("Accepted Ana Example", "dim")
        world.desk.take_receipts([answer(world, "L001", Result.REFUSED, "Not yours.")])
        await screen.settle()
        await screen.press("j")
        assert look_of_status(screen)[0][0][1] == "alarm"


async def test_the_card_keeps_its_room_on_a_hundred_columns(run: Run) -> None:
    for width in (100, 110, 119):
        async with run((width, 30)) as screen:
            assert screen.triage.query_one("#side").size.width >= 46


async def test_the_first_agreement_is_no_change(tmp_path: Path) -> None:
    desk = empty_desk(tmp_path)
    app = HandoffApp(desk, None, lambda: NOW)
    async with app.run_test(size=(120, 36)) as pilot:
        screen = Screen(app, pilot)
        await screen.settle()
        for version in (1, 2):
            record = msgspec.Raw(msgspec.json.encode(make_agreement(version=version)))
            change = Change(version, "agreement", str(version), record)
            desk.take_page(Page("e1", (change,), f"e1:{version}", version, version == 1))
            await screen.settle()
            assert "agreement" not in screen.status
        record = msgspec.Raw(msgspec.json.encode(make_agreement(version=3)))
        desk.take_page(Page("e1", (Change(3, "agreement", "3", record),), "e1:3", 3, False))
        await screen.settle()
        assert "version 3" in screen.status


async def test_the_find_bars_hint_is_not_beside_a_dialogs_title(run: Run) -> None:
    async with run(keys=["slash", *"ana", "enter"]) as screen:
        assert screen.triage.query_one("#find-count").visible
        await screen.press("r")
        assert not screen.triage.query_one("#find-count").visible
        await screen.press("escape")
        assert screen.triage.query_one("#find-count").visible


async def said_after_s(world: World, report: Report) -> str:
    app = HandoffApp(world.desk, lambda _desk: StandIn(report), lambda: world.now)
    async with app.run_test(size=(120, 36)) as pilot:
        screen = Screen(app, pilot)
        await screen.settle()
        await screen.press("s")
        await screen.settle()
        return screen.status


async def test_an_exchange_that_was_asked_for_says_how_it_went(world: World) -> None:
    assert await said_after_s(world, Report()) == "Up to date."
    assert await said_after_s(world, Report(problem=Unreachable("No answer."))) == "No answer."


async def test_an_exchange_that_left_something_unsent_never_says_all_is_well(run: Run, world: World) -> None:
    async with run(keys=["a"]):
        pass
    assert await said_after_s(world, Report()) == "1 decision still waits for the CRM’s answer."
