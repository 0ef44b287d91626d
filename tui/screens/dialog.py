"""The root of the screens that lie over another: their looks are loaded when the first of them opens."""

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import ClassVar, Generic, TypeVar

from textual import events
from textual.screen import ModalScreen

from api.model.lead import Lead
from api.model.people import Person
from api.rules.showing.story import VERBS

Given = TypeVar("Given")


class Dialog(ModalScreen[None], Generic[Given], inherit_bindings=False):
    """A screen over the queue that gives back a result.

    What follows is begun before the next key is looked at, so that keys typed ahead reach what they were meant for.
    """

    AUTO_FOCUS = ""
    # Textual looks beside the class that is shown, wherever that lies.
    CSS_PATH: ClassVar[Path] = Path(__file__).parents[1] / "styles" / "dialogs.tcss"

    def __init__(self, done: Callable[[Given], Awaitable[None]] | None = None) -> None:
        super().__init__()
        self._done = done
        self._late: tuple[Given, ...] = ()

    async def take_key(self, event: events.Key) -> bool:  # noqa: ARG002  (its bindings do)
        """Carry a key out; False leaves it to the focused field or the bindings."""
        return False

    async def finish(self, given: Given) -> None:
        """Go away, and let what follows begin; from below something else, once that has gone."""
        if self.is_active:
            self.dismiss(None)
            if self._done is not None:
                await self._done(given)
        elif self in self.app.screen_stack:
            # The library would take away what lies over it.
            self._late = (given,)

    def on_screen_resume(self) -> None:
        """Go away now, where that had to wait."""
        late, self._late = self._late, ()
        for given in late:
            self.app.call_next(self.finish, given)


def overtaken(seen: Lead, now: Lead, me: Person) -> str:
    """Say who decided on the lead while the dialog was open; empty while nobody else has."""
    last = now.decided
    if last is None or now.decision_revision == seen.decision_revision or last.by == me.id or now.state is seen.state:
        return ""
    return f"{last.by_name or 'Somebody'} {VERBS.get(last.verb, last.verb)} it meanwhile. Esc leaves."
