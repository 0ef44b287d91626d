"""The part of the triage screen that copies and opens what leads to a person, and looks who else is on a lead."""

import asyncio
from time import monotonic
from typing import TYPE_CHECKING

from textual.timer import Timer

from api.errors import HandoffError
from tui.screens.triage.part import Part

if TYPE_CHECKING:
    from api.model.lead import Lead
    from tui.reach import Piece
    from tui.screens.triage.rows import RowSource

_RESTED = 0.25
"""Seconds that the cursor stays on a lead until it is looked who else is on it."""

_MOST_SAID = 60
"""Characters of what was copied that are said."""


class Reaching(Part, inherit_bindings=False):
    """Copies, opens, and knows who else has to do with a lead; none of it keeps a key waiting."""

    source: "RowSource"
    _moved = 0.0
    _rest: Timer | None = None

    def show_card(self) -> None:
        """Show the lead under the cursor."""
        raise NotImplementedError

    def reach_hindrance(self, name: str, lead: "Lead | None") -> str:
        """Return why nothing can be opened or copied, by the name of the command; empty when it can."""
        if name not in ("open", "open_what", "copy", "copy_what"):
            return ""
        if lead is None:
            return "No lead is under the cursor."
        if name == "open":
            return "" if lead.url else "There is no page for this lead."
        if name == "copy":
            return (
                "" if lead.contact.email or lead.contact.phone else "Neither e-mail nor number of this lead is known."
            )
        if name == "open_what":
            from tui.reach import reachable

            return "" if reachable(lead) else "This lead has no address, number, web site or page that can be opened."
        return ""

    # copying

    def action_copy(self) -> None:
        """Copy the e-mail, else the number."""
        from tui.reach import address

        lead = self.lead_under_cursor()
        piece = address(lead) if lead is not None else None
        if piece is None:
            self.say(self.reach_hindrance("copy", lead), alarm=True)
        else:
            self._begin_copy(piece)

    async def action_copy_what(self) -> None:
        """Ask what to copy."""
        from tui.reach import WHOLE, Piece, copyable
        from tui.screens.picking import PickScreen

        lead = self.lead_under_cursor()
        if lead is None:
            self.say(self.reach_hindrance("copy_what", lead), alarm=True)
            return

        async def copy(piece: "Piece | None") -> None:
            if piece is not None and piece.label == WHOLE:
                from tui.cli.card import card_text

                text = card_text(self.desk, lead, self.source.beside(lead.id))
                self._begin_copy(Piece(piece.key, WHOLE, text, f"{len(text.splitlines())} lines"))
            elif piece is not None:
                self._begin_copy(piece)

        pieces = [*copyable(lead), Piece("w", WHOLE, "", "as plain text")]
        await self.handoff.push_screen(PickScreen("Copy", lead.title, pieces, done=copy))

    def _begin_copy(self, piece: "Piece") -> None:
        self.run_worker(self._copy(piece), group="copies")

    async def _copy(self, piece: "Piece") -> None:
        from tui.clipboard import Copied, hand_over, hears, tools

        sent = hears(piece.value)
        if sent:
            self.app.copy_to_clipboard(piece.value)
        by = await asyncio.to_thread(lambda: hand_over(piece.value, tools()))
        done = Copied(by, sent)
        shown = piece.shown or piece.value
        cut = f"{shown[:_MOST_SAID]}…" if len(shown) > _MOST_SAID else shown
        if done:
            self.say(f"Copied the {piece.label.removeprefix('the ')}: {cut}", done.hint)
        else:
            self.say(
                f"Nothing here takes a copy of the {piece.label.removeprefix('the ')}: {cut}",
                "wl-copy, xclip or xsel would",
                alarm=True,
            )

    # opening

    async def action_open_what(self) -> None:
        """Ask what to open."""
        from tui.reach import reachable
        from tui.screens.picking import PickScreen

        lead = self.lead_under_cursor()
        pieces = reachable(lead) if lead is not None else []
        if lead is None or not pieces:
            self.say(self.reach_hindrance("open_what", lead), alarm=True)
            return

        async def open_it(piece: "Piece | None") -> None:
            if piece is not None:
                self.open_link(piece.value, f"Opened the {piece.label}: {piece.shown or piece.value}")

        await self.handoff.push_screen(PickScreen("Open", lead.title, pieces, done=open_it))

    # who else is on it

    def rest_on(self) -> None:
        """Look who else is on the lead under the cursor, once the cursor has rested there; takes no time now."""
        self._moved = monotonic()
        if self._rest is None:
            self._rest = self.set_timer(_RESTED, self._rested)

    def _rested(self) -> None:
        self._rest = None
        left = self._moved + _RESTED - monotonic()
        if left > 0.01:
            self._rest = self.set_timer(left, self._rested)
            return
        lead = self.lead_under_cursor()
        if lead is not None and not self.source.knows_beside(lead.id):
            self.run_worker(self._look_beside(lead), group="beside", exclusive=True)

    async def _look_beside(self, lead: "Lead") -> None:
        try:
            news = await asyncio.to_thread(self.source.look_beside, lead)
        except HandoffError:
            # What can't be read now is looked for again at the next rest.
            return
        under = self.lead_under_cursor()
        if news and under is not None and under.id == lead.id:
            self.show_card()
