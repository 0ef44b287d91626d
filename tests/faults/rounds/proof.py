"""Whether everything that was shown as saved is at the hub exactly once, or is told to its author."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import msgspec
from sqlalchemy import select

from api.desk import Desk
from api.hub.data import tables
from api.hub.data.store import Store
from api.local.entries import Entry, Resolution
from api.local.profile import Profile
from api.model.lead import Lead
from api.model.operation import Operation, Receipt, Reopen, Result
from tests.faults.rounds.lives import Shown
from tests.faults.rounds.phases import Snapshot, copy_of, look
from tests.faults.rounds.world import PEOPLE, Seat, World


@dataclass(frozen=True)
class Loss:
    """One thing that must not happen, in words, with what is known of it."""

    sentence: str
    seat: str = ""
    operation: str = ""
    lead_id: str = ""
    round: int | None = None


@dataclass
class AtHub:
    """What the hub holds at the end, read from its database."""

    operations: dict[str, tuple[Operation, Receipt]] = field(default_factory=dict)
    leads: dict[str, Lead] = field(default_factory=dict)

    def marks(self, lead_id: str) -> Counter[str]:
        """Return how often each operation stands in the lead."""
        lead = self.leads[lead_id]
        trails = (lead.trail, *(earlier.trail for earlier in lead.passes))
        decided = [entry.operation_id for trail in trails for entry in trail]
        beside = [mark.operation_id for marks in (lead.voices, lead.remarks, lead.dissents) for mark in marks]
        return Counter(decided + beside)


def read_hub(db: str) -> AtHub:
    """Read what the hub holds; it must have been stopped."""
    held = AtHub()
    store = Store(f"sqlite:///{db}")
    try:
        with store.read() as connection:
            for row in connection.execute(select(tables.operations.c.body, tables.operations.c.receipt)):
                operation = msgspec.json.decode(row.body, type=Operation)
                held.operations[operation.id] = (operation, msgspec.json.decode(row.receipt, type=Receipt))
        held.leads = {lead.id: lead for lead in store.records("lead")}
    finally:
        store.close()
    return held


def unsaved(shown: Iterable[Shown], before: Snapshot, after: Snapshot) -> Iterator[Loss]:
    """Yield what was shown as saved in one round and is not in the outbox after it."""
    for id_ in before.entries.keys() - after.entries.keys():
        yield Loss("a decision that was in the outbox is in it no more", operation=id_)
    yield from _twice(before, after)
    wanted: Counter[tuple[str, str]] = Counter()
    for one in shown:
        wanted[one.verb, one.lead_id] += 1
        if one.verb == "resolve" and not one.operation:
            if _answers(before, one.lead_id) == _answers(after, one.lead_id):
                yield _loss("it was shown as settled and is not", one)
        elif one.withdrawn or (one.verb == "undo" and not one.operation):
            if not _taken_back(one, before, after):
                yield _loss("it was shown as taken back and is not", one)
        elif not _kept(one, before, after, wanted[one.verb, one.lead_id]):
            yield _loss("it was shown as saved and is not in the outbox", one)


def _twice(before: Snapshot, after: Snapshot) -> Iterator[Loss]:
    """Yield decisions that one command has recorded under two ids: it writes its note once for each lead."""
    new = [entry.operation for id_, entry in after.entries.items() if id_ not in before.entries]
    notes = Counter((made.target.id, note) for made in new if (note := getattr(made.verb, "note", "")))
    for (lead_id, note), count in notes.items():
        if count > 1:
            yield Loss(f"“{note}” was recorded {count} times", lead_id=lead_id)


def _kept(one: Shown, before: Snapshot, after: Snapshot, times: int) -> bool:
    """Say whether the outbox holds what was shown, in a window for the so-manieth time."""
    if one.operation:
        return one.operation in after.entries
    new = [entry.operation for id_, entry in after.entries.items() if id_ not in before.entries]
    if one.note:
        return any(getattr(operation.verb, "note", "") == one.note for operation in new)
    return sum((made.verb.kind, made.target.id) == (one.verb, one.lead_id) for made in new) >= times


def _answers(snapshot: Snapshot, lead_id: str) -> list[Resolution | None]:
    return [entry.resolution for entry in snapshot.entries.values() if entry.operation.target.id == lead_id]


def _taken_back(one: Shown, before: Snapshot, after: Snapshot) -> bool:
    for id_, entry in after.entries.items():
        if entry.operation.target.id != one.lead_id:
            continue
        known = before.entries.get(id_)
        if entry.withdrawn and (known is None or not known.withdrawn):
            return True
        if isinstance(entry.operation.verb, Reopen) and known is None and not one.withdrawn:
            return True
    return False


def _loss(sentence: str, one: Shown) -> Loss:
    return Loss(f"{sentence}: “{one.sentence}”", one.seat, one.operation, one.lead_id, one.round)


@dataclass
class Verdict:
    """What the end of a run came to."""

    losses: list[Loss] = field(default_factory=list)
    outcomes: Counter[str] = field(default_factory=Counter)
    """How many decisions of all came to which end."""


def judge(world: World) -> Verdict:
    """Compare what the profiles hold with what the hub holds; it must have been stopped, the programs too."""
    verdict = Verdict()
    hub = read_hub(world.hub.db)
    known: set[str] = set()
    for seat in world.seats:
        entries = look(seat.home).entries
        known |= {id_ for id_, entry in entries.items() if not entry.withdrawn}
        for entry in entries.values():
            verdict.outcomes[_end(entry)] += 1
            for sentence in _wrong(entry, entries, hub):
                operation = entry.operation
                verdict.losses.append(Loss(sentence, seat.name, operation.id, operation.target.id))
        verdict.losses += _at_the_desk(seat, entries, hub)
    for id_, (operation, _) in hub.operations.items():
        if id_ not in known:
            verdict.losses.append(Loss("the hub did what nobody has sent", operation.actor, id_, operation.target.id))
    return verdict


def _end(entry: Entry) -> str:
    if entry.withdrawn:
        return "taken back unsent"
    return entry.receipt.result.value if entry.receipt is not None else "pending"


def _wrong(entry: Entry, entries: Mapping[str, Entry], hub: AtHub) -> Iterator[str]:
    """Yield what is wrong with one decision."""
    operation = entry.operation
    done = hub.operations.get(operation.id)
    count = hub.marks(operation.target.id)[operation.id] if operation.target.id in hub.leads else 0
    if count > 1:
        yield f"it stands {count} times in the lead"
    if entry.withdrawn:
        if done is not None:
            yield "it was taken back as unsent, and the hub did it"
        return
    if entry.receipt is None:
        yield "it was never sent: the queue does not drain"
        return
    if not entry.receipt.result.took_effect:
        if done is not None and done[1].result in (Result.CONFLICT, Result.TAKEN) and count == 0:
            yield f"it came to {done[1].result}, and the lead at the hub shows nothing of it"
        return
    if done is None:
        yield "the outbox says that the hub has it, and the hub has it not"
    elif not done[1].result.took_effect:
        yield f"the outbox says {entry.receipt.result}, the hub says {done[1].result}"
    elif done[1].result in (Result.APPLIED, Result.AGREED) and count == 0 and not _reopened(operation, entries, hub):
        yield "the hub said that it did it, and the lead shows nothing of it"


def _reopened(operation: Operation, entries: Mapping[str, Entry], hub: AtHub) -> bool:
    """Say whether a second voice is gone because its author took it back, or this is the taking back of one."""
    if isinstance(operation.verb, Reopen):
        undone = hub.operations.get(operation.undoes)
        return undone is not None and undone[1].result is Result.AGREED
    return any(
        entry.operation.undoes == operation.id and entry.receipt is not None and entry.receipt.result.took_effect
        for entry in entries.values()
    )


def _at_the_desk(seat: Seat, entries: Mapping[str, Entry], hub: AtHub) -> Iterator[Loss]:
    """Yield what a person at this seat is shown wrongly, or not at all."""
    with copy_of(seat.home) as copy:
        desk = Desk.open(Profile(copy))
        listed = {one.operation.id for one in desk.unsettled()}
        seen = {lead_id: desk.lead(lead_id) for lead_id in desk.rows()}
        desk.close()
    for id_ in hub.leads.keys() | seen.keys():
        if seen.get(id_) != hub.leads.get(id_):
            yield Loss("the profile shows another lead than the hub has", seat.name, lead_id=id_)
    ordered = sorted(entries.values(), key=lambda entry: entry.sequence)
    for place, entry in enumerate(ordered):
        failed = entry.receipt is not None and not entry.receipt.result.took_effect
        answered = entry.operation.id in listed or entry.resolution is not None
        if failed and not answered and not _superseded(entry, ordered[place + 1 :], entries):
            sentence = f"it came to {_end(entry)}, and nobody is told"
            yield Loss(sentence, seat.name, entry.operation.id, entry.operation.target.id)


def _superseded(entry: Entry, later: Sequence[Entry], entries: Mapping[str, Entry]) -> bool:
    """Say whether a decision that failed matters no more: by a later one on its lead, or because it was an undo."""
    operation = entry.operation
    original = entries.get(operation.undoes)
    if original is not None and original.receipt is not None and not original.receipt.result.took_effect:
        return True
    return any(
        one.operation.target.id == operation.target.id
        and one.receipt is not None
        and (one.receipt.result.took_effect or one.operation.undoes == operation.id)
        for one in later
    )


def tell(loss: Loss, world: World) -> Iterator[str]:
    """Yield everything that is known about one loss."""
    where = f" (round {loss.round})" if loss.round is not None else ""
    yield f"LOSS{where}: {loss.seat}: {loss.sentence} [operation {loss.operation or '?'}, lead {loss.lead_id or '?'}]"
    for seat in world.seats:
        for entry in look(seat.home).entries.values():
            if loss.operation == entry.operation.id or (loss.lead_id and loss.lead_id == entry.operation.target.id):
                yield f"    {seat.name}, outbox: {msgspec.json.encode(entry).decode()}"
        for passage in seat.line.passages:
            if loss.operation in passage.ids:
                yield (
                    f"    {seat.name}, line: {passage.seen:.3f} {passage.method} {passage.path} {passage.fault}, "
                    f"status {passage.status}, answered {passage.answered:.3f}, delivered {passage.delivered:.3f}"
                )
    hub = read_hub(world.hub.db)
    for operation, receipt in hub.operations.values():
        if loss.lead_id == operation.target.id:
            yield f"    hub: {msgspec.json.encode(operation).decode()} came to {msgspec.json.encode(receipt).decode()}"
    if loss.lead_id in hub.leads:
        yield f"    hub: {msgspec.json.encode(hub.leads[loss.lead_id]).decode()}"


__all__ = ["PEOPLE", "Loss", "Verdict", "judge", "tell", "unsaved"]
