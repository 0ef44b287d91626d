"""Trying it out on a real pseudo-terminal: it starts, it shows leads, it ends, and nothing stays behind."""

import os
import signal
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from bench.terminal import Terminal
from tests.running_hub import PROGRAM, eventually, program
from tui.cli.commands import demo
from tui.cli.errors import Failed

SHOWN = "Marketing-qualified lead"
needs_proc = pytest.mark.skipif(not Path("/proc/self/cmdline").exists(), reason="looks for processes in /proc")


@pytest.fixture
def temporary(tmp_path: Path) -> Path:
    """The folder for temporary files, empty."""
    path = tmp_path / "temporary"
    path.mkdir()
    return path


def opened(arguments: list[str], home: Path, temporary: Path) -> Terminal:
    """Start the program on a terminal of its own."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("HANDOFF_") and name != "NO_COLOR"}
    changes = {"HANDOFF_HOME": str(home), "TMPDIR": str(temporary), "TERM": "xterm-256color"}
    return Terminal([*PROGRAM, *arguments], env=kept | changes)


@pytest.fixture
def window(tmp_path: Path, temporary: Path) -> Iterator[Terminal]:
    """A running demo of twenty leads."""
    with opened(["demo", "--leads", "20", "--arrivals", "0"], tmp_path / "home", temporary) as terminal:
        yield terminal


def hubs(temporary: Path) -> list[int]:
    """Return the ids of the sample hubs that work in `temporary`."""
    found = []
    for entry in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            words = entry.read_bytes()
        except OSError:
            continue  # it ended while we looked
        if b"demo_hub" in words and str(temporary).encode() in words:
            found.append(int(entry.parent.name))
    return found


def left(terminal: Terminal) -> bool:
    """Say whether the program's own screen was left again."""
    raw = bytes(terminal.raw)
    return raw.count(b"\x1b[?1049h") == raw.count(b"\x1b[?1049l") > 0


@needs_proc
def test_it_shows_leads_and_quitting_ends_both(window: Terminal, temporary: Path) -> None:
    window.wait_for(SHOWN)
    assert hubs(temporary)
    window.send("q")
    assert window.wait_exit() == 0
    assert left(window)
    assert hubs(temporary) == []
    eventually(lambda: not list(temporary.iterdir()), "nothing stays behind", 10)


@needs_proc
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_a_closed_window_ends_both(window: Terminal, temporary: Path, number: signal.Signals) -> None:
    window.wait_for(SHOWN)
    os.kill(window.pid, number)
    assert window.wait_exit() == 128 + number
    assert left(window)
    assert hubs(temporary) == []
    eventually(lambda: not list(temporary.iterdir()), "nothing stays behind", 10)


@needs_proc
@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_stopped_during_start_up_nothing_stays_behind(
    tmp_path: Path, temporary: Path, number: signal.Signals, code: int
) -> None:
    with opened(["demo", "--leads", "20000"], tmp_path / "home", temporary) as terminal:
        eventually(lambda: hubs(temporary), "the hub is being started")
        os.kill(terminal.pid, number)
        assert terminal.wait_exit() == code
        assert b"Traceback" not in terminal.raw
        assert hubs(temporary) == []
        eventually(lambda: not list(temporary.iterdir()), "nothing stays behind", 10)


@needs_proc
def test_the_hub_ends_even_when_the_program_is_killed(window: Terminal, temporary: Path) -> None:
    window.wait_for(SHOWN)
    os.kill(window.pid, signal.SIGKILL)
    window.wait_exit()
    eventually(lambda: not hubs(temporary), "the hub ends")
    (
        eventually(lambda: not list(temporary.iterdir()), "nothing stays behind", 10),
        "what it could not remove itself, the hub has removed",
    )


@needs_proc
@pytest.mark.parametrize("leads", ["20", "20000"], ids=["open", "starting"])
def test_closing_the_terminal_leaves_nothing(tmp_path: Path, temporary: Path, leads: str) -> None:
    with opened(["demo", "--leads", leads, "--arrivals", "0"], tmp_path / "home", temporary) as terminal:
        if leads == "20":
            terminal.wait_for(SHOWN)
        else:
            eventually(lambda: hubs(temporary), "the hub is being started")
        terminal.hang_up()
        eventually(lambda: not terminal.running(), "the program ends")
    eventually(lambda: not hubs(temporary), "the hub ends")
    eventually(lambda: not list(temporary.iterdir()), "nothing stays behind", 10)


@needs_proc
def test_closing_the_terminal_of_a_program_that_started_it_leaves_nothing(tmp_path: Path, temporary: Path) -> None:
    # As make does: it outlives the terminal, waiting for its child, whom the system tells nothing.
    waiting = (
        "import signal, subprocess, sys\n"
        "signal.signal(signal.SIGHUP, lambda *_: None)\n"
        "sys.exit(subprocess.run(sys.argv[1:]).returncode)"
    )
    command = [sys.executable, "-c", waiting, *PROGRAM, "demo", "--leads", "20", "--arrivals", "0"]
    environ = {**os.environ, "HANDOFF_HOME": str(tmp_path / "home"), "TMPDIR": str(temporary), "TERM": "xterm-256color"}
    with Terminal(command, env=environ) as terminal:
        terminal.wait_for(SHOWN)
        terminal.hang_up()
        eventually(lambda: not terminal.running(), "both programs end")
    eventually(lambda: not hubs(temporary), "the hub ends")
    eventually(lambda: not list(temporary.iterdir()), "nothing stays behind", 10)


def test_the_profile_of_the_person_is_left_alone(window: Terminal, tmp_path: Path) -> None:
    window.wait_for(SHOWN)
    os.kill(window.pid, signal.SIGTERM)
    window.wait_exit()
    assert not (tmp_path / "home" / "profile.json").exists()
    assert not (tmp_path / "home" / "outbox.journal").exists()


def test_without_a_terminal_it_is_a_sentence(tmp_path: Path) -> None:
    done = program("demo", home=tmp_path)
    assert done.code == 2
    assert done.out == ""
    assert "terminal" in done.err


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("import sys; sys.exit('The port is taken.')", "The port is taken."),
        ("print('hello')", "code 0"),
        ("raise RuntimeError('\\x1b[31mno')", "RuntimeError"),
    ],
)
def test_a_hub_that_does_not_start_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, source: str, said: str
) -> None:
    (tmp_path / "broken_hub.py").write_text(source)
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    monkeypatch.setattr(demo, "MODULE", "broken_hub")
    with pytest.raises(Failed, match="did not start") as caught, demo.hub(tmp_path, []):
        pass
    assert said in caught.value.sentence
    assert caught.value.sentence.isprintable()


# --- opening on a profile


def test_an_error_nobody_foresaw_ends_the_program_with_a_sentence(tmp_path: Path, temporary: Path) -> None:
    code = (
        "import sys, tui.app\n"
        "def broken(self):\n"
        "    secret = 'handoff_' + 's3cret' * 8\n"
        "    raise RuntimeError('broken on purpose: ' + secret)\n"
        "tui.app.HandoffApp.on_mount = broken\n"
        "from tui.cli.main import main\n"
        "sys.exit(main(['demo', '--leads', '5', '--arrivals', '0']))"
    )
    home = tmp_path / "home"
    environ = {**os.environ, "HANDOFF_HOME": str(home), "TMPDIR": str(temporary), "TERM": "xterm-256color"}
    with Terminal([sys.executable, "-P", "-c", code], env=environ) as terminal:
        assert terminal.wait_exit() == 1
        assert left(terminal)
        assert b"Traceback" not in terminal.raw
        assert b"s3cret" not in terminal.raw
        assert "did not foresee (RuntimeError)" in terminal.text
    eventually(lambda: not list(temporary.iterdir()), "nothing stays behind", 10)
    log = (home / "errors.log").read_text()
    assert "broken on purpose" in log
    assert "s3cret" not in log.replace("'s3cret' * 8", "")


def test_without_a_profile_and_a_terminal_it_says_the_three_ways_on(tmp_path: Path) -> None:
    done = program(home=tmp_path / "home")
    assert (done.code, done.out) == (2, "")
    for way in ("handoff demo", "handoff connect hub URL", "handoff serve"):
        assert way in done.err


def test_a_broken_settings_file_is_named_on_the_first_page(tmp_path: Path, temporary: Path) -> None:
    home = tmp_path / "home"
    home.mkdir()
    (home / "config.toml").write_text('\ntheme = "pink"\n')
    with opened([], home, temporary) as terminal:
        terminal.wait_for("config.toml, line 2")
        terminal.send("q")
        assert terminal.wait_exit() == 0
