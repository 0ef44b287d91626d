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
        id="triage.redo",
        keys=("U",),
        title="redo",
        help="Do again what the last undo took back.",
        cli="redo",
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
        id="sync.yield",
        keys=("y",),
        title="yield",
        help="Let theirs stand; yours is kept in the log.",
        shown=True,
        cli="resolve ID yield",
        group="Answer",
        target="sync",
    ),
    Command(
        id="sync.insist",
        keys=("i",),
        title="insist",
        help="Stand by yours, openly: it is done again over theirs, and they see it.",
        shown=True,
        cli="resolve ID insist",
        group="Answer",
        target="sync",
    ),
    Command(
        id="sync.reroute",
        keys=("r",),
        title="reroute",
        help="Let neither stand and send the lead to somebody else: pick a person or a team by typing.",
        shown=True,
        cli="resolve ID reroute --to WHOM",
        group="Answer",
        target="sync",
    ),
    Command(
        id="sync.ask",
        keys=("a",),
        title="ask",
        help="Ask whoever has the lead to hand it over, with a few words if you like.",
        shown=True,
        cli="ask ID",
        group="Answer",
        target="sync",
    ),
    Command(
        id="sync.hand_over",
        keys=("h",),
        title="hand over",
        help="Give the lead to whoever asked for it.",
        shown=True,
        group="Answer",
        target="sync",
    ),
    Command(
        id="sync.keep",
        keys=("n",),
        title="no, keep it",
        help="Keep a lead that somebody asked for, and tell them so.",
        shown=True,
        group="Answer",
        target="sync",
    ),
    Command(
        id="sync.retry",
        keys=("t",),
        title="retry",
        help="Do the same again on the lead as it is now; what is pending is sent right away.",
        shown=True,
        cli="resolve ID retry",
        group="Answer",
        target="sync",
    ),
    Command(
        id="sync.edit",
        keys=("e",),
        title="edit",
        help="Do it again with another reason or other answers; the form holds what you gave before.",
        shown=True,
        group="Answer",
        target="sync",
    ),
    Command(
        id="sync.discard",
        keys=("d",),
        title="discard",
        help="Give yours up; it asks first, and the log keeps it. What was never sent is simply taken back.",
        shown=True,
        cli="resolve ID discard",
        group="Answer",
        target="sync",
    ),
    Command(
        id="sync.undo",
        keys=("u",),
        title="undo",
        help="Take back the last answer given on this screen.",
        shown=True,
        group="Answer",
        target="sync",
    ),
    Command(
        id="sync.go_to_lead",
        keys=("l", "enter"),
        title="to lead",
        help="Go to the lead in the queue.",
        shown=True,
        group="Lead",
        target="sync",
    ),
    Command(
        id="sync.open",
        keys=("o",),
        title="open",
        help="Open the page that belongs to the lead in the browser.",
        group="Lead",
        target="sync",
    ),
    Command(
        id="sync.read_on",
        keys=("space",),
        title="read on",
        help="Scroll both sides of the matter down; past their end they start again.",
        group="Lead",
        target="sync",
    ),
    Command(id="sync.down", keys=("j", "down"), title="down", help="Go to the next one.", group="List", target="sync"),
    Command(id="sync.up", keys=("k", "up"), title="up", help="Go to the one before.", group="List", target="sync"),
    Command(id="sync.first", keys=("g", "home"), title="first", help="Go to the first.", group="List", target="sync"),
    Command(id="sync.last", keys=("G", "end"), title="last", help="Go to the last.", group="List", target="sync"),
    Command(
        id="sync.page_down",
        keys=("ctrl+d", "pagedown"),
        title="page down",
        help="Go down half a page.",
        group="List",
        target="sync",
    ),
    Command(
        id="sync.page_up",
        keys=("ctrl+u", "pageup"),
        title="page up",
        help="Go up half a page.",
        group="List",
        target="sync",
    ),
    Command(
        id="sync.back",
        keys=("escape",),
        title="back",
        help="Go back to the queue; so does S.",
        shown=True,
        group="List",
        target="sync",
    ),
    Command(
        id="app.sync",
        keys=("s",),
        title="sync now",
        help="Send what waits and fetch what is new, now.",
        cli="sync",
        group="Program",
        target="app",
    ),
    Command(
        id="app.show_sync",
        keys=("S",),
        title="sync",
        shown=True,
        help="See what is not sent yet, what met others’ decisions and what the CRM refused, and answer it.",
        cli="conflicts",
        group="Program",
        target="app",
    ),
    Command(
        id="app.sign_in",
        keys=("T",),
        title="new token",
        help="Sign in again when the token has expired; decisions wait here meanwhile.",
        cli="connect hub URL",
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
        title="palette",
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
    """Yield the commands that `target` (``app`` or an area) carries out."""
    return (one for one in COMMANDS if one.target == target)


def commands_in(area: str) -> Iterator[Command]:
    """Yield the commands that there are while the screen of `area` is on top, in order."""
    return (one for one in COMMANDS if one.target in (area, "app"))


def shown(area: str) -> Iterator[Command]:
    """Yield the commands of the footer on the screen of `area`, in order."""
    return (one for one in commands_in(area) if one.shown)


def groups(area: str) -> dict[str, list[Command]]:
    """Return the commands of an area by heading, in the order of the registry."""
    grouped: dict[str, list[Command]] = {}
    for one in commands_in(area):
        grouped.setdefault(one.group, []).append(one)
    return grouped
