"""What others did that the person must hear of: overruled, taken, asked for, answered."""

from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import suppress
from datetime import datetime

import msgspec

from api.desk.doing import acts
from api.desk.held import Held
from api.desk.ledger import Ledger
from api.desk.needing.asking import Asking
from api.desk.needing.matters import overrulings
from api.desk.view import View
from api.local.entries import Overruled
from api.model.agreement import Agreement
from api.model.changes import Page
from api.model.lead import Lead, Remark

News = Iterator[tuple[str, str]]
"""Leads' ids, each with a sentence."""

_lead = msgspec.json.Decoder(Lead).decode


class Noticing:
    """Finds and words what others did. What names the view wants the desk's lock to be held."""

    def __init__(self, ledger: Ledger, view: View, asking: Asking) -> None:
        self._ledger = ledger
        self._view = view
        self._asking = asking

    def mine_in(self, page: Page) -> list[Lead]:
        """Return the leads of a page on which an own operation took effect; no other is decoded."""
        found: list[Lead] = []
        for change in page.changes:
            if change.kind == "lead" and self._ledger.has_effect_on(change.id) and not change.gone:
                # One that can't be read is told of by the mirror.
                with suppress(msgspec.DecodeError, UnicodeDecodeError):
                    found.append(_lead(change.record))
        return found

    def note_overruled(self, leads: Iterable[Lead], at: datetime, effective: Collection[str] = ()) -> list[Held]:
        """Note on the disk which own operations somebody has put out of effect on these leads, as the CRM has them.

        `effective` names operations that took effect, too, although that is not on the disk yet.

        Raises:
            NotSaved: nothing is noted.
        """
        found: dict[str, Overruled] = {}
        for lead in leads:
            entries = overrulings(lead, self._ledger.on_lead(lead.id), effective)
            found.update((key, Overruled(entry, at)) for key, entry in entries.items())
        if not found:
            return []
        with self._ledger.writing():
            known = [self._ledger.get(key) for key in found]
            answered = [held.operation.id for held in known if held is not None and held.resolution is not None]
            if answered:
                # They had given in to what has been taken back since; this is another matter.
                self._ledger.reconsider(answered)
            return self._ledger.note_overruled(found)

    def overruled(self, noted: Iterable[Held], agreement: Agreement) -> News:
        """Tell by whom own operations were put out of effect."""
        for held in noted:
            operation, overruled = held.operation, held.overruled
            if overruled is not None and held.resolution is None:
                row = self._view.rows.get(operation.target.id)
                title = row.title if row is not None else acts.title_seen(operation)
                yield operation.target.id, acts.say_overturned(operation, overruled.entry, title, agreement)

    def kept(self, leads: Iterable[Lead], mirrored: Callable[[str], Lead | None]) -> News:
        """Tell who has said no to a wish of mine, where the mirror does not know that yet."""
        for lead in leads:
            mine = {held.operation.id for held in self._ledger.on_lead(lead.id)}
            asked = next((one.at for one in lead.remarks if one.kind == "ask_for" and one.operation_id in mine), None)
            if asked is None:
                continue
            before = mirrored(lead.id)
            known: tuple[Remark, ...] = before.remarks if before is not None else lead.remarks
            for remark in lead.remarks:
                if remark.kind == "keep" and remark not in known and remark.operation_id not in mine:
                    yield lead.id, acts.say_kept(remark, lead.title)

    def taken(self, stood: Iterable[str], now: datetime, me: str, agreement: Agreement) -> News:
        """Tell which leads stood in the queue and were decided by somebody else."""
        for lead_id in stood:
            lead = None if self._view.waits_for_me(lead_id, now.timestamp()) else self._view.lead(lead_id)
            entry = lead.decided if lead is not None else None
            if lead is not None and entry is not None and entry.by != me:
                yield lead_id, acts.say_of_other(entry, lead, agreement)

    def handed(self, known: Iterable[str], now: datetime, me: str, agreement: Agreement) -> News:
        """Tell which of these leads, that did not stand in the queue before, somebody has sent to me."""
        for lead_id in known:
            lead = self._view.lead(lead_id) if self._view.waits_for_me(lead_id, now.timestamp()) else None
            entry = lead.decided if lead is not None else None
            if lead is not None and entry is not None and entry.by != me and acts.reroutes(entry.reason, agreement):
                yield lead_id, acts.say_handed(entry, lead)

    def asked(self, changed: Iterable[str]) -> News:
        """Tell who asks for which of these leads, where nobody has looked at that yet."""
        for lead_id in changed:
            before = self._asking.open(lead_id)
            for remark in self._asking.at(lead_id):
                if remark not in before:
                    yield lead_id, acts.say_wish(remark, self._view.rows[lead_id].title)
