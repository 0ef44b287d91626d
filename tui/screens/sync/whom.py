"""To whom? People and teams, picked by typing a part of the name."""

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

from textual import events, on
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.widgets import Input

from tui.screens.dialog import Dialog
from tui.screens.finders import whom
from tui.screens.typed import caught_up
from widgets.basis.lines import OneLine
from widgets.forms.answer_input import AnswerInput
from widgets.forms.fields import among
from widgets.forms.pick_list import PickList
from widgets.frame.key_bar import Key, KeyBar

if TYPE_CHECKING:
    from api.desk import Desk


class WhomScreen(Dialog[str], inherit_bindings=False):
    """Gives back ``person:ID`` or ``team:NAME``, or nothing when the person thought better of it."""

    def __init__(self, desk: "Desk", title: str, *, done: Callable[[str], Awaitable[None]]) -> None:
        super().__init__(done)
        self._desk = desk
        self._title = title

    def compose(self) -> ComposeResult:
        """Lay the line and the list out."""
        with Vertical(classes="dialog"):
            yield OneLine(id="dialog-title")
            yield OneLine(classes="gap")
            yield AnswerInput(id="whom")
            yield PickList(among(whom(self._desk)), nothing="Nobody matches.", id="people")
        yield KeyBar(id="dialog-keys")

    def on_mount(self) -> None:
        """Name everything and give the line the keys."""
        title = (("Send ", ""), (self._title, "strong"), (" to whom?", ""))
        self.query_one("#dialog-title", OneLine).show(title)
        self.query_one("#dialog-keys", KeyBar).show(
            [
                Key(id="send", key="Enter", title="send"),
                Key(id="type", key="a name", title="finds"),
                Key(id="move", key="↑ ↓", title="move"),
                Key(id="back", key="Esc", title="back"),
            ]
        )
        self.set_focus(self.query_one("#whom"))

    async def take_key(self, event: events.Key) -> bool:
        """Send, move or go back; everything else is typed."""
        if event.key not in ("enter", "escape", "up", "down", "pageup", "pagedown", "tab", "shift+tab"):
            return False
        await caught_up(self.focused)
        # What was typed last may not have been told to the list yet.
        self._narrow()
        people = self.query_one(PickList)
        steps = {"up": -1, "shift+tab": -1, "down": 1, "tab": 1, "pageup": -8, "pagedown": 8}
        if event.key in steps:
            people.move(steps[event.key])
        elif event.key == "escape":
            await self.finish("")
        else:
            await self._send()
        return True

    async def _send(self) -> None:
        picked = self.query_one(PickList).picked
        if picked is not None:
            await self.finish(picked.value)

    @on(Input.Changed)
    def _typed(self, event: Input.Changed) -> None:
        event.stop()
        self._narrow()

    def _narrow(self) -> None:
        self.query_one(PickList).narrow(self.query_one("#whom", AnswerInput).value)

    @on(PickList.Picked)
    def _picked(self) -> None:
        self.app.call_next(self._send)

    @on(KeyBar.Pressed)
    def _pressed(self, pressed: KeyBar.Pressed) -> None:
        if pressed.command_id == "send":
            self.app.call_next(self._send)
        elif pressed.command_id == "back":
            self.app.call_next(self.finish, "")
