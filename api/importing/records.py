"""One row's cells as one record, with what had to be decided over a whole column."""

import re
from collections import Counter
from collections.abc import Callable
from datetime import date, datetime
from typing import TypeVar

from api.importing.columns import Binding, Kind
from api.importing.problems import ImportRefused, RowRefused, listing
from api.importing.table import Line
from api.importing.values import (
    Decimal,
    Order,
    decide_decimal,
    decide_order,
    has_clock,
    has_zone,
    numeric_parts,
    read_amount,
    read_count,
    read_day,
    read_moment,
    read_result,
)
from api.model.ingest import CampaignIn, LeadIn, OutcomeIn, TouchIn
from api.model.lead import Part, Score
from api.model.people import parse_owner
from api.model.text import LINE_LIMIT, PROSE_LIMIT, clean_line, clean_prose

Record = LeadIn | CampaignIn | TouchIn | OutcomeIn
_T = TypeVar("_T")

_DATES: dict[Kind, tuple[str, ...]] = {
    "leads": ("created_at",),
    "campaigns": ("starts_on", "ends_on"),
    "touches": ("at",),
    "outcomes": ("at",),
}
_AMOUNTS: dict[Kind, tuple[str, ...]] = {
    "leads": (),
    "campaigns": ("budget", "spend"),
    "touches": (),
    "outcomes": ("amount",),
}
_PROSE = frozenset({"message", "words", "why"})
_TELLING = tuple(
    field
    for field in LeadIn.__struct_fields__
    if field not in ("source", "source_id", "created_at", "owner", "url", "touches")
)
"""Fields of a lead of which one at least must say something, for anybody to know who it is or what is new of it."""

_ADDRESS = re.compile(r"[^\s@<>,;]+@[^\s@<>,;.]+(?:\.[^\s@<>,;.]+)+")


class Maker:
    """Makes the records of one file; what it had to guess or leave out it tells in `notes` and `left_out`."""

    def __init__(
        self, kind: Kind, source: str, header: tuple[str, ...], binding: Binding, *, lines: list[Line], dates: Order
    ) -> None:
        """Look over the columns as a whole.

        Raises:
            ImportRefused: a field without which no record of this kind can be made has no column.
        """
        self.kind = kind
        self.source = source
        self.left_out: dict[str, str] = {}
        """Field → why its column is left out after all."""
        self._header = header
        self._at = dict(binding.at)
        self._explicit = binding.explicit
        self._lines = [line for line in lines if not line.why]
        self._notes: list[str] = []
        self._unread: dict[str, list[int]] = {}
        self._cut: dict[str, list[int]] = {}
        self._odd_addresses: list[int] = []
        self._counts: Counter[str] = Counter()
        self._moments: dict[str, datetime] = {}
        self._stages: dict[str, None] = {}
        self._makers: dict[Kind, Callable[[Line], Record | None]] = {
            "leads": self._lead,
            "campaigns": self._campaign,
            "touches": self._touch,
            "outcomes": self._outcome,
        }
        self._require()
        self._orders = {field: self._order(field, dates) for field in _DATES[kind] if field in self._at}
        self._decimals = {field: self._decimal(field) for field in _AMOUNTS[kind] if field in self._at}
        self._owner_usable()

    def make(self, line: Line) -> Record | None:
        """Return the record of one row, or None for a row that says nothing to be sent (a deal still open).

        Raises:
            RowRefused: the row can't be taken.
        """
        if line.why:
            raise RowRefused(line.why)
        return self._makers[self.kind](line)

    def notes(self) -> list[str]:
        """Return what was decided, guessed and left out, in sentences."""
        notes = list(self._notes)
        if n := self._counts["by_address"]:
            notes.append(f"{_rows(n)} without an id: the e-mail address (else the phone number) stands for it.")
        if n := self._counts["range"]:
            notes.append(f"employees: {_values(n)} such as “51-200” read as the lower bound.")
        if n := self._counts["zoneless"]:
            notes.append(f"{_values(n)} of time without a zone read as UTC.")
        if n := self._counts["open"]:
            stages = listing([f"“{stage}”" for stage in self._stages if stage], 6)
            notes.append(f"{_rows(n)} left out: neither won nor lost" + (f" ({stages})." if stages else "."))
        if n := self._counts["early"]:
            notes.append(f"{_rows(n)} end before they begin; kept as they are.")
        if lines := self._odd_addresses:
            no = "is no e-mail address and stays" if len(lines) == 1 else "are no e-mail addresses and stay"
            notes.append(f"email: {_values(len(lines))} {no} as written (first in line {lines[0]}).")
        for field, lines in self._unread.items():
            notes.append(f"{field}: {_values(len(lines))} can't be read and stay empty (first in line {lines[0]}).")
        for field, lines in self._cut.items():
            limit = PROSE_LIMIT if field in _PROSE else LINE_LIMIT
            notes.append(f"{field}: {_values(len(lines))} cut to {limit:,} characters (first in line {lines[0]}).")
        return notes

    def _require(self) -> None:
        """Refuse a file that lacks what its kind can't do without."""
        need: dict[Kind, tuple[tuple[str, ...], ...]] = {
            "leads": (("source_id", "email", "phone"),),
            "campaigns": (("name", "id"),),
            "touches": (("source_id", "email"), ("at",), ("kind",)),
            "outcomes": (("source_id", "email"), ("result", "at")),
        }
        singular = "touch" if self.kind == "touches" else self.kind.removesuffix("s")
        for fields in need[self.kind]:
            if not any(field in self._at for field in fields):
                columns = listing([f"“{name}”" for name in self._header if name])
                raise ImportRefused(
                    f"No column was recognised as {' or '.join(fields)}. The file has: {columns}. "
                    f"Say which it is with --map {singular}.{fields[0]}=COLUMN."
                )

    def _column(self, field: str) -> list[str]:
        position = self._at[field]
        return [value for line in self._lines if (value := line.cells[position].strip())]

    def _order(self, field: str, dates: Order) -> Order:
        texts = self._column(field)
        sample = next((text for text in texts if numeric_parts(text)), "")
        if dates or not sample:
            return dates
        order, proved = decide_order(texts)
        if not proved:
            order, proved = self._order_elsewhere(order)
        order = order or "dmy"
        first = "day" if order == "dmy" else "month"
        if proved:
            self._notes.append(f"{field}: dates such as “{sample}” read with the {first} first, as others there show.")
        else:
            other = "mdy" if order == "dmy" else "dmy"
            self._notes.append(
                f"{field}: dates such as “{sample}” could be day or month first; read with the {first} first. "
                f"--dates {other} reads them the other way."
            )
        return order

    def _order_elsewhere(self, order: Order) -> tuple[Order, bool]:
        """Let the file's other columns settle what this one leaves open."""
        for position in range(len(self._header)):
            found, proved = decide_order(line.cells[position].strip() for line in self._lines)
            if proved:
                return found, True
        return order, False

    def _decimal(self, field: str) -> Decimal | None:
        return decide_decimal(self._column(field))

    def _owner_usable(self) -> None:
        """Leave out an owner column of plain names, which say nothing to the hub, unless the user asked for it."""
        if "owner" not in self._at or "owner" in self._explicit or self.kind != "leads":
            return
        if not all(text.startswith(("person:", "team:")) for text in self._column("owner")):
            self.left_out["owner"] = "names instead of person:ID or team:NAME; --map lead.owner takes it as ids"
            del self._at["owner"]

    def _text(self, line: Line, field: str) -> str:
        position = self._at.get(field)
        if position is None:
            return ""
        text = line.cells[position]
        limit = PROSE_LIMIT if field in _PROSE else LINE_LIMIT
        if len(text) > limit:
            self._cut.setdefault(field, []).append(line.number)
        if field in _PROSE:
            return clean_prose(text)
        if text.isprintable() and len(text) <= limit and "  " not in text:
            return text.strip()
        return clean_line(text)

    def _optional(self, line: Line, field: str, read: Callable[[str], _T]) -> _T | None:
        """Read a value that the record can do without; one that can't be read is noted and left out."""
        text = self._text(line, field)
        if not text:
            return None
        try:
            return read(text)
        except (ValueError, OverflowError):
            self._unread.setdefault(field, []).append(line.number)
            return None

    def _moment(self, line: Line, field: str) -> datetime | None:
        text = self._text(line, field)
        if not text:
            return None
        known = self._moments.get(text)
        if known is None:
            try:
                known = read_moment(text, self._orders[field])
            except (ValueError, OverflowError):
                raise RowRefused(f"{field}: “{clean_line(text, 40)}” is not a date that can be read.") from None
            self._moments[text] = known
        if has_clock(text) and not has_zone(text):
            self._counts["zoneless"] += 1
        return known

    def _day(self, line: Line, field: str) -> date | None:
        return self._optional(line, field, lambda text: read_day(text, self._orders[field]))

    def _amount(self, line: Line, field: str) -> float | None:
        return self._optional(line, field, lambda text: read_amount(text, self._decimals[field]))

    def _score(self, line: Line, field: str) -> Score | None:
        def read(text: str) -> Score:
            value = round(float(text.replace(",", ".").removesuffix("%")))
            if not 0 <= value <= 100:
                raise ValueError(text)
            return Score(value, (Part("as imported", value),))

        return self._optional(line, field, read)

    def _employees(self, line: Line) -> int | None:
        found = self._optional(line, "employees", read_count)
        if found is None:
            return None
        self._counts["range"] += found[1]
        return found[0]

    def _source_id(self, line: Line) -> str:
        """Return the lead's id at its source; its address stands for it where there is none."""
        known = self._text(line, "source_id")
        if known:
            return known
        stand_in = self._text(line, "email").casefold() or self._text(line, "phone")
        if not stand_in:
            raise RowRefused("It has no id, no e-mail address and no phone number: nothing tells whose row it is.")
        self._counts["by_address"] += 1
        return stand_in

    def _lead(self, line: Line) -> LeadIn:
        halves = (self._text(line, "first_name"), self._text(line, "last_name"))
        owner = self._text(line, "owner")
        if owner:
            try:
                owner = str(parse_owner(owner))
            except ValueError as problem:
                raise RowRefused(str(problem)) from None
        lead = LeadIn(
            source=self._text(line, "source") or self.source,
            source_id=self._source_id(line),
            created_at=self._moment(line, "created_at"),
            name=self._text(line, "name") or " ".join(half for half in halves if half),
            title=self._text(line, "title"),
            email=self._text(line, "email"),
            phone=self._text(line, "phone"),
            country=self._text(line, "country"),
            company=self._text(line, "company"),
            website=self._text(line, "website"),
            industry=self._text(line, "industry"),
            employees=self._employees(line),
            company_country=self._text(line, "company_country"),
            campaign=self._text(line, "campaign"),
            origin=self._text(line, "origin"),
            message=self._text(line, "message"),
            url=self._text(line, "url"),
            fit=self._score(line, "fit"),
            engagement=self._score(line, "engagement"),
            owner=owner,
        )
        if not any(getattr(lead, field) for field in _TELLING):
            raise RowRefused(
                "It has nothing but an id: no name, company, e-mail address, phone number, campaign or origin."
            )
        if lead.email and not _ADDRESS.fullmatch(lead.email):
            self._odd_addresses.append(line.number)
        return lead

    def _campaign(self, line: Line) -> CampaignIn:
        identity = self._text(line, "id")
        name = self._text(line, "name") or identity
        if not name:
            raise RowRefused("It has neither a name nor an id.")
        starts, ends = self._day(line, "starts_on"), self._day(line, "ends_on")
        if starts and ends and ends < starts:
            self._counts["early"] += 1
        return CampaignIn(
            id=identity,
            name=name,
            channel=self._text(line, "channel"),
            starts_on=starts,
            ends_on=ends,
            budget=self._amount(line, "budget"),
            spend=self._amount(line, "spend"),
            currency=self._text(line, "currency").upper(),
            why=self._text(line, "why"),
            owner=self._text(line, "owner"),
        )

    def _touch(self, line: Line) -> TouchIn:
        at = self._moment(line, "at")
        kind = self._text(line, "kind")
        if at is None:
            raise RowRefused("It has no date.")
        if not kind:
            raise RowRefused("It does not say what kind of touch it is.")
        return TouchIn(
            source=self._text(line, "source") or self.source,
            source_id=self._source_id(line),
            id=self._text(line, "id"),
            at=at,
            kind=kind,
            channel=self._text(line, "channel"),
            campaign=self._text(line, "campaign"),
            asset=self._text(line, "asset"),
            title=self._text(line, "title"),
            words=self._text(line, "words"),
            url=self._text(line, "url"),
        )

    def _outcome(self, line: Line) -> OutcomeIn | None:
        at = self._moment(line, "at")
        stage = self._text(line, "result")
        result = read_result(stage) if "result" in self._at else "won" if at else ""
        if not result:
            self._stages.setdefault(clean_line(stage, 40))
            self._counts["open"] += 1
            return None
        return OutcomeIn(
            source=self._text(line, "source") or self.source,
            source_id=self._source_id(line),
            result=result,
            at=at,
            amount=self._amount(line, "amount"),
            by=self._text(line, "by"),
        )


def _rows(n: int) -> str:
    return "1 row" if n == 1 else f"{n:,} rows"


def _values(n: int) -> str:
    return "1 value" if n == 1 else f"{n:,} values"
