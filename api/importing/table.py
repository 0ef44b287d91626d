"""CSV text as a header and rows that know the physical line they start on."""

import csv
import io
import re
from collections.abc import Iterator
from typing import NamedTuple

from api.importing.problems import ImportRefused, listing

FIELD_LIMIT = 131_072
"""Longest field, in characters (the csv module's own limit); a longer one is nearly always a quote never closed."""

_DELIMITERS = (",", ";", "\t", "|")
_NAMES = {",": "comma", ";": "semicolon", "\t": "tab", "|": "bar"}
_SEP_LINE = re.compile(r'"?sep=(.)"?\s*\Z', re.IGNORECASE)
_ADDRESS = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+\Z")
_SNIFFED_LINES = 40


class Line(NamedTuple):
    """One data row, or why it is none."""

    number: int
    """Physical line in the file, from 1, on which the row starts."""
    cells: tuple[str, ...]
    why: str = ""
    """Why the row can't be taken; empty for a good one."""


class Table(NamedTuple):
    """A header and an iterator over the rows below it."""

    header: tuple[str, ...]
    rows: Iterator[Line]
    delimiter: str
    """Its name: comma, semicolon, tab or bar."""


def parse(text: str) -> Table:
    """Read CSV text; the first line that is not empty holds the column names.

    Raises:
        ImportRefused: there is no header, no row below it, or the first line is no header.
    """
    lines = list(io.StringIO(text, newline=""))
    start = 0
    delimiter = ""
    while start < len(lines) and not lines[start].strip():
        start += 1
    if start < len(lines) and (said := _SEP_LINE.match(lines[start].strip("\r\n"))):
        delimiter = said.group(1)
        start += 1
    if start >= len(lines):
        raise ImportRefused("The file is empty: nothing to import.")
    if lines[start].lstrip()[:1] in ("{", "[", "<"):
        raise ImportRefused("This is JSON or a web page, not a CSV file: export the data as CSV and import that.")
    delimiter = delimiter or _sniff(lines[start : start + _SNIFFED_LINES])
    rows = _records(lines, start, delimiter)
    first = next(rows)
    if first.why:
        raise ImportRefused(f"Line {first.number}, which should hold the column names, can't be read: {first.why}")
    header = tuple(name.strip().strip("\ufeff") for name in first.cells)
    _check_header(header, first.number)
    body = _checked(rows, header)
    ahead = next(body, None)
    if ahead is None:
        raise ImportRefused(f"The file has column names ({listing(header, 8)}) but no row below them.")
    return Table(header, _chain(ahead, body), _NAMES.get(delimiter, f"“{delimiter}”"))


def _chain(first: Line, rest: Iterator[Line]) -> Iterator[Line]:
    yield first
    yield from rest


def _check_header(header: tuple[str, ...], line: int) -> None:
    if any(_ADDRESS.match(name) for name in header):
        raise ImportRefused(f"Line {line} holds data instead of column names: put a line of column names on top.")
    if not any(header):
        raise ImportRefused(f"Line {line}, which should hold the column names, is blank.")


def _sniff(lines: list[str]) -> str:
    best, best_score = ",", (0.0, 0)
    for delimiter in _DELIMITERS:
        widths: list[int] = []
        try:
            widths.extend(len(cells) for cells in csv.reader(lines, delimiter=delimiter) if any(cells))
        except csv.Error:
            # A row that can't be read says nothing about the delimiter; it is reported when it is its turn.
            widths = widths or [1]
        width = widths[0] if widths else 1
        if width > 1:
            score = (sum(other == width for other in widths) / len(widths), width)
            if score > best_score:
                best, best_score = delimiter, score
    return best


def _records(lines: list[str], start: int, delimiter: str) -> Iterator[Line]:
    """Yield every row; after one that can't be read, go on at the line after the one it started on."""
    at = start
    while at < len(lines):
        reader = csv.reader(map(lines.__getitem__, range(at, len(lines))), delimiter=delimiter, strict=True)
        done = 0
        while True:
            try:
                cells = next(reader)
            except StopIteration:
                return
            except csv.Error as problem:
                yield Line(at + done + 1, (), _explain(problem, reader.line_num - done))
                at += done + 1
                break
            yield Line(at + done + 1, tuple(cells))
            done = reader.line_num


def _explain(problem: csv.Error, spanned: int) -> str:
    text = str(problem)
    if "field larger" in text:
        return f"A field is longer than {FIELD_LIMIT:,} characters: is a quote not closed?"
    if "unexpected end of data" in text:
        return "A quote is opened and never closed."
    if "expected after" in text:
        where = f" (the quoted text ends {spanned - 1} lines further down)" if spanned > 1 else ""
        return f"A quote stands inside a quoted field: it must be doubled{where}."
    return f"It can't be read as CSV: {text}."


def _checked(rows: Iterator[Line], header: tuple[str, ...]) -> Iterator[Line]:
    """Leave out blank rows and refuse those that don't have the header's shape."""
    width = len(header)
    for row in rows:
        if row.why:
            yield row
            continue
        cells = row.cells
        if not any(cells) or not any(cell.strip() for cell in cells):
            continue
        if len(cells) > width and not any(cell.strip() for cell in cells[width:]):
            cells = cells[:width]
        why = ""
        if len(cells) != width:
            why = f"It has {_fields(len(cells))}, the header has {width}."
        elif nul := next((name for name, cell in zip(header, cells, strict=True) if "\0" in cell), None):
            why = f"“{nul}” carries a NUL character: the file is damaged there."
        yield Line(row.number, cells, why)


def _fields(n: int) -> str:
    return "1 field" if n == 1 else f"{n} fields"
