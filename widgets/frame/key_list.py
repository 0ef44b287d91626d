"""A few options, each with its own key, one of them the present one."""

from collections.abc import Sequence

import msgspec
from textual import events
from textual.message import Message
from textual.strip import Strip

from widgets.basis.ink import CURSOR, inks_of, paint
from widgets.basis.lines import Lines
from widgets.basis.runs import EMPTY, Line, cells, fit, fit_right, short, wrap

NOW = "›"
"""Stands before the option that holds at present."""


class Option(msgspec.Struct, frozen=True, kw_only=True):
    """One option."""

    value: str
    key: str = ""
    """One letter or digit; empty: it is reached by arrows alone."""
    words: str
    about: str = ""
    """What else is good to know of it, dim."""
    figure: str = ""
    """How many there are, at the right end."""


class KeyList(Lines):
    """Options in their frozen order; what is said below them is about the one under the cursor, or a complaint."""

    class Picked(Message):
        """An option was clicked."""

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002  (Textual’s own name)
        super().__init__(id=id)
        self._options: tuple[Option, ...] = ()
        self._present = ""
        self._at = 0
        self._top = 0
        self._note: tuple[str, str] = ("", "")

    def show(self, options: Sequence[Option], present: str) -> None:
        """Show these; `present` is the value of the one that holds. The cursor stays on its option."""
        before = self.option.value if self.option is not None else present
        self._options, self._present = tuple(options), present
        self._at = next((at for at, one in enumerate(options) if one.value == before), 0)
        self.renew()

    @property
    def option(self) -> Option | None:
        """The option under the cursor."""
        return self._options[self._at] if self._at < len(self._options) else None

    def find(self, key: str) -> bool:
        """Put the cursor on the option with this key; False when there is none."""
        for at, one in enumerate(self._options):
            if one.key and one.key == key:
                self._at = at
                self.note("")
                self.renew()
                return True
        return False

    def move(self, step: int) -> None:
        """Move the cursor."""
        self._at = max(0, min(self._at + step, len(self._options) - 1))
        self._note = ("", "")
        self.renew()

    def note(self, sentence: str, *, alarm: bool = False) -> None:
        """Say this below the options."""
        self._note = (sentence, "alarm" if alarm else "")
        self.renew()

    def lines_for(self, width: int, height: int) -> Sequence[Line]:
        """Return the options in sight, and what is said below them."""
        note = [((part, self._note[1]),) for part in wrap(self._note[0], width, 3)] if self._note[0] else []
        room = max(height - len(note) - (1 if note else 0), 1)
        if self._at < self._top:
            self._top = self._at
        elif self._at >= self._top + room:
            self._top = self._at - room + 1
        self._top = max(0, min(self._top, len(self._options) - room))
        name = max((cells(one.words) for one in self._options), default=0)
        figure = max((cells(one.figure) for one in self._options), default=0)
        name = min(name, max(width - figure - 10, 8))
        lines: list[Line] = [
            self._line(one, name, figure, width, under=at == self._at)
            for at, one in enumerate(self._options[self._top : self._top + room], self._top)
        ]
        return [*lines, EMPTY, *note] if note else lines

    def _line(self, one: Option, name: int, figure: int, width: int, *, under: bool) -> Line:
        mark = (CURSOR if under else " ", "accent")
        now = NOW if one.value == self._present else " "
        room = max(width - name - figure - 9, 0)
        return (
            mark,
            (f"{one.key or ' '} {now} ", "accent"),
            (fit(one.words, name) + "  ", "strong" if under else ""),
            (fit_right(one.figure, figure) + "  ", ""),
            (short(one.about, room), "dim"),
        )

    def render_line(self, y: int) -> Strip:
        """Paint one line, the one under the cursor on its own ground."""
        line = self._shown[y] if y < len(self._shown) else EMPTY
        under = bool(self._options) and self._top + y == self._at
        return paint(line, self.content_size.width, inks_of(self.app), under=under)

    def on_click(self, event: events.Click) -> None:
        """Pick the option that was clicked."""
        offset = event.get_content_offset(self)
        if offset is not None and self._top + offset.y < len(self._options):
            self._at = self._top + offset.y
            self.renew()
            self.post_message(self.Picked())

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        """Go one down."""
        event.stop()
        self.move(1)

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        """Go one up."""
        event.stop()
        self.move(-1)
