"""Deciding from the command line, against the real hub."""

import os
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

import pytest

from bench.terminal import Terminal
from tests.cli.conftest import Seat
from tests.running_hub import PROGRAM, RunningHub, program

MakeSeat = Callable[..., Seat]


@pytest.fixture
def rita(hub: RunningHub, team: str, seat: MakeSeat) -> Seat:
    """A rep of the team, connected."""
    return seat("rita", hub, hub.user("Rita Rep", "rep", team))


@pytest.fixture
def otto(hub: RunningHub, team: str, seat: MakeSeat) -> Seat:
    """Another rep of the team, connected."""
    return seat("otto", hub, hub.user("Otto Other", "rep", team))


def synced(person: Seat) -> Seat:
    """Return the seat once it knows what the hub knows."""
    done = person("sync")
    assert done.code == 0, done.err
    return person


def state(person: Seat, lead: str) -> str:
    """Return where the lead stands in this person's eyes."""
    return str(person("show", lead, "--json").json["lead"]["standing"]["state"])


def test_an_accept_is_sent_and_said(hub: RunningHub, team: str, rita: Seat) -> None:
    lead = hub.lead(team, name="Ana Example")
    done = synced(rita)("accept", lead)
    assert (done.code, done.err) == (0, "")
    assert done.out == f"Accepted Ana Example ({lead})\n"
    assert rita("status", "--json").json["pending"] == 0
    assert state(rita, lead) == "accepted"


def test_another_window_of_the_same_hub_sees_it(hub: RunningHub, team: str, rita: Seat, otto: Seat) -> None:
    lead = hub.lead(team)
    synced(rita)("accept", lead)
    shown = synced(otto)("show", lead, "--json").json
    assert shown["lead"]["standing"]["state"] == "accepted"
    assert shown["owner"] == "Rita Rep"


def test_an_id_may_be_shortened(hub: RunningHub, team: str, rita: Seat) -> None:
    lead = hub.lead(team)
    assert synced(rita)("accept", lead[:-2]).code == 0


def test_json_tells_every_outcome_in_one_document(hub: RunningHub, team: str, rita: Seat) -> None:
    leads = [hub.lead(team) for _ in range(3)]
    done = synced(rita)("accept", *leads, "--json")
    assert done.code == 0
    assert done.json["pending"] == 0
    assert [(one["id"], one["result"]) for one in done.json["outcomes"]] == [(lead, "applied") for lead in leads]
    assert len({one["operation"] for one in done.json["outcomes"]}) == 3


def test_one_unknown_id_does_not_keep_the_others(hub: RunningHub, team: str, rita: Seat) -> None:
    lead = hub.lead(team)
    done = synced(rita)("accept", "nobody", lead)
    assert done.code == 1
    assert f"({lead})" in done.out
    assert "nobody" in done.err
    assert "nobody" not in done.out
    assert state(rita, lead) == "accepted"


def test_several_are_undone_together(hub: RunningHub, team: str, rita: Seat) -> None:
    leads = [hub.lead(team) for _ in range(3)]
    synced(rita)("accept", *leads)
    done = rita("undo")
    assert done.code == 0, done.err
    assert [state(rita, lead) for lead in leads] == ["new"] * 3
    assert [state(synced(rita), lead) for lead in leads] == ["new"] * 3


def test_undo_says_what_was_undone(hub: RunningHub, team: str, rita: Seat) -> None:
    lead = hub.lead(team)
    synced(rita)("accept", lead)
    assert rita("undo").out.startswith("Undone: accepted Ana Example")


def test_undo_with_nothing_to_undo(rita: Seat) -> None:
    done = rita("undo")
    assert done.code == 1
    assert done.out == ""
    assert len(done.err.splitlines()) == 1


def test_saved_without_waiting_then_sent(hub: RunningHub, team: str, rita: Seat) -> None:
    lead = hub.lead(team)
    done = synced(rita)("accept", lead, "--wait", "0", "--json")
    assert done.code == 3
    assert done.json["outcomes"][0]["result"] == "pending"
    assert done.json["pending"] == 1
    assert rita("status", "--json").json["pending"] == 1
    sent = rita("sync", "--json")
    assert sent.code == 0
    assert sent.json["sent"] == 1
    assert sent.json["outcomes"][0]["result"] == "applied"
    assert rita("status", "--json").json["pending"] == 0


def test_undo_before_sending_takes_it_back_unseen(hub: RunningHub, team: str, rita: Seat) -> None:
    lead = hub.lead(team)
    synced(rita)("accept", lead, "--wait", "0")
    done = rita("undo", "--wait", "0", "--json")
    assert done.code == 0
    assert done.json["outcomes"][0]["result"] == "taken back"
    assert rita("sync", "--json").json["sent"] == 0
    assert state(rita, lead) == "new"


def test_settings_may_say_not_to_wait(hub: RunningHub, team: str, rita: Seat) -> None:
    lead = hub.lead(team)
    synced(rita)
    (rita.home / "config.toml").write_text("wait = 0\n")
    assert rita("accept", lead).code == 3


def test_a_mistake_in_the_settings_is_named_and_keeps_nobody_from_deciding(
    hub: RunningHub, team: str, rita: Seat
) -> None:
    lead = hub.lead(team)
    synced(rita)
    (rita.home / "config.toml").write_text("# mine\nwait = soon\n")
    done = rita("accept", lead)
    assert done.code == 0
    assert "line 2" in done.err
    assert state(rita, lead) == "accepted"


def test_the_second_accept_learns_who_has_it(hub: RunningHub, team: str, rita: Seat, otto: Seat) -> None:
    lead = hub.lead(team)
    synced(rita)
    synced(otto)
    assert rita("accept", lead).code == 0
    done = otto("accept", lead, "--json")
    assert done.code == 4
    assert done.json["outcomes"][0]["result"] == "taken"
    assert "Rita Rep" in done.err


def test_another_decision_is_a_conflict_and_theirs_stands(hub: RunningHub, team: str, rita: Seat, otto: Seat) -> None:
    lead = hub.lead(team)
    synced(rita)
    synced(otto)
    assert rita("accept", lead).code == 0
    done = otto("reject", lead, "--reason", "spam_test")
    assert done.code == 4
    assert done.out == ""
    assert "Rita Rep" in done.err
    assert otto("status", "--json").json["conflicts"] == 1
    assert state(synced(otto), lead) == "accepted"


def test_deciding_what_is_decided_is_refused_before_it_is_sent(hub: RunningHub, team: str, rita: Seat) -> None:
    lead = hub.lead(team)
    synced(rita)("reject", lead, "--reason", "spam_test")
    done = rita("accept", lead, "--json")
    assert done.code == 4
    assert done.json["outcomes"][0]["result"] == "refused"
    assert rita("status", "--json").json["pending"] == 0


def test_a_marketer_may_not_accept(hub: RunningHub, team: str, seat: MakeSeat) -> None:
    lead = hub.lead(team)
    mia = seat("mia", hub, hub.user("Mia Marketer", "marketer"))
    done = synced(mia)("accept", lead)
    assert done.code == 4
    assert "marketer" in done.err


# --- reasons


def test_a_refusal_with_its_answers(hub: RunningHub, team: str, rita: Seat) -> None:
    lead = hub.lead(team)
    answers = ("--answer", "dimension=size", "--answer", "value=3 people")
    done = synced(rita)("reject", lead, "--reason", "not_target", *answers, "--note", "A bakery of three.")
    assert (done.code, done.err) == (0, "")
    assert done.out.startswith("Rejected ")
    entry = rita("show", lead, "--json").json["lead"]["trail"][-1]
    assert entry["reason"] == "not_target"
    assert entry["answers"] == {"dimension": "size", "value": "3 people"}
    assert entry["note"] == "A bakery of three."


def test_what_is_known_is_filled_in_and_said(hub: RunningHub, team: str, rita: Seat) -> None:
    lead = hub.lead(team)
    done = synced(rita)("reject", lead, "--reason", "low_intent", "--answer", "did=read one page")
    assert done.code == 0, done.err
    assert "recycle_on=" in done.err
    standing = rita("show", lead, "--json").json["lead"]["standing"]
    assert standing["state"] == "recycled"
    assert date.fromisoformat(standing["recycle_on"]) > datetime.now(UTC).date() + timedelta(days=50)


def test_a_missing_answer_names_what_the_reason_asks_for(hub: RunningHub, team: str, rita: Seat) -> None:
    lead = hub.lead(team)
    done = synced(rita)("reject", lead, "--reason", "not_target")
    assert done.code == 2
    assert "(size|industry|country|use case)" in done.err
    assert state(rita, lead) == "new"
    assert rita("status", "--json").json["pending"] == 0


@pytest.mark.parametrize(
    ("reason", "answer", "said"),
    [
        ("not_target", "dimension=colour", "size, industry"),
        ("not_target", "shape=round", "does not ask for"),
        ("low_intent", "recycle_on=soon", "date"),
        ("other", "text=short", "more characters"),
    ],
)
def test_a_wrong_answer_is_explained(
    hub: RunningHub, team: str, rita: Seat, reason: str, answer: str, said: str
) -> None:
    lead = hub.lead(team)
    extra = () if reason != "low_intent" else ("--answer", "did=nothing")
    done = synced(rita)("reject", lead, "--reason", reason, "--answer", answer, *extra)
    assert done.code == 2
    assert said in done.err
    assert state(rita, lead) == "new"


def test_an_unknown_reason_lists_the_codes_the_nearest_first(hub: RunningHub, team: str, rita: Seat) -> None:
    lead = hub.lead(team)
    done = synced(rita)("reject", lead, "--reason", "competition")
    assert done.code == 2
    assert "Did you mean “competitor”?" in done.err
    assert "There are: competitor, " in done.err
    assert "do_not_contact" in done.err


def test_one_lead_without_its_answer_keeps_all_from_being_refused(hub: RunningHub, team: str, rita: Seat) -> None:
    known, unknown = hub.lead(team, company="Example Bakery"), hub.lead(team)
    done = synced(rita)("reject", known, unknown, "--reason", "competitor")
    assert done.code == 2
    assert [state(rita, lead) for lead in (known, unknown)] == ["new", "new"]


def test_after_contact_refusing_means_disqualifying(hub: RunningHub, team: str, rita: Seat) -> None:
    lead = hub.lead(team)
    synced(rita)("accept", lead)
    done = rita("reject", lead, "--reason", "no_fit", "--answer", "missing=an oven")
    assert done.code == 0, done.err
    assert done.out.startswith("Disqualified ")
    assert state(rita, lead) == "disqualified"


def test_a_duplicate_may_be_named_by_the_beginning_of_its_id(hub: RunningHub, team: str, rita: Seat) -> None:
    lead, other = hub.lead(team), hub.lead(team)
    done = synced(rita)("reject", lead, "--reason", "duplicate", "--answer", f"other={other[:-2]}")
    assert done.code == 0, done.err
    assert rita("show", lead, "--json").json["lead"]["standing"]["merged_into"] == other


def test_reasons_are_listed_with_what_they_ask_for(rita: Seat) -> None:
    shown = rita("reasons", "--json").json
    codes = {one["code"]: one for one in shown["reasons"]}
    assert len(codes) == 19
    assert codes["not_target"]["asks"][0]["options"] == ["size", "industry", "country", "use case"]
    assert "not_target" in rita("reasons").out


# --- in a process of its own


def test_without_waiting_no_network_library_is_loaded(hub: RunningHub, team: str, rita: Seat) -> None:
    lead = hub.lead(team)
    synced(rita)
    code = (
        "import sys; from tui.cli.main import main;"
        f"code = main(['accept', {lead!r}, '--wait', '0', '--json']);"
        "print([name for name in ('httpx', 'asyncio', 'textual', 'litestar', 'sqlalchemy', 'uvicorn', 'keyring')"
        " if name in sys.modules], file=sys.stderr); sys.exit(code)"
    )
    environ = {**os.environ, "HANDOFF_HOME": str(rita.home), "HANDOFF_KEYRING": "off"}
    done = subprocess.run([sys.executable, "-P", "-c", code], env=environ, capture_output=True, text=True, check=False)
    assert done.returncode == 3
    assert done.stderr.splitlines()[-1] == "[]"


def test_the_real_program_end_to_end(hub: RunningHub, team: str, rita: Seat) -> None:
    lead = hub.lead(team, name="Ana Example")
    synced(rita)
    done = program("accept", lead, home=rita.home)
    assert (done.code, done.out, done.err) == (0, f"Accepted Ana Example ({lead})\n", "")


def test_beside_an_open_window_both_see_it_and_the_window_sends_it(hub: RunningHub, team: str, rita: Seat) -> None:
    lead = hub.lead(team, name="Ana Example")
    synced(rita)
    environ = {**os.environ, "HANDOFF_HOME": str(rita.home), "HANDOFF_KEYRING": "off", "TERM": "xterm-256color"}
    with Terminal(PROGRAM, env=environ) as window:
        window.wait_for("Ana Example")
        window.wait_for("live")
        done = rita("accept", lead, "--wait", "20")
        assert (done.code, done.err) == (0, "")
        window.wait_for(lambda text: "Ana Example" not in text or "accepted" in text)
        assert rita("sync").code == 0
        window.send("q")
        assert window.wait_exit() == 0


def test_a_reason_for_after_contact_is_refused_before_it(hub: RunningHub, team: str, rita: Seat) -> None:
    lead = hub.lead(team)
    done = synced(rita)("reject", lead, "--reason", "no_fit", "--answer", "missing=an oven")
    assert done.code in (2, 4)
    assert state(rita, lead) == "new"
    assert "contact" in done.err


def test_asked_not_to_be_contacted_needs_the_word_typed(hub: RunningHub, team: str, rita: Seat) -> None:
    lead = hub.lead(team)
    how = ("reject", lead, "--reason", "do_not_contact", "--answer", "how=by phone")
    done = synced(rita)(*how)
    assert done.code == 2
    word = next(
        ask["word"]
        for reason in rita("reasons", "--json").json["reasons"]
        for ask in reason["asks"]
        if reason["code"] == "do_not_contact" and ask["kind"] == "typed"
    )
    assert word in done.err
    assert rita(*how, "--answer", f"confirm={word}").code == 0
    assert state(rita, lead) == "suppressed"


def test_an_act_that_stands_does_not_keep_the_one_before_from_being_undone(
    hub: RunningHub, team: str, rita: Seat
) -> None:
    accepted, suppressed = hub.lead(team), hub.lead(team)
    synced(rita)("accept", accepted)
    answers = ("--answer", "how=by phone", "--answer", "confirm=suppress")
    assert rita("reject", suppressed, "--reason", "do_not_contact", *answers).code == 0
    stuck = rita("undo")
    assert stuck.code == 1
    assert "--earlier" in stuck.err
    assert rita("undo", "--earlier").code == 0
    assert [state(rita, lead) for lead in (accepted, suppressed)] == ["new", "suppressed"]


def test_ctrl_c_while_waiting_says_what_is_saved(
    hub: RunningHub, team: str, rita: Seat, monkeypatch: pytest.MonkeyPatch
) -> None:
    lead = hub.lead(team)
    synced(rita)

    def interrupted(*_: object) -> str:
        raise KeyboardInterrupt

    monkeypatch.setattr("tui.cli.exchange.offer", interrupted)
    done = rita("accept", lead)
    assert done.code == 130
    assert "Saved, not yet sent" in done.out
    assert rita("status", "--json").json["pending"] == 1


def test_what_nobody_foresaw_while_sending_hides_nothing_that_is_saved(
    hub: RunningHub, team: str, rita: Seat, monkeypatch: pytest.MonkeyPatch
) -> None:
    lead = hub.lead(team)
    synced(rita)

    def broken(*_: object) -> str:
        raise ZeroDivisionError

    monkeypatch.setattr("tui.cli.exchange.offer", broken)
    done = rita("accept", lead, "--json")
    assert done.code == 3
    assert done.json["pending"] == 1
    assert "did not foresee" in done.err
    assert "Traceback" not in done.err
    monkeypatch.undo()
    assert rita("sync").code == 0


def test_a_marketers_rejection_is_refused_as_one(hub: RunningHub, team: str, rita: Seat, seat: MakeSeat) -> None:
    mia = seat("mia", hub, hub.user("Mia Marketer", "marketer"))
    new, accepted = hub.lead(team), hub.lead(team)
    synced(rita)("accept", accepted)
    synced(mia)
    for lead in (new, accepted):
        done = mia("reject", lead, "--reason", "not_target")
        assert done.code == 4
        assert "A marketer can't reject a lead" in done.err
        assert "--answer" not in done.err
