"""What the reason asks for, answered over the queue, so that the lead stays in sight."""

from collections.abc import Awaitable, Callable, Mapping
from typing import TYPE_CHECKING, ClassVar

import msgspec
from textual import events
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical

from api.errors import HandoffError
from api.model.agreement import Ask, AskKind, Consequence, Prefill, Reason
from api.model.lead import FIELDS, Lead, State
from api.model.text import clean_line
from api.rules.answers import check, looks_back
from tui.screens.dialog import overtaken
from tui.screens.drafting import questions_of
from tui.screens.finders import agreed_attempts, days, other_leads, whom
from tui.screens.form import FormScreen
from widgets.basis.lines import OneLine
from widgets.basis.notice import Words
from widgets.forms.answer_form import AnswerForm
from widgets.forms.choice_field import ChoiceField
from widgets.forms.fields import NOTE, Field, among, field_of
from widgets.forms.reason_picker import fate
from widgets.forms.search_field import SearchField
from widgets.frame.key_bar import Key, KeyBar

if TYPE_CHECKING:
    from api.desk import Desk

_NAMED = {Consequence.REROUTE: "reroute", Consequence.MERGE: "merge", Consequence.SUPPRESS: "suppress"}
"""What people call a refusal by what becomes of the lead, where that is not refusing."""


class Answers(msgspec.Struct, frozen=True):
    """What the form holds when it is sent."""

    values: dict[str, str]
    note: str = ""


class AnswerScreen(FormScreen[Answers], inherit_bindings=False):
    """Gives back the answers, or None to go back to the reasons; what was typed is kept as a draft meanwhile."""

    BINDINGS: ClassVar[list[BindingType]] = []

    def __init__(
        self,
        desk: "Desk",
        lead: Lead,
        reason: Reason,
        given: Answers | None = None,
        problem: str = "",
        *,
        several: int = 0,
        back: str = "reasons",
        done: "Callable[[Answers | None], Awaitable[None]] | None" = None,
    ) -> None:
        """Begin with what was `given` before, else with the draft, else with what is known of the lead.

        With `several` leads, `lead` stands for all of them, and no draft is kept. `back` is where Esc leads.
        """
        super().__init__(desk, lead, questions_of(reason), several=several, asked_again=given is not None, done=done)
        self._reason = reason
        self._problem = problem
        self._back_to = back
        held: Mapping[str, str] | None = None
        if given is not None:
            held = {**given.values, NOTE: given.note}
        elif self._draft is not None:
            held = self._draft.answers
        self._proposed = desk.prefill(reason, lead, held)
        self._values = self._proposed if held is None else held

    def compose(self) -> ComposeResult:
        """Lay the form out."""
        fields = [*map(self._field, self._reason.asks), Field(key=NOTE, label="A note for marketing")]
        with Vertical(classes="dialog asking"):
            yield OneLine(id="dialog-title")
            yield Words(self._reason.sentence, "dim", id="dialog-about")
            yield Words("", "dim", id="dialog-draft")
            yield OneLine(classes="gap")
            yield AnswerForm(fields, self._values, proposed=self._proposed, id="answers")
            yield Words(self._problem, "alarm", id="dialog-problem")
            yield Words(fate(self._reason), "dim", id="dialog-fate")
        yield KeyBar(id="dialog-keys")

    def _field(self, ask: Ask) -> Field:
        desk, lead = self._desk, self._lead
        match ask.kind:
            case AskKind.FIELD:
                return field_of(ask, [(field, field.replace("_", " ")) for field in FIELDS])
            case AskKind.TEAM_OR_PERSON:
                people = whom(desk)
                return field_of(ask, [(one.value, one.words) for one in people], find=among(people))
            case AskKind.LEAD:
                return field_of(ask, find=other_leads(desk, lead))
            case AskKind.DATE:
                return field_of(ask, reads=days(desk, past=looks_back(ask)))
            case AskKind.ATTEMPTS:
                return field_of(ask, reads=agreed_attempts(desk, lead))
            case _:
                return field_of(ask)

    @property
    def _verb(self) -> str:
        refuse = "reject" if self._lead.state is State.NEW else "disqualify"
        return _NAMED.get(self._reason.outcome, refuse)

    def on_mount(self) -> None:
        """Name the lead."""
        self.query_one("#dialog-title", OneLine).show(
            ((f"{self._verb.capitalize()} ", ""), (self._whom, "strong"), (f": {self._reason.label}", ""))
        )
        if self._several and any(self._proposed.values()):
            words = f"filled in for {self._lead.title}; what you leave as it is, each lead gets of its own"
            self.query_one("#dialog-draft", Words).show(words, "dim")
        if self._draft is None and self._values is not self._proposed:
            self._keep()

    @property
    def _picking_sends(self) -> bool:
        return True

    def _back_title(self) -> str:
        return self._back_to

    def _keys(self) -> list[Key]:
        form = self.query_one(AnswerForm)
        keys = [Key(id="send", key="Enter", title="preview" if self._several else self._verb)]
        present = form.present
        sole = form.sole_choice()
        if isinstance(present, ChoiceField) and sole is not None and present.id == f"field-{sole.key}":
            keys.append(
                Key(
                    id="pick",
                    key=present.keys,
                    title="answers, previews" if self._several else f"answers, {self._verb}s",
                )
            )
        elif isinstance(present, SearchField):
            keys.append(Key(id="move", key="↑ ↓", title="move"))
        return keys

    def help_subject(self) -> Reason:
        """Return what the help should explain besides the keys: the reason."""
        return self._reason

    def _first_values(self) -> dict[str, str]:
        return self._desk.prefill(self._reason, self._lead)

    def _keep(self) -> None:
        """Keep what was typed; the word that guards a reason is no answer, and is typed anew each time."""
        guards = {ask.key for ask in self._reason.asks if ask.kind is AskKind.TYPED}
        held = {key: text for key, text in self.query_one(AnswerForm).answers().items() if key not in guards}
        self._keeper.note(held, self._proposed)

    async def _send_answers(self, form: AnswerForm) -> None:
        held = form.answers()
        note = clean_line(held.pop(NOTE, ""))
        values = {key: clean_line(value) for key, value in held.items()}
        today = self._desk.clock.today(self._desk.now())
        if problem := check(self._reason, values, self._lead, today):
            form.complain(problem.field, problem.sentence)
        else:
            await self._close(Answers(values, note))

    def _overtaken(self) -> str:
        try:
            return overtaken(self._lead, self._desk.lead(self._lead.id), self._desk.me)
        except HandoffError as gone:
            return gone.sentence

    def _refill(self) -> None:
        # Only a dimension decides on another answer; what the others start with can take a search through all leads.
        if any(ask.prefill is Prefill.DIMENSION_VALUE for ask in self._reason.asks):
            form = self.query_one(AnswerForm)
            self._proposed = self._desk.prefill(self._reason, self._lead, form.answers())
            form.refill(self._proposed)

    def on_paste(self, event: events.Paste) -> None:
        """Refuse what was pasted where keys pick."""
        event.stop()
        form = self.query_one(AnswerForm)
        if isinstance(form.present, ChoiceField):
            key = (form.present.id or "").removeprefix("field-")
            form.complain(key, "Pasted text was ignored: keys pick an answer here.")
