"""A real pseudo-terminal with a program in it: what a person would see, and when each byte of it came."""

import fcntl
import os
import pty
import select
import signal
import struct
import termios
import time
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from types import TracebackType

import pyte


class TerminalTimeout(AssertionError):
    """The screen never came to show what was waited for; the message holds what it shows instead."""


class _Screen(pyte.Screen):
    """A screen that leaves out what pyte can't read: private modes of newer terminals."""

    @property
    def display(self) -> list[str]:
        """The lines; a wide letter of which one half was overwritten is left out, where pyte would fail."""
        places = range(self.columns)
        return ["".join(self.buffer[line][place].data for place in places) for line in range(self.lines)]

    def report_device_status(self, _mode: int, **_: object) -> None:  # type: ignore[override]
        return

    def restore_cursor(self) -> None:
        return

    def select_graphic_rendition(self, *attrs: int, **kwargs: object) -> None:  # type: ignore[override]
        if not kwargs.get("private"):
            super().select_graphic_rendition(*attrs)


class Terminal:
    """A child process on a pseudo-terminal of its own.

    Args:
        argv: program and arguments.
        columns, rows: size of the terminal in cells.
        env: the child's whole environment.
        watch: False leaves the bytes unread into a screen until `look` or `when` does: that takes longer than painting
            them did, and would hold the program up.
    """

    def __init__(
        self,
        argv: Sequence[str],
        *,
        columns: int = 120,
        rows: int = 36,
        env: Mapping[str, str] | None = None,
        cwd: str | None = None,
        watch: bool = True,
    ) -> None:
        self.raw = bytearray()
        self.watch = watch
        self._arrivals: list[tuple[float, int]] = []
        self._fed = 0
        self._screen = _Screen(columns, rows)
        self._stream = pyte.ByteStream(self._screen)
        environment = dict(os.environ if env is None else env)
        environment.setdefault("TERM", "xterm-256color")
        environment.setdefault("COLORTERM", "truecolor")
        # Programs believe these before the terminal's own size.
        for name in ("COLUMNS", "LINES"):
            environment.pop(name, None)
        self.started = time.perf_counter()
        self.pid, self._master = pty.fork()
        if self.pid == 0:
            try:
                if cwd is not None:
                    os.chdir(cwd)
                fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
                os.execvpe(argv[0], list(argv), environment)
            finally:
                os._exit(127)
        fcntl.ioctl(self._master, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
        self.status: int | None = None
        self._hung_up = False

    def __enter__(self) -> "Terminal":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @property
    def lines(self) -> list[str]:
        """The screen's lines as they show now, without trailing blanks, letters composed."""
        return [unicodedata.normalize("NFC", line.rstrip()) for line in self._screen.display]

    @property
    def text(self) -> str:
        """The whole screen as it shows now."""
        return "\n".join(self.lines)

    def send(self, keys: str | bytes) -> float:
        """Type; returns the moment (perf_counter seconds) just before the bytes were handed over."""
        at = time.perf_counter()
        os.write(self._master, keys.encode() if isinstance(keys, str) else keys)
        return at

    def resize(self, columns: int, rows: int) -> None:
        """Change the terminal's size, as dragging its corner does."""
        self._screen.resize(rows, columns)
        fcntl.ioctl(self._master, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
        os.kill(self.pid, signal.SIGWINCH)

    def mode(self) -> list[object]:
        """Return the terminal's settings (termios), to see whether they were put back."""
        return termios.tcgetattr(self._master)

    def pump(self, seconds: float, most: int = 1 << 16) -> bytes:
        """Read what comes within `seconds`; returns after the first bytes (`most` of them), empty at the end."""
        waiting = select.poll()
        waiting.register(self._master, select.POLLIN)
        if not waiting.poll(max(seconds, 0) * 1000):
            return b""
        try:
            chunk = os.read(self._master, most)
        except OSError:
            chunk = b""
        if not chunk:
            self._reap(block=True)
            return b""
        self.raw += chunk
        self._arrivals.append((time.perf_counter(), len(self.raw)))
        if self.watch:
            self.look()
        return chunk

    def look(self, *whats: Callable[[str], bool]) -> list[float | None]:
        """Read what came since the last look into the screen.

        Returns for each of `whats` the moment (perf_counter seconds) at which the bytes came after which the screen
        showed it, or None.
        """
        seen: list[float | None] = [None for _ in whats]
        for at, end in self._arrivals:
            self._stream.feed(bytes(self.raw[self._fed : end]))
            self._fed = end
            for place, what in enumerate(whats):
                if seen[place] is None and what(self.text):
                    seen[place] = at
        self._arrivals.clear()
        return seen

    def when(self, what: str | Callable[[str], bool], seconds: float = 20.0, quiet: float = 0.1) -> float:
        """Read until the screen shows `what`, looking at it only while nothing comes for `quiet` seconds.

        Returns the moment (perf_counter seconds) at which the bytes came that completed it.

        Raises:
            TerminalTimeout: it never did.
        """
        shown = what if callable(what) else lambda text: what in text
        end = time.perf_counter() + seconds
        while time.perf_counter() < end:
            if self.pump(quiet) and time.perf_counter() < end:
                continue
            [seen] = self.look(shown)
            if seen is not None:
                return seen
            if self.status is not None:
                break
        raise TerminalTimeout(f"never saw {what!r}; exit status {self.status}; the screen:\n{self.text}")

    def wait_for(self, what: str | Callable[[str], bool], seconds: float = 20.0) -> float:
        """Read until the screen shows `what`; returns the moment (perf_counter seconds) it did.

        Raises:
            TerminalTimeout: it never did.
        """
        seen = what if callable(what) else lambda text: what in text
        end = time.perf_counter() + seconds
        while True:
            if seen(self.text):
                return time.perf_counter()
            left = end - time.perf_counter()
            if left <= 0 or (not self.pump(min(left, 0.25)) and self.status is not None and not seen(self.text)):
                raise TerminalTimeout(f"never saw {what!r}; exit status {self.status}; the screen:\n{self.text}")

    def drain(self, quiet: float = 0.05, seconds: float = 2.0) -> tuple[int, float]:
        """Read until nothing came for `quiet` seconds; returns (bytes read, moment of the last byte)."""
        end = time.perf_counter() + seconds
        count, last = 0, time.perf_counter()
        while time.perf_counter() < end:
            chunk = self.pump(quiet)
            if not chunk:
                break
            count, last = count + len(chunk), time.perf_counter()
        return count, last

    def wait_exit(self, seconds: float = 20.0) -> int:
        """Read until the program ends; returns its exit status.

        Raises:
            TerminalTimeout: it runs on.
        """
        end = time.perf_counter() + seconds
        while self.status is None:
            if time.perf_counter() > end:
                raise TerminalTimeout(f"the program runs on; the screen:\n{self.text}")
            self.pump(0.05)
            self._reap(block=False)
        while self.pump(0.05):
            pass
        return self.status

    def hang_up(self) -> None:
        """Take the terminal away, as closing its window does; nothing can be read or typed any more."""
        os.close(self._master)
        self._hung_up = True

    def running(self) -> bool:
        """Say whether the program runs on."""
        self._reap(block=False)
        return self.status is None

    def close(self) -> None:
        """End the program if it still runs, and let go of the terminal."""
        if self.status is None:
            os.kill(self.pid, signal.SIGKILL)
            self._reap(block=True)
        if not self._hung_up:
            os.close(self._master)

    def _reap(self, *, block: bool) -> None:
        if self.status is None:
            pid, status = os.waitpid(self.pid, 0 if block else os.WNOHANG)
            if pid:
                self.status = os.waitstatus_to_exitcode(status)
