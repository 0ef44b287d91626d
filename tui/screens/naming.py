"""Keeping what is shown as a view of one's own: its name, and a question when there is one of that name."""

from collections.abc import Awaitable, Callable, Collection
from typing import TYPE_CHECKING, ClassVar

from textual import events, on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical

from tui.screens.dialog import Dialog
from tui.screens.typed import caught_up
from widgets.basis.lines import OneLine
from widgets.basis.notice import Words
from widgets.frame.key_bar import Key, KeyBar

if TYPE_CHECKING:
    from textual.widgets import Input

LONGEST = 40
"""Letters of a name."""


class NameScreen(Dialog["str | None"], inherit_bindings=False):
    """Gives back the name under which the view is kept, or None when the person thought better of it."""

    BINDINGS: ClassVar[list[BindingType]] = []

    def __init__(
        self,
        what: str,
        first: str,
        taken: Collection[str],
        done: "Callable[[str | None], Awaitable[None]] | None" = None,
    ) -> None:
        super().__init__(done)
        self._what = what
        self._first = first
        self._taken = {name.casefold(): name for name in taken}
        self._replacing = ""

    def compose(self) -> ComposeResult:
        """Lay the field out."""
        from widgets.forms.answer_input import AnswerInput

        with Vertical(classes="dialog short"):
            yield OneLine(id="dialog-title")
            yield OneLine(id="named-what")
            yield OneLine(classes="gap")
            yield AnswerInput(self._first, placeholder="a name", id="words", max_length=LONGEST)
            yield Words("", id="named-note")
        yield KeyBar(id="dialog-keys")

    def on_mount(self) -> None:
        """Name what is kept."""
        self.query_one("#dialog-title", OneLine).show((("Keep this view under a name", "strong"),))
        self.query_one("#named-what", OneLine).show(((self._what, "dim"),))
        self._show_keys()
        self.set_focus(self._field)

    @property
    def _field(self) -> "Input":
        from textual.widgets import Input

        return self.query_one("#words", Input)

    def _show_keys(self) -> None:
        if self._replacing:
            keys = [Key(id="replace", key="y", title="replaces it"), Key(id="again", key="Esc", title="another name")]
        else:
            keys = [Key(id="keep", key="Enter", title="keeps it"), Key(id="back", key="Esc", title="back")]
        self.query_one("#dialog-keys", KeyBar).show(keys)

    def _note(self, sentence: str) -> None:
        self.query_one("#named-note", Words).show(sentence, "alarm")

    async def take_key(self, event: events.Key) -> bool:
        """Keep by Enter; a name that is taken is replaced by another key."""
        if self._replacing:
            if event.character == "y":
                await self.finish(self._replacing)
            elif event.key == "escape":
                self._ask_again()
            return True
        if event.key not in ("enter", "escape", "f1"):
            return False
        await caught_up(self._field)
        if event.key == "escape":
            await self.finish(None)
        elif event.key == "f1":
            await self.run_action("app.help")
        else:
            await self._keep()
        return True

    async def _keep(self) -> None:
        name = " ".join(self._field.value.split())
        if not name:
            self._note("Type a name for it.")
        elif known := self._taken.get(name.casefold()):
            self._replacing = known
            self._note(f"You keep a view “{known}” already: y replaces it, Esc takes another name.")
            self.set_focus(None)
            self._show_keys()
        else:
            await self.finish(name)

    def _ask_again(self) -> None:
        self._replacing = ""
        self._note("")
        self.set_focus(self._field)
        self._show_keys()

    @on(KeyBar.Pressed)
    async def _pressed(self, pressed: KeyBar.Pressed) -> None:
        if pressed.command_id == "keep":
            self.app.call_next(self._keep)
        elif pressed.command_id == "replace":
            self.app.call_next(self.finish, self._replacing)
        elif pressed.command_id == "again":
            self._ask_again()
        else:
            self.app.call_next(self.finish, None)
