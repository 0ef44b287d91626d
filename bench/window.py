"""The program in its window: opened, typed into, measured at the terminal."""

import re
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import msgspec

from bench.program import environment, handoff
from bench.scene import queue
from bench.terminal import Terminal

HELLO = [sys.executable, "-P", str(Path(__file__).with_name("hello.py"))]
HELLO_TEXT = "hello hello"
COLUMNS, ROWS = 120, 40
QUIET = 0.06
"""Seconds without a byte after which a repaint is over."""
LOST = 1.0
"""Seconds after which a key without an answer is given up."""


class Answer(msgspec.Struct, frozen=True):
    """How a key was answered: ms to the first and the last byte, and how many bytes."""

    first: float
    last: float
    size: int


def open_hello(home: Path) -> Terminal:
    """Open the empty app in a terminal as large."""
    return Terminal(HELLO, columns=COLUMNS, rows=ROWS, env=environment(home), watch=False)


def open_window(home: Path) -> Terminal:
    """Open the program; nothing is read into a screen before somebody looks."""
    return Terminal(handoff(), columns=COLUMNS, rows=ROWS, env=environment(home), watch=False)


def ready(home: Path) -> Terminal:
    """Open the program and wait until its first screen stands and is quiet."""
    title = queue(home, 1)[0].title
    terminal = open_window(home)
    terminal.when(title[:14], 60)
    terminal.drain(0.5, 5.0)
    return terminal


def leave(terminal: Terminal) -> None:
    """Leave by the program's own key."""
    terminal.send("q")
    terminal.wait_exit(20)


def start(home: Path, text: str) -> float:
    """Open the program and return the ms from spawn to `text` on the screen."""
    with open_window(home) as terminal:
        return _seen(terminal, text)


def hello_start(home: Path) -> float:
    """Return the ms from hello's spawn to its text."""
    with open_hello(home) as terminal:
        return _seen(terminal, HELLO_TEXT)


def _seen(terminal: Terminal, text: str) -> float:
    seen = terminal.when(text, 60)
    leave(terminal)
    return (seen - terminal.started) * 1_000


def card_line(text: str) -> str:
    """Return the card's first line, which names the lead under the cursor."""
    lines = text.splitlines()
    return lines[1].rpartition("│")[2].strip() if len(lines) > 1 else ""


def cursor_line(text: str) -> str:
    """Return the queue's line under the cursor."""
    return next((line.partition("│")[0] for line in text.splitlines() if line.startswith("▌")), "")


def waiting(text: str) -> int:
    """Return how many leads wait, as the header counts them; -1 when it does not say."""
    # Spaces that do not break stand between its digits.
    found = re.search(r"(\d[\d\s]*) wait", text.partition("\n")[0])
    return int("".join(found[1].split())) if found else -1


def press(terminal: Terminal, keys: Sequence[str]) -> list[Answer]:
    """Press one key after another, each when the one before is answered and painted."""
    answers = []
    terminal.drain(QUIET)
    for key in keys:
        # What was painted on its own account since the last look is no answer.
        terminal.drain(0.001)
        at = terminal.send(key)
        chunk = terminal.pump(LOST)
        first = (time.perf_counter() - at) * 1_000
        count, end = terminal.drain(QUIET)
        answers.append(Answer(first, max((end - at) * 1_000, first) if count else first, len(chunk) + count))
    return answers


def answered(terminal: Terminal, key: str) -> tuple[float, float]:
    """Press a key that moves to another lead; return the ms until the cursor is there, and until the card shows it.

    For screens on which other things are painted meanwhile: the first byte is not the answer there.
    """
    terminal.look()
    row, card = cursor_line(terminal.text), card_line(terminal.text)
    found: list[float | None] = [None, None]
    at = terminal.send(key)
    wait = 0.06
    while None in found and time.perf_counter() < at + LOST:
        until = time.perf_counter() + wait
        while (left := until - time.perf_counter()) > 0:
            terminal.pump(left)
        new = terminal.look(
            lambda text: cursor_line(text) not in ("", row), lambda text: card_line(text) not in ("", card)
        )
        found = [old if old is not None else one for old, one in zip(found, new, strict=True)]
        wait *= 2
    moved, shown = (LOST * 1_000 if one is None else (one - at) * 1_000 for one in found)
    return moved, shown
