"""Doing something to leads: asked of the rules, written to the disk, then shown."""

from collections.abc import Mapping, Sequence

from api.desk.doing import acts
from api.desk.keeping import Keeping
from api.desk.news import CannotDo, Changed, UnknownLead
from api.local.entries import Resolution
from api.model import operation as op
from api.model.agreement import AskKind
from api.model.lead import Lead, State
from api.model.operation import LeadVerb, Operation


class Acting(Keeping):
    """The part of the desk that records what the person does."""

    def lead(self, lead_id: str) -> Lead:
        """Return a lead as the view has it.

        Raises:
            UnknownLead: no lead has this id.
        """
        lead = self._look_up(lead_id)
        if lead is None:
            raise UnknownLead(f"There is no lead “{lead_id[:60]}” here.")
        return lead

    def prepare(self, verb: LeadVerb, leads: Sequence[Lead]) -> list[Operation]:
        """Make operations from what the person saw: each lead's id, decision revision and values. Writes nothing.

        Raises:
            CannotDo: the rules do not allow it for one of the leads; then nothing is made for any.
        """
        self._check_other(verb)
        seen = [self._wanted(lead) for lead in leads]
        return acts.prepare(verb, seen, me=self._me, agreement=self._agreement, at=self._now(), new_id=self._new_id)

    def _wanted(self, seen: Lead) -> Lead:
        """Return the lead as it was seen, unless its person asked not to be contacted since."""
        row = self._view.rows.get(seen.id)
        if row is None or row.state != State.SUPPRESSED.value or seen.state is State.SUPPRESSED:
            return seen
        return self._look_up(seen.id) or seen

    def _check_other(self, verb: LeadVerb) -> None:
        """Refuse to name a lead that is not here as the one that another doubles: the rules see one record alone."""
        reason = self._agreement.reason(verb.reason) if isinstance(verb, op.Reject | op.Disqualify) else None
        if reason is None or not isinstance(verb, op.Reject | op.Disqualify):
            return
        for ask in reason.asks:
            other = verb.answers.get(ask.key, "").strip() if ask.kind is AskKind.LEAD else ""
            if other and other not in self._view.rows:
                raise CannotDo(f"There is no lead “{other[:60]}” here; give the id of one.", "unknown_lead", ask.key)

    def commit(self, operations: Sequence[Operation]) -> None:
        """Write operations to the outbox, then show them. Blocks until they are on the disk.

        Raises:
            NotSaved: the disk did not take them; nothing is shown as done.
        """
        if operations:
            self._tell(Changed(ids=self._put(operations, {}), status=True))

    def _put(self, operations: Sequence[Operation], resolutions: Mapping[str, Resolution]) -> frozenset[str]:
        """Write operations and what they take up again, in one flush, and show them; returns the leads they touch."""
        with self._ledger.writing():
            return self._show(self._ledger.append(operations, resolutions))

    async def record(self, verb: LeadVerb, leads: Sequence[Lead]) -> list[Operation]:
        """Do `prepare` at once and `commit` off the event loop; raises what they raise."""
        import asyncio

        operations = self.prepare(verb, leads)
        await asyncio.to_thread(self.commit, operations)
        return operations
