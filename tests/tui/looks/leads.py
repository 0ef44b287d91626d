"""Leads that have nothing to do with each other, and some in the states from which the rarer verbs are possible."""

from datetime import timedelta
from typing import Any

from msgspec.structs import replace

from api.model.lead import Company, Contact, Lead, Snooze, State
from api.model.people import Owner
from tests.factories import NOW, REP
from tests.tui.conftest import NAMES, World, decided, named_lead

COMPANIES = ("Example Bakery", "Sample Mill", "Specimen Brewery", "Placeholder Inns", "Mockup Foods", "Instance & Sons")


def own_lead(number: int, **changes: Any) -> Lead:
    """Return lead number `number`, from 1, of a company of its own.

    Who else is on a lead is looked up a moment after it is shown; no picture may depend on which comes first.
    """
    name, firm = NAMES[(number - 1) % len(NAMES)], COMPANIES[(number - 1) % len(COMPANIES)]
    contact = Contact(name=name, title="Owner", email=f"lead{number}@{number}.example", phone=f"+1 555 010{number}")
    company = Company(name=firm, employees=30 + 7 * number, industry="Bakeries", country="DE")
    return named_lead(number, **{"contact": contact, "company": company, **changes})


def of_mine(world: World) -> None:
    """Let the person have accepted a lead, and owe it an attempt; let another one be asleep."""
    lead = own_lead(5)
    lead = replace(lead, standing=replace(lead.standing, owner=Owner("person", REP.id), follow_up_due_at=NOW))
    world.leads(decided(lead, State.ACCEPTED, REP), own_lead(6, snooze=asleep()))


def asleep() -> Snooze:
    """Return a snooze until a date, or until they do something."""
    return Snooze(operation_id="s1", at=NOW, until=NOW + timedelta(days=5), or_activity=True)
