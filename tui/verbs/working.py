"""The verbs of a lead that was accepted: log an attempt, qualify, record how it ended."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from api.model import operation as op
from tui.verbs import answers as read
from tui.verbs.deed import Deed, Kind, Question

if TYPE_CHECKING:
    from api.desk import Desk
    from api.model.lead import Lead
    from api.model.operation import LeadVerb

RESULTS = (
    ("reached", "reached"),
    ("no answer", "no answer"),
    ("voicemail", "voicemail"),
    ("wrote", "wrote"),
    ("meeting booked", "meeting booked"),
    ("call again", "asked to call again"),
    ("wrong number", "wrong number"),
    ("bounced", "mail bounced"),
)
"""What an attempt can come to. The order gives the keys, which hands have learned: new ones go to the end."""

_AGAIN = {"no answer": 1, "voicemail": 1, "wrote": 2, "call again": 1}
"""After how many days one tries again, by what came of the last attempt; after the others nothing is proposed."""

_OUTCOMES = (("won", "won"), ("lost", "lost"))


# --- attempt -------------------------------------------------------------------------------------------------------


def _ask_result(_desk: "Desk", _lead: "Lead") -> Sequence[Question]:
    return (
        Question(key="result", label="What came of it", kind=Kind.CHOICE, options=RESULTS, required=True),
        Question(key="next_on", label="Next try", kind=Kind.DAY, hint="tomorrow, fri, in 3 days"),
        Question(key="note", label="A note"),
    )


def _no_answer(desk: "Desk", lead: "Lead") -> dict[str, str]:
    first = {"result": "no answer"}
    return {**first, **_next_try(desk, lead, first)}


def _next_try(desk: "Desk", _lead: "Lead", answers: Mapping[str, str]) -> dict[str, str]:
    days = _AGAIN.get(answers.get("result", ""), 0)
    return {"next_on": read.day_words(desk, read.next_open_day(desk, days)) if days else ""}


def _attempt(desk: "Desk", _lead: "Lead", answers: Mapping[str, str]) -> "Sequence[LeadVerb]":
    result = read.choice(answers, "result", RESULTS, "What came of it")
    read.required(result, "result", "Say what came of it.")
    return (op.Attempt(result=result, next_on=read.day(desk, answers, "next_on"), note=read.words(answers, "note")),)


ATTEMPT = Deed(
    command="triage.attempt",
    verb="attempt",
    questions=_ask_result,
    first=_no_answer,
    make=_attempt,
    then=_next_try,
    stays=True,
)


# --- qualify and outcome -------------------------------------------------------------------------------------------


def _ask_amount(_desk: "Desk", _lead: "Lead") -> Sequence[Question]:
    return (
        Question(key="amount", label="Amount", kind=Kind.AMOUNT, hint="like 12,400 or 12.5k"),
        Question(key="close_on", label="Closes on", kind=Kind.DAY, hint="end of month, 1 dec, in 6 weeks"),
        Question(key="note", label="A note"),
    )


def _qualify(desk: "Desk", _lead: "Lead", answers: Mapping[str, str]) -> "Sequence[LeadVerb]":
    return (
        op.Qualify(
            amount=read.amount(answers, "amount"),
            close_on=read.day(desk, answers, "close_on"),
            note=read.words(answers, "note"),
        ),
    )


QUALIFY = Deed(command="triage.qualify", verb="qualify", questions=_ask_amount, make=_qualify)


def _ask_how(_desk: "Desk", _lead: "Lead") -> Sequence[Question]:
    return (
        Question(key="result", label="How it ended", kind=Kind.CHOICE, options=_OUTCOMES, required=True),
        Question(key="amount", label="Amount", kind=Kind.AMOUNT, hint="like 12,400 or 12.5k"),
        Question(key="note", label="A note", hint="what decided it"),
    )


def _amount_expected(_desk: "Desk", lead: "Lead") -> dict[str, str]:
    undone = {one.undoes for one in lead.trail}
    standing = (one for one in reversed(lead.trail) if one.verb == "qualify" and one.operation_id not in undone)
    said = next((one.answers.get("amount", "") for one in standing), "")
    return {"amount": said.removesuffix(".0")} if said else {}


def _outcome(_desk: "Desk", _lead: "Lead", answers: Mapping[str, str]) -> "Sequence[LeadVerb]":
    result = read.choice(answers, "result", _OUTCOMES, "How it ended")
    read.required(result, "result", "Say whether it was won or lost.")
    amount, note = read.amount(answers, "amount"), read.words(answers, "note")
    return (op.Outcome(result="won" if result == "won" else "lost", amount=amount, note=note),)


OUTCOME = Deed(
    command="triage.outcome", verb="outcome", questions=_ask_how, first=_amount_expected, make=_outcome, quick=True
)
