"""Every verb as a command, against the real hub: what it does, what it refuses, and what it says."""

import io
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

import pytest

from tests.cli.conftest import Seat
from tests.running_hub import RunningHub

MakeSeat = Callable[..., Seat]


@pytest.fixture
def rita(hub: RunningHub, team: str, seat: MakeSeat) -> Seat:
    """A rep of the team, connected."""
    return seat("rita", hub, hub.user("Rita Rep", "rep", team))


@pytest.fixture
def lead(hub: RunningHub, team: str, rita: Seat) -> str:
    """A lead that waits for the rep."""
    made = hub.lead(team, name="Ana Example")
    assert rita("sync").code == 0
    return made


def shown(person: Seat, lead: str) -> dict[str, object]:
    """Return the lead as this person sees it."""
    found: dict[str, object] = person("show", lead, "--json").json["lead"]
    return found


def state(person: Seat, lead: str) -> object:
    """Return where the lead stands in this person's eyes."""
    return person("show", lead, "--json").json["lead"]["standing"]["state"]


def test_a_lead_is_worked_from_the_command_line_to_its_end(rita: Seat, lead: str) -> None:
    said = [
        rita("claim", lead),
        rita("release", lead),
        rita("snooze", lead, "--until", "2099-12-01 9:00", "--or-activity"),
        rita("wake", lead),
        rita("accept", lead, "--reason", "asked for a call", "--correct", "employees=40", "--correct", "country=DE"),
        rita("attempt", lead, "--result", "voicemail", "--next", "in 3 days", "--note", "asked for Dee"),
        rita("qualify", lead, "--amount", "12.5k", "--close", "in 6 weeks"),
        rita("outcome", lead, "won", "--amount", "12,000"),
    ]
    assert [(done.code, done.err) for done in said] == [(0, "")] * 8
    assert "until Tuesday 1 December 2099, 9:00, or when they do something" in said[2].out
    assert len(said[4].out.splitlines()) == 3, "an acceptance and two corrections"
    found = rita("show", lead, "--json").json["lead"]
    assert found["standing"]["state"] == "won"
    assert (found["company"]["employees"], found["contact"]["country"]) == (40, "DE")
    (attempt,) = found["attempts"]
    assert (attempt["result"], attempt["note"]) == ("voicemail", "asked for Dee")
    assert date.fromisoformat(attempt["next_on"]) >= datetime.now(UTC).date() + timedelta(days=2)
    assert found["trail"][-1]["answers"]["amount"] == "12000"


def test_what_is_said_about_a_lead(rita: Seat, lead: str) -> None:
    words = ("--text", "Bittet um ein Angebot – 2 Öfen")
    for command in (
        ("note", *words, "--tag", "use case"),
        ("thank",),
        ("flag-meeting", *words),
        ("flag-promise", *words),
    ):
        done = rita(command[0], lead, *command[1:])
        assert (done.code, done.err) == (0, ""), command
        assert lead in done.out
    remarks = rita("show", lead, "--json").json["lead"]["remarks"]
    assert [one["kind"] for one in remarks] == ["note", "thank", "flag_meeting", "flag_promise"]
    assert (remarks[0]["text"], remarks[0]["tag"]) == ("Bittet um ein Angebot – 2 Öfen", "use_case")


def test_a_promise_is_named_where_none_is_known(rita: Seat, lead: str) -> None:
    done = rita("flag-promise", lead)
    assert done.code == 2
    assert "--text: Ana Example: Say what they were told." in done.err


def test_several_fields_are_put_right_and_taken_back_at_once(rita: Seat, lead: str) -> None:
    done = rita("correct", lead, "email=new@ana.example.com", "company=Ana & Co")
    assert (done.code, done.err) == (0, "")
    found = rita("show", lead, "--json").json["lead"]
    assert (found["contact"]["email"], found["company"]["name"]) == ("new@ana.example.com", "Ana & Co")
    assert rita("undo").code == 0
    assert rita("show", lead, "--json").json["lead"]["company"]["name"] == ""
    for wrong, why in (("shoe=41", "Which field"), ("employees=many", "is a number")):
        refused = rita("correct", lead, wrong)
        assert refused.code in (2, 4)
        assert why in refused.err
    assert "Which lead" in rita("correct", "email=a@b.example.com", "name=A").err


def test_rerouting_duplicates_and_suppression_have_names_of_their_own(hub: RunningHub, team: str, rita: Seat) -> None:
    hub.user("Suse South", "rep", "south")
    away, double, never = (hub.lead(team) for _ in range(3))
    rita("sync")
    done = rita("reroute", away, "--to", "team:south", "--note", "Bavaria")
    assert done.code == 0, done.err
    assert "to team south" in done.out
    assert rita("show", away, "--json").json["lead"]["standing"]["owner"] == {"kind": "team", "id": "south"}
    assert rita("duplicate", double, "--of", away[:-2]).code == 0
    assert rita("show", double, "--json").json["lead"]["standing"]["merged_into"] == away
    assert rita("undo").code == 0
    assert state(rita, double) == "new", "taken back, both are there again"
    unsure = rita("suppress", never, "--how", "by phone")
    assert unsure.code == 2
    assert "--confirm suppress" in unsure.err
    assert state(rita, never) == "new"
    sure = rita("suppress", never, "--how", "by phone", "--confirm", "Suppress")
    assert sure.code == 0, sure.err
    assert state(rita, never) == "suppressed"


def test_disqualifying_is_for_after_contact(rita: Seat, lead: str) -> None:
    how = ("disqualify", lead, "--reason", "no_fit", "--answer", "missing=an oven")
    early = rita(*how)
    assert early.code == 4
    assert "undecided" in early.err
    rita("accept", lead)
    assert rita(*how).code == 0
    assert state(rita, lead) == "disqualified"


def test_an_answer_that_is_a_date_is_written_as_people_say_it(rita: Seat, lead: str) -> None:
    how = ("reject", lead, "--reason", "low_intent", "--answer", "did=read one page")
    assert "no date" in rita(*how, "--answer", "recycle_on=soonish").err
    assert rita(*how, "--answer", "recycle_on=in 3 months").code == 0
    on = rita("show", lead, "--json").json["lead"]["standing"]["recycle_on"]
    assert date.fromisoformat(on) > datetime.now(UTC).date() + timedelta(days=85)


def test_what_is_not_possible_is_refused_with_its_reason_and_the_others_are_done(
    hub: RunningHub, team: str, rita: Seat, lead: str
) -> None:
    other = hub.lead(team)
    rita("sync")
    rita("accept", lead)
    done = rita("accept", lead, other, "--correct", "country=DE", "--json")
    assert done.code == 4
    assert [(one["id"], one["result"]) for one in done.json["outcomes"]] == [
        (other, "applied"),
        (other, "applied"),
        (lead, "refused"),
    ]
    asleep = rita("attempt", other, lead, "--result", "reached")
    assert asleep.code == 0
    assert rita("wake", lead).code == 4


def test_a_missing_answer_names_its_option_and_nothing_is_done(rita: Seat, lead: str) -> None:
    for command, option in (
        (("snooze", lead), "--until"),
        (("snooze", lead, "--until", "yesterday"), "--until"),
        (("attempt", lead), "--result"),
        (("note", lead), "--text"),
        (("note", lead, "--text", " "), "--text"),
        (("note", lead, "--text", "x", "--tag", "weather"), "--tag"),
        (("reroute", lead), "--to"),
        (("duplicate", lead), "--of"),
        (("outcome", lead, "drawn"), "won"),
    ):
        done = rita(*command)
        assert done.code == 2, command
        assert option in done.err
    rita("accept", lead)
    assert "--amount" in rita("qualify", lead, "--amount", "a lot").err
    assert len(rita("log", "--json").json["operations"]) == 1


# --- several at once


def test_ids_come_from_stdin_as_the_list_prints_them(
    hub: RunningHub, team: str, rita: Seat, monkeypatch: pytest.MonkeyPatch
) -> None:
    leads = [hub.lead(team, company=f"Bakery of {team}") for _ in range(3)]
    rita("sync")
    listed = rita("list", team).out
    monkeypatch.setattr("sys.stdin", io.StringIO(listed))
    done = rita("claim", "-", "--json")
    assert done.code == 0, done.err
    assert {one["id"] for one in done.json["outcomes"]} == set(leads)
    assert rita("undo").code == 0
    assert [shown(rita, one)["standing"]["claimed_by"] for one in leads] == [""] * 3  # type: ignore[index]
    monkeypatch.setattr("sys.stdin", io.StringIO("\n\n"))
    empty = rita("claim", "-")
    assert empty.code == 2
    assert "No id came from stdin" in empty.err


def test_leads_of_different_kinds_are_refused_for_the_reason_that_fits_each(
    hub: RunningHub, team: str, rita: Seat, lead: str
) -> None:
    worked = hub.lead(team)
    hub.user("Suse South", "rep", "south")
    rita("sync")
    rita("accept", worked)
    done = rita("reroute", lead, worked, "--to", "team:south")
    assert done.code == 0, done.err
    kinds = {
        entry["verb"] for one in (lead, worked) for entry in rita("show", one, "--json").json["lead"]["trail"][-1:]
    }
    assert kinds == {"reject", "disqualify"}
    assert rita("undo").code == 0
    assert (state(rita, lead), state(rita, worked)) == ("new", "accepted")
