"""Opening the program itself; the screen's library is loaded only once it is known that there is a terminal."""

import argparse
import os
import sys
from typing import TYPE_CHECKING

from tui.cli.errors import Usage
from tui.cli.output import DONE, USAGE, Output

if TYPE_CHECKING:
    from textual.driver import Driver as TextualDriver

    from api.local.profile import Profile
    from tui.settings import Settings

WAYS_ON = (
    "Handoff is not connected yet. Three ways on:",
    "  handoff demo             try it: a hub with sample leads on this machine, nothing to set up",
    "  handoff connect hub URL  join your team's hub; a manager there has a token for you",
    "  handoff serve            run a hub for your team on this machine",
)


def open_program(output: Output) -> int:
    """Open the program on the profile; without a profile, say how to get one."""
    from tui.cli.workplace import profile
    from tui.settings import load

    place = profile()
    settings = load(place.root)
    terminal = has_terminal()
    if place.connection() is None:
        for line in WAYS_ON:
            if terminal:
                output.line(line)
            else:
                output.note(line)
        return DONE if terminal else USAGE
    if not terminal:
        raise Usage("There is no terminal to open in; “handoff list”, “accept” and “reject” work without one.")
    return run_program(place, settings)


def run_program(place: "Profile", settings: "Settings") -> int:
    """Show the program on the profile until the person quits; return its exit code.

    Raises:
        HandoffError: the profile can't be opened.
        Exception: whatever ended the program without being foreseen.
    """
    import gc
    from pathlib import Path

    # All that is loaded for the first screen stays; nothing of it need be looked through for garbage meanwhile.
    gc.disable()
    import tui.app
    from api.desk import Desk
    from tui.window import show, sync_for

    class Window(tui.app.HandoffApp):
        """The program, keeping an unforeseen error for us instead of printing it with its secrets."""

        # Textual looks for style sheets beside the class that is run.
        CSS_PATH = [Path(tui.app.__file__).parent / name for name in tui.app.HandoffApp.CSS_PATH]
        failure: Exception | None = None

        def get_driver_class(self) -> "type[TextualDriver]":
            if sys.platform == "win32":
                return super().get_driver_class()
            from tui.terminal import Driver

            return Driver

        def _handle_exception(self, error: Exception) -> None:
            cause = getattr(error, "error", None)
            self.failure = self.failure or (cause if isinstance(cause, Exception) else error)
            self._return_code = 1
            self._close_messages_no_wait()

    desk = Desk.open(place)
    try:
        window = Window(desk, sync_for, look=f"handoff-{settings.theme}" if settings.theme else "")
        show(window.run_async, window.exit)
    finally:
        gc.enable()
        desk.close()
    if window.failure is not None:
        raise window.failure
    return window.return_code or DONE


def has_terminal() -> bool:
    """Say whether there is a terminal that can show the program."""
    streams = (sys.stdin, sys.stdout, sys.stderr)
    return all(stream is not None and stream.isatty() for stream in streams) and os.environ.get("TERM") != "dumb"


def say_version(options: argparse.Namespace, output: Output) -> int:
    """Answer options that stand without a command."""
    if not options.version:
        return open_program(output)
    from api import __version__

    output.line(f"handoff {__version__}")
    return DONE
