"""What a person at the terminal waits for: start, keys, decisions, finding, memory, bytes."""

import sys
import time
from collections.abc import Sequence
from pathlib import Path

import psutil

from bench.scene import HANDOFF, environment, queue_titles
from bench.table import Figure, median, spread, waited
from bench.terminal import Terminal

HELLO = [sys.executable, "-P", str(Path(__file__).with_name("hello.py"))]
COLUMNS, ROWS = 120, 40
QUIET = 0.04
"""Seconds without a byte after which a repaint is over."""


def _open(argv: Sequence[str], home: Path, *, watch: bool = True) -> Terminal:
    return Terminal(argv, columns=COLUMNS, rows=ROWS, env=environment(home), watch=watch)


def start(homes: dict[int, Path], runs: int = 11) -> list[Figure]:
    """Time from spawn to the first painted queue, interleaved with hello, per number of leads."""
    firsts = {leads: queue_titles(home, 1)[0] for leads, home in homes.items()}
    times: dict[int, list[float]] = {0: []} | {leads: [] for leads in homes}
    scratch = next(iter(homes.values()))
    for turn in range(runs + 1):
        for leads, taken in times.items():
            argv, home = (HELLO, scratch) if leads == 0 else ([HANDOFF], homes[leads])
            with _open(argv, home) as terminal:
                seen = terminal.wait_for(firsts.get(leads, "hello hello")[:14], 60)
                if turn:
                    taken.append((seen - terminal.started) * 1_000)
                _leave(terminal)
    hello = median(times[0])
    return [Figure(what="hello: spawn to text", value=hello, spread=spread(times[0]))] + [
        Figure(
            what=f"start to first painted queue, {leads:,} leads",
            value=median(times[leads]),
            base=hello,
            bar=1.25,
            spread=spread(times[leads]),
        )
        for leads in homes
    ]


def type_ahead(home: Path, runs: int = 11) -> list[Figure]:
    """Time from spawn until a `j`, typed 30 ms after it, is answered: the second lead stands in the card."""
    second = queue_titles(home, 2)[1]
    hellos, times = [], []
    for _ in range(runs):
        with _open(HELLO, home) as terminal:
            hellos.append((terminal.wait_for("hello hello") - terminal.started) * 1_000)
            _leave(terminal)
        with _open([HANDOFF], home) as terminal:
            time.sleep(max(0.0, terminal.started + 0.03 - time.perf_counter()))
            terminal.send("j")
            # In the queue its name stands once; under the cursor it stands in the card too.
            seen = terminal.wait_for(lambda text: text.count(second[:12]) >= 2, 60)
            times.append((seen - terminal.started) * 1_000)
            _leave(terminal)
    return [
        Figure(
            what="type-ahead: j sent at 30 ms, answered",
            value=median(times),
            base=median(hellos),
            bar=1.5,
            spread=spread(times),
        )
    ]


def keys(homes: dict[int, Path], presses: int = 200) -> list[Figure]:
    """Time from a key to the first and the last byte of the answer, and the bytes, per number of leads."""
    figures: list[Figure] = []
    for leads, home in homes.items():
        with _ready(home) as terminal:
            # There and back again, so that a short queue is not at its end.
            first, last, size = _press(terminal, [*["j"] * 50, *["k"] * 50] * (presses // 100))
            pages, _, _ = _press(terminal, ["\x1b[6~", "\x1b[5~"] * 20)
            _leave(terminal)
        kilobytes = sum(size) / len(size) / 1_000
        figures += [
            waited(f"j: first byte, {leads:,} leads", first, 8),
            waited(f"j: first byte, {leads:,} leads", first, 20, 0.99),
            waited(f"j: last byte, {leads:,} leads", last, 30),
            waited(f"page down: first byte, {leads:,} leads", pages, 12),
            Figure(what=f"bytes per j, {leads:,} leads (mean)", value=kilobytes, unit="kB", bar=6, bar_on="value"),
        ]
    return figures


def finding(home: Path, leads: int) -> list[Figure]:
    """Time from each letter of a search to the first and the last byte of the answer."""
    first: list[float] = []
    last: list[float] = []
    with _ready(home) as terminal:
        for word in ("bakery", "north", "webinar"):
            terminal.send("/")
            terminal.drain(QUIET)
            for letter in word:
                one, two, _ = _press(terminal, [letter])
                first += one
                last += two
            terminal.send("\x1b")
            terminal.drain(0.3)
        _leave(terminal)
    return [
        waited(f"filter as you type, {leads:,} leads: first byte", first, 20),
        waited(f"filter as you type, {leads:,} leads: last byte", last, 40),
    ]


def accepting(home: Path, leads: int, times: int = 60) -> list[Figure]:
    """Time from `a` to the line that says it is saved, which comes after the flush."""
    waits: list[float] = []
    # Reading the bytes into a screen would take longer than painting them did.
    with _ready(home, watch=False) as terminal:
        for _ in range(times):
            terminal.drain(QUIET)
            before = len(terminal.raw)
            at = terminal.send("a")
            end = time.perf_counter() + 5
            while b"ccepted" not in terminal.raw[before:] and time.perf_counter() < end:
                terminal.pump(0.5)
            waits.append((time.perf_counter() - at) * 1_000)
        _leave(terminal)
    return [
        waited(f"accept: key to saved, {leads:,} leads", waits, 15),
        waited(f"accept: key to saved, {leads:,} leads", waits, 40, 0.99),
    ]


def memory(homes: dict[int, Path]) -> list[Figure]:
    """Resident memory once the first screen stands and has gone quiet, against hello's."""
    figures = []
    with _open(HELLO, next(iter(homes.values()))) as terminal:
        terminal.wait_for("hello hello")
        terminal.drain(0.5)
        hello = _resident(terminal.pid)
        _leave(terminal)
    for leads, home in homes.items():
        with _ready(home) as terminal:
            terminal.drain(1.0, 5.0)
            figures.append(
                Figure(
                    what=f"memory, {leads:,} leads",
                    value=_resident(terminal.pid),
                    unit="MB",
                    base=hello,
                    bar=30 if leads <= 10_000 else 70,
                    bar_on="over",
                )
            )
            _leave(terminal)
    return figures


def _ready(home: Path, *, watch: bool = True) -> Terminal:
    title = queue_titles(home, 1)[0]
    terminal = _open([HANDOFF], home, watch=True)
    terminal.wait_for(lambda text: title[:14] in text, 60)
    terminal.drain(0.5, 5.0)
    terminal.watch = watch
    return terminal


def _press(terminal: Terminal, keys: Sequence[str]) -> tuple[list[float], list[float], list[int]]:
    first, last, sizes = [], [], []
    watched, terminal.watch = terminal.watch, False
    for key in keys:
        terminal.drain(QUIET)
        at = terminal.send(key)
        chunk = terminal.pump(1.0)
        first.append((time.perf_counter() - at) * 1_000)
        count, end = terminal.drain(QUIET)
        last.append(max((end - at) * 1_000, first[-1]) if count else first[-1])
        sizes.append(len(chunk) + count)
    terminal.watch = watched
    return first, last, sizes


def _resident(pid: int) -> float:
    return float(psutil.Process(pid).memory_info().rss) / 1e6


def _leave(terminal: Terminal) -> None:
    terminal.send("q")
    terminal.wait_exit(10)
