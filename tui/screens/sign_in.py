"""A new token for the same person, typed where nobody can read it."""

import asyncio
from collections.abc import Awaitable, Callable

from textual import events, on
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.widgets import Input

from api.errors import HandoffError
from tui.screens.dialog import Dialog
from tui.screens.typed import caught_up
from widgets.basis.lines import OneLine
from widgets.basis.notice import Words
from widgets.frame.key_bar import Key, KeyBar

SignIn = Callable[[str], str]
"""Checks and keeps a token, and returns a sentence that says where; blocks, and raises HandoffError."""


class TokenInput(Input):
    """A line that shows dots, and gives nothing of what it holds to the clipboard."""

    DEFAULT_CSS = """
    TokenInput { height: 1; border: none; padding: 0 1; width: 1fr; background: $panel; }
    TokenInput:focus { border: none; background: $panel; background-tint: $foreground 0%; }
    TokenInput:ansi { border: none; text-style: underline; }
    """

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002  (Textual’s own name)
        super().__init__(password=True, max_length=4_096, id=id)

    def action_copy(self) -> None:
        """Copy nothing."""

    def action_cut(self) -> None:
        """Cut nothing."""

    def on_paste(self, event: events.Paste) -> None:
        """Take in what was pasted without the white space around it."""
        event.stop()
        event.prevent_default()
        self.replace("".join(event.text.split()), *self.selection)


class SignInScreen(Dialog[str], inherit_bindings=False):
    """Gives back a sentence once the token was checked and kept; Esc goes back and changes nothing."""

    def __init__(self, url: str, name: str, sign_in: SignIn, *, done: Callable[[str], Awaitable[None]]) -> None:
        super().__init__(done)
        self._where = url
        self._who = name
        self._sign_in = sign_in
        self._checking: asyncio.Task[None] | None = None

    def compose(self) -> ComposeResult:
        """Lay the line out."""
        with Vertical(classes="dialog"):
            yield OneLine(id="dialog-title")
            yield Words(
                f"For {self._where}. A manager there gets you one: “handoff user token”. What you decided meanwhile "
                "is kept here and sent with it.",
                "dim",
                id="dialog-about",
            )
            yield OneLine(classes="gap")
            yield OneLine(id="token-label")
            yield TokenInput(id="token")
            yield OneLine(classes="gap")
            yield Words("", "alarm", id="dialog-problem")
        yield KeyBar(id="dialog-keys")

    def on_mount(self) -> None:
        """Name everything and give the line the keys."""
        self.query_one("#dialog-title", OneLine).show((("Sign in again as ", ""), (self._who, "strong")))
        self.query_one("#token-label", OneLine).show((("▌", "accent"), ("Token", "strong"), ("  not shown", "dim")))
        self.query_one("#dialog-keys", KeyBar).show(
            [Key(id="send", key="Enter", title="sign in"), Key(id="back", key="Esc", title="back")]
        )
        self.set_focus(self.query_one(TokenInput))

    def on_unmount(self) -> None:
        """Ask no more."""
        if self._checking is not None:
            self._checking.cancel()

    async def take_key(self, event: events.Key) -> bool:
        """Send or go back; everything else is for the line."""
        if event.key not in ("enter", "escape", "tab", "shift+tab", "up", "down"):
            return False
        await caught_up(self.focused)
        if event.key == "enter":
            self._check()
        elif event.key == "escape":
            self._leave()
        return True

    def _leave(self) -> None:
        self.query_one(TokenInput).value = ""
        self.dismiss(None)

    def _check(self) -> None:
        if self._checking is None or self._checking.done():
            self._say("Asking whose it is…", "")
            self._checking = asyncio.create_task(self._asked())

    async def _asked(self) -> None:
        field = self.query_one(TokenInput)
        try:
            kept = await asyncio.to_thread(self._sign_in, field.value)
        except HandoffError as problem:
            self._say(problem.sentence, "alarm")
            return
        field.value = ""
        await self.finish(kept)

    def _say(self, sentence: str, ink: str) -> None:
        self.query_one("#dialog-problem", Words).show(sentence, ink)

    @on(KeyBar.Pressed)
    def _pressed(self, pressed: KeyBar.Pressed) -> None:
        if pressed.command_id == "send":
            self._check()
        else:
            self._leave()
