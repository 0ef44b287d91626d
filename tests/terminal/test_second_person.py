"""Whatever one person does in their window is seen in another person's window, which stands open beside it."""

from collections.abc import Iterator
from contextlib import ExitStack
from typing import NamedTuple

import pytest

from bench.terminal import Terminal
from tests.running_hub import RunningHub
from tests.terminal.test_pseudo_terminal import opened
from tests.terminal.test_sync_screen import joined

TEAM = "watched"


class Act(NamedTuple):
    """What one person types, what their window says, and what the other's card says then."""

    verb: str
    keys: str
    said: str
    seen: str
    before: str = ""
    """What was typed first, to get the lead where the verb is possible."""
    told: str = ""
    """What their window says of that."""
    settled: str = ""
    """And the other's card."""
    gone: str = ""
    """What their card says no more."""


_MINE = ("a", "Accepted", "accepted")

ACTS = (
    Act("accept", "a", "Accepted", "Accepted by Rita Rep"),
    Act("accept, why", "Agood budget\r", "Accepted", "good budget"),
    Act("reject", "rs", "Rejected", "Spam, test, fake"),
    Act("reroute", "t4", " to Otto Other", "Wrong territory"),
    Act("duplicate", "DPerson00\r", "Rejected", "Duplicate"),
    Act("claim", "c", "Claimed", "Rita Rep claimed"),
    Act("release", "C", "Released", "Rita Rep released", "c", "Claimed", "Rita Rep claimed"),
    Act("suppress", "Xby phone\tsuppress\r", "Suppressed Person", "Suppressed by Rita Rep"),
    Act("attempt", "l1\r", "Logged", "reached", *_MINE),
    Act("disqualify", "de\r", "Disqualified", "No need", *_MINE),
    Act("qualify", "Q12k\r", "Qualified", "ualified by Rita Rep", *_MINE),
    Act("outcome", "w1", "Won", "Won by Rita Rep", *_MINE),
    Act("note", "ithey know us\r", "note", "they know us"),
    Act("correct", "e4+49 30 5550\r", "Corrected", "+49 30 5550"),
    Act("thank", "+what a find\r", "thanks", "what a find"),
    Act("to meeting", "mtalk\r", "meeting", "meeting: talk"),
    Act("broken promise", "pfree for ever\r", "promise", "free for ever"),
    Act("snooze", "zfri\r", "Snoozed", "asleep", "c", "Claimed", "Rita Rep claimed"),
    Act("wake", "Z", "Woke", "", "z\r", "Snoozed", "asleep", gone="asleep"),
    Act("undo", "u", "Undone", "Rita Rep reopened", "a", "Accepted", "Accepted by Rita Rep"),
)


class Pair(NamedTuple):
    """Two windows on one hub."""

    mine: Terminal
    theirs: Terminal


@pytest.fixture(scope="module")
def hub(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningHub]:
    """A hub where nobody else works, so that whom a lead can go to has always the same keys."""
    running = RunningHub(tmp_path_factory.mktemp("hub"))
    yield running
    running.stop()


@pytest.fixture(scope="module")
def pair(hub: RunningHub, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pair]:
    """Two people of one team, each with the program open."""
    folder = tmp_path_factory.mktemp("pair")
    for place, act in enumerate(ACTS):
        hub.lead(team=TEAM, name=_name(place), company=f"Company {act.verb}", email=f"p{place}@example.com")
    mine = joined(hub, folder / "mine", "Rita Rep", TEAM)
    theirs = joined(hub, folder / "theirs", "Otto Other", TEAM)
    for home in (mine, theirs):
        # No hand is as quick as a test.
        (home / "config.toml").write_text("guard = false\n")
    with ExitStack() as stack:
        yield Pair(*(stack.enter_context(opened(home, 120, 50)) for home in (mine, theirs)))


def _name(place: int) -> str:
    return f"Person{place:02}"


def _find(terminal: Terminal, name: str) -> None:
    terminal.wait_for("? help")
    # What is in the line already is deleted to its beginning.
    terminal.send(f"/\x15{name}\r")
    terminal.wait_for(lambda text: "1 found" in text and text.count(name) >= 3)


@pytest.mark.parametrize("place", range(len(ACTS)), ids=[act.verb for act in ACTS])
def test_what_one_person_does_is_seen_in_the_others_window(pair: Pair, place: int) -> None:
    act, name = ACTS[place], _name(place)
    for terminal in pair:
        _find(terminal, name)
    if act.before:
        pair.mine.send(act.before)
        # With the name, since the act before may have been the same on another lead.
        pair.mine.wait_for(f"{act.told} {name}")
        pair.theirs.wait_for(act.settled)
    assert not act.seen or act.seen not in pair.theirs.text
    pair.mine.send(act.keys[0])
    if act.keys[1:]:
        pair.mine.wait_for("Esc back")
        pair.mine.send(act.keys[1:])
    pair.mine.wait_for(act.said)
    pair.theirs.wait_for(lambda text: act.seen in text and (not act.gone or act.gone not in text))
