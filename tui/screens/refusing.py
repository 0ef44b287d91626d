"""Asking why a lead is refused: the reason first, then what the reason asks for; Esc goes back one step."""

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from api.desk import Desk
    from api.model.agreement import Reason
    from api.model.lead import Lead
    from tui.app import HandoffApp
    from tui.screens.answers import Answers

Drafts = dict[tuple[str, str], "Answers"]
"""What was typed and not sent, by lead and reason."""


class Refusing:
    """One lead's refusal, asked for over whatever is on the screen.

    `done` gets the reason and its answers (None when it asks for nothing). Each step is on the screen before the next
    key is looked at, so that keys typed ahead reach it.
    """

    def __init__(
        self,
        app: "HandoffApp",
        desk: "Desk",
        lead: "Lead",
        drafts: Drafts,
        done: "Callable[[Reason, Answers | None], Awaitable[None]]",
    ) -> None:
        self._app = app
        self._desk = desk
        self._lead = lead
        self._drafts = drafts
        self._done = done

    async def ask_reason(self, at: str = "") -> None:
        """Ask for the reason; the cursor begins on the one with the code `at`."""
        from tui.screens.reasons import ReasonScreen

        async def picked(reason: "Reason | None") -> None:
            if reason is None:
                return
            if reason.asks:
                await self.ask_answers(reason, self._drafts.get((self._lead.id, reason.code)))
            else:
                await self._done(reason, None)

        await self._app.push_screen(ReasonScreen(self._desk, self._lead, at, done=picked))

    async def ask_answers(self, reason: "Reason", given: "Answers | None" = None, problem: str = "") -> None:
        """Ask for what the reason asks for, from what was `given` before; `problem` says why it is asked again."""
        from tui.screens.answers import AnswerScreen, Draft

        async def answered(answers: "Answers") -> None:
            if isinstance(answers, Draft):
                self._drafts[self._lead.id, reason.code] = answers
                await self.ask_reason(reason.code)
            else:
                await self._done(reason, answers)

        await self._app.push_screen(AnswerScreen(self._desk, self._lead, reason, given, problem, done=answered))
