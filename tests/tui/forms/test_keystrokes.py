"""What a decision costs: accepting one key, a refusal two, three where something is asked; typed words not counted."""

from datetime import timedelta
from typing import Any

import msgspec
import pytest
from msgspec.structs import replace

from api.model.lead import AttemptMade, Company, Contact, Lead, State, Touch
from api.model.operation import Disqualify, Reject
from api.model.people import Owner
from tests.factories import NOW, REP, make_agreement
from tests.tui.conftest import Run, World, named_lead

WORD = "suppress"


class Typed(str):
    """Words typed into a field; a person types what they have to say, and that is not counted."""


class Case(msgspec.Struct, frozen=True):
    """A lead as real ones are, and the keys that refuse it for a reason."""

    keys: tuple[str, ...]
    answers: dict[str, str]
    lead: dict[str, Any] = {}
    worked: bool = False


def tries(*results: str) -> tuple[AttemptMade, ...]:
    """Return attempts, one a day, the last one yesterday."""
    return tuple(
        AttemptMade(
            operation_id=f"try{at}",
            by=REP.id,
            by_name=REP.name,
            at=NOW - timedelta(days=len(results) - at),
            result=result,
        )
        for at, result in enumerate(results)
    )


SMALL = Company(name="Corner Bakery", employees=6, industry="Bakeries", country="DE")
IN_60, IN_90, IN_180, IN_30 = "2027-01-17", "2027-02-16", "2027-05-17", "2026-12-18"

CASES = {
    "not_target": Case(("r", "n", "enter"), {"dimension": "size", "value": "6"}, {"company": SMALL}),
    "bad_data": Case(
        ("r", "b", "enter"), {"field": "email"}, {"contact": Contact(name="Una Reachable", email="una@@bakery.example")}
    ),
    "duplicate": Case(
        ("r", "d", "enter"),
        {"other": "twin"},
        {"contact": Contact(name="Tess Twin", email="tess@twin.example", phone="+49 30 5550110")},
    ),
    "wrong_owner": Case(("r", "w", "2"), {"to": "person:max"}),
    "already_ours": Case(
        ("r", "a", "enter"),
        {"account": "Loyal Bakery, customer: Lou Loyal"},
        {"company": Company(name="Loyal Bakery", employees=90)},
    ),
    "wrong_person": Case(("r", "p", "enter"), {"role": "Owner"}),
    "not_a_buyer": Case(
        ("r", "v", "enter"), {"kind": "student"}, {"contact": Contact(name="Stu Dent", title="Werkstudent Marketing")}
    ),
    "low_intent": Case(("r", "i", "enter"), {"did": "form", "recycle_on": IN_60}),
    "competitor": Case(("r", "c", "enter"), {"name": "Example Bakery"}),
    "spam_test": Case(("r", "s"), {}),
    "do_not_contact": Case(
        ("r", "x", Typed(WORD), "enter"),
        {"channels": "all", "asked_on": "2026-11-18", "how": "Unsubscribed, 2026-11-18", "confirm": WORD},
        {"touches": (Touch(id="u", at=NOW - timedelta(hours=1), kind="reply", title="Unsubscribed"),)},
    ),
    "other": Case(("r", "o", Typed("They sell to us already"), "enter"), {"text": "They sell to us already"}),
    "unreachable": Case(
        ("d", "u", "enter"),
        {"attempts": "5", "recycle_on": IN_90},
        {"attempts": tries(*["no answer"] * 5)},
        worked=True,
    ),
    "timing": Case(("d", "t", "enter"), {"recycle_on": IN_60}, worked=True),
    "no_need": Case(("d", "e", "enter"), {}, worked=True),
    "no_fit": Case(("d", "f", Typed("no night shifts"), "enter"), {"missing": "no night shifts"}, worked=True),
    "no_show": Case(
        ("d", "h", "enter"),
        {"meeting_on": "2026-11-17", "recycle_on": IN_30},
        {"attempts": tries("no answer", "meeting booked")},
        worked=True,
    ),
    "no_budget": Case(("d", "m", "enter"), {"recycle_on": IN_90}, worked=True),
    "locked_in": Case(
        ("d", "l", Typed("Rosterly"), "enter"), {"product": "Rosterly", "recycle_on": IN_180}, worked=True
    ),
}


def lead_of(number: int, case: Case) -> Lead:
    """Return the lead of a case, handed a week ago, due before all others."""
    lead = named_lead(number, **case.lead, handed_at=NOW - timedelta(days=7))
    if not case.worked:
        return lead
    standing = replace(lead.standing, state=State.ACCEPTED, owner=Owner("person", REP.id))
    return replace(lead, standing=standing)


@pytest.fixture
def leads(world: World) -> dict[str, Lead]:
    """One lead for each reason, beside those that they double or belong to."""
    phones = {"bad_data", "duplicate", "do_not_contact"}
    made = {}
    for number, (code, case) in enumerate(CASES.items(), 20):
        lead = lead_of(number, case)
        if code not in phones:
            lead = replace(lead, contact=replace(lead.contact, phone=f"+49 30 77{number:05}"))
        made[code] = lead
    twin = named_lead(90, id="twin", contact=Contact(name="T. Twin", email="tess@twin.example"))
    customer = named_lead(91, company=made["already_ours"].company, contact=Contact(name="Lou Loyal"))
    won = replace(customer, standing=replace(customer.standing, state=State.WON))
    world.leads(*made.values(), twin, won)
    return made


def test_every_agreed_reason_is_counted_and_none_takes_more_than_three_keys() -> None:
    assert set(CASES) == {reason.code for reason in make_agreement().reasons if reason.active}
    for case in CASES.values():
        assert len([key for key in case.keys if not isinstance(key, Typed)]) <= 3


@pytest.mark.parametrize("worked", [False, True])
async def test_a_refusal_takes_two_keys_or_three(run: Run, world: World, leads: dict[str, Lead], worked: bool) -> None:
    async with run() as screen:
        for code, case in CASES.items():
            if case.worked is not worked:
                continue
            lead = leads[code]
            await screen.triage.go_to(lead.id)
            await screen.settle()
            assert screen.under_cursor() == lead.title
            for key in case.keys:
                if isinstance(key, Typed):
                    await screen.pilot.press(*("space" if one == " " else one for one in key))
                else:
                    await screen.pilot.press(key)
            await screen.settle()
            assert screen.app.screen is screen.triage, code
            (operation,) = world.written(lead.id)
            kind = Disqualify if worked else Reject
            assert operation.verb == kind(reason=code, answers=case.answers)


async def test_accepting_takes_one_key(run: Run, world: World) -> None:
    async with run(keys=["a"]):
        assert world.verbs("L001") == ["accept"]


async def test_the_key_of_a_choice_that_alone_is_lacking_sends_and_says_so(run: Run, world: World) -> None:
    async with run(keys=["r", "n"]) as screen:
        assert "1–4 answers, rejects" in screen.text("#dialog-keys")
        await screen.press("right", "right")
        assert world.written() == [], "arrows only move"
        await screen.press("4")
        (operation,) = world.written("L001")
        assert operation.verb == Reject(
            reason="not_target", answers={"dimension": "use case", "value": "Can it print the roster?"}
        )


async def test_the_key_of_a_choice_beside_others_only_answers(run: Run, world: World) -> None:
    async with run(keys=["r", "x", "shift+tab", "shift+tab"]) as screen:
        assert "answers" not in screen.text("#dialog-keys")
        await screen.press("1")
        assert world.written() == []
