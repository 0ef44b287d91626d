"""Watching: one line for each thing that happens, in a process of its own, until somebody ends it."""

import json
import os
import re
import signal
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bench.terminal import Terminal
from tests.cli.conftest import Seat
from tests.factories import NOW
from tests.running_hub import PROGRAM, RunningHub, eventually
from tests.tui.conftest import World, named_lead
from tui.cli.queue.news import Soon

MakeSeat = Callable[..., Seat]


@pytest.fixture
def rita(hub: RunningHub, team: str, seat: MakeSeat) -> Seat:
    """A rep of the team, connected."""
    return seat("rita", hub, hub.user("Rita Rep", "rep", team))


def environ(person: Seat) -> dict[str, str]:
    return {**os.environ, "HANDOFF_HOME": str(person.home), "HANDOFF_KEYRING": "off", "TERM": "xterm-256color"}


READY = "Watching; Ctrl+C ends it.\n"


class Watching:
    """A running `handoff watch`, and what it has said."""

    def __init__(self, process: "subprocess.Popen[bytes]", folder: Path) -> None:
        self.process = process
        self._said = folder / "watched"
        self._talk = folder / "talked"

    @property
    def talk(self) -> str:
        """What it has said on stderr."""
        return self._talk.read_text()

    @property
    def lines(self) -> list[str]:
        """The whole lines that it has printed."""
        return self._said.read_text().splitlines()

    def line(self, words: str) -> str:
        """Wait for the line that carries these words."""
        return str(eventually(lambda: next((one for one in self.lines if words in one), ""), f"a line with {words}"))

    def end(self, number: signal.Signals = signal.SIGTERM) -> tuple[int, str]:
        """End it; return its exit code and what it said on stderr."""
        self.process.send_signal(number)
        self.process.wait(20)
        return self.process.returncode, self.talk.removeprefix(READY)


@contextmanager
def watching(person: Seat, *arguments: str) -> Iterator[Watching]:
    with (person.home / "watched").open("w") as out, (person.home / "talked").open("w") as err:
        process = subprocess.Popen([*PROGRAM, "watch", *arguments], env=environ(person), stdout=out, stderr=err)
    watch = Watching(process, person.home)
    try:
        eventually(lambda: watch.talk.startswith(READY), "it watches")
        yield watch
    finally:
        if process.poll() is None:
            process.kill()
            process.wait(20)


def in_step(person: Seat) -> bool:
    """Say whether something talks to the hub for this profile and has said that the line holds."""
    line = person.home / "line.json"
    return line.exists() and json.loads(line.read_text())["link"]["connected"] is True


def test_arrivals_and_what_others_do_are_a_line_each(hub: RunningHub, team: str, rita: Seat, seat: MakeSeat) -> None:
    otto = seat("otto", hub, hub.user("Otto Other", "rep", team))
    with watching(rita) as watch:
        eventually(lambda: in_step(rita), "it is in step")
        lead = hub.lead(team, name="Ana Example", company="Example Bakery", campaign="Spring fair")
        when, told, what, *rest = watch.line(lead).split("  ")
        assert re.fullmatch("[0-2][0-9]:[0-5][0-9]", when)
        assert (told, rest) == (lead, ["Ana Example", "Example Bakery", "Spring fair"])
        assert what.startswith("arrived, ")
        otto("sync")
        otto("accept", lead)
        assert "Otto Other accepted Ana Example  Example Bakery  Spring fair" in watch.line("Otto Other")
        assert watch.end() == (0, "")
    assert len(watch.lines) == 2


def test_a_lead_that_was_put_off_is_back_when_it_does_something(hub: RunningHub, team: str, rita: Seat) -> None:
    identity = {"source": "form", "source_id": f"back-{team}"}
    lead = hub.lead(team, name="Ana Example", **identity)
    rita("sync")
    assert rita("snooze", lead, "--or-activity").code == 0
    with watching(rita) as watch:
        eventually(lambda: in_step(rita), "it is in step")
        hub.post("/touches", [identity | {"at": datetime.now(UTC).isoformat(), "kind": "reply", "title": "Call me"}])
        assert "back, Call me  Ana Example" in watch.line(lead)
        assert watch.end() == (0, "")


def test_for_programs_each_line_is_an_object(hub: RunningHub, team: str, rita: Seat) -> None:
    with watching(rita, "--json") as watch:
        eventually(lambda: in_step(rita), "it is in step")
        lead = hub.lead(team, name="Ana Example")
        told = json.loads(watch.line(lead))
        assert (told["event"], told["id"], told["title"]) == ("arrived", lead, "Ana Example")
        assert datetime.fromisoformat(told["at"]) > datetime.now(UTC) - timedelta(minutes=1)
        assert watch.end(signal.SIGINT) == (0, "")


def test_since_tells_first_what_has_happened(hub: RunningHub, team: str, rita: Seat, seat: MakeSeat) -> None:
    otto = seat("otto", hub, hub.user("Otto Other", "rep", team))
    arrived, taken = hub.lead(team, name="Ana Example"), hub.lead(team, name="Ben Example")
    otto("sync")
    otto("accept", taken)
    rita("sync")
    with watching(rita, "--since", "1h") as watch:
        assert "arrived" in watch.line(arrived)
        assert "Otto Other accepted Ben Example" in watch.line(taken)
        assert watch.end()[0] == 0
    done = rita("watch", "--since", "tomorrow")
    assert done.code == 1
    assert "2h" in done.err


def test_it_ends_when_nobody_reads_any_more(rita: Seat) -> None:
    process = subprocess.Popen([*PROGRAM, "watch"], env=environ(rita), stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert process.stdout is not None
    eventually(lambda: in_step(rita), "it is in step")
    process.stdout.close()
    assert process.wait(20) == 141
    assert process.stderr is not None
    assert process.stderr.read() == READY.encode()
    process.stderr.close()


def test_beside_an_open_window_both_hear_of_it(hub: RunningHub, team: str, rita: Seat) -> None:
    with Terminal(PROGRAM, env=environ(rita)) as window:
        window.wait_for("live")
        with watching(rita) as watch:
            lead = hub.lead(team, name="Ana Example")
            window.wait_for("Ana Example")
            assert "Ana Example" in watch.line(lead)
            assert watch.end() == (0, "")
        window.send("q")
        assert window.wait_exit() == 0


def test_what_gets_due_soon_is_told_once(tmp_path: Path) -> None:
    made = World(tmp_path / "profile")
    made.leads(*[named_lead(number) for number in range(1, 7)])
    soon = Soon(made.desk, 60)
    assert list(soon.now()) == [], "what is due soon already is no news"
    told = []
    for minutes in range(0, 181, 20):
        made.now = NOW + timedelta(minutes=minutes)
        told += [(event.id, minutes) for event in soon.now()]
    assert told == [("L006", 40)]
