"""Which keys arrive: what the terminal sends for each, and what the program takes it for."""

import os
import select
import sys
import time
from collections.abc import Mapping

from tui.cli.output import Output
from tui.settings.keymap import Keymap

IDLE = 60.0
"""Seconds without a key after which it ends by itself."""
_REST = 0.15
"""Seconds after which a lone Esc is one."""
_BEGIN, _END = "\x1b[>25u\x1b[?2004h", "\x1b[<u\x1b[?2004l"
"""What the program asks of a terminal that can tell keys apart that others send alike, and taking it back."""
_NAMES = {0x1B: "Esc", 0x7F: "Del", 0x20: "Space"}


def show_keys(output: Output, own: Mapping[str, tuple[str, ...]]) -> None:
    """Say of each key that is pressed what arrived, until Ctrl+C, q, or a minute without a key."""
    import termios
    import tty

    from textual._xterm_parser import XTermParser
    from textual.events import Key, Paste

    commands = _commands(Keymap(own))
    parser = XTermParser()
    into = sys.stdin.fileno()
    before = termios.tcgetattr(into)
    try:
        tty.setcbreak(into, termios.TCSANOW)
        quiet = termios.tcgetattr(into)
        quiet[0] &= ~(termios.ICRNL | termios.IXON)
        quiet[3] &= ~termios.ISIG
        termios.tcsetattr(into, termios.TCSANOW, quiet)
        sys.stdout.write(_BEGIN)
        output.line("Press keys: what arrives is said here. Ctrl+C or q ends.")
        output.flush()
        while True:
            sent = _read(into)
            if not sent:
                return
            arrived = [*parser.feed(sent.decode("utf-8", "replace"))]
            if not arrived:
                # Only that nothing follows tells a lone Esc from the beginning of another key.
                time.sleep(_REST)
                arrived += parser.tick()
            keys = [event for event in arrived if isinstance(event, Key)]
            for event in keys:
                output.line(f"{readable(sent):<28} {event.key:<20} {commands.get(event.key, '')}".rstrip())
            if not keys:
                pasted = any(isinstance(event, Paste) for event in arrived)
                output.line(f"{readable(sent):<28} {'pasted text' if pasted else 'no key'}")
            output.flush()
            if any(event.key in ("ctrl+c", "q") for event in keys):
                return
    finally:
        sys.stdout.write(_END)
        sys.stdout.flush()
        termios.tcsetattr(into, termios.TCSANOW, before)


def _read(into: int) -> bytes:
    """Return what one key sent; nothing after a long time without any, or when the terminal is gone."""
    if not select.select([into], [], [], IDLE)[0]:
        return b""
    sent = os.read(into, 256)
    # A key of several bytes may come in pieces over a slow line.
    while sent and select.select([into], [], [], _REST if sent.startswith(b"\x1b") else 0)[0]:
        more = os.read(into, 256)
        if not more:
            break
        sent += more
    return sent


def readable(sent: bytes) -> str:
    """Return bytes so that people can read them: ``Esc [ A``, ``^D``."""
    said = []
    for letter in sent.decode("utf-8", "replace")[:24]:
        code = ord(letter)
        said.append(_NAMES.get(code) or (f"^{chr(code + 64)}" if code < 0x20 else letter))
    return " ".join(said)


def _commands(keymap: Keymap) -> dict[str, str]:
    from tui.commands import commands_in

    found: dict[str, str] = {}
    for one in commands_in("triage"):
        for key in keymap.keys(one):
            found.setdefault(key, one.title)
    return found
