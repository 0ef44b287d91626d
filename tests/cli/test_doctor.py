"""The doctor: says in plain words how it is, changes nothing, tells no secret, and hangs on nothing."""

import json
import os
import socket
import stat
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from api.local.lock import FileLock
from bench.terminal import Terminal
from tests.cli.conftest import Seat
from tests.cli.test_loading import SCREEN, SERVER, Ran
from tests.running_hub import PROGRAM, Done, RunningHub, free_port
from tui.doctor import terminal

MakeSeat = Callable[..., Seat]


@pytest.fixture
def token(hub: RunningHub, team: str) -> str:
    """A rep's token."""
    return hub.user("Rita Rep", "rep", team)


@pytest.fixture
def rita(hub: RunningHub, team: str, seat: MakeSeat, token: str) -> Seat:
    """A rep of the team, connected."""
    return seat("rita", hub, token)


def checks(done: Done) -> dict[str, list[Any]]:
    """Return what was found, by name."""
    found: dict[str, list[Any]] = {}
    for one in done.json["checks"]:
        found.setdefault(one["name"], []).append(one)
    return found


def states(done: Done) -> dict[str, str]:
    """Return how each thing stands."""
    return {name: ones[0]["state"] for name, ones in checks(done).items()}


def everything(folder: Path) -> dict[str, tuple[int, int, bytes]]:
    """Return every file with its mode, time and contents."""
    files = [path for path in sorted(folder.rglob("*")) if path.is_file()]
    return {str(path): (path.stat().st_mode, path.stat().st_mtime_ns, path.read_bytes()) for path in files}


def test_where_all_is_well_nothing_is_wrong_and_nothing_is_changed(
    rita: Seat, hub: RunningHub, team: str, token: str
) -> None:
    hub.lead(team)
    rita("sync")
    before = everything(rita.home)
    done = rita("doctor", "--json")
    assert done.code == 0, done.out
    found = states(done)
    wanted = {"folder", "permissions", "decisions", "mirror", "index", "settings", "open", "disk", "unsent"}
    assert {name for name in wanted if found.get(name) != "ok"} <= {"disk", "unsent"}
    assert [found[name] for name in ("hub", "token", "reachable", "account", "clock", "token valid")] == ["ok"] * 6
    said = {name: ones[0]["said"] for name, ones in checks(done).items()}
    assert "Rita Rep, rep" in said["account"]
    assert "until 20" in said["token valid"]
    assert done.json["wrong"] == 0
    assert everything(rita.home) == before
    text = rita("doctor")
    assert text.code == 0
    assert "✓ ok    Account: Rita Rep" in text.out
    assert token not in done.out + text.out + text.err


def test_without_a_profile_nothing_is_made(seat: MakeSeat) -> None:
    nobody = seat("nobody")
    done = nobody("doctor", "--json")
    assert done.code == 0
    assert states(done)["folder"] == states(done)["hub"] == "look"
    assert "“handoff”" in checks(done)["hub"][0]["do"]
    assert not nobody.home.exists()


def test_what_waits_is_counted_and_damage_is_found_and_left(rita: Seat, hub: RunningHub, team: str) -> None:
    leads = [hub.lead(team) for _ in range(2)]
    rita("sync")
    for lead in leads:
        assert rita("accept", lead, "--wait", "0").code == 3
    done = rita("doctor", "--json", "--offline")
    assert "2 decisions are saved here and not sent yet" in checks(done)["unsent"][0]["said"]
    outbox = rita.home / "outbox.journal"
    lines = outbox.read_bytes().splitlines(keepends=True)
    outbox.write_bytes(b"".join([*lines[:-1], lines[-1].replace(b"accept", b"accepx")]) + b"half a li")
    os.utime(outbox)
    before = everything(rita.home)
    done = rita("doctor", "--json", "--offline")
    assert done.code == 1
    (decisions,) = checks(done)["decisions"]
    assert (decisions["state"], decisions["said"]) == ("wrong", f"1 of {len(lines)} line is damaged in outbox.journal.")
    assert "copy" in decisions["do"]
    assert everything(rita.home) == before


def test_what_is_wrong_is_named_with_what_helps(rita: Seat) -> None:
    (rita.home / "token").chmod(0o644)
    (rita.home / "config.toml").write_text('\ntheme = "pink"\n')
    (rita.home / "mirror.journal").write_bytes(b"something else\n")
    done = rita("doctor", "--offline")
    assert done.code == 1
    assert "✗ wrong Permissions: Other accounts of this machine may read token (644)" in done.out
    assert f"chmod 600 {rita.home / 'token'}" in done.out
    assert "config.toml, line 2" in done.out
    assert "mirror.journal does not begin as such a file does" in done.out
    assert stat.S_IMODE((rita.home / "token").stat().st_mode) == 0o644
    (rita.home / "profile.json").write_text("{")
    done = rita("doctor", "--offline")
    assert done.code == 1
    assert "profile.json is damaged" in done.out


def test_a_window_that_holds_the_profile_is_named(rita: Seat) -> None:
    rita("sync")
    with FileLock(rita.home / "sync.lock"):
        said = checks(rita("doctor", "--json", "--offline"))["open"][0]["said"]
    assert "A window of this profile talks to the hub" in said
    if Path("/proc/locks").exists():
        assert str(os.getpid()) in said
    assert "No window" in checks(rita("doctor", "--json", "--offline"))["open"][0]["said"]


def test_a_token_that_is_no_good_and_a_hub_that_is_away(own_hub: RunningHub, seat: MakeSeat) -> None:
    token = own_hub.user("Otto Own", "rep")
    otto = seat("otto", own_hub, token)
    refused = otto("doctor", "--json", token="handoff_other")
    assert refused.code == 1
    assert states(refused)["reachable"] == "ok"
    assert "does not accept the token" in checks(refused)["account"][0]["said"]
    assert "HANDOFF_TOKEN" in checks(refused)["token"][0]["said"]
    (otto.home / "token").unlink()
    none = otto("doctor", "--json")
    assert states(none)["token"] == "wrong"
    own_hub.stop()
    away = otto("doctor", "--json", token=token)
    assert away.code == 1
    assert "can’t be reached" in checks(away)["reachable"][0]["said"]
    offline = otto("doctor", "--json", "--offline", token=token)
    assert offline.code == 0


@pytest.fixture
def silent() -> Iterator[int]:
    """A port on which somebody listens and says nothing."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        yield int(listening.getsockname()[1])


def moved(seat: Seat, hub: RunningHub, port: int) -> None:
    """Point a profile to another port."""
    for name in ("profile.json", "token"):
        path = seat.home / name
        path.write_text(path.read_text().replace(str(hub.port), str(port)))


def test_a_hub_that_says_nothing_does_not_hang_the_doctor(
    rita: Seat, hub: RunningHub, silent: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    moved(rita, hub, silent)
    monkeypatch.setattr("tui.doctor.hub.PATIENCE", 0.3)
    began = time.monotonic()
    done = rita("doctor", "--json")
    assert time.monotonic() - began < 8
    assert "did not answer within" in checks(done)["reachable"][0]["said"]
    assert done.code == 1


def test_a_check_that_never_ends_is_left(rita: Seat, monkeypatch: pytest.MonkeyPatch) -> None:
    def sleeping(*_: object) -> Iterator[Any]:
        time.sleep(30)
        yield from ()

    monkeypatch.setattr("tui.doctor.hub.the_hub", sleeping)
    monkeypatch.setattr("tui.cli.commands.doctor.HUB_LIMIT", 0.2)
    done = rita("doctor", "--json")
    assert done.code == 1
    assert "was left" in checks(done)["reachable"][0]["said"]


def test_a_server_that_is_no_hub(rita: Seat, hub: RunningHub) -> None:
    moved(rita, hub, free_port())
    assert "can’t be reached" in checks(rita("doctor", "--json"))["reachable"][0]["said"]


@pytest.mark.parametrize(
    ("environ", "state", "said"),
    [
        ({"TERM": "xterm-256color", "COLORTERM": "truecolor"}, "ok", "16 million"),
        ({"TERM": "xterm-256color"}, "ok", "256"),
        ({"TERM": "xterm-256color", "NO_COLOR": "1"}, "ok", "NO_COLOR"),
        ({"TERM": "linux"}, "look", "Few"),
        ({"TERM": "dumb"}, "wrong", "can’t be painted"),
        ({}, "wrong", "not set"),
    ],
)
def test_colours_are_told_from_the_environment(environ: dict[str, str], state: str, said: str) -> None:
    found = next(one for one in terminal.the_terminal(environ) if one.name == "colours")
    assert (found.state, said in found.said) == (state, True)


@pytest.mark.parametrize(
    ("options", "states", "words"),
    [
        ({"set-clipboard": "external", "escape-time": "10"}, ["ok", "ok"], "passes it on"),
        ({"set-clipboard": "off", "escape-time": "500"}, ["look", "look"], "set-clipboard external"),
    ],
)
def test_tmux_is_asked_how_it_is_set(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, options: dict[str, str], states: list[str], words: str
) -> None:
    fake = tmp_path / "tmux"
    cases = "".join(f"{name}) echo {value};;" for name, value in options.items())
    fake.write_text(f'#!/bin/sh\nfor last; do :; done\ncase "$last" in {cases} *) exit 1;; esac\n')
    fake.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    found = list(terminal.between({"TMUX": "/tmp/tmux,1,0"}))
    assert [one.state.value for one in found] == states
    assert words in found[0].said + found[0].do


def test_it_says_how_copying_reaches_one() -> None:
    found = list(terminal.between({"SSH_TTY": "/dev/pts/1", "TERM": "xterm-256color", "DISPLAY": ":0"}))
    assert [one.state.value for one in found] == ["ok", "ok"]
    assert all("OSC 52" in one.said for one in found)
    deaf = list(terminal.between({"TERM": "linux"}))
    assert (deaf[0].state.value, "Install" in deaf[0].do) == ("look", True)


# --- in a terminal


def in_terminal(home: Path, *arguments: str) -> Terminal:
    environ = {**os.environ, "HANDOFF_HOME": str(home), "HANDOFF_KEYRING": "off", "TERM": "xterm-256color"}
    environ.pop("TMUX", None)
    return Terminal([*PROGRAM, "doctor", *arguments], columns=100, rows=40, env=environ)


@pytest.mark.skipif(sys.platform == "win32", reason="needs a pseudo-terminal")
def test_a_wide_letter_is_measured_and_taken_away(tmp_path: Path) -> None:
    with in_terminal(tmp_path) as window:
        eventually_asked(window)
        window.send("\x1b[12;3R")
        window.wait_for("Painted two cells wide")
        assert window.wait_exit() == 0
        assert "漢" not in window.text
        assert "[12;3R" not in window.text


def eventually_asked(window: Terminal) -> None:
    """Wait until the program asks where the cursor is."""
    for _ in range(400):
        if b"\x1b[6n" in bytes(window.raw):
            return
        window.pump(0.05)
    raise AssertionError(window.text)


def test_keys_are_shown_as_they_arrive(tmp_path: Path) -> None:
    with in_terminal(tmp_path, "--keys") as window:
        window.wait_for("Press keys")
        before = window.mode()
        for keys, shown in (
            ("j", "down"),
            ("\x1b[A", "Esc [ A"),
            ("\x1b", "escape"),
            ("\x10", "^P"),
            ("\x1b[200~ab\x1b[201~", "pasted text"),
        ):
            window.send(keys)
            window.wait_for(shown)
        line = next(line for line in window.lines if line.startswith("Esc [ A"))
        assert line.split()[3:] == ["up", "up"]
        window.send("\x03")
        assert window.wait_exit() == 0
        assert window.mode()[3] != before[3], "the terminal takes lines again"


def test_keys_need_a_terminal(seat: MakeSeat) -> None:
    done = seat("nobody")("doctor", "--keys")
    assert done.code == 2
    assert "terminal" in done.err


def test_its_json_is_one_document(rita: Seat) -> None:
    done = rita("doctor", "--json", "--offline")
    told = json.loads(done.out)
    assert set(told) == {"checks", "ok", "look", "wrong"}
    assert sum(told[state] for state in ("ok", "look", "wrong")) == len(told["checks"])


def test_offline_it_loads_neither_network_nor_screen(rita: Seat) -> None:
    ran = Ran(rita.home, "doctor", "--offline")
    assert ran.code in (0, 1)
    assert not ran.loaded & (SCREEN | SERVER | {"httpx", "asyncio", "keyring"})
