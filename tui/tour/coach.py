"""The line in which the tour says what to do."""

from collections.abc import Callable, Sequence

from textual import events

from widgets.basis.lines import Lines
from widgets.basis.runs import Line, fit_right, length, short


class Coach(Lines):
    """One line: how far the tour is, what to do, and the key that ends it; a click on that ends it too."""

    DEFAULT_CSS = """
    Coach { height: 1; padding: 0 1; }
    """

    def __init__(self, ended: Callable[[], None], *, id: str | None = None) -> None:  # noqa: A002  (Textual’s own name)
        super().__init__(id=id)
        self._ended = ended
        self._step = ""
        self._words: Line = ()
        self._end = "", ""
        self._end_from = 0

    def show(self, step: str, words: Line, end: tuple[str, str]) -> None:
        """Say it: ``2 of 9``, what to do, and how to end the tour, in words and in few."""
        if (step, words, end) != (self._step, self._words, self._end):
            self._step, self._words, self._end = step, words, end
            self.renew()

    def lines_for(self, width: int, height: int) -> Sequence[Line]:  # noqa: ARG002  (a single line has one height)
        """Return the line; where there is little room, the end of what is said gives way, never its keys."""
        left: list[tuple[str, str]] = [(f"{self._step}  ", "accent")] if self._step else []
        left += self._words
        whole, brief = self._end
        end = whole if length(tuple(left)) + len(whole) + 2 <= width else brief
        room = width - len(end) - 2
        self._end_from = width - len(end)
        shown: list[tuple[str, str]] = []
        for words, ink in left:
            free = room - length(tuple(shown))
            if free <= 0:
                break
            shown.append((short(words, free), ink))
        return [(*shown, (fit_right(end, max(width - length(tuple(shown)), 0)), "dim"))]

    def on_click(self, event: events.Click) -> None:
        """End the tour where the click was on its end."""
        offset = event.get_content_offset(self)
        if offset is not None and offset.x >= self._end_from:
            event.stop()
            self._ended()
