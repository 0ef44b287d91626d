"""From a key to its answer: moving, finding, deciding; a key held down; a slow line."""

import time
from collections.abc import Iterator
from pathlib import Path

from bench.scene import Scene
from bench.table import Figure, median, spread, waited
from bench.terminal import Terminal
from bench.window import LOST, QUIET, Answer, leave, press, ready

PAGES = ["\x1b[6~", "\x1b[5~"]
HELD = 60
"""How often a key that is held down comes, at this rate a second."""
A_SECOND = 30
SLOW = 10_000
"""Bytes a second that a slow line carries."""
WORDS = ("bakery", "north", "webinar")


def moving(scene: Scene) -> Iterator[Figure]:
    """Time from a key to the first and the last byte of the answer, and the bytes, per number of leads."""
    base: dict[str, float] = {}
    for leads in scene.sizes:
        ends = leads in (scene.least, scene.most)
        with ready(scene.home(leads)) as terminal:
            # There and back again, so that a short queue is not at its end.
            steps = press(terminal, [*["j"] * 50, *["k"] * 50] * (2 if ends else 1))
            pages = press(terminal, PAGES * 20)
            jumps = press(terminal, ["G", "g"] * 20) if ends else []
            leave(terminal)
        yield from _moved("j", steps, leads, 8, base)
        yield waited(f"j: first byte, {leads:,} leads", _first(steps), 20, 0.99)
        yield waited(f"j: last byte, {leads:,} leads", [one.last for one in steps], 30)
        yield from _moved("page", pages, leads, 12, base)
        if jumps:
            yield from _moved("first and last lead (g, G)", jumps, leads, 12, base)
        yield Figure(
            what=f"bytes per j, {leads:,} leads (mean)",
            value=sum(one.size for one in steps) / len(steps) / 1_000,
            unit="kB",
            bar=6,
            bar_on="value",
            spread=f"n={len(steps)}",
        )


def _first(answers: list[Answer]) -> list[float]:
    return [one.first for one in answers]


def _moved(key: str, answers: list[Answer], leads: int, bar: float, base: dict[str, float]) -> Iterator[Figure]:
    """Yield the median wait, and how it stands to that of the first number of leads, which `base` remembers."""
    figure = waited(f"{key}: first byte, {leads:,} leads", _first(answers), bar, line=key, leads=leads)
    yield figure
    if key in base:
        yield Figure(
            what=f"{key}: {leads:,} leads, against the fewest",
            value=figure.value,
            base=base[key],
            bar=1.25,
            bar_on="flat",
        )
    base.setdefault(key, figure.value)


def holding(scene: Scene) -> Iterator[Figure]:
    """A key held down, as it repeats and all at once: from the last one to the final picture; and the bytes."""
    for rate, bar in ((A_SECOND, 30.0), (0, 100.0)):
        ends: list[float] = []
        sizes: list[int] = []
        with ready(scene.home(scene.most)) as terminal:
            for key in "jkjkjk":
                end, size = _held(terminal, key, rate)
                ends.append(end)
                sizes.append(size)
            leave(terminal)
        how = f"j held, {HELD} times" + (f" at {rate}/s" if rate else " at once")
        yield waited(f"{how}: last key to final picture", ends, bar)
        yield Figure(
            what=f"{how}: bytes a key",
            value=median(sizes) / HELD / 1_000,
            unit="kB",
            bar=6,
            bar_on="value",
            spread=spread([size / HELD / 1_000 for size in sizes]),
        )


def _held(terminal: Terminal, key: str, rate: int) -> tuple[float, int]:
    before = len(terminal.raw)
    at = terminal.send(key * (1 if rate else HELD))
    for _ in range(HELD - 1 if rate else 0):
        until = at + 1 / rate
        while (left := until - time.perf_counter()) > 0:
            terminal.pump(left)
        at = terminal.send(key)
    terminal.pump(LOST)
    arrived = time.perf_counter()
    count, end = terminal.drain(0.15, 10)
    end = end if count else arrived
    return max(end - at, 0.0) * 1_000, len(terminal.raw) - before


def slow_line(scene: Scene) -> Iterator[Figure]:
    """A key held down on a line that carries 10 kB/s: how long after the last one the final picture stands."""
    ends, sizes = [], []
    with ready(scene.home(scene.most)) as terminal:
        for key in "jk":
            before = len(terminal.raw)
            line = _SlowLine(terminal)
            at = time.perf_counter()
            for turn in range(HELD):
                line.carry(at + turn / A_SECOND)
                terminal.send(key)
            pressed = time.perf_counter()
            ends.append((line.rest() - pressed) * 1_000)
            sizes.append((len(terminal.raw) - before) / 1_000)
        leave(terminal)
    yield Figure(
        what=f"line of {SLOW // 1_000} kB/s, j held {HELD} times: last key to final picture",
        value=median(ends),
        bar=3_000,
        bar_on="value",
        spread=spread(ends),
    )
    yield Figure(
        what=f"line of {SLOW // 1_000} kB/s, j held {HELD} times: bytes in all",
        value=median(sizes),
        unit="kB",
        spread=spread(sizes),
    )


class _SlowLine:
    """Reads from the terminal no faster than the line carries, as a modem between it and the person would."""

    GULP = 250

    def __init__(self, terminal: Terminal) -> None:
        self._terminal = terminal
        self._free = time.perf_counter()

    def carry(self, until: float) -> None:
        """Read what the line carries until then."""
        while (now := time.perf_counter()) < until:
            if self._free > now:
                time.sleep(min(self._free, until) - now)
            elif chunk := self._terminal.pump(until - now, self.GULP):
                self._free = max(self._free, time.perf_counter() - 0.05) + len(chunk) / SLOW

    def rest(self, seconds: float = 60.0) -> float:
        """Read until nothing comes any more, for so many seconds at most; return when the last byte was through."""
        end = time.perf_counter() + seconds
        while time.perf_counter() < end:
            time.sleep(max(0.0, self._free - time.perf_counter()))
            chunk = self._terminal.pump(0.3, self.GULP)
            if not chunk:
                break
            self._free = max(self._free, time.perf_counter() - 0.05) + len(chunk) / SLOW
        return self._free


def finding(scene: Scene) -> Iterator[Figure]:
    """Time from each letter of a search to the first and the last byte of the answer."""
    for leads in scene.sizes:
        answers: list[Answer] = []
        with ready(scene.home(leads)) as terminal:
            for word in WORDS:
                terminal.send("/")
                terminal.drain(QUIET)
                answers += press(terminal, word)
                terminal.send("\x1b")
                terminal.drain(0.3)
            leave(terminal)
        last = [one.last for one in answers]
        yield waited(f"filter as you type, {leads:,} leads: first byte", _first(answers), 20)
        yield waited(f"filter as you type, {leads:,} leads: last byte", last, 40, line="filter", leads=leads)


def accepting(scene: Scene) -> Iterator[Figure]:
    """Time from `a` to the line that says it is saved, which comes after the flush."""
    for leads in scene.sizes:
        times = 60 if leads == scene.most else 20
        waits = _accepted(scene.spare(leads), min(times, leads // 4))
        yield waited(f"accept: key to saved, {leads:,} leads", waits, 15, line="accept", leads=leads)
        if leads == scene.most:
            yield waited(f"accept: key to saved, {leads:,} leads", waits, 40, 0.99)


def _accepted(home: Path, times: int) -> list[float]:
    waits: list[float] = []
    with ready(home) as terminal:
        for _ in range(times):
            terminal.drain(QUIET)
            before = len(terminal.raw)
            at = terminal.send("a")
            end = at + 5
            while b"ccepted" not in terminal.raw[before:] and time.perf_counter() < end:
                terminal.pump(0.5)
            waits.append((time.perf_counter() - at) * 1_000)
        leave(terminal)
    return waits
