"""One lead after the other: shown, asked about, done, until the person leaves or nothing waits."""

from collections.abc import Mapping, Sequence
from queue import Empty, SimpleQueue
from shutil import get_terminal_size
from textwrap import wrap
from typing import TYPE_CHECKING

from api.errors import HandoffError
from api.model.lead import State
from tui.cli.acts.carrying import done_words, whole_act
from tui.cli.acts.outcomes import title_of
from tui.cli.in_step import InStep
from tui.cli.output import CONFLICT, DONE, PENDING, words
from tui.cli.queue.news import back_words
from tui.cli.talk.questions import Questions
from tui.cli.talk.talk import Back, Ended, Talk
from tui.commands import COMMANDS, Command
from tui.verbs import DEEDS, REFUSALS, reason_for

if TYPE_CHECKING:
    from collections.abc import Callable

    from api.desk import Changed, Desk, Undone
    from api.model.lead import Lead
    from api.model.operation import LeadVerb
    from tui.settings.keymap import Keymap

_REFUSE = ("reject", "disqualify")
SKIP, QUIT, HELP, UNDO, REDO = "s", "q", "?", "triage.undo", "triage.redo"


class Session:
    """What one `handoff next` does at a terminal."""

    def __init__(
        self,
        opened: "Desk",
        talk: Talk,
        *,
        top: "Callable[[frozenset[str]], str]",
        show: "Callable[[Lead], None]",
        keymap: "Keymap",
    ) -> None:
        """`top` gives the lead to be decided next but for those that were skipped, `show` prints one whole."""
        self._opened = opened
        self._talk = talk
        self._top = top
        self._show = show
        self._verbs = [one for one in COMMANDS if _name(one) in (*DEEDS, *REFUSALS, *_REFUSE)]
        self._keys = {key: one for one in self._verbs if (key := keymap.words(one.id))}
        self._undo, self._redo = keymap.words(UNDO), keymap.words(REDO)
        self._skipped: set[str] = set()
        self._made: list[str] = []
        self._heard: SimpleQueue[Changed] = SimpleQueue()

    def run(self, first: "Lead", wait: float) -> int:
        """Go through the queue from `first`, which is shown at once; return the exit code.

        `wait`: seconds that the CRM may take at the end to answer what was done.
        """
        self._show(first)
        stop = self._opened.listen(self._heard.put)
        try:
            with InStep(self._opened) as line:
                self._through(first)
                if self._made and not line.answered(self._made, wait) and line.problem:
                    self._talk.say(line.problem)
        finally:
            stop()
        return self._closed()

    def _through(self, lead: "Lead") -> None:
        try:
            while True:
                following = self._decide(lead)
                if not following and not (following := self._top(frozenset(self._skipped))):
                    self._say_news()
                    skipped = f" You skipped {len(self._skipped)}." if self._skipped else ""
                    self._talk.say(f"Nothing more waits for a decision.{skipped}")
                    return
                self._say_news()
                self._talk.say()
                lead = self._opened.lead(following)
                self._show(lead)
        except Ended:
            return

    def _decide(self, lead: "Lead") -> str:
        """Ask about one lead until there is no more to do on it; return the lead to go to, or nothing for the next."""
        while True:
            self._say_news()
            if why := self._overtaken(lead):
                self._talk.say(why)
                return ""
            text = self._talk.ask(self._question(lead))
            if text in (QUIT, "quit", "exit"):
                raise Ended
            if text in (SKIP, "skip"):
                self._skipped.add(lead.id)
                return ""
            if text in (self._undo, "undo", self._redo, "redo"):
                if back := self._take_back(redo=text in (self._redo, "redo")):
                    return back
                continue
            one = self._command(text)
            if one is None:
                self._help(lead, text)
                continue
            try:
                if self._do(one, lead):
                    return ""
                lead = self._opened.lead(lead.id)
            except Back:
                self._talk.say(f"Back at {lead.title}; nothing was done.")
            except HandoffError as problem:
                self._talk.say(problem.sentence)

    # --- what can be done ------------------------------------------------------------------------------------------

    def _question(self, lead: "Lead") -> str:
        offered = [
            f"{key} {one.title}" for key, one in self._keys.items() if one.shown and not self._hindered(one, lead)
        ]
        question = f"{lead.title}: {', '.join([*offered, f'{SKIP} skip', f'{QUIT} quit', f'{HELP} all'])}:"
        # A terminal would break it in the middle of a word.
        return "\n".join(wrap(question, get_terminal_size().columns - 2))

    def _command(self, text: str) -> Command | None:
        """Return the command that was meant: by its key, or by its name on the command line."""
        by_name: Mapping[str, Command] = {one.cli.partition(" ")[0]: one for one in reversed(self._verbs)}
        return self._keys.get(text) or by_name.get(text.casefold())

    def _help(self, lead: "Lead", text: str) -> None:
        if text not in (HELP, "help"):
            self._talk.say(f"“{text}” is no key here." if text else "Nothing was typed, nothing was done.")
            return
        for key, one in self._keys.items():
            why = self._hindered(one, lead)
            self._talk.say(f"  {key}  {one.title}: {f'not now. {why}' if why else one.help}")
        self._talk.say(f"  {self._undo}  undo: take back the last thing done; {self._redo} does it again.")
        self._talk.say(f"  {SKIP}  skip: leave this lead as it is and go on.")
        self._talk.say(f"  {QUIT}  quit; what was done stays done.")
        self._talk.say("In questions: Enter takes what stands in brackets, - leaves it empty, . goes back to the lead.")

    def _hindered(self, one: Command, lead: "Lead") -> str:
        """Say why this can't be done to the lead now; empty when it can."""
        name = _name(one)
        if name in DEEDS:
            return self._opened.hinder(lead, DEEDS[name].verb)
        if name in _REFUSE:
            return self._opened.hinder(lead, name)
        outcome = REFUSALS[name]
        if reason_for(self._opened, lead, outcome) is None:
            return "The agreement has no reason for this now."
        if name == "suppress":
            return "" if lead.state is not State.SUPPRESSED else self._opened.hinder(lead, "reject")
        return self._opened.hinder(lead, "reject" if lead.state is State.NEW else "disqualify")

    # --- doing it --------------------------------------------------------------------------------------------------

    def _do(self, one: Command, lead: "Lead") -> bool:
        """Ask what the verb asks for and do it; say whether the lead is done with for now.

        Raises:
            Back: the person thought better of it.
            HandoffError: it can't be done, or the disk did not take it; nothing was done then.
        """
        if why := self._hindered(one, lead):
            self._talk.say(why)
            return False
        verbs, stays = self._asked(one, lead)
        if why := self._overtaken(lead):
            self._talk.say(f"{why} Nothing was done.")
            return True
        operations = whole_act(self._opened, lead, verbs)
        self._opened.commit(operations)
        self._made += [operation.id for operation in operations]
        for operation in operations:
            self._talk.say(f"{done_words(self._opened, operation)}.")
        self._talk.say(f"{self._undo} takes it back." if self._undo else "“handoff undo” takes it back.")
        return not stays

    def _asked(self, one: Command, lead: "Lead") -> "tuple[Sequence[LeadVerb], bool]":
        name, questions = _name(one), Questions(self._talk, self._opened, lead)
        if name in DEEDS:
            return questions.deed(DEEDS[name]), DEEDS[name].stays
        reason = reason_for(self._opened, lead, REFUSALS[name]) if name in REFUSALS else questions.reason()
        if reason is None:
            raise Back
        return (questions.refusal(reason),), False

    def _take_back(self, *, redo: bool) -> str:
        """Undo, or redo, and say so; return the lead that it was about."""
        try:
            done = self._opened.redo() if redo else self._undone()
        except HandoffError as problem:
            self._talk.say(problem.sentence)
            return ""
        self._made += [operation.id for operation in done.operations]
        self._talk.say(f"{done.sentence.rstrip('.')}.")
        lead_id = done.leads[0] if done.leads else ""
        self._skipped.discard(lead_id)
        row = self._opened.row(lead_id)
        return lead_id if row is not None and row.state == State.NEW.value else ""

    def _undone(self) -> "Undone":
        undone = self._opened.undo()
        self._made = [one for one in self._made if one not in undone.withdrawn]
        return undone

    # --- what others do --------------------------------------------------------------------------------------------

    def _overtaken(self, seen: "Lead") -> str:
        """Say what became of the lead since it was shown; empty while it stands as it did."""
        try:
            lead = self._opened.lead(seen.id)
        except HandoffError as gone:
            return gone.sentence
        if lead.decision_revision == seen.decision_revision:
            return ""
        last = lead.decided
        who = last.by_name if last is not None else "Somebody"
        return f"{who or 'Somebody'} did something to {lead.title} meanwhile; it is {lead.state.value} now."

    def _say_news(self) -> None:
        """Say in calm lines what has happened since the last question."""
        arrived = 0
        told: list[str] = []
        while True:
            try:
                changed = self._heard.get_nowait()
            except Empty:
                break
            arrived += len(changed.arrived)
            told += [f"{title_of(self._opened, one)} is {back_words(self._opened, one)}." for one in changed.back]
            told += [sentence for _, sentence in changed.by_others]
            failed = {receipt.operation_id for receipt in changed.receipts if not receipt.result.took_effect}
            if failed:
                told += [one.sentence for one in self._opened.unsettled() if one.operation.id in failed]
        for sentence in dict.fromkeys(told):
            self._talk.say(f"News: {sentence}")
        if arrived:
            self._talk.say(f"News: {words(arrived, 'new lead')} arrived.")

    def _closed(self) -> int:
        """Say what was done, and what of it is still to be sent."""
        receipts = [self._opened.receipt(one) for one in self._made]
        unsent = sum(receipt is None for receipt in receipts)
        lost = sum(receipt is not None and not receipt.result.took_effect for receipt in receipts)
        if self._made:
            self._talk.say(f"{words(len(self._made), 'act')} saved; “handoff undo” takes the last one back.")
        if unsent:
            self._talk.say(f"{unsent:,} of them not sent yet; “handoff sync” sends what is saved here.")
        if lost:
            self._talk.say("“handoff conflicts” shows what others had decided first, and what can be done.")
        return CONFLICT if lost else PENDING if unsent else DONE


def _name(one: Command) -> str:
    area, _, name = one.id.partition(".")
    return name if area == "triage" else ""
