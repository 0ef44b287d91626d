"""On which line of a TOML file something stands, for messages about it."""

import re
from collections.abc import Mapping
from typing import Any

Path = tuple[str, ...]

_HEADER = re.compile(r"\s*\[\[?\s*(?P<name>[^\]]+?)\s*\]")
_KEY = re.compile(
    r"""\s*(?P<name>(?:"[^"]*"|'[^']*'|[A-Za-z0-9_-]+)(?:\s*\.\s*(?:"[^"]*"|'[^']*'|[A-Za-z0-9_-]+))*)\s*="""
)
_PART = re.compile(r"""\s*(?:"(?P<double>[^"]*)"|'(?P<single>[^']*)'|(?P<bare>[^.\s]+))\s*\.?""")


def lines_of(text: str) -> dict[Path, int]:
    """Return for every key and table, as the path of its names, the first line on which it stands, from 1."""
    lines: dict[Path, int] = {}
    table: Path = ()
    for number, line in enumerate(text.splitlines(), 1):
        if header := _HEADER.match(line):
            table = _parts(header["name"])
            found = table
        elif key := _KEY.match(line):
            found = (*table, *_parts(key["name"]))
        else:
            continue
        for end in range(1, len(found) + 1):
            lines.setdefault(found[:end], number)
    return lines


def _parts(name: str) -> Path:
    return tuple(part["double"] or part["single"] or part["bare"] or "" for part in _PART.finditer(name))


def line_of_error(message: str, text: str) -> tuple[int, str]:
    """Take the line out of the message of the TOML reader, which names it in brackets or says “end of document”."""
    place = re.search(r" \(at line (\d+), column \d+\)", message)
    if place:
        return int(place[1]), message[: place.start()]
    return len(text.splitlines()) or 1, message.partition(" (at")[0]


def flat(table: Mapping[str, Any], before: Path = ()) -> dict[Path, Any]:
    """Return what a table of tables holds, by the path of its names."""
    found: dict[Path, Any] = {}
    for name, value in table.items():
        if isinstance(value, dict):
            found |= flat(value, (*before, name))
        else:
            found[*before, name] = value
    return found
