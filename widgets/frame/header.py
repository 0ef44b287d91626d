"""The first line of the screen: the program, who works here, what waits, and how the line to the CRM stands."""

from collections.abc import Sequence

from textual import events
from textual.message import Message

from widgets.basis.lines import Lines
from widgets.basis.runs import EMPTY, Line, length


class Header(Lines):
    """One line with a left part, a middle and a right part; what does not fit is left out, the right part last.

    Of the middle, what stands at its end goes first.
    """

    DEFAULT_CSS = """
    Header { height: 1; padding: 0 1; }
    """

    class MarkClicked(Message):
        """Somebody clicked the right part."""

    class MiddleClicked(Message):
        """Somebody clicked the middle."""

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002  (Textual’s own name)
        super().__init__(id=id)
        self._parts: tuple[Line, Line, Line] = (EMPTY, EMPTY, EMPTY)
        self._middle = (0, 0)

    def show(self, left: Line, middle: Line, right: Line) -> None:
        """Show these parts."""
        if (left, middle, right) != self._parts:
            self._parts = (left, middle, right)
            self.renew()

    def lines_for(self, width: int, height: int) -> Sequence[Line]:  # noqa: ARG002  (a single line has one height)
        """Return the line."""
        left, middle, right = self._parts
        sizes = length(left), length(middle), length(right)
        if sum(sizes) + 4 > width:
            left = left[:1]
            sizes = length(left), *sizes[1:]
        while middle and sum(sizes) + 4 > width:
            middle = middle[:-2]
            sizes = sizes[0], length(middle), sizes[2]
        if sum(sizes) + 2 > width:
            left, sizes = EMPTY, (0, 0, sizes[2])
        space = width - sum(sizes)
        before = max(min((width - sizes[1]) // 2 - sizes[0], space - 2), 2) if middle else 0
        self._middle = (sizes[0] + before, sizes[0] + before + sizes[1])
        return [(*left, (" " * before, ""), *middle, (" " * max(space - before, 0), ""), *right)]

    def on_click(self, event: events.Click) -> None:
        """Tell when the right part or the middle was clicked."""
        offset = event.get_content_offset(self)
        if offset is not None and self._middle[0] <= offset.x < self._middle[1]:
            event.stop()
            self.post_message(self.MiddleClicked())
        elif offset is not None and offset.x >= self.content_size.width - length(self._parts[2]):
            event.stop()
            self.post_message(self.MarkClicked())
