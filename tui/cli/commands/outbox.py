"""What is saved on this machine and not sent yet: listed, and carried to another machine."""

import argparse
import os
import sys
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from api.local.errors import why
from tui.cli.errors import Failed, NotAllowed, Usage
from tui.cli.matters import shown_ids
from tui.cli.output import DONE, Output, defused, words
from tui.cli.workplace import at_the_desk

if TYPE_CHECKING:
    from api.desk import Desk, Waiting

LARGEST = 64_000_000
"""Bytes of an export that are taken in at most."""


@at_the_desk
def list_unsent(opened: "Desk", _options: argparse.Namespace, output: Output) -> int:
    """List what the CRM has not answered, the oldest first."""
    found = opened.waiting()
    output.document({"unsent": [unsent_data(one) for one in found]})
    print_unsent(output, opened, found)
    if not found:
        output.note("Everything is sent.")
    return DONE


def unsent_data(one: "Waiting") -> dict[str, Any]:
    """Return one unsent operation as it stands in JSON."""
    return {
        "operation": one.operation.id,
        "lead": one.lead_id,
        "title": one.title,
        "verb": one.operation.verb.kind,
        "sentence": one.sentence,
        "at": one.operation.at,
        "attempts": one.attempts,
        "problem": one.problem,
        "next_try": one.next_try,
        "offered": one.offered,
    }


def print_unsent(output: Output, opened: "Desk", found: "tuple[Waiting, ...]") -> None:
    """Print a table of unsent operations; nothing when there are none."""
    if not found:
        return
    from api.rules.wording import relative

    now, short = opened.now(), shown_ids([one.operation.id for one in found])
    rows = [
        [
            short[one.operation.id],
            relative(one.operation.at, now),
            str(one.attempts),
            relative(one.next_try, now) if one.next_try is not None else "-",
            one.sentence,
            one.problem or "-",
        ]
        for one in found
    ]
    output.table(("ID", "MADE", "TRIES", "NEXT TRY", "WHAT", "LAST ERROR"), rows, right=(2,))


@at_the_desk
def export(opened: "Desk", options: argparse.Namespace, output: Output) -> int:
    """Write what is unsent and what needs the person into a file, or to stdout; asks nobody."""
    text = opened.export().decode()
    unsent, unsettled = len(opened.waiting()), len(opened.unsettled())
    if options.file == "-":
        output.whole(text)
    else:
        _write(Path(options.file), defused(text).encode() + b"\n", force=options.force)
        output.document({"file": options.file, "unsent": unsent, "matters": unsettled})
    said = f"{words(unsent, 'decision')} not sent yet" + (f", {words(unsettled, 'unsettled one')}" if unsettled else "")
    where = "" if options.file == "-" else f" written to {options.file}"
    output.note(f"{said}{where}; “handoff outbox import” takes them in elsewhere. They stay here too, and count once.")
    return DONE


@at_the_desk
def take_in(opened: "Desk", options: argparse.Namespace, output: Output) -> int:
    """Take in decisions that another machine exported; nothing is sent yet."""
    from api.desk import NotYours

    data = _read(options.file)
    try:
        taken = opened.take_in(data)
    except NotYours as error:
        raise NotAllowed(error.sentence) from None
    pending = opened.status().pending
    output.document({"taken": taken.taken, "known": taken.known, "pending": pending})
    output.line(f"{words(taken.taken, 'decision')} taken in, {taken.known:,} known here already.")
    if pending:
        output.note(f"{words(pending, 'decision')} not sent yet; “handoff sync” sends.")
    return DONE


def _write(path: Path, data: bytes, *, force: bool) -> None:
    """Write a file that only this account can read: whole, or not at all.

    Raises:
        Usage: there is something of that name, and `force` was not given or it is no plain file.
        Failed: the disk did not take it.
    """
    if path.exists() and not path.is_file():
        raise Usage(f"{path} is no plain file.")
    aside = path.with_name(f".{path.name}.{os.getpid()}") if force else path
    try:
        _write_new(aside, data)
        if force:
            aside.replace(path)
    except FileExistsError:
        raise Usage(f"{path} is there already; --force writes over it.") from None
    except OSError as error:
        raise Failed(f"Nothing was exported: {why(error)} ({path}).") from None


def _write_new(path: Path, data: bytes) -> None:
    fd = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), 0o600)
    try:
        with os.fdopen(fd, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
    except OSError:
        with suppress(OSError):  # the failure that matters is already on its way up
            path.unlink()
        raise


def _read(name: str) -> bytes:
    try:
        if name == "-":
            data = sys.stdin.buffer.read(LARGEST + 1)
        else:
            with Path(name).open("rb") as file:
                data = file.read(LARGEST + 1)
    except OSError as error:
        raise Failed(f"{name} can't be read: {why(error)}.") from None
    if len(data) > LARGEST:
        raise Failed(f"{name} is larger than {LARGEST // 1_000_000} MB: this is no export of an outbox.")
    return data
