"""The terminal: its size, colours and letters, and what lies between it and us."""

import locale
import os
import re
import select
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping

from tui.clipboard import hears, remote, tools
from tui.doctor.finding import Finding, look, ok, wrong

LEAST_WIDTH, LEAST_HEIGHT = 60, 15
WIDE_WIDTH, WIDE_HEIGHT = 80, 24
SLOW_ESCAPE = 100
"""Milliseconds that tmux may wait after Esc before somebody feels it."""

_ANSWER = 0.5
"""Seconds that a terminal has to say where its cursor is."""
_TMUX = 2.0
"""Seconds that tmux has to say how an option is set."""

_PLACE = re.compile(rb"\x1b\[(\d+);(\d+)R")


def the_terminal(environ: Mapping[str, str] = os.environ) -> Iterator[Finding]:
    """Look at the terminal, as far as it tells about itself without being asked."""
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        yield ok("terminal", "There is none here: commands work, the screen needs one.")
    else:
        yield _size()
    yield _colours(environ)
    yield _letters()


def _size() -> Finding:
    width, height = shutil.get_terminal_size()
    if width < LEAST_WIDTH or height < LEAST_HEIGHT:
        return wrong(
            "size", f"{width}×{height} cells; the screen needs {LEAST_WIDTH}×{LEAST_HEIGHT}.", "Make the window larger."
        )
    if width < WIDE_WIDTH or height < WIDE_HEIGHT:
        return look("size", f"{width}×{height} cells.", f"From {WIDE_WIDTH}×{WIDE_HEIGHT} on it is more comfortable.")
    return ok("size", f"{width}×{height} cells.")


def _colours(environ: Mapping[str, str]) -> Finding:
    term = environ.get("TERM", "")
    if term in ("", "dumb"):
        return wrong(
            "colours",
            f"TERM is {f'“{term}”' if term else 'not set'}: the screen can’t be painted.",
            "Use a terminal that sets TERM; “handoff next” and “handoff list” work without.",
        )
    if "NO_COLOR" in environ:
        return ok("colours", f"None, since NO_COLOR is set (TERM is {term}).")
    if environ.get("COLORTERM", "").lower() in ("truecolor", "24bit"):
        return ok("colours", f"16 million (TERM is {term}).")
    if "256" in term or term.endswith("-direct"):
        return ok("colours", f"256 (TERM is {term}); COLORTERM=truecolor says that there are more.")
    return look("colours", f"Few: TERM is {term}.", 'TERM=xterm-256color if the terminal can, or theme = "terminal".')


def _letters() -> Finding:
    encoding = (getattr(sys.stdout, "encoding", "") or locale.getpreferredencoding(do_setlocale=False)).lower()
    if encoding.replace("-", "") == "utf8":
        return ok("letters", "UTF-8.")
    return wrong(
        "letters", f"{encoding or 'not known'}, not UTF-8: signs and names are garbled.", "export LANG=C.UTF-8"
    )


def wide_letters() -> Iterator[Finding]:
    """Ask the terminal how wide it paints a wide letter; writes one, and takes it away again."""
    try:
        import termios
        import tty
    except ImportError:
        return
    out, into = sys.stdout.fileno(), sys.stdin.fileno()
    try:
        before = termios.tcgetattr(into)
        tty.setcbreak(into, termios.TCSANOW)
    except termios.error:
        return
    try:
        os.write(out, "\r漢\x1b[6n".encode())
        column = _column(into)
        os.write(out, b"\r\x1b[K")
    finally:
        termios.tcsetattr(into, termios.TCSANOW, before)
    if column is None:
        yield look("wide letters", "The terminal did not say how wide it paints them.", "Look at a name like 漢字.")
    elif column == 3:
        yield ok("wide letters", "Painted two cells wide, as they should be.")
    else:
        yield wrong(
            "wide letters", "Painted in another width than two cells: rows shift.", "Use a Unicode locale and font."
        )


def _column(into: int) -> int | None:
    """Return the column that the terminal says its cursor is in, or None."""
    said = b""
    until = time.monotonic() + _ANSWER
    while (left := until - time.monotonic()) > 0:
        if not select.select([into], [], [], left)[0]:
            break
        said += os.read(into, 64)
        if found := _PLACE.search(said):
            return int(found[2])
    return None


def between(environ: Mapping[str, str] = os.environ) -> Iterator[Finding]:
    """Look at what lies between the terminal and us, and what that means for copying and for keys."""
    far = remote(environ)
    if far:
        yield ok("ssh", "You work over SSH: what is copied goes to your own machine through the terminal (OSC 52).")
    if environ.get("TMUX"):
        yield from _in_tmux()
        return
    if environ.get("STY"):
        yield look("copy", "GNU screen does not pass on what is copied.", "Use tmux, or copy with the mouse.")
        return
    found = [tool.name for tool in tools(environ)]
    through = " and ".join([*found, *(["the terminal (OSC 52)"] if hears("", environ) else [])])
    if found:
        yield ok("copy", f"Through {through}.")
    elif through:
        yield ok("copy", f"Through {through}, where it allows that: most do, some ask first.")
    else:
        yield look(
            "copy", "Neither this terminal nor a tool here takes what is copied.", "Install wl-clipboard or xclip."
        )


def _in_tmux() -> Iterator[Finding]:
    clipboard, escape = _option("set-clipboard"), _option("escape-time")
    if clipboard is None:
        yield look("tmux", "tmux does not say how it is set.", "Is the session’s tmux still there?")
        return
    if clipboard == "off":
        do = "tmux set -g set-clipboard external"
        yield look("copy", "tmux keeps what is copied in its own buffer (set-clipboard off).", do)
    else:
        yield ok("copy", f"tmux passes it on to the terminal around it (set-clipboard {clipboard}), if that allows it.")
    if escape is not None and escape.isdigit() and int(escape) > SLOW_ESCAPE:
        yield look("keys", f"tmux waits {escape} ms after Esc.", "tmux set -sg escape-time 10")
    else:
        yield ok("keys", "tmux passes Esc on at once.")


def _option(name: str) -> str | None:
    """Return how tmux has an option set; None when it does not say."""
    try:
        done = subprocess.run(  # noqa: S603
            ["tmux", "show-options", "-gsv", name],  # noqa: S607
            capture_output=True,
            text=True,
            timeout=_TMUX,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    return done.stdout.strip() if done.returncode == 0 else None
