"""Why is this lead refused? The agreed reasons, over the queue, so that the lead stays in sight."""

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, ClassVar

from textual import events, on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical

from api.errors import HandoffError
from api.model.agreement import Moment, Reason
from api.model.lead import Lead, State
from api.rules.attempts import asks_attempts, attempts_words, too_few, tried
from tui.messages import DeskChanged
from tui.screens.dialog import Dialog, overtaken
from tui.screens.drafting import questions_of, since
from widgets.basis.lines import OneLine
from widgets.forms.reason_picker import Choice, ReasonPicker
from widgets.frame.key_bar import Key, KeyBar

if TYPE_CHECKING:
    from api.desk import Desk


class ReasonScreen(Dialog["Reason | None"], inherit_bindings=False):
    """Gives back the reason, or None when the person thought better of it."""

    BINDINGS: ClassVar[list[BindingType]] = []

    def __init__(
        self,
        desk: "Desk",
        lead: Lead,
        at: str = "",
        *,
        several: int = 0,
        done: "Callable[[Reason | None], Awaitable[None]] | None" = None,
    ) -> None:
        """Begin on the reason with the code `at`, else on the one of the latest draft, else on the first of use.

        With `several` leads, `lead` stands for all of them.
        """
        super().__init__(done)
        self._desk = desk
        self._lead = lead
        self._several = several
        drafts = () if several else desk.drafts.on(lead.id)
        self._drafts = {draft.questions: since(draft.at, desk.now()) for draft in drafts}
        self._choices = self._offered()
        drafted = {one.reason.code for one in self._choices if questions_of(one.reason) in self._drafts}
        self._at = at or next((code for one in self._drafts if (code := one.partition(":")[2]) in drafted), "")

    def compose(self) -> ComposeResult:
        """Lay the picker out."""
        with Vertical(classes="dialog"):
            yield OneLine(id="dialog-title")
            yield OneLine(classes="gap")
            yield ReasonPicker(self._choices, id="reasons")
        yield KeyBar(id="dialog-keys")

    def _offered(self) -> list[Choice]:
        usable = {reason.code for reason in self._desk.reasons(self._lead)}
        return [
            self._possible(reason) if reason.code in usable else _barred(reason, self._lead)
            for reason in self._desk.agreement.reasons
            if reason.active
        ]

    def _possible(self, reason: Reason) -> Choice:
        """Return the reason with what is worth a word before it is picked."""
        if when := self._drafts.get(questions_of(reason)):
            return Choice(reason, note="draft", noted=f"draft from {when}")
        agreed = self._desk.agreement.sales.attempts
        if not self._several and asks_attempts(reason) and too_few(self._lead, agreed):
            noted = attempts_words(self._lead, agreed)
            return Choice(reason, note=f"{tried(self._lead)} of {agreed}", noted=noted)
        return Choice(reason)

    def on_mount(self) -> None:
        """Name the lead."""
        verb = "Reject" if self._lead.state is State.NEW else "Disqualify"
        title = self.query_one("#dialog-title", OneLine)
        whom = f"{self._several} leads" if self._several else self._lead.title
        title.show(((f"{verb} ", ""), (whom, "strong"), (": why?", "")))
        self.query_one("#dialog-keys", KeyBar).show(
            [
                Key(id="pick", key="its key", title="picks"),
                Key(id="move", key="↑ ↓ Enter", title="move, pick"),
                Key(id="back", key="Esc", title="back"),
                Key(id="help", key="?", title="what was agreed"),
            ]
        )
        if self._at:
            self.query_one(ReasonPicker).go_to(self._at)

    def help_subject(self) -> Reason | None:
        """Return what the help should explain besides the keys: the reason under the cursor."""
        choice = self.query_one(ReasonPicker).choice
        return choice.reason if choice else None

    async def take_key(self, event: events.Key) -> bool:
        """Pick by key; what is no reason's key does nothing but say so."""
        picker = self.query_one(ReasonPicker)
        if event.key == "escape":
            await self.finish(None)
        elif event.key == "enter":
            await self._pick()
        elif event.key in ("up", "down"):
            picker.move(-1 if event.key == "up" else 1)
        elif event.character and picker.find(event.character):
            await self._pick()
        elif event.key in ("question_mark", "f1"):
            await self.run_action("app.help")
        elif event.is_printable:
            picker.complain(f"No reason has the key “{event.character}”. Esc goes back.")
        return True

    async def _pick(self) -> None:
        picker = self.query_one(ReasonPicker)
        if why := self._overtaken():
            picker.complain(why)
        elif (reason := picker.pick(tell=False)) is not None:
            await self.finish(reason)

    def _overtaken(self) -> str:
        if self._several:
            return ""
        try:
            return overtaken(self._lead, self._desk.lead(self._lead.id), self._desk.me)
        except HandoffError as gone:
            return gone.sentence

    def on_desk_changed(self, _message: DeskChanged) -> None:
        """Say so when somebody else decided meanwhile."""
        if why := self._overtaken():
            self.query_one(ReasonPicker).complain(why)

    def on_paste(self, event: events.Paste) -> None:
        """Refuse pasted text."""
        event.stop()
        self.query_one(ReasonPicker).complain("Pasted text was ignored: keys pick a reason here.")

    @on(ReasonPicker.Picked)
    def _picked(self, _picked: ReasonPicker.Picked) -> None:
        self.app.call_next(self._pick)

    @on(KeyBar.Pressed)
    def _pressed(self, pressed: KeyBar.Pressed) -> None:
        if pressed.command_id == "back":
            self.app.call_next(self.finish, None)
        elif pressed.command_id == "pick":
            self.app.call_next(self._pick)
        elif pressed.command_id == "help":
            self.app.call_next(self.run_action, "app.help")


def _barred(reason: Reason, lead: Lead) -> Choice:
    if reason.moment is Moment.DISQUALIFY and lead.state is State.NEW:
        return Choice(reason, f"“{reason.label}” is for after contact: accept the lead first.", "not yet")
    if reason.moment is Moment.REJECT and lead.state is not State.NEW:
        return Choice(reason, f"“{reason.label}” is for before contact; this lead was accepted.", "too late")
    return Choice(reason, f"“{reason.label}” is not possible for this lead now.", "not now")
