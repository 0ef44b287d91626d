"""What a verb asks for, answered over the queue, so that the lead stays in sight."""

from collections.abc import Awaitable, Callable, Mapping
from typing import TYPE_CHECKING, ClassVar

from textual import events, on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.widgets import Input

from api.desk import CannotDo
from api.errors import HandoffError
from tui.commands import command
from tui.messages import DeskChanged
from tui.screens.answers import START_OVER
from tui.screens.asking.fields import field_of_question
from tui.screens.dialog import Dialog, overtaken
from tui.screens.drafting import DraftKeeper, since
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

_MOVES = ("tab", "shift+tab", "down", "up")


class AskScreen(Dialog["Mapping[str, str] | None"], inherit_bindings=False):
    """Gives back the answers, or None when the person leaves; what was typed is kept as a draft meanwhile."""

    BINDINGS: ClassVar[list[BindingType]] = []

    def __init__(
        self,
        desk: "Desk",
        lead: "Lead",
        deed: "Deed",
        *,
        several: int = 0,
        first: Mapping[str, str],
        given: Mapping[str, str] | None = None,
        problem: str = "",
        done: "Callable[[Mapping[str, str] | None], Awaitable[None]] | None" = None,
    ) -> None:
        """Ask about `lead`, or in its stand about `several` leads, of which no draft is kept.

        Begins with what was `given` before, else with the draft, else with the `first` values; `problem` says why it is
        asked again.
        """
        super().__init__(done)
        self._desk = desk
        self._lead = lead
        self._deed = deed
        self._several = several
        self._keeper = DraftKeeper(self, desk, lead.id, f"verb:{deed.verb}", kept=not several)
        self._draft = self._keeper.draft if given is None else None
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
        """Name the lead and the keys."""
        title = command(self._deed.command).title
        whom = f"{self._several} leads" if self._several else self._lead.title
        self.query_one("#dialog-title", OneLine).show(((f"{title[:1].upper()}{title[1:]}: ", ""), (whom, "strong")))
        if self._draft is not None:
            words = f"draft from {since(self._draft.at, self._desk.now())} · ^r starts over"
            self.query_one("#dialog-draft", Words).show(words, "dim")
        self._show_keys()
        self._show_overtaken()

    @on(AnswerForm.Came)
    def _show_keys(self) -> None:
        keys = [Key(id="send", key="Enter", title="preview" if self._several else "done")]
        present = self.query_one(AnswerForm).present
        if isinstance(present, ChoiceField):
            sends = self._deed.quick and present.id == self._sole
            keys.append(Key(id="pick", key=present.keys, title="answers, done" if sends else "answers"))
        keys += [Key(id="next", key="Tab", title="next field"), Key(id="back", key="Esc", title="back")]
        if self._draft is not None:
            keys.append(Key(id="start_over", key="^r", title="start over"))
        keys.append(Key(id="help", key="F1", title="help"))
        self.query_one("#dialog-keys", KeyBar).show(keys)

    @property
    def _sole(self) -> str:
        """Name of the choice that is all there is to answer; empty when there is none."""
        field = self.query_one(AnswerForm).sole_choice()
        return f"field-{field.key}" if field is not None else ""

    async def on_unmount(self) -> None:
        """Let no draft be lost with the program."""
        await self._keeper.flush()

    def help_subject(self) -> "Lead":
        """Return what the help should explain besides the keys: the lead."""
        return self._lead

    async def take_key(self, event: events.Key) -> bool:
        """Send, go back or go on; everything else is for the field."""
        form, typing = self.query_one(AnswerForm), isinstance(self.focused, Input)
        if self._deed.quick and event.is_printable and not typing and event.key != "question_mark":
            await caught_up(self.focused)
            picked = form.picks(event.character)
            if picked:
                await self._send()
            return picked
        if event.is_printable and not typing and form.present_key in self._leading:
            await caught_up(self.focused)
            return self._lead_on(event.character)
        helping = event.key == "f1" or (event.key == "question_mark" and not typing)
        if not helping and event.key not in ("escape", "enter", START_OVER, *_MOVES):
            return False
        await caught_up(self.focused)
        if helping:
            await self.run_action("app.help")
        elif event.key == "escape":
            await self._back()
        elif event.key == "enter":
            await self._send()
        elif event.key == START_OVER:
            self._start_over()
        else:
            return form.step(event.key)
        return True

    def _lead_on(self, character: str | None) -> bool:
        """Pick a field of the lead by its key and go on to what it should say; what it says now stands there."""
        form = self.query_one(AnswerForm)
        if not isinstance(form.present, ChoiceField) or not character or not form.present.choose_by(character):
            return False
        self._refill()
        form.step("tab")
        return True

    async def _back(self) -> None:
        self._keep()
        self._keeper.close()
        await self.finish(None)

    def _start_over(self) -> None:
        self._keeper.drop()
        self._proposed = dict(self._first)
        self.query_one(AnswerForm).start_over(self._proposed)
        self._draft = None
        self.query_one("#dialog-draft", Words).show("", "dim")
        self._show_keys()

    def _keep(self) -> None:
        self._keeper.note(self.query_one(AnswerForm).answers(), self._understood(self._proposed))

    def _understood(self, proposed: Mapping[str, str]) -> dict[str, str]:
        """Return what is proposed as the form gives it back: days as dates."""
        fields = [field_of_question(self._desk, one) for one in self._deed.questions(self._desk, self._lead)]
        reads = {field.key: field.reads for field in fields if field.reads is not None}
        return {key: reads[key](text).value if key in reads and text else text for key, text in proposed.items()}

    async def _send(self) -> None:
        form = self.query_one(AnswerForm)
        # Whoever answers and sends in one go gets what follows from the answer filled in as well.
        self._refill()
        if self._show_overtaken():
            return
        if (misread := form.misread()) is not None:
            form.complain(*misread)
            return
        values = form.answers()
        if self._fits(values):
            self._keep()
            self._keeper.close()
            await self.finish(values)

    def _fits(self, values: Mapping[str, str]) -> bool:
        """Say whether these answers can be sent; if not, say why beside the field."""
        try:
            verbs = self._deed.make(self._desk, self._lead, values)
            if not self._several:
                self._desk.prepare(verbs[0], [self._lead])
        except (Unanswered, CannotDo) as problem:
            self._complain(problem.field, problem.sentence)
            return False
        return True

    def _complain(self, key: str, sentence: str) -> None:
        if any(one.key == key for one in self._deed.questions(self._desk, self._lead)):
            self.query_one(AnswerForm).complain(key, sentence)
        else:
            self.query_one("#dialog-problem", Words).show(sentence, "alarm")

    def _show_overtaken(self) -> bool:
        if self._several:
            return False
        try:
            now = self._desk.lead(self._lead.id)
            # A word can be added to a lead wherever it stands.
            still = self._deed.stays and not self._desk.hinder(now, self._deed.verb)
            why = "" if still else overtaken(self._lead, now, self._desk.me)
        except HandoffError as gone:
            why = gone.sentence
        if why:
            self.query_one("#dialog-problem", Words).show(why, "alarm")
        return bool(why)

    def on_desk_changed(self, _message: DeskChanged) -> None:
        """Say so when somebody else decided meanwhile."""
        self._show_overtaken()

    @on(AnswerForm.Changed)
    def _edited(self, changed: AnswerForm.Changed) -> None:
        self.query_one(AnswerForm).complain(changed.key, "")
        self._refill()
        self._keep()
        self._show_keys()

    def _refill(self) -> None:
        form = self.query_one(AnswerForm)
        follows = self._deed.then(self._desk, self._lead, form.answers())
        self._proposed |= follows
        form.refill(follows)

    @on(KeyBar.Pressed)
    def _pressed(self, pressed: KeyBar.Pressed) -> None:
        match pressed.command_id:
            case "send":
                self.app.call_next(self._send)
            case "back":
                self.app.call_next(self._back)
            case "help":
                self.app.call_next(self.run_action, "app.help")
            case "start_over":
                self._start_over()
            case "next":
                self.query_one(AnswerForm).step("tab")

    def on_paste(self, event: events.Paste) -> None:
        """Swallow what was pasted beside the text fields."""
        event.stop()
