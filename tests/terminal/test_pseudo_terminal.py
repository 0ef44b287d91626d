"""The installed program in a real pseudo-terminal: start, keys, resize, quit, and the terminal as it was before."""

import os
import re
import signal
import sys
from pathlib import Path

import psutil
import pytest

from bench.terminal import Terminal
from tests.running_hub import PROGRAM, RunningHub, eventually

HOSTILE = "Eve \x1b]0;owned\x07\x1b[31m [/b] [bold] \u202eevil"


def environment(home: Path, **more: str) -> dict[str, str]:
    """Return a person's environment with the profile in `home`."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("HANDOFF_")}
    return kept | {"HANDOFF_HOME": str(home), "HANDOFF_KEYRING": "off", "TERM": "xterm-256color"} | more


def opened(home: Path, columns: int = 120, rows: int = 36) -> Terminal:
    """Open the program in a terminal of that size."""
    return Terminal(PROGRAM, columns=columns, rows=rows, env=environment(home))


@pytest.fixture
def home(running_hub: RunningHub, tmp_path: Path) -> Path:
    """A rep's profile with three leads waiting, the second with a hostile name."""
    team = f"team-{tmp_path.name}"
    token = running_hub.user(f"Rita {tmp_path.name}", "rep", team)
    for name in ("Ana Example", HOSTILE, "Cy Specimen"):
        running_hub.lead(team=team, name=name, company="Example Bakery")
    folder = tmp_path / "home"
    with Terminal(
        [*PROGRAM, "connect", "hub", running_hub.url], env=environment(folder, HANDOFF_TOKEN=token)
    ) as terminal:
        assert terminal.wait_exit() == 0, terminal.text
    return folder


def test_start_decide_quit_and_the_terminal_is_as_it_was(home: Path) -> None:
    with opened(home) as terminal:
        terminal.wait_for("Ana Example")
        terminal.wait_for("live")
        terminal.send("a")
        terminal.wait_for("Accepted Ana Example")
        terminal.send("u")
        terminal.wait_for("Undone")
        terminal.send("q")
        assert terminal.wait_exit() == 0
        raw = bytes(terminal.raw)
    assert raw.rindex(b"\x1b[?1049l") > raw.index(b"\x1b[?1049h"), "the alternate screen is left"
    assert raw.rindex(b"\x1b[?25h") > raw.rindex(b"\x1b[?25l"), "the cursor shows again"
    for mode in (b"1000", b"1003", b"1006", b"2004"):
        if b"\x1b[?%sh" % mode in raw:
            assert raw.rindex(b"\x1b[?%sl" % mode) > raw.rindex(b"\x1b[?%sh" % mode), f"mode {mode!r} is switched off"


def test_the_shell_behind_it_works_as_before(home: Path) -> None:
    script = f"{' '.join(PROGRAM)}; stty -a | tr ' ;' '\\n\\n' | grep -xE -- '-?(echo|icanon|isig)'; echo done=$?"
    with Terminal(["/bin/sh", "-c", script], columns=120, rows=36, env=environment(home)) as terminal:
        terminal.wait_for("Ana Example")
        terminal.send("q")
        assert terminal.wait_exit() == 0
        raw = bytes(terminal.raw)
    after = raw[raw.rindex(b"\x1b[?1049l") :].decode()
    assert re.search(r"isig\r\nicanon\r\necho\r\n(.*\r\n)*done=0\r\n", after), after


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP], ids=["polite kill", "closed window"])
def test_it_ends_when_it_is_told_to(home: Path, number: signal.Signals) -> None:
    with opened(home) as terminal:
        terminal.wait_for("Ana Example")
        os.kill(terminal.pid, number)
        terminal.wait_exit(10)


def test_resizing_keeps_the_lead_under_the_cursor(home: Path) -> None:
    with opened(home) as terminal:
        terminal.wait_for("live")
        terminal.send("jj")
        terminal.wait_for(lambda text: text.count("Cy Specimen") >= 2)
        for columns, rows in ((80, 24), (200, 60), (100, 30)):
            terminal.resize(columns, rows)
            terminal.wait_for(
                lambda text: "? help" in text.splitlines()[-1] and text.count("Cy Specimen") >= 2,
            )
        terminal.resize(40, 10)
        terminal.wait_for("too small")
        terminal.resize(120, 36)
        terminal.wait_for(lambda text: text.count("Cy Specimen") >= 2)
        terminal.send("q")
        assert terminal.wait_exit() == 0


def test_hostile_text_never_reaches_the_terminal_as_a_command(home: Path) -> None:
    with opened(home) as terminal:
        terminal.wait_for("Cy Specimen")
        terminal.send("j")
        terminal.wait_for(lambda text: text.count("Eve") >= 2)
        terminal.send("r")
        terminal.wait_for("Not our target")
        terminal.send("s")
        terminal.wait_for("Rejected Eve")
        terminal.send("q")
        assert terminal.wait_exit() == 0
        raw = bytes(terminal.raw)
        assert "[/b]" in terminal.text or b"[/b]" in raw
    assert b"owned\x07" not in raw
    assert b"\x1b]0;owned" not in raw
    assert "\u202e".encode() not in raw


def test_a_lead_posted_by_another_process_shows_in_the_running_program(home: Path, running_hub: RunningHub) -> None:
    team = f"team-{home.parent.name}"
    with opened(home) as terminal:
        terminal.wait_for("live")
        running_hub.lead(team=team, name="Newly Arrived")
        terminal.wait_for("Newly Arrived")
        terminal.wait_for("1 new lead")
        terminal.send("q")
        assert terminal.wait_exit() == 0


def test_ctrl_q_and_ctrl_c_twice_quit_too(home: Path) -> None:
    for keys in ("\x11", "\x03\x03"):
        with opened(home) as terminal:
            terminal.wait_for("Ana Example")
            terminal.drain()
            for key in keys:
                terminal.send(key)
                terminal.drain()
            assert terminal.wait_exit() == 0


def test_the_demo_opens_on_a_hub_of_its_own_and_ends_both(tmp_path: Path) -> None:
    argv = [*PROGRAM, "demo", "--leads", "40", "--arrivals", "0"]
    env = environment(tmp_path / "unused", TMPDIR=str(tmp_path))
    with Terminal(argv, columns=120, rows=36, env=env) as terminal:
        terminal.wait_for("live", 40)
        children = psutil.Process(terminal.pid).children(recursive=True)
        assert children, "the hub is a process of its own"
        terminal.send("q")
        assert terminal.wait_exit() == 0
    assert not [child for child in children if child.is_running() and child.status() != psutil.STATUS_ZOMBIE]
    assert not list(tmp_path.glob("handoff-demo-*")), "nothing stays behind"


def test_a_killed_demo_takes_its_hub_along(tmp_path: Path) -> None:
    argv = [*PROGRAM, "demo", "--leads", "40", "--arrivals", "0"]
    env = environment(tmp_path / "unused", TMPDIR=str(tmp_path))
    with Terminal(argv, columns=120, rows=36, env=env) as terminal:
        terminal.wait_for("live", 40)
        children = psutil.Process(terminal.pid).children(recursive=True)
        os.kill(terminal.pid, signal.SIGKILL)
        terminal.wait_exit()
    eventually(lambda: not any(child.is_running() for child in children), "the hub has ended too", 20)


def test_a_folder_named_api_where_the_user_stands_is_not_imported(home: Path, tmp_path: Path) -> None:
    trap = tmp_path / "work"
    (trap / "api").mkdir(parents=True)
    (trap / "api" / "__init__.py").write_text("raise SystemExit('imported the wrong api')")
    installed = Path(sys.executable).with_name("handoff")
    if not installed.exists():
        pytest.skip("the command handoff is not installed beside this Python")
    with Terminal([str(installed), "status"], env=environment(home), cwd=str(trap)) as terminal:
        assert terminal.wait_exit() == 0, terminal.text
        assert "wrong api" not in terminal.text


def test_keys_that_come_in_one_read_do_what_they_were_meant_for(home: Path) -> None:
    with opened(home) as terminal:
        terminal.wait_for("live")
        terminal.send("/ab")
        terminal.wait_for("find  ab")
        terminal.send("\x1b")
        terminal.wait_for(lambda text: "find  ab" not in text)
        terminal.send("rs")
        terminal.wait_for("Rejected Ana Example")
        assert "Accepted" not in terminal.text
        terminal.send("/q")
        terminal.wait_for("find  q")
        terminal.send("\x1b")
        terminal.wait_for(lambda text: "find  q" not in text)
        terminal.send("q")
        assert terminal.wait_exit() == 0
