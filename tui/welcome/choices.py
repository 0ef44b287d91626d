"""A short list of ways on, each with a sentence, one of them under the cursor."""

from collections.abc import Sequence

import msgspec
from textual import events
from textual.message import Message

from widgets.basis.ink import CURSOR
from widgets.basis.lines import Lines
from widgets.basis.runs import EMPTY, Line, short, wrapped

_MARGIN = 6
"""Cells at the left of the sentences: the mark, the number, and room."""


class Choice(msgspec.Struct, frozen=True):
    """One way on."""

    id: str
    title: str
    about: str


class Choices(Lines):
    """Shows the ways below each other; in a low terminal the gaps go first, then the sentences."""

    class Chosen(Message):
        """Somebody clicked one of them."""

        def __init__(self, choice_id: str) -> None:
            super().__init__()
            self.choice_id = choice_id

    def __init__(self, choices: Sequence[Choice], *, id: str | None = None) -> None:  # noqa: A002  (Textual’s own name)
        super().__init__(id=id)
        self._choices = tuple(choices)
        self._at = 0
        self._owner: list[int] = []

    @property
    def chosen(self) -> str:
        """Id of the choice under the cursor."""
        return self._choices[self._at].id

    def move(self, step: int) -> None:
        """Move the cursor; it goes round."""
        self._at = (self._at + step) % len(self._choices)
        self.renew()

    def select(self, choice_id: str) -> None:
        """Put the cursor on a choice."""
        self._at = next((at for at, one in enumerate(self._choices) if one.id == choice_id), self._at)
        self.renew()

    def lines_for(self, width: int, height: int) -> Sequence[Line]:
        """Return the choices in the room there is."""
        for sentences, gaps in ((True, True), (True, False), (False, False)):
            lines, self._owner = self._laid_out(width, sentences=sentences, gaps=gaps)
            if len(lines) <= height:
                break
        return lines[:height]

    def _laid_out(self, width: int, *, sentences: bool, gaps: bool) -> tuple[list[Line], list[int]]:
        lines: list[Line] = []
        owner: list[int] = []
        for at, one in enumerate(self._choices):
            under = at == self._at
            mark = (CURSOR, "accent") if under else (" ", "")
            title = short(one.title, max(width - _MARGIN, 1))
            part: list[Line] = [(mark, (f" {at + 1}  ", "accent" if under else "dim"), (title, "strong"))]
            if sentences:
                part += wrapped(one.about, max(min(width, 76) - 1, 8), "dim", indent=_MARGIN - 1)
            if gaps:
                part.append(EMPTY)
            lines += part
            owner += [at] * len(part)
        return lines, owner

    def on_click(self, event: events.Click) -> None:
        """Choose what is under the mouse."""
        offset = event.get_content_offset(self)
        if offset is not None and offset.y < len(self._owner):
            event.stop()
            self._at = self._owner[offset.y]
            self.renew()
            self.post_message(self.Chosen(self.chosen))
