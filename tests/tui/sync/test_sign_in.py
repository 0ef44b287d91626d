"""Signing in again when the token has expired: asked for when the person wants, never shown."""

from contextlib import asynccontextmanager
from typing import Any

import pytest

from api.desk.news import Link
from api.errors import HandoffError
from tests.factories import NOW
from tests.tui.conftest import Screen, StandIn, World
from tui.app import HandoffApp
from tui.screens.reasons import ReasonScreen
from tui.screens.sign_in import SignInScreen, TokenInput
from tui.screens.sync.screen import SyncScreen

TOKEN = "invented-7c1"
OUT = Link(connected=False, since=NOW, message="The token expired.", signed_out=True)


class Checking:
    """Says of a token what the CRM would say."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.problem = ""

    def __call__(self, token: str) -> str:
        self.asked.append(token)
        if self.problem:
            raise HandoffError(self.problem)
        return "The token is kept in a file."


@pytest.fixture
def checking() -> Checking:
    return Checking()


@asynccontextmanager
async def signed_out(world: World, checking: Checking, sync: StandIn) -> Any:
    app = HandoffApp(world.desk, lambda _desk: sync, lambda: world.now, sign_in=checking)
    async with app.run_test(size=(120, 36)) as pilot:
        screen = Screen(app, pilot)
        await screen.settle()
        world.desk.set_link(OUT)
        await screen.settle()
        yield screen


async def test_the_banner_says_so_and_nothing_pops_up(world: World, checking: Checking) -> None:
    async with signed_out(world, checking, StandIn()) as screen:
        await screen.press("r")
        world.desk.set_link(OUT)
        await screen.settle()
        assert isinstance(screen.app.screen, ReasonScreen)
        await screen.press("escape")
        assert "Signed out; T takes a new token. The token expired." in screen.text("#banner")
        await screen.press("a")
        assert world.verbs("L001") == ["accept"], "deciding goes on"


@pytest.mark.parametrize("way", ["key", "banner", "Sync screen", "line"])
async def test_a_new_token_is_checked_and_sync_resumes(world: World, checking: Checking, way: str) -> None:
    sync = StandIn()
    async with signed_out(world, checking, sync) as screen:
        if way in ("Sync screen", "line"):
            await screen.press("S")
        if way in ("banner", "line"):
            await screen.pilot.click(f"#{way}", offset=(10, 0))
            await screen.settle()
        else:
            await screen.press("T")
        assert isinstance(screen.app.screen, SignInScreen)
        await screen.press(*TOKEN.replace("-", "_"), "enter")
        await until_gone(screen)
        assert checking.asked == [TOKEN.replace("-", "_")]
        assert sync.poked == 1
        assert screen.status == "Signed in. The token is kept in a file."
        assert isinstance(screen.app.screen, SyncScreen) is (way in ("Sync screen", "line"))


async def until_gone(screen: Screen) -> None:
    """Wait until the dialog has gone."""
    for _ in range(500):
        if not isinstance(screen.app.screen, SignInScreen):
            break
        await screen.pilot.pause(0.01)
    await screen.settle()


async def test_the_token_is_never_shown_nor_left_behind(world: World, checking: Checking) -> None:
    checking.problem = "That token belongs to Otto Other."
    async with signed_out(world, checking, StandIn()) as screen:
        await screen.press("T", *"secret7", "enter")
        for _ in range(500):
            if "Otto" in screen.text("#dialog-problem"):
                break
            await screen.pilot.pause(0.01)
        assert screen.text("#dialog-problem") == "That token belongs to Otto Other."
        assert "secret7" not in screen.app.export_screenshot()
        field = screen.app.screen.query_one(TokenInput)
        await screen.press("ctrl+a", "ctrl+x")
        assert screen.app.clipboard == ""
        await screen.press("escape")
        assert field.value == ""
        assert world.desk.status().signed_out


async def test_a_pasted_token_loses_the_white_space_around_it(world: World, checking: Checking) -> None:
    from textual import events

    async with signed_out(world, checking, StandIn()) as screen:
        await screen.press("T")
        screen.app.post_message(events.Paste(f"  {TOKEN}\r\n"))
        await screen.settle()
        await screen.press("enter")
        await until_gone(screen)
        assert checking.asked == [TOKEN]


async def test_without_a_crm_there_is_nothing_to_sign_in_to(world: World) -> None:
    app = HandoffApp(world.desk, None, lambda: world.now)
    async with app.run_test(size=(120, 36)) as pilot:
        screen = Screen(app, pilot)
        await screen.press("T")
        assert screen.status == "There is no CRM to sign in to."
