"""What a rep may do to a lead, and how a refusal of each outcome is made."""

from datetime import date, timedelta

import msgspec

from api.model import operation as op
from api.model.lead import Lead
from api.model.operation import LeadVerb
from api.rules import lifecycle

ACTS: tuple[LeadVerb, ...] = (
    op.Accept(),
    op.Claim(),
    op.Release(),
    op.Note(text="Call after five."),
    op.Attempt(result="no answer"),
    op.Correct(field="title", value="Owner"),
    op.Correct(field="email", value="ana@example.com"),
    op.SnoozeLead(or_activity=True),
    op.Wake(),
    op.Qualify(amount=5_000.0),
    op.Outcome(result="won"),
    op.Thank(text="Good one."),
)
"""Everything but refusing."""


class Refusal(msgspec.Struct, frozen=True):
    """A reason with its answers. ``{b}`` stands for the id of lead b, ``+1`` for tomorrow, ``+0`` for today."""

    reason: str
    answers: dict[str, str] = {}

    def verb(self, lead: Lead, ids: dict[str, str], today: date) -> op.Reject | op.Disqualify:
        """Return the verb that refuses this lead, as `today` has it."""
        answers = {key: self._answer(text, ids, today) for key, text in self.answers.items()}
        return lifecycle.refusal(lead, self.reason, answers)

    def _answer(self, text: str, ids: dict[str, str], today: date) -> str:
        if text.startswith("+"):
            return (today + timedelta(days=int(text))).isoformat()
        return text.format(**ids)


WISH = Refusal("do_not_contact", {"channels": "all", "asked_on": "+0", "how": "by phone", "confirm": "suppress"})
"""A person asks not to be contacted."""

REFUSALS = (
    Refusal("other", {"text": "They are a school, not a business."}),
    Refusal("competitor", {"name": "Example Rivals"}),
    Refusal("low_intent", {"did": "webinar", "recycle_on": "+1"}),
    Refusal("duplicate", {"other": "{b}"}),
    Refusal("wrong_owner", {"to": "person:otto"}),
    Refusal("wrong_owner", {"to": "team:north"}),
    Refusal("bad_data", {"field": "email"}),
    Refusal("already_ours", {"account": "Example Bakery"}),
    Refusal("spam_test"),
    Refusal("no_budget", {"recycle_on": "+1"}),
)
"""One refusal for each other outcome, before contact and after it."""
