"""The agreement's file, its criteria, and what its reasons ask for."""

import pytest
from msgspec.structs import replace

from api import agreement as agreements
from api.model.agreement import Criterion, Moment, Term, Test
from api.model.lead import Contact, Score, Touch
from api.rules.answers import check
from api.rules.criteria import judge, meets
from tests.factories import NOW, make_agreement, make_lead

TEXT = agreements.default_text()
TODAY = NOW.date()


def test_the_default_has_the_19_reasons_each_with_its_own_key_and_sentence() -> None:
    reasons = make_agreement().reasons
    assert len(reasons) == 19
    assert len({reason.key for reason in reasons}) == 19
    assert all(reason.sentence.endswith(".") for reason in reasons)
    assert {term.code for term in make_agreement().terms} == {"contact", "mql", "sal", "sql", "opportunity"}


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('time_zone = "Europe/Berlin"', 'time_zone = "Mars/Crater"', "time_zone"),
        ('opens = "09:00:00"', 'opens = "19:00:00"', "hours.opens"),
        ('name = "Default agreement"', "name = ", "line 5"),
        ('key = "u"', 'key = "n"', "key “n”"),
        ('code = "unreachable"', 'code = "not_target"', "not_target"),
        ('moment = "reject"', 'moment = "never"', "never"),
        ("decide_within = 240 ", 'decide_within = "soon" ', "decide_within"),
        ("decide_within = 240 ", "decide_within = 0 ", "decide_within"),
        ('field = "company"', 'field = "shoe size"', "shoe size"),
        ("acceptance_target", "acceptance_tarket", "acceptance_tarket"),
        ('handoff_term = "mql"', 'handoff_term = "mqx"', "mqx"),
        ("days = [1, 2, 3, 4, 5]", "days = [0]", "hours.days"),
        ('options = ["size", "industry", "country", "use case"], ', "", "options"),
        ('word = "suppress", ', "", "word"),
    ],
)
def test_a_broken_file_is_refused_with_the_place_named(old: str, new: str, said: str) -> None:
    assert old in TEXT
    with pytest.raises(agreements.AgreementError) as caught:
        agreements.load(TEXT.replace(old, new, 1), where="ours.toml")
    assert caught.value.sentence.startswith("ours.toml: ")
    assert said in caught.value.sentence


@pytest.mark.parametrize(
    ("test", "field", "value", "values", "met"),
    [
        (Test.PRESENT, "company", None, (), True),
        (Test.PRESENT, "website", None, (), False),
        (Test.AT_LEAST, "employees", 40, (), True),
        (Test.AT_LEAST, "employees", 41, (), False),
        (Test.AT_MOST, "fit", 70, (), True),
        (Test.AT_MOST, "fit", 69, (), False),
        (Test.ONE_OF, "company_country", None, ("de", "AT"), True),
        (Test.ONE_OF, "industry", None, ("Steel",), False),
        (Test.ONE_OF, "website", None, ("x",), None),
        (Test.NONE_OF, "title", None, ("Student",), True),
        (Test.NONE_OF, "title", None, ("head of operations",), False),
        (Test.BUSINESS_EMAIL, "email", None, (), True),
        (Test.TOUCHED, "touches", None, ("form",), None),
    ],
)
def test_criteria(test: Test, field: str, value: int | None, values: tuple[str, ...], met: bool | None) -> None:
    criterion = Criterion(label="x", field=field, test=test, value=value, values=values)
    [verdict] = judge(make_lead(), Term(code="t", label="T", sentence="S.", criteria=(criterion,)))
    assert verdict.met is met
    assert verdict.evidence


@pytest.mark.parametrize(
    ("email", "met"), [("ana@gmail.com", False), ("ana at home", False), ("", None), ("ana@firm.example", True)]
)
def test_free_mail_is_no_business_address(email: str, met: bool | None) -> None:
    criterion = Criterion(label="x", field="email", test=Test.BUSINESS_EMAIL)
    lead = make_lead(contact=Contact(email=email))
    assert judge(lead, Term(code="t", label="T", sentence="S.", criteria=(criterion,)))[0].met is met


def test_a_definition_is_met_failed_or_open() -> None:
    term = make_agreement().term("mql")
    assert term is not None
    touch = Touch(id="t", at=NOW, kind="form", title="Demo form")
    good = make_lead(touches=(touch,))
    assert meets(judge(good, term)) is True
    assert judge(good, term)[-1].evidence == "Demo form, 2026-11-18"
    assert meets(judge(replace(good, touches=()), term)) is None
    assert meets(judge(replace(good, fit=Score(10)), term)) is False


def test_reasons_for_before_contact_exist_and_for_after() -> None:
    moments = {reason.moment for reason in make_agreement().reasons}
    assert moments == set(Moment)


@pytest.mark.parametrize(
    ("code", "answers", "field"),
    [
        ("low_intent", {"did": "read", "recycle_on": "2026-11-18"}, "recycle_on"),
        ("low_intent", {"did": "read", "recycle_on": "2020-01-01"}, "recycle_on"),
        ("low_intent", {"did": "read", "recycle_on": "20270101"}, "recycle_on"),
        ("low_intent", {"did": "read", "recycle_on": "2026-11-19"}, ""),
        (
            "do_not_contact",
            {"channels": "all", "asked_on": "2026-11-19", "how": "by phone", "confirm": "suppress"},
            "asked_on",
        ),
        ("no_show", {"meeting_on": "2026-12-01", "recycle_on": "2027-01-01"}, "meeting_on"),
    ],
)
def test_dates_lie_on_the_right_side_of_today(code: str, answers: dict[str, str], field: str) -> None:
    reason = make_agreement().reason(code)
    assert reason is not None
    problem = check(reason, answers, make_lead(), TODAY)
    assert (problem.field if problem else "") == field
