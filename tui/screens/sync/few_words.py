"""A few words to go with an answer, in one line that may stay empty."""

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

from textual import events, on
from textual.app import ComposeResult
from textual.containers import Vertical

from api.model.text import LINE_LIMIT, clean_line
from tui.screens.dialog import Dialog
from tui.screens.typed import caught_up
from widgets.basis.lines import OneLine
from widgets.basis.notice import Words
from widgets.forms.answer_input import AnswerInput
from widgets.frame.key_bar import Key, KeyBar

if TYPE_CHECKING:
    from textual.widgets import Input


class WordsScreen(Dialog[str], inherit_bindings=False):
    """Gives back the words, cleaned; Esc gives back nothing and does nothing."""

    def __init__(
        self,
        verb: str,
        title: str,
        *,
        label: str,
        given: str = "",
        done: Callable[[str], Awaitable[None]],
    ) -> None:
        super().__init__(done)
        self._verb = verb
        self._title = title
        self._label = label
        self._given = given

    def compose(self) -> ComposeResult:
        """Lay the line out."""
        with Vertical(classes="dialog short"):
            yield OneLine(id="dialog-title")
            yield OneLine(classes="gap")
            yield OneLine(id="words-label")
            yield AnswerInput(self._given, id="words", max_length=LINE_LIMIT)
            yield Words("", "alarm", id="dialog-problem")
        yield KeyBar(id="dialog-keys")

    def on_mount(self) -> None:
        """Name everything and give the line the keys."""
        self.query_one("#dialog-title", OneLine).show(((f"{self._verb} ", ""), (self._title, "strong")))
        hint = "" if self._given else "  may stay empty"
        self.query_one("#words-label", OneLine).show((("▌", "accent"), (self._label, "strong"), (hint, "dim")))
        self.query_one("#dialog-keys", KeyBar).show(
            [Key(id="send", key="Enter", title=self._verb.lower()), Key(id="back", key="Esc", title="back")]
        )
        # At once, since what was typed ahead is an answer already.
        self.set_focus(self.query_one("#words"))

    async def take_key(self, event: events.Key) -> bool:
        """Send or go back; everything else is for the line."""
        if event.key not in ("enter", "escape", "tab", "shift+tab", "up", "down"):
            return False
        await caught_up(self.focused)
        if event.key == "enter":
            await self._send()
        elif event.key == "escape":
            self.dismiss(None)
        return True

    async def _send(self) -> None:
        field: Input = self.query_one("#words", AnswerInput)
        await self.finish(clean_line(field.value))

    @on(KeyBar.Pressed)
    def _pressed(self, pressed: KeyBar.Pressed) -> None:
        if pressed.command_id == "send":
            self.app.call_next(self._send)
        else:
            self.dismiss(None)
