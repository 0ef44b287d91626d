"""What the reason asks for, answered over the queue, so that the lead stays in sight."""

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, ClassVar

import msgspec
from textual import events, on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.widgets import Input

from api.errors import HandoffError
from api.model.agreement import Ask, AskKind, Reason
from api.model.lead import FIELDS, Lead, State
from api.model.people import Role
from api.model.text import clean_line
from api.rules.answers import check
from tui.messages import DeskChanged
from tui.screens.dialog import Dialog, overtaken
from tui.screens.typed import caught_up
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


class Draft(Answers, frozen=True):
    """What the form held when the person went back to the reasons."""


class AnswerScreen(Dialog[Answers], inherit_bindings=False):
    """Gives back the answers, or a draft of them to go back to the reasons."""

    BINDINGS: ClassVar[list[BindingType]] = []

    def __init__(
        self,
        desk: "Desk",
        lead: Lead,
        reason: Reason,
        given: Answers | None = None,
        problem: str = "",
        *,
        done: Callable[[Answers], Awaitable[None]] | None = None,
    ) -> None:
        super().__init__(done)
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
                Key(id="back", key="Esc", title="reasons"),
                Key(id="help", key="F1", title="help"),
            ]
        )
        self._show_overtaken()

    def help_subject(self) -> Reason:
        """Return what the help should explain besides the keys: the reason."""
        return self._reason

    async def take_key(self, event: events.Key) -> bool:
        """Send, go back or go on; everything else is for the field."""
        helping = event.key == "f1" or (event.key == "question_mark" and not isinstance(self.focused, Input))
        if not helping and event.key not in ("escape", "enter", "tab", "down", "shift+tab", "up"):
            return False
        await caught_up(self.focused)
        if helping:
            await self.run_action("app.help")
        elif event.key == "escape":
            await self._back()
        elif event.key == "enter":
            await self._send()
        elif event.key in ("tab", "down"):
            self.focus_next()
        else:
            self.focus_previous()
        return True

    async def _back(self) -> None:
        held = self.query_one(AnswerForm).answers()
        note = held.pop(NOTE, "")
        await self.finish(Draft(held, note))

    async def _send(self) -> None:
        form = self.query_one(AnswerForm)
        # Whoever answers and sends in one go gets what follows from the answer filled in as well.
        self._refill()
        held = form.answers()
        note = clean_line(held.pop(NOTE, ""))
        values = {key: clean_line(value) for key, value in held.items()}
        if self._show_overtaken():
            return
        if problem := check(self._reason, values, self._lead):
            form.complain(problem.field, problem.sentence)
        else:
            await self.finish(Answers(values, note))

    def _show_overtaken(self) -> bool:
        try:
            why = overtaken(self._lead, self._desk.lead(self._lead.id), self._desk.me)
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

    def _refill(self) -> None:
        form = self.query_one(AnswerForm)
        if any(field.prefill for field in self._reason.asks):
            form.refill(self._desk.prefill(self._reason, self._lead, form.answers()))

    @on(KeyBar.Pressed)
    def _pressed(self, pressed: KeyBar.Pressed) -> None:
        if pressed.command_id == "send":
            self.app.call_next(self._send)
        elif pressed.command_id == "back":
            self.app.call_next(self._back)
        elif pressed.command_id == "help":
            self.app.call_next(self.run_action, "app.help")
        else:
            self.focus_next()

    def on_paste(self, event: events.Paste) -> None:
        """Swallow what was pasted beside the text fields."""
        event.stop()
