"""What needs the person: own decisions that did not take effect or no longer do, and what others ask for."""

from collections.abc import Mapping

from api.desk.doing import acts
from api.desk.doing.acting import Acting
from api.desk.held import Held
from api.desk.needing.matters import Drafts, in_words, kind_of
from api.desk.news import CannotDo, Overturned, Resolved, UnknownLead, Unsettled, Waiting, Way, Wish
from api.local.entries import Resolution
from api.model import operation as op
from api.model.lead import Remark
from api.model.operation import LeadVerb, Operation
from api.model.people import Owner, parse_owner
from api.rules.wishes import NoHandingOver, hand_over

_DONE: Mapping[Way, str] = {
    Way.YIELD: "Theirs stands",
    Way.INSIST: "You insist",
    Way.REROUTE: "Sent on",
    Way.ASK: "Asked for it",
    Way.RETRY: "Tried again",
    Way.EDIT: "Tried again",
    Way.DISCARD: "Given up",
    Way.HAND_OVER: "Handed over",
    Way.KEEP: "Kept",
}


class Resolving(Acting):
    """The part of the desk that lists what needs the person, and takes their answers."""

    # --- what there is -----------------------------------------------------------------------------------------

    def waiting(self) -> tuple[Waiting, ...]:
        """Return own operations that the CRM has not answered, oldest first."""
        tries = self._link.tries
        found = []
        for operation in self._ledger.pending():
            tried = tries.get(operation.id)
            found.append(
                Waiting(
                    lead_id=operation.target.id,
                    title=self._title(operation),
                    operation=operation,
                    sentence=acts.say([operation], self._agreement),
                    attempts=tried.count if tried else 0,
                    problem=tried.problem if tried else "",
                    next_try=tried.next_at if tried else None,
                    offered=self._ledger.offered(operation.id),
                )
            )
        return tuple(found)

    def unsettled(self, lead_id: str = "") -> tuple[Unsettled, ...]:
        """Return own operations that did not take effect and still matter, newest first; the sync mark counts them.

        With a lead's id, those on that lead alone, which costs less.

        One ends when its author answers it or when a later own operation on the lead takes effect; not when the lead is
        gone, of which its author has not heard otherwise.
        """
        drafts = self._drafts()
        found: list[Unsettled] = []
        for held in self._unsettled():
            operation, receipt = held.operation, held.receipt
            if receipt is None or lead_id not in ("", operation.target.id):
                continue
            title = self._title(operation)
            found.append(
                Unsettled(
                    lead_id=operation.target.id,
                    title=title,
                    operation=operation,
                    receipt=receipt,
                    sentence=acts.say_unsettled(operation, receipt, title, self._agreement),
                    kind=kind_of(receipt),
                    ways=drafts.ways(held, self._look_up(operation.target.id)),
                )
            )
        return tuple(found)

    def overturned(self, lead_id: str = "") -> tuple[Overturned, ...]:
        """Return own decisions that somebody openly overruled or took back, newest first; the sync mark counts them.

        One ends when its author answers it or decides on the lead anew, when what overruled it is itself taken back, or
        when the lead is gone. With a lead's id, those on that lead alone.
        """
        drafts = self._drafts()
        return tuple(
            Overturned(
                lead_id=held.operation.target.id,
                title=self._title(held.operation),
                operation=held.operation,
                entry=held.overruled.entry,
                sentence=acts.say_overturned(
                    held.operation, held.overruled.entry, self._title(held.operation), self._agreement
                ),
                ways=drafts.ways(held, self._look_up(held.operation.target.id)),
            )
            for held in self._overruled()
            if held.overruled is not None and lead_id in ("", held.operation.target.id)
        )

    def wishes(self, lead_id: str = "") -> tuple[Wish, ...]:
        """Return what others ask me for, the oldest first; with a lead's id, what is asked of that lead alone."""
        with self._lock:
            found = [(lead_id, remark) for remark in self._asking.at(lead_id)] if lead_id else self._asking.all()
        return tuple(self._wish(lead_id, remark) for lead_id, remark in found)

    def _wish(self, lead_id: str, remark: Remark) -> Wish:
        lead = self._look_up(lead_id)
        ways = [Way.HAND_OVER, Way.KEEP] if lead is not None else []
        row = self._view.rows.get(lead_id)
        title = row.title if row is not None else lead_id
        return Wish(
            lead_id=lead_id,
            title=title,
            remark=remark,
            sentence=acts.say_wish(remark, title),
            ways=tuple(way for way in ways if self._can_answer(lead_id, way, remark)),
        )

    # --- answering ---------------------------------------------------------------------------------------------

    def resolve(
        self, operation_id: str, way: Way, *, to: str = "", verb: LeadVerb | None = None, text: str = ""
    ) -> Resolved:
        """Answer one of `unsettled` or `overturned`. Blocks until that is on the disk.

        What the way records is on the disk in one flush with the note that it takes the matter up.

        Args:
            operation_id: which own operation it is about.
            way: what to do.
            to: to whom a reroute goes, as ``person:ID`` or ``team:NAME``.
            verb: what it is to be instead (edit), or in other words (insist).
            text: words that go with it.

        Raises:
            CannotDo: there is no such matter, or the rules do not allow this now; nothing is recorded.
            UnknownLead: the lead is gone.
            NotSaved: the disk did not take it; nothing is recorded.
        """
        with self._writing() as touched:
            held = self._matter(operation_id)
            lead_id = held.operation.target.id
            title = self._title(held.operation)
            operations: list[Operation] = []
            if way not in (Way.YIELD, Way.DISCARD):
                self._check_owner(to)
                operations = self._drafts().make(way, held, self.lead(lead_id), to=to, verb=verb, text=text)
                resolution = Resolution(way.value, self._now(), by=operations[0].id)
                touched.update(self._put(operations, {operation_id: resolution}))
            else:
                resolved = self._ledger.resolve({operation_id: Resolution(way.value, self._now())})
                touched.update(self._show(resolved))
        return Resolved(sentence=f"{_DONE[way]}: {title}", operations=tuple(operations), leads=(lead_id,))

    async def resolve_soon(
        self, operation_id: str, way: Way, *, to: str = "", verb: LeadVerb | None = None, text: str = ""
    ) -> Resolved:
        """Do `resolve` off the event loop; raises what it raises."""
        import asyncio

        return await asyncio.to_thread(self.resolve, operation_id, way, to=to, verb=verb, text=text)

    def answer(self, lead_id: str, way: Way, text: str = "", *, to: str = "") -> Resolved:
        """Answer who asks for a lead of mine: hand it over or keep it. Blocks until that is on the disk.

        `to` is the id of the person who gets it; who asked first when it is empty.

        Raises:
            CannotDo: nobody asks for it, or the rules do not allow this now; nothing is recorded.
            UnknownLead: the lead is gone.
            NotSaved: the disk did not take it; nothing is recorded.
        """
        with self._writing() as touched:
            lead = self.lead(lead_id)
            with self._lock:
                asked = self._asking.at(lead_id)
            remark = next((one for one in asked if not to or one.by == to), None)
            if remark is None:
                raise CannotDo(f"Nobody asks you for {lead.title}.", "no_wish")
            operations = self.prepare(self._reply(lead_id, way, remark, text), [lead])
            touched.update(self._put(operations, {}))
        whom = f" to {remark.by_name}" if way is Way.HAND_OVER and remark.by_name else ""
        return Resolved(sentence=f"{_DONE[way]}{whom}: {lead.title}", operations=tuple(operations), leads=(lead_id,))

    async def answer_soon(self, lead_id: str, way: Way, text: str = "", *, to: str = "") -> Resolved:
        """Do `answer` off the event loop; raises what it raises."""
        import asyncio

        return await asyncio.to_thread(self.answer, lead_id, way, text, to=to)

    def reconsider(self, operation_id: str) -> Resolved:
        """Take a yield or a discard back, so that the matter is listed again. Blocks until that is on the disk.

        Raises:
            CannotDo: it was not answered in that way.
            NotSaved: the disk did not take it.
        """
        with self._writing() as touched:
            held = self._ledger.get(operation_id)
            if held is None or held.resolution is None:
                raise CannotDo("There is no answer to that to take back.", "no_matter")
            if held.resolution.by:
                raise CannotDo("Undo takes back what you did about it.", "undo")
            touched.update(self._show(self._ledger.reconsider([operation_id])))
        return Resolved(sentence=f"Open again: {self._title(held.operation)}", leads=(held.operation.target.id,))

    async def reconsider_soon(self, operation_id: str) -> Resolved:
        """Do `reconsider` off the event loop; raises what it raises."""
        import asyncio

        return await asyncio.to_thread(self.reconsider, operation_id)

    # --- how ---------------------------------------------------------------------------------------------------

    def _matter(self, operation_id: str) -> Held:
        found = [held for held in (*self._unsettled(), *self._overruled()) if held.operation.id == operation_id]
        if not found:
            raise CannotDo("That is settled already.", "no_matter")
        return found[0]

    def _drafts(self) -> Drafts:
        return Drafts(self._me, self._agreement, self._now(), self._new_id)

    def _check_owner(self, to: str) -> None:
        """Refuse to send a lead to nobody: it would be in no queue."""
        try:
            owner = parse_owner(to)
        except ValueError:
            return
        if owner.kind == "person" and self._mirror.people() and self._mirror.person(owner.id) is None:
            raise CannotDo(f"There is nobody called “{owner.id[:60]}” here; give a person's id.", "answer", "to")

    def _reply(self, lead_id: str, way: Way, remark: Remark, text: str) -> LeadVerb:
        if way is Way.KEEP:
            return op.Keep(text=text)
        if way is not Way.HAND_OVER:
            raise CannotDo(f"“{way.value}” is no answer to that.", "way")
        try:
            verb = hand_over(self.lead(lead_id), self._agreement, Owner("person", remark.by))
        except NoHandingOver as error:
            raise CannotDo(error.sentence, "reason") from error
        return in_words(verb, text)

    def _can_answer(self, lead_id: str, way: Way, remark: Remark) -> bool:
        try:
            self.prepare(self._reply(lead_id, way, remark, ""), [self.lead(lead_id)])
        except (CannotDo, UnknownLead):
            return False
        return True
