"""The queue of leads: any number of rows, painted a line at a time."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Protocol

from textual import events
from textual.geometry import Region, Size
from textual.message import Message
from textual.strip import Strip
from textual.widget import Widget

from api.rules.clocks import BusinessClock
from api.rules.queue import Order, Row
from widgets.basis.ink import Inks, inks_of, paint
from widgets.basis.runs import EMPTY, Line
from widgets.basis.still import still
from widgets.queue.queue_columns import heading_at, heading_line, headings
from widgets.queue.queue_row import Dress, Marks, RowWords, RowWriter

_MARKS = 1
"""Cells before a row in which a click chooses the lead."""


class QueueSource(RowWords, Protocol):
    """Where the queue asks for what it paints; called for lines in sight only."""

    @property
    def clock(self) -> BusinessClock:
        """Business time."""
        ...

    def now(self) -> datetime:
        """Return the present moment, in UTC."""
        ...

    def row(self, lead_id: str) -> Row | None:
        """Return a lead's row, or None when the lead is gone."""
        ...


class LeadQueue(Widget, can_focus=False):
    """Rows by lead id. The line under the cursor keeps its place on the screen whatever happens to the other rows."""

    DEFAULT_CSS = """
    LeadQueue { width: 1fr; height: 1fr; }
    """

    virtual_size = still()

    class Moved(Message):
        """Another lead is under the cursor; empty when there is none."""

        def __init__(self, lead_id: str) -> None:
            super().__init__()
            self.lead_id = lead_id

    class Sorted(Message):
        """A heading was clicked."""

        def __init__(self, order: Order) -> None:
            super().__init__()
            self.order = order

    class Picked(Message):
        """A row was clicked with ctrl, or on the cells before it: the lead is to be chosen, or not any more."""

        def __init__(self, lead_id: str) -> None:
            super().__init__()
            self.lead_id = lead_id

    def __init__(self, source: QueueSource, *, id: str | None = None) -> None:  # noqa: A002  (Textual’s own name)
        super().__init__(id=id)
        self._source = source
        self._ids: list[str] = []
        self._at = 0
        self._top = 0
        self._held = ""
        self._dress = Dress()
        self._chosen: Collection[str] = frozenset()
        self._letters: Mapping[str, str] = {}
        self._seen: list[tuple[Line, bool]] = []
        self._seen_in = Size(0, 0)
        self._inks: Inks = {}

    # what stands where

    @property
    def ids(self) -> Sequence[str]:
        """The leads shown, in order; one that is held back under the cursor included."""
        return self._ids

    @property
    def lead_id(self) -> str:
        """The lead under the cursor; empty when the queue is."""
        return self._ids[self._at] if self._ids else ""

    @property
    def place(self) -> int:
        """The cursor's row, from 0."""
        return self._at

    @property
    def y(self) -> int:
        """The cursor's line on the widget, from 0 below the headings; outside when it was scrolled out of sight."""
        return self._at - self._top

    @property
    def held(self) -> str:
        """The lead that left the queue and stays in sight until the cursor leaves it; empty mostly."""
        return self._held

    @property
    def above(self) -> int:
        """How many rows are out of sight above."""
        return max(self._top, 0)

    @property
    def said(self) -> str:
        """The lines in sight, as plain text."""
        return "\n".join("".join(words for words, _ in line).rstrip() for line, _ in self._seen)

    @property
    def in_sight(self) -> Sequence[str]:
        """The leads whose rows are in sight, from the top."""
        return self._ids[max(self._top, 0) : max(self._top + self._room, 0)]

    # what is shown

    def dress(self, dress: Dress) -> None:
        """Say which view the rows are and what they are ordered by, for those that are shown next."""
        self._dress = dress

    def choose(self, lead_ids: Collection[str]) -> None:
        """Put a sign before these leads, and before no others."""
        self._chosen = frozenset(lead_ids)
        self.renew()

    def label(self, letters: Mapping[str, str]) -> None:
        """Put letters beside these leads, and beside no others."""
        self._letters = letters
        self.renew()

    def show(self, ids: Sequence[str]) -> None:
        """Show these leads. The lead under the cursor stays on its line; when it has gone it is held there."""
        before, y, place = self.lead_id, self.y, self._at
        self._ids = list(ids)
        self._held = ""
        if before and self._source.row(before) is not None:
            found = self._locate(before, place)
            if found is None:
                found = min(place, len(self._ids))
                self._ids.insert(found, before)
                self._held = before
            self._at = found
            if 0 <= y < self._room:
                self._top = found - y
        else:
            self._at = self._top = 0
        self._settle(before)

    def close_up(self) -> None:
        """Show no empty lines above the first row or below the last while there are rows for them.

        For what the person asked for: the cursor's line may move.
        """
        top = max(min(self._top, len(self._ids) - self._room), 0)
        if top != self._top:
            self._top = top
            self.renew()

    def start_over(self, ids: Sequence[str]) -> None:
        """Show these leads from the top, whatever stood there before; for another filter."""
        before = self.lead_id
        self._ids, self._held, self._at, self._top = list(ids), "", 0, 0
        self._settle(before)

    def drop(self, lead_id: str, *, paint: bool = True) -> None:
        """Take a lead away; the next one comes to stand on the cursor's line.

        Without `paint` the screen stays as it is until the next `renew`, and nobody is told that the cursor moved.
        """
        found = self._locate(lead_id, self._at)
        if found is None:
            return
        before, y = self.lead_id, self.y
        del self._ids[found]
        if lead_id == self._held:
            self._held = ""
        if found < self._at or self._at >= len(self._ids):
            self._at = max(self._at - 1, 0)
        if 0 <= y < self._room:
            self._top = max(self._at - y, 0)
        if paint:
            self._settle(before)

    def drop_all(self, lead_ids: Collection[str]) -> None:
        """Take these leads away; the next that stays comes to stand on the cursor's line."""
        if not lead_ids:
            return
        before, y = self.lead_id, self.y
        above = sum(one in lead_ids for one in self._ids[: self._at])
        self._ids = [one for one in self._ids if one not in lead_ids]
        if self._held in lead_ids:
            self._held = ""
        self._at = max(min(self._at - above, len(self._ids) - 1), 0)
        if 0 <= y < self._room:
            self._top = max(self._at - y, 0)
        self._settle(before)

    def select(self, lead_id: str) -> bool:
        """Move the cursor to a lead; False when it is not shown."""
        found = self._locate(lead_id, self._at)
        if found is None:
            return False
        self.move_to(found)
        return True

    def renew(self) -> None:
        """Paint the lines that have something else to say by now."""
        size = self.content_size
        if not size or size != self._seen_in:
            # What comes to be painted in this room is composed when it is painted, all of it: lines that were painted
            # before the list was hidden are kept by the library otherwise.
            self._seen_in = Size(0, 0)
            self.refresh()
            return
        width = size.width
        seen = self._compose_lines(width, self._room)
        changed = [
            Region(0, y, width, 1)
            for y in range(max(len(seen), len(self._seen)))
            if y >= len(seen) or y >= len(self._seen) or seen[y] != self._seen[y]
        ]
        self._seen = seen
        if changed:
            self.refresh(*changed)

    def _renew_cursor(self, left: int) -> None:
        """Paint the line that the cursor left, the one it came to, and the heading; all others stay as they are."""
        width = self._seen_in.width
        anew = {0: (self._headings(width), False)}
        writer = self._writer(width)
        for place in (left, self._at):
            if 0 <= place - self._top < self._room:
                anew[place - self._top + 1] = self._line(place, writer)
        changed = [Region(0, y, width, 1) for y, line in anew.items() if self._seen[y] != line]
        for y, line in anew.items():
            self._seen[y] = line
        if changed:
            self.refresh(*changed)

    # moving

    def move(self, step: int) -> None:
        """Move the cursor by so many rows."""
        self.move_to(self._at + step)

    def move_to(self, place: int) -> None:
        """Move the cursor to a row; at an edge the list jumps half a page, since every scrolled line costs bytes."""
        if not self._ids:
            return
        before, left, top, count = self.lead_id, self._at, self._top, len(self._ids)
        # Rows that came back above may have pushed the list up; where all fit, moving shows them all again.
        self._top = max(self._top, 0) if len(self._ids) > self._room else 0
        place = max(0, min(place, len(self._ids) - 1))
        if self._held and place != self._at:
            gone, self._held = self._at, ""
            del self._ids[gone]
            self._top -= 1 if gone < self._top else 0
            place -= 1 if place > gone else 0
            place = max(0, min(place, len(self._ids) - 1))
        self._at = place
        self._bring_into_sight()
        if self._top == top >= 0 and len(self._ids) == count and self._seen_in and self.content_size == self._seen_in:
            self._renew_cursor(left)
        else:
            self.renew()
        self._tell(before)

    def page(self, direction: int) -> None:
        """Move half a page down (1) or up (-1)."""
        self.move(direction * max(self._room // 2, 1))

    @property
    def _room(self) -> int:
        return max(self.content_size.height - 1, 0)

    def _locate(self, lead_id: str, near: int) -> int | None:
        for place in range(max(near - 2, 0), min(near + 3, len(self._ids))):
            if self._ids[place] == lead_id:
                return place
        try:
            return self._ids.index(lead_id)
        except ValueError:
            return None

    def _settle(self, before: str) -> None:
        """Bring the cursor into sight, repaint, and tell who stands there now."""
        self._bring_into_sight()
        self.renew()
        self._tell(before)

    def _tell(self, before: str) -> None:
        if self.lead_id != before:
            self.post_message(self.Moved(self.lead_id))

    def _bring_into_sight(self) -> None:
        room = self._room
        if room > 0 and self._at < self._top:
            near = self._top - self._at <= room
            self._top = max(self._at - room // 2, 0) if near else self._at
        elif room > 0 and self._at >= self._top + room:
            near = self._at - (self._top + room) < room
            top = self._at - room // 2 if near else self._at - room + 1
            self._top = max(min(top, len(self._ids) - room), 0)

    # painting

    def _compose_lines(self, width: int, room: int) -> list[tuple[Line, bool]]:
        # Rows that went away above leave lines empty, rather than let the cursor's line jump.
        empty = [(EMPTY, False)] * max(-self._top, 0)
        places = range(max(self._top, 0), min(self._top + room, len(self._ids)))
        writer = self._writer(width)
        return [
            (self._headings(width), False),
            *empty,
            *(self._line(place, writer) for place in places),
        ]

    def _writer(self, width: int) -> RowWriter:
        source = self._source
        return RowWriter(source, source.clock, source.now(), width, self._dress)

    def _headings(self, width: int) -> Line:
        count, dress = len(self._ids), self._dress
        place = self._at + 1 if count else 0
        return heading_line(headings(width, place, count, self.above, order=dress.order, view=dress.view), dress.order)

    def _line(self, place: int, writer: RowWriter) -> tuple[Line, bool]:
        under, lead_id = place == self._at, self._ids[place]
        row = self._source.row(lead_id)
        if row is None:
            return EMPTY, under
        marks = Marks(under, lead_id in self._chosen, self._letters.get(lead_id, ""))
        return writer.line(row, marks), under

    def render_lines(self, crop: Region) -> list[Strip]:
        """Paint; in a new room the rows are laid out here, the cursor's in sight."""
        size = self.content_size
        if size and size != self._seen_in:
            self._seen_in = size
            self._bring_into_sight()
            self._seen = self._compose_lines(size.width, self._room)
        self._inks = inks_of(self.app)
        return super().render_lines(crop)

    def render_line(self, y: int) -> Strip:
        """Paint one line."""
        line, under = self._seen[y] if y < len(self._seen) else (EMPTY, False)
        return paint(line, self._seen_in.width, self._inks, under=under)

    # mouse

    def on_click(self, event: events.Click) -> None:
        """Select the row that was clicked, or order the rows by the heading that was."""
        place = self._top + event.y - 1
        if event.y <= 0:
            order = self._dress.order
            by = heading_at(headings(self._seen_in.width, 0, len(self._ids), self.above, order=order), event.x)
            if by and by != order:
                event.stop()
                self.post_message(self.Sorted(by))
        elif 0 <= place < len(self._ids):
            event.stop()
            lead_id = self._ids[place]
            self.move_to(place)
            if event.ctrl or event.x < _MARKS:
                self.post_message(self.Picked(lead_id))

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        """Scroll three rows down; the cursor stays on its lead while that is in sight, and at the edge otherwise."""
        event.stop()
        self._scroll(3)

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        """Scroll three rows up."""
        event.stop()
        self._scroll(-3)

    def _scroll(self, step: int) -> None:
        room = self._room
        top = max(0, min(self._top + step, len(self._ids) - room))
        if top == self._top or room <= 0:
            return
        self._top = top
        self.move_to(max(top, min(self._at, top + room - 1)))
        self.renew()
