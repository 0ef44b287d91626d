"""The root of the dialogs that are a form: answers typed over the queue, kept as a draft until they are sent."""

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, ClassVar, Generic

from textual import events, on
from textual.binding import BindingType
from textual.widgets import Input

from tui.messages import DeskChanged
from tui.screens.dialog import Dialog, Given
from tui.screens.drafting import DraftKeeper, since
from tui.screens.typed import caught_up
from widgets.basis.notice import Words
from widgets.forms.answer_form import AnswerForm
from widgets.forms.search_field import STEPS
from widgets.frame.key_bar import Key, KeyBar

if TYPE_CHECKING:
    from api.desk import Desk
    from api.local.drafts import Draft
    from api.model.lead import Lead

START_OVER = "ctrl+r"

_MOVES = ("tab", "shift+tab", *STEPS)


class FormScreen(Dialog["Given | None"], Generic[Given], inherit_bindings=False):
    """Sends by Enter, goes back by Esc; expects an `AnswerForm`, and ``#dialog-{draft,problem,keys}``."""

    BINDINGS: ClassVar[list[BindingType]] = []

    def __init__(
        self,
        desk: "Desk",
        lead: "Lead",
        questions: str,
        *,
        several: int,
        asked_again: bool,
        done: "Callable[[Given | None], Awaitable[None]] | None",
    ) -> None:
        """Ask about `lead`, or in its stand about `several` leads, of which no draft is kept.

        `questions` names the draft; whoever is `asked_again` has what was given before, and wants none.
        """
        super().__init__(done)
        self._desk = desk
        self._lead = lead
        self._several = several
        self._keeper = DraftKeeper(self, desk, lead.id, questions, kept=not several)
        self._draft: Draft | None = None if asked_again else self._keeper.draft
        self._proposed: dict[str, str] = {}
        """What is filled in and nobody typed."""

    # what each form has of its own

    @property
    def _picking_sends(self) -> bool:
        """Whether the key of an option may send the form, where it answers all that is asked."""
        raise NotImplementedError

    def _first_values(self) -> dict[str, str]:
        """Return what a form starts with in which nothing was typed."""
        raise NotImplementedError

    def _keys(self) -> list[Key]:
        """Return what sends the form, and the keys of the field that has them."""
        raise NotImplementedError

    def _back_title(self) -> str:
        """Return where Esc leads, in a word."""
        return "back"

    def _keep(self) -> None:
        """Keep what was typed as a draft."""
        raise NotImplementedError

    def _refill(self) -> None:
        """Fill in what follows from the answers."""
        raise NotImplementedError

    def _overtaken(self) -> str:
        """Say why it can't be sent any more; empty while it can."""
        raise NotImplementedError

    async def _send_answers(self, form: AnswerForm) -> None:
        """Send what the form holds, every field of which was understood, or complain about it."""
        raise NotImplementedError

    # what all of them do

    @property
    def _whom(self) -> str:
        return f"{self._several} leads" if self._several else self._lead.title

    def on_mount(self) -> None:
        """Say whether a draft is shown, and name the keys."""
        if self._draft is not None:
            words = f"draft from {since(self._draft.at, self._desk.now())} · ^r starts over"
            self.query_one("#dialog-draft", Words).show(words, "dim")
        self._show_keys()
        self._show_overtaken()

    async def on_unmount(self) -> None:
        """Let no draft be lost with the program."""
        await self._keeper.flush()

    @on(AnswerForm.Came)
    def _show_keys(self) -> None:
        keys = [*self._keys(), Key(id="next", key="Tab", title="next field")]
        keys.append(Key(id="back", key="Esc", title=self._back_title()))
        if self._draft is not None:
            keys.append(Key(id="start_over", key="^r", title="start over"))
        keys.append(Key(id="help", key="F1", title="help"))
        self.query_one("#dialog-keys", KeyBar).show(keys)

    async def take_key(self, event: events.Key) -> bool:
        """Send, go back or go on; everything else is for the field."""
        form, typing = self.query_one(AnswerForm), isinstance(self.focused, Input)
        if self._picking_sends and event.is_printable and not typing and event.key != "question_mark":
            await caught_up(self.focused)
            picked = form.picks(event.character)
            if picked:
                await self._send()
            return picked
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

    async def _back(self) -> None:
        await self._close(None)

    async def _close(self, given: "Given | None") -> None:
        self._keep()
        self._keeper.close()
        await self.finish(given)

    def _start_over(self) -> None:
        self._keeper.drop()
        self._proposed = self._first_values()
        self.query_one(AnswerForm).start_over(self._proposed)
        self._draft = None
        self.query_one("#dialog-draft", Words).show("", "dim")
        self._show_keys()

    async def _send(self) -> None:
        form = self.query_one(AnswerForm)
        # Whoever answers and sends in one go gets what follows from the answer filled in as well.
        self._refill()
        if self._show_overtaken():
            return
        if (misread := form.misread()) is not None:
            form.complain(*misread)
            return
        await self._send_answers(form)

    def _show_overtaken(self) -> bool:
        why = "" if self._several else self._overtaken()
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
