"""What a verb asks for, asked line by line, until the answers make an operation."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from api.errors import HandoffError
from api.model.agreement import Ask, AskKind, Reason
from tui.cli.acts.refusals import resolved
from tui.cli.talk.talk import Talk

if TYPE_CHECKING:
    from api.desk import Desk
    from api.model.lead import Lead
    from api.model.operation import LeadVerb
    from tui.verbs import Deed, Question

_SHOWN = 5
"""Leads that are named when words were typed where another lead is asked for."""


class Questions:
    """Asks what is to be known to do something to one lead.

    Every method raises `Ended` when there is no more input, and `Back` when the person wants back to the lead.
    """

    def __init__(self, talk: Talk, opened: "Desk", lead: "Lead") -> None:
        self._talk = talk
        self._opened = opened
        self._lead = lead

    def deed(self, deed: "Deed") -> "Sequence[LeadVerb]":
        """Ask what a verb asks for and return what the answers mean."""
        from tui.verbs import Unanswered

        answers: dict[str, str] = {}
        asked = deed.questions(self._opened, self._lead)
        if asked and deed.about:
            self._talk.say(deed.about)
        for one in asked:
            # What a field is to say is asked once it is known which.
            if one.key != "value" or answers.get("field"):
                answers[one.key] = self._answer(deed, one, answers)
        while True:
            try:
                return deed.make(self._opened, self._lead, answers)
            except Unanswered as problem:
                self._talk.say(problem.sentence)
                wrong = next((one for one in asked if one.key == problem.field), None)
                if wrong is None:
                    raise
                answers[wrong.key] = self._answer(deed, wrong, {**answers, wrong.key: ""})

    def _answer(self, deed: "Deed", one: "Question", answers: Mapping[str, str]) -> str:
        opened, lead = self._opened, self._lead
        first = {**deed.first(opened, lead), **deed.then(opened, lead, answers)}.get(one.key, "")
        said = dict(one.options)
        question = one.label
        if one.options:
            question += ", " + ", ".join(f"{number} {words}" for number, words in enumerate(said.values(), 1))
        elif one.hint:
            question += f" ({one.hint})"
        typed = self._talk.answer(question, said.get(first, first), [one.hint])
        return _numbered(typed, tuple(said))

    def reason(self) -> Reason:
        """Ask for one of the reasons that are possible now, by key, code or name."""
        usable = self._opened.reasons(self._lead)
        listed = [f"  {one.key}  {one.label}" for one in usable]
        while True:
            text = self._talk.answer("Reason, by its key (? lists them)", explained=listed)
            if found := _named(text, usable):
                return found
            self._talk.say(f"There is no reason “{text}” now. There are:" if text else "There are:")
            for line in listed:
                self._talk.say(line)

    def refusal(self, reason: Reason) -> "LeadVerb":
        """Ask what the reason asks for and return the refusal."""
        from api.rules.lifecycle import refusal

        self._talk.say(reason.sentence)
        answers: dict[str, str] = {}
        for ask in reason.asks:
            answers[ask.key] = self._asked(reason, ask, answers)
        return refusal(self._lead, reason.code, {key: text for key, text in answers.items() if text})

    def _asked(self, reason: Reason, ask: Ask, answers: Mapping[str, str]) -> str:
        from api.rules.answers import check

        opened = self._opened
        first = opened.prefill(reason, self._lead, answers).get(ask.key, "")
        question = ask.label
        options: Sequence[str] = ask.options
        if options:
            question += ", " + ", ".join(f"{number} {option}" for number, option in enumerate(options, 1))
        if not ask.required:
            question += " (may be left out)"
        if ask.kind is AskKind.LEAD:
            options = self._likely([one.id for one in opened.likely_duplicates(self._lead)])
        while True:
            text = _numbered(self._talk.answer(question, first, self._explained(reason, ask)), options)
            try:
                text = resolved(opened, reason, ask.key, text)
            except HandoffError as problem:
                self._talk.say(problem.sentence)
                if ask.kind is AskKind.LEAD:
                    options = self._likely(opened.queue(text)) or options
                continue
            wrong = check(reason, {**answers, ask.key: text}, self._lead, opened.clock.today(opened.now()))
            if wrong is None or wrong.field != ask.key:
                return text
            self._talk.say(wrong.sentence)

    def _explained(self, reason: Reason, ask: Ask) -> Sequence[str]:
        if ask.kind is not AskKind.TEAM_OR_PERSON:
            return [reason.sentence]
        people = [one for one in self._opened.people() if one.active]
        teams = sorted({one.team for one in people if one.team})
        return [reason.sentence, *(f"  {one.name}" for one in people), *(f"  team:{team}" for team in teams)]

    def _likely(self, ids: Sequence[str]) -> Sequence[str]:
        """Name a few leads with numbers that may be typed in place of their ids; return their ids in that order."""
        rows = [row for one in ids[: _SHOWN + 1] if one != self._lead.id and (row := self._opened.row(one)) is not None]
        for number, row in enumerate(rows[:_SHOWN], 1):
            company = f", {row.company}" if row.company else ""
            self._talk.say(f"  {number}  {row.title}{company} ({row.id})")
        return [row.id for row in rows[:_SHOWN]]


def _numbered(typed: str, options: Sequence[str]) -> str:
    """Return the option of that number; else what was typed."""
    if typed.isascii() and typed.isdigit() and 1 <= int(typed) <= len(options):
        return options[int(typed) - 1]
    return typed


def _named(text: str, usable: Sequence[Reason]) -> Reason | None:
    wanted = text.casefold()
    for one in usable:
        # Keys tell capitals from small letters, as on the screen.
        if text == one.key or wanted in (one.code.casefold(), one.label.casefold()):
            return one
    near = [one for one in usable if len(wanted) > 1 and one.label.casefold().startswith(wanted)]
    return near[0] if len(near) == 1 else None
