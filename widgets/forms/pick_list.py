"""Many things, found by typing: what is typed narrows the list, the cursor stands on the one that is meant."""

from collections.abc import Sequence

from textual import events
from textual.message import Message
from textual.strip import Strip

from widgets.basis.ink import CURSOR, inks_of, paint
from widgets.basis.lines import Lines
from widgets.basis.runs import EMPTY, Line, cells, fit, join, short, wrapped
from widgets.forms.fields import Finder, Found


class PickList(Lines):
    """What the typed words find, best first; each takes one line, or two where its `about` wants one for itself."""

    class Picked(Message):
        """A thing was clicked."""

    def __init__(
        self,
        find: Finder,
        *,
        depth: int = 1,
        nothing: str = "Nothing matches.",
        unasked: str = "",
        id: str | None = None,  # noqa: A002  (Textual’s own name)
    ) -> None:
        """Begin with what is found for no words, else say `unasked`; `nothing` where what was typed finds nothing."""
        super().__init__(id=id)
        self._find = find
        self._depth = depth
        self._nothing = nothing
        self._unasked = unasked or nothing
        self._typed = ""
        self._found: list[Found] = list(find(""))
        self._at = 0
        self._top = 0
        self.meant = True
        """Whether the cursor stands on what is meant; without, it is not shown and nothing is picked."""

    @property
    def picked(self) -> Found | None:
        """What is under the cursor; None when nothing is found, or nothing is meant yet."""
        return self._found[self._at] if self._found and self.meant else None

    @property
    def count(self) -> int:
        """How many are found."""
        return len(self._found)

    @property
    def size_wanted(self) -> int:
        """How many lines show everything that is found."""
        return max(len(self._found) * self._depth, 2)

    def narrow(self, text: str) -> bool:
        """Show what the words find, from the top; False when these were looked for already."""
        typed = text.strip()
        if typed == self._typed:
            return False
        self._typed = typed
        self._found = list(self._find(typed))
        self._at = self._top = 0
        self.renew()
        return True

    def go_to(self, value: str) -> None:
        """Put the cursor on the thing with this value, found by it where no words are needed for that."""
        if all(one.value != value for one in self._found):
            self._found = [one for one in self._find(value) if one.value == value][:1] + self._found
        self._at = next((at for at, one in enumerate(self._found) if one.value == value), 0)
        self.renew()

    def move(self, step: int) -> None:
        """Move the cursor; the first move only shows it."""
        if self.meant:
            self._at = max(0, min(self._at + step, len(self._found) - 1))
        self.meant = True
        self.renew()

    def lines_for(self, width: int, height: int) -> Sequence[Line]:
        """Return the things in sight."""
        if not self._found:
            return wrapped(self._nothing if self._typed else self._unasked, width, "dim", limit=height)
        room = max(height // self._depth, 1)
        if self._at < self._top:
            self._top = self._at
        elif self._at >= self._top + room:
            self._top = self._at - room + 1
        self._top = max(0, min(self._top, len(self._found) - room))
        draw = self._two if self._depth > 1 else self._one
        return [
            line
            for at, one in enumerate(self._found[self._top : self._top + room], self._top)
            for line in draw(one, width, under=self.meant and at == self._at)
        ]

    @staticmethod
    def _one(one: Found, width: int, *, under: bool) -> list[Line]:
        room = max(width * 3 // 5, 12)
        mark = (CURSOR if under else " ", "accent")
        name = (f" {fit(one.words, room)}  ", "strong" if under else "")
        return [(mark, name, (short(join([one.about, one.why]), max(width - room - 4, 0)), "dim"))]

    @staticmethod
    def _two(one: Found, width: int, *, under: bool) -> list[Line]:
        mark = (CURSOR if under else " ", "accent")
        why = short(one.why, max(width // 2, 0))
        room = max(width - 2 - (cells(why) + 2 if why else 0), 4)
        name = (f" {fit(one.words, room)}", "strong" if under else "")
        first: Line = (mark, name, (f"  {why}", "accent")) if why else (mark, name)
        return [first, (mark, (f"  {short(one.about, width - 3)}", "dim"))]

    def render_line(self, y: int) -> Strip:
        """Paint one line, those under the cursor on their own ground."""
        line = self._shown[y] if y < len(self._shown) else EMPTY
        under = bool(self._found) and self.meant and self._top + y // self._depth == self._at
        return paint(line, self.content_size.width, inks_of(self.app), under=under)

    def on_click(self, event: events.Click) -> None:
        """Pick what was clicked."""
        offset = event.get_content_offset(self)
        if offset is not None and self._top + offset.y // self._depth < len(self._found):
            event.stop()
            self._at = self._top + offset.y // self._depth
            self.meant = True
            self.renew()
            self.post_message(self.Picked())

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        """Go down by the wheel."""
        event.stop()
        self.move(1)

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        """Go up by the wheel."""
        event.stop()
        self.move(-1)
