"""Doing something to leads: asked of the rules, written to the disk, then shown."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from functools import cached_property
from typing import TYPE_CHECKING

from api.desk.doing import acts
from api.desk.keeping import Keeping
from api.desk.news import CannotDo, Changed, Prepared, Refusal, UnknownLead
from api.local.entries import Resolution
from api.local.errors import LocalError
from api.model import operation as op
from api.model.agreement import AskKind
from api.model.lead import Lead, State
from api.model.operation import LeadVerb, Operation

if TYPE_CHECKING:
    from api.local.drafts import Drafts

_DECIDES = frozenset({"accept", "reject", "disqualify", "qualify", "outcome"})


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

    def prepare_all(self, pairs: Sequence[tuple[Lead, Sequence[LeadVerb]]]) -> Prepared:
        """Make operations for many leads, each with verbs of its own, done in turn, as `prepare` does for one verb.

        A lead of which one verb is not allowed is refused as a whole; the others are done all the same. Writes nothing.
        """
        group, at = self._new_id(), self._now()
        operations: list[Operation] = []
        refusals: list[Refusal] = []
        standing: dict[str, Lead] = {}
        for seen, verbs in pairs:
            try:
                for verb in verbs:
                    self._check_other(verb)
                lead = standing.get(seen.id) or self._wanted(seen)
                made, standing[seen.id] = acts.prepare_in_turn(
                    verbs, lead, me=self._me, agreement=self._agreement, at=at, new_id=self._new_id, group=group
                )
            except CannotDo as error:
                refusals.append(Refusal(seen, error.sentence, error.field))
            else:
                operations += made
        return Prepared(tuple(operations), tuple(refusals))

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
            self._forget_drafts(operations)

    @cached_property
    def drafts(self) -> "Drafts":
        """What was typed into forms and not sent."""
        from api.local.drafts import Drafts

        return Drafts(self._profile.root / "drafts.json", self._now)

    def _forget_drafts(self, operations: Sequence[Operation]) -> None:
        """Drop what was typed for what is done now; a decision leaves nothing open on its lead."""
        for one in operations:
            kind = one.verb.kind
            self.drafts.drop(one.target.id, "" if kind in _DECIDES else f"verb:{kind}")
        # A draft too many is offered once more; what was done is done.
        with suppress(LocalError):
            self.drafts.save()

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

    async def record_all(self, pairs: Sequence[tuple[Lead, Sequence[LeadVerb]]]) -> Prepared:
        """Do `prepare_all` at once and `commit` off the event loop, in one flush; raises what `commit` raises."""
        import asyncio

        prepared = self.prepare_all(pairs)
        await asyncio.to_thread(self.commit, prepared.operations)
        return prepared
