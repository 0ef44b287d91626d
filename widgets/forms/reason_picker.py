"""The agreed reasons, each with its own key."""

from collections.abc import Sequence

import msgspec
from rich.cells import cell_len
from textual import events
from textual.message import Message
from textual.strip import Strip

from api.model.agreement import Consequence, Reason
from widgets.basis.ink import CURSOR, inks_of, paint
from widgets.basis.lines import Lines
from widgets.basis.runs import EMPTY, Line, fit, join, short, wrap

BECOMES = {
    Consequence.RETURN: "back to marketing",
    Consequence.CLOSE: "closed",
    Consequence.FIX: "marketing mends it",
    Consequence.RECYCLE: "comes back later",
    Consequence.REROUTE: "goes to its owner",
    Consequence.MERGE: "merged",
    Consequence.ATTACH: "joins the account",
    Consequence.PURGE: "counts nowhere",
    Consequence.SUPPRESS: "never contacted again",
}
"""What becomes of a lead, in a few words."""

IN_A_WORD = {
    Consequence.RETURN: "returned",
    Consequence.CLOSE: "closed",
    Consequence.FIX: "to mend",
    Consequence.RECYCLE: "recycled",
    Consequence.REROUTE: "rerouted",
    Consequence.MERGE: "merged",
    Consequence.ATTACH: "attached",
    Consequence.PURGE: "purged",
    Consequence.SUPPRESS: "suppressed",
}
"""The same in one word, where there is no more room."""

_HINT = 5
_LOW = 24
"""Under this height the meaning gets fewer lines, so that more reasons are in sight."""


class Choice(msgspec.Struct, frozen=True):
    """A reason, and why it can't be given now (empty when it can)."""

    reason: Reason
    hindrance: str = ""
    barred: str = ""
    """The hindrance in a word or two."""
    note: str = ""
    """What is worth a word before it is picked, in one or two."""
    noted: str = ""
    """The same in a few more."""


def fate(reason: Reason) -> str:
    """Return the reason's class, what becomes of the lead, and who answers."""
    answers = f"{reason.owner.replace('_', ' ')} answers"
    return join([reason.class_.replace("_", " "), BECOMES[reason.outcome], answers])


class ReasonPicker(Lines):
    """All reasons in their frozen order; those of no use now are dim and say why."""

    class Picked(Message):
        """A reason was picked."""

        def __init__(self, reason: Reason) -> None:
            super().__init__()
            self.reason = reason

    def __init__(self, choices: Sequence[Choice], *, id: str | None = None) -> None:  # noqa: A002  (Textual’s own name)
        super().__init__(id=id)
        self._choices = tuple(choices)
        self._at = next((at for at, choice in enumerate(choices) if not choice.hindrance), 0)
        self._top = 0
        self._complaint = ""

    @property
    def choice(self) -> Choice | None:
        """The reason under the cursor."""
        return self._choices[self._at] if self._choices else None

    def move(self, step: int) -> None:
        """Move the cursor."""
        self._at = max(0, min(self._at + step, len(self._choices) - 1))
        self._complaint = ""
        self.renew()

    def go_to(self, code: str) -> None:
        """Put the cursor on the reason with this code."""
        for at, choice in enumerate(self._choices):
            if choice.reason.code == code:
                self._at = at
                self.renew()

    def find(self, key: str) -> bool:
        """Put the cursor on the reason with this key; False when no reason has it."""
        for at, choice in enumerate(self._choices):
            if choice.reason.key == key:
                self._at = at
                return True
        return False

    def pick(self, *, tell: bool = True) -> Reason | None:
        """Return the reason under the cursor, or say why it can't be given; `tell` posts it as well."""
        choice = self.choice
        if choice is None:
            return None
        self._complaint = choice.hindrance
        self.renew()
        if choice.hindrance:
            return None
        if tell:
            self.post_message(self.Picked(choice.reason))
        return choice.reason

    def complain(self, sentence: str) -> None:
        """Say what is wrong below the reasons."""
        self._complaint = sentence
        self.renew()

    def lines_for(self, width: int, height: int) -> Sequence[Line]:
        """Return the reasons in sight, and below them what the one under the cursor means."""
        room = self._room(height)
        if self._at < self._top:
            self._top = self._at
        elif self._at >= self._top + room:
            self._top = self._at - room + 1
        self._top = max(0, min(self._top, len(self._choices) - room))
        label = max((cell_len(choice.reason.label) for choice in self._choices), default=0)
        label = min(label, max(width - 16, 16))
        lines = [
            self._line(choice, label, width, under=self._top + y == self._at)
            for y, choice in enumerate(self._choices[self._top : self._top + room])
        ]
        tall = height >= _LOW
        if tall:
            lines.append(EMPTY)
        if self._complaint:
            lines += [((part, "alarm"),) for part in wrap(self._complaint, width, 2)]
        elif self.choice is not None:
            lines += [((part, ""),) for part in wrap(self.choice.reason.sentence, width, 2)]
            lines += [((part, "dim"),) for part in wrap(self._told(self.choice), width, 2 if tall else 1)]
        return lines

    @staticmethod
    def _told(choice: Choice) -> str:
        return join([choice.noted, fate(choice.reason)])

    def _line(self, choice: Choice, label: int, width: int, *, under: bool) -> Line:
        reason = choice.reason
        mark = (CURSOR if under else " ", "accent")
        room = width - label - 6
        if choice.hindrance:
            words = f"{reason.key}  {fit(reason.label, label)}  {short(choice.barred, room)}"
            return (mark, (words, "dim"))
        about = join([reason.class_.replace("_", " "), IN_A_WORD[reason.outcome]])
        about = about if cell_len(about) <= room else short(IN_A_WORD[reason.outcome], room)
        about = short(choice.note, room) if choice.note else about
        return (
            mark,
            (f"{reason.key}  ", "accent"),
            (fit(reason.label, label) + "  ", "strong" if under else ""),
            (about, "accent" if choice.note else "dim"),
        )

    def render_line(self, y: int) -> Strip:
        """Paint one line, the one under the cursor on its own ground."""
        line = self._shown[y] if y < len(self._shown) else EMPTY
        under = self._top + y == self._at and y < self._rows
        return paint(line, self.content_size.width, inks_of(self.app), under=under)

    @property
    def _rows(self) -> int:
        return min(len(self._choices), self._room(self.content_size.height))

    @staticmethod
    def _room(height: int) -> int:
        return max(height - (_HINT if height >= _LOW else _HINT - 2), 1)

    def on_click(self, event: events.Click) -> None:
        """Pick the reason that was clicked."""
        offset = event.get_content_offset(self)
        if offset is not None and offset.y < self._rows:
            self._at = self._top + offset.y
            self.pick()
