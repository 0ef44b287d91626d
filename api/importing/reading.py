"""Understand a CSV file of leads, campaigns, touches or outcomes: records to send, and a report to read first."""

import re
from collections.abc import Sequence
from pathlib import PurePath

import msgspec

from api.importing.columns import KINDS, Binding, Kind, bind, plain
from api.importing.decode import decode
from api.importing.problems import ImportRefused, RowRefused, listing
from api.importing.records import Maker, Record
from api.importing.table import Line, parse
from api.importing.values import Order
from api.model.text import clean_line

EXAMPLE_LIMIT = 60
"""Longest example of a column's content shown, in characters."""


class Column(msgspec.Struct, frozen=True):
    """One column of the file and what was made of it."""

    name: str
    field: str
    """The field it fills; empty when it is left out."""
    example: str
    """The first value in it that is not empty."""
    remark: str = ""
    """Why it is left out although it looks useful."""


class Row(msgspec.Struct, frozen=True):
    """One record to send."""

    line: int
    """Physical line in the file, from 1."""
    record: Record


class Rejected(msgspec.Struct, frozen=True):
    """One row that can't be sent, and why."""

    line: int
    why: str


class Reading(msgspec.Struct, frozen=True, kw_only=True):
    """What was understood of one file; nothing was sent yet."""

    kind: Kind
    source: str
    """Name of the system the rows come from; with its id it is a lead's identity, so that importing again updates."""
    rows: tuple[Row, ...]
    columns: tuple[Column, ...]
    """Every column of the file, in its order."""
    rejected: tuple[Rejected, ...]
    notes: tuple[str, ...]
    """What was guessed, and what a careful person would want to know."""
    encoding: str
    delimiter: str

    @property
    def ignored(self) -> tuple[Column, ...]:
        """The columns that fill no field."""
        return tuple(column for column in self.columns if not column.field)


def understand(
    data: bytes, name: str, kind: Kind = "leads", maps: Sequence[str] = (), source: str = "", *, dates: Order = ""
) -> Reading:
    """Read the bytes of the CSV file called `name` as records of `kind`.

    `maps` are ``FIELD=COLUMN`` (``lead.email=E-mail``); `source` defaults to a name made of the file's; `dates` says
    whether 03/04/2018 is in April (``dmy``) or March (``mdy``) where the file itself doesn't show it.

    Raises:
        ImportRefused: the file can't be read as asked; its sentence says what to do.
    """
    if kind not in KINDS:
        raise ImportRefused(f"There is no kind “{kind}”: choose one of {listing(KINDS)}.")
    text, encoding, notes = decode(data)
    table = parse(text)
    binding = bind(kind, table.header, maps)
    lines = list(table.rows)
    said = clean_line(source)
    maker = Maker(kind, said or source_of(name), table.header, binding, lines=lines, dates=dates)
    rows: list[Row] = []
    rejected: list[Rejected] = []
    for line in lines:
        try:
            record = maker.make(line)
        except RowRefused as problem:
            rejected.append(Rejected(line.number, problem.sentence))
        else:
            if record is not None:
                rows.append(Row(line.number, record))
    notes += maker.notes()
    if kind != "campaigns" and not said:
        notes.append(f"Source: “{maker.source}”, from the file's name; --source sets another.")
    rows, repeated = _as_last_said(rows)
    notes += repeated
    return Reading(
        kind=kind,
        source=maker.source,
        rows=tuple(rows),
        columns=_columns(table.header, binding, lines, maker.left_out),
        rejected=tuple(rejected),
        notes=tuple(notes),
        encoding=encoding,
        delimiter=table.delimiter,
    )


_GENERIC = (
    "lead leads contact contacts export exported exports dataset data deal deals closed won lost marketing qualified "
    "mql mqls sql outcome outcomes touch touches campaign campaigns all final copy new crm list report opportunity "
    "opportunities activity activities view csv file tmp download kontakte daten"
)


def source_of(name: str) -> str:
    """Return a source's name made of a file's: what is left of it without words like “leads”, “export”, and dates.

    So “olist_leads.csv” and “olist_deals_2018.csv” share the source “olist”, and outcomes find their leads.
    """
    stem = PurePath(name.replace("\\", "/")).stem
    words = [word for word in re.split(r"[^\w]+|_+", clean_line(stem).casefold()) if word]
    telling = [word for word in words if word not in _GENERIC.split() and not any(sign.isdigit() for sign in word)]
    return "-".join(telling)[:80] or "import"


def _columns(
    header: tuple[str, ...], binding: Binding, lines: list[Line], left_out: dict[str, str]
) -> tuple[Column, ...]:
    by_position = {position: field for field, position in binding.at.items()}
    examples = [""] * len(header)
    missing = set(range(len(header)))
    for line in lines:
        if not missing:
            break
        if line.why:
            continue
        for position in tuple(missing):
            if value := line.cells[position].strip():
                examples[position] = clean_line(value, EXAMPLE_LIMIT)
                missing.discard(position)
    columns: list[Column] = []
    for position, name in enumerate(header):
        field = by_position.get(position, "")
        remark = ""
        if field in left_out:
            field, remark = "", left_out[field]
        elif position in binding.spare:
            remark = f"{binding.spare[position]} is taken from another column; --map chooses"
        columns.append(Column(clean_line(name, EXAMPLE_LIMIT), field, examples[position], remark))
    return tuple(columns)


def _as_last_said(rows: list[Row]) -> tuple[list[Row], list[str]]:
    """Let all rows of one identity say the same: what the last of them says, and an earlier one where that is empty.

    Sent in their order they would undo each other, and every import of the file would change the record again.
    """
    last: dict[tuple[str, ...], Record] = {}
    repeats: list[tuple[int, str]] = []
    for row in rows:
        identity = _identity(row.record)
        if identity in last:
            repeats.append((row.line, identity[-1]))
        last[identity] = _over(last.get(identity), row.record)
    if not repeats:
        return rows, []
    what = "row repeats the id" if len(repeats) == 1 else "rows repeat the id"
    line, name = repeats[0]
    note = f"{len(repeats):,} {what} of an earlier one (first in line {line}: “{name}”); the last one wins."
    return [Row(row.line, last[_identity(row.record)]) for row in rows], [note]


def _over(earlier: Record | None, later: Record) -> Record:
    """Return `later`, with what `earlier` says where it says nothing."""
    if earlier is None:
        return later
    unsaid = [field for field in later.__struct_fields__ if getattr(later, field) in (None, "", ())]
    return msgspec.structs.replace(later, **{field: getattr(earlier, field) for field in unsaid})


def _identity(record: Record) -> tuple[str, ...]:
    from api.model.ingest import CampaignIn, LeadIn, TouchIn

    if isinstance(record, LeadIn):
        return (record.source, record.source_id)
    if isinstance(record, CampaignIn):
        return (record.id or plain(record.name),)
    if isinstance(record, TouchIn) and record.id:
        return (record.source, record.source_id, record.id)
    return (str(id(record)),)
