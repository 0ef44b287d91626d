"""Asking what a verb needs to know, for the lead under the cursor or for all that are chosen."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from api.errors import HandoffError
from api.model.lead import Lead
from api.model.operation import LeadVerb
from tui.commands import Command, command
from tui.screens.deciding.footer import HELP, footer
from tui.screens.deciding.possible import hindrance, of_verb
from tui.screens.deciding.saving import Saving
from widgets.frame.key_bar import Key

if TYPE_CHECKING:
    from api.model.agreement import Reason
    from tui.screens.answers import Answers
    from tui.screens.refusing import Refusing
    from tui.verbs import Deed

_SAYS = {"reject", "disqualify"}


class AskingFor(Saving, inherit_bindings=False):
    """Opens a verb's dialog and does what was answered."""

    def lead_under_cursor(self) -> Lead | None:
        """Return the lead under the cursor, or None."""
        raise NotImplementedError

    @property
    def chosen(self) -> tuple[str, ...]:
        """The leads that were chosen, in the order of the queue; empty mostly."""
        raise NotImplementedError

    async def preview(
        self,
        pairs: Sequence[tuple[Lead, Sequence[LeadVerb]]],
        sentence: str,
        *,
        barred: Mapping[str, str] | None = None,
    ) -> None:
        """Show what would become of each lead, and do it once that is confirmed."""
        raise NotImplementedError

    def hindrance_on(self, one: Command, lead: Lead | None) -> str:
        """Say why any command is of no use on this lead now; empty when it is."""
        raise NotImplementedError

    def verb_hindrance(self, one: Command, lead: Lead | None) -> str:
        """Say why a verb is of no use now; empty when it is."""
        return hindrance(self.desk, one, lead, self.handoff.key_hint, several=bool(self.chosen))

    def meaning(self, one: Command) -> str:
        """Return what a command would do now: of an undo, what it takes back."""
        if one.id not in ("triage.undo", "triage.redo"):
            return one.help
        act = self.desk.last_act() if one.id == "triage.undo" else self.desk.last_undone()
        if act is None:
            return one.help
        words = "Take back" if one.id == "triage.undo" else "Do again"
        return f"{words}: {act.sentence[:1].lower()}{act.sentence[1:]}."

    def keys_for(self, lead: Lead | None) -> list[Key]:
        """Return the keys of the footer: those that matter where the lead stands."""
        return [
            Key(
                id=one.id,
                key=self.handoff.key_words(one.id),
                title=one.title,
                possible=not self.hindrance_on(one, lead),
                always=one.id == HELP,
            )
            for one in map(command, footer(lead, self.desk.me))
        ]

    def _begin(self, name: str) -> Lead | None:
        """Return the lead to begin with; None once it was said why nothing can be done."""
        lead = self.lead_under_cursor()
        if why := self.verb_hindrance(command(f"triage.{name}"), lead):
            self.say(why, alarm=True)
            return None
        return lead

    # verbs with questions of their own

    async def act(self, name: str) -> None:
        """Do what the command `name` stands for, after its questions if it has any."""
        from tui.verbs import DEEDS

        lead = self._begin(name)
        if self.chosen:
            from tui.screens.deciding.several import Several

            await Several(self, name).act(DEEDS[name])
        elif lead is not None:
            await self._ask(DEEDS[name], lead)

    async def _ask(self, deed: "Deed", lead: Lead, given: Mapping[str, str] | None = None, problem: str = "") -> None:
        if not deed.questions(self.desk, lead):
            self._do(deed, lead, {})
            return
        from tui.screens.asking.screen import AskScreen

        async def asked(answers: Mapping[str, str] | None) -> None:
            if answers is not None:
                self._do(deed, lead, answers)

        first = deed.first(self.desk, lead)
        await self.app.push_screen(
            AskScreen(self.desk, lead, deed, first=first, given=given, problem=problem, done=asked)
        )

    def _do(self, deed: "Deed", lead: Lead, answers: Mapping[str, str]) -> None:
        from tui.verbs import more

        async def failed(problem: HandoffError) -> None:
            if deed.questions(self.desk, lead):
                await self._ask(deed, lead, answers, problem.sentence)

        try:
            verbs = deed.make(self.desk, lead, answers)
        except HandoffError as problem:
            self.say(problem.sentence, alarm=True)
            return
        go = self.remark if deed.stays else self.decide
        go(verbs, lead, more=more(self.desk, verbs), failed=failed)

    # refusals, whose questions are the agreement's

    async def refuse(self, name: str) -> None:
        """Ask for the reason, unless the command `name` stands for one; then for what the reason asks for."""
        lead = self._begin(name)
        if self.chosen:
            from tui.screens.deciding.several import Several

            await Several(self, name).refuse()
        elif lead is not None:
            if (reason := self.meant(name, lead)) is None:
                await self._refusing(lead).ask_reason()
            else:
                await self._refusing(lead).ask_answers(reason, alone=True)

    def meant(self, name: str, lead: Lead) -> "Reason | None":
        """Return the reason that a command stands for; None where it is to be picked."""
        from tui.verbs import REFUSALS, reason_for

        return None if name in _SAYS else reason_for(self.desk, lead, REFUSALS[name])

    def why_not(self, name: str, lead: Lead) -> str:
        """Say why the verb of a command is not possible on a lead; empty when it is."""
        return of_verb(self.desk, name, lead, self.handoff.key_hint)

    def _refusing(self, lead: Lead) -> "Refusing":
        from tui.screens.refusing import Refusing

        async def done(reason: "Reason", answers: "Answers | None") -> None:
            self._refuse(lead, reason, answers)

        return Refusing(self.handoff, self.desk, lead, done)

    def _refuse(self, lead: Lead, reason: "Reason", answers: "Answers | None") -> None:
        from api.rules.lifecycle import refusal
        from tui.verbs import more

        async def failed(problem: HandoffError) -> None:
            if answers is not None:
                await self._refusing(lead).ask_answers(reason, answers, problem.sentence)

        values = answers.values if answers else {}
        note = answers.note if answers else ""
        verb = refusal(lead, reason.code, values, note)
        self.decide((verb,), lead, more=more(self.desk, (verb,)), failed=failed)
