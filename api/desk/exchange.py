"""What the processes of one profile know of the line to its CRM, in small files beside the outbox.

For the desk:

- ``LastExchange(path)``: when the CRM last answered; `note` it, read it with `at`.
- ``LineNote(profile).last()``: how the line stands, for a desk that has no sync of its own (yet). While another process
  talks to the CRM, that is what it says, with ``elsewhere=True``; while nobody does, `connected` is None and what is
  left of the last attempt remains: `signed_out`, `failures`, and the `tries` of each operation without a next time.
  ``Link()`` when nothing can be known. Costs a few system calls.

For sync: the process that holds the profile's sync lock tells its state with `keep` and `finish`; the others read it
with `told`. Any of them may ask the holder to try at once (`ask`, `asked`).

The files are a courtesy: written whole and renamed, mode 0600, never flushed; one that is missing, damaged or too old
is as if nothing were known, and a disk that can't take them says so where decisions are concerned.
"""

import os
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path

import msgspec
from msgspec.structs import replace

from api.desk.news import Link
from api.local.files import Files, write_all
from api.local.profile import Profile

WRITE_EVERY = 1.0
"""Seconds between two writes of the line's state, at least."""

TOUCH_EVERY = 30.0
"""Seconds after which the holder says that it is still there, when nothing has changed."""

STALE = 120.0
"""Age in seconds after which the word of a process that holds the lock is not believed any more: it may be stopped."""

TRIES_KEPT = 300
"""Operations whose attempts are told to the other processes: the oldest ones."""

_SIZE_LIMIT = 1_000_000
_VERSION = 1


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


class _Kept(msgspec.Struct, frozen=True):
    version: int
    link: Link


class LineNote:
    """How the line stands, told by the process that holds the sync lock to all others of the profile."""

    def __init__(
        self,
        profile: Profile,
        *,
        files: Files | None = None,
        clock: Callable[[], float] = time.time,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._profile = profile
        self._path = profile.root / "line.json"
        self._wish = profile.root / "line.wish"
        self._files = files or Files()
        self._clock = clock
        self._monotonic = monotonic
        self._turn = threading.Lock()
        self._written: Link | None = None
        self._at: float | None = None
        self._read: tuple[tuple[int, int, int], Link | None] | None = None
        self._wished = self._wish_time()

    # --- told by the holder of the lock ------------------------------------------------------------------------

    def keep(self, link: Link) -> None:
        """Tell how the line stands; what comes within a second of the last is told with a later call."""
        with self._turn:
            now = self._monotonic()
            if self._at is not None and now - self._at < WRITE_EVERY:
                return
            if link != self._written:
                self._write(link)
            elif self._at is None or now - self._at >= TOUCH_EVERY:
                self._at = now
                with suppress(OSError):
                    os.utime(self._path, (self._clock(), self._clock()))

    def finish(self, link: Link) -> None:
        """Tell how the line stood last, at once: this process is about to let go of the lock."""
        with self._turn:
            if link != self._written:
                self._write(link)
            # Whoever has the lock next may write another state.
            self._written = self._at = None

    def asked(self) -> bool:
        """Say whether another process has asked for an attempt since the last call."""
        known, self._wished = self._wished, self._wish_time()
        return self._wished is not None and self._wished != known

    # --- for the others ----------------------------------------------------------------------------------------

    def ask(self) -> None:
        """Ask whoever talks to the CRM to try at once."""
        with suppress(OSError):
            self._wish.touch(mode=0o600)
            os.utime(self._wish)

    def told(self) -> Link | None:
        """Return what the holder of the lock says, with ``elsewhere=True``; None when it can't be known."""
        try:
            stat = self._path.stat()
        except OSError:
            return None
        if not -STALE <= self._clock() - stat.st_mtime <= STALE:
            return None
        link = self._content(stat)
        return None if link is None else replace(link, elsewhere=True)

    def left(self) -> Link | None:
        """Return what the last holder of the lock left behind, as it was; None when it can't be known."""
        try:
            return self._content(self._path.stat())
        except OSError:
            return None

    def last(self) -> Link:
        """Return how the line stands as far as it can be known without asking the CRM."""
        if self._held():
            return self.told() or Link(elsewhere=True)
        link = self.left()
        if link is None:
            return Link()
        signed_out = link.signed_out and not self._newer_token()
        tries = {key: replace(one, next_at=None) for key, one in link.tries.items()}
        return Link(
            signed_out=signed_out, message=link.message if signed_out else "", failures=link.failures, tries=tries
        )

    # --- the files ---------------------------------------------------------------------------------------------

    def _write(self, link: Link) -> None:
        self._at = self._monotonic()
        self._written = link
        told = replace(link, elsewhere=False, tries=dict(islice(link.tries.items(), TRIES_KEPT)))
        data = msgspec.json.encode(_Kept(_VERSION, told))
        aside = self._path.with_name(self._path.name + ".new")
        with suppress(OSError):
            fd = self._files.open(aside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
            try:
                write_all(self._files, fd, data)
            finally:
                self._files.close(fd)
            self._files.replace(aside, self._path)

    def _content(self, stat: os.stat_result) -> Link | None:
        mark = (stat.st_mtime_ns, stat.st_ino, stat.st_size)
        if self._read is not None and self._read[0] == mark:
            return self._read[1]
        link: Link | None = None
        with suppress(OSError, msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            if stat.st_size <= _SIZE_LIMIT:
                kept = msgspec.json.decode(self._path.read_bytes(), type=_Kept)
                link = kept.link if kept.version == _VERSION else None
        self._read = (mark, link)
        return link

    def _wish_time(self) -> int | None:
        try:
            return self._wish.stat().st_mtime_ns
        except OSError:
            return None

    def _held(self) -> bool:
        lock = self._profile.sync_lock()
        try:
            free = lock.try_acquire()
        except OSError:
            return False
        if free:
            lock.release()
        return not free

    def _newer_token(self) -> bool:
        """Say whether somebody has connected since the CRM refused the token."""
        try:
            return self._profile.token_path.stat().st_mtime > self._path.stat().st_mtime
        except OSError:
            return False
