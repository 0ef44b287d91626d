"""The triage screen, put together from its parts."""

import asyncio
from typing import TYPE_CHECKING, Any, ClassVar

from textual import events, on
from textual.app import ComposeResult
from textual.binding import BindingType

from api.errors import HandoffError
from api.rules.queue import View
from tui.commands import Command
from tui.keys import bindings_for
from tui.screens.triage.choosing import Choosing
from tui.screens.triage.hearing import Hearing
from tui.screens.triage.moving import Moving
from tui.screens.triage.reaching import Reaching
from tui.screens.triage.reading import NARROW, WIDE, Reading, second_card
from tui.screens.triage.rows import RowSource
from tui.screens.triage.viewing import Viewing
from tui.words import (
    Shown,
    card_sheet,
    elsewhere_words,
    header_parts,
    problem_words,
    unmatched_words,
    view_empty_words,
    waiting_words,
)
from widgets.basis.notice import Notice
from widgets.basis.still import Column, Row, still
from widgets.card.lead_card import LeadCard
from widgets.frame.header import Header
from widgets.frame.key_bar import KeyBar
from widgets.frame.status_line import StatusLine
from widgets.queue.lead_queue import LeadQueue

if TYPE_CHECKING:
    from api.desk import Desk
    from api.model.lead import Lead

_TICK = 10.0
_SLOW = 0.05
"""Seconds after which a terminal that was behind is looked at again."""


class TriageScreen(Choosing, Hearing, Viewing, Moving, Reading, Reaching, inherit_bindings=False):
    """One queue, one lead, one decision after another."""

    AREA = "triage"
    AUTO_FOCUS = ""
    BINDINGS: ClassVar[list[BindingType]] = list(bindings_for("triage"))
    TITLE = "Triage"

    virtual_size = still()

    def __init__(self, desk: "Desk", *, classes: str = "") -> None:
        super().__init__(classes=classes)
        self.desk = desk
        self.source = RowSource(desk)
        self.fresh = self.source.fresh
        self.leaving: set[str] = set()
        self.news = {}
        self.waiting = []
        self._followed = ""
        self._following = False
        self._elsewhere = ""
        self._elsewhere_wanted = self._elsewhere_looked = False
        self.begin_hearing()
        self.begin_choosing()
        self.begin_moving()

    def compose(self) -> ComposeResult:
        """Lay the screen out."""
        yield Header(id="header")
        with Row(id="main"):
            yield LeadQueue(self.source, id="queue")
            with Column(id="side"):
                if self.app.size.width < NARROW:
                    yield self.tabs()
                yield LeadCard(id="card")
            if self.app.size.width >= WIDE:
                yield second_card()
        yield StatusLine(id="status")
        yield KeyBar(id="keys")

    def on_mount(self) -> None:
        """Fill the widgets for the first paint."""
        self.give_room(self.app.size.width)
        self.name_keys("triage.scroll_lead_down")
        self.begin_viewing()
        self.read_queue(fresh=True)
        self.ready = True
        self.set_interval(_TICK, self.tick)
        for warning in self.desk.warnings[:1]:
            self.say(warning, alarm=True)

    @property
    def queue(self) -> LeadQueue:
        """The queue."""
        return self.query_one("#queue", LeadQueue)

    def lead_under_cursor(self) -> "Lead | None":
        """Return the lead under the cursor, or None."""
        lead_id = self.queue.lead_id
        try:
            return self.desk.lead(lead_id) if lead_id else None
        except HandoffError:
            # It was taken off the desk since the queue was last read; the next reading drops its row.
            return None

    @property
    def filtered(self) -> bool:
        """Whether other leads are shown than those that wait, so that one may stay that was decided on."""
        return bool(self.filter_text) or self.view is not View.MINE

    # what is shown

    def read_queue(self, *, fresh: bool = False) -> None:
        """Read the queue again; `fresh` starts at the top."""
        self.waiting = self.desk.queue()
        if self.looks(fresh=fresh):
            self.show_found(None)
            self.show_all()
            return
        ids = self.read_ids()
        if fresh:
            self.stop_jumping()
            self.kept = ""
            self.queue.start_over(self.in_sight(ids))
        else:
            self.queue.show(self.in_sight(ids))
        self.show_found(len(ids))
        self.show_all()

    def show_all(self) -> None:
        """Show the lead under the cursor, the keys, the header, and whether anything waits."""
        lead = self.lead_under_cursor()
        self._show_lead(lead)
        self._show_keys(lead)
        self.show_header()
        empty = not self.queue.ids
        self.query_one("#main").display = not empty
        self._show_notice(shown=empty)

    def _show_notice(self, *, shown: bool) -> None:
        notice = next(iter(self.query("#notice").results(Notice)), None)
        if notice is None and shown:
            notice = Notice(id="notice")
            self.mount(notice, after="#main")
        if notice is not None:
            notice.display = shown
            if shown:
                notice.show(*self._empty_words())
                self._look_elsewhere()

    def _look_elsewhere(self) -> None:
        """Look what there is besides what waits, off the loop, and say so on the page that says that nothing does."""
        if self.view is not View.MINE or self.filter_text:
            return
        self._elsewhere_wanted = True
        if not self._elsewhere_looked:
            self._elsewhere_looked = True
            self.run_worker(self._tell_elsewhere(), group="elsewhere")

    async def _tell_elsewhere(self) -> None:
        while self._elsewhere_wanted:
            self._elsewhere_wanted = False
            found = await asyncio.to_thread(elsewhere_words, self.desk, self.handoff.key_hint)
            if found != self._elsewhere:
                self._elsewhere = found
                for notice in self.query("#notice").results(Notice):
                    notice.show(*self._empty_words())
        self._elsewhere_looked = False

    def _empty_words(self) -> tuple[str, tuple[str, ...]]:
        if self.looking:
            return "Looking through all leads…", ()
        if self.filter_text and self.view not in (View.MINE, View.ALL):
            return unmatched_words(self.filter_text, self.view_words, self.handoff.key_hint)
        if self.view is View.MINE or self.filter_text or not self.desk.rows():
            return waiting_words(self.desk, self.filter_text, self.handoff.key_hint, self._elsewhere)
        return view_empty_words(self.view, self.handoff.key_hint)

    def show_header(self) -> None:
        """Say who works here, what waits, and how the line to the CRM stands."""
        self.query_one("#header", Header).show(*header_parts(self.desk, self.waiting, self.shown))
        self.warn(self.unsaved or problem_words(self.desk, self.handoff.key_hint))
        self.say_link()
        self.drop_untrue()

    @property
    def shown(self) -> Shown:
        """What the header says of the queue."""
        return Shown(self.view_words, len(self.queue.ids), len(self.chosen), mine=self.view is View.MINE)

    def show_card(self) -> None:
        """Show the lead under the cursor."""
        self._show_lead(self.lead_under_cursor())

    def _show_lead(self, lead: "Lead | None") -> None:
        self._followed = "" if lead is None else lead.id
        sheet = None
        if lead is not None:
            sheet = card_sheet(self.desk, lead, self.news.get(lead.id, ""), self.source, self.handoff.key_hint)
        self.query_one("#card", LeadCard).show_lead(sheet)
        if self.wide:
            self.query_one("#more", LeadCard).show_lead(sheet)
        self.rest_on()

    def show_keys(self) -> None:
        """Show the keys for the lead under the cursor."""
        self._show_keys(self.lead_under_cursor())

    def _show_keys(self, lead: "Lead | None") -> None:
        self.query_one("#keys", KeyBar).show(self.keys_for(lead))

    def hindrance(self, one: Command) -> str:
        """Return why a command of this screen is of no use now; empty when it is."""
        return self.hindrance_on(one, self.lead_under_cursor())

    def hindrance_on(self, one: Command, lead: "Lead | None") -> str:
        """Say why a command is of no use on this lead now; empty when it is."""
        if one.target == "app":
            return ""
        return self.reach_hindrance(one.action, lead) or self.verb_hindrance(one, lead)

    # what happens

    @on(LeadQueue.Moved)
    def follow(self) -> None:
        """Show the lead that the cursor came to; called right after a key moved it, so that both are one repaint."""
        if self._followed == self.queue.lead_id:
            return
        self._followed = self.queue.lead_id
        self.stop_jumping()
        self.grow_old()
        self.fresh.discard(self.queue.lead_id)
        self.news = {lead_id: news for lead_id, news in self.news.items() if lead_id == self.queue.lead_id}
        # Of keys that are waiting already, those before the last only pass leads by, which nobody gets to see; nor does
        # anybody see them in time at a terminal that is still busy with earlier ones.
        if self._following:
            return
        if self.app.message_queue_size:
            self._following = self.call_later(self._show_followed)
        else:
            self._following = True
            self._show_when_taken()

    def _show_when_taken(self) -> None:
        if self.handoff.terminal_behind:
            self.set_timer(_SLOW, self._show_when_taken)
        else:
            self._show_followed()

    def _show_followed(self) -> None:
        self._following = False
        lead = self.lead_under_cursor()
        self._show_lead(lead)
        self._show_keys(lead)

    def tick(self) -> None:
        """Say again what depends on the time of day."""
        self.queue.renew()
        self.show_header()
        self.show_card()

    def on_screen_resume(self, event: events.ScreenResume) -> None:
        """Come to the top."""
        # For its first paint it was given the classes of its size before it was mounted, and its styles with them.
        event.refresh_styles = self.painted

    def on_resize(self, event: events.Resize) -> None:
        """Give the parts of the lead the room there is."""
        self.give_room(event.size.width)

    async def take_key(self, event: events.Key) -> bool:
        """Take letters that mean a lead in sight, and what the line in which one types takes."""
        if self.jumping and self.jump_key(event.key, event.character):
            return True
        taken = await super().take_key(event)
        if not taken and self.focused is None:
            self.last_key = event.key
        return taken

    async def action_clear(self) -> None:
        """Clear what was chosen, then the filter, then go back to what waits."""
        if self.chosen:
            self.choose_none()
            self.say("Nothing is chosen any more.")
        elif self.finding:
            await self.drop_filter()
        else:
            await self.back_to_mine()

    # asked from elsewhere

    async def go_to(self, lead_id: str) -> None:
        """Put the cursor on a lead: where it is shown, else where it waits, else by a search."""
        if not self.queue.select(lead_id):
            if self.view is not View.MINE or self.filter_text:
                await self.show_view(View.MINE, self.order_of(View.MINE))
            if not self.queue.select(lead_id):
                await self.find(lead_id)
        self.follow()

    # help

    def help_subject(self) -> Any:
        """Return what the help should explain besides the keys: the lead under the cursor."""
        return self.lead_under_cursor()
