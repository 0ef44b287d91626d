"""Words in cells: nothing is ever wider than its room, whatever it is made of."""

from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from api.model.text import clean_prose
from widgets.basis.runs import fit, fit_right, flow, heading, length, short, wrap

TEXTS = st.text(max_size=120).map(clean_prose)
WIDTHS = st.integers(2, 60)


@given(TEXTS, WIDTHS)
def test_fitted_text_takes_exactly_its_room(text: str, width: int) -> None:
    assert cell_len(fit(text, width)) == width
    assert cell_len(fit_right(text, width)) == width
    assert cell_len(short(text, width)) <= width


@given(TEXTS, WIDTHS)
def test_wrapped_lines_fit_and_lose_no_word(text: str, width: int) -> None:
    lines = wrap(text, width)
    assert all(cell_len(line) <= width for line in lines)
    assert "".join("".join(lines).split()) == "".join(text.split())


@given(st.lists(TEXTS.map(lambda text: text.replace("\n", " ")), max_size=6), WIDTHS)
def test_flowed_parts_fit(parts: list[str], width: int) -> None:
    assert all(cell_len(line) <= width for line in flow(parts, width))


def test_a_limit_says_that_something_is_missing() -> None:
    assert wrap("one two three four", 5, 2) == ["one", "two…"]
    assert wrap("one", 5, 2) == ["one"]


def test_addresses_break_where_they_may() -> None:
    assert wrap("hannah.immergrun@bakery-north.example", 24) == ["hannah.immergrun", "@bakery-north.example"]


def test_wide_characters_count_twice() -> None:
    assert fit("株式会社", 5) == "株式…"
    assert fit_right("株", 4) == "  株"


def test_a_heading_leaves_out_a_note_that_has_no_room() -> None:
    assert length(heading("Campaign", 30, "webinar")) == 30
    assert heading("Campaign", 11, "webinar") == (("Campaign", "heading"),)
