"""What people did with a lead, as entries with a time: decisions, earlier passes, attempts, notes, corrections."""

from collections.abc import Iterable, Mapping
from datetime import datetime

import msgspec

from api.model.agreement import Agreement, AskKind
from api.model.lead import AttemptMade, Corrected, Decided, Dissent, Lead, Remark, Voice
from api.rules.attempts import flagged
from api.rules.showing.top import day_words, reason_label
from api.rules.wishes import open_wishes

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
    "flag_meeting": "put on the meeting’s list",
    "flag_promise": "flagged the promise of",
}

WANTED = {
    "hand_again": "hand again",
    "outcome": "close",
    "reopen": "take back",
}
"""What somebody wanted to do, where the verb's name is not it."""

FLAGS = {
    "thank": "thanks",
    "flag_meeting": "for the meeting",
    "flag_promise": "promise we don’t keep",
    "note": "note",
}
"""What a remark is, by the verb that made it; wishes and answers to them are no remarks of this kind."""

FIELD_WORDS = {"email": "e-mail", "company_country": "company’s country", "title": "job title"}
"""A field as people call it, where its own name is not it."""


class Entry(msgspec.Struct, frozen=True):
    """One thing that somebody did."""

    at: datetime
    words: str


def decisions(lead: Lead, agreement: Agreement) -> list[Entry]:
    """Return the decisions of this pass, newest first."""
    return _newest([Entry(one.at, _with_flag(one, lead, agreement, lead.handed_at)) for one in lead.trail])


def decision_words(decided: Decided, agreement: Agreement) -> str:
    """Return one decision with who made it and why."""
    verb = VERBS.get(decided.verb, decided.verb.replace("_", " "))
    insists = "insisted, " if decided.insists else ""
    took_back = ", taking back an earlier decision" if decided.undoes and decided.verb != "reopen" else ""
    return _colon(f"{decided.by_name} {insists}{verb}{took_back}", _why(decided, agreement))


def _with_flag(decided: Decided, lead: Lead, agreement: Agreement, since: datetime) -> str:
    return _joined([decision_words(decided, agreement), flagged(decided, lead, agreement, since)], "; ")


def attempts(lead: Lead) -> list[Entry]:
    """Return the tries to reach the lead, newest first, each with its result; with the last, when the next is set."""
    made = sorted(lead.attempts, key=lambda one: one.at, reverse=True)
    return [Entry(one.at, _attempt(one, last=not number)) for number, one in enumerate(made)]


def _attempt(made: AttemptMade, *, last: bool) -> str:
    # Dates that were set before are over: the attempts made since tell what came of them.
    result = f"{made.result}, next {day_words(made.next_on)}" if last and made.next_on is not None else made.result
    return _joined([f"{made.by_name}: {result}", f"“{made.note}”" if made.note else ""], "; ")


class Said(msgspec.Struct, frozen=True):
    """A note, thanks or a flag, and from which side it came."""

    at: datetime
    who: str
    side: str
    """``sales``, ``marketing``, ``manager``; empty where nobody knows."""
    what: str
    """Its tag, or what kind of flag it is."""
    text: str


def notes(lead: Lead, sides: Mapping[str, str]) -> list[Said]:
    """Return notes, thanks and flags, newest first; `sides` says for people's ids which side they are on."""
    found = [
        Said(mark.at, mark.by_name, sides.get(mark.by, ""), mark.tag or FLAGS[mark.kind], mark.text)
        for mark in lead.remarks
        if mark.kind in FLAGS
    ]
    return sorted(found, key=lambda one: one.at, reverse=True)


def others(lead: Lead, agreement: Agreement) -> list[Entry]:
    """Return who else has had a word in it, newest first: wishes and their answers, second voices, what met another's
    decision."""
    waiting = {wish.operation_id for wish in open_wishes(lead)}
    found = [Entry(one.at, _voice(one, agreement)) for one in lead.voices]
    found += [Entry(one.at, _dissent(one, agreement)) for one in lead.dissents]
    found += [
        Entry(mark.at, _wish(mark, open_=mark.operation_id in waiting))
        for mark in lead.remarks
        if mark.kind not in FLAGS
    ]
    return _newest(found)


def _voice(voice: Voice, agreement: Agreement) -> str:
    return f"{voice.by_name} says so too: {_why(voice, agreement)}"


def _dissent(dissent: Dissent, agreement: Agreement) -> str:
    wanted = WANTED.get(dissent.verb, dissent.verb.replace("_", " "))
    when = "as well" if dissent.taken else "too late"
    return _colon(f"{dissent.by_name} wanted to {wanted} it, {when}", _why(dissent, agreement))


def _wish(mark: Remark, *, open_: bool) -> str:
    if mark.kind == "ask_for":
        words = f"{mark.by_name} asks for it" + ("" if open_ else " (over)")
    elif mark.kind == "keep":
        words = f"{mark.by_name} keeps it"
    else:
        words = f"{mark.by_name}, {mark.kind.replace('_', ' ')}"
    return _colon(words, mark.text)


def passes(lead: Lead, agreement: Agreement) -> list[tuple[Entry, list[Entry]]]:
    """Return the earlier passes, newest first: what became of each, and how it came to that."""
    found = []
    for one in lead.passes:
        came = _joined([f"{one.handed_at.astimezone():handed %Y-%m-%d}", one.mark], ", ")
        trail = [Entry(entry.at, _with_flag(entry, lead, agreement, one.handed_at)) for entry in one.trail]
        back = f", to come back {one.standing.recycle_on}" if one.standing.recycle_on else ""
        head = f"pass {one.number}, {came}: {one.standing.state.value}{back}"
        found.append((Entry(trail[-1].at if trail else one.handed_at, head), _newest(trail)))
    return sorted(found, key=lambda entry: entry[0].at, reverse=True)


def corrections(lead: Lead) -> list[Entry]:
    """Return what was put right, newest first: was → is, and by whom."""
    return _newest([Entry(one.at, _correction(one)) for one in lead.corrections])


def _correction(one: Corrected) -> str:
    field = FIELD_WORDS.get(one.field, one.field.replace("_", " "))
    return f"{field}: {one.before or 'empty'} → {one.after or 'empty'} ({one.by_name})"


def _why(one: Decided | Dissent | Voice, agreement: Agreement) -> str:
    # Who accepts gives a reason in their own words.
    own = isinstance(one, Decided | Dissent) and one.verb == "accept"
    reason = one.reason if own or not one.reason else reason_label(one.reason, agreement)
    known = agreement.reason(one.reason)
    # What was typed to confirm says nothing to anybody else.
    typed = {ask.key for ask in known.asks if ask.kind is AskKind.TYPED} if known else set()
    answers = _joined((_answer(key, text) for key, text in one.answers.items() if text and key not in typed), ", ")
    return _joined([reason, answers, f"“{one.note}”" if one.note else ""], "; ")


def _answer(key: str, text: str) -> str:
    words = text.removeprefix("person:") if text.startswith("person:") else text.replace("team:", "team ", 1)
    return f"{key.replace('_', ' ')} {words}"


def _newest(entries: list[Entry]) -> list[Entry]:
    return sorted(entries, key=lambda entry: entry.at, reverse=True)


def _colon(words: str, why: str) -> str:
    return f"{words}: {why}" if why else words


def _joined(parts: Iterable[str], between: str) -> str:
    return between.join(part for part in parts if part)
