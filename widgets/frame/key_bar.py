"""The keys at the bottom, each a button."""

from collections.abc import Sequence

import msgspec
from rich.cells import cell_len
from textual import events
from textual.message import Message

from widgets.basis.lines import Lines
from widgets.basis.runs import Line, Run


class Key(msgspec.Struct, frozen=True, kw_only=True):
    """One key with what it does."""

    id: str
    """Id of the command it stands for."""
    key: str
    title: str
    possible: bool = True
    """Dim while it can't be used now."""
    always: bool = False
    """Has its room however narrow the screen is; the others share what is left."""


class KeyBar(Lines):
    """Shows keys side by side; a click on one asks for its command."""

    DEFAULT_CSS = """
    KeyBar { height: 1; padding: 0 1; }
    """

    class Pressed(Message):
        """Somebody clicked a key."""

        def __init__(self, command_id: str) -> None:
            super().__init__()
            self.command_id = command_id

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002  (Textual’s own name)
        super().__init__(id=id)
        self._keys: tuple[Key, ...] = ()
        self._spans: list[tuple[int, int, str]] = []

    @property
    def in_sight(self) -> tuple[Key, ...]:
        """The keys that have room."""
        shown = {command_id for _, _, command_id in self._spans}
        return tuple(key for key in self._keys if key.id in shown)

    def show(self, keys: Sequence[Key]) -> None:
        """Show these keys."""
        if tuple(keys) != self._keys:
            self._keys = tuple(keys)
            self.renew()

    def lines_for(self, width: int, height: int) -> Sequence[Line]:  # noqa: ARG002  (a single line has one height)
        """Return the line; keys that do not fit are left out whole, since help names them all."""
        runs: list[Run] = []
        self._spans = []
        x = 0
        gap = 3 if sum(_size(key) + 3 for key in self._keys) <= width else 2
        kept = sum(_size(key) + gap for key in self._keys if key.always)
        full = False
        for key in self._keys:
            size = _size(key)
            kept -= size + gap if key.always else 0
            full |= x + size + kept > width
            if full and not key.always:
                continue
            self._spans.append((x, x + size, key.id))
            runs.append((key.key, "strong" if key.possible else "dim"))
            runs.append((f" {key.title}{' ' * gap}", "dim"))
            x += size + gap
        return [tuple(runs)]

    def on_click(self, event: events.Click) -> None:
        """Ask for the command under the mouse."""
        offset = event.get_content_offset(self)
        if offset is None:
            return
        for start, end, command_id in self._spans:
            if start <= offset.x < end:
                event.stop()
                self.post_message(self.Pressed(command_id))
                return


def _size(key: Key) -> int:
    return cell_len(key.key) + 1 + cell_len(key.title)
