"""Finding what is harmful quickly finds just what a look at every text finds; what is harmless passes as it came."""

import json
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from api.crm.cleaning import clean_page, clean_record
from api.model.changes import Change, Page
from api.model.text import clean_line, clean_prose

PROSE = ("message", "words", "why", "note", "text")
PIECES = ("plain", "Zoë", "日本", "é\u0301", "\u0301" * 5, "\u200b", "\x1b[2J", "\x7f", "\u202e", "\n", "\t", '"', "\\")
PIECES += ("\\n", "💻", "👩\u200d💻", "a\u200db", "x" * 260, '"note":"', ',"text":', "\r", "\xad", "й" * 200)
TEXTS = st.lists(st.sampled_from(PIECES), max_size=6).map("".join)
KEYS = st.sampled_from([*PROSE, "name", 'x"note', ',"note', "k\\", "notes", "a\nb"])
RECORDS = st.recursive(
    st.one_of(TEXTS, st.integers(0, 9), st.none()),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(KEYS, inner, max_size=4)),
    max_leaves=12,
)


def cleaned(value: Any, key: str = "") -> Any:
    """Return it with each text cleaned for itself."""
    if isinstance(value, str):
        return clean_prose(value) if key in PROSE else clean_line(value)
    if isinstance(value, list):
        return [cleaned(one, key) for one in value]
    if isinstance(value, dict):
        return {clean_line(name): cleaned(one, name) for name, one in value.items()}
    return value


def harmless(value: Any, key: str = "") -> bool:
    """Say whether a terminal could be steered by none of the texts, whatever else cleaning would tidy up."""
    if isinstance(value, str):
        lines = key in PROSE
        return not any(
            one in value
            for one in (
                "\u200b",
                "\x1b",
                "\x7f",
                "\u202e",
                "\xad",
                "\u0301" * 6,
                "\r",
                *(() if lines else ("\n", "\t")),
            )
        )
    if isinstance(value, list):
        return all(harmless(one, key) for one in value)
    if isinstance(value, dict):
        return all(harmless(name) and harmless(one, name) for name, one in value.items())
    return True


@settings(max_examples=400, deadline=None)
@given(RECORDS, st.booleans(), st.sampled_from([None, (",", ":")]))
def test_nothing_harmful_is_left_however_it_is_written(record: Any, escaped: bool, separators: Any):
    body = json.dumps(record, ensure_ascii=escaped, separators=separators).encode()
    out = clean_record(body)
    found = json.loads(out)
    assert harmless(found)
    assert out is body or found == cleaned(record)


@settings(max_examples=100, deadline=None)
@given(st.lists(RECORDS, max_size=4), st.booleans())
def test_a_page_is_cleaned_record_by_record(records: list[Any], escaped: bool):
    changes = [
        {"n": n, "kind": "lead", "id": f"L{n}", "record": record} for n, record in enumerate(records) if record != {}
    ]
    page = {"epoch": "e1", "changes": changes, "cursor": "e1:9", "n": 9, "more": False}
    body = json.dumps(page, ensure_ascii=escaped, separators=(",", ":")).encode()
    found = clean_page(body)
    assert (found.epoch, found.cursor, found.n, found.more) == ("e1", "e1:9", 9, False)
    for change, before in zip(found.changes, changes, strict=True):
        assert (change.n, change.id) == (before["n"], before["id"])
        record = json.loads(bytes(change.record))
        assert harmless(record)
        assert record in (before["record"], cleaned(before["record"]))


def test_one_harmful_record_leaves_the_others_as_they_came():
    good, bad = b'{"name":"Zo\xc3\xab",  "n":1}', b'{"name":"Ana\xe2\x80\xae"}'
    body = b'{"epoch":"e1","changes":[%s],"cursor":"e1:2","n":2,"more":false}' % b",".join(
        b'{"n":%d,"kind":"lead","id":"L%d","record":%s}' % (n, n, record) for n, record in enumerate((good, bad, good))
    )
    assert [bytes(change.record) for change in clean_page(body).changes] == [good, b'{"name":"Ana"}', good]


def test_half_a_character_in_one_record_does_not_cost_the_page():
    body = (
        rb'{"epoch":"e1","changes":[{"n":1,"kind":"lead","id":"L1","record":{"name":"Ana \ud83d"}}],"cursor":"c\u0007",'
        rb'"n":1,"more":false}'
    )
    assert clean_page(body) == Page("e1", (Change(1, "lead", "L1", msgspec.Raw(b'{"name":"Ana"}')),), "c", 1, False)


@pytest.mark.parametrize("name", ['x"note', ',"note', "notes"])
def test_a_key_that_ends_like_one_of_prose_is_none(name: str):
    record = {name: "one\ntwo"}
    assert json.loads(clean_record(msgspec.json.encode(record))) == {name: "one two"}


@pytest.mark.parametrize("body", [b"[]", b'{"changes":[]}', b"{", b"\xff", b'"\x7f"', b'{"changes":[{"n":"\\u0007"}]}'])
def test_what_is_no_page_is_refused(body: bytes):
    with pytest.raises((msgspec.DecodeError, UnicodeDecodeError)):
        clean_page(body)
