"""Keys that come faster than the screen: each does what it would have done had the person waited."""

from collections.abc import Iterable

import pytest
from textual import events

from api.model.operation import Reject
from tests.tui.conftest import Run, Screen, World
from tui.app import HandoffApp
from tui.screens.triage import TriageScreen
from widgets.forms.answer_form import AnswerForm

NAMED = {
    "\x7f": "backspace",
    "\x15": "ctrl+u",
    "/": "slash",
    "\r": "enter",
    "\x1b": "escape",
    "\t": "tab",
    "\x10": "ctrl+p",
    "?": "question_mark",
}


async def burst(screen: Screen, typed: Iterable[str]) -> None:
    """Type all of it before the program has looked at any of it."""
    for character in typed:
        screen.app.post_message(events.Key(NAMED.get(character, character), character))
    await screen.settle()
    await screen.settle()


@pytest.mark.parametrize("typed", ["/a", "/q", "/u", "/aqrs"])
async def test_letters_right_behind_the_slash_are_typed_into_the_field(run: Run, world: World, typed: str) -> None:
    async with run() as screen:
        await burst(screen, typed)
        assert screen.app.is_running
        assert screen.triage.filter_text == typed[1:]
        assert world.written() == []


async def test_a_search_kept_and_decided_in_one_go(run: Run, world: World) -> None:
    async with run() as screen:
        await burst(screen, "/cy spec\ra")
        assert world.verbs("L003") == ["accept"]
        assert len(world.written()) == 1


async def test_a_search_dropped_in_one_go_gives_the_keys_back(run: Run, world: World) -> None:
    async with run() as screen:
        await burst(screen, "/nobody\x1bja")
        assert [operation.target.id for operation in world.written()] == ["L002"]


async def test_a_reason_typed_ahead_is_picked(run: Run, world: World) -> None:
    async with run() as screen:
        await burst(screen, "rs")
        assert world.verbs("L001") == ["reject"]
        assert screen.under_cursor() == "Bo Sample"


async def test_a_whole_refusal_typed_ahead_is_recorded_and_the_next_key_is_for_the_next_lead(
    run: Run, world: World
) -> None:
    async with run() as screen:
        await burst(screen, "rn1a")
        assert [(one.target.id, one.verb.kind) for one in world.written()] == [("L001", "reject"), ("L002", "accept")]
        verb = world.written("L001")[0].verb
        assert isinstance(verb, Reject)
        assert verb.answers == {"dimension": "size", "value": "40"}


async def test_text_typed_ahead_reaches_its_field(run: Run) -> None:
    async with run() as screen:
        await burst(screen, "rn\t\ttoo small")
        assert screen.app.screen.query_one(AnswerForm).answer("note") == "too small"


async def test_a_slip_mended_in_one_go_is_mended_where_it_was_made(run: Run) -> None:
    async with run() as screen:
        await burst(screen, "rn\t\ttoo bih\x7fg for us")
        assert screen.app.screen.query_one(AnswerForm).answer("note") == "too big for us"
    async with run() as screen:
        await burst(screen, "/nobody\x15cy")
        assert screen.triage.filter_text == "cy"


async def test_no_key_typed_ahead_of_a_wrong_reason_acts_on_the_queue(run: Run, world: World) -> None:
    async with run() as screen:
        await burst(screen, "rta")
        assert screen.app.screen is not screen.triage
        assert world.written() == []


async def test_a_command_typed_ahead_is_looked_for(run: Run, world: World) -> None:
    async with run() as screen:
        await burst(screen, "\x10quit")
        assert screen.app.is_running
        assert not isinstance(screen.app.screen, TriageScreen)
        assert world.written() == []


async def test_help_is_left_by_the_key_typed_ahead(run: Run, world: World) -> None:
    async with run() as screen:
        await burst(screen, "?qa")
        assert screen.app.is_running
        assert world.verbs("L001") == ["accept"]


async def test_keys_typed_while_the_program_starts_reach_the_queue_that_comes(world: World) -> None:
    app = HandoffApp(world.desk, None, lambda: world.now)
    async with app.run_test(size=(120, 36)) as pilot:
        await burst(Screen(app, pilot), "ja")
        assert [operation.target.id for operation in world.written()] == ["L002"]
