"""The lead to decide next: the one on top, whole, and how to decide it."""

from collections.abc import Callable

import pytest

from tests.cli.conftest import Seat
from tests.running_hub import RunningHub

MakeSeat = Callable[..., Seat]
EARLY, LATE = "2026-02-02T10:00:00Z", "2026-03-02T10:00:00Z"


@pytest.fixture
def rita(hub: RunningHub, team: str, seat: MakeSeat) -> Seat:
    """A rep of the team, connected."""
    return seat("rita", hub, hub.user("Rita Rep", "rep", team))


def decided(rita: Seat, words: str) -> list[str]:
    """Decide, one after another, what comes next among the leads that carry these words."""
    leads = []
    while lead := rita("next", words, "--json").json["lead"]:
        assert rita("accept", lead["id"]).code == 0
        leads.append(lead["id"])
    return leads


def test_it_shows_what_stands_on_top_as_show_does(hub: RunningHub, team: str, rita: Seat) -> None:
    hub.lead(team, created_at=LATE)
    hub.lead(team, created_at=EARLY, message="We need two ovens.")
    rita("sync")
    top = rita("list", "--limit", "1", "--json").json["leads"][0]["id"]
    done = rita("next")
    assert done.code == 0
    assert done.out == rita("show", top).out
    assert rita("next", "--json").json == rita("show", top, "--json").json


def test_it_says_how_to_decide_it(hub: RunningHub, team: str, rita: Seat) -> None:
    hub.lead(team, company=f"Bakery of {team}")
    rita("sync")
    lead = rita("next", team, "--json").json["lead"]["id"]
    hint = rita("next", team).err
    for command in (f"handoff accept {lead}", f"handoff reject {lead} --reason CODE", "handoff reasons"):
        assert f"“{command}”" in hint
    assert rita("next", team, "--json").err == ""


def test_who_can_not_decide_is_not_told_how(hub: RunningHub, team: str, seat: MakeSeat) -> None:
    mia = seat("mia", hub, hub.user("Mia Marketer", "marketer"))
    lead = hub.lead(team, company=f"Bakery of {team}")
    mia("sync")
    done = mia("next", team)
    assert (done.code, done.err) == (0, "")
    assert lead in done.out


def test_the_queue_is_emptied_by_it_what_is_due_first_first(hub: RunningHub, team: str, rita: Seat) -> None:
    company = f"Bakery of {team}"
    late, early = hub.lead(team, company=company, created_at=LATE), hub.lead(team, company=company, created_at=EARLY)
    rita("sync")
    assert decided(rita, company) == [early, late]
    done = rita("next", company)
    assert (done.code, done.out) == (0, "")
    assert "2 leads elsewhere" in done.err
    assert f"“handoff list --all {company}”" in done.err


def test_what_another_window_decided_is_not_next(hub: RunningHub, team: str, rita: Seat) -> None:
    lead = hub.lead(team, company=f"Bakery of {team}")
    rita("sync")
    rita("accept", lead, "--wait", "0")
    assert rita("next", team, "--json").json["lead"] is None


def test_words_that_nothing_carries(rita: Seat) -> None:
    done = rita("next", "nobody", "of", "that", "name")
    assert (done.code, done.out) == (0, "")
    assert "No lead matches “nobody of that name”." in done.err


def test_an_empty_queue_is_a_sentence_and_no_failure(own_hub: RunningHub, seat: MakeSeat) -> None:
    rita = seat("rita", own_hub, own_hub.user("Rita Rep", "rep"))
    done = rita("next")
    assert (done.code, done.out) == (0, "")
    assert "Nothing waits" in done.err
    nothing = rita("next", "--json").json
    assert nothing["lead"] is None
    own_hub.lead()
    rita("sync")
    assert set(nothing) == set(rita("next", "--json").json)


def test_what_needs_the_person_on_another_lead_is_not_told_here(
    hub: RunningHub, team: str, rita: Seat, seat: MakeSeat
) -> None:
    otto = seat("otto", hub, hub.user("Otto Other", "rep", team))
    taken, free = hub.lead(team, name="Ana Example"), hub.lead(team, name="Ben Example", company=f"Bakery of {team}")
    rita("sync")
    otto("sync")
    otto("accept", taken)
    rita("accept", taken)
    assert "Needs you" in rita("show", taken).out
    assert rita("next", team, "--json").json["lead"]["id"] == free
    assert "Needs you" not in rita("next", team).out
    otto("sync")
    rita("ask", taken)
    otto("sync")
    assert "Needs you: Rita Rep asks" in otto("show", taken).out
    assert "Needs you" not in otto("next", team).out
