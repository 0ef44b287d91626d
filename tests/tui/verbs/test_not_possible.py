"""What can't be done now is greyed, and pressing it says why and what helps on."""

from typing import Any

import pytest
from msgspec.structs import replace

from api.model.lead import Lead, State
from api.model.people import Owner
from tests.factories import MARKETER, OTHER_REP, REP
from tests.tui.conftest import Run, Screen, World, decided, named_lead
from tui.app import HandoffApp
from tui.commands import command
from widgets.frame.key_bar import Key, KeyBar

FIND = ["slash", *"ana example", "enter"]


def stands(state: State, owner: Owner | None = None) -> Lead:
    """Return the first lead as it stands after a decision, owned by the rep at the screen if nobody is named."""
    lead = named_lead(1)
    owned = replace(lead, standing=replace(lead.standing, owner=owner or Owner("person", REP.id)))
    return decided(owned, state, REP)


def footer(screen: Screen) -> dict[str, Key]:
    """Return the keys in the footer by command."""
    return {key.id: key for key in screen.triage.query_one("#keys", KeyBar).in_sight}


NOT_NOW: dict[State, dict[str, str]] = {
    State.NEW: {
        "d": "That is for after contact: r rejects it.",
        "l": "a accepts it.",
        "Q": "a accepts it.",
        "w": "a accepts it.",
        "Z": "This lead is not snoozed.",
        "C": "Nobody has claimed this lead.",
    },
    State.ACCEPTED: {"r": "It was accepted already: d disqualifies it.", "a": "This lead is accepted"},
    State.QUALIFIED: {"z": "This lead is qualified", "l": "This lead is qualified"},
    State.REJECTED: dict.fromkeys("ardtD", "This lead is rejected"),
    State.WON: {"w": "This lead is won"},
    State.MERGED: {"e": "This lead is merged"},
    State.SUPPRESSED: dict.fromkeys(["a", "X", "plus"], "asked not to be contacted"),
}


async def test_pressing_what_is_not_possible_says_why(run: Run, world: World) -> None:
    async with run(keys=FIND) as screen:
        for state, keys in NOT_NOW.items():
            if state is not State.NEW:
                world.leads(replace(stands(state), revision=100, decision_revision=100))
                await screen.settle()
            for key, why in keys.items():
                await screen.press(key)
                assert screen.app.screen is screen.triage, f"{key} opens nothing when {state}"
                assert why in screen.status, f"{key} when {state}"
        assert world.written() == []


async def test_a_lead_of_somebody_else_can_be_claimed_but_not_snoozed(run: Run, world: World) -> None:
    lead = named_lead(1)
    world.leads(replace(lead, standing=replace(lead.standing, owner=Owner("person", OTHER_REP.id))))
    async with run(keys=FIND) as screen:
        await screen.press("z")
        assert screen.status == "Only its owner can snooze this lead. c claims it."
        await screen.press("c", "z", "enter")
        assert world.verbs("L001") == ["claim", "snooze"]


async def test_whoever_asked_not_to_be_contacted_is_heard_after_a_decision_too(run: Run, world: World) -> None:
    world.leads(stands(State.REJECTED))
    async with run(keys=FIND) as screen:
        await screen.press("X", *"by phone", "tab", *"suppress", "enter")
        assert world.desk.lead("L001").state is State.SUPPRESSED


async def test_there_is_nothing_to_undo_at_first(run: Run) -> None:
    async with run() as screen:
        assert not footer(screen)["triage.undo"].possible
        await screen.press("c")
        assert footer(screen)["triage.undo"].possible
        assert screen.triage.hindrance(command("triage.undo")) == ""
        assert screen.triage.hindrance(command("triage.redo")) == "There is nothing to do again."


FIRST: dict[State, list[str]] = {
    State.NEW: ["accept", "reject", "reroute", "snooze", "note"],
    State.ACCEPTED: ["attempt", "qualify", "disqualify", "outcome", "note"],
    State.QUALIFIED: ["outcome", "disqualify", "note"],
    State.REJECTED: ["note", "thank", "flag_meeting"],
}


@pytest.mark.parametrize("width", [80, 120])
async def test_the_footer_shows_what_matters_where_the_lead_stands_and_always_help(
    run: Run, world: World, width: int
) -> None:
    async with run((width, 30), keys=FIND) as screen:
        for state, first in FIRST.items():
            if state is not State.NEW:
                world.leads(stands(state))
                await screen.settle()
            shown = list(footer(screen))
            assert shown[: len(first)] == [f"triage.{name}" for name in first]
            assert all(footer(screen)[f"triage.{name}"].possible for name in first)
            assert "triage.undo" in shown
            assert shown[-1] == "app.help"
            assert screen.text("#keys").rstrip().endswith("? help")


async def test_waking_stands_where_snoozing_stood(run: Run, world: World) -> None:
    async with run() as screen:
        at = list(footer(screen)).index("triage.snooze")
        await screen.press("z", "enter", *FIND)
        assert list(footer(screen)).index("triage.wake") == at


async def test_a_marketer_is_offered_what_marketers_do(tmp_path: Any) -> None:
    world = World(tmp_path / "mia", MARKETER)
    world.leads(named_lead(1))
    app = HandoffApp(world.desk, None, lambda: world.now)
    async with app.run_test(size=(120, 36)) as pilot:
        screen = Screen(app, pilot)
        await screen.settle()
        await screen.press(*FIND)
        assert list(footer(screen))[:3] == ["triage.note", "triage.thank", "triage.correct"]
        await screen.press("t")
        assert "that is for" in screen.status
        await screen.press("X")
        assert "that is for" in screen.status
        assert world.written() == []


async def test_the_help_says_why_a_verb_is_of_no_use_now(run: Run) -> None:
    async with run((120, 200)) as screen:
        await screen.press("question_mark")
        assert "Not now: That is for after contact: r rejects it." in " ".join(screen.text("#help-text").split())


async def test_the_footer_greys_what_has_nothing_to_open(run: Run) -> None:
    async with run((200, 40)) as screen:
        assert footer(screen)["triage.open"].possible
        await screen.press("j")
        assert not footer(screen)["triage.open"].possible, "this lead has no page"


async def test_what_is_not_possible_is_greyed_where_it_is_clicked_too(run: Run, world: World) -> None:
    world.leads(stands(State.ACCEPTED, Owner("person", OTHER_REP.id)))
    async with run(keys=FIND) as screen:
        assert not footer(screen)["triage.attempt"].possible
        x = screen.triage.query_one(KeyBar).said.index("log attempt") + 1
        await screen.pilot.click(KeyBar, offset=(x, 0))
        await screen.settle()
        assert screen.status == "Only its owner can log an attempt on this lead."
        assert world.written() == []
