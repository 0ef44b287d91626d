"""How help, palette, tour and the first run look; run with --snapshot-update after a change that is meant."""

from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot

from api.local.profile import Profile
from tests.tui.conftest import Screen, World
from tests.tui.looks.camera import SIZES, TWO_SIZES, SnapCompare, app_on, keys, typed
from tui.commands import command
from tui.tour.coach import Coach
from tui.welcome.app import WelcomeApp

Size = tuple[int, int]


@SIZES
@pytest.mark.parametrize("over", ["", "r"], ids=["lead", "reason"])
def test_help(snap_compare: SnapCompare, world: World, over: str, size: Size) -> None:
    assert snap_compare(app_on(world), terminal_size=size, run_before=keys(*over, *typed("?")))


@SIZES
def test_palette(snap_compare: SnapCompare, world: World, size: Size) -> None:
    async def before(pilot: Pilot[Any]) -> None:
        screen = Screen(pilot.app, pilot)  # type: ignore[arg-type]
        await screen.press("ctrl+p", *"snooze")
        for _ in range(400):
            offered = list(screen.app.screen.query("CommandList"))
            if offered and offered[0].option_count and not screen.app.screen._show_busy:  # type: ignore[attr-defined]
                break
            await pilot.pause(0.005)

    assert snap_compare(app_on(world), terminal_size=size, run_before=before)


async def _toured(pilot: Pilot[Any]) -> None:
    screen = Screen(pilot.app, pilot)  # type: ignore[arg-type]
    await screen.settle()
    await screen.app.run_command(command("app.tour"))
    for _ in range(400):
        if any("1 of 9" in line.said for line in screen.triage.query(Coach)):
            return
        await pilot.pause(0.005)


@SIZES
def test_tour(snap_compare: SnapCompare, world: World, size: Size) -> None:
    assert snap_compare(app_on(world), terminal_size=size, run_before=_toured)


@TWO_SIZES
def test_first_run(snap_compare: SnapCompare, tmp_path: Path, size: Size) -> None:
    assert snap_compare(WelcomeApp(Profile(tmp_path)), terminal_size=size)


@TWO_SIZES
@pytest.mark.parametrize("page", ["2", "3"], ids=["join", "run"])
def test_pages_of_the_first_run(snap_compare: SnapCompare, tmp_path: Path, page: str, size: Size) -> None:
    assert snap_compare(WelcomeApp(Profile(tmp_path)), press=[page], terminal_size=size)
