"""What happened to the lead before: decisions, earlier passes, attempts, notes, corrections."""

from collections.abc import Sequence
from datetime import datetime

from api.model.agreement import Agreement
from api.model.lead import Decided, Lead
from api.rules.wording import relative
from widgets.basis.runs import Line, fit_right, heading, join, wrap, wrapped

WHEN = 10

VERBS = {
    "accept": "accepted",
    "reject": "rejected",
    "disqualify": "disqualified",
    "claim": "claimed",
    "release": "released",
    "qualify": "qualified",
    "reopen": "reopened",
    "hand_again": "handed again",
    "return": "returned",
    "outcome": "closed",
}


def history(
    lead: Lead, agreement: Agreement, now: datetime, width: int, *, unsettled: Sequence[str] = ()
) -> list[Line]:
    """Return everything that people did with this lead, newest first; nothing when nobody did.

    `unsettled`: what the person at the keyboard decided and the CRM did not apply, as sentences.
    """
    entries = [(one.at, _decision(one, agreement)) for one in lead.trail]
    entries += [(voice.at, f"{voice.by_name} says so too: {_reason(voice.reason, agreement)}") for voice in lead.voices]
    entries += [(made.at, join([f"{made.by_name} tried: {made.result}", made.note], " – ")) for made in lead.attempts]
    entries += [(mark.at, f"{mark.by_name}, {mark.kind.replace('_', ' ')}: {mark.text}") for mark in lead.remarks]
    entries += [
        (one.at, f"{one.by_name} put {one.field} right: {one.before or 'empty'} → {one.after or 'empty'}")
        for one in lead.corrections
    ]
    for earlier in lead.passes:
        last = earlier.trail[-1] if earlier.trail else None
        what = _decision(last, agreement) if last else earlier.standing.state.value
        entries.append((last.at if last else earlier.handed_at, f"pass {earlier.number}: {what}"))
    if not entries and not unsettled:
        return []
    lines = [heading("Earlier", width)]
    for at, words in sorted(entries, key=lambda entry: entry[0], reverse=True):
        parts = wrap(words, width - WHEN - 2)
        lines.append(((fit_right(relative(at, now), WHEN) + "  ", "dim"), (parts[0], "")))
        lines += [((" " * (WHEN + 2) + part, ""),) for part in parts[1:]]
    for sentence in unsettled:
        lines += wrapped(f"Yours, not applied: {sentence}", width, "alarm")
    return lines


def _decision(decided: Decided, agreement: Agreement) -> str:
    answers = join(decided.answers.values(), ", ")
    reason = join([_reason(decided.reason, agreement), answers, decided.note], "; ")
    return f"{decided.by_name} {VERBS.get(decided.verb, decided.verb)}" + (f": {reason}" if reason else "")


def _reason(code: str, agreement: Agreement) -> str:
    reason = agreement.reason(code)
    return reason.label if reason else code.replace("_", " ")
