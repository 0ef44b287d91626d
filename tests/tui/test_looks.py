"""How the screens look; run with --snapshot-update after a change that is meant."""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from textual.pilot import Pilot

from api.desk.news import Link
from api.model.lead import State
from tests.factories import NOW
from tests.tui.conftest import Screen, World, decided, named_lead
from tui.app import HandoffApp

SnapCompare = Callable[..., bool]


def keys(*pressed: str) -> Callable[[Pilot[Any]], Awaitable[None]]:
    """Press keys before the picture is taken."""

    async def before(pilot: Pilot[Any]) -> None:
        app = pilot.app
        assert isinstance(app, HandoffApp)
        await Screen(app, pilot).press(*pressed)

    return before


def app_on(world: World, look: str = "") -> HandoffApp:
    return HandoffApp(world.desk, None, lambda: world.now, look=look)


@pytest.mark.parametrize("size", [(80, 24), (120, 36), (200, 60)], ids=lambda size: f"{size[0]}x{size[1]}")
def test_triage(snap_compare: SnapCompare, world: World, size: tuple[int, int]) -> None:
    assert snap_compare(app_on(world), terminal_size=size, run_before=keys("j"))


@pytest.mark.parametrize("look", ["handoff-light", "handoff-terminal"])
def test_other_looks(snap_compare: SnapCompare, world: World, look: str) -> None:
    assert snap_compare(app_on(world, look), terminal_size=(120, 36), run_before=keys("j"))


def test_no_colour(snap_compare: SnapCompare, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    assert snap_compare(app_on(world), terminal_size=(120, 36), run_before=keys("j"))


@pytest.mark.parametrize("size", [(80, 24), (120, 36)], ids=lambda size: f"{size[0]}x{size[1]}")
def test_reasons(snap_compare: SnapCompare, world: World, size: tuple[int, int]) -> None:
    assert snap_compare(app_on(world), terminal_size=size, run_before=keys("r"))


def test_answers_with_a_complaint(snap_compare: SnapCompare, world: World) -> None:
    assert snap_compare(app_on(world), terminal_size=(120, 36), run_before=keys("r", "n", "enter"))


def test_help(snap_compare: SnapCompare, world: World) -> None:
    assert snap_compare(app_on(world), terminal_size=(120, 36), run_before=keys("question_mark"))


def test_found(snap_compare: SnapCompare, world: World) -> None:
    world.leads(decided(named_lead(4), State.REJECTED, reason="competitor"))
    world.desk.set_link(Link(connected=False, since=NOW, message="No answer."))
    assert snap_compare(app_on(world), terminal_size=(120, 36), run_before=keys("a", "slash", *"ex", "enter"))


def test_nothing_waits(snap_compare: SnapCompare, world: World) -> None:
    world.leads(*[decided(named_lead(number), State.ACCEPTED) for number in range(1, 7)])
    assert snap_compare(app_on(world), terminal_size=(80, 24))


def test_too_small(snap_compare: SnapCompare, world: World) -> None:
    assert snap_compare(app_on(world), terminal_size=(50, 12))
