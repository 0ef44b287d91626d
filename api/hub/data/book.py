"""How the hub writes leads: the record, what is found by it, its campaign's counts, and who must not be contacted."""

from collections.abc import Iterable
from datetime import date

import msgspec
from msgspec.structs import replace
from sqlalchemy import delete, insert, select, update

from api.hub.data import tables
from api.hub.data.store import Write, chunks
from api.model.agreement import Agreement
from api.model.campaign import Campaign
from api.model.lead import Decided, Lead, Standing, State
from api.rules.insisting import that_count
from api.rules.suppression import suppressed_by, suppression_keys


class Tally(msgspec.Struct, frozen=True):
    """What one lead adds to its campaign's counts."""

    handed: int
    accepted: int
    rejected: int


def tally(lead: Lead) -> Tally:
    """Count the lead's passes and the accept and reject decisions that hold in them; purged passes count nowhere."""
    handed = accepted = rejected = 0
    passes = [(earlier.standing, earlier.trail) for earlier in lead.passes] + [(lead.standing, lead.trail)]
    for standing, trail in passes:
        if standing.counts:
            verbs = [entry.verb for entry in that_count(trail, lead.dissents)]
            handed += 1
            accepted += verbs.count("accept")
            rejected += verbs.count("reject")
    return Tally(handed, accepted, rejected)


def _returns_on(lead: Lead) -> date | None:
    return lead.standing.recycle_on if lead.state is State.RECYCLED else None


class Book:
    """Leads and campaigns within one write transaction."""

    def __init__(self, write: Write) -> None:
        self.write = write
        self.campaign_ids: dict[str, str] = {}
        """What ``id:…`` and ``name:…`` were found to mean within this transaction; empty for nothing."""

    def agreement(self, version: int = 0) -> Agreement:
        """Return this version of the agreement, or the newest when there is no such version."""
        known: Agreement = self.write.get("agreement", str(self.version(version)))
        return known

    def version(self, version: int) -> int:
        """Return the number of the agreement that holds for what was done under `version`."""
        return version if 0 < version <= self.write.agreement else self.write.agreement

    def lead(self, identifier: str) -> Lead | None:
        """Return the lead with this id, or None."""
        found: Lead | None = self.write.get("lead", identifier)
        return found

    def save(self, lead: Lead) -> int:
        """Write a new or changed lead and everything that follows from it; return the number of its change.

        A lead of somebody who asked not to be contacted becomes suppressed, and one that becomes suppressed takes the
        other leads of the same person with it; so does what is learned later about one that is.
        """
        before = self.lead(lead.id)
        keys, known = set(suppression_keys(lead)), set(suppression_keys(before)) if before else set()
        told = keys if before is None or before.state is not State.SUPPRESSED else keys - known
        asked = told if lead.state is State.SUPPRESSED else set()
        if lead.state is not State.SUPPRESSED and (entry := self._wish(keys - known)):
            lead = suppressed_by(lead, entry)
        number = self.write.put("lead", lead.id, lead)
        self._index(before, lead)
        self._rekey(lead.id, known, keys)
        self._count(before, lead)
        if asked:
            self._suppress_person(lead, asked)
        return number

    def _wish(self, keys: Iterable[str]) -> Decided | None:
        """Return the decision by which somebody with one of these keys asked not to be contacted."""
        wanted = list(keys)
        if not wanted:
            return None
        table = tables.suppressed
        entry = self.write.connection.execute(select(table.c.entry).where(table.c.key.in_(wanted)).limit(1)).scalar()
        return None if entry is None else msgspec.json.decode(entry, type=Decided)

    def _suppress_person(self, lead: Lead, keys: set[str]) -> None:
        entry = lead.decided
        if entry is None:
            return
        connection = self.write.connection
        there = set(
            connection.execute(select(tables.suppressed.c.key).where(tables.suppressed.c.key.in_(keys))).scalars()
        )
        # Only who asked, when and how is kept beside the key: the minimum that keeps them suppressed.
        wish = msgspec.json.encode(replace(entry, before=Standing()))
        if new := sorted(keys - there):
            connection.execute(insert(tables.suppressed), [{"key": key, "entry": wish} for key in new])
        table = tables.lead_keys
        others = connection.execute(select(table.c.lead_id).distinct().where(table.c.key.in_(keys))).scalars().all()
        self.write.load("lead", others)
        for identifier in sorted(others):
            other = self.lead(identifier)
            if other is not None and other.state is not State.SUPPRESSED:
                changed = suppressed_by(other, entry)
                self.write.put("lead", identifier, changed)
                self._index(other, changed)
                self._count(other, changed)

    def _index(self, before: Lead | None, after: Lead) -> None:
        recycle_on = _returns_on(after)
        table = tables.leads
        if before is None:
            self.write.connection.execute(insert(table).values(id=after.id, recycle_on=recycle_on))
        elif recycle_on != _returns_on(before):
            self.write.connection.execute(update(table).where(table.c.id == after.id).values(recycle_on=recycle_on))

    def _rekey(self, identifier: str, known: set[str], keys: set[str]) -> None:
        table = tables.lead_keys
        for part in chunks(known - keys):
            self.write.connection.execute(delete(table).where(table.c.lead_id == identifier, table.c.key.in_(part)))
        if new := sorted(keys - known):
            self.write.connection.execute(insert(table), [{"key": key, "lead_id": identifier} for key in new])

    def _count(self, before: Lead | None, after: Lead) -> None:
        was, now = tally(before) if before else Tally(0, 0, 0), tally(after)
        old = before.campaign_id if before else after.campaign_id
        if old != after.campaign_id:
            self._add(old, Tally(0, 0, 0), was)
            was = Tally(0, 0, 0)
        self._add(after.campaign_id, now, was)

    def _add(self, campaign_id: str, plus: Tally, minus: Tally) -> None:
        campaign: Campaign | None = self.write.get("campaign", campaign_id) if campaign_id else None
        if campaign is None or plus == minus:
            return
        counted = replace(
            campaign,
            handed=campaign.handed + plus.handed - minus.handed,
            accepted=campaign.accepted + plus.accepted - minus.accepted,
            rejected=campaign.rejected + plus.rejected - minus.rejected,
        )
        self.write.put("campaign", campaign_id, counted)
