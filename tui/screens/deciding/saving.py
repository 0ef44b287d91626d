"""Bringing what was decided to the disk: the queue moves on at once, "done" is said once the disk has it."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import TYPE_CHECKING

from api.errors import HandoffError
from api.model.lead import Lead
from api.model.operation import LeadVerb
from tui.screens.area import Area

if TYPE_CHECKING:
    from api.desk.news import Act
    from widgets.queue.lead_queue import LeadQueue

ACTS = "acts"
"""Group of the workers that write what was decided; leaving waits for them."""

_FRAME = 0.012
"""Seconds that a repaint waits for the disk, so that both are shown at once."""

Failed = Callable[[HandoffError], Awaitable[None]]
"""Asks again, from what was given before, after the disk or the rules said no."""


class Saving(Area, inherit_bindings=False):
    """Writes one act after another, and takes them back."""

    leaving: set[str]
    """Leads decided on whose record is on its way to the disk."""
    holding = 0
    """How many decisions wait for the disk within this frame; what else changed is shown together with them."""
    kept = ""
    """The lead that something was done to which takes it out of the view: it stays in sight until the cursor leaves."""

    @property
    def queue(self) -> "LeadQueue":
        """The queue."""
        raise NotImplementedError

    @property
    def filtered(self) -> bool:
        """Whether decided leads are shown too."""
        raise NotImplementedError

    def follow(self) -> None:
        """Show the lead that the cursor came to."""
        raise NotImplementedError

    def read_queue(self, *, fresh: bool = False) -> None:
        """Read the queue again."""
        raise NotImplementedError

    def catch_up(self) -> None:
        """Take in what changed on the desk."""
        raise NotImplementedError

    def in_sight(self, ids: list[str]) -> list[str]:
        """Return a view's leads without those on their way out, and with the one under the cursor that was kept."""
        if self.leaving:
            ids = [lead_id for lead_id in ids if lead_id not in self.leaving]
        if self.kept and self.kept != self.queue.lead_id:
            self.kept = ""
        if not self.kept or self.kept in self.leaving or self.kept in ids or self.desk.row(self.kept) is None:
            return ids
        there, shown = set(ids), self.queue.ids
        above = next((one for one in reversed(shown[: shown.index(self.kept)]) if one in there), "")
        at = ids.index(above) + 1 if above else 0
        return [*ids[:at], self.kept, *ids[at:]]

    def decide(self, verbs: Sequence[LeadVerb], lead: Lead, *, more: str = "", failed: Failed | None = None) -> None:
        """Do it, as one act, and go on to the next lead; `more` follows what is said about it."""
        self.leaving.add(lead.id)
        self.queue.drop(lead.id, paint=False)
        self.run_worker(self._save(verbs, lead, more, failed), group=ACTS)

    def remark(self, verbs: Sequence[LeadVerb], lead: Lead, *, more: str = "", failed: Failed | None = None) -> None:
        """Do it and stay with the lead."""
        self.kept = lead.id
        self.run_worker(self._save(verbs, lead, more, failed), group=ACTS)

    async def _save(self, verbs: Sequence[LeadVerb], lead: Lead, more: str, failed: Failed | None) -> None:
        writer = self.handoff.writer
        record = writer.record(verbs[0], [lead]) if len(verbs) == 1 else writer.record_together(verbs, lead)
        saving = asyncio.ensure_future(record)
        # A disk usually answers within one frame: then the next lead and "accepted" are one repaint instead of two.
        self.holding += 1
        await asyncio.wait({saving}, timeout=_FRAME)
        self.holding -= 1
        self.queue.renew()
        self.follow()
        if not saving.done():
            self.catch_up()
            await asyncio.wait({saving})
        await self._saved(saving, lead, verbs, more, failed)
        self.catch_up()

    async def _saved(
        self,
        saving: "asyncio.Future[Act | None]",
        lead: Lead,
        verbs: Sequence[LeadVerb],
        more: str,
        failed: Failed | None,
    ) -> None:
        self.leaving.discard(lead.id)
        try:
            act = saving.result()
        except HandoffError as problem:
            self.read_queue()
            self.queue.select(lead.id)
            self._tell_problem(problem)
            # Over another dialog it would take the keys that are meant for that; what was typed is kept as a draft.
            if failed is not None and self.is_active:
                await failed(problem)
            return
        self.unsaved = ""
        if self.filtered:
            self.read_queue()
        self.show_header()
        said = act.sentence if act else f"Saved: {lead.title}"
        self.say(said + more + self._whose(lead, verbs[0]), self._takes_back(verbs[0], act))

    def _takes_back(self, verb: LeadVerb, act: "Act | None") -> str:
        from api.model.operation import Wake
        from api.rules.conflicts import suppresses

        if isinstance(verb, Wake):
            # Once the CRM has it, nothing takes it back, and undo would be about the act before it.
            return self.handoff.key_hint("triage.snooze", "snoozes it again")
        # Once the CRM has it nothing can be done to a suppressed lead, and it is the first thing that is sent.
        if suppresses(verb, self.desk.agreement):
            return "this can’t be undone"
        # Where the CRM has refused it already, undo would be about the act before it.
        return self._undoes() if act is not None else ""

    def _undoes(self) -> str:
        return self.handoff.key_hint("triage.undo", "undoes")

    def _whose(self, lead: Lead, verb: LeadVerb) -> str:
        """Name the other person whose lead it was; only a search shows such leads."""
        from api.model.operation import DECISIONS

        owner = lead.standing.owner
        if owner is None or owner.kind != "person" or owner.id == self.desk.me.id or not isinstance(verb, DECISIONS):
            return ""
        return f" (was {self.desk.owner_words(owner)}’s)"

    # taking back

    def action_undo(self) -> None:
        """Take the last act back."""
        self.run_worker(self._take_back(), group=ACTS)

    def action_redo(self) -> None:
        """Do again what the last undo took back."""
        self.run_worker(self._do_again(), group=ACTS)

    async def _take_back(self) -> None:
        try:
            undone = await self.handoff.writer.take_back()
        except HandoffError as problem:
            self._tell_problem(problem)
            return
        self.unsaved = ""
        self.read_queue()
        # Of several the first is no more the person's subject than where the cursor stands.
        if len(undone.leads) == 1:
            self.queue.select(undone.leads[0])
        self.queue.close_up()
        self.say(undone.sentence, self.handoff.key_hint("triage.redo", "does it again"))

    async def _do_again(self) -> None:
        try:
            redone = await self.handoff.writer.run(self.desk.redo)
        except HandoffError as problem:
            self._tell_problem(problem)
            return
        self.unsaved = ""
        self.read_queue()
        self.queue.close_up()
        self.say(redone.sentence, self._undoes())

    def _tell_problem(self, problem: HandoffError) -> None:
        from api.local.errors import NotSaved

        if isinstance(problem, NotSaved):
            self.unsaved = problem.sentence
            self.show_header()
            self.say("Not saved; nothing was changed.", alarm=True)
        else:
            self.say(problem.sentence, alarm=True)
