"""What can go wrong on this machine's disk, in sentences for the person at the keyboard."""

import errno
from pathlib import Path

from api.errors import HandoffError

_WHY = {
    errno.ENOSPC: "the disk is full",
    errno.EDQUOT: "your share of the disk is used up",
    errno.EROFS: "the disk is read-only",
    errno.EACCES: "this account may not write there",
    errno.EPERM: "this account may not write there",
    errno.EIO: "the disk reports an error",
    errno.EFBIG: "the file may not grow any further",
    errno.ENOENT: "the folder is gone",
    errno.EMFILE: "too many files are open",
    errno.EISDIR: "a folder has its name",
    errno.ENOTDIR: "what should be a folder is none",
}
_MAY_NOT = (errno.EACCES, errno.EPERM)
_TO_READ = {
    errno.EACCES: "Give your account the right to read it again.",
    errno.EPERM: "Give your account the right to read it again.",
    errno.EISDIR: "Move the folder away.",
    errno.EIO: "Copy it to another disk while that can still be done, and have this one looked at.",
    errno.EMFILE: "Close other programs and try again.",
}


class LocalError(HandoffError):
    """Something on this machine's disk is not as it should be."""


class NotSaved(LocalError):
    """Nothing of what was to be written is kept; nothing may be shown as done."""


class Unreadable(LocalError):
    """A file of the profile can't be read at all; it was left as it is."""


class JournalTooNew(LocalError):
    """A newer Handoff wrote the file; it was left untouched."""


class ProfileTooNew(LocalError):
    """A newer Handoff wrote the profile; it was left untouched."""


class LockBusy(LocalError):
    """Another process holds a lock for longer than it should."""


def why(error: OSError) -> str:
    """Return the cause of `error` in a few plain words."""
    return _WHY.get(error.errno or 0) or (error.strerror or "the system refused").lower()


def not_saved(path: Path, error: OSError) -> NotSaved:
    """Return the `NotSaved` that tells why writing `path` failed."""
    return NotSaved(f"Not saved: {why(error)} ({path}). Nothing was changed; put that right and do it again.")


def unreadable(path: Path, error: OSError) -> Unreadable:
    """Return the `Unreadable` that tells why `path` can't be read and what helps."""
    cause = "this account may not read it" if error.errno in _MAY_NOT else why(error)
    helps = _TO_READ.get(error.errno or 0, "Put that right and start Handoff again.")
    return Unreadable(f"{path} can't be read: {cause}. It was left as it is. {helps}")


def too_new(path: Path, found: int, known: int) -> str:
    """Return the sentence for a file of a version that this program does not know."""
    return (
        f"{path} was written by another version of Handoff (format {found}, this one knows {known}). "
        "It was left untouched; install the newest Handoff."
    )


def decisions_missing(path: Path) -> str:
    """Return the sentence for an outbox that was there once and is missing or empty now."""
    return (
        f"{path.name} is missing or empty although there was one: decisions that were not sent yet are gone from this "
        f"machine. If you have a backup of the file, put it back ({path})."
    )
