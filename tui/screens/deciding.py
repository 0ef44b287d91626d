"""The part of a screen that decides on the lead under its cursor: accept, refuse, undo."""

import asyncio
from typing import TYPE_CHECKING

from api.errors import HandoffError
from api.model.lead import Lead, State
from api.model.operation import Accept, LeadVerb
from tui.screens.area import Area
from tui.screens.refusing import Drafts, Refusing

if TYPE_CHECKING:
    from api.desk.news import Act
    from api.model.agreement import Reason
    from tui.screens.answers import Answers
    from widgets.queue.lead_queue import LeadQueue

ACTS = "acts"
"""Group of the workers that write what was decided; leaving waits for them."""

_FRAME = 0.012
"""Seconds that a repaint waits for the disk, so that both are shown at once."""

_WORKED = (State.ACCEPTED, State.QUALIFIED)


class Deciding(Area, inherit_bindings=False):
    """Decides on one lead after another; the queue moves on at once, "done" is said once the disk has it."""

    leaving: set[str]
    """Leads decided on whose record is on its way to the disk."""
    holding = 0
    """How many decisions wait for the disk within this frame; what else changed is shown together with them."""
    drafts: Drafts
    """What was typed for the lead under the cursor and not sent."""

    @property
    def queue(self) -> "LeadQueue":
        """The queue."""
        raise NotImplementedError

    def lead_under_cursor(self) -> Lead | None:
        """Return the lead under the cursor, or None."""
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

    def refusing(self, lead: Lead) -> str:
        """Return the verb that refuses this lead: reject before contact, disqualify after."""
        return "disqualify" if lead.state in _WORKED else "reject"

    def action_accept(self) -> None:
        """Accept the lead under the cursor."""
        lead = self.lead_under_cursor()
        if lead is None:
            self.say("No lead is under the cursor.")
        elif why := self.desk.hinder(lead, "accept"):
            self.say(why, alarm=True)
        else:
            self._decide(Accept(), lead)

    async def action_reject(self) -> None:
        """Ask for the reason, then for what the reason asks for."""
        lead = self.lead_under_cursor()
        if lead is None:
            self.say("No lead is under the cursor.")
        elif why := self.desk.hinder(lead, self.refusing(lead)):
            self.say(why, alarm=True)
        else:
            await self._refusing(lead).ask_reason()

    def action_undo(self) -> None:
        """Take the last act back."""
        self.run_worker(self._take_back(), group=ACTS)

    def action_redo(self) -> None:
        """Do again what the last undo took back."""
        self.run_worker(self._do_again(), group=ACTS)

    def _refusing(self, lead: Lead) -> Refusing:
        async def done(reason: "Reason", answers: "Answers | None") -> None:
            self._refuse(lead, reason, answers)

        return Refusing(self.handoff, self.desk, lead, self.drafts, done)

    def _refuse(self, lead: Lead, reason: "Reason", answers: "Answers | None") -> None:
        from api.rules.lifecycle import refusal

        values = answers.values if answers else {}
        note = answers.note if answers else ""
        self._decide(refusal(lead, reason.code, values, note), lead, reason, answers)

    def _decide(
        self, verb: LeadVerb, lead: Lead, reason: "Reason | None" = None, answers: "Answers | None" = None
    ) -> None:
        self.leaving.add(lead.id)
        self.queue.drop(lead.id, paint=False)
        self.run_worker(self._save(verb, lead, reason, answers), group=ACTS)

    async def _save(self, verb: LeadVerb, lead: Lead, reason: "Reason | None", answers: "Answers | None") -> None:
        saving = asyncio.ensure_future(self.handoff.writer.record(verb, [lead]))
        # A disk usually answers within one frame: then the next lead and "accepted" are one repaint instead of two.
        self.holding += 1
        await asyncio.wait({saving}, timeout=_FRAME)
        self.holding -= 1
        self.queue.renew()
        self.follow()
        if not saving.done():
            self.catch_up()
            await asyncio.wait({saving})
        await self._saved(saving, lead, reason, answers)
        self.catch_up()

    async def _saved(
        self, saving: "asyncio.Future[Act | None]", lead: Lead, reason: "Reason | None", answers: "Answers | None"
    ) -> None:
        self.leaving.discard(lead.id)
        try:
            act = saving.result()
        except HandoffError as problem:
            self.read_queue()
            self.queue.select(lead.id)
            self._tell_problem(problem)
            if reason is not None and answers is not None:
                await self._refusing(lead).ask_answers(reason, answers, problem.sentence)
            return
        self.unsaved = ""
        if self.filtered:
            self.read_queue()
        self.show_header()
        self.say((act.sentence if act else f"Saved: {lead.title}") + self._whose(lead), _takes_back(reason))

    def _whose(self, lead: Lead) -> str:
        """Name the other person whose lead it was; only a search shows such leads."""
        owner = lead.standing.owner
        if owner is None or owner.kind != "person" or owner.id == self.desk.me.id:
            return ""
        return f" (was {self.desk.owner_words(owner)}’s)"

    async def _take_back(self) -> None:
        try:
            undone = await self.handoff.writer.take_back()
        except HandoffError as problem:
            self._tell_problem(problem)
            return
        self.unsaved = ""
        self.read_queue()
        for lead_id in undone.leads[:1]:
            self.queue.select(lead_id)
        self.say(undone.sentence)

    async def _do_again(self) -> None:
        try:
            redone = await self.handoff.writer.run(self.desk.redo)
        except HandoffError as problem:
            self._tell_problem(problem)
            return
        self.unsaved = ""
        self.read_queue()
        self.say(redone.sentence, "u undoes")

    def _tell_problem(self, problem: HandoffError) -> None:
        from api.local.errors import NotSaved

        if isinstance(problem, NotSaved):
            self.unsaved = problem.sentence
            self.show_header()
            self.say("Not saved; nothing was changed.", alarm=True)
        else:
            self.say(problem.sentence, alarm=True)


def _takes_back(reason: "Reason | None") -> str:
    from api.model.agreement import Consequence

    # Once the CRM has it nothing can be done to a suppressed lead, and it is the first thing that is sent.
    return "this can’t be undone" if reason is not None and reason.outcome is Consequence.SUPPRESS else "u undoes"
