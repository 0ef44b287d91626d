"""Escape always gets out, to where one was; and no key confirms what it asked for itself."""

import pytest

from api.model.lead import State
from tests.factories import REP
from tests.tui.conftest import Run, Screen, World, decided, named_lead
from tests.tui.sync.crm import Crm
from tui.app import HandoffApp
from tui.commands import commands_in
from tui.screens.area import Area
from tui.screens.sync.screen import SyncScreen

MOST = 4
"""How often Escape may have to be pressed."""

MOVING = {"down", "up", "first", "last", "page_down", "page_up", "next_pane", "previous_pane", "scroll_lead_down"}
"""What only moves opens nothing."""

KEYS = {
    area: [(one.id, key) for one in commands_in(area) for key in one.keys[:1] if one.action not in {"leave", *MOVING}]
    for area in ("triage", "sync")
}


@pytest.fixture(autouse=True)
def _nothing_opens(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(HandoffApp, "open_url", lambda *_, **__: None)


@pytest.fixture
def worked(world: World) -> World:
    """A queue in which leads of one's own stand that were accepted, so that every verb is possible on one of them."""
    world.leads(*[decided(named_lead(number), State.ACCEPTED, REP) for number in (5, 6)])
    return world


async def out(screen: Screen) -> int:
    """Press Escape until the queue is there without anything in it; return how often that was."""
    for times in range(MOST):
        app = screen.app
        if app.screen is screen.triage and app.focused is None and not screen.triage.filter_text:
            return times
        await screen.press("escape")
    return MOST


def stacked(screen: Screen) -> list[str]:
    return [type(one).__name__ for one in screen.app.screen_stack]


async def test_escape_gets_back_to_the_queue_from_whatever_a_key_opens(run: Run, worked: World) -> None:
    opened: set[str] = set()
    async with run((80, 24)) as screen:
        for command_id, key in KEYS["triage"]:
            under = screen.under_cursor()
            await screen.press(key)
            screens = stacked(screen)
            opened.update(screens[1:])
            wrote = len(worked.written())
            assert await out(screen) < MOST, f"{command_id} opened {screens}, and Escape leaves it not"
            assert len(worked.written()) == wrote, command_id
            if len(screens) > 1:
                assert screen.under_cursor() == under, f"{command_id}: the cursor stands elsewhere after Escape"
    assert {"ReasonScreen", "SyncScreen", "HelpScreen", "Palette"} <= opened


async def test_escape_gets_back_from_a_dialog_on_a_dialog(run: Run, worked: World) -> None:
    async with run() as screen:
        for keys in (["r", "n", "f1"], ["r", "question_mark"], ["S", "question_mark"], ["S", "ctrl+p"], ["r", "n"]):
            await screen.press(*keys)
            assert await out(screen) < MOST, f"{keys}: {stacked(screen)}"
        assert worked.written() == []


async def test_escape_gets_back_from_whatever_a_key_opens_on_the_sync_screen(run: Run, world: World) -> None:
    Crm(world).refused()
    async with run() as screen:
        for command_id, key in KEYS["sync"]:
            if command_id.startswith("sync."):
                await screen.press("S")
                assert isinstance(screen.app.screen, SyncScreen)
                await screen.press(key)
                assert await out(screen) < MOST, f"{command_id} opened {stacked(screen)}"


async def test_no_key_confirms_what_it_asked_for(run: Run, worked: World) -> None:
    asked = 0
    async with run() as screen:
        for group, lead_id in (("Decide", "L001"), ("Work", "L005"), ("Say", "L005")):
            await screen.triage.go_to(lead_id)
            await out(screen)
            for one in commands_in("triage"):
                if one.group != group:
                    continue
                await screen.press(one.keys[0])
                if not isinstance(screen.app.screen, Area):
                    asked += 1
                    wrote = len(worked.written())
                    await screen.press(one.keys[0], one.keys[0])
                    assert len(worked.written()) == wrote, f"{one.id}: {one.keys[0]} confirmed itself"
                    await out(screen)
    assert asked > 8
