"""The welcome as a program: no desk, no line, nothing of the hub."""

import os
from enum import StrEnum
from typing import TYPE_CHECKING, ClassVar

from textual import events
from textual.app import App
from textual.binding import Binding, BindingType
from textual.reactive import Reactive
from textual.screen import Screen
from textual.theme import Theme

from tui.look import DARK, LOOKS, TERMINAL
from tui.screens.typed import TakesKeys, caught_up
from tui.welcome.menu import MenuPage
from tui.welcome.page import Page

if TYPE_CHECKING:
    from textual.driver import Driver

    from api.local.profile import Profile


_LOW = 20
"""Rows from which there is room for gaps."""


class Way(StrEnum):
    """What follows the welcome."""

    DEMO = "demo"
    OPEN = "open"
    """A hub was joined: the program opens on it."""
    QUIT = "quit"


class WelcomeApp(App[Way], inherit_bindings=False):
    """Offers the ways on to somebody who has no profile yet; its result is the one that was taken."""

    TITLE = "Handoff"
    CSS_PATH = "welcome.tcss"
    ENABLE_COMMAND_PALETTE = False
    AUTO_FOCUS = ""
    ESCAPE_TO_MINIMIZE = False
    VERTICAL_BREAKPOINTS = [(0, "-low"), (_LOW, "-high")]
    BINDINGS: ClassVar[list[BindingType]] = [Binding("ctrl+c,ctrl+q", "leave", show=False, priority=True)]

    theme: Reactive[str] = Reactive(DARK.name)

    def __init__(self, place: "Profile", *, look: str = "", problem: str = "") -> None:
        """Make ready to offer the ways; a hub that is joined is kept in the profile `place`.

        `problem`: what is wrong with the settings, in a sentence.
        """
        plain = "NO_COLOR" in os.environ
        wanted = TERMINAL.name if plain else look
        if wanted in LOOKS:
            self.set_reactive(WelcomeApp.theme, wanted)
        # With the terminal's own colours Textual can leave colour out altogether, instead of turning it into greys.
        super().__init__(ansi_color=True if plain else None)
        self.place = place
        self.problem = problem
        self.typed_address = ""
        """What was typed as the hub's address, for who comes back to the form."""

    @property
    def available_themes(self) -> dict[str, Theme]:
        """The program's own looks."""
        return dict(LOOKS)

    def get_driver_class(self) -> "type[Driver]":
        """Return what paints: our own, which survives a terminal that goes away."""
        driver = super().get_driver_class()
        if driver.__name__ != "LinuxDriver":
            return driver
        from tui.terminal import Driver

        return Driver

    def get_default_screen(self) -> Screen[None]:
        """Return the page that is there first."""
        return self._sized(MenuPage())

    def _sized(self, page: Page) -> Page:
        """Give a page the class of its size, so that its first layout is the right one."""
        return page.add_class("-low" if self.size.height < _LOW else "-high")

    async def on_event(self, event: events.Event) -> None:
        """Let a form have its keys one after another, so that what is typed ahead reaches its field."""
        screen: object = self.screen if isinstance(event, events.Key) and not event.is_forwarded else None
        if isinstance(event, events.Key) and isinstance(screen, TakesKeys):
            if await self._check_bindings(event.key, priority=True) or await screen.take_key(event):
                return
            if self.focused is not None:
                if not event.is_printable:
                    # Passed on, what a field does by a binding would come back here behind the keys typed after it.
                    await caught_up(self.focused)
                    if await self._check_bindings(event.key):
                        return
                self.focused._forward_event(event)  # noqa: SLF001  (the library has no other way to pass a key on)
            return
        await super().on_event(event)

    async def go(self, choice_id: str) -> None:
        """Take a way on."""
        if choice_id == "join":
            from tui.welcome.join import JoinPage

            await self._show(JoinPage())
        elif choice_id == "run":
            from tui.welcome.running import RunPage

            await self._show(RunPage())
        else:
            self.exit(Way.DEMO if choice_id == "demo" else Way.QUIT)

    async def _show(self, page: Page) -> None:
        # A second key that came with the first must not open a second page.
        if isinstance(self.screen, MenuPage):
            await self.push_screen(self._sized(page))

    def open_program(self) -> None:
        """End the welcome; a hub was joined."""
        self.exit(Way.OPEN)

    def action_leave(self) -> None:
        """Leave; nothing was changed."""
        self.exit(Way.QUIT)
