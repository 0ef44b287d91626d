"""The root of the screens that stand for themselves: header and banner above, what is said and the keys below."""

from collections.abc import Callable
from time import monotonic
from typing import TYPE_CHECKING, Any, ClassVar, Self, cast

from textual import events, on
from textual.binding import BindingsMap
from textual.geometry import Region
from textual.screen import Screen
from textual.timer import Timer

from tui.commands import Command, command
from tui.keys import bindings_for
from tui.words import link_words
from widgets.basis.lines import OneLine
from widgets.basis.pane import Pane
from widgets.frame.header import Header
from widgets.frame.key_bar import KeyBar
from widgets.frame.status_line import StatusLine

if TYPE_CHECKING:
    from api.desk import Desk
    from api.model.lead import Lead
    from tui.app import HandoffApp

_SAYING_STAYS = 10.0
"""Seconds after which what was said is no news any more."""


_READ = 3.0
"""Seconds that a person has for reading what they just did, before the line to the CRM has its say."""


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
    said_at = 0.0
    """When something else than how the line stands was said last; seconds of the monotonic clock."""
    _link_timer: Timer | None = None

    def __init__(self, *, classes: str = "") -> None:
        super().__init__(classes=classes)
        keymap = self.handoff.keymap
        if keymap.own:
            # Of the class are the keys of the registry; the person's own stand in for them.
            self._bindings = BindingsMap(bindings_for(self.AREA, keymap))

    def name_keys(self, command_id: str) -> None:
        """Have everything that is scrolled by a command name its key as the person has it."""
        if self.handoff.keymap.own:
            for pane in self.query(Pane):
                pane.reads_on = self.handoff.key_hint(command_id, "reads on")

    @property
    def handoff(self) -> "HandoffApp":
        """The program."""
        return cast("HandoffApp", self.app)

    def hindrance(self, one: Command) -> str:
        """Return why a command of this area is of no use now; empty when it is."""
        raise NotImplementedError

    def meaning(self, one: Command) -> str:
        """Return what a command would do now, as a sentence."""
        return one.help

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
        if sentence and until is None:
            self.said_at = monotonic()
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
        """Say once what became of the line to the CRM, when there was time to read what was said before."""
        link, wait = link_words(self.desk), self.said_at + _READ - monotonic()
        if link and link != self._link and wait > 0:
            if self._link_timer is None:
                self._link_timer = self.set_timer(wait, self._say_link_now)
            return
        before, self._link = self._link, link
        if link and link != before:
            self.say(link, until=self.line_back)

    def _say_link_now(self) -> None:
        self._link_timer = None
        self.say_link()

    def open_page(self, lead: "Lead") -> None:
        """Open a lead's page in the browser."""
        from api.model.text import openable

        if not lead.url:
            self.say(f"There is no page for {lead.title}.")
        elif not openable(lead.url):
            self.say("Its address is not one that Handoff opens: only http, https, mailto and tel are.", alarm=True)
        else:
            self.open_link(lead.url, f"Opened {lead.url}")

    def open_link(self, url: str, sentence: str) -> None:
        """Open an address that is safe to open, and say `sentence`; where nothing can be opened, say that."""
        from tui.reach import far_away

        if far_away() and not self.app.is_web:
            self.say("From here, over SSH, nothing can be opened on your own screen; copying it works.", alarm=True)
            return
        self.app.open_url(url)
        self.say(sentence)

    def on_paste(self, event: events.Paste) -> None:
        """Refuse pasted text: its letters are no decisions."""
        event.stop()
        finds = self.handoff.key_hint("triage.find", "finds what you paste") if self.AREA == "triage" else ""
        self.say(f"Pasted text was ignored ({len(event.text)} characters): keys decide here.", finds)

    @on(KeyBar.Pressed)
    async def _pressed(self, pressed: KeyBar.Pressed) -> None:
        one = command(pressed.command_id)
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
