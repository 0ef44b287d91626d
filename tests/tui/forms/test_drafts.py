"""What was typed and not sent is there again: after Esc, on another lead, after a restart, after a crash."""

import asyncio
import json
from datetime import timedelta
from typing import Any

import pytest

from api.desk import Desk
from api.local.errors import NotSaved
from api.model.operation import Reject
from tests.tui.conftest import Run, Screen, World
from tui.app import HandoffApp
from tui.screens.answers import AnswerScreen
from tui.screens.reasons import ReasonScreen
from widgets.forms.answer_form import AnswerForm

TYPED = ("r", "o", *"too far")


def form(screen: Screen) -> AnswerForm:
    """Return the form on top."""
    assert isinstance(screen.app.screen, AnswerScreen)
    return screen.app.screen.query_one(AnswerForm)


def on_disk(world: World) -> list[Any]:
    """Return the drafts that another process would find."""
    path = world.desk.profile.root / "drafts.json"
    found: list[Any] = json.loads(path.read_bytes())["drafts"] if path.exists() else []
    return found


async def test_what_was_typed_is_offered_again_with_when(run: Run) -> None:
    async with run(keys=[*TYPED, "escape"]) as screen:
        assert isinstance(screen.app.screen, ReasonScreen)
        assert "draft from 10:00" in screen.text("#reasons")
        await screen.press("escape", "r", "enter")
        assert form(screen).answer("text") == "too far", "the cursor begins on the reason that has a draft"
        assert "draft from 10:00" in screen.text("#dialog-draft")


async def test_going_on_to_other_leads_keeps_it_for_its_own(run: Run) -> None:
    async with run(keys=[*TYPED, "escape", "escape", "j", "r", "o"]) as screen:
        assert form(screen).answer("text") == ""
        await screen.press("escape", "escape", "k", "r", "o")
        assert form(screen).answer("text") == "too far"


async def test_it_survives_a_restart_and_then_says_yesterday(run: Run, world: World) -> None:
    async with run(keys=[*TYPED, "tab", *"call me", "escape", "escape", "q"]):
        pass
    world.now += timedelta(days=1)
    later = Desk.open(world.desk.profile, clock=lambda: world.now)
    app = HandoffApp(later, None, lambda: world.now)
    async with app.run_test(size=(120, 36)) as pilot:
        screen = Screen(app, pilot)
        await screen.press("r", "o")
        assert form(screen).answers() == {"text": "too far", "note": "call me"}
        assert "draft from yesterday 10:00" in screen.text("#dialog-draft")


async def test_a_crash_while_typing_costs_no_more_than_the_last_moment(run: Run, world: World) -> None:
    async with run(keys=TYPED) as screen:
        async with asyncio.timeout(5):
            while not on_disk(world):
                await screen.pilot.pause(0.02)
        (kept,) = on_disk(world)
        assert (kept["lead"], kept["answers"]) == ("L001", {"text": "too far"})


async def test_leaving_the_program_from_within_the_form_keeps_it(run: Run, world: World) -> None:
    async with run(keys=[*TYPED, "ctrl+q"]):
        pass
    assert [kept["answers"] for kept in on_disk(world)] == [{"text": "too far"}]


async def test_the_decision_leaves_no_draft_behind(run: Run, world: World) -> None:
    async with run(keys=[*TYPED, "escape", "escape", "r", "n", "right", "escape", "escape"]) as screen:
        assert len(on_disk(world)) == 2
        await screen.press("r", "s")
        assert world.verbs("L001") == ["reject"]
        assert on_disk(world) == []
        await screen.press("u", "r", "o")
        assert form(screen).answer("text") == ""
        assert screen.text("#dialog-draft") == ""


async def test_starting_over_gives_back_what_is_known_and_nothing_else(run: Run, world: World) -> None:
    keys = ["r", "c", "end", "!", "tab", *"x", "escape", "c"]
    async with run(keys=keys) as screen:
        assert form(screen).answers() == {"name": "Example Bakery!", "note": "x"}
        await screen.press("ctrl+r")
        assert form(screen).answers() == {"name": "Example Bakery"}
        assert screen.text("#dialog-draft") == ""
        await screen.press("escape", "escape")
        assert on_disk(world) == []


async def test_what_was_only_proposed_is_no_draft(run: Run, world: World) -> None:
    async with run(keys=["r", "i", "tab", "escape", "escape"]) as screen:
        assert on_disk(world) == []
        await screen.press("r")
        assert "draft" not in screen.text("#reasons")


async def test_the_word_that_guards_is_typed_anew(run: Run, world: World) -> None:
    async with run(keys=["r", "x", *"by phone", "tab", *"suppress", "escape", "x"]) as screen:
        held = form(screen).answers()
        assert held["how"] == "by phone"
        assert "confirm" not in held
        assert "suppress" not in (world.desk.profile.root / "drafts.json").read_text()
        await screen.press("enter")
        assert world.written() == []


async def test_a_date_is_kept_as_the_day_it_meant(run: Run, world: World) -> None:
    async with run(keys=["r", "i", "tab", *["backspace"] * 10, *"fri", "escape", "escape"]) as screen:
        world.now += timedelta(days=3)
        await screen.press("r", "i")
        assert form(screen).answer("recycle_on") == "2026-11-20", "not the Friday after"


async def test_a_disk_that_takes_no_draft_stops_nobody(run: Run, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse() -> None:
        raise NotSaved("Not saved: the disk is full.")

    async with run() as screen:
        monkeypatch.setattr(world.desk.drafts, "save", refuse)
        await screen.press(*TYPED, "escape", "o")
        assert form(screen).answer("text") == "too far"
        await screen.press("space", *"away from us", "enter")
        (operation,) = world.written("L001")
        assert operation.verb == Reject(reason="other", answers={"text": "too far away from us"})


async def test_several_leads_leave_no_draft_on_the_first(run: Run, world: World) -> None:
    async with run(keys=["x", "j", "x", *TYPED, "escape", "escape"]) as screen:
        assert isinstance(screen.app.screen, type(screen.triage))
        assert on_disk(world) == []


async def test_short_names_of_refusals_keep_theirs_too(run: Run, world: World) -> None:
    async with run(keys=["X", *"in a call", "escape"]) as screen:
        assert screen.app.screen is screen.triage
        await screen.press("X")
        assert form(screen).answer("how") == "in a call"
