"""Copying: through the terminal (OSC 52) and through the tool that this system has for it.

The terminal never says whether it took what was sent, a tool does; so both are asked where both are there. Text goes to
a tool through its input and never through its arguments, which everybody on the machine can read.
"""

import os
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import msgspec

TIME_LIMIT = 2.0
"""Seconds that one tool may take."""

OSC_LIMIT = 70_000
"""Bytes beyond which terminals drop what is sent to the clipboard."""

_DEAF = frozenset({"", "dumb", "linux"})
"""Terminals (TERM) without a clipboard."""


class Tool(msgspec.Struct, frozen=True):
    """A program that takes text from its input."""

    name: str
    command: tuple[str, ...]
    """What to run; the first part is an absolute path."""
    encoding: str = "utf-8"


class Copied(msgspec.Struct, frozen=True):
    """What became of a copy."""

    by: tuple[str, ...]
    """Tools that took it."""
    sent: bool
    """Whether it was sent to a terminal that may have a clipboard."""

    @property
    def hint(self) -> str:
        """What to know about where it is now; empty when it is where everybody looks."""
        if self.by and self.by != ("tmux",):
            return ""
        if self.by:
            return "in tmux’s buffer too"
        return "if it does not arrive, the terminal must allow OSC 52" if self.sent else ""

    def __bool__(self) -> bool:
        return bool(self.by) or self.sent


_TOOLS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("wl-copy", ()),
    ("xclip", ("-selection", "clipboard", "-in")),
    ("xsel", ("--clipboard", "--input")),
    ("pbcopy", ()),
    ("clip.exe", ()),
)


def tools(
    environ: Mapping[str, str] | None = None,
    *,
    platform: str = sys.platform,
    which: Callable[[str], str | None] | None = None,
) -> list[Tool]:
    """Return the tools to ask in this session; over SSH, those of the machine at the far end are of no use."""
    from shutil import which as found_by

    environ = os.environ if environ is None else environ
    find = which or (lambda name: found_by(name, path=environ.get("PATH")))
    wanted: list[str] = []
    if not remote(environ):
        if platform == "darwin":
            wanted.append("pbcopy")
        if environ.get("WAYLAND_DISPLAY"):
            wanted.append("wl-copy")
        if environ.get("DISPLAY"):
            wanted += ["xclip", "xsel"]
        if platform == "win32" or "WSL_DISTRO_NAME" in environ:
            wanted.append("clip.exe")
    found: list[Tool] = []
    for name, arguments in _TOOLS:
        # One of a kind is enough.
        if name not in wanted or (name == "xsel" and any(tool.name == "xclip" for tool in found)):
            continue
        if (path := _absolute(find(name))) is not None:
            found.append(Tool(name, (path, *arguments), "utf-16" if name == "clip.exe" else "utf-8"))
    if environ.get("TMUX") and (path := _absolute(find("tmux"))) is not None:
        # With -w tmux passes it on to the terminal around it.
        found.append(Tool("tmux", (path, "load-buffer", "-w", "-")))
    return found


def remote(environ: Mapping[str, str]) -> bool:
    """Say whether the person sits at another machine."""
    return any(environ.get(name) for name in ("SSH_CONNECTION", "SSH_TTY", "SSH_CLIENT"))


def _absolute(path: str | None) -> str | None:
    # A tool found in the folder where the person happens to stand is not the system's.
    return path if path is not None and Path(path).is_absolute() else None


def hears(text: str, environ: Mapping[str, str] | None = None) -> bool:
    """Say whether the terminal may take `text` by OSC 52."""
    environ = os.environ if environ is None else environ
    if environ.get("TERM", "") in _DEAF or environ.get("TERM_PROGRAM") == "Apple_Terminal":
        return False
    # Within tmux it is tmux that hears it, and mostly keeps it to itself.
    return len(text.encode()) <= OSC_LIMIT and not environ.get("TMUX")


def hand_over(text: str, asked: Sequence[Tool]) -> tuple[str, ...]:
    """Give `text` to these tools and return the names of those that took it; blocks until each is done or too slow."""
    return tuple(tool.name for tool in asked if _took(tool, text))


def _took(tool: Tool, text: str) -> bool:
    import subprocess

    try:
        done = subprocess.run(  # noqa: S603  (a fixed list of commands, by absolute path; what varies goes to the input)
            tool.command,
            input=text.encode(tool.encoding, "replace"),
            # Tools that stay to serve the clipboard would keep a pipe open for ever.
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            timeout=TIME_LIMIT,
            check=False,
            start_new_session=True,
        )
    except (OSError, subprocess.SubprocessError):
        return False
    return done.returncode == 0
