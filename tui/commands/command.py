"""What a command is, and how keys are written."""

import msgspec


class Command(msgspec.Struct, frozen=True, kw_only=True):
    """One thing a person can do, with everything that any part of the program says about it."""

    id: str
    """Stable name, ``area.verb``; a key map names keys by it."""
    keys: tuple[str, ...]
    """Keys in Textual's spelling; the first one is shown."""
    title: str
    """A word or three, for footer and palette."""
    help: str
    """One sentence, for the help screen, the palette and ``--help``."""
    shown: bool = False
    """Whether it is worth its place where there is room for a few: the Sync screen's footer, plain mode's question.

    The footer of triage goes by where the lead stands instead.
    """
    cli: str = ""
    """The same thing on the command line, without the program's name; empty when there is none."""
    group: str = "Queue"
    """Heading in the help screen."""
    bulk: bool = False
    """Whether it can be done to several chosen leads at once."""
    target: str = "triage"
    """Who carries it out: ``app``, or the screen of one area (``triage``, ``sync``)."""

    @property
    def action(self) -> str:
        """Name of the method that carries it out, without its ``action_``."""
        return self.id.partition(".")[2]

    @property
    def key_words(self) -> str:
        """The first key as people write it; empty when there is none."""
        return key_words(self.keys[0]) if self.keys else ""


_KEY_WORDS = {
    "question_mark": "?",
    "slash": "/",
    "plus": "+",
    "asterisk": "*",
    "left_square_bracket": "[",
    "right_square_bracket": "]",
    "escape": "Esc",
    "enter": "Enter",
    "pageup": "PgUp",
    "pagedown": "PgDn",
    "home": "Home",
    "end": "End",
    "up": "↑",
    "down": "↓",
    "space": "Space",
    "tab": "Tab",
    "shift+tab": "Shift+Tab",
    "backspace": "Backspace",
}


def key_words(key: str) -> str:
    """Return `key` (in Textual's spelling) as people write it."""
    if key in _KEY_WORDS:
        return _KEY_WORDS[key]
    if key.startswith("ctrl+"):
        return f"^{key_words(key.removeprefix('ctrl+'))}"
    if len(key) == 1:
        return key
    # Only a key of the person's own has a name that is none of those above.
    from tui.settings.key_names import written

    return written(key).upper() if key[1:].isdigit() else written(key)
