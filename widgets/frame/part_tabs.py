"""Which part of the lead a narrow screen shows, and what the others are."""

from collections.abc import Sequence

from textual import events
from textual.message import Message

from widgets.basis.lines import Lines
from widgets.basis.runs import Line, Run, fit_right, length


class PartTabs(Lines):
    """Names of the parts in one line, the present one marked; a click chooses another."""

    DEFAULT_CSS = """
    PartTabs { height: 1; padding: 0 1 0 2; }
    """

    class Chosen(Message):
        """Somebody clicked the name of a part."""

        def __init__(self, part: str) -> None:
            super().__init__()
            self.part = part

    def __init__(self, parts: Sequence[str], *, hint: str = "", id: str | None = None) -> None:  # noqa: A002  (Textual’s own name)
        super().__init__(id=id)
        self._parts = tuple(parts)
        self._hint = hint
        self._present = self._parts[0]
        self._spans: list[tuple[int, int, str]] = []

    def show(self, present: str) -> None:
        """Mark this part."""
        if present != self._present:
            self._present = present
            self.renew()

    def lines_for(self, width: int, height: int) -> Sequence[Line]:  # noqa: ARG002  (a single line has one height)
        """Return the line; brackets mark the present part, so that it does not take colour to see it."""
        runs: list[Run] = []
        self._spans = []
        x = 0
        for part in self._parts:
            present = part == self._present
            words = f"[{part}]" if present else f" {part} "
            self._spans.append((x, x + len(words), part))
            runs.append((words, "strong" if present else "dim"))
            x += len(words)
        room = width - length(tuple(runs))
        if room > len(self._hint) + 1:
            runs.append((fit_right(self._hint, room), "dim"))
        return [tuple(runs)]

    def on_click(self, event: events.Click) -> None:
        """Choose the part under the mouse."""
        offset = event.get_content_offset(self)
        for start, end, part in self._spans if offset is not None else []:
            if offset is not None and start <= offset.x < end:
                event.stop()
                self.post_message(self.Chosen(part))
