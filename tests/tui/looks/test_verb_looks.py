"""How each verb asks; run with --snapshot-update after a change that is meant."""

import pytest

from tests.tui.conftest import World
from tests.tui.looks.camera import SnapCompare, app_on, keys, typed
from tests.tui.looks.leads import of_mine

VERBS = {
    "accept_why": "A",
    "reroute": "t",
    "duplicate": "D",
    "duplicate_found": "D ‘cy’",
    "snooze": "z",
    "snooze_not_a_date": "z ‘someday’ enter",
    "never_contact": "X",
    "attempt": "v l l",
    "qualify": "v l Q",
    "won_or_lost": "v l w",
    "note": "i",
    "correct": "e 3",
    "thank": "+",
    "meeting": "m",
    "promise": "p",
    "copy": "Y",
    "open": "O",
    "not_possible": "l",
    "draft": "i ‘half a thought’ escape i",
}
"""What is asked, and the keys that lead there."""


@pytest.mark.parametrize("verb", VERBS)
def test_verb(snap_compare: SnapCompare, world: World, verb: str) -> None:
    of_mine(world)
    assert snap_compare(app_on(world), terminal_size=(80, 24), run_before=keys(*typed(VERBS[verb])))


@pytest.mark.parametrize("verb", ["accept_why", "snooze", "attempt", "reroute", "never_contact"])
def test_beside_the_lead(snap_compare: SnapCompare, world: World, verb: str) -> None:
    of_mine(world)
    assert snap_compare(app_on(world), terminal_size=(120, 36), run_before=keys(*typed(VERBS[verb])))
