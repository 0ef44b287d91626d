"""The part of a screen that decides on the lead under its cursor: accept, refuse, undo."""

import asyncio
from typing import TYPE_CHECKING

from textual.screen import Screen

from api.errors import HandoffError
from api.model.lead import Lead, State
from api.model.operation import Accept, LeadVerb

if TYPE_CHECKING:
    from api.desk import Desk
    from api.desk.news import Act
    from api.model.agreement import Reason
    from tui.app import HandoffApp
    from tui.screens.answers import Answers
    from widgets.queue.lead_queue import LeadQueue

ACTS = "acts"
"""Group of the workers that write what was decided; leaving waits for them."""

_FRAME = 0.012
"""Seconds that a repaint waits for the disk, so that both are shown at once."""

_WORKED = (State.ACCEPTED, State.QUALIFIED)


class Deciding(Screen[None], inherit_bindings=False):
    """Decides on one lead after another; the queue moves on at once, "done" is said once the disk has it."""

    desk: "Desk"
    leaving: set[str]
    """Leads decided on whose record is on its way to the disk."""
    holding = 0
    """How many decisions wait for the disk within this frame; what else changed is shown together with them."""
    drafts: "dict[tuple[str, str], Answers]"
    """What was typed for the lead under the cursor and not sent, by lead and reason."""
    unsaved = ""
    """What the disk refused; stays until something was saved again."""

    @property
    def handoff(self) -> "HandoffApp":
        """The program."""
        raise NotImplementedError

    @property
    def queue(self) -> "LeadQueue":
        """The queue."""
        raise NotImplementedError

    def lead_under_cursor(self) -> Lead | None:
        """Return the lead under the cursor, or None."""
        raise NotImplementedError

    def say(self, sentence: str, hint: str = "", *, alarm: bool = False) -> None:
        """Say what happened."""
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

    def show_header(self) -> None:
        """Show what waits and what is wrong."""
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
            await self._ask_reason(lead)

    def action_undo(self) -> None:
        """Take the last act back."""
        self.run_worker(self._take_back(), group=ACTS)

    async def _ask_reason(self, lead: Lead, at: str = "") -> None:
        from tui.screens.reasons import ReasonScreen

        async def picked(reason: "Reason | None") -> None:
            if reason is None:
                return
            if reason.asks:
                await self._ask_answers(lead, reason, self.drafts.get((lead.id, reason.code)))
            else:
                self._refuse(lead, reason, None)

        # Waiting until it is there lets keys typed ahead reach it.
        await self.app.push_screen(ReasonScreen(self.desk, lead, at, done=picked))

    async def _ask_answers(
        self, lead: Lead, reason: "Reason", given: "Answers | None" = None, problem: str = ""
    ) -> None:
        from tui.screens.answers import AnswerScreen, Draft

        async def answered(answers: "Answers") -> None:
            if isinstance(answers, Draft):
                self.drafts[lead.id, reason.code] = answers
                await self._ask_reason(lead, reason.code)
            else:
                self._refuse(lead, reason, answers)

        await self.app.push_screen(AnswerScreen(self.desk, lead, reason, given, problem, done=answered))

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
                await self._ask_answers(lead, reason, answers, problem.sentence)
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
