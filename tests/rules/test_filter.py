"""What a person types to find leads: read without ever failing, and meaning what it says."""

from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from msgspec.structs import replace

from api.model.lead import AttemptMade, Company, Contact, Decided, Lead, Score, Snooze, Standing, State, Touch
from api.model.people import Owner
from api.rules.clocks import BusinessClock
from api.rules.queue import Filter, hay_of, row_of
from api.rules.queue.conditions import FIELDS, holds
from api.rules.queue.setting import Setting, setting_at
from tests.factories import NOW, REP, make_agreement, make_lead

CAMPAIGNS = {"c1": "Spring Webinar", "c2": "Ärzte-Messe 東京"}
PEOPLE = {"person:rita": "Rita Rep", "person:otto": "Otto Other"}
AGREEMENT = make_agreement()
SETTING = setting_at(NOW.timestamp(), BusinessClock(AGREEMENT), AGREEMENT, REP, campaigns=CAMPAIGNS, people=PEOPLE)
HOUR = timedelta(hours=1)


def found(text: str, lead: Lead, setting: Setting = SETTING) -> bool:
    asked = Filter.parse(text)
    assert not asked.problems
    row, hay = row_of(lead), hay_of(lead)
    return asked.matches(hay) and all(holds(one, row, hay, setting) for one in asked.conditions)


def standing(state: State = State.NEW, **changes: Any) -> Standing:
    return replace(make_lead().standing, state=state, **changes)


def decided(reason: str = "", by_name: str = "Otto Other", mark: str = "", **changes: Any) -> Lead:
    lead = make_lead(standing=standing(State.REJECTED, due_at=None), mark=mark, **changes)
    entry = Decided(
        operation_id="o",
        verb="reject",
        by="otto",
        by_name=by_name,
        at=NOW - 3 * HOUR,
        agreement=1,
        decision_revision=2,
        before=make_lead().standing,
        reason=reason,
    )
    return replace(lead, trail=(entry,))


@dataclass
class Case:
    text: str
    yes: list[Lead] = field(default_factory=list)
    no: list[Lead] = field(default_factory=list)


def due(after: timedelta | None) -> Lead:
    return make_lead(standing=standing(due_at=None if after is None else NOW + after))


def owned(owner: Owner | None) -> Lead:
    return make_lead(standing=standing(owner=owner))


MINE, OURS, NOBODYS = Owner("person", "rita"), Owner("team", "north"), None
SLEEPS = make_lead(snooze=Snooze(operation_id="s", until=NOW + HOUR))
SLEPT = make_lead(snooze=Snooze(operation_id="s", until=NOW - HOUR))
TOUCH = Touch(id="t", at=NOW - HOUR, kind="page", title="Prices")
CASES = [
    Case("campaign:webinar", [make_lead()], [make_lead(campaign_id="c2"), make_lead(campaign_id="")]),
    Case("campaign:ÄRZTE", [make_lead(campaign_id="c2")], [make_lead()]),
    Case("campaign:東京", [make_lead(campaign_id="c2")], [make_lead()]),
    Case('campaign:"spring webinar"', [make_lead()], [make_lead(campaign_id="c2")]),
    Case("company:bak", [make_lead()], [make_lead(company=Company(name="Mill", industry="Bakeries"))]),
    Case("name:ana", [make_lead()], [make_lead(contact=Contact(name="Bo", email="ana@example.com"))]),
    Case("owner:me", [owned(MINE)], [owned(OURS), owned(NOBODYS), owned(Owner("person", "otto"))]),
    Case("owner:team", [owned(OURS)], [owned(Owner("team", "south")), owned(MINE), owned(NOBODYS)]),
    Case("owner:nobody", [owned(NOBODYS)], [owned(MINE), owned(OURS)]),
    Case("owner:other", [owned(Owner("person", "otto"))], [owned(MINE), owned(NOBODYS)]),
    Case("owner:sou", [owned(Owner("team", "south"))], [owned(OURS)]),
    Case("state:acc", [make_lead(standing=standing(State.ACCEPTED))], [make_lead(), decided()]),
    Case("state:undecided", [make_lead()], [decided()]),
    Case("reason:spam", [decided("spam_test")], [decided("timing"), make_lead()]),
    Case("by:me", [decided(by_name="Rita Rep")], [decided(), make_lead()]),
    Case("by:otto", [decided()], [decided(by_name="Rita Rep")]),
    Case("from:web", [make_lead()], [make_lead(origin="ads")]),
    Case("mark:returned", [make_lead(mark="returned")], [make_lead(), SLEPT]),
    Case("mark:back", [SLEPT, decided(touches=(TOUCH,))], [make_lead(), SLEEPS, decided()]),
    Case("due:<1h", [due(HOUR / 2), due(-HOUR)], [due(2 * HOUR), due(None)]),
    # Two hours of business after 11:00 on a Wednesday are over at 13:00, wherever the sun stands.
    Case("due:>2h", [due(3 * HOUR)], [due(HOUR), due(None)]),
    Case("due:<2d", [due(47 * HOUR)], [due(49 * HOUR)]),
    Case("due:overdue", [due(-HOUR)], [due(timedelta()), due(None)]),
    Case("due:today", [due(12 * HOUR), due(-9 * HOUR)], [due(14 * HOUR), due(-12 * HOUR), due(None)]),
    Case("due:none", [due(None)], [due(HOUR)]),
    Case("waiting:>3d", [make_lead(handed_at=NOW - 80 * HOUR)], [make_lead(), decided(handed_at=NOW - 80 * HOUR)]),
    Case("waiting:<2h", [make_lead()], [make_lead(handed_at=NOW - 3 * HOUR)]),
    Case("fit:>60", [make_lead(fit=Score(61))], [make_lead(fit=Score(60)), make_lead(fit=None)]),
    Case("fit:<=60", [make_lead(fit=Score(60))], [make_lead(fit=Score(61)), make_lead(fit=None)]),
    Case("eng:50-60", [make_lead(engagement=Score(50))], [make_lead(engagement=Score(61))]),
    Case("score:<50", [make_lead(fit=Score(20), engagement=Score(29))], [make_lead()]),
    Case("pass:>1", [make_lead(number=2)], [make_lead()]),
    Case("pass:1", [make_lead()], [make_lead(number=2)]),
    Case("snoozed:yes", [SLEEPS], [make_lead(), SLEPT]),
    Case("snoozed:no", [make_lead(), SLEPT], [SLEEPS]),
    Case("ana state:new fit:>60", [make_lead()], [make_lead(fit=None)]),
]


@pytest.mark.parametrize("case", CASES, ids=[case.text for case in CASES])
def test_each_field_finds_what_it_says_and_the_opposite_finds_the_rest(case: Case) -> None:
    assert [found(case.text, lead) for lead in case.yes + case.no] == [True] * len(case.yes) + [False] * len(case.no)
    pieces = case.text.split(" ", 1) if '"' not in case.text else [case.text]
    if len(pieces) == 1:
        turned = f"-{case.text}"
        assert [found(turned, lead) for lead in case.yes + case.no] == [False] * len(case.yes) + [True] * len(case.no)
        assert found(case.text.upper(), case.yes[0])


def test_every_field_is_asked_for_somewhere_above() -> None:
    asked = {one.field for case in CASES for one in Filter.parse(case.text).conditions}
    assert asked == set(FIELDS)


def test_words_and_quotes_can_be_turned_round() -> None:
    lead = make_lead()
    assert not found("-bakery", lead)
    assert not found('-"example bakery"', lead)
    assert found('-"bakery example"', lead)
    assert found("ana -mill", lead)
    assert found('"-bakery', replace(lead, company=Company(name="Non-Bakery")))


def test_what_is_no_field_stays_a_word() -> None:
    assert Filter.parse("https://ana.example.com 12:30").words == ("https://ana.example.com", "12:30")
    assert Filter.parse('"due:x"').words == ("due:x",)


@pytest.mark.parametrize(
    "text", ["due:", "due:<", "due:<1", "fit:>", "fit:50-", "campaign:", 'name:"', "-reason:", "-"]
)
def test_what_is_still_being_typed_is_passed_over_without_a_word(text: str) -> None:
    asked = Filter.parse(text)
    assert (asked.words, asked.without, asked.conditions, asked.problems) == ((), (), (), ())


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("due:soon", ["due:soon", "overdue"]),
        ("fit:good", ["fit:good", ">60"]),
        ("fit:>50-60", ["fit:>50-60"]),
        ("state:asleep", ["state:asleep", "accepted"]),
        ("snoozed:maybe", ["snoozed:maybe", "yes or no"]),
        ("waiting:3d", ["waiting:3d", ">3d"]),
        ("colour:red", ["colour:", "campaign", "due"]),
    ],
)
def test_what_cannot_be_understood_is_named_and_passed_over(text: str, names: list[str]) -> None:
    asked = Filter.parse(f"ana {text} {text}")
    assert (asked.words, asked.conditions) == (("ana",), ())
    (sentence,) = asked.problems
    assert all(name in sentence for name in names)
    assert sentence.endswith(".")


VALUES = ["", "<1h", ">3d", ">60", "50-80", "me", "team", "overdue", "yes", "back", "東京", '"two words"', '"open', "x"]
PIECES = st.one_of(
    st.text(max_size=12),
    st.builds(
        "{}{}:{}".format, st.sampled_from(["", "-"]), st.sampled_from([*FIELDS, "colour", "İ"]), st.sampled_from(VALUES)
    ),
)
TEXTS = st.lists(PIECES, max_size=5).map(" ".join)


@given(text=TEXTS)
def test_nothing_that_can_be_typed_fails(text: str) -> None:
    asked = Filter.parse(text)
    row, hay = row_of(SLEPT), hay_of(SLEPT)
    for one in asked.conditions:
        assert holds(one, row, hay, SETTING) != holds(replace(one, negated=not one.negated), row, hay, SETTING)
    assert asked.matches(hay) in (True, False)
    assert all(sentence.endswith(".") for sentence in asked.problems)


@given(text=TEXTS, more=PIECES)
def test_typing_on_asks_for_no_less(text: str, more: str) -> None:
    """A piece behind the others takes nothing away from what they ask for, unless they left a quote open."""
    assume('"' not in text)
    before, after = Filter.parse(text), Filter.parse(f"{text} {more}")
    assert after.conditions[: len(before.conditions)] == before.conditions
    assert set(before.words) <= set(after.words)
    assert set(before.without) <= set(after.without)


def test_a_day_begins_and_ends_where_business_is_done() -> None:
    # 23:30 UTC is the next day in Berlin.
    late = NOW.replace(hour=23, minute=30)
    setting = setting_at(late.timestamp(), BusinessClock(AGREEMENT), AGREEMENT, REP, campaigns={}, people={})
    assert setting.today == date(2026, 11, 19).toordinal()
    assert found("due:today", due(late - NOW), setting)
    assert not found("due:today", due(timedelta()), setting)


def test_an_attempt_agreed_for_a_day_takes_the_place_of_the_first() -> None:
    accepted = make_lead(standing=standing(State.ACCEPTED, follow_up_due_at=NOW))
    made = AttemptMade(operation_id="a", by="rita", by_name="R", at=NOW, result="no answer", next_on=date(2026, 12, 1))
    assert (row_of(accepted).due, row_of(accepted).next_on) == (NOW.timestamp(), None)
    tried = row_of(replace(accepted, attempts=(made,)))
    assert (tried.due, tried.next_on) == (None, date(2026, 12, 1).toordinal())
    # What was agreed before the lead went back to the beginning holds no longer.
    again = row_of(replace(make_lead(), attempts=(made,)))
    assert (again.due, again.next_on) == (row_of(make_lead()).due, None)
