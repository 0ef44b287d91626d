"""Working through the queue in plain lines, at a real terminal against the real hub."""

import os
import re
from collections.abc import Callable

import pytest

from api.local.outbox import Outbox
from api.local.profile import Profile
from bench.terminal import Terminal
from tests.cli.conftest import Seat
from tests.running_hub import PROGRAM, RunningHub, eventually

MakeSeat = Callable[..., Seat]
EARLY, LATE = "2026-02-02T10:00:00Z", "2026-03-02T10:00:00Z"


@pytest.fixture
def ana(hub: RunningHub, team: str) -> str:
    """The lead that is due first."""
    return hub.lead(team, name="Ana Example", created_at=EARLY, company=f"Bakery of {team}")


@pytest.fixture
def rita(hub: RunningHub, team: str, seat: MakeSeat, ana: str) -> Seat:
    """A rep of the team with two leads, Ana first."""
    made = seat("rita", hub, hub.user("Rita Rep", "rep", team))
    hub.lead(team, name="Ben Sample", created_at=LATE, company=f"Bakery of {team}")
    made("sync")
    return made


class Talking(Terminal):
    """A running `handoff next`."""

    def __init__(self, person: Seat, *arguments: str) -> None:
        environ = {**os.environ, "HANDOFF_HOME": str(person.home), "HANDOFF_KEYRING": "off", "TERM": "xterm-256color"}
        super().__init__([*PROGRAM, "next", *arguments], columns=100, rows=60, env=environ)

    def asked(self, question: str, answer: str) -> None:
        """Wait until that is the question, and answer it."""
        self.wait_for(lambda text: question in (last := text.rstrip().rpartition("\n")[2]) and last.endswith(":"))
        before = len(self.raw)
        self.send(f"{answer}\n")
        # Only once it has been shown is the next question told from this one; an empty one shows nothing but its end.
        shown = before if answer else before + len("\r\n")
        self.wait_for(lambda _: len(self.raw) > shown)


def state(person: Seat, lead: str) -> str:
    """Return where the lead stands, as far as this machine knows."""
    return str(person("show", lead, "--json", "--wait", "0").json["lead"]["standing"]["state"])


def test_one_lead_after_the_other_until_none_is_left(team: str, rita: Seat, ana: str) -> None:
    with Talking(rita, team) as talk:
        talk.wait_for(f"Bakery of {team}")
        talk.asked("Ana Example: a accept, r reject, t reroute, z snooze", "a")
        talk.wait_for("Accepted Ana Example.")
        talk.asked("Ben Sample: a accept", "z")
        talk.asked("[tomorrow]", "in 3 days")
        talk.asked("[yes]", "2")
        talk.wait_for("Snoozed Ben Sample until ")
        talk.wait_for("Nothing more waits for a decision.")
        assert talk.wait_exit() == 0
        said = bytes(talk.raw)
    assert b"2 acts saved; \xe2\x80\x9chandoff undo\xe2\x80\x9d takes the last one back." in said
    assert b"\x1b" not in said, "no colours and no moves of the cursor: it is read aloud"
    assert state(rita, ana) == "accepted"
    assert rita("status", "--json").json["pending"] == 0, "it was sent"


def test_a_refusal_asks_what_the_reason_asks_for_and_undo_takes_it_back(rita: Seat, ana: str) -> None:
    with Talking(rita) as talk:
        talk.asked("Ana Example:", "r")
        talk.asked("Reason", "?")
        talk.wait_for("  n  Not our target")
        talk.asked("Reason", "n")
        talk.asked("1 size, 2 industry", "colour")
        talk.asked("1 size, 2 industry", "1")
        talk.asked("What it is instead", "3 people")
        talk.wait_for("Rejected Ana Example: not our target.")
        talk.asked("Ben Sample:", "u")
        talk.wait_for("Undone: rejected Ana Example")
        talk.asked("Ana Example:", "q")
        assert talk.wait_exit() == 0
    assert state(rita, ana) == "new"


def test_leaving_a_question_or_the_whole_does_nothing(rita: Seat) -> None:
    with Talking(rita) as talk:
        talk.asked("Ana Example:", "r")
        talk.asked("Reason", ".")
        talk.wait_for("nothing was done")
        talk.asked("Ana Example:", "")
        talk.asked("Ana Example:", "jump")
        talk.wait_for("“jump” is no key here")
        talk.asked("Ana Example:", "l")
        talk.wait_for("you can’t log an attempt on it now")
        talk.asked("Ana Example:", "?")
        talk.wait_for("log attempt: not now.")
        talk.asked("Ana Example:", "s")
        talk.asked("Ben Sample:", "i")
        talk.wait_for("Note")
        talk.send(b"\x04")
        assert talk.wait_exit() == 0
    assert rita("log", "--json").json["operations"] == []


def test_pasted_lines_decide_nothing(rita: Seat) -> None:
    with Talking(rita) as talk:
        talk.asked("Ana Example:", "a\na\na")
        talk.wait_for("Several lines came at once")
        talk.asked("Ana Example:", "q")
        assert talk.wait_exit() == 0
    assert rita("log", "--json").json["operations"] == []


def test_what_somebody_else_did_meanwhile_is_said_and_not_decided_over(
    hub: RunningHub, team: str, rita: Seat, ana: str, seat: MakeSeat
) -> None:
    otto = seat("otto", hub, hub.user("Otto Other", "rep", team))
    otto("sync")
    with Talking(rita) as talk:
        talk.wait_for("Ana Example: a accept")
        assert otto("accept", ana).code == 0
        eventually(lambda: state(rita, ana) == "accepted", "it has heard of it")
        talk.send("a\n")
        talk.wait_for("Otto Other did something to Ana Example meanwhile; it is accepted now.")
        talk.wait_for("News: Otto Other accepted Ana Example")
        talk.asked("Ben Sample:", "q")
        assert talk.wait_exit() == 0
    assert rita("log", "--json").json["operations"] == []


def test_a_decision_is_on_the_disk_before_it_is_said(rita: Seat) -> None:
    with Talking(rita) as talk:
        talk.asked("Ana Example:", "a")
        talk.wait_for("Accepted Ana Example.")
        on_disk = Outbox.open(Profile(rita.home).outbox_path).entries()
        assert [entry.operation.verb.kind for entry in on_disk] == ["accept"]


def test_without_the_hub_everything_goes_on(own_hub: RunningHub, seat: MakeSeat) -> None:
    rita = seat("rita", own_hub, own_hub.user("Rita Rep", "rep"))
    own_hub.lead(name="Ana Example")
    rita("sync")
    own_hub.stop()
    (rita.home / "config.toml").write_text("wait = 0.1\n")
    with Talking(rita) as talk:
        talk.asked("Ana Example:", "a")
        assert talk.wait_exit() == 3
        assert "1 of them not sent yet; “handoff sync” sends" in talk.text
    assert rita("status", "--json").json["pending"] == 1


def test_it_can_be_shown_only(rita: Seat) -> None:
    with Talking(rita, "--once") as talk:
        assert talk.wait_exit() == 0
        assert re.search("To decide it: “handoff accept [0-9a-f]+”", talk.text)
