"""Doing the same to all chosen leads: asked once, made for each, shown before anything happens."""

import asyncio
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from api.errors import HandoffError
from api.model.agreement import AskKind
from api.model.lead import Lead
from api.model.operation import LeadVerb
from tui.commands import command

if TYPE_CHECKING:
    from api.model.agreement import Reason
    from tui.screens.answers import Answers
    from tui.screens.deciding.asking_for import AskingFor
    from tui.verbs import Deed


class Several:
    """One command on all leads that are chosen on a screen, those that it can't be done to named with the reason."""

    def __init__(self, screen: "AskingFor", name: str) -> None:
        self._screen = screen
        self._desk = screen.desk
        self._name = name
        self._title = command(f"triage.{name}").title
        self._barred: dict[str, str] = {}

    async def act(self, deed: "Deed") -> None:
        """Ask the verb's questions once, then show what would be done."""
        leads = await self._able()
        if not leads:
            return
        if not deed.questions(self._desk, leads[0]):
            await self._show(deed, leads, {})
            return
        from tui.screens.asking.screen import AskScreen

        async def asked(answers: Mapping[str, str] | None) -> None:
            if answers is not None:
                await self._show(deed, leads, answers)

        first = await asyncio.to_thread(self._common, deed, leads)
        await self._screen.app.push_screen(
            AskScreen(self._desk, leads[0], deed, several=leads, first=first, done=asked)
        )

    async def refuse(self) -> None:
        """Ask for the reason and its answers once, then show what would be done."""
        leads = await self._able()
        if not leads:
            return
        from tui.screens.refusing import Refusing

        async def done(reason: "Reason", answers: "Answers | None") -> None:
            await self._show_refusals(leads, reason, answers)

        refusing = Refusing(self._screen.handoff, self._desk, leads[0], done, several=len(leads))
        if (reason := self._screen.meant(self._name, leads[0])) is None:
            await refusing.ask_reason()
        else:
            await refusing.ask_answers(reason, alone=True)

    async def _able(self) -> list[Lead]:
        """Return the chosen leads that the command can be done to; say why when there is none."""
        able = await asyncio.to_thread(self._sift)
        if not able:
            why = next(iter(self._barred.values()), "The chosen leads are gone.")
            rest = len(self._barred) - 1
            self._screen.say(f"{why} The other {rest} can’t be either." if rest > 0 else why, alarm=True)
        return able

    def _sift(self) -> list[Lead]:
        able = []
        for lead_id in self._screen.chosen:
            try:
                lead = self._desk.lead(lead_id)
            except HandoffError:
                continue
            if why := self._screen.why_not(self._name, lead):
                self._barred[lead_id] = why
            else:
                able.append(lead)
        return able

    def _common(self, deed: "Deed", leads: Sequence[Lead]) -> dict[str, str]:
        """Return the first values that are the same for all: what one lead was told is no answer for another."""
        first = deed.first(self._desk, leads[0])
        for lead in leads[1:]:
            other = deed.first(self._desk, lead)
            first = {key: value for key, value in first.items() if other.get(key) == value}
        return first

    async def _show(self, deed: "Deed", leads: Sequence[Lead], answers: Mapping[str, str]) -> None:
        from tui.verbs import more

        def make() -> list[tuple[Lead, Sequence[LeadVerb]]]:
            pairs: list[tuple[Lead, Sequence[LeadVerb]]] = []
            for lead in leads:
                try:
                    pairs.append((lead, deed.make(self._desk, lead, answers)))
                except HandoffError as problem:
                    self._barred[lead.id] = problem.sentence
            return pairs

        pairs = await asyncio.to_thread(make)
        said = more(self._desk, pairs[0][1]) if pairs else ""
        await self._preview(pairs, self._title + said)

    async def _show_refusals(self, leads: Sequence[Lead], reason: "Reason", answers: "Answers | None") -> None:
        from api.rules.lifecycle import refusal

        given = answers.values if answers else {}
        note = answers.note if answers else ""
        filled = self._desk.prefill(reason, leads[0], given)

        names_lead = {ask.key for ask in reason.asks if ask.kind is AskKind.LEAD}

        def make() -> list[tuple[Lead, Sequence[LeadVerb]]]:
            pairs: list[tuple[Lead, Sequence[LeadVerb]]] = []
            merged: set[str] = set()
            kept: set[str] = set()
            for lead in leads:
                values = given if lead is leads[0] else self._own(reason, lead, given, filled)
                others = {values[key] for key in names_lead & values.keys()}
                # Two that look alike name each other; were both merged, none would be left.
                if lead.id in kept:
                    self._barred[lead.id] = "Another chosen lead doubles it."
                elif others & merged:
                    self._barred[lead.id] = "The lead that it doubles would be merged itself."
                else:
                    kept |= others
                    merged |= {lead.id} if others else set()
                    pairs.append((lead, (refusal(lead, reason.code, values, note),)))
            return pairs

        label = reason.label[:1].lower() + reason.label[1:]
        await self._preview(await asyncio.to_thread(make), f"{self._title}: {label}")

    def _own(self, reason: "Reason", lead: Lead, given: Mapping[str, str], filled: Mapping[str, str]) -> dict[str, str]:
        """Return the answers for another lead: where the first one's was only filled in, this one's is."""
        own = self._desk.prefill(reason, lead, dict(given))
        values = {
            key: own.get(key, "") if value and value == filled.get(key) else value for key, value in given.items()
        }
        return {key: value for key, value in values.items() if value}

    async def _preview(self, pairs: Sequence[tuple[Lead, Sequence[LeadVerb]]], sentence: str) -> None:
        await self._screen.preview(pairs, sentence[:1].upper() + sentence[1:], barred=self._barred)
