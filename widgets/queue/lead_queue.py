"""The queue of leads: any number of rows, painted a line at a time."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from textual import events
from textual.geometry import Region
from textual.message import Message
from textual.strip import Strip
from textual.widget import Widget

from api.rules.clocks import BusinessClock
from api.rules.queue import Row
from widgets.basis.ink import inks_of, paint
from widgets.basis.runs import EMPTY, Line
from widgets.queue.queue_columns import RowWords, headings, row_line


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

    class Moved(Message):
        """Another lead is under the cursor; empty when there is none."""

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
        self._seen: list[tuple[Line, bool]] = []

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

    # what is shown

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

    def select(self, lead_id: str) -> bool:
        """Move the cursor to a lead; False when it is not shown."""
        found = self._locate(lead_id, self._at)
        if found is None:
            return False
        self.move_to(found)
        return True

    def renew(self) -> None:
        """Paint the lines that have something else to say by now."""
        width, room = self.content_size.width, self._room
        if width <= 0 or room <= 0:
            return
        seen = self._compose_lines(width, room)
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

    def move_to(self, place: int) -> None:
        """Move the cursor to a row; at an edge the list jumps half a page, since every scrolled line costs bytes."""
        if not self._ids:
            return
        before = self.lead_id
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
        self._settle(before)

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
        room = self._room
        if room > 0 and self._at < self._top:
            near = self._top - self._at <= room
            self._top = max(self._at - room // 2, 0) if near else self._at
        elif room > 0 and self._at >= self._top + room:
            near = self._at - (self._top + room) < room
            top = self._at - room // 2 if near else self._at - room + 1
            self._top = max(min(top, len(self._ids) - room), 0)
        self.renew()
        if self.lead_id != before:
            self.post_message(self.Moved(self.lead_id))

    # painting

    def _compose_lines(self, width: int, room: int) -> list[tuple[Line, bool]]:
        source, clock, now = self._source, self._source.clock, self._source.now()
        count = len(self._ids)
        seen: list[tuple[Line, bool]] = [(headings(width, self._at + 1 if count else 0, count, self.above), False)]
        # Rows that went away above leave lines empty, rather than let the cursor's line jump.
        seen += [(EMPTY, False)] * max(-self._top, 0)
        for place in range(max(self._top, 0), min(self._top + room, count)):
            lead_id = self._ids[place]
            row = source.row(lead_id)
            under = place == self._at
            line = EMPTY if row is None else row_line(row, width, now, clock, source, under=under)
            seen.append((line, under))
        return seen

    def on_resize(self, _event: events.Resize) -> None:
        """Lay the rows out anew, the cursor's in sight."""
        self._seen = []
        self._settle(self.lead_id)
        self.refresh()

    def render_line(self, y: int) -> Strip:
        """Paint one line."""
        line, under = self._seen[y] if y < len(self._seen) else (EMPTY, False)
        return paint(line, self.content_size.width, inks_of(self.app), under=under)

    # mouse

    def on_click(self, event: events.Click) -> None:
        """Select the row that was clicked."""
        place = self._top + event.y - 1
        if event.y > 0 and 0 <= place < len(self._ids):
            event.stop()
            self.move_to(place)

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
