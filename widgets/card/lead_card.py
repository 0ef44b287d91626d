"""Everything a person should have before their eyes to decide on a lead."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING

import msgspec

from api.model.agreement import Agreement
from api.model.campaign import Campaign
from api.model.lead import Lead
from api.rules.clocks import BusinessClock
from api.rules.criteria import Verdict, judge
from api.rules.showing.top import WORKING
from widgets.basis.pane import Pane, Section
from widgets.basis.runs import Line, heading, quoted, wrapped
from widgets.card import history
from widgets.card.beside import who_else
from widgets.card.campaign_panel import campaign_panel
from widgets.card.promise import told
from widgets.card.time_line import time_line
from widgets.card.who import news_lines, who
from widgets.card.why_sent import why_sent

if TYPE_CHECKING:
    from api.rules.showing.beside import Beside

PARTS = ("lead", "told", "campaign", "earlier")
"""The parts of a card, in reading order; a narrow screen shows one at a time."""


class Sheet(msgspec.Struct, frozen=True, kw_only=True):
    """A lead with what the card needs to speak about it."""

    lead: Lead
    campaign: Campaign | None
    agreement: Agreement
    now: datetime
    clock: BusinessClock
    owner: str
    """Whose it is, in words."""
    campaign_owner: str = ""
    """Name of the marketer who answers for the campaign."""
    news: str = ""
    """What somebody else just did to it, as a sentence."""
    unsettled: tuple[str, ...] = ()
    """Decisions of the person at the keyboard that were not applied, as sentences."""
    matters: tuple[str, ...] = ()
    """What somebody wants of the person about it, or has put out of effect, as sentences."""
    sides: Mapping[str, str] = {}
    """On which side the people are who wrote about it, by their ids: ``sales``, ``marketing``, ``manager``."""
    beside: "Beside | None" = None
    """Other records of the person or the company; None while that was not looked for."""


class LeadCard(Pane):
    """The parts of one lead's card that this pane is for."""

    def __init__(self, parts: Sequence[str] = PARTS, *, id: str | None = None) -> None:  # noqa: A002  (Textual’s own name)
        super().__init__(id=id)
        self._parts = tuple(parts)
        self._sheet: Sheet | None = None

    @property
    def parts(self) -> tuple[str, ...]:
        """Which parts are shown."""
        return self._parts

    def choose(self, parts: Sequence[str]) -> None:
        """Show these parts from now on."""
        if tuple(parts) != self._parts:
            self._parts = tuple(parts)
            self._sections_anew(keep_place=False)

    def show_lead(self, sheet: Sheet | None) -> None:
        """Show this lead; None leaves the pane empty."""
        before, self._sheet = self._sheet, sheet
        same = before is not None and sheet is not None and before.lead.id == sheet.lead.id
        self._sections_anew(keep_place=same)

    def _sections_anew(self, *, keep_place: bool) -> None:
        sections = [] if self._sheet is None else sections_of(self._sheet, self._parts)
        self.show(sections, keep_place=keep_place)


def sections_of(sheet: Sheet, parts: Sequence[str]) -> list[Section]:
    """Return the sections of these parts; a part that has nothing to say on its own pane says so."""
    lead, campaign, now, agreement = sheet.lead, sheet.campaign, sheet.now, sheet.agreement
    term = agreement.term(agreement.handoff_term)
    verdicts = judge(lead, term) if term else ()
    # Who works on a lead asks first what was tried and said; who decides on it, why it was sent.
    work: list[Section] = [
        partial(history.attempts, lead, agreement, now),
        partial(history.notes, lead, sheet.sides, now),
    ]
    working = lead.state in WORKING
    of_part: dict[str, list[Section]] = {
        "lead": [
            partial(_head, sheet, verdicts),
            partial(_message, lead.message),
            *(work if working else ()),
            partial(why_sent, term, verdicts, lead, now),
            partial(who_else, lead, agreement, sheet.beside, now),
        ],
        "told": [partial(told, lead, campaign, now), partial(time_line, lead.touches, campaign, now)],
        "campaign": [partial(campaign_panel, campaign, lead.campaign_id, lead.origin, sheet.campaign_owner)],
        "earlier": [
            *(() if working else work),
            partial(history.passes, lead, agreement, now),
            partial(history.decisions, lead, agreement, now, unsettled=sheet.unsettled),
            partial(history.corrections, lead, now),
        ],
    }
    chosen = [section for part in parts for section in of_part[part]]
    if len(parts) == 1 and parts[0] in _SILENCE and not any(section(40) for section in chosen):
        return [partial(wrapped, _SILENCE[parts[0]], ink="dim")]
    return chosen


_SILENCE = {
    "told": "No touches are known: nobody recorded what this lead saw or did.",
    "campaign": "No campaign and no origin were given with this lead.",
    "earlier": "Nobody has done anything with this lead yet.",
}


def _head(sheet: Sheet, verdicts: Sequence[Verdict], width: int) -> list[Line]:
    top = who(
        sheet.lead,
        sheet.now,
        sheet.clock,
        sheet.owner,
        width,
        agreement=sheet.agreement,
        verdicts=verdicts,
        campaign=sheet.campaign,
        beside=sheet.beside,
    )
    return [*news_lines(sheet.news, sheet.matters, width), *top]


def _message(message: str, width: int) -> list[Line]:
    return [heading("They wrote", width), *quoted(message, width, limit=12)] if message else []
