"""How rows of the queue read: in every width, view and order nothing is wider than its room."""

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from api.model.lead import State
from api.rules.clocks import BusinessClock
from api.rules.queue import Order, Row, View, row_of
from tests.factories import NOW, make_agreement, make_lead
from widgets.basis.runs import length
from widgets.queue.jump import labels
from widgets.queue.queue_columns import heading_at, heading_line, headings
from widgets.queue.queue_row import Dress, Marks, RowWords, RowWriter

CLOCK = BusinessClock(make_agreement())


class Said(RowWords):
    """Words of fixed length."""

    def __init__(self, whose: str = "", *, news: bool = False) -> None:
        self._whose = whose
        self._news = news

    def campaign_words(self, row: Row) -> str:
        return "Spring bakery webinar"

    def whose(self, row: Row) -> str:
        return self._whose

    def asleep_words(self, row: Row, room: int) -> str:
        return "asleep until Mon 23 Nov or activity"

    def done_words(self, row: Row, room: int) -> str:
        return "10:14 bad data"

    def is_news(self, row: Row) -> bool:
        return self._news


def a_row(**changes: Any) -> Row:
    row = row_of(make_lead())
    fields = {name: getattr(row, name) for name in row.__struct_fields__}
    return Row(**{**fields, "title": "Ana Example", **changes})


def plain(row: Row, width: int, dress: Dress, marks: Marks, words: RowWords) -> str:
    line = RowWriter(words, CLOCK, NOW, width, dress).line(row, marks)
    assert length(line) <= width
    return "".join(part for part, _ in line)


ROWS = st.builds(
    a_row,
    title=st.sampled_from(["Ana Example", "陳 嘉欣", "Wolfeschlegelsteinhausenbergerdorff", ""]),
    state=st.sampled_from([state.value for state in State]),
    snoozed=st.sampled_from([None, (NOW + timedelta(days=3)).timestamp(), float("inf"), NOW.timestamp() - 60]),
    decided_by=st.sampled_from(["", "Otto Other"]),
    due=st.sampled_from([None, NOW.timestamp() - 9e9, NOW.timestamp() + 600]),
    next_on=st.sampled_from([None, NOW.date().toordinal(), NOW.date().toordinal() - 400]),
    handed=st.sampled_from([NOW.timestamp() + 60, NOW.timestamp() - 3e8]),
    fit=st.sampled_from([None, 100]),
)


@given(
    ROWS,
    st.integers(20, 120),
    st.sampled_from(list(View)),
    st.sampled_from(list(Order)),
    st.builds(Marks, under=st.booleans(), chosen=st.booleans(), letters=st.sampled_from(["", "a", "as"])),
    st.sampled_from(["", "Noor Valdés"]),
)
def test_no_row_and_no_heading_is_wider_than_its_room(
    row: Row, width: int, view: View, order: Order, marks: Marks, whose: str
) -> None:
    said = plain(row, width, Dress(view, order), marks, Said(whose))
    assert marks.under or not marks.letters or said.startswith(marks.letters)
    assert length(heading_line(headings(width, 12, 34_567, 33_333, order=order, view=view), order)) <= width


@pytest.mark.parametrize("order", list(Order))
@pytest.mark.parametrize("width", [32, 52, 62, 80])
def test_what_the_rows_are_ordered_by_always_has_a_column_under_its_heading(order: Order, width: int) -> None:
    found = headings(width, 1, 2, 0, order=order)
    line = "".join(words for words, _ in heading_line(found, order))
    assert "↓" in line
    assert heading_at(found, line.index("↓")) is order
    row = plain(a_row(handed=NOW.timestamp() - 4 * 86_400), width, Dress(View.MINE, order), Marks(), Said())
    expected = {Order.DUE: "3 h", Order.WAITING: "4 d", Order.SCORE: " 70  55", Order.CAMPAIGN: "Spring b"}[order]
    assert expected in row


def test_what_came_back_says_why_where_there_is_room() -> None:
    row = a_row(snoozed=NOW.timestamp() - 60)
    assert "«Ana Example" in plain(row, 32, Dress(), Marks(), Said())
    assert "back: snooze over" in plain(row, 100, Dress(), Marks(), Said())
    assert "*Ana Example" in plain(row, 32, Dress(), Marks(chosen=True), Said(news=True))
    assert "•Ana Example" in plain(row, 32, Dress(), Marks(), Said(news=True))


def test_the_next_attempt_is_due_by_its_day() -> None:
    dress = Dress(View.ATTEMPTS)
    today = CLOCK.today(NOW).toordinal()
    for days, words in ((-2, "!      2 d"), (0, "today"), (3, "3 d")):
        row = a_row(state=State.ACCEPTED.value, due=None, next_on=today + days)
        assert words in plain(row, 62, dress, Marks(), Said())


def test_letters_under_the_resting_fingers_come_first_and_none_begins_another() -> None:
    few = labels([str(number) for number in range(9)])
    assert "".join(few.values()) == "asdfghjkl"
    many = list(labels([str(number) for number in range(60)]).values())
    assert len(set(many)) == 60
    assert all(len(letters) == 2 for letters in many)
    assert replace(Marks(), letters=many[0]).letters == "aa"
