"""The root of the widgets that paint themselves line by line."""

from collections.abc import Sequence

from textual.geometry import Region, Size
from textual.message import Message
from textual.strip import Strip
from textual.widget import Widget

from widgets.basis.ink import Inks, inks_of, paint
from widgets.basis.runs import EMPTY, Line, cut, length
from widgets.basis.still import still


class Lines(Widget):
    """Shows lines of words and repaints only those that changed: a full repaint costs four times the bytes."""

    DEFAULT_CSS = """
    Lines { width: 1fr; height: 1fr; }
    """

    virtual_size = still()

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:  # noqa: A002  (Textual’s own name)
        super().__init__(id=id, classes=classes)
        self._shown: list[Line] = []
        self._shown_in = Size(0, 0)
        self._inks: Inks = {}

    def lines_for(self, width: int, height: int) -> Sequence[Line]:
        """Return what to show in this much room, at most `height` lines."""
        raise NotImplementedError

    def renew(self) -> None:
        """Ask `lines_for` again and repaint the lines that differ."""
        room = self.content_size
        if not room or room != self._shown_in:
            # What comes to be painted in this room is asked for when it is painted, all of it: lines that were painted
            # before the widget was hidden are kept by the library otherwise.
            self._shown_in = Size(0, 0)
            self.refresh()
            return
        width, height = room
        lines = list(self.lines_for(width, height))[:height]
        changed = [
            Region(0, y, width, 1)
            for y in range(max(len(lines), len(self._shown)))
            if (lines[y] if y < len(lines) else EMPTY) != (self._shown[y] if y < len(self._shown) else EMPTY)
        ]
        self._shown = lines
        if changed:
            self.refresh(*changed)

    def render_lines(self, crop: Region) -> list[Strip]:
        """Paint; the words are laid out here, so that the first time that a room is painted they stand in it."""
        room = self.content_size
        if room and room != self._shown_in:
            self._shown_in = room
            self._shown = list(self.lines_for(*room))[: room.height]
        # Each line asks for them; both are worked out by going up through all that the widget lies in.
        self._inks = inks_of(self.app)
        return super().render_lines(crop)

    def render_line(self, y: int) -> Strip:
        """Paint one line."""
        return paint(self._shown[y] if y < len(self._shown) else EMPTY, self._shown_in.width, self._inks)

    @property
    def said(self) -> str:
        """What stands there, as plain text."""
        return "\n".join("".join(words for words, _ in line).rstrip() for line in self._shown)


class OneLine(Lines):
    """A single line of words."""

    DEFAULT_CSS = """
    OneLine { height: 1; }
    """

    class Clicked(Message):
        """Somebody clicked the line."""

        def __init__(self, line: "OneLine") -> None:
            super().__init__()
            self.line = line

        @property
        def control(self) -> "OneLine":
            """The line."""
            return self.line

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:  # noqa: A002  (Textual’s own name)
        super().__init__(id=id, classes=classes)
        self._line: Line = EMPTY

    def show(self, line: Line) -> None:
        """Show this line instead of the one before."""
        if line != self._line:
            self._line = line
            self.renew()

    def lines_for(self, width: int, height: int) -> Sequence[Line]:  # noqa: ARG002  (a single line has one height)
        """Return the line, cut with an ellipsis where it has no room."""
        return [self._line if length(self._line) <= width else cut(self._line, width)]

    def on_click(self) -> None:
        """Tell whoever cares."""
        self.post_message(self.Clicked(self))
