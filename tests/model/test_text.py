"""Text from outside loses everything that could steer a terminal or hide what it says."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.model.text import clean_line, clean_prose, openable, unsafe

HOSTILE = [
    "\x1b[2J\x1b]0;owned\x07",
    "\x9b31m",
    "a\x00b",
    "\u202egnp.exe",
    "\u2066\u2069\u200f",
    "tab\tnew\nline\r\n",
    "\ud800",
    "x" * 10_000,
    "tags\U000e0041\U000e007f",
    "nothing\u00ad\u034f\u115f\u3164\uffa0\ufffa",
]


@pytest.mark.parametrize("text", HOSTILE)
def test_no_control_survives(text: str) -> None:
    line = clean_line(text)
    assert not [char for char in line if unicodedata.category(char) in ("Cc", "Cs") or "\u202a" <= char <= "\u202e"]
    assert len(line) <= 500
    prose = clean_prose(text)
    assert not [char for char in prose if unicodedata.category(char) in ("Cc", "Cs") and char not in "\n\t"]


@given(st.text())
def test_cleaning_twice_is_cleaning_once(text: str) -> None:
    assert clean_line(clean_line(text)) == clean_line(text)
    assert clean_prose(clean_prose(text)) == clean_prose(text)


@given(st.text(max_size=200))
def test_what_is_called_unsafe_is_what_cleaning_takes_out(text: str) -> None:
    assert unsafe().search(clean_prose(text)) is None
    if unsafe().search(text) is None:
        assert clean_prose(text) == text.replace("\r", "\n").strip()


def test_what_shows_nothing_is_gone_and_marks_do_not_pile_up() -> None:
    assert clean_line("a\U000e0041b\u3164c\u00add") == "a b c d"
    assert clean_line("z" + "\u0301" * 60) == "z" + "\u0301" * 4
    assert clean_line("ก" + "\u0e49" * 60) == "ก" + "\u0e49" * 4
    assert clean_line("a" + "\u200d" * 60 + "b\u200dc") == "abc"
    kept = "Việt Nam क्षि 👩\u200d💻 ❤\ufe0f\u200d🔥 שָׁלוֹם ก็ ශ්\u200dරී می\u200cخواهم"
    assert clean_line(kept) == kept


def test_what_people_write_stays() -> None:
    assert clean_line("Zoë  Müller-O’Neill 田中さん [/b] 100 %") == "Zoë Müller-O’Neill 田中さん [/b] 100 %"
    assert clean_prose("one\r\ntwo\rthree\n") == "one\ntwo\nthree"


@pytest.mark.parametrize(
    ("url", "can"),
    [
        ("https://example.com/a?b=c", True),
        ("HTTP://example.com", True),
        ("mailto:a@example.com", True),
        ("tel:+15550100", True),
        ("file:///etc/passwd", False),
        ("javascript:alert(1)", False),
        ("https://", False),
        ("https://a b", False),
        ("", False),
    ],
)
def test_only_pages_addresses_and_numbers_are_opened(url: str, can: bool) -> None:
    assert openable(url) is can
