"""What becomes of each of several leads: those first to which it can't be done, then the others."""

from collections.abc import Sequence

import msgspec
from textual import events

from widgets.basis.lines import Lines
from widgets.basis.runs import EMPTY, Line, cells, fit, short, wrap


class ActRow(msgspec.Struct, frozen=True):
    """One lead."""

    title: str
    about: str = ""
    """Its company."""
    words: str = ""
    """What becomes of it, or why it can't be."""
    possible: bool = True


class ActList(Lines):
    """Leads by what becomes of them; scrolls by wheel and by `move`."""

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002  (Textual’s own name)
        super().__init__(id=id)
        self._rows: tuple[ActRow, ...] = ()
        self._heads = ("", "")
        self._note = ""
        self._top = 0

    def show(self, rows: Sequence[ActRow], can: str, cannot: str) -> None:
        """Show these; `can` and `cannot` stand above those to which it can be done, and to which not."""
        self._rows = tuple(rows)
        self._heads = (can, cannot)
        self._note = ""
        self.renew()

    def note(self, sentence: str) -> None:
        """Say this below the leads."""
        if sentence != self._note:
            self._note = sentence
            self.renew()

    def move(self, step: int) -> None:
        """Scroll by so many lines."""
        self._top = max(self._top + step, 0)
        self.renew()

    def page(self, step: int) -> None:
        """Scroll by so many pages."""
        self.move(step * max(self.content_size.height - 4, 1))

    def lines_for(self, width: int, height: int) -> Sequence[Line]:
        """Return the part that is in sight, how much more there is, and what is said below."""
        notes: list[Line] = [((part, "alarm"),) for part in wrap(self._note, width, 2)] if self._note else []
        room = max(height - (len(notes) + 1 if notes else 0), 1)
        lines = self._all(width)
        if len(lines) > room:
            # One line says how much more there is.
            room -= 1
            self._top = min(self._top, len(lines) - room)
            below = len(lines) - room - self._top
            more = f"↑ {self._top} above" if not below else f"↓ {below} more"
            seen = [*lines[self._top : self._top + room], ((more, "dim"),)]
        else:
            self._top = 0
            seen = lines
        return [*seen, EMPTY, *notes] if notes else seen

    def _all(self, width: int) -> list[Line]:
        can = [row for row in self._rows if row.possible]
        cannot = [row for row in self._rows if not row.possible]
        name = min(max((cells(row.title) for row in self._rows), default=0), max(width * 2 // 5, 12))
        lines: list[Line] = []
        if cannot:
            lines.append(((self._heads[1], "heading"),))
            for row in cannot:
                first, *rest = wrap(row.words, max(width - name - 4, 10), 2)
                lines.append(((f"✗ {fit(row.title, name)}  {first}", "dim"),))
                lines += [((" " * (name + 4) + part, "dim"),) for part in rest]
            lines.append(EMPTY)
        if can:
            lines.append(((self._heads[0], "heading"),))
            for row in can:
                about = " · ".join(part for part in (row.about, row.words) if part)
                lines.append(((f"✓ {fit(row.title, name)}", ""), (f"  {short(about, width - name - 4)}", "dim")))
        return lines

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        """Scroll three lines down."""
        event.stop()
        self.move(3)

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        """Scroll three lines up."""
        event.stop()
        self.move(-3)
