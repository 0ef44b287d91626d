"""Key bindings made from the registry and the person's own keys."""

from collections.abc import Iterator

from textual.binding import Binding

from tui.commands import commands_for
from tui.settings.keymap import Keymap

PLAIN = Keymap()
"""The keys of the registry."""


def bindings_for(target: str, keymap: Keymap = PLAIN) -> Iterator[Binding]:
    """Yield the bindings of the commands that `target` (``app`` or an area) carries out; each has its command's id."""
    for command in commands_for(target):
        for key in keymap.keys(command):
            # With ctrl, a key can't be meant for a text field, so it works there too.
            everywhere = target == "app" and key.startswith("ctrl+")
            yield Binding(key, command.action, command.title, id=command.id, show=False, priority=everywhere)
