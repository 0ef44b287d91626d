"""The command line, as a script waits for it."""

import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

from bench.program import environment, handoff
from bench.scene import Scene, queue
from bench.table import Figure, Missing, median, spread

BULK = 500
"""Leads accepted by one command."""


def commands(scene: Scene) -> Iterator[Figure | Missing]:
    """Whole commands, and a decision until it is on the disk; against an interpreter that does nothing."""
    leads = scene.most
    home = scene.spare(leads)
    nothing = [sys.executable, "-P", "-c", "pass"]
    wanted: dict[str, tuple[Sequence[str], float]] = {
        "handoff --version": (handoff("--version"), 60),
        f"handoff next, {leads:,} leads": (handoff("next"), 150),
    }
    if subprocess.run(handoff("next", "--help"), env=environment(home), capture_output=True, check=False).returncode:
        wanted.popitem()
        yield Missing("handoff next", "this version has no such command")
    bases: list[float] = []
    times: dict[str, list[float]] = {what: [] for what in wanted}
    for turn in range(scene.runs + 1):
        base = _whole(nothing, home)
        taken = {what: _whole(command, home) for what, (command, _) in wanted.items()}
        if turn:
            bases.append(base)
            for what, ms in taken.items():
                times[what].append(ms)
    for what, (_, bar) in wanted.items():
        yield _figure(what, times[what], bases, bar)
    ids = [lead.id for lead in queue(home, scene.runs + 1)]
    accepted = [_saved(home, [lead_id]) for lead_id in ids][1:]
    yield _figure(f"handoff accept, {leads:,} leads: until it is on the disk", accepted, bases, 150)


def in_bulk(scene: Scene) -> Iterator[Figure]:
    """One command that accepts many leads, until all of them are on the disk."""
    leads = scene.most
    home = scene.spare(leads)
    ids = [lead.id for lead in queue(home, BULK)]
    yield Figure(
        what=f"handoff accept of {len(ids)} leads, {leads:,} leads: until all are on the disk",
        value=_saved(home, ids, "--wait", "0"),
        bar=1_000,
        bar_on="value",
        spread="n=1",
    )


def _whole(command: Sequence[str], home: Path) -> float:
    begin = time.perf_counter()
    subprocess.run(command, env=environment(home), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=True)
    return (time.perf_counter() - begin) * 1_000


def _saved(home: Path, ids: Sequence[str], *more: str) -> float:
    """Accept these leads by one command; return the ms until the outbox holds all of them, seen from outside."""
    outbox = home / "outbox.journal"
    before = outbox.stat().st_size if outbox.exists() else 0
    size, begin = before, time.perf_counter()
    command = handoff("accept", *ids, *more)
    child = subprocess.Popen(command, env=environment(home), stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    saved: float | None = None
    running = True
    while saved is None and running:
        # Asked before the look at the file, so that what was written last is seen.
        running = child.poll() is None
        now = outbox.stat().st_size if outbox.exists() else 0
        if now > size:
            grown, size = time.perf_counter(), now
            written = outbox.read_bytes()[before:]
            if all(lead_id.encode() in written for lead_id in ids):
                saved = grown
        else:
            time.sleep(0.0005)
    said = child.communicate(timeout=120)[1].decode(errors="replace")
    if saved is None:
        raise RuntimeError(f"not all of {len(ids)} decisions came to the disk: {said[-500:]}")
    return (saved - begin) * 1_000


def _figure(what: str, times: list[float], bases: list[float], bar: float) -> Figure:
    return Figure(
        what=what,
        value=median(times),
        base=median(bases),
        bar=bar,
        bar_on="value",
        spread=spread(times),
    )
