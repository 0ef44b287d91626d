"""The verbs that say who goes on with a lead, and when: accept, snooze, claim."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from api.model import operation as op
from api.model.lead import field_value
from tui.verbs import answers as read
from tui.verbs.deed import Deed, Kind, Question, Unanswered
from tui.verbs.fields import fields

if TYPE_CHECKING:
    from api.desk import Desk
    from api.model.lead import Lead
    from api.model.operation import LeadVerb


# --- accept --------------------------------------------------------------------------------------------------------


def _accept(_desk: "Desk", _lead: "Lead", answers: Mapping[str, str]) -> "Sequence[LeadVerb]":
    return (op.Accept(reason=read.words(answers, "reason"), note=read.words(answers, "note")),)


def _ask_why(desk: "Desk", lead: "Lead") -> Sequence[Question]:
    why = Question(key="reason", label="Why is it a good one?", hint="marketing reads it")
    if desk.hinder(lead, "correct"):
        return (why,)
    return (
        why,
        Question(key="field", label="Put a field right", kind=Kind.FIELD, options=fields()),
        Question(key="value", label="What it should say"),
    )


def _accept_why(desk: "Desk", lead: "Lead", answers: Mapping[str, str]) -> "Sequence[LeadVerb]":
    (accepted,) = _accept(desk, lead, answers)
    field = read.choice(answers, "field", fields(), "Put a field right")
    value = read.words(answers, "value")
    if not field:
        if value:
            raise Unanswered("field", "Say which field that is.")
        return (accepted,)
    if value == field_value(lead, field):
        raise Unanswered("value", f"“{dict(fields())[field]}” says that already.")
    return (accepted, op.Correct(field=field, value=value))


def value_of_field(_desk: "Desk", lead: "Lead", answers: Mapping[str, str]) -> dict[str, str]:
    """Propose what the chosen field says now."""
    field = answers.get("field", "")
    return {"value": field_value(lead, field) if field in dict(fields()) else ""}


ACCEPT = Deed(command="triage.accept", verb="accept", make=_accept)

ACCEPT_WHY = Deed(
    command="triage.accept_why",
    verb="accept",
    questions=_ask_why,
    make=_accept_why,
    then=value_of_field,
)


# --- snooze --------------------------------------------------------------------------------------------------------


def _ask_until(_desk: "Desk", _lead: "Lead") -> Sequence[Question]:
    return (
        Question(key="until", label="Until", kind=Kind.MOMENT, hint="fri, 2w, tomorrow 14:30; empty: no date"),
        Question(key="or_activity", label="Or when they do something", kind=Kind.CHOICE, options=read.YES_OR_NO),
    )


def _tomorrow(desk: "Desk", _lead: "Lead") -> dict[str, str]:
    return {"until": read.day_words(desk, read.next_open_day(desk)), "or_activity": read.YES}


def _snooze(desk: "Desk", _lead: "Lead", answers: Mapping[str, str]) -> "Sequence[LeadVerb]":
    until, or_activity = read.moment(desk, answers, "until"), read.yes(answers, "or_activity")
    if until is None and not or_activity:
        raise Unanswered("until", "Say until when, or that it ends when they do something.")
    return (op.SnoozeLead(until=until, or_activity=or_activity),)


SNOOZE = Deed(
    command="triage.snooze",
    verb="snooze",
    questions=_ask_until,
    first=_tomorrow,
    make=_snooze,
    about="It leaves your queue until then; its promise to be decided in time goes on.",
)


def _wake(_desk: "Desk", _lead: "Lead", _answers: Mapping[str, str]) -> "Sequence[LeadVerb]":
    return (op.Wake(),)


WAKE = Deed(command="triage.wake", verb="wake", make=_wake, stays=True)


# --- claim ---------------------------------------------------------------------------------------------------------


def _claim(_desk: "Desk", _lead: "Lead", _answers: Mapping[str, str]) -> "Sequence[LeadVerb]":
    return (op.Claim(),)


def _release(_desk: "Desk", _lead: "Lead", _answers: Mapping[str, str]) -> "Sequence[LeadVerb]":
    return (op.Release(),)


CLAIM = Deed(command="triage.claim", verb="claim", make=_claim, stays=True)

RELEASE = Deed(command="triage.release", verb="release", make=_release, stays=True)
