"""Whether keys are decisions, or text that was meant for another window: a pure rule with a clock from outside.

Whoever decides thinks between two keys, or presses one key again and again: within a second and a half no hand gives
more than six or seven different commands, and every key of it means something. Text is other: letters differ, they come
steadily, and some of them are keys that nothing is bound to.

Sooner or later a letter of a text opens a form, and the rest goes into its field. That is what fields are for, unless
the key that opened it came on the heels of a decision: nobody has looked at the next lead by then.
"""

from collections import deque
from collections.abc import Sequence
from datetime import datetime
from enum import Enum, auto
from typing import NamedTuple

WINDOW = 1.5
"""Seconds that are looked at together."""

PAUSE = 0.6
"""Seconds between two keys that somebody who writes does not take: a text began after the last of them."""

KEPT = 10.0
"""Seconds for which keys are remembered, so that the beginning of a text is known."""

QUIET = 1.0
"""Seconds without a key after which keys are decisions again."""

NEEDED = (9, 8, 5, 4)
"""How many different keys make it text, by how many of them mean nothing: none, one, two, three or more."""

NEEDED_AT_ONCE = 8
"""How many different keys make it text where they all came in one go, faster than any of them could be looked at.

Whoever types ahead while the program starts or the line stalls gives a few keys, some of them again and again.
"""

HASTE = 0.35
"""Seconds after a decision within which nobody has seen the next lead and begun to write about it."""

NEEDED_IN_FIELD = 7
"""How many different keys make it text where the field they go into was opened in haste."""


class Mark(NamedTuple):
    """Where the program stood before a key, so that what came of it can be found and taken back."""

    at: datetime
    answers: int = 0
    """How many answers had been given on the Sync screen."""
    depth: int = 1
    """How many screens lay over each other."""


class Stroke(NamedTuple):
    """One printable key."""

    at: float
    """Seconds of a clock that only goes forward."""
    key: str
    means: bool
    """Whether something is bound to it where it was pressed."""
    mark: Mark | None = None
    decides: bool = False
    """Whether what is bound to it decides on a lead."""
    in_field: bool = False
    """Whether it goes into a field."""

    @property
    def depth(self) -> int:
        """How many screens lay over each other."""
        return self.mark.depth if self.mark is not None else 1


class Verdict(Enum):
    """What becomes of a key."""

    PASS = auto()
    STOP = auto()
    """It is text: this key does nothing, nor do those behind it, and what came of those before is taken back."""
    DROP = auto()
    """It belongs to text that was noticed already, and does nothing."""


def reads_as_text(strokes: Sequence[Stroke]) -> bool:
    """Say whether keys that came close together are text."""
    different = {stroke.key for stroke in strokes}
    if strokes and strokes[-1].in_field:
        return len(different) >= NEEDED_IN_FIELD
    nothing = {stroke.key for stroke in strokes if not stroke.means}
    return len(different) >= NEEDED[min(len(nothing), len(NEEDED) - 1)]


class Guard:
    """Looks at one key after another."""

    def __init__(self) -> None:
        self._strokes: deque[Stroke] = deque()
        self._stopped = False
        self._last = float("-inf")
        self.began: Mark | None = None
        """Where the program stood before the first key of the text that was noticed last."""

    def stopped(self, at: float) -> bool:
        """Say whether keys rest; one that comes meanwhile makes them rest longer."""
        if self._stopped and at - self._last >= QUIET:
            self._stopped = False
            self._strokes.clear()
        if self._stopped:
            self._last = at
        return self._stopped

    def press(self, stroke: Stroke, waiting: Sequence[str] = ()) -> Verdict:
        """Judge a key; `waiting` are those that were typed behind it already, and have done nothing yet."""
        if self.stopped(stroke.at):
            return Verdict.DROP
        if stroke.in_field and not self._hasty(stroke.at):
            self._strokes.clear()
            return Verdict.PASS
        while self._strokes and stroke.at - self._strokes[0].at > KEPT:
            self._strokes.popleft()
        self._strokes.append(stroke)
        self._last = stroke.at
        if len({stroke.key, *waiting}) >= NEEDED_AT_ONCE:
            self._stop(stroke)
        elif reads_as_text(self._together(stroke)):
            self._stop(self._first())
        return Verdict.STOP if self._stopped else Verdict.PASS

    def _stop(self, first: Stroke) -> None:
        self._stopped = True
        self.began = first.mark

    def _together(self, stroke: Stroke) -> list[Stroke]:
        """Return the keys that are looked at together: where a field takes them in, those since it was opened, too."""
        if stroke.in_field:
            return list(self._strokes)
        return [one for one in self._strokes if stroke.at - one.at <= WINDOW]

    def _first(self) -> Stroke:
        """Return the first key of what is being typed: the one after the last pause."""
        later = self._strokes[-1]
        for stroke in reversed(self._strokes):
            if later.at - stroke.at > PAUSE:
                break
            later = stroke
        return later

    def _hasty(self, at: float) -> bool:
        """Say whether the present field was opened on the heels of a decision, and no pause came since."""
        if not self._strokes or at - self._strokes[-1].at >= QUIET:
            return False
        before = [stroke for stroke in self._strokes if not stroke.in_field]
        if not before:
            return False
        later = opening = before[-1]
        for stroke in reversed(before[:-1]):
            if later.at - stroke.at > HASTE or stroke.depth != opening.depth:
                return False
            if stroke.decides and stroke.key != opening.key:
                return True
            later = stroke
        return False
