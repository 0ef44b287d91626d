"""What a check found, and running checks that may hang."""

import queue
import threading
import time
from collections.abc import Callable, Iterator
from enum import StrEnum

import msgspec

from api.errors import HandoffError


class State(StrEnum):
    """How it stands."""

    OK = "ok"
    LOOK = "look"
    """It works, and somebody should look at it."""
    WRONG = "wrong"


class Finding(msgspec.Struct, frozen=True):
    """One thing that was looked at."""

    state: State
    name: str
    """A word or two: what it is about."""
    said: str
    """How it is, in a sentence."""
    do: str = ""
    """What helps; empty where nothing need be done."""


def ok(name: str, said: str) -> Finding:
    """Return that it is well."""
    return Finding(State.OK, name, said)


def look(name: str, said: str, do: str = "") -> Finding:
    """Return that somebody should look at it."""
    return Finding(State.LOOK, name, said, do)


def wrong(name: str, said: str, do: str = "") -> Finding:
    """Return that it is wrong."""
    return Finding(State.WRONG, name, said, do)


def within(seconds: float, name: str, check: Callable[[], Iterator[Finding]]) -> Iterator[Finding]:
    """Yield what `check` finds, as it finds it; what it has not found after `seconds` is told as one finding."""
    found: queue.SimpleQueue[Finding | None] = queue.SimpleQueue()

    def run() -> None:
        try:
            for one in check():
                found.put(one)
        except HandoffError as problem:
            found.put(wrong(name, problem.sentence))
        # What nobody foresaw in one check must not keep the others from being told.
        except Exception as error:  # noqa: BLE001
            found.put(wrong(name, f"This could not be looked at ({type(error).__name__})."))
        found.put(None)

    # A daemon, so that one that hangs does not keep the program from ending.
    threading.Thread(target=run, name=f"doctor {name}", daemon=True).start()
    until = time.monotonic() + seconds
    while True:
        try:
            one = found.get(timeout=max(until - time.monotonic(), 0.0))
        except queue.Empty:
            yield wrong(
                name, f"This took longer than {seconds:.0f} s and was left.", "Try again, or look at it by hand."
            )
            return
        if one is None:
            return
        yield one
