"""Says whether all is well here, in plain words; changes nothing."""

import argparse
import os
import platform
import sys
from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING

from tui.cli.errors import Usage
from tui.cli.output import DONE, FAILED, Output, words
from tui.doctor.finding import Finding, State, ok, within

if TYPE_CHECKING:
    from api.local.profile import Connection, Profile

DISK_LIMIT, HUB_LIMIT, TOKEN_LIMIT = 20.0, 10.0, 6.0
"""Seconds after which a check of the disk, of the hub, and of where the token is kept is left."""

_SIGNS = {State.OK: "✓", State.LOOK: "!", State.WRONG: "✗"}
_INDENT = 10


def doctor(options: argparse.Namespace, output: Output) -> int:
    """Look at everything and say how it is; the exit code is 0 when nothing is wrong."""
    from api.local.profile import Profile

    place = Profile.named(os.environ)
    if options.keys:
        return _keys(place, output)
    found: list[tuple[str, Finding]] = []
    area = ""
    for where, one in _checks(place, offline=options.offline, asking=not output.as_json):
        if where != area:
            if area:
                output.line()
            output.line(where, "bold")
        area = where
        _say(output, one)
        output.flush()
        found.append((where, one))
    counts = {state: sum(one.state is state for _, one in found) for state in State}
    output.document(
        {
            "checks": [
                {"area": where.lower(), "name": one.name, "state": one.state, "said": one.said, "do": one.do}
                for where, one in found
            ],
            **counts,
        }
    )
    output.line()
    output.line(_summary(counts), "bold")
    return FAILED if counts[State.WRONG] else DONE


def _keys(place: "Profile", output: Output) -> int:
    if not (sys.stdin.isatty() and sys.stdout.isatty()) or sys.platform == "win32":
        raise Usage("--keys needs a terminal: run “handoff doctor --keys” in the one that you work in.")
    from tui.doctor.keys import show_keys
    from tui.settings import load

    show_keys(output, load(place.root).settings.keys)
    return DONE


def _checks(place: "Profile", *, offline: bool, asking: bool) -> Iterator[tuple[str, Finding]]:
    parts = {
        "Program": _program(),
        "Profile": _profile(place),
        "Terminal": _terminal(asking=asking),
        "Hub": _hub(place, offline=offline),
    }
    return ((area, one) for area, found in parts.items() for one in found)


def _profile(place: "Profile") -> Iterator[Finding]:
    from tui.doctor import files

    checks = {
        "folder": files.the_folder,
        "journals": files.the_journals,
        "unsent": files.what_waits,
        "settings": files.settings,
        "open": files.the_lock,
    }
    for name, check in checks.items():
        yield from within(DISK_LIMIT, name, partial(check, place))


def _terminal(*, asking: bool) -> Iterator[Finding]:
    from tui.doctor import terminal

    yield from terminal.the_terminal()
    if asking and sys.stdin.isatty() and sys.stdout.isatty():
        # It puts the terminal back itself, so it is not left behind on a thread.
        yield from terminal.wide_letters()
    yield from within(HUB_LIMIT, "copy", terminal.between)


def _hub(place: "Profile", *, offline: bool) -> Iterator[Finding]:
    from tui.doctor import hub

    known: list[Connection] = []
    yield from within(DISK_LIMIT, "hub", partial(hub.connection_of, place, known.append))
    if not known:
        return
    connection = known[0]
    yield from within(TOKEN_LIMIT, "token", partial(hub.token_of, place, connection))
    if offline:
        yield ok("reachable", "Not asked, as you said.")
    else:
        yield from within(HUB_LIMIT, "reachable", partial(hub.the_hub, place, connection))


def _program() -> Iterator[Finding]:
    from api import __version__

    yield ok("version", f"Handoff {__version__}, Python {platform.python_version()}, {platform.system()}.")


def _say(output: Output, one: Finding) -> None:
    # The word says the same as the sign, for who can't see or show that.
    sign = f"{_SIGNS[one.state]} {one.state.value}"
    name = one.name[:1].upper() + one.name[1:]
    output.line(f"  {sign:<7} {name}: {one.said}", "bad" if one.state is State.WRONG else "")
    if one.do:
        output.line(f"{' ' * _INDENT}→ {one.do}")


def _summary(counts: dict[State, int]) -> str:
    look, wrong = counts[State.LOOK], counts[State.WRONG]
    if not look and not wrong:
        return "All is well."
    said = f"{words(wrong, 'thing')} wrong" if wrong else "Nothing is wrong"
    return f"{said}, {words(look, 'thing')} to look at." if look else f"{said}."
