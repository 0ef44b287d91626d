"""Deciding on the triage screen: one key, then the next lead; nothing is said to be done that is not on the disk."""

from collections.abc import Callable
from typing import Any

import pytest

from api.local.errors import NotSaved
from api.model.lead import State
from api.model.operation import Reject
from tests.tui.conftest import Run, World, decided, named_lead
from tui.screens.answers import AnswerScreen
from tui.screens.reasons import ReasonScreen
from widgets.forms.answer_form import AnswerForm


async def test_accept_takes_one_key_and_the_next_lead_stands_on_the_same_line(run: Run, world: World) -> None:
    async with run(keys=["j"]) as screen:
        line = screen.triage.queue.y
        assert screen.under_cursor() == "Bo Sample"
        await screen.press("a")
        assert screen.under_cursor() == "Cy Specimen"
        assert screen.triage.queue.y == line
        assert screen.status == "Accepted Bo Sample · u undoes"
        assert world.verbs("L002") == ["accept"]
        assert world.desk.lead("L002").state is State.ACCEPTED


async def test_a_fast_hand_decides_on_as_many_leads_as_it_pressed_keys(run: Run, world: World) -> None:
    async with run() as screen:
        await screen.press("a", "a", "a")
        assert [operation.target.id for operation in world.written()] == ["L001", "L002", "L003"]
        assert screen.under_cursor() == "Dee Placeholder"


async def test_leaving_at_once_loses_no_decision(run: Run, world: World) -> None:
    async with run() as screen:
        await screen.pilot.press("a", "q")
        await screen.pilot.pause()
    assert world.verbs("L001") == ["accept"]


async def test_rejecting_takes_the_reason_and_what_it_asks_for(run: Run, world: World) -> None:
    async with run() as screen:
        await screen.press("r", "n", "right")
        form = screen.app.screen.query_one(AnswerForm)
        assert form.answer("value") == "40", "the lead's own size is filled in"
        await screen.press("enter")
        (operation,) = world.written("L001")
        assert operation.verb == Reject(reason="not_target", answers={"dimension": "size", "value": "40"})
        assert screen.under_cursor() == "Bo Sample"
        assert screen.status.startswith("Rejected Ana Example")


async def test_a_reason_that_asks_for_nothing_takes_two_keys(run: Run, world: World) -> None:
    async with run() as screen:
        await screen.press("r", "s")
        assert [operation.verb.kind for operation in world.written("L001")] == ["reject"]
        assert screen.under_cursor() == "Bo Sample"


async def test_a_missing_answer_is_asked_for_beside_its_field(run: Run, world: World) -> None:
    async with run() as screen:
        await screen.press("r", "n", "enter")
        assert isinstance(screen.app.screen, AnswerScreen)
        assert "needs" in screen.text("#complaint-dimension")
        assert world.written() == []
        await screen.press("2")
        assert world.verbs("L001") == ["reject"]


async def test_suppressing_needs_the_word_typed_out(run: Run, world: World) -> None:
    async with run() as screen:
        await screen.press("r", "x", *"by phone", "enter")
        assert isinstance(screen.app.screen, AnswerScreen)
        assert screen.text("#complaint-confirm")
        await screen.press(*"suppress", "enter")
        assert world.desk.lead("L001").state is State.SUPPRESSED


async def test_a_date_that_is_none_is_named(run: Run) -> None:
    async with run() as screen:
        await screen.press("r", "i", "tab", *["backspace"] * 10, *"soon", "enter")
        assert "date" in screen.text("#complaint-recycle_on")


async def test_escape_goes_back_one_step_at_a_time(run: Run, world: World) -> None:
    async with run() as screen:
        await screen.press("r", "n", "escape")
        assert isinstance(screen.app.screen, ReasonScreen)
        await screen.press("escape")
        assert screen.app.screen is screen.triage
        assert screen.under_cursor() == "Ana Example"
        assert world.written() == []


async def test_reasons_for_after_contact_say_so_before_it(run: Run, world: World) -> None:
    async with run() as screen:
        await screen.press("r", "t")
        assert isinstance(screen.app.screen, ReasonScreen)
        assert "is for after contact" in screen.text("#reasons")
        assert world.written() == []


async def test_an_accepted_lead_is_disqualified_by_a_key_of_its_own(run: Run, world: World) -> None:
    async with run(keys=["a", "slash", *"ana example", "enter"]) as screen:
        assert screen.under_cursor() == "Ana Example"
        await screen.press("r")
        assert screen.status == "It was accepted already: d disqualifies it."
        await screen.press("d", "e", "enter")
        assert world.verbs("L001") == ["accept", "disqualify"]


async def test_undo_says_what_it_took_back_and_goes_there(run: Run, world: World) -> None:
    async with run() as screen:
        await screen.press("a", "j", "u")
        assert screen.under_cursor() == "Ana Example"
        assert "accepted Ana Example" in screen.status
        assert world.desk.lead("L001").state is State.NEW
        assert screen.names()[0] == "Ana Example"


async def test_undo_right_behind_the_decision_takes_that_one_back(run: Run, world: World) -> None:
    async with run() as screen:
        await screen.press("a", "u")
        assert world.desk.lead("L001").state is State.NEW
        await screen.press("u")
        assert "nothing" in screen.status.lower()


async def test_what_is_decided_already_says_by_whom(run: Run, world: World) -> None:
    world.leads(decided(named_lead(2), State.ACCEPTED))
    async with run(keys=["slash", *"bo sample", "enter"]) as screen:
        await screen.press("a")
        assert "accepted by Otto Other" in screen.status
        assert world.written() == []


@pytest.fixture
def full_disk(world: World, monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """Fill the disk; calling it makes room again."""

    def refuse(_operations: Any) -> None:
        raise NotSaved("Not saved: the disk is full.")

    with monkeypatch.context() as patch:
        patch.setattr(world.desk, "commit", refuse)
        yield patch.undo


async def test_a_full_disk_is_said_and_the_lead_stays(run: Run, world: World, full_disk: Callable[[], None]) -> None:
    async with run(keys=["j", "a"]) as screen:
        assert "the disk is full" in screen.text("#banner")
        assert screen.under_cursor() == "Bo Sample"
        assert "Accepted" not in screen.status
        full_disk()
        await screen.press("a")
        assert screen.text("#banner") == ""
        assert world.verbs("L002") == ["accept"]


async def test_a_full_disk_keeps_what_the_form_held(run: Run, world: World, full_disk: Callable[[], None]) -> None:
    async with run(keys=["r", "n", "tab", "tab", *"too far", "shift+tab", "shift+tab", "3"]) as screen:
        assert isinstance(screen.app.screen, AnswerScreen)
        assert "the disk is full" in screen.text("#dialog-problem")
        assert screen.app.screen.query_one(AnswerForm).answer("note") == "too far"
        full_disk()
        await screen.press("enter")
        (operation,) = world.written("L001")
        assert isinstance(operation.verb, Reject)
        assert (operation.verb.answers["dimension"], operation.verb.note) == ("country", "too far")


async def test_a_marketer_is_told_who_decides(tmp_path: Any) -> None:
    from tests.factories import MARKETER
    from tests.tui.conftest import Screen
    from tui.app import HandoffApp

    world = World(tmp_path / "mia", MARKETER)
    world.leads(named_lead(1))
    app = HandoffApp(world.desk, None, lambda: world.now)
    async with app.run_test(size=(120, 36)) as pilot:
        screen = Screen(app, pilot)
        await screen.press("a")
        assert "that is for" in screen.status
        assert world.written() == []


async def test_what_undo_took_back_is_done_again(run: Run, world: World) -> None:
    async with run() as screen:
        await screen.press("a", "u", "U")
        assert screen.status.startswith("Done again: accepted Ana Example")
        assert world.verbs("L001") == ["accept"]
        await screen.press("U")
        assert screen.status == "There is nothing to do again."
