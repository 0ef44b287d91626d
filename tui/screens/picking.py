"""Copy or open what? A few things of one lead, each with its key, over the queue."""

from collections.abc import Awaitable, Callable, Sequence
from typing import ClassVar

from textual import events, on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical

from tui.reach import Piece
from tui.screens.dialog import Dialog
from widgets.basis.lines import OneLine
from widgets.card.way_list import Way, WayList
from widgets.frame.key_bar import Key, KeyBar


class PickScreen(Dialog["Piece | None"], inherit_bindings=False):
    """Gives back the piece, or None when the person thought better of it."""

    BINDINGS: ClassVar[list[BindingType]] = []

    def __init__(
        self,
        verb: str,
        title: str,
        pieces: Sequence[Piece],
        *,
        done: "Callable[[Piece | None], Awaitable[None]]",
    ) -> None:
        """Ask what to do (`verb`, as “Copy”) with which of the pieces, at least one, of the lead called `title`."""
        super().__init__(done)
        self._verb = verb
        self._title = title
        self._pieces = tuple(pieces)

    def compose(self) -> ComposeResult:
        """Lay the list out."""
        with Vertical(classes="dialog"):
            yield OneLine(id="dialog-title")
            yield OneLine(classes="gap")
            yield WayList([Way(one.key, one.label, one.shown or one.value) for one in self._pieces], id="ways")
        yield KeyBar(id="dialog-keys")

    def on_mount(self) -> None:
        """Name the lead."""
        title = ((f"{self._verb} what of ", ""), (self._title, "strong"), ("?", ""))
        self.query_one("#dialog-title", OneLine).show(title)
        self._show_keys()

    def _show_keys(self) -> None:
        self.query_one("#dialog-keys", KeyBar).show(
            [
                Key(id="pick", key="its key", title=self._verb.lower()),
                Key(id="move", key="↑ ↓ Enter", title="move, pick"),
                Key(id="back", key="Esc", title="back"),
            ]
        )

    async def take_key(self, event: events.Key) -> bool:
        """Pick by key; a key that is nothing's does nothing."""
        ways = self.query_one(WayList)
        if event.key == "escape":
            await self.finish(None)
        elif event.key == "enter":
            await self._pick()
        elif event.key in ("up", "down"):
            ways.move(-1 if event.key == "up" else 1)
        elif event.key in ("question_mark", "f1"):
            await self.run_action("app.help")
        elif event.character and ways.go_to_key(event.character):
            await self._pick()
        return True

    async def _pick(self) -> None:
        await self.finish(self._pieces[self.query_one(WayList).at])

    def on_paste(self, event: events.Paste) -> None:
        """Refuse pasted text: its letters pick nothing."""
        event.stop()

    @on(WayList.Picked)
    def _picked(self, _picked: WayList.Picked) -> None:
        self.app.call_next(self._pick)

    @on(KeyBar.Pressed)
    def _pressed(self, pressed: KeyBar.Pressed) -> None:
        if pressed.command_id == "back":
            self.app.call_next(self.finish, None)
        elif pressed.command_id == "pick":
            self.app.call_next(self._pick)
