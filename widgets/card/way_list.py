"""A short list of things to pick, each by a key of its own."""

from collections.abc import Sequence

import msgspec
from textual import events
from textual.message import Message
from textual.strip import Strip

from widgets.basis.ink import CURSOR, inks_of, paint
from widgets.basis.lines import Lines
from widgets.basis.runs import EMPTY, Line, cells, fit, short


class Way(msgspec.Struct, frozen=True):
    """One thing to pick."""

    key: str
    label: str
    value: str
    """What one gets by it, as far as there is room."""


class WayList(Lines):
    """The things, with a cursor on one of them."""

    class Picked(Message):
        """A thing was clicked."""

    def __init__(self, ways: Sequence[Way], *, id: str | None = None) -> None:  # noqa: A002  (Textual’s own name)
        super().__init__(id=id)
        self._ways = tuple(ways)
        self._at = 0

    @property
    def at(self) -> int:
        """Where the cursor stands."""
        return self._at

    def move(self, step: int) -> None:
        """Move the cursor, round at the ends."""
        self._at = (self._at + step) % len(self._ways)
        self.renew()
        self.refresh()

    def go_to_key(self, key: str) -> bool:
        """Put the cursor on the thing with this key; False when there is none."""
        at = next((at for at, way in enumerate(self._ways) if way.key == key), None)
        if at is None:
            return False
        self.move(at - self._at)
        return True

    def lines_for(self, width: int, height: int) -> Sequence[Line]:  # noqa: ARG002  (they are few)
        """Return the things."""
        column = max(cells(way.label) for way in self._ways) + 2
        lines: list[Line] = []
        for at, way in enumerate(self._ways):
            under = at == self._at
            mark = (CURSOR if under else " ", "accent")
            name = (fit(way.label, column), "strong" if under else "")
            lines.append(
                (mark, (f" {way.key}  ", "accent"), name, (short(way.value, max(width - column - 6, 0)), "dim"))
            )
        return lines

    def render_line(self, y: int) -> Strip:
        """Paint one line, the one under the cursor on its own ground."""
        line = self._shown[y] if y < len(self._shown) else EMPTY
        return paint(line, self.content_size.width, inks_of(self.app), under=y == self._at and bool(line))

    def on_click(self, event: events.Click) -> None:
        """Pick the thing that was clicked."""
        offset = event.get_content_offset(self)
        if offset is not None and offset.y < len(self._ways):
            self.move(offset.y - self._at)
            self.post_message(self.Picked())
