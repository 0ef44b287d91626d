"""What is painted, and how often: over a real pseudo-terminal, counted in bytes, never in time."""

import termios
from pathlib import Path

import pytest

from bench.terminal import Terminal
from tests.running_hub import PROGRAM, RunningHub, eventually
from tests.terminal.test_pseudo_terminal import environment

LEADS = 30
PICTURE = 18_000
"""Bytes of one whole picture at 120×36, with room to spare."""


@pytest.fixture(scope="module")
def home(running_hub: RunningHub, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A rep's profile with more leads than fit on a screen."""
    folder = tmp_path_factory.mktemp("pace") / "home"
    team = "pace"
    token = running_hub.user("Rita Pace", "rep", team)
    for number in range(LEADS):
        running_hub.lead(team=team, name=f"Lead{number:02} Example", company="Example Bakery")
    with Terminal(
        [*PROGRAM, "connect", "hub", running_hub.url], env=environment(folder, HANDOFF_TOKEN=token)
    ) as terminal:
        assert terminal.wait_exit() == 0, terminal.text
    return folder


def opened(home: Path) -> Terminal:
    return Terminal(PROGRAM, columns=120, rows=36, env=environment(home))


def left(terminal: Terminal) -> None:
    terminal.send("q")
    assert terminal.wait_exit() == 0


def test_the_first_picture_is_painted_once(home: Path) -> None:
    with opened(home) as terminal:
        terminal.wait_for("live")
        raw = bytes(terminal.raw)
        left(terminal)
    assert raw.count(b"Lead07 Example") == 1, "a row that nothing happened to is painted once"
    assert len(raw) < PICTURE


def test_a_move_repaints_two_rows_and_the_lead(home: Path) -> None:
    with opened(home) as terminal:
        terminal.wait_for("live")
        terminal.drain(0.3)
        sizes = []
        for number in range(1, 11):
            before = len(terminal.raw)
            terminal.send("j")
            terminal.wait_for(lambda text, name=f"Lead{number:02} Example": text.count(name) >= 2)  # type: ignore[misc]
            terminal.drain(0.1)
            sizes.append(len(terminal.raw) - before)
        left(terminal)
    assert sum(sizes) / len(sizes) <= 6_000


def test_what_is_typed_while_the_program_starts_is_neither_shown_nor_lost(home: Path) -> None:
    with opened(home) as terminal:
        before = terminal.mode()

        def quiet() -> bool:
            flags = terminal.mode()[3]
            assert isinstance(flags, int)
            return not flags & (termios.ECHO | termios.ICANON)

        eventually(quiet, "the program took the terminal")
        for _ in range(3):
            terminal.send("j")
        terminal.wait_for(lambda text: text.count("Lead03 Example") >= 2)
        assert b"j" not in bytes(terminal.raw).partition(b"\x1b[?1049h")[0]
        left(terminal)
        assert terminal.mode()[3] == before[3]


def test_keys_typed_before_the_program_took_the_terminal_are_answered_too(home: Path) -> None:
    with opened(home) as terminal:
        terminal.send("jj")
        terminal.wait_for(lambda text: text.count("Lead02 Example") >= 2)
        left(terminal)
