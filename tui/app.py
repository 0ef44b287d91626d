"""The program on the screen: one desk, one sync task, one screen for each area."""

import asyncio
import gc
from collections.abc import Awaitable, Callable
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
from tui.screens.deciding import ACTS
from tui.screens.small import TooSmallScreen, too_small
from tui.screens.triage import TriageScreen
from tui.screens.typed import TakesKeys
from tui.writer import Writer

if TYPE_CHECKING:
    from api.desk import Changed, Desk
    from api.desk.news import Status

_LOOK_AGAIN = 2.0
"""Seconds between looks at what other processes wrote."""

_ANSWER_WITHIN, _ANSWER_LOOK = 10.0, 0.1
"""Seconds to wait for an exchange that was asked for, and between looks at whether it is over."""

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

    def __init__(
        self,
        desk: "Desk",
        sync_factory: "Callable[[Desk], SyncTask] | None" = None,
        clock: Callable[[], datetime] | None = None,
        *,
        look: str = "",
    ) -> None:
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
        self._sync: SyncTask | None = None
        self._unlisten: Callable[[], None] = lambda: None
        self._interrupted: datetime | None = None

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
        for screen in self.screen_stack:
            screen.post_message(DeskChanged(message.changed))

    def _begin(self) -> None:
        # Whoever opened the program may have kept it off until now.
        gc.enable()
        self.set_interval(_LOOK_AGAIN, self._look_again)
        if self._sync_factory is not None:
            self.run_worker(self._run_sync(self._sync_factory), group="sync")

    def _look_again(self) -> None:
        self.run_worker(self._refresh(), group="look", exclusive=True)

    async def _refresh(self) -> None:
        try:
            await asyncio.to_thread(self.desk.refresh)
        except HandoffError as problem:
            self._complain(problem)

    async def _run_sync(self, factory: "Callable[[Desk], SyncTask]") -> None:
        # Building it imports the HTTP client, which must not hold up the keys.
        try:
            self._sync = await asyncio.to_thread(factory, self.desk)
            await self._sync.run()
        except HandoffError as problem:
            self._complain(problem)

    def _complain(self, problem: HandoffError) -> None:
        if self.triage is not None:
            self.triage.say(problem.sentence, alarm=True)

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

    def hindrance(self, one: Command, screen: Screen[Any]) -> str:
        """Return why a command is of no use on this screen now; empty when it is."""
        if one.target == "app":
            return "There is no CRM to sync with." if one.id == "app.sync" and self._sync is None else ""
        if isinstance(screen, TriageScreen):
            return screen.hindrance(one, screen.lead_under_cursor())
        return "Leave this dialog first."

    async def run_command(self, one: Command) -> None:
        """Carry a command out on the screen that is on top, or say why it is of no use."""
        screen = self.screen
        if why := self.hindrance(one, screen):
            if self.triage is not None:
                self.triage.say(why, alarm=True)
            return
        if one.id == "app.palette":
            return
        if one.target == "app":
            await self.run_action(one.action)
        else:
            await screen.run_action(one.action)

    def action_sync(self) -> None:
        """Send what waits and fetch what is new, now; then say how it went."""
        if self._sync is None:
            self._tell("There is no CRM to sync with.")
            return
        before = self.desk.status()
        self._sync.poke()
        self._tell("Asking the CRM now.")
        self.run_worker(self._tell_exchange(before), group="asked", exclusive=True)

    def _tell(self, sentence: str, *, alarm: bool = False) -> None:
        if self.triage is not None:
            self.triage.say(sentence, alarm=alarm)

    async def _tell_exchange(self, before: "Status") -> None:
        for _ in range(round(_ANSWER_WITHIN / _ANSWER_LOOK)):
            status = self.desk.status()
            if status.last_exchange != before.last_exchange and status.connected:
                break
            if status.connected is False and (status.since, status.message) != (before.since, before.message):
                break
            await asyncio.sleep(_ANSWER_LOOK)
        status = self.desk.status()
        if not status.connected:
            self._tell(status.message or "The CRM can’t be reached; it is tried again by itself.", alarm=True)
        elif status.last_exchange == before.last_exchange:
            self._tell("The CRM has not answered yet; it is tried again by itself.", alarm=True)
        elif status.pending:
            self._tell(f"{status.pending} of your decisions still wait for the CRM’s answer.")
        else:
            self._tell("Up to date.")

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
        await self.push_screen(HelpScreen(self.desk, subject()))

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
        if self.triage is not None:
            self.triage.say("Once more ctrl+c quits; so does q.")

    async def action_leave(self) -> None:
        """Leave once everything decided is on the disk."""
        acts = [worker for worker in self.workers if worker.group == ACTS]
        if acts:
            await self.workers.wait_for_complete(acts)
        self.exit()
