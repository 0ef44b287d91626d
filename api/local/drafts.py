"""Drafts: what was typed into a form and not sent, kept by lead and set of questions until it is of no more use.

They are a convenience, not decisions: what can't be read is forgotten, and one that could not be written is lost with
the program and nothing else is.
"""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from pathlib import Path
from threading import Lock

import msgspec

from api.local.errors import not_saved
from api.local.files import Files, write_whole
from api.local.lock import FileLock

VERSION = 1
STAYS = timedelta(days=30)
"""After this time nobody remembers what a draft was about."""
_MOST = 500
"""So many are kept, the newest."""
_PATIENCE = 2.0
"""Seconds to wait for another window that is just writing."""


class Draft(msgspec.Struct, frozen=True):
    """What one form held."""

    lead: str
    questions: str
    """Which form it was, e.g. ``reason:not_target``."""
    at: datetime
    answers: dict[str, str]


class _Kept(msgspec.Struct, frozen=True):
    version: int
    drafts: tuple[Draft, ...] = ()


_Key = tuple[str, str]


class Drafts:
    """The drafts of one profile. Changes are seen at once and are on the disk after `save`, mode 0600.

    Threads: any. Nothing but `load` and `save` waits for the disk, so these belong off the event loop; what other
    processes keep beside it stays.
    """

    def __init__(self, path: Path, clock: Callable[[], datetime], files: Files | None = None) -> None:
        self._path = path
        self._clock = clock
        self._files = files or Files()
        self._drafts: dict[_Key, Draft] = {}
        self._changed: dict[_Key, Draft | None] = {}
        """What is not on the disk yet; None for one that is to go."""
        self._memory = Lock()
        self._disk = Lock()
        self._loaded = False

    def get(self, lead_id: str, questions: str) -> Draft | None:
        """Return the draft of a form, if there is one."""
        self._know()
        with self._memory:
            return self._drafts.get((lead_id, questions))

    def on(self, lead_id: str) -> list[Draft]:
        """Return all drafts on a lead, the newest first."""
        self._know()
        with self._memory:
            found = [draft for draft in self._drafts.values() if draft.lead == lead_id]
        return sorted(found, key=lambda draft: draft.at, reverse=True)

    def keep(self, lead_id: str, questions: str, answers: Mapping[str, str]) -> None:
        """Keep what a form holds now, in place of what it held before."""
        self._know()
        draft = Draft(lead_id, questions, self._clock(), dict(answers))
        with self._memory:
            before = self._drafts.get((lead_id, questions))
            if before is None or before.answers != draft.answers:
                self._drafts[lead_id, questions] = self._changed[lead_id, questions] = draft

    def drop(self, lead_id: str, questions: str = "") -> None:
        """Forget the draft of a form, or all on the lead."""
        self._know()
        with self._memory:
            gone = [key for key in self._drafts if key[0] == lead_id and questions in ("", key[1])]
            for key in gone:
                del self._drafts[key]
                self._changed[key] = None

    @property
    def unsaved(self) -> bool:
        """Whether something changed that is not on the disk."""
        return bool(self._changed)

    def _know(self) -> None:
        if not self._loaded:
            self.load()

    def load(self) -> None:
        """Read what is on the disk, unless that was done."""
        with self._disk:
            if self._loaded:
                return
            kept = self._read()
            with self._memory:
                self._drafts = kept
                self._loaded = True

    def save(self) -> None:
        """Write what changed, in one step, on top of what other processes wrote meanwhile.

        Raises:
            LocalError: what the disk had before stands; the next call tries again.
        """
        with self._disk:
            with self._memory:
                changed = dict(self._changed)
            if not changed:
                return
            try:
                with FileLock(self._path.with_name("drafts.lock"), patience=_PATIENCE):
                    kept = self._read()
                    for key, draft in changed.items():
                        if draft is not None:
                            kept[key] = draft
                        else:
                            kept.pop(key, None)
                    self._write(kept)
            except OSError as error:
                raise not_saved(self._path, error) from error
            with self._memory:
                for key, draft in changed.items():
                    if self._changed.get(key, draft) is draft:
                        self._changed.pop(key, None)
                self._drafts = kept | {key: one for key, one in self._changed.items() if one is not None}
                for key, draft in self._changed.items():
                    if draft is None:
                        self._drafts.pop(key, None)

    def _read(self) -> dict[_Key, Draft]:
        try:
            kept = msgspec.json.decode(self._path.read_bytes(), type=_Kept)
        except (OSError, msgspec.DecodeError, UnicodeDecodeError):
            return {}
        oldest = self._clock() - STAYS
        fresh = [draft for draft in kept.drafts if draft.at >= oldest] if kept.version == VERSION else []
        return {(draft.lead, draft.questions): draft for draft in fresh}

    def _write(self, kept: Mapping[_Key, Draft]) -> None:
        newest = sorted(kept.values(), key=lambda draft: draft.at)[-_MOST:]
        if not newest:
            self._files.remove(self._path)
            return
        self._files.make_folder(self._path.parent)
        write_whole(self._files, self._path, [msgspec.json.encode(_Kept(VERSION, tuple(newest))), b"\n"])
