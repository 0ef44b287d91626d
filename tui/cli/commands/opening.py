"""Opening the program itself; the screen's library is loaded only once it is known that there is a terminal."""

import os
import sys
from contextlib import contextmanager, nullcontext, suppress
from typing import TYPE_CHECKING, Any

from tui.cli.errors import Usage
from tui.cli.output import DONE, USAGE, Output

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator
    from pathlib import Path

    from textual.driver import Driver as TextualDriver

    from api.local.profile import Profile
    from tui.settings import Loaded

_SHARE = 0.001
"""Seconds after which a thread lets another one work."""

WAYS_ON = (
    "Handoff is not connected yet. Three ways on:",
    "  handoff demo             try it: a hub with sample leads on this machine, nothing to set up",
    "  handoff connect hub URL  join your team's hub; a manager there has a token for you",
    "  handoff serve            run a hub for your team on this machine",
)


def open_program(output: Output) -> int:
    """Open the program on the profile; without a profile, say how to get one."""
    import gc

    # All that is loaded for the first screen stays; nothing of it need be looked through for garbage meanwhile.
    gc.disable()
    terminal = has_terminal()
    try:
        with typed_ahead() if terminal else nullcontext() as before:
            return _open_program(output, terminal=terminal, before=before)
    finally:
        gc.enable()


def _open_program(output: Output, *, terminal: bool, before: list[Any] | None) -> int:
    from tui.cli.workplace import profile
    from tui.settings import load

    place = profile()
    loaded = load(place.root)
    if place.connection() is None:
        if terminal:
            return _welcome(place, loaded, output, before)
        for line in WAYS_ON:
            output.note(line)
        return USAGE
    if not terminal:
        raise Usage("There is no terminal to open in; “handoff list”, “accept” and “reject” work without one.")
    return run_program(place, loaded, before)


def _welcome(place: "Profile", loaded: "Loaded", output: Output, before: list[Any] | None) -> int:
    """Offer the ways on to who has no profile yet, and go the one that was taken."""
    from tui.welcome.app import Way, WelcomeApp
    from tui.window import show

    theme = loaded.settings.theme
    window = WelcomeApp(place, look=f"handoff-{theme}" if theme else "", problem=loaded.sentence)
    show(window.run_async, window.exit)
    way = window.return_value
    if window.return_code:
        return window.return_code
    if way is Way.DEMO:
        from tui.cli.commands.demo import run
        from tui.cli.usage.parser import parse

        options = parse(["demo"])
        return run(options, output) if options is not None else DONE
    if way is Way.OPEN:
        return run_program(place, loaded, before)
    return DONE


@contextmanager
def typed_ahead() -> "Iterator[list[Any] | None]":
    """Keep what is typed while the program starts for its first screen, unseen, and as it was typed.

    Gives the terminal's settings as they were, which it has again afterwards; None where there are none.
    """
    try:
        import termios
    except ImportError:
        yield None
        return
    try:
        before = termios.tcgetattr(0)
        quiet = termios.tcgetattr(0)
        quiet[0] &= ~(termios.ICRNL | termios.INLCR | termios.IGNCR)
        quiet[3] &= ~(termios.ECHO | termios.ICANON)
        termios.tcsetattr(0, termios.TCSANOW, quiet)
    except termios.error:
        yield None
        return
    try:
        yield before
    finally:
        # A terminal that is gone has no settings to put back.
        with suppress(termios.error):
            termios.tcsetattr(0, termios.TCSANOW, before)


def run_program(
    place: "Profile", loaded: "Loaded", before: list[Any] | None = None, *, tour_in: "Path | None" = None
) -> int:
    """Show the program on the profile until the person quits; return its exit code.

    `before`: the terminal's settings as the person had them, if something changed them already. `tour_in`: the folder
    of the person's own profile, where the leads are invented ones: whoever has not had the tour gets it.

    Raises:
        HandoffError: the profile can't be opened.
        Exception: whatever ended the program without being foreseen.
    """
    import gc
    from pathlib import Path

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

        def on_ready(self) -> None:
            """Begin the tour, once the first queue is painted."""
            if tour_in is not None:
                self.call_later(self.offer_tour, tour_in)

        def _handle_exception(self, error: Exception) -> None:
            cause = getattr(error, "error", None)
            self.failure = self.failure or (cause if isinstance(cause, Exception) else error)
            self._return_code = 1
            self._close_messages_no_wait()

    desk = Desk.open(place)
    pause = sys.getswitchinterval()
    # Keys wait this long at most for a thread that reads the mirror or talks to the CRM.
    sys.setswitchinterval(_SHARE)
    try:
        window = Window(desk, sync_for, loaded=loaded)
        window.terminal_before = before
        show(window.run_async, window.exit)
    finally:
        gc.enable()
        sys.setswitchinterval(pause)
        desk.close()
    if window.failure is not None:
        raise window.failure
    return window.return_code or DONE


def has_terminal() -> bool:
    """Say whether there is a terminal that can show the program."""
    streams = (sys.stdin, sys.stdout, sys.stderr)
    return all(stream is not None and stream.isatty() for stream in streams) and os.environ.get("TERM") != "dumb"


def say_version(options: "argparse.Namespace", output: Output) -> int:
    """Answer options that stand without a command."""
    if not options.version:
        return open_program(output)
    from api import __version__

    output.line(f"handoff {__version__}")
    return DONE
