"""Redo: what the last undo took back is done again, sent or not."""

from collections.abc import Callable

import pytest

from tests.cli.conftest import Seat
from tests.running_hub import Done, RunningHub

MakeSeat = Callable[..., Seat]


@pytest.fixture
def rita(hub: RunningHub, team: str, seat: MakeSeat) -> Seat:
    """A rep of the team, connected."""
    return seat("rita", hub, hub.user("Rita Rep", "rep", team))


def ok(done: Done) -> Done:
    """Return what a command came to, which was well."""
    assert done.code == 0, done.err + done.out
    return done


def state(person: Seat, lead: str) -> str:
    """Return where the lead stands in this person's eyes after an exchange."""
    ok(person("sync"))
    return str(person("show", lead, "--json").json["lead"]["standing"]["state"])


def test_redo_does_again_what_undo_took_back(hub: RunningHub, team: str, rita: Seat) -> None:
    lead = hub.lead(team)
    ok(rita("sync"))
    ok(rita("accept", lead))
    ok(rita("undo"))
    assert state(rita, lead) == "new"
    assert ok(rita("redo", "--json")).json["outcomes"][0]["id"] == lead
    assert state(rita, lead) == "accepted"
    stuck = rita("redo")
    assert (stuck.code, stuck.out) == (1, "")
    assert len(stuck.err.splitlines()) == 1


def test_redo_of_what_was_never_sent(hub: RunningHub, team: str, rita: Seat) -> None:
    lead = hub.lead(team)
    ok(rita("sync"))
    assert rita("accept", lead, "--wait", "0").code == 3
    ok(rita("undo", "--wait", "0"))
    assert rita("redo", "--wait", "0").code == 3
    assert ok(rita("sync", "--json")).json["sent"] == 1
    assert state(rita, lead) == "accepted"
