"""Filling an empty hub with a sample."""

from collections.abc import Iterable, Iterator, Sequence

from api.errors import HandoffError
from api.hub.service import Hub
from api.model.ingest import Ingested, Status
from api.model.operation import Operation
from api.model.people import Person
from api.sample.generate import Sample, operations

_STEP = 100
"""Operations handed in together."""


class NotSeeded(HandoffError):
    """The hub could not be filled; its database is not one to show."""


def seed(hub: Hub, sample: Sample) -> dict[str, str]:
    """Put people, campaigns, leads and decisions into an empty hub; return each person's token by their id.

    Raises:
        NotSeeded: the database holds people already, or the hub would not take something.
    """
    if hub.people():
        raise NotSeeded("The database is not empty: sample data goes into a new one only.")
    tokens = {
        person.id: hub.add_person(
            person.name, person.role, person_id=person.id, team=person.team, functions=person.functions
        )
        for person in sample.people
    }
    _taken(hub.ingest_campaigns(sample.campaigns))
    results = _taken(hub.ingest_leads(sample.leads))
    ids = {lead.source_id: result.id for lead, result in zip(sample.leads, results, strict=True)}
    acts = operations(sample, ids, hub.agreement().version)
    # All are handed in at once, so that the hub can store many with one flush.
    for future in [hub.submit_later(person, part) for person, part in _in_parts(acts)]:
        for receipt in future.result():
            if not receipt.result.took_effect:
                raise NotSeeded(
                    f"The hub did not take the sample's decision {receipt.operation_id}: {receipt.sentence}"
                )
    return tokens


def _in_parts(acts: Iterable[tuple[Person, Operation]]) -> Iterator[tuple[Person, list[Operation]]]:
    """Gather what each person did, such that what two people did with one lead stays in order."""
    hands: dict[str, list[str]] = {}
    parts: dict[tuple[int, str], tuple[Person, list[Operation]]] = {}
    for person, operation in acts:
        through = hands.setdefault(operation.target.id, [])
        if not through or through[-1] != person.id:
            through.append(person.id)
        parts.setdefault((len(through), person.id), (person, []))[1].append(operation)
    for _, (person, done) in sorted(parts.items(), key=lambda part: part[0]):
        for start in range(0, len(done), _STEP):
            yield person, done[start : start + _STEP]


def _taken(results: Sequence[Ingested]) -> Sequence[Ingested]:
    for result in results:
        if result.status is Status.REJECTED:
            raise NotSeeded(f"The hub did not take the sample: {result.field}: {result.sentence}")
    return results
