"""The part of the Sync screen that answers what is under the cursor, and takes answers back."""

from collections.abc import Awaitable, Callable
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple

import msgspec

from api.desk.news import Resolved, Waiting, Way, Wish
from api.errors import HandoffError
from api.model import operation as op
from tui.commands import command
from tui.screens.area import Area
from tui.screens.deciding import ACTS
from tui.screens.refusing import Refusing
from tui.screens.sync.ways import way_command, words

if TYPE_CHECKING:
    from api.model.agreement import Reason
    from api.model.lead import Lead
    from api.model.operation import LeadVerb, Operation
    from tui.screens.answers import Answers
    from tui.screens.sync.matters import Matter
    from widgets.matters.matter_list import MatterList


class Answered(NamedTuple):
    """What was done here, and how it is taken back."""

    matter: "Matter"
    take_back: Callable[[], Any]
    """Blocks until the disk has it, and returns what was done, with its sentence."""


class Answering(Area, inherit_bindings=False):
    """One key for each way; the next matter is under the cursor at once, "done" is said once the disk has it."""

    leaving: dict[str, "Matter"]
    """Matters whose answer is on its way to the disk, by key."""
    gone: set[str]
    """Keys of matters that were answered here."""

    @property
    def matter_list(self) -> "MatterList":
        """The list."""
        raise NotImplementedError

    def matter_under_cursor(self) -> "Matter | None":
        """Return what is under the cursor, or None."""
        raise NotImplementedError

    def lead_of(self, matter: "Matter") -> "Lead | None":
        """Return the lead that it is about, or None when it is gone."""
        raise NotImplementedError

    @property
    def there(self) -> bool:
        """Whether the person has not left the screen; one that was left has no widgets any more."""
        return self in self.app.screen_stack

    def read(self) -> None:
        """Read everything from the desk again."""
        raise NotImplementedError

    # one key each

    def action_yield(self) -> None:
        """Let theirs stand."""
        self._resolve_at_once(Way.YIELD)

    def action_insist(self) -> None:
        """Stand by one's own."""
        self._resolve_at_once(Way.INSIST)

    def action_retry(self) -> None:
        """Do it again; what is pending is sent now."""
        matter = self._open_to(Way.RETRY)
        if matter is not None and isinstance(matter.about, Waiting):
            self.app.call_next(self.app.run_action, "app.sync")
        elif matter is not None:
            self._resolve(matter, Way.RETRY)

    def action_hand_over(self) -> None:
        """Give the lead to whoever asked."""
        if (matter := self._open_to(Way.HAND_OVER)) is not None:
            self._answer_wish(matter, Way.HAND_OVER)

    async def action_keep(self) -> None:
        """Keep the lead, with a few words if the person likes."""
        if (matter := self._open_to(Way.KEEP)) is None:
            return

        async def done(text: str) -> None:
            self._answer_wish(matter, Way.KEEP, text)

        await self._ask_words(matter, "Keep", "Why you keep it", done)

    async def action_ask(self) -> None:
        """Ask for the lead, with a few words if the person likes."""
        if (matter := self._open_to(Way.ASK)) is None:
            return

        async def done(text: str) -> None:
            self._resolve(matter, Way.ASK, text=text)

        await self._ask_words(matter, "Ask for", "Why you should have it", done)

    async def _ask_words(
        self, matter: "Matter", verb: str, label: str, done: Callable[[str], Awaitable[None]], *, given: str = ""
    ) -> None:
        from tui.screens.sync.few_words import WordsScreen

        await self.app.push_screen(WordsScreen(verb, matter.title, label=label, given=given, done=done))

    async def action_reroute(self) -> None:
        """Ask to whom, and send the lead there."""
        if (matter := self._open_to(Way.REROUTE)) is None:
            return
        from tui.screens.sync.whom import WhomScreen

        async def done(to: str) -> None:
            if to:
                self._resolve(matter, Way.REROUTE, to=to)

        await self.app.push_screen(WhomScreen(self.desk, matter.title, done=done))

    async def action_edit(self) -> None:
        """Open the form with what was answered before."""
        matter = self._open_to(Way.EDIT)
        operation = matter.operation if matter is not None else None
        lead = self.lead_of(matter) if matter is not None else None
        if matter is None or operation is None or lead is None:
            return
        verb = operation.verb
        if isinstance(verb, op.Reject | op.Disqualify):
            await self._edit_refusal(matter, lead, verb)
            return
        field = next((name for name in ("text", "value", "note", "reason") if hasattr(verb, name)), "")

        async def done(text: str) -> None:
            self._resolve(matter, Way.EDIT, verb=msgspec.structs.replace(verb, **{field: text}))

        if field:
            await self._ask_words(matter, "Edit", _FIELDS[field], done, given=str(getattr(verb, field)))

    async def _edit_refusal(self, matter: "Matter", lead: "Lead", verb: "op.Reject | op.Disqualify") -> None:
        from api.rules.lifecycle import refusal
        from tui.screens.answers import Answers

        async def done(reason: "Reason", answers: "Answers | None") -> None:
            values, note = (answers.values, answers.note) if answers is not None else ({}, "")
            self._resolve(matter, Way.EDIT, verb=refusal(lead, reason.code, values, note))

        refusing = Refusing(self.handoff, self.desk, lead, done)
        reason = self.desk.agreement.reason(verb.reason)
        usable = {one.code for one in self.desk.reasons(lead)}
        if reason is not None and reason.code in usable:
            await refusing.ask_answers(reason, Answers(dict(verb.answers), verb.note))
        else:
            await refusing.ask_reason(verb.reason)

    async def action_discard(self) -> None:
        """Ask once more, with another key, and give it up."""
        if (matter := self._open_to(Way.DISCARD)) is None:
            return
        from tui.screens.sync.sure import SureScreen

        async def done(sure: bool) -> None:
            if sure:
                self._discard(matter)

        await self.app.push_screen(SureScreen("Discard ", matter.title, _what_discarding_does(matter), done=done))

    def _discard(self, matter: "Matter") -> None:
        operation = matter.operation
        if operation is not None and isinstance(matter.about, Waiting):
            self._save(matter, partial(self.desk.undo, operation.group or operation.id), self.desk.redo)
        else:
            self._resolve(matter, Way.DISCARD)

    # doing it

    def _open_to(self, way: Way) -> "Matter | None":
        """Return what is under the cursor if that way is open, else say why not."""
        # What came a moment ago may have opened or closed it.
        self.read()
        if why := self.hindrance(command(way_command(way))):
            self.say(why, alarm=True)
            return None
        return self.matter_under_cursor()

    def _resolve_at_once(self, way: Way) -> None:
        if (matter := self._open_to(way)) is not None:
            self._resolve(matter, way)

    def _resolve(
        self, matter: "Matter", way: Way, *, to: str = "", verb: "LeadVerb | None" = None, text: str = ""
    ) -> None:
        operation = matter.operation
        if operation is not None:
            self._save(
                matter,
                partial(self.desk.resolve, operation.id, way, to=to, verb=verb, text=text),
                partial(self.desk.reconsider, operation.id),
            )

    def _answer_wish(self, matter: "Matter", way: Way, text: str = "") -> None:
        if isinstance(matter.about, Wish):
            act = partial(self.desk.answer, matter.lead_id, way, text, to=matter.about.remark.by)
            self._save(matter, act, None)

    def _save(self, matter: "Matter", act: Callable[[], Any], take_back: Callable[[], Any] | None) -> None:
        self.leaving[matter.key] = matter
        self.read()
        # The program's own work, since a screen that is left takes its own along, and the answer with it.
        self.app.run_worker(self._write(matter, act, take_back), group=ACTS)

    async def _write(self, matter: "Matter", act: Callable[[], Any], take_back: Callable[[], Any] | None) -> None:
        try:
            done = await self.handoff.writer.run(act)
        except HandoffError as problem:
            self.leaving.pop(matter.key, None)
            if self.there:
                self.read()
                self.matter_list.select(matter.key)
            self._tell_problem(problem)
            return
        self.leaving.pop(matter.key, None)
        self.gone.add(matter.key)
        recorded: tuple[Operation, ...] = done.operations if isinstance(done, Resolved) else ()
        if recorded:
            take_back = partial(self.desk.undo, recorded[0].group or recorded[0].id)
        if take_back is not None:
            self.handoff.answered.append(Answered(matter, take_back))
        undoes = self.handoff.key_hint("sync.undo", "undoes")
        self._tell_done(done.sentence, undoes if take_back is not None else "")

    def _tell_done(self, sentence: str, hint: str = "") -> None:
        """Say what was done; where the screen was left meanwhile, on the one that is there now."""
        self.unsaved = ""
        if self.there:
            self.read()
            self.say(sentence, hint)
        elif self.handoff.area is not None:
            self.handoff.area.say(sentence)

    def action_undo(self) -> None:
        """Take back what was done here last."""
        if not self.handoff.answered:
            self.say(self.hindrance(command("sync.undo")))
            return
        last = self.handoff.answered.pop()
        self.app.run_worker(self._take_back(last), group=ACTS)

    async def _take_back(self, last: Answered) -> None:
        from api.local.errors import NotSaved

        try:
            undone = await self.handoff.writer.run(last.take_back)
        except HandoffError as problem:
            if isinstance(problem, NotSaved):
                self.handoff.answered.append(last)
            self._tell_problem(problem)
            return
        self.gone.discard(last.matter.key)
        self._tell_done(undone.sentence)
        if self.there:
            self.matter_list.select(last.matter.key)

    def _tell_problem(self, problem: HandoffError) -> None:
        from api.local.errors import NotSaved

        if not self.there:
            if self.handoff.area is not None:
                self.handoff.area.say(problem.sentence, alarm=True)
        elif isinstance(problem, NotSaved):
            self.unsaved = problem.sentence
            self.show_header()
            self.say("Not saved; nothing was changed.", alarm=True)
        else:
            self.say(problem.sentence, alarm=True)

    # the lead

    async def action_go_to_lead(self) -> None:
        """Go to the lead in the queue."""
        why = self.hindrance(command("sync.go_to_lead"))
        matter = self.matter_under_cursor()
        if why or matter is None:
            self.say(why, alarm=True)
            return
        triage = self.handoff.triage
        self.dismiss(None)
        if triage is not None:
            await triage.go_to(matter.lead_id)

    def action_open(self) -> None:
        """Open the lead's page in the browser."""
        matter = self.matter_under_cursor()
        lead = self.lead_of(matter) if matter is not None else None
        if lead is not None:
            self.open_page(lead)


_FIELDS = {"text": "The words", "value": "The value", "note": "A note", "reason": "The reason, in your words"}


def _what_discarding_does(matter: "Matter") -> str:
    did = words(Way.DISCARD, matter.about)
    return f"Enter does it: {did}."
