"""Taking back what the person did, and doing it again."""

from collections.abc import Sequence

from api.desk.doing import acts
from api.desk.doing.acting import Acting
from api.desk.doing.story import TakenBack
from api.desk.held import Held
from api.desk.needing.matters import Drafts
from api.desk.news import Act, CannotDo, NothingToRedo, NothingToUndo, Resolved, Undone, UnknownLead
from api.local.entries import Resolution
from api.model import operation as op
from api.model.lead import Lead
from api.model.operation import Operation
from api.rules import lifecycle


class Undoing(Acting):
    """The part of the desk that takes acts back, whole, and does them again."""

    def last_act(self) -> Act | None:
        """Return the own act that `undo` is about: the newest but for those of which it has said that they stay."""
        return self._next_act(None)

    def can_take_back(self, act: Act) -> bool:
        """Say whether undo would have an effect on at least one of the act's leads."""
        if any(self._opposites([operation])[0] for operation in reversed(act.operations)):
            return True
        return any(self._ledger.unsent(one.id) for one in acts.withdrawable(act, self._ledger.on_lead))

    def undo(self, group: str | None = None) -> Undone:
        """Take back the last own act, or the act named by `group`. Blocks until that is on the disk.

        What was never sent is withdrawn; what was, or may have been, gets its opposite sent after it. That an act can't
        be taken back is said once; after that, undo goes on to the one before.

        Raises:
            NothingToUndo: there is no such act, or it can't be taken back any more; the sentence says why.
            NotSaved: the disk did not take it.
        """
        with self._writing() as touched:
            act = self._next_act(group)
            if act is None:
                raise NothingToUndo(f"There is nothing {'else ' if self._hopeless else ''}to take back.")
            withdrawn = self._ledger.withdraw(acts.withdrawable(act, self._ledger.on_lead))
            touched.update(self._show(Held(operation) for operation in withdrawn))
            rest = [operation for operation in reversed(act.operations) if operation not in withdrawn]
            opposites, why = self._opposites(rest)
            if opposites:
                touched.update(self._show(self._ledger.append(opposites)))
            if why:
                self._hopeless.add(act.group)
        if not touched:
            past = acts.past_acts(self._ledger.recent(), self._agreement)
            raise NothingToUndo(why, next((one.group for one in past if self.can_take_back(one)), ""))
        words = f"Undone: {act.sentence[:1].lower()}{act.sentence[1:]}"
        return Undone(
            sentence=f"{words}. {why}" if why else words,
            operations=tuple(opposites),
            withdrawn=tuple(operation.id for operation in withdrawn),
            leads=acts.leads_of([*withdrawn, *opposites]),
        )

    async def take_back(self, group: str | None = None) -> Undone:
        """Do `undo` off the event loop; raises what it raises."""
        import asyncio

        return await asyncio.to_thread(self.undo, group)

    def _next_act(self, group: str | None) -> Act | None:
        for act in acts.past_acts(self._ledger.recent(), self._agreement, group):
            if group is not None or act.group not in self._hopeless or self.can_take_back(act):
                return act
        return None

    def _opposites(self, originals: Sequence[Operation]) -> tuple[list[Operation], str]:
        """Return a reopen for each original that can still be taken back, and why the others can't."""
        made: list[Operation] = []
        standing: dict[str, Lead] = {}
        group, why = self._new_id(), ""
        for original in originals:
            lead_id = original.target.id
            try:
                lead = standing.get(lead_id) or self.lead(lead_id)
                (opposite,) = acts.prepare(
                    op.Reopen(),
                    [lead],
                    me=self._me,
                    agreement=self._agreement,
                    at=self._now(),
                    new_id=self._new_id,
                    undoes=[original.id],
                    group=group,
                )
            except (CannotDo, UnknownLead) as error:
                why = f"{acts.title_seen(original)}: {error.sentence}"
                continue
            standing[lead_id] = lifecycle.apply(lead, opposite, self._me, self._agreement).lead
            made.append(opposite)
        return made, why

    # --- doing again -------------------------------------------------------------------------------------------

    def last_undone(self) -> Act | None:
        """Return the own act that `redo` is about, or None: what was taken back since the person last did something."""
        taken = self._last_taken_back()
        return self._act_of(taken) if taken is not None else None

    def redo(self) -> Resolved:
        """Take the last undo back. Blocks until that is on the disk.

        An opposite that was never sent is withdrawn. What was withdrawn, or taken back at the CRM, is done once more on
        the lead as it is now, under the same group.

        Raises:
            NothingToRedo: nothing was taken back since the last act, or the rules do not allow it any more.
            NotSaved: the disk did not take it.
        """
        with self._writing() as touched:
            taken = self._last_taken_back()
            if taken is None:
                raise NothingToRedo("There is nothing to do again.")
            sentence = self._act_of(taken).sentence
            withdrawn = self._ledger.withdraw(list(reversed(taken.reopens)))
            touched.update(self._show(Held(operation) for operation in withdrawn))
            rest = self._originals(taken, withdrawn)
            again, why = self._once_more(rest, taken.group)
            resolutions = {
                matter: Resolution(how, self._now(), by=new.id)
                for old, new in again
                if (taking := self._taken_up(old)) is not None
                for matter, how in [taking]
            }
            if again:
                touched.update(self._show(self._ledger.append([new for _, new in again], resolutions)))
        if not touched:
            raise NothingToRedo(why)
        words = f"Done again: {sentence[:1].lower()}{sentence[1:]}"
        return Resolved(
            sentence=f"{words}. {why}" if why else words,
            operations=tuple(new for _, new in again),
            leads=acts.leads_of([*withdrawn, *(new for _, new in again)]),
        )

    async def redo_soon(self) -> Resolved:
        """Do `redo` off the event loop; raises what it raises."""
        import asyncio

        return await asyncio.to_thread(self.redo)

    def _last_taken_back(self) -> TakenBack | None:
        ledger = self._ledger

        def counts(operation_id: str) -> bool:
            held = ledger.get(operation_id)
            return held is not None and held.counts

        found = ledger.story().taken_back(counts)
        return next((taken for taken in found if self._originals(taken)), None)

    def _originals(self, taken: TakenBack, withdrawn: Sequence[Operation] = ()) -> list[Operation]:
        """Return what an undo took back, in the order in which it was done; not what `withdrawn` opposites restored."""
        found = {operation.id: operation for operation in taken.withdrawn}
        for reopen in taken.reopens:
            held = self._ledger.get(reopen.undoes)
            if held is not None and reopen not in withdrawn:
                found[held.operation.id] = held.operation
        return sorted(found.values(), key=lambda operation: self._ledger.place(operation.id))

    def _act_of(self, taken: TakenBack) -> Act:
        operations = tuple(self._originals(taken))
        return Act(
            group=taken.group,
            sentence=acts.say(operations, self._agreement),
            operations=operations,
            at=operations[-1].at,
        )

    def _taken_up(self, operation: Operation) -> tuple[str, str] | None:
        taken = self._ledger.taken_up(operation.id)
        return taken or ((operation.insists, "insist") if self._ledger.get(operation.insists) is not None else None)

    def _once_more(self, originals: Sequence[Operation], group: str) -> tuple[list[tuple[Operation, Operation]], str]:
        """Return a new operation for each original that can be done again, and why the others can't."""
        drafts = Drafts(self._me, self._agreement, self._now(), self._new_id)
        made: list[tuple[Operation, Operation]] = []
        standing: dict[str, Lead] = {}
        why = ""
        for original in originals:
            lead_id = original.target.id
            try:
                lead = standing.get(lead_id) or self.lead(lead_id)
                (again,) = drafts.again(original, lead, group)
            except (CannotDo, UnknownLead) as error:
                why = f"{acts.title_seen(original)}: {error.sentence}"
                continue
            standing[lead_id] = lifecycle.apply(lead, again, self._me, self._agreement).lead
            made.append((original, again))
        return made, why
