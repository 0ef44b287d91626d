"""Keys while something else goes on: many leads change at the hub, everything is pulled for the first time."""

import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

from bench.program import environment
from bench.scene import Scene
from bench.table import Figure, Missing, waited
from bench.window import answered, card_line, leave, open_window, ready, waiting

A_MINUTE = 2_000
"""Leads that change."""
PRESSES = 150
PULLED_WITHIN = 120.0
"""Seconds after which a first pull counts as never done."""


def changing(scene: Scene) -> Iterator[Figure]:
    """Time from `j` to the next lead in the card, while leads change at the hub and the window follows."""
    leads = scene.most
    home, hub = scene.spare(leads), scene.hub(leads)
    script = str(Path(__file__).resolve().parents[1] / "marketing.py")
    with ready(home) as terminal:
        child = subprocess.Popen(
            [sys.executable, "-P", script, hub.url, str(leads), str(A_MINUTE)],
            env=environment(home, HANDOFF_TOKEN=hub.token),
            stdout=subprocess.PIPE,
            text=True,
        )
        try:
            terminal.drain(2.0, 2.0)
            waits = [answered(terminal, "jk"[turn // 50 % 2]) for turn in range(PRESSES)]
        finally:
            child.send_signal(signal.SIGTERM)
            rate = (child.communicate(timeout=30)[0] or "").strip()
        leave(terminal)
    what = f"j while {A_MINUTE:,} leads a minute change, {leads:,} leads"
    yield from _answers(what, waits)
    yield Figure(what="leads that really changed meanwhile", value=float(rate or 0), unit="/min")


def _answers(what: str, waits: Sequence[tuple[float, float]]) -> Iterator[Figure]:
    moved, shown = ([pair[place] for pair in waits] for place in (0, 1))
    yield waited(f"{what}: cursor there", moved, 8)
    yield waited(f"{what}: cursor there", moved, 20, 0.99)
    yield waited(f"{what}: card there", shown, 30)


def pulling(scene: Scene) -> Iterator[Figure | Missing]:
    """The same from the first painted lead on, in a window on a profile whose mirror was deleted."""
    leads = scene.most
    # The mirror may be deleted at any time; what is left is what a profile is before its first pull.
    home = scene.spare(leads, ["profile.json", "token"])
    waits: list[tuple[float, float]] = []
    with open_window(home) as terminal:
        first = terminal.when(lambda text: bool(card_line(text)), 60, quiet=0.02)
        done = 0.0
        while not done and time.perf_counter() < first + PULLED_WITHIN:
            waits.append(answered(terminal, "jk"[len(waits) // 20 % 2]))
            if waiting(terminal.text) == leads:
                done = time.perf_counter()
        leave(terminal)
    what = f"j while {leads:,} leads are pulled for the first time"
    yield from _answers(what, waits)
    if not done:
        yield Missing(f"first pull of {leads:,} leads in the window", f"not done within {PULLED_WITHIN:.0f} s")
        return
    yield Figure(
        what=f"first pull of {leads:,} leads in the window: spawn to all counted",
        value=(done - terminal.started) * 1_000,
        spread=f"first lead to be seen after {(first - terminal.started) * 1_000:,.0f} ms",
    )
