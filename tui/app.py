"""The program on the screen: one desk, one line to the CRM, one screen for each area."""

import asyncio
import gc
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta
from time import monotonic
from typing import TYPE_CHECKING, Any, ClassVar

from textual import events
from textual.binding import Binding, BindingsMap, BindingType
from textual.message import Message
from textual.screen import Screen

from api.errors import HandoffError
from tui.commands import Command
from tui.dressed import Dressed
from tui.guarding import Guarding
from tui.keys import PLAIN, bindings_for
from tui.lines import SyncTask
from tui.look import LOOKS, TERMINAL, look_named
from tui.messages import DeskChanged
from tui.screens.area import Area
from tui.screens.deciding import ACTS
from tui.screens.small import TooSmallScreen, too_small
from tui.screens.triage import TriageScreen
from tui.screens.typed import TakesKeys, caught_up
from tui.settings.fields import Settings
from tui.settings.keymap import Keymap
from tui.writer import Writer

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from textual.actions import ActionParseResult
    from textual.dom import DOMNode

    from api.desk import Changed, Desk
    from tui.screens.sync.answering import Answered
    from tui.settings import Loaded
    from tui.tour.tour import Tour

_LOOK_AGAIN = 2.0
"""Seconds between looks at what other processes wrote."""

_TWICE = timedelta(seconds=2)
"""Within this time a second ctrl+c leaves."""


def _palette() -> type[Any]:
    from tui.palette import CommandProvider

    return CommandProvider


def _class_for(size: int, breakpoints: list[tuple[int, str]]) -> str:
    return next((name for least, name in reversed(breakpoints) if size >= least), "")


class HandoffApp(Dressed, inherit_bindings=False):
    """Shows a desk and lets people work on it."""

    TITLE = "Handoff"
    CSS_PATH = ["styles/base.tcss", "styles/triage.tcss"]
    COMMANDS = {_palette}
    # The registry has a key for it, as for everything else.
    ENABLE_COMMAND_PALETTE = False
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (100, "-normal"), (160, "-wide")]
    VERTICAL_BREAKPOINTS = [(0, "-low"), (25, "-high")]
    ESCAPE_TO_MINIMIZE = False
    AUTO_FOCUS = ""
    BINDINGS: ClassVar[list[BindingType]] = [
        *bindings_for("app"),
        Binding("ctrl+c", "interrupt", id="interrupt", show=False, priority=True, system=True),
    ]

    tour: "Tour | None" = None
    """The tour through the keys, while it is on."""
    last_key = ""
    """The key that was pressed last, wherever."""
    terminal_before: "list[Any] | None" = None
    """The terminal's settings as they were before anything of the program touched them, where somebody kept them."""

    def __init__(
        self,
        desk: "Desk",
        sync_factory: "Callable[[Desk], SyncTask] | None" = None,
        clock: Callable[[], datetime] | None = None,
        *,
        look: str = "",
        loaded: "Loaded | None" = None,
        sign_in: Callable[[str], str] | None = None,
        seconds: Callable[[], float] = monotonic,
    ) -> None:
        """Make ready to show `desk`.

        `look` goes before the one of the settings that were `loaded`; `sign_in` checks and keeps a token, and blocks
        while it does; `seconds` is the clock by which keys are told from text.
        """
        import os

        self.settings = loaded.settings if loaded is not None else Settings()
        """What the person has set."""
        self.keymap = Keymap(self.settings.keys) if self.settings.keys else PLAIN
        """The keys of every command."""
        plain = "NO_COLOR" in os.environ
        wanted = TERMINAL.name if plain else look or look_named(self.settings.theme)
        if wanted in LOOKS:
            self.set_reactive(HandoffApp.theme, wanted)
        # With the terminal's own colours Textual can leave colour out altogether, instead of turning it into greys.
        super().__init__(ansi_color=True if plain else None)
        if self.keymap.own:
            self._bindings = BindingsMap([*bindings_for("app", self.keymap), self.BINDINGS[-1]])
        self.loaded = loaded
        self._guarding = Guarding(self, seconds) if self.settings.guard else None
        self.desk = desk
        self.writer = Writer(desk)
        self._sync_factory = sync_factory
        self._clock = clock or desk.now
        self._sign_in = sign_in
        self.answered: list[Answered] = []
        """What was answered on the Sync screen since the program was opened, the newest last."""
        self._unlisten: Callable[[], None] = lambda: None
        self._interrupted: datetime | None = None
        self._warned = len(desk.warnings)

    def get_default_screen(self) -> Screen[Any]:
        """Return the screen that is there first."""
        # Knowing its size before it is laid out saves the first paint from being laid out twice.
        width, height = self.size
        sizes = [_class_for(width, self.HORIZONTAL_BREAKPOINTS), _class_for(height, self.VERTICAL_BREAKPOINTS)]
        return TriageScreen(self.desk, classes=" ".join(sizes))

    # keys

    def key_words(self, command_id: str) -> str:
        """Return the key of a command as the person has it and as people write it; empty when it has none."""
        return self.keymap.words(command_id)

    def key_hint(self, command_id: str, does: str) -> str:
        """Return “u undoes”, with the key as the person has it; empty when the command has none."""
        return self.keymap.hint(command_id, does)

    def post_message(self, message: Message) -> bool:
        """Let a message wait for its turn; keys are noted, so that it is known what waits behind one."""
        if isinstance(message, events.Key) and not message.is_forwarded and self._guarding is not None:
            self._guarding.came(message)
        return super().post_message(message)

    async def on_event(self, event: events.Event) -> None:
        """Carry keys out one after another, so that what one of them opens gets those typed behind it."""
        screen: object = self.screen if isinstance(event, events.Key) and not event.is_forwarded else None
        if not isinstance(event, events.Key) or not isinstance(screen, TakesKeys):
            await super().on_event(event)
            return
        self.app_focus = True
        self.last_key = event.key
        if self._guarding is not None and self._guarding.keeps(event):
            return
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
            self.disk_takes()
        self.tell_screens(message)

    def _begin(self) -> None:
        # Whoever opened the program may have kept it off until now. What is there stays, and is looked through no more.
        gc.freeze()
        gc.enable()
        self.set_interval(_LOOK_AGAIN, self._look_again)
        self.run_worker(self._warm(), group="warm")
        self.open_line()
        if self.settings.notify != "off":
            self._watch_the_hour()
        if self.loaded is not None and self.loaded.problems:
            self.tell(self.loaded.first, self.loaded.ways_on, alarm=True)

    def _watch_the_hour(self) -> None:
        import os

        from tui.notifying import LOOK_EVERY, Notifier

        loop = asyncio.get_running_loop()

        def send(sequence: str) -> None:
            loop.call_soon_threadsafe(self.write_to_terminal, sequence)

        notifier = Notifier(self.desk, self.settings, os.environ, send)

        async def look() -> None:
            await asyncio.to_thread(notifier.look)

        def look_again() -> None:
            if not any(worker.group == "notify" for worker in self.workers):
                self.run_worker(look(), group="notify")

        look_again()
        self.set_interval(LOOK_EVERY, look_again)

    def write_to_terminal(self, sequence: str) -> None:
        """Have the terminal itself do something that is no part of the screen, as ringing its bell is."""
        if self._driver is not None and not self.is_headless:
            self._driver.write(sequence)

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
            self.complain(problem)
        self._tell_damage()

    def _tell_damage(self) -> None:
        """Say what damage of the disk was found since the last time."""
        warnings = self.desk.warnings
        fresh, self._warned = warnings[self._warned :], len(warnings)
        if fresh:
            self.tell(fresh[0], alarm=True)

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
    def terminal_behind(self) -> bool:
        """Whether the terminal still has frames to take."""
        return bool(getattr(self._driver, "behind", False))

    def hindrance(self, one: Command, screen: Screen[Any]) -> str:
        """Return why a command is of no use on this screen now; empty when it is."""
        if one.id == "app.sync":
            return "" if self._sync is not None else self.sync_problem or "There is no CRM to sync with."
        if one.id == "app.sign_in":
            return "" if self._sync_factory is not None else "There is no CRM to sign in to."
        if one.id in ("app.tour", "app.end_tour"):
            return self._tour_hindrance(one)
        if one.target == "app":
            return ""
        if isinstance(screen, Area):
            return screen.hindrance(one) if one.target == screen.AREA else "That is for another screen."
        return "Leave this dialog first."

    def _tour_hindrance(self, one: Command) -> str:
        if one.id == "app.end_tour":
            return "" if self.tour is not None else "There is no tour to end."
        if self.tour is not None:
            return "The tour is on already."
        triage = self.triage
        return "" if triage is not None and triage.queue.ids else "The tour needs leads in the queue."

    async def run_action(
        self,
        action: "str | ActionParseResult",
        default_namespace: "DOMNode | None" = None,
        namespaces: "Mapping[str, DOMNode] | None" = None,
    ) -> bool:
        """Do what an action says, and let the tour see it."""
        done = await super().run_action(action, default_namespace, namespaces)
        if self.tour is not None:
            self.tour.saw(action)
        return done

    async def run_command(self, one: Command) -> None:
        """Carry a command out on the screen that is on top, or say why it is of no use."""
        screen = self.screen
        if why := self.hindrance(one, screen):
            self.tell(why, alarm=True)
            return
        if one.id == "app.palette":
            return
        if one.target == "app":
            await self.run_action(one.action)
        else:
            await screen.run_action(one.action)

    async def action_show_sync(self) -> None:
        """Open the Sync screen, or go back from it."""
        from tui.screens.sync.screen import SyncScreen

        if isinstance(self.screen, SyncScreen):
            await self.screen.run_action("back")
        elif isinstance(self.screen, Area):
            await self.push_screen(SyncScreen(self.desk))

    async def action_palette(self) -> None:
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

    def offer_tour(self, told_in: "Path") -> None:
        """Begin the tour for who was not shown it yet; `told_in` is the folder in which that is kept."""
        from tui.tour.tour import offer

        offer(self, told_in)

    def action_tour(self) -> None:
        """Begin the tour."""
        from tui.tour.tour import begin

        begin(self)

    def action_end_tour(self) -> None:
        """End the tour."""
        if self.tour is not None:
            self.tour.end()
        else:
            self.tell("There is no tour to end.")

    def action_interrupt(self) -> None:
        """Leave at the second ctrl+c."""
        now = self._clock()
        if self._interrupted is not None and now - self._interrupted < _TWICE:
            self.run_worker(self.action_leave(), group="leave")
            return
        self._interrupted = now
        leaves = self.key_words("app.leave")
        self.tell("Once more ctrl+c quits" + (f"; so does {leaves}." if leaves else "."))

    async def action_leave(self) -> None:
        """Leave once everything decided is on the disk."""
        acts = [worker for worker in self.workers if worker.group == ACTS]
        if acts:
            await self.workers.wait_for_complete(acts)
        self.exit()
