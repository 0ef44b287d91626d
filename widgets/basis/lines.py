"""The root of the widgets that paint themselves line by line."""

from collections.abc import Sequence

from textual import events
from textual.geometry import Region
from textual.message import Message
from textual.strip import Strip
from textual.widget import Widget

from widgets.basis.ink import inks_of, paint
from widgets.basis.runs import EMPTY, Line


class Lines(Widget):
    """Shows lines of words and repaints only those that changed: a full repaint costs four times the bytes."""

    DEFAULT_CSS = """
    Lines { width: 1fr; height: 1fr; }
    """

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:  # noqa: A002  (Textual’s own name)
        super().__init__(id=id, classes=classes)
        self._shown: list[Line] = []

    def lines_for(self, width: int, height: int) -> Sequence[Line]:
        """Return what to show in this much room, at most `height` lines."""
        raise NotImplementedError

    def renew(self) -> None:
        """Ask `lines_for` again and repaint the lines that differ."""
        width, height = self.content_size
        if width <= 0 or height <= 0:
            return
        lines = list(self.lines_for(width, height))[:height]
        changed = [
            Region(0, y, width, 1)
            for y in range(max(len(lines), len(self._shown)))
            if (lines[y] if y < len(lines) else EMPTY) != (self._shown[y] if y < len(self._shown) else EMPTY)
        ]
        self._shown = lines
        if changed:
            self.refresh(*changed)

    def on_resize(self, _event: events.Resize) -> None:
        """Lay the words out anew."""
        self._shown = []
        self.renew()
        self.refresh()

    def render_line(self, y: int) -> Strip:
        """Paint one line."""
        width = self.content_size.width
        return paint(self._shown[y] if y < len(self._shown) else EMPTY, width, inks_of(self.app))

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
        """Return the line."""
        return [self._line]

    def on_click(self) -> None:
        """Tell whoever cares."""
        self.post_message(self.Clicked(self))
