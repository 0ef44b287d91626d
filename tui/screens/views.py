"""Small dialogs that pick what the queue shows by one key: a view, an order."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import TYPE_CHECKING, ClassVar

from textual import events, on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical

from api.errors import HandoffError
from api.rules.queue import NamedView, View
from api.rules.wording import grouped
from tui.messages import DeskChanged
from tui.screens.dialog import Dialog
from tui.screens.triage.wording import ORDERS, VIEWS, view_words
from widgets.basis.lines import OneLine
from widgets.frame.key_bar import Key, KeyBar
from widgets.frame.key_list import KeyList, Option

if TYPE_CHECKING:
    from api.desk import Desk

Done = Callable[[str | None], Awaitable[None]]


class ShowScreen(Dialog["str | None"], inherit_bindings=False):
    """Gives back the value of an option, or None when the person thought better of it."""

    BINDINGS: ClassVar[list[BindingType]] = []
    WHAT: ClassVar[str]
    """What is picked, in a word."""

    def __init__(self, title: str, present: str, done: Done | None = None) -> None:
        super().__init__(done)
        self._title = title
        self._present = present

    def options(self) -> Sequence[Option]:
        """Return what there is to pick from."""
        raise NotImplementedError

    def compose(self) -> ComposeResult:
        """Lay the list out."""
        with Vertical(classes="dialog"):
            yield OneLine(id="dialog-title")
            yield OneLine(classes="gap")
            yield KeyList(id="options")
        yield KeyBar(id="dialog-keys")

    def on_mount(self) -> None:
        """Show the options."""
        self.query_one("#dialog-title", OneLine).show(((self._title, "strong"),))
        self.show_options()
        self.show_keys()

    def show_options(self) -> None:
        """Show the options as they are now."""
        self.query_one(KeyList).show(self.options(), self._present)

    def keys(self) -> list[Key]:
        """Return the keys that the dialog takes."""
        return [
            Key(id="pick", key="its key", title="picks"),
            Key(id="move", key="↑ ↓ Enter", title="move, pick"),
            Key(id="back", key="Esc", title="back"),
        ]

    def show_keys(self) -> None:
        """Show the keys that the dialog takes."""
        self.query_one("#dialog-keys", KeyBar).show(self.keys())

    async def take_key(self, event: events.Key) -> bool:
        """Pick by key; what is no option's key does nothing but say so."""
        options = self.query_one(KeyList)
        if event.key == "escape":
            await self.finish(None)
        elif event.key == "enter":
            await self.pick()
        elif event.key in ("up", "down"):
            options.move(-1 if event.key == "up" else 1)
        elif event.character and options.find(event.character):
            await self.pick()
        elif event.key in ("question_mark", "f1"):
            await self.run_action("app.help")
        elif event.is_printable:
            options.note(f"No {self.WHAT} has the key “{event.character}”. Esc goes back.")
        return True

    async def pick(self) -> None:
        """Take the option under the cursor."""
        if (option := self.query_one(KeyList).option) is not None:
            await self.finish(option.value)

    def on_paste(self, event: events.Paste) -> None:
        """Refuse pasted text."""
        event.stop()
        self.query_one(KeyList).note("Pasted text was ignored: keys pick here.")

    @on(KeyList.Picked)
    def _picked(self, _picked: KeyList.Picked) -> None:
        self.app.call_next(self.pick)

    @on(KeyBar.Pressed)
    def _pressed(self, pressed: KeyBar.Pressed) -> None:
        self.app.call_next(self.pressed, pressed.command_id)

    async def pressed(self, key_id: str) -> None:
        """Do what was clicked."""
        if key_id == "back":
            await self.finish(None)
        elif key_id == "pick":
            await self.pick()


class OrderScreen(ShowScreen, inherit_bindings=False):
    """Picks what the queue is ordered by."""

    WHAT = "order"

    def options(self) -> Sequence[Option]:
        """Return the orders."""
        return [
            Option(value=one.value, key=key, words=words, about=about) for one, (key, words, about) in ORDERS.items()
        ]


class ViewScreen(ShowScreen, inherit_bindings=False):
    """Picks a view; those that somebody keeps can be dropped here."""

    WHAT = "view"

    def __init__(self, desk: "Desk", named: Sequence[NamedView], present: str, done: Done | None = None) -> None:
        """`named` are the views that the person keeps."""
        super().__init__("Views", present, done)
        self._desk = desk
        self._named = list(named)
        self._figures: dict[str, str] = {}
        self._dropping: NamedView | None = None

    def on_mount(self) -> None:
        """Count what is in each, while the list stands there already."""
        self.run_worker(self._count(), group="count", exclusive=True)

    def options(self) -> Sequence[Option]:
        """Return the desk's views, then one's own."""
        desks = [
            Option(value=one.value, key=key, words=words, about=about, figure=self._figures.get(one.value, "…"))
            for one, (key, words, about) in VIEWS.items()
        ]
        own = [
            Option(
                value=named_value(one.name),
                key=str(at) if at <= 9 else "",
                words=one.name,
                about=view_words(one.view, one.order, one.filter),
                figure=self._figures.get(named_value(one.name), "…"),
            )
            for at, one in enumerate(self._named, 1)
        ]
        return [*desks, *own]

    async def _count(self) -> None:
        counts = await asyncio.to_thread(self._desk.counts)
        self._figures |= {one.value: grouped(counts[one]) for one in View if one in counts}
        self.show_options()
        for one in list(self._named):
            if (prepare := self._desk.preparation(one.filter, one.view, one.order)) is not None:
                await asyncio.to_thread(prepare)
            found = await asyncio.to_thread(self._desk.queue, one.filter, one.view, one.order)
            self._figures[named_value(one.name)] = grouped(len(found))
            self.show_options()

    def on_desk_changed(self, message: DeskChanged) -> None:
        """Count anew where leads are others now."""
        changed = message.changed
        if not (changed.ids or changed.everything or changed.agreement):
            return
        self.run_worker(self._count(), group="count", exclusive=True)

    def keys(self) -> list[Key]:
        """Return the keys that the dialog takes."""
        if self._dropping is not None:
            return [Key(id="drop", key="y", title="drops it"), Key(id="keep", key="Esc", title="keeps it")]
        return [*super().keys(), *([Key(id="ask", key="x", title="drop")] if self._named else [])]

    async def take_key(self, event: events.Key) -> bool:
        """Ask before a view is dropped, and take another key for it."""
        if self._dropping is not None:
            if event.character == "y":
                await self._drop()
            elif event.key == "escape":
                self._keep()
            else:
                self._ask(self._dropping)
            return True
        if event.key in ("x", "delete"):
            self._ask(self._under_cursor())
            return True
        return await super().take_key(event)

    def _under_cursor(self) -> NamedView | None:
        option = self.query_one(KeyList).option
        return next((one for one in self._named if option is not None and named_value(one.name) == option.value), None)

    def _ask(self, named: NamedView | None) -> None:
        self._dropping = named
        options = self.query_one(KeyList)
        if named is None:
            options.note("Only views that you keep yourself can be dropped; arrows go to one.")
        else:
            options.note(f"Drop the view “{named.name}”? y drops it, Esc keeps it. Leads are not touched.", alarm=True)
        self.show_keys()

    def _keep(self) -> None:
        self._dropping = None
        self.query_one(KeyList).note("")
        self.show_keys()

    async def _drop(self) -> None:
        named, self._dropping = self._dropping, None
        if named is None:
            return
        options = self.query_one(KeyList)
        try:
            await asyncio.to_thread(self._desk.drop_view, named.name)
        except HandoffError as problem:
            options.note(problem.sentence, alarm=True)
        else:
            self._named = list(await asyncio.to_thread(self._desk.views))
            options.note(f"Dropped “{named.name}”.")
            self.show_options()
        self.show_keys()

    async def pressed(self, key_id: str) -> None:
        """Do what was clicked."""
        if key_id == "ask":
            self._ask(self._under_cursor())
        elif key_id == "drop":
            await self._drop()
        elif key_id == "keep":
            self._keep()
        else:
            await super().pressed(key_id)


def named_value(name: str) -> str:
    """Return what the picker calls a view that somebody keeps, so that none is taken for one of the desk's."""
    return f"named:{name}"
