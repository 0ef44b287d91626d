"""How the triage area looks in each of its states; run with --snapshot-update after a change that is meant."""

from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

import msgspec
import pytest

from api.desk import Desk
from api.desk.news import Link
from api.local.errors import NotSaved
from api.local.profile import Connection, Profile
from api.model.changes import Change, Page
from api.model.lead import State
from api.model.operation import Operation
from tests.factories import NOW, REP
from tests.tui.conftest import World, decided
from tests.tui.looks.camera import LOOKS, SIZES, SnapCompare, app_on, keys, typed
from tests.tui.looks.leads import own_lead
from tests.tui.sync.crm import Crm
from tui.app import HandoffApp

Size = tuple[int, int]


@SIZES
def test_triage(snap_compare: SnapCompare, world: World, size: Size) -> None:
    assert snap_compare(app_on(world), terminal_size=size, run_before=keys("j"))


@LOOKS
def test_other_looks(snap_compare: SnapCompare, world: World, look: str) -> None:
    assert snap_compare(app_on(world, look), terminal_size=(120, 36), run_before=keys("j"))


def test_no_colour(snap_compare: SnapCompare, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    assert snap_compare(app_on(world), terminal_size=(120, 36), run_before=keys("j"))


def test_too_small(snap_compare: SnapCompare, world: World) -> None:
    assert snap_compare(app_on(world), terminal_size=(50, 12))


@pytest.mark.parametrize("view", ["m", "t", "z", "l", "d"], ids=["mine", "team", "snoozed", "attempts", "done"])
def test_empty_view(snap_compare: SnapCompare, world: World, view: str) -> None:
    world.leads(*[decided(own_lead(number), State.ACCEPTED) for number in range(1, 7)])
    assert snap_compare(app_on(world), terminal_size=(80, 24), run_before=keys("v", view))


@SIZES
def test_first_pull(snap_compare: SnapCompare, tmp_path: Path, size: Size) -> None:
    profile = Profile(tmp_path)
    profile.save_connection(Connection("http://127.0.0.1:1", REP, "e1"))
    desk = Desk.open(profile, clock=lambda: NOW)
    foreign = msgspec.Raw(msgspec.json.encode(decided(own_lead(1), State.ACCEPTED)))
    page = Page("e1", (Change(1, "lead", "L001", foreign),), "e1:1", 1, True)
    before = keys(then=lambda: desk.take_page(page) and None)
    assert snap_compare(HandoffApp(desk, None, lambda: NOW), terminal_size=size, run_before=before)


@SIZES
def test_offline(snap_compare: SnapCompare, world: World, size: Size) -> None:
    world.desk.set_link(
        Link(connected=False, since=NOW - timedelta(minutes=42), message="hub.example.com can’t be reached.")
    )
    assert snap_compare(app_on(world), terminal_size=size, run_before=keys("a", "j", "c"))


@SIZES
def test_full_disk(snap_compare: SnapCompare, world: World, size: Size, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_operations: Sequence[Operation]) -> None:
        raise NotSaved("Not saved: the disk is full.")

    monkeypatch.setattr(world.desk, "commit", refuse)
    assert snap_compare(app_on(world), terminal_size=size, run_before=keys("a"))


@SIZES
def test_conflict(snap_compare: SnapCompare, world: World, size: Size) -> None:
    crm = Crm(world)
    crm.leads["L001"] = own_lead(1)
    crm.conflict()
    assert snap_compare(app_on(world), terminal_size=size, run_before=keys(*typed("/ ‘ana ex’ enter")))


@SIZES
def test_taken_under_the_cursor(snap_compare: SnapCompare, world: World, size: Size) -> None:
    taken = decided(own_lead(2), State.ACCEPTED)
    before = keys("j", then=lambda: world.leads(taken, own_lead(7)))
    assert snap_compare(app_on(world), terminal_size=size, run_before=before)
