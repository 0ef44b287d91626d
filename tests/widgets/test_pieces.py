"""What the pieces of the card say, as plain words."""

from datetime import timedelta
from typing import Any

from api.model.campaign import Campaign
from api.rules.clocks import BusinessClock
from tests.factories import NOW, make_agreement
from widgets.basis.runs import Line, plain
from widgets.frame.sync_mark import sync_mark
from widgets.queue.due_mark import WIDTH, due_mark

AGREEMENT = make_agreement()
CLOCK = BusinessClock(AGREEMENT)
CAMPAIGN = Campaign(id="c1", name="Ads", spend=900.0, budget=1_000.0, accepted=3, rejected=1, handed=9, why="Because.")


def said(lines: list[Line]) -> str:
    return plain(lines)


def test_a_due_mark_says_late_soon_and_far_in_the_same_room() -> None:
    now = NOW.timestamp()
    late, soon, far = (due_mark(now + gap, NOW, CLOCK) for gap in (-7_200, 1_200, 86_400))
    assert (late[0].split(), late[1]) == (["!", "2", "h"], "alarm")
    assert (soon[0].split(), soon[1]) == (["20", "min"], "accent")
    assert far[0].split() == ["8", "h"], "business hours"
    old = due_mark((NOW - timedelta(days=3_000)).timestamp(), NOW, CLOCK)
    assert old[0].split() == ["!", "Sep", "2018"]
    assert all(len(mark[0]) == WIDTH for mark in (late, soon, far, old, due_mark(None, NOW, CLOCK)))


def test_the_sync_mark_always_has_a_word_beside_its_sign() -> None:
    def mark(**changes: Any) -> str:
        return plain([sync_mark(changes.pop("connected", True), NOW, NOW + timedelta(hours=1), **changes)])

    assert mark(live=True) == "● live"
    assert mark() == "● connected"
    assert plain([sync_mark(None, None, NOW)]) == "○ connecting"
    assert mark(connected=None) == "○ no answer since 10:00"
    assert mark(connected=None, elsewhere=True) == "○ not syncing here"
    assert mark(connected=False, pending=2, needing=1).startswith("○ offline since ")
    assert mark(pending=2, needing=1).endswith(" · 2 pending · 1 needs you")
    assert mark(signed_out=True) == "○ signed out"
