"""Who else is on it: other records of the person and the company, wishes, second voices, what met a decision."""

from datetime import datetime
from typing import TYPE_CHECKING

from api.model.agreement import Agreement
from api.model.lead import Lead
from widgets.basis.runs import Line, heading, wrapped
from widgets.card.history import entry_lines

if TYPE_CHECKING:
    from api.rules.showing.beside import Beside


def who_else(lead: Lead, agreement: Agreement, found: "Beside | None", now: datetime, width: int) -> list[Line]:
    """Return who else has to do with it; `found` is None while that was not looked for yet."""
    lines: list[Line] = []
    if found:
        from api.rules.showing.beside import beside_words, more_words

        for one in found.open:
            handed = datetime.fromtimestamp(one.handed, now.tzinfo)
            lines += entry_lines(handed, beside_words(one), now, width, "accent" if one.same_person else "")
        if more := more_words(found):
            lines += wrapped(more, width, "dim", indent=12)
    if lead.voices or lead.dissents or lead.remarks:
        from api.rules.showing.story import others

        for entry in others(lead, agreement):
            lines += entry_lines(entry.at, entry.words, now, width)
    return [heading("Who else is on it", width), *lines] if lines else []
