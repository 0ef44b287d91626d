"""Asking why a lead is refused: the reason first, then what the reason asks for; Esc goes back one step."""

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from api.desk import Desk
    from api.model.agreement import Reason
    from api.model.lead import Lead
    from tui.app import HandoffApp
    from tui.screens.answers import Answers


class Refusing:
    """One lead's refusal, asked for over whatever is on the screen.

    `done` gets the reason and its answers (None when it asks for nothing). Each step is on the screen before the next
    key is looked at, so that keys typed ahead reach it. What was typed and not sent is offered again.
    """

    def __init__(
        self,
        app: "HandoffApp",
        desk: "Desk",
        lead: "Lead",
        done: "Callable[[Reason, Answers | None], Awaitable[None]]",
        *,
        several: int = 0,
    ) -> None:
        """Ask about `lead`, or in its stand about `several` leads, of which nothing is kept as a draft."""
        self._app = app
        self._desk = desk
        self._lead = lead
        self._done = done
        self._several = several

    async def ask_reason(self, at: str = "") -> None:
        """Ask for the reason; the cursor begins on the one with the code `at`, else on the one that has a draft."""
        from tui.screens.reasons import ReasonScreen

        async def picked(reason: "Reason | None") -> None:
            if reason is None:
                return
            if reason.asks:
                await self.ask_answers(reason)
            else:
                await self._done(reason, None)

        await self._app.push_screen(ReasonScreen(self._desk, self._lead, at, several=self._several, done=picked))

    async def ask_answers(
        self, reason: "Reason", given: "Answers | None" = None, problem: str = "", *, alone: bool = False
    ) -> None:
        """Ask for what the reason asks for, from what was `given` before; `problem` says why it is asked again.

        `alone`, there are no reasons to go back to: Esc leaves.
        """
        from tui.screens.answers import AnswerScreen

        async def answered(answers: "Answers | None") -> None:
            if answers is not None:
                await self._done(reason, answers)
            elif not alone:
                await self.ask_reason(reason.code)

        await self._app.push_screen(
            AnswerScreen(
                self._desk,
                self._lead,
                reason,
                given,
                problem,
                several=self._several,
                back="back" if alone else "reasons",
                done=answered,
            )
        )
