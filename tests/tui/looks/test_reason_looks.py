"""How a refusal looks: the reasons, and what each of them asks for; run with --snapshot-update after a change that is
meant.
"""

import pytest

from api.model.agreement import Reason
from tests.factories import make_agreement
from tests.tui.conftest import World
from tests.tui.looks.camera import LOOKS, TWO_SIZES, SnapCompare, app_on, keys
from tests.tui.looks.leads import of_mine

Size = tuple[int, int]

REASONS = make_agreement().reasons


@TWO_SIZES
@pytest.mark.parametrize("verb", ["r", "d"])
def test_reasons(snap_compare: SnapCompare, world: World, verb: str, size: Size) -> None:
    of_mine(world)
    assert snap_compare(app_on(world), terminal_size=size, run_before=keys(*_there(verb), verb))


@LOOKS
def test_other_looks(snap_compare: SnapCompare, world: World, look: str) -> None:
    assert snap_compare(app_on(world, look), terminal_size=(120, 36), run_before=keys("r"))


@TWO_SIZES
@pytest.mark.parametrize("reason", REASONS, ids=lambda reason: reason.code)
def test_question(snap_compare: SnapCompare, world: World, reason: Reason, size: Size) -> None:
    of_mine(world)
    verb = "d" if reason.moment == "disqualify" else "r"
    before = keys(*_there(verb), verb, reason.key)
    assert snap_compare(app_on(world), terminal_size=size, run_before=before)


@LOOKS
def test_question_in_other_looks(snap_compare: SnapCompare, world: World, look: str) -> None:
    assert snap_compare(app_on(world, look), terminal_size=(120, 36), run_before=keys("r", "x"))


def test_complaint(snap_compare: SnapCompare, world: World) -> None:
    assert snap_compare(app_on(world), terminal_size=(120, 36), run_before=keys("r", "n", "enter"))


def _there(verb: str) -> list[str]:
    # What is disqualified was accepted before.
    return ["v", "l"] if verb == "d" else []
