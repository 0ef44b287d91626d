"""What waits, for whom, in which order, and how it is found."""

from datetime import timedelta

import pytest
from msgspec.structs import replace

from api.model.lead import Company, Contact, Score, Snooze, Standing, State
from api.model.people import Owner
from api.rules.identity import company_needles, duplicate_needles, likely_duplicates, suppression_keys
from api.rules.queue import Filter, concerns, hay_of, order_key, row_of, waiting
from tests.factories import MANAGER, MARKETER, NOW, REP, make_lead


def test_due_first_then_longest_waiting_then_better_score() -> None:
    base = make_lead().standing
    soon = make_lead("soon", standing=replace(base, due_at=NOW))
    late = make_lead("late", standing=replace(base, due_at=NOW + timedelta(hours=1)))
    older = make_lead("older", standing=late.standing, handed_at=NOW - timedelta(days=9))
    better = make_lead("better", standing=late.standing, fit=Score(99))
    undated = make_lead("undated", standing=replace(base, due_at=None))
    rows = [row_of(lead) for lead in (undated, late, better, older, soon)]
    assert [row.id for row in sorted(rows, key=order_key)] == ["soon", "older", "better", "late", "undated"]


def test_a_row_keeps_the_scores_apart_and_orders_by_both() -> None:
    row = row_of(make_lead(fit=Score(60), engagement=None))
    assert (row.fit, row.engagement, row.score) == (60, None, 60)
    assert row_of(make_lead(fit=Score(60), engagement=Score(30))).score == 90


@pytest.mark.parametrize("state", [state for state in State if state is not State.NEW])
def test_only_the_undecided_wait(state: State) -> None:
    assert waiting(row_of(make_lead()), NOW.timestamp())
    assert not waiting(row_of(make_lead(standing=Standing(state=state))), NOW.timestamp())


def test_the_snoozed_wait_again_when_their_time_has_come() -> None:
    row = row_of(make_lead(snooze=Snooze(operation_id="x", until=NOW)))
    assert not waiting(row, NOW.timestamp() - 1)
    assert waiting(row, NOW.timestamp())
    assert not waiting(row_of(make_lead(snooze=Snooze(operation_id="x", or_activity=True))), NOW.timestamp())


def test_a_rep_sees_their_own_their_teams_and_nobodys() -> None:
    def seen(owner: Owner | None) -> bool:
        return concerns(row_of(make_lead(standing=Standing(owner=owner))), REP)

    assert seen(None)
    assert seen(Owner("person", REP.id))
    assert seen(Owner("team", REP.team))
    assert not seen(Owner("person", "otto"))
    assert not seen(Owner("team", "south"))
    other = row_of(make_lead(standing=Standing(owner=Owner("team", "south"))))
    assert concerns(other, MANAGER)
    assert concerns(other, MARKETER)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("", True),
        ("ana", True),
        ("ANA bakery", True),
        ('"example bakery"', True),
        ('"bakery example"', False),
        ("ana nobody", False),
        ("webinar bakery", True),
        ("c1", False),
        ("+15550100123", True),
        ('"+1 (555) 010-0123"', True),
        ("5550100", True),
        ("15559", False),
        ('"unclosed', False),
        ("[/b] (", False),
    ],
)
def test_finding(text: str, found: bool) -> None:
    lead = make_lead()
    lead = replace(lead, contact=replace(lead.contact, phone="+1 (555) 010 0123"))
    assert Filter.parse(text).matches(hay_of(lead)) is found


def test_a_lead_without_a_name_is_called_by_what_there_is() -> None:
    bare = make_lead(source="olist", source_id="dac32acd4db4c29c", contact=Contact(), company=Company())
    assert row_of(bare).title == "olist dac32acd"
    assert row_of(replace(bare, contact=Contact(email="a@b.example"))).title == "a@b.example"


def test_the_likeliest_duplicate_comes_first() -> None:
    lead = make_lead("L1", contact=Contact(name="Ana Example", email="ana@example.com", phone="+1 555 0101"))
    same_mail = make_lead("L2", contact=Contact(name="A. Example", email="ana@example.com"))
    same_name = make_lead("L3", contact=Contact(name="Ana Example"), company=Company(name="Other"))
    stranger = make_lead("L4", contact=Contact(name="Bo Example"))
    rows = [(row_of(one), hay_of(one)) for one in (lead, stranger, same_name, same_mail)]
    assert [(one.id, one.why, one.strong) for one in likely_duplicates(lead, rows)] == [
        ("L2", ("same e-mail",), True),
        ("L3", ("same name",), False),
    ]
    alike = [(row, hay) for row, hay in rows if any(needle in hay for needle in duplicate_needles(lead))]
    assert [row.id for row, _ in alike] == ["L1", "L3", "L2"]
    assert [one.id for one in likely_duplicates(lead, alike)] == ["L2", "L3"]


def test_short_names_are_not_looked_for_in_longer_ones() -> None:
    lead = make_lead("L1", contact=Contact(name="Li", phone="+49 30 1234567"), company=Company(name="Ba"))
    longer = hay_of(make_lead("L2", contact=Contact(name="Olivia Lind"), company=Company(name="Bakery")))
    spaced = hay_of(make_lead("L3", contact=Contact(name="L.", phone="(030) 123 45 67"), company=Company(name="BA")))
    assert not any(needle in longer for needle in (*duplicate_needles(lead), *company_needles(lead)))
    assert [any(needle in spaced for needle in needles(lead)) for needles in (duplicate_needles, company_needles)] == [
        True,
        True,
    ]


def test_suppression_finds_the_person_however_they_are_written() -> None:
    one = make_lead(contact=Contact(email=" Ana@Example.com ", phone="+1 (555) 010-0123"))
    two = make_lead(contact=Contact(email="ana@example.COM", phone="001 555 0100123"))
    assert suppression_keys(one) == suppression_keys(two) == ("email:ana@example.com", "phone:15550100123")
    assert suppression_keys(make_lead(contact=Contact(phone="110"))) == ()
