"""When the CRM last answered, remembered between the processes of a profile."""

import os
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path


class LastExchange:
    """A file without content; the time that it was changed is the time of the last exchange."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._noted: datetime | None = None

    def note(self, at: datetime) -> None:
        """Remember an exchange."""
        self._noted = at
        # A disk that can't take it says so where decisions are concerned; this is only a courtesy.
        with suppress(OSError):
            self._path.touch(mode=0o600)
            os.utime(self._path, (at.timestamp(), at.timestamp()))

    def at(self) -> datetime | None:
        """Return when the last exchange of any process was; None when there never was one."""
        noted = self._noted
        with suppress(OSError):
            kept = datetime.fromtimestamp(self._path.stat().st_mtime, UTC)
            # Some disks keep times only to the second.
            return max(kept, noted) if noted is not None else kept
        return noted
