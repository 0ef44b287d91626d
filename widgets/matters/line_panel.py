"""How the line to the CRM stands, in as many lines as there is to say."""

from collections.abc import Sequence

import msgspec
from textual.message import Message

from widgets.basis.lines import Lines
from widgets.basis.runs import Line, flow, wrap


class LineState(msgspec.Struct, frozen=True):
    """What is to be said, in plain words."""

    sign: str
    sentence: str
    facts: tuple[str, ...] = ()
    """What belongs to it, in a few words each."""
    lacks: str = ""
    """What this CRM can't do, as a sentence; empty when it can do everything."""
    alarms: tuple[str, ...] = ()
    """What is wrong on this machine, as sentences."""
    alarming: bool = False
    """Whether only the person can mend it."""


class LinePanel(Lines):
    """A sentence on the line, below it the facts, dim; as high as the words are long."""

    DEFAULT_CSS = """
    LinePanel { height: auto; padding: 0 1; }
    """

    class Clicked(Message):
        """Somebody clicked the words."""

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002  (Textual’s own name)
        super().__init__(id=id)
        self._state = LineState("", "")
        self._high = 0

    def show(self, state: LineState) -> None:
        """Say this."""
        if state == self._state:
            return
        self._state = state
        width = self.content_size.width
        if width and len(lines_of(state, width)) != self._high:
            self.refresh(layout=True)
        self.renew()

    def get_content_height(self, container: object, viewport: object, width: int) -> int:  # noqa: ARG002
        """Return how many lines the words take."""
        self._high = len(lines_of(self._state, max(width, 1)))
        return self._high

    def lines_for(self, width: int, height: int) -> Sequence[Line]:  # noqa: ARG002  (the height follows the words)
        """Return the words, wrapped."""
        return lines_of(self._state, width)

    def on_click(self) -> None:
        """Tell whoever cares."""
        self.post_message(self.Clicked())


def lines_of(state: LineState, width: int) -> list[Line]:
    """Return the sentence behind its sign, then facts, lacks and alarms, two cells from the left."""
    room = width - 2
    ink = "alarm" if state.alarming else ""
    first, *rest = wrap(state.sentence, room, 2)
    lines: list[Line] = [((f"{state.sign} ", "alarm" if state.alarming else "accent"), (first, ink))]
    lines += [(("  ", ""), (part, ink)) for part in rest]
    lines += [(("  ", ""), (part, "dim")) for part in flow(state.facts, room, 2)]
    lines += [(("  ", ""), (part, "dim")) for part in (wrap(state.lacks, room, 2) if state.lacks else ())]
    for sentence in state.alarms:
        first, *rest = wrap(sentence, room, 2)
        lines += [(("! ", "alarm"), (first, "alarm")), *((("  ", ""), (part, "alarm")) for part in rest)]
    return lines
