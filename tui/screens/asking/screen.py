"""What a verb asks for, answered over the queue, so that the lead stays in sight."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import TYPE_CHECKING, ClassVar

from textual import events
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical

from api.desk import CannotDo
from api.errors import HandoffError
from tui.commands import command
from tui.screens.asking.fields import field_of_question
from tui.screens.dialog import overtaken
from tui.screens.form import FormScreen
from tui.screens.typed import caught_up
from tui.verbs import Unanswered
from tui.verbs.deed import Kind
from widgets.basis.lines import OneLine
from widgets.basis.notice import Words
from widgets.forms.answer_form import AnswerForm
from widgets.forms.choice_field import ChoiceField
from widgets.frame.key_bar import Key, KeyBar

if TYPE_CHECKING:
    from api.desk import Desk
    from api.model.lead import Lead
    from tui.verbs import Deed


class AskScreen(FormScreen["Mapping[str, str]"], inherit_bindings=False):
    """Gives back the answers, or None when the person leaves; what was typed is kept as a draft meanwhile."""

    BINDINGS: ClassVar[list[BindingType]] = []

    def __init__(
        self,
        desk: "Desk",
        lead: "Lead",
        deed: "Deed",
        *,
        several: "Sequence[Lead]" = (),
        first: Mapping[str, str],
        given: Mapping[str, str] | None = None,
        problem: str = "",
        done: "Callable[[Mapping[str, str] | None], Awaitable[None]] | None" = None,
    ) -> None:
        """Ask about `lead`, or in its stand about `several` leads that it is one of, of which no draft is kept.

        Begins with what was `given` before, else with the draft, else with the `first` values; `problem` says why it is
        asked again.
        """
        super().__init__(
            desk, lead, f"verb:{deed.verb}", several=len(several), asked_again=given is not None, done=done
        )
        self._deed = deed
        self._leads = several or (lead,)
        held = given if given is not None else self._draft.answers if self._draft is not None else None
        self._first = dict(first)
        self._proposed = dict(first)
        self._values = dict(first if held is None else held)
        self._problem = problem
        self._leading = {one.key for one in deed.questions(desk, lead) if one.kind is Kind.FIELD}

    def compose(self) -> ComposeResult:
        """Lay the form out."""
        fields = [field_of_question(self._desk, one) for one in self._deed.questions(self._desk, self._lead)]
        with Vertical(classes="dialog asking"):
            yield OneLine(id="dialog-title")
            yield Words(self._deed.about, "dim", id="dialog-about")
            yield Words("", "dim", id="dialog-draft")
            yield OneLine(classes="gap")
            yield AnswerForm(fields, self._values, proposed=self._proposed, id="answers")
            yield Words(self._problem, "alarm", id="dialog-problem")
        yield KeyBar(id="dialog-keys")

    def on_mount(self) -> None:
        """Name the lead."""
        title = command(self._deed.command).title
        words = f"{title[:1].upper()}{title[1:]}: "
        self.query_one("#dialog-title", OneLine).show(((words, ""), (self._whom, "strong")))

    @property
    def _picking_sends(self) -> bool:
        return self._deed.quick

    def _keys(self) -> list[Key]:
        does = command(self._deed.command).title
        keys = [Key(id="send", key="Enter", title="preview" if self._several else does)]
        present = self.query_one(AnswerForm).present
        if isinstance(present, ChoiceField):
            sends = self._deed.quick and present.id == self._sole
            keys.append(Key(id="pick", key=present.keys, title=f"answers, {does}" if sends else "answers"))
        return keys

    @property
    def _sole(self) -> str:
        """Name of the choice that is all there is to answer; empty when there is none."""
        field = self.query_one(AnswerForm).sole_choice()
        return f"field-{field.key}" if field is not None else ""

    def help_subject(self) -> "Lead":
        """Return what the help should explain besides the keys: the lead."""
        return self._lead

    async def take_key(self, event: events.Key) -> bool:
        """Go on from a field's name to what it should say; take every other key as all forms do."""
        leading = self.query_one(AnswerForm).present_key in self._leading
        if leading and event.is_printable and event.key != "question_mark":
            await caught_up(self.focused)
            return self._lead_on(event.character)
        return await super().take_key(event)

    def _lead_on(self, character: str | None) -> bool:
        """Pick a field of the lead by its key and go on to what it should say; what it says now stands there."""
        form = self.query_one(AnswerForm)
        if not isinstance(form.present, ChoiceField) or not character or not form.present.choose_by(character):
            return False
        self._refill()
        form.step("tab")
        return True

    def _first_values(self) -> dict[str, str]:
        return dict(self._first)

    def _keep(self) -> None:
        self._keeper.note(self.query_one(AnswerForm).answers(), self._understood(self._proposed))

    def _understood(self, proposed: Mapping[str, str]) -> dict[str, str]:
        """Return what is proposed as the form gives it back: days as dates."""
        fields = [field_of_question(self._desk, one) for one in self._deed.questions(self._desk, self._lead)]
        reads = {field.key: field.reads for field in fields if field.reads is not None}
        return {key: reads[key](text).value if key in reads and text else text for key, text in proposed.items()}

    async def _send_answers(self, form: AnswerForm) -> None:
        values = form.answers()
        if self._fits(values):
            await self._close(values)

    def _fits(self, values: Mapping[str, str]) -> bool:
        """Say whether these answers can be sent; if not, say why beside the field."""
        first: Unanswered | CannotDo | None = None
        for lead in self._leads:
            try:
                verbs = self._deed.make(self._desk, lead, values)
                if not self._several:
                    self._desk.prepare(verbs[0], [lead])
            except (Unanswered, CannotDo) as problem:
                # Of several, what does not fit one may fit another; the preview names those that it does not.
                first = first or problem
            else:
                return True
        if first is not None:
            self._complain(first.field, first.sentence)
        return False

    def _complain(self, key: str, sentence: str) -> None:
        if any(one.key == key for one in self._deed.questions(self._desk, self._lead)):
            self.query_one(AnswerForm).complain(key, sentence)
        else:
            self.query_one("#dialog-problem", Words).show(sentence, "alarm")

    def _overtaken(self) -> str:
        try:
            now = self._desk.lead(self._lead.id)
            # A word can be added to a lead wherever it stands.
            still = self._deed.stays and not self._desk.hinder(now, self._deed.verb)
            return "" if still else overtaken(self._lead, now, self._desk.me)
        except HandoffError as gone:
            return gone.sentence

    def _refill(self) -> None:
        form = self.query_one(AnswerForm)
        answers = form.answers()
        follows = self._deed.then(self._desk, self._lead, answers)
        for lead in self._leads[1:]:
            if not any(follows.values()):
                break
            # What one lead says is no proposal for another.
            other = self._deed.then(self._desk, lead, answers)
            follows = {key: text if other.get(key) == text else "" for key, text in follows.items()}
        self._proposed |= follows
        form.refill(follows)

    def on_paste(self, event: events.Paste) -> None:
        """Swallow what was pasted beside the text fields."""
        event.stop()
