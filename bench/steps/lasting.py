"""What the program costs while it is open: memory, at the start and over a day's work; a quiet minute."""

import time
from collections.abc import Iterator
from functools import partial

import psutil

from bench.marketing import Marketing
from bench.scene import BUSY, Scene
from bench.table import Figure, median, spread
from bench.terminal import Terminal
from bench.window import HELLO_TEXT, leave, open_hello, press, ready, waiting

HOURS, ARRIVALS, DECISIONS = 8, 120, 30
"""A day: so many leads arrive in an hour, and so many are decided."""

GROWTH = 5.0
"""MB that seven hours may add: what 840 leads and 210 decisions themselves take is under 2, the rest is the allocator's
own raggedness."""

IDLE = 20.0
"""Seconds for which nothing happens."""


def memory(scene: Scene) -> Iterator[Figure]:
    """Resident memory once the first screen stands and has gone quiet, against hello's."""
    homes = {leads: scene.home(leads) for leads in scene.sizes}
    with open_hello(homes[scene.least]) as terminal:
        terminal.when(HELLO_TEXT)
        terminal.drain(0.5)
        hello = _resident(terminal)
        leave(terminal)
    for leads, home in homes.items():
        with ready(home) as terminal:
            terminal.drain(1.0, 5.0)
            yield Figure(
                what=f"memory, {leads:,} leads",
                value=_resident(terminal),
                unit="MB",
                base=hello,
                bar=30 if leads <= BUSY else 70,
                bar_on="over",
                line="memory",
                leads=leads,
            )
            leave(terminal)


def a_day(scene: Scene) -> Iterator[Figure]:
    """Resident memory after each hour of a day that goes by as fast as the program follows."""
    leads = scene.middle
    home, hub = scene.spare(leads), scene.hub(leads)
    taken: list[float] = []
    with ready(home) as terminal, Marketing(hub.url, hub.token, leads) as marketing:
        terminal.when(lambda text: waiting(text) >= 0)
        expected = waiting(terminal.text)
        for _ in range(HOURS):
            for _ in range(DECISIONS):
                marketing.arrive(ARRIVALS // DECISIONS)
                terminal.send("a")
                terminal.drain(0.05, 0.3)
            expected += ARRIVALS - DECISIONS
            terminal.when(partial(_waiting, expected), 60)
            press(terminal, [*"jk/north", "\x1b", "G", "g"])
            terminal.drain(0.5, 3)
            taken.append(_resident(terminal))
        leave(terminal)
    yield Figure(
        what=f"memory over {HOURS} hours of {ARRIVALS} arrivals and {DECISIONS} decisions, {leads:,} leads: growth",
        value=taken[-1] - taken[0],
        unit="MB",
        bar=GROWTH,
        bar_on="value",
        spread="MB by the hour: " + " ".join(f"{value:.1f}" for value in taken),
    )


def idle(scene: Scene) -> Iterator[Figure]:
    """CPU time with nothing new, and the connections held."""
    with ready(scene.home(scene.middle)) as terminal:
        terminal.when(lambda text: "live" in text.partition("\n")[0], 30)
        terminal.drain(2.0, 10)
        process = psutil.Process(terminal.pid)
        before, begin = process.cpu_times(), time.perf_counter()
        bytes_before = len(terminal.raw)
        held = []
        while (left := begin + IDLE - time.perf_counter()) > 0:
            terminal.pump(min(left, 5.0))
            held.append(sum(one.status == psutil.CONN_ESTABLISHED for one in process.net_connections("tcp")))
        after, seconds = process.cpu_times(), time.perf_counter() - begin
        painted = len(terminal.raw) - bytes_before
        leave(terminal)
    spent = after.user + after.system - before.user - before.system
    yield Figure(
        what="nothing new: CPU time a minute",
        value=spent / seconds * 60_000,
        bar=600,
        bar_on="value",
        spread=f"over {seconds:.0f} s; {painted:,} bytes painted",
    )
    yield Figure(
        what="nothing new: connections held",
        value=median(held),
        unit="",
        bar=1,
        bar_on="value",
        spread=spread([float(one) for one in held]),
    )


def _waiting(leads: int, text: str) -> bool:
    return waiting(text) == leads


def _resident(terminal: Terminal) -> float:
    return float(psutil.Process(terminal.pid).memory_info().rss) / 1e6
