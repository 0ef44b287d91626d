"""What each verb asks for and what is made of the answers: one description for screen, palette and command line."""

from collections.abc import Mapping
from types import MappingProxyType

from tui.verbs import deciding, saying, working
from tui.verbs.deed import Deed, Kind, Question, Unanswered
from tui.verbs.refusals import REFUSALS, fits, reason_for
from tui.verbs.wording import more

__all__ = [
    "DEEDS",
    "REFUSALS",
    "Deed",
    "Kind",
    "Question",
    "Unanswered",
    "fits",
    "more",
    "reason_for",
]

DEEDS: Mapping[str, Deed] = MappingProxyType(
    {
        deed.command.partition(".")[2]: deed
        for deed in (
            deciding.ACCEPT,
            deciding.ACCEPT_WHY,
            deciding.SNOOZE,
            deciding.WAKE,
            deciding.CLAIM,
            deciding.RELEASE,
            working.ATTEMPT,
            working.QUALIFY,
            working.OUTCOME,
            saying.NOTE,
            saying.CORRECT,
            saying.THANK,
            saying.FLAG_MEETING,
            saying.FLAG_PROMISE,
        )
    }
)
"""Every verb but the refusals, whose questions are the agreement's, by the name of its command (``accept_why``)."""
