"""Key bindings made from the registry."""

from collections.abc import Iterator

from textual.binding import Binding

from tui.commands import commands_for


def bindings_for(target: str) -> Iterator[Binding]:
    """Yield the bindings of the commands that `target` (``app`` or an area) carries out."""
    for command in commands_for(target):
        for key in command.keys:
            # With ctrl, a key can't be meant for a text field, so it works there too.
            everywhere = target == "app" and key.startswith("ctrl+")
            yield Binding(key, command.action, command.title, show=False, priority=everywhere)
