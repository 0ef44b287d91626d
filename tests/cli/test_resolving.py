"""Two people decide on one lead: nothing is dropped, both see both sides, and every way to settle it works."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.cli.conftest import Seat
from tests.running_hub import Done, RunningHub
from tui.cli.usage.arguments import WAYS

MakeSeat = Callable[..., Seat]
SPAM = ("--reason", "spam_test")
SIZE = ("--reason", "not_target", "--answer", "dimension=size", "--note", "Three people.")


@pytest.fixture
def rita(hub: RunningHub, team: str, seat: MakeSeat) -> Seat:
    """A rep of the team, connected."""
    return seat("rita", hub, hub.user("Rita Rep", "rep", team))


@pytest.fixture
def otto(hub: RunningHub, team: str, seat: MakeSeat) -> Seat:
    """Another rep of the team, connected."""
    return seat("otto", hub, hub.user("Otto Other", "rep", team))


def lead_in(person: Seat, lead: str) -> Any:
    """Return the lead as this person sees it after an exchange."""
    person("sync")
    return person("show", lead, "--json").json["lead"]


def state(person: Seat, lead: str) -> str:
    """Return where the lead stands in this person's eyes after an exchange."""
    return str(lead_in(person, lead)["standing"]["state"])


def matters(person: Seat) -> list[Any]:
    """Return what needs this person."""
    done = person("conflicts", "--json")
    assert done.code == 0, done.err
    return list(done.json["matters"])


def only(person: Seat) -> Any:
    """Return the one matter that needs this person after an exchange."""
    person("sync")
    (one,) = matters(person)
    return one


def ok(done: Done) -> Done:
    """Return what a command came to, which was well."""
    assert done.code == 0, done.err + done.out
    return done


@pytest.fixture
def contested(hub: RunningHub, team: str, rita: Seat, otto: Seat) -> str:
    """A lead that Rita has accepted and Otto, who did not know it yet, has rejected."""
    lead = hub.lead(team, name="Dan Date")
    ok(rita("sync"))
    ok(otto("sync"))
    ok(rita("accept", lead, "--note", "Knows us."))
    assert otto("reject", lead, *SIZE).code == 4
    return lead


@pytest.fixture
def taken(hub: RunningHub, team: str, rita: Seat, otto: Seat) -> str:
    """A lead that both have accepted, Rita first."""
    lead = hub.lead(team, name="Dan Date")
    ok(rita("sync"))
    ok(otto("sync"))
    ok(rita("accept", lead))
    assert otto("accept", lead).code == 4
    return lead


def test_every_way_can_be_typed() -> None:
    from api.desk import Way

    assert set(WAYS) == {way.value.replace("_", "-") for way in Way} | {"reconsider"}


def test_nothing_needs_anybody(rita: Seat) -> None:
    done = rita("conflicts")
    assert (done.code, done.out) == (0, "")
    assert done.err == "Nothing needs you.\n"
    assert matters(rita) == []


def test_a_conflict_shows_who_when_and_why_on_both_sides(contested: str, otto: Seat) -> None:
    one = only(otto)
    assert (one["kind"], one["lead"], one["title"]) == ("conflict", contested, "Dan Date")
    assert (one["theirs"]["name"], one["theirs"]["verb"], one["theirs"]["note"]) == ("Rita Rep", "accept", "Knows us.")
    assert (one["yours"]["name"], one["yours"]["verb"]) == ("Otto Other", "reject")
    assert one["yours"]["reason"] == "not_target"
    assert one["yours"]["answers"]["dimension"] == "size"
    assert one["yours"]["note"] == "Three people."
    assert one["theirs"]["at"]
    assert {"yield", "insist", "reroute"} <= set(one["ways"])
    said = otto("conflicts").out
    for words in ("Rita Rep", "accepted", "Knows us.", "rejected", "Three people.", "just now", "insist", contested):
        assert words in said


def test_whoever_was_first_sees_that_somebody_disagrees(contested: str, rita: Seat) -> None:
    (dissent,) = lead_in(rita, contested)["dissents"]
    assert (dissent["by_name"], dissent["verb"], dissent["note"]) == ("Otto Other", "reject", "Three people.")
    assert "Otto Other" in rita("show", contested).out
    assert matters(rita) == []


def test_yield_lets_theirs_stand_and_can_be_taken_back(contested: str, otto: Seat) -> None:
    one = only(otto)
    done = ok(otto("resolve", one["id"][:8], "yield"))
    assert f"handoff resolve {one['id'][:8]} reconsider" in done.out
    assert matters(otto) == []
    assert otto("status", "--json").json["conflicts"] == 0
    assert state(otto, contested) == "accepted"
    ok(otto("resolve", one["id"][:8], "reconsider"))
    assert [matter["id"] for matter in matters(otto)] == [one["id"]]


def test_insist_is_seen_by_the_other_who_insists_in_turn(contested: str, rita: Seat, otto: Seat) -> None:
    ok(otto("resolve", contested, "insist"))
    assert matters(otto) == []
    overturned = only(rita)
    assert overturned["kind"] == "overturned"
    assert (overturned["theirs"]["name"], overturned["theirs"]["note"]) == ("Otto Other", "Three people.")
    assert state(rita, contested) == "rejected"
    assert "overturned" in rita("status").out
    assert "insist" in overturned["ways"]

    ok(rita("resolve", overturned["id"], "insist", "--text", "They have grown."))
    assert matters(rita) == []
    back = only(otto)
    assert (back["kind"], back["theirs"]["name"]) == ("overturned", "Rita Rep")
    assert back["theirs"]["note"] == "They have grown."
    assert state(otto, contested) == "accepted"
    ok(otto("resolve", back["id"], "yield"))
    assert matters(otto) == []
    assert state(otto, contested) == state(rita, contested) == "accepted"
    assert matters(rita) == []


def test_who_insists_on_something_that_has_changed_again_meets_a_conflict(
    hub: RunningHub, team: str, contested: str, rita: Seat, otto: Seat
) -> None:
    only(otto)
    ok(rita("reject", contested, "--reason", "no_fit", "--answer", "missing=an oven"))
    done = otto("resolve", contested, "insist")
    assert done.code == 4
    assert state(rita, contested) == "disqualified"
    assert only(otto)["theirs"]["verb"] == "disqualify"


def test_reroute_lets_neither_stand(hub: RunningHub, team: str, contested: str, rita: Seat, otto: Seat) -> None:
    south = f"{team}-south"
    hub.user("Sam South", "rep", south)
    only(otto)
    ok(otto("resolve", contested, "reroute", "--to", f"team:{south}"))
    assert matters(otto) == []
    standing = lead_in(rita, contested)["standing"]
    assert standing["owner"] == {"kind": "team", "id": south}
    assert standing["state"] == "new"
    assert only(rita)["kind"] == "overturned"


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ((), "--to"),
        (("--to", "team:nowhere"), "nobody called"),
        (("--to", "Rita Rap"), "Did you mean “Rita Rep”?"),
        (("--text", "x", "--note", "y", "--to", "Rita Rep"), "--note means nothing for reroute"),
    ],
)
def test_rerouting_to_nobody_changes_nothing(contested: str, otto: Seat, options: tuple[str, ...], said: str) -> None:
    one = only(otto)
    done = otto("resolve", one["id"], "reroute", *options)
    assert (done.code, done.out) == (2, "")
    assert said in done.err
    assert only(otto)["id"] == one["id"]


def test_ask_then_hand_over(taken: str, rita: Seat, otto: Seat) -> None:
    one = only(otto)
    assert one["kind"] == "taken"
    assert "ask" in one["ways"]
    assert "insist" not in one["ways"]
    ok(otto("resolve", one["id"], "ask", "--text", "I know them."))
    assert matters(otto) == []
    wish = only(rita)
    assert (wish["kind"], wish["theirs"]["name"], wish["theirs"]["note"]) == ("wish", "Otto Other", "I know them.")
    assert wish["yours"] is None
    assert "1 wish" in rita("status").out
    assert rita("status", "--json").json["wishes"] == 1
    ok(rita("resolve", wish["id"][:8], "hand-over"))
    assert matters(rita) == []
    standing = lead_in(otto, taken)["standing"]
    assert standing["owner"]["kind"] == "person"
    assert otto("show", taken, "--json").json["owner"] == "you"


def test_ask_then_keep(taken: str, rita: Seat, otto: Seat) -> None:
    only(otto)
    ok(otto("resolve", taken, "ask"))
    assert only(rita)["kind"] == "wish"
    ok(rita("resolve", taken, "keep", "--text", "Half done already."))
    assert matters(rita) == []
    remarks = lead_in(otto, taken)["remarks"]
    assert [(one["kind"], one["text"]) for one in remarks] == [("ask_for", ""), ("keep", "Half done already.")]
    assert otto("show", taken, "--json").json["owner"] == "Rita Rep"
    assert "Rita Rep keeps it: Half done already." in otto("show", taken).out


def test_what_was_refused_is_retried_edited_or_discarded(hub: RunningHub, team: str, rita: Seat, otto: Seat) -> None:
    leads = [hub.lead(team) for _ in range(2)]
    ok(rita("sync"))
    ok(otto("sync"))
    suppress = ("--reason", "do_not_contact", "--answer", "how=by phone", "--answer", "confirm=suppress")
    for lead in leads:
        ok(rita("reject", lead, *suppress))
        assert otto("accept", lead).code == 4
    found = matters(otto)
    assert [one["kind"] for one in found] == ["refused", "refused"]
    assert all("contact" in one["said"] for one in found)
    assert "contact" in otto("conflicts").out
    assert otto("resolve", leads[0], "retry").code == 4
    done = ok(otto("resolve", *leads, "discard", "--json"))
    assert [one["result"] for one in done.json["outcomes"]] == ["settled", "settled"]
    assert matters(otto) == []
    assert {one["settled"] for one in otto("log", "--json").json["operations"]} == {"discard"}


def test_what_was_refused_is_edited(hub: RunningHub, team: str, seat: MakeSeat) -> None:
    token = hub.user("Rita Rep", "rep", team)
    office, home = seat("office", hub, token), seat("home", hub, token)
    lead = hub.lead(team)
    ok(office("sync"))
    ok(home("sync"))
    ok(office("accept", lead))
    assert home("reject", lead, *SIZE).code == 4
    one = only(home)
    assert one["kind"] == "refused"
    assert "accepted" in one["said"]
    nothing = home("resolve", one["id"], "edit", "--reason", "no_fit")
    assert (nothing.code, nothing.out) == (2, "")
    assert "--answer" in nothing.err
    ok(home("resolve", one["id"], "edit", "--reason", "no_fit", "--answer", "missing=an oven"))
    assert matters(home) == []
    entry = lead_in(office, lead)["trail"][-1]
    assert (entry["verb"], entry["reason"], entry["note"]) == ("disqualify", "no_fit", "Three people.")


def test_several_at_once_have_an_outcome_each(hub: RunningHub, team: str, rita: Seat, otto: Seat) -> None:
    leads = [hub.lead(team) for _ in range(2)]
    ok(rita("sync"))
    ok(otto("sync"))
    ok(rita("accept", *leads))
    assert otto("reject", *leads, *SPAM).code == 4
    done = otto("resolve", *leads, "nothing", "insist", "--json")
    assert done.code == 1
    assert sorted(one["result"] for one in done.json["outcomes"]) == ["applied", "applied", "failed"]
    assert "nothing" in done.err
    assert [state(rita, lead) for lead in leads] == ["rejected", "rejected"]


def test_a_way_that_is_not_possible_is_refused_and_nothing_changes(taken: str, otto: Seat) -> None:
    one = only(otto)
    done = otto("resolve", one["id"], "insist", "--json")
    assert done.code == 4
    assert done.json["outcomes"][0]["result"] == "refused"
    assert "Rita Rep" in done.json["outcomes"][0]["sentence"]
    assert only(otto)["id"] == one["id"]


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (("nothing", "yield"), 1, "handoff conflicts"),
        (("nothing", "reconsider"), 1, "handoff log"),
        (("yield",), 2, "WAY is missing"),
        (("nothing", "surrender"), 2, "no way to settle it"),
        (("yield", "nothing"), 2, "it comes last"),
        (("nothing", "yield", "--to", "team:x"), 2, "--to means nothing for yield"),
        (("nothing", "edit"), 2, "--reason, --answer or --note"),
    ],
)
def test_wrong_use_is_a_sentence(rita: Seat, arguments: tuple[str, ...], code: int, said: str) -> None:
    done = rita("resolve", *arguments)
    assert (done.code, done.out) == (code, "")
    assert said in done.err
    assert len(done.err.splitlines()) == 1


def test_a_beginning_that_more_than_one_has_settles_nothing(hub: RunningHub, team: str, rita: Seat, otto: Seat) -> None:
    leads = [hub.lead(team) for _ in range(17)]
    ok(rita("sync"))
    ok(otto("sync"))
    ok(rita("accept", *leads))
    assert otto("reject", *leads, *SPAM).code == 4
    # Of seventeen ids in hexadecimal, two begin alike.
    heads = [one["id"][0] for one in matters(otto)]
    head = next(one for one in heads if heads.count(one) > 1)
    done = otto("resolve", head, "yield")
    assert done.code == 1
    assert "may mean" in done.err
    assert len(matters(otto)) == 17


def test_what_is_saved_without_the_hub_goes_out_later(own_hub: RunningHub, seat: MakeSeat) -> None:
    rita = seat("rita", own_hub, own_hub.user("Rita Rep", "rep"))
    otto = seat("otto", own_hub, own_hub.user("Otto Other", "rep"))
    lead = own_hub.lead()
    ok(rita("sync"))
    ok(otto("sync"))
    ok(rita("accept", lead))
    assert otto("reject", lead, *SPAM).code == 4
    own_hub.stop()
    done = otto("resolve", lead, "insist")
    assert done.code == 3
    assert "Saved, not yet sent" in done.out
    assert "can't be reached" in done.err
    assert matters(otto) == []
    own_hub.start()
    assert ok(otto("sync", "--json")).json["sent"] == 1
    assert state(rita, lead) == "rejected"


HOSTILE = "[/b] \x1b[31mred \x1b]0;t\x07 \x9b2J \u202eevil\u202c 日本 e\u0301\r\nnext\u2028"


def test_what_others_wrote_steers_no_terminal(hub: RunningHub, team: str, rita: Seat, otto: Seat) -> None:
    lead = hub.lead(team, name=HOSTILE, company=HOSTILE)
    ok(rita("sync"))
    ok(otto("sync"))
    ok(rita("accept", lead, "--note", HOSTILE))
    commands = (
        ("reject", lead, "--reason", "competitor", "--answer", f"name={HOSTILE}", "--note", HOSTILE),
        *((name, *more) for name in ("conflicts", "status", "log", "outbox") for more in ((), ("--json",))),
        ("show", lead),
        ("resolve", lead, "insist", "--text", HOSTILE, "--wait", "0"),
        *(("outbox",), ("outbox", "--json"), ("outbox", "export"), ("log",)),
        *(("undo",), ("redo",)),
    )
    said = [otto(*arguments) for arguments in commands]
    assert said[0].code == 4
    ok(rita("sync"))
    said += [rita("conflicts"), rita("status"), rita("resolve", lead, HOSTILE), rita("resolve", HOSTILE, "yield")]
    for done in said:
        for text in (done.out, done.err):
            assert all(character.isprintable() for character in text.replace("\n", "")), text


# --- asking without having wanted it first


def test_whoever_has_a_lead_is_asked_for_it(hub: RunningHub, team: str, rita: Seat, otto: Seat) -> None:
    lead, free = hub.lead(team), hub.lead(team)
    ok(rita("sync"))
    ok(rita("accept", lead))
    ok(otto("sync"))
    late = otto("accept", lead)
    assert late.code == 4
    assert "Rita Rep" in late.err
    assert f"handoff ask {lead}" in late.err
    done = otto("ask", lead, free, "--text", "I know them.", "--json")
    assert done.code == 4
    assert [(one["id"], one["result"]) for one in done.json["outcomes"]] == [(lead, "applied"), (free, "refused")]
    assert "Asked Rita Rep for" in done.json["outcomes"][0]["sentence"]
    assert only(rita)["theirs"]["note"] == "I know them."


def test_asking_settles_that_it_was_taken(taken: str, otto: Seat) -> None:
    assert only(otto)["kind"] == "taken"
    ok(otto("ask", taken))
    assert matters(otto) == []
    assert [one["settled"] for one in otto("log", "--json").json["operations"]] == [None, "ask"]
