"""Which keys carry out which command: those of the registry, and the person's own over them."""

from collections.abc import Callable, Iterator, Mapping

import msgspec

from tui.commands import COMMANDS, Command, command, commands_in, key_words

AREAS = tuple(dict.fromkeys(one.target for one in COMMANDS if one.target != "app"))
"""The screens that commands belong to."""

KeyHint = Callable[[str, str], str]
"""Gives a command's key with what it does, “u undoes”, for a sentence; nothing when the command has no key."""

_ALWAYS = "escape"


class Clash(msgspec.Struct, frozen=True):
    """Two commands that want the same key on one screen."""

    key: str
    first: str
    """The command whose key it is: by the registry, or the one that stands first in the settings."""
    second: str
    """The command that wants it too."""

    @property
    def sentence(self) -> str:
        """Say so."""
        return f"{self.first} and {self.second} both want “{key_words(self.key)}”"


class Keymap:
    """The keys of every command; without keys of the person's own, those of the registry."""

    def __init__(self, own: Mapping[str, tuple[str, ...]] | None = None) -> None:
        self.own = dict(own or {})
        """The person's own, by command."""
        self._used: dict[str, frozenset[str]] = {}

    def keys(self, one: Command) -> tuple[str, ...]:
        """Return the keys of a command, the one that is shown first; Escape stays where it is."""
        own = self.own.get(one.id)
        if own is None:
            return one.keys
        return (*own, _ALWAYS) if _ALWAYS in one.keys else own

    def words(self, command_id: str) -> str:
        """Return the first key of a command as people write it; empty when it has none."""
        keys = self.keys(command(command_id))
        return key_words(keys[0]) if keys else ""

    def hint(self, command_id: str, does: str) -> str:
        """Return “u undoes”; empty when the command has no key."""
        words = self.words(command_id)
        return f"{words} {does}" if words else ""

    def used(self, area: str) -> frozenset[str]:
        """Return every key that means something on the screen of `area`."""
        if area not in self._used:
            self._used[area] = frozenset(key for one in commands_in(area) for key in self.keys(one))
        return self._used[area]


def clashes(keymap: Keymap) -> Iterator[Clash]:
    """Yield the commands that want the same key on one screen, each pair once."""
    told = set()
    for area in AREAS:
        held: dict[str, Command] = {}
        # Whoever has a key by the registry has it first; the person's own come in the order in which they were written.
        own = [one for name in keymap.own for one in commands_in(area) if one.id == name]
        others = [one for one in commands_in(area) if one.id not in keymap.own]
        for one in (*others, *own):
            for key in keymap.keys(one):
                other = held.setdefault(key, one)
                if other is not one and (key, other.id, one.id) not in told:
                    told.add((key, other.id, one.id))
                    yield Clash(key, other.id, one.id)
