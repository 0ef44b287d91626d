"""Reading what clients send: whatever is wrong with it is said with the field named, and never fails the hub."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any, TypeVar

import msgspec
from msgspec.structs import replace

from api.hub.problems import HubProblem, invalid
from api.model import operation as op
from api.model.ingest import ITEMS_LIMIT, Ingested, Status
from api.model.operation import Operation
from api.model.text import clean_line, clean_prose

T = TypeVar("T")

BODY_LIMIT = 8_000_000
"""Largest body, in bytes."""

DEPTH_LIMIT = 32
"""Deepest nesting of a body; no record of ours comes near it."""

OPERATIONS_LIMIT = 500
"""Most operations in one request."""

WHOLE_LIMIT = 2**31 - 1
"""Largest revision or version number taken for real."""

_ID_RULE = "An id is 1 to 200 printable ASCII characters, without spaces and slashes."
_BRACKETS = re.compile(rb'"(?:[^"\\]|\\.)*"|[\[{]|[\]}]', re.DOTALL)
_FIRST, _LAST = datetime(1, 1, 2, tzinfo=UTC), datetime(9999, 12, 30, tzinfo=UTC)


class Submission(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The body of POST /operations."""

    operations: tuple[Operation, ...]


def decode(raw: bytes, kind: type[T]) -> T:
    """Read a JSON body as `kind`.

    Raises:
        HubProblem: 400 when it is not JSON or nested too deeply, 422 when a field is wrong or carries NUL.
    """
    if not raw.strip():
        raise HubProblem("The body is empty; JSON is needed.", status=400, kind="malformed")
    _check_depth(raw)
    try:
        if b"\\u0000" in raw and (field := next(_nul(msgspec.json.decode(raw), ""), None)) is not None:
            raise invalid(field, f"“{field or 'The body'}” carries a NUL character, which no text has.")
        return msgspec.json.decode(raw, type=kind)
    except msgspec.ValidationError as error:
        raise _wrong(str(error)) from None
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        sentence = f"The body is not JSON: {clean_line(str(error), 200).rstrip('.')}."
        raise HubProblem(sentence, status=400, kind="malformed") from None


def decode_items(raw: bytes, kind: type[T]) -> list[T | Ingested]:
    """Read one object or a list of them; of a list, an item that can't be read is answered by itself.

    Raises:
        HubProblem: the body is no JSON, carries NUL, is one wrong object, or holds too many items.
    """
    if not raw.lstrip().startswith(b"["):
        return [decode(raw, kind)]
    parts = decode(raw, list[msgspec.Raw])
    if len(parts) > ITEMS_LIMIT:
        sentence = f"{len(parts):,} items are too many: send at most {ITEMS_LIMIT:,} at once."
        raise HubProblem(sentence, status=413, kind="too-large")
    items: list[T | Ingested] = []
    for index, part in enumerate(parts):
        try:
            items.append(msgspec.json.decode(part, type=kind))
        except msgspec.ValidationError as error:
            wrong = _wrong(str(error))
            items.append(Ingested(index=index, status=Status.REJECTED, field=wrong.field, sentence=wrong.sentence))
        except msgspec.DecodeError as error:
            sentence = f"Item {index} is not JSON: {clean_line(str(error), 200).rstrip('.')}."
            raise HubProblem(sentence, status=400, kind="malformed", field=f"[{index}]") from None
    return items


def decode_operations(raw: bytes) -> list[Operation]:
    """Read the body of POST /operations, its texts made harmless.

    Raises:
        HubProblem: the body is no JSON, a field is wrong (it is named), or there are too many operations.
    """
    offered = decode(raw, Submission).operations
    if len(offered) > OPERATIONS_LIMIT:
        sentence = f"{len(offered):,} operations are too many: send at most {OPERATIONS_LIMIT} at once."
        raise HubProblem(sentence, status=413, kind="too-large", field="operations")
    return [_checked(operation, f"operations[{index}]") for index, operation in enumerate(offered)]


def usable_id(text: str) -> bool:
    """Say whether `text` can be the id of an operation or a record."""
    return re.fullmatch(r"[!-.0-~]{1,200}", text) is not None


def _checked(operation: Operation, where: str) -> Operation:
    for field, text in (("id", operation.id), ("target.id", operation.target.id)):
        if not usable_id(text):
            raise invalid(f"{where}.{field}", _ID_RULE)
    for field, text in (("undoes", operation.undoes), ("insists", operation.insists)):
        if text and not usable_id(text):
            raise invalid(f"{where}.{field}", _ID_RULE)
    for field, number in (
        ("agreement", operation.agreement),
        ("seen.decision_revision", operation.seen.decision_revision),
    ):
        if not 0 <= number <= WHOLE_LIMIT:
            raise invalid(f"{where}.{field}", f"A version is a number from 0 to {WHOLE_LIMIT:,}.")
    at = _moment(operation.at, f"{where}.at")
    values = {clean_line(key): clean_prose(text) for key, text in operation.seen.values.items()}
    return replace(
        operation,
        verb=_clean_verb(operation.verb, f"{where}.verb"),
        seen=replace(operation.seen, values=values),
        at=at,
        group=clean_line(operation.group, 200),
    )


def _moment(at: datetime, field: str) -> datetime:
    if at.tzinfo is None:
        raise invalid(field, "A time needs a time zone, as in 2026-03-31T09:00:00Z.")
    # Nearer to the calendar's ends no time zone can be applied.
    if not _FIRST <= at <= _LAST:
        raise invalid(field, "This time lies outside the calendar.")
    return at.astimezone(UTC)


def _clean_verb(verb: op.LeadVerb, where: str) -> op.LeadVerb:
    changes: dict[str, Any] = {}
    for field in verb.__struct_fields__:
        value = getattr(verb, field)
        if isinstance(value, datetime):
            changes[field] = _moment(value, f"{where}.{field}")
        elif isinstance(value, dict):
            changes[field] = {clean_line(key): clean_prose(text) for key, text in value.items()}
        elif isinstance(value, str):
            changes[field] = clean_prose(value) if field in ("note", "text", "value") else clean_line(value)
        elif isinstance(value, float | int) and not isinstance(value, bool) and not 0 <= value <= 1e12:
            raise invalid(f"{where}.{field}", "An amount is a number from 0 to 1,000,000,000,000.")
    return replace(verb, **changes) if changes else verb


def _check_depth(raw: bytes) -> None:
    if raw.count(b"[") + raw.count(b"{") <= DEPTH_LIMIT:
        return
    depth = 0
    for token in _BRACKETS.finditer(raw):
        first = raw[token.start()]
        if first in b"[{":
            depth += 1
            if depth > DEPTH_LIMIT:
                sentence = f"The body is nested more than {DEPTH_LIMIT} levels deep."
                raise HubProblem(sentence, status=400, kind="malformed")
        elif first in b"]}":
            depth -= 1


def _nul(value: Any, path: str) -> Iterator[str]:
    """Yield the path of every text that carries NUL."""
    if isinstance(value, str):
        if "\x00" in value:
            yield path
    elif isinstance(value, dict):
        for key, inner in value.items():
            if "\x00" in key:
                yield _join(path, clean_line(key, 60))
            yield from _nul(inner, _join(path, key))
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from _nul(inner, f"{path}[{index}]")


def _join(path: str, key: str) -> str:
    return f"{path}.{key}" if path else key


def _wrong(message: str) -> HubProblem:
    """Make a problem of a message like ``Expected `int`, got `str` - at `$.a[0]` ``."""
    said, _, place = message.partition(" - at ")
    path = place.strip("`").removeprefix("key in ").strip("`").removeprefix("$").removeprefix(".")
    if named := re.search(r"(?:required|unknown) field `([^`]*)`", said):
        path = _join(path, named.group(1))
    field = clean_line(path, 200)
    words = re.sub(r"`([^`]*)`", r"“\1”", clean_line(said, 300)).rstrip(".")
    return invalid(field, f"{words}, at “{field}”." if field else f"{words}.")
