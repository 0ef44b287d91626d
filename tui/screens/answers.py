"""What the reason asks for, answered over the queue, so that the lead stays in sight."""

from typing import TYPE_CHECKING, ClassVar

import msgspec
from textual import events, on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical

from api.model.agreement import Ask, AskKind, Reason
from api.model.lead import FIELDS, Lead, State
from api.model.people import Role
from api.model.text import clean_line
from api.rules.answers import check
from tui.screens.dialog import Dialog
from widgets.basis.lines import OneLine
from widgets.basis.notice import Words
from widgets.forms.answer_form import NOTE, AnswerForm, Field, field_of
from widgets.forms.reason_picker import fate
from widgets.frame.key_bar import Key, KeyBar

if TYPE_CHECKING:
    from api.desk import Desk


class Answers(msgspec.Struct, frozen=True):
    """What the form holds when it is sent."""

    values: dict[str, str]
    note: str = ""


class AnswerScreen(Dialog["Answers | None"], inherit_bindings=False):
    """Gives back the answers, or None to go back to the reasons."""

    BINDINGS: ClassVar[list[BindingType]] = [
        ("escape", "back", "back"),
        ("enter", "send", "send"),
        ("tab,down", "app.focus_next", "next"),
        ("shift+tab,up", "app.focus_previous", "previous"),
    ]

    def __init__(
        self, desk: "Desk", lead: Lead, reason: Reason, given: Answers | None = None, problem: str = ""
    ) -> None:
        super().__init__()
        self._desk = desk
        self._lead = lead
        self._reason = reason
        self._problem = problem
        self._proposed = desk.prefill(reason, lead, given.values if given else None)
        self._values = self._proposed if given is None else {**given.values, NOTE: given.note}

    def compose(self) -> ComposeResult:
        """Lay the form out."""
        fields = [field_of(ask, self._options(ask)) for ask in self._reason.asks]
        fields.append(Field(key=NOTE, label="A note for marketing"))
        with Vertical(classes="dialog"):
            yield OneLine(id="dialog-title")
            yield Words(self._reason.sentence, "dim", id="dialog-about")
            yield OneLine(classes="gap")
            yield AnswerForm(fields, self._values, proposed=self._proposed, id="answers")
            yield Words(self._problem, "alarm", id="dialog-problem")
            yield Words(fate(self._reason), "dim", id="dialog-fate")
        yield KeyBar(id="dialog-keys")

    def _options(self, ask: Ask) -> list[tuple[str, str]]:
        if ask.kind is AskKind.FIELD:
            return [(field, field.replace("_", " ")) for field in FIELDS]
        if ask.kind is AskKind.TEAM_OR_PERSON:
            people = [one for one in self._desk.people() if one.active and one.role in (Role.REP, Role.MANAGER)]
            teams = sorted({one.team for one in people if one.team})
            return [
                *((f"team:{team}", f"team {team}") for team in teams),
                *((f"person:{one.id}", one.name) for one in people if one.id != self._desk.me.id),
            ]
        return []

    def on_mount(self) -> None:
        """Name the lead and the keys."""
        verb = "Reject" if self._lead.state is State.NEW else "Disqualify"
        self.query_one("#dialog-title", OneLine).show(
            ((f"{verb} ", ""), (self._lead.title, "strong"), (f": {self._reason.label}", ""))
        )
        self.query_one("#dialog-keys", KeyBar).show(
            [
                Key(id="send", key="Enter", title=verb.lower()),
                Key(id="next", key="Tab", title="next field"),
                Key(id="back", key="Esc", title="back"),
            ]
        )

    def help_subject(self) -> Reason:
        """Return what the help should explain besides the keys: the reason."""
        return self._reason

    def action_back(self) -> None:
        """Go back to the reasons."""
        self.dismiss(None)

    def action_send(self) -> None:
        """Send when everything is answered; else say what is missing, beside its field."""
        form = self.query_one(AnswerForm)
        held = form.answers()
        note = clean_line(held.pop(NOTE, ""))
        values = {key: clean_line(value) for key, value in held.items()}
        if problem := check(self._reason, values, self._lead):
            form.complain(problem.field, problem.sentence)
        else:
            self.dismiss(Answers(values, note))

    def on_input_submitted(self) -> None:
        """Send: Enter in a text field means the same as anywhere else."""
        self.action_send()

    @on(AnswerForm.Changed)
    def _edited(self, changed: AnswerForm.Changed) -> None:
        form = self.query_one(AnswerForm)
        form.complain(changed.key, "")
        if any(field.prefill for field in self._reason.asks):
            form.refill(self._desk.prefill(self._reason, self._lead, form.answers()))

    @on(KeyBar.Pressed)
    def _pressed(self, pressed: KeyBar.Pressed) -> None:
        if pressed.command_id == "send":
            self.action_send()
        elif pressed.command_id == "back":
            self.action_back()
        else:
            self.focus_next()

    def on_paste(self, event: events.Paste) -> None:
        """Swallow what was pasted beside the text fields."""
        event.stop()
