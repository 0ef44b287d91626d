"""The terminal that the program runs in, where the library's own way with it is not enough."""

import asyncio
import os
import selectors
from codecs import getincrementaldecoder
from collections.abc import Iterable
from contextlib import suppress
from typing import Any, TextIO

from textual._parser import ParseError
from textual._xterm_parser import XTermParser
from textual.drivers.linux_driver import LinuxDriver
from textual.message import Message


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


_LOOK_AGAIN = 0.1
"""Seconds between two looks whether the program has ended, or a lone Escape was one."""

_AT_ONCE = 4_096
"""Bytes that are read in one go."""


class Driver(LinuxDriver):
    """Comes back well from a stop that nobody announced, e.g. of a debugger or ``kill -STOP``.

    The library starts everything anew then, without having ended it: two threads would read the keys, and the terminal
    would stay in the program's mode when it ends.

    Keys that the terminal gives in one go reach the program in one go, so that it can tell pasted text from a hand.
    """

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self._file: Any = _Output(self._file)
        self._together: list[Message] | None = None

    def run_input_thread(self) -> None:
        """Read keys until the program ends."""
        parser = XTermParser(self._debug)
        decode = getincrementaldecoder("utf-8")().decode
        with selectors.SelectSelector() as selector:
            selector.register(self.fileno, selectors.EVENT_READ)
            while not self.exit_event.is_set():
                if selector.select(_LOOK_AGAIN):
                    text = decode(os.read(self.fileno, _AT_ONCE))
                    if text:
                        self._pass_on(parser.feed(text))
                self._pass_on(parser.tick())
        with suppress(EOFError, ParseError):
            list(parser.feed(""))

    def _pass_on(self, messages: Iterable[Message]) -> None:
        self._together = []
        for message in messages:
            self.process_message(message)
        together, self._together = self._together, None
        if together:
            asyncio.run_coroutine_threadsafe(self._post(together), loop=self._loop)

    def send_message(self, message: Message) -> None:
        """Send a message to the program, together with the others that were read with it."""
        if self._together is None:
            super().send_message(message)
        else:
            self._together.append(message)

    async def _post(self, messages: Iterable[Message]) -> None:
        for message in messages:
            await self._app._post_message(message)  # noqa: SLF001  (as the library itself does)

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
