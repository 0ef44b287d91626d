"""The guard at work: which keys it looks at, and what is done when they turn out to be text."""

from collections import deque
from collections.abc import Callable, Sequence
from datetime import datetime
from functools import partial
from time import monotonic
from typing import TYPE_CHECKING

from textual import events

from api.errors import HandoffError
from tui.commands import command, commands_in
from tui.guard import Guard, Mark, Stroke, Verdict
from tui.screens.area import Area
from tui.screens.deciding import ACTS

if TYPE_CHECKING:
    from api.desk import Act, Desk
    from tui.app import HandoffApp

_RESTS = ("enter", "tab")
"""Keys that rest too while text is coming: in text they end a line, in a dialog they would send it."""

_DECIDING = ("Decide", "Work", "Say", "Answer")
"""Groups of the commands that decide on a lead."""


class Guarding:
    """Stands between the keys and the screens."""

    def __init__(self, app: "HandoffApp", now: Callable[[], float] = monotonic) -> None:
        self._app = app
        self._now = now
        self._guard = Guard()
        self._waiting: deque[events.Key] = deque()

    def came(self, event: events.Key) -> None:
        """Note a key that was typed and waits for its turn."""
        self._waiting.append(event)

    def keeps(self, event: events.Key) -> bool:
        """Say whether a key whose turn it is does nothing, because it is text that was meant for another window."""
        if self._waiting and event in self._waiting:
            while self._waiting.popleft() is not event:
                pass
        if event.key in _RESTS:
            return self._guard.stopped(self._now())
        if not event.is_printable:
            return False
        verdict = self._guard.press(self._stroke(event), self._behind(event))
        if verdict is Verdict.STOP:
            self._stop()
        return verdict is not Verdict.PASS

    @property
    def _typing(self) -> bool:
        return self._app.focused is not None

    def _stroke(self, event: events.Key) -> Stroke:
        app = self._app
        mark = Mark(app.desk.now(), len(app.answered), len(app.screen_stack))
        area = app.screen.AREA if isinstance(app.screen, Area) else ""
        decides = any(event.key in app.keymap.keys(one) for one in commands_in(area) if one.group in _DECIDING)
        return Stroke(self._now(), event.key, self._means(event.key), mark, decides, in_field=self._typing)

    def _means(self, key: str) -> bool:
        screen = self._app.screen
        # In a dialog letters are answers; which of them mean something is known there only.
        return not isinstance(screen, Area) or key in self._app.keymap.used(screen.AREA)

    def _behind(self, event: events.Key) -> Sequence[str]:
        """Return the letters that wait behind this one, up to a key that is no part of pasted text."""
        if not self._waiting or self._typing or self._opens_field(event.key):
            return ()
        found: list[str] = []
        for key in self._waiting:
            if key.is_printable and not self._opens_field(key.key):
                found.append(key.key)
            elif key.key != "enter":
                break
        return found

    def _opens_field(self, key: str) -> bool:
        """Say whether a key opens the line in which one types what to find, as all that comes behind it does then."""
        return key in self._app.keymap.keys(command("triage.find"))

    def _stop(self) -> None:
        began = self._guard.began
        self._app.run_worker(self._take_back(began), group="guard")

    async def _take_back(self, began: Mark | None) -> None:
        app = self._app
        acts = [worker for worker in app.workers if worker.group == ACTS]
        if acts:
            await app.workers.wait_for_complete(acts)
        if began is None:
            return
        while len(app.screen_stack) > max(began.depth, 1) and not isinstance(app.screen, Area):
            await app.screen.dismiss(None)
        names: list[str] = []
        problem = ""
        try:
            taken = await app.writer.run(partial(take_back_since, app.desk, began.at))
            names = [name for act in reversed(taken) for name in _titles(app.desk, act)]
            while len(app.answered) > began.answers:
                answered = app.answered.pop()
                await app.writer.run(answered.take_back)
                names.append(answered.matter.title)
        except HandoffError as error:
            problem = error.sentence
        app.tell(words_about(names, problem))


def take_back_since(desk: "Desk", moment: datetime) -> "list[Act]":
    """Take back every own act since `moment`, the newest first, and return them. Blocks until the disk has it.

    Raises:
        NotSaved: the disk did not take it.
    """
    from api.desk.news import NothingToUndo

    taken: list[Act] = []
    while (act := desk.last_act()) is not None and act.at >= moment and desk.can_take_back(act):
        try:
            desk.undo(act.group)
        except NothingToUndo:
            break
        taken.append(act)
    return taken


def _titles(desk: "Desk", act: "Act") -> list[str]:
    rows = [desk.row(operation.target.id) for operation in act.operations]
    return [row.title for row in rows if row is not None]


def words_about(names: Sequence[str], problem: str = "") -> str:
    """Say what was done about text that came as keys; `names` has that of the lead for each decision taken back."""
    if problem:
        return f"That looked like typing; taking it back failed: {problem}"
    if not names:
        return "That looked like text: nothing was done. Keys rest for a second."
    what = "1 decision was" if len(names) == 1 else f"{len(names)} decisions were"
    return f"That looked like typing: {what} taken back: {', '.join(dict.fromkeys(names))}"
