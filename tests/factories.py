"""Builders of records for tests: everything has a sensible value, each test names only what it is about."""

from datetime import UTC, datetime
from typing import Any

from msgspec.structs import replace

from api import agreement as agreements
from api.model.agreement import Agreement
from api.model.lead import Company, Contact, Lead, Score, Standing
from api.model.operation import LeadVerb, Operation, Seen, Target
from api.model.people import Owner, Person, Role

NOW = datetime(2026, 11, 18, 10, 0, tzinfo=UTC)
"""A Wednesday, 11:00 in Berlin: well inside business hours."""

REP = Person(id="rita", name="Rita Rep", role=Role.REP, team="north")
OTHER_REP = Person(id="otto", name="Otto Other", role=Role.REP, team="north")
MARKETER = Person(id="mia", name="Mia Marketer", role=Role.MARKETER)
MANAGER = Person(id="max", name="Max Manager", role=Role.MANAGER)
PEOPLE = {person.id: person for person in (REP, OTHER_REP, MARKETER, MANAGER)}


def make_person(role: Role = Role.REP, **changes: Any) -> Person:
    """Return a person of that role."""
    base = next(person for person in PEOPLE.values() if person.role is role)
    return replace(base, **changes)


def make_agreement(version: int = 1, **changes: Any) -> Agreement:
    """Return the default agreement as the hub would give it out."""
    return replace(agreements.default(), version=version, **changes)


def make_lead(id: str = "L1", **changes: Any) -> Lead:
    """Return an undecided lead of team north, handed an hour before `NOW`."""
    handed = datetime(2026, 11, 18, 9, 0, tzinfo=UTC)
    lead = Lead(
        id=id,
        source="form",
        source_id=f"src-{id}",
        created_at=handed,
        handed_at=handed,
        standing=Standing(owner=Owner("team", "north"), due_at=datetime(2026, 11, 18, 13, 0, tzinfo=UTC)),
        contact=Contact(name=f"Ana Example {id}", title="Head of Operations", email=f"{id.lower()}@ana.example.com"),
        company=Company(name="Example Bakery", employees=40, industry="Food", country="DE"),
        campaign_id="c1",
        origin="webinar",
        fit=Score(70),
        engagement=Score(55),
    )
    return replace(lead, **changes)


_counter = iter(range(1, 1_000_000))


def make_operation(
    verb: LeadVerb, lead: Lead | None = None, *, actor: Person = REP, at: datetime = NOW, **changes: Any
) -> Operation:
    """Return an operation of `actor` on `lead` as it stands."""
    lead = lead or make_lead()
    operation = Operation(
        id=f"op-{next(_counter)}",
        target=Target("lead", lead.id),
        verb=verb,
        seen=Seen(lead.decision_revision),
        actor=actor.id,
        at=at,
        agreement=1,
    )
    return replace(operation, **changes)
