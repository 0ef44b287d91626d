"""What is shown of leads: the queue, one lead whole, and nothing that steers a terminal."""

from collections.abc import Callable

import pytest

from api.local.profile import Profile
from tests.cli.conftest import Seat
from tests.running_hub import RunningHub, program
from tui.cli.output import words

MakeSeat = Callable[..., Seat]
HOSTILE = "[/b] \x1b[31mred \x1b]0;t\x07 \x9b2J \u202eevil\u202c 日本 e\u0301\r\nnext\u2028"


@pytest.fixture
def rita(hub: RunningHub, team: str, seat: MakeSeat) -> Seat:
    """A rep of the team, connected."""
    return seat("rita", hub, hub.user("Rita Rep", "rep", team))


def ids(person: Seat, *arguments: str) -> list[str]:
    """Return the ids that a listing shows, in order."""
    return [one["id"] for one in person("list", *arguments, "--json").json["leads"]]


def test_the_queue_is_listed_what_is_due_first_on_top(hub: RunningHub, team: str, rita: Seat) -> None:
    late = hub.lead(team, created_at="2026-03-02T10:00:00Z")
    early = hub.lead(team, created_at="2026-02-02T10:00:00Z")
    others = hub.lead("elsewhere")
    rita("sync")
    listed = ids(rita)
    assert listed.index(early) < listed.index(late)
    assert others not in listed
    assert others in ids(rita, "--all")


def test_a_decided_lead_is_found_when_asked_for(hub: RunningHub, team: str, rita: Seat) -> None:
    lead = hub.lead(team, name="Berta Example", company="Uncommon Bakery")
    rita("sync")
    rita("accept", lead)
    assert lead not in ids(rita)
    missed = rita("list", "uncommon", "berta")
    assert missed.code == 0
    assert "--all" in missed.err
    assert missed.out == ""
    assert ids(rita, "uncommon", "berta", "--all") == [lead]


def test_a_limit_says_what_it_left_out(hub: RunningHub, team: str, rita: Seat) -> None:
    for _ in range(3):
        hub.lead(team, company=f"Bakery of {team}")
    rita("sync")
    done = rita("list", team, "--limit", "2")
    assert len(done.out.splitlines()) == 3
    assert "2 of 3 leads" in done.err
    shown = rita("list", team, "--limit", "2", "--json").json
    assert (shown["shown"], shown["total"]) == (2, 3)


def test_nothing_found_is_said_on_stderr(rita: Seat) -> None:
    done = rita("list", "nobody of that name")
    assert (done.code, done.out) == (0, "")
    assert "No lead matches" in done.err


def test_one_lead_whole(hub: RunningHub, team: str, rita: Seat) -> None:
    campaign = {
        "id": f"c-{team}", "name": "Spring ovens", "channel": "webinar", "budget": 9000, "spend": 1200,
        "why": "Bakers renew ovens in spring.", "assets": [{"id": "a1", "kind": "page", "words": "Free trial oven"}],
    }  # fmt: skip
    hub.post("/campaigns", [campaign])
    touch = {
        "at": "2026-11-02T10:00:00Z",
        "kind": "form",
        "campaign": campaign["id"],
        "asset": "a1",
        "title": "Sign-up",
    }
    lead = hub.lead(
        team, name="Ana Example", email="ana@bakery.example.com", company="Example Bakery", employees=40,
        message="We need two ovens.", campaign=campaign["id"], touches=[touch],
    )  # fmt: skip
    rita("sync")
    done = rita("show", lead)
    assert done.code == 0, done.err
    for said in ("Ana Example", "Example Bakery", "40 employees", "We need two ovens.", "Free trial oven", "Sign-up"):
        assert said in done.out
    for said in ("Spring ovens", "9 000 EUR", "Bakers renew ovens in spring.", "met"):
        assert said in done.out.replace("\u202f", " ").replace("\u2009", " ")
    shown = rita("show", lead, "--json").json
    assert shown["lead"]["id"] == lead
    assert shown["campaign"]["name"] == "Spring ovens"
    assert {"label", "met", "evidence"} == set(shown["criteria"][0])


def test_what_happened_is_told(hub: RunningHub, team: str, rita: Seat) -> None:
    lead = hub.lead(team)
    rita("sync")
    rita("reject", lead, "--reason", "not_target", "--answer", "dimension=size", "--note", "Three people.")
    said = rita("show", lead).out
    assert "rejected by Rita Rep" in said
    assert "dimension size" in said
    assert "“Three people.”" in said


def test_an_unknown_lead_is_a_sentence(rita: Seat) -> None:
    done = rita("show", "nobody")
    assert done.code == 1
    assert done.out == ""
    assert "nobody" in done.err
    assert rita("show", "nobody", "--json").json["error"]["exit"] == 1


def test_hostile_text_never_reaches_the_terminal(hub: RunningHub, team: str, rita: Seat) -> None:
    fields = ("name", "title", "company", "industry", "country", "origin", "message", "website")
    lead = hub.lead(team, **dict.fromkeys(fields, HOSTILE))
    long = hub.lead(team, name="x" * 400, company="日" * 200)
    rita("sync")
    for arguments in (["list"], ["list", "--all"], ["show", lead], ["show", long], ["accept", lead, long], ["undo"]):
        done = rita(*arguments)
        assert done.code == 0, done.err
        for said in (done.out, done.err):
            assert all(character.isprintable() for character in said.replace("\n", "")), arguments
        if arguments == ["show", lead]:
            assert "[/b]" in done.out
    raw = program("show", lead, "--json", home=rita.home).out
    assert all(character.isprintable() for character in raw.replace("\n", ""))


def test_not_connected_is_a_sentence(seat: MakeSeat) -> None:
    for arguments in (["list"], ["show", "x"], ["accept", "x"], ["undo"], ["sync"], ["reasons"]):
        done = seat()(*arguments)
        assert done.code == 1, arguments
        assert "handoff connect hub URL" in done.err
        assert len(done.err.splitlines()) == 1
    assert seat()("status").code == 0


def test_a_profile_of_a_newer_version_is_left_alone(rita: Seat) -> None:
    path = rita.home / "profile.json"
    path.write_text(path.read_text().replace('"version": 1', '"version": 99'))
    for command in ("list", "status", "sync"):
        done = rita(command)
        assert done.code == 1
        assert "left untouched" in done.err
    assert '"version": 99' in path.read_text()


def test_a_home_that_can_be_no_folder_is_a_sentence(seat: MakeSeat) -> None:
    person = seat("file")
    person.home.write_text("I am a file")
    done = person("status")
    assert done.code == 1
    assert "HANDOFF_HOME" in done.err


def test_a_reader_who_takes_one_line(hub: RunningHub, team: str, rita: Seat) -> None:
    import os
    import subprocess
    import sys

    hub.post(
        "/leads",
        [
            {
                "source": "many",
                "source_id": f"{team}-{n}",
                "name": "x" * 200,
                "company": "y" * 200,
                "owner": f"team:{team}",
            }
            for n in range(900)
        ],
    )
    rita("sync")
    environ = {**os.environ, "HANDOFF_HOME": str(rita.home)}
    command = [sys.executable, "-P", "-m", "tui.cli.main", "list"]
    with subprocess.Popen(command, env=environ, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as child:
        assert child.stdout is not None
        assert child.stderr is not None
        assert child.stdout.readline().startswith("ID")
        child.stdout.close()
        assert child.stderr.read() == ""
    assert child.returncode == 141


def test_status_says_who_where_and_how_much(hub: RunningHub, team: str, rita: Seat) -> None:
    hub.lead(team)
    rita("sync")
    said = rita("status").out
    assert f"Rita Rep, rep, team {team}, at {hub.url}" in said
    shown = rita("status", "--json").json
    assert f"{words(shown['waiting'], 'lead')} waiting for you" in said
    assert shown["waiting"] == len(ids(rita))
    assert shown["person"]["name"] == "Rita Rep"
    assert shown["agreement"] >= 1


def test_one_very_long_name_does_not_push_the_others_away(hub: RunningHub, team: str, rita: Seat) -> None:
    long = "Ana " + "Example " * 50
    lead = hub.lead(team, name=long, company=long, campaign=long, origin=long)
    rita("sync")
    said = rita("list").out
    assert lead in said
    assert max(len(line) for line in said.splitlines()) < 240
    titles = {one["id"]: one["title"] for one in rita("list", "--json").json["leads"]}
    assert titles[lead] == long.strip()


def test_an_empty_hub_was_fetched_all_the_same(own_hub: RunningHub, seat: MakeSeat) -> None:
    rita = seat("rita", own_hub, own_hub.user("Rita Rep", "rep"))
    said = rita("list").err
    assert "fetched yet" not in said
    assert "Nothing waits" in said
    Profile(rita.home).mirror_path.unlink()
    assert "fetched yet" in rita("list").err


def test_a_lead_that_is_not_known_yet_is_asked_for(hub: RunningHub, team: str, rita: Seat) -> None:
    first, second = hub.lead(team, name="Ana Example"), hub.lead(team, name="Ben Example")
    assert rita("show", first, "--wait", "0").code == 1
    assert "Ana Example" in rita("show", first).out
    third = hub.lead(team, name="Cleo Example")
    assert rita("accept", third, "--wait", "0").code == 1
    done = rita("accept", second, third)
    assert (done.code, done.err) == (0, "")
    assert f"Accepted Ben Example ({second})" in done.out
    assert f"Accepted Cleo Example ({third})" in done.out


def test_a_hub_that_is_away_is_said_beside_the_unknown_lead(own_hub: RunningHub, seat: MakeSeat) -> None:
    rita = seat("rita", own_hub, own_hub.user("Rita Rep", "rep"))
    own_hub.stop()
    done = rita("accept", "nobody")
    assert done.code == 1
    assert "can't be reached" in done.err
    assert "There is no lead “nobody”" in done.err


def test_what_did_not_take_effect_is_listed_until_it_is_settled(
    hub: RunningHub, team: str, rita: Seat, seat: MakeSeat
) -> None:
    otto = seat("otto", hub, hub.user("Otto Other", "rep", team))
    lead = hub.lead(team, name="Ana Example")
    rita("sync")
    otto("sync")
    otto("accept", lead)
    assert rita("reject", lead, "--reason", "spam_test").code == 4
    (one,) = rita("status", "--json").json["unsettled"]
    assert set(one) == {"lead", "title", "verb", "reason", "result", "sentence"}
    assert (one["lead"], one["title"], one["verb"], one["reason"]) == (lead, "Ana Example", "reject", "spam_test")
    assert one["result"] == "conflict"
    assert "Otto Other accepted it first" in one["sentence"]
    assert one["sentence"] in rita("status").out
    assert f"Needs you: {one['sentence']}" in rita("show", lead).out
    assert rita("show", lead, "--json").json["unsettled"] == [one]
    assert otto("status", "--json").json["unsettled"] == []
    assert "not applied" not in otto("show", lead).out


def test_cost_and_deeds_are_said_in_words(hub: RunningHub, team: str, rita: Seat) -> None:
    hub.post("/campaigns", [{"id": f"c-{team}", "name": "Spring", "spend": 2100, "currency": "EUR"}])
    lead = hub.lead(team, campaign=f"c-{team}")
    rita("sync")
    rita("accept", lead)
    rita("sync")
    said = rita("show", lead).out
    assert "accepted by Rita Rep" in said
    assert "each costs    2 100 EUR for an accepted lead" in said
    assert "1 of 1 decided, too few for a rate" in said
