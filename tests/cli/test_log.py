"""The log: every operation of the profile, and what became of it."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.cli.conftest import Seat
from tests.running_hub import RunningHub

MakeSeat = Callable[..., Seat]


@pytest.fixture
def rita(hub: RunningHub, team: str, seat: MakeSeat) -> Seat:
    """A rep of the team, connected."""
    return seat("rita", hub, hub.user("Rita Rep", "rep", team))


@pytest.fixture
def otto(hub: RunningHub, team: str, seat: MakeSeat) -> Seat:
    """Another rep of the team, connected."""
    return seat("otto", hub, hub.user("Otto Other", "rep", team))


def log(person: Seat, *arguments: str) -> list[Any]:
    """Return what the log tells."""
    done = person("log", *arguments, "--json")
    assert done.code == 0, done.err
    assert done.json["shown"] == len(done.json["operations"])
    return list(done.json["operations"])


def test_everything_that_was_done_is_told_with_its_outcome(hub: RunningHub, team: str, rita: Seat, otto: Seat) -> None:
    names = ("applied", "withdrawn", "agreed", "taken", "conflict", "pending")
    leads = {name: hub.lead(team, name=f"{name} lead") for name in names}
    rita("sync")
    otto("sync")
    otto("accept", leads["applied"], "--note", "good one", "--wait", "0")
    otto("accept", leads["withdrawn"], "--wait", "0")
    otto("undo", "--wait", "0")
    otto("reject", leads["agreed"], leads["conflict"], "--reason", "spam_test", "--wait", "0")
    otto("accept", leads["taken"], "--wait", "0")
    rita("accept", leads["taken"], leads["conflict"])
    rita("reject", leads["agreed"], "--reason", "spam_test")
    otto("sync")
    otto("resolve", leads["conflict"], "yield")
    otto("accept", leads["pending"], "--wait", "0")

    told = log(otto)
    assert [one["at"] for one in told] == sorted((one["at"] for one in told), reverse=True)
    by_lead = {one["lead"]: one for one in told}
    assert len(told) == len(by_lead) == len(names)
    assert {name: by_lead[lead]["outcome"] for name, lead in leads.items()} == {name: name for name in names}
    assert {one["name"] for one in told} == {"Otto Other"}
    assert by_lead[leads["conflict"]]["settled"] == "yield"
    assert by_lead[leads["conflict"]]["settled_at"] is not None
    assert "Rita Rep" in by_lead[leads["taken"]]["said"]
    assert by_lead[leads["withdrawn"]]["withdrawn_at"] is not None
    assert by_lead[leads["applied"]]["answered_at"] is not None
    assert by_lead[leads["pending"]]["answered_at"] is None

    heading, *lines = otto("log").out.splitlines()
    assert heading.split() == ["WHEN", "ID", "OUTCOME", "SETTLED", "WHO", "WHAT"]
    assert len(lines) == len(names)
    assert lines[0].split()[3:5] == ["pending", "-"]
    assert "Otto Other" in lines[0]


def test_an_undo_after_sending_is_in_the_log_too(hub: RunningHub, team: str, rita: Seat) -> None:
    lead = hub.lead(team)
    rita("sync")
    rita("accept", lead)
    rita("undo")
    newest, oldest = log(rita)
    assert (newest["verb"], newest["undoes"]) == ("reopen", oldest["operation"])


def test_one_lead_alone_and_the_newest_alone(hub: RunningHub, team: str, rita: Seat) -> None:
    leads = [hub.lead(team) for _ in range(3)]
    rita("sync")
    for lead in leads:
        rita("accept", lead, "--wait", "0")
    assert [one["lead"] for one in log(rita)] == leads[::-1]
    assert [one["lead"] for one in log(rita, "--lead", leads[1])] == [leads[1]]
    assert [one["lead"] for one in log(rita, "--lead", leads[1][:-2])] == [leads[1]]
    assert [one["lead"] for one in log(rita, "--limit", "2")] == leads[:0:-1]
    unknown = rita("log", "--lead", "nobody")
    assert (unknown.code, unknown.out) == (1, "")
    assert "nobody" in unknown.err


def test_nothing_was_done_yet(hub: RunningHub, team: str, rita: Seat) -> None:
    assert rita("log").err == "Nothing was done here yet.\n"
    lead = hub.lead(team)
    rita("sync")
    assert "to this lead" in rita("log", "--lead", lead).err
    assert log(rita) == []
