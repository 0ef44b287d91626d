"""The Sync screen: how the line stands, everything that waits or needs an answer, and both sides of one of them."""

from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar

from textual import events, on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Container

from api.desk.news import Way
from api.errors import HandoffError
from tui.commands import Command, command, shown
from tui.keys import bindings_for
from tui.messages import DeskChanged
from tui.screens.sync.answering import Answering
from tui.screens.sync.line import line_state
from tui.screens.sync.matters import Matter, became, parts_of, read_matters, sheet_of
from tui.screens.sync.ways import About, way_command, ways_of, ways_shown, why_not
from tui.screens.typed import caught_up
from tui.words import header_parts
from widgets.basis.notice import Notice
from widgets.frame.header import Header
from widgets.frame.key_bar import Key, KeyBar
from widgets.frame.status_line import StatusLine
from widgets.matters.line_panel import LinePanel
from widgets.matters.matter_list import MatterList
from widgets.matters.matter_sheet import MatterPane

if TYPE_CHECKING:
    from textual import events

    from api.desk import Desk
    from api.model.lead import Lead

_TICK = 1.0
"""Seconds between two looks at the clock: the next try is counted down."""
_NOTHING_ANSWERED = "Nothing is left to take back here; what you decide in the queue is undone there."


class SyncScreen(Answering, inherit_bindings=False):
    """Shows what the desk knows of its line, and lets the person answer what did not go through."""

    AREA = "sync"
    AUTO_FOCUS = ""
    CSS_PATH: ClassVar[str] = "../../styles/sync.tcss"
    BINDINGS: ClassVar[list[BindingType]] = list(bindings_for("sync"))
    TITLE = "Sync"

    def __init__(self, desk: "Desk", *, classes: str = "") -> None:
        super().__init__(classes=classes)
        self.desk = desk
        self.leaving = {}
        self.gone = set()
        self._matters: dict[str, Matter] = {}
        self._last: Matter | None = None
        """What is under the cursor, or was when it was answered elsewhere."""
        self._behind = False

    def compose(self) -> ComposeResult:
        """Lay the screen out."""
        yield Header(id="header")
        yield LinePanel(id="line")
        with Container(id="main"):
            yield MatterList(self.desk.now, id="matters")
            yield MatterPane(id="matter")
        yield Notice(id="notice")
        yield StatusLine(id="status")
        yield KeyBar(id="keys")

    def on_mount(self) -> None:
        """Fill the widgets for the first paint."""
        self.name_keys("sync.read_on")
        self.read()
        self.set_interval(_TICK, self.tick)

    # what is shown

    @property
    def matter_list(self) -> MatterList:
        """The list."""
        return self.query_one("#matters", MatterList)

    def matter_under_cursor(self) -> Matter | None:
        """Return what is under the cursor, or None; one that is done already counts as none."""
        return self._matters.get(self.matter_list.key)

    def lead_of(self, matter: Matter) -> "Lead | None":
        """Return the lead that it is about, or None when it is gone."""
        try:
            return self.desk.lead(matter.lead_id)
        except HandoffError:
            return None

    def read(self) -> None:
        """Read everything from the desk again."""
        there = read_matters(self.desk)
        before = self._matters
        self._matters = {matter.key: matter for matter in there if matter.key not in self.leaving}
        self.matter_list.show(
            parts_of(list(self._matters.values()), self.desk.agreement), partial(self._became, before)
        )
        self.show_all()

    def _became(self, before: dict[str, Matter], key: str) -> str:
        """Say what became of a row that is gone; nothing of one that was answered here."""
        if key in self.leaving or key in self.gone:
            return ""
        matter = before.get(key) or (self._last if self._last is not None and self._last.key == key else None)
        return became(self.desk, matter) if matter is not None else ""

    def show_all(self) -> None:
        """Show everything but the list anew."""
        self.show_header()
        self.show_line()
        self.show_matter()
        empty = not self.matter_list.keys
        self.query_one("#main").display = not empty
        notice = self.query_one("#notice", Notice)
        notice.display = empty
        if empty:
            notice.show(*self._nothing())

    def _nothing(self) -> tuple[str, tuple[str, ...]]:
        if not self.desk.pulled:
            words = "What you decide is kept here and sent as soon as it answers."
            return "Nothing was exchanged with the CRM yet.", (words,)
        return (
            "Nothing waits, nothing needs you.",
            (
                "Everything you decided is with the CRM.",
                " · ".join(
                    filter(None, (self.handoff.key_hint("app.sync", "asks it now"), "Esc goes back to the queue"))
                ),
            ),
        )

    def show_header(self) -> None:
        """Say who works here, where one is, and how the line to the CRM stands."""
        left, _, right = header_parts(self.desk, ())
        self.query_one("#header", Header).show(left, (("Sync", "strong"),), right)
        # Being signed out is told by the line itself.
        self.warn(self.unsaved)
        self.drop_untrue()

    def show_line(self) -> None:
        """Say how the line stands."""
        state = line_state(
            self.desk.status(),
            self.desk.now(),
            capabilities=self.handoff.capabilities,
            problem=self.handoff.sync_problem,
            warnings=self.desk.warnings,
            hint=self.handoff.key_hint,
        )
        self.query_one("#line", LinePanel).show(state)

    def show_matter(self) -> None:
        """Show both sides of what is under the cursor."""
        key = self.matter_list.key
        matter = self._matters.get(key)
        done = ""
        if matter is not None:
            self._last = matter
        elif self._last is not None and self._last.key == key:
            matter, done = self._last, became(self.desk, self._last)
        sheet = (
            sheet_of(self.desk, matter, self.lead_of(matter), done, keymap=self.handoff.keymap)
            if matter is not None
            else None
        )
        self.query_one("#matter", MatterPane).show_matter(sheet)
        self._show_keys()

    def _show_keys(self) -> None:
        matter = self.matter_under_cursor()
        ways = [way_command(way) for way in ways_shown(matter.about)] if matter is not None else []
        useless = {"app.show_sync"}
        if not self.matter_list.keys:
            useless |= {one for one in ("sync.undo", "sync.go_to_lead") if self.hindrance(command(one))}
        others = [one for one in shown(self.AREA) if not _is_way(one) and one.id not in useless]
        if self.desk.status().signed_out:
            others.insert(0, command("app.sign_in"))
        self.query_one("#keys", KeyBar).show(
            [
                Key(id=one.id, key=self.handoff.key_words(one.id), title=one.title, possible=not self.hindrance(one))
                for one in (*map(command, ways), *others)
            ]
        )

    def hindrance(self, one: Command) -> str:
        """Return why a command of this screen is of no use now; empty when it is."""
        if one.id == "sync.undo":
            return "" if self.handoff.answered else _NOTHING_ANSWERED
        matter = self.matter_under_cursor()
        if one.id == "sync.open":
            lead = self.lead_of(matter) if matter is not None else None
            return "" if lead is not None and lead.url else "There is no page for this lead."
        if not _is_way(one) and one.id != "sync.go_to_lead":
            return ""
        if matter is None:
            return "This is no longer open." if self.matter_list.key else "Nothing is under the cursor."
        if one.id == "sync.go_to_lead":
            return "" if self.lead_of(matter) is not None else "The lead is not here any more."
        return self._why_not(one, matter.about)

    def _why_not(self, one: Command, about: About) -> str:
        way = Way(one.action)
        if way in ways_of(about):
            return ""
        if way not in ways_shown(about):
            return f"“{one.title}” is no answer to this."
        why = why_not(self.desk, way, about, self.lead_of(Matter("", about)), self.handoff.key_hint)
        return f"{why[:1].upper()}{why[1:]}."

    # what happens

    async def take_key(self, event: "events.Key") -> bool:  # noqa: ARG002  (its bindings do)
        """Leave every key to the bindings, one after another."""
        if not self.is_mounted:
            await caught_up(self)
        return False

    @on(LinePanel.Clicked)
    def _line_clicked(self) -> None:
        self.offer_sign_in()

    def on_screen_suspend(self) -> None:
        """Keep the line's words from standing beside what lies over them."""
        self.query_one("#line").visible = False

    def on_screen_resume(self, _event: events.ScreenResume) -> None:
        """Show them again."""
        self.query_one("#line").visible = True

    @on(MatterList.Moved)
    def follow(self) -> None:
        """Show what the cursor came to."""
        self.grow_old()
        self.show_matter()

    @on(MatterList.Opened)
    async def _opened(self) -> None:
        await self.run_action("go_to_lead")

    def on_desk_changed(self, message: DeskChanged) -> None:
        """Catch up with the desk; changes that come close together are taken in one go."""
        for _, sentence in message.changed.by_others if self.there else ():
            self.say(sentence)
        if not self._behind:
            self._behind = True
            self.call_next(self._catch_up)

    def _catch_up(self) -> None:
        self._behind = False
        if self.there:
            self.read()

    def tick(self) -> None:
        """Say again what depends on the time of day."""
        if not self.there:
            return
        self.matter_list.renew()
        self.show_header()
        self.show_line()
        self.show_matter()

    def help_subject(self) -> Any:
        """Return what the help should explain besides the keys: the lead under the cursor."""
        matter = self.matter_under_cursor()
        return self.lead_of(matter) if matter is not None else None

    # moving

    def action_down(self) -> None:
        """Go to the next matter."""
        self._move(1)

    def action_up(self) -> None:
        """Go to the matter before."""
        self._move(-1)

    def action_first(self) -> None:
        """Go to the first matter."""
        self.matter_list.move_to(0)
        self.follow()

    def action_last(self) -> None:
        """Go to the last matter."""
        self.matter_list.move_to(len(self.matter_list.keys) - 1)
        self.follow()

    def action_page_down(self) -> None:
        """Go down half a page."""
        self.matter_list.page(1)
        self.follow()

    def action_page_up(self) -> None:
        """Go up half a page."""
        self.matter_list.page(-1)
        self.follow()

    def _move(self, step: int) -> None:
        self.matter_list.move(step)
        self.follow()

    def action_read_on(self) -> None:
        """Scroll both sides of the matter down."""
        self.query_one("#matter", MatterPane).read_on()

    async def action_back(self) -> None:
        """Go back to the queue."""
        self.dismiss(None)


def _is_way(one: Command) -> bool:
    return one.target == "sync" and one.action in set(Way)
