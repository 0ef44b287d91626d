"""What the desk has that waits or needs an answer, as rows and as both sides of one."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import msgspec

from api.desk.news import Overturned, Unsettled, Waiting, Wish
from api.model import operation as op
from api.model.lead import Decided
from api.rules.showing.story import VERBS
from api.rules.showing.top import standing_words
from api.rules.wording import span
from tui.screens.sync.ways import ways_out
from widgets.basis.runs import join
from widgets.matters.matter_list import Entry, Part
from widgets.matters.matter_sheet import MatterSheet, Side

if TYPE_CHECKING:
    from datetime import datetime

    from api.desk import Desk
    from api.model.agreement import Agreement
    from api.model.lead import Lead
    from api.model.operation import Operation
    from tui.settings.keymap import Keymap

NEEDS, REFUSED, PENDING = "Needs you", "Refused", "Pending"
"""Headings of the list, in order."""


class Matter(msgspec.Struct, frozen=True):
    """One row's subject."""

    key: str
    about: Unsettled | Overturned | Wish | Waiting

    @property
    def lead_id(self) -> str:
        """The lead that it is about."""
        return self.about.lead_id

    @property
    def title(self) -> str:
        """The lead's name."""
        return self.about.title

    @property
    def operation(self) -> "Operation | None":
        """What the person at the keyboard did; None for somebody else's wish."""
        return None if isinstance(self.about, Wish) else self.about.operation

    @property
    def part(self) -> str:
        """Heading under which it stands."""
        if isinstance(self.about, Waiting):
            return PENDING
        return REFUSED if isinstance(self.about, Unsettled) and self.about.kind == "refused" else NEEDS

    @property
    def at(self) -> "datetime":
        """When it began to wait, or to need an answer."""
        about = self.about
        if isinstance(about, Overturned):
            return about.entry.at
        if isinstance(about, Wish):
            return about.remark.at
        return about.operation.at if isinstance(about, Waiting) else about.receipt.at


def read_matters(desk: "Desk") -> list[Matter]:
    """Return everything that waits or needs an answer, in the order of the list."""
    needing: list[Matter] = [
        *(Matter(f"overturned {one.operation.id}", one) for one in desk.overturned()),
        *(Matter(f"wish {one.remark.operation_id}", one) for one in desk.wishes()),
        *(Matter(f"unsettled {one.operation.id}", one) for one in desk.unsettled()),
    ]
    needing.sort(key=lambda matter: matter.at, reverse=True)
    pending = [Matter(f"pending {one.operation.id}", one) for one in desk.waiting()]
    return [
        *(matter for matter in needing if matter.part == NEEDS),
        *(matter for matter in needing if matter.part == REFUSED),
        *pending,
    ]


def parts_of(matters: list[Matter], agreement: "Agreement") -> list[Part]:
    """Return the rows under their headings; a heading without rows is left out."""
    rows: dict[str, list[Entry]] = {}
    for matter in matters:
        rows.setdefault(matter.part, []).append(_entry(matter, agreement))
    return [
        Part(title, tuple(rows[title]), alarming=title != PENDING)
        for title in (NEEDS, REFUSED, PENDING)
        if title in rows
    ]


def _entry(matter: Matter, agreement: "Agreement") -> Entry:
    about = matter.about
    tail = ""
    if isinstance(about, Waiting):
        what = _mine(about.operation, agreement)
        tail = tries(about.attempts)
    elif isinstance(about, Wish):
        what = f"{about.remark.by_name or 'Somebody'} asks you for it"
    elif isinstance(about, Overturned):
        what = _overturning(about)
    elif about.kind == "refused":
        what = f"{_did(about.operation.verb.kind)} – {about.receipt.sentence}"
    elif about.kind == "taken":
        what = f"{_theirs(about)} it first"
    else:
        what = f"{_theirs(about)}; you {_did(about.operation.verb.kind)}"
    return Entry(matter.key, matter.title, what, matter.at, tail)


def tries(count: int) -> str:
    """Return how often it was tried, in words; nothing while it never was."""
    return "" if not count else f"{count} {'try' if count == 1 else 'tries'}"


def _did(kind: str) -> str:
    return VERBS.get(kind, kind.replace("_", " "))


def _mine(operation: "Operation", agreement: "Agreement") -> str:
    """Say what the person did: ``rejected: not our target``."""
    return join([_did(operation.verb.kind), _reason(operation.verb, agreement)], ": ")


def _theirs(one: Unsettled) -> str:
    stands = one.receipt.stands
    return f"{stands.by_name or 'Somebody'} {_did(stands.verb)}" if stands is not None else "Somebody decided"


def _overturning(one: Overturned) -> str:
    name = one.entry.by_name or "Somebody"
    if one.entry.verb == "reopen":
        return f"{name} took it back: {_did(one.operation.verb.kind)}"
    return f"{name} {'insists: ' if one.entry.insists else ''}{_did(one.entry.verb)}"


def _reason(verb: op.LeadVerb, agreement: "Agreement") -> str:
    # That of an acceptance is no code but the rep's own words.
    code = "" if isinstance(verb, op.Accept) else getattr(verb, "reason", "")
    return _label(code, agreement).lower() if code else ""


def _label(code: str, agreement: "Agreement") -> str:
    reason = agreement.reason(code)
    return reason.label if reason is not None else code.replace("_", " ")


# both sides of one


def sheet_of(desk: "Desk", matter: Matter, lead: "Lead | None", done: str = "", *, keymap: "Keymap") -> MatterSheet:
    """Return everything there is to say about a matter; `lead` as it stands now, `done` once it is settled."""
    agreement, about = desk.agreement, matter.about
    stands = f"{lead.standing.state.value} · {desk.owner_words(lead.standing.owner)}" if lead is not None else ""
    return MatterSheet(
        key=matter.key,
        title=matter.title,
        whose=stands,
        sides=tuple(_sides(about, agreement)),
        facts=() if done else tuple(_facts(desk, about, lead)),
        ways=() if done else tuple(ways_out(desk, about, lead, keymap)),
        done=done,
        now=desk.now(),
    )


def _sides(about: Unsettled | Overturned | Wish | Waiting, agreement: "Agreement") -> Iterator[Side]:
    if isinstance(about, Wish):
        remark = about.remark
        asks = f"{remark.by_name or 'Somebody'} asks you to hand it over"
        yield Side(label="theirs", did=asks, at=remark.at, note=remark.text)
        return
    if isinstance(about, Overturned):
        yield _side_of_entry(about.entry, agreement)
    elif isinstance(about, Unsettled) and about.kind != "refused" and about.receipt.stands is not None:
        yield _side_of_entry(about.receipt.stands, agreement)
    elif isinstance(about, Unsettled):
        yield Side(label="CRM", did="Refused it", at=about.receipt.at, note=about.receipt.sentence, alarming=True)
    yield _side_of_operation(about.operation, agreement)


def _side_of_entry(entry: Decided, agreement: "Agreement") -> Side:
    name = entry.by_name or "Somebody"
    if entry.verb == "reopen":
        did = f"{name} took it back"
    else:
        did = f"{name} {'insisted and ' if entry.insists else ''}{_did(entry.verb)} it"
    own_words = entry.verb == "accept"
    return Side(
        label="theirs",
        did=did,
        at=entry.at,
        reason="" if own_words or not entry.reason else _label(entry.reason, agreement),
        answers=_answers(entry.reason, entry.answers, agreement),
        note=join([entry.reason if own_words else "", entry.note], " – "),
    )


def _side_of_operation(operation: "Operation", agreement: "Agreement") -> Side:
    verb = operation.verb
    code = getattr(verb, "reason", "")
    own_words = isinstance(verb, op.Accept)
    did = f"You {_did(verb.kind)} it"
    if operation.undoes:
        did = "You took back what you had done"
    elif isinstance(verb, op.Correct):
        did = f"You corrected its {verb.field.replace('_', ' ')}: {verb.value}"
    return Side(
        label="yours",
        did=did,
        at=operation.at,
        reason=_label(code, agreement) if code and not own_words else "",
        answers=_answers(code, getattr(verb, "answers", {}), agreement),
        note=join([code if own_words else "", getattr(verb, "note", "") or getattr(verb, "text", "")], " – "),
    )


def _answers(code: str, answers: dict[str, str], agreement: "Agreement") -> tuple[tuple[str, str], ...]:
    reason = agreement.reason(code)
    labels = {ask.key: ask.label for ask in reason.asks} if reason is not None else {}
    return tuple((labels.get(key, key.replace("_", " ")), value) for key, value in answers.items())


def _facts(
    desk: "Desk", about: Unsettled | Overturned | Wish | Waiting, lead: "Lead | None"
) -> Iterator[tuple[str, str]]:
    now = desk.now()
    if lead is None:
        yield "now", "The lead is not here any more."
    elif not isinstance(about, Waiting):
        stands = standing_words(lead, now) if lead.decided is not None else "Undecided."
        yield "now", f"{stands.removesuffix('.')}; it is {_whose(desk, lead)}."
    if not isinstance(about, Waiting):
        return
    yield "sent", _sent(about, signed_out=desk.status().signed_out)
    if about.problem:
        yield "last", about.problem
    if about.next_try is not None:
        yield "next", f"in {span(about.next_try - now)}" if about.next_try > now else "now"


def _sent(one: Waiting, *, signed_out: bool) -> str:
    if one.offered and one.attempts:
        return f"{tries(one.attempts)} without an answer; should the CRM have it already, it is not done twice."
    if one.offered:
        # It is noted as offered before it goes out, and signed out nothing does.
        return "Not sent yet, as far as is known here." if signed_out else "Offered, no answer yet."
    began = f"{tries(one.attempts)}, but it was not reached" if one.attempts else "Not sent yet"
    return f"{began}; the CRM knows nothing of it."


def _whose(desk: "Desk", lead: "Lead") -> str:
    words = desk.owner_words(lead.standing.owner)
    if words in ("you", "nobody"):
        return {"you": "yours", "nobody": "nobody’s"}[words]
    return f"{words}’s"


def became(desk: "Desk", matter: Matter) -> str:
    """Say what became of a matter that is gone from the desk."""
    operation = matter.operation
    if not isinstance(matter.about, Waiting) or operation is None:
        return "no longer open"
    receipt = desk.receipt(operation.id)
    if receipt is None:
        return "taken back"
    if receipt.result.took_effect:
        return "the CRM has it"
    return "not applied, see above"
