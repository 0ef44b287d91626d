"""How finding, viewing, choosing and jumping look; run with --snapshot-update after a change that is meant."""

import pytest

from api.desk.news import Link
from api.model.lead import Score, State
from api.rules.queue import NamedView, Order, View
from tests.factories import NOW
from tests.tui.conftest import World, decided
from tests.tui.looks.camera import LOOKS, TWO_SIZES, SnapCompare, app_on, keys, typed
from tests.tui.looks.leads import asleep, own_lead

Size = tuple[int, int]

STATES = {
    "views": "v",
    "sort": "b",
    "by_score": "b s",
    "jump": "j f",
    "chosen": "x j x",
    "filter_problems": "/ ‘cy campain:x due:soon’",
    "no_match": "/ ‘nobody’ enter",
    "keep_view": "/ ‘cy’ enter V",
    "snoozed": "v z",
    "bulk_preview": "v a * a",
    "bulk_snooze": "x x z",
    "bulk_outcome": "v a * a y",
}
"""What is shown, and the keys that lead there."""


def peopled(world: World) -> None:
    """Let there be a lead of each kind, and a view of one's own."""
    world.leads(
        own_lead(3, fit=Score(92), engagement=Score(64)),
        own_lead(5, snooze=asleep()),
        decided(own_lead(6), State.ACCEPTED),
    )
    world.desk.keep_view(NamedView("Webinar, soon", "campaign:webinar due:<1h", View.MINE, Order.SCORE))


@TWO_SIZES
@pytest.mark.parametrize("state", STATES)
def test_queue(snap_compare: SnapCompare, world: World, state: str, size: Size) -> None:
    peopled(world)
    assert snap_compare(app_on(world), terminal_size=size, run_before=keys(*typed(STATES[state])))


@pytest.mark.parametrize("state", ["views", "jump", "filter_problems", "bulk_preview", "snoozed"])
def test_wide(snap_compare: SnapCompare, world: World, state: str) -> None:
    peopled(world)
    assert snap_compare(app_on(world), terminal_size=(200, 60), run_before=keys(*typed(STATES[state])))


@LOOKS
def test_other_looks(snap_compare: SnapCompare, world: World, look: str) -> None:
    peopled(world)
    assert snap_compare(app_on(world, look), terminal_size=(120, 36), run_before=keys(*typed("x x v")))


def test_found(snap_compare: SnapCompare, world: World) -> None:
    world.leads(decided(own_lead(4), State.REJECTED, reason="competitor"))
    world.desk.set_link(Link(connected=False, since=NOW, message="No answer."))
    assert snap_compare(app_on(world), terminal_size=(120, 36), run_before=keys(*typed("a / ‘ex’ enter")))
