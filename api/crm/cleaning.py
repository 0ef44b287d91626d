"""Making every text in a CRM's answer harmless before anything of it is decoded into records."""

import re
from typing import Any

import msgspec
from msgspec.structs import replace

from api.model.changes import Page
from api.model.text import LINE_LIMIT, PROSE_LIMIT, clean_line, clean_prose

_PROSE = frozenset({"message", "words", "why", "note", "text"})
# With what begins a key before it, since a text may end like one.
_PROSE_KEYS = tuple(f'{before}"{key}":{after}'.encode() for key in _PROSE for before in "{," for after in ("", " "))
_LONGEST_KEY = max(map(len, _PROSE_KEYS))

_ASCII = bytes(range(0x80))

# UTF-8 sequences of the characters that `api.model.text` strips, each kind with its first bytes: what is not there at
# all is not looked for.
_HARMFUL = {
    b"\xc2": re.compile(rb"\xc2[\x80-\x9f\xad]"),
    b"\xcd\x8f": re.compile(rb"\xcd\x8f"),
    b"\xd8": re.compile(rb"\xd8\x9c"),
    b"\xe2": re.compile(rb"\xe2(?:\x80[\x8b\x8d-\x8f\xa8-\xae]|\x81[\xa0-\xa9])"),
    b"\xe1": re.compile(rb"\xe1(?:\x85[\x9f\xa0]|\xa0\x8e)"),
    b"\xe3\x85\xa4": re.compile(rb"\xe3\x85\xa4"),
    b"\xef": re.compile(rb"\xef(?:\xbb\xbf|\xbe\xa0|\xbf[\xb9-\xbb])"),
    b"\xf3\xa0": re.compile(rb"\xf3\xa0[\x80\x81]"),
}

# The same for marks, of which only many in a row are harmful.
_MARKS = {
    b"\xcc": rb"\xcc[\x80-\xbf]",
    b"\xcd": rb"\xcd[\x80-\xaf]",
    b"\xd2": rb"\xd2[\x83-\x89]",
    b"\xd6": rb"\xd6[\x91-\xbf]",
    b"\xd7": rb"\xd7[\x80-\x87]",
    b"\xd8": rb"\xd8[\x90-\x9a]",
    b"\xd9": rb"\xd9[\x8b-\x9f]",
    b"\xdb": rb"\xdb[\x96-\xad]",
    b"\xe0\xb8": rb"\xe0\xb8[\xb1\xb4-\xba]",
    b"\xe0\xb9": rb"\xe0\xb9[\x87-\x8e]",
    b"\xe1\xaa": rb"\xe1\xaa[\xb0-\xbf]",
    b"\xe1\xab": rb"\xe1\xab[\x80-\xbf]",
    b"\xe1\xb7": rb"\xe1\xb7[\x80-\xbf]",
    b"\xe2\x80\x8c": rb"\xe2\x80\x8c",
    b"\xe2\x83": rb"\xe2\x83[\x90-\xbf]",
    b"\xef\xb8": rb"\xef\xb8[\x80-\x8f\xa0-\xaf]",
    b"\xf3\xa0": rb"\xf3\xa0(?:[\x84-\x86][\x80-\xbf]|\x87[\x80-\xaf])",
}
_CONTROLS = (b"b", b"f", b"r", b"u")
_LAYOUT = (b"n", b"t")
_PROSE_TEXT = re.compile(rb'"(?:' + "|".join(sorted(_PROSE)).encode() + rb')"\s*:\s*"(?:[^"\\]|\\.)*"')
_HALVES = re.compile(rb"\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|\\u[dD][89a-fA-F][0-9a-fA-F]{2}|\\.")
_FOUR_MORE = b"(?:" + b"|".join(_MARKS.values()) + b"){4}"
_page = msgspec.json.Decoder(Page).decode
_PILED = {first: re.compile(mark + _FOUR_MORE) for first, mark in _MARKS.items()}


def clean_page(body: bytes) -> Page:
    """Return a page of changes with every text in it harmless; only records that need it are taken apart for that.

    Raises:
        msgspec.DecodeError: it is not a page.
    """
    if not _is_harmful(body):
        return _page(body)
    try:
        page = _page(body)
    except msgspec.DecodeError:
        return _page(clean_record(body))
    changes = tuple(
        replace(change, id=clean_line(change.id), record=msgspec.Raw(clean_record(bytes(change.record))))
        for change in page.changes
    )
    return replace(page, epoch=clean_line(page.epoch), cursor=clean_line(page.cursor), changes=changes)


def clean_record(body: bytes) -> bytes:
    """Return JSON from outside with every text in it harmless; the very same bytes when it is so already.

    Raises:
        msgspec.DecodeError: it is not JSON.
    """
    if not _is_harmful(body):
        return body
    try:
        content = msgspec.json.decode(body)
    except msgspec.DecodeError:
        # Half a character, left by whoever cut a text in the middle of one, is no reason to refuse all the rest.
        content = msgspec.json.decode(_HALVES.sub(_without_halves, body))
    return msgspec.json.encode(_clean(content, ""))


def _is_harmful(body: bytes) -> bool:
    return b"\x7f" in body or _holds_harmful(body) or _escapes_harm(body) or _is_too_long(body)


def _holds_harmful(body: bytes) -> bool:
    if body.isascii():
        return False
    # Most of a body is ASCII: what is left without it is soon searched, and has every sequence that the body has.
    rest = body.translate(None, _ASCII)
    return any(
        first in rest and pattern.search(rest) and pattern.search(body)
        for table in (_HARMFUL, _PILED)
        for first, pattern in table.items()
    )


def _escapes_harm(body: bytes) -> bool:
    """Say whether there is an escape of a control character, or one of a line break or tab outside of prose."""
    prose = False
    done = 0
    at = body.find(b"\\")
    while at >= 0:
        # Every escape up to here has been passed, so this quotation mark begins the text that holds the next one.
        begin = body.rfind(b'"', done, at)
        if begin >= 0:
            prose = body.endswith(_PROSE_KEYS, max(begin - _LONGEST_KEY, 0), begin)
        kind = body[at + 1 : at + 2]
        if kind in _CONTROLS or (kind in _LAYOUT and not prose):
            return True
        done = at + 2
        at = body.find(b"\\", done)
    return False


def _is_too_long(body: bytes) -> bool:
    """Say whether a text is longer than it may be."""
    return _is_longer(body, LINE_LIMIT) and (
        _is_longer(body, PROSE_LIMIT) or _is_longer(_PROSE_TEXT.sub(b"", body), LINE_LIMIT)
    )


def _is_longer(body: bytes, limit: int) -> bool:
    """Say whether more than `limit` bytes stand between two quotation marks."""
    at = -1
    while len(body) - at - 1 > limit:
        at = body.rfind(b'"', at + 1, at + limit + 2)
        if at < 0:
            return True
    return False


def _without_halves(found: re.Match[bytes]) -> bytes:
    escape = found[0]
    return b"" if len(escape) == 6 else escape


def _clean(value: Any, key: str) -> Any:
    if isinstance(value, str):
        return clean_prose(value) if key in _PROSE else clean_line(value)
    if isinstance(value, list):
        return [_clean(one, key) for one in value]
    if isinstance(value, dict):
        return {clean_line(name): _clean(one, name) for name, one in value.items()}
    return value
