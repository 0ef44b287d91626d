"""What people did to a lead, in words for people and as plain data."""

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

import msgspec

if TYPE_CHECKING:
    from api.desk import Desk
    from api.model.agreement import Agreement
    from api.model.lead import Decided, Dissent, Remark
    from api.model.operation import Operation

_DONE = {
    "accept": "accepted",
    "reject": "rejected",
    "disqualify": "disqualified",
    "claim": "claimed",
    "release": "released",
    "snooze": "snoozed",
    "wake": "woken",
    "attempt": "attempted",
    "correct": "corrected",
    "qualify": "qualified",
    "outcome": "closed",
    "reopen": "reopened",
    "hand_again": "handed over again",
    "return": "brought back",
    "note": "noted",
    "thank": "thanked for",
    "flag_meeting": "flagged for the meeting",
    "flag_promise": "flagged for its promise",
    "ask_for": "asked for",
    "keep": "kept",
}


class Deed(msgspec.Struct, frozen=True, kw_only=True):
    """What one person did or wanted: who, when, what and why."""

    by: str
    name: str
    at: datetime
    verb: str
    reason: str = ""
    label: str = ""
    """The reason in the agreement's words."""
    answers: Mapping[str, str] = {}
    note: str = ""

    def words(self, opened: "Desk", by: str = "") -> str:
        """Return verb, by whom and why: ``rejected by Rita Rep: Not our target (dimension size) “only 3 people”``."""
        why = f": {self.label or self.reason}" if self.reason else ""
        said = "; ".join(f"{key} {_named(opened, value)}" for key, value in self.answers.items() if value)
        note = f" “{self.note}”" if self.note else ""
        return done(self.verb) + (f" by {by}" if by else "") + why + (f" ({said})" if said else "") + note


def _named(opened: "Desk", answer: str) -> str:
    """Call people by their names where an answer names one."""
    return opened.owner_words(answer) if answer.startswith(("person:", "team:")) else answer


def done(verb: str) -> str:
    """Return the verb's past: ``handed over again``."""
    return _DONE.get(verb, verb.replace("_", " "))


def deed_of_entry(opened: "Desk", entry: "Decided | Dissent") -> Deed:
    """Return what somebody decided, or wanted to."""
    return Deed(
        by=entry.by,
        name=entry.by_name or "Somebody",
        at=entry.at,
        verb=entry.verb,
        reason=entry.reason,
        label=_label(opened.agreement, entry.reason),
        answers=entry.answers,
        note=entry.note,
    )


def deed_of_operation(opened: "Desk", operation: "Operation") -> Deed:
    """Return what an own operation was to do."""
    verb: Any = operation.verb
    actor = opened.person(operation.actor)
    # An acceptance's reason is the rep's own words.
    reason = "" if verb.kind == "accept" else getattr(verb, "reason", "")
    return Deed(
        by=operation.actor,
        name=actor.name if actor is not None else opened.me.name,
        at=operation.at,
        verb=verb.kind,
        reason=reason,
        label=_label(opened.agreement, reason),
        answers=getattr(verb, "answers", {}),
        note=getattr(verb, "note", "") or getattr(verb, "text", ""),
    )


def deed_of_remark(remark: "Remark") -> Deed:
    """Return what somebody said or asked for."""
    return Deed(by=remark.by, name=remark.by_name, at=remark.at, verb=remark.kind, note=remark.text)


def _label(agreement: "Agreement", code: str) -> str:
    reason = agreement.reason(code) if code else None
    return reason.label if reason is not None else ""
