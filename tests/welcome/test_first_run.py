"""The first run in a real pseudo-terminal: the ways on, joining a real hub, and what is said when that does not go."""

import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from api.local.profile import Profile
from bench.terminal import Terminal
from tests.running_hub import PROGRAM, RunningHub, eventually, free_port
from tests.terminal.test_pseudo_terminal import environment
from tui.welcome.joining import Refused, join_hub

QUESTION = "choose at once"


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """Where the profile will be."""
    return tmp_path / "home"


def opened(home: Path, columns: int = 80, rows: int = 24, **more: str) -> Terminal:
    """Open the program in a terminal of that size."""
    temporary = home.parent / "temporary"
    temporary.mkdir(exist_ok=True)
    return Terminal(PROGRAM, columns=columns, rows=rows, env=environment(home, TMPDIR=str(temporary), **more))


def joining(terminal: Terminal) -> None:
    """Go to the form."""
    terminal.wait_for(QUESTION)
    terminal.send("2")
    terminal.wait_for("next field")


def test_the_ways_are_offered_and_quitting_changes_nothing(home: Path) -> None:
    with opened(home) as terminal:
        terminal.wait_for(QUESTION)
        for way in ("1  Try it with sample leads", "2  Join your team’s hub", "3  Run a hub for your team", "4  Quit"):
            assert way in terminal.text
        before = terminal.mode()
        terminal.send("4")
        assert terminal.wait_exit() == 0
        assert terminal.mode()[3] != before[3], "the terminal takes lines again"
    assert not [path for path in home.rglob("*") if path.is_file()]


def test_the_cursor_goes_round_and_enter_takes_what_is_under_it(home: Path) -> None:
    with opened(home) as terminal:
        terminal.wait_for(QUESTION)
        terminal.send("jj\r")
        terminal.wait_for("handoff user add")
        assert "handoff serve" in terminal.text
        terminal.send("\x1b")
        terminal.wait_for(QUESTION)
        terminal.send("\x1b[A\x1b[A\x1b[A\r")
        assert terminal.wait_exit() == 0


def test_a_click_chooses(home: Path) -> None:
    with opened(home) as terminal:
        terminal.wait_for(QUESTION)
        row = next(at for at, line in enumerate(terminal.lines) if "3  Run a hub" in line) + 1
        terminal.send(f"\x1b[<0;10;{row}M\x1b[<0;10;{row}m")
        terminal.wait_for("q quit")
        terminal.wait_for("Esc back")
        assert "handoff user add" in terminal.text
        row = next(at for at, line in enumerate(terminal.lines) if "Esc back" in line) + 1
        column = terminal.lines[row - 1].index("q quit") + 1
        terminal.send(f"\x1b[<0;{column};{row}M\x1b[<0;{column};{row}m")
        assert terminal.wait_exit() == 0


@pytest.mark.parametrize(("columns", "rows"), [(40, 10), (60, 15), (200, 60)])
def test_there_is_room_for_it_in_any_terminal(home: Path, columns: int, rows: int) -> None:
    with opened(home, columns, rows) as terminal:
        terminal.wait_for("Enter choose")
        assert "4  Quit" in terminal.text
        assert "1  Try it with sample leads" in terminal.text
        terminal.send("2")
        terminal.wait_for("Enter join")
        assert "▌Address" in terminal.text
        assert " Token" in terminal.text
        terminal.send("\x03")
        assert terminal.wait_exit() == 0


def test_joining_says_who_you_are_and_opens_the_queue(running_hub: RunningHub, home: Path) -> None:
    team = "joiners"
    token = running_hub.user("Rita Joiner", "rep", team)
    running_hub.lead(team=team, name="Ana Example", company="Example Bakery")
    with opened(home) as terminal:
        joining(terminal)
        # All of it in one go, as somebody does who knows what comes.
        terminal.send(f"{running_hub.url}\r{token}\r")
        terminal.wait_for("You are Rita Joiner, rep, team joiners")
        assert running_hub.url in terminal.text
        terminal.send("\r")
        terminal.wait_for("Ana Example")
        terminal.send("q")
        assert terminal.wait_exit() == 0
        assert token.encode() not in bytes(terminal.raw), "the token is never shown"
    kept = home / "token"
    assert token in kept.read_text()
    assert kept.stat().st_mode & 0o077 == 0
    others = [path for path in home.rglob("*") if path.is_file() and path != kept]
    assert others
    assert not [path for path in others if token.encode() in path.read_bytes()], "nor written anywhere else"


def test_a_pasted_token_with_white_space_is_taken(running_hub: RunningHub, home: Path) -> None:
    token = running_hub.user("Petra Paste", "rep", "paste")
    with opened(home) as terminal:
        joining(terminal)
        terminal.send(f"{running_hub.url}\t")
        terminal.wait_for("▌Token")
        terminal.send(f"\x1b[200~  {token}\r\n\x1b[201~\r")
        terminal.wait_for("You are Petra Paste")
        terminal.send("\x03")
        assert terminal.wait_exit() == 0


def test_what_was_wrong_is_said_and_what_was_typed_stays(running_hub: RunningHub, home: Path) -> None:
    with opened(home) as terminal:
        joining(terminal)
        terminal.send("http://hub.example.com\r")
        terminal.wait_for("Plain http would show your token")
        assert "http://hub.example.com" in terminal.text
        terminal.send("\x15")
        terminal.send(f"{running_hub.url}\rhandoff_wrong\r")
        terminal.wait_for("missing, wrong, expired or revoked")
        assert running_hub.url in terminal.text
        assert "•" * len("handoff_wrong") in terminal.text
        assert "▌Token" in terminal.text
        terminal.send("\x1b")
        terminal.wait_for(QUESTION)
        terminal.send("2")
        terminal.wait_for(running_hub.url)
        assert "•" not in terminal.text
        terminal.send("\x03")
        assert terminal.wait_exit() == 0
        assert b"handoff_wrong" not in bytes(terminal.raw)
    assert not (home / "profile.json").exists()


@contextmanager
def other_server() -> Iterator[int]:
    """A server that is no hub."""
    listening = socket.create_server(("127.0.0.1", 0))
    listening.settimeout(20)

    def serve() -> None:
        try:
            while True:
                line, _ = listening.accept()
                line.recv(4096)
                line.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 5\r\n\r\nhello")
                line.close()
        except OSError:
            return

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    try:
        yield int(listening.getsockname()[1])
    finally:
        listening.close()


def test_a_hub_that_is_not_there_and_a_server_that_is_none(home: Path) -> None:
    with other_server() as port, opened(home) as terminal:
        joining(terminal)
        terminal.send(f"http://127.0.0.1:{free_port()}\rhandoff_token\r")
        terminal.wait_for("can't be reached")
        terminal.send(f"\x15http://127.0.0.1:{port}\r")
        terminal.wait_for("does not answer as a Handoff hub does")
        terminal.send("\x03")
        assert terminal.wait_exit() == 0


@pytest.mark.parametrize("typed", ["", "nonsense", "https://me:secret@hub.example.com", "ftp://hub.example.com"])
def test_what_is_no_address_is_refused_before_anything_is_asked(home: Path, typed: str) -> None:
    with opened(home) as terminal:
        joining(terminal)
        terminal.send(f"{typed}\r")
        terminal.wait_for("https://handoff.example.com." if "@" not in typed else "leave it out")
        assert "▌Address" in terminal.text
        terminal.send("\x03")
        assert terminal.wait_exit() == 0


def test_the_sample_leads_open_with_the_tour_once(home: Path) -> None:
    with opened(home) as terminal:
        terminal.wait_for(QUESTION)
        terminal.send("1")
        terminal.wait_for("Starting a hub with sample leads")
        terminal.wait_for("1 of 9", 60)
        terminal.send("q")
        assert terminal.wait_exit() == 0
        assert "handoff doctor" in terminal.text
    assert not (home / "profile.json").exists()
    demo = [*PROGRAM, "demo", "--leads", "40", "--arrivals", "0"]
    environ = environment(home, TMPDIR=os.environ.get("TMPDIR", "/tmp"))
    with Terminal(demo, columns=80, rows=24, env=environ) as terminal:
        terminal.wait_for("live", 60)
        terminal.drain(0.5)
        assert "ends the tour" not in terminal.text
        terminal.send("q")
        assert terminal.wait_exit() == 0


def test_a_closed_window_and_a_polite_kill_end_it(home: Path) -> None:
    with opened(home) as terminal:
        terminal.wait_for(QUESTION)
        os.kill(terminal.pid, signal.SIGTERM)
        assert terminal.wait_exit() == 128 + signal.SIGTERM
        assert bytes(terminal.raw).rindex(b"\x1b[?1049l") > bytes(terminal.raw).index(b"\x1b[?1049h")
    with opened(home) as terminal:
        terminal.wait_for(QUESTION)
        terminal.hang_up()
        eventually(lambda: not terminal.running(), "the program ends")


def test_the_welcome_loads_neither_server_nor_network_nor_desk() -> None:
    code = "import sys, tui.welcome.app, tui.welcome.join, tui.welcome.running; print('\\n'.join(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60)
    loaded = set(done.stdout.split())
    assert not loaded & {"litestar", "sqlalchemy", "uvicorn", "httpx", "api.hub", "api.desk", "tui.app"}


def test_a_hub_that_says_nothing_keeps_nobody(home: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening, opened(home) as terminal:
        joining(terminal)
        terminal.send(f"http://127.0.0.1:{listening.getsockname()[1]}\rhandoff_token\r")
        terminal.wait_for("Asking the hub")
        terminal.send("\x1b")
        terminal.wait_for(QUESTION)
        terminal.send("q")
        assert terminal.wait_exit(8) == 0


def test_whoever_went_back_while_the_hub_was_asked_has_not_joined(
    running_hub: RunningHub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HANDOFF_HOME", str(tmp_path))
    monkeypatch.delenv("HANDOFF_TOKEN", raising=False)
    token = running_hub.user("Wanda Waver", "rep")
    profile = Profile(tmp_path)
    with pytest.raises(Refused, match="called off"):
        join_hub(profile, running_hub.url, token, lambda: False)
    assert profile.seen_connection() is None
    assert not profile.token_path.exists()
