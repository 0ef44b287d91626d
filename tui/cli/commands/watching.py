"""Watching: each arrival, each thing that others do to one's leads, and each lead that gets due soon, as one line."""

import argparse
import os
import select
import signal
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from queue import Empty, SimpleQueue
from types import FrameType
from typing import TYPE_CHECKING

from tui.cli.in_step import InStep
from tui.cli.output import DONE, Output
from tui.cli.queue.news import Event, Soon, earlier, news_of, print_event
from tui.cli.workplace import at_the_desk, signed_out

if TYPE_CHECKING:
    from api.desk import Changed, Desk

_LOOK_EVERY = 1.0
"""Seconds between two looks whether the reader is still there."""
_DUE_EVERY = 5.0
"""Seconds between two looks at what gets due."""


class _Stopped(BaseException):
    """Somebody asked the process to end."""


@at_the_desk
def watch(opened: "Desk", options: argparse.Namespace, output: Output) -> int:
    """Print what happens, line by line, until Ctrl+C, a signal, or the reader's end."""
    heard: SimpleQueue[Changed] = SimpleQueue()
    soon = Soon(opened, options.soon)
    before = _since(opened, options.since)
    stop = opened.listen(heard.put)
    try:
        with _politely(), InStep(opened) as line:
            output.note("Watching; Ctrl+C ends it.")
            for event in before:
                print_event(output, opened, event)
            _go_on(opened, output, heard, soon, line)
    except (KeyboardInterrupt, _Stopped):
        # That is how watching ends.
        return DONE
    finally:
        stop()
    return DONE


def _since(opened: "Desk", text: str) -> list[Event]:
    if not text:
        return []
    from api.rules.when import since
    from tui.verbs.answers import zone

    return earlier(opened, since(text, opened.now(), zone(opened)))


def _go_on(opened: "Desk", output: Output, heard: "SimpleQueue[Changed]", soon: "Soon", line: InStep) -> None:
    said, due_from = "", 0.0
    gone = _reader_gone(sys.stdout)
    while True:
        with suppress(Empty):
            for event in news_of(opened, heard.get(timeout=_LOOK_EVERY)):
                print_event(output, opened, event)
        if time.monotonic() >= due_from:
            due_from = time.monotonic() + _DUE_EVERY
            for event in soon.now():
                print_event(output, opened, event)
        trouble = _trouble(opened, line)
        if trouble != said:
            output.note(f"handoff: {trouble}" if trouble else "In step with the CRM again.")
            said = trouble
        if line.problem:
            # What another window of the profile fetches is news all the same.
            opened.refresh()
        if gone():
            raise BrokenPipeError


def _trouble(opened: "Desk", line: InStep) -> str:
    """Say what keeps the CRM from being heard; empty mostly."""
    status = opened.status()
    if status.signed_out:
        return signed_out(opened)
    return line.problem or (status.message if status.connected is False else "")


def _reader_gone(stream: object) -> Callable[[], bool]:
    """Return what says whether nobody reads `stream` any more, without writing to it."""
    try:
        number = stream.fileno()  # type: ignore[attr-defined]
        waiting = select.poll()
        waiting.register(number, 0)
    except (AttributeError, OSError, ValueError):
        return lambda: False
    if os.isatty(number):
        # A terminal that goes away says so by a signal.
        return lambda: False
    return lambda: any(event & (select.POLLERR | select.POLLHUP) for _, event in waiting.poll(0))


@contextmanager
def _politely() -> Iterator[None]:
    """Let signals that ask to end be heard as `_Stopped`."""

    def stopped(_number: int, _frame: FrameType | None) -> None:
        raise _Stopped

    names = [getattr(signal, name) for name in ("SIGTERM", "SIGHUP") if hasattr(signal, name)]
    try:
        before = {name: signal.signal(name, stopped) for name in names}
    except ValueError:
        # Only the main thread may listen to signals.
        before = {}
    try:
        yield
    finally:
        for name, handler in before.items():
            signal.signal(name, handler)
