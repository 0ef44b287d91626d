"""Outcomes from the CRM that the deals were made in: facts about a lead, whatever was decided about it before."""

from collections.abc import Sequence

from msgspec.structs import replace

from api.hub.data.book import Book
from api.hub.intake.checks import ID_LIMIT, UnfitItem, each, lead_id, moment, money, person
from api.model.ingest import Ingested, OutcomeIn, Status
from api.model.lead import Decided, Lead, State
from api.model.people import Person
from api.model.text import clean_line

_CHAIN = 10


def take_outcomes(book: Book, items: Sequence[OutcomeIn], actor: Person) -> list[Ingested]:
    """Record how known leads ended; an undecided one passes through accepted."""
    return each(items, lambda item: _take(book, item, actor))


def _take(book: Book, item: OutcomeIn, actor: Person) -> tuple[Status, str, str]:
    lead = _standing_for(book, lead_id(item.source, item.source_id), item)
    # The same outcome again is the same entry, even if somebody has taken it back since.
    mark = f"outcome.{lead.id}.{lead.number}.{item.result}"
    if lead.state.value == item.result or any(entry.operation_id == mark for entry in lead.trail):
        return Status.UNCHANGED, lead.id, ""
    if lead.state is State.SUPPRESSED:
        raise UnfitItem("source_id", "This person asked not to be contacted; no outcome is recorded any more.")
    at = moment("at", item.at, book.write.at)
    amount = money("amount", item.amount)
    by, by_name = _author(book, item.by, actor)
    answers = {"result": item.result} | ({} if amount is None else {"amount": f"{amount:g}"})
    entry = Decided(
        operation_id=mark,
        verb="outcome",
        by=by,
        by_name=by_name,
        at=at,
        agreement=book.agreement().version,
        decision_revision=lead.decision_revision,
        before=lead.standing,
        answers=answers,
    )
    if lead.state is State.NEW:
        accepted = replace(entry, operation_id=f"{mark}.accept", verb="accept", answers={})
        lead = _entered(lead, State.ACCEPTED, accepted)
    book.save(_entered(lead, State(item.result), entry))
    odd = (
        f"It was {item.result} on {at:%Y-%m-%d}, before it was handed over on {lead.handed_at:%Y-%m-%d}; kept as it is."
    )
    return Status.UPDATED, lead.id, odd if at < lead.handed_at else ""


def _standing_for(book: Book, identifier: str, item: OutcomeIn) -> Lead:
    lead = book.lead(identifier)
    for _ in range(_CHAIN):
        if lead is None or lead.state is not State.MERGED:
            break
        lead = book.lead(lead.standing.merged_into)
    if lead is None:
        raise UnfitItem("source_id", f"There is no lead “{clean_line(item.source_id)}” of this source: post it first.")
    if lead.state is State.MERGED:
        raise UnfitItem("source_id", "This lead was merged into one that was merged in turn, too often to follow.")
    return lead


def _author(book: Book, text: str, actor: Person) -> tuple[str, str]:
    name = clean_line(text, ID_LIMIT)
    if not name:
        return actor.id, actor.name
    known = person(book, name)
    return (known.id, known.name) if known else (name, name)


def _entered(lead: Lead, state: State, entry: Decided) -> Lead:
    revision = lead.decision_revision + 1
    return replace(
        lead,
        standing=replace(lead.standing, state=state, claimed_by="", recycle_on=None),
        trail=(*lead.trail, replace(entry, decision_revision=revision, before=lead.standing)),
        snooze=None,
        revision=lead.revision + 1,
        decision_revision=revision,
    )
