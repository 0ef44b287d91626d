"""Dates as people say them, over weeks, ends of months, and the change of the clocks."""

from contextlib import suppress
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.rules.when import MONTHS, NotADate, day, moment, said, since

BERLIN = ZoneInfo("Europe/Berlin")
WEDNESDAY = date(2026, 11, 18)
NOW = datetime(2026, 11, 18, 10, 30, tzinfo=BERLIN)
DAYS = st.dates(date(2000, 1, 1), date(2090, 12, 31))
MOMENTS = st.datetimes(datetime(2020, 1, 1), datetime(2030, 12, 31), timezones=st.just(UTC))


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("today", "2026-11-18"),
        ("Tomorrow", "2026-11-19"),
        ("fri", "2026-11-20"),
        ("Friday", "2026-11-20"),
        ("on friday", "2026-11-20"),
        ("thurs", "2026-11-19"),
        ("wed", "2026-11-25"),
        ("mon", "2026-11-23"),
        ("next friday", "2026-11-27"),
        ("next mon", "2026-11-23"),
        ("this sunday", "2026-11-22"),
        ("in 3 days", "2026-11-21"),
        ("3d", "2026-11-21"),
        ("0 d", "2026-11-18"),
        ("2w", "2026-12-02"),
        ("in a week", "2026-11-25"),
        ("two weeks", "2026-12-02"),
        ("in 3 months", "2027-02-18"),
        ("next week", "2026-11-23"),
        ("next month", "2026-12-01"),
        ("end of month", "2026-11-30"),
        ("end of next month", "2026-12-31"),
        ("1 dec", "2026-12-01"),
        ("dec 1", "2026-12-01"),
        ("1st of December", "2026-12-01"),
        ("Dec 1st, 2027", "2027-12-01"),
        ("18 nov", "2026-11-18"),
        ("17 nov", "2027-11-17"),
        ("29 feb", "2028-02-29"),
        ("2026-12-01", "2026-12-01"),
        ("1.12.", "2026-12-01"),
        ("01.12", "2026-12-01"),
        ("1. 12. 2027", "2027-12-01"),
        ("1.12.2027", "2027-12-01"),
    ],
)
def test_days_as_people_say_them(text: str, meant: str) -> None:
    assert day(text, WEDNESDAY) == date.fromisoformat(meant)


@pytest.mark.parametrize(
    ("text", "today", "meant"),
    [
        ("in 1 month", "2026-01-31", "2026-02-28"),
        ("next month", "2026-12-31", "2027-01-01"),
        ("end of month", "2028-02-10", "2028-02-29"),
        ("end of month", "2026-11-30", "2026-11-30"),
        ("next week", "2026-11-23", "2026-11-30"),
        ("next week", "2026-11-22", "2026-11-23"),
        ("next sunday", "2026-11-22", "2026-11-29"),
        ("sunday", "2026-11-22", "2026-11-29"),
    ],
)
def test_ends_of_months_and_weeks(text: str, today: str, meant: str) -> None:
    assert day(text, date.fromisoformat(today)) == date.fromisoformat(meant)


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("today 14:30", "2026-11-18T14:30"),
        ("tomorrow 9:00", "2026-11-19T09:00"),
        ("mon 14:30", "2026-11-23T14:30"),
        ("14:30 mon", "2026-11-23T14:30"),
        ("monday at 2:30 pm", "2026-11-23T14:30"),
        ("tomorrow 12am", "2026-11-19T00:00"),
        ("15:00", "2026-11-18T15:00"),
        ("9:00", "2026-11-19T09:00"),
        ("fri", "2026-11-20T08:00"),
        ("2026-12-01", "2026-12-01T08:00"),
        ("1.12. 9:15", "2026-12-01T09:15"),
        ("2026-12-01 9:15", "2026-12-01T09:15"),
        ("fri morning", "2026-11-20T08:00"),
        ("fri noon", "2026-11-20T12:00"),
        ("tonight", "2026-11-18T18:00"),
        ("this evening", "2026-11-18T18:00"),
        ("in 2 hours", "2026-11-18T12:30"),
        ("4h", "2026-11-18T14:30"),
        ("45 min", "2026-11-18T11:15"),
        ("in an hour", "2026-11-18T11:30"),
        ("3d", "2026-11-21T08:00"),
    ],
)
def test_moments_are_in_the_zone_and_a_bare_day_is_when_business_opens(text: str, meant: str) -> None:
    assert moment(text, NOW, BERLIN, time(8)) == datetime.fromisoformat(meant).replace(tzinfo=BERLIN)


def test_the_day_is_that_of_the_zone_not_of_the_machine() -> None:
    late = datetime(2026, 11, 18, 23, 30, tzinfo=UTC)
    assert moment("tomorrow", late, BERLIN) == datetime(2026, 11, 20, 9, tzinfo=BERLIN)


@pytest.mark.parametrize(
    ("text", "now", "meant"),
    [
        ("sun 2:30", "2026-03-27T12:00+01:00", "2026-03-29T01:30+00:00"),
        ("in 2 hours", "2026-03-29T01:30+01:00", "2026-03-29T02:30+00:00"),
        ("tomorrow 9:00", "2026-03-28T09:00+01:00", "2026-03-29T07:00+00:00"),
        ("sun 2:30", "2026-10-23T12:00+02:00", "2026-10-25T00:30+00:00"),
        ("today 2:30", "2026-10-25T02:45+02:00", "2026-10-25T01:30+00:00"),
    ],
    ids=["left out", "across", "the day after", "twice: the first", "twice: the second, once the first has passed"],
)
def test_the_change_of_the_clocks(text: str, now: str, meant: str) -> None:
    found = moment(text, datetime.fromisoformat(now), BERLIN)
    assert found.astimezone(UTC) == datetime.fromisoformat(meant)


@pytest.mark.parametrize(
    "text",
    ["", "soon", "32 dec", "30 feb", "2026-13-01", "25:00", "13pm", "in x days", "1.13.", "9", "fri fri", "\x1b[2J"],
)
def test_what_is_no_date_names_some(text: str) -> None:
    with pytest.raises(NotADate, match="tomorrow 9:00, in 3 days") as caught:
        day(text, WEDNESDAY)
    assert len(caught.value.sentence) < 200
    with pytest.raises(NotADate, match="tomorrow 9:00, in 3 days"):
        moment(text, NOW, BERLIN)


def test_the_past_is_refused() -> None:
    for text in ("2026-11-17", "yesterday", "17.11.2026"):
        with pytest.raises(NotADate, match="has passed"):
            day(text, WEDNESDAY)
    for text in ("today 9:00", "today", "2020-01-01", "0h"):
        with pytest.raises(NotADate, match="has passed"):
            moment(text, NOW, BERLIN)
    with pytest.raises(NotADate, match="has passed"):
        moment("tonight", NOW.replace(hour=19), BERLIN)


def test_a_day_takes_no_time_of_day() -> None:
    for text in ("tomorrow 9:00", "in 2 hours", "tonight"):
        with pytest.raises(NotADate):
            day(text, WEDNESDAY)


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("yesterday", "2026-11-17"),
        ("3 days ago", "2026-11-15"),
        ("a week ago", "2026-11-11"),
        ("last mon", "2026-11-16"),
        ("wed", "2026-11-11"),
        ("1 dec", "2025-12-01"),
    ],
)
def test_days_that_lie_behind_where_they_are_meant(text: str, meant: str) -> None:
    assert day(text, WEDNESDAY, past=True) == date.fromisoformat(meant)


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("2h", "2026-11-18T08:30"),
        ("30 min ago", "2026-11-18T10:00"),
        ("3d", "2026-11-15T10:30"),
        ("9:00", "2026-11-18T09:00"),
        ("11:00", "2026-11-17T11:00"),
        ("today", "2026-11-18T00:00"),
        ("yesterday", "2026-11-17T00:00"),
        ("yesterday 14:30", "2026-11-17T14:30"),
        ("mon", "2026-11-16T00:00"),
        ("2026-11-01", "2026-11-01T00:00"),
        ("2026-11-18T10:15", "2026-11-18T10:15"),
    ],
)
def test_moments_that_lie_behind(text: str, meant: str) -> None:
    assert since(text, NOW, BERLIN) == datetime.fromisoformat(meant).replace(tzinfo=BERLIN)


def test_since_takes_nothing_ahead_and_no_nonsense() -> None:
    for text in ("tomorrow", "2026-12-01", "soon", "", "2026-11-18T11:00+01:00"):
        with pytest.raises(NotADate, match="2h"):
            since(text, NOW, BERLIN)


def test_said_back_in_words() -> None:
    assert said(datetime(2026, 11, 19, 9, tzinfo=BERLIN), NOW) == "tomorrow, Thursday 19 November, 9:00"
    assert said(datetime(2026, 11, 18, 18, 5, tzinfo=BERLIN), NOW) == "today, Wednesday 18 November, 18:05"
    assert said(date(2027, 1, 4), WEDNESDAY) == "Monday 4 January 2027"
    # It is the moment's own calendar that counts, whatever zone now is given in.
    assert said(datetime(2026, 11, 19, 0, 30, tzinfo=BERLIN), datetime(2026, 11, 18, 23, tzinfo=UTC)).startswith(
        "today"
    )


@given(DAYS, DAYS)
def test_a_written_date_is_that_day_in_every_spelling(meant: date, today: date) -> None:
    if meant < today:
        with pytest.raises(NotADate):
            day(meant.isoformat(), today)
        return
    dotted = f"{meant.day}.{meant.month}.{meant.year}"
    spelled = f"{meant.day} {MONTHS[meant.month - 1]} {meant.year}"
    assert day(meant.isoformat(), today) == day(dotted, today) == day(spelled, today) == meant


@given(DAYS, st.sampled_from(["mon", "tue", "wed", "thu", "fri", "sat", "sun"]))
def test_a_weekday_is_within_a_week_and_next_lies_in_the_week_after(today: date, name: str) -> None:
    found, later = day(name, today), day(f"next {name}", today)
    assert timedelta() < found - today <= timedelta(days=7)
    assert found.weekday() == later.weekday()
    monday = today + timedelta(days=7 - today.weekday())
    assert monday <= later < monday + timedelta(days=7)


@given(MOMENTS, st.integers(0, 23), st.integers(0, 59), st.sampled_from(["Europe/Berlin", "America/New_York", "UTC"]))
def test_a_time_of_day_is_the_next_one_to_come(now: datetime, hour: int, minute: int, zone: str) -> None:
    found = moment(f"{hour}:{minute:02}", now, ZoneInfo(zone))
    assert timedelta() < found - now <= timedelta(hours=26)


def _ahead_or_refused(text: str, now: datetime) -> None:
    with suppress(NotADate):
        assert moment(text, now, BERLIN).astimezone(UTC) > now
    with suppress(NotADate):
        assert day(text, now.date()) >= now.date()


@given(st.text(max_size=60), MOMENTS)
def test_whatever_is_typed_is_a_moment_ahead_or_refused(text: str, now: datetime) -> None:
    _ahead_or_refused(text, now)


@given(
    st.lists(
        st.sampled_from(
            ["in", "next", "9999", "3", "d", "w", "months", "h", "fri", "dec", "31", "9:00", "am", "tonight"]
        ),
        max_size=5,
    ),
    MOMENTS,
)
def test_words_in_any_order_are_a_moment_ahead_or_refused(words: list[str], now: datetime) -> None:
    _ahead_or_refused(" ".join(words), now)
