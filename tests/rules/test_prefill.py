"""Answers start with what the data knows: so that a refusal needs a look and a key, and never says what is not so."""

from datetime import date, timedelta
from typing import Any

import pytest
from msgspec.structs import replace

from api.model.agreement import Prefill, Reason
from api.model.lead import AttemptMade, Company, Contact, Decided, Lead, Touch
from api.rules.attempts import attempts_words, flagged, tried
from api.rules.identity import likely_duplicates
from api.rules.prefill import Elsewhere, prefill
from api.rules.queue import hay_of, row_of
from tests.factories import NOW, REP, make_agreement, make_lead

TODAY = date(2026, 11, 18)
AGREEMENT = make_agreement()
MQL = AGREEMENT.term("mql")


def reason_of(code: str) -> Reason:
    found = AGREEMENT.reason(code)
    assert found is not None
    return found


def first(code: str, key: str, lead: Lead | None = None, **known: Any) -> str:
    lead = lead or make_lead(touches=(Touch(id="t", at=NOW, kind="form", title="Demo form"),))
    return prefill(reason_of(code), lead, TODAY, term=MQL, **known)[key]


@pytest.mark.parametrize(
    ("code", "key", "value"),
    [
        ("low_intent", "recycle_on", "2027-01-17"),
        ("low_intent", "did", "Demo form"),
        ("competitor", "name", "Example Bakery"),
        ("wrong_person", "role", "Head of Operations"),
        ("duplicate", "other", "L9"),
        ("already_ours", "account", "Example Bakery"),
        ("wrong_owner", "to", "team:south"),
        ("unreachable", "attempts", "0"),
        ("do_not_contact", "asked_on", "2026-11-18"),
        ("do_not_contact", "channels", "all"),
        ("do_not_contact", "how", ""),
        ("not_target", "dimension", ""),
        ("not_target", "value", ""),
    ],
)
def test_answers_start_with_what_is_known(code: str, key: str, value: str) -> None:
    assert first(code, key, elsewhere=Elsewhere(duplicate="L9", owner="team:south")) == value


def test_nothing_known_prefills_nothing() -> None:
    bare = make_lead(contact=Contact(), company=Company(), touches=())
    said = {Prefill.RECYCLE_DATE, Prefill.TODAY, Prefill.ALL, Prefill.ATTEMPTS, Prefill.FIELD}
    for reason in AGREEMENT.reasons:
        values = prefill(reason, bare, TODAY, term=MQL)
        assert [ask.key for ask in reason.asks if values[ask.key] and ask.prefill not in said] == []


@pytest.mark.parametrize(("employees", "dimension", "value"), [(12, "size", "12"), (40, "", ""), (None, "", "")])
def test_the_dimension_is_that_of_the_criterion_that_is_not_met(
    employees: int | None, dimension: str, value: str
) -> None:
    lead = make_lead(company=Company(name="Tiny", employees=employees))
    assert first("not_target", "dimension", lead) == dimension
    assert first("not_target", "value", lead) == value


def test_a_dimension_picked_by_hand_brings_its_own_value() -> None:
    lead = make_lead(company=Company(name="Tiny", employees=3, country="BR"))
    assert first("not_target", "value", lead, answers={"dimension": "country"}) == "BR"


@pytest.mark.parametrize(
    ("contact", "field"),
    [
        (Contact(name="A", email="", phone="+49 30 5550100"), "email"),
        (Contact(name="A", email="a@@b.example", phone="+49 30 5550100"), "email"),
        (Contact(name="A", email="a@gmail.com", phone="+49 30 5550100"), "email"),
        (Contact(name="A", email="a@b.example", phone=""), "phone"),
        (Contact(name="A", email="a@b.example", phone="000000"), "phone"),
        (Contact(name="", email="a@b.example", phone="+49 30 5550100"), "name"),
        (Contact(name="A", email="a@b.example", phone="+49 30 5550100"), ""),
    ],
)
def test_the_doubtful_field_is_what_is_missing_or_looks_wrong(contact: Contact, field: str) -> None:
    assert first("bad_data", "field", make_lead(contact=contact)) == field


def test_what_proved_wrong_is_doubtful_however_it_looks() -> None:
    fine = make_lead(contact=Contact(name="A", email="a@b.example", phone="+49 30 5550100"))
    assert first("bad_data", "field", replace(fine, touches=(Touch(id="t", at=NOW, kind="bounce"),))) == "email"
    assert first("bad_data", "field", replace(fine, attempts=(made("bounced"),))) == "email"
    assert first("bad_data", "field", replace(fine, attempts=(made("wrong number"),))) == "phone"


@pytest.mark.parametrize(
    ("title", "kind"),
    [
        ("Student", "student"),
        ("Werkstudentin Marketing", "student"),
        ("Marketing Intern", "student"),
        ("Head of Internal Audit", ""),
        ("International Sales Director", ""),
        ("Seeking new opportunities", "job seeker"),
        ("arbeitssuchend", "job seeker"),
        ("Journalistin, Freie Presse", "press"),
        ("Redakteur", "press"),
        ("Vertriebspartner DACH", "partner"),
        ("Channel Partner Manager", "partner"),
        ("Account Executive", "vendor"),
        ("Head of Operations", ""),
        ("", ""),
    ],
)
def test_who_is_no_buyer_is_told_by_the_title(title: str, kind: str) -> None:
    assert first("not_a_buyer", "kind", make_lead(contact=Contact(name="A", title=title))) == kind


def made(result: str, days: int = 1, **more: Any) -> AttemptMade:
    return AttemptMade(
        operation_id="t", by=REP.id, by_name=REP.name, at=NOW - timedelta(days=days), result=result, **more
    )


def test_how_they_asked_not_to_be_contacted_is_taken_from_what_is_logged() -> None:
    lead = make_lead(attempts=(made("reached", note="do not contact her again"), made("no answer", 0)))
    assert first("do_not_contact", "how", lead) == "do not contact her again, 2026-11-17"


def test_the_meeting_is_the_one_that_was_agreed_unless_that_is_still_to_come() -> None:
    booked = make_lead(attempts=(made("meeting booked", 5, next_on=TODAY - timedelta(days=2)),))
    assert first("no_show", "meeting_on", booked) == "2026-11-16"
    ahead = make_lead(attempts=(made("meeting booked", 5, next_on=TODAY + timedelta(days=2)),))
    assert first("no_show", "meeting_on", ahead) == "2026-11-13"


def test_attempts_of_an_earlier_pass_do_not_count_for_this_one() -> None:
    lead = make_lead(attempts=(made("no answer", 30), made("voicemail", 1)), handed_at=NOW - timedelta(days=2))
    assert tried(lead) == 1
    assert attempts_words(lead, 5) == "1 of 5 agreed attempts are logged"


def test_unreachable_too_soon_stays_flagged_whatever_is_logged_later() -> None:
    lead = make_lead(attempts=(made("no answer", 2), made("voicemail", 1)), handed_at=NOW - timedelta(days=3))
    entry = Decided(
        operation_id="o", verb="disqualify", by=REP.id, by_name=REP.name, at=NOW, agreement=1, decision_revision=2,
        before=lead.standing, reason="unreachable", answers={"attempts": "5"},
    )  # fmt: skip
    assert flagged(entry, lead, AGREEMENT) == "flagged: 2 of 5 agreed attempts were logged"
    later = replace(lead, attempts=(*lead.attempts, *(made("no answer", -1) for _ in range(5))))
    assert flagged(entry, later, AGREEMENT) == flagged(entry, lead, AGREEMENT)
    assert flagged(replace(entry, reason="timing"), lead, AGREEMENT) == ""


def test_likely_records_say_why_and_a_shared_switchboard_is_not_enough() -> None:
    lead = make_lead("L1", contact=Contact(name="Ana Müller", email="ana@a.example", phone="+49 (30) 555-0100 12"))
    others = [
        make_lead("both", contact=Contact(name="Ana Müller", email="ANA@a.example", phone="030 555 0100 12")),
        make_lead("phone", contact=Contact(name="A. Müller", phone="+49305550100 12")),
        make_lead("colleague", contact=Contact(name="Bo Weber", phone="+49 30 5550100-12")),
        make_lead("name", contact=Contact(name="ana müller")),
        make_lead("longer", contact=Contact(name="Juana", email="juana@a.example")),
    ]
    alike = [(row_of(one), hay_of(one)) for one in [lead, *others]]
    found = {one.id: (", ".join(one.why), one.strong) for one in likely_duplicates(lead, alike)}
    assert found == {
        "both": ("same e-mail, same phone, same name and company", True),
        "phone": ("same phone", True),
        "name": ("same name and company", True),
        "colleague": ("same phone", False),
    }
    assert list(found) == ["both", "phone", "name", "colleague"]
