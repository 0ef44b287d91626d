"""What happened to the lead before: decisions, earlier passes, attempts, notes, corrections."""

from collections.abc import Sequence
from datetime import datetime

from api.model.agreement import Agreement
from api.model.lead import Decided, Dissent, Lead, Remark
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
    "ask_for": "asked for",
    "keep": "kept",
    "note": "noted on",
    "correct": "corrected",
    "snooze": "snoozed",
    "wake": "woke",
    "attempt": "tried",
    "thank": "thanked for",
}

WANTED = {
    "hand_again": "hand again",
    "outcome": "close",
    "reopen": "take back",
}
"""What somebody wanted to do, where the verb's name is not it."""

_WISHES = {"ask_for": "asks for it", "keep": "keeps it"}


def history(
    lead: Lead, agreement: Agreement, now: datetime, width: int, *, unsettled: Sequence[str] = ()
) -> list[Line]:
    """Return everything that people did with this lead, newest first; nothing when nobody did.

    `unsettled`: what the person at the keyboard decided and the CRM did not apply, as sentences.
    """
    entries = [(one.at, _decision(one, agreement)) for one in lead.trail]
    entries += [(voice.at, f"{voice.by_name} says so too: {_reason(voice.reason, agreement)}") for voice in lead.voices]
    entries += [(one.at, _dissent(one, agreement)) for one in lead.dissents]
    entries += [(made.at, join([f"{made.by_name} tried: {made.result}", made.note], " – ")) for made in lead.attempts]
    entries += [(mark.at, _remark(mark)) for mark in lead.remarks]
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
    verb = VERBS.get(decided.verb, decided.verb)
    return join([f"{decided.by_name} {'insisted, ' if decided.insists else ''}{verb}", _why(decided, agreement)], ": ")


def _dissent(dissent: Dissent, agreement: Agreement) -> str:
    wanted = WANTED.get(dissent.verb, dissent.verb.replace("_", " "))
    when = "as well" if dissent.taken else "too late"
    return join([f"{dissent.by_name} wanted to {wanted} it, {when}", _why(dissent, agreement)], ": ")


def _why(one: Decided | Dissent, agreement: Agreement) -> str:
    return join([_reason(one.reason, agreement), join(one.answers.values(), ", "), one.note], "; ")


def _remark(mark: Remark) -> str:
    if mark.kind in _WISHES:
        return join([f"{mark.by_name} {_WISHES[mark.kind]}", mark.text], ": ")
    return f"{mark.by_name}, {mark.kind.replace('_', ' ')}: {mark.text}"


def _reason(code: str, agreement: Agreement) -> str:
    reason = agreement.reason(code)
    return reason.label if reason else code.replace("_", " ")
