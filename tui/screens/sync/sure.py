"""Asking once more before something is given up; the key that asked does not confirm."""

from collections.abc import Awaitable, Callable

from textual import events, on
from textual.app import ComposeResult
from textual.containers import Vertical

from tui.screens.dialog import Dialog
from widgets.basis.lines import OneLine
from widgets.basis.notice import Words
from widgets.frame.key_bar import Key, KeyBar


class SureScreen(Dialog[bool], inherit_bindings=False):
    """Gives back whether the person is sure: Enter is, Esc is not, no other key is either."""

    def __init__(self, verb: str, title: str, about: str, *, done: Callable[[bool], Awaitable[None]]) -> None:
        super().__init__(done)
        self._verb = verb
        self._title = title
        self._about = about

    def compose(self) -> ComposeResult:
        """Lay the question out."""
        with Vertical(classes="dialog short"):
            yield OneLine(id="dialog-title")
            yield OneLine(classes="gap")
            yield Words(self._about, id="dialog-about")
        yield KeyBar(id="dialog-keys")

    def on_mount(self) -> None:
        """Ask."""
        self.query_one("#dialog-title", OneLine).show(((self._verb, ""), (self._title, "strong"), ("?", "")))
        self.query_one("#dialog-keys", KeyBar).show(
            [Key(id="sure", key="Enter", title=self._verb.strip().lower()), Key(id="back", key="Esc", title="keep it")]
        )

    async def take_key(self, event: events.Key) -> bool:
        """Answer; what is no answer says so."""
        if event.key in ("enter", "escape"):
            await self.finish(event.key == "enter")
        else:
            self.query_one("#dialog-about", Words).show(f"{self._about} Esc leaves it as it is.", "alarm")
        return True

    @on(KeyBar.Pressed)
    def _pressed(self, pressed: KeyBar.Pressed) -> None:
        self.app.call_next(self.finish, pressed.command_id == "sure")

    def on_paste(self, event: events.Paste) -> None:
        """Swallow what was pasted: it answers nothing."""
        event.stop()
