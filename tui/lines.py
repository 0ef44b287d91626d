"""The part of the program that keeps the line to the CRM, and asks for a new token."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any, Protocol

from textual.app import App

from api.errors import HandoffError
from tui.commands import Command, command
from tui.messages import DeskChanged
from tui.screens.area import Area

if TYPE_CHECKING:
    from textual.screen import Screen

    from api.crm.port import Capabilities
    from api.desk import Desk
    from api.sync import Report


class SyncTask(Protocol):
    """What the program needs of a sync."""

    def run(self) -> Awaitable[Any]:
        """Pull, push and listen until cancelled."""
        ...

    def poke(self) -> None:
        """Do now what would be done later."""
        ...

    async def now(self) -> "Report":
        """Do now what would be done later, and return what came of it."""
        ...

    @property
    def capabilities(self) -> "Capabilities":
        """What the CRM can do."""
        ...


class OnTheLine(App[None], inherit_bindings=False):
    """Runs the sync of its desk once the first queue is painted."""

    desk: "Desk"
    sync_problem = ""
    """Why no line to the CRM could be opened at all; empty mostly."""
    _sync: SyncTask | None = None
    _sync_factory: "Callable[[Desk], SyncTask] | None" = None
    _sign_in: Callable[[str], str] | None = None

    @property
    def area(self) -> Area | None:
        """The area on top, whatever lies over it."""
        return next((screen for screen in reversed(self.screen_stack) if isinstance(screen, Area)), None)

    @property
    def capabilities(self) -> "Capabilities | None":
        """What the CRM can do; None while there is no line to it."""
        return self._sync.capabilities if self._sync is not None else None

    def hindrance(self, one: Command, screen: "Screen[Any]") -> str:
        """Return why a command is of no use on this screen now; empty when it is."""
        raise NotImplementedError

    def key_hint(self, command_id: str, does: str) -> str:
        """Return “u undoes”, with the key as the person has it; empty when the command has none."""
        raise NotImplementedError

    def tell(self, sentence: str, hint: str = "", *, alarm: bool = False, about_line: bool = False) -> None:
        """Say something in the status line of the area on top; `about_line`: until the line is back."""
        area = self.area
        if area is not None:
            area.say(sentence, hint, alarm=alarm, until=area.line_back if about_line else None)

    def complain(self, problem: HandoffError) -> None:
        """Say what went wrong."""
        self.tell(problem.sentence, alarm=True)

    def tell_screens(self, message: DeskChanged) -> None:
        """Pass on what changed to every screen, those below others included."""
        for screen in self.screen_stack:
            screen.post_message(DeskChanged(message.changed))

    def disk_takes(self) -> None:
        """Take back on every screen that the disk refused something."""
        for screen in self.screen_stack:
            if isinstance(screen, Area):
                screen.saved()

    def open_line(self) -> None:
        """Begin to sync."""
        if self._sync_factory is not None:
            self.run_worker(self._run_sync(self._sync_factory), group="sync")

    async def _run_sync(self, factory: "Callable[[Desk], SyncTask]") -> None:
        # Building it imports the HTTP client, which must not hold up the keys.
        try:
            self._sync = await asyncio.to_thread(factory, self.desk)
            self.sync_problem = ""
            self._tell_status()
            await self._sync.run()
        except HandoffError as problem:
            self._sync = None
            self.sync_problem = problem.sentence
            self.complain(problem)

    def _tell_status(self) -> None:
        """Have every screen look at the line again: one that was quicker does not know yet what this CRM can do."""
        from api.desk import Changed

        self.tell_screens(DeskChanged(Changed(status=True)))

    def action_sync(self) -> None:
        """Send what waits and fetch what is new, now; then say how it went."""
        if self._sync is None:
            self.tell(self.hindrance(command("app.sync"), self.screen))
            return
        self.tell("Asking the CRM now.")
        self.run_worker(self._tell_exchange(self._sync), group="asked", exclusive=True)

    async def _tell_exchange(self, sync: SyncTask) -> None:
        report = await sync.now()
        pending, needing = self.desk.status().pending, self.desk.status().needing
        if report.problem is None:
            self.disk_takes()
        if report.problem is not None:
            self.tell(report.problem.sentence, alarm=True, about_line=not self.desk.status().connected)
        elif pending:
            what = "decision still waits" if pending == 1 else "decisions still wait"
            self.tell(f"{pending} {what} for the CRM’s answer.")
        else:
            self.tell("Up to date.", self.key_hint("app.show_sync", "shows what needs you") if needing else "")

    async def action_sign_in(self) -> None:
        """Ask for a new token."""
        connection = self.desk.profile.connection()
        if why := self.hindrance(command("app.sign_in"), self.screen):
            self.tell(why)
        elif connection is not None and isinstance(self.screen, Area):
            from tui.screens.sign_in import SignInScreen

            check = self._sign_in or self._sign_in_at_the_crm
            await self.push_screen(SignInScreen(connection.url, self.desk.me.name, check, done=self._signed_in))

    def _sign_in_at_the_crm(self, token: str) -> str:
        # The network library is loaded here, on the thread that asks.
        from tui.signing_in import sign_in

        return sign_in(self.desk.profile, self.desk.me, token)

    async def _signed_in(self, kept: str) -> None:
        if self._sync is not None:
            self._sync.poke()
        else:
            self.open_line()
        self.tell(f"Signed in. {kept}")
