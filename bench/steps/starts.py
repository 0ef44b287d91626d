"""From spawn to the first painted queue, and to the first answered key."""

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from functools import partial
from pathlib import Path

from bench.marketing import Marketing
from bench.scene import BUSY, Scene, pull, queue
from bench.table import Figure, median, spread
from bench.window import HELLO_TEXT, card_line, hello_start, leave, open_window, start

NEWS = 1_000
"""Leads that change between two starts."""

TYPED_AFTER = 0.03
"""Seconds after spawn at which a key is typed ahead."""


def starting(scene: Scene) -> Iterator[Figure]:
    """Per number of leads, interleaved with hello."""
    homes = {leads: scene.home(leads) for leads in scene.sizes}
    opened = {leads: partial(start, home, _first(home)) for leads, home in homes.items()}
    hellos, times = _interleaved(scene.runs, homes[scene.least], opened)
    yield Figure(what=f"hello: spawn to “{HELLO_TEXT}”", value=median(hellos), spread=spread(hellos))
    for leads in homes:
        what = f"start to first painted queue, {leads:,} leads"
        yield _figure(what, times[leads], hellos, 1.25, line="start", leads=leads)


def after_news(scene: Scene) -> Iterator[Figure]:
    """After so many changes since the last start, which were pulled by the command line."""
    homes = _large(scene)
    with ExitStack() as stack:

        def pulled(leads: int) -> Callable[[], None]:
            hub = scene.hub(leads)
            marketing = stack.enter_context(Marketing(hub.url, hub.token, leads, called="News"))

            def change() -> None:
                marketing.change(NEWS)
                pull(homes[leads])

            return change

        before = {leads: pulled(leads) for leads in homes}
        opened = {leads: partial(start, home, _first(home)) for leads, home in homes.items()}
        hellos, times = _interleaved(scene.runs, homes[scene.middle], opened, before)
    for leads in homes:
        yield _figure(f"start after {NEWS:,} changes, {leads:,} leads", times[leads], hellos, 1.25)


def without_index(scene: Scene) -> Iterator[Figure]:
    """With the index lost, which is made anew from the mirror."""
    homes = _large(scene)
    before = {leads: partial((home / "mirror.index").unlink, missing_ok=True) for leads, home in homes.items()}
    opened = {leads: partial(start, home, _first(home)) for leads, home in homes.items()}
    hellos, times = _interleaved(scene.runs, homes[scene.middle], opened, before)
    for leads in homes:
        bar = 1.5 if leads <= BUSY else 5.0
        yield _figure(f"start with the index lost, {leads:,} leads", times[leads], hellos, bar)


def typing_ahead(scene: Scene) -> Iterator[Figure]:
    """Until a `j`, typed 30 ms after spawn, is answered: the second lead stands in the card."""
    homes = {leads: scene.home(leads) for leads in sorted({scene.middle, scene.most})}
    opened = {leads: partial(_typed_ahead, home, queue(home, 2)[1].title[:12]) for leads, home in homes.items()}
    hellos, times = _interleaved(scene.runs, homes[scene.middle], opened)
    for leads in homes:
        yield _figure(f"type-ahead: j sent at 30 ms, answered, {leads:,} leads", times[leads], hellos, 1.5)


def _large(scene: Scene) -> dict[int, Path]:
    return {leads: scene.spare(leads) for leads in sorted({scene.middle, scene.most})}


def _first(home: Path) -> str:
    return queue(home, 1)[0].title[:14]


def _typed_ahead(home: Path, second: str) -> float:
    with open_window(home) as terminal:
        time.sleep(max(0.0, terminal.started + TYPED_AFTER - time.perf_counter()))
        terminal.send("j")
        seen = terminal.when(partial(_in_card, second), 60)
        leave(terminal)
        return (seen - terminal.started) * 1_000


def _in_card(title: str, text: str) -> bool:
    return card_line(text).startswith(title)


def _interleaved(
    runs: int,
    home: Path,
    opened: Mapping[int, Callable[[], float]],
    before: Mapping[int, Callable[[], None]] | None = None,
) -> tuple[list[float], dict[int, list[float]]]:
    """Open hello and each of the others in turn, once for nothing and so often; return the ms of each."""
    hellos: list[float] = []
    times: dict[int, list[float]] = {leads: [] for leads in opened}
    for _ in range(runs + 1):
        hellos.append(hello_start(home))
        for leads, one in opened.items():
            if before is not None:
                before[leads]()
            times[leads].append(one())
    # Whatever was read from the disk for the first time is not what is measured.
    return hellos[1:], {leads: taken[1:] for leads, taken in times.items()}


def _figure(
    what: str, times: list[float], hellos: list[float], bar: float, *, line: str = "", leads: int = 0
) -> Figure:
    return Figure(
        what=what,
        value=median(times),
        base=median(hellos),
        bar=bar,
        spread=spread(times),
        line=line,
        leads=leads,
    )
