"""The line above the keys: what was just done, and calmly at its end what is new."""

from collections.abc import Sequence

from widgets.basis.lines import Lines
from widgets.basis.runs import EMPTY, Line, fit_right, length, short


class StatusLine(Lines):
    """Says one thing at the left; news at the right where there is room for both."""

    DEFAULT_CSS = """
    StatusLine { height: 1; padding: 0 1; }
    """

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002  (Textual’s own name)
        super().__init__(id=id)
        self._left: Line = EMPTY
        self._news = ""

    def say(self, sentence: str, hint: str = "", *, alarm: bool = False) -> None:
        """Say what happened; `hint` is the dim rest of it."""
        line: Line = ((sentence, "alarm" if alarm else ""),) if sentence else EMPTY
        self._left = (*line, (f" · {hint}", "dim")) if hint else line
        self.renew()

    def grow_old(self) -> None:
        """Show what was said as no news any more; an alarm stays."""
        old = tuple((words, "alarm" if ink == "alarm" else "dim") for words, ink in self._left)
        if old != self._left:
            self._left = old
            self.renew()

    def tell(self, news: str) -> None:
        """Say what is new, until told otherwise."""
        if news != self._news:
            self._news = news
            self.renew()

    def lines_for(self, width: int, height: int) -> Sequence[Line]:  # noqa: ARG002  (a single line has one height)
        """Return the line."""
        left = self._left
        room = width - length(left) - 2
        if room < 0:
            # The hint stays whole: "u undoes" matters more than the end of a long name.
            hint = left[1:]
            return [((short(left[0][0], max(width - length(hint), 8)), left[0][1]), *hint)]
        if not self._news or room < 6:
            return [left]
        return [(*left, ("  ", ""), (fit_right(short(self._news, room), room), "accent"))]
