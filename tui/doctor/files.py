"""The profile on this machine's disk: its folder and files, what they hold, who has it open."""

import os
import shutil
import stat
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from api.local.entries import ARCHIVE
from api.local.frames import Header
from api.local.looking import index_speaks, look_at, owed
from api.local.mirror import HEADER as MIRROR
from api.local.outbox import HEADER as OUTBOX
from api.local.profile import Profile
from api.rules.wording import grouped, relative
from tui.doctor.finding import Finding, look, ok, wrong

LITTLE_ROOM, NO_ROOM = 500_000_000, 50_000_000
"""Free bytes below which the disk is worth a look, and below which it is wrong."""

_OLD = 3_600.0 * 24
"""Seconds after which a decision that waits is worth a look."""


def the_folder(place: Profile) -> Iterator[Finding]:
    """Look at the folder and the files in it."""
    root = place.root
    if not root.exists():
        yield look("folder", f"There is no profile yet; it would be in {root}.", "“handoff” offers the ways on.")
        return
    if not root.is_dir():
        yield wrong("folder", f"{root} is no folder.", "Move it away, or name another folder with HANDOFF_HOME.")
        return
    yield _folder(root)
    yield _files(place)
    yield from _too_open(place)
    yield _room(root)


def _folder(root: Path) -> Finding:
    named = " (named by HANDOFF_HOME)" if os.environ.get("HANDOFF_HOME", "").strip() else ""
    if not os.access(root, os.R_OK | os.W_OK | os.X_OK):
        return wrong("folder", f"Your account may not read and write in {root}.", f"chmod u+rwx {root}")
    status = root.stat()
    if hasattr(os, "getuid") and status.st_uid not in (os.getuid(), 0):
        return wrong("folder", f"{root} belongs to another account.", "Name a folder of your own with HANDOFF_HOME.")
    if status.st_mode & 0o077:
        mode = stat.S_IMODE(status.st_mode)
        return look("folder", f"Other accounts of this machine may look into {root} ({mode:o}).", f"chmod 700 {root}")
    return ok("folder", f"{root}{named}, for your account alone.")


def _known(place: Profile) -> list[Path]:
    names = ("profile.json", "config.toml", "archive.journal", "drafts.json")
    index = place.mirror_path.with_suffix(".index")
    own = [place.root / name for name in names]
    return [*own, place.views_path, place.token_path, place.outbox_path, place.mirror_path, index, place.log_path]


def _files(place: Profile) -> Finding:
    there = [path for path in _known(place) if path.is_file()]
    if not there:
        return look("files", "The folder holds nothing yet.", "“handoff” offers the ways on.")
    return ok("files", ", ".join(f"{path.name} {size(path.stat().st_size)}" for path in there) + ".")


def _too_open(place: Profile) -> Iterator[Finding]:
    if os.name != "posix":
        return
    opened = [path for path in _known(place) if path.is_file() and path.stat().st_mode & 0o077]
    if not opened:
        yield ok("permissions", "No other account of this machine may read the files.")
    for path in opened:
        mode = stat.S_IMODE(path.stat().st_mode)
        said = f"Other accounts of this machine may read {path.name} ({mode:o})."
        if path == place.token_path:
            yield wrong("permissions", f"{said} It holds your token.", f"chmod 600 {path}; then get a new token.")
        elif path.name == "config.toml":
            yield ok("permissions", f"{said} There is no secret in it.")
        else:
            yield look("permissions", said, f"chmod 600 {path}")


def _room(root: Path) -> Finding:
    free = shutil.disk_usage(root).free
    said = f"{size(free)} free where the profile is."
    if free < NO_ROOM:
        return wrong("disk", said, "Make room: without it no decision can be kept.")
    return look("disk", said, "Make room soon.") if free < LITTLE_ROOM else ok("disk", said)


def the_journals(place: Profile) -> Iterator[Finding]:
    """Read the journals whole, and change nothing in them."""
    archive = place.root / "archive.journal"
    yield _journal(
        "decisions", place.outbox_path, OUTBOX, "Make a copy of it. Opening Handoff saves what can be saved."
    )
    if archive.exists():
        yield _journal("archive", archive, ARCHIVE, "Only “handoff log” reads it. Make a copy of it.")
    yield _journal(
        "mirror", place.mirror_path, MIRROR, "Nothing is lost: opening Handoff fetches it from the hub anew."
    )


def _journal(name: str, path: Path, header: Header, do: str) -> Finding:
    if not path.exists():
        if name == "decisions" and path.with_suffix(".marker").exists():
            return wrong(name, f"{path.name} is gone, and there was one.", "If you have a backup of it, put it back.")
        return ok(name, f"There is no {path.name} yet.")
    seen = look_at(path, header)
    if seen.version is None and seen.lines:
        return wrong(name, f"{path.name} does not begin as such a file does.", do)
    if seen.version is not None and seen.version != header.version:
        return wrong(name, f"{path.name} was written by another version of Handoff.", "Install the newest one.")
    if seen.damaged:
        of = "line is" if seen.damaged == 1 else "lines are"
        found = f"{grouped(seen.damaged)} of {grouped(seen.lines)} {of} damaged in {path.name}."
        return look(name, found, do) if header is MIRROR else wrong(name, found, do)
    if seen.torn:
        return ok(name, f"{path.name} can be read; its last line was cut short and never counted.")
    return ok(name, f"{path.name} can be read: {grouped(seen.lines)} lines, none damaged.")


def what_waits(place: Profile) -> Iterator[Finding]:
    """Count what the hub has not got, and see whether the index is in step."""
    if place.outbox_path.exists():
        waiting, now = owed(place.outbox_path), datetime.now(UTC)
        if not waiting.pending or waiting.oldest is None:
            yield ok("unsent", "Every decision has reached the hub.")
        else:
            one = waiting.pending == 1
            many = "1 decision is" if one else f"{grouped(waiting.pending)} decisions are"
            said = f"{many} saved here and not sent yet, the oldest made {relative(waiting.oldest, now)}."
            old = (now - waiting.oldest).total_seconds() > _OLD
            yield look("unsent", said, "“handoff sync” sends; “handoff outbox” lists.") if old else ok("unsent", said)
    if place.mirror_path.exists():
        speaks = index_speaks(place.mirror_path)
        if speaks:
            yield ok("index", "The index is in step with the mirror.")
        else:
            state = "There is no index" if speaks is None else "The index is not in step"
            yield look("index", f"{state}: the next start takes a little longer and makes it anew.")


def settings(place: Profile) -> Iterator[Finding]:
    """Check the settings."""
    from tui.settings import load

    loaded = load(place.root)
    if not loaded.there:
        yield ok("settings", "No settings of your own: the defaults hold.")
        return
    for problem in loaded.problems:
        yield wrong("settings", problem.said(loaded.path), "Correct the line; until then the default holds.")
    if not loaded.problems:
        yield ok("settings", f"{loaded.path.name} can be used.")


def the_lock(place: Profile) -> Iterator[Finding]:
    """See whether another process has the profile open; a lock that is free is let go of at once."""
    path = place.root / "sync.lock"
    if not path.exists() or sys.platform == "win32":
        return
    import fcntl

    fd = os.open(path, os.O_RDONLY)
    try:
        fcntl.flock(fd, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        holder = _holder(os.fstat(fd))
        yield ok("open", f"A window of this profile talks to the hub{holder}.")
    else:
        yield ok("open", "No window of this profile is open.")
    finally:
        os.close(fd)


def _holder(status: os.stat_result) -> str:
    """Name the process that holds a lock, where the system tells."""
    try:
        lines = Path("/proc/locks").read_text(encoding="ascii").splitlines()
    except (OSError, UnicodeDecodeError):
        return ""
    for line in lines:
        words = line.split()
        if len(words) > 5 and words[1] == "FLOCK" and words[5].rpartition(":")[2] == str(status.st_ino):
            return f" (process {words[4]})"
    return ""


def size(number: int) -> str:
    """Return bytes in words: ``12 kB``."""
    for unit, worth in (("GB", 1_000_000_000), ("MB", 1_000_000), ("kB", 1_000)):
        if number >= worth:
            return f"{number / worth:.3g} {unit}" if number < 999 * worth else f"{number / worth:,.0f} {unit}"
    return f"{number} bytes"
