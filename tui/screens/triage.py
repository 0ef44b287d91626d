"""Triage: the live queue at the left, the lead to decide on at the right."""

from typing import TYPE_CHECKING, Any, ClassVar, cast

from textual import events, on
from textual.app import ComposeResult
from textual.binding import BindingType

from api.errors import HandoffError
from tui.commands import Command, shown
from tui.keys import bindings_for
from tui.screens.finding import Finding
from tui.screens.hearing import Hearing
from tui.source import DeskSource
from tui.words import card_sheet, header_parts, problem_words, waiting_words
from widgets.basis.notice import Notice
from widgets.basis.still import Column, Row, still
from widgets.card.lead_card import PARTS, LeadCard
from widgets.frame.header import Header
from widgets.frame.key_bar import Key, KeyBar
from widgets.frame.status_line import StatusLine
from widgets.queue.lead_queue import LeadQueue

if TYPE_CHECKING:
    from api.desk import Desk
    from api.model.lead import Lead
    from widgets.frame.part_tabs import PartTabs

NARROW, WIDE = 100, 160
"""Below `NARROW` columns one part of the lead is shown at a time; from `WIDE` on its parts stand in two columns."""

_TICK = 10.0
_SLOW = 0.05
"""Seconds after which a terminal that was behind is looked at again."""


class TriageScreen(Hearing, Finding, inherit_bindings=False):
    """One queue, one lead, one decision after another."""

    AREA = "triage"
    AUTO_FOCUS = ""
    BINDINGS: ClassVar[list[BindingType]] = list(bindings_for("triage"))
    TITLE = "Triage"

    virtual_size = still()

    def __init__(self, desk: "Desk", *, classes: str = "") -> None:
        super().__init__(classes=classes)
        self.desk = desk
        self.source = DeskSource(desk)
        self.leaving: set[str] = set()
        self.news = {}
        self.waiting = []
        self._followed = ""
        self.drafts = {}
        self._part = PARTS[0]
        self._width = 0
        self._following = False
        self.begin_hearing()

    def compose(self) -> ComposeResult:
        """Lay the screen out."""
        yield Header(id="header")
        with Row(id="main"):
            yield LeadQueue(self.source, id="queue")
            with Column(id="side"):
                if self.app.size.width < NARROW:
                    yield self._tabs()
                yield LeadCard(id="card")
            if self.app.size.width >= WIDE:
                yield _second_card()
        yield StatusLine(id="status")
        yield KeyBar(id="keys")

    def _tabs(self) -> "PartTabs":
        from widgets.frame.part_tabs import PartTabs

        tabs = PartTabs(PARTS, hint="[ ] switch", id="tabs")
        tabs.show(self._part)
        return tabs

    def on_mount(self) -> None:
        """Fill the widgets for the first paint."""
        self._give_room(self.app.size.width)
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
        """Whether decided leads are shown too."""
        return bool(self.filter_text)

    # what is shown

    def read_queue(self, *, fresh: bool = False) -> None:
        """Read the queue again; `fresh` starts at the top."""
        self.waiting = self.desk.queue()
        ids = self.desk.queue(self.filter_text) if self.filter_text else self.waiting
        if self.leaving:
            ids = [lead_id for lead_id in ids if lead_id not in self.leaving]
        if fresh:
            self.queue.start_over(ids)
        else:
            self.queue.show(ids)
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
                notice.show(*waiting_words(self.desk, self.filter_text))

    def show_header(self) -> None:
        """Say who works here, what waits, and how the line to the CRM stands."""
        self.query_one("#header", Header).show(*header_parts(self.desk, self.waiting))
        self.warn(self.unsaved or problem_words(self.desk))
        self.say_link()
        self.drop_untrue()

    def show_card(self) -> None:
        """Show the lead under the cursor."""
        self._show_lead(self.lead_under_cursor())

    def _show_lead(self, lead: "Lead | None") -> None:
        self._followed = "" if lead is None else lead.id
        sheet = None if lead is None else card_sheet(self.desk, lead, self.news.get(lead.id, ""), self.source)
        self.query_one("#card", LeadCard).show_lead(sheet)
        if self._width >= WIDE:
            self.query_one("#more", LeadCard).show_lead(sheet)

    def _show_keys(self, lead: "Lead | None") -> None:
        self.query_one("#keys", KeyBar).show(
            [
                Key(id=one.id, key=one.key_words, title=one.title, possible=not self._hindrance(one, lead))
                for one in shown(self.AREA)
            ]
        )

    def hindrance(self, one: Command) -> str:
        """Return why a command of this screen is of no use now; empty when it is."""
        return self._hindrance(one, self.lead_under_cursor())

    def _hindrance(self, one: Command, lead: "Lead | None") -> str:
        if one.target == "app" or one.id not in {"triage.accept", "triage.reject", "triage.open"}:
            return ""
        if lead is None:
            return "No lead is under the cursor."
        if one.id == "triage.open":
            return "" if lead.url else "There is no page for this lead."
        if one.id == "triage.reject":
            return self.desk.hinder(lead, self.refusing(lead))
        return self.desk.hinder(lead, "accept")

    # what happens

    @on(LeadQueue.Moved)
    def follow(self) -> None:
        """Show the lead that the cursor came to; called right after a key moved it, so that both are one repaint."""
        if self._followed == self.queue.lead_id:
            return
        self._followed = self.queue.lead_id
        self.drafts.clear()
        self.grow_old()
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
        self._give_room(event.size.width)

    def _give_room(self, width: int) -> None:
        if self._width == width:
            return
        self._width = width
        card = self.query_one("#card", LeadCard)
        if width < NARROW:
            if not self.query("#tabs"):
                self.query_one("#side").mount(self._tabs(), before=card)
            card.choose((self._part,))
        elif width < WIDE:
            card.choose(PARTS)
        else:
            if not self.query("#more"):
                self.query_one("#main").mount(_second_card())
            card.choose(("lead", "earlier"))
            if self.ready:
                self.call_after_refresh(self.show_card)

    def on_paste(self, event: events.Paste) -> None:
        """Refuse pasted text: its letters are no decisions."""
        event.stop()
        size = len(event.text)
        self.say(f"Pasted text was ignored ({size} characters): keys decide here. / finds what you paste.")

    # moving

    def action_down(self) -> None:
        """Go to the next lead."""
        self.queue.move(1)
        self.follow()

    def action_up(self) -> None:
        """Go to the lead before."""
        self.queue.move(-1)
        self.follow()

    def action_first(self) -> None:
        """Go to the first lead."""
        self.queue.move_to(0)
        self.follow()

    def action_last(self) -> None:
        """Go to the last lead."""
        self.queue.move_to(len(self.queue.ids) - 1)
        self.follow()

    def action_page_down(self) -> None:
        """Go down half a page."""
        self.queue.page(1)
        self.follow()

    def action_page_up(self) -> None:
        """Go up half a page."""
        self.queue.page(-1)
        self.follow()

    # the lead

    def action_next_pane(self) -> None:
        """Show the next part of the lead."""
        self._turn(1)

    def action_previous_pane(self) -> None:
        """Show the part before."""
        self._turn(-1)

    def _turn(self, step: int) -> None:
        if self.size.width >= NARROW:
            self.query_one("#card", LeadCard).next_section(step)
            return
        self._show_part(PARTS[(PARTS.index(self._part) + step) % len(PARTS)])

    def on_part_tabs_chosen(self, chosen: "PartTabs.Chosen") -> None:
        """Show the part whose name was clicked."""
        self._show_part(chosen.part)

    def _show_part(self, part: str) -> None:
        self._part = part
        for tabs in self.query("#tabs"):
            cast("PartTabs", tabs).show(part)
        self.query_one("#card", LeadCard).choose((part,))

    def action_scroll_lead_down(self) -> None:
        """Scroll the lead down."""
        self.query_one("#card", LeadCard).read_on()

    def action_open(self) -> None:
        """Open the lead's page in the browser."""
        if (lead := self.lead_under_cursor()) is not None:
            self.open_page(lead)

    async def go_to(self, lead_id: str) -> None:
        """Put the cursor on a lead, by a search when it is not in the queue."""
        if not self.queue.select(lead_id):
            await self.find(lead_id)
        self.follow()

    # help

    def help_subject(self) -> Any:
        """Return what the help should explain besides the keys: the lead under the cursor."""
        return self.lead_under_cursor()


def _second_card() -> LeadCard:
    return LeadCard(("told", "campaign"), id="more")
