"""Telling the person, outside the screen, that a lead of theirs is due soon: off unless they turned it on."""

from bisect import bisect_right
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import timedelta
from typing import TYPE_CHECKING

from api.rules.queue import Order, View

if TYPE_CHECKING:
    from api.desk import Desk
    from api.rules.queue import Row
    from tui.settings import Settings

LOOK_EVERY = 20.0
"""Seconds between two looks at what is due."""

_BELL = "\x07"


class Notifier:
    """Looks at the queue now and then, and tells of each lead once."""

    def __init__(
        self, desk: "Desk", settings: "Settings", environ: Mapping[str, str], send: Callable[[str], None]
    ) -> None:
        """`send` gives the terminal something to do."""
        self._desk = desk
        self._settings = settings
        self._environ = environ
        self._send = send
        self._told: set[tuple[str, float]] = set()

    def look(self) -> None:
        """Tell, in one notification, of the leads that came near their hour since the last look.

        Goes through lists of leads, and calls `send`, on the thread that it is called on: not on the event loop.
        """
        found = [row for row in self._soon() if (row.id, row.due or 0.0) not in self._told]
        self._told.update((row.id, row.due or 0.0) for row in found)
        if found:
            text = words(found, self._settings.notify_minutes, names=self._settings.notify_names)
            self._send(sequence(text, self._settings, self._environ))

    def _soon(self) -> Iterator["Row"]:
        """Yield the person's own leads that are due within the time they set, and not yet overdue."""
        now = self._desk.now()
        begin, end = now.timestamp(), (now + timedelta(minutes=self._settings.notify_minutes)).timestamp()
        mine = f"person:{self._desk.me.id}"
        for view in (View.MINE, View.ATTEMPTS):
            # What is due first stands first, whichever order the screen has; a long list is not gone through for it.
            ids = self._desk.queue("", view, Order.DUE)
            for lead_id in ids[bisect_right(ids, begin, key=self._due) :]:
                row = self._desk.row(lead_id)
                if row is None or row.due is None or row.due > end:
                    break
                if row.owner == mine:
                    yield row

    def _due(self, lead_id: str) -> float:
        row = self._desk.row(lead_id)
        return row.due if row is not None and row.due is not None else float("inf")


def words(rows: "Sequence[Row]", minutes: int, *, names: bool) -> str:
    """Return the one sentence of a notification; without `names` nothing in it is about anybody."""
    count = "1 lead is" if len(rows) == 1 else f"{len(rows)} leads are"
    text = f"Handoff: {count} due within {minutes} min"
    return f"{text}: {', '.join(row.title for row in rows[:3])}" if names else text


def sequence(text: str, settings: "Settings", environ: Mapping[str, str]) -> str:
    """Return what makes the terminal tell it: a bell, or OSC 9, which only goes through tmux where that is allowed."""
    from api.model.text import clean_line

    if settings.notify != "osc9":
        return _BELL
    told = f"\x1b]9;{clean_line(text)}\x07"
    if "TMUX" not in environ:
        # GNU screen shows neither; a bell it passes on.
        return told if not environ.get("TERM", "").startswith("screen") else _BELL
    if not settings.notify_through_tmux:
        return _BELL
    return "\x1bPtmux;" + told.replace("\x1b", "\x1b\x1b") + "\x1b\\"
