"""The one registry of what can be done: keys, footer, palette, help and the command line all read it."""

from collections.abc import Iterator

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
    """Whether the footer shows it."""
    cli: str = ""
    """The same thing on the command line, without the program's name; empty when there is none."""
    group: str = "Queue"
    """Heading in the help screen."""
    target: str = "screen"
    """Who carries it out: ``app`` or ``screen``."""

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
        return f"^{key.removeprefix('ctrl+')}"
    return key


COMMANDS: tuple[Command, ...] = (
    Command(
        id="triage.accept",
        keys=("a",),
        title="accept",
        help="Accept the lead: you own it, and the clock for the first attempt starts.",
        shown=True,
        cli="accept ID…",
        group="Decide",
    ),
    Command(
        id="triage.reject",
        keys=("r",),
        title="reject",
        help="Refuse the lead: pick an agreed reason, then answer what the reason asks for.",
        shown=True,
        cli="reject ID… --reason CODE --answer KEY=VALUE --note TEXT",
        group="Decide",
    ),
    Command(
        id="triage.undo",
        keys=("u",),
        title="undo",
        help="Take back the last thing you did, even when it was sent already.",
        shown=True,
        cli="undo",
        group="Decide",
    ),
    Command(
        id="triage.open",
        keys=("o",),
        title="open",
        help="Open the page that belongs to the lead in the browser.",
        shown=True,
        group="Lead",
    ),
    Command(
        id="triage.find",
        keys=("slash",),
        title="find",
        help="Filter the queue as you type; leads decided already are found too. Esc clears.",
        shown=True,
        cli="list FILTER",
    ),
    Command(
        id="triage.next_pane",
        keys=("right_square_bracket", "tab"),
        title="next pane",
        help="Show the next part of the lead where there is no room for all of it.",
        group="Lead",
    ),
    Command(
        id="triage.previous_pane",
        keys=("left_square_bracket", "shift+tab"),
        title="previous pane",
        help="Show the part of the lead before this one.",
        group="Lead",
    ),
    Command(
        id="triage.scroll_lead_down",
        keys=("space",),
        title="read on",
        help="Scroll the lead down; past its end it starts again.",
        group="Lead",
    ),
    Command(id="triage.down", keys=("j", "down"), title="down", help="Go to the next lead."),
    Command(id="triage.up", keys=("k", "up"), title="up", help="Go to the lead before."),
    Command(id="triage.first", keys=("g", "home"), title="first", help="Go to the first lead."),
    Command(id="triage.last", keys=("G", "end"), title="last", help="Go to the last lead."),
    Command(id="triage.page_down", keys=("ctrl+d", "pagedown"), title="page down", help="Go down half a page."),
    Command(id="triage.page_up", keys=("ctrl+u", "pageup"), title="page up", help="Go up half a page."),
    Command(
        id="triage.clear",
        keys=("escape",),
        title="clear",
        help="Clear the filter and go back to what waits.",
    ),
    Command(
        id="app.sync",
        keys=("s",),
        title="sync",
        help="Send what waits and fetch what is new, now.",
        cli="sync",
        group="Program",
        target="app",
    ),
    Command(
        id="app.help",
        keys=("question_mark",),
        title="help",
        help="What can be done here, and what the words mean.",
        shown=True,
        cli="--help",
        group="Program",
        target="app",
    ),
    Command(
        id="app.palette",
        keys=("ctrl+p",),
        title="commands",
        help="Find any command by its name.",
        shown=True,
        group="Program",
        target="app",
    ),
    Command(
        id="app.change_look",
        keys=(),
        title="look",
        help="Change between the dark look, the light one and the terminal's own colours.",
        group="Program",
        target="app",
    ),
    Command(
        id="app.leave",
        keys=("q", "ctrl+q"),
        title="quit",
        help="Leave Handoff. What is not sent yet is kept and sent next time.",
        shown=True,
        group="Program",
        target="app",
    ),
)
"""Every command, in the order in which footer, palette and help show them."""

_BY_ID = {command.id: command for command in COMMANDS}


def command(command_id: str) -> Command:
    """Return the command with this id.

    Raises:
        KeyError: there is no such command.
    """
    return _BY_ID[command_id]


def commands_for(target: str) -> Iterator[Command]:
    """Yield the commands that `target` (``app`` or ``screen``) carries out."""
    return (one for one in COMMANDS if one.target == target)


def shown() -> Iterator[Command]:
    """Yield the commands of the footer, in order."""
    return (one for one in COMMANDS if one.shown)


def groups() -> dict[str, list[Command]]:
    """Return the commands by heading, in the order of the registry."""
    grouped: dict[str, list[Command]] = {}
    for one in COMMANDS:
        grouped.setdefault(one.group, []).append(one)
    return grouped
