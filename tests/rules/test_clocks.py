"""Business time, over nights, weekends, holidays and the change of the clocks."""

from datetime import UTC, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from api.model.agreement import OpenHours
from api.rules.clocks import BusinessClock, NeverOpen
from api.rules.wording import due_words, money, relative, skew_words, span
from tests.factories import NOW, make_agreement

AGREEMENT = make_agreement()
CLOCK = BusinessClock(AGREEMENT)
MOMENTS = st.datetimes(datetime(2026, 1, 1), datetime(2027, 12, 31), timezones=st.just(UTC))


def _utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("start", "minutes", "end"),
    [
        ("2026-11-18T10:00", 60, "2026-11-18T11:00"),
        ("2026-11-18T15:30", 60, "2026-11-19T08:30"),
        ("2026-11-20T15:30", 60, "2026-11-23T08:30"),
        ("2026-11-21T12:00", 30, "2026-11-23T08:30"),
        ("2026-12-23T15:00", 120, "2026-12-28T09:00"),
        ("2026-03-27T15:30", 60, "2026-03-30T07:30"),
    ],
    ids=[
        "same day",
        "over night",
        "over a weekend",
        "from a weekend",
        "over holidays",
        "over the change to summer time",
    ],
)
def test_adding_business_minutes(start: str, minutes: int, end: str) -> None:
    assert CLOCK.add(_utc(start), minutes) == _utc(end)


def test_hours_that_never_open_are_said_so() -> None:
    closed = BusinessClock(replace(AGREEMENT, hours=OpenHours(opens=time(9), closes=time(9))))
    with pytest.raises(NeverOpen, match="never open"):
        closed.add(NOW, 1)


@given(MOMENTS, st.integers(1, 20_000))
def test_what_was_added_is_what_lies_between(start: datetime, minutes: int) -> None:
    end = CLOCK.add(start, minutes)
    assert CLOCK.between(start, end) == minutes
    assert CLOCK.between(end, start) == -minutes


@given(MOMENTS, MOMENTS, MOMENTS)
def test_later_is_never_less(start: datetime, middle: datetime, end: datetime) -> None:
    first, second, third = sorted((start, middle, end))
    assert CLOCK.between(first, second) <= CLOCK.between(first, third)


def test_a_span_of_many_years_is_counted_without_walking_every_day() -> None:
    minutes = CLOCK.between(_utc("2001-01-01T00:00"), NOW)
    assert minutes == pytest.approx(25.88 * 52.18 * 5 * 480, rel=0.01)


@pytest.mark.parametrize(
    ("due", "words"),
    [
        (NOW + timedelta(hours=2), "due in 2 h"),
        (NOW + timedelta(minutes=20), "due in 20 min"),
        (NOW + timedelta(seconds=20), "due now"),
        (NOW - timedelta(seconds=20), "due now"),
        (NOW - timedelta(minutes=20), "overdue 20 min"),
        (NOW - timedelta(days=1), "overdue 8 h"),
        (_utc("2018-02-01T12:00"), "overdue since 2018-02-01"),
    ],
)
def test_due_in_words(due: datetime, words: str) -> None:
    assert due_words(due, NOW, CLOCK) == words


def test_times_and_sums_in_words() -> None:
    assert relative(NOW - timedelta(minutes=12), NOW) == "12 min ago"
    assert relative(NOW + timedelta(hours=3), NOW) == "in 3 h"
    assert relative(NOW - timedelta(days=40), NOW) == "2026-10-09"
    assert relative(NOW, NOW) == "just now"
    assert [span(timedelta(seconds=n)) for n in (5, 60, 7_200, 200_000)] == ["5 s", "1 min", "2 h", "2 d"]
    assert money(12_400, "EUR") == "12 400 EUR"


def test_a_clock_that_is_far_off_is_said_so() -> None:
    assert skew_words(NOW, NOW + timedelta(minutes=4)) == ""
    assert "400 d ahead of" in skew_words(NOW + timedelta(days=400), NOW)
    assert "2 h behind" in skew_words(NOW, NOW + timedelta(hours=2))
