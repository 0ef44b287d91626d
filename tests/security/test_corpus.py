"""Every hostile text at every boundary: what comes in, what goes out."""

import io
import json
import unicodedata

import msgspec
import pytest

from api.crm.cleaning import clean_record
from api.model.text import clean_line, clean_prose
from tests.security.corpus import HARMLESS, HOSTILE, LONE_SURROGATE, attacks
from tui.cli.output import Output, harmless, json_text

TEXTS = pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
KEYS = ("name", "title", "note", "words", "message", "text", "anything", "id")


@TEXTS
def test_cleaning_leaves_nothing_that_a_terminal_obeys(text: str) -> None:
    assert attacks(clean_line(f"before{text}after").encode()) == []
    assert attacks(clean_prose(f"before{text}after").encode()) == []
    assert "\n" not in clean_line(text)
    assert "\t" not in clean_line(text)
    assert clean_line(f"before{text}").startswith("before")


@TEXTS
@pytest.mark.parametrize("ascii_only", [True, False], ids=["escaped", "as it is"])
def test_an_answer_with_one_hostile_text_comes_out_harmless(text: str, ascii_only: bool) -> None:
    for key in KEYS:
        body = json.dumps({"lead": [{key: f"before{text}after"}], f"k{text[:40]}": 1}, ensure_ascii=ascii_only)
        out = msgspec.json.decode(clean_record(body.encode()))
        value = out["lead"][0][key]
        assert value.startswith("before")
        assert attacks(value.encode()) == []
        assert all(attacks(name.encode()) == [] for name in out)
        assert len(value) <= 4_000
        if key not in ("note", "words", "message", "text"):
            assert "\n" not in value
            assert "\t" not in value


@pytest.mark.parametrize("text", HARMLESS.values(), ids=HARMLESS)
def test_what_people_write_arrives_as_it_is(text: str) -> None:
    text = unicodedata.normalize("NFC", text)
    body = json.dumps({"name": text, "note": f"{text}\n{text}"}, ensure_ascii=False).encode()
    out = msgspec.json.decode(clean_record(body))
    assert out == {"name": text, "note": f"{text}\n{text}"}
    assert clean_line(text) == text
    assert harmless(text) == text


def test_half_a_character_does_not_make_an_answer_unreadable() -> None:
    body = rb'{"a":{"name":"Ana %s","note":"%s","good":"\ud83d\ude00"},"n":1}'
    body = body.replace(b"%s", LONE_SURROGATE.encode())
    out = msgspec.json.decode(clean_record(body))
    assert out == {"a": {"name": "Ana", "note": "", "good": "😀"}, "n": 1}


@TEXTS
def test_the_command_line_prints_nothing_that_a_terminal_obeys(text: str) -> None:
    out, err = io.StringIO(), io.StringIO()
    output = Output(stdout=out, stderr=err, environ={})
    output.line(f"before{text}after")
    output.table((f"HEAD{text}", "B"), [(f"cell{text}", text)])
    output.note(f"note{text}")
    output.failure(f"failure{text}", 1)
    said = Output(as_json=True, stdout=out, stderr=err, environ={})
    said.document({"key": f"value{text}"})
    assert attacks(out.getvalue().encode()) == []
    assert attacks(err.getvalue().encode()) == []
    assert attacks(json_text({f"k{text}": [text]}, indent=2).encode()) == []
    assert json.loads(json_text({"k": text}))["k"] == text
