"""Being told of a lead that is due soon: only who wants it, once for each lead, and nothing about anybody unasked."""

from datetime import timedelta
from pathlib import Path

import pytest
from msgspec.structs import replace

from api.model.lead import Owner
from tests.factories import NOW, REP
from tests.tui.conftest import Run, World, named_lead
from tui.app import HandoffApp
from tui.notifying import Notifier, sequence
from tui.settings import Loaded, Settings

BELL = Settings(notify="bell", notify_minutes=30)


def mine(number: int, minutes: float, *, owner: str = REP.id) -> object:
    lead = named_lead(number)
    standing = replace(lead.standing, owner=Owner("person", owner), due_at=NOW + timedelta(minutes=minutes))
    return replace(lead, standing=standing)


@pytest.fixture
def due(world: World) -> World:
    """A desk with two leads of one's own and one of the team's that are due soon, one overdue, one due later."""
    team = replace(named_lead(5), standing=replace(named_lead(5).standing, due_at=NOW + timedelta(minutes=5)))
    world.leads(mine(1, -5), mine(2, 10), mine(3, 20), mine(4, 90), team)  # type: ignore[arg-type]
    return world


class Sent(list[str]):
    """What reached the terminal."""

    def notifier(self, world: World, settings: Settings, **environ: str) -> Notifier:
        return Notifier(world.desk, settings, environ, self.append)


def test_each_lead_is_told_of_once_and_all_in_one_go(due: World) -> None:
    sent = Sent()
    notifier = sent.notifier(due, BELL)
    notifier.look()
    notifier.look()
    assert sent == ["\x07"]
    due.now = NOW + timedelta(minutes=61)
    notifier.look()
    assert sent == ["\x07", "\x07"], "a lead that came near its hour later is told of later"


def test_a_new_time_is_told_of_anew(due: World) -> None:
    sent = Sent()
    notifier = sent.notifier(due, BELL)
    notifier.look()
    due.leads(mine(2, 25))  # type: ignore[arg-type]
    notifier.look()
    assert len(sent) == 2


def test_leads_of_others_of_the_team_and_overdue_ones_are_not_told_of(world: World) -> None:
    world.leads(*[mine(number, -10) for number in range(1, 7)])  # type: ignore[arg-type]
    sent = Sent()
    sent.notifier(world, BELL).look()
    assert sent == []


def test_a_notification_names_nobody_unless_it_may(due: World) -> None:
    sent = Sent()
    settings = Settings(notify="osc9", notify_minutes=30)
    sent.notifier(due, settings).look()
    sent.notifier(due, replace(settings, notify_names=True)).look()
    assert sent == [
        "\x1b]9;Handoff: 2 leads are due within 30 min\x07",
        "\x1b]9;Handoff: 2 leads are due within 30 min: Bo Sample, Cy Specimen\x07",
    ]


@pytest.mark.parametrize(
    ("environ", "through", "expected"),
    [
        ({}, False, "\x1b]9;Due\x07"),
        ({"TMUX": "/tmp/tmux,1,0"}, False, "\x07"),
        ({"TMUX": "/tmp/tmux,1,0"}, True, "\x1bPtmux;\x1b\x1b]9;Due\x07\x1b\\"),
        ({"TERM": "screen-256color"}, True, "\x07"),
    ],
)
def test_inside_tmux_it_passes_only_where_that_is_allowed(
    environ: dict[str, str], through: bool, expected: str
) -> None:
    settings = Settings(notify="osc9", notify_through_tmux=through)
    assert sequence("Due", settings, environ) == expected


def test_no_name_can_end_the_sequence_early() -> None:
    told = sequence("Due: Eve \x07\x1b]0;owned\x07", Settings(notify="osc9"), {})
    assert told.count("\x1b") == 1
    assert told.index("\x07") == len(told) - 1


@pytest.mark.parametrize(("notify", "rings"), [("off", []), ("bell", ["\x07"])])
async def test_the_program_rings_only_when_it_is_asked_to(
    run: Run, due: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, notify: str, rings: list[str]
) -> None:
    sent: list[str] = []
    monkeypatch.setattr(HandoffApp, "write_to_terminal", lambda _, text: sent.append(text))
    settings = Settings(notify=notify)  # type: ignore[arg-type]
    async with run(loaded=Loaded(tmp_path, settings)):
        assert sent == rings
