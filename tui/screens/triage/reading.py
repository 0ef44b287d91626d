"""The part of the triage screen that shows the lead under the cursor, in the room there is."""

from typing import TYPE_CHECKING, cast

from tui.screens.triage.part import Part
from widgets.card.lead_card import PARTS, LeadCard

if TYPE_CHECKING:
    from widgets.frame.part_tabs import PartTabs

NARROW, WIDE = 100, 160
"""Below `NARROW` columns one part of the lead is shown at a time; from `WIDE` on its parts stand in two columns."""


class Reading(Part, inherit_bindings=False):
    """Turns the pages of the lead."""

    ready = False
    """Whether the queue has been filled for the first time."""
    _part = PARTS[0]
    _width = 0

    def show_card(self) -> None:
        """Show the lead under the cursor."""
        raise NotImplementedError

    @property
    def wide(self) -> bool:
        """Whether the lead's parts stand in two columns."""
        return self._width >= WIDE

    def tabs(self) -> "PartTabs":
        """Return a new line of the parts' names."""
        from widgets.frame.part_tabs import PartTabs

        keys = [self.handoff.key_words(f"triage.{name}_pane") for name in ("previous", "next")]
        tabs = PartTabs(PARTS, hint=" ".join((*filter(None, keys), "switch")) if any(keys) else "", id="tabs")
        tabs.show(self._part)
        return tabs

    def give_room(self, width: int) -> None:
        """Lay the lead out for a screen of `width` cells."""
        if self._width == width:
            return
        self._width = width
        card = self.query_one("#card", LeadCard)
        if width < NARROW:
            if not self.query("#tabs"):
                self.query_one("#side").mount(self.tabs(), before=card)
            card.choose((self._part,))
        elif width < WIDE:
            card.choose(PARTS)
        else:
            if not self.query("#more"):
                self.query_one("#main").mount(second_card())
                self.name_keys("triage.scroll_lead_down")
            card.choose(("lead", "earlier"))
            if self.ready:
                self.call_after_refresh(self.show_card)

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


def second_card() -> LeadCard:
    """Return the second column of the lead."""
    return LeadCard(("told", "campaign"), id="more")
