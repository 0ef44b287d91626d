"""Whoever keeps what a journal says, and what a journal does about lines that it can't read."""

import os
from enum import Enum
from typing import Protocol

from api.local.files import Handle


class Sink(Protocol):
    """Whoever keeps what the lines say."""

    def clear(self, handle: Handle | None) -> None:
        """Forget everything; lines that follow are read from `handle`."""
        ...

    def resume(self, handle: Handle, stat: os.stat_result) -> int:
        """Return up to where the file's content is known from elsewhere and need not be read; 0 when nothing is."""
        ...

    def moved(self, handle: Handle) -> None:
        """Read the same offsets from another file."""
        ...

    def take(self, line: bytes, start: int) -> None:
        """Take in one line, which begins at `start` in the file; its JSON begins `frames.PREFIX` bytes later."""
        ...


class Damage(Enum):
    """What to do about a line that can't be read."""

    SALVAGE = "salvage"
    """Keep a copy of the file, recover every other line (for what can't be had again)."""
    CUT = "cut"
    """Drop it and everything behind it (for what can be pulled again from there)."""
