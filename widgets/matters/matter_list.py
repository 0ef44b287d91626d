"""The list of what waits or needs an answer: any number of rows under headings, painted a line at a time."""

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta

import msgspec
from textual import events
from textual.geometry import Region, Size
from textual.message import Message
from textual.strip import Strip
from textual.widget import Widget

from api.rules.wording import grouped, span
from widgets.basis.ink import CURSOR, Inks, inks_of, paint
from widgets.basis.runs import EMPTY, Line, cells, fit, fit_right, heading, length, short
from widgets.basis.still import still

AGE = 6
"""Cells of the column of ages."""

_NAME = 26
"""Cells that a name may take at most, so that what happened begins at one place."""


_NEW = timedelta(minutes=1)


class Entry(msgspec.Struct, frozen=True):
    """One row."""

    key: str
    title: str
    """Name of the lead."""
    what: str
    """What happened, in a few words."""
    at: datetime
    """When it began to wait, or when it came."""
    tail: str = ""
    """A word or two before the age."""
    done: str = ""
    """What became of it meanwhile; a row that is done stays until the cursor leaves it."""


class Part(msgspec.Struct, frozen=True):
    """Rows under one heading."""

    title: str
    entries: tuple[Entry, ...]
    alarming: bool = False
    """Whether its rows need the person."""


class MatterList(Widget, can_focus=False):
    """Rows by key under headings. The line under the cursor keeps its place whatever happens to the others."""

    DEFAULT_CSS = """
    MatterList { width: 1fr; height: 1fr; }
    """

    virtual_size = still()

    class Moved(Message):
        """Another row is under the cursor."""

    class Opened(Message):
        """Somebody clicked twice on a row."""

    def __init__(self, now: Callable[[], datetime], *, id: str | None = None) -> None:  # noqa: A002  (Textual’s own name)
        super().__init__(id=id)
        self._now = now
        self._parts: tuple[Part, ...] = ()
        self._lines: list[Part | Entry] = []
        self._alarming: list[bool] = []
        self._places: list[int] = []
        """Where in the lines the rows are."""
        self._at = 0
        self._top = 0
        self._name_room = 0
        """Cells of the column of names: what the longest takes, within limits."""
        self._held = ""
        self._seen: list[tuple[Line, bool]] = []
        self._seen_in = Size(0, 0)
        self._inks: Inks = {}

    # what stands where

    @property
    def keys(self) -> list[str]:
        """The rows' keys, in order; one that is held under the cursor included."""
        return [entry.key for entry in self._entries()]

    @property
    def key(self) -> str:
        """The key under the cursor; empty when there are no rows."""
        entry = self._entry(self._at)
        return entry.key if entry is not None else ""

    @property
    def held(self) -> str:
        """The key of the row that is done and stays in sight until the cursor leaves it; empty mostly."""
        return self._held

    @property
    def y(self) -> int:
        """The cursor's line on the widget; outside when it was scrolled out of sight."""
        return self._places[self._at] - self._top if self._places else 0

    @property
    def said(self) -> str:
        """The lines in sight, as plain text."""
        return "\n".join("".join(words for words, _ in line).rstrip() for line, _ in self._seen)

    def _entries(self) -> Iterator[Entry]:
        return (line for line in self._lines if isinstance(line, Entry))

    def _entry(self, at: int) -> Entry | None:
        line = self._lines[self._places[at]] if 0 <= at < len(self._places) else None
        return line if isinstance(line, Entry) else None

    # what is shown

    def show(self, parts: Sequence[Part], done: Callable[[str], str]) -> None:
        """Show these rows; `done` says of one that is gone what became of it, or nothing when it may go at once.

        The row under the cursor stays on its line, unless that would hide rows for which there is room. When it has
        gone it is held there with what became of it; a row that may go at once leaves the cursor to the one behind it.
        """
        before, y = self._entry(self._at), self.y
        following = [entry.key for at in range(self._at + 1, len(self._places)) if (entry := self._entry(at))]
        keys = {entry.key for part in parts for entry in part.entries}
        self._held = ""
        if before is not None and before.key not in keys and (words := done(before.key)):
            parts = _holding(parts, self._parts, msgspec.structs.replace(before, done=words))
            self._held = before.key
            keys.add(before.key)
        wanted = before.key if before is not None else ""
        if before is not None and wanted not in keys:
            wanted = next((key for key in following if key in keys), "")
        self._lay(parts)
        if before is None:
            self._at = self._top = 0
        elif wanted:
            self._at = self.keys.index(wanted)
            self._top = self._places[self._at] - y if 0 <= y < self._room else self._top
        else:
            self._at = max(len(self._places) - 1, 0)
        self._settle(before.key if before is not None else "")

    def _lay(self, parts: Sequence[Part]) -> None:
        self._parts = tuple(parts)
        self._lines, self._alarming, self._places = [], [], []
        for part in self._parts:
            if self._lines:
                self._lines.append(Part("", ()))
                self._alarming.append(False)
            self._lines.append(part)
            self._places.extend(range(len(self._lines), len(self._lines) + len(part.entries)))
            self._lines.extend(part.entries)
            self._alarming.extend([part.alarming] * (len(part.entries) + 1))
        longest = max((cells(entry.title) for entry in self._entries()), default=0)
        self._name_room = max(10, min(longest, _NAME))

    def select(self, key: str) -> bool:
        """Move the cursor to a row; False when it is not there."""
        keys = self.keys
        if key in keys:
            self.move_to(keys.index(key))
        return key in keys

    def renew(self) -> None:
        """Paint the lines that have something else to say by now."""
        size = self.content_size
        if not size or size != self._seen_in:
            # What comes to be painted in this room is composed when it is painted.
            self._seen_in = Size(0, 0)
            return
        width = size.width
        seen = self._compose_lines(width, size.height)
        changed = [
            Region(0, y, width, 1)
            for y in range(max(len(seen), len(self._seen)))
            if y >= len(seen) or y >= len(self._seen) or seen[y] != self._seen[y]
        ]
        self._seen = seen
        if changed:
            self.refresh(*changed)

    # moving

    def move(self, step: int) -> None:
        """Move the cursor by so many rows."""
        self.move_to(self._at + step)

    def move_to(self, at: int) -> None:
        """Move the cursor to a row; one that is done goes away when the cursor leaves it."""
        if not self._places:
            return
        before = self.key
        at = max(0, min(at, len(self._places) - 1))
        if self._held and at != self._at:
            gone, held, self._held = self._at, self._held, ""
            self._lay(_without(self._parts, held))
            at -= 1 if at > gone else 0
        # Rows that came or went meanwhile may have left lines empty at either end; moving shows the list whole again.
        self._top = max(min(self._top, len(self._lines) - self._room), 0)
        self._at = at
        if self._places and self._places[at] <= 1:
            self._top = 0
        self._settle(before)

    def page(self, direction: int) -> None:
        """Move half a page down (1) or up (-1)."""
        self.move(direction * max(self._room // 2, 1))

    @property
    def _room(self) -> int:
        return max(self.content_size.height, 0)

    def _settle(self, before: str) -> None:
        """Bring the cursor into sight, repaint, and tell who stands there now."""
        self._bring_into_sight()
        self.renew()
        if self.key != before:
            self.post_message(self.Moved())

    def _bring_into_sight(self) -> None:
        room = self._room
        if room > 0 and self._places:
            place = self._places[self._at]
            if place < self._top + (self._top > 0):
                self._top = max(place - room // 2, 0) if self._top - place <= room else place
            elif place >= self._top + room:
                near = place - (self._top + room) < room
                self._top = place - room // 2 if near else place - room + 1
            # No line is left empty while a row is out of sight; what fits is never scrolled.
            spare = len(self._lines) - room
            self._top = max(min(spare, 0), min(self._top, max(spare, 0)))

    # painting

    def _compose_lines(self, width: int, room: int) -> list[tuple[Line, bool]]:
        now = self._now()
        under = self._places[self._at] if self._places else -1
        # Rows that went away above leave lines empty, rather than let the cursor's line jump.
        blank: list[tuple[Line, bool]] = [(EMPTY, False)] * min(max(-self._top, 0), room)
        seen = [
            (self._line(place, width, now, under=place == under), place == under)
            for place in range(max(self._top, 0), min(self._top + room, len(self._lines)))
        ]
        if self._top > 0 and not seen[0][1]:
            seen[0] = (self._first_line(width), False)
        return blank + seen

    def _first_line(self, width: int) -> Line:
        """Return the first line in sight where there are more above: the heading of the rows below it."""
        above = sum(place <= self._top for place in self._places)
        title = next(line.title for line in reversed(self._lines[: self._top + 1]) if isinstance(line, Part))
        return ((" ", ""), (fit(title, max(width - 12, 0)), "heading"), (fit_right(f"↑ {above} above", 10), "accent"))

    def _line(self, place: int, width: int, now: datetime, *, under: bool) -> Line:
        line = self._lines[place]
        if isinstance(line, Entry):
            return entry_line(line, width, now, self._name_room, under=under, alarming=self._alarming[place])
        if not line.title:
            return EMPTY
        count = sum(not entry.done for entry in line.entries)
        return ((" ", ""), *heading(line.title, width - 2, grouped(count) if count else ""))

    def render_lines(self, crop: Region) -> list[Strip]:
        """Paint; in a new room the rows are laid out here, the cursor's in sight."""
        size = self.content_size
        if size and size != self._seen_in:
            self._seen_in = size
            self._bring_into_sight()
            self._seen = self._compose_lines(size.width, size.height)
        self._inks = inks_of(self.app)
        return super().render_lines(crop)

    def render_line(self, y: int) -> Strip:
        """Paint one line."""
        line, under = self._seen[y] if y < len(self._seen) else (EMPTY, False)
        return paint(line, self._seen_in.width, self._inks, under=under)

    # mouse

    def on_click(self, event: events.Click) -> None:
        """Select the row that was clicked; twice opens it."""
        place = self._top + event.y
        if place in self._places:
            event.stop()
            self.move_to(self._places.index(place))
            if event.chain == 2:
                self.post_message(self.Opened())

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        """Scroll three lines down; the cursor stays on its row while that is in sight, and at the edge otherwise."""
        event.stop()
        self._scroll(3)

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        """Scroll three lines up."""
        event.stop()
        self._scroll(-3)

    def _scroll(self, step: int) -> None:
        room = self._room
        top = max(0, min(self._top + step, len(self._lines) - room))
        if top == self._top or room <= 0 or not self._places:
            return
        self._top = top
        within = [at for at, place in enumerate(self._places) if top <= place < top + room]
        if within:
            self.move_to(max(within[0], min(self._at, within[-1])))
        self.renew()


def entry_line(entry: Entry, width: int, now: datetime, name: int, *, under: bool, alarming: bool) -> Line:
    """Return a row: a sign where it needs the person, the lead in `name` cells, what happened, since when."""
    mark = (CURSOR if under else " ", "accent")
    sign = ("! " if alarming and not entry.done else "  ", "alarm")
    tail = f"{short(entry.tail, 14)}  " if entry.tail and width >= 50 else ""
    since = span(now - entry.at) if now - entry.at >= _NEW else "now"
    age = fit_right(f"{tail}{since}", AGE + cells(tail))
    name = min(name, max(width // 3, 10))
    room = width - length((mark, sign)) - name - 2 - length(((age, ""),)) - 2
    if entry.done:
        words = fit(f"done: {entry.done}", room + length(((age, ""),)) + 1)
        return (mark, sign, (f"{fit(entry.title, name)}  {words} ", "dim"))
    title = (fit(entry.title, name) + "  ", "strong" if under else "")
    return (mark, sign, title, (fit(entry.what, room) + " ", ""), (age + " ", "dim"))


def _holding(parts: Sequence[Part], before: Sequence[Part], entry: Entry) -> list[Part]:
    """Return the parts with an entry of before kept in its part, at its place among those that are still there."""
    home = next(part for part in before if any(one.key == entry.key for one in part.entries))
    order = [part.title for part in before]
    kept = list(parts)
    at = next((index for index, part in enumerate(kept) if part.title == home.title), None)
    if at is None:
        later = set(order[order.index(home.title) + 1 :])
        at = next((index for index, part in enumerate(kept) if part.title in later), len(kept))
        kept.insert(at, Part(home.title, (), home.alarming))
    there = {one.key for one in kept[at].entries}
    ahead = [one.key for one in home.entries]
    ahead = [key for key in ahead[: ahead.index(entry.key)] if key in there]
    entries = list(kept[at].entries)
    place = 1 + [one.key for one in entries].index(ahead[-1]) if ahead else 0
    entries.insert(place, entry)
    kept[at] = msgspec.structs.replace(kept[at], entries=tuple(entries))
    return kept


def _without(parts: Sequence[Part], key: str) -> list[Part]:
    left = [
        msgspec.structs.replace(part, entries=tuple(entry for entry in part.entries if entry.key != key))
        for part in parts
    ]
    return [part for part in left if part.entries]
