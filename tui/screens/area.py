"""The root of the screens that stand for themselves: header and banner above, what is said and the keys below."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, ClassVar, Self, cast

from textual import events, on
from textual.geometry import Region
from textual.screen import Screen
from textual.timer import Timer

from tui.commands import Command, command
from tui.words import link_words
from widgets.basis.lines import OneLine
from widgets.frame.header import Header
from widgets.frame.key_bar import KeyBar
from widgets.frame.status_line import StatusLine

if TYPE_CHECKING:
    from api.desk import Desk
    from api.model.lead import Lead
    from tui.app import HandoffApp

_SAYING_STAYS = 10.0
"""Seconds after which what was said is no news any more."""


class Area(Screen[None], inherit_bindings=False):
    """One area of the program; expects widgets ``#header``, ``#status`` and ``#keys``."""

    AREA: ClassVar[str]
    """Its name in the registry of commands."""

    desk: "Desk"
    painted = False
    """Whether the first layout was painted."""
    unsaved = ""
    """What the disk refused; stays until something was saved again."""
    _link = ""
    _until: Callable[[], str | None] | None = None
    _said_timer: Timer | None = None

    @property
    def handoff(self) -> "HandoffApp":
        """The program."""
        return cast("HandoffApp", self.app)

    def hindrance(self, one: Command) -> str:
        """Return why a command of this area is of no use now; empty when it is."""
        raise NotImplementedError

    def help_subject(self) -> Any:
        """Return what the help should explain besides the keys."""
        return None

    def show_header(self) -> None:
        """Say who works here and how the line to the CRM stands."""
        raise NotImplementedError

    def say(
        self, sentence: str, hint: str = "", *, alarm: bool = False, until: Callable[[], str | None] | None = None
    ) -> None:
        """Say in the status line what happened.

        `until` returns None while it is so, then what to say instead; without it the words are true for good.
        """
        self.query_one("#status", StatusLine).say(sentence, hint, alarm=alarm)
        self._until = until
        if self._said_timer is not None:
            self._said_timer.stop()
        self._said_timer = self.set_timer(_SAYING_STAYS, self.grow_old) if sentence else None

    def drop_untrue(self) -> None:
        """Say something else, or nothing, where what was said is not so any more."""
        if self._until is not None and (instead := self._until()) is not None:
            self.say(instead)

    def line_back(self) -> str | None:
        """Return None while the line to the CRM is down or odd, then what to say about that."""
        status = self.desk.status()
        if status.signed_out:
            # The banner says so.
            return ""
        return "Connected again." if status.connected and not status.message else None

    def saved(self) -> None:
        """Take back that the disk refused something, now that it took something."""
        if self.unsaved:
            self.unsaved = ""
            self.show_header()

    def grow_old(self) -> None:
        """Show what was said as no news any more; what is wrong stays until something else is said."""
        self.query_one("#status", StatusLine).grow_old()

    def warn(self, sentence: str) -> None:
        """Say above everything what is wrong, until it is right again."""
        banner = self._banner
        if banner is None and sentence:
            banner = OneLine(id="banner")
            banner.visible = self.app.screen is self
            self.mount(banner, after="#header")
        if banner is not None:
            banner.display = bool(sentence)
            banner.show((("! ", "alarm"), (sentence, "alarm")) if sentence else ())

    @property
    def _banner(self) -> OneLine | None:
        return next(iter(self.query("#banner").results(OneLine)), None)

    def refresh(self, *regions: Region, repaint: bool = True, layout: bool = False, recompose: bool = False) -> Self:
        """Ask to be painted anew; what is asked for before the first layout is painted by it, and need not be twice."""
        if layout or recompose or not repaint or self.painted:
            super().refresh(*regions, repaint=repaint, layout=layout, recompose=recompose)
        return self

    def _note_painted(self) -> None:
        self.painted = True

    def on_screen_suspend(self) -> None:
        """Keep the banner from standing beside the title of what lies over it."""
        if (banner := self._banner) is not None:
            banner.visible = False

    def on_screen_resume(self, _event: events.ScreenResume) -> None:
        """Show it again."""
        if not self.painted:
            self.call_next(self._note_painted)
        if (banner := self._banner) is not None:
            banner.visible = True

    def say_link(self) -> None:
        """Say once what became of the line to the CRM."""
        link, before = link_words(self.desk), self._link
        self._link = link
        if link and link != before:
            self.say(link, until=self.line_back)

    def open_page(self, lead: "Lead") -> None:
        """Open a lead's page in the browser."""
        from api.model.text import openable

        if not lead.url:
            self.say(f"There is no page for {lead.title}.")
        elif not openable(lead.url):
            self.say("Its address is not one that Handoff opens: only http, https, mailto and tel are.", alarm=True)
        else:
            self.app.open_url(lead.url)
            self.say(f"Opened {lead.url}")

    @on(KeyBar.Pressed)
    async def _pressed(self, pressed: KeyBar.Pressed) -> None:
        one = command(pressed.command_id)
        if one.id == "app.palette":
            await self.handoff.action_command_palette()
        else:
            await self.run_action(f"app.{one.action}" if one.target == "app" else one.action)

    @on(Header.MarkClicked)
    def _mark_clicked(self) -> None:
        if self.AREA != "sync":
            self.app.call_next(self.run_action, "app.show_sync")

    @on(OneLine.Clicked, "#banner")
    def offer_sign_in(self) -> None:
        """Ask for a new token where the old one does not do any more; for a click on the words that say so."""
        if self.desk.status().signed_out:
            self.app.call_next(self.run_action, "app.sign_in")
