"""The one object that screens and command line talk to: read the view, record an act, hear of changes.

Threads: every method may be called from any thread. One lock guards what is shown, and is never held while the disk
works; another keeps writers in turn. `commit` and `undo` block until the disk has the record, so screens use `record`
and `take_back`, which run them off the event loop. Listeners are called on whichever thread made the change, without a
lock held; a screen hands over to its own loop.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

from msgspec.structs import replace

from api.desk import acts
from api.desk.keeping import Keeping, fresh_id, utc_now
from api.desk.news import Act, CannotDo, Changed, NotConnected, NothingToUndo, Undone, UnknownLead
from api.desk.view import Held
from api.local.mirror import Mirror
from api.local.outbox import Outbox
from api.local.profile import Profile
from api.model import operation as op
from api.model.agreement import AskKind, Moment, Reason
from api.model.campaign import Campaign
from api.model.lead import Lead, State
from api.model.operation import LeadVerb, Operation
from api.model.people import Owner, Person, parse_owner
from api.rules import answers as answering
from api.rules import lifecycle, permission
from api.rules.identity import likely_duplicates
from api.rules.queue import Row


class Desk(Keeping):
    """The view of one profile: what the CRM last said, with everything on top that this profile has done since."""

    @classmethod
    def open(
        cls,
        profile: Profile,
        *,
        clock: Callable[[], datetime] = utc_now,
        new_id: Callable[[], str] = fresh_id,
    ) -> "Desk":
        """Open the profile's mirror and outbox.

        Raises:
            NotConnected: the profile belongs to no CRM yet.
            LocalError: the profile can't be read (too new, no access).
        """
        connection = profile.connection()
        if connection is None:
            raise NotConnected(
                "Handoff is not connected to a CRM yet: “handoff demo” tries it out, "
                "“handoff connect hub URL” joins your team's."
            )
        outbox = Outbox.open(profile.outbox_path)
        mirror = Mirror.open(profile.mirror_path)
        return cls(profile, connection.person, outbox, mirror, clock=clock, new_id=new_id)

    # --- reading -----------------------------------------------------------------------------------------------

    def rows(self) -> Mapping[str, Row]:
        """Return every lead's row, decided or not. The mapping is live: look up freely, copy before iterating."""
        return self._view.rows

    def row(self, lead_id: str) -> Row | None:
        """Return one lead's row."""
        return self._view.rows.get(lead_id)

    def queue(self, filter_text: str = "") -> list[str]:
        """Return the ids of the leads that wait for me, what is due first at the top.

        With a filter: those of them that match, then every other match (decided, snoozed, other people's), newest
        handoff first.
        """
        with self._lock:
            return self._view.queue(filter_text, self._now().timestamp())

    def lead(self, lead_id: str) -> Lead:
        """Return a lead as the view has it.

        Raises:
            UnknownLead: no lead has this id.
        """
        with self._lock:
            lead = self._view.lead(lead_id)
        if lead is None:
            raise UnknownLead(f"There is no lead “{lead_id[:60]}” here.")
        return lead

    def find(self, text: str) -> Lead:
        """Return the lead whose id is `text`, or the only one whose id begins with it.

        Raises:
            UnknownLead: there is none, or more than one.
        """
        wanted = text.strip()
        with self._lock:
            rows = self._view.rows
            if wanted in rows:
                return self.lead(wanted)
            found = [lead_id for lead_id in rows if lead_id.startswith(wanted)] if wanted else []
        if len(found) == 1:
            return self.lead(found[0])
        if not found:
            raise UnknownLead(f"There is no lead “{wanted[:60]}” here; “handoff list” shows the ids.")
        some = ", ".join(sorted(found)[:5])
        raise UnknownLead(f"{len(found)} leads begin with “{wanted[:60]}”: {some}{', …' if len(found) > 5 else ''}.")

    def campaign(self, campaign_id: str) -> Campaign | None:
        """Return the campaign, or None when the CRM never named it."""
        with self._lock:
            return self._mirror.campaign(campaign_id)

    def person(self, person_id: str) -> Person | None:
        """Return the person with this id."""
        with self._lock:
            return self._mirror.person(person_id)

    def people(self) -> list[Person]:
        """Return everybody with an account, by name."""
        with self._lock:
            people = list(self._mirror.people())
        return sorted(people, key=lambda person: (person.name.casefold(), person.id))

    def owner_words(self, owner: Owner | str | None) -> str:
        """Say whose a lead is: ``you``, a person's name, ``team North``, ``nobody``."""
        if isinstance(owner, str):
            owner = parse_owner(owner) if owner else None
        if owner is None:
            return "nobody"
        if owner.kind == "team":
            return f"team {owner.id}"
        if owner.id == self._me.id:
            return "you"
        person = self.person(owner.id)
        return person.name if person is not None else owner.id

    # --- what can be done --------------------------------------------------------------------------------------

    def hinder(self, lead: Lead, kind: str) -> str:
        """Say why the verb `kind` is not possible now for me; empty when it is."""
        return permission.hinder(lead, kind, self._me)

    def reasons(self, lead: Lead) -> list[Reason]:
        """Return the reasons that may refuse this lead now, in the agreement's order."""
        before_contact = lead.state is State.NEW
        if self.hinder(lead, "reject" if before_contact else "disqualify"):
            return []
        wrong = Moment.DISQUALIFY if before_contact else Moment.REJECT
        return [reason for reason in self._agreement.reasons if reason.active and reason.moment is not wrong]

    def prefill(self, reason: Reason, lead: Lead, answers: Mapping[str, str] | None = None) -> dict[str, str]:
        """Return a first value for each thing the reason asks for, by the ask's key.

        `answers` are those given already: some first values depend on them.
        """
        duplicate = ""
        if any(ask.prefill.value == "likeliest_duplicate" for ask in reason.asks):
            with self._lock:
                duplicate = next(iter(likely_duplicates(lead, self._view.rows.all(), limit=1)), "")
        today = self._clock.today(self._now())
        return {
            ask.key: answering.prefill(ask, reason, lead, today, answers=answers, duplicate=duplicate)
            for ask in reason.asks
        }

    # --- acting ------------------------------------------------------------------------------------------------

    def prepare(self, verb: LeadVerb, leads: Sequence[Lead]) -> list[Operation]:
        """Make operations from what the person saw: each lead's id, decision revision and values. Writes nothing.

        Raises:
            CannotDo: the rules do not allow it for one of the leads; then nothing is made for any.
        """
        self._check_other(verb)
        return acts.prepare(verb, leads, me=self._me, agreement=self._agreement, at=self._now(), new_id=self._new_id)

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
        if not operations:
            return
        with self._ledger.writing():
            held = self._ledger.append(operations)
            ids = self._show(held, [])
        self._tell(Changed(ids=ids, status=True))

    async def record(self, verb: LeadVerb, leads: Sequence[Lead]) -> list[Operation]:
        """Do `prepare` at once and `commit` off the event loop; raises what they raise."""
        import asyncio

        operations = self.prepare(verb, leads)
        await asyncio.to_thread(self.commit, operations)
        return operations

    def last_act(self) -> Act | None:
        """Return the own act that `undo` is about: the newest but for those of which it has said that they stay."""
        return self._next_act(self._ledger.history(), None)

    def can_take_back(self, act: Act) -> bool:
        """Say whether undo would have an effect on at least one of the act's leads."""
        if any(self._opposites([operation])[0] for operation in reversed(act.operations)):
            return True
        return any(self._ledger.unsent(one.id) for one in acts.withdrawable(act, self._ledger.history()))

    def undo(self, group: str | None = None) -> Undone:
        """Take back the last own act, or the act named by `group`. Blocks until that is on the disk.

        What was never sent is withdrawn; what was, or may have been, gets its opposite sent after it. That an act can't
        be taken back is said once; after that, undo goes on to the one before.

        Raises:
            NothingToUndo: there is no such act, or it can't be taken back any more; the sentence says why.
            NotSaved: the disk did not take it.
        """
        with self._ledger.writing():
            self.refresh()
            history = self._ledger.history()
            act = self._next_act(history, group)
            if act is None:
                raise NothingToUndo(f"There is nothing {'else ' if self._hopeless else ''}to take back.")
            withdrawn = self._ledger.withdraw(acts.withdrawable(act, history))
            touched = self._show([], [Held(operation) for operation in withdrawn])
            rest = [operation for operation in reversed(act.operations) if operation not in withdrawn]
            opposites, why = self._opposites(rest)
            if opposites:
                touched |= self._show(self._ledger.append(opposites), [])
            if why:
                self._hopeless.add(act.group)
        if not touched:
            past = acts.past_acts(reversed(history), self._agreement)
            raise NothingToUndo(why, next((one.group for one in past if self.can_take_back(one)), ""))
        self._tell(Changed(ids=touched, status=True))
        words = f"Undone: {act.sentence[:1].lower()}{act.sentence[1:]}"
        return Undone(
            sentence=f"{words}. {why}" if why else words,
            operations=tuple(opposites),
            withdrawn=tuple(operation.id for operation in withdrawn),
            leads=tuple(sorted(touched)),
        )

    async def take_back(self, group: str | None = None) -> Undone:
        """Do `undo` off the event loop; raises what it raises."""
        import asyncio

        return await asyncio.to_thread(self.undo, group)

    def _next_act(self, history: Sequence[Held], group: str | None) -> Act | None:
        for act in acts.past_acts(reversed(history), self._agreement, group):
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
                )
            except (CannotDo, UnknownLead) as error:
                why = f"{acts.title_seen(original)}: {error.sentence}"
                continue
            opposite = replace(opposite, group=group)
            standing[lead_id] = lifecycle.apply(lead, opposite, self._me, self._agreement).lead
            made.append(opposite)
        return made, why
