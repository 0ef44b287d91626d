"""The program on the screen: one desk, one sync task, one screen for each area."""

import asyncio
import gc
from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, ClassVar, Protocol

from textual import events
from textual.app import App
from textual.binding import Binding, BindingType
from textual.reactive import Reactive
from textual.screen import Screen
from textual.theme import Theme

from api.errors import HandoffError
from tui.commands import Command, command
from tui.keys import bindings_for
from tui.look import DARK, LOOKS, TERMINAL, next_look
from tui.messages import DeskChanged
from tui.screens.area import Area
from tui.screens.deciding import ACTS
from tui.screens.small import TooSmallScreen, too_small
from tui.screens.triage import TriageScreen
from tui.screens.typed import TakesKeys, caught_up
from tui.writer import Writer

if TYPE_CHECKING:
    from api.crm.port import Capabilities
    from api.desk import Changed, Desk
    from api.sync import Report
    from tui.screens.sync.answering import Answered

_LOOK_AGAIN = 2.0
"""Seconds between looks at what other processes wrote."""

_TWICE = timedelta(seconds=2)
"""Within this time a second ctrl+c leaves."""


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


def _palette() -> type[Any]:
    from tui.palette import CommandProvider

    return CommandProvider


def _class_for(size: int, breakpoints: list[tuple[int, str]]) -> str:
    return next((name for least, name in reversed(breakpoints) if size >= least), "")


class HandoffApp(App[None], inherit_bindings=False):
    """Shows a desk and lets people work on it."""

    TITLE = "Handoff"
    CSS_PATH = ["styles/base.tcss", "styles/triage.tcss"]
    COMMANDS = {_palette}
    COMMAND_PALETTE_BINDING = command("app.palette").keys[0]
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (100, "-normal"), (160, "-wide")]
    VERTICAL_BREAKPOINTS = [(0, "-low"), (25, "-high")]
    ESCAPE_TO_MINIMIZE = False
    AUTO_FOCUS = ""
    BINDINGS: ClassVar[list[BindingType]] = [
        *(binding for binding in bindings_for("app") if binding.action != "palette"),
        Binding("ctrl+c", "interrupt", show=False, priority=True, system=True),
    ]

    theme: Reactive[str] = Reactive(DARK.name)
    terminal_before: "list[Any] | None" = None
    """The terminal's settings as they were before anything of the program touched them, where somebody kept them."""

    def __init__(
        self,
        desk: "Desk",
        sync_factory: "Callable[[Desk], SyncTask] | None" = None,
        clock: Callable[[], datetime] | None = None,
        *,
        look: str = "",
        sign_in: Callable[[str], str] | None = None,
    ) -> None:
        """Make ready to show `desk`; `sign_in` checks and keeps a token, and blocks while it does."""
        import os

        plain = "NO_COLOR" in os.environ
        wanted = TERMINAL.name if plain else look
        if wanted in LOOKS:
            self.set_reactive(HandoffApp.theme, wanted)
        # With the terminal's own colours Textual can leave colour out altogether, instead of turning it into greys.
        super().__init__(ansi_color=True if plain else None)
        self.desk = desk
        self.writer = Writer(desk)
        self._sync_factory = sync_factory
        self._clock = clock or desk.now
        self._sign_in = sign_in
        self._sync: SyncTask | None = None
        self.sync_problem = ""
        """Why no line to the CRM could be opened at all; empty mostly."""
        self.answered: list[Answered] = []
        """What was answered on the Sync screen since the program was opened, the newest last."""
        self._unlisten: Callable[[], None] = lambda: None
        self._interrupted: datetime | None = None
        self._warned = len(desk.warnings)

    @property
    def available_themes(self) -> dict[str, Theme]:
        """The program's own looks; others have no colours for its words."""
        return dict(LOOKS)

    def get_default_screen(self) -> Screen[Any]:
        """Return the screen that is there first."""
        # Knowing its size before it is laid out saves the first paint from being laid out twice.
        width, height = self.size
        sizes = [_class_for(width, self.HORIZONTAL_BREAKPOINTS), _class_for(height, self.VERTICAL_BREAKPOINTS)]
        return TriageScreen(self.desk, classes=" ".join(sizes))

    # keys

    async def on_event(self, event: events.Event) -> None:
        """Carry keys out one after another, so that what one of them opens gets those typed behind it."""
        screen: object = self.screen if isinstance(event, events.Key) and not event.is_forwarded else None
        if not isinstance(event, events.Key) or not isinstance(screen, TakesKeys):
            await super().on_event(event)
            return
        self.app_focus = True
        if await self._check_bindings(event.key, priority=True) or await screen.take_key(event):
            return
        if self.focused is not None:
            if not event.is_printable:
                # Passed on, what a field does by a binding would come back here behind the keys typed after it.
                await caught_up(self.focused)
                if await self._check_bindings(event.key):
                    return
            self.focused._forward_event(event)  # noqa: SLF001  (the library has no other way to pass a key on)
        else:
            await self._check_bindings(event.key)

    # hearing

    def on_mount(self) -> None:
        """Listen to the desk; talk to the CRM once the first queue is painted."""
        self._unlisten = self.desk.listen(self._desk_changed)
        self.call_after_refresh(self._begin)

    def on_unmount(self) -> None:
        """Stop listening."""
        self._unlisten()

    def _desk_changed(self, changed: "Changed") -> None:
        self.post_message(DeskChanged(changed))

    def on_desk_changed(self, message: DeskChanged) -> None:
        """Pass on what changed to every screen, those below others included."""
        changed = message.changed
        if changed.ids or changed.receipts or changed.campaigns or changed.agreement or changed.everything:
            self._saved()
        self._tell_screens(message)

    def _tell_screens(self, message: DeskChanged) -> None:
        for screen in self.screen_stack:
            screen.post_message(DeskChanged(message.changed))

    def _saved(self) -> None:
        for screen in self.screen_stack:
            if isinstance(screen, Area):
                screen.saved()

    def _begin(self) -> None:
        # Whoever opened the program may have kept it off until now. What is there stays, and is looked through no more.
        gc.freeze()
        gc.enable()
        self.set_interval(_LOOK_AGAIN, self._look_again)
        self.run_worker(self._warm(), group="warm")
        if self._sync_factory is not None:
            self.run_worker(self._run_sync(self._sync_factory), group="sync")

    async def _warm(self) -> None:
        # What fails here makes the first search or the next start slower, and nothing else.
        with suppress(HandoffError):
            await asyncio.to_thread(self.desk.warm)

    def _look_again(self) -> None:
        self.run_worker(self._refresh(), group="look", exclusive=True)

    async def _refresh(self) -> None:
        try:
            await asyncio.to_thread(self.desk.refresh)
        except HandoffError as problem:
            self._complain(problem)
        self._tell_damage()

    def _tell_damage(self) -> None:
        """Say what damage of the disk was found since the last time."""
        warnings = self.desk.warnings
        fresh, self._warned = warnings[self._warned :], len(warnings)
        if fresh:
            self._tell(fresh[0], alarm=True)

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
            self._complain(problem)

    def _tell_status(self) -> None:
        """Have every screen look at the line again: one that was quicker does not know yet what this CRM can do."""
        from api.desk import Changed

        self._tell_screens(DeskChanged(Changed(status=True)))

    def _complain(self, problem: HandoffError) -> None:
        self._tell(problem.sentence, alarm=True)

    # size

    def on_resize(self, event: events.Resize) -> None:
        """Stand aside while there is no room."""
        width, height = event.size
        if too_small(width, height) and not any(isinstance(screen, TooSmallScreen) for screen in self.screen_stack):
            self.push_screen(TooSmallScreen())

    # commands

    @property
    def triage(self) -> TriageScreen | None:
        """The triage screen, if it is there."""
        return next((screen for screen in self.screen_stack if isinstance(screen, TriageScreen)), None)

    @property
    def area(self) -> Area | None:
        """The area on top, whatever lies over it."""
        return next((screen for screen in reversed(self.screen_stack) if isinstance(screen, Area)), None)

    @property
    def terminal_behind(self) -> bool:
        """Whether the terminal still has frames to take."""
        return bool(getattr(self._driver, "behind", False))

    @property
    def capabilities(self) -> "Capabilities | None":
        """What the CRM can do; None while there is no line to it."""
        return self._sync.capabilities if self._sync is not None else None

    def hindrance(self, one: Command, screen: Screen[Any]) -> str:
        """Return why a command is of no use on this screen now; empty when it is."""
        if one.id == "app.sync":
            return "" if self._sync is not None else self.sync_problem or "There is no CRM to sync with."
        if one.id == "app.sign_in":
            return "" if self._sync_factory is not None else "There is no CRM to sign in to."
        if one.target == "app":
            return ""
        if isinstance(screen, Area):
            return screen.hindrance(one) if one.target == screen.AREA else "That is for another screen."
        return "Leave this dialog first."

    async def run_command(self, one: Command) -> None:
        """Carry a command out on the screen that is on top, or say why it is of no use."""
        screen = self.screen
        if why := self.hindrance(one, screen):
            self._tell(why, alarm=True)
            return
        if one.id == "app.palette":
            return
        if one.target == "app":
            await self.run_action(one.action)
        else:
            await screen.run_action(one.action)

    def _tell(self, sentence: str, hint: str = "", *, alarm: bool = False, about_line: bool = False) -> None:
        area = self.area
        if area is not None:
            area.say(sentence, hint, alarm=alarm, until=area.line_back if about_line else None)

    def action_sync(self) -> None:
        """Send what waits and fetch what is new, now; then say how it went."""
        if self._sync is None:
            self._tell(self.hindrance(command("app.sync"), self.screen))
            return
        self._tell("Asking the CRM now.")
        self.run_worker(self._tell_exchange(self._sync), group="asked", exclusive=True)

    async def _tell_exchange(self, sync: SyncTask) -> None:
        report = await sync.now()
        pending, needing = self.desk.status().pending, self.desk.status().needing
        if report.problem is None:
            self._saved()
        if report.problem is not None:
            self._tell(report.problem.sentence, alarm=True, about_line=not self.desk.status().connected)
        elif pending:
            what = "decision still waits" if pending == 1 else "decisions still wait"
            self._tell(f"{pending} {what} for the CRM’s answer.")
        else:
            self._tell("Up to date.", "S shows what needs you" if needing else "")

    async def action_show_sync(self) -> None:
        """Open the Sync screen, or go back from it."""
        from tui.screens.sync.screen import SyncScreen

        if isinstance(self.screen, SyncScreen):
            await self.screen.run_action("back")
        elif isinstance(self.screen, Area):
            await self.push_screen(SyncScreen(self.desk))

    async def action_sign_in(self) -> None:
        """Ask for a new token."""
        connection = self.desk.profile.connection()
        if why := self.hindrance(command("app.sign_in"), self.screen):
            self._tell(why)
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
        elif self._sync_factory is not None:
            self.run_worker(self._run_sync(self._sync_factory), group="sync")
        self._tell(f"Signed in. {kept}")

    async def action_command_palette(self) -> None:  # type: ignore[override]
        """Find any command by its name."""
        from textual.widgets import Input

        from tui.palette import Palette

        if not isinstance(self.screen, Palette):
            palette = Palette(id="--command-palette")
            await self.push_screen(palette)
            palette.set_focus(palette.query_one(Input))

    async def action_help(self) -> None:
        """Explain what is under the cursor, and the keys."""
        from tui.screens.help import HelpScreen

        subject = getattr(self.screen, "help_subject", lambda: None)
        await self.push_screen(HelpScreen(self.desk, subject(), self.area.AREA if self.area is not None else ""))

    def action_change_look(self) -> None:
        """Go on to the next look."""
        self.theme = next_look(self.theme)

    def action_interrupt(self) -> None:
        """Leave at the second ctrl+c."""
        now = self._clock()
        if self._interrupted is not None and now - self._interrupted < _TWICE:
            self.run_worker(self.action_leave(), group="leave")
            return
        self._interrupted = now
        self._tell("Once more ctrl+c quits; so does q.")

    async def action_leave(self) -> None:
        """Leave once everything decided is on the disk."""
        acts = [worker for worker in self.workers if worker.group == ACTS]
        if acts:
            await self.workers.wait_for_complete(acts)
        self.exit()
