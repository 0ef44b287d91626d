"""Many options, found by typing: what is typed narrows the list, Enter takes the one under the cursor."""

from collections.abc import Sequence

import msgspec
from textual import events
from textual.message import Message
from textual.strip import Strip

from widgets.basis.ink import CURSOR, inks_of, paint
from widgets.basis.lines import Lines
from widgets.basis.runs import EMPTY, Line, fit, short


class Option(msgspec.Struct, frozen=True):
    """One option."""

    value: str
    words: str
    about: str = ""
    """What else is good to know of it; found by typing too."""


class PickList(Lines):
    """The options in which every typed word occurs; those that begin with what was typed come first."""

    class Picked(Message):
        """An option was clicked."""

    def __init__(self, options: Sequence[Option], *, id: str | None = None) -> None:  # noqa: A002  (Textual’s own name)
        super().__init__(id=id)
        self._options = tuple(options)
        self._found = list(self._options)
        self._typed = ""
        self._at = 0
        self._top = 0

    @property
    def option(self) -> Option | None:
        """The option under the cursor; None when nothing matches."""
        return self._found[self._at] if self._found else None

    def narrow(self, text: str) -> None:
        """Show what matches, from the top."""
        typed = text.casefold().strip()
        if typed == self._typed:
            return
        self._typed = typed
        words = typed.split()
        found = [one for one in self._options if all(word in f"{one.words} {one.about}".casefold() for word in words)]
        self._found = sorted(found, key=lambda one: not one.words.casefold().startswith(typed))
        self._at = self._top = 0
        self.renew()

    def move(self, step: int) -> None:
        """Move the cursor."""
        self._at = max(0, min(self._at + step, len(self._found) - 1))
        self.renew()

    def lines_for(self, width: int, height: int) -> Sequence[Line]:
        """Return the options in sight."""
        if not self._found:
            return [(("Nobody matches.", "dim"),)]
        if self._at < self._top:
            self._top = self._at
        elif self._at >= self._top + height:
            self._top = self._at - height + 1
        room = max(width * 3 // 5, 12)
        lines: list[Line] = []
        for at, one in enumerate(self._found[self._top : self._top + height], self._top):
            under = at == self._at
            mark = (CURSOR if under else " ", "accent")
            name = (f" {fit(one.words, room)}  ", "strong" if under else "")
            lines.append((mark, name, (short(one.about, max(width - room - 4, 0)), "dim")))
        return lines

    def render_line(self, y: int) -> Strip:
        """Paint one line, the one under the cursor on its own ground."""
        line = self._shown[y] if y < len(self._shown) else EMPTY
        under = bool(self._found) and self._top + y == self._at
        return paint(line, self.content_size.width, inks_of(self.app), under=under)

    def on_click(self, event: events.Click) -> None:
        """Pick the option that was clicked."""
        offset = event.get_content_offset(self)
        if offset is not None and self._top + offset.y < len(self._found):
            self._at = self._top + offset.y
            self.renew()
            self.post_message(self.Picked())
