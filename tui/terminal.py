"""The terminal that the program runs in, where the library's own way with it is not enough."""

from contextlib import suppress
from typing import Any, TextIO

from textual.drivers.linux_driver import LinuxDriver


class _Output:
    """Where the program paints; once the terminal is gone, what is painted goes nowhere.

    The library's thread that writes would end with an error then, and who waits for it to write would wait for ever.
    """

    def __init__(self, file: TextIO) -> None:
        self._file = file

    def write(self, text: str) -> None:
        """Write."""
        with suppress(OSError):
            self._file.write(text)

    def flush(self) -> None:
        """Have all of it written."""
        with suppress(OSError):
            self._file.flush()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._file, name)


class Driver(LinuxDriver):
    """Comes back well from a stop that nobody announced, e.g. of a debugger or ``kill -STOP``.

    The library starts everything anew then, without having ended it: two threads would read the keys, and the terminal
    would stay in the program's mode when it ends.
    """

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self._file: Any = _Output(self._file)

    @property
    def behind(self) -> bool:
        """Whether more than one frame waits for the terminal to take it, as on a slow line."""
        writer = self._writer_thread
        return writer is not None and writer._queue.qsize() > 1  # noqa: SLF001  (the library does not tell it otherwise)

    def start_application_mode(self) -> None:
        """Take the terminal over, and know how it was before the program began."""
        super().start_application_mode()  # type: ignore[no-untyped-call]
        before = getattr(self._app, "terminal_before", None)
        if before is not None:
            self.attrs_before = before

    def _sigcont_application(self, *_: object) -> None:
        if self._auto_restart and not self._must_signal_resume:
            self.suspend_application_mode()
        super()._sigcont_application()
