"""The command that hands over the rows of a CSV file: understood first, written only when asked to."""

import argparse
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tui.cli.errors import Failed, NotAllowed, Usage
from tui.cli.output import DONE, FAILED, Output, words
from tui.cli.workplace import profile

if TYPE_CHECKING:
    from api.importing.reading import Reading
    from api.importing.upload import Sent

_ONE = {"leads": "lead", "campaigns": "campaign", "touches": "touch", "outcomes": "outcome"}
LISTED = 50
"""Rejected rows listed for people; JSON has them all."""


def import_file(options: argparse.Namespace, output: Output) -> int:
    """Read the file, show what was understood, and hand it over with ``--apply``."""
    from api.importing.reading import understand

    path = Path(options.file)
    reading = understand(
        _content(path), path.name, options.kind, maps=options.map, source=options.source, dates=options.dates
    )
    _explain(reading, output)
    rejected: list[dict[str, Any]] = [{"line": one.line, "field": "", "sentence": one.why} for one in reading.rejected]
    counts: Counter[str] = Counter()
    remarks: list[dict[str, Any]] = []
    if options.apply:
        sent = _send(reading, output)
        counts.update(sent.counts)
        rejected += [{"line": one.line, "field": one.field, "sentence": one.sentence} for one in sent.rejected]
        rejected.sort(key=lambda one: one["line"])
        remarks = [{"line": one.line, "sentence": one.sentence} for one in sent.remarks]
    output.document(
        {
            "kind": reading.kind,
            "file": str(path),
            "source": reading.source,
            "applied": options.apply,
            "columns": {column.field: column.name for column in reading.columns if column.field},
            "ignored": [column.name for column in reading.ignored],
            "read": len(reading.rows) + len(reading.rejected),
            "created": counts["created"],
            "updated": counts["updated"],
            "unchanged": counts["unchanged"],
            "rejected": rejected,
            "remarks": remarks,
            "notes": reading.notes,
        }
    )
    if not output.as_json:
        for one in remarks[:LISTED]:
            output.note(f"line {one['line']}: {one['sentence']}")
    _tell(reading, counts, rejected, output, applied=options.apply)
    return FAILED if rejected else DONE


def _content(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        raise Usage(f"There is no file {path}.") from None
    except IsADirectoryError:
        raise Usage(f"{path} is a folder; name the CSV file in it.") from None
    except OSError as error:
        raise Failed(f"{path} can't be read: {error.strerror}.") from None


def _explain(reading: "Reading", output: Output) -> None:
    output.line(f"{reading.kind.capitalize()}, columns parted by {reading.delimiter}, {reading.encoding}:")
    output.table(
        ("COLUMN", "BECOMES", "FOR EXAMPLE"),
        [[column.name, column.field or _left_out(column.remark), column.example] for column in reading.columns],
    )
    for note in reading.notes:
        output.note(note)


def _left_out(remark: str) -> str:
    return f"(left out: {remark})" if remark else "(left out)"


def _send(reading: "Reading", output: Output) -> "Sent":
    """Hand the rows over to the hub of the profile.

    Raises:
        NotAllowed: the role may not do this.
        Failed: the hub ended it early; the sentence says how to go on.
    """
    from api.crm.http import Http
    from api.crm.port import Forbidden
    from api.importing.upload import STEP, Uploader
    from tui.cli.exchange import account_of, talk

    total = len(reading.rows)
    url, token = account_of(profile())

    def progress(done: int) -> None:
        if total > STEP:
            output.note(f"{done:,} of {total:,} sent")

    http = Http(url, token, allow_insecure=url.startswith("http://"))
    sent = talk(http, lambda line: Uploader(line).send(reading, progress))
    if isinstance(sent.problem, Forbidden):
        raise NotAllowed(sent.problem.sentence)
    if sent.problem is not None:
        taken = sum(sent.counts.values())
        went = f" {taken:,} of {total:,} rows were sent; import the file again to go on." if taken else ""
        raise Failed(f"{sent.problem.sentence}{went}")
    return sent


def _tell(
    reading: "Reading", counts: Counter[str], rejected: list[dict[str, Any]], output: Output, *, applied: bool
) -> None:
    if rejected and not output.as_json:
        for one in rejected[:LISTED]:
            field = f"{one['field']}: " if one["field"] else ""
            output.note(f"line {one['line']}: {field}{one['sentence']}")
        if len(rejected) > LISTED:
            output.note(f"… and {words(len(rejected) - LISTED, 'more row')}; --json lists them all.")
    refused = f", {words(len(rejected), 'row')} rejected" if rejected else ""
    if applied:
        new, updated, same = counts["created"], counts["updated"], counts["unchanged"]
        output.line(f"{new:,} new, {updated:,} updated, {same:,} unchanged{refused}.")
    else:
        understood = words(len(reading.rows), _ONE[reading.kind], reading.kind)
        output.line(f"{understood} understood{refused}. Nothing was written: --apply writes.")
